//! Writes of candidates: people, notes, tags, projects, files.

use serde_json::{Map, Value, json};

use super::build::*;
use super::{Effect, Form, Operation, Shape};
use crate::check::Refusal;
use crate::edit::blank;
use crate::kind::Kind;
use crate::webhooks;
use crate::writing::{Writing, assign};

const LINK_TYPES: &[&str] =
    &["LinkedIn", "GitHub", "Twitter", "Medium", "StackOverflow", "YouTube", "CodePen", "Website"];
const PLACE: Form =
    Form::Object(&[member("city", Form::Text), member("region", Form::Text), member("country", Form::Text)]);
const LINKS: Form =
    Form::Each(&Form::Object(&[needs("type", Form::Choice(LINK_TYPES)), needs("url", Form::Text)]));

pub(super) const WRITES: &[Operation] = &[
    write(
        "candidate.create",
        CANDIDATES_WRITE,
        act(create_candidate),
        &[
            needed(may("name", Form::Text)),
            may("email", Form::Text),
            may("phoneNumber", Form::Text),
            may("linkedInUrl", Form::Text),
            may("githubUrl", Form::Text),
            may("website", Form::Text),
            may("alternateEmailAddresses", Form::Texts),
            embeds("sourceId", "/source", Kind::Source),
            embeds("creditedToUserId", "/creditedToUser", Kind::User),
            may("location", PLACE),
            sets("createdAt", Form::Instant, "/createdAt"),
        ],
    ),
    write(
        "candidate.update",
        CANDIDATES_WRITE,
        act(update_candidate),
        &[
            names("candidateId", Kind::Candidate),
            may("name", Form::Text),
            may("email", Form::Text),
            may("phoneNumber", Form::Text),
            may("linkedInUrl", Form::Text),
            may("githubUrl", Form::Text),
            may("websiteUrl", Form::Text),
            may("alternateEmail", Form::Text),
            may("socialLinks", LINKS),
            embeds("sourceId", "/source", Kind::Source),
            optional(
                "creditedToUserId",
                Form::OrNull(&Form::Uuid),
                Effect::Embeds("/creditedToUser", Kind::User),
            ),
            may("location", PLACE),
            sets("createdAt", Form::Instant, "/createdAt"),
            may("sendNotifications", Form::Flag),
        ],
    ),
    write("candidate.anonymize", CANDIDATES_WRITE, act(anonymize), &[names("candidateId", Kind::Candidate)]),
    write(
        "candidate.createNote",
        CANDIDATES_WRITE,
        act(create_note),
        &[
            names("candidateId", Kind::Candidate),
            needed(may(
                "note",
                Form::Either(
                    &Form::Text,
                    &Form::Object(&[
                        needs("type", Form::Choice(&["text/plain", "text/html"])),
                        needs("value", Form::Text),
                    ]),
                ),
            )),
            may("sendNotifications", Form::Flag),
            may("isPrivate", Form::Flag),
            may("createdAt", Form::Instant),
        ],
    ),
    write("candidate.addTag", CANDIDATES_WRITE, array(CANDIDATE, "/tags", TAG, true), TAGGING),
    write("candidate.removeTag", CANDIDATES_WRITE, array(CANDIDATE, "/tags", TAG, false), TAGGING),
    write(
        "candidate.addProject",
        CANDIDATES_WRITE,
        act(|writing| put_in_project(writing, true)),
        SHORTLISTING,
    ),
    write(
        "candidate.removeProject",
        CANDIDATES_WRITE,
        act(|writing| put_in_project(writing, false)),
        SHORTLISTING,
    ),
    write(
        "candidate.setFraudStatus",
        CANDIDATES_WRITE,
        update(Kind::Candidate, "candidateId", &[]),
        &[
            names("candidateId", Kind::Candidate),
            needed(sets(
                "fraudStatus",
                Form::Choice(&["Fraudulent", "NotFraudulent", "Unsure"]),
                "/fraudStatus",
            )),
        ],
    ),
    write(
        "candidate.uploadResume",
        CANDIDATES_WRITE,
        act(|writing| attach(writing, "resumeHandle", "CandidateResume")),
        &[names("candidateId", Kind::Candidate), needed(may("resumeHandle", Form::Text))],
    ),
    write(
        "candidate.uploadFile",
        CANDIDATES_WRITE,
        act(|writing| attach(writing, "fileHandle", "CandidateFiles")),
        &[names("candidateId", Kind::Candidate), needed(may("fileHandle", Form::Text))],
    ),
    write(
        "candidate.addEmailMessage",
        CANDIDATES_WRITE,
        act(add_email),
        &[
            names("candidateId", Kind::Candidate),
            needed(may("emailProviderEmailId", Form::Text)),
            needed(may("subject", Form::Text)),
            needed(may("from", Form::Text)),
            needed(may("to", Form::Text)),
            needed(may("body", Form::Text)),
            optional("userId", Form::Uuid, Effect::Names(Kind::User)),
            may("sentAt", Form::Instant),
            may("cc", Form::Text),
            may("messageUrl", Form::Text),
            may("messageIdHeader", Form::Text),
            may("threadId", Form::Text),
            may("isPrivate", Form::Flag),
        ],
    ),
    write(
        "candidate.pushToHris",
        CANDIDATES_WRITE,
        act(push_to_hris),
        &[
            names("applicationId", Kind::Application),
            needed(may("externalSystem", Form::Text)),
            may("integrationPartnerId", Form::Uuid),
        ],
    ),
    write(
        "file.createFileUploadHandle",
        CANDIDATES_WRITE,
        act(expect_upload),
        &[
            needed(may(
                "fileUploadContext",
                Form::Choice(&["CandidateResume", "CandidateFiles", "ApplicationForm"]),
            )),
            needed(may("filename", Form::Text)),
            needed(may("contentType", Form::Text)),
            needed(may("contentLength", Form::Integer)),
        ],
    ),
];

