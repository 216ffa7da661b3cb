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
    },
}

/// One stream's share.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StreamReport {
    /// How it ended (its newest poll).
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Records received.
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
    /// What a person should know; the newest [`MAX_NOTES`](Self::MAX_NOTES).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl StreamReport {
    /// How many notes are kept: a run may last for months.
    pub const MAX_NOTES: usize = 100;

    pub(crate) fn add_note(&mut self, note: String) {
        if self.notes.len() == Self::MAX_NOTES {
            self.notes.remove(0);
        }
        self.notes.push(note);
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
            notes: Vec::new(),
        }
    }
}

/// A whole run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// By stream name.
    pub streams: BTreeMap<String, StreamReport>,
    /// Whether an interrupt ended it.
    pub interrupted: bool,
    /// Whether the reader of the output went away.
    pub output_closed: bool,
    /// Why rows that listings did not see were kept, if they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reconcile_withheld: Option<String>,
}
