//! Taking rows out for good: every file that holds one is written anew without it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use capture_core::{
    Error, ErrorKind, Held, Key, Purge, Purging, Removal, Removed, Result, StreamDescriptor, chosen,
};

use crate::address::Address;
use crate::known::KeyId;
use crate::reading::{Source, text, texts};
use crate::session::Session;
use crate::sink;
use crate::store::Store;

/// A place that is taken for it.
pub(crate) struct Purger {
    work: Arc<Mutex<Work>>,
}

struct Work {
    address: Address,
    /// Where it is only tried.
    rehearsed: Option<Arc<dyn Store>>,
    session: Option<Session>,
    purge: Purge,
    descriptors: Vec<Arc<StreamDescriptor>>,
    /// What is to go, by stream, once it was looked for.
    going: Option<BTreeMap<String, BTreeSet<Key>>>,
}

impl Purger {
    pub(crate) fn new(
        address: Address,
        rehearsed: Option<Arc<dyn Store>>,
        purge: Purge,
        streams: &[Arc<StreamDescriptor>],
    ) -> Self {
        let descriptors = streams.to_vec();
        let work = Work { address, rehearsed, session: None, purge, descriptors, going: None };
        Self { work: Arc::new(Mutex::new(work)) }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Work) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let shared = Arc::clone(&self.work);
        let work = move || work(&mut shared.lock().unwrap_or_else(PoisonError::into_inner));
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
            Err(Error::new(ErrorKind::Contract, "taking out ended unexpectedly").with_source(error))
        })
    }
}

#[async_trait]
impl Purging for Purger {
    async fn removal(&mut self) -> Result<Removal> {
        self.run(Work::removal).await
    }

    async fn going(&mut self, stream: &str) -> Result<BTreeSet<Key>> {
        let stream = stream.to_owned();
        self.run(move |work| work.going_of(&stream)).await
    }

    async fn carry_out(&mut self) -> Result<()> {
        self.run(Work::carry_out).await
    }

    /// None in which a text could be found: they are packed.
    fn files(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    async fn holding(&mut self, texts: &BTreeSet<String>) -> Result<Option<u64>> {
        let texts = texts.clone();
        self.run(move |work| work.holding(&texts).map(Some)).await
    }
}

impl Work {
    /// Takes the place, with its streams as they stand: then whatever counts is in one file a stream, and in those of
    /// changes.
    fn take(&mut self) -> Result<()> {
        if self.session.is_some() {
            return Ok(());
        }
        let is_rehearsal = self.rehearsed.is_some();
        let store = self.rehearsed.clone().map_or_else(|| sink::store(&self.address), Ok)?;
        let mut session = Session::new(store, sink::lease(&self.address), is_rehearsal);
        session.load()?;
        session.repair()?;
        session.stand(false)?;
        self.session = Some(session);
        Ok(())
    }

    fn session(&mut self) -> Result<&mut Session> {
        self.take()?;
        self.session.as_mut().ok_or_else(|| Error::new(ErrorKind::Contract, "the place is not taken"))
    }

    /// The keys of what is to go; of whole streams none are named.
    fn going(&mut self) -> Result<BTreeMap<String, BTreeSet<Key>>> {
        self.take()?;
        if let Some(going) = &self.going {
            return Ok(going.clone());
        }
        let Some(session) = &self.session else { return Ok(BTreeMap::new()) };
        let (store, streams) = (session.store(), session.document()?.streams);
        let mut going: BTreeMap<String, BTreeSet<Key>> = BTreeMap::new();
        match &mut self.purge {
            Purge::Chosen(choose) | Purge::Earlier(choose) => {
                going = chosen(&mut **choose, |show| {
                    for name in streams.keys() {
                        for source in session.all_files(name)? {
                            each(&source, &*store, |row| {
                                if row.why != Some("erased") {
                                    let held = Held::new(name, row.key, row.exact.as_bytes());
                                    show(&held.of(row.scope, row.merged_into));
                                }
                            })?;
                        }
                    }
                    Ok::<(), Error>(())
                })?;
            }
            Purge::Gone { before, .. } => {
                let before_us = before.map(|before| before.as_microsecond());
                for name in streams.keys().filter(|name| self.purge.concerns(name)) {
                    let Some(source) = session.standing(name)? else { continue };
                    let keys = going.entry(name.clone()).or_default();
                    each(&source, &*store, |row| {
                        let is_old =
                            row.deleted_at_us.is_some_and(|at| before_us.is_none_or(|before| at < before));
                        if is_old {
                            keys.insert(Key::from(row.key));
                        }
                    })?;
                }
            }
            Purge::Streams(_) => {}
            _ => return Err(Error::new(ErrorKind::Contract, "this cannot be taken out of Parquet files")),
        }
        self.going = Some(going.clone());
        Ok(going)
    }

    /// The keys of what is to go of a stream, also of a whole one.
    fn going_of(&mut self, stream: &str) -> Result<BTreeSet<Key>> {
        let mut keys = self.going()?.remove(stream).unwrap_or_default();
        let Some(session) = &self.session else { return Ok(keys) };
        if matches!(self.purge, Purge::Streams(_))
            && self.purge.concerns(stream)
            && let Some(source) = session.standing(stream)?
        {
            each(&source, &*session.store(), |row| _ = keys.insert(Key::from(row.key)))?;
        }
        Ok(keys)
    }

