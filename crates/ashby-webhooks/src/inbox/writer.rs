//! The thread that owns the file: what waits is committed together.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use capture_core::{Lock, private_file};
use jiff::Timestamp;
use own_database::Failure;
use tokio::sync::oneshot;

use super::database::{Database, KIND};
use super::{Added, Delivery, InboxOptions, Tally};
use crate::event::Event;
use crate::signature::Signature;

/// Deliveries in one commit at most, and bytes of them.
const GROUP: usize = 1024;
const GROUP_BYTES: usize = 16 << 20;

/// How often what is old is looked for, and how much of the file at a time.
const PURGE_EVERY: Duration = Duration::from_secs(60);
const PURGE_ROWS: u32 = 5_000;

type Reply<T> = oneshot::Sender<Result<T, Failure>>;

/// What the thread is asked for.
pub(super) enum Work {
    Add { event: Event, signature: Option<Signature>, answer: Reply<Added> },
    Done { sequences: Vec<u64>, answer: Reply<()> },
    Erase { texts: Vec<String>, answer: Reply<u64> },
    Ping,
    Pending { after: u64, limit: usize, answer: Reply<Vec<Delivery>> },
}

impl Work {
    fn bytes(&self) -> usize {
        match self {
            Self::Add { event, .. } => event.body().len(),
            _ => 0,
        }
    }
}

/// The way to the thread, which ends when this is dropped and everything that was sent is done.
#[derive(Debug)]
pub(super) struct Sender {
    work: mpsc::Sender<Work>,
    thread: JoinHandle<()>,
}

impl Sender {
    /// `false` if the thread has ended.
    pub(super) fn send(&self, work: Work) -> bool {
        self.work.send(work).is_ok()
    }

    /// Waits until everything is done and the file is given back.
    pub(super) async fn closed(self) {
        let Self { work, thread } = self;
        drop(work);
        let _ = tokio::task::spawn_blocking(move || thread.join()).await;
    }
}

/// Starts the thread.
pub(super) fn start(
    database: Database,
    lock: Lock,
    path: PathBuf,
    options: InboxOptions,
    tally: Arc<Tally>,
) -> io::Result<Sender> {
    let (work, queue) = mpsc::channel();
    let thread = std::thread::Builder::new().name("inbox".to_owned()).spawn(move || {
        let mut writer = Writer { database, path, options, tally, purged_to: 0, purged: Instant::now() };
        writer.run(&queue);
        let is_useless = writer.tally.is_abandoned.load(Ordering::Relaxed) && writer.database.is_unused();
        let path = writer.path.clone();
        // The file is closed before it may be taken by another.
        drop(writer);
        if is_useless && let Ok(path) = private_file::canonical(&path) {
            super::database::remove(&path);
        }
        drop(lock);
    })?;
    Ok(Sender { work, thread })
}

struct Writer {
    database: Database,
    path: PathBuf,
    options: InboxOptions,
    tally: Arc<Tally>,
    purged_to: u64,
    purged: Instant,
}

/// What is told once a commit has succeeded, or with its error.
enum Answered {
    Added(Reply<Added>, Added),
    Done(Reply<()>),
    Erased(Reply<u64>, u64),
}

impl Writer {
    fn run(&mut self, queue: &mpsc::Receiver<Work>) {
        loop {
            match queue.recv_timeout(PURGE_EVERY) {
                Ok(first) => self.group(first, queue),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
            }
            if self.purged.elapsed() >= PURGE_EVERY {
                self.purge();
            }
        }
    }

    /// Takes what waits, commits it, and tells those who wait for it.
    fn group(&mut self, first: Work, queue: &mpsc::Receiver<Work>) {
        let (mut group, mut reads) = (Vec::new(), Vec::new());
        let mut bytes = 0;
        let mut next = Some(first);
        while let Some(work) = next {
            bytes += work.bytes();
            match work {
                Work::Pending { .. } => reads.push(work),
                _ => group.push(work),
            }
            next = match group.len() < GROUP && bytes < GROUP_BYTES {
                true => queue.try_recv().ok(),
                false => None,
            };
        }
        if !group.is_empty() {
            self.write(group);
        }
        for read in reads {
            if let Work::Pending { after, limit, answer } = read {
                let _ = answer.send(self.database.pending(after, limit));
            }
        }
    }

