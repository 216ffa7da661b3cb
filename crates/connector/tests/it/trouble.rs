//! What the connector does where something does not come right by itself.

// A failed unwrap is a failed test, in helpers as well.
#![allow(clippy::unwrap_used)]

use ashby_sim::{ErrorShape, Fault, FaultRule, Key, Kind, Mutation, Server, ServerOptions};
use serde_json::{Value, json};

use crate::fixture::{self, truth};
use crate::process::{Ended, Process};
use crate::task::Task;

fn refusal(code: &str, status: u16) -> Fault {
    Fault::Error { code: code.to_owned(), shape: ErrorShape::Strings, status }
}

async fn limited(scopes: &[&str]) -> Server {
    let key = Key { can_read_key_info: true, ..Key::limited("sim-key", scopes.iter().copied()) };
    fixture::server(&fixture::tiny(), ServerOptions { keys: vec![key], ..ServerOptions::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binding_that_stays_broken_fails_the_task_and_says_why() {
    let server = limited(&["jobs:read"]).await;
    let mut task = Task::new(&server.base_url(), &["offers", "jobs"]);
    task.config["advanced"]["fail_after"] = json!("PT1S");
    let session = task.open().await;
    let ended = task.drain(session).await;
    assert_eq!(ended.status.code(), Some(1));
    let explanation = ended.explanation();
    assert!(explanation.starts_with("offers has not been captured for"), "{explanation}");
    assert!(explanation.contains("Offers: Read") && explanation.contains("fail_after"), "{explanation}");
    assert_eq!(task.records("jobs").len(), 3, "what could be captured is checkpointed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_in_unknown_words_is_a_refused_key() {
    for (status, code) in [(200, "something_about_keys"), (200, "api_key_deactivated"), (401, "unauthorized")]
    {
        // In the middle of a session …
        let server = fixture::server(&fixture::tiny(), ServerOptions::default()).await;
        let mut task = Task::new(&server.base_url(), &["jobs", "users"]);
        server.faults().add(FaultRule::new("apiKey.info", refusal(code, status)).after(1));
        for operation in ["job.list", "user.list"] {
            server.faults().add(FaultRule::new(operation, refusal(code, status)));
        }
        let session = task.open().await;
        let ended = task.drain(session).await;
        assert_eq!(ended.status.code(), Some(1), "{code}");
        let explanation = ended.explanation();
        assert!(explanation.starts_with("Ashby refused the API key"), "{explanation}");

        // … at its beginning, and when the capture is validated or discovered.
        server.faults().clear();
        server.faults().add(FaultRule::new("*", refusal(code, status)));
        let session = task.open().await;
        assert!(task.drain(session).await.explanation().starts_with("Ashby refused the API key"));
        let config = &task.config;
        let bindings = [json!({"resourceConfig": {"name": "jobs"}})];
        for request in [
            json!({"validate": {"config": config, "bindings": bindings}}),
            json!({"discover": {"config": config}}),
        ] {
            let ended = asked(&request).await.1;
            assert!(ended.explanation().starts_with("Invalid API key."), "{}", ended.explanation());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_operation_that_is_refused_is_not_the_key() {
    let server = fixture::server(&fixture::tiny(), ServerOptions::default()).await;
    server.faults().add(FaultRule::new("job.list", refusal("something_else", 200)));
    let mut task = Task::new(&server.base_url(), &["jobs", "users"]);
    let mut session = task.open().await;
    task.run_until(&mut session, |task| !task.token("users").is_empty()).await;
    server.log().until(|log| log.count("apiKey.info") == 2).await;
    task.end(session).await.assert_success();
}

async fn asked(request: &Value) -> (Option<Value>, Ended) {
    let mut process = Process::start(&[]);
    process.send(request).await;
    process.hang_up();
    let answer = process.next().await;
    (answer, process.wait().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn validate_and_discover_work_although_one_operation_fails() {
    let server = limited(&["jobs:read", "candidates:read"]).await;
    let gone = Fault::Status { status: 404 };
    for operation in ["apiKey.info", "application.list"] {
        server.faults().add(FaultRule::new(operation, gone.clone()));
    }
    let config = &Task::new(&server.base_url(), &[]).config;
    let (answer, ended) = asked(&json!({"discover": {"config": config}})).await;
    ended.assert_success();
    let answer = answer.unwrap();
    let bindings = answer["discovered"]["bindings"].as_array().unwrap();
    let names: Vec<&str> =
        bindings.iter().map(|binding| binding["recommendedName"].as_str().unwrap()).collect();
    assert!(names.contains(&"applications") && names.contains(&"jobs"), "{names:?}");
    assert!(!names.contains(&"offers"), "{names:?}");
    let bindings = ["applications", "offers"].map(|name| json!({"resourceConfig": {"name": name}}));
    let (answer, ended) = asked(&json!({"validate": {"config": config, "bindings": bindings}})).await;
    ended.assert_success();
    assert!(answer.unwrap()["validated"].is_object());

    // Where nothing works, that is an error, and the first one tells.
    server.faults().clear();
    server.faults().add(FaultRule::new("*", gone));
    let (answer, ended) = asked(&json!({"discover": {"config": config}})).await;
    assert_eq!((answer, ended.status.code()), (None, Some(1)));
    assert!(ended.explanation().contains("what the API key may read"), "{}", ended.explanation());
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledgements_that_nobody_asked_for_are_passed_over() {
    let server = fixture::server(&fixture::tiny(), ServerOptions::default()).await;
    let mut task = Task::new(&server.base_url(), &["users"]);
    let mut session = task.open().await;
    session.process.send(&json!({"acknowledge": {"checkpoints": 7}})).await;
    task.run_until(&mut session, Task::is_complete).await;
    task.end(session).await.assert_success();

    let mut process = Process::start(&[]);
    process.send(&json!({"acknowledge": {"checkpoints": 1}})).await;
    assert!(process.ask(&json!({"spec": {}})).await["spec"].is_object());
    process.end().await.assert_success();
}

/// Everything of a kind goes.
fn delete_all(server: &Server) {
    for id in truth(server, "archiveReason.list", &json!({"includeArchived": true})).into_keys() {
        server.organisation().mutate(&Mutation::Delete { kind: Kind::ArchiveReason, id }).unwrap();
    }
}

/// Runs a session in which the archive reasons are listed, as if the earlier ones had been longer ago.
async fn listed_after(task: &mut Task, hours: i64) -> Ended {
    let backfill = task.binding_state("archive_reasons")["backfill"]["next_page"].as_str().unwrap_or("{}");
    let mut note: Value = serde_json::from_str(backfill).unwrap();
    if let Some(since) = note["doubt"]["since"].as_str() {
        let since: jiff::Timestamp = since.parse().unwrap();
        note["doubt"]["since"] = json!((since - jiff::SignedDuration::from_hours(hours)).to_string());
        task.state["bindingStateV1"]["archive_reasons"]["backfill"]["next_page"] = json!(note.to_string());
    }
    task.forget_when_listed();
    let due = task.binding_state("archive_reasons")["snapshot"]["updated_at"].clone();
    let mut session = task.open().await;
    task.run_until(&mut session, |task| {
        task.binding_state("archive_reasons")["snapshot"]["updated_at"] != due
    })
    .await;
    task.end(session).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_emptied_once_listings_have_agreed_for_an_hour() {
    let server = fixture::server(&fixture::tiny(), ServerOptions::default()).await;
    let mut task = Task::new(&server.base_url(), &["archive_reasons"]);
    task.catch_up().await.assert_success();
    let (rows, before) = (task.collections["archive_reasons"].clone(), task.committed);
    let kept = task.binding_state("archive_reasons")["snapshot"].clone();
    assert!(rows.len() > 1);

    // An answer that is empty by accident.
    server.faults().add(FaultRule::new("archiveReason.list", Fault::NoRecords));
    for _ in 0..2 {
        let ended = listed_after(&mut task, 0).await;
        assert!(ended.log.iter().any(|line| line["level"] == "WARN"
            && line["message"].as_str().unwrap().contains("nothing is deleted")));
        assert_eq!((&task.collections["archive_reasons"], task.committed), (&rows, before));
        let now = &task.binding_state("archive_reasons")["snapshot"];
        assert_eq!((&now["last_count"], &now["last_digest"]), (&kept["last_count"], &kept["last_digest"]));
    }
    // It passes, and with it the doubt; nothing is sent again.
    server.faults().clear();
    listed_after(&mut task, 0).await;
    let note = task.binding_state("archive_reasons")["backfill"]["next_page"].as_str().unwrap().to_owned();
    assert_eq!((note.contains("doubt"), task.committed), (false, before), "{note}");

    // One that is true.
    delete_all(&server);
    listed_after(&mut task, 0).await;
    assert_eq!(task.collections["archive_reasons"], rows);
    listed_after(&mut task, 1).await;
    assert!(task.collections["archive_reasons"].is_empty());
    assert_eq!(task.binding_state("archive_reasons")["snapshot"]["last_count"], 0);
}
