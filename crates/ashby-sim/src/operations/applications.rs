//! Writes of applications: moves, hiring teams, feedback, forms, referrals, assessments.

use serde_json::{Map, Value, json};

use super::build::*;
use super::candidates::{add_file, main_contact, make};
use super::{Effect, Form, Operation, Parameter};
use crate::check::Refusal;
use crate::edit::{lay_over, status_in};
use crate::kind::Kind;
use crate::writing::{Writing, assign};

/// Submissions from this address fail, as Ashby's documentation has it for tests.
const FAILING_ADDRESS: &str = "testing-fail-validation@example.com";
/// Submissions from this address are blocked: no application comes of them.
const BLOCKED_ADDRESS: &str = "testing-blocked@example.com";
/// The part of an application that its form submission has, and the one of a blocked submission.
pub(crate) const SUBMISSION_PART: u32 = 60;
pub(crate) const BLOCKED_PART: u32 = 61;

const HISTORY: Form = Form::Each(&Form::Object(&[
    needs("stageId", Form::Uuid),
    needs("stageNumber", Form::Integer),
    needs("enteredStageAt", Form::Instant),
    member("applicationHistoryId", Form::Uuid),
    member("archiveReasonId", Form::Uuid),
]));
const STAGE_CHANGE: &[Parameter] = &[
    names("applicationId", Kind::Application),
    names("interviewStageId", Kind::InterviewStage),
    optional("archiveReasonId", Form::Uuid, Effect::Names(Kind::ArchiveReason)),
    may(
        "archiveEmail",
        Form::Object(&[needs("communicationTemplateId", Form::Uuid), member("sendAt", Form::Instant)]),
    ),
];
const SOURCE_CHANGE: &[Parameter] = &[
    names("applicationId", Kind::Application),
    needed(optional("sourceId", Form::OrNull(&Form::Uuid), Effect::Embeds("/source", Kind::Source))),
];
const TEAM_MEMBER: &[Parameter] = &[
    names("applicationId", Kind::Application),
    names("teamMemberId", Kind::User),
    needed(may("roleId", Form::Uuid)),
];
const VALUE_OF_ASSESSMENT: Form = Form::Object(&[
    needs("identifier", Form::Text),
    needs("label", Form::Text),
    member("description", Form::Text),
    needs(
        "type",
        Form::Choice(&["numeric_score", "numeric_duration_minutes", "url", "string", "boolean_success"]),
    ),
    needs("value", Form::Any),
]);

