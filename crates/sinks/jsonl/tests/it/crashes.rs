//! Random histories of changes, listings, kills at every step of a commit, torn ends, and files that are taken away:
//! in the end the lines fold to the truth, and none is there twice.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use capture_core::{
    Account, Appender, Appending, Checkpoint, Counts, Error, ErrorKind, FileStateStore, Key, Ledger, Record,
    Result, Share, Sink, Stamp, State, StateStore, StateUpdate, StreamDescriptor, StreamState, Sweep,
    Watermark, Within, Write,
};
use capture_ledger::SqliteLedger;
use proptest::prelude::*;
use serde_json::{Value, json};
use sink_jsonl::{Directory, state_path};

/// Burns through after so many steps.
#[derive(Clone)]
struct Fuse(Arc<AtomicUsize>);

impl Fuse {
    fn step(&self) -> Result<()> {
        let left = self.0.load(Ordering::SeqCst);
        if left == 0 {
            return Err(Error::new(ErrorKind::Storage, "killed"));
        }
        self.0.store(left - 1, Ordering::SeqCst);
        Ok(())
    }
}

/// Fails before or after a step that makes something durable, or in the middle of writing.
struct Fused<T>(T, Fuse);

#[async_trait]
impl<A: Appender> Appender for Fused<A> {
    async fn lost(&mut self, watermark: &Watermark) -> Result<Vec<String>> {
        self.0.lost(watermark).await
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>], watermark: Option<&Watermark>) -> Result<()> {
        self.0.open(streams, watermark).await?;
        self.1.step()
    }

    async fn recall(&mut self, stream: &StreamDescriptor) -> Result<Vec<Record>> {
        self.0.recall(stream).await
    }

    async fn append(&mut self, write: &Write) -> Result<()> {
        self.0.append(write).await?;
        self.1.step()
    }

    async fn flush(&mut self) -> Result<Option<Watermark>> {
        self.1.step()?;
        let watermark = self.0.flush().await?;
        self.1.step()?;
        Ok(watermark)
    }

    async fn close(&mut self) -> Result<()> {
        self.0.close().await
    }
}

#[async_trait]
impl<L: Ledger> Ledger for Fused<L> {
    async fn load(&mut self) -> Result<Option<Account>> {
        self.0.load().await
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        self.0.open(streams).await
    }

    async fn forget(&mut self, stream: &StreamDescriptor) -> Result<()> {
        self.0.forget(stream).await?;
        self.1.step()
    }

    async fn adopt(&mut self, stream: &StreamDescriptor, records: Vec<Record>) -> Result<()> {
        self.0.adopt(stream, records).await?;
        self.1.step()
    }

    async fn sift(&mut self, write: &mut Write) -> Result<Counts> {
        self.0.sift(write).await
    }

    async fn known(&mut self, stream: &StreamDescriptor, keys: &[Key]) -> Result<Option<u64>> {
        self.0.known(stream, keys).await
    }

    async fn unseen(&mut self, sweep: &Sweep) -> Result<Share> {
        self.0.unseen(sweep).await
    }

    async fn take_unseen(&mut self, sweep: &Sweep, limit: usize) -> Result<Vec<Record>> {
        self.0.take_unseen(sweep, limit).await
    }

    async fn commit(
        &mut self,
        watermark: Option<&Watermark>,
        stamps: &BTreeMap<String, Option<Stamp>>,
    ) -> Result<()> {
        self.0.commit(watermark, stamps).await?;
        self.1.step()
    }

    async fn close(&mut self) -> Result<()> {
        self.0.close().await
    }
}

#[async_trait]
impl<T: StateStore> StateStore for Fused<T> {
    async fn load(&mut self) -> Result<State> {
        self.0.load().await
    }

    async fn save(&mut self, update: &StateUpdate) -> Result<()> {
        self.0.save(update).await?;
        self.1.step()
    }
}

