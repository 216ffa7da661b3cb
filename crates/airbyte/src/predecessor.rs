//! What Airbyte's own connector has: destinations keep the columns that it made.

use ashby_source::{Overlay, Stream};
use capture_core::FieldKind;
use serde_json::{Value, json};

/// Its streams. Of older applications, and what belongs to them, it leaves out those before a start date, and of nothing
/// else.
pub(crate) const PREDECESSOR: Overlay = Overlay::new(&[]).dating(&[
    "applications",
    "application_criteria_evaluations",
    "application_feedback",
    "application_history",
    "interview_schedules",
    "interview_events",
]);

/// The member under which it adds the key of what a record belongs to.
pub(crate) fn scope_as(stream: &str) -> Option<&'static str> {
    matches!(stream, "application_history" | "application_criteria_evaluations").then_some("application_id")
}

/// The key that it declares.
pub(crate) fn key(stream: &Stream) -> Vec<String> {
    match stream.name() {
        "application_criteria_evaluations" => vec!["application_id".to_owned(), "id".to_owned()],
        _ => stream.descriptor.key.clone(),
    }
}

/// Members of other types than the catalog's, which its columns have.
pub(crate) fn kind(stream: &str, member: &str) -> Option<(FieldKind, Value)> {
    Some(match (stream, member) {
        ("job_postings", "publishedDate") => {
            (FieldKind::String, json!({"type": ["null", "string"], "format": "date"}))
        }
        ("applications", "archiveReason") => {
            (FieldKind::Object, json!({"type": ["null", "object"], "additionalProperties": true}))
        }
        (_, "orderInInterviewPlan" | "stageNumber" | "order") => {
            (FieldKind::Integer, json!({"type": ["null", "integer"]}))
        }
        (_, "outcomeNumber") => (FieldKind::Number, json!({"type": ["null", "number"]})),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use ashby_source::stream;

    #[test]
    fn every_stream_of_its_is_there_by_the_same_name() {
        for name in [
            "applications",
            "application_criteria_evaluations",
            "application_feedback",
            "application_history",
            "approvals",
            "archive_reasons",
            "candidate_tags",
            "candidates",
            "custom_fields",
            "departments",
            "feedback_form_definitions",
            "interview_plans",
            "interview_schedules",
            "interview_stage_groups",
            "interviews",
            "interview_stages",
            "interviewer_pools",
            "job_boards",
            "job_postings",
            "job_templates",
            "jobs",
            "locations",
            "offers",
            "openings",
            "projects",
            "source_tracking_links",
            "sources",
            "survey_form_definitions",
            "users",
        ] {
            let stream = stream(name).unwrap_or_else(|| panic!("there is no {name}"));
            assert!(super::key(&stream).contains(&"id".to_owned()), "{name}");
        }
    }
}
