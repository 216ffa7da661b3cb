//! Taking out of a destination, for good, what it holds.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;

use crate::{Key, Result};

/// What is to go.
#[non_exhaustive]
pub enum Purge {
    /// What is known to be gone, with all that is still held of it.
    Gone {
        /// Only what has been gone since before this.
        before: Option<Timestamp>,
        /// Only of these streams.
        streams: Option<BTreeSet<String>>,
    },
    /// Everything of these streams, and their state: synced again, they are listed from the start.
    Streams(BTreeSet<String>),
    /// All that is held of the records that are chosen. What stays says that they were erased, and has only their keys.
    Chosen(Box<dyn Choose>),
    /// Earlier versions of the records that are chosen, wherever they are still held. What they are now stays.
    Earlier(Box<dyn Choose>),
}

impl Purge {
    /// Who chooses, where somebody does.
    pub fn chooser(&mut self) -> Option<&mut (dyn Choose + 'static)> {
        match self {
            Self::Chosen(choose) | Self::Earlier(choose) => Some(&mut **choose),
            Self::Gone { .. } | Self::Streams(_) => None,
        }
    }

    /// Whether it is about a stream at all.
    pub fn concerns(&self, stream: &str) -> bool {
        match self {
            Self::Gone { streams, .. } => streams.as_ref().is_none_or(|streams| streams.contains(stream)),
            Self::Streams(streams) => streams.contains(stream),
            Self::Chosen(_) | Self::Earlier(_) => true,
        }
    }
}

/// A record that is held.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Held<'a> {
    /// Its stream.
    pub stream: &'a str,
    /// Its key.
    pub key: &'a str,
    /// The record that it belongs to, if it is listed by that.
    pub scope: Option<&'a str>,
    /// The record that it became part of.
    pub merged_into: Option<&'a str>,
    /// As it was received.
    pub record: &'a [u8],
}

impl<'a> Held<'a> {
    /// This version of the record with this key.
    pub fn new(stream: &'a str, key: &'a str, record: &'a [u8]) -> Self {
        Self { stream, key, scope: None, merged_into: None, record }
    }

    /// With what it belongs to, and became part of.
    #[must_use]
    pub fn of(mut self, scope: Option<&'a str>, merged_into: Option<&'a str>) -> Self {
        (self.scope, self.merged_into) = (scope, merged_into);
        self
    }
}

/// Tells which records are meant. All that is held is shown again and again until nothing more is chosen: what belongs
/// to a chosen record may have been shown before it. Of a record that is held in several versions the newest comes last.
pub trait Choose: Send + Sync {
    /// Whether it is meant.
    fn chooses(&mut self, held: &Held<'_>) -> bool;
}

/// What goes of one stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Removed {
    /// Records that exist.
    pub live: u64,
    /// Records that were gone already.
    pub gone: u64,
    /// Lines, where there may be several versions of a record.
    #[serde(skip_serializing_if = "is_zero")]
    pub lines: u64,
}

impl Removed {
    /// So many records that exist, and so many that were gone already.
    pub fn new(live: u64, gone: u64) -> Self {
        Self { live, gone, lines: 0 }
    }

    /// So many lines.
    #[must_use]
    pub fn lines(mut self, lines: u64) -> Self {
        self.lines = lines;
        self
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Removed {
    /// Records in all.
    pub fn records(&self) -> u64 {
        self.live + self.gone
    }
}

/// What goes, by stream; those of which nothing goes are not there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Removal {
    /// By stream.
    pub streams: BTreeMap<String, Removed>,
    /// Files that may hold some of it and cannot be looked into, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// A destination that is taken, so that what was counted is what goes. Dropped, it is as it was.
#[async_trait]
pub trait Purging: Send {
    /// What would go.
    async fn removal(&mut self) -> Result<Removal>;

    /// The keys of what would go of a stream.
    async fn going(&mut self, stream: &str) -> Result<BTreeSet<Key>>;

    /// Takes it out. On return it is in none of the destination's files any more; a crash leaves either what was there, or
    /// what is left, or some streams in one way and some in the other.
    async fn carry_out(&mut self) -> Result<()>;

    /// Every file of the destination.
    fn files(&self) -> Vec<std::path::PathBuf>;

    /// How many of these texts its records still hold; `None` where [`files`](Self::files) tell.
    async fn holding(&mut self, texts: &BTreeSet<String>) -> Result<Option<u64>> {
        let _ = texts;
        Ok(None)
    }
}

/// The keys that a chooser chose, by stream, as often as it takes until it chooses no more. `show` calls back with each
/// record that is held.
///
/// # Errors
/// Those of `show`.
pub fn chosen<E>(
    choose: &mut dyn Choose,
    mut show: impl FnMut(&mut dyn FnMut(&Held<'_>)) -> std::result::Result<(), E>,
) -> std::result::Result<BTreeMap<String, BTreeSet<Key>>, E> {
    let mut keys: BTreeMap<String, BTreeSet<Key>> = BTreeMap::new();
    loop {
        let before: usize = keys.values().map(BTreeSet::len).sum();
        show(&mut |held| {
            if choose.chooses(held) {
                keys.entry(held.stream.to_owned()).or_default().insert(held.key.into());
            }
        })?;
        if keys.values().map(BTreeSet::len).sum::<usize>() == before {
            return Ok(keys);
        }
    }
}
