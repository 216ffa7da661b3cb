//! Tests of the crate from outside.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod planted;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::conformance::{self, LedgerHarness};
use capture_core::{Counts, ErrorKind, Ledger, Record, Stamp, StreamDescriptor, Watermark, Write};
use capture_ledger::SqliteLedger;
use tempfile::TempDir;

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn state(&self) -> PathBuf {
        self.0.path().join("state.json")
    }
}

#[async_trait]
impl LedgerHarness for Place {
    async fn open(&self) -> Box<dyn Ledger> {
        Box::new(SqliteLedger::beside(self.state()))
    }
}

#[tokio::test]
async fn obeys_the_laws_of_ledgers() {
    conformance::ledger(Place::new).await;
}

#[tokio::test]
async fn looking_makes_no_file() {
    let place = Place::new();
    let mut ledger = place.open().await;
    ledger.load().await.unwrap();
    ledger.open(&[]).await.unwrap();
    ledger.commit(None, &[("pets".to_owned(), None)].into()).await.unwrap();
    ledger.close().await.unwrap();
    assert_eq!(std::fs::read_dir(place.0.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn it_is_one_hidden_file_of_its_owners_by_whatever_name_the_state_goes() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let place = Place::new();
    symlink("state.json", place.0.path().join("link")).unwrap();
    let mut ledger = SqliteLedger::beside(place.0.path().join("link"));
    ledger.load().await.unwrap();
    ledger.commit(Some(&Watermark(1.into())), &[].into()).await.unwrap();
    let path = place.0.path().join(".state.json.ledger.db");
    for file in std::fs::read_dir(place.0.path()).unwrap().map(|entry| entry.unwrap().path()) {
        let mode = std::fs::symlink_metadata(&file).unwrap().permissions().mode() & 0o777;
        assert!(file.is_symlink() || mode == 0o600, "{} has mode {mode:o}", file.display());
    }
    ledger.close().await.unwrap();
    assert!(path.exists());
    assert_eq!(std::fs::read_dir(place.0.path()).unwrap().count(), 2, "its log is gone");
    assert_eq!(SqliteLedger::path(&place.state()).unwrap(), path.canonicalize().unwrap());
}

#[tokio::test]
async fn what_is_no_ledger_is_refused_and_left_alone() {
    for content in
        ["hello, this is a text that is longer than a header of SQLite's, of which there are 100 bytes", "x"]
    {
        let place = Place::new();
        let path = place.0.path().join(".state.json.ledger.db");
        std::fs::write(&path, content).unwrap();
        let error = place.open().await.load().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::State);
        assert!(error.to_string().contains("ledger.db") && error.hint().is_some());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}

/// What a ledger makes of one record, and whether it is to be appended.
async fn sifted(ledger: &mut dyn Ledger, seen: u64, body: &str) -> (Counts, bool) {
    let stream = Arc::new(StreamDescriptor::new("pets", ["id"]));
    let mut write = Write::new(stream, Stamp::new(seen), vec![Record::upsert("a", body.to_owned())]);
    let counts = ledger.sift(&mut write).await.unwrap();
    (counts, !write.records.is_empty())
}

#[tokio::test]
async fn the_same_members_in_another_order_are_no_change() {
    let place = Place::new();
    let mut ledger = place.open().await;
    ledger.load().await.unwrap();
    let stream = Arc::new(StreamDescriptor::new("pets", ["id"]));
    ledger.open(&[Arc::clone(&stream)]).await.unwrap();
    let (listed, alone) =
        (r#"{"id":"a","n":1.50,"o":{"x":1,"y":2}}"#, r#"{"o":{"y":2,"x":1},"n":1.50,"id":"a"}"#);
    assert_eq!(sifted(&mut *ledger, 1, listed).await, (Counts { new: 1, ..Counts::default() }, true));
    for (seen, body) in [(2, alone), (3, listed), (4, alone), (5, alone)] {
        let unchanged = Counts { unchanged: 1, ..Counts::default() };
        assert_eq!(sifted(&mut *ledger, seen, body).await, (unchanged, false), "{body}");
    }
    let changed = Counts { changed: 1, ..Counts::default() };
    assert_eq!(sifted(&mut *ledger, 6, r#"{"o":{"y":1,"x":2},"n":1.50,"id":"a"}"#).await, (changed, true));
    ledger
        .commit(Some(&Watermark(1.into())), &[("pets".to_owned(), Some(Stamp::new(6)))].into())
        .await
        .unwrap();
    ledger.close().await.unwrap();

    // A ledger that an earlier version made knows nothing of what records say but their bytes, and learns it.
    let path = SqliteLedger::path(&place.state()).unwrap();
    let database = rusqlite::Connection::open(&path).unwrap();
    database.execute_batch("ALTER TABLE seen_1 DROP COLUMN content").unwrap();
    drop(database);
    let mut ledger = place.open().await;
    ledger.load().await.unwrap();
    ledger.open(&[stream]).await.unwrap();
    assert_eq!(sifted(&mut *ledger, 7, listed).await, (changed, true));
    assert!(!sifted(&mut *ledger, 8, alone).await.1);
}
