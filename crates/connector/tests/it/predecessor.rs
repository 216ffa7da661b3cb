//! The Python connector's known failures, one by one, each ending well. (Where a failure has a test elsewhere, that
//! one is named.)
//!
//! - Progress lost before the end of a listing: `crashes`.
//! - Floats as strings: `sessions::numbers_are_exact_unless_strings_are_asked_for`.
//! - Interval only when idle, hot loops: `soak`.
//! - Stopping takes as long as a listing: `sessions::a_signal_drains_to_a_checkpoint_within_seconds`.
//! - A key without `apiKey.info`, a revoked scope: `sessions`.

use std::time::Duration;

use ashby_sim::{ErrorShape, Fault, FaultRule, PagePosition, ServerOptions, Shape};
use serde_json::{Value, json};

use crate::fixture::{self, true_events, truth};
use crate::task::Task;

fn error(code: &str, shape: ErrorShape, status: u16) -> Fault {
    Fault::Error { code: code.to_owned(), shape, status }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_all_pages_of_schedules_arrive_without_a_request_each() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["interview_events", "interview_schedules"]);
    task.catch_up().await.assert_success();
    let schedules = truth(&server, "interviewSchedule.list", &Value::Null).len();
    assert!(schedules > 200, "there are several pages");
    assert_eq!(task.records("interview_events"), true_events(&server));
    assert_eq!(server.log().count("interviewEvent.list"), 0);
    let pages = schedules.div_ceil(100) as u64;
    assert_eq!(server.log().count("interviewSchedule.list"), pages, "one listing serves both bindings");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_of_a_token_or_cursor_is_recovered_from() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["applications"]);
    task.catch_up().await.assert_success();
    for (round, (code, page, shape, status)) in [
        ("sync_token_expired", PagePosition::First, ErrorShape::Strings, 200),
        ("sync_token_invalid", PagePosition::First, ErrorShape::Objects, 200),
        ("incremental_sync_too_large", PagePosition::Later, ErrorShape::Both, 200),
        ("next_cursor_expired", PagePosition::Later, ErrorShape::InfoOnly, 200),
        ("invalid_next_cursor", PagePosition::Later, ErrorShape::NullErrors, 400),
        ("sync_token_expired", PagePosition::First, ErrorShape::Both, 400),
    ]
    .into_iter()
    .enumerate()
    {
        // Enough for a second page.
        server.organisation().churn(700, round as u64);
        server.faults().add(
            FaultRule::new("application.list", error(code, shape, status)).page(page).token(true).times(1),
        );
        let token = task.token("applications").to_owned();
        let mut session = task.open().await;
        task.run_until(&mut session, |task| task.is_complete() && task.token("applications") != token).await;
        task.end(session).await.assert_success();
        let refused =
            server.log().of("application.list").iter().any(|request| request.code.as_deref() == Some(code));
        assert!(refused, "{code} did not happen");
        assert_eq!(task.records("applications"), truth(&server, "application.list", &json!({})), "{code}");
        server.faults().clear();
        server.log().clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_an_empty_poll_is_kept() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["users"]);
    task.catch_up().await.assert_success();
    let (token, committed) = (task.token("users").to_owned(), task.committed);
    // Something else changes: the next token is another one, although no user has changed.
    let job = truth(&server, "job.list", &json!({})).into_keys().next().unwrap();
    let patch = json!({"title": "Gardener"}).as_object().unwrap().clone();
    server
        .organisation()
        .mutate(&ashby_sim::Mutation::Update { kind: ashby_sim::Kind::Job, id: job, patch })
        .unwrap();
    let mut session = task.open().await;
    task.run_until(&mut session, |task| task.token("users") != token).await;
    task.end(session).await.assert_success();
    assert_eq!(task.committed, committed);
}