const CANDIDATE: (Kind, &str) = (Kind::Candidate, "candidateId");
const TAG: (&str, Shape) = ("tagId", Shape::Records);
const TAGGING: &[super::Parameter] =
    &[names("candidateId", Kind::Candidate), names("tagId", Kind::CandidateTag)];
const SHORTLISTING: &[super::Parameter] =
    &[names("candidateId", Kind::Candidate), names("projectId", Kind::Project)];

/// Makes somebody with these members.
pub(super) fn make(writing: &mut Writing<'_, '_>, members: Map<String, Value>) -> u32 {
    writing.editor.create_with(Kind::Candidate, None, |document| {
        blank(document);
        document.record.extend(members);
    })
}

/// The members that hold an address or a number, once it is the main one.
pub(super) fn main_contact(
    [main, all]: [&str; 2],
    value: &Value,
    others: Option<&Value>,
) -> [(String, Value); 2] {
    let contact = json!({"value": value, "type": "Personal", "isPrimary": true});
    let others = others.and_then(Value::as_array).into_iter().flatten();
    let others = others.filter(|other| other["isPrimary"] == false && other["value"] != *value).cloned();
    let every: Vec<Value> = std::iter::once(contact.clone()).chain(others).collect();
    [(main.to_owned(), contact), (all.to_owned(), json!(every))]
}

