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
use capture_core::{Checkpoint, Ends, Error, ErrorKind, Extent, Result};
use serde::{Deserialize, Serialize};

use crate::table::Refresh;
use crate::{checkpoint, clock};

/// How often Ashby may refuse the cursor of one listing before the listing counts as failed. A cursor that dies
/// again and again means that the listing takes longer than cursors live.
const MAX_RESTARTS: u32 = 5;

/// A stream's listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listing {
    /// From the newest complete listing.
    token: Option<SyncToken>,
    place: Place,
    /// What the next listing of everything asks for, where that is less than what the token belongs to.
    narrower: Option<Asked>,
    /// The newest token while an earlier one is in its place, to list changes again. Not persisted: after a crash the listing goes
    /// on from the earlier one.
    newest_token: Option<SyncToken>,
}

/// What a listing asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    fingerprint: String,
    created_after_ms: Option<i64>,
}

/// What is persisted of it beside the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Of the operation and its parameters: a token belongs to the request it came from.
    fingerprint: String,
    /// The start date in that request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_after_ms: Option<i64>,
    /// The newest record of the newest complete listing, for streams that are listed newest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    running: Option<Running>,
    /// Some listing had records, and none since was without any twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    has_had_records: bool,
}

/// A listing that is not complete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Running {
    /// Of everything, or of what changed since the token.
    full: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<Cursor>,
    /// How often a cursor was refused.
    #[serde(default, skip_serializing_if = "is_zero")]
    restarts: u32,
    /// The newest record of this listing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<String>,
    /// Of a listing that goes newest first: records seen below the newest known one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    below: Option<u64>,
    /// There were records.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    has_records: bool,
    /// It is made because the one before, which was of everything too, was odd.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    confirms: bool,
    /// A page without records came that was not the last.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    had_empty_page: bool,
    /// Records that could not be used: they have no key.
    #[serde(default, skip_serializing_if = "is_zero")]
    unusable: u32,
    /// Some record lacked the list of what it embeds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    hollow: bool,
    /// Embedded records that could not be used.
    #[serde(default, skip_serializing_if = "is_zero")]
    embedded_unusable: u32,
}

pub(crate) fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What a page brought.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arrived {
    /// Its cursor, if more pages follow.
    pub(crate) next: Option<Cursor>,
    /// Its sync token, if any.
    pub(crate) token: Option<SyncToken>,
    /// Records that can be used, and records that cannot.
    pub(crate) records: u32,
    pub(crate) unusable: u32,
    /// Some record lacks the list of what it embeds.
    pub(crate) hollow: bool,
    /// Embedded records that cannot be used.
    pub(crate) embedded_unusable: u32,
    /// Also where no token is asked for, a listing that has come to its end gives one.
    pub(crate) gives_token: bool,
}

/// What a page did to the listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Turned {
    /// It is the first one of a listing of this extent.
    pub(crate) begins: Option<Extent>,
    /// The listing is complete, in this way.
    pub(crate) ends: Option<Ends>,
    /// It was odd, and another one has begun to confirm it.
    pub(crate) is_to_be_confirmed: bool,
    /// The same for what its records embed.
    pub(crate) embedded_ends: Option<Ends>,
    /// Records of the listing that could not be used.
    pub(crate) unusable: u32,
    /// The same of those that they embed.
    pub(crate) embedded_unusable: u32,
    /// It is the end of a full listing, and it brought no token for the next one.
    pub(crate) has_no_token: bool,
}

impl Listing {
    /// A listing that never ran.
    pub(crate) fn new(fingerprint: impl Into<String>) -> Self {
        let fingerprint = fingerprint.into();
        let place = Place {
            fingerprint,
            created_after_ms: None,
            newest: None,
            running: None,
            has_had_records: false,
        };
        Self { token: None, place, narrower: None, newest_token: None }
    }

