//! A sink for what only appends: an appender for the records, a ledger of what it was given, a state beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    CommitPace, Committed, Counts, Key, Op, Outcome, Record, Result, Share, Sink, Stamp, State, StateStore,
    StateUpdate, StreamDescriptor, Sweep, Write,
};

/// How far an appender's output is durable: lengths and identities of files, say. Only the appender that made it can
/// read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Watermark(pub Value);

/// Takes records one after the other and cannot look back.
///
/// # Contract
/// - **Calls.** [`open`](Self::open) once, then any number of [`append`](Self::append) and [`flush`](Self::flush), then
///   [`close`](Self::close); one at a time, never dropped half-way.
/// - **Durability.** When `flush` returns, everything appended before it is durable. Its watermark comes back with the
///   next `open`, where what is behind it is removed, so that nothing is there twice.
/// - **Retries.** An appender that talks to a server tries a request again that failed in a passing way (no
///   connection, 429, 5xx), a handful of times with growing pauses, as long as that cannot append twice what it
///   cannot remove; then it gives up with [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable).
/// - **Errors.** After one, only dropping follows.
#[async_trait]
pub trait Appender: Send {
    /// Prepares for these streams and goes back to the watermark, if there is one.
    async fn open(&mut self, streams: &[Arc<StreamDescriptor>], watermark: Option<&Watermark>) -> Result<()>;

    /// Takes records, tombstones among them.
    async fn append(&mut self, write: &Write) -> Result<()>;

    /// Makes everything so far durable, and says how far that is, if it can go back there.
    async fn flush(&mut self) -> Result<Option<Watermark>>;

    /// See [`Sink::ended`].
    async fn ended(&mut self, stream: &StreamDescriptor, outcome: &Outcome) -> Result<()> {
        let _ = (stream, outcome);
        Ok(())
    }

    /// Ends the work.
    async fn close(&mut self) -> Result<()>;

    /// See [`Sink::pace`].
    fn pace(&self) -> CommitPace {
        CommitPace::default()
    }
}

/// Remembers what an appender was given: a hash for each key, and when it was last seen. With it, only differences are
/// appended, and what a listing did not show can be told.
///
/// # Contract
/// - What is done between two [`commit`](Self::commit)s is forgotten by a crash, and undone.
/// - `commit` takes the watermark of the flush before it into the same transaction, and [`open`](Self::open) gives it
///   back: records that the ledger knows are never behind the watermark.
/// - Errors: after one, only dropping follows.
#[async_trait]
pub trait Ledger: Send {
    /// Prepares for these streams, and gives back the newest watermark.
    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<Option<Watermark>>;

    /// Leaves in `write` what is new or differs, remembers all of it, and counts. Tombstones for what is not there are
    /// taken out too.
    async fn sift(&mut self, write: &mut Write) -> Result<Counts>;

    /// See [`Sink::known`].
    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>>;

    /// See [`Sink::unseen`].
    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share>;

    /// Forgets what a sweep is about, and returns tombstones for it, at most `limit` of them: called again until none
    /// is left.
    async fn take_unseen(&mut self, sweep: &Sweep, limit: usize) -> Result<Vec<Record>>;

    /// Makes everything so far durable, together with the watermark. The stamps of the streams in `forgotten` become
    /// [`Stamp::NEVER`].
    async fn commit(&mut self, watermark: Option<&Watermark>, forgotten: &[&str]) -> Result<()>;

    /// Ends the work; what was not committed is forgotten.
    async fn close(&mut self) -> Result<()>;
}

/// No account is kept: every record counts as written, and nothing is ever gone.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLedger;

#[async_trait]
impl Ledger for NoLedger {
    async fn open(&mut self, _: &[Arc<StreamDescriptor>]) -> Result<Option<Watermark>> {
        Ok(None)
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

    async fn commit(&mut self, _: Option<&Watermark>, _: &[&str]) -> Result<()> {
        Ok(())
    }

    async fn close(&mut self) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<T: Ledger + ?Sized> Ledger for Box<T> {
    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<Option<Watermark>> {
        (**self).open(streams).await
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

    async fn commit(&mut self, watermark: Option<&Watermark>, forgotten: &[&str]) -> Result<()> {
        (**self).commit(watermark, forgotten).await
    }

    async fn close(&mut self) -> Result<()> {
        (**self).close().await
    }
}

/// How many tombstones are written at once.
const TOMBSTONES: usize = 1000;

/// What keeps no keys becomes a sink by composition. A commit flushes the appender, then commits the ledger, then saves
/// the state: whichever of them a crash comes after, nothing is lost (I1), and with a ledger nothing is there twice.
#[derive(Debug)]
pub struct Appending<A, T, L> {
    appender: A,
    store: T,
    ledger: L,
    counts: BTreeMap<String, Counts>,
}

impl<A: Appender, T: StateStore, L: Ledger> Appending<A, T, L> {
    /// A sink of these parts.
    pub fn new(appender: A, store: T, ledger: L) -> Self {
        Self { appender, store, ledger, counts: BTreeMap::new() }
    }

    fn count(&mut self, stream: &StreamDescriptor, counts: Counts) {
        *self.counts.entry(stream.name.clone()).or_default() += counts;
    }
}

#[async_trait]
impl<A: Appender, T: StateStore, L: Ledger> Sink for Appending<A, T, L> {
    async fn load(&mut self) -> Result<State> {
        self.store.load().await
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        let watermark = self.ledger.open(streams).await?;
        self.appender.open(streams, watermark.as_ref()).await
    }

    async fn write(&mut self, mut write: Write) -> Result<()> {
        let counts = self.ledger.sift(&mut write).await?;
        self.count(&write.stream, counts);
        if write.records.is_empty() { Ok(()) } else { self.appender.append(&write).await }
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        loop {
            let records = self.ledger.take_unseen(&sweep, TOMBSTONES).await?;
            if records.is_empty() {
                return Ok(());
            }
            let deleted = records.len() as u64;
            self.count(&sweep.stream, Counts { deleted, ..Counts::default() });
            self.appender.append(&Write::new(Arc::clone(&sweep.stream), Stamp::NEVER, records)).await?;
        }
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        self.ledger.unseen(sweep).await
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        self.ledger.known(stream, keys).await
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        let watermark = self.appender.flush().await?;
        let forgotten: Vec<&str> = update
            .streams
            .iter()
            .filter(|(_, state)| state.is_none())
            .map(|(name, _)| name.as_str())
            .collect();
        self.ledger.commit(watermark.as_ref(), &forgotten).await?;
        if !update.is_empty() {
            self.store.save(update).await?;
        }
        Ok(Committed::new(std::mem::take(&mut self.counts)))
    }

    async fn ended(&mut self, stream: &StreamDescriptor, outcome: &Outcome) -> Result<()> {
        self.appender.ended(stream, outcome).await
    }

    async fn close(&mut self) -> Result<()> {
        self.appender.close().await?;
        self.ledger.close().await
    }

    fn pace(&self) -> CommitPace {
        self.appender.pace()
    }
}
