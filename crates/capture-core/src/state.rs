//! What survives between runs, and where it is kept.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::access::Access;
use crate::snapshot::SnapshotIndex;
use crate::{Error, ErrorKind, Result};

/// From where a stream's capture continues. Only the source that made it can read it: sinks, stores and the runner
/// carry it without looking inside. `Debug` prints its size only, since it may hold tokens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checkpoint(pub Value);

impl std::fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Checkpoint({} bytes)", self.0.to_string().len())
    }
}

/// What is kept of one stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamState {
    /// From where to continue.
    pub checkpoint: Checkpoint,
    /// When it became durable.
    pub committed_at: Timestamp,
    /// Records in the newest complete full listing: the best guess at how long the next one will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_listing_records: Option<u64>,
    /// What a snapshot looked like, where the sink cannot know ([`SnapshotDelivery::Differences`](crate::SnapshotDelivery)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotIndex>,
}

/// Everything that is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// By stream name.
    pub streams: BTreeMap<String, StreamState>,
    /// The widest access with which the destination was filled (see [`Access`]).
    pub access: Option<Access>,
}

/// A change of [`State`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateUpdate {
    /// New states by stream name; `None` forgets the stream.
    pub streams: BTreeMap<String, Option<StreamState>>,
    /// A new access record.
    pub access: Option<Access>,
}

impl StateUpdate {
    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty() && self.access.is_none()
    }
}

impl State {
    /// Applies a change.
    pub fn apply(&mut self, update: &StateUpdate) {
        for (name, state) in &update.streams {
            match state {
                Some(state) => self.streams.insert(name.clone(), state.clone()),
                None => self.streams.remove(name),
            };
        }
        if let Some(access) = &update.access {
            self.access = Some(access.clone());
        }
    }

    /// The versioned JSON document that files, exports and databases hold.
    pub fn to_document(&self) -> Value {
        serde_json::json!(Document {
            version: DOCUMENT_VERSION,
            access: self.access.clone(),
            streams: self.streams.clone(),
        })
    }

    /// Reads a document back.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if it is not such a document or a newer version of one. The message names the place,
    /// never the content.
    pub fn from_document(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Version {
            version: u64,
        }
        let unreadable = |error: serde_json::Error| {
            let place = format!("line {} column {}", error.line(), error.column());
            Error::new(ErrorKind::State, format!("the saved state cannot be read ({place})")).with_hint(
                "restore it from a copy, or move it away to list everything again; it was left untouched",
            )
        };
        let Version { version } = serde_json::from_str(text).map_err(unreadable)?;
        if version > DOCUMENT_VERSION {
            let message =
                format!("the saved state has version {version}; this program reads up to {DOCUMENT_VERSION}");
            return Err(
                Error::new(ErrorKind::State, message).with_hint("use the newer program that wrote it")
            );
        }
        let document: Document = serde_json::from_str(text).map_err(unreadable)?;
        Ok(Self { streams: document.streams, access: document.access })
    }
}

const DOCUMENT_VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
struct Document {
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access: Option<Access>,
    #[serde(default)]
    streams: BTreeMap<String, StreamState>,
}

/// Keeps a [`State`].
///
/// # Contract
/// - **Exclusive.** [`load`](Self::load) also takes the state for this process until the store is dropped; a second
///   run on it gets [`ErrorKind::Busy`] naming the holder.
/// - **Sacred.** A state that does not parse is an error ([`ErrorKind::State`]), never an empty state, and is never
///   overwritten. A state that does not exist yet is empty.
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
