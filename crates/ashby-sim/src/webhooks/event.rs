//! From a change of a record to the events that Ashby sends for it.

use serde_json::{Map, Value};

use super::payload::data;
use crate::kind::Kind;
use crate::view::View;
use crate::world::Document;

/// Something that webhooks are told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// The type: `candidateHire`.
    pub(crate) action: &'static str,
    /// What tells it from all others; what it triggers has the same.
    pub(crate) id: String,
    /// What is said.
    pub(crate) data: Value,
}

/// A record, before and after a change of the organisation.
pub(crate) struct Changed<'a> {
    pub(crate) kind: Kind,
    pub(crate) index: u32,
    pub(crate) before: Option<&'a Document>,
    pub(crate) after: Option<&'a Document>,
}

/// The kinds of records whose changes are told.
const TOLD: &[Kind] = &[
    Kind::Application,
    Kind::Candidate,
    Kind::InterviewSchedule,
    Kind::Job,
    Kind::JobPosting,
    Kind::Offer,
    Kind::Opening,
    Kind::SurveySubmission,
    Kind::TakeHome,
];

/// Which types follow from others, at once.
const TRIGGERS: &[(&str, &[&str])] = &[
    ("candidateHire", &["candidateStageChange", "applicationUpdate"]),
    ("candidateStageChange", &["applicationUpdate"]),
    ("interviewPlanTransition", &["jobUpdate"]),
    ("interviewScheduleCreate", &["interviewScheduleUpdate"]),
    ("jobPostingPublish", &["jobPostingUpdate"]),
    ("jobPostingUnpublish", &["jobPostingUpdate"]),
];

/// Whether changes of a kind can be told at all.
pub(crate) fn is_told(kind: Kind) -> bool {
    TOLD.contains(&kind)
}

/// The types that follow from a type.
fn triggers(action: &str) -> &'static [&'static str] {
    TRIGGERS.iter().find(|(trigger, _)| *trigger == action).map_or(&[], |(_, triggered)| triggered)
}

/// What Ashby tells of a change, the first cause first: types and what they say.
///
/// Whoever is created or changed without an application is not told of, nor is what is deleted with something else.
pub(crate) fn changed(view: View<'_>, changed: &Changed<'_>) -> Vec<(&'static str, Value)> {
    let Some(action) = cause(changed) else { return Vec::new() };
    let subject = changed.after.or(changed.before);
    std::iter::once(&action)
        .chain(triggers(action))
        .map(|action| (*action, data(view, action, changed.index, subject.map(|document| &document.record))))
        .collect()
}

fn cause(changed: &Changed<'_>) -> Option<&'static str> {
    let differs = |path: &str| at(changed.before, path) != at(changed.after, path);
    let is = |path: &str, value: &str| at(changed.after, path).and_then(Value::as_str) == Some(value);
    let created = |action| changed.before.is_none().then_some(action);
    match (changed.kind, changed.before, changed.after) {
        (_, None, None) => None,
        (Kind::Candidate, _, None) => Some("candidateDelete"),
        (Kind::Offer, _, None) => Some("offerDelete"),
        (Kind::JobPosting, _, None) => Some("jobPostingDelete"),
        // Ashby has no type for the deletion of anything else, nor for changes of candidates.
        (Kind::Candidate, ..) | (_, _, None) => None,
        (Kind::Opening, ..) => created("openingCreate"),
        (Kind::SurveySubmission, ..) => created("surveySubmit"),
        (kind, Some(before), Some(after)) if is_same(kind, before, after) => None,
        (Kind::Application, None, _) => Some("applicationSubmit"),
        (Kind::Application, ..) if differs("status") && is("status", "Hired") => Some("candidateHire"),
        (Kind::Application, ..) if differs("currentInterviewStage/id") => Some("candidateStageChange"),
        (Kind::Application, ..) => Some("applicationUpdate"),
        (Kind::InterviewSchedule, None, _) => Some("interviewScheduleCreate"),
        (Kind::InterviewSchedule, ..) => Some("interviewScheduleUpdate"),
        (Kind::Job, None, _) => Some("jobCreate"),
        (Kind::Job, ..) => Some("jobUpdate"),
        (Kind::Offer, None, _) => Some("offerCreate"),
        (Kind::Offer, ..) => Some("offerUpdate"),
        (Kind::JobPosting, ..) if differs("status") && is("status", "Published") => Some("jobPostingPublish"),
        (Kind::JobPosting, ..) if differs("status") && changed.before.is_some() => {
            Some("jobPostingUnpublish")
        }
        (Kind::JobPosting, ..) => Some("jobPostingUpdate"),
        (Kind::TakeHome, ..) if differs("status") => Some(match at(changed.after, "status")?.as_str()? {
            "Submitted" => "takeHomeAssignmentSubmitted",
            "Completed" => "takeHomeAssignmentCompleted",
            "Cancelled" => "takeHomeAssignmentCancelled",
            _ => "takeHomeAssignmentAssigned",
        }),
        _ => None,
    }
}

/// Whether nothing of it changed that Ashby would tell: the person in an application is the candidate's.
fn is_same(kind: Kind, before: &Document, after: &Document) -> bool {
    let untold: &[&str] =
        if kind == Kind::Application { &["updatedAt", "candidate"] } else { &["updatedAt", "candidateId"] };
    let told = |record: &Map<String, Value>| {
        let members = record.iter().filter(|(name, _)| !untold.contains(&name.as_str()));
        members.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>()
    };
    told(&before.record) == told(&after.record)
        && (kind == Kind::Application || before.detail == after.detail)
}

fn at<'v>(document: Option<&'v Document>, path: &str) -> Option<&'v Value> {
    let mut names = path.split('/');
    let first = document?.record.get(names.next()?)?;
    names.try_fold(first, |value, name| value.get(name))
}
