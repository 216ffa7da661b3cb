//! The pieces that the table is written with.

use serde_json::Value;

use super::{
    Answer, Change, Effect, Expand, Expansion, Form, Member, Members, Need, Operation, Origin, Paging,
    Parameter, Shape,
};
use crate::check::Refusal;
use crate::kind::Kind;
use crate::writing::Writing;

pub(super) const fn optional(name: &'static str, form: Form, effect: Effect) -> Parameter {
    Parameter { name, form, need: Need::Optional, effect }
}

pub(super) const fn required(name: &'static str, form: Form) -> Parameter {
    Parameter { name, form, need: Need::Required, effect: Effect::None }
}

pub(super) const fn one_of(name: &'static str, form: Form, effect: Effect) -> Parameter {
    Parameter { name, form, need: Need::OneOf, effect }
}

pub(super) const fn reveals(name: &'static str, path: &'static str, literal: &'static str) -> Parameter {
    optional(name, Form::Flag, Effect::Reveals(path, literal))
}

pub(super) const fn filter(name: &'static str, path: &'static str) -> Parameter {
    optional(name, Form::Uuid, Effect::Equals(path))
}

pub(super) const fn expand(values: &'static [Expansion]) -> Parameter {
    optional("expand", Form::Texts, Effect::Expands(values))
}

pub(super) const fn reference(value: &'static str, path: &'static str, kind: Kind) -> Expansion {
    Expansion { value, how: Expand::Reference(path, kind) }
}

pub(super) const INCLUDE_ARCHIVED: Parameter = reveals("includeArchived", "/isArchived", "true");

pub(super) const fn created_after(path: &'static str) -> Parameter {
    optional("createdAfter", Form::Integer, Effect::After(path))
}

pub(super) const OPENINGS_OF_APPLICATION: Expansion =
    Expansion { value: "openings", how: Expand::Openings("/job/id") };
pub(super) const OPENINGS_OF_JOB: Expansion = Expansion { value: "openings", how: Expand::Openings("/id") };
pub(super) const LOCATION: Expansion = reference("location", "/locationId", Kind::Location);
pub(super) const COMPENSATION: Expansion = Expansion { value: "compensation", how: Expand::Detail };
pub(super) const JOB_STATUSES: &[&str] = &["Draft", "Open", "Closed", "Archived"];
pub(super) const SURVEY_TYPES: &[&str] = &["CandidateExperience", "Questionnaire", "HiringManagerExperience"];

pub(super) const CANDIDATES: Option<&str> = Some("candidates:read");
pub(super) const JOBS: Option<&str> = Some("jobs:read");
pub(super) const INTERVIEWS: Option<&str> = Some("interviews:read");
pub(super) const HIRING_PROCESS: Option<&str> = Some("hiringProcessMetadata:read");
pub(super) const ORGANISATION: Option<&str> = Some("organization:read");
pub(super) const OFFERS: Option<&str> = Some("offers:read");

pub(super) const fn list(
    name: &'static str,
    scope: Option<&'static str>,
    kind: Kind,
    paging: Paging,
    parameters: &'static [Parameter],
) -> Operation {
    Operation {
        name,
        scope,
        answer: Answer::List { source: Origin::All(kind), paging },
        parameters,
        not_found: "invalid_input",
    }
}

pub(super) const fn from(origin: Origin, not_found: &'static str, operation: Operation) -> Operation {
    let paging = match operation.answer {
        Answer::List { paging, .. } => paging,
        _ => Paging::None,
    };
    Operation { answer: Answer::List { source: origin, paging }, not_found, ..operation }
}

pub(super) const fn children(
    parent: Kind,
    parameter: &'static str,
    not_found: &'static str,
    operation: Operation,
) -> Operation {
    match operation.answer {
        Answer::List { source: Origin::All(kind), .. } => {
            from(Origin::Children { kind, parent, parameter }, not_found, operation)
        }
        _ => operation,
    }
}

pub(super) const fn answer(
    name: &'static str,
    scope: Option<&'static str>,
    answer: Answer,
    not_found: &'static str,
    parameters: &'static [Parameter],
) -> Operation {
    Operation { name, scope, answer, parameters, not_found }
}

pub(super) const fn info(
    name: &'static str,
    scope: Option<&'static str>,
    kind: Kind,
    parameter: &'static str,
    not_found: &'static str,
    parameters: &'static [Parameter],
) -> Operation {
    answer(name, scope, Answer::Info { kind, parameter }, not_found, parameters)
}

pub(super) const fn search(
    name: &'static str,
    scope: Option<&'static str>,
    kind: Kind,
    parameters: &'static [Parameter],
) -> Operation {
    answer(name, scope, Answer::Search { kind }, "invalid_input", parameters)
}

