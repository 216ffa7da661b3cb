//! A lifelike company: each oddity of real records occurs, at about its rate; the plain world has none of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ashby_sim::{Organisation, Shape};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::support::object;

/// An organisation's records, read once.
struct Company {
    organisation: Organisation,
    applications: Vec<Value>,
    histories: Vec<Vec<Value>>,
    stages: HashMap<String, Value>,
}

impl Company {
    fn new(shape: &Shape) -> Self {
        let organisation = Organisation::new(shape);
        let truth = |operation: &str, parameters: Value| organisation.truth(operation, &object(parameters));
        let applications = truth("application.list", json!({}));
        let histories = applications
            .iter()
            .map(|application| truth("application.listHistory", json!({"applicationId": application["id"]})))
            .collect();
        let stages = truth("interviewPlan.list", json!({"includeArchived": true}))
            .iter()
            .flat_map(|plan| truth("interviewStage.list", json!({"interviewPlanId": plan["id"]})))
            .map(|stage| (text(&stage, "/id").to_owned(), stage))
            .collect();
        Self { applications, histories, stages, organisation }
    }

    fn list(&self, operation: &str) -> Vec<Value> {
        let parameters = match operation {
            "surveySubmission.list" => json!({"surveyType": "CandidateExperience"}),
            "job.list" => json!({"status": ["Draft", "Open", "Closed", "Archived"]}),
            _ => json!({}),
        };
        self.organisation.truth(operation, &object(parameters))
    }

    fn stage_type(&self, entry: &Value) -> &str {
        self.stages.get(text(entry, "/stageId")).map_or("", |stage| text(stage, "/type"))
    }

    /// Histories in their order.
    fn ordered(&self) -> impl Iterator<Item = Vec<&Value>> {
        self.histories.iter().map(|history| {
            let mut entries: Vec<&Value> = history.iter().collect();
            entries.sort_by_key(|entry| (text(entry, "/enteredStageAt"), entry["stageNumber"].as_u64()));
            entries
        })
    }

