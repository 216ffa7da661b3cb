//! The connector state that Estuary keeps for us, in the shape that its Python connectors read and write.
//!
//! ```json
//! {"bindingStateV1": {
//!    "jobs": {"inc": {"cursor": ["token"]}, "last_initialized": "2026-11-22T11:44:44.398386Z",
//!             "backfill": {"cutoff": [""], "next_page": "…"}},
//!    "sources": {"snapshot": {"updated_at": "…", "last_count": 2, "last_digest": "…"}, "last_initialized": "…"}}}
//! ```
//!
//! Those connectors refuse any other member, so what we have to keep beside the token (the place within a listing, and
//! who asked) goes where they accept anything and look at nothing: into `next_page`, as text, because patches would
//! merge an object with what was there before. They never clear it, so it names the token that it belongs to and counts
//! only beside that one: a token that they saved belongs to whoever asks now.

mod note;
mod parked;

use std::collections::{BTreeMap, HashMap};

use capture_core::{Checkpoint, Error, ErrorKind, Identity, Result, StreamState, Token};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::snapshot::Summary;
pub(crate) use note::{Doubt, Note};
use parked::Parked;

pub use note::Origin;

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

/// What earlier sessions left.
#[derive(Debug, Default)]
pub struct SavedState {
    bindings: HashMap<String, SavedBinding>,
    /// State keys whose bindings were asked to begin again.
    pub(crate) restarts: Vec<String>,
    origin: Option<Origin>,
}

/// A binding's share of it.
#[derive(Clone, Default)]
pub(crate) struct SavedBinding {
    /// There is any state at all.
    pub(crate) exists: bool,
    pub(crate) has_last_initialized: bool,
    /// The token; empty before the first complete listing.
    pub(crate) cursor: Option<String>,
    next_page: Option<String>,
    /// From where to continue.
    pub(crate) state: Option<StreamState>,
    pub(crate) snapshot: Option<Summary>,
    /// Of a binding that is listed whole.
    pub(crate) note: Note,
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
        let origin = Trace::origin(saved.values().copied().flatten());
        Ok(Self { bindings, restarts, origin })
    }

    /// With which connector the capture began, as far as its state tells, that of closed bindings and of earlier
    /// backfills included; `None` if nothing has been captured.
    pub fn origin(&self) -> Option<Origin> {
        self.origin
    }

    pub(crate) fn binding(&self, state_key: &str) -> SavedBinding {
        self.bindings.get(state_key).cloned().unwrap_or_default()
    }

    /// When the binding was last listed whole, if it is one that always is.
    pub fn listed_at(&self, binding: &Binding) -> Option<Timestamp> {
        self.bindings.get(&binding.state_key)?.snapshot.as_ref()?.updated_at
    }

    /// Whether the binding was complete before, and is so for `identity`: what another one saw is no beginning.
    pub fn is_backfilled(&self, binding: &Binding, identity: &Identity) -> bool {
        let Some(saved) = self.bindings.get(&binding.state_key) else { return false };
        let has_token = saved.cursor.as_ref().is_some_and(|cursor| !cursor.is_empty());
        let asked_by = saved.state.as_ref().and_then(|state| state.asked_by.as_ref());
        let is_somebody_elses = asked_by.is_some_and(|before| identity.differs_from(before).is_some());
        saved.snapshot.is_some() || (has_token && !is_somebody_elses)
    }
}

impl SavedBinding {
    fn read(text: &RawValue) -> Option<Self> {
        let document: BindingDocument = serde_json::from_str(text.get()).ok()?;
        let cursor = document.inc.and_then(|inc| inc.cursor).map(|[cursor]| match cursor {
            Cursor::Text(text) => text,
            Cursor::Number(number) => number.to_string(),
        });
        let next_page = document.backfill.and_then(|backfill| backfill.next_page).map(|page| match page {
            Value::String(text) => text,
            // None of ours, to be cleared like any other that is stale.
            _ => String::new(),
        });
        Some(Self {
            exists: true,
            note: next_page.as_deref().map(Note::read).unwrap_or_default(),
            has_last_initialized: document.last_initialized.is_some(),
            state: continued(cursor.as_deref(), next_page.as_deref())?,
            cursor,
            next_page,
            snapshot: document.snapshot.map(|snapshot| Summary {
                updated_at: snapshot.updated_at,
                count: snapshot.last_count.unwrap_or(0),
                digest: snapshot.last_digest,
            }),
        })
    }

