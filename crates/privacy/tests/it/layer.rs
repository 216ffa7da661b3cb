//! The layer around a destination, in memory: what passes it, what it takes out, and the laws that it obeys.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use capture_core::conformance::{self, Rows, SinkHarness};
use capture_core::{
    Checkpoint, ErrorKind, Gone, Key, MemorySink, Place, Purge, Purging, Record, Removal, Result, Sink,
    Stamp, State, StateUpdate, StreamDescriptor, StreamState, Sweep, Within, Write,
};
use privacy::{Contract, Policy, Run, Selection, Veil, veiled};

/// A destination in memory, which can be purged of streams.
#[derive(Clone, Default)]
struct Memory {
    sink: Arc<Mutex<MemorySink>>,
    /// A crash comes in the middle of a purge.
    breaks: Arc<Mutex<bool>>,
}

impl Memory {
    fn sink(&self) -> MemorySink {
        self.sink.lock().unwrap().clone()
    }

    fn records(&self, stream: &str) -> Vec<(String, String)> {
        let rows = self.sink().rows(stream);
        let text = |row: &capture_core::memory::Row| String::from_utf8(row.body.to_vec()).unwrap();
        rows.iter().map(|(key, row)| (key.as_str().to_owned(), text(row))).collect()
    }
}

impl Place for Memory {
    fn address(&self) -> String {
        "memory".to_owned()
    }

    fn exists(&self) -> bool {
        true
    }

    fn open(&self) -> Result<Box<dyn Sink>> {
        Ok(Box::new(self.sink()))
    }

    fn peek(&self) -> Result<State> {
        Ok(self.sink().state())
    }

    fn purge(&self, purge: Purge, _: &[Arc<StreamDescriptor>]) -> Result<Box<dyn Purging>> {
        Ok(Box::new(Purger { memory: self.clone(), purge }))
    }
}

struct Purger {
    memory: Memory,
    purge: Purge,
}

#[async_trait]
impl Purging for Purger {
    async fn removal(&mut self) -> Result<Removal> {
        Ok(Removal::default())
    }

    async fn going(&mut self, _: &str) -> Result<BTreeSet<Key>> {
        Ok(BTreeSet::new())
    }

    async fn carry_out(&mut self) -> Result<()> {
        if std::mem::take(&mut *self.memory.breaks.lock().unwrap()) {
            return Err(capture_core::Error::new(ErrorKind::Storage, "the power went"));
        }
        // All of it, for lack of streams: what is left is written into another.
        let old = self.memory.sink();
        let mut left = MemorySink::new();
        let state = left.load().await?;
        drop(state);
        for stream in ["candidates", "users", "jobs"] {
            if self.purge.concerns(stream) {
                continue;
            }
            let records = old
                .rows(stream)
                .iter()
                .map(|(key, row)| Record::upsert(key.clone(), row.body.clone()))
                .collect();
            left.write(Write::new(described(stream), Stamp::new(1), records)).await?;
        }
        let kept = old.state().streams.into_iter().filter(|(name, _)| !self.purge.concerns(name));
        left.commit(&StateUpdate::new(kept.map(|(name, state)| (name, Some(state))))).await?;
        *self.memory.sink.lock().unwrap() = left;
        Ok(())
    }

    fn files(&self) -> Vec<std::path::PathBuf> {
        Vec::new()
    }
}

fn described(stream: &str) -> Arc<StreamDescriptor> {
    let known = ashby_source::stream(stream).map(|stream| stream.descriptor);
    Arc::new(known.unwrap_or_else(|| StreamDescriptor::new(stream, ["id"])))
}

fn veil(text: &str) -> Arc<Veil> {
    let contract = Contract::ashby();
    let policy = match Policy::preset(text) {
        Some(policy) => policy,
        None => Policy::parse(text, Path::new("privacy.toml"), &contract).unwrap(),
    };
    Arc::new(Veil::new(contract, [policy]))
}

/// One run: writes these records, and says that it is through.
async fn run(memory: &Memory, veil: &Arc<Veil>, stream: &str, records: Vec<Record>) -> Result<State> {
    let mut sink = veiled(Box::new(memory.clone()), Arc::clone(veil), Run::said()).open()?;
    let state = sink.load().await?;
    sink.open(&[described(stream)]).await?;
    sink.write(Write::new(described(stream), Stamp::new(5), records)).await?;
    let through = StreamState::new(Checkpoint::default(), jiff::Timestamp::UNIX_EPOCH);
    sink.commit(&StateUpdate::new([(stream.to_owned(), Some(through))])).await?;
    sink.close().await?;
    Ok(state)
}

