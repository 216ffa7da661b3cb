//! What the runner promises, whatever sources and sinks do.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use capture_core::{
    Access, Batch, Capabilities, Capture, Checkpoint, Completion, Counts, Error, ErrorKind, MemorySink,
    MemoryStateStore, Mode, Op, Outcome, Part, ReconcilePolicy, Record, Report, Result, Runner,
    RunnerOptions, Selection, Sink, SnapshotDelivery, Source, StateUpdate, Step, StreamDescriptor,
    StreamRequest, StreamRetry, Write,
};
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// What a scripted stream does next.
enum Act {
    Records(u64, Vec<Record>, Option<Completion>),
    Fail(ErrorKind),
    Panic,
    /// Never returns.
    Hang,
    UpToDate,
}

type Script = Arc<Mutex<VecDeque<Act>>>;

/// Streams that do as they are told, and then have nothing more.
#[derive(Clone, Default)]
struct Scripted {
    scripts: BTreeMap<String, (Mode, Script)>,
    handed_out: Arc<AtomicUsize>,
}

impl Scripted {
    fn stream(mut self, name: &str, mode: Mode, acts: impl IntoIterator<Item = Act>) -> Self {
        self.scripts.insert(name.to_owned(), (mode, Arc::new(Mutex::new(acts.into_iter().collect()))));
        self
    }

    fn names(&self) -> Vec<Selection> {
        self.scripts.keys().map(Selection::new).collect()
    }
}

struct ScriptedCapture {
    streams: [Arc<StreamDescriptor>; 1],
    script: Script,
    handed_out: Arc<AtomicUsize>,
    step: u64,
}

#[async_trait]
impl Source for Scripted {
    async fn open(&self, requests: Vec<StreamRequest>) -> Result<Vec<Box<dyn Capture>>> {
        let open = |request: StreamRequest| -> Box<dyn Capture> {
            let (mode, script) = self.scripts[&request.stream].clone();
            let step = request.checkpoint.and_then(|checkpoint| checkpoint.0.as_u64()).unwrap_or(0);
            let descriptor = StreamDescriptor::new(request.stream, ["id"]).with_mode(mode);
            let handed_out = Arc::clone(&self.handed_out);
            Box::new(ScriptedCapture { streams: [Arc::new(descriptor)], script, handed_out, step })
        };
        Ok(requests.into_iter().map(open).collect())
    }
}

#[async_trait]
impl Capture for ScriptedCapture {
    fn streams(&self) -> &[Arc<StreamDescriptor>] {
        &self.streams
    }

    async fn next(&mut self) -> Result<Step> {
        let act = self.script.lock().unwrap().pop_front();
        match act {
            Some(Act::Records(pass, records, completion)) => {
                self.step += 1;
                self.handed_out.fetch_add(1, Ordering::SeqCst);
                let parts = vec![Part { stream: 0, pass, records, completion }];
                let checkpoint = Checkpoint(json!(self.step));
                Ok(Step::Batch(Batch { parts, checkpoint, requests: 1, notes: Vec::new(), progress: None }))
            }
            Some(Act::Fail(kind)) => Err(Error::new(kind, "as scripted").with_requests(1)),
            Some(Act::Panic) => panic!("as scripted"),
            Some(Act::Hang) => std::future::pending().await,
            Some(Act::UpToDate) | None => Ok(Step::UpToDate { requests: 0 }),
        }
    }
}

