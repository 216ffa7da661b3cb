//! Every list and info answer against Ashby's OpenAPI document, where a copy of it lies at hand.

#[expect(dead_code, reason = "each test binary uses a part of it")]
mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;

use ashby_sim::contract::Contract;
use serde_json::{Value, json};

fn document() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ashby-api/openapi.json");
    std::env::var_os("ASHBY_OPENAPI")
        .map(PathBuf::from)
        .into_iter()
        .chain([beside])
        .find(|path| path.exists())
}

/// The parameters that each list is asked with, and those that it needs for its parent.
fn parameters(operation: &str, truth: &dyn Fn(&str) -> Vec<Value>) -> Vec<Value> {
    let each = |list: &str, name: &str| {
        truth(list).iter().take(60).map(|record| json!({name: record["id"]})).collect::<Vec<_>>()
    };
    match operation {
        "application.listHistory" | "application.listCriteriaEvaluations" => {
            each("application.list", "applicationId")
        }
        "candidate.listClientInfo"
        | "candidate.listFraudChecks"
        | "candidate.listNotes"
        | "candidate.listProjects" => each("candidate.list", "candidateId"),
        "interviewEvent.list" => each("interviewSchedule.list", "interviewScheduleId"),
        "interviewStage.list" => each("interviewPlan.list", "interviewPlanId"),
        "user.listInterviewerPauses" => each("user.list", "userId"),
        "surveyRequest.list" => vec![json!({"surveyType": "CandidateExperience"})],
        "surveySubmission.list" => {
            vec![json!({"surveyType": "CandidateExperience"}), json!({"surveyType": "Questionnaire"})]
        }
        "application.list" => vec![json!({}), json!({"expand": ["openings"]})],
        "job.list" => {
            vec![json!({}), json!({"expand": ["location", "openings"], "status": ["Draft", "Open"]})]
        }
        "hiringTeamRole.list" => vec![json!({}), json!({"namesOnly": false})],
        "location.list" => {
            vec![json!({}), json!({"includeArchived": true, "includeLocationHierarchy": true})]
        }
        "jobPosting.list" => vec![json!({}), json!({"includeUnpublishedJobPostings": true})],
        _ => vec![json!({})],
    }
}

