//! What a model promises of itself: invariants hold, and what it says of its records is so.

use models::Mode;
use serde_json::json;

use crate::company::{Company, day};

fn broken(company: &Company) -> Vec<models::Finding> {
    models::check(&company.model()).unwrap().into_iter().filter(|finding| finding.broken > 0).collect()
}

#[test]
fn what_came_without_its_application_breaks_none() {
    let mut company = Company::new();
    company.application("a", "Active", "p-screen", json!({}));
    company.history("a", &[("p-review", 1), ("p-screen", 2)]);
    company.put(
        "offers",
        json!({"id": "offer", "applicationId": "nowhere", "acceptanceStatus": "Accepted", "decidedAt": day(3),
            "latestVersion": {"id": "v", "createdAt": day(2)}}),
    );
    company.history("nowhere", &[("p-review", 1), ("p-screen", 3)]);
    let company = company.made();
    assert_eq!(company.row("SELECT count(*) FROM offers WHERE is_decisive"), "1");
    assert_eq!(broken(company), []);
}

#[test]
fn a_spoiled_row_is_found() {
    let mut company = Company::new();
    company.application("a", "Active", "p-screen", json!({}));
    company.history("a", &[("p-review", 1), ("p-screen", 2)]);
    let company = company.made();
    assert_eq!(broken(company), []);
    let model = rusqlite::Connection::open(company.model()).unwrap();
    model
        .execute("UPDATE _application_stage_intervals SET left_at = entered_at WHERE sequence = 1", [])
        .unwrap();
    let found = broken(company);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].invariant.as_str(), found[0].broken), ("a visit ends when the next begins", 1));
}

/// Values that did not parse, as the model counts them.
fn unparsed(company: &Company) -> Vec<String> {
    company.rows("SELECT key, value FROM model_info WHERE key LIKE 'unparsed.%' ORDER BY 1")
}

#[test]
fn what_did_not_parse_is_counted_whatever_changes() {
    let mut company = Company::new();
    for id in ["a", "b", "c"] {
        company.application(id, "Active", "p-review", json!({"createdAt": "yesterday"}));
    }
    company.put("openings", json!({"id": "o", "openedAt": "never", "openingState": "Open"}));
    company.made();
    let (applications, openings) = ("unparsed.applications.created_at", "unparsed.openings.opened_at");
    assert_eq!(unparsed(&company), [format!("{applications}|3"), format!("{openings}|1")]);
    // One of them is read again, and cannot be read still: the others count as before.
    company.application("a", "Active", "p-screen", json!({"createdAt": "the day before"}));
    company.sync();
    assert_eq!(company.build().mode, Mode::Incremental);
    assert_eq!(unparsed(&company), [format!("{applications}|3"), format!("{openings}|1")]);
    // It says when, now; and so does the setting.
    company.application("a", "Active", "p-screen", json!({"createdAt": day(1)}));
    company.put("openings", json!({"id": "o", "openedAt": day(1), "openingState": "Open"}));
    company.sync();
    assert_eq!(company.build().mode, Mode::Incremental);
    assert_eq!(unparsed(&company), [format!("{applications}|2")]);
}

#[test]
fn a_stream_that_is_preferred_takes_over() {
    let mut company = Company::new();
    company.application("a", "Active", "p-review", json!({}));
    company.made();
    let field = json!({"field": {"path": "why", "title": "Why?", "type": "LongText"}});
    company.put(
        "application_details",
        json!({"id": "a", "referrals": [{"user": {"id": "u"}, "referredAt": day(1)}],
            "applicationHistory": [{"id": "h0", "stageId": "p-review", "enteredStageAt": day(1)}],
            "applicationFormSubmissions": [{"id": "w", "formDefinition": {"sections": [{"title": "S", "fields": [field]}]},
                "submittedValues": {"why": "Because"}}]}),
    );
    company.made();
    assert_eq!(company.row("SELECT interval_id FROM application_stage_intervals"), "h0");
    assert_eq!(
        company.row(
            "SELECT submission_kind, submission_id, application_id, field_title, value_text FROM form_answers"
        ),
        "application_form|w|a|Why?|Because"
    );
    assert_eq!(company.row("SELECT application_id, user_id FROM application_referrals"), "a|u");
    // The history itself says more than what stands in the details.
    company.history("a", &[("p-review", 1), ("p-screen", 2)]);
    company.sync();
    let report = company.build();
    assert_eq!((report.mode, report.reason), (Mode::Full, Some("other streams are captured")));
    assert_eq!(company.row("SELECT count(*), min(interval_id) FROM application_stage_intervals"), "2|a-h0");
}
