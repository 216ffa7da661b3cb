//! Each edge of the definitions of visits, moves, hires and reached milestones.

use serde_json::json;

use crate::company::{Company, day};

const VISITS: &str = "SELECT sequence, stage_id, visit_number, left_at IS NULL, duration_days, exit_direction
    FROM application_stage_intervals WHERE application_id = 'a' ORDER BY sequence";
const MOVES: &str = "SELECT direction, skipped_stages FROM stage_transitions WHERE application_id = 'a' ORDER BY moved_at, transition_id";
const FUNNEL: &str = "SELECT milestone_type, reached, entered, ended_reached, by_evidence FROM metric_funnel ORDER BY milestone_order";

#[test]
fn a_straight_course_is_followed_stage_by_stage() {
    let mut company = Company::new();
    company.application("a", "Active", "p-screen", json!({}));
    company.history("a", &[("p-review", 1), ("p-screen", 4)]);
    let company = company.made();
    assert_eq!(company.rows(VISITS), ["1|p-review|1|0|3|forward", "2|p-screen|1|1|-|-"]);
    assert_eq!(company.rows(MOVES), ["entry|-", "forward|0"]);
    assert_eq!(
        company.a("outcome, activated_at, current_stage_entered_at, last_stage_id, visit_count, has_history, is_history_stale, reached_basis"),
        format!("active|{}|{}|p-screen|2|1|0|history", day(1), day(4))
    );
    assert_eq!(company.rows(FUNNEL), ["PreInterviewScreen|1|1|0|0", "Active|1|1|0|0"]);
}

#[test]
fn skipped_stages_count_as_reached_and_not_as_entered() {
    let mut company = Company::new();
    company.application("a", "Hired", "p-hired", json!({}));
    company.history("a", &[("p-review", 1), ("p-offer", 4), ("p-hired", 6)]);
    let company = company.made();
    assert_eq!(company.rows(MOVES), ["entry|-", "forward|2", "hire|0"]);
    assert_eq!(
        company.rows(FUNNEL),
        ["PreInterviewScreen|1|1|1|0", "Active|1|0|1|0", "Offer|1|1|1|0", "Hired|1|1|1|0"]
    );
}

#[test]
fn a_second_visit_adds_up_and_the_first_dates_it() {
    let mut company = Company::new();
    company.application("a", "Active", "p-onsite", json!({}));
    company.history("a", &[("p-screen", 1), ("p-review", 3), ("p-screen", 4), ("p-onsite", 6)]);
    let company = company.made();
    assert_eq!(company.rows(MOVES), ["entry|-", "backward|-", "forward|0", "forward|0"]);
    assert_eq!(
        company.rows(
            "SELECT stage_id, visits, days, is_open FROM application_stage_durations ORDER BY stage_id"
        ),
        ["p-onsite|1|-|1", "p-review|1|1|0", "p-screen|2|4|0"]
    );
    assert_eq!(
        company.rows("SELECT stage_title, entered, progressed FROM metric_stage_conversion ORDER BY 1"),
        ["Onsite|1|0", "Review|1|1", "Screen|1|1"]
    );
    assert_eq!(
        company.rows("SELECT visit_number FROM application_stage_intervals WHERE stage_id = 'p-screen' ORDER BY sequence"),
        ["1", "2"]
    );
}

#[test]
fn what_was_archived_and_opened_again_is_active_since_then() {
    let mut company = Company::new();
    company.application("a", "Active", "p-onsite", json!({"archiveReason": null}));
    company.history("a", &[("p-screen", 1), ("p-archived", 3), ("p-onsite", 8)]);
    let company = company.made();
    assert_eq!(company.rows(MOVES), ["entry|-", "archive|-", "unarchive|-"]);
    assert_eq!(
        company.a("outcome, ended_at, reopened_at, reopen_count, last_stage_id"),
        format!("active|-|{}|1|p-onsite", day(8))
    );
    assert!(company.a("time_in_process_days").starts_with("326"), "since it was opened again");
    assert!(company.rows("SELECT * FROM metric_outcomes").is_empty());
    assert_eq!(
        company.row("SELECT duration_days FROM application_stage_intervals WHERE stage_id = 'p-archived'"),
        "-"
    );
}

