//! Writes: what they change, and what they refuse.

use std::collections::{BTreeMap, BTreeSet};

use ashby_sim::{Fault, FaultRule, Key, Kind, Mutation, Server, ServerOptions, Shape};
use serde_json::{Value, json};

use crate::support::writes::{every_write, post_for};
use crate::support::{ids, keyed, list, object, post, post_as, small, start};

async fn write(server: &Server, operation: &str, body: Value) -> Value {
    let answer = post(server, operation, &body).await.json();
    assert_eq!(answer["success"], json!(true), "{operation}: {answer}");
    answer["results"].clone()
}

fn truth(server: &Server, operation: &str, parameters: Value) -> Vec<Value> {
    server.organisation().truth(operation, &object(parameters))
}

fn some(server: &Server, operation: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    truth(server, operation, json!({})).into_iter().find(wanted).expect("there is one")
}

fn record(server: &Server, operation: &str, parameters: Value, id: &Value) -> Value {
    truth(server, operation, parameters).into_iter().find(|record| record["id"] == *id).expect("it is listed")
}

/// Lists with sync tokens and without parents.
const SYNCED: [&str; 22] = [
    "application.list",
    "applicationFeedback.list",
    "approval.list",
    "candidate.list",
    "candidateTag.list",
    "customField.list",
    "department.list",
    "interview.list",
    "interviewSchedule.list",
    "interviewerPool.list",
    "job.list",
    "location.list",
    "offer.list",
    "opening.list",
    "project.list",
    "sequence.list",
    "surveyFormDefinition.list",
    "surveyRequest.list",
    "surveySubmission.list",
    "takeHomeAssignment.list",
    "user.list",
    "feedbackFormDefinition.list",
];

/// With these, a list shows what is archived, too: otherwise nothing tells of an archiving. Some lists want more.
fn flags(operation: &str) -> Value {
    match operation {
        "candidateTag.list" | "customField.list" | "department.list" => json!({"includeArchived": true}),
        "location.list" => json!({"includeArchived": true, "includeLocationHierarchy": true}),
        "interviewerPool.list" => json!({"includeArchivedPools": true}),
        "surveyRequest.list" | "surveySubmission.list" => json!({"surveyType": "CandidateExperience"}),
        "job.list" => json!({"status": ["Draft", "Open", "Closed", "Archived"]}),
        _ => json!({}),
    }
}

/// Operations that read are named so; every other one must be called by `every_write`.
fn reads(operation: &str) -> bool {
    let (_, method) = operation.split_once('.').expect("an operation has a category");
    ["list", "info", "search", "get", "interviewerSettings"].iter().any(|prefix| method.starts_with(prefix))
        || operation.starts_with("report.")
}

#[tokio::test]
async fn every_write_works_and_shows_in_a_listing() {
    let server = small().await;
    // What nothing can be listed of, or what comes and goes unseen.
    let unseen = [
        "assessment.update",
        "candidate.pushToHris",
        "file.createFileUploadHandle",
        "offer.start",
        "offerProcess.start",
        "webhook.create",
        "webhook.delete",
        "webhook.update",
    ];
    let mut called = BTreeSet::new();
    let mut tokens: BTreeMap<&str, Option<String>> = BTreeMap::new();
    let mut rows: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
    for operation in SYNCED {
        let (records, token) = list(&server, operation, &flags(operation)).await;
        tokens.insert(operation, token);
        rows.insert(operation, keyed(records));
    }
    let mut postings = truth(&server, "jobPosting.list", json!({}));
    every_write(&server, async |operation, body| {
        let results = write(&server, operation, body).await;
        let mut shown = 0;
        for (list_operation, token) in &mut tokens {
            let mut body = flags(list_operation);
            body["syncToken"] = json!(token);
            let (records, next) = list(&server, list_operation, &body).await;
            *token = next;
            shown += records.len();
            rows.entry(list_operation).or_default().extend(keyed(records));
        }
        let now = truth(&server, "jobPosting.list", json!({}));
        let changed = shown > 0 || now != postings;
        postings = now;
        // A deleted record vanishes, and its candidate says so; a draft leaves no trace.
        let vanishes = operation == "sequence.discard";
        assert_eq!(changed, !unseen.contains(&operation) && !vanishes, "{operation}");
        called.insert(operation.to_owned());
        results
    })
    .await;
    for (operation, rows) in rows {
        for record in truth(&server, operation, flags(operation)) {
            assert_eq!(rows[record["id"].as_str().expect("a record has an id")], record, "{operation}");
        }
    }
    let all = server.organisation().operations();
    let missing: Vec<_> = all.iter().filter(|name| !reads(name) && !called.contains(**name)).collect();
    assert_eq!(missing, Vec::<&&str>::new());
}

