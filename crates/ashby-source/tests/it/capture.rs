//! Complete, then incremental.

use ashby_sim::{Kind, Mutation, Shape};
use ashby_source::{Cost, streams};
use serde_json::{Value, json};

use crate::support::{World, assert_up_to_date, names};

#[tokio::test(flavor = "multi_thread")]
async fn every_stream_arrives_whole() {
    let world = World::new(&Shape::small()).await;
    let all = names(|_| true);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let report = world.sync(&all).await;
    assert_up_to_date(&report);
    for stream in streams().iter().filter(|stream| matches!(stream.cost, Cost::Pages | Cost::One)) {
        let parameters = ashby_source::parameters(stream.name()).unwrap();
        let truth = world.server.organisation().truth(stream.operation, &parameters);
        let rows = world.rows(stream.name());
        assert_eq!(rows.len(), truth.len(), "{}", stream.name());
        let mut held: Vec<String> = rows.values().map(Value::to_string).collect();
        let mut expected: Vec<String> = truth.iter().map(Value::to_string).collect();
        held.sort();
        expected.sort();
        assert_eq!(held, expected, "{}", stream.name());
    }
    for name in all {
        assert!(report.streams[name].records > 0, "the simulator has nothing of {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_organisation_costs_one_request_a_stream() {
    let world = World::new(&Shape::small()).await;
    let default = names(|stream| stream.is_default());
    let default: Vec<&str> = default.iter().map(String::as_str).collect();
    world.sync(&default).await;
    let before = world.client.usage().requests;
    let report = world.sync(&default).await;
    assert_up_to_date(&report);
    // The events come with their schedules. The stages do not tell what changed: a request for each plan besides the
    // plans' list. Versions are asked for offers that changed: one request that finds none.
    let plans = world.rows("interview_plans").len() as u64;
    assert_eq!(world.client.usage().requests - before, default.len() as u64 - 1 + plans);
    assert_eq!(report.streams["interview_stages"].requests, 1 + plans);
    assert_eq!(report.streams["offer_versions"].requests, 1);
    let changed: u64 = report.streams.values().map(|stream| stream.counts.new + stream.counts.changed).sum();
    assert_eq!(changed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_changes_come_the_second_time() {
    let world = World::new(&Shape::small()).await;
    world.sync(&["applications", "candidates"]).await;
    let changed = world.server.organisation().churn(40, 3);
    assert!(changed > 0);
    let report = world.sync(&["applications", "candidates"]).await;
    assert_up_to_date(&report);
    for stream in ["applications", "candidates"] {
        let operation = if stream == "applications" { "application.list" } else { "candidate.list" };
        let parameters = if stream == "applications" { json!({"expand": ["openings"]}) } else { json!({}) };
        assert_eq!(world.rows(stream), world.truth(operation, &parameters), "{stream}");
        let of = &report.streams[stream];
        assert!(of.records > 0 && of.records <= changed as u64, "{stream}: {} of {changed}", of.records);
        assert_eq!(of.counts.unchanged, 0, "{stream}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_details_of_an_application_follow_its_changes() {
    let world = World::new(&Shape::small()).await;
    let streams = ["applications", "application_details"];
    assert_up_to_date(&world.sync(&streams).await);
    let (listed, details) = (world.rows("applications"), world.rows("application_details"));
    assert!(!listed.is_empty() && listed.keys().eq(details.keys()));
    for (id, detail) in &details {
        assert_eq!(detail["status"], listed[id]["status"]);
        for member in ["applicationHistory", "applicationFormSubmissions", "referrals", "openings"] {
            assert!(detail[member].is_array(), "{member}: {detail}");
        }
    }
    let id = details.keys().next().unwrap().clone();
    let patch = json!({"archivedAt": "2026-01-01T00:00:00.000Z"});
    let patch = patch.as_object().unwrap().clone();
    let update = Mutation::Update { kind: Kind::Application, id: id.clone(), patch };
    world.server.organisation().mutate(&update).unwrap();
    let report = world.sync(&streams).await;
    assert_up_to_date(&report);
    assert_eq!(report.streams["application_details"].records, 1, "only what changed is asked for");
    assert_eq!(world.rows("application_details")[&id]["archivedAt"], "2026-01-01T00:00:00.000Z");
}