#[test]
fn a_transfer_changes_the_plan_and_keeps_what_was_reached() {
    let mut company = Company::new();
    company.application("a", "Active", "q-review", json!({}));
    company.history("a", &[("p-onsite", 1), ("q-review", 3)]);
    let company = company.made();
    assert_eq!(company.rows(MOVES), ["entry|-", "transfer|-"]);
    assert_eq!(company.a("reached_milestone_order, interview_plan_id"), "2|q");
    assert_eq!(
        company.rows("SELECT stage_id, progressed FROM metric_stage_conversion ORDER BY 1"),
        ["p-onsite|0", "q-review|0"]
    );
}

#[test]
fn in_another_plan_a_higher_milestone_is_further_on() {
    let mut company = Company::new();
    company.application("a", "Active", "q-offer", json!({}));
    company.history("a", &[("p-onsite", 1), ("q-offer", 3)]);
    let company = company.made();
    assert_eq!(
        company.rows("SELECT stage_id, progressed FROM metric_stage_conversion ORDER BY 1"),
        ["p-onsite|1", "q-offer|0"]
    );
}

#[test]
fn a_hire_that_was_taken_back_is_none() {
    let mut company = Company::new();
    company.application(
        "a",
        "Archived",
        "p-archived",
        json!({"archiveReason": {"id": "self"}, "archivedAt": day(9)}),
    );
    company.history("a", &[("p-offer", 1), ("p-hired", 3), ("p-archived", 9)]);
    company.application("b", "Active", "p-offer", json!({}));
    company.history("b", &[("p-hired", 3), ("p-offer", 5)]);
    let company = company.made();
    assert_eq!(
        company.a("outcome, hired_at, ended_at, last_stage_id"),
        format!("withdrew|-|{}|p-offer", day(9))
    );
    assert!(company.rows("SELECT * FROM hires").is_empty());
    assert_eq!(
        company.row(
            "SELECT direction FROM stage_transitions WHERE application_id = 'b' AND from_stage_id = 'p-hired'"
        ),
        "unhire"
    );
    assert_eq!(company.row("SELECT status, reached FROM (SELECT 'x' AS status, reached FROM metric_funnel WHERE milestone_type = 'Hired')"), "x|2");
}

#[test]
fn ties_are_broken_by_number_and_then_by_id() {
    let mut company = Company::new();
    company.application("a", "Active", "p-onsite", json!({}));
    for (id, stage, number) in
        [("z", "p-review", 0), ("b", "p-onsite", 2), ("y", "p-screen", 1), ("a0", "p-lead", 0)]
    {
        company.put(
            "application_history",
            json!({"id": id, "applicationId": "a", "stageId": stage, "title": "t",
            "enteredStageAt": day(1), "stageNumber": number}),
        );
    }
    let company = company.made();
    assert_eq!(
        company.rows("SELECT interval_id, duration_days FROM application_stage_intervals ORDER BY sequence"),
        ["a0|0", "z|0", "y|0", "b|-"]
    );
}

#[test]
fn a_missing_end_is_the_next_visits_beginning() {
    let mut company = Company::new();
    company.application("a", "Archived", "p-archived", json!({}));
    for (id, stage, at, left) in
        [("1", "p-review", 1, Some(2)), ("2", "p-screen", 5, None), ("3", "p-archived", 6, Some(7))]
    {
        company.put(
            "application_history",
            json!({"id": id, "applicationId": "a", "stageId": stage, "title": "t",
            "enteredStageAt": day(at), "leftStageAt": left.map(day), "stageNumber": 0}),
        );
    }
    let company = company.made();
    assert_eq!(
        company.rows("SELECT left_at, is_open FROM application_stage_intervals ORDER BY sequence"),
        [format!("{}|0", day(5)), format!("{}|0", day(6)), format!("{}|0", day(7))]
    );
    assert_eq!(company.a("ended_at, is_history_stale"), format!("{}|1", day(6)));
}

#[test]
fn an_end_before_its_beginning_is_not_believed() {
    let mut company = Company::new();
    company.application("a", "Active", "p-review", json!({}));
    company.put(
        "application_history",
        json!({"id": "1", "applicationId": "a", "stageId": "p-review", "title": "t",
        "enteredStageAt": day(5), "leftStageAt": day(3), "stageNumber": 0}),
    );
    let company = company.made();
    assert_eq!(
        company.row("SELECT left_at, is_open, duration_days FROM application_stage_intervals"),
        "-|1|-"
    );
}

