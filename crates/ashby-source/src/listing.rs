//! The listing state machine: which request comes next, and what is true once its page is durable. No I/O.
//!
//! ```text
//!            ┌─────────── token refused / too many pages ────────────┐
//!            ▼                                                       │
//! new ─▶ Listing(all, cursor?) ─last page─▶ Synced(token) ─poll─▶ Listing(since token, cursor?) ─▶ Synced(token')
//!            ▲    │ cursor refused                                       │ cursor refused
//!            └────┘ same listing, from its first page                    └─▶ same listing, from its first page
//! ```
//!
//! The five ways in which Ashby refuses a token or a cursor, and what follows from each, are described in
//! <https://developers.ashbyhq.com/docs/pagination-and-incremental-sync>.

use ashby_client::{Cursor, Recovery, SyncToken};
use capture_core::{Checkpoint, Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use crate::table::Refresh;

/// How often Ashby may refuse the cursor of one listing before the listing counts as failed. A cursor that dies
/// again and again means that the listing takes longer than cursors live.
const MAX_RESTARTS: u32 = 5;

/// Version of the persisted form.
const VERSION: u32 = 1;

/// A stream's listing: persisted as it is in the checkpoint, with a version.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listing {
    version: u32,
    /// Of the operation and its parameters: a token belongs to the request it came from.
    fingerprint: String,
    /// From the newest complete listing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<SyncToken>,
    /// The newest record of the newest complete listing, for streams that are listed newest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<String>,
    /// The newest full listing, running or complete: milliseconds since 1970 at its start, and larger than any
    /// before it whatever the clock does.
    pass: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    running: Option<Running>,
}

/// A listing that is not complete.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Running {
    /// Of everything, or of what changed since the token.
    full: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<Cursor>,
    /// How often a cursor was refused.
    #[serde(default)]
    restarts: u32,
    /// The newest record of this listing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<String>,
    /// A record came without the array of the records that it embeds: of those this listing does not know all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    hollow: bool,
}

/// What a page did to the listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The listing is complete.
    pub(crate) last: bool,
    /// It was a listing of everything.
    pub(crate) full: bool,
    /// It was not one of everything that its records embed.
    pub(crate) hollow: bool,
}

impl Listing {
    /// A listing that never ran.
    pub(crate) fn new(fingerprint: impl Into<String>) -> Self {
        Self {
            version: VERSION,
            fingerprint: fingerprint.into(),
            token: None,
            newest: None,
            pass: 0,
            running: None,
        }
    }

    /// Refuses what another version wrote, and starts anew where the request has changed; says so in the note.
    pub(crate) fn restored(self, fingerprint: &str) -> Result<(Self, Option<&'static str>)> {
        if self.version != VERSION {
            let message =
                format!("a checkpoint has version {}; this program reads version {VERSION}", self.version);
            return Err(Error::new(ErrorKind::State, message).with_hint("use the program that wrote it"));
        }
        if self.fingerprint == fingerprint {
            return Ok((self, None));
        }
        let anew = Self { pass: self.pass, ..Self::new(fingerprint) };
        Ok((anew, Some("the request has changed since the last run: everything is listed again")))
    }

    /// The same listing under another's pass number.
    pub(crate) fn with_pass_of(self, other: &Self) -> Self {
        Self { pass: other.pass, ..self }
    }

    /// Forgets the token and any running listing, so that the next one is of everything.
    pub(crate) fn forget(&mut self) {
        *self = Self { pass: self.pass, ..Self::new(std::mem::take(&mut self.fingerprint)) };
    }

    /// Begins a listing unless one is running. `now_ms` is the wall clock.
    pub(crate) fn begin(&mut self, refresh: Refresh, now_ms: u64) {
        if self.running.is_some() {
            return;
        }
        let full = match refresh {
            Refresh::Token => self.token.is_none(),
            Refresh::Snapshot => true,
            Refresh::NewestFirst => self.newest.is_none(),
        };
        self.run(full, 0, now_ms);
    }

    fn run(&mut self, full: bool, restarts: u32, now_ms: u64) {
        if full {
            self.pass = now_ms.max(self.pass + 1);
        }
        self.running = Some(Running { full, cursor: None, restarts, newest: None, hollow: false });
    }

