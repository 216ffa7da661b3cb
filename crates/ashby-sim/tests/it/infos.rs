//! Single records, searches and files.

use serde_json::{Value, json};

use crate::support::{list, object, post, small};

#[tokio::test]
async fn info_shows_what_the_list_shows_and_more() {
    let server = small().await;
    for (list_operation, info, parameter, extra) in [
        ("application.list", "application.info", "applicationId", Some("applicationHistory")),
        ("offer.list", "offer.info", "offerId", Some("versions")),
        ("jobPosting.list", "jobPosting.info", "jobPostingId", Some("descriptionHtml")),
        ("candidate.list", "candidate.info", "id", None),
        ("job.list", "job.info", "id", None),
        ("takeHomeAssignment.list", "takeHomeAssignment.info", "takeHomeAssignmentId", None),
        ("sequenceTemplate.list", "sequenceTemplate.info", "sequenceTemplateId", None),
    ] {
        for record in server.organisation().truth(list_operation, &object(json!({}))).iter().take(5) {
            let full = post(&server, info, &json!({parameter: record["id"]})).await.json()["results"].clone();
            for (name, value) in record.as_object().expect("a record is an object") {
                assert_eq!(&full[name], value, "{info} {name}");
            }
            assert!(
                extra.is_none_or(|extra| !full[extra].is_null() && record.get(extra).is_none()),
                "{info}"
            );
        }
    }
    let offer = server.organisation().truth("offer.list", &object(json!({})))[0]["id"].clone();
    let short =
        post(&server, "offer.info", &json!({"offerId": offer, "excludeFormDefinition": true})).await.json();
    assert_eq!(short["results"].get("formDefinition"), None);
}

#[tokio::test]
async fn expansions_add_what_references_lead_to() {
    let server = small().await;
    let (jobs, _) = list(&server, "job.list", &json!({"expand": ["location", "openings"]})).await;
    assert!(jobs.iter().all(|job| job["location"]["id"] == job["locationId"]));
    assert!(
        jobs.iter().any(|job| { job["openings"].as_array().is_some_and(|openings| !openings.is_empty()) })
    );
    let schedules = server.organisation().truth("interviewSchedule.list", &object(json!({})));
    let schedule =
        schedules.iter().find(|schedule| schedule["interviewEvents"] != json!([])).expect("one has events");
    let body = json!({"interviewScheduleId": schedule["id"], "expand": ["interview"]});
    let (events, token) = list(&server, "interviewEvent.list", &body).await;
    assert_eq!(events.len(), schedule["interviewEvents"].as_array().map_or(0, Vec::len));
    assert!(token.is_some() && events.iter().all(|event| event["interview"]["id"] == event["interviewId"]));
}

#[tokio::test]
async fn searches_find_people_jobs_and_openings() {
    let server = small().await;
    let truth = |operation: &str| server.organisation().truth(operation, &object(json!({})))[0].clone();
    for (operation, body, of) in [
        (
            "candidate.search",
            json!({"email": truth("candidate.list")["primaryEmailAddress"]["value"]}),
            truth("candidate.list"),
        ),
        ("candidate.search", json!({"name": truth("candidate.list")["name"]}), truth("candidate.list")),
        ("job.search", json!({"title": truth("job.list")["title"]}), truth("job.list")),
        (
            "opening.search",
            json!({"identifier": truth("opening.list")["latestVersion"]["identifier"]}),
            truth("opening.list"),
        ),
        ("project.search", json!({"title": truth("project.list")["title"]}), truth("project.list")),
        ("user.search", json!({"email": truth("user.list")["email"]}), truth("user.list")),
    ] {
        let found = post(&server, operation, &body).await;
        assert!(found.ids().iter().any(|id| of["id"] == id.as_str()), "{operation} {body}");
    }
    let found = post(&server, "candidate.search", &json!({"name": "a"})).await;
    assert_eq!(found.ids().len(), 100, "a search shows 100 at most");
}

#[tokio::test]
async fn files_lie_behind_their_handles() {
    let server = small().await;
    let candidates = server.organisation().truth("candidate.list", &object(json!({})));
    let handle = candidates
        .iter()
        .find_map(|candidate| candidate["resumeFileHandle"]["handle"].as_str())
        .expect("one has a resume");
    let url =
        post(&server, "file.info", &json!({"fileHandle": handle})).await.json()["results"]["url"].clone();
    let path = url
        .as_str()
        .and_then(|url| url.strip_prefix(&server.base_url()))
        .expect("the file lies on the server");
    let file = crate::support::send(&server, path.trim_start_matches('/'), &[], b"")
        .await
        .expect("the server answers");
    assert_eq!(file.status, 200);
    assert!(!file.body.is_empty());
}

#[tokio::test]
async fn projects_of_candidates_are_projects() {
    let server = small().await;
    let projects = server.organisation().truth("project.list", &object(json!({})));
    let mut found = 0;
    for candidate in server.organisation().truth("candidate.list", &object(json!({}))).iter().take(60) {
        let (records, _) =
            list(&server, "candidate.listProjects", &json!({"candidateId": candidate["id"]})).await;
        found += records.len();
        assert!(records.iter().all(|record| projects.contains(record)));
    }
    assert!(found > 0);
    let plan = post(&server, "jobInterviewPlan.info", &json!({"jobId": first_job(&server)})).await.json();
    assert_eq!(plan["results"]["stages"].as_array().map(Vec::len), Some(8));
}

fn first_job(server: &ashby_sim::Server) -> Value {
    server.organisation().truth("job.list", &object(json!({})))[0]["id"].clone()
}
