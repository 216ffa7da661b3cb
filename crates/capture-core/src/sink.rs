//! Where records go.

use std::ops::AddAssign;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;

use crate::{Key, Record, Result, StateUpdate, StreamDescriptor};

/// What a sink can do, so that the runner does the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// How snapshot streams (and complete full listings of others) reach it.
    pub snapshots: SnapshotDelivery,
    /// [`Sink::commit`] makes the state durable in the same transaction as the records, so that the runner must not
    /// save it a second time.
    pub stores_state: bool,
}

/// How a snapshot, which is listed whole each time, is handed to a sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotDelivery {
    /// Every record of every listing; the sink has keys and turns what a [`Completion`] did not see into tombstones.
    Reconcile,
    /// Only what differs from the listing before, tombstones included. The runner keeps a [`SnapshotIndex`]
    /// (a hash per record) in the state to know.
    ///
    /// [`SnapshotIndex`]: crate::SnapshotIndex
    Differences,
    /// Every record of every listing with its [`Completion`], and no tombstones: the sink has its own way.
    Listings,
}

/// What is complete after a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completion {
    /// Every record of the stream that exists was written in this pass: rows of other passes are gone.
    Everything,
    /// The write that carries this holds every record of these scopes: other rows of these scopes are gone, in
    /// whichever pass they were written.
    Scopes(Vec<Key>),
}

/// Records of one stream for [`Sink::write`].
#[derive(Debug)]
pub struct Write<'a> {
    /// The stream, one of those given to [`Sink::open`].
    pub stream: &'a Arc<StreamDescriptor>,
    /// The pass to which they belong (see [`Part::pass`](crate::Part)).
    pub pass: u64,
    /// The records, in order; a key may occur twice, the later one counts.
    pub records: &'a [Record],
    /// What is complete once they are written. Only ever given to sinks that asked for
    /// [`Reconcile`](SnapshotDelivery::Reconcile) or [`Listings`](SnapshotDelivery::Listings), and never when the
    /// credentials may see less than before.
    pub completion: Option<&'a Completion>,
}

/// What became of the records of a write. A sink that cannot tell new from changed counts both as `written`.
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

/// A destination.
///
/// # Contract
/// - **Calls.** [`open`](Self::open) once, then any number of [`write`](Self::write) and [`commit`](Self::commit),
///   then [`close`](Self::close); one at a time, never dropped half-way by the runner (they need not be cancel-safe).
/// - **Delivery.** At least once. The same records may come again after a crash or a retry: a keyed sink ends up
///   with one row a key, an appending one says in its documentation what the duplicates look like.
/// - **Ordering.** Records of one stream arrive in order; a later write of the same key wins.
/// - **Durability.** `write` promises nothing. When `commit` returns, everything written before is durable, and so
///   is the state if the sink [stores it](Capabilities::stores_state). Until then nothing may count: after a crash
///   the sink is as its last commit left it, or holds repeats that the next run writes again. A sink that does not
///   store the state is committed *before* the state is saved.
/// - **Errors** are final: the runner stops without a further commit.
#[async_trait]
pub trait Sink: Send {
    /// What it can do; the same for its whole life.
    fn capabilities(&self) -> Capabilities;

    /// Prepares for these streams (tables, files). Repairs what a crash left behind.
    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()>;

    /// Takes records. They count once committed.
    async fn write(&mut self, write: Write<'_>) -> Result<Counts>;

    /// Makes everything written so far durable, together with `update` if it stores state.
    async fn commit(&mut self, update: &StateUpdate) -> Result<()>;

    /// Ends the work; what was not committed is forgotten.
    async fn close(&mut self) -> Result<()>;
}

#[async_trait]
impl<T: Sink + ?Sized> Sink for Box<T> {
    fn capabilities(&self) -> Capabilities {
        (**self).capabilities()
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        (**self).open(streams).await
    }

    async fn write(&mut self, write: Write<'_>) -> Result<Counts> {
        (**self).write(write).await
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<()> {
        (**self).commit(update).await
    }

    async fn close(&mut self) -> Result<()> {
        (**self).close().await
    }
}
