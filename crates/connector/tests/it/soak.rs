//! Three days of polling, in seconds, on a clock that jumps.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use capture_core::{
    Batch, Capture, Checkpoint, Ends, Extent, Identity, Mode, Part, Record, Result, Runner, Selection,
    Source, Step, StreamDescriptor, StreamRequest, Token,
};
use sink_estuary::{Acknowledgements, Binding, Codec, EstuarySink, Numbers, Output, SavedState};
use source_ashby::{Status, runner_options};
use tokio::io::AsyncWrite;
use tokio_util::sync::CancellationToken;

use crate::process::ALONE;

const DAY: Duration = Duration::from_secs(86_400);
const INTERVAL: Duration = Duration::from_secs(300);
const STREAMS: u64 = 24;
/// Of them, so many are listed whole.
const SNAPSHOTS: u64 = 4;
/// Records that change between two polls of a stream.
const CHANGES: u64 = 3;

/// Every poll is a request; some fail.
#[derive(Clone, Default)]
struct Scripted {
    requests: Arc<Mutex<BTreeMap<String, u64>>>,
}

struct ScriptedCapture {
    source: Scripted,
    streams: [Arc<StreamDescriptor>; 1],
    polls: u64,
    is_complete: bool,
}

#[async_trait]
impl Source for Scripted {
    async fn open(&self, requests: Vec<StreamRequest>) -> Result<Vec<Box<dyn Capture>>> {
        let open = |(index, request): (usize, StreamRequest)| -> Box<dyn Capture> {
            let mode = if (index as u64) < SNAPSHOTS { Mode::Snapshot } else { Mode::Incremental };
            let stream = StreamDescriptor::new(request.stream, ["id"]).with_mode(mode);
            Box::new(ScriptedCapture {
                source: self.clone(),
                streams: [Arc::new(stream)],
                polls: 0,
                is_complete: false,
            })
        };
        Ok(requests.into_iter().enumerate().map(open).collect())
    }
}

#[async_trait]
impl Capture for ScriptedCapture {
    fn streams(&self) -> &[Arc<StreamDescriptor>] {
        &self.streams
    }

    async fn next(&mut self) -> Result<Step> {
        if std::mem::take(&mut self.is_complete) {
            return Ok(Step::UpToDate { requests: 0 });
        }
        self.is_complete = true;
        self.polls += 1;
        *self
            .source
            .requests
            .lock()
            .expect("nothing panics")
            .entry(self.streams[0].name.clone())
            .or_default() += 1;
        let is_snapshot = self.streams[0].mode == Mode::Snapshot;
        // What is listed whole stays the same.
        let first = if is_snapshot { 0 } else { self.polls * CHANGES };
        let record = |id: u64| {
            Record::upsert(id.to_string(), format!(r#"{{"id":"{id}","text":"{}"}}"#, "x".repeat(500)))
        };
        let records = (first..first + CHANGES).map(record).collect();
        let extent = if is_snapshot { Extent::Everything } else { Extent::Changes };
        let part = Part::new(0, records).begins(extent).ends(Ends::Complete);
        let token = Token::new(self.polls.to_string());
        let mut batch = Batch::new(vec![part], Checkpoint::new(Some(token), None));
        batch.requests = 1;
        batch.notes = vec!["a note with every poll".to_owned()];
        Ok(Step::Batch(batch))
    }
}

/// Counts what is written.
#[derive(Clone, Default)]
struct Counter {
    documents: Arc<AtomicU64>,
    checkpoints: Arc<AtomicU64>,
}

impl AsyncWrite for Counter {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        for line in bytes.split(|byte| *byte == b'\n') {
            let counter = if line.starts_with(b"{\"captured\"") {
                &self.documents
            } else if line.starts_with(b"{\"checkpoint\"") {
                &self.checkpoints
            } else {
                continue;
            };
            counter.fetch_add(1, Ordering::Relaxed);
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn resident_bytes() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").expect("there is a /proc");
    pages.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("a number") * 4096
}

/// Alone in a process, since its memory is measured.
#[test]
fn three_days_cost_what_they_must_and_no_memory() {
    if std::env::var_os(ALONE).is_some() {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_time().start_paused(true).build().expect("a runtime").block_on(three_days());
        return;
    }
    let ended = Command::new(std::env::current_exe().expect("this is a program"))
        .args(["--exact", "soak::three_days_cost_what_they_must_and_no_memory", "--test-threads=1"])
        .env(ALONE, "1")
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && text.contains("1 passed"), "{text}");
}

async fn three_days() {
    let names: Vec<String> = (0..STREAMS).map(|index| format!("stream_{index:02}")).collect();
    let binding =
        |(index, name): (u32, &String)| Binding { stream: name.clone(), index, state_key: name.clone() };
    let bindings: Vec<Binding> = (0..).zip(&names).map(binding).collect();
    let (source, written) = (Scripted::default(), Counter::default());
    let saved = SavedState::default();
    let output = Output::new(Codec::Json, written.clone());
    let sink = EstuarySink::new(output, bindings, &saved, Numbers::Exact, Acknowledgements::none());
    let status = Arc::new(Status::new(names.iter().map(|name| (name.as_str(), false))));
    let runner = Runner::new(source.clone(), sink)
        .options(runner_options(names.len()))
        .observer(Arc::clone(&status) as _);
    let selection = |name: &String| Selection::new(name.as_str()).every(INTERVAL);
    let cancel = CancellationToken::new();
    let run = runner.run(names.iter().map(selection), Identity::anyone("script"), cancel.clone());

    let measure = async {
        // Allocators take their time to settle.
        tokio::time::sleep(DAY / 2).await;
        let early = resident_bytes();
        tokio::time::sleep(DAY * 5 / 2).await;
        let late = resident_bytes();
        cancel.cancel();
        (early, late)
    };
    let (report, (early, late)) = tokio::join!(run, measure);
    assert!(report.expect("the run ends well").interrupted);
    assert!(late < early + (2 << 20), "memory grew from {early} to {late} bytes");

    // The jitter adds up to a twentieth to the interval, and nothing else does.
    let most = (DAY * 3).as_secs() / INTERVAL.as_secs() + 1;
    let requests = source.requests.lock().expect("nothing panics").clone();
    assert_eq!(requests.len() as u64, STREAMS);
    for (stream, count) in &requests {
        assert!(
            *count <= most && *count >= most * 20 / 21 - 1,
            "{stream}: {count} requests, not about {most}"
        );
    }
    let total: u64 = requests.values().sum();
    let snapshots: u64 = requests.iter().take(SNAPSHOTS as usize).map(|(_, count)| count).sum();
    let documents = written.documents.load(Ordering::Relaxed);
    assert_eq!(documents, (total - snapshots) * CHANGES + SNAPSHOTS * CHANGES, "snapshots are sent once");
    assert!(written.checkpoints.load(Ordering::Relaxed) <= total + 1);
}
