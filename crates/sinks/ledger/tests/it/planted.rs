//! The laws find what they are there for in appenders as well: those with one fault each break the law that speaks of it.

use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use capture_core::conformance::{self as laws, Rows, SinkHarness};
use capture_core::{
    Appender, Appending, Error, ErrorKind, FileStateStore, Op, Result, Sink, StreamDescriptor, Watermark,
    Write, retried,
};
use capture_ledger::SqliteLedger;
use futures_util::FutureExt;
use serde_json::{Value, json};
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// What an append came to is not looked at.
    SwallowsAppends,
    /// The watermark speaks of what is still to be written.
    SwallowsFlushes,
    GivesUpAtOnce,
    /// What no commit spoke of is left where it is, and half of it with it.
    LeavesTornTail,
}

const WORKS: u8 = 0;
const NO_APPENDS: u8 = 1;
const NO_FLUSHES: u8 = 2;
const ONCE: u8 = 3;

/// A line: a record of a stream, or that it is gone; half of one has no end.
#[derive(Clone)]
struct Line {
    stream: String,
    key: String,
    record: Option<Value>,
    is_whole: bool,
}

/// A server that takes lines, and can be made to fail.
#[derive(Clone, Default)]
struct Server {
    lines: Arc<Mutex<Vec<Line>>>,
    broken: Arc<AtomicU8>,
}

impl Server {
    fn asks(&self, never: u8) -> Result<()> {
        let fails = match self.broken.load(Ordering::Relaxed) {
            ONCE => {
                self.broken.store(WORKS, Ordering::Relaxed);
                true
            }
            broken => broken == never,
        };
        if fails { Err(Error::new(ErrorKind::Unavailable, "the server answered 503")) } else { Ok(()) }
    }
}

struct Lines {
    server: Server,
    fault: Fault,
    /// Taken, and not sent.
    waiting: Vec<Line>,
}

impl Lines {
    async fn send(&self, never: u8) -> Result<()> {
        let asked = match self.fault {
            Fault::GivesUpAtOnce => self.server.asks(never),
            _ => retried(|| async { self.server.asks(never) }).await,
        };
        let swallows = match self.fault {
            Fault::SwallowsAppends => never == NO_APPENDS,
            Fault::SwallowsFlushes => never == NO_FLUSHES,
            _ => false,
        };
        if swallows { Ok(()) } else { asked }
    }
}

#[async_trait]
impl Appender for Lines {
    async fn open(&mut self, _: &[Arc<StreamDescriptor>], watermark: Option<&Watermark>) -> Result<()> {
        let known = watermark.and_then(|Watermark(count)| count.as_u64()).unwrap_or(0);
        if self.fault != Fault::LeavesTornTail {
            self.server.lines.lock().unwrap().truncate(known as usize);
        }
        Ok(())
    }

    async fn append(&mut self, write: &Write) -> Result<()> {
        self.send(NO_APPENDS).await?;
        for record in &write.records {
            let record_of = |body: &[u8]| serde_json::from_slice(body).unwrap();
            self.waiting.push(Line {
                stream: write.stream.name.clone(),
                key: record.key.as_str().to_owned(),
                record: match &record.op {
                    Op::Upsert(body) => Some(record_of(body)),
                    Op::Gone(_) => None,
                },
                is_whole: true,
            });
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<Option<Watermark>> {
        self.send(NO_FLUSHES).await?;
        let mut lines = self.server.lines.lock().unwrap();
        for line in self.waiting.drain(..) {
            match lines.last_mut() {
                // It is written behind half a line, of which it becomes a part.
                Some(last) if !last.is_whole => last.is_whole = true,
                _ => lines.push(line),
            }
        }
        Ok(Some(Watermark(json!(lines.len()))))
    }

    async fn close(&mut self) -> Result<()> {
        Ok(())
    }
}

struct Place {
    directory: TempDir,
    server: Server,
    fault: Fault,
}

impl Place {
    fn with(fault: Fault) -> Self {
        Self { directory: tempfile::tempdir().unwrap(), server: Server::default(), fault }
    }
}

#[async_trait]
impl SinkHarness for Place {
    async fn open(&self) -> Box<dyn Sink> {
        let state = self.directory.path().join("state.json");
        let appender = Lines { server: self.server.clone(), fault: self.fault, waiting: Vec::new() };
        Box::new(Appending::new(appender, FileStateStore::new(&state), SqliteLedger::beside(&state)))
    }

    async fn rows(&self, stream: &StreamDescriptor) -> Rows {
        let lines = self.server.lines.lock().unwrap().clone();
        let own = lines.into_iter().filter(|line| line.is_whole && line.stream == stream.name);
        let rows: std::collections::BTreeMap<_, _> = own.map(|line| (line.key, line.record)).collect();
        rows.into_iter().collect()
    }

    async fn break_writes(&self) -> bool {
        self.server.broken.store(NO_APPENDS, Ordering::Relaxed);
        true
    }

    async fn break_commits(&self) -> bool {
        self.server.broken.store(NO_FLUSHES, Ordering::Relaxed);
        true
    }

    async fn fail_once(&self) -> bool {
        self.server.broken.store(ONCE, Ordering::Relaxed);
        true
    }

    async fn mend(&self) {
        self.server.broken.store(WORKS, Ordering::Relaxed);
    }

    async fn tear(&self) -> bool {
        let (stream, key) = ("pets".to_owned(), "torn".to_owned());
        self.server.lines.lock().unwrap().push(Line { stream, key, record: None, is_whole: false });
        true
    }

    fn shows_uncommitted(&self) -> bool {
        true
    }
}

type Law<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A fault, and the law that it breaks.
type Planted = (Fault, fn(&Place) -> Law<'_>);

async fn finds(law: Law<'_>) -> bool {
    std::panic::AssertUnwindSafe(law).catch_unwind().await.is_err()
}

#[tokio::test(start_paused = true)]
async fn an_appender_without_a_fault_obeys_where_its_server_can_fail() {
    laws::sink(|| Place::with(Fault::None)).await;
}

#[tokio::test(start_paused = true)]
async fn faults_of_appenders_are_found() {
    let faults: [Planted; 6] = [
        (Fault::SwallowsAppends, |place| {
            Box::pin(laws::a_failed_write_is_an_error_and_the_state_stays(place))
        }),
        (Fault::SwallowsAppends, |place| Box::pin(laws::failures_lose_nothing(place))),
        (Fault::SwallowsFlushes, |place| {
            Box::pin(laws::a_failed_commit_is_an_error_and_the_state_stays(place))
        }),
        (Fault::SwallowsFlushes, |place| Box::pin(laws::failures_lose_nothing(place))),
        (Fault::GivesUpAtOnce, |place| Box::pin(laws::what_passes_is_tried_again(place))),
        (Fault::LeavesTornTail, |place| Box::pin(laws::a_torn_tail_is_repaired(place))),
    ];
    for (fault, law) in faults {
        assert!(finds(law(&Place::with(fault))).await, "{fault:?} was not found");
    }
}