#[test]
fn the_order_in_which_entries_come_does_not_matter() {
    let mut company = Company::new();
    company.application("a", "Hired", "p-hired", json!({}));
    company.history("a", &[("p-hired", 9), ("p-review", 1), ("p-offer", 6), ("p-screen", 3)]);
    let company = company.made();
    assert_eq!(
        company.rows("SELECT stage_id FROM application_stage_intervals ORDER BY sequence"),
        ["p-review", "p-screen", "p-offer", "p-hired"]
    );
    assert_eq!(company.a("hired_at, hired_at_source, time_to_hire_days"), format!("{}|history|8", day(9)));
}

#[test]
fn without_history_other_evidence_gives_a_lower_bound() {
    let mut company = Company::new();
    company.application(
        "a",
        "Archived",
        "p-archived",
        json!({"archiveReason": {"id": "org"}, "archivedAt": day(9)}),
    );
    company.put("interview_schedules", json!({"id": "i", "applicationId": "a", "interviewStageId": "p-screen", "status": "Complete", "interviewEvents": []}));
    company.put("interview_schedules", json!({"id": "k", "applicationId": "a", "interviewStageId": "p-offer", "status": "Cancelled", "interviewEvents": []}));
    company.application("b", "Archived", "p-archived", json!({"archiveReason": {"id": "org"}}));
    company.application("c", "Lead", "p-lead", json!({}));
    company.application("d", "Hired", "p-hired", json!({}));
    company.put(
        "offers",
        json!({"id": "o", "applicationId": "d", "acceptanceStatus": "Accepted", "decidedAt": day(20),
        "latestVersion": {"id": "v", "createdAt": day(15), "startDate": "2026-03-01"}}),
    );
    company.application("e", "Active", "p-review", json!({}));
    company.put("offers", json!({"id": "o2", "applicationId": "e", "acceptanceStatus": "Created", "latestVersion": {"id": "v2", "createdAt": day(15)}}));
    let company = company.made();
    assert_eq!(
        company.rows("SELECT application_id, reached_milestone_order, reached_basis, has_history FROM applications ORDER BY 1"),
        ["a|2|evidence|0", "b|1|evidence|0", "c|0|evidence|0", "d|4|evidence|0", "e|3|evidence|0"]
    );
    assert_eq!(
        company.rows(FUNNEL),
        ["Lead|1|0|0|1", "PreInterviewScreen|4|0|3|4", "Active|3|0|2|3", "Offer|2|0|1|2", "Hired|1|0|1|1"]
    );
    assert_eq!(
        company.row("SELECT hired_at, hired_at_source, time_to_hire_days, days_to_start FROM hires"),
        format!("{}|offer|19|40", day(20))
    );
    assert!(company.rows("SELECT * FROM metric_stage_conversion").is_empty());
    assert!(
        company
            .row("SELECT value FROM model_info WHERE key = 'missing_streams'")
            .contains("application_history")
    );
    assert_eq!(company.row("SELECT value FROM model_info WHERE key = 'history_coverage'"), "0");
}

#[test]
fn a_history_that_ends_elsewhere_is_stale() {
    let mut company = Company::new();
    company.application("a", "Active", "p-onsite", json!({}));
    company.history("a", &[("p-review", 1), ("p-screen", 4)]);
    let company = company.made();
    assert_eq!(company.a("is_history_stale, current_stage_entered_at"), "1|-");
}

#[test]
fn only_those_who_were_leads_reach_the_lead_milestone() {
    let mut company = Company::new();
    company.application("a", "Lead", "p-lead", json!({}));
    company.history("a", &[("p-lead", 1)]);
    company.application("b", "Active", "p-screen", json!({}));
    company.history("b", &[("p-lead", 1), ("p-screen", 2)]);
    company.application("c", "Active", "p-review", json!({}));
    company.history("c", &[("p-review", 1)]);
    let company = company.made();
    assert_eq!(company.rows(FUNNEL), ["Lead|2|2|0|0", "PreInterviewScreen|2|1|0|0", "Active|1|1|0|0"]);
    assert_eq!(company.a("outcome, activated_at, reached_milestone_order"), "lead|-|0");
    assert_eq!(company.row("SELECT activated_at FROM applications WHERE application_id = 'b'"), day(2));
}

