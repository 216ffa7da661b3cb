//! Where records come from.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::sink::Completion;
use crate::{Checkpoint, Record, Result, StreamDescriptor};

/// Which stream to capture, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The stream's name.
    pub stream: String,
    /// List everything again, whatever the checkpoint says.
    pub full: bool,
    /// Time from one poll of this stream to its next, if not the run's
    /// [`interval`](crate::RunnerOptions::interval). Streams that share a listing are polled at the shortest of
    /// their intervals.
    pub interval: Option<Duration>,
    /// How long the first poll waits. Streams that share a listing wait for the shortest of their delays.
    pub first_poll_delay: Duration,
}

impl Selection {
    /// The stream, continued from its checkpoint at once and polled at the run's interval.
    pub fn new(stream: impl Into<String>) -> Self {
        Self { stream: stream.into(), full: false, interval: None, first_poll_delay: Duration::ZERO }
    }
}

/// A [`Selection`] with what is known of the stream's past.
#[derive(Debug, Clone)]
pub struct StreamRequest {
    /// The stream's name.
    pub stream: String,
    /// From where to continue; `None` starts afresh.
    pub checkpoint: Option<Checkpoint>,
    /// List everything again. The checkpoint still matters: passes must stay distinguishable.
    pub full: bool,
}

/// Some records, and the checkpoint that becomes true once they are durable.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The records, by stream of the capture. May be empty: a checkpoint can move without records.
    pub parts: Vec<Part>,
    /// The state of *every* stream of the capture after this batch.
    pub checkpoint: Checkpoint,
    /// Requests spent since the previous batch.
    pub requests: u32,
    /// What a person should know: a token refused, a parent vanished. No values.
    pub notes: Vec<String>,
    /// Steps done and steps in all of the present listing (parents, say), where they are known.
    pub progress: Option<(u64, u64)>,
}

/// One stream's share of a [`Batch`].
#[derive(Debug, Clone)]
pub struct Part {
    /// Position in [`Capture::streams`].
    pub stream: usize,
    /// The pass over the stream to which the records belong: one number per listing that can end in
    /// [`Completion::Everything`], never used twice, so that a row's pass tells whether a listing saw it.
    pub pass: u64,
    /// The records, in the order they came.
    pub records: Vec<Record>,
    /// What is known to be complete with these records.
    pub completion: Option<Completion>,
}

/// What [`Capture::next`] came to.
#[derive(Debug)]
pub enum Step {
    /// Records (or only a checkpoint) to write. More may follow at once.
    Batch(Batch),
    /// Everything there is has been handed out. The next call starts the next poll.
    UpToDate {
        /// Requests spent since the previous batch.
        requests: u32,
    },
}

/// Opens captures.
#[async_trait]
pub trait Source: Send + Sync {
    /// Opens the streams. Streams that share one listing may share a capture; each stream is in exactly one.
    ///
    /// # Errors
    /// [`Configuration`](crate::ErrorKind::Configuration) for an unknown stream,
    /// [`State`](crate::ErrorKind::State) for a checkpoint that is not this source's.
    async fn open(&self, requests: Vec<StreamRequest>) -> Result<Vec<Box<dyn Capture>>>;
}

/// The capture of one stream, or of several that share a listing.
///
/// # Contract
/// - **Order.** Batches take effect in the order they are returned; a batch's checkpoint covers all earlier ones.
/// - **Delivery.** At least once: a capture opened from a batch's checkpoint hands out everything after that batch,
///   and may repeat some of what was before it.
/// - **No empty success.** What could not be read is an error, never zero records.
/// - **Cancel safety.** Dropping the future of [`next`](Self::next) loses nothing: the next call does that work
///   again. An error leaves the capture usable in the same way.
/// - A capture does not wait between polls and does not retry whole listings; the [`Runner`](crate::Runner) does.
#[async_trait]
pub trait Capture: Send {
    /// The streams it captures; the same for its whole life.
    fn streams(&self) -> &[Arc<StreamDescriptor>];

    /// The next step.
    async fn next(&mut self) -> Result<Step>;
}
