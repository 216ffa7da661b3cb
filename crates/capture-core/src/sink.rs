//! Where records go: what is asked of a destination, and what it answers.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;

use crate::{Gone, Key, Outcome, Record, Result, Stamp, State, StateUpdate, StreamDescriptor};

/// Records of one stream for [`Sink::write`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Write {
    /// The stream, one of those given to [`Sink::open`].
    pub stream: Arc<StreamDescriptor>,
    /// When they were seen.
    pub seen: Stamp,
    /// The records, in order; a key may occur twice, the later one counts.
    pub records: Vec<Record>,
}

impl Write {
    /// These records of a stream, seen at `seen`.
    pub fn new(stream: Arc<StreamDescriptor>, seen: Stamp, records: Vec<Record>) -> Self {
        Self { stream, seen, records }
    }
}

/// What is gone: rows `within` that were last seen before `since`, and not before `from`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sweep {
    /// The stream.
    pub stream: Arc<StreamDescriptor>,
    /// Rows that were last seen before this are somebody else's, and stay.
    pub from: Stamp,
    /// When the reading began that shows everything there is within.
    pub since: Stamp,
    /// Of which rows it speaks.
    pub within: Within,
    /// How it is known that they are gone. Their records stay as they are, so this is never [`Gone::Erased`].
    pub gone: Gone,
}

impl Sweep {
    /// What is gone of a stream.
    pub fn new(stream: Arc<StreamDescriptor>, since: Stamp, within: Within) -> Self {
        Self { stream, from: Stamp::NEVER, since, within, gone: Gone::Unseen }
    }

    /// Leaves out rows that were last seen before `from`.
    #[must_use]
    pub fn seen_since(mut self, from: Stamp) -> Self {
        self.from = from;
        self
    }

    /// What is gone for another reason than that a listing did not show it: with what it belonged to.
    #[must_use]
    pub fn because(mut self, gone: Gone) -> Self {
        self.gone = gone;
        self
    }

    /// Whether a row within that was last seen then is gone.
    pub fn takes(&self, seen: Stamp) -> bool {
        self.from <= seen && seen < self.since
    }
}

/// Rows of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// All of them.
    Everything,
    /// Those that belong to these records ([`Record::scope`]).
    Scopes(Vec<Key>),
}

/// How much of something a [`Sweep`] is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Share {
    /// Rows that it would mark.
    pub unseen: u64,
    /// Rows that are not marked yet, these included.
    pub of: u64,
    /// Keys of the first [`Share::KEYS`] of the unseen.
    pub keys: Vec<Key>,
}

impl Share {
    /// How many keys are named.
    pub const KEYS: usize = 200;

    /// More rows than this, and more than one in five, are not believed to be gone without another sign.
    const ROWS: u64 = 50;
    const ONE_IN: u64 = 5;

    /// Whether so few are unseen that a listing is believed at once.
    pub fn is_modest(&self) -> bool {
        self.unseen <= Self::ROWS || self.unseen <= self.of / Self::ONE_IN
    }

    /// So many unseen rows of so many.
    pub fn new(unseen: u64, of: u64, keys: Vec<Key>) -> Self {
        Self { unseen, of, keys }
    }
}

/// What became of records. A sink that cannot tell new from changed counts both as `written`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Records that were not there.
    pub new: u64,
    /// Records that were there and differed.
    pub changed: u64,
    /// Records that were there just so.
    pub unchanged: u64,
    /// Records that became tombstones.
    pub deleted: u64,
    /// Records written by a sink that keeps no account.
    pub written: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.deleted += other.deleted;
        self.written += other.written;
    }
}

/// What a commit made durable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Committed {
    /// By stream, since the commit before.
    pub counts: BTreeMap<String, Counts>,
    /// Records of these that hold text which the destination cannot show whole, and shows mended.
    pub mended: u64,
}

impl Committed {
    /// These counts.
    pub fn new(counts: BTreeMap<String, Counts>) -> Self {
        Self { counts, mended: 0 }
    }

    /// So many records among them are shown mended.
    #[must_use]
    pub fn mended(mut self, records: u64) -> Self {
        self.mended = records;
        self
    }
}

