//! Writes of talent projects and of outreach sequences.

use serde_json::{Value, json};

use super::build::*;
use super::settings::{set_value, set_values};
use super::{Effect, Form, Operation};
use crate::check::Refusal;
use crate::kind::Kind;
use crate::writing::{Writing, assign};

const PROJECTS_WRITE: &str = "projects:write";
const SOURCING_WRITE: &str = "sourcing:write";

pub(super) const WRITES: &[Operation] = &[
    write(
        "project.create",
        PROJECTS_WRITE,
        act(create_project),
        &[
            needed(sets("title", Form::Text, "/title")),
            sets("description", Form::OrNull(&Form::Text), "/description"),
            sets("confidential", Form::Flag, "/confidential"),
        ],
    ),
    write(
        "project.update",
        PROJECTS_WRITE,
        update(Kind::Project, "projectId", &[]),
        &[
            names("projectId", Kind::Project),
            sets("title", Form::Text, "/title"),
            sets("description", Form::OrNull(&Form::Text), "/description"),
        ],
    ),
    write(
        "project.archive",
        PROJECTS_WRITE,
        update(Kind::Project, "projectId", &[("/isArchived", "true")]),
        &[names("projectId", Kind::Project)],
    ),
    write(
        "project.restore",
        PROJECTS_WRITE,
        update(Kind::Project, "projectId", &[("/isArchived", "false")]),
        &[names("projectId", Kind::Project)],
    ),
    write(
        "project.setCustomFieldValue",
        PROJECTS_WRITE,
        act(set_value),
        &[
            names("projectId", Kind::Project),
            names("fieldId", Kind::CustomField),
            needed(may("fieldValue", FIELD_VALUE)),
        ],
    ),
    write(
        "project.setCustomFieldValues",
        PROJECTS_WRITE,
        act(set_values),
        &[names("projectId", Kind::Project), needed(may("values", FIELD_VALUES))],
    ),
    write(
        "sequence.add",
        SOURCING_WRITE,
        act(add_sequence),
        &[
            needed(refers("sequenceTemplateId", "/sequenceTemplateId", Kind::SequenceTemplate)),
            needed(refers("candidateId", "/candidateId", Kind::Candidate)),
            needed(may("start", Form::Flag)),
            refers("applicationId", "/applicationId", Kind::Application),
            may("from", Form::Object(&[needs("email", Form::Text)])),
        ],
    ),
    write("sequence.start", SOURCING_WRITE, act(start_sequence), &[names("sequenceId", Kind::Sequence)]),
    write("sequence.discard", SOURCING_WRITE, act(discard_draft), &[names("sequenceId", Kind::Sequence)]),
    write(
        "sequence.cancel",
        "sourcing:write|candidates:write",
        update(Kind::Sequence, "sequenceId", &[("/status", "\"Cancelled\"")]),
        &[names("sequenceId", Kind::Sequence), may("reason", Form::Text)],
    ),
    write(
        "sequence.updateStage",
        SOURCING_WRITE,
        act(update_email),
        &[
            names("sequenceId", Kind::Sequence),
            needed(may("stageId", Form::Uuid)),
            one_of("subject", Form::Text, Effect::None),
            one_of(
                "body",
                Form::Object(&[needs("type", Form::Choice(&["text/html"])), needs("value", Form::Text)]),
                Effect::None,
            ),
        ],
    ),
];

fn create_project(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let assignments = writing.assignments(&[
        ("/description", "null"),
        ("/isArchived", "false"),
        ("/confidential", "false"),
        ("/customFieldEntries", "[]"),
    ]);
    let author = writing.actor_record();
    let index = writing.editor.create_with(Kind::Project, None, |document| {
        assign(document, assignments);
        if let Some(author) = author {
            document.record.insert("authorId".to_owned(), author.get("id").cloned().unwrap_or_default());
        }
    });
    Ok(writing.show(Kind::Project, index))
}

fn add_sequence(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let candidate = writing.named(Kind::Candidate, "candidateId")?;
    let starts = writing.is_true("start");
    let assignments = writing.assignments(&[]);
    let index = writing.editor.create_with(Kind::Sequence, Some(candidate), |document| {
        assign(document, assignments);
        document.record.insert("status".to_owned(), json!(if starts { "Running" } else { "Draft" }));
    });
    let mut shown = writing.show(Kind::Sequence, index);
    if starts {
        shown["startResult"] = json!("Started");
    }
    Ok(shown)
}

/// The sequence that a request names, if it has not started: started ones are as good as unknown.
fn draft(writing: &Writing<'_, '_>) -> Result<u32, Refusal> {
    let index = writing.named(Kind::Sequence, "sequenceId")?;
    match writing.record(Kind::Sequence, index).get("status") {
        Some(status) if status == "Draft" => Ok(index),
        _ => Err(Refusal::new(Kind::Sequence.not_found(), "No such draft of a sequence")),
    }
}

fn start_sequence(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = draft(writing)?;
    writing.editor.change(Kind::Sequence, index, |document| {
        document.record.insert("status".to_owned(), json!("Running"));
    });
    let mut shown = writing.show(Kind::Sequence, index);
    shown["startResult"] = json!("Started");
    Ok(shown)
}

fn discard_draft(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = draft(writing)?;
    writing.editor.delete(Kind::Sequence, index);
    Ok(json!({"sequenceId": writing.value("sequenceId")}))
}

fn update_email(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let index = draft(writing)?;
    let stages = writing.record(Kind::Sequence, index).remove("stages").unwrap_or_default();
    let mut stages = stages.as_array().cloned().unwrap_or_default();
    let stage = stages.iter_mut().find(|stage| stage["id"] == *writing.value("stageId"));
    let stage = stage.ok_or_else(|| Refusal::input("stageId names no stage of this sequence"))?;
    if let Some(subject) = writing.text("subject") {
        stage["subject"] = json!(subject);
    }
    if let Some(body) = writing.value("body").get("value") {
        stage["body"] = body.clone();
    }
    writing.editor.change(Kind::Sequence, index, |document| {
        document.record.insert("stages".to_owned(), json!(stages));
    });
    Ok(writing.show(Kind::Sequence, index))
}
