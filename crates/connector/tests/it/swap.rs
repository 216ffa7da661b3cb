//! The capture of a Python connector goes on with this one: nothing changes that nobody asked for.

// A failed unwrap is a failed test, in helpers as well.
#![allow(clippy::unwrap_used)]

use ashby_sim::{Kind, Mutation, Server};
use serde_json::{Value, json};

use crate::fixture::{self, SNAPSHOTS, truth};
use crate::process::Process;
use crate::task::Task;

const INITIALIZED: &str = "2026-11-20T08:00:00.123456Z";

/// A source whose weight is no integer.
fn weigh(server: &Server) -> String {
    let id = truth(server, "source.list", &json!({"includeArchived": true})).into_keys().next().unwrap();
    let patch = json!({"weight": 1.50}).as_object().unwrap().clone();
    server.organisation().mutate(&Mutation::Update { kind: Kind::Source, id: id.clone(), patch }).unwrap();
    id
}

/// The weight of a source as it is captured.
async fn weight(task: &mut Task, id: &str) -> Value {
    task.collections.clear();
    if task.state != json!({}) {
        task.forget_when_listed();
    }
    task.catch_up_on_sources().await;
    task.records("sources")[id]["weight"].clone()
}

impl Task {
    async fn catch_up_on_sources(&mut self) {
        // What is known of the rows is forgotten, so that they are sent.
        if self.binding_state("sources")["snapshot"].is_object() {
            self.state["bindingStateV1"]["sources"]["snapshot"]["last_digest"] = json!("0".repeat(32));
        }
        let mut session = self.open().await;
        self.run_until(&mut session, |task| task.collections.contains_key("sources")).await;
        self.end(session).await.assert_success();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_stay_what_they_were_when_the_capture_began() {
    let server = fixture::server(&fixture::tiny(), Default::default()).await;
    let id = weigh(&server);
    let python = json!({"bindingStateV1": {
        "users": {"inc": {"cursor": ["of python"]}, "last_initialized": INITIALIZED},
        "sources": {
            "snapshot": {"updated_at": INITIALIZED, "last_count": 1, "last_digest": "0".repeat(32)},
            "last_initialized": INITIALIZED,
        },
    }});
    let backfilled = json!({"bindingStateV1": {
        "sources.v0": python["bindingStateV1"]["sources"],
    }});
    for (state, created_at, expected) in [
        (json!({}), None, json!(1.5)),
        (json!({}), Some("2026-11-28T10:00:00Z"), json!(1.5)),
        (json!({}), Some("2025-03-01T10:00:00Z"), json!("1.5")),
        (backfilled, None, json!("1.5")),
        (python.clone(), None, json!("1.5")),
    ] {
        let mut task = Task::new(&server.base_url(), &["sources"]);
        (task.state, task.created_at) = (state, created_at);
        // In later sessions too, whoever wrote the state last.
        for _ in 0..3 {
            assert_eq!(weight(&mut task, &id).await, expected, "{created_at:?}");
            task.created_at = None;
        }
        // What is configured counts; without it, the beginning does again.
        for (numbers, weighed) in
            [(json!("exact"), json!(1.5)), (json!("strings"), json!("1.5")), (json!(null), expected)]
        {
            task.config["advanced"]["numbers"] = numbers;
            assert_eq!(weight(&mut task, &id).await, weighed);
        }
    }
}

#[tokio::test]
async fn a_running_capture_is_offered_more_and_given_nothing() {
    let config = json!({"credentials": {"access_token": "ESTUARY_TEST_ACCESS_TOKEN"}});
    let now = jiff::Timestamp::now().to_string();
    for (request, is_new) in [
        (json!({"connectorType": "IMAGE", "config": config}), false),
        (json!({"config": config, "name": "acmeCo/ashby", "createdAt": "2025-03-01T08:00:00Z"}), false),
        (json!({"config": config, "name": "acmeCo/ashby"}), true),
        (json!({"config": config, "name": "acmeCo/ashby", "createdAt": now}), true),
    ] {
        let mut process = Process::start(&[]);
        let answer = process.ask(&json!({"discover": request})).await;
        process.end().await.assert_success();
        let bindings = answer["discovered"]["bindings"].as_array().unwrap();
        let (theirs, ours) = bindings.split_at(24);
        assert!(theirs.iter().all(|binding| binding["disable"] == false));
        assert!(ours.len() > 24);
        let enabled: Vec<&Value> = ours.iter().filter(|binding| binding["disable"] == false).collect();
        assert_eq!(!enabled.is_empty(), is_new, "{request}: {enabled:?}");
    }
}

/// The name of the class that a stream's documents are of.
fn class(stream: &str) -> String {
    stream.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

#[tokio::test]
async fn the_schemas_are_the_python_connectors_to_the_letter() {
    let config = json!({"credentials": {"access_token": "ESTUARY_TEST_ACCESS_TOKEN"}});
    let mut process = Process::start(&[]);
    process.send(&json!({"discover": {"config": config}})).await;
    let ended = process.end().await;
    let answer = String::from_utf8(ended.output).unwrap();
    // Members in the order in which it writes them.
    let meta = concat!(
        r##""$defs":{"Meta":{"properties":{"op":{"default":"u","description":"Operation type (c: Create, u: Update, d: Delete)","##,
        r##""enum":["c","u","d"],"title":"Op","type":"string"},"row_id":{"default":-1,"##,
        r##""description":"Row ID of the Document, counting up from zero, or -1 if not known","title":"Row Id","type":"integer"}},"##,
        r##""title":"Meta","type":"object"}},"additionalProperties":true,"##,
        r##""if":{"properties":{"_meta":{"properties":{"op":{"const":"d"}},"required":["op"]}},"required":["_meta"]},"##,
        r##""properties":{"_meta":{"$ref":"#/$defs/Meta","description":"Document metadata"}"##,
    );
    let then = r#""then":{"reduce":{"delete":true,"strategy":"merge"}}"#;
    for stream in fixture::predecessors() {
        // What is listed whole has no key of its own there, and the title of what all documents are.
        let schema = match SNAPSHOTS.contains(&stream) {
            true => {
                format!(r#"{{{meta}}},{then},"title":"BaseDocument","type":"object","x-infer-schema":true}}"#)
            }
            false => format!(
                r#"{{{meta},"id":{{"title":"Id","type":"string"}}}},"required":["id"],{then},"title":"{}","type":"object","x-infer-schema":true}}"#,
                class(stream)
            ),
        };
        let binding = answer
            .split(r#""recommendedName":""#)
            .find(|binding| binding.starts_with(&format!("{stream}\"")));
        let binding = binding.unwrap_or_else(|| panic!("{stream} is not discovered"));
        assert!(binding.contains(&schema), "{stream}: {binding}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_date_lists_nothing_again_that_is_there() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["applications", "application_history"]);
    let mut session = task.open().await;
    task.run_until(&mut session, |task| {
        let is_between = |name| !task.token(name).is_empty() && task.page(name).get("round").is_none();
        is_between("applications") && is_between("application_history")
    })
    .await;
    task.end(session).await.assert_success();
    let (committed, all) = (task.committed, truth(&server, "application.list", &json!({})));
    let mut dates: Vec<&str> = all.values().map(|record| record["createdAt"].as_str().unwrap()).collect();
    dates.sort_unstable();
    for share in [3, 2] {
        task.config["advanced"]["start_date"] = json!(dates[dates.len() / share]);
        let session = task.open().await;
        server.log().clear();
        server.log().until(|log| log.count("application.list") >= 2).await;
        task.end(session).await.assert_success();
        let requests = server.log().of("application.list");
        assert!(requests.iter().all(|request| request.has_token && request.code.is_none()), "{requests:?}");
        assert_eq!(task.committed, committed, "nothing is captured a second time");
    }
    // A change of what is older is captured, for it is there.
    let oldest = all.iter().min_by_key(|(_, record)| record["createdAt"].as_str()).unwrap().0.clone();
    let patch = json!({"status": "Archived"}).as_object().unwrap().clone();
    server
        .organisation()
        .mutate(&Mutation::Update { kind: Kind::Application, id: oldest.clone(), patch })
        .unwrap();
    let mut session = task.open().await;
    task.run_until(&mut session, |task| task.committed > committed).await;
    task.end(session).await.assert_success();
    assert_eq!(
        task.records("applications")[&oldest],
        truth(&server, "application.list", &json!({}))[&oldest]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_python_connectors_token_goes_on_under_a_start_date() {
    let server = fixture::small().await;
    let mut first = Task::new(&server.base_url(), &["applications"]);
    first.catch_up().await.assert_success();
    let token = first.token("applications").to_owned();
    let mut task = Task::new(&server.base_url(), &["applications"]);
    task.state = json!({"bindingStateV1": {
        "applications": {"inc": {"cursor": [token]}, "last_initialized": INITIALIZED},
    }});
    task.config["advanced"]["start_date"] = json!("2026-01-01");
    server.organisation().churn(30, 5);
    server.log().clear();
    let mut session = task.open().await;
    task.run_until(&mut session, |task| task.token("applications") != token).await;
    task.end(session).await.assert_success();
    let requests = server.log().of("application.list");
    assert!(requests.iter().all(|request| request.has_token && request.code.is_none()), "{requests:?}");
}
