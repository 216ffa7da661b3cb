//! The runner: streams side by side into one sink, with checkpoints that never run ahead of the records.
//!
//! ```text
//! stream task ─┐                                    ┌─▶ sink.write
//! stream task ─┼─▶ channel, bounded in bytes ─▶ writer ─▶ sink.sweep
//! stream task ─┘                                    └─▶ sink.commit, records and state
//! ```
//!
//! Each capture has a task ([`poll`]) that asks it for batches. One writer ([`writer`]) owns the sink and what is known
//! of the streams ([`stream`]): which sweeps they owe ([`sweeps`]), and whether it is the same organisation
//! ([`probation`]). It runs inside the run's future and never drops what it asks of the sink: only the end of the
//! process, or dropping that future, stops a commit half-way.

mod ask;
mod audit;
mod handle;
mod poll;
mod probation;
mod stream;
mod sweeps;
mod turns;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::budget::Budget;
use crate::{
    Capture, CommitPace, Difference, Error, ErrorKind, Identity, Observer, ReconcilePolicy, Report, Result,
    Selection, Sink, Source, State, StreamRequest,
};

pub use ask::{Again, PollNow, Polled, ReadAgain, ReadBack};
pub use handle::{Handle, Nudge, StreamStatus};
pub use turns::has_its_turn;

/// How many messages may wait for the writer. Their bytes are bounded by
/// [`in_flight_bytes`](RunnerOptions::in_flight_bytes); this bounds the many that carry next to nothing.
const CHANNEL_MESSAGES: usize = 64;

/// How many commands may wait for a capture: nudges, and the keys that are asked for before a sweep.
const COMMANDS: usize = 16;

/// How a stream whose poll failed with a passing fault is tried again, on top of the source's own retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamRetry {
    /// Further attempts before giving up until the next interval (or for good, without one).
    pub attempts: u32,
    /// Pause before the first of them; doubled each time.
    pub first_pause: Duration,
    /// Longest pause.
    pub max_pause: Duration,
}

impl Default for StreamRetry {
    fn default() -> Self {
        Self { attempts: 2, first_pause: Duration::from_secs(5), max_pause: Duration::from_secs(60) }
    }
}

impl StreamRetry {
    /// So many further attempts.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Waits so long before the first of them.
    #[must_use]
    pub fn first_pause(mut self, first_pause: Duration) -> Self {
        self.first_pause = first_pause;
        self
    }

    /// Never waits longer.
    #[must_use]
    pub fn max_pause(mut self, max_pause: Duration) -> Self {
        self.max_pause = max_pause;
        self
    }
}

/// Knobs of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunnerOptions {
    /// Time from one poll of a stream to its next, unless its [`Selection`] says otherwise; `None` polls each stream
    /// once.
    pub interval: Option<Duration>,
    /// Streams whose listings run side by side.
    pub streams_at_once: usize,
    /// Bytes of JSON read but not yet written.
    pub in_flight_bytes: usize,
    /// When to commit, if not when the sink likes to.
    pub commit_pace: Option<CommitPace>,
    /// Second attempts at streams.
    pub retry: StreamRetry,
    /// Whether rows that complete listings did not see become tombstones.
    pub reconcile: ReconcilePolicy,
}

impl Default for RunnerOptions {
    fn default() -> Self {
        Self {
            interval: None,
            streams_at_once: 12,
            in_flight_bytes: 2 << 20,
            commit_pace: None,
            retry: StreamRetry::default(),
            reconcile: ReconcilePolicy::default(),
        }
    }
}

impl RunnerOptions {
    /// Polls at this interval; `None` polls each stream once.
    #[must_use]
    pub fn interval(mut self, interval: Option<Duration>) -> Self {
        self.interval = interval;
        self
    }

    /// Lists so many streams side by side.
    #[must_use]
    pub fn streams_at_once(mut self, streams: usize) -> Self {
        self.streams_at_once = streams;
        self
    }

    /// Holds so many bytes of JSON that are read but not yet written.
    #[must_use]
    pub fn in_flight_bytes(mut self, bytes: usize) -> Self {
        self.in_flight_bytes = bytes;
        self
    }

    /// Commits at this pace instead of the sink's.
    #[must_use]
    pub fn commit_pace(mut self, pace: CommitPace) -> Self {
        self.commit_pace = Some(pace);
        self
    }

    /// Tries streams again like this.
    #[must_use]
    pub fn retry(mut self, retry: StreamRetry) -> Self {
        self.retry = retry;
        self
    }

    /// Marks rows as gone, or not.
    #[must_use]
    pub fn reconcile(mut self, policy: ReconcilePolicy) -> Self {
        self.reconcile = policy;
        self
    }
}

/// Moves records from a source into a sink. See the [crate] documentation for an example.
pub struct Runner<S, K> {
    source: S,
    sink: K,
    options: RunnerOptions,
    observer: Arc<dyn Observer>,
}

impl<S: Source, K: Sink> Runner<S, K> {
    /// A runner with default options and no observer.
    pub fn new(source: S, sink: K) -> Self {
        Self { source, sink, options: RunnerOptions::default(), observer: Arc::new(()) }
    }

    /// Replaces the options.
    #[must_use]
    pub fn options(mut self, options: RunnerOptions) -> Self {
        self.options = options;
        self
    }

    /// Tells `observer` what happens.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// Captures the selected streams: once each, or at every interval until `cancel` is cancelled. Cancelling stops
    /// reading at once, then writes and commits what was read; the report says `interrupted`.
    ///
    /// One stream's trouble is in the report; it does not end the run. `identity` says who asks: it belongs to what is
    /// remembered.
    ///
    /// # Errors
    /// What no stream can survive: credentials, configuration, state, a held lock, the sink, a source that breaks its
    /// contract. What was committed before stays, and so does the state that belongs to it.
    pub async fn run(
        self,
        selections: impl IntoIterator<Item = Selection>,
        identity: Identity,
        cancel: CancellationToken,
    ) -> Result<Report> {
        let (_, run) = self.start(selections, identity, cancel);
        run.await
    }

