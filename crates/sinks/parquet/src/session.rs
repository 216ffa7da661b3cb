//! A run's hold on the destination, and all that is done in it. Everything blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use capture_core::{
    Committed, Counts, Error, ErrorKind, Key, Result, Share, State, StateUpdate, StreamDescriptor, Sweep,
    Write,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::document::{Change, Column, Document};
use crate::hold::Hold;
use crate::store::Store;
use crate::stream::Stream;
use crate::{change, compaction, files, sightings};

/// How long streams may stand as they were while a run lasts.
const STANDING: Duration = Duration::from_secs(15 * 60);

/// Making them stand anew takes at most so much of a run's time.
const ONE_IN: u32 = 10;

pub(crate) struct Session {
    store: Arc<dyn Store>,
    lease: Duration,
    /// Nothing is kept of what is done: what stands is not made anew.
    is_rehearsal: bool,
    hold: Option<Hold>,
    state: State,
    streams: BTreeMap<String, Stream>,
    stood: Instant,
    standing: Duration,
}

impl Session {
    pub(crate) fn new(store: Arc<dyn Store>, lease: Duration, is_rehearsal: bool) -> Self {
        Self {
            store,
            lease,
            is_rehearsal,
            hold: None,
            state: State::default(),
            streams: BTreeMap::new(),
            stood: Instant::now(),
            standing: STANDING,
        }
    }

    pub(crate) fn load(&mut self) -> Result<State> {
        let hold = Hold::take(&self.store, self.lease)?;
        self.state = hold.document().state()?;
        self.hold = Some(hold);
        Ok(self.state.clone())
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    pub(crate) fn hold(&self) -> Result<&Hold> {
        let closed = || Error::new(ErrorKind::Contract, "a destination was used that is not taken");
        self.hold.as_ref().ok_or_else(closed)
    }

    pub(crate) fn document(&self) -> Result<Document> {
        Ok(self.hold()?.document())
    }

    pub(crate) fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        self.repair()?;
        let document = self.document()?;
        for descriptor in streams {
            let stream = Stream::new(descriptor, document.streams.get(&descriptor.name));
            self.streams.insert(descriptor.name.clone(), stream);
        }
        Ok(())
    }

    /// Removes what a run has left that was killed before it counted.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if there are files and nothing that says which of them count.
    pub(crate) fn repair(&self) -> Result<()> {
        let hold = self.hold()?;
        let store = &*self.store;
        if hold.is_first() {
            let folders = [files::CURRENT, files::CHANGES];
            for folder in folders {
                if store.list(folder)?.iter().any(|path| path.ends_with(".parquet")) {
                    let message = format!(
                        "there are files in {}, and no state that says which of them count",
                        store.place()
                    );
                    return Err(Error::new(ErrorKind::State, message)
                        .with_hint(format!("put {} back, or name a place where nothing is", files::STATE)));
                }
            }
            // From now on files that no state knows do not count.
            return if self.is_rehearsal { Ok(()) } else { hold.save(|_| {}) };
        }
        if !hold.was_left_in_order || !store.needs_lease() {
            self.remove_strays()?;
            hold.settled();
        }
        hold.clear_away(store)
    }

    /// Removes files that do not count.
    pub(crate) fn remove_strays(&self) -> Result<()> {
        let document = self.document()?;
        let folders: BTreeSet<String> = document.streams.keys().map(|stream| files::folder(stream)).collect();
        let is_stray = |folder: &str, commit: u64| {
            commit > document.commit || document.void.contains(&commit) || !folders.contains(folder)
        };
        for path in self.store.list(files::CHANGES)? {
            if files::change_of(&path).is_some_and(|(folder, _, commit)| is_stray(folder, commit)) {
                self.store.delete(&path)?;
            }
        }
        let of_seen = format!("{}/seen", files::OURS);
        for path in self.store.list(&of_seen)? {
            let folder =
                path.strip_prefix(&of_seen).and_then(|rest| rest.trim_start_matches('/').split('/').next());
            let counts = |folder: &str, commit| {
                document
                    .streams
                    .iter()
                    .any(|(name, stream)| files::folder(name) == folder && stream.seen.contains(&commit))
            };
            if let (Some(folder), Some(commit)) = (folder, files::commit_of(&path))
                && !counts(folder, commit)
            {
                self.store.delete(&path)?;
            }
        }
        for path in self.store.list(files::CURRENT)? {
            let folder = path
                .strip_prefix(files::CURRENT)
                .and_then(|rest| rest.trim_start_matches('/').split('/').next());
            if folder.is_some_and(|folder| path == files::current(folder) && !folders.contains(folder)) {
                self.store.delete(&path)?;
            }
        }
        Ok(())
    }