#[tokio::test]
async fn a_note_shows_and_has_its_author() {
    let server = small().await;
    let candidate = some(&server, "candidate.list", |_| true);
    let author = some(&server, "user.list", |user| user["globalRole"] == "Limited Access");
    let user = author["id"].as_str().expect("a user has an id");
    let body = json!({"candidateId": candidate["id"], "note": {"type": "text/html", "value": "<p>Hi</p>"}, "isPrivate": true});
    let note = post_for(&server, user, "candidate.createNote", &body).await.json()["results"].clone();
    assert_eq!((&note["author"]["id"], &note["content"]), (&author["id"], &json!("<p>Hi</p>")));
    let notes = json!({"candidateId": candidate["id"]});
    assert_eq!(record(&server, "candidate.listNotes", notes, &note["id"]), note);
    let after = record(&server, "candidate.list", json!({}), &candidate["id"]);
    assert!(after["updatedAt"].as_str() > candidate["updatedAt"].as_str());
    assert_eq!(server.log().entries()[0].on_behalf_of.as_deref(), Some(user));
    let nobody = post_for(&server, "somebody", "candidate.createNote", &body).await;
    assert_eq!(nobody.code(), "invalid_input");
    assert!(nobody.json()["errors"][0].as_str().is_some_and(|text| text.contains("X-On-Behalf-Of")));
}

#[tokio::test]
async fn a_stage_change_needs_a_stage_of_the_plan_and_a_reason_to_archive() {
    let server = small().await;
    let application = some(&server, "application.list", |record| record["status"] == "Active");
    let plan = application["currentInterviewStage"]["interviewPlanId"].clone();
    let stages = truth(&server, "interviewStage.list", json!({"interviewPlanId": plan}));
    let archive = &stages[7]["id"];
    let mut body = json!({"applicationId": application["id"], "interviewStageId": archive});
    assert_eq!(post(&server, "application.changeStage", &body).await.code(), "invalid_input");
    let reason = some(&server, "archiveReason.list", |reason| reason["reasonType"] == "Other");
    body["archiveReasonId"] = reason["id"].clone();
    let moved = write(&server, "application.change_stage", body.clone()).await;
    assert_eq!((&moved["status"], &moved["archiveReason"]["id"]), (&json!("Archived"), &reason["id"]));
    let history = truth(&server, "application.listHistory", json!({"applicationId": application["id"]}));
    assert_eq!(history.last().expect("there is one")["stageId"], *archive);
    let listed = record(&server, "application.list", json!({}), &application["id"]);
    assert_eq!(listed["archiveReason"]["text"], reason["text"]);
    let elsewhere = some(&server, "interviewPlan.list", |other| other["id"] != plan)["id"].clone();
    body["interviewStageId"] =
        truth(&server, "interviewStage.list", json!({"interviewPlanId": elsewhere}))[2]["id"].clone();
    assert_eq!(post(&server, "application.changeStage", &body).await.code(), "interview_stage_not_found");
    body["archiveReasonId"] = plan;
    assert_eq!(post(&server, "application.changeStage", &body).await.code(), "archive_reason_not_found");
}

#[tokio::test]
async fn the_same_request_twice_makes_two_records() {
    let server = small().await;
    let before = truth(&server, "candidate.list", json!({})).len();
    let body = json!({"name": "Twice Made", "email": "twice@example.com"});
    let (one, two) = (
        write(&server, "candidate.create", body.clone()).await,
        write(&server, "candidate.create", body).await,
    );
    assert_ne!(one["id"], two["id"]);
    assert_eq!(truth(&server, "candidate.list", json!({})).len(), before + 2);
    assert_eq!(one["primaryEmailAddress"]["value"], "twice@example.com");
    assert_eq!((&one["tags"], one.get("company")), (&json!([]), None), "nothing is made up");
}