    /// Takes over what is true of the stream and returns the patch for it; nothing if it is what was there.
    pub(crate) fn advance(&mut self, state: Option<&StreamState>, origin: Option<Origin>) -> Option<Value> {
        let token = state.and_then(|state| state.checkpoint.token.as_ref());
        let cursor = token.map_or("", Token::as_str).to_owned();
        // Where nothing was captured, how it began does not matter yet.
        let parked =
            Parked::new(state, origin).filter(|parked| self.next_page.is_some() || !parked.is_blank());
        let before = self.next_page.as_deref().map(Parked::read);
        let is_as_it_was = match (&parked, &before) {
            (None, None) => true,
            (Some(parked), Some(Some(before))) => parked.says_no_more_than(before),
            _ => false,
        };
        let mut patch = Map::new();
        if self.cursor.as_ref() != Some(&cursor) {
            patch.insert("inc".to_owned(), json!({"cursor": [cursor]}));
            self.cursor = Some(cursor);
        }
        if !is_as_it_was {
            patch.insert("backfill".to_owned(), self.park(parked.as_ref().map(Parked::to_text)));
        }
        self.state = state.cloned();
        (!patch.is_empty()).then_some(Value::Object(patch))
    }

    /// Takes over what became of a listing of everything, and returns the patch for it.
    pub(crate) fn list(&mut self, summary: Summary, note: Note) -> Value {
        let mut patch = summary.patch();
        self.snapshot = Some(summary);
        self.note = note;
        let text = self.note.to_text();
        if text != self.next_page {
            patch["backfill"] = self.park(text);
        }
        patch
    }

    fn park(&mut self, text: Option<String>) -> Value {
        self.next_page = text;
        self.next_page.as_ref().map(|page| json!({"cutoff": [""], "next_page": page})).into()
    }
}

/// From where to continue; `None` for a binding that never got anywhere, or is always listed whole. An error if what is
/// parked belongs to the cursor and cannot be read.
fn continued(cursor: Option<&str>, next_page: Option<&str>) -> Option<Option<StreamState>> {
    let Some(cursor) = cursor else { return Some(None) };
    let parked = next_page.and_then(Parked::read);
    let parked = parked.filter(|parked| parked.belongs_to(cursor) && !parked.is_bare());
    if let Some(parked) = parked {
        return parked.into_state().map(Some);
    }
    let token = Some(cursor).filter(|cursor| !cursor.is_empty()).map(Token::new);
    let bare = |token| StreamState::new(Checkpoint::new(Some(token), None), Timestamp::UNIX_EPOCH);
    Some(token.map(bare))
}

/// What a binding's state tells of who wrote it.
#[derive(Deserialize)]
struct Trace {
    origin: Option<Origin>,
    /// Only we write it, whether or not there is an origin beside it.
    base: Option<String>,
}