#[derive(Debug, Clone)]
enum Event {
    Change(u8, u8),
    Remove(u8),
    /// The process is killed at that step, if it comes so far; the last line is torn then or not.
    Sync {
        full: bool,
        kill_at: usize,
        torn: bool,
    },
    Rotate,
    Delete,
    /// Cut to so many hundredths.
    Cut(u8),
}

/// What is listed.
#[derive(Default)]
struct Truth {
    rows: BTreeMap<String, Value>,
    /// Changes, to be listed since any of them.
    log: Vec<(String, Value)>,
}

struct Case {
    directory: tempfile::TempDir,
    truth: Truth,
    stream: Arc<StreamDescriptor>,
    rotations: usize,
    was_killed: bool,
}

fn pets(directory: &Path) -> PathBuf {
    directory.join("pets.jsonl")
}

fn record(key: &str, value: &Value) -> Record {
    Record::upsert(key, value.to_string())
}

impl Case {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            truth: Truth::default(),
            stream: Arc::new(StreamDescriptor::new("pets", ["id"])),
            rotations: 0,
            was_killed: false,
        }
    }

    async fn run(&mut self, event: &Event) {
        let path = pets(self.directory.path());
        match event {
            Event::Change(key, value) => {
                let key = format!("k{}", key % 6);
                // Large enough that few of them are handed to the system before a commit.
                let row = json!({"id": key, "value": value % 4, "text": "x".repeat(20_000)});
                self.truth.rows.insert(key.clone(), row.clone());
                self.truth.log.push((key, row));
            }
            Event::Remove(key) => {
                self.truth.rows.remove(&format!("k{}", key % 6));
            }
            Event::Sync { full, kill_at, torn } => {
                self.was_killed = self.sync(*full, *kill_at).await.is_err();
                if self.was_killed && *torn && path.exists() {
                    let half = br#"{"id":"k1","value":1,"te"#;
                    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
                    std::io::Write::write_all(&mut file, half).unwrap();
                }
            }
            Event::Rotate => {
                // What a killed run left at the end would come again.
                if path.exists() && !self.was_killed {
                    self.rotations += 1;
                    fs::rename(&path, path.with_extension(format!("jsonl.{}", self.rotations))).unwrap();
                }
            }
            Event::Delete => _ = fs::remove_file(&path),
            Event::Cut(hundredths) => {
                if let Ok(found) = fs::metadata(&path) {
                    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
                    file.set_len(found.len() * u64::from(hundredths % 100) / 100).unwrap();
                }
            }
        }
    }

    /// As the runner does it.
    async fn sync(&self, full: bool, kill_at: usize) -> Result<()> {
        let fuse = Fuse(Arc::new(AtomicUsize::new(kill_at)));
        let state = state_path(self.directory.path());
        let mut sink = Appending::new(
            Fused(Directory::new(self.directory.path()), fuse.clone()),
            Fused(FileStateStore::new(&state), fuse.clone()),
            Fused(SqliteLedger::beside(&state), fuse),
        );
        let saved = sink.load().await?.streams.remove("pets");
        sink.open(&[Arc::clone(&self.stream)]).await?;
        let token = saved.as_ref().and_then(|saved| saved.checkpoint.progress.as_ref()?.as_u64());
        let since = token.filter(|_| !full).map(|token| token as usize);
        let records: Vec<Record> = match since {
            Some(since) => self.truth.log[since..].iter().map(|(key, row)| record(key, row)).collect(),
            None => self.truth.rows.iter().map(|(key, row)| record(key, row)).collect(),
        };
        let mut stamp = saved.as_ref().map_or(Stamp::NEVER, |saved| saved.stamp).next();
        let began = stamp;
        let state = |stamp, token: Option<u64>| {
            let checkpoint = Checkpoint::new(None, token.map(Value::from));
            let mut state = StreamState::new(checkpoint, "2026-01-01T00:00:00Z".parse().unwrap());
            state.stamp = stamp;
            StateUpdate::new([("pets".to_owned(), Some(state))])
        };
        for piece in records.chunks(4) {
            sink.write(Write::new(Arc::clone(&self.stream), stamp, piece.to_vec())).await?;
            sink.commit(&state(stamp, token)).await?;
            stamp = stamp.next();
        }
        if since.is_none() {
            sink.sweep(Sweep::new(Arc::clone(&self.stream), began, Within::Everything)).await?;
        }
        sink.commit(&state(stamp, Some(self.truth.log.len() as u64))).await?;
        sink.close().await
    }

    /// All lines, those that were put aside first.
    fn lines(&self) -> Vec<Value> {
        let path = pets(self.directory.path());
        let aside = (1..=self.rotations).map(|number| path.with_extension(format!("jsonl.{number}")));
        let texts = aside.chain([path.clone()]).map(|path| fs::read_to_string(path).unwrap_or_default());
        let lines = |text: String| text.lines().map(serde_json::from_str).collect::<Vec<_>>();
        texts.flat_map(lines).filter_map(|line| line.ok()).collect()
    }

    fn folded(&self) -> BTreeMap<String, Value> {
        let mut rows = BTreeMap::new();
        for line in self.lines() {
            let key = line["id"].as_str().unwrap().to_owned();
            if line["_deleted"] == true {
                rows.remove(&key)
            } else {
                rows.insert(key, line)
            };
        }
        rows
    }

    /// Runs a history, then lists quietly, twice.
    async fn ends_well(&mut self, history: &[Event]) {
        for event in history {
            self.run(event).await;
        }
        for full in [false, true] {
            self.sync(full, usize::MAX).await.unwrap();
        }
        assert!(self.folded() == self.truth.rows, "the lines do not fold to the truth");
        let before = self.lines().len();
        self.sync(true, usize::MAX).await.unwrap();
        assert_eq!(self.lines().len(), before, "a full listing appended what was there");
    }

    fn assert_no_line_is_there_twice(&self) {
        let mut last = BTreeMap::new();
        for line in self.lines() {
            let key = line["id"].as_str().unwrap().to_owned();
            let before = last.insert(key.clone(), line.clone());
            assert!(before.is_none_or(|before| before != line), "a line of {key} is there twice");
        }
    }
}

