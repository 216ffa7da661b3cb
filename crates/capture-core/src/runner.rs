//! The runner: streams side by side into one sink, with checkpoints that never run ahead of the records.
//!
//! ```text
//! stream task ─┐                                    ┌─▶ sink.write
//! stream task ─┼─▶ channel, bounded in bytes ─▶ writer
//! stream task ─┘                                    └─▶ sink.commit, then state.save
//! ```
//!
//! Each capture has a task ([`poll`]) that asks it for batches. One writer ([`writer`]) owns the sink and the state;
//! it runs inside [`Runner::run`], so that dropping nothing but the process stops a commit half-way.

mod poll;
mod writer;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::budget::Budget;
use crate::{
    Access, ErrorKind, Observer, ReconcilePolicy, Report, Result, Selection, Sink, Source, StateStore,
    StreamRequest,
};

/// How many messages may wait for the writer. Their bytes are bounded by
/// [`in_flight_bytes`](RunnerOptions::in_flight_bytes); this bounds the many that carry next to nothing.
const CHANNEL_MESSAGES: usize = 64;

/// How a stream whose poll failed with a passing fault is tried again, on top of the source's own retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// Knobs of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerOptions {
    /// Time from one poll of a stream to its next, unless its [`Selection`] says otherwise; `None` polls each stream
    /// once.
    pub interval: Option<Duration>,
    /// Streams whose listings run side by side.
    pub streams_at_once: usize,
    /// Bytes of JSON read but not yet written.
    pub in_flight_bytes: usize,
    /// A commit is due after this many bytes of JSON …
    pub commit_bytes: u64,
    /// … or this long after the first uncommitted batch, whichever is first.
    pub commit_interval: Duration,
    /// Second attempts at streams.
    pub retry: StreamRetry,
    /// Whether rows that complete listings did not see become tombstones.
    pub reconcile: ReconcilePolicy,
}

impl Default for RunnerOptions {
    fn default() -> Self {
        Self {
            interval: None,
            streams_at_once: 16,
            in_flight_bytes: 8 << 20,
            // Keys come in random order, so that each commit writes most pages of a large index: fewer commits, less
            // work. What a crash repeats is bounded by the interval.
            commit_bytes: 64 << 20,
            commit_interval: Duration::from_secs(1),
            retry: StreamRetry::default(),
            reconcile: ReconcilePolicy::default(),
        }
    }
}

/// Moves records from a source into a sink. See the [crate] documentation for an example.
pub struct Runner<S, K, T> {
    source: S,
    sink: K,
    store: T,
    options: RunnerOptions,
    observer: Arc<dyn Observer>,
}

impl<S: Source, K: Sink, T: StateStore> Runner<S, K, T> {
    /// A runner with default options and no observer.
    pub fn new(source: S, sink: K, store: T) -> Self {
        Self { source, sink, store, options: RunnerOptions::default(), observer: Arc::new(()) }
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
    /// One stream's trouble is in the report; it does not end the run.
    ///
    /// # Errors
    /// What no stream can survive: credentials, configuration, state, a held lock, the sink. What was committed
    /// before stays, and so does the state that belongs to it.
    pub async fn run(
        mut self,
        selections: impl IntoIterator<Item = Selection>,
        access: Access,
        cancel: CancellationToken,
    ) -> Result<Report> {
        let state = self.store.load().await?;
        let selections: Vec<Selection> = selections.into_iter().collect();
        let schedules: BTreeMap<String, poll::Schedule> = selections
            .iter()
            .map(|selection| {
                let schedule = poll::Schedule {
                    interval: selection.interval.or(self.options.interval),
                    first_poll_delay: selection.first_poll_delay,
                };
                (selection.stream.clone(), schedule)
            })
            .collect();
        let requests = selections
            .into_iter()
            .map(|selection| StreamRequest {
                checkpoint: state.streams.get(&selection.stream).map(|stream| stream.checkpoint.clone()),
                stream: selection.stream,
                full: selection.full,
            })
            .collect();
        let captures = self.source.open(requests).await?;
        let streams: Vec<_> = captures.iter().map(|capture| capture.streams().to_vec()).collect();
        self.sink.open(&streams.concat()).await?;

        // Ends the stream tasks when the caller says so, and when the writer cannot go on.
        let stop = cancel.child_token();
        let (sender, receiver) = mpsc::channel(CHANNEL_MESSAGES);
        let shared = Arc::new(poll::Shared {
            sender,
            stop: stop.clone(),
            budget: Budget::new(self.options.in_flight_bytes),
            polls: Semaphore::new(self.options.streams_at_once.max(1)),
            retry: self.options.retry,
        });
        let mut tasks = JoinSet::new();
        for (index, capture) in captures.into_iter().enumerate() {
            let members = capture.streams().iter().filter_map(|stream| schedules.get(&stream.name));
            let schedule = poll::Schedule::shortest(members);
            tasks.spawn(poll::run(capture, index, schedule, Arc::clone(&shared)));
        }
        drop(shared);

        let mut writer =
            writer::Writer::new(self.sink, self.store, &state, streams, access, &self.options, self.observer);
        let ended = writer.run(receiver).await;
        stop.cancel();
        // A task that panicked left its streams started and never ended; the report calls that a failure.
        while tasks.join_next().await.is_some() {}
        let interrupted = cancel.is_cancelled();
        match ended {
            Ok(()) => writer.finish(interrupted).await,
            Err(error) if error.kind() == ErrorKind::Closed => Ok(writer.into_report(interrupted, true)),
            Err(error) => Err(error),
        }
    }
}
