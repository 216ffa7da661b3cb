//! The laws of sinks, read back as Estuary's runtime reads: documents count once a checkpoint has followed.

// A failed unwrap is a failed test, in helpers as well.
#![allow(clippy::unwrap_used)]

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use async_trait::async_trait;
use capture_core::conformance::{self, Rows, SinkHarness};
use capture_core::{
    Checkpoint, CommitPace, Committed, Counts, ErrorKind, Gone, Identity, Key, Mode, Outcome, Record, Result,
    Share, Sink, Stamp, State, StateUpdate, StreamDescriptor, StreamState, Sweep, SweepDue, Token, Within,
    Write,
};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sink_estuary::{Acknowledgements, Binding, Codec, EstuarySink, Numbers, Output, SavedState};
use tokio::io::AsyncWrite;

/// What came down the pipe, and whether it takes nothing more.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>, Arc<AtomicBool>);

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
        if self.1.load(Ordering::Relaxed) {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
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

fn sink(pipe: &Pipe, streams: &[&str], state: &Value) -> EstuarySink<Pipe> {
    let bind = |(index, stream): (u32, &&str)| {
        let stream = (*stream).to_owned();
        Binding { state_key: format!("{stream}.v1"), stream, index }
    };
    let bindings: Vec<Binding> = (0..).zip(streams).map(bind).collect();
    let state = RawValue::from_string(state.to_string()).unwrap();
    let saved = SavedState::read(&state, &bindings).unwrap();
    let output = Output::new(Codec::Json, pipe.clone());
    EstuarySink::new(output, bindings, &saved, Numbers::Exact, Acknowledgements::none())
}

/// Learns its streams as they come, as the laws want it; a real one is given its bindings before.
struct Late {
    pipe: Pipe,
    /// The streams of all sinks on the pipe: their index is their binding.
    streams: Arc<Mutex<Vec<String>>>,
    sink: EstuarySink<Pipe>,
}

impl Late {
    /// A sink from the state of the last checkpoint, as the runtime would open it.
    fn new(pipe: &Pipe, streams: &Arc<Mutex<Vec<String>>>) -> Self {
        let names = streams.lock().unwrap().clone();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let sink = sink(pipe, &names, &folded(&patches(&pipe.messages())));
        Self { pipe: pipe.clone(), streams: Arc::clone(streams), sink }
    }
}

#[async_trait]
impl Sink for Late {
    async fn load(&mut self) -> Result<State> {
        self.sink.load().await
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        {
            let mut all = self.streams.lock().unwrap();
            let new: Vec<String> =
                streams.iter().map(|stream| stream.name.clone()).filter(|name| !all.contains(name)).collect();
            all.extend(new);
        }
        *self = Self::new(&self.pipe, &self.streams);
        self.sink.open(streams).await
    }

    async fn write(&mut self, write: Write) -> Result<()> {
        self.sink.write(write).await
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        self.sink.sweep(sweep).await
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        self.sink.unseen(sweep).await
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        self.sink.known(stream, keys).await
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        self.sink.commit(update).await
    }

    async fn ended(&mut self, stream: &StreamDescriptor, outcome: &Outcome) -> Result<()> {
        self.sink.ended(stream, outcome).await
    }

    async fn close(&mut self) -> Result<()> {
        self.sink.close().await
    }

    fn pace(&self) -> CommitPace {
        self.sink.pace()
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
        {
            let mut bytes = self.pipe.0.lock().unwrap();
            let text = String::from_utf8(bytes.clone()).unwrap();
            let committed =
                text.rfind(r#"{"checkpoint""#).map_or(0, |at| at + text[at..].find('\n').unwrap() + 1);
            bytes.truncate(committed);
        }
        Box::new(Late::new(&self.pipe, &self.streams))
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

    async fn break_writes(&self) -> bool {
        self.pipe.1.store(true, Ordering::Relaxed);
        true
    }

    async fn break_commits(&self) -> bool {
        self.break_writes().await
    }

    async fn mend(&self) {
        self.pipe.1.store(false, Ordering::Relaxed);
    }

    fn is_exclusive(&self) -> bool {
        // The runtime sees to it.
        false
    }

    fn keeps_keys(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn the_sink_obeys_the_laws_of_sinks() {
    conformance::sink(Runtime::default).await;
}

fn stream(name: &str, mode: Mode) -> Arc<StreamDescriptor> {
    Arc::new(StreamDescriptor::new(name, ["id"]).with_mode(mode))
}

fn update(stream: &str, state: StreamState) -> StateUpdate {
    StateUpdate::new([(stream.to_owned(), Some(state))])
}

fn at(token: &str) -> StreamState {
    StreamState::new(Checkpoint::new(Some(Token::new(token)), None), jiff::Timestamp::UNIX_EPOCH)
}

/// The patches of all checkpoints.
fn patches(messages: &[Value]) -> Vec<Value> {
    messages.iter().filter_map(|message| message.pointer("/checkpoint/state/updated").cloned()).collect()
}

/// The state that they make, by the rules of RFC 7396.
fn folded(patches: &[Value]) -> Value {
    fn merge(target: &mut Value, patch: &Value) {
        let Value::Object(patch) = patch else {
            *target = patch.clone();
            return;
        };
        if !target.is_object() {
            *target = json!({});
        }
        let members = target.as_object_mut().unwrap();
        for (name, value) in patch {
            if value.is_null() {
                members.remove(name);
            } else {
                merge(members.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
    }
    let mut state = json!({});
    patches.iter().for_each(|patch| merge(&mut state, patch));
    state
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

    sink.commit(&update("old", at("t0"))).await.unwrap();
    assert!(pipe.take().is_empty(), "nothing has changed");
    sink.commit(&update("old", at("t1"))).await.unwrap();
    assert_eq!(patches(&pipe.take()), [json!({"bindingStateV1": {"old.v1": {"inc": {"cursor": ["t1"]}}}})]);
    let records = vec![Record::upsert("1", r#"{"id":"1"}"#)];
    sink.write(Write::new(Arc::clone(&streams[0]), Stamp::new(1), records)).await.unwrap();
    sink.commit(&update("old", at("t1"))).await.unwrap();
    assert_eq!(patches(&pipe.take()), [json!({})], "documents need a checkpoint even if the state stays");
}

#[tokio::test]
async fn what_is_gone_is_a_deletion_and_what_was_not_seen_is_none() {
    let pipe = Pipe::default();
    let state =
        json!({"bindingStateV1": {"pets.v1": {"inc": {"cursor": ["t0"]}, "last_initialized": "2026"}}});
    let mut sink = sink(&pipe, &["pets"], &state);
    let pets = stream("pets", Mode::Child);
    sink.open(&[Arc::clone(&pets)]).await.unwrap();
    let records = vec![Record::gone("a", Gone::NotFound), Record::upsert("b", r#"{"id":"b"}"#)];
    sink.write(Write::new(Arc::clone(&pets), Stamp::new(1), records)).await.unwrap();
    let everything = Sweep::new(Arc::clone(&pets), Stamp::new(9), Within::Everything);
    assert_eq!(sink.unseen(&everything).await.unwrap(), Share::default());
    sink.sweep(everything).await.unwrap();
    sink.sweep(Sweep::new(Arc::clone(&pets), Stamp::new(9), Within::Scopes(vec![Key::from("s")])))
        .await
        .unwrap();
    let counts = sink.commit(&StateUpdate::default()).await.unwrap().counts["pets"];
    assert_eq!(counts, Counts { written: 1, deleted: 1, ..Counts::default() });
    let documents: Vec<Value> =
        pipe.take().iter().filter_map(|message| message.pointer("/captured/doc").cloned()).collect();
    assert_eq!(documents, [json!({"_meta": {"op": "d"}, "id": "a"}), json!({"id": "b"})]);
}

#[tokio::test]
async fn a_quiet_poll_is_no_checkpoint() {
    let pipe = Pipe::default();
    let mut sink = sink(&pipe, &["pets"], &json!({}));
    sink.open(&[stream("pets", Mode::Incremental)]).await.unwrap();
    let mut state = at("t1");
    state.asked_by = Some(Identity::new("me", "https://example.org"));
    state.stamp = Stamp::new(1);
    sink.commit(&update("pets", state.clone())).await.unwrap();
    pipe.take();
    state.stamp = Stamp::new(2);
    sink.commit(&update("pets", state)).await.unwrap();
    assert!(pipe.take().is_empty());
}

#[tokio::test]
async fn a_snapshot_that_begins_anew_forgets_what_it_had() {
    let pipe = Pipe::default();
    let mut sink = sink(&pipe, &["pets"], &json!({}));
    let pets = stream("pets", Mode::Snapshot);
    sink.open(&[Arc::clone(&pets)]).await.unwrap();
    pipe.take();
    // What is saved with a row: that a listing is under way, or has ended.
    let under_way = |began| {
        let mut state = at("t");
        state.listing = Some(Stamp::new(began));
        state
    };
    let mut ended = at("t");
    ended.sweep_due = Some(SweepDue::new(Stamp::new(3), None));
    for (seen, id, state) in [
        (1, "a", under_way(1)),
        // Rows of two listings between two commits.
        (2, "a", under_way(3)),
        (3, "b", under_way(3)),
        (4, "c", ended),
    ] {
        let records = vec![Record::upsert(id, format!(r#"{{"id":"{id}"}}"#))];
        sink.write(Write::new(Arc::clone(&pets), Stamp::new(seen), records)).await.unwrap();
        let committed = sink.commit(&update("pets", state)).await.unwrap();
        assert_eq!(committed, Committed::default());
        assert!(pipe.take().is_empty(), "neither rows nor a place within the listing");
    }
    sink.sweep(Sweep::new(Arc::clone(&pets), Stamp::new(3), Within::Everything)).await.unwrap();
    let committed = sink.commit(&update("pets", at("t"))).await.unwrap();
    let messages = pipe.take();
    assert_eq!((committed.counts["pets"].written, messages.len()), (2, 3));
    assert_eq!(messages[0]["captured"]["doc"], json!({"_meta": {"op": "c", "row_id": 0}, "id": "b"}));
    assert_eq!(patches(&messages)[0]["bindingStateV1"]["pets.v1"]["snapshot"]["last_count"], 2);
    assert_eq!(sink.load().await.unwrap(), State::default(), "the next session lists it anew");
}

#[tokio::test]
async fn a_snapshot_that_proved_nothing_is_not_delivered() {
    let pipe = Pipe::default();
    let mut sink = sink(&pipe, &["pets"], &json!({}));
    let pets = stream("pets", Mode::Snapshot);
    sink.open(&[Arc::clone(&pets)]).await.unwrap();
    pipe.take();
    let write = |seen, id: &str| {
        let records = vec![Record::upsert(id, format!(r#"{{"id":"{id}"}}"#))];
        Write::new(Arc::clone(&pets), Stamp::new(seen), records)
    };
    // It has ended and owes no sweep.
    sink.write(write(1, "a")).await.unwrap();
    sink.commit(&update("pets", at("t"))).await.unwrap();
    assert!(pipe.take().is_empty());
    sink.write(write(2, "b")).await.unwrap();
    sink.sweep(Sweep::new(Arc::clone(&pets), Stamp::new(2), Within::Everything)).await.unwrap();
    sink.commit(&update("pets", at("t"))).await.unwrap();
    let messages = pipe.take();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0]["captured"]["doc"]["id"], "b");
}

#[tokio::test]
async fn a_stream_without_a_binding_is_refused() {
    let mut sink = sink(&Pipe::default(), &["pets"], &json!({}));
    let error = sink.open(&[stream("plants", Mode::Incremental)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}
