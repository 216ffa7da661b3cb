//! What the tests say again and again.

use std::sync::Arc;

use capture_core::{
    Checkpoint, Committed, Counts, Field, FieldKind, Record, Sink, Stamp, StateUpdate, StreamDescriptor,
    StreamState, Sweep, Within, Write,
};

pub(crate) fn stream(name: &str, fields: &[(&str, FieldKind)]) -> Arc<StreamDescriptor> {
    let fields = fields.iter().map(|(name, kind)| Field::new(*name, *kind));
    Arc::new(StreamDescriptor::new(name, ["id"]).with_fields(fields))
}

pub(crate) fn pets() -> Arc<StreamDescriptor> {
    stream("pets", &[("id", FieldKind::String)])
}

pub(crate) fn pet(key: &str, value: &str) -> Record {
    Record::upsert(key, format!(r#"{{"id":"{key}","value":"{value}"}}"#))
}

/// Loads and opens for a stream.
pub(crate) async fn open(sink: &mut dyn Sink, stream: &Arc<StreamDescriptor>) -> capture_core::Result<()> {
    sink.load().await?;
    sink.open(&[Arc::clone(stream)]).await
}

pub(crate) async fn write(
    sink: &mut dyn Sink,
    stream: &Arc<StreamDescriptor>,
    seen: u64,
    records: Vec<Record>,
) {
    sink.write(Write::new(Arc::clone(stream), Stamp::new(seen), records)).await.unwrap();
}

pub(crate) async fn sweep(sink: &mut dyn Sink, stream: &Arc<StreamDescriptor>, since: u64) {
    sink.sweep(Sweep::new(Arc::clone(stream), Stamp::new(since), Within::Everything)).await.unwrap();
}

/// A state that tells `position` from every other.
pub(crate) fn state(position: u64) -> StateUpdate {
    let state = StreamState::new(Checkpoint::from(serde_json::json!(position)), jiff::Timestamp::UNIX_EPOCH);
    StateUpdate::new([("pets".to_owned(), Some(state))])
}

pub(crate) async fn commit(sink: &mut dyn Sink, position: u64) -> Counts {
    all(&sink.commit(&state(position)).await.unwrap())
}

pub(crate) fn all(committed: &Committed) -> Counts {
    let mut sum = Counts::default();
    committed.counts.values().for_each(|counts| sum += *counts);
    sum
}

/// The position that the saved state tells.
pub(crate) async fn position(sink: &mut dyn Sink) -> u64 {
    let state = sink.load().await.unwrap();
    state.streams["pets"].checkpoint.progress.as_ref().unwrap().as_u64().unwrap()
}
