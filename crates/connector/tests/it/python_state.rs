//! States that the Python connector saved, and states that it must be able to read. (Every checkpoint of every test
//! is also held against what it accepts; see `task`.)

use ashby_sim::{Server, Shape};
use serde_json::{Value, json};

use crate::fixture::{self, truth};
use crate::task::Task;

const INITIALIZED: &str = "2026-11-20T08:00:00.123456Z";

/// A token as the Python connector would have saved it: from its own requests.
async fn token_of(server: &Server, name: &str) -> String {
    let mut task = Task::new(&server.base_url(), &[name]);
    task.catch_up().await.assert_success();
    server.log().clear();
    task.token(name).to_owned()
}

fn incremental(token: &str) -> Value {
    json!({"inc": {"cursor": [token]}, "last_initialized": INITIALIZED})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_state_is_listed_from_the_beginning() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["jobs", "sources"]);
    task.state =
        json!({"bindingStateV1": {"jobs": incremental(""), "sources": {"last_initialized": INITIALIZED}}});
    task.catch_up().await.assert_success();
    assert_eq!(task.binding_state("jobs")["last_initialized"], INITIALIZED, "it was initialized before");
    assert_eq!(task.records("jobs"), truth(&server, "job.list", &json!({})));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_continued_without_listing_anything_again() {
    let server = fixture::small().await;
    let mut saved = json!({});
    for name in fixture::INCREMENTAL {
        saved[name] = incremental(&token_of(&server, name).await);
    }
    server.organisation().churn(30, 9);
    let names = fixture::INCREMENTAL;
    let mut task = Task::new(&server.base_url(), &names);
    task.state = json!({"bindingStateV1": saved, "backfillRequests": {}});
    let mut session = task.open().await;
    let before = task.state.clone();
    task.run_until(&mut session, |task| {
        names.iter().all(|name| task.token(name) != before["bindingStateV1"][name]["inc"]["cursor"][0])
    })
    .await;
    task.end(session).await.assert_success();
    let mut log = server.log().entries();
    log.retain(|request| request.operation != "apiKey.info");
    assert!(
        !log.is_empty() && log.iter().all(|request| request.has_token && request.code.is_none()),
        "{log:?}"
    );
    assert!(task.committed > 0 && task.committed < 200, "{} documents", task.committed);
    for name in names {
        assert!(task.parked(name)["asked_by"].is_object(), "{name} belongs to whoever asked now");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_snapshot_is_not_sent_again() {
    let server = fixture::small().await;
    // As the Python connector leaves it after its first poll and after later ones.
    let mut first = Task::new(&server.base_url(), &["users", "archive_reasons"]);
    first.catch_up().await.assert_success();
    let rows: Vec<&Value> = first.collections["archive_reasons"].values().collect();
    for op in ["c", "u"] {
        let mut task = Task::new(&server.base_url(), &["users", "archive_reasons"]);
        task.state = json!({"bindingStateV1": {
            "users": incremental(first.token("users")),
            "archive_reasons": {
                "snapshot": {"updated_at": INITIALIZED, "last_count": rows.len(), "last_digest": python_digest(&server, op)},
                "last_initialized": INITIALIZED,
            },
        }});
        let mut session = task.open().await;
        task.run_until(&mut session, |task| {
            task.binding_state("archive_reasons")["snapshot"]["updated_at"] != INITIALIZED
        })
        .await;
        task.end(session).await.assert_success();
        assert_eq!(task.committed, 0, "op {op}");
        assert_eq!(
            task.binding_state("archive_reasons")["snapshot"]["last_digest"],
            python_digest(&server, "u"),
            "it would find it unchanged too"
        );
    }
}

/// What the Python connector makes of the archive reasons as binding 1: a digest over the lines it would send.
fn python_digest(server: &Server, op: &str) -> String {
    let parameters = json!({"includeArchived": true});
    let listed =
        server.organisation().truth("archiveReason.list", parameters.as_object().expect("an object"));
    let mut lines = String::new();
    for (row, record) in listed.iter().enumerate() {
        let record = record.to_string();
        let meta = format!(r#"{{"_meta":{{"op":"{op}","row_id":{row}}},"#);
        lines.push_str(&format!(r#"{{"captured":{{"binding":1,"doc":{meta}{}}}}}"#, &record[1..]));
    }
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(lines.as_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_waits_until_it_is_due() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["sources", "users"]);
    task.catch_up().await.assert_success();
    server.log().clear();
    let session = task.open().await;
    server.log().until(|log| log.count("user.list") > 0).await;
    task.end(session).await.assert_success();
    assert_eq!(server.log().count("source.list"), 0, "it was listed seconds ago, by an earlier session");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_goes_on_from_its_own_token() {
    let server = fixture::small().await;
    let old = token_of(&server, "interview_events").await;
    server.organisation().churn(60, 11);
    let new = token_of(&server, "interview_schedules").await;
    assert_ne!(old, new);
    let mut task = Task::new(&server.base_url(), &["interview_events", "interview_schedules"]);
    task.state = json!({"bindingStateV1": {"interview_events": incremental(&old), "interview_schedules": incremental(&new)}});
    server.organisation().churn(60, 12);
    let mut session = task.open().await;
    task.run_until(&mut session, |task| {
        task.token("interview_events") != old && task.token("interview_schedules") != new
    })
    .await;
    task.end(session).await.assert_success();
    let tokens: Vec<Value> = server
        .log()
        .of("interviewSchedule.list")
        .iter()
        .map(|request| request.parameters["syncToken"].clone())
        .collect();
    assert!(
        tokens.contains(&json!(old)) && tokens.contains(&json!(new)),
        "each was asked for by its own token"
    );
    assert_eq!(server.log().count("interviewEvent.list"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_progress_survives_a_python_spell_only_if_it_still_belongs() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["applications"]);
    server.faults().add(ashby_sim::FaultRule::new("application.list", ashby_sim::Fault::Hold).after(4));
    let mut session = task.open().await;
    task.run_until(&mut session, |task| task.committed == 400).await;
    session.process.kill().await;
    server.faults().clear();

    // Python has listed everything meanwhile and left our progress where it was.
    let token = token_of(&server, "applications").await;
    let mut after_python = Task::new(&server.base_url(), &["applications"]);
    after_python.state = task.state.clone();
    after_python.state["bindingStateV1"]["applications"]["inc"]["cursor"] = json!([token]);
    server.organisation().churn(20, 4);
    after_python.catch_up_past(&token).await;
    let requests = server.log().of("application.list");
    assert!(
        requests.iter().all(|request| request.has_token && !request.has_cursor),
        "stale progress is not used"
    );
    assert!(after_python.page("applications").is_null(), "and is cleared");

    // Python did not get anywhere: we go on where we were.
    server.log().clear();
    task.catch_up().await.assert_success();
    let requests = server.log().of("application.list");
    assert!(requests.iter().all(|request| request.has_cursor != request.has_token), "{requests:?}");
    assert!(requests[0].has_cursor, "the place within the listing is used");
}

impl Task {
    /// Runs a session until the applications' token is another one.
    async fn catch_up_past(&mut self, token: &str) {
        let mut session = self.open().await;
        self.run_until(&mut session, |task| task.token("applications") != token).await;
        self.end(session).await.assert_success();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requested_backfill_begins_again() {
    let server = fixture::server(&Shape::small(), Default::default()).await;
    let mut task = Task::new(&server.base_url(), &["users", "jobs"]);
    task.catch_up().await.assert_success();
    let committed = task.committed;
    task.state["backfillRequests"] = json!({"users": true});
    task.catch_up().await.assert_success();
    assert!(task.state["backfillRequests"].get("users").is_none(), "the request is dealt with");
    assert_eq!(
        task.committed,
        committed + task.records("users").len(),
        "users were captured again, jobs were not"
    );
}
