//! What the runner promises, whatever sources and sinks do.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use capture_core::{
    Appending, CommitPace, ErrorKind, Event, Identity, MemorySink, MemoryStateStore, NoLedger, Outcome, Part,
    Record, Report, Result, Runner, RunnerOptions, Selection, Sink, Source, State, StreamRetry,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::scripted::{Act, Lines, Scripted, changes, first, full, last, me, middle};

async fn run(source: &Scripted, sink: impl Sink) -> Result<Report> {
    run_with(source, sink, RunnerOptions::default(), CancellationToken::new()).await
}

async fn run_with(
    source: &Scripted,
    sink: impl Sink,
    options: RunnerOptions,
    cancel: CancellationToken,
) -> Result<Report> {
    Runner::new(source.clone(), sink).options(options).run(source.names(), me(), cancel).await
}

fn appending(lines: &Lines, store: &MemoryStateStore) -> Appending<Lines, MemoryStateStore, NoLedger> {
    Appending::new(lines.clone(), store.clone(), NoLedger)
}

fn checkpoint(state: &State, stream: &str) -> Option<u64> {
    state.streams.get(stream).and_then(|saved| saved.checkpoint.progress.as_ref()?.as_u64())
}

#[tokio::test]
async fn i1_a_commit_that_fails_moves_no_checkpoint() {
    let source = Scripted::default().stream("pets", [changes(&["a"])]);
    let (store, lines) =
        (MemoryStateStore::new(), Lines { fail_flush: Some(ErrorKind::Storage), ..Lines::default() });
    assert_eq!(run(&source, appending(&lines, &store)).await.unwrap_err().kind(), ErrorKind::Storage);
    assert_eq!(checkpoint(&store.state(), "pets"), None);
}

#[tokio::test]
async fn i1_what_came_before_a_failure_is_committed_and_not_asked_for_again() {
    let acts = [first(&["a"]), middle(&["b"]), Act::Fail(ErrorKind::Data), last(&["c"])];
    let source = Scripted::default().stream("pets", acts);
    let sink = MemorySink::new();
    let report = run(&source, sink.clone()).await.unwrap();
    assert!(matches!(report.streams["pets"].outcome, Outcome::Failed { kind: ErrorKind::Data, .. }));
    assert_eq!((checkpoint(&sink.state(), "pets"), sink.rows("pets").len()), (Some(2), 2));
    run(&source, sink.clone()).await.unwrap();
    assert_eq!((checkpoint(&sink.state(), "pets"), sink.rows("pets").len()), (Some(3), 3));
}

#[tokio::test]
async fn i6_one_streams_trouble_stays_its_own() {
    let source = Scripted::default()
        .stream("denied", [Act::Fail(ErrorKind::Denied)])
        .stream("broken", [Act::Fail(ErrorKind::Data)])
        .stream("panics", [first(&["p"]), Act::Panic])
        .stream("fine", [full(&["a"])]);
    let sink = MemorySink::new();
    let report = run(&source, sink.clone()).await.unwrap();
    assert!(matches!(report.streams["denied"].outcome, Outcome::Skipped { .. }));
    assert!(matches!(report.streams["broken"].outcome, Outcome::Failed { .. }));
    assert!(matches!(report.streams["panics"].outcome, Outcome::Failed { .. }));
    assert_eq!(report.streams["fine"].outcome, Outcome::UpToDate);
    assert_eq!((sink.rows("fine").len(), sink.rows("panics").len()), (1, 1));
}

#[tokio::test]
async fn refused_credentials_end_the_run_after_a_commit() {
    let source = Scripted::default()
        .stream("pets", [first(&["a"]), Act::Fail(ErrorKind::Credentials)])
        .stream("z", [Act::Hang]);
    let sink = MemorySink::new();
    assert_eq!(run(&source, sink.clone()).await.unwrap_err().kind(), ErrorKind::Credentials);
    assert_eq!((checkpoint(&sink.state(), "pets"), sink.rows("pets").len()), (Some(1), 1));
}

#[tokio::test]
async fn a_source_that_breaks_its_contract_is_named_and_nothing_panics() {
    let stray = Act::Part(Part::new(7, vec![Record::upsert("a", "{}")]));
    let source = Scripted::default().stream("pets", [stray]);
    let error = run(&source, MemorySink::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Contract);
    assert!(error.to_string().contains("pets"), "{error}");

    for (names, what) in [(vec!["pets", "toys"], "no capture for toys"), (vec![], "unasked")] {
        let source = Fixed(Scripted::default().stream("pets", []));
        let selections = names.into_iter().map(Selection::new);
        let runner = Runner::new(source, MemorySink::new());
        let error = runner.run(selections, me(), CancellationToken::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Contract);
        assert!(error.to_string().contains(what), "{error}");
    }
}

/// Opens its own streams, whatever it is asked for.
struct Fixed(Scripted);