#[tokio::test]
async fn custom_fields_are_set_and_cleared() {
    let server = small().await;
    let application = some(&server, "application.list", |_| true)["id"].clone();
    let field = some(&server, "customField.list", |field| field["title"] == "Priority");
    let body = |value: Value| json!({"objectId": application, "objectType": "Application", "fieldId": field["id"], "fieldValue": value});
    let values = || {
        let record = record(&server, "application.list", json!({}), &application);
        let entries = record["customFields"].as_array().cloned().unwrap_or_default();
        entries.into_iter().filter(|entry| entry["id"] == field["id"]).collect::<Vec<_>>()
    };
    write(&server, "customField.setValue", body(json!("High"))).await;
    assert_eq!(values()[0]["valueLabel"], "High");
    assert_eq!(values().len(), 1);
    assert_eq!(post(&server, "customField.setValue", &body(json!("Extreme"))).await.code(), "invalid_input");
    write(&server, "customField.setValue", body(Value::Null)).await;
    assert_eq!(values(), Vec::<Value>::new());
}

#[tokio::test]
async fn an_opening_is_filled_by_one_offer() {
    let server = small().await;
    let application = some(&server, "application.list", |record| record["status"] == "Active");
    let process =
        write(&server, "offerProcess.start", json!({"applicationId": application["id"]})).await["id"].clone();
    let form = write(&server, "offer.start", json!({"offerProcessId": process})).await["id"].clone();
    let opening = write(&server, "opening.create", json!({"identifier": "REQ-1", "openingState": "Draft"}))
        .await["id"]
        .clone();
    let offer = json!({"offerProcessId": process, "offerFormId": form, "offerForm": {"fieldSubmissions": [
        {"path": "openingId", "value": opening}, {"path": "salary", "value": {"currencyCode": "EUR", "value": 70_000}},
    ]}});
    assert_eq!(post(&server, "offer.create", &offer).await.code(), "opening_state_invalid");
    write(&server, "opening.setOpeningState", json!({"openingId": opening, "openingState": "Open"})).await;
    let made = write(&server, "offer.create", offer.clone()).await;
    assert_eq!(post(&server, "offer.create", &offer).await.code(), "opening_in_use");
    let listed = record(&server, "offer.list", json!({}), &made["id"]);
    assert_eq!(listed["latestVersion"]["salary"]["value"], 70_000);
    assert_eq!(listed["offerStatus"], "WaitingOnApprovalStart");
    let changed = json!({"offerId": made["id"], "offerForm": {"fieldSubmissions": [{"path": "startDate", "value": "2027-02-01"}]}});
    let version = write(&server, "offer.update", changed).await["latestVersion"]["id"].clone();
    let info = write(&server, "offer.info", json!({"offerId": made["id"]})).await;
    assert_eq!(info["versions"].as_array().map(Vec::len), Some(2));
    let old = json!({"offerVersionId": made["latestVersion"]["id"]});
    assert_eq!(post(&server, "offer.approve", &old).await.code(), "offer_not_found");
    let approved =
        write(&server, "offer.approve", json!({"offerVersionId": version, "excludeFormDefinition": true}))
            .await;
    assert_eq!(
        (&approved["offerStatus"], approved.get("formDefinition")),
        (&json!("WaitingOnCandidateResponse"), None)
    );
    let push = json!({"applicationId": application["id"], "externalSystem": "bob"});
    assert_eq!(
        post(&server, "candidate.pushToHris", &push).await.code(),
        "candidate_hris_push_blocked_by_offer_status"
    );
    write(&server, "offer.setStatus", json!({"offerId": made["id"], "acceptanceStatus": "Accepted"})).await;
    let listed = record(&server, "offer.list", json!({}), &made["id"]);
    assert_eq!(listed["offerStatus"], "CandidateAccepted");
    assert!(listed["decidedAt"].is_string());
    write(&server, "candidate.pushToHris", push).await;
}