fn mia() -> Record {
    Record::upsert("1", r#"{"id":"1","name":"Mia","tags":[]}"#)
}

#[tokio::test]
async fn another_policy_writes_anew_what_differs_and_nothing_else() {
    let memory = Memory::default();
    let (full, strict) = (veil("full"), veil("preset = \"full\"\n[fields]\n\"candidates.name\" = \"drop\""));
    run(&memory, &full, "candidates", vec![mia()]).await.unwrap();
    run(&memory, &full, "users", vec![Record::upsert("u", r#"{"id":"u"}"#)]).await.unwrap();
    assert!(memory.records("candidates")[0].1.contains("Mia"));
    assert_eq!(memory.sink().state().streams["candidates"].policy, None);

    // A crash while the old rows are taken out leaves what says that they must be.
    *memory.breaks.lock().unwrap() = true;
    assert!(run(&memory, &strict, "candidates", vec![]).await.is_err());
    assert!(memory.sink().state().streams["candidates"].policy.is_none());

    let state = run(&memory, &strict, "candidates", vec![mia()]).await.unwrap();
    assert!(!state.streams.contains_key("candidates"), "it is listed from the start");
    assert!(state.streams.contains_key("users"), "of which nothing else leaves than before");
    assert_eq!(memory.records("candidates"), [("1".to_owned(), r#"{"id":"1","tags":[]}"#.to_owned())]);
    let mark = memory.sink().state().streams["candidates"].policy.clone().unwrap();
    assert_eq!(mark.name, "privacy");

    // The same again changes nothing; none at all is refused, and said to be none it is written anew.
    let state = run(&memory, &strict, "candidates", vec![mia()]).await.unwrap();
    assert!(state.streams.contains_key("candidates"));
    let mut unsaid = veiled(Box::new(memory.clone()), Arc::new(Veil::open()), Run::default()).open().unwrap();
    let error = unsaid.load().await.unwrap_err();
    assert!(
        error.kind() == ErrorKind::Configuration && error.to_string().contains("privacy policy privacy"),
        "{error}"
    );
    run(&memory, &full, "candidates", vec![mia()]).await.unwrap();
    assert!(memory.records("candidates")[0].1.contains("Mia"));
}

#[tokio::test]
async fn another_selection_leaves_streams_alone_that_the_run_is_not_about() {
    let memory = Memory::default();
    let contract = Contract::ashby();
    let some = Veil::open().selected(Selection::parse(["-candidates.name"], &contract).unwrap());
    run(&memory, &Arc::new(some), "candidates", vec![mia()]).await.unwrap();
    assert!(!memory.records("candidates")[0].1.contains("Mia"));
    let load = async |streams: Option<&str>, veil: Veil| {
        let streams = streams.map(|stream| [stream.to_owned()].into());
        let run = Run { is_said: false, streams };
        veiled(Box::new(memory.clone()), Arc::new(veil), run).open().unwrap().load().await
    };
    assert!(load(Some("users"), Veil::open()).await.unwrap().streams.contains_key("candidates"));
    // A policy is about the destination.
    let strict = Veil::new(contract, Policy::preset("minimal"));
    assert!(load(Some("users"), strict).await.unwrap().streams.is_empty());
    assert!(memory.records("candidates").is_empty());
}

#[tokio::test]
async fn keys_and_scopes_are_hashed_alike() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("key"), "k".repeat(40)).unwrap();
    let contract = Contract::ashby();
    let text = "preset = \"full\"\nkey_file = \"key\"\n[classes]\nidentifier = \"hash\"";
    let policy = Policy::parse(text, &directory.path().join("privacy.toml"), &contract).unwrap();
    let veil = Arc::new(Veil::new(contract, [policy]));
    let plan = veil.plan("candidate_notes");
    let memory = Memory::default();
    let note = Record::upsert("n1", r#"{"id":"n1","candidateId":"c1","content":"x"}"#).in_scope("c1");
    let gone = Record::gone("n2", Gone::MergedInto("n1".into()));
    let place = veiled(Box::new(memory.clone()), Arc::clone(&veil), Run::said());
    let mut sink = place.open().unwrap();
    sink.load().await.unwrap();
    let stream = described("candidate_notes");
    sink.open(std::slice::from_ref(&stream)).await.unwrap();
    let other = Record::upsert("n2", r#"{"id":"n2","candidateId":"c1"}"#).in_scope("c1");
    sink.write(Write::new(Arc::clone(&stream), Stamp::new(2), vec![note, other])).await.unwrap();
    assert_eq!(sink.known(&stream, &["n1".into(), "n9".into()]).await.unwrap(), Some(1));
    sink.write(Write::new(Arc::clone(&stream), Stamp::new(3), vec![gone])).await.unwrap();
    let sweep = Sweep::new(Arc::clone(&stream), Stamp::new(3), Within::Scopes(vec!["c1".into()]));
    let share = sink.unseen(&sweep).await.unwrap();
    assert_eq!((share.unseen, share.keys.len()), (1, 0), "nobody could be asked by a hash");
    sink.commit(&StateUpdate::default()).await.unwrap();
    let rows = memory.sink().all_rows("candidate_notes");
    let hashed = |key: &str| plan.key(&Key::from(key));
    assert_eq!(rows[&hashed("n2")].gone, Some(Gone::MergedInto(hashed("n1"))));
    assert_eq!(rows[&hashed("n1")].scope, Some(plan.owner(&"c1".into())));
    let text = format!("{:?}", rows.values().map(|row| row.body.clone()).collect::<Vec<_>>());
    assert!(!text.contains("n1") && !text.contains("c1"), "{text}");
    sink.sweep(sweep).await.unwrap();
    sink.commit(&StateUpdate::default()).await.unwrap();
    assert!(memory.sink().rows("candidate_notes").is_empty());
}

#[tokio::test]
async fn what_may_not_be_there_any_more_is_erased_and_what_never_was_is_not_named() {
    let memory = Memory::default();
    let only = veil("preset = \"full\"\n[rows]\nconfidential = \"exclude\"");
    let job =
        |id: &str, secret: bool| Record::upsert(id, format!(r#"{{"id":"{id}","confidential":{secret}}}"#));
    run(&memory, &only, "jobs", vec![job("a", false), job("b", true)]).await.unwrap();
    assert_eq!(memory.records("jobs").len(), 1);
    assert!(memory.sink().all_rows("jobs").len() == 1, "of the other not even a grave");
    run(&memory, &only, "jobs", vec![job("a", true), job("b", true)]).await.unwrap();
    let rows = memory.sink().all_rows("jobs");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[&Key::from("a")].gone, Some(Gone::Erased));
}

#[tokio::test]
async fn a_stream_whose_key_may_not_leave_does_not_leave() {
    let memory = Memory::default();
    let sender = Record::upsert("m@example.com", r#"{"email":"m@example.com"}"#);
    run(&memory, &veil("no-contact"), "email_senders", vec![sender.clone()]).await.unwrap();
    assert!(memory.records("email_senders").is_empty());
    run(&memory, &veil("full"), "email_senders", vec![sender]).await.unwrap();
    assert_eq!(memory.records("email_senders").len(), 1);
}

#[tokio::test]
async fn destinations_are_told_of_no_field_that_does_not_leave() {
    let plan = veil("no-contact").plan("candidates");
    let left = plan.descriptor(&described("candidates"));
    let names: Vec<&str> = left.fields.iter().map(|field| &*field.name).collect();
    assert!(names.contains(&"id") && names.contains(&"tags") && !names.contains(&"name"), "{names:?}");
    let searchable = left.searchable.unwrap();
    assert!(searchable.title.is_empty() && searchable.body.contains(&"/tags/title".to_owned()));
    assert!(!searchable.body.iter().any(|place| place.contains("emailAddresses")));
}

struct Harness(Memory, Arc<Veil>);

#[async_trait]
impl SinkHarness for Harness {
    async fn open(&self) -> Box<dyn Sink> {
        veiled(Box::new(self.0.clone()), Arc::clone(&self.1), Run::said()).open().unwrap()
    }

    async fn rows(&self, stream: &StreamDescriptor) -> Rows {
        let rows = self.0.sink().rows(&stream.name);
        rows.iter()
            .map(|(key, row)| (key.as_str().to_owned(), Some(serde_json::from_slice(&row.body).unwrap())))
            .collect()
    }

    fn is_exclusive(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn the_laws_of_sinks_hold() {
    conformance::sink(|| Harness(Memory::default(), veil("full"))).await;
    // Streams that nobody knows, of which everything is let through, record by record.
    conformance::sink(|| {
        Harness(Memory::default(), veil("preset = \"full\"\nname = \"x\"\n[rows]\njobs = [\"x\"]"))
    })
    .await;
}
