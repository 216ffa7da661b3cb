//! Where a run stands, for whoever looks while it is on: `ashby status` reads it from a file ([`Keeper`]), Prometheus asks
//! ([`monitor`]).

mod file;
mod metrics;
mod readiness;
mod system;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ashby_client::Usage;
use capture_core::{Counts, Event, Handle, Observer};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

pub use file::{Ended, Keeper, Saved, beside, read};
pub use metrics::Metrics;
pub use readiness::monitor;

/// Watches a run, and the runs that come after it when it is started anew. Clones watch the same.
#[derive(Clone)]
pub struct Standing(Arc<Inner>);

struct Inner {
    began_at: Timestamp,
    usage: Box<dyn Fn() -> Usage + Send + Sync>,
    changed: Notify,
    live: Mutex<Live>,
}

#[derive(Default)]
struct Live {
    handle: Option<Handle>,
    pending_events: Option<Box<dyn Fn() -> u64 + Send>>,
    /// When the newest state of each stream was saved by an earlier run.
    saved_at: BTreeMap<String, Timestamp>,
    streams: BTreeMap<String, Seen>,
    trouble: Option<Trouble>,
    commits: u64,
    ended: Option<Ended>,
}

/// What was seen of a stream.
#[derive(Default, Clone)]
struct Seen {
    counts: Counts,
    polls: u64,
    failures: u64,
    set_aside: u64,
    kept: u64,
    trouble: Option<Trouble>,
    reconciled: Option<Reconciled>,
}

/// What a listing of everything in the stream's turn has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciled {
    /// When.
    pub at: Timestamp,
    /// Records that it showed.
    pub checked: u64,
    /// Of these, records that polls should have brought and had not.
    pub missed: u64,
    /// Records that were gone.
    pub gone: u64,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Of which kind, in a word.
    pub kind: String,
    /// What happened.
    pub message: String,
    /// Since when.
    pub since: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// When it is tried again.
    pub retry_at: Option<Timestamp>,
}

/// Where a stream stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamStanding {
    /// Everything that there was at this time, at the latest, is in the destination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to_date_at: Option<Timestamp>,
    /// When the place was saved from which changes go on: at the end of a listing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_saved_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// When the next poll begins, about.
    pub next_poll_at: Option<Timestamp>,
    /// Whether a poll is under way.
    pub polling: bool,
    /// Whether a listing of everything is.
    pub listing_everything: bool,
    /// Received in this run.
    pub records: u64,
    /// Of these, records that were not there before.
    pub new: u64,
    /// Records that were there and differed.
    pub changed: u64,
    /// Records that became tombstones.
    pub gone: u64,
    /// Records or parents that could not be read and are tried again.
    pub set_aside: u64,
    /// Rows that a full listing did not see and that are kept for a reason.
    pub kept: u64,
    /// Polls that brought everything.
    pub polls: u64,
    /// Polls that were given up.
    pub failures: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// What is wrong with it.
    pub trouble: Option<Trouble>,
    /// What the newest listing of everything in its turn has found, in this run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconciled: Option<Reconciled>,
}

fn in_a_while(now: Timestamp, pause: Duration) -> Option<Timestamp> {
    now.checked_add(SignedDuration::try_from(pause).ok()?).ok()
}

impl Standing {
    /// Of runs that begin now. `saved_at` says when an earlier one saved the newest state of each stream.
    pub fn new(
        usage: impl Fn() -> Usage + Send + Sync + 'static,
        saved_at: BTreeMap<String, Timestamp>,
    ) -> Self {
        let live = Live { saved_at, ..Live::default() };
        Self(Arc::new(Inner {
            began_at: Timestamp::now(),
            usage: Box::new(usage),
            changed: Notify::new(),
            live: Mutex::new(live),
        }))
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.0.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a stream was begun, so that the destination is this run's.
    fn has_begun(&self) -> bool {
        !self.live().streams.is_empty()
    }

    /// This run is under way now.
    pub fn follows(&self, handle: Handle) {
        self.live().handle = Some(handle);
        self.0.changed.notify_one();
    }

    /// Webhooks are received: so many events are pending, whenever it is asked.
    pub fn receives(&self, pending_events: impl Fn() -> u64 + Send + 'static) {
        self.live().pending_events = Some(Box::new(pending_events));
    }

    /// Where each stream stands.
    fn streams(&self) -> BTreeMap<String, StreamStanding> {
        let live = self.live();
        let status = live.handle.as_ref().map(Handle::status).unwrap_or_default();
        let standing = |(stream, of): (String, capture_core::StreamStatus)| {
            let seen = live.streams.get(&stream).cloned().unwrap_or_default();
            let saved_at = live.saved_at.get(&stream).copied();
            let standing = StreamStanding {
                up_to_date_at: of.up_to_date_at,
                token_saved_at: of.up_to_date_at.or(saved_at),
                next_poll_at: of.next_poll_at,
                polling: of.polling,
                listing_everything: of.listing_everything,
                records: of.records,
                new: seen.counts.new + seen.counts.written,
                changed: seen.counts.changed,
                gone: seen.counts.deleted,
                set_aside: seen.set_aside,
                kept: seen.kept,
                polls: seen.polls,
                failures: seen.failures,
                trouble: seen.trouble,
                reconciled: seen.reconciled,
            };
            (stream, standing)
        };
        status.into_iter().map(standing).collect()
    }

    fn pending_events(&self) -> Option<u64> {
        self.live().pending_events.as_ref().map(|pending| pending())
    }
}

impl Observer for Standing {
    fn observe(&self, event: &Event<'_>) {
        let now = Timestamp::now();
        let mut live = self.live();
        let live = &mut *live;
        let of = |live: &mut Live, stream: &str, note: &dyn Fn(&mut Seen)| {
            note(live.streams.entry(stream.to_owned()).or_default());
        };
        match event {
            Event::Committed { counts, .. } => {
                live.commits += 1;
                for (stream, counts) in *counts {
                    of(live, stream, &|seen| seen.counts += *counts);
                }
            }
            Event::UpToDate { stream } => of(live, stream, &|seen| {
                seen.polls += 1;
                seen.trouble = None;
            }),
            Event::Failed { stream, kind, message, retry_in, ends_poll, .. } => of(live, stream, &|seen| {
                seen.failures += u64::from(*ends_poll);
                let since = seen.trouble.as_ref().map_or(now, |trouble| trouble.since);
                seen.trouble = Some(Trouble {
                    kind: kind.name().to_owned(),
                    message: (*message).to_owned(),
                    since,
                    retry_at: retry_in.and_then(|pause| in_a_while(now, pause)),
                });
            }),
            Event::SetAside { stream, set_aside } => of(live, stream, &|seen| seen.set_aside = *set_aside),
            Event::Reconciled { stream, checked, missed, gone, .. } => of(live, stream, &|seen| {
                seen.reconciled =
                    Some(Reconciled { at: now, checked: *checked, missed: *missed, gone: *gone });
            }),
            Event::Kept { stream, kept } => of(live, stream, &|seen| seen.kept = kept.rows),
            Event::Trouble { kind, message, retry_in, .. } => {
                let since = live.trouble.as_ref().map_or(now, |trouble| trouble.since);
                live.trouble = Some(Trouble {
                    kind: kind.name().to_owned(),
                    message: (*message).to_owned(),
                    since,
                    retry_at: in_a_while(now, *retry_in),
                });
            }
            Event::Recovered { .. } => live.trouble = None,
            Event::Started { .. } => {}
            // The rest comes with every page.
            _ => return,
        }
        self.0.changed.notify_one();
    }
}