    fn removal(&mut self) -> Result<Removal> {
        let going = self.going()?;
        let Some(session) = &self.session else { return Ok(Removal::default()) };
        let store = session.store();
        let mut removal = Removal::default();
        for name in session.document()?.streams.keys().filter(|name| self.purge.concerns(name)) {
            let keys = match &self.purge {
                Purge::Streams(_) => None,
                _ => Some(going.get(name).cloned().unwrap_or_default()),
            };
            if keys.as_ref().is_some_and(BTreeSet::is_empty) {
                continue;
            }
            let is_meant = |key: &str| keys.as_ref().is_none_or(|keys| keys.contains(&Key::from(key)));
            let mut removed = Removed::default();
            if matches!(self.purge, Purge::Earlier(_)) {
                let newest = session.newest(name, |key| is_meant(key))?;
                for source in session.files_of_changes(name)? {
                    each(&source, &*store, |row| {
                        let is_earlier = is_meant(row.key) && !newest.is(row.key, row.exact);
                        removed.lines += u64::from(is_earlier);
                    })?;
                }
                if removed != Removed::default() {
                    removal.streams.insert(name.clone(), removed);
                }
                continue;
            }
            if let Some(source) = session.standing(name)? {
                each(&source, &*store, |row| match row.deleted_at_us {
                    _ if !is_meant(row.key) => {}
                    None => removed.live += 1,
                    Some(_) => removed.gone += 1,
                })?;
            }
            for source in session.files_of_changes(name)? {
                each(&source, &*store, |row| removed.lines += u64::from(is_meant(row.key)))?;
            }
            if removed != Removed::default() {
                removal.streams.insert(name.clone(), removed);
            }
        }
        Ok(removal)
    }

    fn carry_out(&mut self) -> Result<()> {
        let going = self.going()?;
        if let Purge::Streams(streams) = &self.purge {
            let streams = streams.clone();
            self.session()?.forget(&streams)?;
            return self.give_up();
        }
        let is_erasure = matches!(self.purge, Purge::Chosen(_));
        let leaves_newest = matches!(self.purge, Purge::Earlier(_));
        let descriptors = self.descriptors.clone();
        let session = self.session()?;
        for (name, keys) in going.into_iter().filter(|(_, keys)| !keys.is_empty()) {
            let known = descriptors.iter().find(|known| known.name == name);
            let descriptor = known.map_or_else(|| Arc::new(StreamDescriptor::new(&name, ["id"])), Arc::clone);
            if is_erasure {
                session.erase(&descriptor, &keys)?;
            } else if leaves_newest {
                session.take_out_earlier(&name, &keys)?;
            } else {
                let ids: HashSet<KeyId> = keys.iter().map(|key| KeyId::of(key.as_str())).collect();
                session.take_out(&descriptor, &ids)?;
            }
        }
        self.give_up()
    }

    /// Gives the place up in order.
    fn give_up(&mut self) -> Result<()> {
        self.session.take().map_or(Ok(()), |mut session| session.close())
    }

    fn holding(&mut self, wanted: &BTreeSet<String>) -> Result<u64> {
        let session = self.session()?;
        let store = session.store();
        let mut found: BTreeSet<&String> = BTreeSet::new();
        for name in session.document()?.streams.keys() {
            for source in session.all_files(name)? {
                each(&source, &*store, |row| {
                    for wanted in wanted {
                        if row.record.contains(wanted.as_str()) || row.exact.contains(wanted.as_str()) {
                            found.insert(wanted);
                        }
                    }
                })?;
            }
        }
        Ok(found.len() as u64)
    }
}

/// A row of a file.
struct Row<'a> {
    key: &'a str,
    record: &'a str,
    /// As it came.
    exact: &'a str,
    scope: Option<&'a str>,
    merged_into: Option<&'a str>,
    why: Option<&'a str>,
    deleted_at_us: Option<i64>,
}

fn each(source: &Source, store: &dyn Store, mut row: impl FnMut(&Row<'_>)) -> Result<()> {
    use arrow_array::Array as _;
    use arrow_array::cast::AsArray as _;
    use arrow_array::types::TimestampMicrosecondType;
    const COLUMNS: [&str; 7] =
        ["_key", "_record", "_original", "_scope", "_merged_into", "_deleted_why", "_deleted_at"];
    for batch in source.few(store, &COLUMNS)? {
        let batch = batch?;
        let column = |name| texts(&batch, name);
        let (keys, records, originals) = (column("_key")?, column("_record")?, column("_original")?);
        let (scopes, merged, why) = (column("_scope")?, column("_merged_into")?, column("_deleted_why")?);
        let deleted = batch
            .column_by_name("_deleted_at")
            .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>())
            .ok_or_else(|| crate::reading::missing("_deleted_at"))?;
        for index in 0..batch.num_rows() {
            let record = records.value(index);
            row(&Row {
                key: keys.value(index),
                record,
                exact: text(originals, index).unwrap_or(record),
                scope: text(scopes, index),
                merged_into: text(merged, index),
                why: text(why, index),
                deleted_at_us: (!deleted.is_null(index)).then(|| deleted.value(index)),
            });
        }
    }
    Ok(())
}