pub(super) const CANDIDATES_WRITE: &str = "candidates:write";
pub(super) const HIRING_PROCESS_WRITE: &str = "hiringProcessMetadata:write";
pub(super) const INTERVIEWS_WRITE: &str = "interviews:write";
pub(super) const JOBS_WRITE: &str = "jobs:write";
pub(super) const OFFERS_WRITE: &str = "offers:write";
pub(super) const ORGANISATION_WRITE: &str = "organization:write";
pub(super) const API_KEYS_WRITE: &str = "apiKeys:write";

pub(super) const EMPLOYMENT_TYPES: &[&str] = &["FullTime", "PartTime", "Intern", "Contract", "Temporary"];
pub(super) const WORKPLACE_TYPES: &[&str] = &["OnSite", "Hybrid", "Remote"];
pub(super) const POSTAL_ADDRESS: Form = Form::Object(&[member(
    "postalAddress",
    Form::Object(&[
        member("addressCountry", Form::Text),
        member("addressRegion", Form::Text),
        member("addressLocality", Form::Text),
        member("postalCode", Form::Text),
        member("streetAddress", Form::Text),
    ]),
)]);
/// The answers to a form's questions.
pub(super) const FIELD_SUBMISSIONS: Form =
    Form::Each(&Form::Object(&[needs("path", Form::Text), needs("value", Form::OrNull(&Form::Any))]));
pub(super) const FORM_ANSWERS: Form = Form::Object(&[needs("fieldSubmissions", FIELD_SUBMISSIONS)]);
pub(super) const FIELD_VALUE: Form = Form::OrNull(&Form::Any);
pub(super) const FIELD_VALUES: Form =
    Form::Each(&Form::Object(&[needs("fieldId", Form::Uuid), needs("fieldValue", FIELD_VALUE)]));
pub(super) const COMPENSATION_TIERS: Form = Form::Each(&Form::Object(&[
    member("title", Form::Text),
    member("additionalInformation", Form::Text),
    needs(
        "components",
        Form::Each(&Form::Object(&[
            needs("compensationType", Form::Text),
            needs("interval", Form::Text),
            member("currencyCode", Form::Text),
            member("label", Form::Text),
            needs("minValue", Form::OrNull(&Form::Number)),
            needs("maxValue", Form::OrNull(&Form::Number)),
        ])),
    ),
]));

/// A member that may be absent.
pub(super) const fn member(name: &'static str, form: Form) -> Member {
    Member { name, form, required: false }
}

/// A member that must be there.
pub(super) const fn needs(name: &'static str, form: Form) -> Member {
    Member { name, form, required: true }
}

/// An optional parameter that sets a member.
pub(super) const fn sets(name: &'static str, form: Form, path: &'static str) -> Parameter {
    optional(name, form, Effect::Sets(path))
}

/// An optional parameter with the id of a record, which becomes a member.
pub(super) const fn refers(name: &'static str, path: &'static str, kind: Kind) -> Parameter {
    optional(name, Form::Uuid, Effect::Refers(path, kind))
}

/// An optional parameter with the id of a record that becomes a member.
pub(super) const fn embeds(name: &'static str, path: &'static str, kind: Kind) -> Parameter {
    optional(name, Form::Uuid, Effect::Embeds(path, kind))
}

/// A required parameter with the id of a record.
pub(super) const fn names(name: &'static str, kind: Kind) -> Parameter {
    needed(optional(name, Form::Uuid, Effect::Names(kind)))
}

/// A parameter that need not be there and does nothing by itself.
pub(super) const fn may(name: &'static str, form: Form) -> Parameter {
    optional(name, form, Effect::None)
}

pub(super) const fn needed(parameter: Parameter) -> Parameter {
    Parameter { need: Need::Required, ..parameter }
}

pub(super) const fn write(
    name: &'static str,
    scope: &'static str,
    change: Change,
    parameters: &'static [Parameter],
) -> Operation {
    Operation {
        name,
        scope: Some(scope),
        answer: Answer::Write(change),
        parameters,
        not_found: "invalid_input",
    }
}

pub(super) const fn create(kind: Kind, with: Members) -> Change {
    Change::Create { kind, parent: None, with }
}

pub(super) const fn update(kind: Kind, id: &'static str, with: Members) -> Change {
    Change::Update { kind, id, with }
}

/// Whether an array of a record has an item from now on.
pub(super) const fn array(
    (kind, id): (Kind, &'static str),
    array: &'static str,
    (item, shape): (&'static str, Shape),
    present: bool,
) -> Change {
    Change::Member { kind, id, array, item, shape, present }
}

pub(super) const fn act(act: fn(&mut Writing<'_, '_>) -> Result<Value, Refusal>) -> Change {
    Change::Act(act)
}
