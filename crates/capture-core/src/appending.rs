//! A sink for what only appends: an appender for the records, a ledger of what it was given, a state beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    Account, Appender, CommitPace, Committed, Counts, Error, ErrorKind, Key, Ledger, Outcome, Result, Share,
    Sink, Stamp, State, StateStore, StateUpdate, StreamDescriptor, StreamState, Sweep, Write,
};

/// How many tombstones are written at once.
const TOMBSTONES: usize = 1000;

/// What keeps no keys becomes a sink by composition. A commit flushes the appender, then commits the ledger, then saves
/// the state: whichever of them a crash comes after, nothing is lost (I1), and with a ledger nothing is there twice.
///
/// # Output that is not what it was
/// With a ledger it is noticed when output was [lost](Appender::lost): the state of such a stream is forgotten, also in
/// the store, so that everything is listed again, and what is left of its output is read, so that of what is listed
/// only the missing is appended. Output that nothing was known of is taken over in the same way. A state that claims
/// more than the ledger knows (another one's, or the ledger was deleted) is refused.
#[derive(Debug)]
pub struct Appending<A, T, L> {
    appender: A,
    ledger: L,
    /// Declared after the others, which its lock guards. Nothing once closed.
    store: Option<T>,
    is_open: bool,
    account: Option<Account>,
    /// What the state claims to have seen, by stream.
    claims: BTreeMap<String, Stamp>,
    lost: BTreeSet<String>,
    /// Their states, as they are to be saved once the streams are open.
    again: BTreeMap<String, Option<StreamState>>,
    counts: BTreeMap<String, Counts>,
}

impl<A: Appender, T: StateStore, L: Ledger> Appending<A, T, L> {
    /// A sink of these parts.
    pub fn new(appender: A, store: T, ledger: L) -> Self {
        Self {
            appender,
            ledger,
            store: Some(store),
            is_open: false,
            account: None,
            claims: BTreeMap::new(),
            lost: BTreeSet::new(),
            again: BTreeMap::new(),
            counts: BTreeMap::new(),
        }
    }

    fn count(&mut self, stream: &StreamDescriptor, counts: Counts) {
        *self.counts.entry(stream.name.clone()).or_default() += counts;
    }

    fn store(&mut self) -> Result<&mut T> {
        let closed = || Error::new(ErrorKind::Contract, "a sink was used after it had been closed");
        self.store.as_mut().ok_or_else(closed)
    }

    /// # Errors
    /// [`ErrorKind::State`] if the state speaks of records that the ledger does not know.
    fn check_claims(&self, account: &Account, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        for stream in streams {
            let Some(claimed) = self.claims.get(&stream.name) else { continue };
            if account.streams.get(&stream.name).is_some_and(|known| known >= claimed) {
                continue;
            }
            let name = &stream.name;
            let message = format!("the saved state of {name} claims more than its destination has received");
            return Err(Error::new(ErrorKind::State, message).with_hint(format!(
                "either part was deleted or replaced, or the state is another destination's: put back what is missing \
                 (the hidden ledger beside the state belongs to it), or reset the state of {name} to list everything again"
            )));
        }
        Ok(())
    }

    /// Forgets in the ledger what was lost, and learns what is there instead. That is committed before anything is
    /// appended, which could make the output look again as the old watermark says.
    async fn take_stock(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        let mut is_news = false;
        for stream in streams.iter().filter(|stream| self.lost.contains(&stream.name)) {
            self.ledger.forget(stream).await?;
            is_news = true;
        }
        for stream in streams {
            loop {
                let records = self.appender.recall(stream).await?;
                if records.is_empty() {
                    break;
                }
                self.ledger.adopt(stream, records).await?;
                is_news = true;
            }
        }
        if is_news {
            let watermark = self.appender.flush().await?;
            self.ledger.commit(watermark.as_ref(), &BTreeMap::new()).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl<A: Appender, T: StateStore, L: Ledger> Sink for Appending<A, T, L> {
    async fn load(&mut self) -> Result<State> {
        let mut state = self.store()?.load().await?;
        self.account = self.ledger.load().await?;
        if let Some(account) = &self.account {
            if let Some(watermark) = &account.watermark {
                self.lost.extend(self.appender.lost(watermark).await?);
            }
            if state.upgraded_from.is_some() {
                for name in state.streams.keys().filter(|name| !account.streams.contains_key(*name)) {
                    tracing::warn!(
                        stream = name,
                        "listed again: an earlier version kept no account of what it wrote"
                    );
                    self.lost.insert(name.clone());
                }
            }
        }
        for (_, state) in state.streams.iter_mut().filter(|(name, _)| self.lost.contains(*name)) {
            state.list_again();
        }
        let claims = state.streams.iter().filter(|(name, _)| !self.lost.contains(*name));
        self.claims = claims.map(|(name, state)| (name.clone(), state.stamp)).collect();
        let again = |name: &String| Some((name.clone(), Some(state.streams.get(name)?.clone())));
        self.again = self.lost.iter().filter_map(again).collect();
        Ok(state)
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        let account = self.account.take();
        if let Some(account) = &account {
            self.check_claims(account, streams)?;
        }
        let mut again = std::mem::take(&mut self.again);
        again.retain(|name, _| streams.iter().any(|stream| stream.name == *name));
        let forgotten = StateUpdate::new(again);
        self.ledger.open(streams).await?;
        let watermark = account.as_ref().and_then(|account| account.watermark.as_ref());
        self.appender.open(streams, watermark).await?;
        if !forgotten.is_empty() {
            // Before the ledger takes note of the output as it is now: from then on nothing would seem to be lost.
            self.store()?.save(&forgotten).await?;
        }
        if account.is_some() {
            self.take_stock(streams).await?;
        }
        self.is_open = true;
        Ok(())
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
        let watermark = if self.is_open { self.appender.flush().await? } else { None };
        let stamp = |state: &Option<_>| state.as_ref().map(|state: &crate::StreamState| state.stamp);
        // Also of a state that comes by itself: whoever takes one over has seen what is here, and vouches for it.
        let stamps: BTreeMap<String, Option<Stamp>> =
            update.streams.iter().map(|(name, state)| (name.clone(), stamp(state))).collect();
        if self.is_open || !stamps.is_empty() {
            self.ledger.commit(watermark.as_ref(), &stamps).await?;
        }
        if !update.is_empty() {
            self.store()?.save(update).await?;
        }
        Ok(Committed::new(std::mem::take(&mut self.counts)))
    }

    async fn ended(&mut self, stream: &StreamDescriptor, outcome: &Outcome) -> Result<()> {
        self.appender.ended(stream, outcome).await
    }

    async fn close(&mut self) -> Result<()> {
        self.appender.close().await?;
        self.ledger.close().await?;
        self.store = None;
        Ok(())
    }

    fn pace(&self) -> CommitPace {
        self.appender.pace()
    }
}