/// What a request says about somebody, on top of what is known.
fn members(writing: &Writing<'_, '_>, known: &Map<String, Value>) -> Map<String, Value> {
    let mut members = Map::new();
    if let Some(name) = writing.text("name") {
        members.insert("name".to_owned(), json!(name));
    }
    for (parameter, [main, all]) in [
        ("email", ["primaryEmailAddress", "emailAddresses"]),
        ("phoneNumber", ["primaryPhoneNumber", "phoneNumbers"]),
    ] {
        let value = writing.value(parameter);
        if value.is_string() {
            members.extend(main_contact([main, all], value, known.get(all)));
        }
    }
    let alternates = writing.value("alternateEmailAddresses").as_array().into_iter().flatten();
    let alternates: Vec<Value> = alternates
        .chain(Some(writing.value("alternateEmail")).filter(|value| value.is_string()))
        .map(|value| json!({"value": value, "type": "Personal", "isPrimary": false}))
        .collect();
    if !alternates.is_empty() {
        let present = members.remove("emailAddresses").or_else(|| known.get("emailAddresses").cloned());
        let mut present = present.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
        present.extend(alternates);
        members.insert("emailAddresses".to_owned(), json!(present));
    }
    let links = writing.value("socialLinks").as_array().or_else(|| known.get("socialLinks")?.as_array());
    let mut links = links.cloned().unwrap_or_default();
    for (parameter, site) in [
        ("linkedInUrl", "LinkedIn"),
        ("githubUrl", "GitHub"),
        ("website", "Website"),
        ("websiteUrl", "Website"),
    ] {
        if let Some(url) = writing.text(parameter) {
            links.retain(|link| link["type"] != site);
            links.push(json!({"type": site, "url": url}));
        }
    }
    members.insert("socialLinks".to_owned(), json!(links));
    let place = writing.value("location");
    if place.is_object() {
        let parts = [("City", "city"), ("Region", "region"), ("Country", "country")];
        let parts: Vec<(&str, &str)> =
            parts.into_iter().filter_map(|(part, name)| Some((part, place[name].as_str()?))).collect();
        let names: Vec<&str> = parts.iter().map(|(_, name)| *name).collect();
        let components: Vec<Value> =
            parts.iter().map(|(part, name)| json!({"type": part, "name": name})).collect();
        let location = json!({
            "id": writing.editor.new_part(Kind::Candidate, 0), "locationSummary": names.join(", "),
            "locationComponents": components,
        });
        members.insert("location".to_owned(), location);
    }
    members
}

fn create_candidate(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let members = members(writing, &Map::new());
    let assignments = writing.assignments(&[]);
    let index = writing.editor.create_with(Kind::Candidate, None, |document| {
        blank(document);
        document.record.extend(members);
        assign(document, assignments);
    });
    Ok(writing.show(Kind::Candidate, index))
}

fn update_candidate(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = writing.named(Kind::Candidate, "candidateId")?;
    let mut patch = members(writing, &writing.record(Kind::Candidate, index));
    // Paths of assignments are names after a slash here.
    patch.extend(writing.assignments(&[]).into_iter().map(|(path, value)| (path[1..].to_owned(), value)));
    writing.editor.update(Kind::Candidate, index, &patch);
    Ok(writing.show(Kind::Candidate, index))
}

fn anonymize(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = writing.named(Kind::Candidate, "candidateId")?;
    let record = writing.record(Kind::Candidate, index);
    let view = writing.editor.view();
    let mut ids = record.get("applicationIds").and_then(Value::as_array).into_iter().flatten();
    let is_over = |id: &Value| {
        let application = id.as_str().and_then(|id| view.find(Kind::Application, id));
        let status = application.map(|index| view.record(Kind::Application, index).remove("status"));
        status.is_none_or(|status| [Some(json!("Archived")), Some(json!("Hired"))].contains(&status))
    };
    if !ids.all(is_over) {
        return Err(Refusal::input("All applications of the candidate must be archived or hired"));
    }
    writing.editor.anonymize(index);
    Ok(writing.show(Kind::Candidate, index))
}

fn create_note(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let candidate = writing.named(Kind::Candidate, "candidateId")?;
    let note = writing.value("note");
    let content = if note.is_string() { note.clone() } else { note["value"].clone() };
    let author: Option<Map<String, Value>> = writing.actor_record().map(|user| {
        let shown = ["id", "firstName", "lastName", "email"];
        user.into_iter().filter(|(name, _)| shown.contains(&name.as_str())).collect()
    });
    let (private, created_at) = (writing.is_true("isPrivate"), writing.value("createdAt").clone());
    let index = writing.editor.create_with(Kind::Note, Some(candidate), |document| {
        document.record.insert("content".to_owned(), content);
        document.record.insert("isPrivate".to_owned(), json!(private));
        let given = [("author", json!(author)), ("createdAt", created_at)];
        for (name, value) in given.into_iter().filter(|(_, value)| !value.is_null()) {
            document.record.insert(name.to_owned(), value);
        }
    });
    Ok(writing.show(Kind::Note, index))
}

