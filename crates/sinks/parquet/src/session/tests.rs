//! A run may end between any two things that it does to its files: what counts is what was there before or what was to be,
//! and the next run makes good the rest.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use capture_core::{
    Checkpoint, Error, ErrorKind, Gone, Key, Record, Result, Stamp, StateUpdate, StreamDescriptor,
    StreamState, Write,
};
use serde_json::json;

use super::Session;
use crate::known::KeyId;
use crate::reading::{text, texts};
use crate::store::{Blob, Directory, Held, Spool, Store, Tag};
use crate::upkeep;

const LEASE: Duration = Duration::from_secs(60);

/// A store whose process ends at its `last` change: before it is made, or right after, when nobody hears of it any more.
struct Ends {
    inner: Directory,
    changes: AtomicU64,
    last: u64,
    is_made: bool,
}

impl Ends {
    fn ended() -> Error {
        Error::new(ErrorKind::Storage, "the process has ended")
    }

    fn alive(&self) -> Result<()> {
        if self.changes.load(Ordering::Relaxed) >= self.last { Err(Self::ended()) } else { Ok(()) }
    }

    fn change<T>(&self, change: impl FnOnce() -> Result<T>) -> Result<T> {
        self.alive()?;
        if self.changes.fetch_add(1, Ordering::Relaxed) + 1 < self.last {
            return change();
        }
        if self.is_made {
            change()?;
        }
        Err(Self::ended())
    }
}

impl Store for Ends {
    fn place(&self) -> String {
        self.inner.place()
    }

    fn take(&self) -> Result<Option<Held>> {
        self.inner.take()
    }

    fn needs_lease(&self) -> bool {
        self.inner.needs_lease()
    }

    fn read(&self, path: &str) -> Result<Option<(Bytes, Tag)>> {
        self.alive()?;
        self.inner.read(path)
    }

    fn replace(&self, path: &str, content: Bytes, expected: Option<&Tag>) -> Result<Option<Tag>> {
        self.change(|| self.inner.replace(path, content, expected))
    }

    fn part(&self, path: &str) -> Result<Option<Blob>> {
        self.alive()?;
        self.inner.part(path)
    }

    fn whole(&self, path: &str) -> Result<Option<Blob>> {
        self.alive()?;
        self.inner.whole(path)
    }

    fn spool(&self) -> Result<Spool> {
        self.change(|| self.inner.spool())
    }

    fn put_in_place(&self, path: &str, spool: Spool, may_replace: bool) -> Result<()> {
        self.change(|| self.inner.put_in_place(path, spool, may_replace))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>> {
        self.alive()?;
        self.inner.list(folder)
    }

    fn delete(&self, path: &str) -> Result<()> {
        self.change(|| self.inner.delete(path))
    }
}

/// By key, the value; `None` of what is marked as gone.
type Rows = BTreeMap<String, Option<String>>;

fn pets() -> Arc<StreamDescriptor> {
    Arc::new(StreamDescriptor::new("pets", ["id"]))
}

fn pet(key: &str, value: &str) -> Record {
    Record::upsert(key, json!({"id": key, "value": value}).to_string())
}

fn position(position: u64) -> StateUpdate {
    let state = StreamState::new(Checkpoint::from(json!(position)), jiff::Timestamp::UNIX_EPOCH);
    StateUpdate::new([("pets".to_owned(), Some(state))])
}

/// A whole run that brings these and ends at this position.
fn brings(store: Arc<dyn Store>, seen: u64, records: Vec<Record>, at: u64) -> Result<()> {
    let mut session = Session::new(store, LEASE, false);
    session.load()?;
    session.open(&[pets()])?;
    session.write(&Write::new(pets(), Stamp::new(seen), records))?;
    session.commit(&position(at))?;
    session.close()
}

/// A run that brings nothing and puts everything in order; where it stands, and the rows.
#[allow(clippy::needless_pass_by_value, reason = "as runs take it")]
fn settled(store: Arc<dyn Store>) -> (Option<serde_json::Value>, Rows) {
    let mut session = Session::new(Arc::clone(&store), LEASE, false);
    let state = session.load().unwrap();
    session.open(&[pets()]).unwrap();
    session.close().unwrap();
    let mut session = Session::new(Arc::clone(&store), LEASE, false);
    session.load().unwrap();
    let mut rows = Rows::new();
    if let Some(source) = session.standing("pets").unwrap() {
        for batch in source.few(&*store, &["_key", "_record", "_deleted_why"]).unwrap() {
            let batch = batch.unwrap();
            let column = |name| texts(&batch, name).unwrap();
            for row in 0..batch.num_rows() {
                let record: serde_json::Value = serde_json::from_str(column("_record").value(row)).unwrap();
                let value =
                    text(column("_deleted_why"), row).is_none().then(|| record["value"].as_str().unwrap());
                rows.insert(column("_key").value(row).to_owned(), value.map(str::to_owned));
            }
        }
    }
    session.close().unwrap();
    let position = state.streams.get("pets").and_then(|pets| pets.checkpoint.progress.clone());
    (position, rows)
}

fn rows(of: &[(&str, Option<&str>)]) -> Rows {
    of.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned))).collect()
}

