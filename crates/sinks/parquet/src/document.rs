//! The document that says what counts: which commits there are, of which files streams consist, and the state.

use std::collections::BTreeMap;

use bytes::Bytes;
use capture_core::{Error, ErrorKind, Result, Stamp, State};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use typed_records::ColumnType;

use crate::sightings::Sightings;

/// What this version writes, and the newest that it reads.
const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Document {
    version: u32,
    /// The newest commit that counts.
    #[serde(default)]
    pub(crate) commit: u64,
    /// Numbers that a run may have used which another one followed: files of theirs count for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) void: Vec<u64>,
    /// Files that have been replaced by others and may still be there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) obsolete: Vec<String>,
    /// The last run ended in the middle: files of it may be there that do not count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_unsettled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lease: Option<Lease>,
    #[serde(default)]
    pub(crate) streams: BTreeMap<String, Stream>,
    state: Value,
}

/// Who has it, where the system cannot tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lease {
    /// Which run that is, for programs.
    pub(crate) run: String,
    /// And for people.
    pub(crate) holder: String,
    /// How long it may be silent.
    pub(crate) seconds: u64,
    /// Grows with each sign of life.
    pub(crate) beat: u64,
}

/// The files of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stream {
    /// Columns that show members, in their order.
    pub(crate) columns: Vec<Column>,
    /// The commit up to which the stream as it stands was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<u64>,
    /// Files of changes since then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) changes: Vec<Change>,
    /// Commits of which a file says when rows were last seen that have not changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) seen: Vec<u64>,
    /// The same, of commits of which it is little.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) sightings: Vec<Sightings>,
    /// Rows that are not gone were last seen then, if an earlier commit brought them and nothing says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) floor: Option<Floor>,
    /// What commits up to this one say of when rows were seen is forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) forgotten: Option<u64>,
    pub(crate) live: u64,
    pub(crate) gone: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Column {
    pub(crate) member: String,
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
}

/// [`ColumnType`] as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Text,
    Instant,
    Integer,
    Number,
    Boolean,
    Json,
}

impl From<ColumnType> for Kind {
    fn from(column: ColumnType) -> Self {
        match column {
            ColumnType::Text => Self::Text,
            ColumnType::Instant => Self::Instant,
            ColumnType::Integer => Self::Integer,
            ColumnType::Number => Self::Number,
            ColumnType::Boolean => Self::Boolean,
            ColumnType::Json => Self::Json,
        }
    }
}

impl From<Kind> for ColumnType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text,
            Kind::Instant => Self::Instant,
            Kind::Integer => Self::Integer,
            Kind::Number => Self::Number,
            Kind::Boolean => Self::Boolean,
            Kind::Json => Self::Json,
        }
    }
}

/// A file with what commits brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    /// The newest of them.
    pub(crate) commit: u64,
    /// The day that it is under.
    pub(crate) on: Date,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Floor {
    pub(crate) seen: Stamp,
    pub(crate) commit: u64,
}

impl Default for Document {
    fn default() -> Self {
        Self {
            version: VERSION,
            commit: 0,
            void: Vec::new(),
            obsolete: Vec::new(),
            is_unsettled: false,
            lease: None,
            streams: BTreeMap::new(),
            state: State::default().to_document(),
        }
    }
}

impl Document {
    /// # Errors
    /// [`ErrorKind::State`] if it is none, or a newer version of one; its content is not quoted.
    pub(crate) fn read(content: &[u8], place: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Any {
            version: u32,
        }
        let unusable = |error: serde_json::Error| {
            let at = format!("line {} column {}", error.line(), error.column());
            Error::new(ErrorKind::State, format!("the state in {place} cannot be read ({at})"))
                .with_hint("restore it from a copy, or name another place; it was left untouched")
        };
        let Any { version } = serde_json::from_slice(content).map_err(unusable)?;
        if version > VERSION {
            let message =
                format!("the state in {place} has version {version}; this program reads up to {VERSION}");
            return Err(
                Error::new(ErrorKind::State, message).with_hint("use the newer program that wrote it")
            );
        }
        serde_json::from_slice(content).map_err(unusable)
    }

    pub(crate) fn to_bytes(&self) -> Result<Bytes> {
        let bytes = serde_json::to_vec(self).map_err(|error| {
            Error::new(ErrorKind::Contract, "the state cannot be written as JSON").with_source(error)
        })?;
        Ok(bytes.into())
    }

    /// # Errors
    /// As [`State::from_document`].
    pub(crate) fn state(&self) -> Result<State> {
        State::from_document(&self.state.to_string())
    }

    pub(crate) fn set_state(&mut self, state: &State) {
        self.state = state.to_document();
    }

    /// Whether nothing was ever kept by it.
    pub(crate) fn is_new(&self) -> bool {
        Self { lease: None, is_unsettled: false, ..self.clone() } == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_newer_or_broken_is_refused_and_not_quoted() {
        for text in [r#"{"version":2}"#, r#"{"version":1,"commit":"SECRET"}"#, "SECRET", ""] {
            let error = Document::read(text.as_bytes(), "here").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::State);
            assert!(error.hint().is_some() && !error.chain().contains("SECRET"), "{error:?}");
        }
        let document = Document::default();
        assert_eq!(Document::read(&document.to_bytes().unwrap(), "here").unwrap(), document);
        assert!(document.is_new() && document.state().unwrap() == State::default());
    }
}
