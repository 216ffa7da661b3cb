//! Deliveries, durable before they are acknowledged, and each kept until somebody has done what follows from it.
//!
//! An inbox is a SQLite file with a thread of its own. Deliveries that come while it commits wait for the next commit
//! together, so that the price of durability, one fsync, is shared by as many as there are. Whoever has it open holds a
//! lock: a second process is refused. What only reads ([`Reader`]) needs no lock.
//!
//! Bodies hold people's data: the file is its owner's only, what is done is deleted after a while and overwritten on
//! disk, and [`Inbox::erase`] takes out what names a record at once.

mod database;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use capture_core::{Error, ErrorKind, Lock, Result, private_file};
use jiff::Timestamp;
use own_database::Failure;
use tokio::sync::{oneshot, watch};

use crate::event::Event;
use crate::signature::Signature;
use database::{Database, KIND};
use writer::{Sender, Work};

/// A delivery that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// Where it stands in the order of receipt; never given twice.
    pub sequence: u64,
    /// When it was received by this machine's clock, which may jump: for people. What came before what is `sequence`.
    pub received_at: Timestamp,
    /// What it says.
    pub event: Event,
    /// What it was signed with.
    pub signature: Option<Signature>,
    /// When what follows from it had been done, by the same clock; `None` while that is to come.
    pub done_at: Option<Timestamp>,
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Added {
    /// Its place, or that of the delivery that it is a copy of.
    pub sequence: u64,
    /// An event with the same id and action was there already.
    pub is_copy: bool,
}

/// What an inbox holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Kept {
    /// Deliveries that nothing was done about yet.
    pub pending: u64,
    /// All deliveries.
    pub all: u64,
}

/// How an inbox keeps.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct InboxOptions {
    /// How long what is done stays, so that copies are recognised and events can be replayed. Ashby sends an event again
    /// for about three hours.
    pub keep: Duration,
}

impl Default for InboxOptions {
    fn default() -> Self {
        Self { keep: Duration::from_secs(7 * 24 * 60 * 60) }
    }
}

impl InboxOptions {
    /// Keeps what is done for so long, and for a day at least.
    #[must_use]
    pub fn keep(mut self, keep: Duration) -> Self {
        self.keep = keep.max(Duration::from_secs(24 * 60 * 60));
        self
    }
}

/// An inbox that is open for receiving. Clones are the same inbox; it is closed when [`close`](Self::close) was called or
/// the last of them is dropped.
#[derive(Debug, Clone)]
pub struct Inbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    sender: Mutex<Option<Sender>>,
    tally: Arc<Tally>,
    arrivals: watch::Receiver<u64>,
}

/// What the thread tells without being asked.
#[derive(Debug)]
struct Tally {
    pending: AtomicU64,
    arrived: watch::Sender<u64>,
    failing: watch::Sender<bool>,
    /// If nothing came, the file goes when it is closed.
    is_abandoned: AtomicBool,
    #[cfg(test)]
    commits: AtomicU64,
}

impl Inbox {
    /// Where the inbox of a destination is: a hidden file beside it (`.NAME.inbox.db`).
    ///
    /// # Errors
    /// If its directory does not exist or cannot be looked into.
    pub fn beside(destination: &Path) -> std::io::Result<PathBuf> {
        private_file::beside(destination, "inbox.db")
    }

