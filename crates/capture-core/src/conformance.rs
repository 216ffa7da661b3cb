//! What every sink, source, state store and ledger must do, as tests to call from their own.
//!
//! A sink's test implements [`SinkHarness`] for its kind of destination and hands [`sink`] a way to make fresh ones;
//! a source's test does the same with [`SourceHarness`] and [`source`], a state store's with [`StateStoreHarness`] and
//! [`state_store`], a ledger's with [`LedgerHarness`] and [`ledger`](fn@ledger). An appender is tested as the sink that
//! [`Appending`](crate::Appending) makes of it. Each law is a function of its own, so that one that fails can be run
//! alone, and is named when it is broken.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use async_trait::async_trait;
//! use capture_core::conformance::{self, Rows, SinkHarness};
//! use capture_core::{MemorySink, Sink, StreamDescriptor};
//!
//! struct Memory(MemorySink);
//!
//! #[async_trait]
//! impl SinkHarness for Memory {
//!     async fn open(&self) -> Box<dyn Sink> {
//!         Box::new(self.0.clone())
//!     }
//!     async fn rows(&self, stream: &StreamDescriptor) -> Rows {
//!         let rows = self.0.rows(&stream.name);
//!         let value = |body: &[u8]| serde_json::from_slice(body).unwrap();
//!         rows.iter().map(|(key, row)| (key.as_str().to_owned(), Some(value(&row.body)))).collect()
//!     }
//!     fn is_exclusive(&self) -> bool {
//!         false
//!     }
//! }
//!
//! conformance::sink(|| Memory(MemorySink::new())).await;
//! # });
//! ```

mod ledger;
mod mirror;
mod sink;
mod sink_failing;
mod sink_keyed;
mod sink_state;
mod source;
mod state_store;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

pub use ledger::{
    a_sweep_takes_each_row_once, everything_is_as_the_last_commit_left_it, only_differences_are_left,
    what_is_adopted_is_known, what_is_forgotten_is_unseen_or_gone,
};
pub use sink::{
    a_dropped_sink_has_committed_nothing_more, any_record_arrives, any_stream_name_is_fine,
    committed_is_readable, deleting_and_reviving, odd_keys_stay_apart, reopening_continues, replays_converge,
    streams_do_not_mix, the_later_write_wins, writing_nothing_is_fine,
};
pub use sink_failing::{
    a_failed_commit_is_an_error_and_the_state_stays, a_failed_sweep_is_an_error_and_can_be_done_again,
    a_failed_write_is_an_error_and_the_state_stays, a_torn_tail_is_repaired, failures_lose_nothing,
    what_passes_is_tried_again,
};
pub use sink_keyed::{
    a_forgotten_stream_keeps_its_rows_unseen, a_sweep_buries_what_was_not_seen_since,
    a_sweep_leaves_alone_what_was_seen_before_it_may_speak,
    a_sweep_of_scopes_buries_only_what_belongs_to_them, counts_are_exact, known_keys_are_counted,
    tombstones_tell_why_and_since_when, uncommitted_rows_are_absent,
};
pub use sink_state::{
    a_second_run_is_refused, the_state_can_be_changed_by_itself, the_state_moves_with_the_records,
};
pub use source::{
    SourceHarness, a_full_listing_can_be_asked_for, a_listing_begins_once_and_ends_once,
    an_error_leaves_the_capture_usable, changes_are_in_the_next_poll, dropping_a_step_loses_nothing,
    each_stream_is_in_exactly_one_capture, reading_again_gives_what_is_there_and_moves_nothing,
    resuming_from_any_checkpoint_gives_the_rest, what_is_not_its_own_is_refused,
};
pub use state_store::{
    a_damaged_state_is_an_error_and_stays, a_new_state_is_empty, a_second_holder_is_refused,
    saved_is_what_the_next_run_loads, updates_merge,
};

use crate::{
    Checkpoint, Field, FieldKind, Identity, Key, Ledger, Listed, Record, Sink, Stamp, StateStore,
    StateUpdate, StreamDescriptor, StreamState, SweepDue, Token,
};

/// Rows by key; `None` is a tombstone. Leaving a tombstone out means the same.
pub type Rows = Vec<(String, Option<Value>)>;

