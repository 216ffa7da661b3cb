//! The connector state that Estuary keeps for us, in the shape that its Python connectors read and write.
//!
//! ```json
//! {"bindingStateV1": {
//!    "jobs": {"inc": {"cursor": ["token"]}, "last_initialized": "2026-11-22T11:44:44.398386Z",
//!             "backfill": {"cutoff": [""], "next_page": "…"}},
//!    "sources": {"snapshot": {"updated_at": "…", "last_count": 2, "last_digest": "…"}, "last_initialized": "…"}}}
//! ```
//!
//! Those connectors refuse any other member, so what we have to keep beside the token goes where they accept anything
//! and look at nothing: into `next_page`, as text, because patches would merge an object with what was there before.
//! They never clear it, so it names the token that it belongs to and counts only beside that one.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use capture_core::{Checkpoint, Error, ErrorKind, Result, State, StateStore, StateUpdate, StreamState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::snapshot::Summary;

/// Which stream is captured into which binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The stream's name.
    pub stream: String,
    /// Position among the bindings of the open request.
    pub index: u32,
    /// Under which its state is kept.
    pub state_key: String,
}

/// A checkpoint in the two parts for which the state has room.
#[derive(Clone, PartialEq, Eq)]
pub struct Position {
    /// The cursor that a Python connector would keep too.
    pub token: Option<String>,
    /// Everything else.
    pub progress: Option<Value>,
}

/// Takes checkpoints apart and puts them together; only their source knows how.
pub trait Positions: Send + Sync {
    /// The parts of a stream's checkpoint.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if it cannot be read.
    fn split(&self, stream: &str, checkpoint: &Checkpoint) -> Result<Position>;

    /// The checkpoint that has these parts.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if there is none.
    fn join(&self, stream: &str, position: Position) -> Result<Checkpoint>;
}

/// What earlier sessions left.
#[derive(Debug, Default)]
pub struct SavedState {
    bindings: HashMap<String, SavedBinding>,
    /// State keys whose bindings were asked to begin again.
    pub(crate) restarts: Vec<String>,
}

/// A binding's share of it.
#[derive(Clone, Default)]
pub(crate) struct SavedBinding {
    /// There is any state at all.
    pub(crate) exists: bool,
    pub(crate) has_last_initialized: bool,
    /// The token; empty before the first complete listing.
    pub(crate) cursor: Option<String>,
    pub(crate) next_page: Option<String>,
    pub(crate) snapshot: Option<Summary>,
}

/// Tokens stay out of logs.
impl std::fmt::Debug for SavedBinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SavedBinding").field("exists", &self.exists).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(rename = "bindingStateV1", borrow)]
    bindings: Option<HashMap<String, Option<&'a RawValue>>>,
    #[serde(rename = "backfillRequests")]
    restarts: Option<BTreeMap<String, Option<bool>>>,
}

#[derive(Deserialize)]
struct BindingDocument {
    inc: Option<Incremental>,
    backfill: Option<Backfill>,
    snapshot: Option<SnapshotDocument>,
    last_initialized: Option<Value>,
}

#[derive(Deserialize)]
struct Incremental {
    cursor: Option<[Cursor; 1]>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Cursor {
    Text(String),
    Number(i64),
}

#[derive(Deserialize)]
struct Backfill {
    next_page: Option<Value>,
}

#[derive(Deserialize)]
struct SnapshotDocument {
    updated_at: Option<Timestamp>,
    last_count: Option<u64>,
    last_digest: Option<String>,
}

/// What `next_page` holds.
#[derive(Serialize, Deserialize)]
struct Parked {
    /// The token that it belongs to.
    base: String,
    page: Value,
}

impl SavedState {
    /// Reads the state of an open request. States of bindings that are not open are left alone.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if the state of an open binding cannot be read: it never means to begin again.
    pub fn read(state: &RawValue, open: &[Binding]) -> Result<Self> {
        // The text of serde's errors quotes values, and there are tokens among them.
        let document: Option<Document<'_>> =
            serde_json::from_str(state.get()).map_err(|_| unreadable("the saved state"))?;
        let Some(document) = document else { return Ok(Self::default()) };
        let restarts = document.restarts.unwrap_or_default().into_iter();
        // A null is what a request leaves behind that was dealt with, where patches were not applied to anything yet.
        let restarts: Vec<String> =
            restarts.filter(|(_, asked)| *asked == Some(true)).map(|(key, _)| key).collect();
        let saved = document.bindings.unwrap_or_default();
        let mut bindings = HashMap::new();
        for binding in open {
            let key = &binding.state_key;
            let text = saved.get(key).copied().flatten().filter(|_| !restarts.contains(key));
            let binding = match text {
                Some(text) => SavedBinding::read(text).ok_or_else(|| {
                    unreadable(&format!("the saved state of the binding {}", binding.stream))
                })?,
                None => SavedBinding::default(),
            };
            bindings.insert(key.clone(), binding);
        }
        Ok(Self { bindings, restarts })
    }