    /// Opens the inbox at `path`, which is made if it is not there. Blocks for as long as that takes.
    ///
    /// # Errors
    /// [`Busy`](ErrorKind::Busy) if another process has it; [`State`](ErrorKind::State) if it is something else, or
    /// newer; [`Storage`](ErrorKind::Storage) if it cannot be made or written.
    pub fn open(path: impl AsRef<Path>, options: InboxOptions) -> Result<Self> {
        let path = path.as_ref();
        let lock = Lock::acquire(path)?;
        let canonical =
            private_file::canonical(path).map_err(|error| Failure::from(error).of(&KIND, path))?;
        let is_new = !canonical.exists();
        let database = Database::open(&canonical).map_err(|failure| {
            if is_new {
                // Nothing can be in it.
                database::remove(&canonical);
            }
            failure.of(&KIND, path)
        })?;
        let kept = database.kept().map_err(|failure| failure.of(&KIND, path))?;
        let newest = database.newest().map_err(|failure| failure.of(&KIND, path))?;
        let (arrived, arrivals) = watch::channel(newest);
        let tally = Arc::new(Tally {
            pending: AtomicU64::new(kept.pending),
            arrived,
            failing: watch::Sender::new(false),
            is_abandoned: AtomicBool::new(false),
            #[cfg(test)]
            commits: AtomicU64::new(0),
        });
        let sender = writer::start(database, lock, path.to_owned(), options, Arc::clone(&tally))
            .map_err(|error| Failure::from(error).of(&KIND, path))?;
        Ok(Self(Arc::new(Inner { path: path.to_owned(), sender: Mutex::new(Some(sender)), tally, arrivals })))
    }

    /// Keeps a delivery. On return it is durable.
    ///
    /// # Errors
    /// [`Storage`](ErrorKind::Storage) or [`Unavailable`](ErrorKind::Unavailable) if it could not be made durable; the
    /// next one may succeed.
    pub async fn add(&self, event: Event, signature: Option<Signature>) -> Result<Added> {
        self.ask(|answer| Work::Add { event, signature, answer }).await
    }

    /// The oldest deliveries that nothing was done about yet, `limit` at most.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub async fn pending(&self, limit: usize) -> Result<Vec<Delivery>> {
        self.pending_after(0, limit).await
    }

    /// As [`pending`](Self::pending), of those after a place: for whoever has some in hand and wants more.
    ///
    /// # Errors
    /// As [`pending`](Self::pending).
    pub async fn pending_after(&self, sequence: u64, limit: usize) -> Result<Vec<Delivery>> {
        self.ask(|answer| Work::Pending { after: sequence, limit, answer }).await
    }

    /// What follows from these has been done. On return that is durable.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub async fn done(&self, sequences: Vec<u64>) -> Result<()> {
        self.ask(|answer| Work::Done { sequences, answer }).await
    }

    /// Takes out the bodies of all deliveries in which one of these texts stands (keys of records that must be forgotten),
    /// done or not, and overwrites them on disk. That they came stays known, so that copies stay copies. Gives how many.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub async fn erase(&self, texts: Vec<String>) -> Result<u64> {
        self.ask(|answer| Work::Erase { texts, answer }).await
    }

    /// Notes that a ping came, when there is time.
    pub(crate) fn pinged(&self) {
        let sender = self.0.sender.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = sender.as_ref() {
            sender.send(Work::Ping);
        }
    }

    /// Tells when something came: the newest place, which changes with every delivery that is no copy.
    pub fn arrivals(&self) -> watch::Receiver<u64> {
        self.0.arrivals.clone()
    }

    /// Tells whether the last attempt to keep something failed.
    pub fn failing(&self) -> watch::Receiver<bool> {
        self.0.tally.failing.subscribe()
    }

    /// How many deliveries nothing was done about yet.
    pub fn pending_count(&self) -> u64 {
        self.0.tally.pending.load(Ordering::Relaxed)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// As [`close`](Self::close), of a receiver that did not come to receive: if nothing was ever kept, the file is removed.
    pub async fn abandon(&self) {
        self.0.tally.is_abandoned.store(true, Ordering::Relaxed);
        self.close().await;
    }

    /// Finishes what is under way and gives the file back. What is asked of it later is refused.
    pub async fn close(&self) {
        let sender = self.0.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sender) = sender {
            sender.closed().await;
        }
    }

    async fn ask<T>(&self, work: impl FnOnce(oneshot::Sender<Result<T, Failure>>) -> Work) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let sent = {
            let sender = self.0.sender.lock().unwrap_or_else(PoisonError::into_inner);
            sender.as_ref().is_some_and(|sender| sender.send(work(answer)))
        };
        let ended = || {
            Error::new(ErrorKind::Unavailable, format!("the inbox {} is closed", self.0.path.display()))
                .with_hint("it is opened anew with the next start")
        };
        if !sent {
            return Err(ended());
        }
        answered.await.map_err(|_| ended())?.map_err(|failure| failure.of(&KIND, &self.0.path))
    }
}