fn records(keys: &[&str]) -> Vec<Record> {
    keys.iter().map(|key| Record::upsert(*key, format!(r#"{{"id":"{key}"}}"#))).collect()
}

fn page(pass: u64, keys: &[&str]) -> Act {
    Act::Records(pass, records(keys), None)
}

fn last_page(pass: u64, keys: &[&str]) -> Act {
    Act::Records(pass, records(keys), Some(Completion::Everything))
}

async fn run(source: &Scripted, sink: impl Sink, store: &MemoryStateStore) -> Result<Report> {
    run_with(source, sink, store, RunnerOptions::default(), Access::default(), CancellationToken::new()).await
}

async fn run_with(
    source: &Scripted,
    sink: impl Sink,
    store: &MemoryStateStore,
    options: RunnerOptions,
    access: Access,
    cancel: CancellationToken,
) -> Result<Report> {
    let runner = Runner::new(source.clone(), sink, store.clone()).options(options);
    runner.run(source.names(), access, cancel).await
}

fn checkpoint(store: &MemoryStateStore, stream: &str) -> Option<u64> {
    store.state().streams.get(stream).and_then(|saved| saved.checkpoint.0.as_u64())
}

/// A sink that appends, notes what it was given, and can be told to fail or to be slow.
#[derive(Clone, Default)]
struct Appending {
    written: Arc<Mutex<Vec<String>>>,
    committed: Arc<AtomicUsize>,
    fail_commit: Option<ErrorKind>,
    pause: Duration,
    largest_lead: Arc<AtomicUsize>,
    handed_out: Option<Arc<AtomicUsize>>,
    writes: Arc<AtomicUsize>,
}

#[async_trait]
impl Sink for Appending {
    fn capabilities(&self) -> Capabilities {
        Capabilities { snapshots: SnapshotDelivery::Differences, stores_state: false }
    }

    async fn open(&mut self, _: &[Arc<StreamDescriptor>]) -> Result<()> {
        Ok(())
    }

    async fn write(&mut self, write: Write<'_>) -> Result<Counts> {
        assert!(write.completion.is_none(), "a sink without keys has nothing to reconcile");
        tokio::time::sleep(self.pause).await;
        let done = self.writes.fetch_add(1, Ordering::SeqCst);
        if let Some(handed_out) = &self.handed_out {
            self.largest_lead.fetch_max(handed_out.load(Ordering::SeqCst) - done, Ordering::SeqCst);
        }
        let line = |record: &Record| match record.op {
            Op::Upsert(_) => record.key.as_str().to_owned(),
            Op::Delete => format!("-{}", record.key.as_str()),
        };
        self.written.lock().unwrap().extend(write.records.iter().map(line));
        Ok(Counts { written: write.records.len() as u64, ..Counts::default() })
    }

    async fn commit(&mut self, _: &StateUpdate) -> Result<()> {
        if let Some(kind) = self.fail_commit {
            return Err(Error::new(kind, "as scripted"));
        }
        self.committed.store(self.written.lock().unwrap().len(), Ordering::SeqCst);
        Ok(())
    }

    async fn close(&mut self) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn i1_a_commit_that_fails_moves_no_checkpoint() {
    let source = Scripted::default().stream("pets", Mode::Incremental, [page(1, &["a"])]);
    let store = MemoryStateStore::new();
    let sink = Appending { fail_commit: Some(ErrorKind::Storage), ..Appending::default() };
    assert_eq!(run(&source, sink, &store).await.unwrap_err().kind(), ErrorKind::Storage);
    assert_eq!(checkpoint(&store, "pets"), None);
}

#[tokio::test]
async fn i1_what_came_before_a_failure_is_committed_and_not_asked_for_again() {
    let acts = [page(1, &["a"]), page(1, &["b"]), Act::Fail(ErrorKind::Data), page(1, &["c"])];
    let source = Scripted::default().stream("pets", Mode::Incremental, acts);
    let (store, sink) = (MemoryStateStore::new(), MemorySink::new());
    let report = run(&source, sink.clone(), &store).await.unwrap();
    assert!(matches!(report.streams["pets"].outcome, Outcome::Failed { kind: ErrorKind::Data, .. }));
    assert_eq!((checkpoint(&store, "pets"), sink.rows("pets").len()), (Some(2), 2));
    run(&source, sink.clone(), &store).await.unwrap();
    assert_eq!((checkpoint(&store, "pets"), sink.rows("pets").len()), (Some(3), 3));
}

#[tokio::test]
async fn i6_one_streams_trouble_stays_its_own() {
    let source = Scripted::default()
        .stream("denied", Mode::Incremental, [Act::Fail(ErrorKind::Denied)])
        .stream("broken", Mode::Incremental, [Act::Fail(ErrorKind::Data)])
        .stream("panics", Mode::Incremental, [page(1, &["p"]), Act::Panic])
        .stream("fine", Mode::Incremental, [page(1, &["a"])]);
    let (store, sink) = (MemoryStateStore::new(), MemorySink::new());
    let report = run(&source, sink.clone(), &store).await.unwrap();
    assert!(matches!(report.streams["denied"].outcome, Outcome::Skipped { .. }));
    assert!(matches!(report.streams["broken"].outcome, Outcome::Failed { .. }));
    assert!(matches!(report.streams["panics"].outcome, Outcome::Failed { .. }));
    assert_eq!(report.streams["fine"].outcome, Outcome::UpToDate);
    assert_eq!((sink.rows("fine").len(), sink.rows("panics").len()), (1, 1));
}

#[tokio::test]
async fn refused_credentials_end_the_run_after_a_commit() {
    let acts = [page(1, &["a"]), Act::Fail(ErrorKind::Credentials)];
    let source = Scripted::default().stream("pets", Mode::Incremental, acts).stream(
        "z",
        Mode::Incremental,
        [Act::Hang],
    );
    let (store, sink) = (MemoryStateStore::new(), MemorySink::new());
    assert_eq!(run(&source, sink.clone(), &store).await.unwrap_err().kind(), ErrorKind::Credentials);
    assert_eq!((checkpoint(&store, "pets"), sink.rows("pets").len()), (Some(1), 1));
}

#[tokio::test(start_paused = true)]
async fn a_passing_fault_is_tried_again_with_growing_pauses() {
    let fault = || Act::Fail(ErrorKind::Transient);
    let acts = [fault(), fault(), page(1, &["a"]), fault(), fault(), fault()];
    let source = Scripted::default().stream("pets", Mode::Incremental, acts);
    let retry =
        StreamRetry { attempts: 2, first_pause: Duration::from_secs(10), max_pause: Duration::from_secs(15) };
    let options = RunnerOptions { retry, ..RunnerOptions::default() };
    let (store, began) = (MemoryStateStore::new(), Instant::now());
    let report =
        run_with(&source, MemorySink::new(), &store, options, Access::default(), CancellationToken::new())
            .await;
    let report = report.unwrap();
    // Progress makes patience new: 10 + 15 before the page, 10 + 15 after it, then the last fault counts.
    assert_eq!(began.elapsed().as_secs(), 50);
    assert!(matches!(report.streams["pets"].outcome, Outcome::Failed { kind: ErrorKind::Transient, .. }));
    assert_eq!(report.streams["pets"].requests, 6);
}

#[tokio::test]
async fn an_interrupt_commits_what_was_read() {
    let source = Scripted::default().stream("pets", Mode::Incremental, [page(1, &["a"]), Act::Hang]);
    let (store, sink, cancel) = (MemoryStateStore::new(), Appending::default(), CancellationToken::new());
    let (writes, stop) = (Arc::clone(&sink.writes), cancel.clone());
    let interrupt = async move {
        while writes.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    };
    let options = RunnerOptions { commit_interval: Duration::from_secs(3600), ..RunnerOptions::default() };
    let running = run_with(&source, sink.clone(), &store, options, Access::default(), cancel);
    let (report, ()) = tokio::join!(running, interrupt);
    let report = report.unwrap();
    assert!(report.interrupted);
    assert_eq!(report.streams["pets"].outcome, Outcome::Interrupted);
    assert_eq!((checkpoint(&store, "pets"), sink.committed.load(Ordering::SeqCst)), (Some(1), 1));
}

#[tokio::test]
async fn a_reader_that_has_gone_ends_the_run_quietly_and_moves_no_state() {
    let source = Scripted::default().stream("pets", Mode::Incremental, [page(1, &["a"])]);
    let store = MemoryStateStore::new();
    let sink = Appending { fail_commit: Some(ErrorKind::Closed), ..Appending::default() };
    let report = run(&source, sink, &store).await.unwrap();
    assert!(report.output_closed);
    assert_eq!(checkpoint(&store, "pets"), None);
}

#[tokio::test(start_paused = true)]
async fn a_slow_sink_holds_the_source_back() {
    let body = "x".repeat(1000);
    let big =
        |index: usize| Record::upsert(format!("{index}"), format!(r#"{{"id":"{index}","pad":"{body}"}}"#));
    let acts = (0..200).map(|index| Act::Records(1, vec![big(index)], None));
    let source = Scripted::default().stream("pets", Mode::Incremental, acts);
    let handed_out = Some(Arc::clone(&source.handed_out));
    let sink = Appending { pause: Duration::from_millis(100), handed_out, ..Appending::default() };
    let options = RunnerOptions { in_flight_bytes: 4096, ..RunnerOptions::default() };
    let store = MemoryStateStore::new();
    run_with(&source, sink.clone(), &store, options, Access::default(), CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(sink.written.lock().unwrap().len(), 200);
    // Four records fit the budget: besides them, the one that waits for room.
    assert!(sink.largest_lead.load(Ordering::SeqCst) <= 6, "{:?}", sink.largest_lead);
}

#[tokio::test(start_paused = true)]
async fn commits_come_by_time_while_a_listing_goes_on() {
    let acts = [page(1, &["a"]), Act::Hang];
    let source = Scripted::default().stream("pets", Mode::Incremental, acts);
    let (store, cancel) = (MemoryStateStore::new(), CancellationToken::new());
    let (watched, stop) = (store.clone(), cancel.clone());
    let watch = async move {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let committed = checkpoint(&watched, "pets");
        stop.cancel();
        committed
    };
    let options = RunnerOptions::default();
    let running = run_with(&source, MemorySink::new(), &store, options, Access::default(), cancel);
    let (report, committed) = tokio::join!(running, watch);
    report.unwrap();
    assert_eq!(committed, Some(1));
}

#[tokio::test]
async fn a_snapshot_reaches_a_sink_without_keys_as_differences() {
    let acts = [
        page(1, &["a", "b"]),
        last_page(1, &["c"]),
        Act::UpToDate,
        last_page(2, &["a", "c", "d"]),
        Act::UpToDate,
        last_page(3, &["a", "c", "d"]),
    ];
    let source = Scripted::default().stream("reasons", Mode::Snapshot, acts);
    let (store, sink) = (MemoryStateStore::new(), Appending::default());
    let mut seen = Vec::new();
    for _ in 0..3 {
        // The index that tells the differences survives in the state.
        run(&source, sink.clone(), &store).await.unwrap();
        seen.push(std::mem::take(&mut *sink.written.lock().unwrap()));
    }
    assert_eq!(seen, [vec!["a", "b", "c"], vec!["d", "-b"], vec![]]);
}

#[tokio::test]
async fn rows_are_taken_for_deleted_only_when_the_key_sees_no_less() {
    let access = |identity: &str, streams: &[&str]| Access {
        identity: identity.to_owned(),
        grants: None,
        streams: streams.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(),
    };
    let whole = access("key", &["pets", "people"]);
    let cases = [
        (whole.clone(), ReconcilePolicy::Auto, 1),
        (access("key", &["pets"]), ReconcilePolicy::Auto, 2),
        (access("other", &["pets", "people"]), ReconcilePolicy::Auto, 2),
        (access("other", &["pets"]), ReconcilePolicy::Accept, 1),
        (whole.clone(), ReconcilePolicy::Never, 2),
    ];
    for (later, reconcile, expected) in cases {
        let acts = [last_page(1, &["a", "b"]), Act::UpToDate, last_page(2, &["a"])];
        let source = Scripted::default().stream("pets", Mode::Incremental, acts);
        let (store, sink) = (MemoryStateStore::new(), MemorySink::new());
        let options = RunnerOptions { reconcile, ..RunnerOptions::default() };
        let token = CancellationToken::new();
        run_with(&source, sink.clone(), &store, options.clone(), whole.clone(), token.clone()).await.unwrap();
        let report = run_with(&source, sink.clone(), &store, options, later.clone(), token).await.unwrap();
        assert_eq!(sink.rows("pets").len(), expected, "{later:?} {reconcile:?}");
        assert_eq!(report.reconcile_withheld.is_some(), expected == 2);
        let yardstick = store.state().access.unwrap();
        assert_eq!(yardstick, if reconcile == ReconcilePolicy::Accept { later } else { whole.clone() });
    }
}

#[tokio::test]
async fn a_stream_that_is_denied_where_it_was_not_keeps_everything() {
    let source = Scripted::default()
        .stream("a_lost", Mode::Incremental, [page(1, &["x"]), Act::UpToDate, Act::Fail(ErrorKind::Denied)])
        .stream("pets", Mode::Incremental, [last_page(1, &["a", "b"]), Act::UpToDate, last_page(2, &["a"])]);
    let (store, sink) = (MemoryStateStore::new(), MemorySink::new());
    run(&source, sink.clone(), &store).await.unwrap();
    let report = run(&source, sink.clone(), &store).await.unwrap();
    assert!(report.reconcile_withheld.is_some());
    assert_eq!(sink.rows("pets").len(), 2);
}
