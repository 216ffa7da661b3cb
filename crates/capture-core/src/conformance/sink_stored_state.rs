//! Laws of sinks that keep the state themselves.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::sink::{assert_live, opened, write};
use super::{SinkHarness, state_at, stream, update, upsert};
use crate::{Access, StateUpdate};

/// The state moves exactly when its records do, and only for the streams in the update.
pub async fn records_and_state_are_one_commit(harness: &dyn SinkHarness) {
    let (pets, toys) = (stream("pets"), stream("toys"));
    let streams = [Arc::clone(&pets), Arc::clone(&toys)];
    let mut sink = opened(harness, &streams).await;
    write(&mut *sink, &pets, &[upsert("a", "1")]).await;
    let access = Access {
        identity: "key".to_owned(),
        grants: Some(BTreeSet::new()),
        streams: ["pets".to_owned()].into(),
    };
    let first = StateUpdate { access: Some(access), ..update("pets", 1) };
    sink.commit(&first).await.expect("committing");
    sink.commit(&update("toys", 7)).await.expect("committing a state without records");
    drop(sink);
    let committed = harness.state().await.expect("the sink stores the state");
    assert_eq!(committed.access, first.access);
    assert_eq!(
        committed.streams,
        [("pets".to_owned(), state_at(1)), ("toys".to_owned(), state_at(7))].into()
    );

    let mut sink = opened(harness, &streams).await;
    write(&mut *sink, &pets, &[upsert("b", "1")]).await;
    drop(sink);
    assert_eq!(harness.state().await.as_ref(), Some(&committed), "the state moved without a commit");
    assert_live(harness, &pets, &[("a", "1")]).await;

    let mut sink = opened(harness, &streams).await;
    write(&mut *sink, &pets, &[upsert("b", "1")]).await;
    sink.commit(&update("pets", 2)).await.expect("committing");
    drop(sink);
    let state = harness.state().await.expect("the sink stores the state");
    assert_eq!(state.streams, [("pets".to_owned(), state_at(2)), ("toys".to_owned(), state_at(7))].into());
    assert_eq!(state.access, committed.access);
    assert_live(harness, &pets, &[("a", "1"), ("b", "1")]).await;
}

/// A stream whose state is forgotten keeps its rows.
pub async fn a_forgotten_stream_loses_its_state(harness: &dyn SinkHarness) {
    let stream = stream("pets");
    let mut sink = opened(harness, &[Arc::clone(&stream)]).await;
    write(&mut *sink, &stream, &[upsert("a", "1")]).await;
    sink.commit(&update("pets", 1)).await.expect("committing");
    let forget = StateUpdate { streams: [("pets".to_owned(), None)].into(), access: None };
    sink.commit(&forget).await.expect("committing");
    drop(sink);
    assert_eq!(harness.state().await.map(|state| state.streams.len()), Some(0));
    assert_live(harness, &stream, &[("a", "1")]).await;
}