/// An inbox that is only looked at, also while another process receives.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    database: Database,
}

impl Reader {
    /// Opens the inbox at `path`.
    ///
    /// # Errors
    /// [`Configuration`](ErrorKind::Configuration) if there is none; otherwise as [`Inbox::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        if !path.exists() {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("there is no inbox {}", path.display()),
            )
            .with_hint("name it with --inbox; the first start of a receiver makes it"));
        }
        let database = Database::look(path).map_err(|failure| failure.of(&KIND, path))?;
        Ok(Self { path: path.to_owned(), database })
    }

    /// What it holds.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn kept(&self) -> Result<Kept> {
        self.database.kept().map_err(|failure| failure.of(&KIND, &self.path))
    }

    /// In how many deliveries one of these texts stands.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn naming(&self, texts: &[String]) -> Result<u64> {
        self.database.naming(texts).map_err(|failure| failure.of(&KIND, &self.path))
    }

    /// How many pings came since then.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn pings(&self, since: Timestamp) -> Result<u64> {
        self.database.pings(since).map_err(|failure| failure.of(&KIND, &self.path))
    }

    /// Deliveries after a place, received at `since` or later, of these actions (of all, if none is named), oldest first,
    /// `limit` at most. Those that were erased are left out.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn history(
        &self,
        after: u64,
        since: Option<Timestamp>,
        actions: &[String],
        limit: usize,
    ) -> Result<Vec<Delivery>> {
        let found = self.database.history(after, since, actions, limit);
        found.map_err(|failure| failure.of(&KIND, &self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: u64) -> Event {
        let filling = "x".repeat(2_000);
        let body =
            format!(r#"{{"webhookActionId":"{number}","action":"jobUpdate","data":{{"x":"{filling}"}}}}"#);
        Event::parse(body.into_bytes().into()).unwrap()
    }

    fn start(database: Database, path: &Path, options: InboxOptions) -> Inbox {
        let (arrived, arrivals) = watch::channel(0);
        let tally = Arc::new(Tally {
            pending: AtomicU64::new(0),
            arrived,
            failing: watch::Sender::new(false),
            is_abandoned: AtomicBool::new(false),
            commits: AtomicU64::new(0),
        });
        let lock = Lock::acquire(path).unwrap();
        let sender = writer::start(database, lock, path.to_owned(), options, Arc::clone(&tally)).unwrap();
        Inbox(Arc::new(Inner { path: path.to_owned(), sender: Mutex::new(Some(sender)), tally, arrivals }))
    }

    #[tokio::test]
    async fn a_full_disk_refuses_what_it_cannot_keep_and_keeps_what_it_acknowledged() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("inbox.db");
        let database = Database::open(&path).unwrap();
        database.limit_pages(40);
        let inbox = start(database, &path, InboxOptions::default());
        let mut kept = Vec::new();
        let error = loop {
            let number = kept.len() as u64;
            match inbox.add(event(number), None).await {
                Ok(added) => kept.push(added.sequence),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::Storage);
        assert!(*inbox.failing().borrow());
        assert!(error.to_string().contains("cannot grow") && !kept.is_empty(), "{error:?}");
        inbox.close().await;
        let inbox = Inbox::open(&path, InboxOptions::default()).unwrap();
        let pending = inbox.pending(usize::MAX).await.unwrap();
        assert_eq!(pending.iter().map(|delivery| delivery.sequence).collect::<Vec<_>>(), kept);
        // There is room again.
        inbox.add(event(1_000), None).await.unwrap();
        assert_eq!(inbox.pending_count(), kept.len() as u64 + 1);
    }

    #[tokio::test]
    async fn what_comes_while_a_commit_is_under_way_shares_the_next_one() {
        let directory = tempfile::tempdir().unwrap();
        let inbox = Inbox::open(directory.path().join("inbox.db"), InboxOptions::default()).unwrap();
        let adding: Vec<_> = (0..500)
            .map(|number| {
                let inbox = inbox.clone();
                tokio::spawn(async move { inbox.add(event(number), None).await })
            })
            .collect();
        for added in adding {
            added.await.unwrap().unwrap();
        }
        let commits = inbox.0.tally.commits.load(Ordering::Relaxed);
        assert!(commits <= 50, "{commits} commits of 500 deliveries");
    }

    #[tokio::test]
    async fn nothing_is_acknowledged_into_a_file_that_was_removed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("inbox.db");
        let inbox = Inbox::open(&path, InboxOptions::default()).unwrap();
        inbox.add(event(1), None).await.unwrap();
        std::fs::remove_file(&path).unwrap();
        let error = inbox.add(event(2), None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage, "{error:?}");
        assert!(*inbox.failing().borrow());
        inbox.close().await;
    }

    /// Order and copies go by places and ids, which no clock knows.
    #[test]
    fn a_clock_that_jumps_changes_neither_order_nor_what_is_pending() {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::open(&directory.path().join("inbox.db")).unwrap();
        let now = Timestamp::now();
        let hours = jiff::SignedDuration::from_hours;
        let clock = [now, now + hours(24 * 400), now - hours(24 * 400), Timestamp::UNIX_EPOCH, now];
        for (number, time) in (1..).zip(clock) {
            let added = database.add(&event(number), None, time).unwrap();
            assert_eq!(added, Added { sequence: number, is_copy: false });
        }
        for number in 1..=5 {
            assert!(database.add(&event(number), None, now - hours(9_999)).unwrap().is_copy);
        }
        let places = |found: Vec<Delivery>| found.iter().map(|one| one.sequence).collect::<Vec<_>>();
        assert_eq!(places(database.pending(0, 99).unwrap()), [1, 2, 3, 4, 5]);
        // What is done goes by when it came; early, if that was taken for long ago: a copy of it is then read once more.
        database.done(&[1], now + hours(24 * 400)).unwrap();
        database.done(&[2], now - hours(24 * 400)).unwrap();
        database.purge(0, now - hours(24), 99).unwrap();
        assert_eq!(places(database.pending(0, 99).unwrap()), [3, 4, 5], "what is pending goes at no time");
        assert_eq!(database.add(&event(1), None, now).unwrap(), Added { sequence: 1, is_copy: true });
    }

    #[test]
    fn what_is_old_and_done_is_deleted_and_what_is_pending_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::open(&directory.path().join("inbox.db")).unwrap();
        let now = Timestamp::now();
        let long_ago = now - jiff::SignedDuration::from_hours(24 * 30);
        for number in 1..=6 {
            database.add(&event(number), None, if number <= 4 { long_ago } else { now }).unwrap();
        }
        database.done(&[1, 3, 5], now).unwrap();
        let before = now - jiff::SignedDuration::from_hours(24);
        let mut after = 0;
        while let Some(next) = database.purge(after, before, 2).unwrap() {
            after = next;
        }
        let left = database.history(0, None, &[], 99).unwrap();
        assert_eq!(left.iter().map(|delivery| delivery.sequence).collect::<Vec<_>>(), [2, 4, 5, 6]);
        assert!(!database.add(&event(1), None, now).unwrap().is_copy, "nobody remembers it");
        assert_eq!(database.add(&event(2), None, now).unwrap(), Added { sequence: 2, is_copy: true });
    }
}