fn events(losses: bool) -> impl Strategy<Value = Vec<Event>> {
    let sync = (any::<bool>(), 0_usize..24, any::<bool>());
    let event = prop_oneof![
        6 => any::<(u8, u8)>().prop_map(|(key, value)| Event::Change(key, value)),
        2 => any::<u8>().prop_map(Event::Remove),
        4 => sync.prop_map(|(full, kill_at, torn)| Event::Sync { full, kill_at, torn }),
        1 => any::<u8>().prop_map(move |at| match losses {
            false => Event::Rotate,
            true if at % 3 == 0 => Event::Delete,
            true => Event::Cut(at),
        }),
    ];
    proptest::collection::vec(event, 0..40)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_killed_or_put_aside_each_line_is_there_once(history in events(false)) {
        let mut case = Case::new();
        block_on(case.ends_well(&history));
        case.assert_no_line_is_there_twice();
    }

    #[test]
    fn whatever_is_lost_comes_again(history in events(true)) {
        block_on(Case::new().ends_well(&history));
    }
}

#[tokio::test]
async fn a_kill_at_each_step_of_a_commit_leaves_no_ghost_and_no_repeat() {
    for kill_at in 0..16 {
        for torn in [false, true] {
            let mut case = Case::new();
            let history = [
                Event::Change(1, 1),
                Event::Change(2, 1),
                Event::Sync { full: false, kill_at: usize::MAX, torn },
                Event::Change(3, 1),
                Event::Sync { full: false, kill_at, torn },
                // It may have been written, and is never listed again.
                Event::Remove(3),
            ];
            case.ends_well(&history).await;
            case.assert_no_line_is_there_twice();
        }
    }
}
