//! Writes around interviews: schedules, requests for feedback, interviewer pools, interviewers' settings.

use serde_json::{Map, Value, json};

use super::build::*;
use super::{Effect, Form, Operation};
use crate::check::Refusal;
use crate::kind::Kind;
use crate::world::Document;
use crate::writing::Writing;

const INTERVIEWERS: Form =
    Form::Each(&Form::Object(&[needs("email", Form::Text), member("feedbackRequired", Form::Flag)]));
const EVENT_CHANGE: Form = Form::Object(&[
    member("interviewEventId", Form::Uuid),
    needs("startTime", Form::Instant),
    needs("endTime", Form::Instant),
    needs("interviewers", INTERVIEWERS),
    member("interviewId", Form::Uuid),
    member("extraData", Form::Map),
]);
const LIMIT: Form = Form::OrNull(&Form::Integer);

pub(super) const WRITES: &[Operation] = &[
    write(
        "interviewSchedule.create",
        INTERVIEWS_WRITE,
        act(create_schedule),
        &[
            names("applicationId", Kind::Application),
            needed(may(
                "interviewEvents",
                Form::Each(&Form::Object(&[
                    needs("startTime", Form::Instant),
                    needs("endTime", Form::Instant),
                    needs("interviewers", INTERVIEWERS),
                    member("interviewId", Form::Uuid),
                    member("extraData", Form::Map),
                ])),
            )),
        ],
    ),
    write(
        "interviewSchedule.update",
        INTERVIEWS_WRITE,
        act(update_schedule),
        &[
            names("interviewScheduleId", Kind::InterviewSchedule),
            one_of("interviewEvent", Form::Either(&EVENT_CHANGE, &Form::Each(&EVENT_CHANGE)), Effect::None),
            one_of(
                "interviewEventIdToCancel",
                Form::Either(&Form::Uuid, &Form::Each(&Form::Uuid)),
                Effect::None,
            ),
            may("allowFeedbackDeletion", Form::Flag),
        ],
    ),
    write(
        "interviewSchedule.cancel",
        INTERVIEWS_WRITE,
        act(cancel_schedule),
        &[names("id", Kind::InterviewSchedule), may("allowReschedule", Form::Flag)],
    ),
    write(
        "applicationFeedbackRequest.create",
        CANDIDATES_WRITE,
        act(request_feedback),
        &[
            names("applicationId", Kind::Application),
            names("interviewId", Kind::Interview),
            names("interviewerUserId", Kind::User),
        ],
    ),
    write(
        "interviewerPool.create",
        HIRING_PROCESS_WRITE,
        act(create_pool),
        &[
            needed(sets("title", Form::Text, "/title")),
            sets("requiresTraining", Form::Flag, "/trainingPath/enabled"),
        ],
    ),
    write(
        "interviewerPool.update",
        HIRING_PROCESS_WRITE,
        update(Kind::InterviewerPool, "interviewerPoolId", &[]),
        &[
            names("interviewerPoolId", Kind::InterviewerPool),
            sets("title", Form::Text, "/title"),
            sets("requiresTraining", Form::Flag, "/trainingPath/enabled"),
        ],
    ),
    write(
        "interviewerPool.archive",
        HIRING_PROCESS_WRITE,
        update(Kind::InterviewerPool, "interviewerPoolId", &[("/isArchived", "true")]),
        &[names("interviewerPoolId", Kind::InterviewerPool)],
    ),
    write(
        "interviewerPool.restore",
        HIRING_PROCESS_WRITE,
        update(Kind::InterviewerPool, "interviewerPoolId", &[("/isArchived", "false")]),
        &[names("interviewerPoolId", Kind::InterviewerPool)],
    ),
    write(
        "interviewerPool.addUser",
        HIRING_PROCESS_WRITE,
        act(|writing| change_pool(writing, true)),
        &[
            names("interviewerPoolId", Kind::InterviewerPool),
            names("userId", Kind::User),
            may("interviewerPoolTrainingPathStageId", Form::Uuid),
        ],
    ),
    write(
        "interviewerPool.removeUser",
        HIRING_PROCESS_WRITE,
        act(|writing| change_pool(writing, false)),
        &[names("interviewerPoolId", Kind::InterviewerPool), names("userId", Kind::User)],
    ),
    write(
        "user.updateInterviewerSettings",
        ORGANISATION_WRITE,
        act(update_settings),
        &[names("userId", Kind::User), may("dailyLimit", LIMIT), may("weeklyLimit", LIMIT)],
    ),
    write(
        "user.createInterviewerPause",
        ORGANISATION_WRITE,
        super::Change::Create {
            kind: Kind::InterviewerPause,
            parent: Some("userId"),
            with: &[("/endsAt", "null"), ("/comment", "null")],
        },
        &[
            needed(optional("userId", Form::Uuid, Effect::Refers("/userId", Kind::User))),
            sets("startsAt", Form::Instant, "/startsAt"),
            sets("endsAt", Form::Instant, "/endsAt"),
            sets("comment", Form::Text, "/comment"),
        ],
    ),
    write(
        "user.deleteInterviewerPause",
        ORGANISATION_WRITE,
        super::Change::Delete { kind: Kind::InterviewerPause, id: "interviewerPauseId", shown: "id" },
        &[names("interviewerPauseId", Kind::InterviewerPause)],
    ),
];