    pub(crate) fn binding(&self, state_key: &str) -> SavedBinding {
        self.bindings.get(state_key).cloned().unwrap_or_default()
    }

    /// When the binding was last listed whole, if it is one that always is.
    pub fn listed_at(&self, binding: &Binding) -> Option<Timestamp> {
        self.bindings.get(&binding.state_key)?.snapshot.as_ref()?.updated_at
    }

    /// Whether the binding was complete before.
    pub fn is_backfilled(&self, binding: &Binding) -> bool {
        self.bindings.get(&binding.state_key).is_some_and(|saved| {
            saved.snapshot.is_some() || saved.cursor.as_ref().is_some_and(|cursor| !cursor.is_empty())
        })
    }

    /// The state as a runner wants it.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if `positions` cannot read a binding's part of it.
    pub fn to_store(&self, open: &[Binding], positions: &dyn Positions) -> Result<OpenedState> {
        let mut streams = BTreeMap::new();
        for binding in open {
            let Some(position) = self.binding(&binding.state_key).position() else { continue };
            let checkpoint = positions.join(&binding.stream, position).map_err(|error| {
                unreadable(&format!("the saved state of the binding {}", binding.stream)).with_source(error)
            })?;
            let state = StreamState {
                checkpoint,
                committed_at: Timestamp::UNIX_EPOCH,
                full_listing_records: None,
                snapshot: None,
            };
            streams.insert(binding.stream.clone(), state);
        }
        Ok(OpenedState(State { streams, access: Some(Default::default()) }))
    }
}

impl SavedBinding {
    fn read(text: &RawValue) -> Option<Self> {
        let document: BindingDocument = serde_json::from_str(text.get()).ok()?;
        let cursor = document.inc.and_then(|inc| inc.cursor).map(|[cursor]| match cursor {
            Cursor::Text(text) => text,
            Cursor::Number(number) => number.to_string(),
        });
        let next_page = document.backfill.and_then(|backfill| backfill.next_page);
        Some(Self {
            exists: true,
            has_last_initialized: document.last_initialized.is_some(),
            cursor,
            next_page: next_page.map(|page| match page {
                Value::String(text) => text,
                // None of ours, to be cleared like any other that is stale.
                other => other.to_string(),
            }),
            snapshot: document.snapshot.map(|snapshot| Summary {
                updated_at: snapshot.updated_at,
                count: snapshot.last_count.unwrap_or(0),
                digest: snapshot.last_digest,
            }),
        })
    }

    /// From where to continue; `None` for a binding that never got anywhere, or is always listed whole.
    fn position(&self) -> Option<Position> {
        let cursor = self.cursor.as_ref()?;
        let parked = self.next_page.as_deref().and_then(|text| serde_json::from_str::<Parked>(text).ok());
        let progress = parked.filter(|parked| parked.base == *cursor).map(|parked| parked.page);
        let token = Some(cursor.clone()).filter(|cursor| !cursor.is_empty());
        (token.is_some() || progress.is_some()).then_some(Position { token, progress })
    }

