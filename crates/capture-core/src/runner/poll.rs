//! One capture's task: polls it, hands its batches to the writer, waits for the next interval or a command.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use xxhash_rust::xxh3::xxh3_64;

use crate::budget::Budget;
use crate::runner::StreamRetry;
use crate::runner::ask::Again;
use crate::runner::turns::Turns;
use crate::{Batch, Capture, Error, ErrorKind, Gone, Key, Purpose, Record, Result, Step};

/// What the tasks have in common.
pub(super) struct Shared {
    pub(super) sender: mpsc::Sender<Message>,
    pub(super) stop: CancellationToken,
    pub(super) budget: Budget,
    pub(super) polls: Semaphore,
    pub(super) retry: StreamRetry,
}

/// When a capture is polled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Schedule {
    /// From one poll to the next; `None` polls once.
    pub(super) interval: Option<Duration>,
    /// From the start of the run to the first poll.
    pub(super) first_poll_delay: Duration,
    /// When everything is listed again.
    pub(super) turns: Option<Turns>,
}

impl Schedule {
    /// The schedule of streams that are captured together.
    pub(super) fn shortest<'a>(members: impl Iterator<Item = &'a Schedule> + Clone) -> Self {
        Self {
            interval: members.clone().filter_map(|member| member.interval).min(),
            first_poll_delay: members.clone().map(|member| member.first_poll_delay).min().unwrap_or_default(),
            // One that they have in common; the streams of a capture have the same listings.
            turns: members.filter_map(|member| member.turns.clone()).min_by_key(Turns::every),
        }
    }
}

/// What a task is asked for. Once nobody can ask any more, a task that polls once ends.
pub(super) enum Command {
    /// Poll now, or once more if a poll is under way: what was listed before this command may be older than it.
    Poll {
        /// Also what changed up to so long ago is to be shown.
        look_back: Duration,
        ticket: u64,
    },
    /// Read records again.
    Reread { stream: usize, what: Again, purpose: Purpose, ticket: u64 },
}

/// What a task tells the writer, in the order it happened.
pub(super) struct Message {
    /// Which capture.
    pub(super) capture: usize,
    pub(super) content: Content,
}

pub(super) enum Content {
    /// A poll begins, which answers these commands.
    Started {
        tickets: Vec<u64>,
        looks_back: bool,
    },
    /// The stream's turn has come to be listed whole, for the first time since then.
    ListsAgain {
        since: Timestamp,
        every: Duration,
    },
    /// The permit keeps the batch's bytes accounted for until the writer drops it.
    Batch(Batch, Option<OwnedSemaphorePermit>),
    /// Records of a stream, read again.
    Reread {
        stream: usize,
        purpose: Purpose,
        ticket: u64,
        batch: Result<Batch>,
        permit: Option<OwnedSemaphorePermit>,
    },
    UpToDate {
        requests: u32,
    },
    Failed {
        error: Error,
        retry_in: Option<Duration>,
        /// Whether it was the poll's last attempt.
        ends_poll: bool,
    },
}

/// How a poll ended.
enum Ended {
    UpToDate,
    GaveUp,
    Stopped,
}

/// The run is over.
struct Stopped;

struct Task {
    capture: Box<dyn Capture>,
    interval: Option<Duration>,
    turns: Option<Turns>,
    commands: mpsc::Receiver<Command>,
    /// Of commands that the next poll answers.
    tickets: Vec<u64>,
    /// How far back they want it to look.
    look_back: Duration,
    outlet: Outlet,
}

/// The way to the writer.
struct Outlet {
    index: usize,
    shared: Arc<Shared>,
}

pub(super) async fn run(
    capture: Box<dyn Capture>,
    index: usize,
    schedule: Schedule,
    commands: mpsc::Receiver<Command>,
    shared: Arc<Shared>,
) {
    // Streams that started together do not stay in step: each waits a little differently, always the same way.
    let name_hash = capture.streams().first().map_or(0, |stream| xxh3_64(stream.name.as_bytes()));
    let outlet = Outlet { index, shared };
    let Schedule { interval, turns, .. } = schedule;
    let mut task =
        Task { capture, interval, turns, commands, tickets: Vec::new(), look_back: Duration::ZERO, outlet };
    let mut next = Instant::now() + schedule.first_poll_delay;
    loop {
        if task.serve_until(Some(next)).await.is_err() {
            return;
        }
        let started = Instant::now();
        if task.poll_in_turn().await.is_err() {
            return;
        }
        next = match schedule.interval {
            _ if !task.tickets.is_empty() => Instant::now(),
            Some(interval) => started + interval + jitter(interval, name_hash),
            None => {
                if task.serve_until(None).await.is_err() || task.tickets.is_empty() {
                    return;
                }
                Instant::now()
            }
        };
    }
}

