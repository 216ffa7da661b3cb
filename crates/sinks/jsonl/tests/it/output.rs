use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use capture_core::conformance::{self, Grave, Rows, SinkHarness};
use capture_core::{
    Counts, ErrorKind, Gone, Key, Record, Result, Sink, Stamp, StateUpdate, StreamDescriptor, Write,
};
use tempfile::TempDir;

use crate::reader::{break_state, fold, graves, key, mend_state, parsed};

/// What came down the pipe, piece by piece.
#[derive(Clone, Default)]
struct Pipe {
    pieces: Arc<Mutex<Vec<Vec<u8>>>>,
    is_broken: Arc<AtomicBool>,
}

impl Pipe {
    fn text(&self) -> String {
        String::from_utf8(self.pieces.lock().unwrap().concat()).unwrap()
    }
}

impl io::Write for Pipe {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.pieces.lock().unwrap().push(piece.to_vec());
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A pipe, and a place for the state if there is one.
struct Piped {
    pipe: Pipe,
    state: Option<TempDir>,
}

impl Piped {
    fn new(keeps_state: bool) -> Self {
        Self { pipe: Pipe::default(), state: keeps_state.then(|| tempfile::tempdir().unwrap()) }
    }
}

#[async_trait]
impl SinkHarness for Piped {
    async fn open(&self) -> Box<dyn Sink> {
        let state = self.state.as_ref().map(|directory| directory.path().join("state.json"));
        sink_jsonl::lines(self.pipe.clone(), state)
    }

    async fn rows(&self, stream: &StreamDescriptor) -> Rows {
        fold(&self.pipe.text(), |mut line| {
            let of_this_stream = line["stream"] == stream.name;
            of_this_stream.then(|| match line["op"].as_str().unwrap() {
                "upsert" => (key(stream, &line["record"]), Some(line["record"].take())),
                "delete" => (key(stream, &line["key"]), None),
                other => panic!("unknown op {other}"),
            })
        })
    }

    async fn graves(&self, stream: &StreamDescriptor) -> Option<Vec<Grave>> {
        let text = self.pipe.text();
        let gone = parsed(&text).filter(|line| line["op"] == "delete" && line["stream"] == stream.name);
        let gone = gone.map(|line| (key(stream, &line["key"]), line)).collect();
        Some(graves(gone, ["why", "at", "merged_into"]))
    }

    async fn break_writes(&self) -> bool {
        self.pipe.is_broken.store(true, Ordering::Relaxed);
        // Without a state, nothing could tell whether it stayed.
        self.state.is_some()
    }

    async fn break_commits(&self) -> bool {
        match &self.state {
            Some(directory) => break_state(&directory.path().join("state.json")),
            None => false,
        }
    }

    async fn mend(&self) {
        self.pipe.is_broken.store(false, Ordering::Relaxed);
        if let Some(directory) = &self.state {
            mend_state(&directory.path().join("state.json"));
        }
    }

    fn keeps_keys(&self) -> bool {
        self.state.is_some()
    }

    fn is_exclusive(&self) -> bool {
        self.state.is_some()
    }

    fn shows_uncommitted(&self) -> bool {
        true
    }
}

fn gone(key: impl Into<Key>) -> Record {
    Record::gone(key, Gone::Unseen)
}

fn stream(name: &str) -> Arc<StreamDescriptor> {
    Arc::new(StreamDescriptor::new(name, ["id", "at"]))
}

async fn open<W: io::Write + Send + 'static>(output: W) -> (Box<dyn Sink>, Arc<StreamDescriptor>) {
    let stream = stream("pets");
    let mut sink = sink_jsonl::lines(output, None);
    sink.load().await.unwrap();
    sink.open(&[Arc::clone(&stream)]).await.unwrap();
    (sink, stream)
}

async fn write(sink: &mut dyn Sink, stream: &Arc<StreamDescriptor>, records: Vec<Record>) -> Result<()> {
    sink.write(Write::new(Arc::clone(stream), Stamp::new(1), records)).await
}

async fn commit(sink: &mut dyn Sink) -> Result<Counts> {
    let committed = sink.commit(&StateUpdate::default()).await?;
    Ok(committed.counts.get("pets").copied().unwrap_or_default())
}

#[tokio::test]
async fn with_a_state_it_obeys_the_laws_of_sinks() {
    conformance::sink(|| Piped::new(true)).await;
}

/// Of the laws those that need no state.
#[tokio::test]
async fn without_a_state_it_obeys_those_that_need_none() {
    let fresh = || Piped::new(false);
    conformance::committed_is_readable(&fresh()).await;
    conformance::a_dropped_sink_has_committed_nothing_more(&fresh()).await;
    conformance::replays_converge(&fresh()).await;
    conformance::the_later_write_wins(&fresh()).await;
    conformance::deleting_and_reviving(&fresh()).await;
    conformance::odd_keys_stay_apart(&fresh()).await;
    conformance::any_record_arrives(&fresh()).await;
    conformance::streams_do_not_mix(&fresh()).await;
}

