//! Listings that are not believed yet.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Which streams were listed with so few rows that it is not believed yet. Clones share what is known.
#[derive(Debug, Clone, Default)]
pub struct Doubts(Arc<Mutex<BTreeMap<String, (u64, u64)>>>);

impl Doubts {
    /// By stream: how many rows its newest listing had, and how many are kept until others agree with it.
    pub fn all(&self) -> BTreeMap<String, (u64, u64)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what was found of a stream, and logs it if it is news.
    pub(crate) fn note(&self, stream: &str, doubted: Option<(u64, u64)>) {
        // Nothing panics while the lock is held.
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((listed, kept)) = doubted else {
            all.remove(stream);
            return;
        };
        if all.insert(stream.to_owned(), (listed, kept)).is_none() {
            tracing::warn!(
                stream,
                "listed with {listed} rows where there were {kept}: nothing is deleted until listings have agreed for an hour"
            );
        }
    }
}