pub(super) const WRITES: &[Operation] = &[
    write(
        "application.create",
        CANDIDATES_WRITE,
        act(create_application),
        &[
            names("candidateId", Kind::Candidate),
            names("jobId", Kind::Job),
            optional("interviewPlanId", Form::Uuid, Effect::Names(Kind::InterviewPlan)),
            optional("interviewStageId", Form::Uuid, Effect::Names(Kind::InterviewStage)),
            embeds("sourceId", "/source", Kind::Source),
            embeds("creditedToUserId", "/creditedToUser", Kind::User),
            sets("createdAt", Form::Instant, "/createdAt"),
            may("applicationHistory", HISTORY),
        ],
    ),
    write(
        "application.update",
        CANDIDATES_WRITE,
        update(Kind::Application, "applicationId", &[]),
        &[
            names("applicationId", Kind::Application),
            embeds("sourceId", "/source", Kind::Source),
            optional(
                "creditedToUserId",
                Form::OrNull(&Form::Uuid),
                Effect::Embeds("/creditedToUser", Kind::User),
            ),
            sets("createdAt", Form::Instant, "/createdAt"),
            may("sendNotifications", Form::Flag),
        ],
    ),
    write("application.changeSource", CANDIDATES_WRITE, CHANGE_SOURCE, SOURCE_CHANGE),
    write("application.change_source", CANDIDATES_WRITE, CHANGE_SOURCE, SOURCE_CHANGE),
    write("application.changeStage", CANDIDATES_WRITE, act(change_stage), STAGE_CHANGE),
    write("application.change_stage", CANDIDATES_WRITE, act(change_stage), STAGE_CHANGE),
    write(
        "application.transfer",
        CANDIDATES_WRITE,
        act(transfer),
        &[
            names("applicationId", Kind::Application),
            names("jobId", Kind::Job),
            names("interviewPlanId", Kind::InterviewPlan),
            names("interviewStageId", Kind::InterviewStage),
            may("startAutomaticActivities", Form::Flag),
        ],
    ),
    write(
        "application.updateHistory",
        CANDIDATES_WRITE,
        act(update_history),
        &[names("applicationId", Kind::Application), needed(may("applicationHistory", HISTORY))],
    ),
    write(
        "application.addHiringTeamMember",
        CANDIDATES_WRITE,
        act(|writing| super::organisation::change_team(writing, true)),
        TEAM_MEMBER,
    ),
    write(
        "application.removeHiringTeamMember",
        CANDIDATES_WRITE,
        act(|writing| super::organisation::change_team(writing, false)),
        TEAM_MEMBER,
    ),
    write(
        "application.delete",
        "candidates:delete",
        super::Change::Delete { kind: Kind::Application, id: "applicationId", shown: "applicationId" },
        &[names("applicationId", Kind::Application)],
    ),
    write(
        "applicationFeedback.submit",
        CANDIDATES_WRITE,
        act(submit_feedback),
        &[
            names("applicationId", Kind::Application),
            names("formDefinitionId", Kind::FeedbackForm),
            needed(may("feedbackForm", FORM_ANSWERS)),
            optional("userId", Form::Uuid, Effect::Names(Kind::User)),
            may("interviewEventId", Form::Uuid),
        ],
    ),
    write(
        "applicationForm.submit",
        CANDIDATES_WRITE,
        act(submit_application),
        &[
            names("jobPostingId", Kind::JobPosting),
            needed(may("applicationForm", FORM_ANSWERS)),
            may("utmData", Form::OrNull(&Form::Map)),
            optional("tagIds", Form::Each(&Form::Uuid), Effect::Names(Kind::CandidateTag)),
            may("allowSubmissionForUnpublishedJobPosting", Form::Flag),
        ],
    ),
    write(
        "referral.create",
        CANDIDATES_WRITE,
        act(refer),
        &[
            names("id", Kind::ReferralForm),
            needed(embeds("creditedToUserId", "/creditedToUser", Kind::User)),
            needed(may("fieldSubmissions", FIELD_SUBMISSIONS)),
            sets("createdAt", Form::Instant, "/createdAt"),
        ],
    ),
    write(
        "assessment.update",
        CANDIDATES_WRITE,
        act(|writing| Ok(json!({"assessment_id": writing.value("assessment_id")}))),
        &[
            needed(may("assessment_id", Form::Uuid)),
            needed(may("timestamp", Form::Integer)),
            may("assessment_status", VALUE_OF_ASSESSMENT),
            may("assessment_profile_url", VALUE_OF_ASSESSMENT),
            may("assessment_result", VALUE_OF_ASSESSMENT),
            may("cancelled_reason", VALUE_OF_ASSESSMENT),
            may("metadata", Form::Each(&VALUE_OF_ASSESSMENT)),
        ],
    ),
    write(
        "assessment.addCompletedToCandidate",
        CANDIDATES_WRITE,
        act(add_assessment),
        &[
            names("candidateId", Kind::Candidate),
            needed(may("partnerId", Form::Uuid)),
            needed(may(
                "assessment",
                Form::Object(&[
                    needs("assessmentTypeId", Form::Uuid),
                    needs("assessmentId", Form::Uuid),
                    needs("assessmentName", Form::Text),
                    needs("result", VALUE_OF_ASSESSMENT),
                    needs("metadata", Form::Each(&VALUE_OF_ASSESSMENT)),
                ]),
            )),
            needed(may("timestamp", Form::Integer)),
        ],
    ),
];

const CHANGE_SOURCE: super::Change = update(Kind::Application, "applicationId", &[]);

/// Where an application begins, or goes to: a job, and a stage of one of its plans.
struct Destination {
    job: u32,
    stage: u32,
}

/// Where an application begins that somebody at the organisation makes of a candidate …
const LEAD: &str = "Lead";
/// … and one that somebody has asked for.
const REVIEW: &str = "PreInterviewScreen";

/// The stage that a request names, or the first of the type `first`.
fn destination(writing: &Writing<'_, '_>, job: u32, first: &str) -> Result<Destination, Refusal> {
    let view = writing.editor.view();
    let default = view.record(Kind::Job, job).remove("defaultInterviewPlanId").unwrap_or_default();
    let plan = match writing.named_if_given(Kind::InterviewPlan, "interviewPlanId")? {
        Some(plan) => plan,
        None => writing.find(Kind::InterviewPlan, &default)?,
    };
    let stages = view.children(Kind::InterviewStage, plan);
    let wanted = writing.named_if_given(Kind::InterviewStage, "interviewStageId")?;
    let first_of_type = stages
        .iter()
        .copied()
        .find(|&stage| view.record(Kind::InterviewStage, stage).get("type") == Some(&json!(first)));
    let stage = wanted.or(first_of_type).filter(|stage| stages.contains(stage));
    let missing = || Refusal::new(Kind::InterviewStage.not_found(), "The plan has no such interview stage");
    Ok(Destination { job, stage: stage.ok_or_else(missing)? })
}