fn put_in_project(writing: &mut Writing<'_, '_>, present: bool) -> Result<Value, Refusal> {
    let candidate = writing.named(Kind::Candidate, "candidateId")?;
    let project = writing.named(Kind::Project, "projectId")?;
    let mut projects = writing.editor.view().projects_of(candidate);
    projects.retain(|&other| other != project);
    if present {
        projects.push(project);
        projects.sort_unstable();
    }
    writing.editor.set_projects(candidate, projects);
    Ok(writing.show(Kind::Candidate, candidate))
}

fn attach(writing: &mut Writing<'_, '_>, parameter: &str, context: &str) -> Result<Value, Refusal> {
    let candidate = writing.named(Kind::Candidate, "candidateId")?;
    let handle = writing.text(parameter).unwrap_or_default().to_owned();
    let ids = writing.editor.view().world.ids;
    let file = writing.editor.files().attach(ids, &handle, &[context]).ok_or_else(|| {
        Refusal::input(format!("{parameter} is no handle for this, or nothing was uploaded for it"))
    })?;
    add_file(writing, candidate, file, context == "CandidateResume");
    Ok(writing.show(Kind::Candidate, candidate))
}

/// Adds a file to a candidate's.
pub(super) fn add_file(writing: &mut Writing<'_, '_>, candidate: u32, file: Value, is_resume: bool) {
    writing.editor.change(Kind::Candidate, candidate, |document| {
        if let Some(Value::Array(files)) = document.record.get_mut("fileHandles") {
            files.push(file.clone());
        }
        if is_resume {
            document.record.insert("resumeFileHandle".to_owned(), file);
        }
    });
}

fn add_email(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let candidate = writing.named(Kind::Candidate, "candidateId")?;
    writing.editor.change(Kind::Candidate, candidate, |_| {});
    let id = writing.editor.new_part(Kind::Candidate, candidate);
    let given = |name: &str, otherwise: Value| match writing.value(name) {
        Value::Null => otherwise,
        value => value.clone(),
    };
    let names = ["body", "cc", "messageUrl", "messageIdHeader"];
    let mut message = json!({
        "id": id, "candidateId": writing.value("candidateId"), "subject": writing.value("subject"),
        "emailProviderEmailId": writing.value("emailProviderEmailId"), "from": writing.value("from"),
        "to": writing.value("to"), "sentAt": given("sentAt", json!(writing.editor.now())),
        "threadId": given("threadId", json!(id)), "isPrivate": writing.is_true("isPrivate"),
        "userIsSender": writing.value("userId").is_string(),
    });
    for name in names {
        message[name] = given(name, Value::Null);
    }
    let action = "candidateRecentEmailMessagesUpdated";
    let data = webhooks::data(writing.editor.view(), action, candidate, None);
    writing.editor.tell(action, data);
    Ok(message)
}

/// Nothing that a list shows changes: another system gets to know the candidate.
fn push_to_hris(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let application = writing.named(Kind::Application, "applicationId")?;
    let view = writing.editor.view();
    let accepted = view
        .children(Kind::Offer, application)
        .into_iter()
        .any(|offer| view.record(Kind::Offer, offer).get("acceptanceStatus") == Some(&json!("Accepted")));
    if !accepted {
        return Err(Refusal::new(
            "candidate_hris_push_blocked_by_offer_status",
            "The candidate has no accepted offer",
        ));
    }
    let data = webhooks::data(view, "pushToHRIS", application, None);
    writing.editor.tell("pushToHRIS", data);
    Ok(json!({"applicationId": writing.value("applicationId")}))
}

fn expect_upload(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    if writing.value("contentLength").as_i64().is_none_or(|bytes| bytes <= 0) {
        return Err(Refusal::input("contentLength must be the size of the file in bytes"));
    }
    let query = writing.query;
    let ids = writing.editor.view().world.ids;
    Ok(writing.editor.files().expect(ids, query.rules.now_ms, query.base_url, query.parameters))
}
