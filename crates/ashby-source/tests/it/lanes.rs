//! A capture that has begun requests ahead of their time holds up nobody, itself included.

use std::time::Duration;

use ashby_client::{Client, ReadOperation};
use ashby_sim::Shape;
use ashby_source::AshbySource;
use capture_core::{Capture, Key, Source, Step, StreamRequest};
use serde_json::json;

use crate::support::World;

/// Long enough for any machine; only what stands still reaches it.
const STANDSTILL: Duration = Duration::from_secs(60);

/// Requests leave one after another: of the eight that a capture of children begins, some wait for their turn.
fn paced(world: &World) -> Client {
    Client::builder()
        .api_key("sim-key")
        .base_url(&world.server.base_url())
        .requests_per_minute(Some(600))
        .build()
        .unwrap()
}

/// A capture of children in the middle of their listing, as a task leaves it between two steps.
async fn begun(client: &Client) -> Box<dyn Capture> {
    let source = AshbySource::new(client.clone());
    let mut captures = source.open(vec![StreamRequest::new("application_history", None)]).await.unwrap();
    let mut capture = captures.remove(0);
    loop {
        match capture.next().await.unwrap() {
            Step::Batch(batch) if batch.parts.iter().any(|part| !part.records.is_empty()) => break,
            Step::Batch(_) => {}
            Step::UpToDate { .. } => panic!("no children were asked for"),
        }
    }
    capture
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_others_pass_one_that_nobody_looks_at() {
    let world = World::new(&Shape::small()).await;
    let client = paced(&world);
    let left_alone = begun(&client).await;
    let other = async {
        for _ in 0..20 {
            client.read(&ReadOperation::new("department.list"), &json!({})).await.unwrap();
        }
    };
    tokio::time::timeout(STANDSTILL, other).await.expect("others get their turns");
    drop(left_alone);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_again_meanwhile_does_not_wait_for_what_was_begun() {
    let world = World::new(&Shape::small()).await;
    let mut capture = begun(&paced(&world)).await;
    // More than a lane lets pass before it wants to go itself, and none of those that were begun: the first.
    let all = world.server.organisation().truth("application.list", &serde_json::Map::new());
    let last = all.iter().rev().take(30).filter_map(|application| application["id"].as_str());
    let applications: Vec<Key> = last.map(Key::from).collect();
    assert!(applications.len() == 30);
    let reading = capture.reread_within(0, &applications);
    let batch = tokio::time::timeout(STANDSTILL, reading).await.expect("it gets its turns").unwrap();
    assert_eq!(batch.parts[0].whole_scopes.len(), applications.len());
}

/// Requests of others that a listing lets pass: of those that ask one after another, how many pages came between.
async fn pages_among_others(world: &World, capture: &mut Box<dyn Capture>, client: &Client) -> usize {
    let listing = async { while let Step::Batch(_) = capture.next().await.unwrap() {} };
    let others = async {
        for _ in 0..4 {
            client.read(&ReadOperation::new("department.list"), &json!({})).await.unwrap();
        }
    };
    world.server.log().clear();
    tokio::select! {
        () = listing => panic!("the test would show nothing"),
        () = others => {}
    }
    let asked = world.server.log().entries();
    let is_other = |entry: &ashby_sim::RequestEntry| entry.operation == "department.list";
    let first = asked.iter().position(is_other).unwrap();
    asked[first..].iter().filter(|entry| !is_other(entry)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_listed_again_lets_others_pass_and_what_is_listed_first_does_not() {
    let world = World::new(&Shape::small()).await;
    let client = paced(&world);
    let source = AshbySource::new(client.clone()).page_limit(Some(5));
    let mut capture = source.open(vec![StreamRequest::new("users", None)]).await.unwrap().remove(0);
    assert!(pages_among_others(&world, &mut capture, &client).await > 1, "it is as urgent as they are");
    // The rest of it, by somebody in no hurry.
    while let Step::Batch(_) = capture.next().await.unwrap() {}
    assert!(capture.list_again());
    assert!(pages_among_others(&world, &mut capture, &client).await <= 1, "it can wait");
    while let Step::Batch(_) = capture.next().await.unwrap() {}
}