/// The members of an application that its job and stage determine.
fn members_at(writing: &Writing<'_, '_>, Destination { job, stage }: &Destination) -> Map<String, Value> {
    let job = writing.record(Kind::Job, *job);
    let stage = writing.record(Kind::InterviewStage, *stage);
    let embed: Map<String, Value> = ["id", "title", "locationId", "departmentId"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), job.get(name)?.clone())))
        .collect();
    Map::from_iter([
        ("status".to_owned(), json!(status_in(&stage))),
        ("job".to_owned(), json!(embed)),
        ("hiringTeam".to_owned(), job.get("hiringTeam").cloned().unwrap_or_else(|| json!([]))),
        ("currentInterviewStage".to_owned(), json!(stage)),
        ("archiveReason".to_owned(), Value::Null),
        ("archivedAt".to_owned(), Value::Null),
    ])
}

/// An entry of an application's history.
fn entry(stage: &Map<String, Value>, id: &str, entered_at: &Value, number: &Value) -> Value {
    json!({
        "id": id, "stageId": stage.get("id"), "title": stage.get("title"), "enteredStageAt": entered_at,
        "stageNumber": number, "allowedActions": ["delete", "set_entered_at"],
    })
}

/// Makes an application of a candidate, with these members on top.
fn apply(
    writing: &mut Writing<'_, '_>,
    candidate: u32,
    destination: &Destination,
    mut members: Map<String, Value>,
) -> u32 {
    let mut all = members_at(writing, destination);
    let absent = [
        "appliedViaJobPostingId",
        "submitterClientIp",
        "submitterUserAgent",
        "creditedToUser",
        "customFields",
    ];
    all.extend(absent.map(|name| (name.to_owned(), Value::Null)));
    all.insert("customFields".to_owned(), json!([]));
    let resume = writing.record(Kind::Candidate, candidate).remove("resumeFileHandle");
    let now = json!(writing.editor.now());
    let entered_at = members.get("createdAt").unwrap_or(&now);
    let stage = writing.record(Kind::InterviewStage, destination.stage);
    let number = writing.editor.view().world.stage_number(0, &stage);
    let first = entry(&stage, &writing.editor.new_part(Kind::Application, candidate), entered_at, &number);
    all.append(&mut members);
    writing.editor.create_with(Kind::Application, Some(candidate), |document| {
        document.detail = Map::from_iter([
            ("applicationHistory".to_owned(), json!([first])),
            ("applicationFormSubmissions".to_owned(), json!([])),
            ("referrals".to_owned(), json!([])),
        ]);
        if let Some(resume) = resume {
            document.detail.insert("resumeFileHandle".to_owned(), resume);
        }
        lay_over(document, &all);
    })
}

fn create_application(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let candidate = writing.named(Kind::Candidate, "candidateId")?;
    let destination = destination(writing, writing.named(Kind::Job, "jobId")?, LEAD)?;
    let history = history(writing, candidate)?;
    let given = writing.assignments(&[]).into_iter();
    let members = given.map(|(path, value)| (path[1..].to_owned(), value)).collect();
    let application = apply(writing, candidate, &destination, members);
    if let Some(history) = history {
        writing.editor.change(Kind::Application, application, |document| {
            document.detail.insert("applicationHistory".to_owned(), history);
        });
    }
    Ok(writing.show(Kind::Application, application))
}

/// The history that a request gives, as applications show it.
fn history(writing: &Writing<'_, '_>, subject: u32) -> Result<Option<Value>, Refusal> {
    let Some(given) = writing.value("applicationHistory").as_array() else { return Ok(None) };
    let mut entries: Vec<Value> = Vec::new();
    for (part, item) in (1_u32..).zip(given) {
        let stage =
            writing.record(Kind::InterviewStage, writing.find(Kind::InterviewStage, &item["stageId"])?);
        let ids = writing.editor.view().world.ids;
        let id = match item["applicationHistoryId"].as_str() {
            Some(id) => id.to_owned(),
            None => ids.part(Kind::Application, subject, (1 << 20) + part),
        };
        if let Some(last) = entries.last_mut() {
            last["leftStageAt"] = item["enteredStageAt"].clone();
        }
        let number = writing.editor.view().world.stage_number(entries.len(), &stage);
        entries.push(entry(&stage, &id, &item["enteredStageAt"], &number));
    }
    Ok(Some(json!(entries)))
}

