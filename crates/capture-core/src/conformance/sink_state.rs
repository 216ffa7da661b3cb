//! Laws of the state in a sink.

use std::sync::Arc;

use super::sink::{assert_live, loaded, opened, write};
use super::{SinkHarness, state_at, stream, update, upsert};
use crate::{ErrorKind, State, StreamDescriptor};

async fn state(harness: &dyn SinkHarness, streams: &[Arc<StreamDescriptor>]) -> State {
    let (mut sink, state) = loaded(harness, streams).await;
    sink.close().await.expect("closing");
    state
}

/// The state moves exactly when a commit says so, never ahead of the records, and only for the streams in the update.
pub async fn the_state_moves_with_the_records(harness: &dyn SinkHarness) {
    let (pets, toys) = (stream("pets"), stream("toys"));
    let streams = [Arc::clone(&pets), Arc::clone(&toys)];
    assert_eq!(state(harness, &streams).await, State::default());
    let mut sink = opened(harness, &streams).await;
    write(&mut *sink, &pets, &[upsert("a", "1")]).await;
    sink.commit(&update("pets", 1)).await.expect("committing");
    sink.commit(&update("toys", 7)).await.expect("committing a state without records");
    drop(sink);
    let committed = State::new([("pets".to_owned(), state_at(1)), ("toys".to_owned(), state_at(7))]);
    assert_eq!(state(harness, &streams).await, committed);

    let mut sink = opened(harness, &streams).await;
    write(&mut *sink, &pets, &[upsert("b", "1")]).await;
    drop(sink);
    assert_eq!(state(harness, &streams).await, committed, "the state moved without a commit");

    let mut sink = opened(harness, &streams).await;
    write(&mut *sink, &pets, &[upsert("b", "1")]).await;
    sink.commit(&update("pets", 2)).await.expect("committing");
    drop(sink);
    let expected = State::new([("pets".to_owned(), state_at(2)), ("toys".to_owned(), state_at(7))]);
    assert_eq!(state(harness, &streams).await, expected);
    assert_live(harness, &pets, &[("a", "1"), ("b", "1")]).await;
}

/// The state can be read and changed without streams: `load`, `commit`, `close`.
pub async fn the_state_can_be_changed_by_itself(harness: &dyn SinkHarness) {
    let pets = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&pets)]).await;
    write(&mut *sink, &pets, &[upsert("a", "1")]).await;
    sink.commit(&update("pets", 1)).await.expect("committing");
    sink.close().await.expect("closing");
    drop(sink);
    let mut sink = harness.open().await;
    let state = sink.load().await.expect("loading");
    assert_eq!(state.streams.get("pets"), Some(&state_at(1)));
    sink.commit(&update("pets", 2)).await.expect("committing without open");
    sink.close().await.expect("closing");
    drop(sink);
    let mut sink = harness.open().await;
    assert_eq!(sink.load().await.expect("loading").streams.get("pets"), Some(&state_at(2)));
    drop(sink);
    assert_live(harness, &pets, &[("a", "1")]).await;
}

/// A second run on the destination is told who has it, until the first one ends.
pub async fn a_second_run_is_refused(harness: &dyn SinkHarness) {
    if !harness.is_exclusive() {
        return;
    }
    let pets = stream("pets");
    let first = opened(harness, &[Arc::clone(&pets)]).await;
    let error = harness.open().await.load().await.expect_err("two runs hold one destination");
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(error.hint().is_some(), "{error} has no hint");
    drop(first);
    opened(harness, &[pets]).await;
}
