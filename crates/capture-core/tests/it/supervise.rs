//! Runs that are started anew in the same process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use capture_core::{
    Committed, Error, ErrorKind, Event, Key, MemorySink, Observer, Pauses, Result, Runner, RunnerOptions,
    Share, Sink, State, StateUpdate, StreamDescriptor, Sweep, Write, supervise,
};
use tokio_util::sync::CancellationToken;

use crate::scripted::{Act, Scripted, full, me};

/// A sink on a disk that is full when it first commits.
struct FullOnce {
    disk: MemorySink,
    is_full: Arc<AtomicBool>,
}

#[async_trait]
impl Sink for FullOnce {
    async fn load(&mut self) -> Result<State> {
        self.disk.load().await
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        self.disk.open(streams).await
    }

    async fn write(&mut self, write: Write) -> Result<()> {
        self.disk.write(write).await
    }

    async fn sweep(&mut self, sweep: Sweep) -> Result<()> {
        self.disk.sweep(sweep).await
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        self.disk.unseen(sweep).await
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        self.disk.known(stream, keys).await
    }

    async fn commit(&mut self, update: &StateUpdate) -> Result<Committed> {
        match self.is_full.swap(false, Ordering::SeqCst) {
            true => Err(Error::new(ErrorKind::Storage, "no space left on device")),
            false => self.disk.commit(update).await,
        }
    }

    async fn close(&mut self) -> Result<()> {
        self.disk.close().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_was_full_is_said_once_and_written_to_when_it_has_room() {
    let rows = ["a", "b"];
    // What the first attempt read was not committed: the second reads it again.
    let source = Scripted::default()
        .stream("pets", [full(&rows), Act::UpToDate, full(&rows), Act::UpToDate, Act::Hang]);
    let (disk, is_full) = (MemorySink::new(), Arc::new(AtomicBool::new(true)));
    let said: Arc<Mutex<Vec<String>>> = Arc::default();
    let cancel = CancellationToken::new();
    let (log, stop) = (Arc::clone(&said), cancel.clone());
    let observer = move |event: &Event<'_>| match event {
        Event::Trouble { message, .. } => log.lock().unwrap().push(format!("trouble: {message}")),
        Event::Recovered { .. } => log.lock().unwrap().push("recovered".to_owned()),
        Event::Committed { .. } => stop.cancel(),
        _ => {}
    };
    let attempt = |observer: Arc<dyn Observer>| {
        let sink = FullOnce { disk: disk.clone(), is_full: Arc::clone(&is_full) };
        let options = RunnerOptions::default().interval(Some(Duration::from_secs(600)));
        let runner = Runner::new(source.clone(), sink).options(options).observer(observer);
        let (names, cancel) = (source.names(), cancel.clone());
        async move { runner.run(names, me(), cancel).await }
    };
    supervise(attempt, Arc::new(observer), Pauses::default(), cancel.clone()).await.unwrap();
    assert_eq!(*said.lock().unwrap(), ["trouble: no space left on device", "recovered"]);
    assert_eq!(source.resumed_from("pets"), [None, None]);
    assert_eq!(disk.rows("pets").keys().map(|key| key.as_str()).collect::<Vec<_>>(), rows);
}
