//! Simulated organisations.

use std::collections::BTreeMap;

use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use serde_json::{Map, Value};

/// The Python connector's bindings that say what changed.
pub(crate) const INCREMENTAL: [&str; 20] = [
    "applications",
    "approvals",
    "candidate_tags",
    "candidates",
    "custom_fields",
    "departments",
    "feedback_form_definitions",
    "interview_events",
    "interview_plans",
    "interview_schedules",
    "interviewer_pools",
    "interviews",
    "job_templates",
    "jobs",
    "locations",
    "offers",
    "openings",
    "projects",
    "survey_form_definitions",
    "users",
];
/// Its bindings that are listed whole.
pub(crate) const SNAPSHOTS: [&str; 4] = ["archive_reasons", "interview_stages", "job_postings", "sources"];

/// All of them.
pub(crate) fn predecessors() -> Vec<&'static str> {
    INCREMENTAL.into_iter().chain(SNAPSHOTS).collect()
}

pub(crate) async fn server(shape: &Shape, options: ServerOptions) -> Server {
    Server::start(Organisation::new(shape), options).await.expect("a port is free")
}

/// Tens of records of everything, several pages of what there is most of.
pub(crate) async fn small() -> Server {
    server(&Shape::small(), ServerOptions::default()).await
}

/// So small that most lists are a page.
pub(crate) fn tiny() -> Shape {
    Shape {
        candidates: 4,
        applications: 5,
        jobs: 3,
        users: 3,
        projects: 1,
        audit_events: 0,
        ..Shape::small()
    }
}

/// What Ashby holds, by id.
pub(crate) fn truth(server: &Server, operation: &str, parameters: &Value) -> BTreeMap<String, Value> {
    let parameters: Map<String, Value> = parameters.as_object().cloned().unwrap_or_default();
    let records = server.organisation().truth(operation, &parameters);
    records.into_iter().map(|record| (record["id"].as_str().expect("an id").to_owned(), record)).collect()
}

/// The events within all schedules.
pub(crate) fn true_events(server: &Server) -> BTreeMap<String, Value> {
    let schedules = truth(server, "interviewSchedule.list", &Value::Null);
    let events = schedules.into_values().flat_map(|mut schedule| match schedule["interviewEvents"].take() {
        Value::Array(events) => events,
        _ => Vec::new(),
    });
    events.map(|event| (event["id"].as_str().expect("an id").to_owned(), event)).collect()
}
