//! What happens during a run, for progress displays, logs and metrics.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::{Counts, ErrorKind, Kept};

/// Something that happened. Names and numbers only: no keys, no values.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The other side knows who asks: a refusal from now on may pass (see [`supervise`](crate::supervise)).
    Accepted,
    /// A poll of a stream begins.
    Started {
        /// The stream.
        stream: &'a str,
    },
    /// Everything of a stream is listed again now, as [often as it was asked
    /// for](crate::Selection::full_every).
    ListsAgain {
        /// The stream.
        stream: &'a str,
        /// When its newest full listing ended, or as far as that is known.
        since: Timestamp,
        /// How often.
        every: Duration,
    },
    /// That listing is complete, what it showed to be gone is marked, and the poll after it has brought what changed
    /// meanwhile.
    Reconciled {
        /// The stream.
        stream: &'a str,
        /// Records that it showed.
        checked: u64,
        /// Of these, records that were new or different although the polls before had brought all that changed; at least
        /// so many, where records changed while it went on.
        missed: u64,
        /// Records that were found to be gone.
        gone: u64,
        /// Rows that it did not show and that are kept for a reason.
        kept: u64,
    },
    /// A full listing of a stream begins, or goes on in this run.
    Listing {
        /// The stream.
        stream: &'a str,
        /// Records that are still to come if it is as long as the one before.
        expected_records: Option<u64>,
    },
    /// Records reached the sink (not yet committed).
    Written {
        /// The stream.
        stream: &'a str,
        /// How many records.
        records: u64,
        /// How many bytes of JSON.
        bytes: u64,
        /// Requests they took.
        requests: u32,
        /// Steps done and in all (parents), where known.
        steps: Option<(u64, u64)>,
    },
    /// Something a person should know.
    Note {
        /// The stream.
        stream: &'a str,
        /// One line.
        message: &'a str,
    },
    /// How many records or parents of a stream could not be read and will be tried again has changed.
    SetAside {
        /// The stream.
        stream: &'a str,
        /// So many are there now.
        set_aside: u64,
    },
    /// A commit is durable.
    Committed {
        /// What became of the records, by stream.
        counts: &'a BTreeMap<String, Counts>,
        /// Records that the destination shows mended ([`Committed::mended`](crate::Committed)).
        mended: u64,
        /// Bytes of JSON in it.
        bytes: u64,
        /// How long it took.
        elapsed: Duration,
    },
    /// The run as a whole cannot go on, and is started anew after a pause (see [`supervise`](crate::supervise)).
    Trouble {
        /// What kind of trouble.
        kind: ErrorKind,
        /// The error and its causes, one line.
        message: &'a str,
        /// What to do, if something can be done.
        hint: Option<&'a str>,
        /// When it will be tried again.
        retry_in: Duration,
        /// Whether it is the same trouble as before.
        again: bool,
    },
    /// After trouble, the run works again.
    Recovered {
        /// How long it did not.
        after: Duration,
    },
    /// A poll of a stream is complete.
    UpToDate {
        /// The stream.
        stream: &'a str,
    },
    /// A poll of a stream failed.
    Failed {
        /// The stream.
        stream: &'a str,
        /// What kind of trouble.
        kind: ErrorKind,
        /// The error and its causes, one line.
        message: &'a str,
        /// What to do, if something can be done.
        hint: Option<&'a str>,
        /// When it will be tried again, if it will.
        retry_in: Option<Duration>,
        /// Whether that was the last attempt of this poll.
        ends_poll: bool,
    },
    /// Rows that a full listing did not see are kept all the same. Told again only if it is another story.
    Kept {
        /// The stream.
        stream: &'a str,
        /// How many, and why.
        kept: &'a Kept,
    },
}

/// Under this target notes are logged, too; whoever shows [`Event::Note`] leaves it out.
pub const NOTES: &str = "capture_core::notes";

/// Is told what happens. Called from the runner's tasks, so it must be quick and must not block.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn observe(&self, event: &Event<'_>);
}

/// Nobody watches.
impl Observer for () {
    fn observe(&self, _: &Event<'_>) {}
}

/// Several watch.
impl Observer for Vec<std::sync::Arc<dyn Observer>> {
    fn observe(&self, event: &Event<'_>) {
        for observer in self {
            observer.observe(event);
        }
    }
}

impl<F: Fn(&Event<'_>) + Send + Sync> Observer for F {
    fn observe(&self, event: &Event<'_>) {
        self(event);
    }
}
