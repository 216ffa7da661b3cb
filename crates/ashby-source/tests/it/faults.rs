//! Every fault in every mode: the result is the fault-free one, or there is a clear error, nothing is lost, and the
//! next run heals.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ashby_client::{Client, RetryPolicy};
use ashby_sim::{ErrorShape, Fault, FaultRule, Key, Kind, Mutation, PagePosition, ServerOptions, Shape};
use ashby_source::AshbySource;
use capture_core::{ErrorKind, Outcome, Report, Runner, RunnerOptions, Selection, StreamRetry};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{World, assert_up_to_date, identity};

type Records = BTreeMap<String, Value>;

/// How a stream is captured, and which operation is disturbed.
#[derive(Debug, Clone, Copy)]
struct Mode {
    streams: &'static [&'static str],
    operation: &'static str,
    /// After an undisturbed run and some changes.
    incremental: bool,
}

const MODES: [Mode; 8] = [
    Mode { streams: &["applications"], operation: "application.list", incremental: false },
    Mode { streams: &["applications"], operation: "application.list", incremental: true },
    Mode { streams: &["archive_reasons"], operation: "archiveReason.list", incremental: false },
    Mode { streams: &["archive_reasons"], operation: "archiveReason.list", incremental: true },
    Mode { streams: &["candidate_notes"], operation: "candidate.listNotes", incremental: false },
    Mode { streams: &["candidate_notes"], operation: "candidate.list", incremental: true },
    Mode {
        streams: &["interview_events", "interview_schedules"],
        operation: "interviewSchedule.list",
        incremental: false,
    },
    Mode {
        streams: &["interview_events", "interview_schedules"],
        operation: "interviewSchedule.list",
        incremental: true,
    },
];

/// What a fault does to a run.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Effect {
    /// Nothing, however often it happens.
    None,
    /// It is overcome when it happens once; when it does not end, the stream fails.
    Passing,
    /// The stream fails at once, unless there is a token, a cursor or a parent that it may have been the fault of.
    Breaking,
    /// A record is missing; nobody can notice.
    Losing,
    /// Records have a member more.
    Adding,
}

fn faults() -> Vec<(Fault, Effect)> {
    let error = |code: &str, status| Fault::Error { code: code.to_owned(), shape: ErrorShape::Both, status };
    vec![
        (Fault::Latency { milliseconds: 5 }, Effect::None),
        (Fault::DuplicateRecords, Effect::None),
        (Fault::PrettyPrint, Effect::None),
        (Fault::NoSyncToken, Effect::None),
        (Fault::Status { status: 500 }, Effect::Passing),
        (Fault::Status { status: 503 }, Effect::Passing),
        (Fault::Status { status: 429 }, Effect::Passing),
        (Fault::RetryAfter { status: 429, seconds: 0, date: false }, Effect::Passing),
        (Fault::RetryAfter { status: 503, seconds: 0, date: true }, Effect::Passing),
        (error("generic_internal_error", 200), Effect::Passing),
        (Fault::CutBody { after_bytes: 40 }, Effect::Passing),
        (Fault::Reset, Effect::Passing),
        (Fault::Garbage, Effect::Passing),
        (Fault::Html, Effect::Passing),
        (Fault::EmptyBody, Effect::Passing),
        (Fault::MissingSuccess, Effect::Passing),
        (Fault::MoreWithoutCursor, Effect::Passing),
        (Fault::WrongTypes, Effect::Passing),
        (error("invalid_input", 400), Effect::Breaking),
        (error("something_new", 200), Effect::Breaking),
        (Fault::VanishRecord, Effect::Losing),
        (Fault::UnknownFields, Effect::Adding),
    ]
}

/// A few pages of everything; retries without long waits.
async fn world(options: ServerOptions) -> World {
    let shape = Shape {
        candidates: 48,
        applications: 70,
        jobs: 6,
        users: 12,
        projects: 4,
        audit_events: 12,
        ..Shape::small()
    };
    let mut world = World::with(&shape, ServerOptions { page_limit: 10, ..options }).await;
    world.client = client(&world, "sim-key");
    world
}