/// Up to a twentieth of the interval.
fn jitter(interval: Duration, seed: u64) -> Duration {
    interval.mul_f64((seed % 1000) as f64 / 1000.0 / 20.0)
}

impl Task {
    /// Carries out commands until it is time to poll; without a time, until nobody can ask any more.
    async fn serve_until(&mut self, time: Option<Instant>) -> Result<(), Stopped> {
        let mut is_open = true;
        loop {
            let wait = async {
                match time {
                    Some(time) => sleep_until(time).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = self.outlet.shared.stop.cancelled() => return Err(Stopped),
                () = wait => return Ok(()),
                command = self.commands.recv(), if is_open => match command {
                    Some(Command::Poll { look_back, ticket }) => {
                        self.notes_poll(look_back, ticket);
                        return Ok(());
                    }
                    Some(command) => self.carry_out(command).await?,
                    None if time.is_none() => return Ok(()),
                    None => is_open = false,
                },
            }
        }
    }

    /// The next poll answers it.
    fn notes_poll(&mut self, look_back: Duration, ticket: u64) {
        self.tickets.push(ticket);
        self.look_back = self.look_back.max(look_back);
    }

    async fn carry_out(&mut self, command: Command) -> Result<(), Stopped> {
        let (stream, what, purpose, ticket) = match command {
            Command::Reread { stream, what, purpose, ticket } => (stream, what, purpose, ticket),
            Command::Poll { look_back, ticket } => {
                self.notes_poll(look_back, ticket);
                return Ok(());
            }
        };
        let batch = tokio::select! {
            biased;
            () = self.outlet.shared.stop.cancelled() => return Err(Stopped),
            batch = read_again(&mut *self.capture, stream, what, purpose) => batch,
        };
        let permit = match &batch {
            Ok(batch) => self.outlet.permit(batch).await?,
            Err(_) => None,
        };
        self.outlet.send(Content::Reread { stream, purpose, ticket, batch, permit }).await
    }

    async fn poll_in_turn(&mut self) -> Result<(), Stopped> {
        let shared = Arc::clone(&self.outlet.shared);
        let turn = shared.polls.acquire();
        tokio::pin!(turn);
        let mut is_open = true;
        let _turn = loop {
            // One that somebody waits for does not wait for the long listings of others.
            if !self.tickets.is_empty() {
                break None;
            }
            tokio::select! {
                biased;
                () = shared.stop.cancelled() => return Err(Stopped),
                turn = &mut turn => break Some(turn),
                command = self.commands.recv(), if is_open => match command {
                    Some(command) => self.carry_out(command).await?,
                    None => is_open = false,
                },
            }
        };
        match self.poll().await {
            Ended::Stopped => Err(Stopped),
            Ended::UpToDate | Ended::GaveUp => Ok(()),
        }
    }

    async fn poll(&mut self) -> Ended {
        self.try_poll().await.unwrap_or(Ended::Stopped)
    }

    async fn try_poll(&mut self) -> Result<Ended, Stopped> {
        let mut attempt = 0;
        let mut age = Age::default();
        let mut requests_before = 0;
        let tickets = std::mem::take(&mut self.tickets);
        let look_back = std::mem::take(&mut self.look_back);
        let looks_back = !look_back.is_zero() && self.capture.look_back(look_back);
        self.outlet.send(Content::Started { tickets, looks_back }).await?;
        loop {
            while let Ok(command) = self.commands.try_recv() {
                self.carry_out(command).await?;
            }
            let step = tokio::select! {
                biased;
                () = self.outlet.shared.stop.cancelled() => return Err(Stopped),
                step = self.capture.next() => step,
            };
            match step {
                Ok(Step::Batch(batch)) => {
                    attempt = 0;
                    age.note(&batch);
                    if let Some(turns) = &mut self.turns {
                        turns.note(&batch, Timestamp::now());
                    }
                    let permit = self.outlet.permit(&batch).await?;
                    self.outlet.send(Content::Batch(batch, permit)).await?;
                }
                // What was listed is as of a time that has passed: once more before anybody says up to date.
                Ok(Step::UpToDate { requests }) if age.is_to_be_renewed(self.interval) => {
                    requests_before += requests;
                }
                Ok(Step::UpToDate { requests }) if self.takes_turn(&mut age).await? => {
                    requests_before += requests;
                }
                Ok(Step::UpToDate { requests }) => {
                    let requests = requests + requests_before;
                    self.outlet.send(Content::UpToDate { requests }).await?;
                    return Ok(Ended::UpToDate);
                }
                Err(error)
                    if error.kind() == ErrorKind::Transient
                        && attempt < self.outlet.shared.retry.attempts =>
                {
                    let pause = self.pause(attempt);
                    attempt += 1;
                    let failed = Content::Failed { error, retry_in: Some(pause), ends_poll: false };
                    self.outlet.send(failed).await?;
                    let until = Instant::now() + pause;
                    while Instant::now() < until {
                        self.serve_until(Some(until)).await?;
                    }
                }
                Err(error) => {
                    let failed = Content::Failed { error, retry_in: self.interval, ends_poll: true };
                    self.outlet.send(failed).await?;
                    return Ok(Ended::GaveUp);
                }
            }
        }
    }

    /// Lets the capture list everything if its turn has come; whether it does. What changed has just been polled for, and
    /// is once more afterwards, so that it is known what the listing itself has found.
    async fn takes_turn(&mut self, age: &mut Age) -> Result<bool, Stopped> {
        let Some(turns) = self.turns.as_ref().filter(|turns| !age.is_of_turn && !turns.is_listing()) else {
            return Ok(false);
        };
        let Some(since) = turns.due(Timestamp::now()) else { return Ok(false) };
        let every = turns.every();
        if !self.capture.list_again() {
            return Ok(false);
        }
        age.begins_turn();
        self.outlet.send(Content::ListsAgain { since, every }).await?;
        Ok(true)
    }

    fn pause(&self, attempt: u32) -> Duration {
        let retry = &self.outlet.shared.retry;
        retry.first_pause.saturating_mul(1 << attempt.min(16)).min(retry.max_pause)
    }
}

fn keys(asked: Vec<(Key, Gone)>) -> Vec<Key> {
    asked.into_iter().map(|(key, _)| key).collect()
}

async fn read_again(
    capture: &mut dyn Capture,
    stream: usize,
    what: Again,
    purpose: Purpose,
) -> Result<Batch> {
    match what {
        Again::Records(records) => capture.reread(stream, &keys(records), purpose).await,
        Again::Within(scopes) => capture.reread_within(stream, &keys(scopes)).await,
    }
}

impl Outlet {
    async fn permit(&self, batch: &Batch) -> Result<Option<OwnedSemaphorePermit>, Stopped> {
        let bytes = batch.parts.iter().flat_map(|part| &part.records).map(Record::len_bytes).sum();
        tokio::select! {
            biased;
            () = self.shared.stop.cancelled() => Err(Stopped),
            permit = self.shared.budget.take(bytes) => Ok(permit),
        }
    }

