//! What others can do with a run while it runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{Error, ErrorKind, Key, Outcome, Result};

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
    /// When the next poll begins, about.
    pub next_poll_at: Option<Timestamp>,
    /// Records received in this run.
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
    nudges: mpsc::Sender<Nudge>,
    stop: CancellationToken,
    board: Board,
}

pub(super) fn pair(stop: CancellationToken) -> (Handle, mpsc::Receiver<Nudge>) {
    let (nudges, waiting) = mpsc::channel(NUDGES);
    (Handle { nudges, stop, board: Board::default() }, waiting)
}

impl Handle {
    /// Asks for something. What came of it is seen in [`status`](Self::status) and in the destination; a stream that is
    /// not captured by this run is nobody's business and ignored.
    ///
    /// # Errors
    /// [`ErrorKind::Closed`] if the run has ended.
    pub async fn nudge(&self, nudge: Nudge) -> Result<()> {
        let sent = self.nudges.send(nudge).await;
        sent.map_err(|_| Error::new(ErrorKind::Closed, "the run has ended"))
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