fn client(world: &World, key: &str) -> Client {
    let retry = RetryPolicy::default()
        .max_attempts(4)
        .base_delay(Duration::from_millis(1))
        .throttle_delay(Duration::from_millis(2));
    let builder = Client::builder().api_key(key).base_url(&world.server.base_url());
    builder.requests_per_minute(None).retry(retry).build().unwrap()
}

async fn sync_with(world: &World, client: &Client, streams: &[&str], full: bool) -> Report {
    let retry = StreamRetry::default().attempts(0);
    Runner::new(AshbySource::new(client.clone()), world.sink.clone())
        .options(RunnerOptions::default().retry(retry))
        .run(
            streams.iter().map(|stream| Selection::new(*stream).full(full)),
            identity(client),
            CancellationToken::new(),
        )
        .await
        .unwrap()
}

async fn sync(world: &World, streams: &[&str]) -> Report {
    sync_with(world, &world.client, streams, false).await
}

async fn sync_full(world: &World, streams: &[&str]) -> Report {
    sync_with(world, &world.client, streams, true).await
}

/// Without what an application shows of other records: it does not count as changed when they change.
fn own(stream: &str, mut records: Records) -> Records {
    if stream == "applications" {
        records.values_mut().for_each(|record| _ = record.as_object_mut().unwrap().remove("openings"));
    }
    records
}

fn rows(world: &World, stream: &str) -> Records {
    own(stream, world.rows(stream))
}

fn truth(world: &World, stream: &str) -> Records {
    let id = |record: &Value| record["id"].as_str().unwrap().to_owned();
    match stream {
        "interview_events" => {
            let schedules = world.truth("interviewSchedule.list", &json!({}));
            let events =
                schedules.values().flat_map(|schedule| schedule["interviewEvents"].as_array().unwrap());
            events.map(|event| (id(event), event.clone())).collect()
        }
        "candidate_notes" => {
            let notes = |candidate: &String| {
                let mut notes = world.truth("candidate.listNotes", &json!({"candidateId": candidate}));
                notes.values_mut().for_each(|note| note["candidateId"] = json!(candidate));
                notes
            };
            world.truth("candidate.list", &json!({})).keys().flat_map(notes).collect()
        }
        _ => {
            let parameters = ashby_source::parameters(stream).unwrap();
            own(
                stream,
                world.truth(ashby_source::stream(stream).unwrap().operation, &Value::Object(parameters)),
            )
        }
    }
}

fn assert_exact(world: &World, streams: &[&str], context: &str) {
    for stream in streams {
        let (held, truth) = (rows(world, stream), truth(world, stream));
        let keys: BTreeSet<&String> = held.keys().chain(truth.keys()).collect();
        let wrong: Vec<_> = keys.into_iter().filter(|key| held.get(*key) != truth.get(*key)).collect();
        let Some(first) = wrong.first() else { continue };
        let (held, truth) = (held.get(*first), truth.get(*first));
        panic!(
            "{} records of {stream} are wrong, {context}; the first: {held:#?} instead of {truth:#?}",
            wrong.len()
        );
    }
}

/// Every record is the newest, or what it was before.
fn assert_honest(world: &World, streams: &[&str], before: &[Records], context: &str) {
    for (stream, before) in streams.iter().zip(before) {
        let truth = truth(world, stream);
        for (key, record) in rows(world, stream) {
            let known = [truth.get(&key), before.get(&key)].contains(&Some(&record));
            assert!(known, "{stream} has a record that never was: {context}");
        }
    }
}

fn assert_failed(report: &Report, streams: &[&str], context: &str) {
    for stream in streams {
        match &report.streams[*stream].outcome {
            Outcome::Failed { reason, .. } => assert!(!reason.is_empty(), "{context}"),
            outcome => panic!("{stream} is {outcome:?}: {context}"),
        }
    }
}