    /// Takes the position over and returns the patch for it; nothing if it is what was there.
    pub(crate) fn advance(&mut self, position: Position) -> Option<Value> {
        let cursor = position.token.unwrap_or_default();
        let next_page = position.progress.map(|page| {
            let parked = Parked { base: cursor.clone(), page };
            serde_json::to_string(&parked).expect("text and JSON are JSON")
        });
        let mut patch = Map::new();
        if self.cursor.as_ref() != Some(&cursor) {
            patch.insert("inc".to_owned(), json!({"cursor": [cursor]}));
        }
        if self.next_page != next_page {
            let backfill = next_page.as_ref().map(|page| json!({"cutoff": [""], "next_page": page}));
            patch.insert("backfill".to_owned(), backfill.into());
        }
        (self.cursor, self.next_page) = (Some(cursor), next_page);
        (!patch.is_empty()).then_some(Value::Object(patch))
    }
}

impl Summary {
    pub(crate) fn patch(&self) -> Value {
        json!({"snapshot": {
            "updated_at": self.updated_at.map(instant),
            "last_count": self.count,
            "last_digest": self.digest,
        }})
    }
}

/// An instant as the Python connectors write it.
pub(crate) fn instant(timestamp: Timestamp) -> String {
    format!("{timestamp:.6}")
}

/// A patch of the states of some bindings.
pub(crate) fn bindings_patch(bindings: Map<String, Value>) -> Value {
    Value::Object(Map::from_iter([("bindingStateV1".to_owned(), bindings.into())]))
}

fn unreadable(what: &str) -> Error {
    Error::new(ErrorKind::State, format!("{what} cannot be read")).with_hint(
        "it was left untouched; backfill the binding in Estuary to list it again from the beginning",
    )
}

/// The state with which a session begins. The sink writes the later ones.
#[derive(Debug)]
pub struct OpenedState(State);

#[async_trait]
impl StateStore for OpenedState {
    async fn load(&mut self) -> Result<State> {
        Ok(self.0.clone())
    }

