//! What an appender was given, remembered.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{Counts, Key, Op, Record, Result, Share, Stamp, StreamDescriptor, Sweep, Watermark, Write};

/// What a ledger knows of the commits before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// How far the output was durable.
    pub watermark: Option<Watermark>,
    /// The streams it keeps account of, each with the newest stamp that was committed with it. A state that claims a
    /// later one belongs to something else.
    pub streams: BTreeMap<String, Stamp>,
}

impl Account {
    /// An account of these streams.
    pub fn new(watermark: Option<Watermark>, streams: BTreeMap<String, Stamp>) -> Self {
        Self { watermark, streams }
    }
}

/// Remembers what an appender was given: a hash for each key, and when it was last seen. With it, only differences are
/// appended, and what a listing did not show can be told.
///
/// # Contract
/// - **Calls.** [`load`](Self::load) once, [`open`](Self::open) once, then any number of the others, then
///   [`close`](Self::close). `commit` and `close` may also come without `open`.
/// - **Exclusive.** Whoever uses a ledger sees to it that nobody else does: [`Appending`](crate::Appending) has taken its
///   state store before it calls `load`, and gives it up last.
/// - What is done between two [`commit`](Self::commit)s is forgotten by a crash, and undone.
/// - `commit` takes the watermark of the flush before it into the same transaction, and `load` gives it back: records
///   that the ledger knows are never behind the watermark. When it returns, that survives a power cut, since a state
///   that speaks of it is saved next.
/// - Errors: after one, only dropping follows.
#[async_trait]
pub trait Ledger: Send {
    /// What was committed; `None` if no account is kept at all. Makes nothing.
    async fn load(&mut self) -> Result<Option<Account>>;

    /// Prepares for these streams.
    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()>;

    /// Forgets all rows of a stream: its output was lost.
    async fn forget(&mut self, stream: &StreamDescriptor) -> Result<()>;

    /// Takes what the output holds already. A row that was not known has the stamp [`Stamp::NEVER`]; one that was keeps
    /// its stamp and scope.
    async fn adopt(&mut self, stream: &StreamDescriptor, records: Vec<Record>) -> Result<()>;

    /// Leaves in `write` what is new or differs, remembers all of it, and counts. Tombstones for what is not there are
    /// taken out too.
    async fn sift(&mut self, write: &mut Write) -> Result<Counts>;

    /// See [`Sink::known`](crate::Sink::known).
    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>>;

    /// See [`Sink::unseen`](crate::Sink::unseen).
    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share>;

    /// Forgets what a sweep is about, and returns tombstones for it, at most `limit` of them: called again until none
    /// is left.
    async fn take_unseen(&mut self, sweep: &Sweep, limit: usize) -> Result<Vec<Record>>;

    /// Makes everything so far durable, together with the watermark; without one, that of before stays. `stamps` are the
    /// newest of the state that is saved next, by stream; the account keeps the greatest. `None` is for a stream whose
    /// state is forgotten: the stamps of its rows become [`Stamp::NEVER`], and the account still vouches for what was
    /// received.
    async fn commit(
        &mut self,
        watermark: Option<&Watermark>,
        stamps: &BTreeMap<String, Option<Stamp>>,
    ) -> Result<()>;

    /// Ends the work; what was not committed is forgotten.
    async fn close(&mut self) -> Result<()>;
}

/// No account is kept: every record counts as written, and nothing is ever gone.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLedger;

#[async_trait]
impl Ledger for NoLedger {
    async fn load(&mut self) -> Result<Option<Account>> {
        Ok(None)
    }

    async fn open(&mut self, _: &[Arc<StreamDescriptor>]) -> Result<()> {
        Ok(())
    }

    async fn forget(&mut self, _: &StreamDescriptor) -> Result<()> {
        Ok(())
    }

    async fn adopt(&mut self, _: &StreamDescriptor, _: Vec<Record>) -> Result<()> {
        Ok(())
    }

    async fn sift(&mut self, write: &mut Write) -> Result<Counts> {
        let deleted = write.records.iter().filter(|record| matches!(record.op, Op::Gone(_))).count() as u64;
        Ok(Counts { written: write.records.len() as u64 - deleted, deleted, ..Counts::default() })
    }

    async fn known(&mut self, _: &StreamDescriptor, _: &[Key]) -> Result<Option<u64>> {
        Ok(None)
    }

    async fn unseen(&mut self, _: &Sweep) -> Result<Share> {
        Ok(Share::default())
    }

    async fn take_unseen(&mut self, _: &Sweep, _: usize) -> Result<Vec<Record>> {
        Ok(Vec::new())
    }

    async fn commit(&mut self, _: Option<&Watermark>, _: &BTreeMap<String, Option<Stamp>>) -> Result<()> {
        Ok(())
    }

    async fn close(&mut self) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<T: Ledger + ?Sized> Ledger for Box<T> {
    async fn load(&mut self) -> Result<Option<Account>> {
        (**self).load().await
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        (**self).open(streams).await
    }

    async fn forget(&mut self, stream: &StreamDescriptor) -> Result<()> {
        (**self).forget(stream).await
    }

    async fn adopt(&mut self, stream: &StreamDescriptor, records: Vec<Record>) -> Result<()> {
        (**self).adopt(stream, records).await
    }

    async fn sift(&mut self, write: &mut Write) -> Result<Counts> {
        (**self).sift(write).await
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        (**self).known(stream, keys).await
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        (**self).unseen(sweep).await
    }

    async fn take_unseen(&mut self, sweep: &Sweep, limit: usize) -> Result<Vec<Record>> {
        (**self).take_unseen(sweep, limit).await
    }

    async fn commit(
        &mut self,
        watermark: Option<&Watermark>,
        stamps: &BTreeMap<String, Option<Stamp>>,
    ) -> Result<()> {
        (**self).commit(watermark, stamps).await
    }

    async fn close(&mut self) -> Result<()> {
        (**self).close().await
    }
}