async fn disturb(mode: Mode, fault: Fault, effect: Effect, once: bool) {
    let context = format!("{mode:?}, {fault:?}, {}", if once { "once" } else { "always" });
    let world = world(ServerOptions::default()).await;
    if mode.incremental {
        assert_up_to_date(&sync(&world, mode.streams).await);
        world.server.organisation().churn(60, 5);
    }
    let before: Vec<Records> = mode.streams.iter().map(|stream| rows(&world, stream)).collect();
    let rule = FaultRule::new(mode.operation, fault);
    world.server.faults().add(if once { rule.times(1) } else { rule });
    let report = sync(&world, mode.streams).await;
    match (effect, once) {
        (Effect::None, _) | (Effect::Passing, true) => {
            assert_up_to_date(&report);
            assert_exact(&world, mode.streams, &context);
        }
        (Effect::Breaking, true)
            if report.streams.values().all(|stream| stream.outcome == Outcome::UpToDate) =>
        {
            assert_exact(&world, mode.streams, &context);
        }
        (Effect::Passing, false) | (Effect::Breaking, _) => {
            assert_failed(&report, mode.streams, &context);
            assert_honest(&world, mode.streams, &before, &context);
        }
        (Effect::Losing, _) => {
            assert_up_to_date(&report);
            assert_honest(&world, mode.streams, &before, &context);
        }
        (Effect::Adding, _) => {
            assert_up_to_date(&report);
            for stream in mode.streams {
                let mut rows = rows(&world, stream);
                rows.values_mut().for_each(|record| _ = record.as_object_mut().unwrap().remove("newMember"));
                assert_eq!(rows, truth(&world, stream), "{context}");
            }
        }
    }
    world.server.faults().clear();
    let healed = match effect {
        // What was not seen, or seen otherwise, does not count as changed.
        Effect::Losing | Effect::Adding => sync_full(&world, mode.streams).await,
        _ => sync(&world, mode.streams).await,
    };
    assert_up_to_date(&healed);
    assert_exact(&world, mode.streams, &context);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_passes_changes_nothing() {
    for (fault, effect) in faults() {
        for mode in MODES {
            disturb(mode, fault.clone(), effect, true).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_stays_fails_the_stream_and_the_next_run_heals() {
    for (fault, effect) in faults() {
        for mode in MODES {
            disturb(mode, fault.clone(), effect, false).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_page_with_a_cursor_is_not_the_end() {
    for mode in MODES {
        disturb(mode, Fault::EmptyPageWithCursor, Effect::None, true).await;
    }
}

const SHAPES: [ErrorShape; 5] = [
    ErrorShape::Strings,
    ErrorShape::Objects,
    ErrorShape::InfoOnly,
    ErrorShape::Both,
    ErrorShape::NullErrors,
];

/// Refuses one request of an incremental or a full listing with this code, in every shape.
async fn refuse(code: &str, drops_token: bool, incremental: bool) {
    for (page, status, shape) in [PagePosition::First, PagePosition::Later]
        .into_iter()
        .flat_map(|page| [200, 400].map(|status| (page, status)))
        .flat_map(|(page, status)| SHAPES.map(|shape| (page, status, shape)))
    {
        let context = format!("{code}, incremental {incremental}, {page:?}, {status}, {shape:?}");
        let world = world(ServerOptions::default()).await;
        if incremental {
            sync(&world, &["applications"]).await;
            world.server.organisation().churn(120, 9);
        }
        world.server.log().clear();
        let fault = Fault::Error { code: code.to_owned(), shape, status };
        world.server.faults().add(FaultRule::new("application.list", fault).page(page).times(1));
        let report = sync(&world, &["applications"]).await;

        let entries = world.server.log().of("application.list");
        let refused =
            entries.iter().position(|entry| entry.code.as_deref() == Some(code)).expect("it was refused");
        let later = page == PagePosition::Later;
        if later || (drops_token && incremental) {
            assert_up_to_date(&report);
            assert_exact(&world, &["applications"], &context);
            let next = &entries[refused + 1];
            assert!(!next.has_cursor, "{context}");
            assert_eq!(next.has_token, incremental && !drops_token, "{context}");
            assert_eq!(report.streams["applications"].notes.len(), 1, "{context}");
        } else {
            // Nothing was sent that could be dropped, or (a cursor refused that was not there) only nonsense.
            assert_failed(&report, &["applications"], &context);
            assert_eq!(entries.len(), refused + 1, "{context}");
        }
        assert_up_to_date(&sync(&world, &["applications"]).await);
        assert_exact(&world, &["applications"], &context);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_tokens_lead_to_a_full_listing() {
    for code in ["sync_token_expired", "sync_token_invalid", "incremental_sync_too_large"] {
        refuse(code, true, true).await;
        refuse(code, true, false).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_cursors_lead_to_the_first_page_of_the_same_listing() {
    for code in ["next_cursor_expired", "invalid_next_cursor"] {
        refuse(code, false, true).await;
        refuse(code, false, false).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_that_lead_in_a_circle_end_after_some_requests() {
    for mode in
        MODES.iter().filter(|mode| !["archiveReason.list", "candidate.listNotes"].contains(&mode.operation))
    {
        let world = world(ServerOptions::default()).await;
        if mode.incremental {
            sync(&world, mode.streams).await;
            world.server.organisation().churn(200, 9);
        }
        let before = world.server.log().count(mode.operation);
        world
            .server
            .faults()
            .add(FaultRule::new(mode.operation, Fault::CursorLoop).page(PagePosition::Later));
        let report = sync(&world, mode.streams).await;
        assert_failed(&report, mode.streams, &format!("{mode:?}"));
        let requests = world.server.log().count(mode.operation) - before;
        assert!(requests < 60, "{mode:?}: {requests} requests");
        world.server.faults().clear();
        assert_up_to_date(&sync(&world, mode.streams).await);
        assert_exact(&world, mode.streams, &format!("{mode:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_increment_that_is_too_large_becomes_a_full_listing() {
    let world = world(ServerOptions { incremental_pages: Some(1), ..ServerOptions::default() }).await;
    sync(&world, &["applications"]).await;
    world.server.organisation().churn(120, 9);
    let report = sync(&world, &["applications"]).await;
    assert_up_to_date(&report);
    assert_exact(&world, &["applications"], "too large");
    let refused = world.server.log().of("application.list");
    assert!(refused.iter().any(|entry| entry.code.as_deref() == Some("incremental_sync_too_large")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_an_empty_listing_is_kept() {
    let world = world(ServerOptions::default()).await;
    for _ in 0..4 {
        assert_up_to_date(&sync(&world, &["candidates"]).await);
        // Time goes on, but not for candidates.
        let elsewhere = Mutation::Create { kind: Kind::ArchiveReason, parent: None, fields: Map::new() };
        world.server.organisation().mutate(&elsewhere).unwrap();
    }
    let entries = world.server.log().of("candidate.list");
    let increments: Vec<_> = entries.iter().filter(|entry| entry.has_token).collect();
    assert!(increments.iter().all(|entry| entry.records == 0));
    let tokens: BTreeSet<String> =
        increments.iter().map(|entry| entry.parameters["syncToken"].to_string()).collect();
    assert_eq!((increments.len(), tokens.len()), (3, 3), "each token is used once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_that_vanished_is_skipped_and_noted() {
    let world = world(ServerOptions::default()).await;
    world.server.faults().add(FaultRule::new("candidate.listNotes", Fault::Hold));
    let names = ["candidate_notes"];
    let (report, ()) = tokio::join!(sync(&world, &names), async {
        world.server.faults().wait_held(8).await;
        let victim = world.truth("candidate.list", &json!({})).into_keys();
        for id in victim {
            world.server.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id }).unwrap();
        }
        world.server.faults().clear();
    });
    assert_up_to_date(&report);
    let notes = &report.streams["candidate_notes"].notes;
    assert!(notes.iter().any(|note| note.contains("were gone")), "{notes:?}");
    assert!(rows(&world, "candidate_notes").is_empty());
}

fn delete_some(world: &World) -> usize {
    let candidates = world.truth("candidate.list", &json!({}));
    for id in candidates.into_keys().step_by(7) {
        world.server.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id }).unwrap();
    }
    truth(world, "candidates").len()
}

const RECONCILED: [&str; 3] = ["applications", "candidate_notes", "candidates"];

#[tokio::test(flavor = "multi_thread")]
async fn a_full_listing_finds_what_is_gone() {
    let world = world(ServerOptions::default()).await;
    sync(&world, &RECONCILED).await;
    let held = rows(&world, "candidates").len();
    let left = delete_some(&world);
    assert!(left < held);
    assert_up_to_date(&sync(&world, &RECONCILED).await);
    assert_eq!(rows(&world, "candidates").len(), held, "Ashby does not tell");
    assert_up_to_date(&sync_full(&world, &RECONCILED).await);
    assert_exact(&world, &RECONCILED, "full");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_fails_half_way_deletes_nothing() {
    let world = world(ServerOptions::default()).await;
    sync(&world, &["candidates"]).await;
    let held = rows(&world, "candidates").len();
    delete_some(&world);
    let fault = Fault::Status { status: 500 };
    world.server.faults().add(FaultRule::new("candidate.list", fault).page(PagePosition::Later).after(1));
    assert_failed(&sync_full(&world, &["candidates"]).await, &["candidates"], "half way");
    assert_eq!(rows(&world, "candidates").len(), held);
    world.server.faults().clear();
    assert_up_to_date(&sync(&world, &["candidates"]).await);
    assert_exact(&world, &["candidates"], "the listing went on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_sees_less_deletes_nothing() {
    let scopes = ["candidates:read", "jobs:read"];
    let narrow = Key { can_read_key_info: true, ..Key::limited("narrow-key", scopes) };
    let denied = Key::limited("denied-key", ["jobs:read"]);
    let keys = vec![Key::full("sim-key"), narrow, denied];
    let world = world(ServerOptions { keys, ..ServerOptions::default() }).await;
    let names = ["applications", "candidates", "jobs"];
    assert_up_to_date(&sync_with(&world, &world.client, &names, false).await);
    let held = names.map(|name| rows(&world, name));

    let report = sync_with(&world, &client(&world, "narrow-key"), &names, true).await;
    assert_up_to_date(&report);
    assert!(report.streams["jobs"].kept.is_some());
    assert!(report.streams["jobs"].records < held[2].len() as u64, "confidential jobs were not listed");
    assert_eq!(names.map(|name| rows(&world, name).len()), [held[0].len(), held[1].len(), held[2].len()]);

    let report = sync_with(&world, &client(&world, "denied-key"), &names, true).await;
    assert!(matches!(report.streams["candidates"].outcome, Outcome::Skipped { kind: ErrorKind::Denied, .. }));
    assert_eq!(rows(&world, "candidates").len(), held[1].len());

    // The key with which it was filled still may.
    delete_some(&world);
    assert_up_to_date(&sync_with(&world, &world.client, &names, true).await);
    assert_exact(&world, &names, "the first key again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_leaves_one_candidate() {
    let world = world(ServerOptions::default()).await;
    sync(&world, &RECONCILED).await;
    let candidates: Vec<String> = rows(&world, "candidates").into_keys().collect();
    let merge = Mutation::MergeCandidates { from: candidates[0].clone(), into: candidates[1].clone() };
    world.server.organisation().mutate(&merge).unwrap();
    let note = Map::from_iter([("content".to_owned(), json!("moved"))]);
    let parent = Some(candidates[1].clone());
    world.server.organisation().mutate(&Mutation::Create { kind: Kind::Note, parent, fields: note }).unwrap();
    assert_up_to_date(&sync(&world, &RECONCILED).await);
    let truth = truth(&world, "candidate_notes");
    let rows = rows(&world, "candidate_notes");
    assert!(truth.iter().all(|(key, note)| rows.get(key) == Some(note)), "the notes went with the candidate");
    assert_up_to_date(&sync_full(&world, &RECONCILED).await);
    assert_exact(&world, &RECONCILED, "merged");
}

#[tokio::test]
async fn an_experimental_stream_whose_answers_make_no_sense_fails_and_is_not_left_out() {
    for (stream, operation) in [("audit_log", "auditLog.list"), ("sequences", "sequence.list")] {
        for fault in [Fault::Garbage, Fault::WrongTypes] {
            let world = world(ServerOptions::default()).await;
            world.server.faults().add(FaultRule::new(operation, fault.clone()));
            let report = sync(&world, &[stream]).await;
            let outcome = &report.streams[stream].outcome;
            assert!(matches!(outcome, Outcome::Failed { .. }), "{stream}, {fault:?}: {outcome:?}");
        }
    }
}
