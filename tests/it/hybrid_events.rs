//! Webhooks beside a watch: when an event is done, and what it costs.

use std::path::Path;
use std::time::{Duration, Instant};

use ashby_sim::{
    DeliveryEntry, DeliveryOutcome, DeliverySettings, Fault, FaultRule, Kind, Mutation, ServerOptions,
};
use serde_json::{Value, json};

use crate::hybrid::{first_round, kept, pending, some, subscribe, watch_of};
use crate::support::listening::{Listening, deliver};
use crate::support::{Site, jsonl, parquet, query, said, shape, sqlite, truth, until};

fn is_true(site: &Site, database: &Path, stream: &str) -> bool {
    sqlite(database, stream) == truth(site.organisation(), stream)
}

/// An organisation and a watch of these streams past its first round, which polls no more by itself.
async fn watched(streams: &str) -> (Site, Listening) {
    let site = Site::new().await;
    let mut watch = watch_of(&site, "", streams).await;
    first_round(&mut watch).await;
    (site, watch)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_done_only_once_its_record_was_shown() {
    let (site, watch) = watched("interview_schedules interview_events job_postings").await;
    subscribe(&site, &watch).await;
    let database = site.path("ashby.db");
    let change = |mutation: Mutation| site.organisation().mutate(&mutation).unwrap();
    let application = some(&site, "applications").swap_remove(0).0;
    let posting =
        site.organisation().truth("jobPosting.list", &ashby_source::parameters("job_postings").unwrap());
    let posting = posting.last().unwrap()["id"].as_str().unwrap().to_owned();
    let patch = json!({"title": "Something else"}).as_object().unwrap().clone();
    // What is read after each change lags behind it: once it does not show the record.
    for (operation, fault, stream, mutation) in [
        (
            "interviewSchedule.list",
            Fault::NoRecords,
            "interview_schedules",
            Mutation::Create {
                kind: Kind::InterviewSchedule,
                parent: Some(application),
                fields: Default::default(),
            },
        ),
        (
            "jobPosting.list",
            Fault::VanishRecord,
            "job_postings",
            Mutation::Update { kind: Kind::JobPosting, id: posting, patch },
        ),
    ] {
        site.log().clear();
        site.server.faults().add(FaultRule::new(operation, fault).times(1));
        change(mutation);
        assert!(!is_true(&site, &database, stream), "{stream}: the change shows");
        until("it is asked for", || site.log().count(operation) > 0).await;
        until("the row is there", || {
            // Looked at in this order: what is done was there before.
            let is_done = pending(&database) == 0;
            let is_there = is_true(&site, &database, stream);
            assert!(is_there || !is_done, "{stream}: done, and the row is not there");
            is_there
        })
        .await;
        until("it is done", || pending(&database) == 0).await;
    }
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_one_who_is_deleted_follows_where_candidates_are_not_captured() {
    let (site, watch) = watched("applications candidate_notes").await;
    subscribe(&site, &watch).await;
    let database = site.path("ashby.db");
    let (application, record) = some(&site, "applications").swap_remove(0);
    let candidate = record["candidate"]["id"].as_str().unwrap().to_owned();
    let began = Instant::now();
    site.organisation().mutate(&Mutation::Delete { kind: Kind::Candidate, id: candidate }).unwrap();
    until("its applications and notes are gone", || {
        is_true(&site, &database, "applications") && is_true(&site, &database, "candidate_notes")
    })
    .await;
    assert!(began.elapsed() < Duration::from_secs(10), "after {:?}", began.elapsed());
    until("it is done", || pending(&database) == 0).await;
    let why = format!("SELECT _deleted_why FROM applications WHERE _key = '{application}'");
    assert_eq!(query(&database, &why), [["reported"]]);
    // Who is only said to be deleted keeps what is theirs.
    let (_, record) = some(&site, "applications").swap_remove(0);
    let lie = json!({"webhookActionId": "lie", "action": "candidateDelete", "data": {"candidate": {"id": record["candidate"]["id"]}}});
    assert_eq!(deliver(&watch.address, &lie.to_string()).await, 200);
    until("it is done", || pending(&database) == 0).await;
    assert!(is_true(&site, &database, "applications"));
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_names_its_record_elsewhere_is_seen_by_a_listing() {
    let (site, watch) = watched("job_postings").await;
    let database = site.path("ashby.db");
    let (posting, _) = some(&site, "job_postings").swap_remove(0);
    site.organisation().mutate(&Mutation::Delete { kind: Kind::JobPosting, id: posting.clone() }).unwrap();
    let event =
        json!({"webhookActionId": "1", "action": "jobPostingDelete", "data": {"jobPostingId": posting}});
    assert_eq!(deliver(&watch.address, &event.to_string()).await, 200);
    until("it is gone", || is_true(&site, &database, "job_postings")).await;
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_changes_at_once_a_listing_tells_and_that_is_said() {
    let (site, mut watch) = watched("offers").await;
    let database = site.path("ashby.db");
    let offers = some(&site, "offers");
    let patch = json!({"acceptanceStatus": "Declined"}).as_object().unwrap().clone();
    for (id, _) in &offers[..6] {
        let change = Mutation::Update { kind: Kind::Offer, id: id.clone(), patch: patch.clone() };
        site.organisation().mutate(&change).unwrap();
    }
    let event = |number: usize| {
        let offer: &Value = &json!({"id": offers[number].0});
        json!({"webhookActionId": number.to_string(), "action": "offerUpdate", "data": {"offer": offer}})
            .to_string()
    };
    site.log().clear();
    // While the first is being read the others come.
    site.server.faults().add(FaultRule::new("offer.info", Fault::Hold).times(1));
    assert_eq!(deliver(&watch.address, &event(0)).await, 200);
    site.held().await;
    for number in 1..6 {
        assert_eq!(deliver(&watch.address, &event(number)).await, 200);
    }
    site.server.faults().release();
    said(&mut watch.said, "note: offers: events named 5 records at once").await;
    until("all are there", || is_true(&site, &database, "offers")).await;
    until("all are done", || pending(&database) == 0).await;
    assert_eq!((site.log().count("offer.info"), site.log().count("offer.list")), (1, 1));
    assert!(site.log().of("offer.list")[0].has_token, "of what changed");
    assert_eq!(watch.stop().await.1, Some(0));
}

/// A kind of event, what brings it about, streams that are as they are there afterwards, and what may be asked for that.
type Row = (&'static str, fn(&Site), &'static str, &'static str);

fn change(site: &Site, mutation: &Mutation) {
    site.organisation().mutate(mutation).unwrap();
}

fn create(site: &Site, kind: Kind, fields: Value) {
    change(site, &Mutation::Create { kind, parent: None, fields: object(fields) });
}

fn update(site: &Site, kind: Kind, id: &Value, patch: Value) {
    change(site, &Mutation::Update { kind, id: text(id), patch: object(patch) });
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn object(value: Value) -> serde_json::Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

/// The first record of a stream that is such a one.
fn first(site: &Site, stream: &str, is_such: impl Fn(&Value) -> bool) -> Value {
    some(site, stream).into_iter().map(|(_, record)| record).find(is_such).expect(stream)
}

/// An application that goes on.
fn active(site: &Site) -> Value {
    first(site, "applications", |application| application["status"] == "Active")
}

/// Moves somebody to another stage of this type.
fn move_to(site: &Site, application: &Value, stage_type: &str) {
    let present = &application["currentInterviewStage"];
    let is_such = |stage: &Value| {
        stage["type"] == stage_type
            && stage["interviewPlanId"] == present["interviewPlanId"]
            && stage["id"] != present["id"]
    };
    let stage = Some(text(&first(site, "interview_stages", is_such)["id"]));
    change(site, &Mutation::MoveStage { application: text(&application["id"]), stage });
}

/// An application that goes on, with an offer that was accepted.
fn offered(site: &Site) -> Value {
    let application = active(site);
    change(
        site,
        &Mutation::Create {
            kind: Kind::Offer,
            parent: Some(text(&application["id"])),
            fields: object(json!({"acceptanceStatus": "Accepted"})),
        },
    );
    application
}

/// Gives a take-home assignment another status.
fn assign(site: &Site, status: &str) {
    let assignment = first(site, "take_home_assignments", |assignment| assignment["status"] != status);
    update(site, Kind::TakeHome, &assignment["id"], json!({"status": status}));
}

/// Says this of a record that changed in a way which nothing else tells.
fn tell(site: &Site, action: &str, kind: Kind, pointer: &str, patch: Value) {
    let data = site.organisation().event_data(action, 0).unwrap();
    update(site, kind, data.pointer(pointer).unwrap(), patch);
    assert!(site.organisation().tell(action, data) > 0);
}

const OF_APPLICATION: &str =
    "application.info application.listHistory application.listCriteriaEvaluations applicationFeedback.list";
const APPLICATIONS: &str =
    "applications application_history application_details application_criteria_evaluations";

/// In the catalog's order.
const KINDS: &[Row] = &[
    (
        "applicationSubmit",
        |site| create(site, Kind::Application, json!({})),
        "APPLICATIONS candidates",
        "OF_APPLICATION candidate.info",
    ),
    (
        "applicationUpdate",
        |site| update(site, Kind::Application, &active(site)["id"], json!({"source": null})),
        "APPLICATIONS",
        "OF_APPLICATION",
    ),
    (
        "candidateDelete",
        |site| {
            let id = text(&active(site)["candidate"]["id"]);
            change(site, &Mutation::Delete { kind: Kind::Candidate, id });
        },
        "APPLICATIONS candidates candidate_notes offers offer_versions interview_schedules take_home_assignments",
        "candidate.info application.info offer.info takeHomeAssignment.info",
    ),
    (
        "candidateHire",
        |site| move_to(site, &offered(site), "Hired"),
        "APPLICATIONS offers offer_versions approvals",
        "OF_APPLICATION offer.info approval.list",
    ),
    (
        "candidateMerge",
        |site| {
            let from = text(&active(site)["candidate"]["id"]);
            let into = first(site, "candidates", |candidate| candidate["id"] != *from);
            let into = text(&into["id"]);
            change(site, &Mutation::MergeCandidates { from, into });
        },
        "APPLICATIONS candidates candidate_notes offers interview_schedules take_home_assignments",
        "OF_APPLICATION candidate.info candidate.listNotes offer.info takeHomeAssignment.info interviewSchedule.list \
         surveySubmission.list approval.list",
    ),
    (
        "candidateRecentEmailMessagesUpdated",
        |site| {
            let data = site.organisation().event_data("candidateRecentEmailMessagesUpdated", 0).unwrap();
            assert!(site.organisation().tell("candidateRecentEmailMessagesUpdated", data) > 0);
        },
        "",
        "",
    ),
    ("candidateStageChange", |site| move_to(site, &active(site), "Active"), "APPLICATIONS", "OF_APPLICATION"),
    (
        "interviewPlanTransition",
        |site| {
            let job = text(&active(site)["job"]["id"]);
            let present =
                first(site, "jobs", |record| record["id"] == *job)["defaultInterviewPlanId"].clone();
            let plan = first(site, "interview_plans", |plan| plan["id"] != present)["id"]
                .as_str()
                .unwrap()
                .to_owned();
            change(site, &Mutation::ChangePlan { job, plan });
        },
        "APPLICATIONS jobs job_interview_plans",
        "application.info application.list application.listHistory applicationFeedback.list job.info \
         jobInterviewPlan.info",
    ),
    (
        "interviewScheduleCreate",
        |site| create(site, Kind::InterviewSchedule, json!({})),
        "interview_schedules interview_events",
        "interviewSchedule.list",
    ),
    (
        "interviewScheduleUpdate",
        |site| {
            let schedule = first(site, "interview_schedules", |schedule| schedule["status"] != "Cancelled");
            update(site, Kind::InterviewSchedule, &schedule["id"], json!({"status": "Cancelled"}));
        },
        "interview_schedules interview_events",
        "interviewSchedule.list",
    ),
    (
        "jobCreate",
        |site| create(site, Kind::Job, json!({})),
        "jobs job_interview_plans",
        "job.info jobInterviewPlan.info",
    ),
    (
        "jobPostingDelete",
        |site| {
            let id = text(&first(site, "job_postings", |_| true)["id"]);
            change(site, &Mutation::Delete { kind: Kind::JobPosting, id });
        },
        "job_postings job_posting_details job_board_postings jobs",
        "jobPosting.info jobPosting.list jobBoard.list job.info",
    ),
    (
        "jobPostingPublish",
        |site| {
            let posting = first(site, "job_postings", |_| true);
            update(site, Kind::JobPosting, &posting["id"], json!({"status": "Draft"}));
            update(site, Kind::JobPosting, &posting["id"], json!({"status": "Published"}));
        },
        "job_postings job_posting_details job_board_postings jobs",
        "jobPosting.info jobPosting.list jobBoard.list job.info",
    ),
    (
        "jobPostingUnpublish",
        |site| {
            let posting = first(site, "job_postings", |posting| posting["status"] == "Published");
            update(site, Kind::JobPosting, &posting["id"], json!({"status": "Draft"}));
        },
        "job_postings job_posting_details job_board_postings jobs",
        "jobPosting.info jobPosting.list jobBoard.list job.info",
    ),
    (
        "jobPostingUpdate",
        |site| {
            let posting = first(site, "job_postings", |_| true);
            update(site, Kind::JobPosting, &posting["id"], json!({"title": "Something else"}));
        },
        "job_postings job_posting_details job_board_postings",
        "jobPosting.info jobPosting.list jobBoard.list",
    ),
    (
        "jobUpdate",
        |site| {
            let job = first(site, "jobs", |job| job["employmentType"] != "Contract");
            update(site, Kind::Job, &job["id"], json!({"employmentType": "Contract"}));
        },
        "jobs job_interview_plans",
        "job.info jobInterviewPlan.info",
    ),
    (
        "offerCreate",
        |site| create(site, Kind::Offer, json!({})),
        "offers offer_versions approvals",
        "offer.info approval.list",
    ),
    (
        "offerDelete",
        |site| {
            let id = text(&first(site, "offers", |_| true)["id"]);
            change(site, &Mutation::Delete { kind: Kind::Offer, id });
        },
        "offers offer_versions approvals",
        "offer.info approval.info",
    ),
    (
        "offerUpdate",
        |site| {
            let offer = first(site, "offers", |offer| offer["acceptanceStatus"] != "Declined");
            update(site, Kind::Offer, &offer["id"], json!({"acceptanceStatus": "Declined"}));
        },
        "offers offer_versions approvals",
        "offer.info approval.list",
    ),
    ("openingCreate", |site| create(site, Kind::Opening, json!({})), "openings", "opening.info"),
    // Subscribed to once more: that is when Ashby sends one.
    ("ping", |_| {}, "", ""),
    (
        "pushToHRIS",
        |site| tell(site, "pushToHRIS", Kind::Application, "/application/id", json!({"updatedAt": "x"})),
        "applications",
        "application.info applicationFeedback.list",
    ),
    (
        "signatureRequestUpdate",
        |site| tell(site, "signatureRequestUpdate", Kind::Offer, "/offerId", json!({"candidateId": "x"})),
        "offers offer_versions",
        "offer.info approval.list application.info",
    ),
    (
        "surveySubmit",
        |site| create(site, Kind::SurveySubmission, json!({"surveyType": "CandidateExperience"})),
        "survey_submissions questionnaire_submissions",
        "surveySubmission.list",
    ),
    (
        "takeHomeAssignmentAssigned",
        |site| assign(site, "Assigned"),
        "take_home_assignments",
        "takeHomeAssignment.info",
    ),
    (
        "takeHomeAssignmentCancelled",
        |site| assign(site, "Cancelled"),
        "take_home_assignments",
        "takeHomeAssignment.info",
    ),
    (
        "takeHomeAssignmentCompleted",
        |site| assign(site, "Completed"),
        "take_home_assignments",
        "takeHomeAssignment.info",
    ),
    (
        "takeHomeAssignmentSubmitted",
        |site| assign(site, "Submitted"),
        "take_home_assignments",
        "takeHomeAssignment.info",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_event_is_captured() {
    let kinds: Vec<&str> = ashby_client::catalog::events().iter().map(|event| event.name).collect();
    assert_eq!(KINDS.iter().map(|(action, ..)| *action).collect::<Vec<_>>(), kinds);
    let (site, watch) = watched(&format!(
        "{APPLICATIONS} application_feedback candidates candidate_notes offers offer_versions approvals jobs \
         job_interview_plans interview_schedules interview_events job_postings job_posting_details job_board_postings \
         openings survey_submissions questionnaire_submissions take_home_assignments"
    ))
    .await;
    subscribe(&site, &watch).await;
    let database = site.path("ashby.db");
    let mut wrong = Vec::new();
    for (action, cause, streams, allowed) in KINDS {
        let received = kept(&database).all;
        let told = site.server.deliveries().entries().len();
        site.log().clear();
        cause(&site);
        if *action == "ping" {
            subscribe(&site, &watch).await;
        }
        site.server.deliveries().settled().await;
        let told = site.server.deliveries().entries().split_off(told);
        let is_it = |entry: &DeliveryEntry| entry.action == *action && entry.status == 200;
        assert!(told.iter().any(is_it), "{action} is told: {told:?}");
        assert_eq!(kept(&database).all > received, *action != "ping", "{action} is kept");
        until(&format!("{action} is done"), || pending(&database) == 0).await;
        let streams = streams.replace("APPLICATIONS", APPLICATIONS);
        let untrue = streams.split_whitespace().filter(|stream| !is_true(&site, &database, stream));
        wrong.extend(untrue.map(|stream| format!("{action}: {stream} is not as it is there")));
        let allowed = allowed.replace("OF_APPLICATION", OF_APPLICATION);
        let asked = site.log().counts();
        let needless =
            asked.keys().filter(|operation| !allowed.split_whitespace().any(|known| known == *operation));
        wrong.extend(needless.map(|operation| format!("{action}: {operation} is asked for")));
        assert_eq!(asked.is_empty(), allowed.is_empty(), "{action}: {asked:?}");
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_events_of_one_record_cost_one_request_beside_the_one_under_way() {
    let (site, watch) = watched("applications offers").await;
    subscribe(&site, &watch).await;
    let database = site.path("ashby.db");
    let application = offered(&site);
    site.server.deliveries().settled().await;
    until("it is done", || pending(&database) == 0).await;
    let deliveries = site.server.deliveries();
    deliveries.set(DeliverySettings { held: true, ..DeliverySettings::default() });
    move_to(&site, &application, "Active");
    move_to(&site, &application, "Hired");
    assert_eq!(deliveries.pending(), 5);
    site.log().clear();
    // While it is being read for the first of them the others come.
    site.server.faults().add(FaultRule::new("application.info", Fault::Hold).times(1));
    deliveries.set(DeliverySettings::default());
    deliveries.settled().await;
    site.held().await;
    site.server.faults().release();
    until("all are done", || pending(&database) == 0).await;
    assert!((1..=2).contains(&site.log().count("application.info")), "{:?}", site.log().counts());
    assert_eq!(site.log().count("offer.info"), 1);
    assert!(is_true(&site, &database, "applications") && is_true(&site, &database, "offers"));
    assert_eq!(watch.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_files_too_an_event_says_how_a_record_is_gone() {
    for to in ["jsonl:out", "parquet:lake"] {
        let site = Site::new().await;
        let mut watch = watch_of(&site, &format!("--to {to}"), "candidates applications").await;
        first_round(&mut watch).await;
        subscribe(&site, &watch).await;
        let place = site.path(to.split_once(':').unwrap().1);
        let held = |stream: &str| match to {
            "jsonl:out" => jsonl(&place, stream),
            _ => parquet(&place, stream),
        };
        let id = |index: usize| some(&site, "candidates").swap_remove(index).0;
        let [dead, merged, into] = [id(0), id(1), id(2)];
        change(&site, &Mutation::Delete { kind: Kind::Candidate, id: dead.clone() });
        change(&site, &Mutation::MergeCandidates { from: merged.clone(), into: into.clone() });
        site.server.deliveries().settled().await;
        until("both are done", || pending(&place) == 0).await;
        for stream in ["candidates", "applications"] {
            assert_eq!(held(stream), truth(site.organisation(), stream), "{to} {stream}");
        }
        assert_eq!(watch.stop().await.1, Some(0));
        let why = |id: &str| match to {
            "jsonl:out" => {
                let text = std::fs::read_to_string(place.join("candidates.jsonl")).unwrap();
                let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
                let last = lines.rfind(|line| line["id"] == id).unwrap();
                last["_deleted_why"].as_str().map(str::to_owned)
            }
            _ => histories::lake::rows(&place, "candidates").unwrap()[id].why.clone(),
        };
        assert_eq!(
            [&dead, &merged, &into].map(|id| why(id)),
            [Some("reported"), Some("merged"), None].map(|why| why.map(str::to_owned)),
            "{to}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_captured_within_the_limit_at_less_than_a_request_an_event() {
    let options = ServerOptions { requests_per_minute: Some(1_000), ..ServerOptions::default() };
    let site = Site::with(&shape(), options).await;
    // Of jobs some are edited to what they are, which nothing tells.
    let streams = ["applications", "offers", "interview_schedules", "interview_events"];
    let mut watch = watch_of(&site, "--max-rpm 900", &streams.join(" ")).await;
    first_round(&mut watch).await;
    subscribe(&site, &watch).await;
    let database = site.path("ashby.db");
    site.log().clear();
    site.organisation().churn(1_000, 5);
    site.server.deliveries().settled().await;
    until("all are done", || pending(&database) == 0).await;
    for stream in streams {
        assert!(is_true(&site, &database, stream), "{stream}");
    }
    let counts = site.log().counts();
    // Asked for by itself is what a listing had brought before its event came: the next one does not show it again.
    let single: u64 = counts.iter().filter(|(name, _)| name.ends_with(".info")).map(|(_, count)| count).sum();
    let events = site.server.deliveries().counts()[&DeliveryOutcome::Delivered];
    assert!(events > 500 && single * 3 < events * 2, "{events} events: {counts:?}");
    assert_eq!(site.log().refused(), 0, "{counts:?}");
    assert_eq!(watch.stop().await.1, Some(0));
}
