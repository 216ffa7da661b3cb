//! Laws of every state store.

use super::{StateStoreHarness, state_at, update};
use crate::{Error, ErrorKind, State, StateStore, StateUpdate};

async fn loaded(harness: &dyn StateStoreHarness) -> (Box<dyn StateStore>, State) {
    let mut store = harness.open().await;
    let state = store.load().await.expect("loading");
    (store, state)
}

/// A state that was never saved is empty, however often it is loaded.
pub async fn a_new_state_is_empty(harness: &dyn StateStoreHarness) {
    for _ in 0..2 {
        let (mut store, state) = loaded(harness).await;
        assert_eq!(state, State::default());
        assert_eq!(store.load().await.expect("loading again"), State::default());
    }
}

/// What was saved is loaded by the same store and by the next.
pub async fn saved_is_what_the_next_run_loads(harness: &dyn StateStoreHarness) {
    let (mut store, mut expected) = loaded(harness).await;
    for position in 0..3 {
        let mut change = update("pets", position);
        change.streams.extend(update("order ' \" ü", position).streams);
        store.save(&change).await.expect("saving");
        expected.apply(&change);
        assert_eq!(store.load().await.expect("loading again"), expected);
    }
    drop(store);
    assert_eq!(loaded(harness).await.1, expected);
}

/// An update changes what it names and nothing else.
pub async fn updates_merge(harness: &dyn StateStoreHarness) {
    let (mut store, _) = loaded(harness).await;
    store.save(&update("pets", 1)).await.expect("saving");
    store.save(&update("toys", 2)).await.expect("saving");
    store.save(&StateUpdate::default()).await.expect("saving");
    drop(store);
    let (mut store, state) = loaded(harness).await;
    assert_eq!(state, State::new([("pets".to_owned(), state_at(1)), ("toys".to_owned(), state_at(2))]));
    let forget = StateUpdate::new([("pets".to_owned(), None), ("unknown".to_owned(), None)]);
    store.save(&forget).await.expect("saving");
    drop(store);
    let (_, state) = loaded(harness).await;
    assert_eq!(state, State::new([("toys".to_owned(), state_at(2))]));
}

/// A second run on the state is told who has it, until the first one ends.
pub async fn a_second_holder_is_refused(harness: &dyn StateStoreHarness) {
    if !harness.is_exclusive() {
        return;
    }
    let (store, _) = loaded(harness).await;
    let error = harness.open().await.load().await.expect_err("two stores hold one state");
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(error.hint().is_some(), "{error} has no hint");
    drop(store);
    loaded(harness).await;
}

/// A state that does not parse is neither taken for an empty one nor overwritten.
pub async fn a_damaged_state_is_an_error_and_stays(harness: &dyn StateStoreHarness) {
    let (mut store, _) = loaded(harness).await;
    store.save(&update("pets", 1)).await.expect("saving");
    drop(store);
    if !harness.damage().await {
        return;
    }
    let refused =
        async || -> Error { harness.open().await.load().await.expect_err("a damaged state was accepted") };
    for _ in 0..2 {
        let error = refused().await;
        assert_eq!(error.kind(), ErrorKind::State, "{error}");
        assert!(error.hint().is_some(), "{error} has no hint");
    }
}
