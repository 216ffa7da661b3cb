//! Streams that do as they are told, and sinks that note what they are given.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use capture_core::{
    Appender, Batch, Capture, Checkpoint, Ends, Error, ErrorKind, Extent, Gone, Identity, Key, Mode, Op,
    Part, Purpose, Record, Result, Selection, Source, Step, StreamDescriptor, StreamRequest, Watermark,
    Write,
};
use serde_json::json;

/// What a scripted stream does next.
pub(crate) enum Act {
    Part(Part),
    /// A part, and what a person should know.
    Noted(Part, &'static str),
    /// Takes so long, on the test's own clock.
    Wait(Duration),
    Fail(ErrorKind),
    Panic,
    /// Never returns.
    Hang,
    UpToDate,
}

/// A stream's acts, and the records that are there when they are asked for by themselves (`None`: cannot be asked).
struct Script {
    mode: Mode,
    acts: VecDeque<Act>,
    there: Option<Vec<&'static str>>,
    rereads: Vec<Vec<String>>,
    resumed_from: Vec<Option<u64>>,
}

/// Streams that do as they are told, and then have nothing more.
#[derive(Clone, Default)]
pub(crate) struct Scripted {
    scripts: BTreeMap<String, Arc<Mutex<Script>>>,
    pub(crate) handed_out: Arc<AtomicUsize>,
}

impl Scripted {
    pub(crate) fn stream(self, name: &str, acts: impl IntoIterator<Item = Act>) -> Self {
        self.add(name, acts, None)
    }

    /// A stream whose records can be asked for one by one: `there` are found.
    pub(crate) fn stream_with(
        self,
        name: &str,
        there: &[&'static str],
        acts: impl IntoIterator<Item = Act>,
    ) -> Self {
        self.add(name, acts, Some(there.to_vec()))
    }

    fn add(
        mut self,
        name: &str,
        acts: impl IntoIterator<Item = Act>,
        there: Option<Vec<&'static str>>,
    ) -> Self {
        let acts = acts.into_iter().collect();
        let (rereads, resumed_from) = (Vec::new(), Vec::new());
        let script = Script { mode: Mode::Incremental, acts, there, rereads, resumed_from };
        self.scripts.insert(name.to_owned(), Arc::new(Mutex::new(script)));
        self
    }

    pub(crate) fn names(&self) -> Vec<Selection> {
        self.scripts.keys().map(Selection::new).collect()
    }

    /// The keys of each request for single records.
    pub(crate) fn rereads(&self, stream: &str) -> Vec<Vec<String>> {
        self.scripts[stream].lock().unwrap().rereads.clone()
    }

    /// The step from which each capture of the stream continued.
    pub(crate) fn resumed_from(&self, stream: &str) -> Vec<Option<u64>> {
        self.scripts[stream].lock().unwrap().resumed_from.clone()
    }
}

struct ScriptedCapture {
    streams: [Arc<StreamDescriptor>; 1],
    script: Arc<Mutex<Script>>,
    handed_out: Arc<AtomicUsize>,
    step: u64,
}

#[async_trait]
impl Source for Scripted {
    async fn open(&self, requests: Vec<StreamRequest>) -> Result<Vec<Box<dyn Capture>>> {
        let open = |request: StreamRequest| -> Box<dyn Capture> {
            let script = Arc::clone(&self.scripts[&request.stream]);
            let saved = request.checkpoint.and_then(|checkpoint| checkpoint.progress?.as_u64());
            let mode = {
                let mut script = script.lock().unwrap();
                script.resumed_from.push(saved);
                script.mode
            };
            let descriptor = StreamDescriptor::new(request.stream, ["id"]).with_mode(mode);
            let handed_out = Arc::clone(&self.handed_out);
            let step = saved.unwrap_or(0);
            Box::new(ScriptedCapture { streams: [Arc::new(descriptor)], script, handed_out, step })
        };
        Ok(requests.into_iter().map(open).collect())
    }
}

impl ScriptedCapture {
    fn batch(&mut self, part: Part, note: Option<&str>) -> Step {
        self.step += 1;
        self.handed_out.fetch_add(1, Ordering::SeqCst);
        let mut batch = Batch::new(vec![part], Checkpoint::from(json!(self.step)));
        batch.requests = 1;
        batch.notes.extend(note.map(str::to_owned));
        Step::Batch(batch)
    }
}

#[async_trait]
impl Capture for ScriptedCapture {
    fn streams(&self) -> &[Arc<StreamDescriptor>] {
        &self.streams
    }

