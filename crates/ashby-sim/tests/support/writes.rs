//! One valid request for every operation that changes something, in an order in which each can succeed.

use ashby_sim::Server;
use serde_json::{Map, Value, json};

use super::{basic, post, send};

/// What to write about.
struct Things<'a>(&'a Server);

impl Things<'_> {
    fn list(&self, operation: &str, parameters: Value) -> Vec<Value> {
        self.0.organisation().truth(operation, &super::object(parameters))
    }

    fn some(&self, operation: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.list(operation, json!({})).into_iter().find(wanted).unwrap_or_else(|| panic!("{operation}"))
    }

    fn first(&self, operation: &str) -> Value {
        self.some(operation, |_| true)["id"].clone()
    }

    fn field(&self, object: &str, field_type: &str) -> Value {
        let wanted = |field: &Value| field["objectType"] == object && field["fieldType"] == field_type;
        self.some("customField.list", wanted)["id"].clone()
    }
}

/// Uploads for a handle as `file.createFileUploadHandle` gave it; returns the HTTP status.
pub(crate) async fn upload(server: &Server, target: &Value, content: &[u8]) -> u16 {
    let fields: Vec<(&str, &str)> = target["fields"]
        .as_object()
        .into_iter()
        .flat_map(Map::iter)
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
        .collect();
    upload_form(server, target, &fields, Some(content), &[]).await.status
}

