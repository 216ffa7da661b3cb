//! Everything in memory: reference implementations, for tests and for trying things out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::json;

use crate::{
    Batch, Capture, Checkpoint, Committed, Counts, Ends, Error, ErrorKind, Extent, Gone, Key, Op, Part,
    Purpose, Record, Result, Share, Sink, Source, Stamp, State, StateStore, StateUpdate, Step,
    StreamDescriptor, StreamRequest, Sweep, Within, Write,
};

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the state in memory. Clones share it; any number may hold it.
#[derive(Debug, Clone, Default)]
pub struct MemoryStateStore(Arc<Mutex<State>>);

impl MemoryStateStore {
    /// An empty state.
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy of the state.
    pub fn state(&self) -> State {
        lock(&self.0).clone()
    }
}

#[async_trait]
impl StateStore for MemoryStateStore {
    async fn load(&mut self) -> Result<State> {
        Ok(self.state())
    }

    async fn save(&mut self, update: &StateUpdate) -> Result<()> {
        lock(&self.0).apply(update);
        Ok(())
    }
}

/// A row of a [`MemorySink`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The record's JSON.
    pub body: Bytes,
    /// Its scope.
    pub scope: Option<Key>,
    /// When it was last seen.
    pub seen: Stamp,
    /// How it is known to be gone, if it is.
    pub gone: Option<Gone>,
}

impl Row {
    fn is_within(&self, sweep: &Sweep) -> bool {
        self.gone.is_none()
            && match &sweep.within {
                Within::Everything => true,
                Within::Scopes(scopes) => self.scope.as_ref().is_some_and(|scope| scopes.contains(scope)),
            }
    }
}

#[derive(Debug, Clone, Default)]
struct Content {
    tables: BTreeMap<String, BTreeMap<Key, Row>>,
    state: State,
}

/// A keyed sink. Clones share what was committed.
#[derive(Debug, Clone, Default)]
pub struct MemorySink {
    committed: Arc<Mutex<Content>>,
    staged: Content,
    counts: BTreeMap<String, Counts>,
}

impl MemorySink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Committed rows of a stream that are not gone.
    pub fn rows(&self, stream: &str) -> BTreeMap<Key, Row> {
        let mut rows = self.all_rows(stream);
        rows.retain(|_, row| row.gone.is_none());
        rows
    }

    /// Committed rows of a stream, those that are gone included.
    pub fn all_rows(&self, stream: &str) -> BTreeMap<Key, Row> {
        lock(&self.committed).tables.get(stream).cloned().unwrap_or_default()
    }

    /// The committed state.
    pub fn state(&self) -> State {
        lock(&self.committed).state.clone()
    }

    fn table(&mut self, stream: &str) -> (&mut BTreeMap<Key, Row>, &mut Counts) {
        let table = self.staged.tables.entry(stream.to_owned()).or_default();
        (table, self.counts.entry(stream.to_owned()).or_default())
    }
}

#[async_trait]
impl Sink for MemorySink {
    async fn load(&mut self) -> Result<State> {
        self.staged = lock(&self.committed).clone();
        self.counts.clear();
        Ok(self.staged.state.clone())
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        for stream in streams {
            self.table(&stream.name);
        }
        Ok(())
    }

    async fn write(&mut self, write: Write) -> Result<()> {
        let (table, counts) = self.table(&write.stream.name);
        for record in write.records {
            let live = table.get_mut(&record.key).filter(|row| row.gone.is_none());
            match (record.op, live) {
                (Op::Upsert(body), live) => {
                    match live {
                        Some(row) if row.body == body => counts.unchanged += 1,
                        Some(_) => counts.changed += 1,
                        None => counts.new += 1,
                    }
                    // A copy of its own: the record may be a slice of megabytes.
                    let body = Bytes::copy_from_slice(&body);
                    let row = Row { body, scope: record.scope, seen: write.seen, gone: None };
                    table.insert(record.key, row);
                }
                (Op::Gone(gone), Some(row)) => {
                    row.gone = Some(gone);
                    counts.deleted += 1;
                }
                (Op::Gone(_), None) => {}
            }
        }
        Ok(())
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        let (table, counts) = self.table(&sweep.stream.name);
        for row in table.values_mut().filter(|row| row.is_within(&sweep) && sweep.takes(row.seen)) {
            row.gone = Some(sweep.gone.clone());
            counts.deleted += 1;
        }
        Ok(())
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        let (table, _) = self.table(&sweep.stream.name);
        let within: Vec<_> = table.iter().filter(|(_, row)| row.is_within(sweep)).collect();
        let unseen: Vec<Key> = within
            .iter()
            .filter(|(_, row)| sweep.takes(row.seen))
            .map(|(key, _)| Key::from(key.as_str()))
            .collect();
        let count = unseen.len() as u64;
        Ok(Share::new(count, within.len() as u64, unseen.into_iter().take(Share::KEYS).collect()))
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        let (table, _) = self.table(&stream.name);
        let is_live = |key: &&Key| table.get(*key).is_some_and(|row| row.gone.is_none());
        Ok(Some(keys.iter().filter(is_live).count() as u64))
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        for (stream, _) in update.streams.iter().filter(|(_, state)| state.is_none()) {
            let (table, _) = self.table(stream);
            table.values_mut().for_each(|row| row.seen = Stamp::NEVER);
        }
        self.staged.state.apply(update);
        lock(&self.committed).clone_from(&self.staged);
        Ok(Committed::new(std::mem::take(&mut self.counts)))
    }