/// Lets `work` end at each change that it makes, before and after it, on a destination of its own that `prepare` has made;
/// shows the store that is left. How many places there were.
fn at_each_change(
    prepare: impl Fn(Arc<dyn Store>),
    work: impl Fn(Arc<dyn Store>) -> Result<()>,
    left: impl Fn(Arc<dyn Store>),
) -> u64 {
    for last in 1.. {
        let mut has_ended = false;
        for is_made in [false, true] {
            let directory = tempfile::tempdir().unwrap();
            let healthy = || -> Arc<dyn Store> { Arc::new(Directory::new(directory.path())) };
            prepare(healthy());
            let inner = Directory::new(directory.path());
            let ended = work(Arc::new(Ends { inner, changes: AtomicU64::new(0), last, is_made }));
            has_ended |= ended.is_err();
            left(healthy());
        }
        if !has_ended {
            return last - 1;
        }
    }
    unreachable!("it ends")
}

#[allow(clippy::needless_pass_by_value, reason = "as runs take it")]
fn first(store: Arc<dyn Store>) {
    brings(Arc::clone(&store), 1, vec![pet("a", "1"), pet("b", "1")], 1).unwrap();
}

fn second() -> Vec<Record> {
    vec![pet("a", "2"), Record::gone("b", Gone::NotFound), pet("c", "2")]
}

#[test]
fn a_run_that_ends_anywhere_has_brought_all_or_nothing() {
    let (before, after) = (
        rows(&[("a", Some("1")), ("b", Some("1"))]),
        rows(&[("a", Some("2")), ("b", None), ("c", Some("2"))]),
    );
    let seen = std::cell::RefCell::new(BTreeSet::new());
    let places = at_each_change(
        first,
        |store| brings(store, 2, second(), 2),
        |store| {
            let (position, rows) = settled(Arc::clone(&store));
            let position = position.and_then(|position| position.as_u64()).unwrap();
            assert_eq!(rows, if position == 1 { before.clone() } else { after.clone() }, "at {position}");
            seen.borrow_mut().insert(position);
            // Who goes on from there comes to the end.
            brings(Arc::clone(&store), 2, second(), 2).unwrap();
            assert_eq!(settled(store), (Some(json!(2)), after.clone()));
        },
    );
    assert!(places >= 5, "{places} places");
    assert_eq!(seen.into_inner(), BTreeSet::from([1, 2]));
}

#[test]
fn files_that_are_made_fewer_say_the_same_wherever_that_ends() {
    const COMMITS: u64 = 20;
    // A run that was killed before it put anything together.
    let many = |store: Arc<dyn Store>| {
        let mut session = Session::new(store, LEASE, false);
        session.load().unwrap();
        session.open(&[pets()]).unwrap();
        for turn in 1..=COMMITS {
            let value = turn.to_string();
            let records = vec![pet("a", &value), pet(&value, &value)];
            session.write(&Write::new(pets(), Stamp::new(turn), records)).unwrap();
            session.commit(&position(turn)).unwrap();
        }
    };
    let mut expected: Rows = (1..=COMMITS).map(|turn| (turn.to_string(), Some(turn.to_string()))).collect();
    expected.insert("a".to_owned(), Some(COMMITS.to_string()));
    let compact = |store: Arc<dyn Store>| upkeep::compact(&store, LEASE).map(drop);
    let places = at_each_change(many, compact, |store| {
        assert_eq!(settled(Arc::clone(&store)), (Some(json!(COMMITS)), expected.clone()));
        upkeep::compact(&store, LEASE).unwrap();
        assert_eq!(settled(store).1, expected);
    });
    assert!(places >= 3, "{places} places");
}

#[test]
fn what_is_taken_out_is_gone_once_that_comes_to_its_end_and_the_rest_is_untouched() {
    let purge = |store: Arc<dyn Store>| {
        let mut session = Session::new(store, LEASE, false);
        session.load()?;
        session.repair()?;
        session.stand(false)?;
        session.take_out(&pets(), &HashSet::from([KeyId::of("a")]))?;
        session.close()
    };
    let erase = |store: Arc<dyn Store>| {
        let mut session = Session::new(store, LEASE, false);
        session.load()?;
        session.repair()?;
        session.stand(false)?;
        session.erase(&pets(), &BTreeSet::from([Key::from("a")]))?;
        session.close()
    };
    let untouched = |store: Arc<dyn Store>| {
        let (position, rows) = settled(store);
        assert_eq!((position, rows.get("b")), (Some(json!(1)), Some(&Some("1".to_owned()))));
    };
    at_each_change(first, purge, |store| {
        untouched(Arc::clone(&store));
        purge(Arc::clone(&store)).unwrap();
        assert_eq!(settled(store).1, rows(&[("b", Some("1"))]));
    });
    at_each_change(first, erase, |store| {
        untouched(Arc::clone(&store));
        erase(Arc::clone(&store)).unwrap();
        assert_eq!(settled(store).1, rows(&[("a", None), ("b", Some("1"))]));
    });
}