    /// The same with this start date in its request.
    pub(crate) fn dated(mut self, created_after_ms: Option<i64>) -> Self {
        self.place.created_after_ms = created_after_ms;
        self
    }

    /// The start date in the next request.
    pub(crate) fn created_after_ms(&self) -> Option<i64> {
        self.place.created_after_ms
    }

    /// Whether its request has this fingerprint.
    pub(crate) fn asks(&self, fingerprint: &str) -> bool {
        self.place.fingerprint == fingerprint
    }

    /// Whether it has a token, and asks for what changed since.
    pub(crate) fn lists_changes(&self) -> bool {
        self.token.is_some() && self.place.running.as_ref().is_none_or(|running| !running.full)
    }

    /// Whether a listing of everything is under way, or the next one will be.
    pub(crate) fn lists_everything(&self) -> bool {
        match &self.place.running {
            Some(running) => running.full,
            None => self.token.is_none() && self.place.newest.is_none(),
        }
    }

    /// The same, which goes on with its token and what that belongs to; listings of everything ask for less.
    pub(crate) fn narrowed(mut self, fingerprint: String, created_after_ms: Option<i64>) -> Self {
        self.narrower = Some(Asked { fingerprint, created_after_ms });
        self
    }

    /// From now on only what is to be asked for.
    fn narrow(&mut self) {
        if let Some(Asked { fingerprint, created_after_ms }) = self.narrower.take() {
            self.place.fingerprint = fingerprint;
            self.place.created_after_ms = created_after_ms;
        }
    }

    /// A listing of these parts: a token without a place belongs to the request of `bare`.
    pub(crate) fn of(token: Option<SyncToken>, place: Option<Place>, bare: Option<&str>) -> Self {
        let place = place.unwrap_or_else(|| Self::new(bare.unwrap_or_default()).place);
        Self { token, place, narrower: None, newest_token: None }
    }

    /// Its parts, to be persisted.
    pub(crate) fn parts(&self) -> (Option<&SyncToken>, &Place) {
        (self.token.as_ref(), &self.place)
    }

    /// Reads what [`to_checkpoint`](Self::to_checkpoint) wrote.
    pub(crate) fn from_checkpoint(stream: &str, saved: &Checkpoint, bare: Option<&str>) -> Result<Self> {
        let (token, place) = checkpoint::read(stream, saved)?;
        Ok(Self::of(token, place, bare))
    }

    /// As a checkpoint: a token alone if it belongs to the request of `bare` and nothing else is to be said.
    pub(crate) fn to_checkpoint(&self, bare: Option<&str>) -> Result<Checkpoint> {
        match &self.token {
            Some(token) if bare.is_some_and(|bare| self.says_no_more_than(bare)) => {
                Ok(checkpoint::bare(token))
            }
            token => checkpoint::write(token.as_ref(), &self.place),
        }
    }

    /// Whether nothing is lost if only the token is kept.
    fn says_no_more_than(&self, bare: &str) -> bool {
        let place = Place { has_had_records: false, ..self.place.clone() };
        place == Self::new(bare).place
    }

    /// Starts anew where the request has changed; says so in the note.
    pub(crate) fn restored(self, fingerprint: &str) -> (Self, Option<&'static str>) {
        if self.place.fingerprint == fingerprint {
            return (self, None);
        }
        let note = "the request has changed since the last run: everything is listed again";
        (Self::new(fingerprint), Some(note))
    }

    /// Forgets the token and any running listing, so that the next one is of everything.
    pub(crate) fn forget(&mut self) {
        self.narrow();
        let Place { fingerprint, created_after_ms, has_had_records, .. } = self.place.clone();
        *self = Self::new(fingerprint).dated(created_after_ms);
        self.place.has_had_records = has_had_records;
    }