impl Trace {
    /// What is said counts, then that we wrote anything at all, then that something was captured.
    fn origin<'a>(bindings: impl Iterator<Item = &'a RawValue>) -> Option<Origin> {
        let (mut said, mut guessed) = (None, None);
        for text in bindings {
            let Ok(document) = serde_json::from_str::<BindingDocument>(text.get()) else { continue };
            let page = document.backfill.and_then(|backfill| backfill.next_page);
            let trace = page.as_ref().and_then(Value::as_str);
            let trace = trace.and_then(|text| serde_json::from_str::<Self>(text).ok());
            let has_token = document.inc.and_then(|inc| inc.cursor).is_some_and(|[cursor]| match cursor {
                Cursor::Text(text) => !text.is_empty(),
                Cursor::Number(_) => true,
            });
            match trace {
                Some(Self { origin: Some(origin), .. }) => said = said.or(Some(origin)),
                Some(Self { base: Some(_), .. }) => guessed = Some(Origin::Ours),
                _ if has_token || document.snapshot.is_some() => guessed = guessed.or(Some(Origin::Python)),
                _ => {}
            }
        }
        said.or(guessed)
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

#[cfg(test)]
mod tests {
    use super::*;
    use capture_core::Stamp;

    fn binding() -> Binding {
        Binding { stream: "jobs".to_owned(), index: 0, state_key: "jobs.v1".to_owned() }
    }

    fn read(state: &Value) -> Result<SavedState> {
        let text = RawValue::from_string(state.to_string()).unwrap();
        SavedState::read(&text, &[binding()])
    }

    /// What is found in a binding's state.
    fn found(state: &Value) -> Result<Option<StreamState>> {
        let saved = read(
            &json!({"bindingStateV1": {"jobs.v1": state, "other": {"inc": "odd"}}, "refresh_token": null}),
        )?;
        Ok(saved.binding("jobs.v1").state)
    }

    fn at(token: &str, progress: Option<Value>) -> StreamState {
        let token = Some(token).filter(|token| !token.is_empty()).map(Token::new);
        StreamState::new(Checkpoint::new(token, progress), Timestamp::UNIX_EPOCH)
    }

    fn me() -> Identity {
        Identity::new("me", "https://example.org").with_grants(["a:read"])
    }

    fn asked_by_me(mut state: StreamState) -> StreamState {
        state.asked_by = Some(me());
        state
    }

    fn parked(text: &Value) -> Value {
        json!({"cutoff": [""], "next_page": text.to_string()})
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
            assert_eq!(found(&state).unwrap(), token.map(|token| at(token, None)), "{state}");
        }
    }

    #[test]
    fn what_is_parked_counts_only_beside_its_token() {
        // As versions that did not know who asked have parked it.
        let state = |token, base| {
            let progress = json!({"base": base, "page": {"cursor": 3}});
            found(&json!({"inc": {"cursor": [token]}, "backfill": parked(&progress)})).unwrap().unwrap()
        };
        assert_eq!(state("t1", "t1"), at("t1", Some(json!({"cursor": 3}))));
        assert_eq!(state("", ""), at("", Some(json!({"cursor": 3}))));
        assert_eq!(state("t2", "t1"), at("t2", None), "stale");
        assert_eq!(state("t2", ""), at("t2", None), "stale");
    }

    #[test]
    fn a_token_belongs_to_the_one_who_asked_until_somebody_else_moves_it() {
        let mut synced = asked_by_me(at("t1", None));
        synced.yardstick = Some(me());
        let mut saved = SavedBinding::default();
        let mut patch = saved.advance(Some(&synced), None).unwrap();
        assert_eq!(found(&patch).unwrap(), Some(synced));
        let backfilled = |patch: &Value, identity: &Identity| {
            read(&json!({"bindingStateV1": {"jobs.v1": patch}})).unwrap().is_backfilled(&binding(), identity)
        };
        let other = Identity::new("other", "https://example.org");
        assert!(backfilled(&patch, &me()) && !backfilled(&patch, &other));
        patch["inc"]["cursor"] = json!(["of python"]);
        assert_eq!(found(&patch).unwrap(), Some(at("of python", None)));
        assert!(backfilled(&patch, &other));
    }

    #[test]
    fn what_cannot_be_read_stops_the_run_and_is_not_quoted() {
        for state in [
            json!({"inc": {"cursor": ["SECRET", "b"]}}),
            json!({"inc": {"cursor": "SECRET"}}),
            json!({"snapshot": {"last_count": -1}}),
            json!("SECRET"),
            json!({"inc": {"cursor": [""]}, "backfill": parked(&json!({"base": "", "asked_by": "SECRET"}))}),
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
        assert!(!saved.is_backfilled(&binding(), &me()));
        let dealt_with = json!({"bindingStateV1": {"jobs.v1": {"inc": {"cursor": ["t"]}}}, "backfillRequests": {"jobs.v1": null}});
        assert!(read(&dealt_with).unwrap().is_backfilled(&binding(), &me()));
    }

    #[test]
    fn patches_say_what_changed_and_nothing_else() {
        let mut saved = SavedBinding { cursor: Some(String::new()), ..SavedBinding::default() };
        let mut advance = |state: StreamState| saved.advance(Some(&state), None);
        assert_eq!(advance(at("", None)), None);
        let patch = advance(at("", Some(json!(1)))).unwrap();
        assert_eq!(patch["backfill"]["cutoff"], json!([""]));
        assert!(patch.get("inc").is_none() && patch["backfill"]["next_page"].is_string());
        assert_eq!(advance(at("", Some(json!(1)))), None);
        let mut stamped = at("", Some(json!(1)));
        stamped.stamp = Stamp::new(7);
        assert_eq!(advance(stamped), None, "a later stamp alone is no news");
        assert_eq!(advance(at("t1", None)), Some(json!({"inc": {"cursor": ["t1"]}, "backfill": null})));
        assert_eq!(advance(at("t2", None)), Some(json!({"inc": {"cursor": ["t2"]}})));
        let asked = advance(asked_by_me(at("t2", None))).unwrap();
        assert!(asked.get("inc").is_none() && asked["backfill"]["next_page"].is_string());
        assert_eq!(saved.state.as_ref().and_then(|state| state.asked_by.clone()), Some(me()));
        assert_eq!(
            saved.advance(None, None),
            Some(json!({"inc": {"cursor": [""]}, "backfill": null})),
            "forgotten"
        );
    }

    #[test]
    fn with_which_connector_a_capture_began_is_read_from_whatever_is_left_of_its_state() {
        let origin = |bindings: Value| read(&json!({"bindingStateV1": bindings})).unwrap().origin();
        let text = |page: Value| json!({"inc": {"cursor": ["t"]}, "backfill": parked(&page)});
        let synced = json!({"inc": {"cursor": ["t"]}});
        let fresh = json!({"inc": {"cursor": [""]}, "last_initialized": "2026-11-22T11:44:44.398386Z"});
        let listed = json!({"snapshot": {"updated_at": null, "last_count": 2, "last_digest": "d"}});
        for (bindings, expected) in [
            (json!({}), None),
            (json!({"jobs.v1": fresh, "offers": null}), None),
            (json!({"jobs.v1": fresh, "jobs": synced}), Some(Origin::Python)),
            (json!({"sources": listed}), Some(Origin::Python)),
            (json!({"jobs": text(json!("of python's own"))}), Some(Origin::Python)),
            // Ours, before the origin was kept: what it has captured has the numbers of then.
            (json!({"sources": listed, "jobs": text(json!({"base": "t"}))}), Some(Origin::Ours)),
            (
                json!({"sources": listed, "jobs": text(json!({"base": "", "origin": "python"}))}),
                Some(Origin::Python),
            ),
            (json!({"sources": listed, "jobs": text(json!({"origin": "ours"}))}), Some(Origin::Ours)),
        ] {
            assert_eq!(origin(bindings.clone()), expected, "{bindings}");
        }
    }

    #[test]
    fn with_which_connector_a_capture_began_is_kept_also_where_nothing_else_is() {
        let mut saved = SavedBinding { cursor: Some(String::new()), ..SavedBinding::default() };
        for state in [Some(at("t1", None)), None, Some(asked_by_me(at("t2", None)))] {
            let mut patch = saved.advance(state.as_ref(), Some(Origin::Python)).unwrap();
            if patch.get("inc").is_none() {
                patch["inc"] = json!({"cursor": [""]});
            }
            assert_eq!(found(&patch).unwrap(), state, "{patch}");
            let read = read(&json!({"bindingStateV1": {"jobs.v1": patch}})).unwrap();
            assert_eq!(read.origin(), Some(Origin::Python));
            assert_eq!(saved.advance(state.as_ref(), Some(Origin::Python)), None, "it is no news twice");
        }
        let summary = Summary { updated_at: None, count: 2, digest: None };
        let note = Note { origin: Some(Origin::Ours), doubt: None };
        assert!(saved.list(summary.clone(), note.clone())["backfill"]["next_page"].is_string());
        assert!(saved.list(summary.clone(), note).get("backfill").is_none());
        assert!(saved.list(summary, Note::default())["backfill"].is_null());
    }

    #[test]
    fn instants_look_like_pythons() {
        let timestamp: Timestamp = "2026-11-22T11:44:44.398386123Z".parse().unwrap();
        assert_eq!(instant(timestamp), "2026-11-22T11:44:44.398386Z");
    }
}
