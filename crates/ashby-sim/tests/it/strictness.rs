//! Requests that Ashby refuses.

use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use serde_json::{Value, json};

use crate::support::{basic, post, send, small, start};

async fn refused(server: &Server, operation: &str, body: Value) {
    let answer = post(server, operation, &body).await;
    assert_eq!((answer.status, answer.code().as_str()), (200, "invalid_input"), "{operation} {body}");
    assert_eq!(answer.json()["success"], json!(false));
    assert_eq!(answer.json()["errorInfo"]["requestId"].as_str(), answer.header("x-ashby-request-id"));
}

#[tokio::test]
async fn parameters_must_be_known_and_of_their_type() {
    let server = small().await;
    for (operation, body) in [
        ("application.list", json!({"per_page": 100})),
        ("application.list", json!({"limit": 101})),
        ("application.list", json!({"limit": 0})),
        ("application.list", json!({"limit": 2.5})),
        ("application.list", json!({"limit": "50"})),
        ("application.list", json!({"cursor": null})),
        ("application.list", json!({"syncToken": null})),
        ("application.list", json!({"syncToken": 5})),
        ("application.list", json!({"createdAfter": "2026-01-01"})),
        ("application.list", json!({"status": "Open"})),
        ("application.list", json!({"jobId": "not-a-uuid"})),
        ("application.list", json!({"expand": ["everything"]})),
        ("archiveReason.list", json!({"limit": 100})),
        ("jobPosting.list", json!({"limit": 100})),
        ("source.list", json!({"cursor": "x"})),
        ("brand.list", json!({"syncToken": "x"})),
        ("candidateTag.list", json!({"includeArchived": "true"})),
        ("applicationHiringTeamRole.list", json!({"anything": 1})),
        ("offer.list", json!({"offerStatus": []})),
        ("interviewStage.list", json!({})),
        ("application.listHistory", json!({})),
        ("surveySubmission.list", json!({})),
        ("surveySubmission.list", json!({"surveyType": "EEOC"})),
        ("candidate.search", json!({})),
        ("candidate.info", json!({})),
        ("apiKey.info", json!({"title": "x"})),
    ] {
        refused(&server, operation, body).await;
    }
    assert_eq!(
        post(&server, "application.list", &json!({"limit": 100, "expand": ["openings"]})).await.code(),
        ""
    );
}

#[tokio::test]
async fn a_lenient_server_overlooks_that() {
    let server = start(&Shape::small(), ServerOptions { strict: false, ..ServerOptions::default() }).await;
    for body in [json!({"per_page": 100}), json!({"limit": 500}), json!({"cursor": null})] {
        let answer = post(&server, "application.list", &body).await;
        assert_eq!(answer.json()["results"].as_array().map(Vec::len), Some(100), "{body}");
    }
}

#[tokio::test]
async fn requests_must_be_well_formed() {
    let server =
        Server::start(Organisation::new(&Shape::empty()), ServerOptions::default()).await.expect("it starts");
    let key = basic("sim-key");
    let authorization = ("authorization", key.as_str());
    let json_type = ("content-type", "application/json");
    let status = async |path: &str, headers: &[(&str, &str)], body: &[u8]| {
        let answer = send(&server, path, headers, body).await.expect("the server answers");
        assert!(answer.header("x-ashby-request-id").is_some(), "{path}");
        assert_eq!(answer.header("ashby-version"), Some("2026-01-01"));
        assert_eq!(answer.header("ashby-version-status"), Some("active"));
        answer.status
    };
    assert_eq!(status("candidate.list", &[authorization, json_type], b"{}").await, 200);
    assert_eq!(status("candidate.list", &[authorization, json_type], b"").await, 200);
    assert_eq!(status("candidate.list", &[authorization], b"{}").await, 400);
    assert_eq!(status("candidate.list", &[authorization, json_type], b"[1]").await, 400);
    assert_eq!(status("candidate.list", &[authorization, json_type], b"{\"cursor\"").await, 400);
    assert_eq!(
        status("candidate.list", &[authorization, json_type, ("ashby-version", "2019-01-01")], b"{}").await,
        400
    );
    assert_eq!(status("candidate.nothing", &[authorization, json_type], b"{}").await, 404);
}

#[tokio::test]
async fn unknown_parents_and_records_have_their_codes() {
    let server = small().await;
    let nobody = "5b1b6f0e-29cd-4a52-8a3f-0f6a1c0a4d11";
    for (operation, parameter, code) in [
        ("application.listHistory", "applicationId", "application_not_found"),
        ("candidate.listNotes", "candidateId", "candidate_not_found"),
        ("interviewEvent.list", "interviewScheduleId", "interview_schedule_not_found"),
        ("interviewStage.list", "interviewPlanId", "interview_plan_not_found"),
        ("application.info", "applicationId", "application_not_found"),
        ("job.info", "id", "job_not_found"),
        ("offer.info", "offerId", "offer_not_found"),
        ("jobInterviewPlan.info", "jobId", "job_not_found"),
        ("file.info", "fileHandle", "file_not_found"),
    ] {
        assert_eq!(post(&server, operation, &json!({parameter: nobody})).await.code(), code, "{operation}");
    }
}
