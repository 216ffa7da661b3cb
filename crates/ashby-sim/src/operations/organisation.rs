//! Writes of the organisation: departments, locations, hiring teams, webhooks.

use serde_json::{Map, Value, json};

use super::build::*;
use super::{Change, Effect, Form, Operation, Parameter};
use crate::check::Refusal;
use crate::kind::Kind;
use crate::writing::{Writing, assign, place};

const EXTRA_DATA: Parameter = sets("extraData", Form::Map, "/extraData");
const DEPARTMENT: Change = update(Kind::Department, "departmentId", &[]);
const LOCATION: Change = update(Kind::Location, "locationId", &[]);
const THE_DEPARTMENT: Parameter = names("departmentId", Kind::Department);
const THE_LOCATION: Parameter = names("locationId", Kind::Location);
const TEAM_MEMBER: &[Parameter] = &[
    one_of("applicationId", Form::Uuid, Effect::Names(Kind::Application)),
    one_of("jobId", Form::Uuid, Effect::Names(Kind::Job)),
    one_of("openingId", Form::Uuid, Effect::Names(Kind::Opening)),
    names("teamMemberId", Kind::User),
    needed(may("roleId", Form::Uuid)),
];

/// What webhooks can be about.
const WEBHOOK_TYPES: &[&str] = &[
    "applicationSubmit",
    "applicationUpdate",
    "candidateHire",
    "candidateStageChange",
    "candidateDelete",
    "candidateMerge",
    "interviewPlanTransition",
    "interviewScheduleCreate",
    "interviewScheduleUpdate",
    "jobPostingUpdate",
    "jobPostingPublish",
    "jobPostingUnpublish",
    "offerCreate",
    "offerUpdate",
    "offerDelete",
    "pushToHRIS",
    "surveySubmit",
];

pub(super) const WRITES: &[Operation] = &[
    write(
        "department.create",
        ORGANISATION_WRITE,
        create(
            Kind::Department,
            &[
                ("/externalName", "null"),
                ("/parentId", "null"),
                ("/extraData", "null"),
                ("/isArchived", "false"),
            ],
        ),
        &[
            needed(sets("name", Form::Text, "/name")),
            sets("externalName", Form::Text, "/externalName"),
            refers("parentId", "/parentId", Kind::Department),
            EXTRA_DATA,
        ],
    ),
    write(
        "department.update",
        ORGANISATION_WRITE,
        DEPARTMENT,
        &[
            THE_DEPARTMENT,
            sets("name", Form::Text, "/name"),
            sets("externalName", Form::OrNull(&Form::Text), "/externalName"),
            EXTRA_DATA,
        ],
    ),
    write(
        "department.move",
        ORGANISATION_WRITE,
        DEPARTMENT,
        &[
            THE_DEPARTMENT,
            optional("parentId", Form::OrNull(&Form::Uuid), Effect::Refers("/parentId", Kind::Department)),
        ],
    ),
    write(
        "department.archive",
        ORGANISATION_WRITE,
        update(Kind::Department, "departmentId", &[("/isArchived", "true")]),
        &[THE_DEPARTMENT],
    ),
    write(
        "department.restore",
        ORGANISATION_WRITE,
        update(Kind::Department, "departmentId", &[("/isArchived", "false")]),
        &[THE_DEPARTMENT],
    ),
    write(
        "location.create",
        ORGANISATION_WRITE,
        act(create_location),
        &[
            needed(sets("name", Form::Text, "/name")),
            needed(sets("type", Form::Choice(&["Location", "LocationHierarchy"]), "/type")),
            sets("address", POSTAL_ADDRESS, "/address"),
            refers("parentLocationId", "/parentLocationId", Kind::Location),
            sets("isRemote", Form::Flag, "/isRemote"),
            sets("workplaceType", Form::Choice(WORKPLACE_TYPES), "/workplaceType"),
            sets("externalName", Form::Text, "/externalName"),
            EXTRA_DATA,
        ],
    ),
    write(
        "location.archive",
        ORGANISATION_WRITE,
        update(Kind::Location, "locationId", &[("/isArchived", "true")]),
        &[THE_LOCATION],
    ),
    write(
        "location.restore",
        ORGANISATION_WRITE,
        update(Kind::Location, "locationId", &[("/isArchived", "false")]),
        &[THE_LOCATION],
    ),
    write(
        "location.move",
        ORGANISATION_WRITE,
        LOCATION,
        &[THE_LOCATION, needed(refers("parentLocationHierarchyId", "/parentLocationId", Kind::Location))],
    ),
    write(
        "location.updateAddress",
        ORGANISATION_WRITE,
        LOCATION,
        &[THE_LOCATION, needed(sets("address", POSTAL_ADDRESS, "/address"))],
    ),
    write(
        "location.updateName",
        ORGANISATION_WRITE,
        LOCATION,
        &[THE_LOCATION, needed(sets("name", Form::Text, "/name"))],
    ),
    write(
        "location.updateExternalName",
        ORGANISATION_WRITE,
        LOCATION,
        &[THE_LOCATION, sets("externalName", Form::OrNull(&Form::Text), "/externalName")],
    ),
    write(
        "location.updateWorkplaceType",
        ORGANISATION_WRITE,
        LOCATION,
        &[THE_LOCATION, needed(sets("workplaceType", Form::Choice(WORKPLACE_TYPES), "/workplaceType"))],
    ),
    write("hiringTeam.addMember", ORGANISATION_WRITE, act(|writing| change_team(writing, true)), TEAM_MEMBER),
    write(
        "hiringTeam.removeMember",
        ORGANISATION_WRITE,
        act(|writing| change_team(writing, false)),
        TEAM_MEMBER,
    ),
    write(
        "webhook.create",
        API_KEYS_WRITE,
        act(create_webhook),
        &[
            needed(sets("webhookType", Form::Choice(WEBHOOK_TYPES), "/webhookType")),
            needed(sets("requestUrl", Form::Text, "/requestUrl")),
            needed(may("secretToken", Form::Text)),
        ],
    ),
    write(
        "webhook.update",
        API_KEYS_WRITE,
        act(update_webhook),
        &[
            names("webhookId", Kind::Webhook),
            one_of("enabled", Form::Flag, Effect::Sets("/enabled")),
            one_of("requestUrl", Form::Text, Effect::Sets("/requestUrl")),
            one_of("secretToken", Form::Text, Effect::None),
        ],
    ),
    write(
        "webhook.delete",
        API_KEYS_WRITE,
        Change::Delete { kind: Kind::Webhook, id: "webhookId", shown: "webhookId" },
        &[names("webhookId", Kind::Webhook)],
    ),
];

