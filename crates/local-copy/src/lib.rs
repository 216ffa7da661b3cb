//! Reads a copy of records in a SQLite database that `sink-sqlite` keeps, and does nothing else in the world.
//!
//! [`LocalCopy`] names the file. A [`Snapshot`] is one moment of it, also while a sync writes: single records
//! ([`Snapshot::get`]), pages of them ([`Snapshot::page`]), words in them ([`Snapshot::search`]), and how old they are
//! ([`Snapshot::as_of`]). [`LocalCopy::query`] runs SQL that somebody else wrote, on a connection of its own that can do
//! nothing but read the streams' views, within [`Limits`]; `guard.rs` says by which means.
//!
//! A copy that is [seen through](LocalCopy::seen_through) a [`View`] shows no more than that, by whichever of these ways.
//!
//! All of it blocks: call it from a thread that may.

mod describe;
mod error;
mod files;
mod guard;
mod like;
mod linear;
mod plain;
mod query;
mod records;
mod search;
mod sifted;
mod sight;
mod views;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use capture_core::State;
use rusqlite::Connection;

pub use crate::describe::{Column, StreamInfo};
pub use crate::error::Error;
pub use crate::files::{FilesAnswer, query_files};
pub use crate::guard::{Cancel, Limits};
pub use crate::query::{Answer, Query};
pub use crate::records::{Filter, Held, Page, Wanted};
pub use crate::search::{After, Hit, Hits, Search};
pub use crate::sight::{Glass, Sight, View};

use crate::sight::Seen;

/// How long what is read of a [`Snapshot`] may take, from its start on.
const TIME: Duration = Duration::from_secs(5);

/// The earliest layout in which everything is where it is looked for.
const LAYOUT: i32 = 4;

/// A copy, by its file. Nothing is opened before it is asked.
#[derive(Debug, Clone)]
pub struct LocalCopy {
    path: PathBuf,
    seen: Seen,
}

impl LocalCopy {
    /// The copy in this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), seen: Seen::whole() }
    }

    /// The same, of which no more is seen than a view shows.
    #[must_use]
    pub fn seen_through(mut self, view: Arc<dyn View>) -> Self {
        self.seen = Seen::through(view);
        self
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is a file that is not empty.
    pub fn exists(&self) -> bool {
        self.path.metadata().is_ok_and(|found| found.len() > 0)
    }

    /// This moment of it.
    ///
    /// # Errors
    /// [`Error::NoCopy`], [`Error::Older`], or [`Error::Copy`] if it cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        if !self.exists() {
            return Err(Error::NoCopy(self.path.clone()));
        }
        let mut connection = sink_sqlite::reader(&self.path)?;
        let layout: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if layout < LAYOUT {
            return Err(Error::Older(self.path.clone()));
        }
        let started = Instant::now();
        connection.progress_handler(1_000, Some(move || started.elapsed() > TIME))?;
        let state = sink_sqlite::state_in(&connection, &self.path)?;
        Ok(Snapshot { connection, state, seen: self.seen.clone() })
    }
}

/// One moment of a copy.
#[derive(Debug)]
pub struct Snapshot {
    connection: Connection,
    state: State,
    seen: Seen,
}

impl Snapshot {
    /// What is known of its streams.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether records of a stream are seen as they are, and all of them.
    pub fn shows_all(&self, stream: &str) -> bool {
        self.glass(stream).is_none()
    }

    fn glass(&self, stream: &str) -> Option<Arc<dyn Glass>> {
        self.seen.glass(stream, &self.state)
    }

    /// When the oldest of these streams was committed last, and whether each of them was ever listed whole; `None` if one
    /// of them never was.
    pub fn as_of<'a>(&self, streams: impl IntoIterator<Item = &'a str>) -> Option<jiff::Timestamp> {
        let mut oldest = None;
        for stream in streams {
            let state = self.state.streams.get(stream)?;
            state.listed.last_full?;
            let other = oldest.unwrap_or(state.committed_at);
            oldest = Some(state.committed_at.min(other));
        }
        oldest
    }
}