    /// Whether a listing is under way.
    #[cfg(test)]
    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// The cursor and token of the next request. Both go into every request of a listing, as Ashby's request
    /// schemas allow.
    pub(crate) fn position(&self) -> (Option<&Cursor>, Option<&SyncToken>) {
        match &self.running {
            Some(running) => (running.cursor.as_ref(), self.token.as_ref().filter(|_| !running.full)),
            None => (None, None),
        }
    }

    /// The pass to which the present records belong.
    pub(crate) fn pass(&self) -> u64 {
        self.pass
    }

    /// For newest-first streams: notes the records' keys in order, and returns how many of them are new; fewer than
    /// all of them means that the listing has reached what is known.
    pub(crate) fn count_new<'a>(&mut self, keys: impl Iterator<Item = &'a str>) -> Option<usize> {
        let running = self.running.as_mut()?;
        for (index, key) in keys.enumerate() {
            running.newest.get_or_insert_with(|| key.to_owned());
            if self.newest.as_deref() == Some(key) {
                return Some(index);
            }
        }
        None
    }

    /// A record of the page lacked the array of what it embeds.
    pub(crate) fn note_hollow(&mut self) {
        if let Some(running) = &mut self.running {
            running.hollow = true;
        }
    }

    /// A page came. `next` is its cursor, if more pages follow; `token` its sync token, if any. A new token is kept
    /// whether or not the listing held any records: an unused one ages.
    pub(crate) fn page(&mut self, next: Option<Cursor>, token: Option<SyncToken>) -> Progress {
        let Some(running) = &mut self.running else {
            return Progress { last: true, full: false, hollow: false };
        };
        let (full, hollow) = (running.full, running.hollow);
        if let Some(next) = next {
            running.cursor = Some(next);
            return Progress { last: false, full, hollow };
        }
        self.newest = running.newest.take().or(self.newest.take());
        self.running = None;
        match token {
            Some(token) => self.token = Some(token),
            // Without a new token, an incremental listing can be made again from the old one; a full one cannot be
            // followed by an incremental one at all.
            None if full => self.token = None,
            None => {}
        }
        Progress { last: true, full, hollow }
    }

    /// Ashby refused the token or the cursor: what to do is done, and said.
    pub(crate) fn refused(&mut self, recovery: Recovery, now_ms: u64) -> Result<&'static str> {
        let Some(running) = &mut self.running else {
            return Err(Error::new(
                ErrorKind::Data,
                "Ashby refused a token or cursor although none was sent",
            ));
        };
        let (full, restarts, had_cursor) = (running.full, running.restarts, running.cursor.is_some());
        match recovery {
            Recovery::DropToken if !full => {
                self.token = None;
                self.run(true, 0, now_ms);
                Ok("Ashby no longer accepts the sync token: everything is listed again")
            }
            Recovery::DropToken | Recovery::DropCursor if had_cursor && restarts < MAX_RESTARTS => {
                // A full listing begins a new pass: what vanished since the first pages must not count as seen.
                self.run(full, restarts + 1, now_ms);
                Ok("Ashby no longer accepts the page cursor: this listing starts again from its first page")
            }
            Recovery::DropToken | Recovery::DropCursor => {
                // Next time from the first page, and with fresh patience.
                self.run(full, 0, now_ms);
                let message = if had_cursor {
                    format!("Ashby refused the page cursor {} times in one listing", restarts + 1)
                } else {
                    "Ashby refused a token or cursor although none was sent".to_owned()
                };
                Err(Error::new(ErrorKind::Data, message).with_hint(
                    "a listing that takes longer than page cursors live needs a higher request rate",
                ))
            }
        }
    }
}

/// Reads what a checkpoint holds.
pub(crate) fn from_checkpoint<T: for<'a> Deserialize<'a>>(
    stream: &str,
    checkpoint: &Checkpoint,
) -> Result<T> {
    T::deserialize(&checkpoint.0).map_err(|_| {
        Error::new(ErrorKind::State, format!("the saved checkpoint of {stream} cannot be read")).with_hint(
            format!("forget it with `ashby state reset {stream}`; the stream is then listed again"),
        )
    })
}

/// Writes a checkpoint.
pub(crate) fn to_checkpoint(state: &impl Serialize) -> Result<Checkpoint> {
    serde_json::to_value(state).map(Checkpoint).map_err(|error| {
        Error::new(ErrorKind::State, "a checkpoint cannot be written as JSON").with_source(error)
    })
}

#[cfg(test)]
mod tests;