    async fn close(&mut self) -> Result<()> {
        Ok(())
    }
}

/// A source with one stream whose changes can be listed since any of them.
#[derive(Debug, Clone)]
pub struct MemorySource {
    descriptor: Arc<StreamDescriptor>,
    changes: Arc<Mutex<Vec<Record>>>,
    page_records: usize,
}

impl MemorySource {
    /// A stream of this name with these records; their key field is `id`.
    pub fn new<'a>(stream: &str, records: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let descriptor = StreamDescriptor::new(stream, ["id"]);
        let source = Self { descriptor: Arc::new(descriptor), changes: Arc::default(), page_records: 100 };
        for (key, body) in records {
            source.push(Record::upsert(key, body.to_owned()));
        }
        source
    }

    /// Records a batch; 100 unless told.
    #[must_use]
    pub fn page_records(mut self, count: usize) -> Self {
        self.page_records = count.max(1);
        self
    }

    /// A change happens.
    pub fn push(&self, record: Record) {
        lock(&self.changes).push(record);
    }

    /// A record goes without a trace, as they do where lists have no tombstones.
    pub fn vanish(&self, key: &str) {
        lock(&self.changes).retain(|record| record.key.as_str() != key);
    }
}

#[async_trait]
impl Source for MemorySource {
    async fn open(&self, requests: Vec<StreamRequest>) -> Result<Vec<Box<dyn Capture>>> {
        let mut captures: Vec<Box<dyn Capture>> = Vec::new();
        for request in requests {
            if request.stream != self.descriptor.name {
                let message = format!("there is no stream named {}", request.stream);
                return Err(Error::new(ErrorKind::Configuration, message));
            }
            let saved = request.checkpoint.filter(|_| !request.full).and_then(|saved| saved.progress);
            let place = match saved {
                Some(saved) => serde_json::from_value(saved).map_err(|_| {
                    Error::new(ErrorKind::State, format!("the checkpoint of {} is not ours", request.stream))
                })?,
                None => Place { next: 0, listing: None },
            };
            let streams = [Arc::clone(&self.descriptor)];
            captures.push(Box::new(MemoryCapture {
                source: self.clone(),
                streams,
                place,
                is_through: false,
            }));
        }
        Ok(captures)
    }
}

/// Where a capture stands: among the changes, and in which listing.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
struct Place {
    next: usize,
    /// Whether the listing under way is of everything.
    listing: Option<bool>,
}

struct MemoryCapture {
    source: MemorySource,
    streams: [Arc<StreamDescriptor>; 1],
    place: Place,
    /// Everything has been handed out.
    is_through: bool,
}

impl MemoryCapture {
    fn checkpoint(&self) -> Checkpoint {
        Checkpoint::from(json!(self.place))
    }
}

#[async_trait]
impl Capture for MemoryCapture {
    fn streams(&self) -> &[Arc<StreamDescriptor>] {
        &self.streams
    }

    async fn next(&mut self) -> Result<Step> {
        if std::mem::take(&mut self.is_through) {
            return Ok(Step::UpToDate { requests: 0 });
        }
        let (records, rest) = {
            let changes = lock(&self.source.changes);
            let page = changes.iter().skip(self.place.next).take(self.source.page_records);
            let records: Vec<Record> = page.cloned().collect();
            let rest = changes.len().saturating_sub(self.place.next + records.len());
            (records, rest)
        };
        let is_first = self.place.listing.is_none();
        let everything = self.place.listing.unwrap_or(self.place.next == 0);
        let extent = if everything { Extent::Everything } else { Extent::Changes };
        self.place.next += records.len();
        self.place.listing = (rest > 0).then_some(everything);
        self.is_through = rest == 0;
        let mut part = Part::new(0, records);
        part.begins = is_first.then_some(extent);
        part.ends = self.is_through.then_some(Ends::Complete);
        let mut batch = Batch::new(vec![part], self.checkpoint());
        batch.requests = 1;
        Ok(Step::Batch(batch))
    }

    fn rereads(&self, _: usize) -> bool {
        true
    }

    async fn reread(&mut self, stream: usize, keys: &[Key], _: Purpose) -> Result<Batch> {
        let newest = |key: &Key| {
            let changes = lock(&self.source.changes);
            let found = changes.iter().rev().find(|record| record.key == *key).cloned();
            found.unwrap_or_else(|| Record::gone(key.clone(), Gone::NotFound))
        };
        let records = keys.iter().map(newest).collect();
        let mut batch = Batch::new(vec![Part::new(stream, records)], self.checkpoint());
        batch.requests = keys.len() as u32;
        Ok(batch)
    }

    fn rereads_within(&self, _: usize) -> bool {
        true
    }

    async fn reread_within(&mut self, stream: usize, scopes: &[Key]) -> Result<Batch> {
        let mut newest = BTreeMap::new();
        for record in lock(&self.source.changes).iter() {
            newest.insert(record.key.clone(), record.clone());
        }
        newest.retain(|_, record| record.scope.as_ref().is_some_and(|scope| scopes.contains(scope)));
        let part = Part::new(stream, newest.into_values().collect()).whole_scopes(scopes.to_vec());
        let mut batch = Batch::new(vec![part], self.checkpoint());
        batch.requests = scopes.len() as u32;
        Ok(batch)
    }
}
