//! What a run came to.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Counts, ErrorKind};

/// How a stream ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Everything there was has been committed.
    UpToDate,
    /// Stopped by an interrupt; what came until then is committed.
    Interrupted,
    /// Not to be had with these credentials, or not there at all.
    Skipped {
        /// What kind of trouble.
        #[serde(skip)]
        kind: ErrorKind,
        /// Why, one line.
        reason: String,
    },
    /// Gave up; what came until then is committed.
    Failed {
        /// What kind of trouble.
        #[serde(skip)]
        kind: ErrorKind,
        /// Why, one line.
        reason: String,
        /// What to do, if something can be done.
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<String>,
        /// What the other side calls it, if it says so.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// What the other side calls the request, if it says so.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
    },
}

/// One stream's share.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StreamReport {
    /// How it ended (its newest poll).
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Records received, without those that were found to be gone.
    pub records: u64,
    /// Bytes of JSON received.
    pub bytes: u64,
    /// What became of them.
    #[serde(flatten)]
    pub counts: Counts,
    /// Requests spent. Streams that share a listing count it on the first of them.
    pub requests: u64,
    /// Time spent capturing, in seconds.
    pub seconds: f64,
    /// Rows that a full listing did not see and that were kept all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<Kept>,
    /// Records or parents that could not be read and will be tried again.
    #[serde(skip_serializing_if = "is_zero")]
    pub set_aside: u64,
    /// What a person should know; the newest [`MAX_NOTES`](Self::MAX_NOTES).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl StreamReport {
    /// How many notes are kept: a run may last for months.
    pub const MAX_NOTES: usize = 100;

    /// A stream of which nothing came, for this reason.
    pub fn untried(outcome: Outcome) -> Self {
        Self { outcome, ..Self::default() }
    }

    /// Adds a note unless it was said already; returns whether it is new.
    pub(crate) fn add_note(&mut self, note: &str) -> bool {
        if self.notes.iter().any(|said| said == note) {
            return false;
        }
        if self.notes.len() == Self::MAX_NOTES {
            self.notes.remove(0);
        }
        self.notes.push(note.to_owned());
        true
    }
}

impl Default for StreamReport {
    fn default() -> Self {
        Self {
            outcome: Outcome::Interrupted,
            records: 0,
            bytes: 0,
            counts: Counts::default(),
            requests: 0,
            seconds: 0.0,
            kept: None,
            set_aside: 0,
            notes: Vec::new(),
        }
    }
}

/// A whole run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// By stream name.
    pub streams: BTreeMap<String, StreamReport>,
    /// Whether an interrupt ended it.
    pub interrupted: bool,
    /// Whether the reader of the output went away.
    pub output_closed: bool,
}

impl Report {
    /// A run that was interrupted before it began.
    pub fn interrupted() -> Self {
        Self { interrupted: true, ..Self::default() }
    }
}

/// Rows that a full listing did not see, kept for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Kept {
    /// How many.
    pub rows: u64,
    /// Of how many.
    pub of: u64,
    /// Why, one line.
    pub reason: String,
    /// Only a person can tell: [`ReconcilePolicy::Accept`](crate::ReconcilePolicy::Accept) marks them.
    pub needs_decision: bool,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Report {
    /// Whether something was kept that only a person can decide about.
    pub fn needs_decision(&self) -> bool {
        self.streams.values().any(|stream| stream.kept.as_ref().is_some_and(|kept| kept.needs_decision))
    }
}
