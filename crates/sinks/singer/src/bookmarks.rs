//! From where streams go on: a bookmark each, and those that are not read are kept.

use std::collections::BTreeMap;

use capture_core::{Error, ErrorKind, Result, State, StreamState};
use serde_json::{Map, Value, json};

/// The places of all streams.
#[derive(Debug, Clone, Default)]
pub struct Bookmarks {
    all: Map<String, Value>,
}

impl Bookmarks {
    /// Reads the value of a state message. Nothing at all is no state.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if it is something else.
    pub fn read(text: &str) -> Result<Self> {
        let wrong = |what: &str| {
            Error::new(ErrorKind::State, format!("the state {what}"))
                .with_hint("leave --state out to read everything again")
        };
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let mut given: Value = serde_json::from_str(text).map_err(|_| wrong("is not JSON"))?;
        // As some pass it on.
        if given["type"] == "STATE" {
            given = given["value"].take();
        }
        match given {
            Value::Null => Ok(Self::default()),
            Value::Object(mut members) => match members.remove("bookmarks") {
                Some(Value::Object(all)) => Ok(Self { all }),
                None if members.is_empty() => Ok(Self::default()),
                _ => Err(wrong("has no bookmarks")),
            },
            _ => Err(wrong("is no object")),
        }
    }

    /// The saved state of a stream, and the version of its rows.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if it is not one of ours, or of a later version.
    pub(crate) fn of(&self, stream: &str) -> Result<(Option<StreamState>, Option<u64>)> {
        let Some(bookmark) = self.all.get(stream) else { return Ok((None, None)) };
        let document = &bookmark["ashby"];
        if document.is_null() {
            // Of another tap: its place means nothing here.
            return Ok((None, None));
        }
        let mut state = State::from_document(&document.to_string())?;
        Ok((state.streams.remove(stream), bookmark["version"].as_u64()))
    }

    pub(crate) fn set(&mut self, stream: &str, state: Option<&StreamState>, version: Option<u64>) {
        let streams: BTreeMap<String, StreamState> =
            state.map(|state| (stream.to_owned(), state.clone())).into_iter().collect();
        let document = State::new(streams).to_document();
        self.all.insert(stream.to_owned(), json!({"ashby": document, "version": version}));
    }

    /// The value of a state message: all of them, since targets keep only the last.
    pub(crate) fn value(&self) -> Value {
        json!({"bookmarks": self.all})
    }
}

#[cfg(test)]
mod tests {
    use capture_core::Checkpoint;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_bookmark_comes_back_and_those_of_others_stay() {
        let mut bookmarks =
            Bookmarks::read(r#"{"bookmarks": {"other": {"replication_key_value": 7}}}"#).unwrap();
        let state = StreamState::new(Checkpoint::from(json!({"place": 7})), Timestamp::UNIX_EPOCH);
        bookmarks.set("jobs", Some(&state), Some(3));
        for text in [bookmarks.value(), json!({"type": "STATE", "value": bookmarks.value()})] {
            let read = Bookmarks::read(&text.to_string()).unwrap();
            assert_eq!(read.of("jobs").unwrap(), (Some(state.clone()), Some(3)));
            assert_eq!(read.of("other").unwrap(), (None, None));
            assert_eq!(read.value()["bookmarks"]["other"]["replication_key_value"], 7);
        }
    }

    #[test]
    fn nothing_is_no_state_and_what_is_odd_is_refused() {
        for nothing in ["", "{}", "null", r#"{"bookmarks": {}}"#] {
            assert!(Bookmarks::read(nothing).unwrap().all.is_empty(), "{nothing}");
        }
        for odd in ["x", "[]", "7", r#"{"bookmarks": 7}"#, r#"{"a": 1}"#] {
            assert_eq!(Bookmarks::read(odd).unwrap_err().kind(), ErrorKind::State, "{odd}");
        }
        let later =
            Bookmarks::read(r#"{"bookmarks": {"jobs": {"ashby": {"version": 99, "streams": {}}}}}"#).unwrap();
        assert_eq!(later.of("jobs").unwrap_err().kind(), ErrorKind::State);
    }
}
