//! The edge cases of the definitions, by hand-made records.

use serde_json::{Value, json};

use super::*;

/// Days since 2026-01-01T00:00:00Z, as text.
fn day(day: i64) -> String {
    jiff::Timestamp::from_millisecond(ms(day)).unwrap().strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

fn ms(day: i64) -> i64 {
    1_767_225_600_000 + day * 86_400_000
}

/// A company with two plans: a (lead, review, screen, onsite, offer, hired, archive) and b (review, talk, offer, hired,
/// archive), and groups for all types.
fn company() -> Records {
    let mut records = Records::default();
    for (order, stage_type) in
        ["Lead", "PreInterviewScreen", "Active", "Offer", "Hired", "Archived"].iter().enumerate()
    {
        let group = json!({"id": stage_type, "title": stage_type, "order": order, "stageType": stage_type});
        records.put("interview_stage_groups", stage_type, group);
    }
    let plans = [
        ("a", &["Lead", "PreInterviewScreen", "Active", "Active", "Offer", "Hired", "Archived"] as &[&str]),
        ("b", &["PreInterviewScreen", "Active", "Offer", "Hired", "Archived"]),
    ];
    for (plan, stages) in plans {
        for (order, stage_type) in stages.iter().enumerate() {
            let id = format!("{plan}{order}");
            let stage = json!({
                "id": id, "title": format!("{plan} {order}"), "type": stage_type, "interviewPlanId": plan,
                "orderInInterviewPlan": order * 10, "interviewStageGroupId": stage_type,
            });
            records.put("interview_stages", &id, stage);
        }
    }
    let job = json!({"id": "job", "status": "Open", "title": "Job", "openedAt": day(-10)});
    records.put("jobs", "job", job);
    for (id, kind) in [("r", "RejectedByOrg"), ("w", "RejectedByCandidate")] {
        records.put("archive_reasons", id, json!({"id": id, "text": id, "reasonType": kind}));
    }
    records
}

/// An application that came on day 0, with its history: stage and day.
#[expect(clippy::needless_pass_by_value, reason = "calls read better without a reference")]
fn with(records: &mut Records, id: &str, status: &str, more: Value, history: &[(&str, i64)]) {
    let stage = history.last().map_or("a1", |(stage, _)| stage);
    let mut record = json!({
        "id": id, "status": status, "createdAt": day(0), "candidate": {"id": format!("person {id}")},
        "job": {"id": "job"}, "source": {"id": "site"}, "currentInterviewStage": {"id": stage},
    });
    for (name, value) in more.as_object().unwrap() {
        record[name.as_str()] = value.clone();
    }
    records.put("applications", id, record);
    for (number, (stage, at)) in history.iter().enumerate() {
        let entry = format!("{id}-{number}");
        let left = history.get(number + 1).map(|(_, at)| day(*at));
        let record = json!({
            "id": entry, "applicationId": id, "stageId": stage, "title": format!("once {stage}"),
            "enteredStageAt": day(*at), "leftStageAt": left, "stageNumber": number,
        });
        records.put("application_history", &entry, record);
    }
}

fn golden(records: &Records) -> Golden {
    compute(records, &Options { as_of: ms(100), ..Options::default() })
}

fn directions(golden: &Golden, application: &str) -> Vec<&'static str> {
    golden.visits[application].iter().map(|visit| golden.transitions[&visit.id].direction).collect()
}

