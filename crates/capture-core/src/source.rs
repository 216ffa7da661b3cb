//! Where records come from.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::{Checkpoint, Error, ErrorKind, Gone, Key, Op, Record, Result, StreamDescriptor};

/// Which stream to capture, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
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
    /// Once in this time everything is listed again, at an instant that is the stream's own. Streams that share a
    /// listing are listed as often as the most frequent of them.
    pub full_every: Option<Duration>,
}

impl Selection {
    /// The stream, continued from its checkpoint at once and polled at the run's interval.
    pub fn new(stream: impl Into<String>) -> Self {
        Self {
            stream: stream.into(),
            full: false,
            interval: None,
            first_poll_delay: Duration::ZERO,
            full_every: None,
        }
    }

    /// Lists everything again if `full`.
    #[must_use]
    pub fn full(mut self, full: bool) -> Self {
        self.full = full;
        self
    }

    /// Polls it at this interval.
    #[must_use]
    pub fn every(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Lists everything again once in this time.
    #[must_use]
    pub fn full_every(mut self, time: Option<Duration>) -> Self {
        self.full_every = time;
        self
    }

    /// Waits so long before the first poll.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.first_poll_delay = delay;
        self
    }
}

/// A [`Selection`] with what is known of the stream's past.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StreamRequest {
    /// The stream's name.
    pub stream: String,
    /// From where to continue; `None` starts afresh.
    pub checkpoint: Option<Checkpoint>,
    /// List everything again.
    pub full: bool,
}

impl StreamRequest {
    /// The stream, continued from there.
    pub fn new(stream: impl Into<String>, checkpoint: Option<Checkpoint>) -> Self {
        Self { stream: stream.into(), checkpoint, full: false }
    }
}

/// Some records, and the checkpoint that becomes true once they are durable.
#[derive(Debug, Clone)]
#[non_exhaustive]
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
    pub steps: Option<(u64, u64)>,
}

impl Batch {
    /// These parts and their checkpoint.
    pub fn new(parts: Vec<Part>, checkpoint: Checkpoint) -> Self {
        Self { parts, checkpoint, requests: 0, notes: Vec::new(), steps: None }
    }
}

/// One stream's share of a [`Batch`].
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Part {
    /// Position in [`Capture::streams`].
    pub stream: usize,
    /// The records, in the order they came.
    pub records: Vec<Record>,
    /// These are the first records of a listing of this extent; one that was under way is given up.
    pub begins: Option<Extent>,
    /// Records of which all that belong to them are in this part: what else belongs to them is gone.
    pub whole_scopes: Vec<Key>,
    /// Records that are gone themselves, as was seen just now: so is all that belongs to them.
    pub gone_scopes: Vec<(Key, Gone)>,
    /// What the records say of others that belong to them. What else is known to belong to one is asked for by itself.
    pub belongings: Vec<Belongings>,
    /// These are the last records of the listing.
    pub ends: Option<Ends>,
    /// How many records or parents of the stream are set aside at this point: they could not be read, and are tried
    /// again. `None` leaves what was said before.
    pub set_aside: Option<u64>,
}

impl Part {
    /// Records of a stream, and nothing said of its listing.
    pub fn new(stream: usize, records: Vec<Record>) -> Self {
        Self { stream, records, ..Self::default() }
    }

    /// How many records are there: what is gone is none.
    pub(crate) fn records_there(&self) -> u64 {
        self.records.iter().filter(|record| matches!(record.op, Op::Upsert(_))).count() as u64
    }

    /// The first of a listing.
    #[must_use]
    pub fn begins(mut self, extent: Extent) -> Self {
        self.begins = Some(extent);
        self
    }

    /// The last of a listing.
    #[must_use]
    pub fn ends(mut self, ends: Ends) -> Self {
        self.ends = Some(ends);
        self
    }

    /// Holds all that belongs to these records.
    #[must_use]
    pub fn whole_scopes(mut self, scopes: Vec<Key>) -> Self {
        self.whole_scopes = scopes;
        self
    }
}

/// All records of another stream that belong to a record, as that says itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Belongings {
    /// The other stream.
    pub stream: String,
    /// The record ([`Record::scope`] of the others).
    pub owner: Key,
    /// All that belongs to it.
    pub keys: Vec<Key>,
}

impl Belongings {
    /// All records of a stream that belong to `owner`.
    pub fn new(stream: impl Into<String>, owner: Key, keys: Vec<Key>) -> Self {
        Self { stream: stream.into(), owner, keys }
    }
}

/// Of what a listing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All records that there are.
    Everything,
    /// Those that changed since an earlier listing.
    Changes,
}