fn create_location(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let assignments = writing.assignments(&[]);
    let index = writing.editor.create_with(Kind::Location, None, |document| {
        // Of the generated place, its identifier alone is of use.
        document.record.retain(|name, _| name == "id");
        document.record.insert("isArchived".to_owned(), json!(false));
        assign(document, assignments);
    });
    Ok(writing.show(Kind::Location, index))
}

/// Puts a user in a hiring team, or takes them out: an application's, a job's, or an opening's.
pub(super) fn change_team(writing: &mut Writing<'_, '_>, present: bool) -> Result<Value, Refusal> {
    let teams = [
        ("applicationId", Kind::Application, "/hiringTeam"),
        ("jobId", Kind::Job, "/hiringTeam"),
        ("openingId", Kind::Opening, "/latestVersion/hiringTeam"),
    ];
    let given = teams.into_iter().find(|(parameter, ..)| writing.value(parameter).is_string());
    let (parameter, kind, path) = given.ok_or_else(|| Refusal::input("Say whose hiring team"))?;
    let index = writing.named(kind, parameter)?;
    let user = writing.record(Kind::User, writing.named(Kind::User, "teamMemberId")?);
    let role_id = writing.value("roleId");
    let role = [Kind::HiringTeamRole, Kind::ApplicationHiringTeamRole]
        .into_iter()
        .find_map(|kind| Some((kind, writing.find(kind, role_id).ok()?)));
    let (role_kind, role) = role.ok_or_else(|| Refusal::input("roleId names no role of hiring teams"))?;
    let role = writing.record(role_kind, role).remove("title").unwrap_or_default();
    let member = json!({
        "email": user.get("email"), "firstName": user.get("firstName"), "lastName": user.get("lastName"),
        "role": role, "userId": user.get("id"),
    });
    let is_member = |other: &Value| other["userId"] == member["userId"] && other["role"] == member["role"];
    let mut document = writing.editor.view().document(kind, index);
    let team = place(&mut document, path).as_array().cloned().unwrap_or_default();
    if !present && !team.iter().any(is_member) {
        return Err(Refusal::input("The user has no such role in the hiring team"));
    }
    writing.editor.change(kind, index, |document| {
        let mut team = team;
        team.retain(|other| !is_member(other));
        if present {
            team.push(member.clone());
        }
        *place(document, path) = json!(team);
    });
    Ok(member)
}

/// The member of a webhook's details that holds the secret; see [`crate::answer`].
pub(crate) const SECRET: &str = "secretToken";

/// Lays a request over a webhook; only the answer to it shows the secret.
fn write_webhook(writing: &mut Writing<'_, '_>, index: u32) -> Value {
    let assignments = writing.assignments(&[]);
    let secret = writing.value(SECRET).clone();
    writing.editor.change(Kind::Webhook, index, |document| {
        assign(document, assignments);
        if secret.is_string() {
            document.detail.insert(SECRET.to_owned(), secret);
        }
    });
    let mut shown = writing.show(Kind::Webhook, index);
    let kept = writing.editor.view().document(Kind::Webhook, index).detail.remove(SECRET);
    shown[SECRET] = kept.unwrap_or_else(|| json!("generated-secret"));
    shown
}

fn create_webhook(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = writing.editor.create(Kind::Webhook, None, &Map::new());
    Ok(write_webhook(writing, index))
}

fn update_webhook(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = writing.named(Kind::Webhook, "webhookId")?;
    Ok(write_webhook(writing, index))
}