#[test]
fn a_skip_counts_the_stages_left_out_and_passes_their_milestones() {
    let mut records = company();
    with(&mut records, "x", "Active", json!({}), &[("a0", 0), ("a1", 1), ("a4", 3)]);
    let golden = golden(&records);
    assert_eq!(directions(&golden, "x"), ["entry", "forward", "forward"]);
    assert_eq!(golden.transitions["x-2"].skipped_stages, Some(2));
    let application = &golden.applications["x"];
    assert_eq!(application.reached.iter().copied().collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(application.entered.iter().copied().collect::<Vec<_>>(), [0, 1, 3]);
}

#[test]
fn days_of_several_visits_add_up_and_the_first_dates_the_cohort() {
    let mut records = company();
    with(&mut records, "x", "Active", json!({}), &[("a1", 0), ("a2", 2), ("a1", 40), ("a2", 41), ("a3", 45)]);
    let golden = golden(&records);
    assert_eq!(directions(&golden, "x"), ["entry", "forward", "backward", "forward", "forward"]);
    assert_eq!(golden.visits["x"][3].visit_number, 2);
    let screen = &golden.metrics.time_in_stage[&(Some("a 2".to_owned()), Some("Active".to_owned()))];
    assert_eq!((screen.n, screen.p50_days), (1, Some(42.0)));
    let january = ("2026-01".to_owned(), Some("job".to_owned()), Some("a2".to_owned()));
    assert_eq!(
        golden.metrics.stage_conversion[&january],
        Conversion { entered: 1, progressed: 1, ..Conversion::default() }
    );
    assert_eq!(golden.metrics.stage_conversion.len(), 3);
}

#[test]
fn leaving_the_archive_dates_the_reopening_and_ends_nothing() {
    let mut records = company();
    with(&mut records, "x", "Active", json!({}), &[("a1", 0), ("a6", 5), ("a1", 20)]);
    let golden = golden(&records);
    assert_eq!(directions(&golden, "x"), ["entry", "archive", "unarchive"]);
    let application = &golden.applications["x"];
    assert_eq!((application.reopened_at, application.ended_at), (Some(ms(20)), None));
    assert!(golden.metrics.outcomes.is_empty());
}

#[test]
fn a_transfer_counts_for_the_present_job() {
    let mut records = company();
    with(&mut records, "x", "Active", json!({"job": {"id": "other"}}), &[("a1", 0), ("b1", 5)]);
    let golden = golden(&records);
    assert_eq!(directions(&golden, "x"), ["entry", "transfer"]);
    assert_eq!(golden.transitions["x-1"].skipped_stages, None);
    let grain = ("2026-01".to_owned(), Some("other".to_owned()), Some("a1".to_owned()));
    assert_eq!(golden.metrics.stage_conversion[&grain].progressed, 1);
}

#[test]
fn somebody_hired_and_then_archived_is_no_hire() {
    let mut records = company();
    let more = json!({"archiveReason": {"id": "w", "reasonType": "Other"}, "archivedAt": day(30)});
    with(&mut records, "x", "Archived", more, &[("a1", 0), ("a4", 5), ("a5", 10), ("a6", 30)]);
    let golden = golden(&records);
    assert_eq!(directions(&golden, "x"), ["entry", "forward", "hire", "archive"]);
    let application = &golden.applications["x"];
    assert_eq!(
        (application.outcome, application.hired_at, application.ended_at),
        ("withdrew", None, Some(ms(30)))
    );
    assert_eq!(application.last_stage_id.as_deref(), Some("a4"));
    assert!(golden.hires.is_empty());
    assert!(application.reached.contains(&4));
}

#[test]
fn the_last_of_several_hires_counts() {
    let mut records = company();
    with(&mut records, "x", "Hired", json!({}), &[("a4", 0), ("a5", 3), ("a4", 10), ("a5", 12)]);
    let golden = golden(&records);
    assert_eq!(directions(&golden, "x"), ["entry", "hire", "unhire", "hire"]);
    assert_eq!(golden.hires["x"].time_to_hire_days, Some(12.0));
    assert_eq!(golden.applications["x"].hired_at_source, Some("history"));
}

#[test]
fn ties_are_ordered_by_number_and_then_by_id() {
    let mut records = company();
    with(&mut records, "x", "Active", json!({}), &[("a1", 0), ("a2", 0), ("a3", 0)]);
    let golden = golden(&records);
    assert_eq!(directions(&golden, "x"), ["entry", "forward", "forward"]);
    assert_eq!(golden.visits["x"][0].duration_days, Some(0.0));
}

#[test]
fn a_missing_end_is_the_next_beginning_and_an_open_visit_has_none() {
    let mut records = company();
    with(&mut records, "x", "Active", json!({}), &[("a1", 0), ("a2", 4)]);
    let mut entry = json!({"id": "x-0", "applicationId": "x", "stageId": "a1", "enteredStageAt": day(0), "stageNumber": 0});
    records.put("application_history", "x-0", entry.clone());
    let visits = &golden(&records).visits["x"];
    assert_eq!((visits[0].left_at, visits[1].left_at), (Some(ms(4)), None));
    // What the entry says itself counts only where no other follows.
    entry["leftStageAt"] = json!(day(2));
    records.put("application_history", "x-0", entry);
    assert_eq!(golden(&records).visits["x"][0].duration_days, Some(4.0));
}

#[test]
fn a_history_that_lacks_its_end_is_stale() {
    let mut records = company();
    with(
        &mut records,
        "x",
        "Active",
        json!({"currentInterviewStage": {"id": "a3"}}),
        &[("a1", 0), ("a2", 4)],
    );
    let application = golden(&records).applications["x"].clone();
    assert!(application.is_history_stale && application.current_stage_entered_at.is_none());
}

#[test]
fn a_stage_that_is_no_longer_known_keeps_its_title_and_counts_in_no_milestone() {
    let mut records = company();
    with(&mut records, "x", "Active", json!({}), &[("gone", 0), ("a2", 4)]);
    let golden = golden(&records);
    let visit = &golden.visits["x"][0];
    assert_eq!((visit.title.as_deref(), &visit.stage_type), (Some("once gone"), &None));
    assert_eq!(golden.applications["x"].entered.iter().copied().collect::<Vec<_>>(), [2]);
}

#[test]
fn without_history_other_records_say_how_far_it_came() {
    let mut records = company();
    with(&mut records, "current", "Active", json!({"currentInterviewStage": {"id": "a2"}}), &[]);
    let archived =
        json!({"currentInterviewStage": {"id": "a6"}, "archiveReason": {"id": "r"}, "archivedAt": day(9)});
    with(&mut records, "archived", "Archived", archived.clone(), &[]);
    with(&mut records, "interviewed", "Archived", archived.clone(), &[]);
    with(&mut records, "offered", "Archived", archived, &[]);
    with(&mut records, "lead", "Lead", json!({"currentInterviewStage": {"id": "a0"}}), &[]);
    with(&mut records, "hired", "Hired", json!({"currentInterviewStage": {"id": "a5"}}), &[]);
    let schedule = |application: &str, stage: &str, status: &str| json!({"applicationId": application, "interviewStageId": stage, "status": status});
    records.put("interview_schedules", "s1", schedule("interviewed", "a3", "Complete"));
    records.put("interview_schedules", "s2", schedule("archived", "a3", "Cancelled"));
    let offer = |application: &str, status: &str| {
        json!({"applicationId": application, "acceptanceStatus": status, "decidedAt": day(8),
            "latestVersion": {"createdAt": day(7)}})
    };
    records.put("offers", "o1", offer("offered", "Declined"));
    records.put("offers", "o2", offer("hired", "Accepted"));
    let golden = golden(&records);
    let reached = |id: &str| golden.applications[id].reached.iter().copied().collect::<Vec<i64>>();
    assert_eq!(reached("current"), [1, 2]);
    assert_eq!(reached("archived"), [1]);
    assert_eq!(reached("interviewed"), [1, 2]);
    assert_eq!(reached("offered"), [1, 2, 3]);
    assert_eq!(reached("lead"), [0]);
    assert_eq!(reached("hired"), [1, 2, 3, 4]);
    assert_eq!(golden.applications["hired"].hired_at, Some(ms(8)));
    assert_eq!(golden.applications["hired"].hired_at_source, Some("offer"));
    assert!(golden.applications.values().all(|application| application.basis == Basis::Evidence));
    assert!(golden.metrics.stage_conversion.is_empty() && golden.metrics.time_in_stage.is_empty());
    assert!(golden.metrics.funnel.values().all(|row| row.entered == 0 && row.by_evidence == row.reached));
}

#[test]
fn without_groups_the_types_are_milestones() {
    let mut records = company();
    for group in ["Lead", "PreInterviewScreen", "Active", "Offer", "Hired", "Archived"] {
        records.bury("interview_stage_groups", group);
    }
    with(&mut records, "x", "Active", json!({}), &[("a1", 0), ("a3", 1)]);
    let golden = golden(&records);
    assert_eq!(golden.milestones.len(), 6);
    assert_eq!(golden.applications["x"].reached_milestone_order, Some(2));
}

#[test]
fn nobody_who_was_only_a_lead_reaches_anything_else() {
    let mut records = company();
    let more = json!({"archiveReason": {"id": "w"}, "archivedAt": day(9)});
    with(&mut records, "x", "Archived", more, &[("a0", 0), ("a6", 9)]);
    let application = golden(&records).applications["x"].clone();
    assert_eq!(application.reached.iter().copied().collect::<Vec<_>>(), [0]);
    assert_eq!(application.activated_at, None);
}

#[test]
fn what_belongs_to_what_is_gone_is_gone() {
    let mut records = company();
    with(&mut records, "x", "Active", json!({}), &[("a1", 0)]);
    with(&mut records, "y", "Active", json!({}), &[("a1", 0)]);
    records.bury("candidates", "person x");
    records.bury("applications", "y");
    let golden = golden(&records);
    assert!(golden.applications.is_empty() && golden.visits.is_empty() && golden.metrics.funnel.is_empty());
}

#[test]
fn the_reason_as_it_is_now_says_the_outcome_and_the_copy_where_there_is_none() {
    let mut records = company();
    for (id, reason) in [
        ("now", json!({"id": "r", "reasonType": "Other"})),
        ("copy", json!({"id": "unknown", "reasonType": "RejectedByCandidate"})),
        ("untyped", json!({"id": "unknown", "reasonType": null})),
        ("none", Value::Null),
    ] {
        with(
            &mut records,
            id,
            "Archived",
            json!({"archiveReason": reason, "archivedAt": day(9)}),
            &[("a1", 0), ("a6", 9)],
        );
    }
    let golden = golden(&records);
    let outcomes: Vec<&str> =
        ["now", "copy", "untyped", "none"].map(|id| golden.applications[id].outcome).to_vec();
    assert_eq!(outcomes, ["rejected", "withdrew", "archived_unknown", "archived_unknown"]);
}

#[test]
fn one_offer_of_an_application_decides() {
    let mut records = company();
    with(&mut records, "x", "Hired", json!({}), &[("a4", 0), ("a5", 20)]);
    let offer = |status: &str, decided: Option<i64>, made: i64| {
        json!({"applicationId": "x", "acceptanceStatus": status, "decidedAt": decided.map(day),
            "latestVersion": {"createdAt": day(made), "openingId": "seat"}})
    };
    records.put("offers", "1", offer("Declined", Some(5), 1));
    records.put("offers", "2", offer("Accepted", Some(15), 8));
    records.put("offers", "3", offer("Cancelled", None, 16));
    records.put("openings", "seat", json!({"openedAt": day(-5), "openingState": "Filled"}));
    let golden = golden(&records);
    assert!(
        golden.offers["2"].is_decisive && !golden.offers["1"].is_decisive && !golden.offers["3"].is_decisive
    );
    let row = &golden.metrics.offers[&(Some("2026-01".to_owned()), Some("job".to_owned()))];
    assert_eq!((row.accepted, row.declined, row.cancelled), (1, 0, 0));
    assert_eq!(golden.filled["seat"].0, "x");
    let hire = &golden.hires["x"];
    assert_eq!((hire.time_to_fill_basis, hire.time_to_fill_days), (Some("opening"), Some(20.0)));
}

#[test]
fn a_hire_before_the_opening_is_a_problem_and_no_time() {
    let mut records = company();
    with(&mut records, "x", "Hired", json!({}), &[("a4", 0), ("a5", 20)]);
    records.put("jobs", "job", json!({"status": "Open", "openedAt": day(30)}));
    let hire = golden(&records).hires["x"].clone();
    assert_eq!(
        (hire.time_to_fill_basis, hire.time_to_fill_days, hire.time_to_fill_problem),
        (Some("job"), None, Some("hired_before_opened"))
    );
}

#[test]
fn interviews_that_were_cancelled_or_are_to_come_are_not_held() {
    let mut records = company();
    with(&mut records, "x", "Active", json!({}), &[("a1", 0), ("a2", 1)]);
    for (id, status) in [("held", "Complete"), ("off", "Cancelled"), ("next", "Scheduled")] {
        records.put(
            "interview_schedules",
            id,
            json!({"applicationId": "x", "interviewStageId": "a2", "status": status}),
        );
        let at = if id == "next" { 101 } else { 5 };
        let event = json!({
            "interviewScheduleId": id, "startTime": day(at), "endTime": day(at + 1),
            "interviewers": [{"id": "u", "isFeedbackRequired": true}, {"id": "v", "isFeedbackRequired": true},
                {"id": "shadow", "isFeedbackRequired": false}],
        });
        records.put("interview_events", id, event);
    }
    records.put(
        "application_feedback",
        "f",
        json!({"applicationId": "x", "interviewEventId": "held", "submittedByUser": {"id": "u"}}),
    );
    let load = golden(&records).metrics.interviewer_load;
    // The 6th of January 2026 is a Tuesday.
    let week = |user: &str| load[&(user.to_owned(), "2026-01-05".to_owned())].clone();
    let held = Load { interviews: 1, minutes: 1_440.0, ..Load::default() };
    assert_eq!(week("u"), Load { feedback_due: 1, ..held.clone() });
    assert_eq!(week("v"), Load { feedback_due: 1, feedback_missing: 1, ..held.clone() });
    assert_eq!(week("shadow"), held);
    assert_eq!(load[&("u".to_owned(), "2026-04-06".to_owned())].upcoming, 1);
}

#[test]
fn months_are_cut_in_the_reporting_zone() {
    let mut records = company();
    with(&mut records, "x", "Active", json!({"createdAt": "2026-01-31T23:30:00.000Z"}), &[]);
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let golden = compute(&records, &Options { timezone: zone, ..Options::default() });
    assert!(golden.metrics.source_yield.contains_key(&(Some("2026-02".to_owned()), Some("site".to_owned()))));
}

#[test]
fn percentiles_lie_between_values() {
    assert_eq!(percentile(&mut [4.0, 1.0, 2.0, 3.0], 0.5), Some(2.5));
    assert_eq!(percentile(&mut [7.0], 0.9), Some(7.0));
    assert_eq!(percentile(&mut [], 0.5), None);
}
