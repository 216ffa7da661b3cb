//! The laws find what they are there for: sinks and sources with one fault each break the law that speaks of it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use async_trait::async_trait;
use capture_core::conformance::{self as laws, Rows, SinkHarness, SourceHarness};
use capture_core::memory::MemorySource;
use capture_core::{
    Batch, Capture, Checkpoint, Committed, Error, ErrorKind, Key, MemorySink, Purpose, Record, Result, Share,
    Sink, Source, State, StateUpdate, Step, StreamDescriptor, StreamRequest, Sweep, Write,
};
use futures_util::FutureExt;

type Law<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A fault, and the law that it breaks.
type Planted<F, H> = (F, fn(&H) -> Law<'_>);

/// Whether the law finds a fault.
async fn finds(law: Law<'_>) -> bool {
    std::panic::AssertUnwindSafe(law).catch_unwind().await.is_err()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SinkFault {
    None,
    SwallowsWrites,
    SwallowsCommits,
    SavesTheStateFirst,
    SwallowsSweeps,
    SweepsNothing,
    SweepsTooMuch,
    LeavesTornTail,
}

const WRITES: u8 = 1;
const COMMITS: u8 = 2;

/// A destination in memory that can be made to fail, and a sink with a fault.
#[derive(Clone)]
struct Memory {
    sink: MemorySink,
    broken: Arc<AtomicU8>,
    /// It ends with half a record, of which the next one becomes a part.
    torn: Arc<AtomicBool>,
    fault: SinkFault,
}

impl Memory {
    fn with(fault: SinkFault) -> Self {
        Self { sink: MemorySink::new(), broken: Arc::default(), torn: Arc::default(), fault }
    }

    fn is_broken(&self, what: u8) -> Result<()> {
        if self.broken.load(Ordering::Relaxed) == what {
            return Err(Error::new(ErrorKind::Storage, "the destination is broken"));
        }
        Ok(())
    }

    fn swallows(&self, fault: SinkFault, result: Result<()>) -> Result<bool> {
        match result {
            Ok(()) => Ok(false),
            Err(_) if self.fault == fault => Ok(true),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Sink for Memory {
    async fn load(&mut self) -> Result<State> {
        self.sink.load().await
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        if self.fault != SinkFault::LeavesTornTail {
            self.torn.store(false, Ordering::Relaxed);
        }
        self.sink.open(streams).await
    }

    async fn write(&mut self, mut write: Write) -> Result<()> {
        if !write.records.is_empty() && self.torn.swap(false, Ordering::Relaxed) {
            write.records.remove(0);
        }
        match self.swallows(SinkFault::SwallowsWrites, self.is_broken(WRITES))? {
            true => Ok(()),
            false => self.sink.write(write).await,
        }
    }

    async fn sweep(&mut self, mut sweep: Sweep) -> Result<()> {
        let swallowed = self.swallows(SinkFault::SwallowsSweeps, self.is_broken(WRITES))?;
        match self.fault {
            _ if swallowed => return Ok(()),
            SinkFault::SweepsNothing => return Ok(()),
            SinkFault::SweepsTooMuch => sweep.since = sweep.since.next(),
            _ => {}
        }
        self.sink.sweep(sweep).await
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        self.sink.unseen(sweep).await
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        self.sink.known(stream, keys).await
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        let broken = self.is_broken(COMMITS);
        if self.fault == SinkFault::SavesTheStateFirst && broken.is_err() {
            let mut other = self.sink.clone();
            other.load().await?;
            other.commit(update).await?;
        }
        match self.swallows(SinkFault::SwallowsCommits, broken)? {
            true => Ok(Committed::default()),
            false => self.sink.commit(update).await,
        }
    }

    async fn close(&mut self) -> Result<()> {
        self.sink.close().await
    }
}

#[async_trait]
impl SinkHarness for Memory {
    async fn open(&self) -> Box<dyn Sink> {
        Box::new(self.clone())
    }

    async fn rows(&self, stream: &StreamDescriptor) -> Rows {
        let rows = self.sink.rows(&stream.name);
        let value = |body: &[u8]| serde_json::from_slice(body).unwrap();
        rows.iter().map(|(key, row)| (key.as_str().to_owned(), Some(value(&row.body)))).collect()
    }

    async fn break_writes(&self) -> bool {
        self.broken.store(WRITES, Ordering::Relaxed);
        true
    }

    async fn break_commits(&self) -> bool {
        self.broken.store(COMMITS, Ordering::Relaxed);
        true
    }

    async fn mend(&self) {
        self.broken.store(0, Ordering::Relaxed);
    }

    async fn tear(&self) -> bool {
        self.torn.store(true, Ordering::Relaxed);
        true
    }

    fn is_exclusive(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn a_sink_without_a_fault_obeys_where_the_destination_can_fail() {
    laws::sink(|| Memory::with(SinkFault::None)).await;
}

#[tokio::test]
async fn faults_of_sinks_are_found() {
    let faults: [Planted<SinkFault, Memory>; 9] = [
        (SinkFault::SwallowsWrites, |sink| {
            Box::pin(laws::a_failed_write_is_an_error_and_the_state_stays(sink))
        }),
        (SinkFault::SwallowsWrites, |sink| Box::pin(laws::failures_lose_nothing(sink))),
        (SinkFault::SwallowsCommits, |sink| {
            Box::pin(laws::a_failed_commit_is_an_error_and_the_state_stays(sink))
        }),
        (SinkFault::SwallowsCommits, |sink| Box::pin(laws::failures_lose_nothing(sink))),
        (SinkFault::SavesTheStateFirst, |sink| {
            Box::pin(laws::a_failed_commit_is_an_error_and_the_state_stays(sink))
        }),
        (SinkFault::SwallowsSweeps, |sink| {
            Box::pin(laws::a_failed_sweep_is_an_error_and_can_be_done_again(sink))
        }),
        (SinkFault::SweepsNothing, |sink| Box::pin(laws::a_sweep_buries_what_was_not_seen_since(sink))),
        (SinkFault::SweepsTooMuch, |sink| Box::pin(laws::a_sweep_buries_what_was_not_seen_since(sink))),
        (SinkFault::LeavesTornTail, |sink| Box::pin(laws::a_torn_tail_is_repaired(sink))),
    ];
    for (fault, law) in faults {
        assert!(finds(law(&Memory::with(fault))).await, "{fault:?} was not found");
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SourceFault {
    None,
    /// A step that was dropped while it waited is lost.
    LosesDropped,
    /// A step that failed is lost.
    LosesFailed,
    BeginsAgain,
    NeverEnds,
    SkipsOnResume,
    IgnoresFull,
    TakesAnyStream,
    TakesAnyCheckpoint,
    SaysNothingOfUnknownKeys,
    RereadMovesOn,
    NeverNotices,
}

/// A source in memory that waits in the middle of each step, can be made to fail, and has a fault.
#[derive(Clone)]
struct Waiting {
    source: MemorySource,
    fails: Arc<AtomicBool>,
    fault: SourceFault,
}

impl Waiting {
    fn with(fault: SourceFault) -> Self {
        let source = MemorySource::new("pets", []).page_records(3);
        for number in 0..20 {
            source.push(Record::upsert(number.to_string(), format!(r#"{{"id":"{number}"}}"#)));
        }
        Self { source, fails: Arc::default(), fault }
    }
}

struct WaitingCapture {
    inner: Box<dyn Capture>,
    fails: Arc<AtomicBool>,
    fault: SourceFault,
    is_resumed: bool,
    steps: usize,
    was_through: bool,
    /// Done, and not handed out yet.
    ready: Option<Step>,
}

#[async_trait]
impl Source for Waiting {
    async fn open(&self, mut requests: Vec<StreamRequest>) -> Result<Vec<Box<dyn Capture>>> {
        let is_resumed = requests[0].checkpoint.is_some();
        for request in &mut requests {
            match self.fault {
                SourceFault::TakesAnyStream => request.stream = "pets".to_owned(),
                SourceFault::TakesAnyCheckpoint
                    if request.checkpoint == Some(Checkpoint::from(serde_json::json!(["not", "yours"]))) =>
                {
                    request.checkpoint = None;
                }
                SourceFault::IgnoresFull => request.full = false,
                _ => {}
            }
        }
        let captures = self.source.open(requests).await?;
        let waiting = |inner| -> Box<dyn Capture> {
            let (fails, fault) = (Arc::clone(&self.fails), self.fault);
            let (steps, was_through, ready) = (0, false, None);
            Box::new(WaitingCapture { inner, fails, fault, is_resumed, steps, was_through, ready })
        };
        Ok(captures.into_iter().map(waiting).collect())
    }
}

impl WaitingCapture {
    fn fails(&self) -> Result<()> {
        if self.fails.swap(false, Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Transient, "the request failed"));
        }
        Ok(())
    }

    fn spoil(&self, batch: &mut Batch) {
        for part in &mut batch.parts {
            match self.fault {
                SourceFault::BeginsAgain if self.is_resumed && self.steps == 1 => {
                    part.begins = Some(capture_core::Extent::Everything);
                }
                SourceFault::NeverEnds if self.is_resumed => part.ends = None,
                SourceFault::SkipsOnResume if self.is_resumed && self.steps == 1 => part.records.clear(),
                SourceFault::NeverNotices if self.was_through || self.is_resumed => part.records.clear(),
                _ => {}
            }
        }
    }
}

#[async_trait]
impl Capture for WaitingCapture {
    fn streams(&self) -> &[Arc<StreamDescriptor>] {
        self.inner.streams()
    }

    async fn next(&mut self) -> Result<Step> {
        tokio::task::yield_now().await;
        let fails = self.fails();
        if self.fault != SourceFault::LosesFailed {
            fails?;
        } else if let Err(error) = fails {
            self.inner.next().await?;
            return Err(error);
        }
        if self.ready.is_none() {
            let step = self.inner.next().await?;
            if self.fault == SourceFault::LosesDropped {
                tokio::task::yield_now().await;
            }
            self.ready = Some(step);
        }
        tokio::task::yield_now().await;
        let mut step = self.ready.take().unwrap();
        self.steps += 1;
        match &mut step {
            Step::Batch(batch) => self.spoil(batch),
            Step::UpToDate { .. } => self.was_through = true,
        }
        Ok(step)
    }

    fn rereads(&self, stream: usize) -> bool {
        self.inner.rereads(stream)
    }

    async fn reread(&mut self, stream: usize, keys: &[Key], purpose: Purpose) -> Result<Batch> {
        let mut batch = self.inner.reread(stream, keys, purpose).await?;
        match self.fault {
            SourceFault::SaysNothingOfUnknownKeys => {
                batch.parts[0].records.retain(|record| record.body().is_some());
            }
            SourceFault::RereadMovesOn => {
                self.inner.next().await?;
            }
            _ => {}
        }
        Ok(batch)
    }
}

#[async_trait]
impl SourceHarness for Waiting {
    async fn open(&self) -> Box<dyn Source> {
        Box::new(self.clone())
    }

    fn streams(&self) -> Vec<String> {
        vec!["pets".to_owned()]
    }

    async fn change(&self) -> bool {
        self.source.push(Record::upsert("3", r#"{"id":"3","new":true}"#));
        self.source.push(Record::upsert("new", r#"{"id":"new"}"#));
        true
    }

    async fn fail_once(&self) -> bool {
        self.fails.store(true, Ordering::Relaxed);
        true
    }
}

#[tokio::test]
async fn the_memory_source_obeys_the_laws_of_sources() {
    laws::source(|| Waiting::with(SourceFault::None)).await;
}

#[tokio::test]
async fn faults_of_sources_are_found() {
    use SourceFault as Fault;
    let faults: [Planted<Fault, Waiting>; 11] = [
        (Fault::LosesDropped, |source| Box::pin(laws::dropping_a_step_loses_nothing(source))),
        (Fault::LosesFailed, |source| Box::pin(laws::an_error_leaves_the_capture_usable(source))),
        (Fault::BeginsAgain, |source| Box::pin(laws::resuming_from_any_checkpoint_gives_the_rest(source))),
        (Fault::NeverEnds, |source| Box::pin(laws::resuming_from_any_checkpoint_gives_the_rest(source))),
        (Fault::SkipsOnResume, |source| Box::pin(laws::resuming_from_any_checkpoint_gives_the_rest(source))),
        (Fault::IgnoresFull, |source| Box::pin(laws::a_full_listing_can_be_asked_for(source))),
        (Fault::TakesAnyStream, |source| Box::pin(laws::what_is_not_its_own_is_refused(source))),
        (Fault::TakesAnyCheckpoint, |source| Box::pin(laws::what_is_not_its_own_is_refused(source))),
        (Fault::SaysNothingOfUnknownKeys, |source| {
            Box::pin(laws::reading_again_gives_what_is_there_and_moves_nothing(source))
        }),
        (Fault::RereadMovesOn, |source| {
            Box::pin(laws::reading_again_gives_what_is_there_and_moves_nothing(source))
        }),
        (Fault::NeverNotices, |source| Box::pin(laws::changes_are_in_the_next_poll(source))),
    ];
    for (fault, law) in faults {
        assert!(finds(law(&Waiting::with(fault))).await, "{fault:?} was not found");
    }
}
