//! The versioned JSON document that files, exports and databases hold. Its versions are types of their own.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Checkpoint, Listed, State, StreamState};
use crate::identity::Identity;
use crate::{Error, ErrorKind, Result};

const VERSION: u64 = 2;

#[derive(Serialize, Deserialize)]
struct Document {
    version: u64,
    #[serde(default)]
    streams: BTreeMap<String, StreamState>,
}

/// Version 1 knew one yardstick for all streams, and checkpoints without parts.
#[derive(Deserialize)]
struct Version1 {
    #[serde(default)]
    access: Option<Access1>,
    #[serde(default)]
    streams: BTreeMap<String, Stream1>,
}

#[derive(Deserialize)]
struct Access1 {
    identity: String,
    #[serde(default)]
    grants: Option<BTreeSet<String>>,
}

#[derive(Deserialize)]
struct Stream1 {
    checkpoint: Value,
    committed_at: Timestamp,
    #[serde(default)]
    full_listing_records: Option<u64>,
}

impl State {
    /// The document.
    pub fn to_document(&self) -> Value {
        serde_json::json!(Document { version: VERSION, streams: self.streams.clone() })
    }

    /// Reads a document back, also one of an earlier version.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if it is not such a document or a newer version of one. The message names the place,
    /// never the content.
    pub fn from_document(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Any {
            version: u64,
        }
        let Any { version } = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        match version {
            1 => Ok(serde_json::from_str::<Version1>(text).map_err(|error| unreadable(&error))?.into()),
            VERSION => {
                let document: Document = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
                Ok(Self::new(document.streams))
            }
            _ => {
                let message =
                    format!("the saved state has version {version}; this program reads up to {VERSION}");
                Err(Error::new(ErrorKind::State, message).with_hint("use the newer program that wrote it"))
            }
        }
    }
}

impl From<Version1> for State {
    fn from(old: Version1) -> Self {
        let identity = old.access.filter(|access| !access.identity.is_empty()).map(|access| {
            let identity = Identity::new(access.identity, "");
            match &access.grants {
                Some(grants) => identity.with_grants(grants.iter().cloned()),
                None => identity,
            }
        });
        let stream = |old: Stream1| StreamState {
            asked_by: identity.clone(),
            yardstick: identity.clone(),
            listed: Listed::new(0, old.full_listing_records),
            ..StreamState::new(Checkpoint::from(old.checkpoint), old.committed_at)
        };
        Self {
            streams: old.streams.into_iter().map(|(name, old)| (name, stream(old))).collect(),
            upgraded_from: Some(1),
        }
    }
}

fn unreadable(error: &serde_json::Error) -> Error {
    let place = format!("line {} column {}", error.line(), error.column());
    Error::new(ErrorKind::State, format!("the saved state cannot be read ({place})"))
        .with_hint("restore it from a copy, or move it away to list everything again; it was left untouched")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Difference;
    use crate::{Stamp, SweepDue, Token};

    #[test]
    fn a_document_is_read_as_it_was_written() {
        let identity = Identity::new("k", "https://x").with_grants(["a"]);
        let checkpoint = Checkpoint::new(Some(Token::new("t")), Some(serde_json::json!({"a": 1})));
        let whole = StreamState {
            asked_by: Some(identity.clone()),
            yardstick: Some(identity),
            asked_since: Some(Stamp::new(4)),
            strangers_since: Some(Stamp::new(3)),
            stamp: Stamp::new(7),
            listing: Some(Stamp::new(6)),
            sweep_due: Some(SweepDue::new(Stamp::new(5), Some("odd".to_owned()))),
            listed: Listed::new(3, Some(4)),
            policy: Some(crate::PolicyMark::new("analytics", "f")),
            ..StreamState::new(checkpoint, Timestamp::UNIX_EPOCH)
        };
        let bare = StreamState::new(Checkpoint::default(), Timestamp::UNIX_EPOCH);
        let state = State::new([("a".to_owned(), whole), ("b".to_owned(), bare)]);
        assert_eq!(State::from_document(&state.to_document().to_string()).unwrap(), state);
    }

    #[test]
    fn version_1_is_read_and_said() {
        let text = r#"{"version":1,"access":{"identity":"k","grants":["a"],"streams":["jobs"]},
            "streams":{"jobs":{"checkpoint":{"token":"t"},"committed_at":"2026-11-22T11:44:44Z",
            "full_listing_records":9,"snapshot":{"x":[1,2]}}}}"#;
        let state = State::from_document(text).unwrap();
        assert_eq!(state.upgraded_from, Some(1));
        let jobs = &state.streams["jobs"];
        assert_eq!(jobs.checkpoint.progress, Some(serde_json::json!({"token": "t"})));
        assert_eq!((jobs.listed.last_full, jobs.stamp, jobs.listing), (Some(9), Stamp::NEVER, None));
        let now = Identity::new("k", "https://x").with_grants(["a"]);
        assert_eq!(now.differs_from(jobs.yardstick.as_ref().unwrap()), None);
        let other = Identity::new("l", "https://x");
        assert_eq!(other.differs_from(jobs.asked_by.as_ref().unwrap()), Some(Difference::Credential));
    }

    #[test]
    fn what_is_newer_or_broken_is_refused_and_not_quoted() {
        for text in [r#"{"version":3}"#, r#"{"version":2,"streams":{"SECRET":5}}"#, "SECRET", "{}"] {
            let error = State::from_document(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::State);
            assert!(error.hint().is_some() && !error.chain().contains("SECRET"), "{error:?}");
        }
    }
}
