//! Everything put together in one call.

use ashby_sim::{Key, ServerOptions, Shape};
use capture_core::{MemorySink, Outcome, RunnerOptions, Selection};

use crate::support::{World, client};

#[tokio::test(flavor = "multi_thread")]
async fn one_call_leaves_out_what_the_key_may_not_read_and_remembers_who_asked() {
    let mut key = Key::full("sim-key");
    key.scopes.remove("jobs:read");
    let options = ServerOptions { keys: vec![key], ..ServerOptions::default() };
    let world = World::with(&Shape::small(), options).await;
    let (client, sink) = (client(&world.server), MemorySink::new());
    let streams = ["jobs", "users"].map(Selection::new);
    let synced =
        ashby_source::sync(&client, sink.clone(), streams, RunnerOptions::default(), Default::default())
            .await;
    let report = synced.unwrap();
    assert!(matches!(report.streams["jobs"].outcome, Outcome::Skipped { .. }), "{report:?}");
    assert_eq!(world.server.log().count("job.list"), 0, "it is not even tried");
    assert_eq!(report.streams["users"].outcome, Outcome::UpToDate);
    assert!(!sink.rows("users").is_empty());
    let state = sink.state();
    let asked_by = state.streams["users"].asked_by.as_ref().unwrap();
    let expected = ashby_source::survey(&client).await.unwrap().identity(&client);
    assert_eq!(asked_by.differs_from(&expected), None);
    assert!(!client.key_fingerprint().contains("sim-key"));
}