    fn stream(&mut self, name: &str) -> Result<&mut Stream> {
        let unknown = || Error::new(ErrorKind::Contract, format!("{name} is no stream of this run"));
        self.streams.get_mut(name).ok_or_else(unknown)
    }

    pub(crate) fn write(&mut self, write: &Write) -> Result<()> {
        let store = Arc::clone(&self.store);
        self.stream(&write.stream.name)?.write(&*store, write, Timestamp::now().as_microsecond())
    }

    pub(crate) fn sweep(&mut self, sweep: &Sweep) -> Result<()> {
        let store = Arc::clone(&self.store);
        self.stream(&sweep.stream.name)?.sweep(&*store, sweep, Timestamp::now().as_microsecond())
    }

    pub(crate) fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        let store = Arc::clone(&self.store);
        self.stream(&sweep.stream.name)?.unseen(&*store, sweep)
    }

    pub(crate) fn known(&mut self, stream: &str, keys: &[Key]) -> Result<u64> {
        let store = Arc::clone(&self.store);
        self.stream(stream)?.count_known(&*store, keys)
    }

    pub(crate) fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        for (name, _) in update.streams.iter().filter(|(_, state)| state.is_none()) {
            if let Some(stream) = self.streams.get_mut(name) {
                stream.forget_sightings();
            }
        }
        let store = Arc::clone(&self.store);
        let hold = self
            .hold
            .as_ref()
            .ok_or_else(|| Error::new(ErrorKind::Contract, "a destination was used that is not taken"))?;
        let document = hold.document();
        let number = document.commit + 1;
        let now = Timestamp::now();
        let on = now.to_zoned(TimeZone::UTC).date();
        let mut obsolete = Vec::new();
        let mut changed = BTreeMap::new();
        let mut is_numbered = false;
        for (name, stream) in self.streams.iter_mut().filter(|(_, stream)| stream.has_news()) {
            let path = files::change(&stream.folder, on, number);
            let mut next = stream.files.clone();
            if change::put(stream, &*store, &path, number, now.as_microsecond())? {
                is_numbered = true;
                next.changes.push(Change { commit: number, on });
            }
            for (column, misfits) in stream.encoder.take_misfits() {
                *stream.misfits.entry(column).or_default() += misfits;
            }
            if let Some(floor) = stream.floor(number) {
                obsolete.extend(sightings::forget(&mut next, &stream.folder));
                next.floor = Some(floor);
            }
            let seen = stream.sightings();
            is_numbered |= sightings::note(&mut next, &stream.folder, &*store, number, &seen)?;
            next.columns = columns(stream);
            if let Some((live, gone)) = stream.totals() {
                (next.live, next.gone) = (live, gone);
            }
            changed.insert(name.clone(), next);
        }
        if changed.is_empty() && update.is_empty() {
            return Ok(Committed::default());
        }
        let mut state = self.state.clone();
        state.apply(update);
        let counted = if is_numbered { number } else { document.commit };
        for (name, _) in update.streams.iter().filter(|(_, state)| state.is_none()) {
            let known = changed.get(name).or_else(|| document.streams.get(name)).cloned();
            if let Some(mut files) = known {
                let folder = files::folder(name);
                obsolete.extend(sightings::forget(&mut files, &folder));
                (files.floor, files.forgotten) = (None, Some(counted));
                changed.insert(name.clone(), files);
            }
        }
        hold.save(|document| {
            document.commit = counted;
            document.obsolete.append(&mut obsolete);
            document.set_state(&state);
            for (name, files) in &changed {
                document.streams.insert(name.clone(), files.clone());
            }
        })?;
        hold.clear_away(&*store)?;
        self.state = state;
        let mut counts = BTreeMap::new();
        let mut mended = 0;
        for (name, stream) in &mut self.streams {
            mended += stream.encoder.take_mended();
            let news = std::mem::take(&mut stream.news);
            if news.counts != Counts::default() {
                counts.insert(name.clone(), news.counts);
            }
            if let Some(files) = changed.remove(name) {
                stream.files = files;
            }
        }
        if !self.is_rehearsal && self.stood.elapsed() >= self.standing {
            self.stand(false)?;
        }
        Ok(Committed::new(counts).mended(mended))
    }

    /// Makes streams that have changed stand as they are now; with `all`, those too whose files say something else than
    /// the state does.
    pub(crate) fn stand(&mut self, all: bool) -> Result<Vec<String>> {
        let start = Instant::now();
        let store = Arc::clone(&self.store);
        let names: Vec<String> = self.document()?.streams.keys().cloned().collect();
        let mut made = Vec::new();
        for name in names {
            let document = self.document()?;
            let Some(files) = document.streams.get(&name) else { continue };
            let (is_due, is_first) = (!files.changes.is_empty(), files.current.is_none());
            let mut other = None;
            let stream = match self.streams.get_mut(&name) {
                Some(stream) => stream,
                // Of an earlier run, which did not get that far.
                None => {
                    other.insert(Stream::new(&Arc::new(StreamDescriptor::new(&name, ["id"])), Some(files)))
                }
            };
            let hold = self
                .hold
                .as_ref()
                .ok_or_else(|| Error::new(ErrorKind::Contract, "a destination was used that is not taken"))?;
            let mut obsolete = sightings::fewer(&mut stream.files, &stream.folder, &*store)?;
            if !obsolete.is_empty() {
                let files = stream.files.clone();
                hold.save(|document| {
                    document.streams.insert(name.clone(), files);
                    document.obsolete.append(&mut obsolete);
                })?;
            }
            if all && !is_first && !is_sound(stream, &*store)? {
                compaction::anew(stream, &*store, hold)?;
                made.push(name);
            } else if is_due {
                compaction::stream(stream, &*store, hold)?;
                made.push(name);
            }
        }
        self.stood = Instant::now();
        self.standing = STANDING.max(start.elapsed() * ONE_IN);
        Ok(made)
    }

    /// Ends the work: streams stand as they are, and the destination is given up.
    pub(crate) fn close(&mut self) -> Result<()> {
        if self.hold.is_none() {
            return Ok(());
        }
        for stream in self.streams.values_mut() {
            let columns: Vec<String> =
                stream.misfits.iter().map(|(column, values)| format!("{column} {values}")).collect();
            if !columns.is_empty() {
                tracing::warn!(
                    "values of {} that do not fit their columns are null there, and whole in _record: {}",
                    stream.descriptor.name,
                    columns.join(", ")
                );
            }
            // What was not committed is forgotten, and what is known takes memory.
            stream.rest();
        }
        let is_in_order = self.hold()?.was_left_in_order;
        if !self.is_rehearsal {
            self.stand(!is_in_order && self.store.needs_lease())?;
        }
        self.streams.clear();
        self.hold.take().map_or(Ok(()), Hold::release)
    }
}

/// Whether the file of the stream as it stands is the one that the state means.
fn is_sound(stream: &Stream, store: &dyn Store) -> Result<bool> {
    let path = files::current(&stream.folder);
    let Some(blob) = store.part(&path)? else { return Ok(false) };
    let commit = crate::reading::Source::of_blob(&path, blob).commit(store);
    // One that cannot be read is none that is meant.
    Ok(commit.is_ok_and(|commit| commit == stream.files.current))
}

/// The columns of a stream as they are kept.
fn columns(stream: &Stream) -> Vec<Column> {
    let columns = stream.encoder.columns().iter().filter_map(|column| {
        let kind = column.column_type?.into();
        Some(Column { member: column.member.clone(), name: column.name.clone(), kind })
    });
    columns.collect()
}

#[cfg(test)]
mod tests;