/// Finds the event that a parameter names: its schedule, and its position there.
pub(super) fn event_named(
    writing: &Writing<'_, '_>,
    parameter: &str,
) -> Result<Option<(u32, usize)>, Refusal> {
    let Some(id) = writing.text(parameter) else { return Ok(None) };
    let view = writing.editor.view();
    let schedule = view.world.ids.read_part(id).filter(|(kind, ..)| *kind == Kind::InterviewSchedule);
    let missing = || Refusal::new("interview_event_not_found", "No such interview event");
    let schedule = writing.find(
        Kind::InterviewSchedule,
        &json!(schedule.map(|(kind, index, _)| writing.editor.id(kind, index))),
    );
    let index = schedule.map_err(|_| missing())?;
    let position = position_of(&writing.record(Kind::InterviewSchedule, index), id).ok_or_else(missing)?;
    Ok(Some((index, position)))
}

fn position_of(schedule: &Map<String, Value>, event: &str) -> Option<usize> {
    schedule.get("interviewEvents")?.as_array()?.iter().position(|known| known["id"] == event)
}

/// Those whose addresses a request gives, as events show them.
fn interviewers(writing: &Writing<'_, '_>, given: &Value) -> Result<Vec<Value>, Refusal> {
    let view = writing.editor.view();
    let given = given.as_array().into_iter().flatten();
    given
        .map(|interviewer| {
            let user = view
                .indices(Kind::User, 0)
                .map(|user| view.record(Kind::User, user))
                .find(|user| user.get("email") == Some(&interviewer["email"]));
            let mut user =
                user.ok_or_else(|| Refusal::input("interviewers: no user has this e-mail address"))?;
            let required = interviewer["feedbackRequired"].as_bool().unwrap_or(false);
            user.insert("isFeedbackRequired".to_owned(), json!(required));
            user.insert("trainingRole".to_owned(), Value::Null);
            user.insert("interviewerPool".to_owned(), Value::Null);
            Ok(json!(user))
        })
        .collect()
}

/// Lays what a request says about an event over it.
fn lay_over_event(writing: &Writing<'_, '_>, event: &mut Value, given: &Value) -> Result<(), Refusal> {
    if let Some(interview) = given.get("interviewId") {
        writing.find(Kind::Interview, interview)?;
    }
    for name in ["startTime", "endTime", "interviewId", "extraData"] {
        if let Some(value) = given.get(name) {
            event[name] = value.clone();
        }
    }
    if let Some(people) = given.get("interviewers") {
        let people = interviewers(writing, people)?;
        event["interviewerUserIds"] = people.iter().map(|person| person["id"].clone()).collect();
        event["interviewers"] = json!(people);
    }
    let instant = |name: &str| event[name].as_str()?.parse::<jiff::Timestamp>().ok();
    if instant("startTime") >= instant("endTime") {
        return Err(Refusal::input("endTime must be after startTime"));
    }
    event["updatedAt"] = json!(writing.editor.now());
    Ok(())
}

/// An event of which nothing is known yet.
fn new_event(writing: &Writing<'_, '_>, schedule_id: &Value, id: &str) -> Value {
    let view = writing.editor.view();
    let interview =
        view.indices(Kind::Interview, 0).next().map(|index| writing.editor.id(Kind::Interview, index));
    let now = writing.editor.now();
    json!({
        "id": id, "interviewId": interview, "interviewScheduleId": schedule_id, "interviewerUserIds": [],
        "interviewers": [], "createdAt": now, "updatedAt": now,
        "feedbackLink": format!("https://app.ashbyhq.example.com/interview-briefings/{id}/feedback"),
        "location": null, "meetingLink": null, "hasSubmittedFeedback": false, "extraData": {},
    })
}