    fn write(&mut self, group: Vec<Work>) {
        let mut answers = Vec::with_capacity(group.len());
        let mut change = Change::default();
        let applied = self.apply(group, &mut answers, &mut change).and_then(|()| self.database.commit());
        match applied {
            Ok(()) => {
                #[cfg(test)]
                self.tally.commits.fetch_add(1, Ordering::Relaxed);
                if self.tally.failing.send_replace(false) {
                    tracing::warn!(inbox = %self.path.display(), "the inbox keeps deliveries again");
                }
                self.told(answers, &change);
            }
            Err(failure) => {
                self.database.roll_back();
                if !self.tally.failing.send_replace(true) {
                    let error = failure.clone().of(&KIND, &self.path);
                    tracing::error!(
                        error = error.chain(),
                        hint = error.hint(),
                        "deliveries cannot be kept, and are refused so that Ashby sends them again"
                    );
                }
                for answer in answers {
                    let _ = match answer {
                        Answered::Added(answer, _) => answer.send(Err(failure.clone())).is_ok(),
                        Answered::Done(answer) => answer.send(Err(failure.clone())).is_ok(),
                        Answered::Erased(answer, _) => answer.send(Err(failure.clone())).is_ok(),
                    };
                }
            }
        }
    }

    /// Does everything in one transaction. After an error the rest is not tried, but still answered.
    fn apply(
        &self,
        group: Vec<Work>,
        answers: &mut Vec<Answered>,
        change: &mut Change,
    ) -> Result<(), Failure> {
        let now = Timestamp::now();
        let mut result = self.database.begin();
        for work in group {
            match work {
                Work::Add { event, signature, answer } => {
                    let mut added = Added { sequence: 0, is_copy: false };
                    result = result.and_then(|()| {
                        added = self.database.add(&event, signature.as_ref(), now)?;
                        if !added.is_copy {
                            change.added += 1;
                            change.newest = change.newest.max(added.sequence);
                        }
                        Ok(())
                    });
                    answers.push(Answered::Added(answer, added));
                }
                Work::Done { sequences, answer } => {
                    result = result.and_then(|()| {
                        change.done += self.database.done(&sequences, now)?;
                        Ok(())
                    });
                    answers.push(Answered::Done(answer));
                }
                Work::Erase { texts, answer } => {
                    let mut erased = 0;
                    result = result.and_then(|()| {
                        let pending;
                        (erased, pending) = self.database.erase(&texts, now)?;
                        change.done += pending;
                        change.erased = true;
                        Ok(())
                    });
                    answers.push(Answered::Erased(answer, erased));
                }
                Work::Ping => result = result.and_then(|()| self.database.ping(now)),
                Work::Pending { .. } => {}
            }
        }
        result
    }

    fn told(&self, answers: Vec<Answered>, change: &Change) {
        let pending = self.tally.pending.load(Ordering::Relaxed);
        self.tally.pending.store((pending + change.added).saturating_sub(change.done), Ordering::Relaxed);
        if change.added > 0 {
            let _ = self.tally.arrived.send(change.newest);
        }
        let settled = if change.erased { self.database.settle() } else { Ok(()) };
        for answer in answers {
            // Whoever asked may have gone.
            let _ = match answer {
                Answered::Added(answer, added) => answer.send(Ok(added)).is_ok(),
                Answered::Done(answer) => answer.send(Ok(())).is_ok(),
                Answered::Erased(answer, erased) => answer.send(settled.clone().map(|()| erased)).is_ok(),
            };
        }
    }

    /// Deletes what is old, a piece of the file at a time.
    fn purge(&mut self) {
        self.purged = Instant::now();
        let Ok(before) = Timestamp::now().checked_sub(self.options.keep) else { return };
        match self.database.purge(self.purged_to, before, PURGE_ROWS) {
            Ok(next) => self.purged_to = next.unwrap_or(0),
            // It only costs room, and the next one may succeed.
            Err(failure) => {
                tracing::warn!(
                    error = failure.of(&KIND, &self.path).chain(),
                    "old deliveries could not be deleted"
                );
            }
        }
    }
}

/// What a commit changes.
#[derive(Debug, Default)]
struct Change {
    added: u64,
    done: u64,
    newest: u64,
    erased: bool,
}
