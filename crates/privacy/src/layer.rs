//! The layer around a sink: nothing passes it that may not leave, whichever way it came, and what was written under another
//! policy is taken out before anything is written under this one.
//!
//! What was left out of rows is marked in the state of their stream. Where the mark is another, all of the stream goes, its
//! state as well, and it is listed from the start. Until the rows are gone the old state stays, so that a crash at any moment
//! leads to the same again: [`Place::purge`] says that it takes out what it names before the state that speaks of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use capture_core::{
    CommitPace, Committed, Error, ErrorKind, Gone, Key, Op, Outcome, Place, PolicyMark, Purge, Record,
    Removed, Result, Share, Sink, State, StateUpdate, StreamDescriptor, Sweep, Within, Write,
};

use crate::plan::Plan;
use crate::rows::Unknown;
use crate::veil::Veil;

/// What a run is about.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Whether somebody said which policy it is. Without that, rows that were written under one stay as they are, and
    /// nothing comes to them.
    pub is_said: bool,
    /// The streams that it brings up to date; all if it is `None`. Where only the selection is another, others stay as
    /// they are; where the policy is, none may.
    pub streams: Option<BTreeSet<String>>,
}

impl Run {
    /// One that was told its policy, of all streams.
    pub fn said() -> Self {
        Self { is_said: true, streams: None }
    }
}

/// A sink that is shown no more than may leave.
pub struct Veiled {
    place: Arc<dyn Place>,
    inner: Box<dyn Sink>,
    veil: Arc<Veil>,
    run: Run,
    may_rewrite: bool,
    /// As the sink was told of them.
    streams: BTreeMap<String, Arc<StreamDescriptor>>,
}

impl Veiled {
    /// A sink for this place.
    ///
    /// # Errors
    /// As for [`Place::open`].
    pub fn new(place: Arc<dyn Place>, veil: Arc<Veil>, run: Run) -> Result<Self> {
        let inner = place.open()?;
        Ok(Self { place, inner, veil, run, may_rewrite: true, streams: BTreeMap::new() })
    }

    /// The same, which refuses where rows would have to be written anew.
    #[must_use]
    pub fn without_rewriting(mut self) -> Self {
        self.may_rewrite = false;
        self
    }

    /// Streams whose rows were written under something else.
    fn others(&self, state: &State) -> Result<BTreeSet<String>> {
        let mut others = BTreeSet::new();
        for (name, state) in &state.streams {
            let now = self.veil.mark(name);
            let (before, now) = (state.policy.as_ref(), now.as_ref());
            let whole = |mark: Option<&PolicyMark>| mark.map(|mark| mark.fingerprint.clone());
            let policy = |mark: Option<&PolicyMark>| mark.and_then(|mark| mark.of_policy.clone());
            let is_of_run = self.run.streams.as_ref().is_none_or(|streams| streams.contains(name));
            if policy(before) != policy(now) || whole(before) != whole(now) && is_of_run {
                others.insert(name.clone());
            }
        }
        // Nobody knows under what rows were written whose state was forgotten.
        if !self.veil.is_open() {
            for (name, rows) in self.place.rows()?.unwrap_or_default() {
                let is_unknown = rows > 0 && !state.streams.contains_key(&name);
                if is_unknown && self.veil.plan(&name).fingerprint().is_some() {
                    others.insert(name);
                }
            }
        }
        Ok(others)
    }

    /// Refuses to go on where that would let out more than before, and nobody said so.
    fn check(&self, state: &State, others: &BTreeSet<String>) -> Result<()> {
        let before = others.iter().filter_map(|name| state.streams.get(name)?.policy.as_ref());
        let named: BTreeSet<&str> = before.map(|mark| &*mark.name).filter(|name| !name.is_empty()).collect();
        let Some(name) = named.first() else { return self.check_rewriting(others) };
        if self.run.is_said {
            return self.check_rewriting(others);
        }
        let message = format!(
            "{} was written under the privacy policy {name}, and this run says nothing of one",
            self.place.address()
        );
        Err(Error::new(ErrorKind::Configuration, message).with_hint(format!(
            "go on with it (--privacy {name}, or its file; best in ashby.toml), or have everything written anew with \
             --privacy full"
        )))
    }

    fn check_rewriting(&self, others: &BTreeSet<String>) -> Result<()> {
        if self.may_rewrite {
            return Ok(());
        }
        let names: Vec<&str> = others.iter().map(String::as_str).collect();
        let message = format!("{} was written under another privacy policy or selection", names.join(", "));
        Err(Error::new(ErrorKind::Configuration, message)
            .with_hint("`ashby sync` writes it anew first; nothing was changed"))
    }