#[tokio::test]
async fn interviews_are_scheduled_changed_and_cancelled() {
    let server = small().await;
    let application = some(&server, "application.list", |_| true)["id"].clone();
    let email = some(&server, "user.list", |_| true)["email"].clone();
    let event = json!({"startTime": "2026-12-01T10:00:00Z", "endTime": "2026-12-01T11:00:00Z", "interviewers": [{"email": email}]});
    let create = |event: &Value| json!({"applicationId": application, "interviewEvents": [event]});
    let schedule = write(&server, "interviewSchedule.create", create(&event)).await;
    let events = json!({"interviewScheduleId": schedule["id"]});
    assert_eq!(
        ids(&truth(&server, "interviewEvent.list", events.clone())),
        [schedule["interviewEvents"][0]["id"].as_str().expect("text")]
    );
    let mut moved = event.clone();
    moved["interviewEventId"] = schedule["interviewEvents"][0]["id"].clone();
    moved["endTime"] = json!("2026-12-01T12:00:00Z");
    let body = json!({"interviewScheduleId": schedule["id"], "interviewEvent": [moved, event]});
    let changed = write(&server, "interviewSchedule.update", body).await;
    assert_eq!(changed["interviewEvents"].as_array().map(Vec::len), Some(2));
    assert_eq!(changed["interviewEvents"][0]["endTime"], "2026-12-01T12:00:00Z");
    let briefing = json!({"interviewEventId": changed["interviewEvents"][1]["id"]});
    assert_eq!(
        write(&server, "interviewBriefing.info", briefing.clone()).await["id"],
        briefing["interviewEventId"]
    );
    let gone =
        json!({"interviewScheduleId": schedule["id"], "interviewEventIdToCancel": moved["interviewEventId"]});
    assert_eq!(
        write(&server, "interviewSchedule.update", gone).await["interviewEvents"].as_array().map(Vec::len),
        Some(1)
    );
    write(&server, "interviewSchedule.cancel", json!({"id": schedule["id"]})).await;
    assert_eq!(record(&server, "interviewSchedule.list", json!({}), &schedule["id"])["status"], "Cancelled");
    let mut backwards = event.clone();
    backwards["endTime"] = json!("2026-12-01T09:00:00Z");
    assert_eq!(post(&server, "interviewSchedule.create", &create(&backwards)).await.code(), "invalid_input");
    let mut stranger = event;
    stranger["interviewers"][0]["email"] = json!("stranger@example.com");
    assert_eq!(post(&server, "interviewSchedule.create", &create(&stranger)).await.code(), "invalid_input");
}

#[tokio::test]
async fn an_application_form_makes_a_candidate_or_says_why_not() {
    let server = small().await;
    let postings = truth(&server, "jobPosting.list", json!({"includeUnpublishedJobPostings": true}));
    let posting = |status: &str| {
        postings.iter().find(|posting| posting["status"] == status).expect("there is one")["id"].clone()
    };
    let form = |posting: &Value, email: &str| {
        json!({"jobPostingId": posting, "applicationForm": {"fieldSubmissions": [
            {"path": "_systemfield_name", "value": "Noor Haddad"}, {"path": "_systemfield_email", "value": email},
        ]}})
    };
    let published = posting("Published");
    let before = truth(&server, "candidate.list", json!({})).len();
    let failed =
        post(&server, "applicationForm.submit", &form(&published, "testing-fail-validation@example.com"))
            .await;
    assert_eq!((failed.status, failed.code().as_str()), (200, "invalid_input"));
    let blocked =
        write(&server, "applicationForm.submit", form(&published, "testing-blocked@example.com")).await;
    assert_eq!(blocked["formMessages"]["blocked"], true);
    let instance = json!({"submittedFormInstanceId": blocked["submittedFormInstance"]["id"]});
    assert_eq!(post(&server, "application.info", &instance).await.code(), "application_blocked");
    let mut draft = form(&posting("Draft"), "noor@example.com");
    draft["allowSubmissionForUnpublishedJobPosting"] = json!(false);
    assert_eq!(post(&server, "applicationForm.submit", &draft).await.code(), "job_posting_not_published");
    assert_eq!(truth(&server, "candidate.list", json!({})).len(), before);
    let made = write(&server, "applicationForm.submit", form(&published, "noor@example.com")).await;
    let instance = json!({"submittedFormInstanceId": made["submittedFormInstance"]["id"]});
    let application = write(&server, "application.info", instance).await;
    assert_eq!(application["candidate"]["name"], "Noor Haddad");
    let candidate = record(&server, "candidate.list", json!({}), &application["candidate"]["id"]);
    assert_eq!(candidate["applicationIds"], json!([application["id"]]));
}

#[tokio::test]
async fn archiving_hides_and_restoring_shows() {
    let server = small().await;
    for (list_operation, category, parameter) in [
        ("department.list", "department", "departmentId"),
        ("location.list", "location", "locationId"),
        ("interviewerPool.list", "interviewerPool", "interviewerPoolId"),
    ] {
        let id = some(&server, list_operation, |_| true)["id"].clone();
        let listed = || truth(&server, list_operation, json!({})).iter().any(|record| record["id"] == id);
        write(&server, &format!("{category}.archive"), json!({parameter: id})).await;
        assert!(!listed(), "{category}");
        write(&server, &format!("{category}.restore"), json!({parameter: id})).await;
        assert!(listed(), "{category}");
    }
}

