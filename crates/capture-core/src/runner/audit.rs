//! What a listing of everything in a stream's turn has found that the polls before it had not brought.
//!
//! Right before it, and right after it, what changed is polled for. So what it finds new or changed was missed, except for
//! what changed while it went on: that comes once more with the poll after it, and no more than so many are left out of
//! account. Where nothing changes meanwhile the count is exact; otherwise it may be too low, and is never too high.

use crate::{Counts, Event, Part, StreamDescriptor};

/// Of a stream that is listed whole in its turn.
#[derive(Debug, Default)]
pub(super) struct Audit {
    checked: u64,
    found: u64,
    gone: u64,
    /// Records of the poll after it.
    after: u64,
    phase: Phase,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    Lists,
    /// What is still to be committed belongs to the listing.
    HasListed,
    IsCommitted,
    /// The poll after it is complete.
    IsUpToDate,
}

impl Audit {
    /// Takes what comes of the stream; whether the listing ends with it.
    pub(super) fn note(&mut self, part: &Part) -> bool {
        match self.phase {
            Phase::Lists if part.ends.is_some() => {
                self.phase = Phase::HasListed;
                true
            }
            Phase::Lists | Phase::HasListed => false,
            Phase::IsCommitted | Phase::IsUpToDate => {
                self.after += part.records.len() as u64;
                false
            }
        }
    }

    /// A commit has made this of what came.
    pub(super) fn committed(&mut self, counts: Counts) {
        self.gone += counts.deleted;
        if matches!(self.phase, Phase::Lists | Phase::HasListed) {
            let found = counts.new + counts.changed + counts.written;
            self.found += found;
            self.checked += found + counts.unchanged;
        }
    }

    /// All that came is durable.
    pub(super) fn is_durable(&mut self) {
        if self.phase == Phase::HasListed {
            self.phase = Phase::IsCommitted;
        }
    }

    pub(super) fn is_up_to_date(&mut self) {
        if self.phase == Phase::IsCommitted {
            self.phase = Phase::IsUpToDate;
        }
    }

    /// Nothing more comes of it, unless rows are still to be marked.
    pub(super) fn is_over(&self) -> bool {
        self.phase == Phase::IsUpToDate
    }

    /// What came of it; so many rows are kept although they were not listed.
    pub(super) fn event<'a>(&self, stream: &'a StreamDescriptor, kept: u64) -> Event<'a> {
        Event::Reconciled {
            stream: &stream.name,
            checked: self.checked,
            missed: self.found.saturating_sub(self.after),
            gone: self.gone,
            kept,
        }
    }
}