/// Uploads a form: fields, then a file, then fields again.
pub(crate) async fn upload_form(
    server: &Server,
    target: &Value,
    before: &[(&str, &str)],
    file: Option<&[u8]>,
    after: &[(&str, &str)],
) -> super::Answer {
    let path = target["url"].as_str().and_then(|url| url.strip_prefix(&server.base_url()));
    let mut body = Vec::new();
    let text = |body: &mut Vec<u8>, fields: &[(&str, &str)]| {
        for (name, value) in fields {
            body.extend(
                format!("--BREAK\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
    };
    text(&mut body, before);
    if let Some(file) = file {
        body.extend(
            b"--BREAK\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\
            Content-Type: application/pdf\r\n\r\n",
        );
        body.extend(file);
        body.extend(b"\r\n");
    }
    text(&mut body, after);
    body.extend(b"--BREAK--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=BREAK")];
    let path = path.expect("the URL is on the server").trim_start_matches('/');
    send(server, path, &headers, &body).await.expect("the server answers")
}

/// Asks for a place to upload to, uploads, and returns the handle.
pub(crate) async fn uploaded(server: &Server, context: &str, name: &str, content: &[u8]) -> Value {
    let body = json!({
        "fileUploadContext": context, "filename": name, "contentType": "application/pdf",
        "contentLength": content.len(),
    });
    let target = post(server, "file.createFileUploadHandle", &body).await.json()["results"].clone();
    assert_eq!(upload(server, &target, content).await, 204);
    target["handle"].clone()
}

/// Sends a request as the full key, on somebody's behalf.
pub(crate) async fn post_for(server: &Server, user: &str, operation: &str, body: &Value) -> super::Answer {
    let key = basic("sim-key");
    let headers =
        [("authorization", key.as_str()), ("content-type", "application/json"), ("x-on-behalf-of", user)];
    send(server, operation, &headers, body.to_string().as_bytes()).await.expect("the server answers")
}

/// Makes every write once. `call` sends a request and returns the `results` of its answer.
pub(crate) async fn every_write(server: &Server, mut call: impl AsyncFnMut(&str, Value) -> Value) {
    let things = Things(server);
    let (user, source, tag) =
        (things.first("user.list"), things.first("source.list"), things.first("candidateTag.list"));
    let email = things.some("user.list", |_| true)["email"].clone();
    let project = things.first("project.list");
    let job = things.some("job.list", |job| job["status"] == "Open");
    let role = things.list("hiringTeamRole.list", json!({"namesOnly": false}))[0]["id"].clone();
    let at = "2026-11-20T10:00:00.000Z";

    let candidate = call(
        "candidate.create",
        json!({"name": "Ines Okafor", "email": "ines@example.com", "phoneNumber": "+1 202 555 0199"}),
    )
    .await["id"]
        .clone();
    call("candidate.update", json!({"candidateId": candidate, "githubUrl": "https://github.example.com/ines", "location": {"city": "Porto"}, "sourceId": source})).await;
    call("candidate.createNote", json!({"candidateId": candidate, "note": "Call again"})).await;
    for operation in ["candidate.addTag", "candidate.removeTag"] {
        call(operation, json!({"candidateId": candidate, "tagId": tag})).await;
    }
    for operation in ["candidate.addProject", "candidate.removeProject"] {
        call(operation, json!({"candidateId": candidate, "projectId": project})).await;
    }
    call("candidate.setFraudStatus", json!({"candidateId": candidate, "fraudStatus": "Unsure"})).await;
    call("candidate.addEmailMessage", json!({
        "candidateId": candidate, "emailProviderEmailId": "m-1", "subject": "Hello", "from": "a@example.com",
        "to": "b@example.com", "body": "Hello",
    })).await;
    call("file.createFileUploadHandle", json!({"fileUploadContext": "CandidateFiles", "filename": "a.pdf", "contentType": "application/pdf", "contentLength": 3})).await;
    let resume = uploaded(server, "CandidateResume", "resume.pdf", b"%PDF").await;
    call("candidate.uploadResume", json!({"candidateId": candidate, "resumeHandle": resume})).await;
    let file = uploaded(server, "CandidateFiles", "letter.pdf", b"%PDF").await;
    call("candidate.uploadFile", json!({"candidateId": candidate, "fileHandle": file})).await;

    let application =
        call("application.create", json!({"candidateId": candidate, "jobId": job["id"], "sourceId": source}))
            .await["id"]
            .clone();
    call("application.update", json!({"applicationId": application, "creditedToUserId": user})).await;
    for operation in ["application.changeSource", "application.change_source"] {
        call(operation, json!({"applicationId": application, "sourceId": source})).await;
    }
    let stages =
        things.list("interviewStage.list", json!({"interviewPlanId": job["defaultInterviewPlanId"]}));
    let stage =
        |name: &str| stages.iter().find(|stage| stage["type"] == name).expect("there is one")["id"].clone();
    for operation in ["application.changeStage", "application.change_stage"] {
        call(operation, json!({"applicationId": application, "interviewStageId": stage("Active")})).await;
    }
    call("application.transfer", json!({"applicationId": application, "jobId": job["id"], "interviewPlanId": job["defaultInterviewPlanId"], "interviewStageId": stage("Offer")})).await;
    call("application.updateHistory", json!({"applicationId": application, "applicationHistory": [{"stageId": stage("Active"), "stageNumber": 0, "enteredStageAt": at}]})).await;
    let member = json!({"applicationId": application, "teamMemberId": user, "roleId": role});
    for operation in [
        "application.addHiringTeamMember",
        "application.removeHiringTeamMember",
        "hiringTeam.addMember",
        "hiringTeam.removeMember",
    ] {
        call(operation, member.clone()).await;
    }
    let form = things.first("feedbackFormDefinition.list");
    call("applicationFeedback.submit", json!({"applicationId": application, "formDefinitionId": form, "feedbackForm": {"fieldSubmissions": [{"path": "strengths", "value": "Many"}]}})).await;
    let posting = things.some("jobPosting.list", |posting| posting["jobId"] == job["id"])["id"].clone();
    call("applicationForm.submit", json!({"jobPostingId": posting, "applicationForm": {"fieldSubmissions": [{"path": "_systemfield_name", "value": "Ola Brandt"}, {"path": "_systemfield_email", "value": "ola@example.com"}]}})).await;
    let referrals = post(server, "referralForm.info", &json!({})).await.json()["results"]["id"].clone();
    call("referral.create", json!({"id": referrals, "creditedToUserId": user, "fieldSubmissions": [{"path": "_systemfield_name", "value": "Kim Sato"}]})).await;
    let value = json!({"identifier": "score", "label": "Score", "type": "numeric_score", "value": 7});
    // A result comes with a status and an address.
    let update = json!({
        "assessment_id": candidate, "timestamp": 1_793_523_600_000_i64,
        "assessment_result": value, "assessment_status": value, "assessment_profile_url": value,
    });
    call("assessment.update", update).await;
    call("assessment.addCompletedToCandidate", json!({"candidateId": candidate, "partnerId": user, "timestamp": 1_793_523_600_000_i64, "assessment": {
        "assessmentTypeId": user, "assessmentId": user, "assessmentName": "Logic", "result": value, "metadata": [],
    }})).await;

    let interview = things.first("interview.list");
    let event = json!({"startTime": at, "endTime": "2026-11-20T11:00:00.000Z", "interviewers": [{"email": email}], "interviewId": interview});
    let schedule =
        call("interviewSchedule.create", json!({"applicationId": application, "interviewEvents": [event]}))
            .await["id"]
            .clone();
    call("interviewSchedule.update", json!({"interviewScheduleId": schedule, "interviewEvent": event})).await;
    call("interviewSchedule.cancel", json!({"id": schedule})).await;
    call(
        "applicationFeedbackRequest.create",
        json!({"applicationId": application, "interviewId": interview, "interviewerUserId": user}),
    )
    .await;
    let pool = call("interviewerPool.create", json!({"title": "Night shift"})).await["id"].clone();
    call("interviewerPool.update", json!({"interviewerPoolId": pool, "title": "Day shift"})).await;
    for operation in ["interviewerPool.addUser", "interviewerPool.removeUser"] {
        call(operation, json!({"interviewerPoolId": pool, "userId": user})).await;
    }
    for operation in ["interviewerPool.archive", "interviewerPool.restore"] {
        call(operation, json!({"interviewerPoolId": pool})).await;
    }
    call("user.updateInterviewerSettings", json!({"userId": user, "dailyLimit": 3, "weeklyLimit": null}))
        .await;
    let pause =
        call("user.createInterviewerPause", json!({"userId": user, "startsAt": at})).await["id"].clone();
    call("user.deleteInterviewerPause", json!({"interviewerPauseId": pause})).await;

    let (department, location) = (things.first("department.list"), things.first("location.list"));
    let made = call(
        "job.create",
        json!({"title": "Lighthouse keeper", "teamId": department, "locationId": location}),
    )
    .await["id"]
        .clone();
    call("job.update", json!({"jobId": made, "title": "Senior lighthouse keeper"})).await;
    call("job.setStatus", json!({"jobId": made, "status": "Open"})).await;
    let tiers = json!([{"title": "Base", "components": [{"compensationType": "Salary", "interval": "1 YEAR", "currencyCode": "EUR", "minValue": 50_000, "maxValue": 60_000}]}]);
    call("job.updateCompensation", json!({"jobId": made, "compensationTiers": tiers})).await;
    call("jobPosting.update", json!({"jobPostingId": posting, "title": "Keeper", "description": {"type": "text/html", "content": "<p>Keep the light.</p>"}})).await;
    call("jobPosting.updateCompensation", json!({"jobPostingId": posting, "compensationTiers": tiers})).await;
    call("job.updateCompensationSettings", json!({"jobId": made})).await;
    call("jobPosting.updateCompensationSettings", json!({"jobPostingId": posting})).await;
    let note = things.field("Job", "String");
    call(
        "jobPosting.setCustomFieldValue",
        json!({"jobPostingId": posting, "fieldId": note, "fieldValue": "Sea"}),
    )
    .await;
    let cleared = json!([{"fieldId": note, "fieldValue": null}]);
    call("jobPosting.setCustomFieldValues", json!({"jobPostingId": posting, "values": cleared})).await;
    call("jobPosting.setStatus", json!({"jobPostingId": posting, "status": "Published"})).await;
    let opening =
        call("opening.create", json!({"identifier": "REQ-9", "jobIds": [made], "openingState": "Open"}))
            .await["id"]
            .clone();
    call("opening.update", json!({"openingId": opening, "description": "For the north coast"})).await;
    for operation in ["opening.removeJob", "opening.addJob"] {
        call(operation, json!({"openingId": opening, "jobId": made})).await;
    }
    for operation in ["opening.addLocation", "opening.removeLocation"] {
        call(operation, json!({"openingId": opening, "locationId": location})).await;
    }
    call("opening.setArchived", json!({"openingId": opening, "archive": false})).await;

    let process = call("offerProcess.start", json!({"applicationId": application})).await["id"].clone();
    let offer_form = call("offer.start", json!({"offerProcessId": process})).await["id"].clone();
    let answers = json!({"fieldSubmissions": [{"path": "openingId", "value": opening}]});
    let offer = call(
        "offer.create",
        json!({"offerProcessId": process, "offerFormId": offer_form, "offerForm": answers}),
    )
    .await["id"]
        .clone();
    let version = call("offer.update", json!({"offerId": offer, "offerForm": {"fieldSubmissions": [{"path": "startDate", "value": "2027-01-01"}]}})).await["latestVersion"]["id"].clone();
    let step = json!([{"approvalsRequired": 1, "approvers": [{"userId": user, "type": "user"}]}]);
    call(
        "approvalDefinition.update",
        json!({"entityType": "offer", "entityId": version, "approvalStepDefinitions": step}),
    )
    .await;
    for operation in ["offer.startApprovalProcess", "offer.approve"] {
        call(operation, json!({"offerVersionId": version})).await;
    }
    call("offer.setStatus", json!({"offerId": offer, "acceptanceStatus": "Accepted"})).await;
    call("offer.setDecidedAt", json!({"offerId": offer, "decidedAt": at})).await;
    call("candidate.pushToHris", json!({"applicationId": application, "externalSystem": "bob"})).await;
    call("opening.setOpeningState", json!({"openingId": opening, "openingState": "Closed"})).await;

    let made = call("department.create", json!({"name": "Coast"})).await["id"].clone();
    call("department.update", json!({"departmentId": made, "externalName": "The coast"})).await;
    call("department.move", json!({"departmentId": made, "parentId": department})).await;
    for operation in ["department.archive", "department.restore"] {
        call(operation, json!({"departmentId": made})).await;
    }
    let made = call("location.create", json!({"name": "Cape", "type": "Location", "address": {"postalAddress": {"addressCountry": "Portugal"}}})).await["id"].clone();
    let region = things.list("location.list", json!({"includeLocationHierarchy": true}))[0]["id"].clone();
    call("location.move", json!({"locationId": made, "parentLocationHierarchyId": region})).await;
    call(
        "location.updateAddress",
        json!({"locationId": made, "address": {"postalAddress": {"addressLocality": "Sagres"}}}),
    )
    .await;
    call("location.updateName", json!({"locationId": made, "name": "South cape"})).await;
    call("location.updateExternalName", json!({"locationId": made, "externalName": "The cape"})).await;
    call("location.updateWorkplaceType", json!({"locationId": made, "workplaceType": "OnSite"})).await;
    for operation in ["location.archive", "location.restore"] {
        call(operation, json!({"locationId": made})).await;
    }
    let hook = call("webhook.create", json!({"webhookType": "offerCreate", "requestUrl": "https://hooks.example.com/1", "secretToken": "s"})).await["id"].clone();
    call("webhook.update", json!({"webhookId": hook, "enabled": false})).await;
    call("webhook.delete", json!({"webhookId": hook})).await;

    let made = call("candidateTag.create", json!({"title": "Lighthouse"})).await["id"].clone();
    call("candidateTag.archive", json!({"tagId": made})).await;
    let choices = json!([{"label": "Day", "value": "day"}, {"label": "Night", "value": "night"}]);
    let field = call("customField.create", json!({"title": "Shift", "fieldType": "ValueSelect", "objectType": "Application", "selectableValues": choices})).await["id"].clone();
    call("customField.updateSelectableValues", json!({"customFieldId": field, "selectableValues": choices}))
        .await;
    call("customField.setValue", json!({"objectId": application, "objectType": "Application", "fieldId": field, "fieldValue": "night"})).await;
    let years = things.field("Candidate", "Number");
    call("customField.setValues", json!({"objectId": candidate, "objectType": "Candidate", "values": [{"fieldId": years, "fieldValue": 4}]})).await;
    let number = things.field("Employee", "String");
    call("user.setCustomFieldValue", json!({"userId": user, "fieldId": number, "fieldValue": "E-1"})).await;
    call(
        "user.setCustomFieldValues",
        json!({"userId": user, "values": [{"fieldId": number, "fieldValue": "E-2"}]}),
    )
    .await;
    let survey = things.some("surveyFormDefinition.list", |form| form["surveyType"] == "CandidateExperience")
        ["id"]
        .clone();
    let about =
        json!({"candidateId": candidate, "applicationId": application, "surveyFormDefinitionId": survey});
    call("surveyRequest.create", about.clone()).await;
    let mut submission = about;
    submission["submittedValues"] = json!({"recommend": "5"});
    call("surveySubmission.create", submission).await;

    let made = call("project.create", json!({"title": "Keepers"})).await["id"].clone();
    call("project.update", json!({"projectId": made, "description": "People who like the sea"})).await;
    for operation in ["project.archive", "project.restore"] {
        call(operation, json!({"projectId": made})).await;
    }
    let theme = things.field("Talent_Project", "String");
    call("project.setCustomFieldValue", json!({"projectId": made, "fieldId": theme, "fieldValue": "Sea"}))
        .await;
    call(
        "project.setCustomFieldValues",
        json!({"projectId": made, "values": [{"fieldId": theme, "fieldValue": null}]}),
    )
    .await;
    let template = things.first("sequenceTemplate.list");
    let add = |start: bool| json!({"sequenceTemplateId": template, "candidateId": candidate, "start": start});
    let sequence = call("sequence.add", add(false)).await;
    call(
        "sequence.updateStage",
        json!({"sequenceId": sequence["id"], "stageId": sequence["stages"][0]["id"], "subject": "The sea"}),
    )
    .await;
    call("sequence.start", json!({"sequenceId": sequence["id"]})).await;
    call("sequence.cancel", json!({"sequenceId": sequence["id"]})).await;
    let sequence = call("sequence.add", add(false)).await["id"].clone();
    call("sequence.discard", json!({"sequenceId": sequence})).await;

    // Only one without an application under way.
    let person = call("candidate.create", json!({"name": "Noor Haddad"})).await["id"].clone();
    call("candidate.anonymize", json!({"candidateId": person})).await;
    call("application.delete", json!({"applicationId": application})).await;
}
