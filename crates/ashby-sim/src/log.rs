//! What was asked of the server, for tests.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::Notify;

/// How many requests are kept in full; older ones remain in the counts.
const KEPT_REQUESTS: usize = 100_000;

/// One request and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestEntry {
    /// The operation, as named in the path.
    pub operation: String,
    /// The title of the key that asked, if it was known.
    pub key_title: Option<String>,
    /// The user on whose behalf it came: its `X-On-Behalf-Of` header.
    pub on_behalf_of: Option<String>,
    /// Whether the request had a page cursor.
    pub has_cursor: bool,
    /// Whether the request had a sync token.
    pub has_token: bool,
    /// The HTTP status of the answer; 0 when there was none (reset connection).
    pub status: u16,
    /// The error code of the answer, if it was an error of Ashby's.
    pub code: Option<String>,
    /// How many records the answer had.
    pub records: usize,
    /// The request's parameters, empty when the body was not a JSON object.
    pub parameters: Map<String, Value>,
}

/// The requests that a server got. A clone is another handle to the same log.
#[derive(Debug, Clone, Default)]
pub struct RequestLog(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    inner: Mutex<Inner>,
    grown: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    entries: VecDeque<RequestEntry>,
    counts: BTreeMap<String, u64>,
    total: u64,
    refused: u64,
}

impl RequestLog {
    /// The requests, oldest first; the last 100,000.
    pub fn entries(&self) -> Vec<RequestEntry> {
        self.inner().entries.iter().cloned().collect()
    }

    /// The requests of one operation, oldest first.
    pub fn of(&self, operation: &str) -> Vec<RequestEntry> {
        self.inner().entries.iter().filter(|entry| entry.operation == operation).cloned().collect()
    }

    /// How many requests an operation got.
    pub fn count(&self, operation: &str) -> u64 {
        self.inner().counts.get(operation).copied().unwrap_or(0)
    }

    /// How many requests each operation got.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.inner().counts.clone()
    }

    /// How many requests came, the administration's own excluded.
    pub fn total(&self) -> u64 {
        self.inner().total
    }

    /// How many requests were answered with 429.
    pub fn refused(&self) -> u64 {
        self.inner().refused
    }

    /// Waits until something holds of the log; looked at after every request.
    pub async fn until(&self, holds: impl Fn(&Self) -> bool) {
        loop {
            // From here on no request is missed.
            let grown = self.0.grown.notified();
            if holds(self) {
                return;
            }
            grown.await;
        }
    }

    /// Runs a check over the parameters of every kept request and returns what it found.
    ///
    /// `check` gets the operation and the request body; it is meant for a contract check of a client's requests.
    pub fn check(&self, mut check: impl FnMut(&str, &Value) -> Vec<String>) -> Vec<String> {
        let mut findings = Vec::new();
        for entry in self.entries() {
            let found = check(&entry.operation, &Value::Object(entry.parameters));
            findings.extend(found.into_iter().map(|finding| format!("{}: {finding}", entry.operation)));
        }
        findings
    }

    /// Forgets every request and count.
    pub fn clear(&self) {
        *self.inner() = Inner::default();
    }

    pub(crate) fn push(&self, entry: RequestEntry) {
        let mut inner = self.inner();
        inner.total += 1;
        inner.refused += u64::from(entry.status == 429);
        *inner.counts.entry(entry.operation.clone()).or_default() += 1;
        if inner.entries.len() == KEPT_REQUESTS {
            inner.entries.pop_front();
        }
        inner.entries.push_back(entry);
        drop(inner);
        self.0.grown.notify_waiters();
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