#[test]
fn reasons_are_what_they_are_now_and_not_what_the_copy_says() {
    let mut company = Company::new();
    let reason =
        |id: &str, kind: &str| json!({"archiveReason": {"id": id, "reasonType": kind}, "archivedAt": day(2)});
    company.application("a", "Archived", "p-archived", reason("org", "RejectedByCandidate"));
    company.application("b", "Archived", "p-archived", reason("forgotten", "RejectedByCandidate"));
    company.application("c", "Archived", "p-archived", reason("none", "RejectedByOrg"));
    company.application("d", "Archived", "p-archived", json!({"archivedAt": day(2)}));
    company.application("e", "Archived", "p-archived", reason("other", "RejectedByOrg"));
    let company = company.made();
    assert_eq!(
        company.rows("SELECT outcome FROM applications ORDER BY application_id"),
        ["rejected", "withdrew", "archived_unknown", "archived_unknown", "archived_other"]
    );
}

#[test]
fn a_stage_that_is_not_known_keeps_its_title_and_counts_for_nothing() {
    let mut company = Company::new();
    company.application("a", "Active", "p-screen", json!({}));
    company.history("a", &[("gone", 1), ("p-screen", 3)]);
    let company = company.made();
    assert_eq!(
        company.rows("SELECT stage_title, stage_type, milestone_order FROM application_stage_intervals ORDER BY sequence"),
        ["gone then|-|-", "Screen|Active|2"]
    );
    assert_eq!(
        company
            .rows("SELECT stage_title, stage_type, n, p50_days, open_n FROM metric_time_in_stage ORDER BY 1"),
        ["Screen|Active|0|-|1", "gone then|-|1|2|0"]
    );
}

#[test]
fn without_groups_the_types_are_the_milestones() {
    let mut company = Company::empty();
    company.put("interview_stages", json!({"id": "p-x", "interviewPlanId": "p", "title": "X", "type": "Active", "orderInInterviewPlan": 3}));
    company.application("a", "Active", "p-x", json!({}));
    company.history("a", &[("p-x", 1)]);
    let company = company.made();
    assert_eq!(
        company.rows("SELECT milestone FROM milestones ORDER BY milestone_order"),
        ["Lead", "PreInterviewScreen", "Active", "Offer", "Hired", "Archived"]
    );
    assert_eq!(company.a("reached_milestone_order"), "2");
}

#[test]
fn a_stage_without_a_group_takes_the_first_group_of_its_type() {
    let mut company = Company::new();
    company.put(
        "interview_stage_groups",
        json!({"id": "late", "title": "Late", "order": 9, "stageType": "Active"}),
    );
    company.put("interview_stages", json!({"id": "p-x", "interviewPlanId": "p", "title": "X", "type": "Active", "orderInInterviewPlan": 7}));
    let company = company.made();
    assert_eq!(
        company.row("SELECT milestone_order, milestone FROM interview_stages WHERE stage_id = 'p-x'"),
        "2|Group Active"
    );
}

#[test]
fn what_belongs_to_somebody_who_is_gone_is_not_live() {
    let mut company = Company::new();
    company.application(
        "a",
        "Hired",
        "p-hired",
        json!({"customFields": [{"id": "f", "title": "F", "value": 1}]}),
    );
    company.history("a", &[("p-offer", 1), ("p-hired", 2)]);
    company.put("offers", json!({"id": "o", "applicationId": "a", "acceptanceStatus": "Accepted", "latestVersion": {"id": "v", "createdAt": day(1)}}));
    company.put("offer_versions", json!({"id": "v", "offerId": "o", "createdAt": day(1)}));
    company.put("interview_schedules", json!({"id": "i", "applicationId": "a", "status": "Complete"}));
    company.put("interview_events", json!({"id": "e", "interviewScheduleId": "i", "startTime": day(1), "endTime": day(2), "interviewers": [{"id": "u"}]}));
    company
        .put("application_feedback", json!({"id": "k", "applicationId": "a", "submittedValues": {"x": "y"}}));
    company.sync();
    company.build();
    const TABLES: [&str; 9] = [
        "applications",
        "application_stage_intervals",
        "offers",
        "offer_versions",
        "interview_schedules",
        "interview_events",
        "interview_event_interviewers",
        "application_feedback",
        "form_answers",
    ];
    for table in TABLES {
        assert_ne!(company.row(&format!("SELECT count(*) FROM {table}")), "0", "{table}");
    }
    assert_eq!(company.row("SELECT count(*) FROM hires"), "1");
    company.remove("candidates", "c-a");
    company.sync();
    company.build();
    for table in TABLES.iter().chain(&[
        "custom_field_values",
        "hires",
        "application_stage_durations",
        "stage_transitions",
        "metric_funnel",
        "metric_time_to_hire",
        "metric_offers",
    ]) {
        assert_eq!(company.row(&format!("SELECT count(*) FROM {table}")), "0", "{table}");
    }
    assert_eq!(company.row("SELECT is_live, deleted_at IS NULL FROM offer_versions_all"), "0|1");
    assert_eq!(company.row("SELECT is_live, deleted_at IS NULL FROM candidates_all"), "0|0");
}

