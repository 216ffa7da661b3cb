//! The pieces that the table is written with.

use super::{Answer, Effect, Expand, Expansion, Form, Need, Operation, Origin, Paging, Parameter};
use crate::kind::Kind;

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
