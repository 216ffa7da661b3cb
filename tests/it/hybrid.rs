//! Webhooks beside a watch: what events name is there before any poll would bring it.

use std::path::Path;
use std::time::Duration;

use ashby_sim::{Fault, FaultRule, Kind, Mutation, Organisation, RequestEntry, Subscription};
use serde_json::{Value, json};

use crate::support::listening::{Listening, SECRET, body, deliver, deliver_signed, get};
use crate::support::{Site, query, sqlite, truth, until};

const STREAMS: &str = "candidates applications application_history application_feedback offers offer_versions jobs \
                       interview_schedules interview_events";

/// A watch that polls by itself once an hour, past its first round.
pub(crate) async fn watch(site: &Site, arguments: &str) -> Listening {
    watch_of(site, arguments, STREAMS).await
}

/// The same of these streams.
pub(crate) async fn watch_of(site: &Site, arguments: &str, streams: &str) -> Listening {
    std::fs::write(site.path("s"), format!("older\n{SECRET}\n")).unwrap();
    let command = site.ashby(&format!(
        "sync --watch --interval 1h --webhooks --listen 127.0.0.1:0 --secret-file s {arguments} {streams}"
    ));
    Listening::of(command).await
}

pub(crate) async fn first_round(watch: &mut Listening) {
    loop {
        let line = watch.said.next_line().await.unwrap().expect("it runs on");
        if line.starts_with("round 1 ") {
            return;
        }
    }
}

pub(crate) async fn subscribe(site: &Site, watch: &Listening) {
    for kind in Organisation::event_types().filter(|kind| *kind != "ping") {
        let subscription = Subscription {
            webhook_type: kind.to_owned(),
            request_url: format!("http://{}/webhooks/ashby", watch.address),
            secret_token: Some(SECRET.to_owned()),
        };
        let (_, is_enabled) = site.server.subscribe(&subscription).await.unwrap();
        assert!(is_enabled, "{kind}: its ping is answered");
    }
}

/// Streams whose rows are not what the organisation has.
pub(crate) fn untrue(site: &Site, database: &Path) -> Vec<&'static str> {
    let is_untrue = |stream: &&str| sqlite(database, stream) != truth(site.organisation(), stream);
    STREAMS.split_whitespace().filter(is_untrue).collect()
}

