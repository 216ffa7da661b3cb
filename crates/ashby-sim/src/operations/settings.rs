//! Writes of settings and surveys: tags, custom fields and their values, survey requests and submissions.

use serde_json::{Map, Value, json};

use super::build::*;
use super::{Form, Operation, Parameter};
use crate::check::Refusal;
use crate::kind::Kind;
use crate::writing::{Writing, place};

const FIELD_TYPES: &[&str] = &[
    "Boolean",
    "CompensationRange",
    "Currency",
    "Date",
    "LongText",
    "MultiValueSelect",
    "Number",
    "NumberRange",
    "String",
    "ValueSelect",
    "Url",
    "UUID",
];
const OBJECT_TYPES: &[&str] =
    &["Application", "Candidate", "Job", "Employee", "Talent_Project", "Opening_Version", "Offer_Version"];
const OBJECTS_WITH_VALUES: Form = Form::Choice(&["Application", "Candidate", "Job", "Opening"]);
const OF_SURVEY: [Parameter; 3] = [
    needed(refers("candidateId", "/candidateId", Kind::Candidate)),
    needed(refers("applicationId", "/applicationId", Kind::Application)),
    needed(refers("surveyFormDefinitionId", "/surveyFormDefinitionId", Kind::SurveyForm)),
];

pub(super) const WRITES: &[Operation] = &[
    write(
        "candidateTag.create",
        HIRING_PROCESS_WRITE,
        create(Kind::CandidateTag, &[("/isArchived", "false")]),
        &[needed(sets("title", Form::Text, "/title"))],
    ),
    write(
        "candidateTag.archive",
        HIRING_PROCESS_WRITE,
        update(Kind::CandidateTag, "tagId", &[("/isArchived", "true")]),
        &[names("tagId", Kind::CandidateTag)],
    ),
    write(
        "customField.create",
        HIRING_PROCESS_WRITE,
        act(create_field),
        &[
            needed(sets("title", Form::Text, "/title")),
            needed(sets("fieldType", Form::Choice(FIELD_TYPES), "/fieldType")),
            needed(may("objectType", Form::Choice(OBJECT_TYPES))),
            sets("description", Form::Text, "/description"),
            may(
                "selectableValues",
                Form::Each(&Form::Object(&[needs("label", Form::Text), needs("value", Form::Text)])),
            ),
            sets("isPrivate", Form::Flag, "/isPrivate"),
            sets("isDateOnlyField", Form::Flag, "/isDateOnlyField"),
            may("isExposableToCandidate", Form::Flag),
            sets("isEditableOnlyViaPublicApi", Form::Flag, "/isEditableOnlyViaPublicApi"),
        ],
    ),
    write(
        "customField.updateSelectableValues",
        HIRING_PROCESS_WRITE,
        act(update_choices),
        &[
            names("customFieldId", Kind::CustomField),
            needed(may(
                "selectableValues",
                Form::Each(&Form::Object(&[
                    needs("label", Form::Text),
                    needs("value", Form::Text),
                    member("isArchived", Form::Flag),
                ])),
            )),
        ],
    ),
    write(
        "customField.setValue",
        CANDIDATES_WRITE,
        act(set_value),
        &[
            needed(may("objectId", Form::Uuid)),
            needed(may("objectType", OBJECTS_WITH_VALUES)),
            names("fieldId", Kind::CustomField),
            needed(may("fieldValue", FIELD_VALUE)),
        ],
    ),
    write(
        "customField.setValues",
        CANDIDATES_WRITE,
        act(set_values),
        &[
            needed(may("objectId", Form::Uuid)),
            needed(may("objectType", OBJECTS_WITH_VALUES)),
            needed(may("values", FIELD_VALUES)),
        ],
    ),
    write(
        "user.setCustomFieldValue",
        ORGANISATION_WRITE,
        act(set_value),
        &[
            names("userId", Kind::User),
            names("fieldId", Kind::CustomField),
            needed(may("fieldValue", FIELD_VALUE)),
        ],
    ),
    write(
        "user.setCustomFieldValues",
        ORGANISATION_WRITE,
        act(set_values),
        &[names("userId", Kind::User), needed(may("values", FIELD_VALUES))],
    ),
    write("surveyRequest.create", CANDIDATES_WRITE, act(request_survey), &OF_SURVEY),
    write(
        "surveySubmission.create",
        CANDIDATES_WRITE,
        act(submit_survey),
        &[
            needed(refers("candidateId", "/candidateId", Kind::Candidate)),
            needed(refers("applicationId", "/applicationId", Kind::Application)),
            needed(refers("surveyFormDefinitionId", "/surveyFormDefinitionId", Kind::SurveyForm)),
            needed(sets("submittedValues", Form::Map, "/submittedValues")),
        ],
    ),
];

/// Choices as a field shows them.
fn choices(given: &Value) -> Value {
    let choices = given.as_array().into_iter().flatten();
    choices
        .map(|choice| {
            let archived = choice["isArchived"].as_bool().unwrap_or(false);
            json!({"label": choice["label"], "value": choice["value"], "isArchived": archived})
        })
        .collect()
}

fn create_field(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let given = writing.value("selectableValues");
    let selects = writing.text("fieldType").is_some_and(|name| name.ends_with("ValueSelect"));
    if selects != given.is_array() {
        return Err(Refusal::input(
            "selectableValues must be given for fields with choices, and for no other",
        ));
    }
    let choices = selects.then(|| choices(given));
    let object = writing.text("objectType").unwrap_or_default().trim_end_matches("_Version").to_owned();
    let assignments = writing.assignments(&[
        ("/isPrivate", "false"),
        ("/isArchived", "false"),
        ("/isRequired", "false"),
        ("/selectableValues", "null"),
    ]);
    let index = writing.editor.create_with(Kind::CustomField, None, |document| {
        crate::writing::assign(document, assignments);
        document.record.insert("objectType".to_owned(), json!(object));
        if let Some(choices) = choices {
            document.record.insert("selectableValues".to_owned(), choices);
        }
    });
    Ok(writing.show(Kind::CustomField, index))
}

