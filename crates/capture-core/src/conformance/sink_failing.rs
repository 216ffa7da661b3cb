//! Laws of sinks whose destination fails: nobody believes that what did not arrive is there.

use std::sync::Arc;

use super::sink::{assert_live, commit, loaded, opened, write, write_at};
use super::{SinkHarness, state_at, stream, update, upsert};
use crate::{Record, Result, Sink, Stamp, State, StreamDescriptor, Sweep, Within, Write};

async fn try_to_write(sink: &mut dyn Sink, stream: &Arc<StreamDescriptor>, records: &[Record]) -> Result<()> {
    sink.write(Write::new(Arc::clone(stream), Stamp::new(1), records.to_vec())).await
}

async fn state_after(harness: &dyn SinkHarness, streams: &[Arc<StreamDescriptor>]) -> State {
    let (mut sink, state) = loaded(harness, streams).await;
    sink.close().await.expect("closing");
    state
}

/// What could not be written is an error, at the latest when it is committed; the state does not speak of it, and the
/// next run brings it.
pub async fn a_failed_write_is_an_error_and_the_state_stays(harness: &dyn SinkHarness) {
    let streams = [stream("pets")];
    let mut sink = opened(harness, &streams).await;
    write(&mut *sink, &streams[0], &[upsert("a", "1")]).await;
    sink.commit(&update("pets", 1)).await.expect("committing");
    if !harness.break_writes().await {
        return;
    }
    let written = try_to_write(&mut *sink, &streams[0], &[upsert("b", "1")]).await;
    let told = match written {
        Ok(()) => sink.commit(&update("pets", 2)).await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(told.is_err(), "the destination failed, and neither the write nor the commit said so");
    drop(sink);
    the_rest_follows(harness, &streams).await;
}

/// A commit that fails is an error; the state stays, and the next run brings what was not committed.
pub async fn a_failed_commit_is_an_error_and_the_state_stays(harness: &dyn SinkHarness) {
    let streams = [stream("pets")];
    let mut sink = opened(harness, &streams).await;
    write(&mut *sink, &streams[0], &[upsert("a", "1")]).await;
    sink.commit(&update("pets", 1)).await.expect("committing");
    if !harness.break_commits().await {
        return;
    }
    write(&mut *sink, &streams[0], &[upsert("b", "1")]).await;
    assert!(sink.commit(&update("pets", 2)).await.is_err(), "a commit failed and did not say so");
    drop(sink);
    the_rest_follows(harness, &streams).await;
}

/// After `b` did not arrive beside `a`.
async fn the_rest_follows(harness: &dyn SinkHarness, streams: &[Arc<StreamDescriptor>; 1]) {
    harness.mend().await;
    let expected = State::new([("pets".to_owned(), state_at(1))]);
    assert_eq!(state_after(harness, streams).await, expected, "the state moved without its records");
    if !harness.shows_uncommitted() {
        assert_live(harness, &streams[0], &[("a", "1")]).await;
    }
    let mut sink = opened(harness, streams).await;
    write(&mut *sink, &streams[0], &[upsert("b", "1"), upsert("c", "1")]).await;
    sink.commit(&update("pets", 2)).await.expect("committing after the destination works again");
    drop(sink);
    let expected = State::new([("pets".to_owned(), state_at(2))]);
    assert_eq!(state_after(harness, streams).await, expected);
    assert_live(harness, &streams[0], &[("a", "1"), ("b", "1"), ("c", "1")]).await;
}

/// However often the destination fails, a run that each time goes on from the state brings everything.
pub async fn failures_lose_nothing(harness: &dyn SinkHarness) {
    const BATCHES: u64 = 6;
    let streams = [stream("pets")];
    let key = |batch: u64| format!("key {batch}");
    for attempt in 0.. {
        let (mut sink, state) = loaded(harness, &streams).await;
        let done = state.streams.get("pets").map_or(0, |saved| saved.stamp.get());
        if done == BATCHES {
            break;
        }
        assert!(attempt <= 2 * BATCHES, "the state does not move");
        let batch = done + 1;
        write(&mut *sink, &streams[0], &[upsert(&key(batch), "1")]).await;
        sink.commit(&update("pets", batch)).await.expect("committing while the destination works");
        let breaks = match batch % 2 {
            0 => harness.break_writes().await,
            _ => harness.break_commits().await,
        };
        let next = [upsert(&key(batch + 1), "1")];
        if breaks
            && batch < BATCHES
            && try_to_write(&mut *sink, &streams[0], &next).await.is_ok()
            && sink.commit(&update("pets", batch + 1)).await.is_ok()
        {
            panic!("the destination failed and nobody said so");
        }
        drop(sink);
        harness.mend().await;
    }
    let keys: Vec<String> = (1..=BATCHES).map(key).collect();
    let expected: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "1")).collect();
    assert_live(harness, &streams[0], &expected).await;
}

