//! What survives between runs, and where it is kept.

mod document;

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identity::Identity;
use crate::{Result, Stamp};

/// What the other side gave to ask for changes with. Never in logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// A token.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text, to be sent or stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[masked]")
    }
}

/// From where a stream's capture continues. Only the source that made it can read the progress: sinks, stores and the
/// runner carry it without looking inside. `Debug` prints sizes only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Checkpoint {
    /// With what to ask for changes, once a listing was complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// Everything else that is needed to continue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Value>,
}

impl Checkpoint {
    /// Whether there is nothing to continue from.
    pub fn is_empty(&self) -> bool {
        self.token.is_none() && self.progress.is_none()
    }

    /// A checkpoint of these parts.
    pub fn new(token: Option<Token>, progress: Option<Value>) -> Self {
        Self { token, progress }
    }
}

impl From<Value> for Checkpoint {
    /// A checkpoint that is all progress.
    fn from(progress: Value) -> Self {
        Self::new(None, Some(progress))
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let progress_bytes = self.progress.as_ref().map_or(0, |progress| progress.to_string().len());
        f.debug_struct("Checkpoint")
            .field("token", &self.token)
            .field("progress_bytes", &progress_bytes)
            .finish()
    }
}

/// What is kept of one stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StreamState {
    /// From where to continue.
    pub checkpoint: Checkpoint,
    /// When it became durable.
    pub committed_at: Timestamp,
    /// To whom the checkpoint belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<Identity>,
    /// The stamp since which that one has read the stream, without anybody else in between: what the yardstick has seen
    /// since then and does not see any more is gone, whatever others brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_since: Option<Stamp>,
    /// The stamp since which others than the yardstick have read the stream, if they have brought rows that were not
    /// there: those that were last seen since may be theirs alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strangers_since: Option<Stamp>,
    /// Who has seen every row of the destination: only whoever asks as this one can tell what is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yardstick: Option<Identity>,
    /// The newest stamp that was given.
    #[serde(default)]
    pub stamp: Stamp,
    /// The stamp at the start of the full listing that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<Stamp>,
    /// A full listing has ended, and rows that it did not see are still to be marked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep_due: Option<SweepDue>,
    /// How many records full listings had.
    #[serde(default)]
    pub listed: Listed,
    /// What was left out of the rows before they came here; `None` for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyMark>,
}

/// Tells what was left out of rows before they came to a destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PolicyMark {
    /// How the policy is called, for people; empty if it was no policy but a selection of fields.
    #[serde(default)]
    pub name: String,
    /// Rows of another fingerprint have other things left out.
    pub fingerprint: String,
    /// What the policy by itself left out, beside a selection; `None` for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_policy: Option<String>,
}

impl PolicyMark {
    /// A policy of this name and fingerprint.
    pub fn new(name: impl Into<String>, fingerprint: impl Into<String>) -> Self {
        let fingerprint = fingerprint.into();
        Self { name: name.into(), of_policy: Some(fingerprint.clone()), fingerprint }
    }

    /// The same, where the policy by itself left out something else, or nothing.
    #[must_use]
    pub fn beside_selection(mut self, of_policy: Option<String>) -> Self {
        self.of_policy = of_policy;
        self
    }
}

/// A debt: rows last seen before `since` are gone, and that is not yet so in the destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SweepDue {
    /// The stamp at the start of the listing.
    pub since: Stamp,
    /// Why absence from that listing proves little: rows are then only marked if they are missing when asked for by
    /// themselves, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
}

impl SweepDue {
    /// A debt of a listing that began at `since`.
    pub fn new(since: Stamp, doubt: Option<String>) -> Self {
        Self { since, doubt }
    }
}

/// Records of full listings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Listed {
    /// In the full listing that is under way.
    #[serde(default)]
    pub so_far: u64,
    /// In the newest complete one: the best guess at how long the next will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_full: Option<u64>,
    /// When the newest one ended, whether or not absence from it proves anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_full_at: Option<Timestamp>,
}

impl Listed {
    /// Counts of full listings.
    pub fn new(so_far: u64, last_full: Option<u64>) -> Self {
        Self { so_far, last_full, last_full_at: None }
    }

    /// What is to come of the listing under way if it is as long as the one before.
    pub fn still_expected(&self) -> Option<u64> {
        self.last_full.map(|last_full| last_full.saturating_sub(self.so_far))
    }
}

impl StreamState {
    /// A state that knows nothing but its checkpoint.
    pub fn new(checkpoint: Checkpoint, committed_at: Timestamp) -> Self {
        Self {
            checkpoint,
            committed_at,
            asked_by: None,
            asked_since: None,
            strangers_since: None,
            yardstick: None,
            stamp: Stamp::NEVER,
            listing: None,
            sweep_due: None,
            listed: Listed::default(),
            policy: None,
        }
    }
}

impl StreamState {
    /// Forgets from where to continue. Who saw what stays: a stream that is listed again is not a new one.
    pub fn list_again(&mut self) {
        self.checkpoint = Checkpoint::default();
        (self.listing, self.sweep_due) = (None, None);
    }
}

/// Everything that is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// By stream name.
    pub streams: BTreeMap<String, StreamState>,
    /// The version of the document that it was read from, if that was an older one.
    pub upgraded_from: Option<u64>,
}

/// A change of [`State`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StateUpdate {
    /// New states by stream name; `None` forgets the stream.
    pub streams: BTreeMap<String, Option<StreamState>>,
}

impl StateUpdate {
    /// A change of these streams.
    pub fn new(streams: impl IntoIterator<Item = (String, Option<StreamState>)>) -> Self {
        Self { streams: streams.into_iter().collect() }
    }

    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }
}

impl State {
    /// A state of these streams.
    pub fn new(streams: impl IntoIterator<Item = (String, StreamState)>) -> Self {
        Self { streams: streams.into_iter().collect(), upgraded_from: None }
    }

    /// Applies a change.
    pub fn apply(&mut self, update: &StateUpdate) {
        for (name, state) in &update.streams {
            match state {
                Some(state) => self.streams.insert(name.clone(), state.clone()),
                None => self.streams.remove(name),
            };
        }
        self.upgraded_from = None;
    }
}

/// Keeps a [`State`] for destinations that cannot ([`Appending`](crate::Appending)).
///
/// # Contract
/// - **Exclusive.** [`load`](Self::load) also takes the state for this process until the store is dropped; a second
///   run on it gets [`ErrorKind::Busy`](crate::ErrorKind::Busy) naming the holder.
/// - **Sacred.** A state that does not parse is an error ([`ErrorKind::State`](crate::ErrorKind::State)), never an
///   empty state, and is never overwritten. A state that does not exist yet is empty.
/// - **Atomic and durable.** When [`save`](Self::save) returns, the change survives a power cut; if it fails or is
///   cut short, the earlier state is intact.
/// - `save` is not cancel-safe: callers await it.
#[async_trait]
pub trait StateStore: Send {
    /// Takes and reads the state.
    async fn load(&mut self) -> Result<State>;

    /// Makes a change durable. Called only after a successful [`load`](Self::load).
    async fn save(&mut self, update: &StateUpdate) -> Result<()>;
}

#[async_trait]
impl<T: StateStore + ?Sized> StateStore for Box<T> {
    async fn load(&mut self) -> Result<State> {
        (**self).load().await
    }

    async fn save(&mut self, update: &StateUpdate) -> Result<()> {
        (**self).save(update).await
    }
}