#[tokio::test]
async fn settings_secrets_and_people_are_shown_where_they_belong() {
    let server = small().await;
    let user = some(&server, "user.list", |_| true)["id"].clone();
    write(&server, "user.updateInterviewerSettings", json!({"userId": user, "dailyLimit": 2})).await;
    write(&server, "user.updateInterviewerSettings", json!({"userId": user, "weeklyLimit": 5})).await;
    let settings = write(&server, "user.interviewerSettings", json!({"userId": user})).await;
    assert_eq!(settings, json!({"id": user, "dailyLimit": 2, "weeklyLimit": 5}));
    let info = write(&server, "user.info", json!({"userId": user})).await;
    assert!(info.get("interviewerSettings").is_none() && info["id"] == user);
    let hook = json!({"webhookType": "offerCreate", "requestUrl": "https://hooks.example.com/9", "secretToken": "hush"});
    let hook = write(&server, "webhook.create", hook).await;
    assert_eq!(hook["secretToken"], "hush");
    let info = write(&server, "webhook.info", json!({"webhookId": hook["id"]})).await;
    assert_eq!((info.get("secretToken"), &info["webhookType"]), (None, &json!("offerCreate")));
    let active = some(&server, "application.list", |record| record["status"] == "Active");
    let body = json!({"candidateId": active["candidate"]["id"]});
    assert_eq!(post(&server, "candidate.anonymize", &body).await.code(), "invalid_input", "it is under way");
    let applications = truth(&server, "application.list", json!({}));
    let is_over = |id: &Value| {
        let application = applications.iter().find(|application| application["id"] == *id);
        application
            .is_none_or(|application| ["Archived", "Hired"].map(Value::from).contains(&application["status"]))
    };
    let candidate = some(&server, "candidate.list", |record| {
        let ids = record["applicationIds"].as_array().expect("a list");
        !ids.is_empty() && ids.iter().all(is_over)
    });
    let name = candidate["name"].as_str().expect("text");
    write(&server, "candidate.anonymize", json!({"candidateId": candidate["id"]})).await;
    let after = record(&server, "candidate.list", json!({}), &candidate["id"]);
    assert_eq!(
        (&after["applicationIds"], &after["emailAddresses"]),
        (&candidate["applicationIds"], &json!([]))
    );
    let applications = Value::Array(truth(&server, "application.list", json!({}))).to_string();
    assert!(
        !applications.contains(&format!("{}\",\"name\":\"{name}", candidate["id"].as_str().expect("text")))
    );
    assert!(!after.to_string().contains(name));
}

#[tokio::test]
async fn requests_that_make_no_sense_change_nothing() {
    let server = small().await;
    let candidate = some(&server, "candidate.list", |_| true)["id"].clone();
    let nobody = "5b1b6f0e-29cd-4a52-8a3f-0f6a1c0a4d11";
    let application = some(&server, "application.list", |_| true)["id"].clone();
    let offer = some(&server, "offer.list", |_| true)["id"].clone();
    let approver = some(&server, "user.list", |_| true)["id"].clone();
    let step = json!([{"approvalsRequired": 1, "approvers": [{"type": "user", "userId": approver}]}]);
    let before = SYNCED.map(|operation| truth(&server, operation, flags(operation)));
    for (operation, body, code, said) in [
        // What is approved is a version of an offer.
        (
            "approvalDefinition.update",
            json!({"entityType": "offer", "entityId": offer, "approvalStepDefinitions": step}),
            "offer_not_found",
            "",
        ),
        ("candidate.create", json!({}), "invalid_input", "name"),
        ("candidate.create", json!({"name": "A", "nickname": "B"}), "invalid_input", "nickname"),
        ("candidate.create", json!({"name": null}), "invalid_input", "name"),
        ("candidate.create", json!({"name": "A", "location": {"city": 5}}), "invalid_input", "location.city"),
        ("candidate.create", json!({"name": "A", "sourceId": nobody}), "source_not_found", "source"),
        ("candidate.update", json!({"candidateId": nobody}), "candidate_not_found", "candidate"),
        ("candidate.update", json!({"candidateId": "x"}), "invalid_input", "candidateId"),
        (
            "candidate.addTag",
            json!({"candidateId": candidate, "tagId": nobody}),
            "candidate_tag_not_found",
            "",
        ),
        (
            "candidate.addTag",
            json!({"candidateId": candidate, "tagId": candidate}),
            "candidate_tag_not_found",
            "",
        ),
        (
            "interviewSchedule.create",
            json!({"applicationId": application, "interviewEvents": [{"startTime": "soon"}]}),
            "invalid_input",
            "interviewEvents[0].endTime",
        ),
        ("webhook.update", json!({"webhookId": nobody}), "invalid_input", "enabled"),
        ("webhook.delete", json!({"webhookId": nobody}), "webhook_not_found", ""),
        ("department.update", json!({"departmentId": nobody, "name": null}), "invalid_input", "name"),
        ("application.delete", json!({"applicationId": nobody}), "application_not_found", ""),
        (
            "candidate.uploadResume",
            json!({"candidateId": candidate, "resumeHandle": "x"}),
            "invalid_input",
            "resumeHandle",
        ),
        ("sequence.start", json!({"sequenceId": nobody}), "sequence_not_found", ""),
    ] {
        let answer = post(&server, operation, &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (200, code), "{operation} {body}");
        let message = answer.json()["errorInfo"]["message"].clone();
        assert!(message.as_str().is_some_and(|text| text.contains(said)), "{operation} {message}");
    }
    assert_eq!(SYNCED.map(|operation| truth(&server, operation, flags(operation))), before);
}