    /// The next listing is of what changed since this earlier token, of the same request; `false` if one is running, or
    /// everything will be listed.
    pub(crate) fn look_back(&mut self, earlier: &SyncToken) -> bool {
        if self.place.running.is_some() {
            return false;
        }
        let Some(token) = &mut self.token else { return false };
        if token != earlier {
            let before = std::mem::replace(token, earlier.clone());
            self.newest_token.get_or_insert(before);
        }
        true
    }

    /// Whether it lists from an earlier token than the newest.
    pub(crate) fn looks_back(&self) -> bool {
        self.newest_token.is_some()
    }

    fn goes_on_from_newest(&mut self) {
        if let Some(newest) = self.newest_token.take() {
            self.token = Some(newest);
        }
    }

    /// The newest token, with which it goes on.
    pub(crate) fn token(&self) -> Option<&SyncToken> {
        self.token.as_ref()
    }

    /// Begins a listing unless one is running.
    pub(crate) fn begin(&mut self, refresh: Refresh) {
        if self.place.running.is_some() {
            return;
        }
        let full = match refresh {
            Refresh::Token => self.token.is_none(),
            Refresh::Snapshot => true,
            Refresh::NewestFirst => self.place.newest.is_none(),
        };
        self.run(full, 0);
    }

    fn run(&mut self, full: bool, restarts: u32) {
        if full {
            self.narrow();
        }
        self.place.running = Some(Running { full, restarts, ..Running::default() });
    }

    /// The cursor and token of the next request. Both go into every request of a listing, as Ashby's request
    /// schemas allow.
    pub(crate) fn position(&self) -> (Option<&Cursor>, Option<&SyncToken>) {
        match &self.place.running {
            Some(running) => (running.cursor.as_ref(), self.token.as_ref().filter(|_| !running.full)),
            None => (None, None),
        }
    }