#[async_trait::async_trait]
impl Source for Fixed {
    async fn open(&self, _: Vec<capture_core::StreamRequest>) -> Result<Vec<Box<dyn capture_core::Capture>>> {
        let own = self.0.names().into_iter();
        self.0.open(own.map(|own| capture_core::StreamRequest::new(own.stream, None)).collect()).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_passing_fault_is_tried_again_with_growing_pauses() {
    let fault = || Act::Fail(ErrorKind::Transient);
    let acts = [fault(), fault(), first(&["a"]), fault(), fault(), fault()];
    let source = Scripted::default().stream("pets", acts);
    let retry = StreamRetry::default()
        .attempts(2)
        .first_pause(Duration::from_secs(10))
        .max_pause(Duration::from_secs(15));
    let began = Instant::now();
    let options = RunnerOptions::default().retry(retry);
    let report = run_with(&source, MemorySink::new(), options, CancellationToken::new()).await.unwrap();
    // Progress makes patience new: 10 + 15 before the page, 10 + 15 after it, then the last fault counts.
    assert_eq!(began.elapsed().as_secs(), 50);
    assert!(matches!(report.streams["pets"].outcome, Outcome::Failed { kind: ErrorKind::Transient, .. }));
    assert_eq!(report.streams["pets"].requests, 6);
}

const NEVER: CommitPace = CommitPace::new(u64::MAX, Duration::from_secs(3600));

#[tokio::test]
async fn an_interrupt_commits_what_was_read() {
    let source = Scripted::default().stream("pets", [first(&["a"]), Act::Hang]);
    let (store, lines, cancel) = (MemoryStateStore::new(), Lines::default(), CancellationToken::new());
    let (writes, stop) = (Arc::clone(&lines.writes), cancel.clone());
    let interrupt = async move {
        while writes.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    };
    let options = RunnerOptions::default().commit_pace(NEVER);
    let running = run_with(&source, appending(&lines, &store), options, cancel);
    let (report, ()) = tokio::join!(running, interrupt);
    let report = report.unwrap();
    assert!(report.interrupted);
    assert_eq!(report.streams["pets"].outcome, Outcome::Interrupted);
    assert_eq!((checkpoint(&store.state(), "pets"), lines.flushed.load(Ordering::SeqCst)), (Some(1), 1));
}

#[tokio::test]
async fn a_reader_that_has_gone_ends_the_run_quietly_and_moves_no_state() {
    let source = Scripted::default().stream("pets", [full(&["a"])]);
    let store = MemoryStateStore::new();
    let lines = Lines { fail_flush: Some(ErrorKind::Closed), ..Lines::default() };
    let report = run(&source, appending(&lines, &store)).await.unwrap();
    assert!(report.output_closed);
    assert_eq!(checkpoint(&store.state(), "pets"), None);
}

#[tokio::test(start_paused = true)]
async fn a_slow_sink_holds_the_source_back() {
    let body = "x".repeat(1000);
    let big = |index: usize| {
        let record = Record::upsert(format!("{index}"), format!(r#"{{"id":"{index}","pad":"{body}"}}"#));
        Act::Part(Part::new(0, vec![record]))
    };
    let source = Scripted::default().stream("pets", (0..200).map(big));
    let handed_out = Some(Arc::clone(&source.handed_out));
    let lines = Lines { pause: Duration::from_millis(100), handed_out, ..Lines::default() };
    let options = RunnerOptions::default().in_flight_bytes(4096);
    let sink = appending(&lines, &MemoryStateStore::new());
    run_with(&source, sink, options, CancellationToken::new()).await.unwrap();
    assert_eq!(lines.written.lock().unwrap().len(), 200);
    // Four records fit the budget: besides them, the one that waits for room.
    assert!(lines.largest_lead.load(Ordering::SeqCst) <= 6, "{:?}", lines.largest_lead);
}

#[tokio::test(start_paused = true)]
async fn commits_come_by_time_while_a_listing_goes_on() {
    let source = Scripted::default().stream("pets", [first(&["a"]), Act::Hang]);
    let (sink, cancel) = (MemorySink::new(), CancellationToken::new());
    let (watched, stop) = (sink.clone(), cancel.clone());
    let watch = async move {
        // On the test's own clock: that a commit comes by time alone is what is tested.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let committed = checkpoint(&watched.state(), "pets");
        stop.cancel();
        committed
    };
    let running = run_with(&source, sink, RunnerOptions::default(), cancel);
    let (report, committed) = tokio::join!(running, watch);
    report.unwrap();
    assert_eq!(committed, Some(1));
}

#[tokio::test]
async fn a_listing_that_an_earlier_run_began_is_brought_up_to_date_before_that_is_said() {
    let acts = [
        first(&["a"]),
        Act::Fail(ErrorKind::Data),
        // The second run: the end of the first one's listing, then what changed since it began.
        last(&["b"]),
        Act::UpToDate,
        changes(&["c"]),
        Act::UpToDate,
        // The third: nothing is old.
        changes(&[]),
        Act::UpToDate,
        changes(&["d"]),
    ];
    let source = Scripted::default().stream("pets", acts);
    let sink = MemorySink::new();
    run(&source, sink.clone()).await.unwrap();
    let report = run(&source, sink.clone()).await.unwrap();
    assert_eq!(report.streams["pets"].outcome, Outcome::UpToDate);
    assert!(sink.rows("pets").contains_key(&"c".into()), "said up to date as of an earlier run");
    run(&source, sink.clone()).await.unwrap();
    assert!(!sink.rows("pets").contains_key(&"d".into()), "a poll must not list twice without need");
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_took_longer_than_the_interval_is_brought_up_to_date_before_that_is_said() {
    for (interval_seconds, expected) in [(60, true), (600, false)] {
        let slowly = Act::Wait(Duration::from_secs(120));
        let acts =
            [first(&["a"]), slowly, last(&["b"]), Act::UpToDate, changes(&["c"]), Act::UpToDate, Act::Hang];
        let source = Scripted::default().stream("pets", acts);
        let (sink, cancel) = (MemorySink::new(), CancellationToken::new());
        let stop = cancel.clone();
        let observer = move |event: &Event<'_>| {
            if matches!(event, Event::UpToDate { .. }) {
                stop.cancel();
            }
        };
        let options = RunnerOptions::default().interval(Some(Duration::from_secs(interval_seconds)));
        let runner = Runner::new(source.clone(), sink.clone()).options(options).observer(Arc::new(observer));
        runner.run(source.names(), me(), cancel).await.unwrap();
        let was_renewed = sink.rows("pets").contains_key(&"c".into());
        assert_eq!(was_renewed, expected, "polled every {interval_seconds} s");
    }
}

#[tokio::test]
async fn only_a_full_listing_is_announced_as_one() {
    let acts = [full(&["a", "b"]), Act::UpToDate, changes(&["c"]), Act::UpToDate, full(&["a", "b"])];
    let source = Scripted::default().stream("pets", acts);
    let sink = MemorySink::new();
    for expected in [vec![None], vec![], vec![Some(2)]] {
        let announced: Arc<Mutex<Vec<Option<u64>>>> = Arc::default();
        let log = Arc::clone(&announced);
        let observer = move |event: &Event<'_>| {
            if let Event::Listing { expected_records, .. } = event {
                log.lock().unwrap().push(*expected_records);
            }
        };
        let runner = Runner::new(source.clone(), sink.clone()).observer(Arc::new(observer));
        runner.run(source.names(), me(), CancellationToken::new()).await.unwrap();
        assert_eq!(*announced.lock().unwrap(), expected);
    }
}

#[tokio::test]
async fn notes_are_said_once() {
    let noted = |note| Act::Noted(crate::scripted::part(&["a"]), note);
    let acts = [noted("a token was refused"), noted("a parent vanished"), noted("a token was refused")];
    let source = Scripted::default().stream("pets", acts);
    let said: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&said);
    let observer = move |event: &Event<'_>| {
        if let Event::Note { stream: "pets", message } = event {
            log.lock().unwrap().push((*message).to_owned());
        }
    };
    let runner = Runner::new(source.clone(), MemorySink::new()).observer(Arc::new(observer));
    let report = runner.run(source.names(), me(), CancellationToken::new()).await.unwrap();
    let expected = ["a token was refused", "a parent vanished"];
    assert_eq!(*said.lock().unwrap(), expected);
    assert_eq!(report.streams["pets"].notes, expected);
}

#[tokio::test]
async fn the_newest_count_of_what_is_set_aside_counts() {
    let aside = |set_aside| {
        let mut part = crate::scripted::part(&["a"]);
        part.set_aside = Some(set_aside);
        Act::Part(part)
    };
    let source = Scripted::default().stream("pets", [aside(1), aside(2)]);
    let report = run(&source, MemorySink::new()).await.unwrap();
    assert_eq!(report.streams["pets"].set_aside, 2);
}

#[tokio::test]
async fn an_older_state_goes_on() {
    let text = r#"{"version":1,"access":{"identity":"me"},
        "streams":{"pets":{"checkpoint":5,"committed_at":"2026-11-22T11:44:44Z"}}}"#;
    let store = MemoryStateStore::new();
    let old = State::from_document(text).unwrap();
    let saved = old.streams.into_iter().map(|(name, state)| (name, Some(state)));
    capture_core::StateStore::save(&mut store.clone(), &capture_core::StateUpdate::new(saved)).await.unwrap();
    let source = Scripted::default().stream("pets", [changes(&["a"])]);
    run(&source, appending(&Lines::default(), &store)).await.unwrap();
    assert_eq!(source.resumed_from("pets"), [Some(5)]);
    let other = Identity::new("other", "https://example.org");
    let runner = Runner::new(source.clone(), appending(&Lines::default(), &store));
    runner.run(source.names(), other, CancellationToken::new()).await.unwrap();
    assert_eq!(source.resumed_from("pets"), [Some(5), None]);
}