    async fn send(&self, content: Content) -> Result<(), Stopped> {
        tokio::select! {
            biased;
            () = self.shared.stop.cancelled() => Err(Stopped),
            sent = self.shared.sender.send(Message { capture: self.index, content }) => sent.map_err(|_| Stopped),
        }
    }
}

/// How old what a poll has listed is.
#[derive(Default)]
struct Age {
    began: Option<Instant>,
    /// A listing has ended that began before this poll, or when it did.
    ended: Option<Option<Instant>>,
    renewed: bool,
    /// Everything is listed in the stream's turn.
    is_of_turn: bool,
}

impl Age {
    fn note(&mut self, batch: &Batch) {
        for part in &batch.parts {
            if part.begins.is_some() {
                self.began = Some(Instant::now());
            }
            if part.ends.is_some() {
                self.ended = Some(self.began);
            }
        }
    }

    fn begins_turn(&mut self) {
        *self = Self { is_of_turn: true, ..Self::default() };
    }

    /// Whether another listing must follow, which happens once a poll, and once after a turn.
    fn is_to_be_renewed(&mut self, interval: Option<Duration>) -> bool {
        let longest = interval.unwrap_or(Duration::MAX);
        let is_old = match self.ended {
            Some(None) => true,
            Some(Some(began)) => self.is_of_turn || began.elapsed() > longest,
            None => false,
        };
        is_old && !std::mem::replace(&mut self.renewed, true)
    }
}