#[tokio::test(flavor = "multi_thread")]
async fn later_pages_are_asked_for_with_cursor_and_token() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["candidates"]);
    task.catch_up().await.assert_success();
    server.log().clear();
    server.organisation().churn(900, 2);
    let token = task.token("candidates").to_owned();
    let mut session = task.open().await;
    task.run_until(&mut session, |task| task.is_complete() && task.token("candidates") != token).await;
    task.end(session).await.assert_success();
    let later: Vec<_> =
        server.log().of("candidate.list").into_iter().filter(|request| request.has_cursor).collect();
    assert!(!later.is_empty() && later.iter().all(|request| request.has_token));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_used_is_that_streams_trouble_only() {
    for fault in [
        Fault::MoreWithoutCursor,
        Fault::WrongTypes,
        Fault::MissingSuccess,
        Fault::Garbage,
        Fault::Html,
        Fault::EmptyBody,
        error("something_new", ErrorShape::Objects, 200),
        error("something_new", ErrorShape::NullErrors, 200),
        Fault::Status { status: 404 },
    ] {
        let server =
            fixture::server(&fixture::tiny(), ServerOptions { page_limit: 2, ..ServerOptions::default() })
                .await;
        server.faults().add(FaultRule::new("application.list", fault.clone()));
        let mut task = Task::new(&server.base_url(), &["applications", "jobs", "archive_reasons"]);
        let mut session = task.open().await;
        task.run_until(&mut session, |task| {
            !task.token("jobs").is_empty() && task.binding_state("archive_reasons")["snapshot"].is_object()
        })
        .await;
        // Once it has given up, it does not ask again before the interval is over.
        session.process.logged(1, |line| line["level"] == "WARN" && line["stream"] == "applications").await;
        let asked = server.log().count("application.list");
        assert!(asked <= 6, "{fault:?}: {asked} requests");
        task.end(session).await.assert_success();
        assert_eq!((task.token("applications"), task.records("jobs").len()), ("", 3), "{fault:?}");

        server.faults().clear();
        task.catch_up().await.assert_success();
        assert_eq!(task.records("applications"), truth(&server, "application.list", &json!({})), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_without_a_token_are_captured_all_the_same() {
    let server = fixture::small().await;
    server.faults().add(FaultRule::new("user.list", Fault::NoSyncToken));
    let mut task = Task::new(&server.base_url(), &["users"]);
    let mut session = task.open().await;
    let users = truth(&server, "user.list", &json!({"includeDeactivated": true}));
    task.run_until(&mut session, |task| task.committed == users.len()).await;
    task.end(session).await.assert_success();
    assert_eq!((task.token("users"), task.records("users")), ("", users));
    server.faults().clear();
    task.catch_up().await.assert_success();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_sent_once_until_it_changes_and_what_went_is_deleted() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["archive_reasons"]);
    task.catch_up().await.assert_success();
    let rows = task.collections["archive_reasons"].len();
    assert_eq!(task.committed, rows);
    task.listed_again().await;
    assert_eq!(task.committed, rows, "the same again is not sent");

    let gone =
        truth(&server, "archiveReason.list", &json!({"includeArchived": true})).into_keys().next().unwrap();
    server
        .organisation()
        .mutate(&ashby_sim::Mutation::Delete { kind: ashby_sim::Kind::ArchiveReason, id: gone })
        .unwrap();
    task.listed_again().await;
    assert_eq!(task.collections["archive_reasons"].len(), rows - 1, "the last row has a tombstone");
    assert_eq!(
        task.records("archive_reasons"),
        truth(&server, "archiveReason.list", &json!({"includeArchived": true}))
    );
}

impl Task {
    /// Lists the archive reasons once more.
    async fn listed_again(&mut self) {
        self.forget_when_listed();
        let due = self.binding_state("archive_reasons")["snapshot"]["updated_at"].clone();
        let mut session = self.open().await;
        self.run_until(&mut session, |task| {
            task.binding_state("archive_reasons")["snapshot"]["updated_at"] != due
        })
        .await;
        self.end(session).await.assert_success();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_child_that_fails_for_a_while_does_not_cost_the_others() {
    let server = fixture::small().await;
    server
        .faults()
        .add(FaultRule::new("interviewStage.list", Fault::Status { status: 500 }).after(1).times(2));
    let mut task = Task::new(&server.base_url(), &["interview_stages"]);
    task.catch_up().await.assert_success();
    let plans = truth(&server, "interviewPlan.list", &json!({"includeArchived": true})).len() as u64;
    assert_eq!(server.log().count("interviewStage.list"), plans + 2, "only what failed is asked for again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_whose_children_cannot_be_read_is_set_aside_and_told_once() {
    let server = fixture::server(&fixture::tiny(), ServerOptions::default()).await;
    // Once in its turn, and once more at the end of the round.
    let odd = error("something_new", ErrorShape::Objects, 200);
    server.faults().add(FaultRule::new("candidate.listNotes", odd).after(3).times(2));
    let mut task = Task::new(&server.base_url(), &["candidate_notes"]);
    let mut session = task.open().await;
    task.run_until(&mut session, |task| {
        !task.token("candidate_notes").is_empty() && task.page("candidate_notes").get("round").is_none()
    })
    .await;
    let told = |line: &Value| {
        let status = line["message"].as_str().filter(|_| line["eventType"] == "connectorStatus");
        status.is_some_and(|text| {
            text.ends_with("candidate_notes lacks what could not be read (1 set aside, tried again)")
        })
    };
    session.process.logged(1, told).await;
    let ended = task.end(session).await;
    ended.assert_success();
    assert_eq!(server.log().count("candidate.listNotes"), 5, "the other three candidates were asked about");
    let warnings: Vec<&Value> = ended.log.iter().filter(|line| line["level"] == "WARN").collect();
    let set_aside = warnings.iter().filter(|line| {
        line["message"]
            .as_str()
            .is_some_and(|text| text.starts_with("a parent whose children cannot be read"))
    });
    assert_eq!(set_aside.count(), 1, "{warnings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_requests_is_kept_and_a_pause_observed() {
    let server = fixture::server(&fixture::tiny(), ServerOptions::default()).await;
    server.faults().add(
        FaultRule::new("user.list", Fault::RetryAfter { status: 429, seconds: 1, date: false }).times(1),
    );
    let mut task = Task::new(&server.base_url(), &["users"]);
    let began = std::time::Instant::now();
    task.catch_up().await.assert_success();
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.log().count("user.list"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_tokens_nor_records_nor_requests_get_into_the_log() {
    let server = fixture::small().await;
    let mut task =
        Task::new(&server.base_url(), &["applications", "candidates"]).with_environment("LOG_LEVEL", "trace");
    server
        .faults()
        .add(FaultRule::new("candidate.list", error("something_new", ErrorShape::Both, 200)).times(2));
    server
        .faults()
        .add(FaultRule::new("application.list", Fault::WrongTypes).page(PagePosition::Later).times(1));
    let mut session = task.open().await;
    task.run_until(&mut session, |task| !task.token("applications").is_empty()).await;
    let ended = task.end(session).await;
    ended.assert_success();
    let log: String = ended.log.iter().map(Value::to_string).collect();
    assert!(log.contains("something_new"), "Ashby's code is told");
    assert!(!log.contains(task.token("applications")) && !log.contains("sim-key"));
    for (id, record) in task.records("applications").iter().take(100) {
        let name = record["candidate"]["name"].as_str().unwrap();
        assert!(!log.contains(id.as_str()) && !log.contains(name), "a record is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_without_anything_is_complete_at_once() {
    let server = fixture::server(&Shape::empty(), ServerOptions::default()).await;
    let mut task = Task::new(&server.base_url(), &fixture::predecessors());
    task.catch_up().await.assert_success();
    assert_eq!(task.committed, 0);
    let digest = &task.binding_state("sources")["snapshot"]["last_digest"];
    assert_eq!(digest, "99aa06d3014798d86001c324468d497f");
}
