//! Asking a run for more while it runs.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use capture_core::memory::MemorySource;
use capture_core::{
    Batch, Capture, ErrorKind, Gone, Handle, Identity, Key, MemorySink, Nudge, Outcome, PollNow, Purpose,
    ReadAgain, Record, Result, Runner, RunnerOptions, Selection, Source, Step, StreamDescriptor,
    StreamRequest,
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::scripted::me;

/// Starts a run that polls once an hour, and waits for its first poll.
async fn started(
    source: &(impl Source + Clone + 'static),
    sink: &MemorySink,
) -> (Handle, tokio::task::JoinHandle<capture_core::Result<capture_core::Report>>) {
    started_as(source, sink, me()).await
}

async fn started_as(
    source: &(impl Source + Clone + 'static),
    sink: &MemorySink,
    identity: Identity,
) -> (Handle, tokio::task::JoinHandle<capture_core::Result<capture_core::Report>>) {
    let options = RunnerOptions::default().interval(Some(Duration::from_secs(3600)));
    let runner = Runner::new(source.clone(), sink.clone()).options(options);
    let (handle, run) = runner.start([Selection::new("pets")], identity, CancellationToken::new());
    let run = tokio::spawn(run);
    until(|| handle.status().get("pets").is_some_and(|pets| pets.up_to_date_at.is_some())).await;
    (handle, run)
}

/// Waits for a condition. The clock is the test's own: it runs on when everything else waits.
async fn until(is_so: impl Fn() -> bool) {
    let began = tokio::time::Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(600), "what was waited for did not come");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn single_records_are_read_again_at_once_and_a_stream_is_polled_out_of_turn() {
    let source = MemorySource::new("pets", [("a", r#"{"id":"a"}"#), ("b", r#"{"id":"b"}"#)]);
    let sink = MemorySink::new();
    let (handle, run) = started(&source, &sink).await;

    source.push(Record::upsert("a", r#"{"id":"a","age":2}"#));
    source.vanish("b");
    let keys = vec!["a".into(), "b".into()];
    handle.nudge(Nudge::Reread { stream: "pets".to_owned(), keys }).await.unwrap();
    until(|| sink.rows("pets").len() == 1).await;
    assert!(sink.rows("pets")[&"a".into()].body.ends_with(b"2}"));

    source.push(Record::upsert("c", r#"{"id":"c"}"#));
    handle.nudge(Nudge::Poll { stream: "unknown".to_owned() }).await.unwrap();
    handle.nudge(Nudge::Poll { stream: "pets".to_owned() }).await.unwrap();
    until(|| sink.rows("pets").contains_key(&"c".into())).await;

    let status = handle.status();
    assert_eq!(status["pets"].outcome, Some(Outcome::UpToDate));
    assert!(status["pets"].next_poll_at.is_some() && !status["pets"].polling);
    handle.stop();
    assert!(run.await.unwrap().unwrap().interrupted);
    assert!(handle.nudge(Nudge::Poll { stream: "pets".to_owned() }).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_record_that_was_read_during_a_listing_is_not_buried_by_it() {
    let source = MemorySource::new("pets", [("a", r#"{"id":"a"}"#)]).page_records(1);
    let sink = MemorySink::new();
    let (handle, run) = started(&source, &sink).await;
    handle.nudge(Nudge::Reread { stream: "pets".to_owned(), keys: vec!["a".into()] }).await.unwrap();
    handle.stop();
    run.await.unwrap().unwrap();
    assert_eq!(sink.rows("pets").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_for_records_hears_what_came_of_them_once_it_is_durable() {
    let source = MemorySource::new("pets", [("a", r#"{"id":"a"}"#), ("b", r#"{"id":"b"}"#)]);
    let sink = MemorySink::new();
    let (handle, run) = started(&source, &sink).await;
    source.push(Record::upsert("a", r#"{"id":"a","age":2}"#));
    source.vanish("b");
    let reason = Gone::MergedInto("a".into());
    let keys = [("a".into(), Gone::NotFound), ("b".into(), reason.clone()), ("x".into(), Gone::Erased)];
    let back = handle.read_again(ReadAgain::records("pets", keys)).await.unwrap();
    assert_eq!((back.records, back.gone), (1, vec!["b".into(), "x".into()]));
    let rows = sink.all_rows("pets");
    assert!(rows[&"a".into()].body.ends_with(b"2}"), "durable before it is said");
    assert_eq!(rows[&"b".into()].gone, Some(reason), "as whoever asked knows it");
    assert!(!rows.contains_key(&"x".into()));

    let unknown = handle.read_again(ReadAgain::records("cats", [])).await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Configuration);
    handle.stop();
    run.await.unwrap().unwrap();
    let over = handle.read_again(ReadAgain::records("pets", [])).await.unwrap_err();
    assert_eq!(over.kind(), ErrorKind::Closed);
}

/// What is confidential looks to it as if it were gone; what is reported is.
#[tokio::test(start_paused = true)]
async fn who_may_see_less_marks_only_what_is_reported() {
    let body = |key: &str| format!(r#"{{"id":"{key}"}}"#);
    let source = MemorySource::new("pets", []);
    for key in ["a", "b", "c", "d", "e"] {
        source.push(Record::upsert(key, body(key)).in_scope("mia"));
    }
    let sink = MemorySink::new();
    let (handle, run) = started(&source, &sink).await;
    handle.stop();
    run.await.unwrap().unwrap();

    source.vanish("c");
    let other = Identity::new("other", "https://example.org");
    let (handle, run) = started_as(&source, &sink, other).await;
    source.vanish("a");
    source.vanish("b");
    let reported = Gone::Reported { at: None };
    let keys = [("a".into(), Gone::NotFound), ("b".into(), reported.clone())];
    let back = handle.read_again(ReadAgain::records("pets", keys)).await.unwrap();
    assert_eq!(back.gone, ["a", "b"].map(Key::from), "whoever asked hears of both");
    source.vanish("d");
    handle.read_again(ReadAgain::within("pets", [("mia".into(), Gone::NotFound)])).await.unwrap();
    handle.owner_is_gone("pets", "mia".into(), Gone::NotFound).await.unwrap();
    let gone: Vec<_> =
        sink.all_rows("pets").into_iter().filter_map(|(key, row)| Some((key, row.gone?))).collect();
    assert_eq!(gone, [("b".into(), reported.clone())]);
    handle.owner_is_gone("pets", "mia".into(), reported).await.unwrap();
    assert!(sink.rows("pets").is_empty());
    handle.stop();
    run.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_belongs_to_a_record_is_read_again_and_the_rest_of_it_is_gone() {
    let source = MemorySource::new("pets", []);
    let body = |key: &str| format!(r#"{{"id":"{key}"}}"#);
    for (key, scope) in [("a", "mia"), ("b", "mia"), ("c", "leo")] {
        source.push(Record::upsert(key, body(key)).in_scope(scope));
    }
    let sink = MemorySink::new();
    let (handle, run) = started(&source, &sink).await;
    let owned = handle.belonging_to("pets", "mia".into()).await.unwrap();
    assert_eq!(owned, ["a", "b"].map(Key::from));
    source.vanish("b");
    source.push(Record::upsert("d", body("d")).in_scope("mia"));
    let within = ReadAgain::within("pets", [("mia".into(), Gone::NotFound)]);
    assert_eq!(handle.read_again(within).await.unwrap().records, 2);
    let left: Vec<Key> = sink.rows("pets").into_keys().collect();
    assert_eq!(left, ["a", "c", "d"].map(Key::from));
    handle.stop();
    run.await.unwrap().unwrap();
}

/// Lets a step pass for each permit.
#[derive(Clone)]
struct Gated(MemorySource, Arc<Semaphore>);

struct GatedCapture(Box<dyn Capture>, Arc<Semaphore>);

#[async_trait]
impl Source for Gated {
    async fn open(&self, requests: Vec<StreamRequest>) -> Result<Vec<Box<dyn Capture>>> {
        let captures = self.0.open(requests).await?.into_iter();
        Ok(captures.map(|capture| Box::new(GatedCapture(capture, Arc::clone(&self.1))) as _).collect())
    }
}

#[async_trait]
impl Capture for GatedCapture {
    fn streams(&self) -> &[Arc<StreamDescriptor>] {
        self.0.streams()
    }

    async fn next(&mut self) -> Result<Step> {
        self.1.acquire().await.unwrap().forget();
        self.0.next().await
    }

    async fn reread(&mut self, stream: usize, keys: &[Key], purpose: Purpose) -> Result<Batch> {
        self.0.reread(stream, keys, purpose).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_is_waited_for_begins_after_the_question_and_says_what_it_showed() {
    let gate = Arc::new(Semaphore::new(2));
    let memory = MemorySource::new("pets", [("a", r#"{"id":"a"}"#)]).page_records(1);
    let source = Gated(memory.clone(), Arc::clone(&gate));
    let sink = MemorySink::new();
    let (handle, run) = started(&source, &sink).await;

    for key in ["b", "c"] {
        memory.push(Record::upsert(key, format!(r#"{{"id":"{key}"}}"#)));
    }
    let first = {
        let handle = handle.clone();
        tokio::spawn(
            async move { handle.poll(PollNow::new("pets").awaiting(["b", "z"].map(Key::from))).await },
        )
    };
    until(|| handle.status()["pets"].polling).await;
    // Now that poll has begun: what it has listed already may be older than a second question.
    gate.add_permits(1);
    until(|| sink.rows("pets").contains_key(&"b".into())).await;
    let second = {
        let handle = handle.clone();
        tokio::spawn(
            async move { handle.poll(PollNow::new("pets").awaiting(["b", "c"].map(Key::from))).await },
        )
    };
    gate.add_permits(2);
    assert_eq!(first.await.unwrap().unwrap().shown, ["b"].map(Key::from));
    assert!(sink.rows("pets").contains_key(&"c".into()), "durable before it is said");
    memory.push(Record::upsert("c", r#"{"id":"c","age":1}"#));
    gate.add_permits(2);
    assert_eq!(second.await.unwrap().unwrap().shown, ["c"].map(Key::from), "b was listed before");
    handle.stop();
    run.await.unwrap().unwrap();
}