/// What a destination tells of a record that is gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grave {
    /// Its key.
    pub key: String,
    /// How that is known ([`Gone::why`](crate::Gone::why)).
    pub why: String,
    /// Since when, or when it was found (RFC 3339).
    pub at: String,
    /// The key of the record that it became part of.
    pub merged_into: Option<String>,
}

/// One destination, and how a test looks into it. Dropping it removes the destination.
#[async_trait]
pub trait SinkHarness: Send + Sync {
    /// A sink on this destination, as a restarted process would make it; [`Sink::open`] has not been called.
    async fn open(&self) -> Box<dyn Sink>;

    /// What a reader of the destination sees of a stream at this moment, folded by key (the key's text as in
    /// [`Key::as_str`]), also while a sink is open on it.
    async fn rows(&self, stream: &StreamDescriptor) -> Rows;

    /// What a reader is told of the records of a stream that are gone; `None` if nothing but that they are.
    async fn graves(&self, stream: &StreamDescriptor) -> Option<Vec<Grave>> {
        let _ = stream;
        None
    }

    /// Makes the destination fail from now on, as a full disk does. Called while a sink is open on it and nothing is
    /// uncommitted. Returns whether such a thing is possible here: if not, the laws of failures do not apply.
    async fn break_writes(&self) -> bool {
        false
    }

    /// The same, but what is written is taken, and the next commit fails.
    async fn break_commits(&self) -> bool {
        false
    }

    /// Makes the next request to the destination fail once, as a server does that is busy (503). Called while a sink is open
    /// on it and nothing is uncommitted. Returns whether it is an appender's, which tries such a request again.
    async fn fail_once(&self) -> bool {
        false
    }

    /// Makes the destination work again, after [`break_writes`](Self::break_writes) or
    /// [`break_commits`](Self::break_commits).
    async fn mend(&self) {}

    /// Leaves half a record behind what was committed, in the output of every stream, as a run that was killed while it wrote.
    /// Called while no sink is open. Returns whether such a thing is possible here.
    async fn tear(&self) -> bool {
        false
    }

    /// Whether a second run on it is refused, as it must be wherever two processes could meet.
    fn is_exclusive(&self) -> bool {
        true
    }

    /// Whether the sink knows keys, its own or in a ledger. The laws of rows that are gone do not apply to others.
    fn keeps_keys(&self) -> bool {
        true
    }

    /// Whether what was not committed can be seen by readers until the next start, as repeats.
    fn shows_uncommitted(&self) -> bool {
        false
    }
}

/// One place for a state, and how a test gets at it. Dropping it removes the place.
#[async_trait]
pub trait StateStoreHarness: Send + Sync {
    /// A store on this place, as a restarted process would make it.
    async fn open(&self) -> Box<dyn StateStore>;

    /// Damages the stored state so that it does not parse any more; returns whether such a thing is possible here.
    async fn damage(&self) -> bool;

    /// Whether a second holder is refused, as it must be wherever two processes could meet.
    fn is_exclusive(&self) -> bool;
}

/// One place for a ledger. Dropping it removes the place.
#[async_trait]
pub trait LedgerHarness: Send + Sync {
    /// A ledger on this place, as a restarted process would make it.
    async fn open(&self) -> Box<dyn Ledger>;
}

/// Says which law is broken when its test panics.
struct Law(&'static str);

impl Drop for Law {
    #[allow(clippy::print_stderr, reason = "a test's message")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the law `{}` is broken", self.0);
        }
    }
}

/// Runs laws, each against something fresh.
macro_rules! laws {
    ($fresh:expr; $($law:ident),* $(,)?) => {
        $({
            let _law = Law(stringify!($law));
            $law(&$fresh()).await;
        })*
    };
}