#[tokio::test]
async fn a_line_names_stream_and_operation_and_keeps_the_record_as_it_was() {
    let pipe = Pipe::default();
    let (mut sink, stream) = open(pipe.clone()).await;
    let records = vec![
        Record::upsert("x", r#"{ "b" : 1.10,  "a":"\u00fc" }"#),
        Record::upsert("x", "{\n \"b\": 1\n}"),
        Record::gone(
            Key::from_parts(&["a\"b".into(), "2".into()]).unwrap(),
            Gone::Reported { at: Some("2026-01-02T03:04:05Z".parse().unwrap()) },
        ),
    ];
    write(&mut *sink, &stream, records).await.unwrap();
    assert_eq!(pipe.text(), "", "nothing is handed over before it must be");
    let counts = commit(&mut *sink).await.unwrap();
    assert_eq!(counts, Counts { written: 2, deleted: 1, ..Counts::default() });
    let expected = concat!(
        "{\"stream\":\"pets\",\"op\":\"upsert\",\"record\":{ \"b\" : 1.10,  \"a\":\"\\u00fc\" }}\n",
        "{\"stream\":\"pets\",\"op\":\"upsert\",\"record\":{\"b\":1}}\n",
        "{\"stream\":\"pets\",\"op\":\"delete\",\"key\":{\"id\":\"a\\\"b\",\"at\":\"2\"},",
        "\"why\":\"reported\",\"at\":\"2026-01-02T03:04:05.000Z\"}\n",
    );
    assert_eq!(pipe.text(), expected);
}

#[tokio::test]
async fn pieces_are_large_and_end_with_a_line() {
    let pipe = Pipe::default();
    let (mut sink, stream) = open(pipe.clone()).await;
    let record = Record::upsert("x", format!("{{\"text\":\"{}\"}}", "x".repeat(2_000)));
    let records = vec![record; 1_000];
    write(&mut *sink, &stream, records).await.unwrap();
    commit(&mut *sink).await.unwrap();
    let pieces = pipe.pieces.lock().unwrap();
    assert!(pieces.len() < 10, "{} pieces", pieces.len());
    assert!(pieces.iter().all(|piece| piece.ends_with(b"}}\n")));
}

/// Fails with this error.
struct Broken(io::ErrorKind);

impl io::Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_reader_that_has_gone_is_told_from_an_output_that_fails() {
    for (cause, kind) in
        [(io::ErrorKind::BrokenPipe, ErrorKind::Closed), (io::ErrorKind::StorageFull, ErrorKind::Storage)]
    {
        let (mut sink, stream) = open(Broken(cause)).await;
        let records = vec![gone("a")];
        write(&mut *sink, &stream, records).await.unwrap();
        assert_eq!(commit(&mut *sink).await.unwrap_err().kind(), kind);

        let (mut sink, stream) = open(Broken(cause)).await;
        let records = vec![Record::upsert("x", "x".repeat(100_000)); 10];
        assert_eq!(write(&mut *sink, &stream, records).await.unwrap_err().kind(), kind);
    }
}

/// Whoever redirects the output keeps it, so a state never speaks of what may still be lost.
#[cfg(unix)]
#[tokio::test]
async fn what_cannot_be_synced_is_not_committed() {
    let directory = tempfile::tempdir().unwrap();
    // A pipe cannot be synced.
    let (_reader, pipe) = io::pipe().unwrap();
    let lines = sink_jsonl::Lines::new(Pipe::default())
        .synced_by(Some(std::fs::File::from(std::os::fd::OwnedFd::from(pipe))));
    let state = directory.path().join("state.json");
    let ledger = capture_ledger::SqliteLedger::beside(&state);
    let store = capture_core::FileStateStore::new(&state);
    let mut sink = capture_core::Appending::new(lines, store, ledger);
    sink.load().await.unwrap();
    let stream = stream("pets");
    sink.open(&[Arc::clone(&stream)]).await.unwrap();
    write(&mut sink, &stream, vec![Record::upsert("a", "{}")]).await.unwrap();
    let checkpoint = capture_core::Checkpoint::from(serde_json::json!(1));
    let update = capture_core::StreamState::new(checkpoint, "2026-01-01T00:00:00Z".parse().unwrap());
    let update = StateUpdate::new([("pets".to_owned(), Some(update))]);
    assert_eq!(sink.commit(&update).await.unwrap_err().kind(), ErrorKind::Storage);
    assert!(!state.exists());
}
