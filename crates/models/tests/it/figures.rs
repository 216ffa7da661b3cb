//! Figures that are counted from many.

use serde_json::json;

use crate::company::{Company, day};

#[test]
fn percentiles_lie_between_rows() {
    let mut company = Company::new();
    for (number, days) in [2, 4, 8, 16].iter().enumerate() {
        let id = format!("a{number}");
        company.application(&id, "Hired", "p-hired", json!({}));
        company.history(&id, &[("p-review", 1), ("p-hired", 1 + days)]);
    }
    let company = company.made();
    assert_eq!(
        company.row("SELECT hired_month, hires, n, p50_days, round(p90_days, 9) FROM metric_time_to_hire"),
        "2026-01|4|4|6|13.6"
    );
    assert_eq!(company.row("SELECT n, p50_days, open_n FROM metric_time_in_stage"), "4|6|0");
}

#[test]
fn months_are_cut_in_the_reporting_zone() {
    let mut company = Company::new();
    company.options.zone_name = "America/New_York".to_owned();
    company.options.zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    company.application("a", "Active", "p-review", json!({"createdAt": "2026-03-01T02:00:00.000Z"}));
    let company = company.made();
    assert_eq!(company.a("created_month"), "2026-02");
}

#[test]
fn interviewers_are_told_what_they_owe() {
    let mut company = Company::new();
    company.put("interviews", json!({"id": "debrief", "title": "Debrief", "isDebrief": true}));
    company.put("interviews", json!({"id": "talk", "title": "Talk", "isDebrief": false}));
    company.application("a", "Active", "p-screen", json!({}));
    for (id, status, kind, at) in [
        ("1", "Complete", "talk", "2026-03-02"),
        ("2", "Complete", "talk", "2026-03-08"),
        ("3", "Cancelled", "talk", "2026-03-03"),
        ("4", "Complete", "debrief", "2026-03-04"),
        ("5", "Scheduled", "talk", "2026-12-09"),
    ] {
        company.put(
            "interview_schedules",
            json!({"id": id, "applicationId": "a", "status": status, "interviewStageId": "p-screen"}),
        );
        company.put("interview_events", json!({"id": format!("e{id}"), "interviewScheduleId": id, "interviewId": kind,
            "startTime": format!("{at}T10:00:00.000Z"), "endTime": format!("{at}T10:45:00.000Z"),
            "interviewers": [{"id": "u", "isFeedbackRequired": true}, {"id": "w", "isFeedbackRequired": false}]}));
    }
    company.put(
        "application_feedback",
        json!({"id": "f", "applicationId": "a", "interviewEventId": "e1",
        "submittedByUser": {"id": "u"}, "submittedAt": "2026-03-02T12:45:00.000Z", "submittedValues": {}}),
    );
    let company = company.made();
    assert_eq!(
        company.rows(
            "SELECT week_start, interviews, debriefs, minutes, upcoming, feedback_due, feedback_missing
            FROM metric_interviewer_load WHERE user_id = 'u' ORDER BY 1"
        ),
        ["2026-03-02|2|1|90|0|2|1", "2026-12-07|0|0|0|1|0|0"]
    );
    assert_eq!(
        company.row(
            "SELECT sum(feedback_due), sum(interviews) FROM metric_interviewer_load WHERE user_id = 'w'"
        ),
        "0|2"
    );
    assert_eq!(
        company.row("SELECT feedback_delay_hours FROM interview_event_interviewers WHERE feedback_id = 'f'"),
        "2"
    );
    assert_eq!(company.a("interview_count, feedback_count"), "3|1");
}

#[test]
fn every_application_is_one_in_the_yield_of_its_source() {
    let mut company = Company::new();
    company.application("a", "Active", "p-screen", json!({}));
    company.application(
        "b",
        "Archived",
        "p-archived",
        json!({"source": null, "archiveReason": {"id": "self"}}),
    );
    company.application("c", "Hired", "p-hired", json!({}));
    let company = company.made();
    assert_eq!(
        company.rows("SELECT source_title, source_type_title, source_category, applications, reached_interview, reached_offer, hires, rejected, withdrew
            FROM metric_source_yield ORDER BY source_title"),
        ["-|-|-|1|0|0|0|0|1", "Board|Job boards|inbound|2|2|1|1|0|0"]
    );
}

#[test]
fn what_enters_a_stage_progresses_ends_or_waits() {
    let mut company = Company::new();
    for (id, status, reason, visits) in [
        ("a", "Active", None, &[("p-review", 1), ("p-screen", 2)][..]),
        ("b", "Archived", Some("org"), &[("p-review", 1), ("p-archived", 2)]),
        ("c", "Archived", Some("self"), &[("p-review", 1), ("p-archived", 2)]),
        ("d", "Archived", Some("none"), &[("p-review", 1), ("p-archived", 2)]),
        ("e", "Active", None, &[("p-review", 1)]),
    ] {
        let stage = visits.last().unwrap().0;
        company.application(id, status, stage, json!({"archiveReason": reason.map(|id| json!({"id": id}))}));
        company.history(id, visits);
    }
    let company = company.made();
    assert_eq!(
        company.row("SELECT entered, progressed, rejected, withdrew, archived_other, pending FROM metric_stage_conversion WHERE stage_id = 'p-review'"),
        "5|1|1|1|1|1"
    );
    assert_eq!(
        company.rows("SELECT ended_month, last_stage_id, archive_reason_id, outcome, applications FROM metric_outcomes ORDER BY 3"),
        ["2026-01|p-review|none|archived_unknown|1", "2026-01|p-review|org|rejected|1", "2026-01|p-review|self|withdrew|1"]
    );
    assert_eq!(
        company.rows(
            "SELECT stage_id, applications, oldest_days_in_stage IS NOT NULL FROM metric_pipeline ORDER BY 1"
        ),
        ["p-review|1|1", "p-screen|1|1"]
    );
}

#[test]
fn open_jobs_are_measured_against_as_of() {
    let mut company = Company::new();
    company.options.as_of = Some("2026-02-01T12:00:00Z".parse().unwrap());
    company.application("a", "Active", "p-review", json!({}));
    company.application("b", "Lead", "p-lead", json!({"createdAt": day(26)}));
    company.put(
        "openings",
        json!({"id": "n", "openedAt": day(3), "openingState": "Open", "latestVersion": {"jobIds": ["j"]}}),
    );
    let company = company.made();
    assert_eq!(
        company.row("SELECT age_days, openings_open, active_applications, applications_30_days, hires, last_application_at FROM metric_open_jobs"),
        format!("31|1|1|1|0|{}", day(26))
    );
}
