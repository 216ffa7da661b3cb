//! Asking a run for more while it runs.

use std::time::Duration;

use capture_core::memory::MemorySource;
use capture_core::{Handle, MemorySink, Nudge, Outcome, Record, Runner, RunnerOptions, Selection};
use tokio_util::sync::CancellationToken;

use crate::scripted::me;

/// Starts a run that polls once an hour, and waits for its first poll.
async fn started(
    source: &MemorySource,
    sink: &MemorySink,
) -> (Handle, tokio::task::JoinHandle<capture_core::Result<capture_core::Report>>) {
    let options = RunnerOptions::default().interval(Some(Duration::from_secs(3600)));
    let runner = Runner::new(source.clone(), sink.clone()).options(options);
    let (handle, run) = runner.start([Selection::new("pets")], me(), CancellationToken::new());
    let run = tokio::spawn(run);
    until(|| handle.status().get("pets").is_some_and(|pets| pets.up_to_date_at.is_some())).await;
    (handle, run)
}

async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
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