/// One request that the destination refuses for a moment is tried again, in a write and in a commit: nothing is lost, nothing
/// there twice, and no run ends.
pub async fn what_passes_is_tried_again(harness: &dyn SinkHarness) {
    let streams = [stream("pets")];
    let mut sink = opened(harness, &streams).await;
    if !harness.fail_once().await {
        return;
    }
    write(&mut *sink, &streams[0], &[upsert("a", "1")]).await;
    commit(&mut *sink).await;
    write(&mut *sink, &streams[0], &[upsert("b", "1")]).await;
    harness.fail_once().await;
    commit(&mut *sink).await;
    sink.close().await.expect("closing");
    drop(sink);
    assert_live(harness, &streams[0], &[("a", "1"), ("b", "1")]).await;
}

/// A sweep that could not be written is an error, at the latest when it is committed, and can be done again.
pub async fn a_failed_sweep_is_an_error_and_can_be_done_again(harness: &dyn SinkHarness) {
    let streams = [stream("pets")];
    let sweep = || Sweep::new(Arc::clone(&streams[0]), Stamp::new(2), Within::Everything);
    let mut sink = opened(harness, &streams).await;
    write(&mut *sink, &streams[0], &[upsert("a", "1"), upsert("b", "1")]).await;
    write_at(&mut *sink, &streams[0], 2, &[upsert("b", "1")]).await;
    sink.commit(&update("pets", 1)).await.expect("committing");
    if !harness.break_writes().await {
        return;
    }
    let told = match sink.sweep(sweep()).await {
        Ok(()) => sink.commit(&update("pets", 2)).await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(told.is_err(), "a sweep failed, and neither it nor the commit said so");
    drop(sink);
    harness.mend().await;
    let expected = State::new([("pets".to_owned(), state_at(1))]);
    assert_eq!(state_after(harness, &streams).await, expected, "the state moved without the sweep");
    let mut sink = opened(harness, &streams).await;
    sink.sweep(sweep()).await.expect("sweeping after the destination works again");
    commit(&mut *sink).await;
    assert_live(harness, &streams[0], &[("b", "1")]).await;
}

/// Half a record that a killed run left is no part of what the next one writes.
pub async fn a_torn_tail_is_repaired(harness: &dyn SinkHarness) {
    let streams = [stream("pets")];
    let mut sink = opened(harness, &streams).await;
    write(&mut *sink, &streams[0], &[upsert("a", "1")]).await;
    commit(&mut *sink).await;
    sink.close().await.expect("closing");
    drop(sink);
    if !harness.tear().await {
        return;
    }
    let mut sink = opened(harness, &streams).await;
    write(&mut *sink, &streams[0], &[upsert("b", "1")]).await;
    commit(&mut *sink).await;
    sink.close().await.expect("closing");
    drop(sink);
    assert_live(harness, &streams[0], &[("a", "1"), ("b", "1")]).await;
}
