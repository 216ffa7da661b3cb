//! What others can do with a run while it runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::ask::{Again, Ask, PollNow, Polled, ReadAgain, ReadBack, Reply};
use crate::{Error, ErrorKind, Gone, Key, Outcome, Purpose, Result};

/// How many nudges may wait.
const NUDGES: usize = 256;

/// What a run can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nudge {
    /// Poll this stream now instead of at its next interval.
    Poll {
        /// The stream.
        stream: String,
    },
    /// Read these records again, at once.
    Reread {
        /// The stream.
        stream: String,
        /// Which records.
        keys: Vec<Key>,
    },
}

/// Where a stream stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StreamStatus {
    /// How its newest poll ended.
    #[serde(flatten)]
    pub outcome: Option<Outcome>,
    /// When its state was last made durable.
    pub committed_at: Option<Timestamp>,
    /// When everything that there was had been committed.
    pub up_to_date_at: Option<Timestamp>,
    /// Whether a poll is under way.
    pub polling: bool,
    /// Whether a listing of everything is under way, which may take long.
    pub listing_everything: bool,
    /// The first of the streams with which it shares its listings, often itself.
    pub listed_with: String,
    /// When the next poll begins, about.
    pub next_poll_at: Option<Timestamp>,
    /// Records received in this run, without those that were found to be gone.
    pub records: u64,
}

/// Where the streams stand, for whoever looks.
#[derive(Clone, Default)]
pub(super) struct Board(Arc<Mutex<BTreeMap<String, StreamStatus>>>);

impl Board {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, StreamStatus>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, stream: &str, change: impl FnOnce(&mut StreamStatus)) {
        change(self.lock().entry(stream.to_owned()).or_default());
    }
}

/// A handle on a run. Clones are handles on the same one; a run does not wait for them.
#[derive(Clone)]
pub struct Handle {
    asks: mpsc::Sender<Ask>,
    stop: CancellationToken,
    board: Board,
}

pub(super) fn pair(stop: CancellationToken) -> (Handle, mpsc::Receiver<Ask>) {
    let (asks, waiting) = mpsc::channel(NUDGES);
    (Handle { asks, stop, board: Board::default() }, waiting)
}

fn has_ended() -> Error {
    Error::new(ErrorKind::Closed, "the run has ended")
}

impl Handle {
    /// Asks for something. What came of it is seen in [`status`](Self::status) and in the destination; a stream that is
    /// not captured by this run is nobody's business and ignored.
    ///
    /// # Errors
    /// [`ErrorKind::Closed`] if the run has ended.
    pub async fn nudge(&self, nudge: Nudge) -> Result<()> {
        let ask = match nudge {
            Nudge::Poll { stream } => Ask::Poll { ask: PollNow::new(stream), reply: Reply::to_nobody() },
            Nudge::Reread { stream, keys } => {
                let what = Again::Records(keys.into_iter().map(|key| (key, Gone::NotFound)).collect());
                let ask = ReadAgain { stream, what, purpose: Purpose::Refresh };
                Ask::Reread { ask, reply: Reply::to_nobody() }
            }
        };
        self.asks.send(ask).await.map_err(|_| has_ended())
    }

    /// Reads records again, and returns once what came is durable.
    ///
    /// # Errors
    /// Why they could not be read; [`ErrorKind::Configuration`] for a stream that is not captured,
    /// [`ErrorKind::Closed`] if the run has ended.
    pub async fn read_again(&self, ask: ReadAgain) -> Result<ReadBack> {
        self.ask(|reply| Ask::Reread { ask, reply }).await
    }

    /// Polls a stream now, and once more if a poll is under way, and returns once that is over and durable. Says which
    /// of the awaited records were shown by a listing that began after this call.
    ///
    /// # Errors
    /// As for [`read_again`](Self::read_again).
    pub async fn poll(&self, ask: PollNow) -> Result<Polled> {
        self.ask(|reply| Ask::Poll { ask, reply }).await
    }

    /// Rows of a stream that belong to a record, at most [`Share::KEYS`](crate::Share::KEYS); none where the destination
    /// keeps no account.
    ///
    /// # Errors
    /// As for [`read_again`](Self::read_again).
    pub async fn belonging_to(&self, stream: &str, owner: Key) -> Result<Vec<Key>> {
        self.ask(|reply| Ask::Belonging { stream: stream.to_owned(), owner, reply }).await
    }

    /// Marks what belongs to a record that was just seen to be gone, with how that is known, unless nothing is to be
    /// marked ([`ReconcilePolicy::Never`](crate::ReconcilePolicy::Never)), or whoever asks sees less and nobody reported it.
    ///
    /// # Errors
    /// As for [`read_again`](Self::read_again).
    pub async fn owner_is_gone(&self, stream: &str, owner: Key, gone: Gone) -> Result<()> {
        self.ask(|reply| Ask::OwnerGone { stream: stream.to_owned(), owner, gone, reply }).await
    }

    /// Tells a person something about a stream, as the run itself does ([`Event::Note`](crate::Event::Note)).
    ///
    /// # Errors
    /// [`ErrorKind::Closed`] if the run has ended.
    pub async fn note(&self, stream: &str, note: String) -> Result<()> {
        self.asks.send(Ask::Note { stream: stream.to_owned(), note }).await.map_err(|_| has_ended())
    }

    async fn ask<T>(&self, ask: impl FnOnce(Reply<T>) -> Ask) -> Result<T> {
        let (reply, answer) = Reply::new();
        self.asks.send(ask(reply)).await.map_err(|_| has_ended())?;
        answer.await.unwrap_or_else(|_| Err(has_ended()))
    }

    /// Where each stream stands.
    pub fn status(&self) -> BTreeMap<String, StreamStatus> {
        self.board.lock().clone()
    }

    /// Ends the run as an interrupt does: what was read is committed.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    pub(super) fn board(&self) -> Board {
        self.board.clone()
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}