fn update_choices(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let field = writing.named(Kind::CustomField, "customFieldId")?;
    if !writing.record(Kind::CustomField, field).contains_key("selectableValues") {
        return Err(Refusal::input("customFieldId names a field without choices"));
    }
    let choices = choices(writing.value("selectableValues"));
    writing.editor.change(Kind::CustomField, field, |document| {
        document.record.insert("selectableValues".to_owned(), choices);
    });
    Ok(writing.show(Kind::CustomField, field))
}

/// Gives an object values of custom fields; null takes a value away. Returns the entries as objects show them.
fn set(writing: &mut Writing<'_, '_>, values: &[(Value, Value)]) -> Result<Vec<Value>, Refusal> {
    let (kind, id, object) = match writing.text("objectType") {
        None if writing.value("projectId").is_string() => (Kind::Project, "projectId", "Talent_Project"),
        // Which fields postings have is not documented; those of jobs stand for them.
        None if writing.value("jobPostingId").is_string() => (Kind::JobPosting, "jobPostingId", "Job"),
        Some("Application") => (Kind::Application, "objectId", "Application"),
        Some("Candidate") => (Kind::Candidate, "objectId", "Candidate"),
        Some("Job") => (Kind::Job, "objectId", "Job"),
        Some(_) => (Kind::Opening, "objectId", "Opening"),
        None => (Kind::User, "userId", "Employee"),
    };
    let index = writing.named(kind, id)?;
    let mut entries = Vec::with_capacity(values.len());
    for (field, value) in values {
        let field = writing.record(Kind::CustomField, writing.find(Kind::CustomField, field)?);
        if field.get("objectType") != Some(&json!(object)) {
            return Err(Refusal::input("fieldId names a field of another type of object"));
        }
        let mut entry = Map::from_iter([("value".to_owned(), value.clone())]);
        for name in ["id", "title", "isPrivate"] {
            entry.insert(name.to_owned(), field.get(name).cloned().unwrap_or_default());
        }
        if let Some(label) = label(&field, value)? {
            entry.insert("valueLabel".to_owned(), label);
        }
        entries.push(Value::Object(entry));
    }
    let path = match kind {
        Kind::Opening => "/latestVersion/customFields",
        Kind::Project => "/customFieldEntries",
        _ => "/customFields",
    };
    writing.editor.change(kind, index, |document| {
        let held = place(document, path);
        let mut held_entries = held.as_array().cloned().unwrap_or_default();
        held_entries.retain(|known| entries.iter().all(|entry| entry["id"] != known["id"]));
        held_entries.extend(entries.iter().filter(|entry| !entry["value"].is_null()).cloned());
        *held = json!(held_entries);
    });
    Ok(entries)
}

/// What the choices that a value stands for are called.
fn label(field: &Map<String, Value>, value: &Value) -> Result<Option<Value>, Refusal> {
    let (Some(Value::Array(choices)), false) = (field.get("selectableValues"), value.is_null()) else {
        return Ok(None);
    };
    let name = |wanted: &Value| {
        let choice = choices.iter().find(|choice| choice["value"] == *wanted);
        choice
            .map(|choice| choice["label"].clone())
            .ok_or_else(|| Refusal::input("fieldValue is none of the field's selectable values"))
    };
    Ok(Some(match value {
        Value::Array(values) => Value::Array(values.iter().map(name).collect::<Result<_, _>>()?),
        value => name(value)?,
    }))
}

pub(super) fn set_value(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let value = (writing.value("fieldId").clone(), writing.value("fieldValue").clone());
    Ok(set(writing, &[value])?.remove(0))
}

pub(super) fn set_values(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let given = writing.value("values").as_array().into_iter().flatten();
    let values: Vec<(Value, Value)> =
        given.map(|entry| (entry["fieldId"].clone(), entry["fieldValue"].clone())).collect();
    Ok(Value::Array(set(writing, &values)?))
}

/// The application that a survey is about, which must be the candidate's.
fn surveyed(writing: &Writing<'_, '_>) -> Result<u32, Refusal> {
    let application = writing.named(Kind::Application, "applicationId")?;
    let candidate = writing.named(Kind::Candidate, "candidateId")?;
    if writing.editor.view().parent(Kind::Application, application) != candidate {
        return Err(Refusal::input("applicationId names an application of somebody else"));
    }
    Ok(application)
}

fn request_survey(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let application = surveyed(writing)?;
    let assignments = writing.assignments(&[]);
    let index = writing.editor.create_with(Kind::SurveyRequest, Some(application), |document| {
        crate::writing::assign(document, assignments);
    });
    Ok(writing.show(Kind::SurveyRequest, index))
}

fn submit_survey(writing: &mut Writing<'_, '_>) -> Result<Value, Refusal> {
    let application = surveyed(writing)?;
    let form = writing.record(Kind::SurveyForm, writing.named(Kind::SurveyForm, "surveyFormDefinitionId")?);
    let assignments = writing.assignments(&[]);
    let index = writing.editor.create_with(Kind::SurveySubmission, Some(application), |document| {
        crate::writing::assign(document, assignments);
        for name in ["surveyType", "formDefinition"] {
            document.record.insert(name.to_owned(), form.get(name).cloned().unwrap_or_default());
        }
    });
    Ok(writing.show(Kind::SurveySubmission, index))
}
