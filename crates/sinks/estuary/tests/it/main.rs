//! The laws of sinks, read back as Estuary's runtime reads: documents count once a checkpoint has followed.

// A failed unwrap is a failed test, in helpers as well.
#![allow(clippy::unwrap_used)]

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use async_trait::async_trait;
use capture_core::conformance::{self, Rows, SinkHarness};
use capture_core::{
    Capabilities, Checkpoint, Completion, Counts, ErrorKind, Mode, Record, Result, Sink, SnapshotDelivery,
    State, StateUpdate, StreamDescriptor, StreamState, Write,
};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sink_estuary::{
    Acknowledgements, Binding, Codec, EstuarySink, Numbers, Output, Position, Positions, SavedState,
};
use tokio::io::AsyncWrite;

/// What came down the pipe.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Pipe {
    fn messages(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Messages since the last call.
    fn take(&self) -> Vec<Value> {
        let messages = self.messages();
        self.0.lock().unwrap().clear();
        messages
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Checkpoints are all progress, or a bare token.
struct Plain;

impl Positions for Plain {
    fn split(&self, _: &str, checkpoint: &Checkpoint) -> Result<Position> {
        Ok(match checkpoint.0.as_str() {
            Some(token) => Position { token: Some(token.to_owned()), progress: None },
            None => Position { token: None, progress: Some(checkpoint.0.clone()) },
        })
    }

    fn join(&self, _: &str, position: Position) -> Result<Checkpoint> {
        Ok(Checkpoint(position.progress.or(position.token.map(Value::from)).unwrap_or_default()))
    }
}

fn sink(pipe: &Pipe, streams: &[&str], state: &Value) -> EstuarySink<Pipe> {
    let bind = |(index, stream): (u32, &&str)| {
        let stream = (*stream).to_owned();
        Binding { state_key: format!("{stream}.v1"), stream, index }
    };
    let bindings: Vec<Binding> = (0..).zip(streams).map(bind).collect();
    let state = RawValue::from_string(state.to_string()).unwrap();
    let saved = SavedState::read(&state, &bindings).unwrap();
    let output = Output::new(Codec::Json, pipe.clone());
    EstuarySink::new(output, bindings, &saved, Arc::new(Plain), Numbers::Exact, Acknowledgements::none())
}

/// Learns its streams when it is opened, as the laws want it; a real one is given its bindings before.
struct Late {
    pipe: Pipe,
    /// The streams of all sinks on the pipe: their index is their binding.
    streams: Arc<Mutex<Vec<String>>>,
    sink: Option<EstuarySink<Pipe>>,
}

#[async_trait]
impl Sink for Late {
    fn capabilities(&self) -> Capabilities {
        Capabilities { snapshots: SnapshotDelivery::Listings, stores_state: true }
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        let mut sink = {
            let mut all = self.streams.lock().unwrap();
            let new: Vec<String> =
                streams.iter().map(|stream| stream.name.clone()).filter(|name| !all.contains(name)).collect();
            all.extend(new);
            let names: Vec<&str> = all.iter().map(String::as_str).collect();
            sink(&self.pipe, &names, &json!({}))
        };
        sink.open(streams).await?;
        self.sink = Some(sink);
        Ok(())
    }

    async fn write(&mut self, write: Write<'_>) -> Result<Counts> {
        self.sink.as_mut().unwrap().write(write).await
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<()> {
        self.sink.as_mut().unwrap().commit(update).await
    }

    async fn close(&mut self) -> Result<()> {
        self.sink.as_mut().unwrap().close().await
    }
}

#[derive(Default)]
struct Runtime {
    pipe: Pipe,
    streams: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl SinkHarness for Runtime {
    async fn open(&self) -> Box<dyn Sink> {
        // A new session: what no checkpoint followed is forgotten.
        let mut bytes = self.pipe.0.lock().unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let committed =
            text.rfind(r#"{"checkpoint""#).map_or(0, |at| at + text[at..].find('\n').unwrap() + 1);
        bytes.truncate(committed);
        Box::new(Late { pipe: self.pipe.clone(), streams: Arc::clone(&self.streams), sink: None })
    }

    async fn rows(&self, stream: &StreamDescriptor) -> Rows {
        let binding = self.streams.lock().unwrap().iter().position(|name| *name == stream.name);
        let messages = self.pipe.messages();
        let committed = messages.iter().rposition(|message| message.get("checkpoint").is_some()).unwrap_or(0);
        let documents = messages[..committed].iter().filter_map(|message| message.get("captured"));
        let mut rows: Vec<(String, Option<Value>)> = Vec::new();
        for captured in
            documents.filter(|captured| captured["binding"].as_u64() == binding.map(|index| index as u64))
        {
            let document = captured["doc"].clone();
            let parts: Vec<&str> = stream.key.iter().map(|field| document[field].as_str().unwrap()).collect();
            let key = if let [only] = parts[..] { only.to_owned() } else { json!(parts).to_string() };
            rows.retain(|(other, _)| *other != key);
            let is_deleted =
                document["_meta"]["op"] == "d" && document.as_object().unwrap().len() == parts.len() + 1;
            rows.push((key, (!is_deleted).then_some(document)));
        }
        rows
    }

    async fn state(&self) -> Option<State> {
        None
    }
}

#[tokio::test]
async fn the_sink_obeys_the_laws_of_sinks() {
    // Not those of stored states: this one keeps no more than Estuary's state has room for.
    let fresh = Runtime::default;
    conformance::committed_is_readable(&fresh()).await;
    conformance::a_dropped_sink_has_committed_nothing_more(&fresh()).await;
    conformance::replays_converge(&fresh()).await;
    conformance::the_later_write_wins(&fresh()).await;
    conformance::deleting_and_reviving(&fresh()).await;
    conformance::odd_keys_stay_apart(&fresh()).await;
    conformance::any_stream_name_is_fine(&fresh()).await;
    conformance::any_record_arrives(&fresh()).await;
    conformance::streams_do_not_mix(&fresh()).await;
    conformance::reopening_continues(&fresh()).await;
}

fn stream(name: &str, mode: Mode) -> Arc<StreamDescriptor> {
    Arc::new(StreamDescriptor::new(name, ["id"]).with_mode(mode))
}

fn update(stream: &str, checkpoint: Value) -> StateUpdate {
    let state = StreamState {
        checkpoint: Checkpoint(checkpoint),
        committed_at: jiff::Timestamp::UNIX_EPOCH,
        full_listing_records: None,
        snapshot: None,
    };
    StateUpdate { streams: [(stream.to_owned(), Some(state))].into(), access: None }
}

/// The patches of all checkpoints.
fn patches(messages: &[Value]) -> Vec<Value> {
    messages.iter().filter_map(|message| message.pointer("/checkpoint/state/updated").cloned()).collect()
}

#[tokio::test]
async fn beginnings_are_checkpointed_and_repetitions_are_not() {
    let pipe = Pipe::default();
    let state = json!({"bindingStateV1": {
        "old.v1": {"inc": {"cursor": ["t0"]}, "last_initialized": "2026-01-01T00:00:00Z"},
        "undated.v1": {"inc": {"cursor": ["t0"]}},
        "again.v1": {"inc": {"cursor": ["t0"]}, "last_initialized": "2026-01-01T00:00:00Z"},
    }, "backfillRequests": {"again.v1": true, "gone": true}});
    let mut sink = sink(&pipe, &["old", "undated", "again", "fresh"], &state);
    let streams = ["old", "undated", "again", "fresh"].map(|name| stream(name, Mode::Incremental));
    sink.open(&streams).await.unwrap();
    let begun = patches(&pipe.take());
    let nulls = json!({"again.v1": null, "gone": null});
    assert_eq!(begun[0], json!({"bindingStateV1": nulls, "backfillRequests": nulls}));
    let bindings = begun[1]["bindingStateV1"].as_object().unwrap();
    assert_eq!(bindings.keys().collect::<Vec<_>>(), ["again.v1", "fresh.v1", "undated.v1"]);
    assert_eq!(bindings["fresh.v1"]["inc"], json!({"cursor": [""]}));
    assert!(
        bindings["undated.v1"].get("inc").is_none() && bindings["undated.v1"]["last_initialized"].is_string()
    );
    assert_eq!(begun.len(), 2);

    sink.commit(&update("old", json!("t0"))).await.unwrap();
    assert!(pipe.take().is_empty(), "nothing has changed");
    sink.commit(&update("old", json!("t1"))).await.unwrap();
    assert_eq!(patches(&pipe.take()), [json!({"bindingStateV1": {"old.v1": {"inc": {"cursor": ["t1"]}}}})]);
    let records = [Record::upsert("1", r#"{"id":"1"}"#)];
    let write = Write { stream: &streams[0], pass: 1, records: &records, completion: None };
    sink.write(write).await.unwrap();
    sink.commit(&update("old", json!("t1"))).await.unwrap();
    assert_eq!(patches(&pipe.take()), [json!({})], "documents need a checkpoint even if the state stays");
}

#[tokio::test]
async fn a_snapshot_that_begins_anew_forgets_what_it_had() {
    let pipe = Pipe::default();
    let mut sink = sink(&pipe, &["pets"], &json!({}));
    let pets = stream("pets", Mode::Snapshot);
    sink.open(&[Arc::clone(&pets)]).await.unwrap();
    pipe.take();
    let mut write = async |pass, id: &str, completion: Option<Completion>| {
        let records = [Record::upsert(id, format!(r#"{{"id":"{id}"}}"#))];
        let write = Write { stream: &pets, pass, records: &records, completion: completion.as_ref() };
        let counts = sink.write(write).await.unwrap();
        sink.commit(&update("pets", json!({"running": pass}))).await.unwrap();
        (counts, pipe.take())
    };
    let (_, messages) = write(1, "a", None).await;
    assert!(messages.is_empty(), "neither rows nor a place within the listing");
    let (_, messages) = write(2, "b", None).await;
    assert!(messages.is_empty());
    let (counts, messages) = write(2, "c", Some(Completion::Everything)).await;
    assert_eq!((counts.written, messages.len()), (2, 3));
    assert_eq!(messages[0]["captured"]["doc"], json!({"_meta": {"op": "c", "row_id": 0}, "id": "b"}));
    assert_eq!(patches(&messages)[0]["bindingStateV1"]["pets.v1"]["snapshot"]["last_count"], 2);
}

#[tokio::test]
async fn a_stream_without_a_binding_is_refused() {
    let mut sink = sink(&Pipe::default(), &["pets"], &json!({}));
    let error = sink.open(&[stream("plants", Mode::Incremental)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}
