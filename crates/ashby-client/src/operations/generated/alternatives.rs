//! Values of one of several types. Written by `cargo xtask codegen` from catalog/*.toml.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::types;

crate::operations::alternatives! {
/// One of several: `Date` or `Instant`.
DateOrInstant {
/// `Date`.
Date(types::Date),
/// `Instant`.
Instant(types::Instant),
}
/// One of several: `InterviewEventChange` or `Vec<InterviewEventChange>`.
InterviewEventChangeOrInterviewEventChanges {
/// `InterviewEventChange`.
InterviewEventChange(types::InterviewEventChange),
/// `Vec<InterviewEventChange>`.
InterviewEventChanges(Vec<types::InterviewEventChange>),
}
/// One of several: `InterviewEventId` or `Vec<InterviewEventId>`.
InterviewEventIdOrInterviewEventIds {
/// `InterviewEventId`.
InterviewEventId(types::InterviewEventId),
/// `Vec<InterviewEventId>`.
InterviewEventIds(Vec<types::InterviewEventId>),
}
/// One of several: `InterviewStageId` or `InitialStage`.
InterviewStageIdOrInitialStage {
/// `InterviewStageId`.
InterviewStageId(types::InterviewStageId),
/// `InitialStage`.
InitialStage(types::InitialStage),
}
/// One of several: `String` or `NoteContent`.
TextOrNoteContent {
/// `String`.
Text(String),
/// `NoteContent`.
NoteContent(types::NoteContent),
}
/// One of several: `String` or `Number` or `bool`.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
TextOrNumberOrBoolean {
/// `String`.
Text(String),
/// `Number`.
Number(Number),
/// `bool`.
Boolean(bool),
}
/// One of several: `String` or `Map<String, Value>`.
TextOrObject {
/// `String`.
Text(String),
/// `Map<String, Value>`.
Object(Map<String, Value>),
}
/// One of several: `String` or `HiringTeamRole`.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
TextOrHiringTeamRole {
/// `String`.
Text(String),
/// `HiringTeamRole`.
HiringTeamRole(types::HiringTeamRole),
}
/// One of several: `String` or `Vec<String>`.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
TextOrTexts {
/// `String`.
Text(String),
/// `Vec<String>`.
Texts(Vec<String>),
}
}

impl From<types::DateOrInstant> for Value {
    fn from(value: types::DateOrInstant) -> Self {
        match value {
            types::DateOrInstant::Date(value) => value.into(),
            types::DateOrInstant::Instant(value) => value.into(),
        }
    }
}

impl From<types::InterviewEventChangeOrInterviewEventChanges> for Value {
    fn from(value: types::InterviewEventChangeOrInterviewEventChanges) -> Self {
        match value {
            types::InterviewEventChangeOrInterviewEventChanges::InterviewEventChange(value) => value.into(),
            types::InterviewEventChangeOrInterviewEventChanges::InterviewEventChanges(value) => value.into(),
        }
    }
}

impl From<types::InterviewEventIdOrInterviewEventIds> for Value {
    fn from(value: types::InterviewEventIdOrInterviewEventIds) -> Self {
        match value {
            types::InterviewEventIdOrInterviewEventIds::InterviewEventId(value) => value.into(),
            types::InterviewEventIdOrInterviewEventIds::InterviewEventIds(value) => value.into(),
        }
    }
}

impl From<types::InterviewStageIdOrInitialStage> for Value {
    fn from(value: types::InterviewStageIdOrInitialStage) -> Self {
        match value {
            types::InterviewStageIdOrInitialStage::InterviewStageId(value) => value.into(),
            types::InterviewStageIdOrInitialStage::InitialStage(value) => value.into(),
        }
    }
}

impl From<types::TextOrNoteContent> for Value {
    fn from(value: types::TextOrNoteContent) -> Self {
        match value {
            types::TextOrNoteContent::Text(value) => value.into(),
            types::TextOrNoteContent::NoteContent(value) => value.into(),
        }
    }
}

impl From<types::TextOrNumberOrBoolean> for Value {
    fn from(value: types::TextOrNumberOrBoolean) -> Self {
        match value {
            types::TextOrNumberOrBoolean::Text(value) => value.into(),
            types::TextOrNumberOrBoolean::Number(value) => value.into(),
            types::TextOrNumberOrBoolean::Boolean(value) => value.into(),
        }
    }
}

impl From<types::TextOrObject> for Value {
    fn from(value: types::TextOrObject) -> Self {
        match value {
            types::TextOrObject::Text(value) => value.into(),
            types::TextOrObject::Object(value) => value.into(),
        }
    }
}

impl From<&str> for types::InterviewEventIdOrInterviewEventIds {
    fn from(text: &str) -> Self {
        Self::InterviewEventId(text.into())
    }
}

impl From<&str> for types::InterviewStageIdOrInitialStage {
    fn from(text: &str) -> Self {
        Self::InterviewStageId(text.into())
    }
}

impl From<&str> for types::TextOrNoteContent {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<&str> for types::TextOrNumberOrBoolean {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<&str> for types::TextOrObject {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<&str> for types::TextOrHiringTeamRole {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<&str> for types::TextOrTexts {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}