async fn until_true(site: &Site, database: &Path) {
    let mut wrong = Vec::new();
    for _ in 0..3_000 {
        wrong = untrue(site, database);
        if wrong.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still not as it is there: {wrong:?}");
}

pub(crate) fn some(site: &Site, stream: &str) -> Vec<(String, Value)> {
    truth(site.organisation(), stream).into_iter().collect()
}

/// Moves so many applications to their next stages.
fn move_some(site: &Site, count: usize) -> Vec<String> {
    let move_on = |application: &String| {
        let change = Mutation::MoveStage { application: application.clone(), stage: None };
        site.organisation().mutate(&change).is_ok()
    };
    some(site, "applications").into_iter().map(|(id, _)| id).filter(move_on).take(count).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_events_name_is_captured_without_a_poll() {
    let site = Site::new().await;
    let mut watch = watch(&site, "--metrics 127.0.0.1:0").await;
    first_round(&mut watch).await;
    subscribe(&site, &watch).await;
    let database = site.path("ashby.db");
    assert_eq!(untrue(&site, &database), Vec::<&str>::new());

    let applications = some(&site, "applications");
    let change = |mutation: Mutation| site.organisation().mutate(&mutation).unwrap();
    assert_eq!(move_some(&site, 3).len(), 3);
    change(Mutation::Create {
        kind: Kind::Offer,
        parent: Some(applications[5].0.clone()),
        fields: Default::default(),
    });
    until_true(&site, &database).await;

    // What is gone takes along what belongs to it, and says how it went.
    let candidates = some(&site, "candidates");
    let owned = |candidate: &str| {
        let is_owned = |record: &Value| record["candidate"]["id"] == candidate;
        some(&site, "applications")
            .into_iter()
            .filter(|(_, record)| is_owned(record))
            .map(|(id, _)| id)
            .collect()
    };
    let applicants: Vec<String> =
        candidates.into_iter().map(|(id, _)| id).filter(|id| !<Vec<String>>::is_empty(&owned(id))).collect();
    let [dead, merged, into, ..] = &applicants[..] else { panic!("there are many") };
    let applied = owned(dead);
    change(Mutation::Delete { kind: Kind::Candidate, id: dead.clone() });
    change(Mutation::MergeCandidates { from: merged.clone(), into: into.clone() });
    until_true(&site, &database).await;
    let why = |stream: &str, key: &str| {
        query(
            &database,
            &format!(
                "SELECT _deleted_why, _merged_into FROM {stream} WHERE _key = '{key}' AND _deleted_at IS NOT NULL"
            ),
        )
    };
    assert_eq!(why("candidates", dead), [["reported".to_owned(), String::new()]]);
    assert_eq!(why("candidates", merged)[0][1], **into);
    for application in &applied {
        assert!(!why("applications", application)[0][0].is_empty());
    }

    // It can be watched while it is on.
    until("all events are done", || pending(&database) == 0).await;
    let metrics = get(watch.metrics.as_ref().unwrap(), "/metrics").await;
    for wanted in [
        r#"ashby_stream_lag_seconds{stream="candidates"}"#,
        r#"ashby_stream_tombstones_total{stream="candidates"} 2"#,
        "ashby_events_pending 0",
        "ashby_webhook_events_verified_total",
    ] {
        assert!(metrics.contains(wanted), "{wanted}: {metrics}");
    }
    assert!(metrics.ends_with("# EOF\n"), "{metrics}");
    // Without a limit there is none to tell of.
    for name in watched().into_iter().filter(|name| !name.contains("_per_minute_limit")) {
        let family = name.strip_suffix("_total").unwrap_or(&name);
        assert!(metrics.contains(&format!("# TYPE {family} ")), "{name} is watched and not told");
    }
    assert!(get(watch.metrics.as_ref().unwrap(), "/readyz").await.starts_with("HTTP/1.1 200"));
    // The file is written now and then.
    until("the file says so", || standing(&site)["pending_events"] == json!(0)).await;
    let status: Value = serde_json::from_str(&site.done("status --output json").await.stdout).unwrap();
    assert_eq!((&status["run"]["is_on"], &status["pending_events"]), (&json!(true), &json!(0)), "{status:#}");
    let (said, code) = watch.stop().await;
    assert_eq!(code, Some(0), "{said}");
    let status: Value = serde_json::from_str(&site.done("status --output json").await.stdout).unwrap();
    assert_eq!(status["run"]["is_on"], false);
    assert!(
        status["run"]["ended_at"].is_string() && status["streams"][0]["lag_seconds"].is_number(),
        "{status:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_a_record_follows_the_event_that_names_it_or_its_job() {
    let site = Site::new().await;
    let mut watch = watch(&site, "").await;
    first_round(&mut watch).await;
    subscribe(&site, &watch).await;
    let database = site.path("ashby.db");
    let change = |mutation: Mutation| site.organisation().mutate(&mutation).unwrap();

    // No event tells of feedback: it comes with the next change of an application.
    let (application, record) = some(&site, "applications").swap_remove(0);
    change(Mutation::Create { kind: Kind::Feedback, parent: Some(application), fields: Default::default() });
    assert_eq!(untrue(&site, &database), ["application_feedback"]);
    site.log().clear();
    let moved = move_some(&site, 1);
    until_true(&site, &database).await;
    let asked = site.log().of("application.listHistory");
    let is_of_it = |entry: &RequestEntry| entry.parameters["applicationId"] == moved[0];
    assert!(!asked.is_empty() && asked.iter().all(is_of_it), "only of the one");

    let (offer, shown) = some(&site, "offers").swap_remove(0);
    let mut version = shown["latestVersion"].clone();
    version["id"] = json!("00000000-0000-4000-8000-000000000001");
    let patch = json!({"latestVersion": version}).as_object().unwrap().clone();
    change(Mutation::Update { kind: Kind::Offer, id: offer, patch });
    until_true(&site, &database).await;

    // This names no application.
    let job = record["job"]["id"].as_str().unwrap().to_owned();
    let present = truth(site.organisation(), "jobs")[&job]["defaultInterviewPlanId"].clone();
    let plan = truth(site.organisation(), "interview_plans").into_keys().find(|plan| present != **plan);
    change(Mutation::ChangePlan { job, plan: plan.unwrap() });
    until_true(&site, &database).await;
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_stream_says_of_its_rows_whether_and_why_they_are_gone() {
    let site = Site::new().await;
    let streams: Vec<String> =
        ashby_source::streams().into_iter().map(|stream| stream.descriptor.name).collect();
    assert!(streams.len() > 40);
    site.done(&format!("sync {}", streams.join(" "))).await;
    for stream in streams {
        let told =
            format!("SELECT count(_deleted_at), count(_deleted_why), count(_merged_into) FROM {stream}");
        assert_eq!(query(&site.path("ashby.db"), &told), [["0", "0", "0"]], "{stream}");
    }
}

/// The metrics that the alerts, the dashboard and the documentation speak of.
fn watched() -> std::collections::BTreeSet<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations");
    let texts = ["alerts.yaml", "dashboard.json", "README.md"]
        .map(|name| std::fs::read_to_string(directory.join(name)).unwrap());
    let dashboard: Value = serde_json::from_str(&texts[1]).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() > 4);
    let words = texts
        .iter()
        .flat_map(|text| text.split(|letter: char| !letter.is_ascii_lowercase() && letter != '_'));
    let prefixes = [
        "ashby_stream_",
        "ashby_request",
        "ashby_run_",
        "ashby_commits",
        "ashby_events_",
        "ashby_webhook_events_",
    ];
    let names =
        words.filter(|word| prefixes.iter().any(|prefix| word.starts_with(prefix)) && !word.ends_with('_'));
    let names: std::collections::BTreeSet<String> = names.map(str::to_owned).collect();
    assert!(names.len() > 15, "{names:?}");
    names
}

/// What the run that is on has written of where it stands.
fn standing(site: &Site) -> Value {
    let text = std::fs::read(site.path(".ashby.db.status.json")).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// What `ashby status` says of each stream.
async fn status(site: &Site) -> std::collections::BTreeMap<String, Value> {
    let shown: Value = serde_json::from_str(&site.done("status --output json").await.stdout).unwrap();
    let streams = shown["streams"].as_array().unwrap().iter();
    streams.map(|of| (of["stream"].as_str().unwrap().to_owned(), of.clone())).collect()
}

/// What the inbox of a destination holds.
pub(crate) fn kept(database: &Path) -> ashby_webhooks::Kept {
    let inbox = ashby_webhooks::Inbox::beside(database).unwrap();
    ashby_webhooks::Reader::open(inbox).unwrap().kept().unwrap()
}

/// Events of which something is still to be done.
pub(crate) fn pending(database: &Path) -> u64 {
    kept(database).pending
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_captured_after_a_kill() {
    let site = Site::new().await;
    let mut watch = self::watch(&site, "").await;
    first_round(&mut watch).await;
    subscribe(&site, &watch).await;
    let database = site.path("ashby.db");
    site.server.faults().add(FaultRule::new("application.info", Fault::Hold));
    move_some(&site, 1);
    site.held().await;
    watch.child.kill().await.unwrap();
    assert!(pending(&database) > 0 && !untrue(&site, &database).is_empty());
    site.server.faults().clear();
    site.server.faults().release();
    let watch = self::watch(&site, "").await;
    until("the inbox is worked off", || pending(&database) == 0).await;
    assert_eq!(untrue(&site, &database), Vec::<&str>::new());
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn forgeries_copies_and_lies_cost_nothing_and_change_nothing() {
    let site = Site::new().await;
    let mut watch = watch(&site, "").await;
    first_round(&mut watch).await;
    let database = site.path("ashby.db");
    let before = site.log().total();
    let event = body("1", "candidateHire");
    assert_eq!(deliver_signed(&watch.address, &event, "sha256=00").await, 401);
    assert_eq!(site.log().total(), before, "a forgery is no reason to ask");
    // A candidate is said to be deleted who is there: a question, and nothing more.
    let (alive, _) = some(&site, "candidates").swap_remove(0);
    let lie =
        json!({"webhookActionId": "2", "action": "candidateDelete", "data": {"candidate": {"id": alive}}})
            .to_string();
    assert_eq!(deliver(&watch.address, &lie).await, 200);
    until("it is done", || pending(&database) == 0).await;
    assert_eq!(untrue(&site, &database), Vec::<&str>::new());
    let asked = site.log().total();
    assert!(asked > before);
    assert_eq!(deliver(&watch.address, &lie).await, 200);
    // What comes after it has been looked at: the copy was, too.
    assert_eq!(deliver(&watch.address, &body("after", "somethingNew")).await, 200);
    until("all is done", || pending(&database) == 0).await;
    assert_eq!(site.log().total(), asked, "a copy costs nothing");
    // The same id says nothing of what has another name, and without one each is by itself.
    let job = json!({"job": {"id": some(&site, "jobs")[0].0}});
    let update = json!({"webhookActionId": "2", "action": "jobUpdate", "data": job}).to_string();
    assert_eq!(deliver(&watch.address, &update).await, 200);
    until("it is done", || pending(&database) == 0).await;
    assert_eq!((site.log().count("job.info"), site.log().total()), (1, asked + 1));
    let kept = kept(&database).all;
    let nameless = json!({"action": "jobUpdate", "data": job}).to_string();
    for _ in 0..2 {
        assert_eq!(deliver(&watch.address, &nameless).await, 200);
    }
    until("both are done", || pending(&database) == 0).await;
    assert_eq!(self::kept(&database).all, kept + 2);
    let asked = site.log().total();
    // Of other kinds, of nothing, and of what is no record: nothing breaks.
    for (id, data) in [
        ("3", json!({})),
        ("4", json!({"candidate": {"id": 7}})),
        ("5", json!({"candidate": {"id": "nobody"}})),
    ] {
        let event = json!({"webhookActionId": id, "action": "candidateDelete", "data": data}).to_string();
        assert_eq!(deliver(&watch.address, &event).await, 200);
    }
    until("all is done", || pending(&database) == 0).await;
    assert_eq!(untrue(&site, &database), Vec::<&str>::new());
    // One of them is asked about, a few times since the answer makes no sense.
    assert!(site.log().total() <= asked + 10, "{} after {asked}", site.log().total());
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test]
async fn webhooks_need_a_watch() {
    let site = Site::new().await;
    let ran = site.run("sync --webhooks").await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--watch"), "{}", ran.stderr);
    assert!(!site.path("ashby.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn word_of_trouble_is_sent_and_of_its_end() {
    let site = Site::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/T0/secret-path", listener.local_addr().unwrap());
    let (sender, mut messages) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut text = Vec::new();
            let mut buffer = [0; 4096];
            let body = loop {
                let read = stream.read(&mut buffer).await.unwrap();
                text.extend_from_slice(&buffer[..read]);
                let whole = String::from_utf8_lossy(&text);
                let Some((_, body)) = whole.split_once("\r\n\r\n") else { continue };
                if let Ok(body) = serde_json::from_str::<Value>(body) {
                    break body;
                }
            };
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.write_all(answer.as_bytes()).await.unwrap();
            let _ = sender.send(body);
        }
    });
    for operation in ["user.list", "archiveReason.list"] {
        site.server.faults().add(FaultRule::new(operation, Fault::Status { status: 500 }));
    }
    let mut command = site.ashby("sync --watch --interval 1s users archive_reasons --verbose");
    command.env("ASHBY_NOTIFY", &url);
    let child = crate::support::start(command);
    let failing = tokio::time::timeout(Duration::from_secs(60), messages.recv()).await.unwrap().unwrap();
    assert_eq!(failing["event"], "failing", "{failing}");
    let stream = failing["stream"].as_str().unwrap();
    assert!(failing["text"].as_str().unwrap().contains(stream), "{failing}");
    // The other stream fails for the same reason, which is said.
    let failures = |stream: &str| standing(&site)["streams"][stream]["failures"].as_u64().unwrap_or(0);
    until("both fail", || failures("users") > 0 && failures("archive_reasons") > 0).await;
    assert!(messages.try_recv().is_err(), "one cause is one message");
    site.server.faults().clear();
    let recovered = tokio::time::timeout(Duration::from_secs(60), messages.recv()).await.unwrap().unwrap();
    assert_eq!((&recovered["event"], &recovered["stream"]), (&json!("recovered"), &json!(stream)));
    crate::support::signal(&child, "TERM");
    let ran = crate::support::ended(child).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!ran.stderr.contains("secret-path"), "{}", ran.stderr);
    let mut shown = site.ashby("--show-config");
    shown.env("ASHBY_NOTIFY", &url);
    assert!(!crate::support::run(shown).await.stdout.contains("secret-path"));
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_that_are_disabled_are_said_at_the_start() {
    let site = Site::new().await;
    // Nobody answers the ping, so that Ashby disables it.
    std::fs::write(site.path("s"), format!("{SECRET}\n")).unwrap();
    let ran = site
        .run("webhook setup http://127.0.0.1:1/webhooks/ashby --types candidateHire --secret-file s --yes")
        .await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let mut watch = watch(&site, "").await;
    loop {
        let line = watch.said.next_line().await.unwrap().expect("it runs on");
        if line.starts_with("warning: webhooks are disabled") {
            assert!(line.ends_with("candidateHire"), "{line}");
            break;
        }
    }
    let hint = watch.said.next_line().await.unwrap().unwrap();
    assert_eq!(hint, "hint: `ashby webhook enable candidateHire`");
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_that_never_come_are_said_when_polls_find_what_they_would_have_told() {
    let site = Site::new().await;
    std::fs::write(site.path("s"), format!("{SECRET}\n")).unwrap();
    let command = "sync --watch --interval 1s --webhooks --listen 127.0.0.1:0 --secret-file s applications";
    let mut watch = Listening::of(site.ashby(command)).await;
    first_round(&mut watch).await;
    let application = some(&site, "applications").swap_remove(0).0;
    let mut is_said = false;
    for change in 0..30 {
        let patch = json!({"archivedAt": format!("2026-01-01T00:00:00.{change:03}Z")});
        let patch = patch.as_object().unwrap().clone();
        let update = Mutation::Update { kind: Kind::Application, id: application.clone(), patch };
        site.organisation().mutate(&update).unwrap();
        // Until a round has ended.
        let line = watch.said.next_line().await.unwrap().expect("it runs on");
        if line.starts_with("warning: no webhook has come since") {
            assert!(line.ends_with("of applications"), "{line}");
            is_said = true;
            break;
        }
    }
    assert!(is_said);
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_of_what_was_synced_and_of_nothing_yet() {
    let site = Site::new().await;
    let nothing = site.done("status").await;
    assert!(nothing.stderr.contains("`ashby sync` begins"), "{nothing:?}");
    site.done("sync users archive_reasons").await;
    let csv = site.done("status --output csv").await.stdout;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "stream,lag,records,state,last error,as of,next poll");
    // After one second it is "1 second".
    let cells: Vec<&str> = lines[2].split(',').collect();
    assert!(cells[0] == "users" && cells[1].contains(" second"), "{csv}");
    assert!(cells[2..5] == ["30", "no run", ""] && cells[5].starts_with("20"), "{csv}");
    let shown = site.done("status").await.stdout;
    assert!(shown.contains("no run is on; the last ended "), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_of_each_stream_while_a_watch_is_on() {
    let site = Site::new().await;
    site.done("sync users jobs archive_reasons").await;
    site.server.faults().add(FaultRule::new("archiveReason.list", Fault::Status { status: 500 }));
    let watch = crate::support::start(site.ashby("sync --watch --interval 1h users jobs archive_reasons"));
    until("one fails, and the others are there", || {
        let streams = &standing(&site)["streams"];
        streams["archive_reasons"]["trouble"].is_object()
            && ["users", "jobs"]
                .iter()
                .all(|stream| streams[stream]["polls"] == 1 && streams[stream]["polling"] == false)
    })
    .await;
    let told = status(&site).await;
    for (stream, told) in &told {
        assert_eq!(told["records"], truth(site.organisation(), stream).len(), "{told:#}");
        assert!(told["as_of"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{told:#}");
        assert!(told["token_age_seconds"].as_u64().unwrap() < 600, "{told:#}");
        assert!(told["next_poll_at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{told:#}");
        assert_eq!(told["last_error"].is_null(), stream != "archive_reasons", "{told:#}");
    }
    let error = &told["archive_reasons"]["last_error"];
    assert!(["kind", "message", "since"].iter().all(|name| error[name].is_string()), "{error:#}");
    assert_eq!(
        (&told["users"]["state"], &told["archive_reasons"]["state"]),
        (&json!("idle"), &json!("waiting"))
    );
    crate::support::signal(&watch, "TERM");
    assert_eq!(crate::support::ended(watch).await.code, Some(4), "one of them failed");

    // One of which not everything is there yet.
    site.server.faults().add(FaultRule::new("candidate.list", Fault::Hold).after(1));
    let sync = crate::support::start(site.ashby("sync candidates --page-size 20"));
    site.held().await;
    until("it says so", || standing(&site)["streams"]["candidates"]["listing_everything"] == true).await;
    let told = &status(&site).await["candidates"];
    assert_eq!((&told["state"], &told["as_of"]), (&json!("listing"), &Value::Null));
    assert!(site.done("status").await.stdout.contains("not listed yet"));
    site.server.faults().clear();
    site.server.faults().release();
    assert_eq!(crate::support::ended(sync).await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn status_warns_before_ashby_forgets_from_where_changes_go_on() {
    let site = Site::new().await;
    site.done("sync users jobs").await;
    let mut state: Value = serde_json::from_str(&site.done("state export").await.stdout).unwrap();
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * 22);
    state["streams"]["users"]["committed_at"] = json!(then.to_string());
    std::fs::write(site.path("state.json"), state.to_string()).unwrap();
    site.done("state import state.json").await;
    // What the last run has written is about another state.
    std::fs::remove_file(site.path(".ashby.db.status.json")).unwrap();
    assert!(status(&site).await["users"]["token_age_seconds"].as_u64().unwrap() >= 22 * 24 * 60 * 60);
    let shown = site.done("status").await.stdout;
    let warning = shown.lines().find(|line| line.starts_with("sync soon: ")).expect(&shown);
    assert!(warning.ends_with(": users"), "{warning}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_comes_to_nothing_leaves_nothing_behind() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = taken.local_addr().unwrap();
    let site = Site::new().await;
    std::fs::write(site.path("s"), format!("{SECRET}\n")).unwrap();
    let left = || {
        let names =
            std::fs::read_dir(site.directory.path()).unwrap().flatten().map(|entry| entry.file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| name != "s" && !name.contains("status"));
        names
    };
    let before = left();
    let watch = "sync users --watch --webhooks --secret-file s";
    for (wrong, key) in [
        (format!("{watch} --listen {taken}"), None),
        (format!("listen --secret-file s --listen {taken}"), None),
        (format!("{watch} --listen 127.0.0.1:0"), Some("nobody's")),
        (format!("{watch} --listen 127.0.0.1:0 --metrics {taken}"), None),
    ] {
        let mut command = site.ashby(&wrong);
        if let Some(key) = key {
            command.env("ASHBY_API_KEY", key);
        }
        let ran = crate::support::run(command).await;
        assert!(ran.code.is_some_and(|code| code != 0), "{wrong}: {ran:?}");
        assert_eq!(left(), before, "{wrong}");
    }
}
