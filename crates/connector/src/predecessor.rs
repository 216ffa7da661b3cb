//! What the Python connector of Estuary asks for: this connector continues from the sync tokens that it saved, and these
//! belong to its requests.

use ashby_source::Overlay;

/// The streams that it has, and the parameters that it sends where they are not ours.
#[rustfmt::skip]
pub(crate) const PREDECESSOR: Overlay = Overlay::new(&[
    ("applications", Some("{}")),
    ("candidates", None),
    ("projects", None),
    ("interview_schedules", None),
    ("interview_events", None),
    ("interviews", None),
    ("interview_plans", None),
    ("interview_stages", None),
    ("jobs", Some(r#"{"includeUnpublishedJobPostingsIds":true}"#)),
    ("openings", None),
    ("job_postings", Some("{}")),
    ("job_templates", None),
    ("offers", None),
    ("approvals", None),
    ("archive_reasons", None),
    ("candidate_tags", None),
    ("custom_fields", None),
    ("feedback_form_definitions", None),
    ("interviewer_pools", None),
    ("sources", None),
    ("survey_form_definitions", None),
    ("departments", None),
    ("locations", None),
    ("users", None),
]);

#[cfg(test)]
mod tests {
    use super::*;
    use ashby_source::{parameters, streams};
    use serde_json::{Value, json};

    /// What is sent for a stream, under the overlay.
    fn sent(stream: &str) -> Value {
        PREDECESSOR
            .parameters(stream)
            .unwrap()
            .map_or_else(|| parameters(stream).unwrap().into(), Value::from)
    }

    #[test]
    fn its_requests_differ_only_where_it_asked_for_less() {
        for (stream, expected) in [
            ("applications", json!({})),
            ("jobs", json!({"includeUnpublishedJobPostingsIds": true})),
            ("job_postings", json!({})),
        ] {
            assert_eq!(sent(stream), expected, "{stream}");
            assert_ne!(Value::from(parameters(stream).unwrap()), expected, "{stream}");
        }
        for stream in ["locations", "interviewer_pools", "close_reasons", "survey_submissions"] {
            assert_eq!(sent(stream), Value::from(parameters(stream).unwrap()), "{stream}");
        }
    }

    #[test]
    fn it_knows_no_stream_that_is_none() {
        let known: Vec<String> = streams().iter().map(|stream| stream.name().to_owned()).collect();
        for stream in PREDECESSOR.streams() {
            assert!(known.iter().any(|name| name == stream), "{stream}");
            assert!(PREDECESSOR.parameters(stream).is_ok(), "{stream}");
        }
        assert_eq!(PREDECESSOR.streams().count(), 24);
    }
}