/// For each info operation: the list that its ids come from, the parameter, others.
const INFOS: &[(&str, &str, &str, &str)] = &[
    (
        "application.info",
        "application.list",
        "applicationId",
        r#"{"expand": ["openings", "applicationFormSubmissions", "referrals"]}"#,
    ),
    ("candidate.info", "candidate.list", "id", "{}"),
    ("customField.info", "customField.list", "customFieldId", "{}"),
    ("department.info", "department.list", "departmentId", "{}"),
    ("feedbackFormDefinition.info", "feedbackFormDefinition.list", "feedbackFormDefinitionId", "{}"),
    ("interview.info", "interview.list", "id", "{}"),
    ("interviewerPool.info", "interviewerPool.list", "interviewerPoolId", "{}"),
    ("job.info", "job.list", "id", r#"{"expand": ["location", "openings"]}"#),
    ("jobInterviewPlan.info", "job.list", "jobId", "{}"),
    ("jobPosting.info", "jobPosting.list", "jobPostingId", r#"{"expand": ["job"]}"#),
    ("location.info", "location.list", "locationId", "{}"),
    ("offer.info", "offer.list", "offerId", "{}"),
    ("opening.info", "opening.list", "openingId", "{}"),
    ("project.info", "project.list", "projectId", "{}"),
    ("surveyFormDefinition.info", "surveyFormDefinition.list", "surveyFormDefinitionId", "{}"),
    ("user.info", "user.list", "userId", "{}"),
];

#[tokio::test]
async fn answers_are_what_the_document_says() {
    check(&ashby_sim::Shape::small()).await;
}

#[tokio::test]
async fn answers_of_a_lifelike_company_are_what_the_document_says() {
    let rates = ashby_sim::Rates { null_values: 0, ..ashby_sim::Rates::lifelike(400) };
    check(&ashby_sim::Shape { rates: Some(rates), ..ashby_sim::Shape::lifelike(400, 5) }).await;
}

#[expect(clippy::print_stdout, reason = "a test says that it is skipped")]
async fn check(shape: &ashby_sim::Shape) {
    let Some(path) = document() else {
        println!("skipped: set ASHBY_OPENAPI to the path of Ashby's OpenAPI document");
        return;
    };
    let contract = Contract::load(&path).expect("the document can be used");
    let server = support::start(shape, Default::default()).await;
    let truth = |list: &str| server.organisation().truth(list, &serde_json::Map::new());
    let mut findings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut checked = BTreeMap::<String, usize>::new();
    let mut record = |operation: &str, body: &Value, answer: &Value| {
        let results = answer["results"].as_array().map_or(1, Vec::len);
        *checked.entry(operation.to_owned()).or_default() += results;
        let mut found = contract.check_request(operation, body);
        if results > 0 {
            found.extend(contract.check_response(operation, answer));
        }
        if answer["success"] != json!(true) {
            found.push(answer.to_string());
        }
        found.iter_mut().for_each(|finding| finding.truncate(900));
        if !found.is_empty() {
            findings.entry(operation.to_owned()).or_insert(found);
        }
    };
    let lists =
        server.organisation().operations().into_iter().filter(|operation| operation.contains(".list"));
    for operation in lists {
        for mut body in parameters(operation, &truth) {
            loop {
                let page = support::post(&server, operation, &body).await.json();
                record(operation, &body, &page);
                match page["nextCursor"].as_str() {
                    Some(cursor) => body["cursor"] = json!(cursor),
                    None => break,
                }
            }
        }
    }
    for (operation, list, parameter, others) in INFOS {
        for of in truth(list).iter().take(40) {
            let mut body: Value = serde_json::from_str(others).expect("the table holds JSON");
            body[*parameter] = of["id"].clone();
            record(operation, &body, &support::post(&server, operation, &body).await.json());
        }
    }
    for event in truth("interviewSchedule.list")
        .iter()
        .flat_map(|schedule| schedule["interviewEvents"].as_array().cloned().unwrap_or_default())
        .take(40)
    {
        let body = json!({"interviewEventId": event["id"], "expand": ["application", "candidate", "job", "interview", "interviewers", "feedbackFormDefinition"]});
        record(
            "interviewBriefing.info",
            &body,
            &support::post(&server, "interviewBriefing.info", &body).await.json(),
        );
        if event["notetakerTranscriptId"].is_string() {
            let body = json!({"notetakerTranscriptId": event["notetakerTranscriptId"]});
            record(
                "notetakerTranscript.info",
                &body,
                &support::post(&server, "notetakerTranscript.info", &body).await.json(),
            );
        }
    }
    let user = truth("user.list")[0]["id"].clone();
    let body = json!({"userId": user});
    record(
        "user.interviewerSettings",
        &body,
        &support::post(&server, "user.interviewerSettings", &body).await.json(),
    );
    for report in [support::SOME_REPORT, ashby_sim::FAILING_REPORT] {
        let mut body = json!({"reportId": report});
        for operation in ["report.synchronous", "report.generate", "report.generate", "report.generate"] {
            let run = support::post(&server, operation, &body).await.json();
            record(operation, &body, &run);
            if operation == "report.generate" {
                body["requestId"] = run["results"]["requestId"].clone();
            }
        }
    }
    for operation in ["apiKey.info", "referralForm.info"] {
        record(operation, &json!({}), &support::post(&server, operation, &json!({})).await.json());
    }
    assert!(findings.is_empty(), "{findings:#?}");
    // Nothing passes because there was nothing to check.
    let empty: Vec<_> = checked.iter().filter(|(_, records)| **records == 0).collect();
    assert!(empty.is_empty(), "no records in {empty:?}");
}

#[tokio::test]
async fn writes_are_what_the_document_says() {
    let Some(path) = document() else {
        println!("skipped: set ASHBY_OPENAPI to the path of Ashby's OpenAPI document");
        return;
    };
    let contract = Contract::load(&path).expect("the document can be used");
    let server = support::small().await;
    let mut findings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    support::writes::every_write(&server, async |operation, body| {
        let answer = support::post(&server, operation, &body).await.json();
        assert_eq!(answer["success"], json!(true), "{operation}: {answer}");
        let mut found = contract.check_request(operation, &body);
        found.extend(contract.check_response(operation, &answer));
        found.iter_mut().for_each(|finding| finding.truncate(900));
        if !found.is_empty() {
            findings.entry(operation.to_owned()).or_insert(found);
        }
        answer["results"].clone()
    })
    .await;
    assert!(findings.is_empty(), "{findings:#?}");
}

#[tokio::test]
async fn every_documented_operation_is_answered() {
    let Some(path) = document() else {
        println!("skipped: set ASHBY_OPENAPI to the path of Ashby's OpenAPI document");
        return;
    };
    let contract = Contract::load(&path).expect("the document can be used");
    // Those that partners answer and Ashby asks.
    let partners =
        ["assessment.cancel", "assessment.customField.list", "assessment.list", "assessment.start"];
    let answered = ashby_sim::Organisation::new(&ashby_sim::Shape::empty()).operations();
    let missing: Vec<&str> = contract
        .operations()
        .filter(|operation| !partners.contains(operation) && !answered.contains(operation))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn the_check_finds_what_is_wrong() {
    let Some(path) = document() else {
        println!("skipped: set ASHBY_OPENAPI to the path of Ashby's OpenAPI document");
        return;
    };
    let contract = Contract::load(&path).expect("the document can be used");
    let organisation = ashby_sim::Organisation::new(&ashby_sim::Shape::small());
    let mut records = organisation.truth("application.list", &serde_json::Map::new());
    let page = |records: &[Value]| json!({"success": true, "moreDataAvailable": false, "results": records});
    assert_eq!(contract.check_response("application.list", &page(&records)), Vec::<String>::new());
    records[3]["status"] = json!("Sleeping");
    assert!(contract.check_response("application.list", &page(&records))[0].contains("/results/3/status"));
    assert_eq!(contract.check_request("application.list", &json!({"limit": 100})), Vec::<String>::new());
    assert!(!contract.check_request("application.list", &json!({"limit": "100"})).is_empty());
    assert!(!contract.check_request("interviewStage.list", &json!({})).is_empty());
    assert!(contract.knows("candidate.list") && !contract.knows("auditLog.list"));
}
