//! Everything in memory: reference implementations, for tests and for trying things out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::json;

use crate::{
    Batch, Capabilities, Capture, Checkpoint, Completion, Counts, Error, ErrorKind, Key, Op, Part, Record,
    Result, Sink, SnapshotDelivery, Source, State, StateStore, StateUpdate, Step, StreamDescriptor,
    StreamRequest, Write,
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
pub struct Row {
    /// The record's JSON.
    pub body: Bytes,
    /// Its scope.
    pub scope: Option<Key>,
    /// The pass that last wrote it.
    pub pass: u64,
    /// Whether it is a tombstone.
    pub deleted: bool,
}

type Tables = BTreeMap<String, BTreeMap<Key, Row>>;

/// A keyed sink. Clones share the committed rows.
#[derive(Debug, Clone, Default)]
pub struct MemorySink {
    committed: Arc<Mutex<Tables>>,
    staged: Tables,
}

impl MemorySink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Committed rows of a stream, tombstones excepted.
    pub fn rows(&self, stream: &str) -> BTreeMap<Key, Row> {
        let mut rows = lock(&self.committed).get(stream).cloned().unwrap_or_default();
        rows.retain(|_, row| !row.deleted);
        rows
    }
}

#[async_trait]
impl Sink for MemorySink {
    fn capabilities(&self) -> Capabilities {
        Capabilities { snapshots: SnapshotDelivery::Reconcile, stores_state: false }
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        self.staged = lock(&self.committed).clone();
        for stream in streams {
            self.staged.entry(stream.name.clone()).or_default();
        }
        Ok(())
    }

    async fn write(&mut self, write: Write<'_>) -> Result<Counts> {
        let table = self.staged.entry(write.stream.name.clone()).or_default();
        let mut counts = Counts::default();
        for record in write.records {
            let old = table.get_mut(&record.key);
            match (&record.op, old) {
                (Op::Upsert(body), old) => {
                    match &old {
                        Some(row) if !row.deleted && row.body == *body => counts.unchanged += 1,
                        Some(row) if !row.deleted => counts.changed += 1,
                        _ => counts.new += 1,
                    }
                    let row = Row {
                        body: body.clone(),
                        scope: record.scope.clone(),
                        pass: write.pass,
                        deleted: false,
                    };
                    table.insert(record.key.clone(), row);
                }
                (Op::Delete, Some(row)) if !row.deleted => {
                    row.deleted = true;
                    counts.deleted += 1;
                }
                (Op::Delete, _) => {}
            }
        }
        if let Some(completion) = write.completion {
            let written: BTreeSet<&Key> = write.records.iter().map(|record| &record.key).collect();
            for (key, row) in table.iter_mut().filter(|(_, row)| !row.deleted) {
                let gone = match completion {
                    Completion::Everything => row.pass != write.pass,
                    Completion::Scopes(scopes) => {
                        row.scope.as_ref().is_some_and(|scope| scopes.contains(scope))
                            && !written.contains(key)
                    }
                };
                if gone {
                    row.deleted = true;
                    counts.deleted += 1;
                }
            }
        }
        Ok(counts)
    }

    async fn commit(&mut self, _: &StateUpdate) -> Result<()> {
        lock(&self.committed).clone_from(&self.staged);
        Ok(())
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
            let number =
                |name| request.checkpoint.as_ref().and_then(|checkpoint| checkpoint.0[name].as_u64());
            let (mut position, mut pass) = (number("position").unwrap_or(0), number("pass").unwrap_or(0));
            if request.full || request.checkpoint.is_none() {
                (position, pass) = (0, pass + 1);
            }
            let whole = position == 0;
            captures.push(Box::new(MemoryCapture {
                source: self.clone(),
                streams: [Arc::clone(&self.descriptor)],
                position: position as usize,
                pass,
                whole,
            }));
        }
        Ok(captures)
    }
}

struct MemoryCapture {
    source: MemorySource,
    streams: [Arc<StreamDescriptor>; 1],
    position: usize,
    pass: u64,
    whole: bool,
}

#[async_trait]
impl Capture for MemoryCapture {
    fn streams(&self) -> &[Arc<StreamDescriptor>] {
        &self.streams
    }

    async fn next(&mut self) -> Result<Step> {
        let changes = lock(&self.source.changes);
        let records: Vec<Record> =
            changes.iter().skip(self.position).take(self.source.page_records).cloned().collect();
        self.position += records.len();
        let complete = self.position == changes.len();
        if records.is_empty() && !self.whole {
            return Ok(Step::UpToDate { requests: 0 });
        }
        let completion = (complete && self.whole).then_some(Completion::Everything);
        self.whole &= !complete;
        Ok(Step::Batch(Batch {
            parts: vec![Part { stream: 0, pass: self.pass, records, completion }],
            checkpoint: Checkpoint(json!({"position": self.position, "pass": self.pass})),
            requests: 1,
            notes: Vec::new(),
            progress: None,
        }))
    }
}
