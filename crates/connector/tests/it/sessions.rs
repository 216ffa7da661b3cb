//! Open sessions.

use std::time::Duration;

use ashby_sim::{Fault, FaultRule, Key, ServerOptions, Shape};
use serde_json::{Value, json};

use crate::fixture::{self, INCREMENTAL, true_events, truth};
use crate::process::{PATIENCE, Process};
use crate::task::Task;

/// What a session writes, with what differs from run to run blotted out.
async fn transcript(task: &mut Task) -> Vec<Value> {
    let mut process = Process::start(&[]);
    process.send(&task.open_request()).await;
    let mut messages = Vec::new();
    loop {
        let message = process.next().await.expect("the session goes on");
        let is_last = message.pointer("/checkpoint/state/updated").is_some_and(|updated| {
            let bindings = updated["bindingStateV1"].as_object().expect("it is of bindings");
            bindings.values().any(|binding| {
                let token = binding.pointer("/inc/cursor/0");
                binding["snapshot"].is_object() || token.is_some_and(|token| token != "")
            })
        });
        messages.push(message);
        if is_last {
            break;
        }
    }
    process.end().await.assert_success();
    for message in &mut messages {
        blot(message);
    }
    messages
}

fn blot(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match name.as_str() {
                    "last_initialized" | "updated_at" | "last_full_at" if value.is_string() => {
                        *value = json!("[instant]")
                    }
                    "cursor" if value[0] != "" => *value = json!(["[token]"]),
                    "next_page" => {
                        let mut parked: Value =
                            serde_json::from_str(value.as_str().expect("text")).expect("JSON");
                        blot(&mut parked);
                        *value = json!({"[text]": parked});
                    }
                    "base" => *value = json!("[token]"),
                    "stamp" | "since" => *value = json!("[stamp]"),
                    "place" => *value = json!("[base URL]"),
                    "grants" => *value = json!("[scopes]"),
                    _ => blot(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(blot),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_reads_like_this() {
    let server = fixture::server(&fixture::tiny(), ServerOptions::default()).await;
    let incremental = transcript(&mut Task::new(&server.base_url(), &["users"])).await;
    let snapshot = transcript(&mut Task::new(&server.base_url(), &["archive_reasons"])).await;
    insta::assert_json_snapshot!("session", json!({"incremental": incremental, "snapshot": snapshot}));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_binding_of_the_predecessor_is_captured_whole_by_its_requests() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &fixture::predecessors());
    let ended = task.catch_up().await;
    ended.assert_success();
    for (name, operation, parameters) in [
        ("applications", "application.list", json!({})),
        ("approvals", "approval.list", json!({})),
        ("candidate_tags", "candidateTag.list", json!({"includeArchived": true})),
        ("candidates", "candidate.list", json!({})),
        ("custom_fields", "customField.list", json!({"includeArchived": true})),
        ("departments", "department.list", json!({"includeArchived": true})),
        ("feedback_form_definitions", "feedbackFormDefinition.list", json!({"includeArchived": true})),
        ("interview_plans", "interviewPlan.list", json!({"includeArchived": true})),
        ("interview_schedules", "interviewSchedule.list", json!({})),
        (
            "interviewer_pools",
            "interviewerPool.list",
            json!({"includeArchivedPools": true, "includeArchivedTrainingStages": true}),
        ),
        (
            "interviews",
            "interview.list",
            json!({"includeArchived": true, "includeNonSharedInterviews": true}),
        ),
        ("job_templates", "jobTemplate.list", json!({})),
        ("jobs", "job.list", json!({"includeUnpublishedJobPostingsIds": true})),
        ("locations", "location.list", json!({"includeArchived": true, "includeLocationHierarchy": true})),
        ("offers", "offer.list", json!({})),
        ("openings", "opening.list", json!({})),
        ("projects", "project.list", json!({})),
        ("survey_form_definitions", "surveyFormDefinition.list", json!({})),
        ("users", "user.list", json!({"includeDeactivated": true})),
        ("archive_reasons", "archiveReason.list", json!({"includeArchived": true})),
        ("job_postings", "jobPosting.list", json!({})),
        ("sources", "source.list", json!({"includeArchived": true})),
    ] {
        assert_eq!(task.records(name), truth(&server, operation, &parameters), "{name}");
        for mut request in server.log().of(operation) {
            for paging in ["cursor", "syncToken"] {
                request.parameters.remove(paging);
            }
            assert_eq!(Value::from(request.parameters), parameters, "{operation}");
        }
    }
    assert_eq!(task.records("interview_events"), true_events(&server));
    let plans = truth(&server, "interviewPlan.list", &json!({"includeArchived": true}));
    let stages = plans
        .keys()
        .map(|plan| truth(&server, "interviewStage.list", &json!({"interviewPlanId": plan})).len());
    assert_eq!(task.records("interview_stages").len(), stages.sum::<usize>());
    for name in INCREMENTAL {
        let documents = task.collections.get(name).into_iter().flatten();
        assert!(
            documents.map(|(_, document)| document).all(|document| document.get("_meta").is_none()),
            "{name}"
        );
    }
    let stages = task.collections["interview_stages"].len();
    for row in 0..stages {
        assert!(task.collections["interview_stages"].contains_key(&row.to_string()), "rows count from 0");
    }
    let statuses = ended.statuses();
    assert_eq!(statuses[0], "Capture started.");
}

#[tokio::test(flavor = "multi_thread")]
async fn additional_bindings_are_captured_and_remembered() {
    let bindings =
        ["application_feedback", "application_history", "close_reasons", "offer_versions", "audit_log"];
    let server = fixture::server(&fixture::tiny(), ServerOptions::default()).await;
    let mut task = Task::new(&server.base_url(), &bindings);
    let has_begun = |task: &Task| {
        ["application_feedback", "application_history", "offer_versions"]
            .iter()
            .all(|name| !task.token(name).is_empty())
            && task.binding_state("close_reasons")["snapshot"].is_object()
            && task.binding_state("audit_log")["backfill"].is_object()
    };
    let mut session = task.open().await;
    task.run_until(&mut session, has_begun).await;
    task.end(session).await.assert_success();
    assert_eq!(task.records("application_feedback"), truth(&server, "applicationFeedback.list", &json!({})));

    // What the session had begun is finished by those after it; then nothing has changed, and nothing is sent.
    for sessions_left in (0..5).rev() {
        let committed = task.committed;
        server.log().clear();
        task.forget_when_listed();
        let mut session = task.open().await;
        // Its listing is sent again only if it differs; the checkpoint comes in any case.
        task.run_until(&mut session, |task| {
            task.binding_state("close_reasons")["snapshot"]["updated_at"] != "2020-01-01T00:00:00.000000Z"
        })
        .await;
        task.end(session).await.assert_success();
        if task.committed == committed && server.log().count("application.listHistory") == 0 {
            return;
        }
        assert!(
            sessions_left > 0,
            "something is sent again and again, or asked for of parents that did not change"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_exact_unless_strings_are_asked_for() {
    let server = fixture::server(&fixture::tiny(), ServerOptions::default()).await;
    let id = truth(&server, "source.list", &json!({"includeArchived": true})).into_keys().next().unwrap();
    let patch = json!({"weight": 1.50, "big": 1e300, "count": 12_345_678_901_234_567_890_u64});
    let patch = patch.as_object().unwrap().clone();
    server
        .organisation()
        .mutate(&ashby_sim::Mutation::Update { kind: ashby_sim::Kind::Source, id: id.clone(), patch })
        .unwrap();
    for (numbers, weight, big) in
        [("exact", json!(1.5), json!(1e300)), ("strings", json!("1.5"), json!("1E+300"))]
    {
        let mut task = Task::new(&server.base_url(), &["sources"]);
        task.config["advanced"]["numbers"] = json!(numbers);
        task.catch_up().await.assert_success();
        let record = &task.records("sources")[&id];
        assert_eq!((&record["weight"], &record["big"]), (&weight, &big));
        assert_eq!(record["count"], json!(12_345_678_901_234_567_890_u64));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_date_leaves_older_history_out_and_is_part_of_what_a_token_belongs_to() {
    let server = fixture::small().await;
    let all = truth(&server, "application.list", &json!({}));
    let mut dates: Vec<&str> = all.values().map(|record| record["createdAt"].as_str().unwrap()).collect();
    dates.sort_unstable();
    let middle = dates[dates.len() / 2].to_owned();
    let mut task = Task::new(&server.base_url(), &["applications", "jobs"]);
    task.config["advanced"]["start_date"] = json!(middle);
    let is_listed = |task: &Task| !task.token("applications").is_empty() && !task.token("jobs").is_empty();
    let mut session = task.open().await;
    task.run_until(&mut session, is_listed).await;
    task.end(session).await.assert_success();
    let captured = task.records("applications");
    assert!(
        captured.len() < all.len() && captured.len() > all.len() / 3,
        "{} of {}",
        captured.len(),
        all.len()
    );
    assert_eq!(task.records("jobs").len(), truth(&server, "job.list", &json!({})).len());

    // Without the date the token is of no use: everything is listed.
    task.config["advanced"].as_object_mut().unwrap().remove("start_date");
    let mut session = task.open().await;
    task.run_until(&mut session, |task| task.records("applications").len() == all.len()).await;
    task.end(session).await.assert_success();
    assert_eq!(task.records("applications"), all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_may_not_read_its_own_permissions_captures() {
    let key = Key { confidential: true, private_fields: true, ..Key::limited("sim-key", ["jobs:read"]) };
    let server =
        fixture::server(&fixture::tiny(), ServerOptions { keys: vec![key], ..ServerOptions::default() })
            .await;
    let mut task = Task::new(&server.base_url(), &["jobs"]);
    task.catch_up().await.assert_success();
    assert_eq!(
        task.records("jobs"),
        truth(&server, "job.list", &json!({"includeUnpublishedJobPostingsIds": true}))
    );
    assert_eq!(server.log().count("apiKey.info"), 1, "it is tried once, and does not matter");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_disables_its_binding_and_says_so() {
    let key = Key::limited("sim-key", ["jobs:read"]);
    let server =
        fixture::server(&fixture::tiny(), ServerOptions { keys: vec![key], ..ServerOptions::default() })
            .await;
    let mut task = Task::new(&server.base_url(), &["offers", "jobs", "sources"]);
    let mut session = task.open().await;
    task.run_until(&mut session, |task| !task.token("jobs").is_empty()).await;
    session.process.logged(2, |line| line["level"] == "WARN").await;
    let ended = task.end(session).await;
    ended.assert_success();
    let warnings = ended.log.iter().filter(|line| line["level"] == "WARN");
    let warnings: Vec<&str> = warnings.filter_map(|line| line["message"].as_str()).collect();
    assert!(
        warnings.iter().any(|text| text.contains("the key lacks the permission Offers: Read")),
        "{warnings:?}"
    );
    assert_eq!(task.records("jobs").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_ends_the_session_with_an_explanation() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["jobs"]);
    task.config["credentials"]["access_token"] = json!("not-the-key");
    let session = task.open().await;
    let ended = task.drain(session).await;
    assert_eq!(ended.status.code(), Some(1));
    let explanation = ended.explanation();
    assert!(explanation.contains("API key") && !explanation.contains("not-the-key"), "{explanation}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_bindings_or_on_a_further_shard_there_is_nothing_to_do() {
    let server = fixture::small().await;
    let task = Task::new(&server.base_url(), &[]);
    let session = task.open().await;
    let ended = session.process.wait().await;
    ended.assert_success();
    assert_eq!(ended.statuses(), ["Capture started. No bindings are enabled."]);

    let task = Task::new(&server.base_url(), &["jobs"]);
    let mut open = task.open_request();
    open["open"]["range"]["keyBegin"] = json!(1_u32 << 31);
    let mut process = Process::start(&[]);
    assert!(process.ask(&open).await["opened"].is_object());
    let ended = process.end().await;
    ended.assert_success();
    assert!(ended.output.is_empty());
    assert_eq!(server.log().total(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_drains_to_a_checkpoint_within_seconds() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["applications"]);
    server.faults().add(FaultRule::new("application.list", Fault::Hold).after(3));
    let session = task.open().await;
    server.faults().wait_held(1).await;
    let began = std::time::Instant::now();
    session.process.terminate().await;
    let ended = task.drain(session).await;
    ended.assert_success();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(task.records("applications").len(), 300, "three pages were read");
    assert!(task.binding_state("applications")["backfill"].is_object(), "and their place is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_input_ends_the_session_at_a_checkpoint() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &fixture::predecessors());
    let mut session = task.open().await;
    for _ in 0..2000 {
        task.step(&mut session).await;
    }
    // `end` checks that no document lacks its checkpoint.
    task.end(session).await.assert_success();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_acknowledgements_belongs_into_a_session() {
    let server = fixture::small().await;
    for (request, expected) in [(json!({"spec": {}}), "a request of the kind spec came into an open session")]
    {
        let mut task = Task::new(&server.base_url(), &["users"]);
        let mut session = task.open().await;
        session.process.send(&request).await;
        while task.step(&mut session).await {}
        let ended = session.process.wait().await;
        assert_eq!(ended.status.code(), Some(1));
        assert!(ended.explanation().contains(expected), "{}", ended.explanation());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn explicit_acknowledgements_are_counted() {
    let server = fixture::small().await;
    let mut task = Task::new(&server.base_url(), &["users", "jobs", "sources"])
        .with_environment("SOURCE_ASHBY_UNACKNOWLEDGED_CHECKPOINTS", "1");
    let mut session = task.open().await;
    let mut acknowledged = 0;
    while !task.is_complete() {
        assert!(task.step(&mut session).await);
        if task.checkpoints > acknowledged {
            acknowledged += 1;
            session.process.send(&json!({"acknowledge": {"checkpoints": 1}})).await;
        }
    }
    task.end(session).await.assert_success();

    let mut session = task.open().await;
    session.process.send(&json!({"acknowledge": {"checkpoints": 9}})).await;
    while task.step(&mut session).await {}
    let ended = session.process.wait().await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.explanation().contains("9 checkpoints were acknowledged"), "{}", ended.explanation());
}

/// Resident memory of a process in bytes.
fn resident_bytes(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it has memory");
    let kibibytes: u64 =
        line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number");
    kibibytes * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_stops_the_connector_and_not_its_memory() {
    let server = fixture::server(&Shape::bulk(30_000), ServerOptions::default()).await;
    let mut task = Task::new(&server.base_url(), &["applications", "candidates"]);
    let mut session = task.open().await;
    // Nobody reads: the requests cease long before everything is listed.
    let log = server.log();
    // That no request comes any more only time can tell: a second without one.
    log.until(|log| log.total() > 0).await;
    let mut before = 0;
    while log.total() > before {
        before = log.total();
        let _ = tokio::time::timeout(Duration::from_secs(1), log.until(|log| log.total() > before)).await;
    }
    assert!(before < 300, "{before} of 600 pages were read although nobody takes them");
    let resident = resident_bytes(session.process.id());
    assert!(resident < 120 << 20, "{resident} bytes are resident");
    let began = std::time::Instant::now();
    task.run_until(&mut session, Task::is_complete).await;
    assert!(began.elapsed() < PATIENCE);
    task.end(session).await.assert_success();
    assert_eq!(task.committed, 60_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_does_not_wait_for_ever_for_a_reader_that_has_stopped() {
    let server = fixture::server(&Shape::bulk(5_000), ServerOptions::default()).await;
    let task = Task::new(&server.base_url(), &["applications"]);
    let session = task.open().await;
    // Nobody reads; the pipe and the buffers are full after a megabyte or two.
    server.log().until(|log| log.count("application.list") >= 10).await;
    session.process.terminate().await;
    let ended = session.process.end_unread().await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(
        ended.explanation().contains("does not take what the connector writes"),
        "{}",
        ended.explanation()
    );
}