    /// Takes out what was written under something else.
    async fn take_out(&mut self, others: &BTreeSet<String>) -> Result<State> {
        // What is on standard output is gone already.
        if !self.place.takes_stdout() {
            self.inner.close().await?;
            let known = ashby_source::streams().into_iter().map(|stream| stream.descriptor);
            let known: Vec<Arc<StreamDescriptor>> =
                known.filter(|stream| others.contains(&stream.name)).map(Arc::new).collect();
            let mut purging = self.place.purge(Purge::Streams(others.clone()), &known)?;
            let rows: u64 = purging.removal().await?.streams.values().map(Removed::records).sum();
            let names: Vec<&str> = others.iter().map(String::as_str).collect();
            tracing::warn!(
                "written under another privacy policy or selection: {rows} rows are taken out of {}, and come anew when \
                 their streams are synced: {}",
                self.place.address(),
                names.join(", ")
            );
            purging.carry_out().await?;
            drop(purging);
            self.inner = self.place.open()?;
            let state = self.inner.load().await?;
            if others.iter().all(|name| !state.streams.contains_key(name)) {
                return Ok(state);
            }
        }
        // What had no rows was passed over.
        let update = StateUpdate::new(others.iter().map(|name| (name.clone(), None)));
        self.inner.commit(&update).await?;
        self.inner.close().await?;
        self.inner = self.place.open()?;
        self.inner.load().await
    }

    /// The records as they leave.
    async fn left(&mut self, plan: &Plan, write: &Write) -> Result<Vec<Record>> {
        let mut records = Vec::with_capacity(write.records.len());
        let mut outside: Vec<Key> = Vec::new();
        for record in &write.records {
            let mut left = match &record.op {
                Op::Upsert(body) => {
                    if !plan.allows(body, &Unknown) {
                        outside.push(plan.key(&record.key));
                        continue;
                    }
                    match plan.apply(body).map_err(|error| unreadable(&write.stream, error))? {
                        Cow::Borrowed(_) => record.clone(),
                        Cow::Owned(body) => Record::upsert(record.key.clone(), Bytes::from(body)),
                    }
                }
                Op::Gone(gone) => Record::gone(record.key.clone(), plan.gone(gone.clone())),
            };
            left.scope = record.scope.as_ref().map(|scope| plan.owner(scope));
            left.key = plan.key(&record.key);
            records.push(left);
        }
        // What was let through before and is not any more: of what never was, nothing may be said either.
        if !outside.is_empty() && !plan.is_withheld() {
            let stream = self.stream(&write.stream);
            if self.inner.known(&stream, &outside).await?.is_some_and(|known| known > 0) {
                records.extend(outside.into_iter().map(|key| Record::gone(key, Gone::Erased)));
            }
        }
        Ok(records)
    }

    fn stream(&self, stream: &Arc<StreamDescriptor>) -> Arc<StreamDescriptor> {
        self.streams.get(&stream.name).map_or_else(|| Arc::clone(stream), Arc::clone)
    }

    /// The same sweep, of rows as they are here.
    fn swept(&self, sweep: &Sweep) -> Sweep {
        let plan = self.veil.plan(&sweep.stream.name);
        let mut here = sweep.clone();
        here.stream = self.stream(&sweep.stream);
        here.gone = plan.gone(here.gone);
        if let Within::Scopes(scopes) = &mut here.within {
            scopes.iter_mut().for_each(|scope| *scope = plan.owner(scope));
        }
        here
    }
}

fn unreadable(stream: &StreamDescriptor, error: crate::Unreadable) -> Error {
    Error::new(ErrorKind::Contract, format!("{}: {error}", stream.name))
}

#[async_trait]
impl Sink for Veiled {
    async fn load(&mut self) -> Result<State> {
        let state = self.inner.load().await?;
        let others = self.others(&state)?;
        if others.is_empty() {
            return Ok(state);
        }
        self.check(&state, &others)?;
        self.take_out(&others).await
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        for stream in streams {
            let plan = self.veil.plan(&stream.name);
            let left = if plan.is_open() { Arc::clone(stream) } else { Arc::new(plan.descriptor(stream)) };
            self.streams.insert(stream.name.clone(), left);
        }
        let left: Vec<_> = streams.iter().map(|stream| self.stream(stream)).collect();
        self.inner.open(&left).await
    }

    async fn write(&mut self, mut write: Write) -> Result<()> {
        let plan = self.veil.plan(&write.stream.name);
        if !plan.is_open() {
            write.records = self.left(&plan, &write).await?;
            write.stream = self.stream(&write.stream);
            if write.records.is_empty() {
                return Ok(());
            }
        }
        self.inner.write(write).await
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        let sweep = self.swept(&sweep);
        self.inner.sweep(sweep).await
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        let here = self.swept(sweep);
        let mut share = self.inner.unseen(&here).await?;
        // Nobody could be asked for a record by the hash of its key.
        if !self.veil.plan(&sweep.stream.name).keeps_keys() {
            share.keys.clear();
        }
        Ok(share)
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        let plan = self.veil.plan(&stream.name);
        let keys: Vec<Key> = keys.iter().map(|key| plan.key(key)).collect();
        self.inner.known(stream, &keys).await
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        let mut update = update.clone();
        for (name, state) in &mut update.streams {
            if let Some(state) = state {
                state.policy = self.veil.mark(name);
            }
        }
        self.inner.commit(&update).await
    }

    async fn ended(&mut self, stream: &StreamDescriptor, outcome: &Outcome) -> Result<()> {
        let known = self.streams.get(&stream.name).cloned();
        self.inner.ended(known.as_deref().unwrap_or(stream), outcome).await
    }

    async fn close(&mut self) -> Result<()> {
        self.inner.close().await
    }

    fn pace(&self) -> CommitPace {
        self.inner.pace()
    }
}