fn change_stage(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let application = writing.named(Kind::Application, "applicationId")?;
    let stage = writing.named(Kind::InterviewStage, "interviewStageId")?;
    let reason = writing.named_if_given(Kind::ArchiveReason, "archiveReasonId")?;
    if let Some(template) = writing.value("archiveEmail").get("communicationTemplateId") {
        writing.find(Kind::CommunicationTemplate, template)?;
    }
    let plan = writing.editor.view().parent(Kind::InterviewStage, stage);
    let current = writing.record(Kind::Application, application).remove("currentInterviewStage");
    let current = writing.find(Kind::InterviewStage, &current.unwrap_or_default()["id"])?;
    if writing.editor.view().parent(Kind::InterviewStage, current) != plan {
        return Err(Refusal::new(
            Kind::InterviewStage.not_found(),
            "The stage is not in the application's interview plan",
        ));
    }
    let archives = status_in(&writing.record(Kind::InterviewStage, stage)) == "Archived";
    if archives && reason.is_none() {
        return Err(Refusal::input("archiveReasonId is required to archive an application"));
    }
    writing.editor.move_stage(application, stage, reason);
    Ok(writing.show(Kind::Application, application))
}

fn transfer(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let application = writing.named(Kind::Application, "applicationId")?;
    let destination = destination(writing, writing.named(Kind::Job, "jobId")?, REVIEW)?;
    let members = members_at(writing, &destination);
    // The move writes the history; the job and its team come on top.
    writing.editor.move_stage(application, destination.stage, None);
    writing.editor.change(Kind::Application, application, |document| lay_over(document, &members));
    Ok(writing.show(Kind::Application, application))
}

fn update_history(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let application = writing.named(Kind::Application, "applicationId")?;
    let history = history(writing, application)?.unwrap_or_default();
    writing.editor.change(Kind::Application, application, |document| {
        document.detail.insert("applicationHistory".to_owned(), history);
    });
    Ok(writing.show(Kind::Application, application))
}

fn submit_feedback(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let application = writing.named(Kind::Application, "applicationId")?;
    let form = writing.record(Kind::FeedbackForm, writing.named(Kind::FeedbackForm, "formDefinitionId")?);
    let author = writing.named_if_given(Kind::User, "userId")?.or(writing.actor);
    let event = super::interviews::event_named(writing, "interviewEventId")?;
    let definition = form.get("formDefinition").cloned().unwrap_or_default();
    let answers = Writing::answers(writing.value("feedbackForm"));
    let user = author.map(|user| writing.record(Kind::User, user));
    let members = Map::from_iter([
        ("formDefinition".to_owned(), definition.clone()),
        ("feedbackFormDefinitionId".to_owned(), form.get("id").cloned().unwrap_or_default()),
        ("submittedValues".to_owned(), json!(answers)),
        ("applicationId".to_owned(), writing.value("applicationId").clone()),
        ("interviewEventId".to_owned(), writing.value("interviewEventId").clone()),
    ]);
    let index = writing.editor.create_with(Kind::Feedback, Some(application), |document| {
        lay_over(document, &members);
        if let Some(user) = user {
            document.record.insert("submittedByUser".to_owned(), json!(user));
        }
    });
    if let Some((schedule, position)) = event {
        writing.editor.change(Kind::InterviewSchedule, schedule, |document| {
            document.record["interviewEvents"][position]["hasSubmittedFeedback"] = json!(true);
        });
    }
    let id = writing.editor.id(Kind::Feedback, index);
    Ok(json!({"submittedFormInstance": {"id": id, "formDefinition": definition, "submittedValues": answers}}))
}

/// The members of a candidate that a form's answers name.
fn applicant(answers: &Map<String, Value>) -> Map<String, Value> {
    let answer = |path: &str| answers.get(path).filter(|answer| answer.is_string());
    let name = answer("_systemfield_name").cloned().unwrap_or_else(|| json!("Unnamed applicant"));
    let mut members = Map::from_iter([("name".to_owned(), name)]);
    for (path, names) in [
        ("_systemfield_email", ["primaryEmailAddress", "emailAddresses"]),
        ("_systemfield_phone", ["primaryPhoneNumber", "phoneNumbers"]),
    ] {
        if let Some(value) = answer(path) {
            members.extend(main_contact(names, value, None));
        }
    }
    members
}