    /// The same, with a handle to ask for more while it runs.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "as for `run`: whoever starts a run gives it its token"
    )]
    pub fn start(
        self,
        selections: impl IntoIterator<Item = Selection>,
        identity: Identity,
        cancel: CancellationToken,
    ) -> (Handle, impl Future<Output = Result<Report>> + Send) {
        let selections: Vec<Selection> = selections.into_iter().collect();
        // Ends the stream tasks when the caller says so, and when the writer cannot go on.
        let stop = cancel.child_token();
        let (handle, controls) = handle::pair(stop.clone());
        let board = handle.board();
        // Whoever asks what is captured, asks from now on.
        for selection in &selections {
            board.note(&selection.stream, |_| {});
        }
        (handle, self.captured(selections, identity, stop, controls, board))
    }

    async fn captured(
        mut self,
        selections: Vec<Selection>,
        identity: Identity,
        stop: CancellationToken,
        controls: mpsc::Receiver<ask::Ask>,
        board: handle::Board,
    ) -> Result<Report> {
        let state = self.sink.load().await?;
        if let Some(version) = state.upgraded_from {
            // Once: from the first commit on it is in the present one.
            tracing::warn!(
                version,
                "the saved state is of an earlier version; it is saved in the present one"
            );
        }
        let wanted: BTreeMap<String, poll::Schedule> = selections
            .iter()
            .map(|selection| {
                let saved = state.streams.get(&selection.stream);
                let schedule = poll::Schedule {
                    interval: selection.interval.or(self.options.interval),
                    first_poll_delay: selection.first_poll_delay,
                    turns: turns::Turns::new(selection.full_every, &selection.stream, saved),
                };
                (selection.stream.clone(), schedule)
            })
            .collect();
        let (requests, strangers) = requests(selections, &state, &identity);
        let captures = self.source.open(requests).await?;
        check(&captures, wanted.keys())?;
        let streams: Vec<_> = captures.iter().map(|capture| capture.streams().to_vec()).collect();
        self.sink.open(&streams.concat()).await?;

        let (sender, receiver) = mpsc::channel(CHANNEL_MESSAGES);
        let shared = Arc::new(poll::Shared {
            sender,
            stop: stop.clone(),
            budget: Budget::new(self.options.in_flight_bytes),
            polls: Semaphore::new(self.options.streams_at_once.max(1)),
            retry: self.options.retry,
        });
        let mut tasks = JoinSet::new();
        let mut open = Vec::with_capacity(captures.len());
        for (index, capture) in captures.into_iter().enumerate() {
            let members = capture.streams().iter().filter_map(|stream| wanted.get(&stream.name));
            let schedule = poll::Schedule::shortest(members);
            let (commands, waiting) = mpsc::channel(COMMANDS);
            let rereads = (0..capture.streams().len()).map(|stream| capture.rereads(stream)).collect();
            open.push(writer::Opened {
                streams: capture.streams().to_vec(),
                commands,
                rereads,
                schedule: schedule.clone(),
            });
            tasks.spawn(poll::run(capture, index, schedule, waiting, Arc::clone(&shared)));
        }
        drop(shared);

        let mut writer =
            writer::Writer::new(self.sink, &state, open, identity, self.options, self.observer, board);
        writer.greet(strangers);
        let ended = writer.run(receiver, controls, &mut tasks).await;
        let interrupted = stop.is_cancelled();
        stop.cancel();
        // A task that panicked left its streams started and never ended; the report calls that a failure.
        while tasks.join_next().await.is_some() {}
        match ended {
            Ok(()) => writer.finish(interrupted).await,
            Err(error) if error.kind() == ErrorKind::Closed => Ok(writer.into_report(interrupted, true)),
            Err(error) => Err(error),
        }
    }
}

/// What the source is asked for, and the streams that somebody else read before.
fn requests(
    selections: Vec<Selection>,
    state: &State,
    identity: &Identity,
) -> (Vec<StreamRequest>, BTreeMap<String, Difference>) {
    let mut strangers = BTreeMap::new();
    let request = |selection: Selection| {
        let saved = state.streams.get(&selection.stream);
        let difference =
            saved.and_then(|saved| saved.asked_by.as_ref()).and_then(|before| identity.differs_from(before));
        // Neither token nor place in a listing is good for another view.
        let checkpoint = match difference {
            Some(difference) => {
                strangers.insert(selection.stream.clone(), difference);
                None
            }
            None => saved.map(|saved| saved.checkpoint.clone()).filter(|checkpoint| !checkpoint.is_empty()),
        };
        StreamRequest { stream: selection.stream, checkpoint, full: selection.full }
    };
    (selections.into_iter().map(request).collect(), strangers)
}

/// Whether the source opened what it was asked for.
fn check<'a>(captures: &[Box<dyn Capture>], wanted: impl Iterator<Item = &'a String>) -> Result<()> {
    let mut missing: BTreeSet<&str> = wanted.map(String::as_str).collect();
    let fault = |what: String| {
        Error::new(ErrorKind::Contract, format!("the source {what}")).with_hint("this is a bug in it")
    };
    for stream in captures.iter().flat_map(|capture| capture.streams()) {
        if !missing.remove(stream.name.as_str()) {
            return Err(fault(format!("captures {} twice or unasked", stream.name)));
        }
    }
    match missing.first() {
        Some(name) => Err(fault(format!("opened no capture for {name}"))),
        None => Ok(()),
    }
}