/// How a listing has ended. Of one of [`Changes`](Extent::Changes) it only matters that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ends {
    /// Every record that there is was handed out since it began.
    Complete,
    /// Perhaps so; what is missing must be asked for by itself before it is taken for gone. Says why.
    Doubtful(String),
    /// Not so: absence proves nothing. Says why.
    Incomplete(String),
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

/// Why records are read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To have them as they are now. Somebody waits for it.
    Refresh,
    /// To know whether they are there. It has time, and those that are need not be handed out.
    Check,
    /// To know whether they are gone, as somebody says who waits for it. Those that are there need not be handed out.
    Confirm,
}

/// Opens captures.
#[async_trait]
pub trait Source: Send + Sync {
    /// Opens the streams. Streams that share one listing may share a capture; each stream asked for is in exactly one.
    ///
    /// # Errors
    /// [`Configuration`](crate::ErrorKind::Configuration) for an unknown stream,
    /// [`State`](crate::ErrorKind::State) for a checkpoint that is not this source's.
    async fn open(&self, requests: Vec<StreamRequest>) -> Result<Vec<Box<dyn Capture>>>;
}

#[async_trait]
impl<T: Source + ?Sized> Source for Box<T> {
    async fn open(&self, requests: Vec<StreamRequest>) -> Result<Vec<Box<dyn Capture>>> {
        (**self).open(requests).await
    }
}

/// The capture of one stream, or of several that share a listing.
///
/// # Contract
/// - **Order.** Batches take effect in the order they are returned; a batch's checkpoint covers all earlier ones.
/// - **Delivery.** At least once: a capture opened from a batch's checkpoint hands out everything after that batch,
///   and may repeat some of what was before it.
/// - **Listings.** The first part of each listing says that it [begins](Part::begins), the last one how it
///   [ends](Part::ends). A capture that continues a listing from a checkpoint does not say again that it begins.
///   Which rows that makes gone is not the capture's business: it counts nothing and remembers nothing for it.
/// - **No empty success.** What could not be read is an error, never zero records.
/// - **Cancel safety.** Dropping the future of [`next`](Self::next) or [`reread`](Self::reread) loses nothing: the next
///   call does that work again. An error leaves the capture usable in the same way.
/// - A capture does not wait between polls and does not retry whole listings; the [`Runner`](crate::Runner) does.
#[async_trait]
pub trait Capture: Send {
    /// The streams it captures; the same for its whole life.
    fn streams(&self) -> &[Arc<StreamDescriptor>];

    /// The next step.
    async fn next(&mut self) -> Result<Step>;

    /// From the next poll on everything is to be listed again, whatever the checkpoint says; `false` if there is no need:
    /// a listing of everything is under way, or each of them is one. Called between two polls.
    fn list_again(&mut self) -> bool {
        false
    }

    /// The next poll is to show also what changed up to so long ago, although a listing has shown it; `false` if there is
    /// no way to that, and the next poll shows what is new. Called between two polls.
    fn look_back(&mut self, span: Duration) -> bool {
        let _ = span;
        false
    }

    /// Whether single records of that stream can be [read again](Self::reread).
    fn rereads(&self, stream: usize) -> bool {
        let _ = stream;
        false
    }

    /// Reads these records again, between two steps, never beside one. What is there comes as an upsert (to
    /// [check](Purpose::Check), it need not); what is not comes as [`Gone::NotFound`](crate::Gone::NotFound). The
    /// checkpoint of the batch is that of the last step.
    ///
    /// # Errors
    /// As for [`next`](Self::next); [`Unsupported`](crate::ErrorKind::Unsupported) where
    /// [`rereads`](Self::rereads) says no.
    async fn reread(&mut self, stream: usize, keys: &[Key], purpose: Purpose) -> Result<Batch> {
        let _ = (keys, purpose);
        let name = self.streams().get(stream).map_or("this stream", |stream| &stream.name);
        Err(Error::new(ErrorKind::Unsupported, format!("records of {name} cannot be read one by one")))
    }

    /// Whether the records of that stream that belong to others can be [read again](Self::reread_within).
    fn rereads_within(&self, stream: usize) -> bool {
        let _ = stream;
        false
    }

    /// Reads all records again that belong to these, between two steps. The batch says which of these are
    /// [whole](Part::whole_scopes) with it, and which are [gone](Part::gone_scopes) themselves; its checkpoint is that
    /// of the last step. What it brings of other streams of the capture comes too.
    ///
    /// # Errors
    /// As for [`reread`](Self::reread).
    async fn reread_within(&mut self, stream: usize, scopes: &[Key]) -> Result<Batch> {
        let _ = scopes;
        let name = self.streams().get(stream).map_or("this stream", |stream| &stream.name);
        Err(Error::new(
            ErrorKind::Unsupported,
            format!("records of {name} cannot be read by what they belong to"),
        ))
    }
}