#[test]
fn the_decisive_offer_is_the_one_decided_last() {
    let offer = |id: &str, application: &str, status: &str, at: u32, decided: Option<u32>| {
        json!({"id": id, "applicationId": application, "acceptanceStatus": status, "decidedAt": decided.map(day),
            "latestVersion": {"id": format!("v-{id}"), "createdAt": day(at), "openingId": "n"}})
    };
    let mut company = Company::new();
    company.put("openings", json!({"id": "n", "openedAt": day(3), "openingState": "Filled", "latestVersion": {"identifier": "N"}}));
    company.application("a", "Hired", "p-hired", json!({}));
    company.put("offers", offer("1", "a", "Declined", 5, Some(7)));
    company.put("offers", offer("2", "a", "Accepted", 8, Some(9)));
    company.application("b", "Active", "p-offer", json!({}));
    company.put("offers", offer("3", "b", "Cancelled", 5, None));
    company.put("offers", offer("4", "b", "WaitingOnResponse", 6, None));
    company.put("offers", offer("5", "b", "Created", 7, None));
    company.application("c", "Active", "p-offer", json!({}));
    company.put("offers", offer("6", "c", "Cancelled", 40, None));
    let company = company.made();
    assert_eq!(
        company.rows("SELECT offer_id, offer_number, outcome FROM offers WHERE is_decisive ORDER BY 1"),
        ["2|2|accepted", "5|3|open", "6|1|cancelled"]
    );
    assert_eq!(
        company.rows("SELECT month, accepted, declined, cancelled, open FROM metric_offers ORDER BY 1"),
        ["2026-01|1|0|0|1", "2026-02|0|0|1|0"]
    );
    assert_eq!(company.a("accepted_offer_id, offer_accepted_at, offer_count"), format!("2|{}|2", day(9)));
    assert_eq!(
        company.row("SELECT filled_by_application_id, filled_at FROM openings"),
        format!("a|{}", day(9))
    );
    assert_eq!(
        company
            .row("SELECT opening_id, time_to_fill_basis, time_to_fill_days, time_to_fill_problem FROM hires"),
        "n|opening|6|-"
    );
}

#[test]
fn a_hire_before_the_opening_has_no_time_to_fill() {
    let mut company = Company::new();
    company.put("jobs", json!({"id": "j", "title": "Job", "status": "Open", "openedAt": day(20)}));
    company.application("a", "Hired", "p-hired", json!({}));
    company.history("a", &[("p-review", 1), ("p-hired", 5)]);
    let company = company.made();
    assert_eq!(
        company.row(
            "SELECT time_to_fill_basis, time_to_fill_days, time_to_fill_problem, time_to_hire_days FROM hires"
        ),
        "job|-|hired_before_opened|4"
    );
}

#[test]
fn a_hire_of_which_no_date_is_known_counts_without_one() {
    let mut company = Company::new();
    company.application("a", "Hired", "p-hired", json!({}));
    let company = company.made();
    assert_eq!(company.row("SELECT hired_at, hired_month, hired_at_source FROM hires"), "-|-|-");
    assert_eq!(company.row("SELECT hired_month, hires, n, p50_days FROM metric_time_to_hire"), "-|1|0|-");
}