fn create_schedule(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let application = writing.named(Kind::Application, "applicationId")?;
    let given = writing.value("interviewEvents").as_array().cloned().unwrap_or_default();
    let mut events = Vec::with_capacity(given.len());
    for item in &given {
        let mut event = new_event(writing, &Value::Null, "");
        lay_over_event(writing, &mut event, item)?;
        events.push(event);
    }
    let stage = writing.record(Kind::Application, application).remove("currentInterviewStage");
    let stage = stage.unwrap_or_default()["id"].clone();
    let (application_id, actor) = (writing.value("applicationId").clone(), writing.actor_record());
    let ids = writing.editor.view().world.ids;
    let index = writing.editor.create_with(Kind::InterviewSchedule, Some(application), |document| {
        let id = document.record.get("id").cloned().unwrap_or_default();
        let (_, index) = id.as_str().and_then(|id| ids.read(id)).unwrap_or((Kind::InterviewSchedule, 0));
        for (part, event) in (1_u32..).zip(&mut events) {
            let event_id = ids.part(Kind::InterviewSchedule, index, part);
            let link = format!("https://app.ashbyhq.example.com/interview-briefings/{event_id}/feedback");
            event["feedbackLink"] = json!(link);
            event["id"] = json!(event_id);
            event["interviewScheduleId"] = id.clone();
        }
        document.record.extend([
            ("status".to_owned(), json!("Scheduled")),
            ("applicationId".to_owned(), application_id),
            ("interviewStageId".to_owned(), stage),
            ("interviewEvents".to_owned(), json!(events)),
        ]);
        if let Some(user) = actor {
            document.record.insert("scheduledBy".to_owned(), json!(user));
        }
    });
    Ok(writing.show(Kind::InterviewSchedule, index))
}

fn update_schedule(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = writing.named(Kind::InterviewSchedule, "interviewScheduleId")?;
    let mut schedule = writing.record(Kind::InterviewSchedule, index);
    let several = |value: &Value| match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        item => vec![item.clone()],
    };
    let cancelled = several(writing.value("interviewEventIdToCancel"));
    let changed = several(writing.value("interviewEvent"));
    let missing = || Refusal::new("interview_event_not_found", "The schedule has no such event");
    for id in cancelled.iter().chain(changed.iter().filter_map(|event| event.get("interviewEventId"))) {
        position_of(&schedule, id.as_str().unwrap_or_default()).ok_or_else(missing)?;
    }
    let schedule_id = schedule.get("id").cloned().unwrap_or_default();
    let Some(Value::Array(events)) = schedule.get_mut("interviewEvents") else {
        return Err(missing());
    };
    let has_feedback =
        |event: &Value| cancelled.contains(&event["id"]) && event["hasSubmittedFeedback"] == true;
    if events.iter().any(has_feedback) && !writing.is_true("allowFeedbackDeletion") {
        return Err(Refusal::input("An event has feedback; allowFeedbackDeletion must be true to cancel it"));
    }
    events.retain(|event| !cancelled.contains(&event["id"]));
    let ids = writing.editor.view().world.ids;
    for (part, given) in (1_u32..).zip(&changed) {
        let known = given.get("interviewEventId");
        let known = known.and_then(|id| events.iter().position(|event| event["id"] == *id));
        let position = known.unwrap_or_else(|| {
            // Parts of changes are below this; several events of one change have parts above.
            let sequence = writing.editor.view().state.sequence as u32 % (1 << 16);
            let id = ids.part(Kind::InterviewSchedule, index, (1 << 21) + sequence * 32 + part % 32);
            events.push(new_event(writing, &schedule_id, &id));
            events.len() - 1
        });
        lay_over_event(writing, &mut events[position], given)?;
    }
    if events.is_empty() {
        schedule.insert("status".to_owned(), json!("Cancelled"));
    }
    writing.editor.change(Kind::InterviewSchedule, index, |document| document.record = schedule);
    Ok(writing.show(Kind::InterviewSchedule, index))
}

fn cancel_schedule(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = writing.named(Kind::InterviewSchedule, "id")?;
    let status = if writing.is_true("allowReschedule") { "NeedsScheduling" } else { "Cancelled" };
    writing.editor.change(Kind::InterviewSchedule, index, |document| {
        document.record.insert("status".to_owned(), json!(status));
    });
    Ok(writing.show(Kind::InterviewSchedule, index))
}

