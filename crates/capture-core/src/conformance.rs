//! What every sink and every state store must do, as tests to call from their own.
//!
//! A sink's test implements [`SinkHarness`] for its kind of destination and hands [`sink`] a way to make fresh ones;
//! a state store's test does the same with [`StateStoreHarness`] and [`state_store`]. Each law is a function of its
//! own, so that one that fails can be run alone. Laws that a sink's [`Capabilities`](crate::Capabilities) rule out
//! do not apply to it.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use async_trait::async_trait;
//! use capture_core::conformance::{self, Rows, SinkHarness};
//! use capture_core::{MemorySink, Sink, State, StreamDescriptor};
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
//!     async fn state(&self) -> Option<State> {
//!         None
//!     }
//! }
//!
//! conformance::sink(|| Memory(MemorySink::new())).await;
//! # });
//! ```

mod sink;
mod sink_keyed;
mod sink_stored_state;
mod state_store;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

pub use sink::{
    a_dropped_sink_has_committed_nothing_more, any_record_arrives, any_stream_name_is_fine,
    committed_is_readable, deleting_and_reviving, odd_keys_stay_apart, reopening_continues, replays_converge,
    streams_do_not_mix, the_later_write_wins, writing_nothing_is_fine,
};
pub use sink_keyed::{
    a_complete_listing_buries_the_rest, a_complete_scope_buries_the_rest_of_it, counts_are_exact,
    uncommitted_rows_are_absent,
};
pub use sink_stored_state::{a_forgotten_stream_loses_its_state, records_and_state_are_one_commit};
pub use state_store::{
    a_damaged_state_is_an_error_and_stays, a_new_state_is_empty, a_second_holder_is_refused,
    saved_is_what_the_next_run_loads, updates_merge,
};

use crate::{
    Checkpoint, Field, FieldKind, Key, Record, Sink, SnapshotDelivery, State, StateStore, StateUpdate,
    StreamDescriptor, StreamState,
};

/// Rows by key; `None` is a tombstone. Leaving a tombstone out means the same.
pub type Rows = Vec<(String, Option<Value>)>;

/// One destination, and how a test looks into it. Dropping it removes the destination.
#[async_trait]
pub trait SinkHarness: Send + Sync {
    /// A sink on this destination, as a restarted process would make it; [`Sink::open`] has not been called.
    async fn open(&self) -> Box<dyn Sink>;

    /// What a reader of the destination sees of a stream at this moment, folded by key (the key's text as in
    /// [`Key::as_str`]), also while a sink is open on it.
    async fn rows(&self, stream: &StreamDescriptor) -> Rows;

    /// The state in the destination, for sinks that [store it](crate::Capabilities::stores_state); only called while
    /// no sink is open.
    async fn state(&self) -> Option<State>;
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

/// All laws of sinks, each against a fresh destination.
///
/// # Panics
/// If the sink breaks one.
pub async fn sink<H: SinkHarness>(fresh: impl Fn() -> H) {
    committed_is_readable(&fresh()).await;
    a_dropped_sink_has_committed_nothing_more(&fresh()).await;
    replays_converge(&fresh()).await;
    the_later_write_wins(&fresh()).await;
    deleting_and_reviving(&fresh()).await;
    writing_nothing_is_fine(&fresh()).await;
    odd_keys_stay_apart(&fresh()).await;
    any_stream_name_is_fine(&fresh()).await;
    any_record_arrives(&fresh()).await;
    streams_do_not_mix(&fresh()).await;
    reopening_continues(&fresh()).await;
    let capabilities = fresh().open().await.capabilities();
    if capabilities.snapshots == SnapshotDelivery::Reconcile {
        uncommitted_rows_are_absent(&fresh()).await;
        counts_are_exact(&fresh()).await;
        a_complete_listing_buries_the_rest(&fresh()).await;
        a_complete_scope_buries_the_rest_of_it(&fresh()).await;
    }
    if capabilities.stores_state {
        records_and_state_are_one_commit(&fresh()).await;
        a_forgotten_stream_loses_its_state(&fresh()).await;
    }
}

/// All laws of state stores, each against a fresh place.
///
/// # Panics
/// If the store breaks one.
pub async fn state_store<H: StateStoreHarness>(fresh: impl Fn() -> H) {
    a_new_state_is_empty(&fresh()).await;
    saved_is_what_the_next_run_loads(&fresh()).await;
    updates_merge(&fresh()).await;
    a_second_holder_is_refused(&fresh()).await;
    a_damaged_state_is_an_error_and_stays(&fresh()).await;
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
    Record { scope: Some(Key::from(scope)), ..upsert(key, value) }
}

/// A state that tells `position` from every other.
fn state_at(position: u64) -> StreamState {
    StreamState {
        checkpoint: Checkpoint(serde_json::json!({"position": position, "text": "'\"\\ \u{0} ü"})),
        committed_at: jiff::Timestamp::UNIX_EPOCH,
        full_listing_records: Some(position),
        snapshot: None,
    }
}

fn update(stream: &str, position: u64) -> StateUpdate {
    StateUpdate { streams: [(stream.to_owned(), Some(state_at(position)))].into(), access: None }
}
