//! What was delivered, for tests.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

/// How many attempts are kept in full; older ones remain in the counts.
const KEPT_ATTEMPTS: usize = 100_000;

/// An attempt to deliver an event, or the decision to make none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeliveryEntry {
    /// The webhook's identifier.
    pub webhook: String,
    /// The type of event.
    pub action: String,
    /// The event's identifier; empty for pings.
    pub action_id: String,
    /// Which attempt, from 1; 0 if none was made.
    pub attempt: u32,
    /// The HTTP status of the answer; 0 when there was none.
    pub status: u16,
    /// What came of it.
    pub outcome: DeliveryOutcome,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// It was accepted.
    Delivered,
    /// It failed, and is tried again.
    Failed,
    /// It failed for the last time.
    GivenUp,
    /// It was refused in a way after which Ashby does not try again.
    Refused,
    /// It was never sent.
    Lost,
}

/// All attempts.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) entries: VecDeque<DeliveryEntry>,
    pub(crate) counts: BTreeMap<DeliveryOutcome, u64>,
}

impl Log {
    pub(crate) fn push(&mut self, entry: DeliveryEntry) {
        *self.counts.entry(entry.outcome).or_default() += 1;
        if self.entries.len() == KEPT_ATTEMPTS {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }
}