    /// For newest-first streams: notes the records' keys in order. The listing goes on until it has seen `beyond`
    /// records below the newest known one, for a record can appear there late; returns whether it has.
    pub(crate) fn reaches<'a>(&mut self, keys: impl Iterator<Item = &'a str>, beyond: u64) -> bool {
        let Some(running) = &mut self.place.running else { return false };
        for key in keys {
            running.newest.get_or_insert_with(|| key.to_owned());
            match &mut running.below {
                Some(below) => *below += 1,
                None if self.place.newest.as_deref() == Some(key) => running.below = Some(0),
                None => {}
            }
        }
        running.below.is_some_and(|below| below >= beyond)
    }

    /// A page came. A new token is kept whether or not the listing held any records: an unused one ages.
    pub(crate) fn page(&mut self, refresh: Refresh, page: Arrived) -> Turned {
        let mut running = self.place.running.take().unwrap_or_default();
        let extent = if running.full { Extent::Everything } else { Extent::Changes };
        let begins = running.cursor.is_none().then_some(extent);
        running.unusable += page.unusable;
        running.embedded_unusable += page.embedded_unusable;
        running.hollow |= page.hollow;
        running.has_records |= page.records > 0;
        let mut turned = Turned {
            begins,
            ends: None,
            is_to_be_confirmed: false,
            embedded_ends: None,
            unusable: running.unusable,
            embedded_unusable: running.embedded_unusable,
            has_no_token: false,
        };
        if let Some(next) = page.next {
            running.had_empty_page |= page.records + page.unusable == 0;
            running.cursor = Some(next);
            self.place.running = Some(running);
            return turned;
        }
        turned.has_no_token = (refresh == Refresh::Token || page.gives_token) && page.token.is_none();
        let oddity = running.oddity(self.place.has_had_records).filter(|_| !running.confirms);
        let ends = match (running.ends(turned.has_no_token), oddity) {
            (Ends::Complete, Some(oddity)) => {
                // What happened once by accident does not happen twice.
                self.place.running = Some(Running { full: true, confirms: true, ..Running::default() });
                turned.is_to_be_confirmed = true;
                Ends::Incomplete(format!("{oddity}; it is listed once more, which counts"))
            }
            (ends, _) => {
                self.place.has_had_records |= running.has_records;
                self.place.has_had_records &= running.has_records || !running.full;
                ends
            }
        };
        let ends = match (ends, self.place.created_after_ms) {
            // What is older is not there and not gone.
            (Ends::Complete | Ends::Doubtful(_), Some(from_ms)) if running.full => {
                Ends::Incomplete(format!("it shows only what was created since {}", clock::instant(from_ms)))
            }
            (ends, _) => ends,
        };
        turned.embedded_ends = Some(match &ends {
            Ends::Complete | Ends::Doubtful(_) if running.hollow => {
                Ends::Incomplete("Ashby left out of some records what they embed".to_owned())
            }
            Ends::Complete | Ends::Doubtful(_) if running.embedded_unusable > 0 => {
                without_key(running.embedded_unusable)
            }
            _ => ends.clone(),
        });
        turned.ends = Some(ends);
        self.place.newest = running.newest.or(self.place.newest.take());
        match page.token {
            // The listing that confirms this one is of everything.
            Some(token) => {
                self.newest_token = None;
                self.token = Some(token);
            }
            // Without a new token, an incremental listing can be made again from the old one; a full one cannot be
            // followed by an incremental one at all.
            None if running.full => self.token = None,
            None => self.goes_on_from_newest(),
        }
        turned
    }

    /// Ashby refused the token or the cursor: what to do is done, and said.
    pub(crate) fn refused(&mut self, recovery: Recovery) -> Result<&'static str> {
        let Some(running) = &self.place.running else {
            return Err(Error::new(
                ErrorKind::Data,
                "Ashby refused a token or cursor although none was sent",
            ));
        };
        let (full, restarts, had_cursor) = (running.full, running.restarts, running.cursor.is_some());
        match recovery {
            Recovery::DropToken if !full && self.looks_back() => {
                self.goes_on_from_newest();
                self.run(false, 0);
                Ok(
                    "Ashby does not accept an earlier sync token any more: what changed is listed from the newest",
                )
            }
            Recovery::DropToken if !full => {
                self.token = None;
                self.run(true, 0);
                Ok("Ashby no longer accepts the sync token: everything is listed again")
            }
            Recovery::DropToken | Recovery::DropCursor if had_cursor && restarts < MAX_RESTARTS => {
                // A full listing begins anew: what vanished since the first pages must not count as seen.
                self.run(full, restarts + 1);
                Ok("Ashby no longer accepts the page cursor: this listing starts again from its first page")
            }
            Recovery::DropToken | Recovery::DropCursor => {
                // Next time from the first page, and with fresh patience.
                self.goes_on_from_newest();
                self.run(full, 0);
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

    /// The listing cannot come to an end: the next one begins at the first page.
    pub(crate) fn give_up(&mut self) {
        let full = self.place.running.as_ref().is_some_and(|running| running.full);
        self.goes_on_from_newest();
        self.run(full, 0);
    }
}

/// Nothing is proved: what has no key may be any of those that did not come.
pub(crate) fn without_key(count: u32) -> Ends {
    Ends::Incomplete(format!("records without a usable key: {count}"))
}

impl Running {
    /// What is proved by a listing that has come to its last page.
    fn ends(&self, has_no_token: bool) -> Ends {
        if !self.full {
            return Ends::Complete;
        }
        if has_no_token {
            return Ends::Incomplete("Ashby gave no sync token at its end".to_owned());
        }
        if self.unusable > 0 {
            return without_key(self.unusable);
        }
        Ends::Complete
    }

    /// Why a full listing is not to be believed at once.
    fn oddity(&self, has_had_records: bool) -> Option<&'static str> {
        if !self.full {
            return None;
        }
        if self.had_empty_page {
            return Some("one of its pages was empty and not the last");
        }
        (has_had_records && !self.has_records).then_some("it had no records any more")
    }
}

#[cfg(test)]
mod tests;