/// All laws of sinks, each against a fresh destination.
///
/// # Panics
/// If the sink breaks one.
pub async fn sink<H: SinkHarness>(fresh: impl Fn() -> H) {
    laws!(fresh;
        committed_is_readable,
        a_dropped_sink_has_committed_nothing_more,
        replays_converge,
        the_later_write_wins,
        deleting_and_reviving,
        writing_nothing_is_fine,
        odd_keys_stay_apart,
        any_stream_name_is_fine,
        any_record_arrives,
        streams_do_not_mix,
        reopening_continues,
        the_state_moves_with_the_records,
        the_state_can_be_changed_by_itself,
        a_second_run_is_refused,
        a_failed_write_is_an_error_and_the_state_stays,
        a_failed_commit_is_an_error_and_the_state_stays,
        failures_lose_nothing,
        what_passes_is_tried_again,
        a_torn_tail_is_repaired,
    );
    if fresh().keeps_keys() {
        laws!(fresh;
            counts_are_exact,
            a_sweep_buries_what_was_not_seen_since,
            a_sweep_of_scopes_buries_only_what_belongs_to_them,
            a_sweep_leaves_alone_what_was_seen_before_it_may_speak,
            known_keys_are_counted,
            a_forgotten_stream_keeps_its_rows_unseen,
            a_failed_sweep_is_an_error_and_can_be_done_again,
            tombstones_tell_why_and_since_when,
        );
        if !fresh().shows_uncommitted() {
            laws!(fresh; uncommitted_rows_are_absent);
        }
    }
}

/// All laws of sources, each against fresh data.
///
/// # Panics
/// If the source breaks one.
pub async fn source<H: SourceHarness>(fresh: impl Fn() -> H) {
    laws!(fresh;
        each_stream_is_in_exactly_one_capture,
        what_is_not_its_own_is_refused,
        a_listing_begins_once_and_ends_once,
        a_full_listing_can_be_asked_for,
        changes_are_in_the_next_poll,
        resuming_from_any_checkpoint_gives_the_rest,
        dropping_a_step_loses_nothing,
        an_error_leaves_the_capture_usable,
        reading_again_gives_what_is_there_and_moves_nothing,
    );
}

/// All laws of state stores, each against a fresh place.
///
/// # Panics
/// If the store breaks one.
pub async fn state_store<H: StateStoreHarness>(fresh: impl Fn() -> H) {
    laws!(fresh;
        a_new_state_is_empty,
        saved_is_what_the_next_run_loads,
        updates_merge,
        a_second_holder_is_refused,
        a_damaged_state_is_an_error_and_stays,
    );
}

/// All laws of ledgers, each against a fresh place.
///
/// # Panics
/// If the ledger breaks one.
pub async fn ledger<H: LedgerHarness>(fresh: impl Fn() -> H) {
    laws!(fresh;
        only_differences_are_left,
        everything_is_as_the_last_commit_left_it,
        a_sweep_takes_each_row_once,
        what_is_forgotten_is_unseen_or_gone,
        what_is_adopted_is_known,
    );
}

/// A stream with the key field `id`.
fn stream(name: &str) -> Arc<StreamDescriptor> {
    keyed_stream(name, &["id"])
}

fn keyed_stream(name: &str, key: &[&str]) -> Arc<StreamDescriptor> {
    let fields = key.iter().map(|name| Field::new(*name, FieldKind::String));
    Arc::new(StreamDescriptor::new(name, key.iter().copied()).with_fields(fields))
}

/// A record of a [`stream`] whose field `value` is `value`.
fn upsert(key: &str, value: &str) -> Record {
    Record::upsert(key, body(key, value).to_string())
}

fn body(key: &str, value: &str) -> Value {
    serde_json::json!({"id": key, "value": value})
}

fn scoped(key: &str, scope: &str, value: &str) -> Record {
    upsert(key, value).in_scope(Key::from(scope))
}

/// A state that tells `position` from every other.
fn state_at(position: u64) -> StreamState {
    let identity = Identity::new("fingerprint", "https://example.org").with_grants(["a:read"]);
    let progress = serde_json::json!({"position": position, "text": "'\"\\ \u{0} ü"});
    StreamState {
        asked_by: Some(identity.clone()),
        yardstick: Some(identity),
        asked_since: Some(Stamp::new(position)),
        strangers_since: Some(Stamp::new(position)),
        stamp: Stamp::new(position),
        listing: Some(Stamp::new(position)),
        sweep_due: Some(SweepDue::new(Stamp::new(position), Some("odd".to_owned()))),
        listed: Listed::new(position, Some(position)),
        ..StreamState::new(
            Checkpoint::new(Some(Token::new("token")), Some(progress)),
            jiff::Timestamp::UNIX_EPOCH,
        )
    }
}

fn update(stream: &str, position: u64) -> StateUpdate {
    StateUpdate::new([(stream.to_owned(), Some(state_at(position)))])
}