/// When a sink likes to commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommitPace {
    /// After this many bytes of JSON …
    pub bytes: u64,
    /// … or this long after the first of them, whichever is first.
    pub interval: Duration,
}

impl CommitPace {
    /// After this many bytes or this long.
    pub const fn new(bytes: u64, interval: Duration) -> Self {
        Self { bytes, interval }
    }
}

impl Default for CommitPace {
    fn default() -> Self {
        // Keys come in random order, so that each commit writes most pages of a large index: fewer commits, less work.
        // What a crash repeats is bounded by the interval.
        Self::new(64 << 20, Duration::from_secs(1))
    }
}

/// A destination. It owns its records and its state; what keeps no keys becomes one by composition
/// ([`Appending`](crate::Appending)).
///
/// # Contract
/// - **Calls.** [`load`](Self::load) once, [`open`](Self::open) once, then any number of the others, then
///   [`close`](Self::close); one at a time, never dropped half-way by the runner (they need not be cancel-safe).
///   Whoever only looks at the state or changes it leaves `open` out: `load`, [`commit`](Self::commit), `close`.
/// - **Exclusive.** `load` also takes the destination for this process until the sink is closed or dropped; a second
///   run on it gets [`ErrorKind::Busy`](crate::ErrorKind::Busy) naming the holder.
/// - **Delivery.** At least once. The same records may come again after a crash or a retry: a keyed sink ends up
///   with one row a key, an appending one says in its documentation what the duplicates look like.
/// - **Ordering.** Records of one stream arrive in order; a later write of the same key wins, and its stamp is the
///   row's stamp.
/// - **Durability.** `write` and `sweep` promise nothing. When `commit` returns, everything before it is durable, and
///   so is the state that speaks of it. Until then nothing may count: after a crash the destination is as its last
///   commit left it, or holds repeats that the next run writes again, and the state is the one that belongs to it.
/// - **State.** One that does not parse is an error ([`ErrorKind::State`](crate::ErrorKind::State)), never an empty
///   one, and is never overwritten. A stream whose state is forgotten keeps its rows, as if nothing had seen them:
///   their stamps become [`Stamp::NEVER`].
/// - **Errors.** After one the runner drops the sink without a further call, `close` included; nothing that was not
///   committed may count. [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) means that the same destination may
///   work again later: a run that is meant to last opens it anew.
#[async_trait]
pub trait Sink: Send {
    /// Takes the destination and reads its state.
    async fn load(&mut self) -> Result<State>;

    /// Prepares for these streams (tables, files). Repairs what a crash left behind.
    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()>;

    /// Takes records. They count once committed.
    async fn write(&mut self, write: Write) -> Result<()>;

    /// Marks rows as gone, those that were written before this call and not yet committed included. Counts once
    /// committed.
    async fn sweep(&mut self, sweep: Sweep) -> Result<()>;

    /// What that sweep would mark at this moment.
    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share>;

    /// How many of these keys are rows that are not marked; `None` if the sink cannot know.
    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>>;

    /// Makes everything so far durable, together with the state.
    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed>;

    /// A poll of a stream has ended, for formats that say so. Called after the commit of its last records.
    async fn ended(&mut self, stream: &StreamDescriptor, outcome: &Outcome) -> Result<()> {
        let _ = (stream, outcome);
        Ok(())
    }

    /// Ends the work; what was not committed is forgotten.
    async fn close(&mut self) -> Result<()>;

    /// When it likes to commit.
    fn pace(&self) -> CommitPace {
        CommitPace::default()
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<T: Sink + ?Sized> Sink for Box<T> {
    async fn load(&mut self) -> Result<State> {
        (**self).load().await
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        (**self).open(streams).await
    }

    async fn write(&mut self, write: Write) -> Result<()> {
        (**self).write(write).await
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        (**self).sweep(sweep).await
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        (**self).unseen(sweep).await
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        (**self).known(stream, keys).await
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        (**self).commit(update).await
    }

    async fn ended(&mut self, stream: &StreamDescriptor, outcome: &Outcome) -> Result<()> {
        (**self).ended(stream, outcome).await
    }

    async fn close(&mut self) -> Result<()> {
        (**self).close().await
    }

    fn pace(&self) -> CommitPace {
        (**self).pace()
    }
}