/// A request for feedback makes an interview event without a time for it to be about.
fn request_feedback(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let application = writing.named(Kind::Application, "applicationId")?;
    let mut user = writing.record(Kind::User, writing.named(Kind::User, "interviewerUserId")?);
    for (name, value) in
        [("isFeedbackRequired", json!(true)), ("trainingRole", Value::Null), ("interviewerPool", Value::Null)]
    {
        user.insert(name.to_owned(), value);
    }
    let interview = writing.value("interviewId").clone();
    let now = json!(writing.editor.now());
    let stage = writing.record(Kind::Application, application).remove("currentInterviewStage");
    let stage = stage.unwrap_or_default()["id"].clone();
    let mut event = new_event(writing, &Value::Null, "");
    let application_id = writing.value("applicationId").clone();
    let ids = writing.editor.view().world.ids;
    let mut event_id = Value::Null;
    writing.editor.create_with(Kind::InterviewSchedule, Some(application), |document| {
        let id = document.record.get("id").cloned().unwrap_or_default();
        let (kind, index) = id.as_str().and_then(|id| ids.read(id)).unwrap_or((Kind::InterviewSchedule, 0));
        event_id = json!(ids.part(kind, index, 1));
        for (name, value) in [
            ("id", event_id.clone()),
            ("interviewScheduleId", id),
            ("interviewId", interview),
            ("interviewerUserIds", json!([user.get("id")])),
            ("interviewers", json!([user])),
            ("startTime", now.clone()),
            ("endTime", now),
        ] {
            event[name] = value;
        }
        document.record.extend([
            ("status".to_owned(), json!("WaitingOnFeedback")),
            ("applicationId".to_owned(), application_id),
            ("interviewStageId".to_owned(), stage),
            ("interviewEvents".to_owned(), json!([event])),
        ]);
    });
    Ok(json!({
        "interviewEventId": event_id, "interviewerUserId": writing.value("interviewerUserId"),
        "applicationId": writing.value("applicationId"),
    }))
}

fn create_pool(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let assignments = writing.assignments(&[
        ("/isArchived", "false"),
        ("/trainingPath/enabled", "false"),
        ("/trainingPath/trainingStages", "[]"),
        ("/qualifiedMembers", "[]"),
        ("/trainees", "[]"),
    ]);
    let index = writing.editor.create_with(Kind::InterviewerPool, None, |document| {
        crate::writing::assign(document, assignments);
    });
    Ok(writing.show(Kind::InterviewerPool, index))
}

fn change_pool(writing: &mut Writing<'_, '_>, present: bool) -> Result<Value, Refusal> {
    let pool = writing.named(Kind::InterviewerPool, "interviewerPoolId")?;
    let mut user = writing.record(Kind::User, writing.named(Kind::User, "userId")?);
    let stage = writing.value("interviewerPoolTrainingPathStageId").clone();
    let path = writing.record(Kind::InterviewerPool, pool).remove("trainingPath").unwrap_or_default();
    let known = path["trainingStages"]
        .as_array()
        .is_some_and(|stages| stages.iter().any(|known| known["id"] == stage));
    if stage.is_string() && !known {
        return Err(Refusal::input(
            "interviewerPoolTrainingPathStageId is no stage of the pool's training path",
        ));
    }
    let id = user.get("id").cloned();
    user.insert("isPaused".to_owned(), json!(false));
    if stage.is_string() {
        let progress =
            json!({"trainingPathId": path["id"], "trainingPathStageId": stage, "interviewsCompleted": 0});
        user.insert("currentProgress".to_owned(), progress);
    }
    writing.editor.change(Kind::InterviewerPool, pool, |document| {
        for list in ["qualifiedMembers", "trainees"] {
            if let Some(Value::Array(members)) = document.detail.get_mut(list) {
                members.retain(|member| member.get("id") != id.as_ref());
            }
        }
        let list = if stage.is_string() { "trainees" } else { "qualifiedMembers" };
        if let (true, Some(Value::Array(members))) = (present, document.detail.get_mut(list)) {
            members.push(json!(user));
        }
    });
    Ok(writing.show(Kind::InterviewerPool, pool))
}

/// The member of a user's details that holds the settings; see [`crate::answer`].
pub(crate) const SETTINGS: &str = "interviewerSettings";

/// How often somebody interviews at most, as it is shown.
pub(crate) fn settings(id: &Value, user: &Document) -> Value {
    let limit = |name: &str| user.detail.get(SETTINGS).map_or(Value::Null, |settings| settings[name].clone());
    json!({"id": id, "dailyLimit": limit("dailyLimit"), "weeklyLimit": limit("weeklyLimit")})
}

fn update_settings(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let user = writing.named(Kind::User, "userId")?;
    let given: Map<String, Value> = ["dailyLimit", "weeklyLimit"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), writing.query.parameters.get(name)?.clone())))
        .collect();
    writing.editor.change(Kind::User, user, |document| {
        let settings = document.detail.entry(SETTINGS).or_insert_with(|| json!({}));
        given.into_iter().for_each(|(name, limit)| settings[name.as_str()] = limit);
    });
    Ok(settings(writing.value("userId"), &writing.editor.view().document(Kind::User, user)))
}