    async fn next(&mut self) -> Result<Step> {
        let mut act = self.script.lock().unwrap().acts.pop_front();
        if let Some(Act::Wait(time)) = act {
            tokio::time::sleep(time).await;
            act = self.script.lock().unwrap().acts.pop_front();
        }
        match act {
            Some(Act::Part(part)) => Ok(self.batch(part, None)),
            Some(Act::Noted(part, note)) => Ok(self.batch(part, Some(note))),
            Some(Act::Fail(kind)) => Err(Error::new(kind, "as scripted").with_requests(1)),
            Some(Act::Panic) => panic!("as scripted"),
            Some(Act::Hang) => std::future::pending().await,
            Some(Act::Wait(_)) => panic!("one wait follows another"),
            Some(Act::UpToDate) | None => Ok(Step::UpToDate { requests: 0 }),
        }
    }

    fn rereads(&self, _: usize) -> bool {
        self.script.lock().unwrap().there.is_some()
    }

    async fn reread(&mut self, stream: usize, keys: &[Key], _: Purpose) -> Result<Batch> {
        let mut script = self.script.lock().unwrap();
        script.rereads.push(keys.iter().map(|key| key.as_str().to_owned()).collect());
        let there = script.there.clone().unwrap_or_default();
        let found = |key: &Key| match there.contains(&key.as_str()) {
            true => record(key.as_str()),
            false => Record::gone(key.clone(), Gone::NotFound),
        };
        let part = Part::new(stream, keys.iter().map(found).collect());
        Ok(Batch::new(vec![part], Checkpoint::from(json!(self.step))))
    }
}

fn record(key: &str) -> Record {
    Record::upsert(key, format!(r#"{{"id":"{key}"}}"#))
}

pub(crate) fn part(keys: &[&str]) -> Part {
    Part::new(0, keys.iter().map(|key| record(key)).collect())
}

/// Records of a listing of changes, whole.
pub(crate) fn changes(keys: &[&str]) -> Act {
    Act::Part(part(keys).begins(Extent::Changes).ends(Ends::Complete))
}

/// The first page of a full listing.
pub(crate) fn first(keys: &[&str]) -> Act {
    Act::Part(part(keys).begins(Extent::Everything))
}

/// A page in the middle of a listing.
pub(crate) fn middle(keys: &[&str]) -> Act {
    Act::Part(part(keys))
}

/// The last page of a listing.
pub(crate) fn last(keys: &[&str]) -> Act {
    Act::Part(part(keys).ends(Ends::Complete))
}

/// A full listing of one page.
pub(crate) fn full(keys: &[&str]) -> Act {
    full_that(keys, Ends::Complete)
}

pub(crate) fn full_that(keys: &[&str], ends: Ends) -> Act {
    Act::Part(part(keys).begins(Extent::Everything).ends(ends))
}

pub(crate) fn me() -> Identity {
    Identity::new("me", "https://example.org")
}

/// Notes what it was given, and can be told to fail or to be slow.
#[derive(Clone, Default)]
pub(crate) struct Lines {
    pub(crate) written: Arc<Mutex<Vec<String>>>,
    pub(crate) flushed: Arc<AtomicUsize>,
    pub(crate) fail_flush: Option<ErrorKind>,
    pub(crate) pause: Duration,
    pub(crate) largest_lead: Arc<AtomicUsize>,
    pub(crate) handed_out: Option<Arc<AtomicUsize>>,
    pub(crate) writes: Arc<AtomicUsize>,
}

#[async_trait]
impl Appender for Lines {
    async fn open(&mut self, _: &[Arc<StreamDescriptor>], _: Option<&Watermark>) -> Result<()> {
        Ok(())
    }

    async fn append(&mut self, write: &Write) -> Result<()> {
        tokio::time::sleep(self.pause).await;
        let done = self.writes.fetch_add(1, Ordering::SeqCst);
        if let Some(handed_out) = &self.handed_out {
            self.largest_lead.fetch_max(handed_out.load(Ordering::SeqCst) - done, Ordering::SeqCst);
        }
        let line = |record: &Record| match record.op {
            Op::Upsert(_) => record.key.as_str().to_owned(),
            Op::Gone(_) => format!("-{}", record.key.as_str()),
        };
        self.written.lock().unwrap().extend(write.records.iter().map(line));
        Ok(())
    }

    async fn flush(&mut self) -> Result<Option<Watermark>> {
        if let Some(kind) = self.fail_flush {
            return Err(Error::new(kind, "as scripted"));
        }
        self.flushed.store(self.written.lock().unwrap().len(), Ordering::SeqCst);
        Ok(None)
    }

    async fn close(&mut self) -> Result<()> {
        Ok(())
    }
}