#[tokio::test]
async fn a_write_needs_its_scope_and_sees_what_its_key_sees() {
    let keys = vec![
        Key::limited("reads", Key::READ_SCOPES),
        Key::limited("writes", Key::WRITE_SCOPES),
        Key::limited("recruits", ["candidates:write"]),
    ];
    let server = start(&Shape::small(), ServerOptions { keys, ..ServerOptions::default() }).await;
    for operation in server.organisation().operations().into_iter().filter(|operation| !reads(operation)) {
        let refused = post_as(&server, "reads", operation, &json!({})).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (403, "missing_endpoint_permission"),
            "{operation}"
        );
        assert_ne!(post_as(&server, "writes", operation, &json!({})).await.status, 403, "{operation}");
    }
    assert_eq!(post_as(&server, "recruits", "sequence.cancel", &json!({})).await.status, 200);
    assert_eq!(post_as(&server, "recruits", "application.delete", &json!({})).await.status, 403);
    let hidden = some(&server, "job.list", |job| job["confidential"] == true)["id"].clone();
    let candidate = write_as(&server, "writes", json!({"name": "A"})).await;
    let body = json!({"candidateId": candidate, "jobId": hidden});
    assert_eq!(post_as(&server, "writes", "application.create", &body).await.code(), "job_not_found");
}

async fn write_as(server: &Server, token: &str, body: Value) -> Value {
    post_as(server, token, "candidate.create", &body).await.json()["results"]["id"].clone()
}

#[tokio::test]
async fn a_write_can_happen_though_its_answer_is_lost() {
    let server = small().await;
    let count = || truth(&server, "candidate.list", json!({})).len();
    let before = count();
    let body = json!({"name": "Did it happen"});
    for (applied, made) in [(false, 0), (true, 1)] {
        for fault in [Fault::Status { status: 500 }, Fault::Html] {
            let rule = FaultRule::new("candidate.create", fault).times(1);
            server.faults().add(if applied { rule.applied() } else { rule });
            let count_before = count();
            let answer = post(&server, "candidate.create", &body).await;
            assert!(serde_json::from_slice::<Value>(&answer.body).is_err());
            assert_eq!(count(), count_before + made);
        }
    }
    server.faults().add(FaultRule::new("candidate.create", Fault::Reset).times(1).applied());
    let key = crate::support::basic("sim-key");
    let headers = [("authorization", key.as_str()), ("content-type", "application/json")];
    crate::support::send(&server, "candidate.create", &headers, body.to_string().as_bytes())
        .await
        .expect_err("the connection is reset");
    assert_eq!(count(), before + 3);
    let rule: FaultRule =
        serde_json::from_value(json!({"operation": "*", "applied": true, "fault": {"kind": "reset"}}))
            .expect("it is a rule");
    assert_eq!(rule, FaultRule::new("*", Fault::Reset).applied());
}

