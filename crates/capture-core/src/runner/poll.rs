//! One capture's task: polls it, hands its batches to the writer, waits for the next interval.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use xxhash_rust::xxh3::xxh3_64;

use crate::budget::Budget;
use crate::runner::StreamRetry;
use crate::{Batch, Capture, Error, ErrorKind, Record, Step};

/// What the tasks have in common.
pub(super) struct Shared {
    pub(super) sender: mpsc::Sender<Message>,
    pub(super) stop: CancellationToken,
    pub(super) budget: Budget,
    pub(super) polls: Semaphore,
    pub(super) retry: StreamRetry,
}

/// When a capture is polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Schedule {
    /// From one poll to the next; `None` polls once.
    pub(super) interval: Option<Duration>,
    /// From the start of the run to the first poll.
    pub(super) first_poll_delay: Duration,
}

impl Schedule {
    /// The schedule of streams that are captured together.
    pub(super) fn shortest<'a>(members: impl Iterator<Item = &'a Schedule> + Clone) -> Self {
        Self {
            interval: members.clone().filter_map(|member| member.interval).min(),
            first_poll_delay: members.map(|member| member.first_poll_delay).min().unwrap_or_default(),
        }
    }
}

/// What a task tells the writer, in the order it happened.
pub(super) struct Message {
    /// Which capture.
    pub(super) capture: usize,
    pub(super) content: Content,
}

pub(super) enum Content {
    Started,
    /// The permit keeps the batch's bytes accounted for until the writer drops it.
    Batch(Batch, Option<OwnedSemaphorePermit>),
    UpToDate {
        requests: u32,
    },
    Failed {
        error: Error,
        retry_in: Option<Duration>,
    },
}

/// How a poll ended.
enum Ended {
    UpToDate,
    GaveUp,
    Stopped,
}

pub(super) async fn run(
    mut capture: Box<dyn Capture>,
    index: usize,
    schedule: Schedule,
    shared: Arc<Shared>,
) {
    // Streams that started together do not stay in step: each waits a little differently, always the same way.
    let name_hash = capture.streams().first().map_or(0, |stream| xxh3_64(stream.name.as_bytes()));
    tokio::select! {
        biased;
        () = shared.stop.cancelled() => return,
        () = sleep(schedule.first_poll_delay) => {}
    }
    loop {
        let started = Instant::now();
        let permit = tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            permit = shared.polls.acquire() => permit,
        };
        let ended = poll(&mut *capture, index, schedule.interval, &shared).await;
        drop(permit);
        let Some(interval) = schedule.interval else { return };
        if matches!(ended, Ended::Stopped) {
            return;
        }
        let next = started + interval + jitter(interval, name_hash);
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            () = sleep_until(next) => {}
        }
    }
}

/// Up to a twentieth of the interval.
fn jitter(interval: Duration, seed: u64) -> Duration {
    interval.mul_f64((seed % 1000) as f64 / 1000.0 / 20.0)
}

async fn poll(capture: &mut dyn Capture, index: usize, interval: Option<Duration>, shared: &Shared) -> Ended {
    let send = async |content| {
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => false,
            sent = shared.sender.send(Message { capture: index, content }) => sent.is_ok(),
        }
    };
    let mut attempt = 0;
    if !send(Content::Started).await {
        return Ended::Stopped;
    }
    loop {
        let step = tokio::select! {
            biased;
            () = shared.stop.cancelled() => return Ended::Stopped,
            step = capture.next() => step,
        };
        let (content, ended) = match step {
            Ok(Step::Batch(batch)) => {
                attempt = 0;
                let bytes = batch.parts.iter().flat_map(|part| &part.records).map(Record::len_bytes).sum();
                let permit = tokio::select! {
                    biased;
                    () = shared.stop.cancelled() => return Ended::Stopped,
                    permit = shared.budget.take(bytes) => permit,
                };
                (Content::Batch(batch, permit), None)
            }
            Ok(Step::UpToDate { requests }) => (Content::UpToDate { requests }, Some(Ended::UpToDate)),
            Err(error) if error.kind() == ErrorKind::Transient && attempt < shared.retry.attempts => {
                let pause =
                    shared.retry.first_pause.saturating_mul(1 << attempt.min(16)).min(shared.retry.max_pause);
                attempt += 1;
                if !send(Content::Failed { error, retry_in: Some(pause) }).await {
                    return Ended::Stopped;
                }
                tokio::select! {
                    biased;
                    () = shared.stop.cancelled() => return Ended::Stopped,
                    () = sleep(pause) => continue,
                }
            }
            Err(error) => (Content::Failed { error, retry_in: interval }, Some(Ended::GaveUp)),
        };
        if !send(content).await {
            return Ended::Stopped;
        }
        if let Some(ended) = ended {
            return ended;
        }
    }
}
