//! Texts of résumés beside the copy: they go with their candidates, whatever took those away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use agents::Texts;
use capture_core::{Event, Observer};

use crate::local;
use crate::settings::Settings;

/// The stream whose records name the files.
const STREAM: &str = "candidates";

/// Looks after each commit that changed candidates whether all texts are still theirs.
#[derive(Clone)]
pub(super) struct Forgetting {
    texts: Texts,
    /// Somebody is about to look.
    is_due: Arc<AtomicBool>,
}

impl Forgetting {
    /// Of the copy that the settings name; `None` where there are no such texts.
    pub(super) fn of(settings: &Settings) -> Option<Self> {
        let texts = Texts::beside(&local::copy(settings).ok()?).ok()?;
        Some(Self { texts, is_due: Arc::default() })
    }

    fn sweep(&self) {
        self.is_due.store(false, Ordering::SeqCst);
        match self.texts.sweep() {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "texts of résumés went with their candidates"),
            Err(error) => tracing::warn!("texts of résumés could not be removed: {}", error.chain()),
        }
    }

    /// Looks once more, at the end.
    pub(super) async fn end(self) {
        let _ = tokio::task::spawn_blocking(move || self.sweep()).await;
    }
}

impl Observer for Forgetting {
    fn observe(&self, event: &Event<'_>) {
        let Event::Committed { counts, .. } = event else { return };
        let is_concerned = counts.get(STREAM).is_some_and(|counts| counts.deleted + counts.changed > 0);
        if is_concerned && self.texts.path().exists() && !self.is_due.swap(true, Ordering::SeqCst) {
            let own = self.clone();
            tokio::task::spawn_blocking(move || own.sweep());
        }
    }
}
