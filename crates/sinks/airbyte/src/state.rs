//! States as messages carry them: each stream's is a document of the state with that stream alone, and beside it the rows
//! that were sent, as long as they are few.

use std::collections::BTreeMap;

use capture_core::{Error, ErrorKind, Result, State, StreamState};
use serde_json::Value;

use crate::rows::Rows;

/// Where a stream's rows are in its document.
const ROWS: &str = "rows";

/// From where streams go on.
#[derive(Debug, Clone, Default)]
pub struct SavedState {
    /// Those that this program saved.
    pub(crate) streams: BTreeMap<String, StreamState>,
    /// What destinations have of these, where that is known.
    pub(crate) rows: BTreeMap<String, Rows>,
    /// Streams of which another program saved something that it alone can use.
    pub foreign: Vec<String>,
}

impl SavedState {
    /// Reads what `--state` names: a list of state messages. Nothing at all is no state.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if it is something else, or of a later version: never a fresh start.
    pub fn read(text: &str) -> Result<Self> {
        let wrong = |what: &str| {
            Error::new(ErrorKind::State, format!("the state {what}"))
                .with_hint("clear the connection's state in the platform to list everything again")
        };
        let mut saved = Self::default();
        if text.trim().is_empty() {
            return Ok(saved);
        }
        let given: Value = serde_json::from_str(text).map_err(|_| wrong("is not JSON"))?;
        let messages = match given {
            Value::Array(messages) => messages,
            Value::Null => Vec::new(),
            Value::Object(members) if members.is_empty() => Vec::new(),
            _ => return Err(wrong("is not a list of state messages")),
        };
        for message in messages {
            // Within a message, or as it is.
            let state = match message.get("state") {
                Some(state) => state,
                None => &message,
            };
            match state["type"].as_str() {
                Some("STREAM") => {}
                Some(_) => return Err(wrong("is of another type than STREAM")),
                None => return Err(wrong("is not a list of state messages")),
            }
            let name = state["stream"]["stream_descriptor"]["name"].as_str();
            let name = name.ok_or_else(|| wrong("names no stream"))?;
            match &state["stream"]["stream_state"] {
                Value::Null => {}
                Value::Object(members) if members.is_empty() => {}
                ours if ours.get("streams").is_some_and(Value::is_object) => {
                    let mut document = State::from_document(&ours.to_string())?;
                    if let Some(state) = document.streams.remove(name) {
                        saved.streams.insert(name.to_owned(), state);
                        if let Some(rows) = ours.get(ROWS) {
                            saved.rows.insert(name.to_owned(), Rows::read(rows)?);
                        }
                    }
                }
                _ => saved.foreign.push(name.to_owned()),
            }
        }
        Ok(saved)
    }
}

/// A stream's state as a message carries it.
pub(crate) fn document(stream: &str, state: Option<&StreamState>, rows: Option<&Rows>) -> Value {
    let streams = state.map(|state| (stream.to_owned(), state.clone()));
    let mut document = State::new(streams).to_document();
    if let Some(rows) = rows {
        document[ROWS] = rows.to_value();
    }
    document
}

#[cfg(test)]
mod tests {
    use capture_core::{Checkpoint, Record, Stamp};
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_state_comes_back_as_platforms_print_it() {
        let mut state = StreamState::new(Checkpoint::from(json!({"place": 7})), Timestamp::UNIX_EPOCH);
        state.stamp = Stamp::new(3);
        let mut rows = Rows::default();
        assert!(rows.note(&Record::upsert("a", "{}"), state.stamp));
        let stream = |name: &str, state: Value| {
            json!({"type": "STREAM", "stream": {
                "stream_descriptor": {"name": name, "namespace": null}, "stream_state": state,
            }, "global": null, "data": null, "sourceStats": null})
        };
        let given = json!([
            stream("jobs", document("jobs", Some(&state), Some(&rows))),
            {"type": "STATE", "state": stream("users", document("users", None, None))},
            stream("applications", json!({"updatedAt": "2026-01-01T00:00:00Z"})),
            stream("sources", json!({"__ab_no_cursor_state_message": true})),
            stream("offers", Value::Null),
        ]);
        let saved = SavedState::read(&given.to_string()).unwrap();
        assert_eq!(saved.streams, BTreeMap::from([("jobs".to_owned(), state)]));
        assert_eq!(saved.rows, BTreeMap::from([("jobs".to_owned(), rows)]));
        assert_eq!(saved.foreign, ["applications", "sources"]);
    }

    #[test]
    fn nothing_is_no_state_and_what_is_odd_is_refused() {
        for nothing in ["", " \n", "[]", "null", "{}"] {
            assert!(SavedState::read(nothing).unwrap().streams.is_empty(), "{nothing}");
        }
        let later = json!([{"type": "STREAM", "stream": {
            "stream_descriptor": {"name": "jobs"}, "stream_state": {"version": 99, "streams": {}},
        }}]);
        for odd in [
            "x",
            "7",
            r#"[{"type": "GLOBAL"}]"#,
            r#"[{"data": {}}]"#,
            r#"[{"type": "STREAM"}]"#,
            &later.to_string(),
        ] {
            assert_eq!(SavedState::read(odd).unwrap_err().kind(), ErrorKind::State, "{odd}");
        }
    }
}