    /// The share of histories of which something is true, in thousandths.
    fn of_histories(&self, is: impl Fn(&[&Value]) -> bool) -> usize {
        self.ordered().filter(|history| is(history)).count() * 1_000 / self.histories.len()
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn instant(value: &Value, pointer: &str) -> Option<Timestamp> {
    text(value, pointer).parse().ok()
}

fn thousandths(count: usize, of: usize) -> usize {
    count * 1_000 / of.max(1)
}

#[track_caller]
fn about(what: &str, found: usize, range: std::ops::Range<usize>) {
    assert!(range.contains(&found), "{what}: {found} in a thousand, not {range:?}");
}

#[test]
fn histories_go_back_skip_leave_the_archive_change_jobs_and_come_to_nothing() {
    let company = Company::new(&Shape::lifelike(8_000, 3));
    let type_of = |entry: &Value| company.stage_type(entry).to_owned();
    let plan_of = |entry: &Value| {
        company.stages.get(text(entry, "/stageId")).map(|stage| text(stage, "/interviewPlanId").to_owned())
    };
    let order = |entry: &Value| {
        company.stages.get(text(entry, "/stageId")).and_then(|stage| stage["orderInInterviewPlan"].as_u64())
    };
    about(
        "re-entry",
        company.of_histories(|history| {
            let mut seen = BTreeSet::new();
            history.iter().any(|entry| type_of(entry) != "Archived" && !seen.insert(text(entry, "/stageId")))
        }),
        20..75,
    );
    let leaves = |history: &[&Value], from: &str| {
        history.windows(2).any(|pair| type_of(pair[0]) == from && type_of(pair[1]) != from)
    };
    about("re-opening", company.of_histories(|history| leaves(history, "Archived")), 12..28);
    about(
        "transfer",
        company.of_histories(|history| {
            history.windows(2).any(|pair| {
                let plans = (plan_of(pair[0]), plan_of(pair[1]));
                plans.0.is_some() && plans.1.is_some() && plans.0 != plans.1
            })
        }),
        10..25,
    );
    let hired =
        company.ordered().filter(|history| history.iter().any(|entry| type_of(entry) == "Hired")).count();
    let undone = company.ordered().filter(|history| leaves(history, "Hired")).count();
    assert!(hired > 150 && undone > 0 && undone * 10 < hired, "{undone} of {hired} hires came to nothing");
    // Of the moves forward within a plan, a tenth leave out a stage.
    let mut places: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for stage in company.stages.values() {
        let orders = places.entry(text(stage, "/interviewPlanId")).or_default();
        orders.extend(stage["orderInInterviewPlan"].as_u64());
        orders.sort_unstable();
    }
    let (mut forward, mut skips) = (0, 0);
    for history in company.ordered() {
        for pair in history.windows(2) {
            let (Some(from), Some(to)) = (order(pair[0]), order(pair[1])) else { continue };
            let plan = plan_of(pair[0]).unwrap_or_default();
            if type_of(pair[1]) == "Archived" || plan_of(pair[1]).as_ref() != Some(&plan) || to <= from {
                continue;
            }
            forward += 1;
            skips += usize::from(places[plan.as_str()].iter().any(|place| from < *place && *place < to));
        }
    }
    about("skips", thousandths(skips, forward), 60..140);
    about("no history", company.of_histories(|history| history.is_empty()), 4..14);
    about(
        "same instants",
        company.of_histories(|history| {
            history.windows(2).any(|pair| pair[0]["enteredStageAt"] == pair[1]["enteredStageAt"])
        }),
        1..8,
    );
    about(
        "missing ends",
        company.of_histories(|history| {
            history
                .split_last()
                .is_some_and(|(_, left)| left.iter().any(|entry| entry["leftStageAt"].is_null()))
        }),
        3..25,
    );
    let listed_backwards = company
        .histories
        .iter()
        .filter(|history| history.len() > 1 && history[0]["stageNumber"] != 0)
        .count();
    about("shuffled", thousandths(listed_backwards, company.histories.len()), 4..16);
    let stale = company
        .applications
        .iter()
        .zip(company.ordered())
        .filter(|(application, history)| {
            let current = text(application, "/currentInterviewStage/id");
            history.last().is_some_and(|last| text(last, "/stageId") != current)
        })
        .count();
    about("stale", thousandths(stale, company.applications.len()), 3..14);
    about(
        "a stage that was deleted",
        company.of_histories(|history| {
            history.iter().any(|entry| !company.stages.contains_key(text(entry, "/stageId")))
        }),
        2..40,
    );
    // Entries are counted from 0, whatever stage they are of.
    let counted = company
        .ordered()
        .filter(|history| history.iter().enumerate().all(|(at, entry)| entry["stageNumber"] == at));
    assert!(counted.count() * 100 > company.histories.len() * 97);
}

#[test]
fn plans_differ_in_stages_groups_and_order() {
    let company = Company::new(&Shape { jobs: 60, ..Shape::lifelike(300, 5) });
    let mut titles: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for stage in company.stages.values() {
        titles.entry(text(stage, "/interviewPlanId")).or_default().insert(text(stage, "/title"));
    }
    assert!(titles.values().collect::<BTreeSet<_>>().len() >= 7, "{titles:#?}");
    let any = |is: &dyn Fn(&Value) -> bool| company.stages.values().any(is);
    assert!(any(&|stage| stage.get("interviewStageGroupId").is_none()));
    assert!(any(&|stage| stage["type"] == "Assessment"));
    assert!(any(&|stage| stage["orderInInterviewPlan"] == 1_006));
    let jobs = company.list("job.list");
    assert!(jobs.iter().any(|job| job["interviewPlanIds"].as_array().is_some_and(|plans| plans.len() > 1)));
}

#[test]
fn time_passes_as_in_life() {
    let company = Company::new(&Shape::lifelike(8_000, 7));
    let mut months = BTreeMap::<String, usize>::new();
    let mut weekend = 0;
    for application in &company.applications {
        let at = instant(application, "/createdAt").unwrap().to_zoned(TimeZone::UTC);
        *months.entry(at.strftime("%Y-%m").to_string()).or_default() += 1;
        weekend += usize::from(at.weekday().to_sunday_zero_offset() % 6 == 0);
    }
    assert_eq!(months.len(), 24, "{months:?}");
    assert!(months["2025-12"] * 3 < months["2026-01"] * 2, "December is quiet: {months:?}");
    about("weekends", thousandths(weekend, company.applications.len()), 80..180);
    // Two thirds of all durations are below their mean, and moves are made on weekdays.
    let mut days = Vec::new();
    let mut moves_on_weekends = 0;
    for entry in company.histories.iter().flatten() {
        let (Some(entered), Some(left)) = (instant(entry, "/enteredStageAt"), instant(entry, "/leftStageAt"))
        else {
            continue;
        };
        days.push((left - entered).total(jiff::Unit::Hour).unwrap() / 24.0);
        let at = left.to_zoned(TimeZone::UTC);
        moves_on_weekends += usize::from(at.weekday().to_sunday_zero_offset() % 6 == 0);
    }
    let mean = days.iter().sum::<f64>() / days.len() as f64;
    about(
        "below the mean",
        thousandths(days.iter().filter(|days| **days < mean).count(), days.len()),
        600..800,
    );
    about("moves on weekends", thousandths(moves_on_weekends, days.len()), 2..40);
}

#[test]
fn jobs_are_opened_before_people_apply_and_openings_are_filled_once() {
    let company = Company::new(&Shape { jobs: 400, ..Shape::lifelike(8_000, 11) });
    let jobs: HashMap<String, Value> =
        company.list("job.list").into_iter().map(|job| (text(&job, "/id").to_owned(), job)).collect();
    let opened = |application: &Value| {
        jobs.get(text(application, "/job/id")).and_then(|job| instant(job, "/openedAt"))
    };
    let before = company
        .applications
        .iter()
        .filter(|application| {
            opened(application)
                .zip(instant(application, "/createdAt"))
                .is_some_and(|(opened, created)| created < opened)
        })
        .count();
    about("applications before their job opened", thousandths(before, company.applications.len()), 1..60);
    let again = jobs.values().filter(|job| job["status"] == "Open" && job.get("closedAt").is_some()).count();
    assert!(again > 0 && jobs.values().any(|job| job["status"] == "Draft" && job.get("openedAt").is_none()));

    let offers = company.list("offer.list");
    let mut fills = BTreeMap::<&str, usize>::new();
    for offer in offers.iter().filter(|offer| offer["acceptanceStatus"] == "Accepted") {
        if let Some(opening) = offer.pointer("/latestVersion/openingId").and_then(Value::as_str) {
            *fills.entry(opening).or_default() += 1;
        }
    }
    let doubled = fills.values().filter(|count| **count > 1).count();
    assert!(fills.len() > 150 && doubled * 20 < fills.len(), "{doubled} of {}", fills.len());
    let openings = company.list("opening.list");
    for opening in openings.iter().filter(|opening| fills.contains_key(text(opening, "/id"))) {
        assert_eq!(opening["openingState"], "Filled", "{opening}");
    }
    assert!(openings.iter().any(|opening| opening["openingState"] == "Open"));

    let mut by_application = BTreeMap::<&str, Vec<&str>>::new();
    for offer in &offers {
        by_application
            .entry(text(offer, "/applicationId"))
            .or_default()
            .push(text(offer, "/acceptanceStatus"));
    }
    let second = by_application.values().filter(|offers| offers.len() > 1).count();
    about("second offers", thousandths(second, by_application.len()), 20..100);
    assert!(
        by_application.values().any(|offers| offers[0] == "Declined" && offers.last() == Some(&"Accepted"))
    );
    let statuses: BTreeSet<&str> = offers.iter().map(|offer| text(offer, "/acceptanceStatus")).collect();
    assert!(
        ["Accepted", "Declined", "Cancelled", "WaitingOnResponse", "Created", "Pending"]
            .iter()
            .all(|status| statuses.contains(status)),
        "{statuses:?}"
    );
}

#[test]
fn panels_interview_and_give_feedback_on_what_they_saw() {
    let company = Company::new(&Shape::lifelike(4_000, 13));
    let schedules = company.list("interviewSchedule.list");
    let cancelled = schedules.iter().filter(|schedule| schedule["status"] == "Cancelled").count();
    about("cancelled", thousandths(cancelled, schedules.len()), 100..240);
    assert!(
        schedules
            .iter()
            .any(|schedule| schedule["status"] == "Cancelled" && schedule["interviewEvents"] != json!([]))
    );
    let events: Vec<&Value> =
        schedules.iter().flat_map(|schedule| schedule["interviewEvents"].as_array().unwrap()).collect();
    let panels: BTreeSet<usize> =
        events.iter().map(|event| event["interviewers"].as_array().unwrap().len()).collect();
    assert_eq!(panels, BTreeSet::from([1, 2, 3, 4]));
    let minutes: BTreeSet<i64> = events
        .iter()
        .map(|event| {
            let (start, end) = (instant(event, "/startTime").unwrap(), instant(event, "/endTime").unwrap());
            (end - start).total(jiff::Unit::Minute).unwrap() as i64
        })
        .collect();
    assert_eq!(minutes, BTreeSet::from([30, 45, 60, 90]));
    assert!(events.iter().any(|event| event["interviewers"][0]["isFeedbackRequired"] == json!(false)));

    let by_id: HashMap<&str, &Value> = events.iter().map(|event| (text(event, "/id"), *event)).collect();
    let feedback = company.list("applicationFeedback.list");
    let mut alone = 0;
    for card in &feedback {
        let Some(event) = by_id.get(text(card, "/interviewEventId")) else {
            alone += 1;
            continue;
        };
        let who = &card["submittedByUser"]["id"];
        assert!(
            event["interviewers"].as_array().unwrap().iter().any(|person| &person["id"] == who),
            "{card}"
        );
        assert_eq!(card["interviewId"], event["interviewId"]);
    }
    about("feedback without an interview", thousandths(alone, feedback.len()), 5..80);
    let scores: Vec<&Value> =
        feedback.iter().map(|card| &card["submittedValues"]["overall_recommendation"]).collect();
    assert!(scores.iter().any(|score| score.is_string()));
    assert!(scores.iter().any(|score| score.is_number()));
    assert!(scores.iter().any(|score| score["score"].is_number()));
    let values = |is: &dyn Fn(&Value) -> bool| feedback.iter().any(|card| is(&card["submittedValues"]));
    assert!(values(&|values| values["strengths"].is_object()));
    assert!(values(&|values| values.get("concerns") == Some(&Value::Null)));
    assert!(values(&|values| values.get("concerns").is_none()));
    assert!(values(&|values| values.get("legacy_impression").is_some()));
    assert!(!company.list("surveySubmission.list").is_empty());
}

#[test]
fn custom_fields_have_every_type_and_titles_that_do_not_tell_them_apart() {
    let company = Company::new(&Shape::lifelike(2_000, 17));
    let definitions =
        company.organisation.truth("customField.list", &object(json!({"includeArchived": true})));
    let types: BTreeSet<&str> = definitions.iter().map(|definition| text(definition, "/fieldType")).collect();
    assert_eq!(types.len(), 10, "{types:?}");
    let titles: HashMap<&str, &str> =
        definitions.iter().map(|definition| (text(definition, "/id"), text(definition, "/title"))).collect();
    let alike = definitions
        .iter()
        .filter(|one| one["title"] == "Priority" && one["objectType"] == "Application")
        .count();
    assert_eq!(alike, 2);
    let candidates = company.list("candidate.list");
    let entries: Vec<&Value> = company
        .applications
        .iter()
        .chain(&candidates)
        .flat_map(|record| record["customFields"].as_array().unwrap())
        .collect();
    assert!(entries.len() > 3_000);
    let any = |is: &dyn Fn(&Value) -> bool| entries.iter().any(|entry| is(entry));
    assert!(any(&|entry| titles[text(entry, "/id")] != text(entry, "/title")));
    for (what, is) in [
        ("null", &(|entry: &Value| entry["value"].is_null()) as &dyn Fn(&Value) -> bool),
        ("no options", &|entry| entry["value"] == json!([])),
        ("false", &|entry| entry["value"] == json!(false)),
        ("empty text", &|entry| entry["value"] == json!("")),
        ("currency", &|entry| entry["value"]["currencyCode"].is_string()),
        ("number range", &|entry| entry["value"]["type"] == "number-range"),
        ("pay range", &|entry| entry["value"]["type"] == "compensation-range"),
        ("several options", &|entry| entry["value"].as_array().is_some_and(|values| values.len() > 1)),
        ("a label", &|entry| entry["valueLabel"].is_string()),
        ("a day", &|entry| text(entry, "/value").ends_with("T00:00:00.000Z")),
    ] {
        assert!(any(is), "no {what}");
    }
    // Reasons and sources are copies that may be missing or out of date.
    let reasons: HashMap<String, Value> = company
        .organisation
        .truth("archiveReason.list", &object(json!({"includeArchived": true})))
        .into_iter()
        .map(|reason| (text(&reason, "/id").to_owned(), reason))
        .collect();
    let archived: Vec<&Value> =
        company.applications.iter().filter(|application| application["status"] == "Archived").collect();
    let reclassified = |application: &&&Value| {
        let copy = &application["archiveReason"];
        reasons.get(text(copy, "/id")).is_some_and(|now| now["reasonType"] != copy["reasonType"])
    };
    assert!(archived.iter().any(|application| reclassified(&application)));
    about(
        "no reason",
        thousandths(archived.iter().filter(|one| one.get("archiveReason").is_none()).count(), archived.len()),
        3..20,
    );
    assert!(archived.iter().any(|one| one.get("archivedAt").is_none()));
    assert!(company.applications.iter().any(|one| one.get("source").is_none()));
}

#[test]
fn a_lifelike_company_is_the_same_every_time_and_survives_what_happens_to_it() {
    let (one, other) =
        (Organisation::new(&Shape::lifelike(600, 19)), Organisation::new(&Shape::lifelike(600, 19)));
    for organisation in [&one, &other] {
        for round in 0..4 {
            organisation.churn(150, round);
            organisation.erode(10, round);
        }
    }
    for operation in one.operations().into_iter().filter(|name| name.ends_with(".list")) {
        assert_eq!(one.truth(operation, &object(json!({}))), other.truth(operation, &object(json!({}))));
    }
}
