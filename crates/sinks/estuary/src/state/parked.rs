//! What is kept of a stream beside its token, as text in a member that Python connectors carry and do not read.

use capture_core::{Checkpoint, StreamState, Token};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Origin;

/// Members of a [`StreamState`] that have a place of their own, or none.
const ELSEWHERE: [&str; 2] = ["checkpoint", "committed_at"];
/// Grows with every poll, and is in milliseconds since 1970: an older one is as good, and no news by itself.
const STAMP: &str = "stamp";
const ASKED_BY: &str = "asked_by";
/// `true` if it is the one who asked: what a key may read is a long list.
const YARDSTICK: &str = "yardstick";

/// The state of a stream but for its token.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Parked {
    /// The token that it belongs to; empty if there is none.
    base: String,
    /// The checkpoint's progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    page: Option<Value>,
    /// With which connector the capture began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
    /// The other members of the state.
    #[serde(flatten)]
    members: Map<String, Value>,
}

impl Parked {
    /// `None` if there is nothing to keep.
    pub(super) fn new(state: Option<&StreamState>, origin: Option<Origin>) -> Option<Self> {
        let parked = state.and_then(|state| Self::of(state, origin));
        // What began how is true also of a stream that was forgotten.
        let nothing = || Self { base: String::new(), page: None, origin, members: Map::new() };
        parked.or_else(|| origin.is_some().then(nothing))
    }

    fn of(state: &StreamState, origin: Option<Origin>) -> Option<Self> {
        let Value::Object(mut members) = json!(state) else { return None };
        members.retain(|name, _| !ELSEWHERE.contains(&name.as_str()));
        if members.get(YARDSTICK).is_some_and(|yardstick| Some(yardstick) == members.get(ASKED_BY)) {
            members.insert(YARDSTICK.to_owned(), true.into());
        }
        let Checkpoint { token, progress, .. } = &state.checkpoint;
        let base = token.as_ref().map_or("", Token::as_str).to_owned();
        let parked = Self { base, page: progress.clone(), origin, members };
        Some(parked).filter(|parked| origin.is_some() || !parked.is_bare())
    }

    /// Whether it says nothing of the state that a bare token does not.
    pub(super) fn is_bare(&self) -> bool {
        let bare = json!(StreamState::new(Checkpoint::default(), Timestamp::UNIX_EPOCH));
        let mut members = self.members.iter().filter(|(name, _)| *name != STAMP);
        self.page.is_none() && members.all(|(name, value)| bare.get(name) == Some(value))
    }

    /// Whether nothing was captured.
    pub(super) fn is_blank(&self) -> bool {
        self.is_bare() && self.base.is_empty()
    }

    /// Reads what [`to_text`](Self::to_text) wrote; `None` for anything else.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(super) fn to_text(&self) -> String {
        json!(self).to_string()
    }

    pub(super) fn belongs_to(&self, cursor: &str) -> bool {
        self.base == cursor
    }

    /// Whether both are the same but for the stamp.
    pub(super) fn says_no_more_than(&self, other: &Self) -> bool {
        let members = |parked: &Self| {
            let mut members = parked.members.clone();
            members.remove(STAMP);
            members
        };
        let rest = |parked: &Self| (parked.base.clone(), parked.page.clone(), parked.origin);
        rest(self) == rest(other) && members(self) == members(other)
    }

    /// The state again; `None` if it cannot be read.
    pub(super) fn into_state(self) -> Option<StreamState> {
        let token = Some(self.base).filter(|token| !token.is_empty()).map(Token::new);
        let mut state = json!(StreamState::new(Checkpoint::new(token, self.page), Timestamp::UNIX_EPOCH));
        let members = state.as_object_mut()?;
        members.extend(self.members);
        if members.get(YARDSTICK) == Some(&Value::Bool(true)) {
            let asked_by = members.get(ASKED_BY).cloned();
            members.insert(YARDSTICK.to_owned(), asked_by.unwrap_or_default());
        }
        serde_json::from_value(state).ok()
    }
}