    async fn save(&mut self, _: &StateUpdate) -> Result<()> {
        Err(Error::new(ErrorKind::State, "Estuary takes states only with checkpoints"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The checkpoint is the position itself.
    struct Plain;

    impl Positions for Plain {
        fn split(&self, _: &str, checkpoint: &Checkpoint) -> Result<Position> {
            let token = checkpoint.0["token"].as_str().map(str::to_owned);
            Ok(Position {
                token,
                progress: Some(checkpoint.0["progress"].clone()).filter(|page| !page.is_null()),
            })
        }

        fn join(&self, _: &str, position: Position) -> Result<Checkpoint> {
            if position.progress == Some(json!("broken")) {
                return Err(Error::new(ErrorKind::State, "broken"));
            }
            Ok(Checkpoint(json!({"token": position.token, "progress": position.progress})))
        }
    }

    fn binding() -> Binding {
        Binding { stream: "jobs".to_owned(), index: 0, state_key: "jobs.v1".to_owned() }
    }

    fn read(state: &Value) -> Result<SavedState> {
        let text = RawValue::from_string(state.to_string()).unwrap();
        SavedState::read(&text, &[binding()])
    }

    /// The checkpoint that is found in a binding's state.
    fn found(state: &Value) -> Result<Option<Value>> {
        let saved = read(
            &json!({"bindingStateV1": {"jobs.v1": state, "other": {"inc": "odd"}}, "refresh_token": null}),
        )?;
        let store = saved.to_store(&[binding()], &Plain)?;
        Ok(store.0.streams.get("jobs").map(|state| state.checkpoint.0.clone()))
    }

    fn parked(base: &str) -> Value {
        json!({"cutoff": [""], "next_page": json!({"base": base, "page": {"cursor": 3}}).to_string()})
    }

    #[test]
    fn states_of_python_connectors_are_understood() {
        let initialized = "2026-11-22T11:44:44.398386Z";
        for (state, token) in [
            (json!(null), None),
            (json!({"inc": {"cursor": [""]}, "last_initialized": initialized}), None),
            (json!({"inc": {"cursor": ["t1"]}, "last_initialized": initialized}), Some("t1")),
            (json!({"inc": {"cursor": [5]}}), Some("5")),
            (
                json!({"inc": {"cursor": ["t1"]}, "backfill": null, "is_connector_initiated": false}),
                Some("t1"),
            ),
            (
                json!({"inc": {"cursor": ["t1"]}, "backfill": {"cutoff": [""], "next_page": {"a": 1}}}),
                Some("t1"),
            ),
            (json!({"inc": {"cursor": ["t1"]}, "backfill": {"cutoff": [""], "next_page": 7}}), Some("t1")),
            (json!({"snapshot": {"updated_at": initialized, "last_count": 2, "last_digest": "d"}}), None),
            (json!({"inc": null}), None),
        ] {
            let expected = token.map(|token| json!({"token": token, "progress": null}));
            assert_eq!(found(&state).unwrap(), expected, "{state}");
        }
    }

    #[test]
    fn parked_progress_counts_only_beside_its_token() {
        let state = |token, base| json!({"inc": {"cursor": [token]}, "backfill": parked(base)});
        assert_eq!(found(&state("t1", "t1")).unwrap().unwrap()["progress"], json!({"cursor": 3}));
        assert_eq!(found(&state("", "")).unwrap().unwrap()["progress"], json!({"cursor": 3}));
        assert_eq!(found(&state("t2", "t1")).unwrap().unwrap()["progress"], json!(null), "stale");
        assert_eq!(found(&state("t2", "")).unwrap().unwrap()["progress"], json!(null), "stale");
    }

    #[test]
    fn what_cannot_be_read_stops_the_run_and_is_not_quoted() {
        for state in [
            json!({"inc": {"cursor": ["SECRET", "b"]}}),
            json!({"inc": {"cursor": "SECRET"}}),
            json!({"snapshot": {"last_count": -1}}),
            json!("SECRET"),
            json!({"inc": {"cursor": [""]}, "backfill": {"next_page": "{\"base\":\"\",\"page\":\"broken\"}"}}),
        ] {
            let error = found(&state).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::State, "{state}");
            assert!(error.to_string().contains("jobs") && !error.chain().contains("SECRET"), "{error}");
            assert!(error.hint().is_some());
        }
        assert_eq!(read(&json!([])).unwrap_err().kind(), ErrorKind::State);
        assert!(read(&json!(null)).unwrap().restarts.is_empty());
    }

    #[test]
    fn a_binding_that_is_to_begin_again_has_no_state() {
        let state = json!({"bindingStateV1": {"jobs.v1": {"inc": {"cursor": ["t"]}}}, "backfillRequests": {"jobs.v1": true}});
        let saved = read(&state).unwrap();
        assert_eq!(saved.restarts, ["jobs.v1"]);
        assert!(!saved.is_backfilled(&binding()));
        let dealt_with = json!({"bindingStateV1": {"jobs.v1": {"inc": {"cursor": ["t"]}}}, "backfillRequests": {"jobs.v1": null}});
        assert!(read(&dealt_with).unwrap().is_backfilled(&binding()));
    }

    #[test]
    fn patches_say_what_changed_and_nothing_else() {
        let mut saved = SavedBinding { cursor: Some(String::new()), ..SavedBinding::default() };
        let position = |token: &str, progress: Option<Value>| Position {
            token: Some(token.to_owned()).filter(|token| !token.is_empty()),
            progress,
        };
        assert_eq!(saved.advance(position("", None)), None);
        let text = json!({"base": "", "page": 1}).to_string();
        assert_eq!(
            saved.advance(position("", Some(json!(1)))),
            Some(json!({"backfill": {"cutoff": [""], "next_page": text}}))
        );
        assert_eq!(saved.advance(position("", Some(json!(1)))), None);
        assert_eq!(
            saved.advance(position("t1", None)),
            Some(json!({"inc": {"cursor": ["t1"]}, "backfill": null}))
        );
        assert_eq!(saved.advance(position("t2", None)), Some(json!({"inc": {"cursor": ["t2"]}})));
        assert!(saved.position() == Some(position("t2", None)));
    }

    #[test]
    fn instants_look_like_pythons() {
        let timestamp: Timestamp = "2026-11-22T11:44:44.398386123Z".parse().unwrap();
        assert_eq!(instant(timestamp), "2026-11-22T11:44:44.398386Z");
    }
}