fn submit_application(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let posting = writing.named(Kind::JobPosting, "jobPostingId")?;
    let posting = writing.editor.view().document(Kind::JobPosting, posting);
    let published = posting.record.get("status") == Some(&json!("Published"));
    if *writing.value("allowSubmissionForUnpublishedJobPosting") == json!(false) && !published {
        return Err(Refusal::new("job_posting_not_published", "The job posting is not published"));
    }
    let answers = Writing::answers(writing.value("applicationForm"));
    let email = answers.get("_systemfield_email").and_then(Value::as_str).unwrap_or_default();
    if email == FAILING_ADDRESS || !answers.contains_key("_systemfield_name") {
        return Err(Refusal::input("applicationForm: a required field is missing or an answer is not valid"));
    }
    let definition = posting.detail.get("applicationFormDefinition").cloned().unwrap_or_default();
    let instance = |id: String| json!({"id": id, "formDefinition": definition, "submittedValues": answers});
    let ids = writing.editor.view().world.ids;
    if email == BLOCKED_ADDRESS {
        return Ok(json!({
            "submittedFormInstance": instance(ids.part(Kind::Application, u32::MAX, BLOCKED_PART)),
            "formMessages": {"blocked": true, "blockMessageForCandidateHtml": "<p>You have applied recently.</p>"},
        }));
    }
    let job = writing.find(Kind::Job, posting.record.get("jobId").unwrap_or(&Value::Null))?;
    let destination = destination(writing, job, REVIEW)?;
    let resume = answers.get("_systemfield_resume").and_then(Value::as_str).map(|handle| {
        let contexts = ["ApplicationForm", "CandidateResume"];
        writing.editor.files().attach(ids, handle, &contexts).ok_or_else(|| {
            Refusal::input("applicationForm: the resume's handle is not one, or nothing was uploaded for it")
        })
    });
    let resume = resume.transpose()?;
    let tags: Vec<Map<String, Value>> = match writing.value("tagIds") {
        Value::Array(tags) => tags
            .iter()
            .map(|tag| Ok(writing.record(Kind::CandidateTag, writing.find(Kind::CandidateTag, tag)?)))
            .collect::<Result<_, Refusal>>()?,
        _ => Vec::new(),
    };
    let mut members = applicant(&answers);
    members.insert("tags".to_owned(), json!(tags));
    let candidate = make(writing, members);
    if let Some(resume) = resume {
        add_file(writing, candidate, resume, true);
    }
    let via = Map::from_iter([("appliedViaJobPostingId".to_owned(), writing.value("jobPostingId").clone())]);
    let application = apply(writing, candidate, &destination, via);
    let submission = instance(ids.part(Kind::Application, application, SUBMISSION_PART));
    writing.editor.change(Kind::Application, application, |document| {
        document.detail.insert("applicationFormSubmissions".to_owned(), json!([submission]));
    });
    Ok(json!({"submittedFormInstance": submission, "formMessages": {"blocked": false}}))
}

fn refer(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let answers = Writing::answers(&json!({"fieldSubmissions": writing.value("fieldSubmissions")}));
    if !answers.get("_systemfield_name").is_some_and(Value::is_string) {
        return Err(Refusal::input(
            "fieldSubmissions: a required field is missing or an answer is not valid",
        ));
    }
    let view = writing.editor.view();
    let is_open = |&job: &u32| view.record(Kind::Job, job).get("status") == Some(&json!("Open"));
    // As it is chosen in a form, {title, value: its id}.
    let chosen = answers.get("_systemfield_job").map(|chosen| chosen.get("value").unwrap_or(chosen));
    let job = match chosen {
        Some(id) => Some(writing.find(Kind::Job, id)?).filter(is_open),
        None => view.indices(Kind::Job, 0).find(is_open),
    };
    let job = job.ok_or_else(|| Refusal::input("Referrals are for open jobs only"))?;
    let destination = destination(writing, job, REVIEW)?;
    let candidate = make(writing, applicant(&answers));
    let assignments = writing.assignments(&[]);
    let application = apply(writing, candidate, &destination, Map::new());
    let user = writing.record(Kind::User, writing.named(Kind::User, "creditedToUserId")?);
    let referral = json!([{"user": user, "referredAt": writing.editor.now()}]);
    writing.editor.change(Kind::Application, application, |document| {
        assign(document, assignments);
        document.detail.insert("referrals".to_owned(), referral);
    });
    Ok(writing.show(Kind::Application, application))
}

fn add_assessment(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let candidate = writing.named(Kind::Candidate, "candidateId")?;
    writing.editor.change(Kind::Candidate, candidate, |_| {});
    let mut assessment = writing.value("assessment").clone();
    assessment["candidateId"] = writing.value("candidateId").clone();
    Ok(assessment)
}