#[tokio::test]
async fn writes_and_other_changes_meet() {
    let server = small().await;
    let made = write(&server, "candidate.create", json!({"name": "Merged Away"})).await;
    let job = some(&server, "job.list", |job| job["status"] == "Open")["id"].clone();
    write(&server, "application.create", json!({"candidateId": made["id"], "jobId": job})).await;
    let into = some(&server, "candidate.list", |record| record["id"] != made["id"]);
    let text = |record: &Value| record["id"].as_str().expect("text").to_owned();
    server
        .organisation()
        .mutate(&Mutation::MergeCandidates { from: text(&made), into: text(&into) })
        .expect("both exist");
    let after = record(&server, "candidate.list", json!({}), &into["id"]);
    let applications = |record: &Value| record["applicationIds"].as_array().map_or(0, Vec::len);
    assert_eq!(applications(&after), applications(&into) + 1);
    server
        .organisation()
        .mutate(&Mutation::Delete { kind: Kind::Candidate, id: text(&into) })
        .expect("it exists");
    let body = json!({"candidateId": into["id"], "note": "Too late"});
    assert_eq!(post(&server, "candidate.createNote", &body).await.code(), "candidate_not_found");
}

#[tokio::test]
async fn a_job_goes_from_status_to_status_as_ashby_lets_it() {
    let server = small().await;
    let job = some(&server, "job.list", |job| job["status"] == "Open")["id"].clone();
    for (status, is_allowed) in [
        ("Draft", false),
        ("Archived", false),
        ("Closed", true),
        ("Open", false),
        ("Draft", true),
        ("Closed", false),
        ("Archived", true),
        ("Open", false),
        ("Draft", true),
        ("Open", true),
    ] {
        let answer = post(&server, "job.setStatus", &json!({"jobId": job, "status": status})).await.json();
        assert_eq!(answer["success"], is_allowed, "{status}: {answer}");
    }
}

#[tokio::test]
async fn an_application_that_is_made_of_a_candidate_begins_as_a_lead() {
    let server = small().await;
    let job = some(&server, "job.list", |job| job["status"] == "Open")["id"].clone();
    let candidate = write(&server, "candidate.create", json!({"name": "Ola Brandt"})).await["id"].clone();
    let body = json!({"candidateId": candidate, "jobId": job});
    let made = write(&server, "application.create", body).await;
    assert_eq!((&made["currentInterviewStage"]["type"], &made["status"]), (&json!("Lead"), &json!("Lead")));
}

#[tokio::test]
async fn what_the_referral_form_asks_for_is_what_a_referral_takes() {
    let server = small().await;
    let form = write(&server, "referralForm.info", json!({})).await;
    let job = some(&server, "job.list", |job| job["status"] == "Open");
    let user = some(&server, "user.list", |_| true)["id"].clone();
    let sections = form["formDefinition"]["sections"].as_array().unwrap();
    let fields: Vec<&Value> =
        sections.iter().flat_map(|section| section["fields"].as_array().unwrap()).collect();
    let answer = |field: &Value| {
        let path = field["field"]["path"].as_str().unwrap();
        let value = match path {
            "_systemfield_name" => json!("Kim Sato"),
            "_systemfield_email" => json!("kim@example.com"),
            "_systemfield_job" => json!({"title": job["title"], "value": job["id"]}),
            _ => json!("They are good."),
        };
        json!({"path": path, "value": value})
    };
    let body = |fields: &[&Value]| {
        let answers: Vec<Value> = fields.iter().map(|field| answer(field)).collect();
        json!({"id": form["id"], "creditedToUserId": user, "fieldSubmissions": answers})
    };
    let made = write(&server, "referral.create", body(&fields)).await;
    assert_eq!(made["job"]["id"], job["id"], "{made:#}");
    assert_eq!(made["candidate"]["name"], "Kim Sato", "{made:#}");
    assert_eq!(made["candidate"]["primaryEmailAddress"]["value"], "kim@example.com", "{made:#}");
    // What is required is asked for, and what is not may be left out.
    let required: Vec<&Value> = fields.iter().copied().filter(|field| field["isRequired"] == true).collect();
    write(&server, "referral.create", body(&required)).await;
    for left_out in &required {
        let rest: Vec<&Value> = fields.iter().copied().filter(|field| field != left_out).collect();
        let answer = post(&server, "referral.create", &body(&rest)).await.json();
        assert_eq!(answer["success"], false, "{left_out}: {answer}");
    }
}
