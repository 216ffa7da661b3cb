//! Laws of every ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::{LedgerHarness, scoped, stream, upsert};
use crate::{
    Account, Counts, Gone, Key, Ledger, Op, Record, Stamp, StreamDescriptor, Sweep, Watermark, Within, Write,
};

const NONE: Counts = Counts { new: 0, changed: 0, unchanged: 0, deleted: 0, written: 0 };

async fn opened(harness: &dyn LedgerHarness, stream: &Arc<StreamDescriptor>) -> (Box<dyn Ledger>, Account) {
    let mut ledger = harness.open().await;
    let account = ledger.load().await.expect("loading").expect("it keeps account");
    ledger.open(&[Arc::clone(stream)]).await.expect("opening");
    (ledger, account)
}

/// What is left of some records, and the counts.
async fn sift(
    ledger: &mut dyn Ledger,
    stream: &Arc<StreamDescriptor>,
    seen: u64,
    records: Vec<Record>,
) -> (Vec<Record>, Counts) {
    let mut write = Write::new(Arc::clone(stream), Stamp::new(seen), records);
    let counts = ledger.sift(&mut write).await.expect("sifting");
    (write.records, counts)
}

async fn commit(ledger: &mut dyn Ledger, watermark: u64, stamp: Option<Option<u64>>) {
    let stamps = stamp.map(|stamp| ("pets".to_owned(), stamp.map(Stamp::new)));
    let stamps: BTreeMap<_, _> = stamps.into_iter().collect();
    ledger.commit(Some(&Watermark(json!(watermark))), &stamps).await.expect("committing");
}

/// Everything that a sweep takes, in order of keys.
async fn taken(ledger: &mut dyn Ledger, sweep: &Sweep, limit: usize) -> Vec<String> {
    let mut keys = Vec::new();
    loop {
        let records = ledger.take_unseen(sweep, limit).await.expect("sweeping");
        assert!(records.len() <= limit, "more than were asked for");
        if records.is_empty() {
            keys.sort();
            return keys;
        }
        assert!(records.iter().all(|record| matches!(record.op, Op::Gone(_))), "not all are tombstones");
        keys.extend(records.iter().map(|record| record.key.as_str().to_owned()));
    }
}

/// What is new or differs is left, in order, and counted; a tombstone for what is not there is not.
pub async fn only_differences_are_left(harness: &dyn LedgerHarness) {
    let pets = stream("pets");
    let (mut ledger, account) = opened(harness, &pets).await;
    assert_eq!(account, Account::default(), "a new ledger knows something");
    let gone = |key: &str| Record::gone(key, Gone::NotFound);
    let records = vec![upsert("a", "1"), upsert("b", "1"), upsert("a", "1"), gone("x"), upsert("b", "2")];
    let (left, counts) = sift(&mut *ledger, &pets, 1, records).await;
    assert_eq!(left, [upsert("a", "1"), upsert("b", "1"), upsert("b", "2")]);
    assert_eq!(counts, Counts { new: 2, unchanged: 1, changed: 1, ..NONE });
    let (left, counts) = sift(&mut *ledger, &pets, 2, vec![gone("a"), gone("a"), upsert("a", "1")]).await;
    assert_eq!(left, [gone("a"), upsert("a", "1")]);
    assert_eq!(counts, Counts { new: 1, deleted: 1, ..NONE });
}

/// Rows, watermark and stamps are those of the last commit, whatever was done after it.
pub async fn everything_is_as_the_last_commit_left_it(harness: &dyn LedgerHarness) {
    let pets = stream("pets");
    let (mut ledger, _) = opened(harness, &pets).await;
    sift(&mut *ledger, &pets, 1, vec![upsert("a", "1"), upsert("b", "1")]).await;
    commit(&mut *ledger, 1, Some(Some(1))).await;
    sift(&mut *ledger, &pets, 2, vec![upsert("a", "2"), upsert("c", "1")]).await;
    taken(&mut *ledger, &Sweep::new(Arc::clone(&pets), Stamp::new(2), Within::Everything), 10).await;
    for close in [false, true] {
        if close {
            ledger.close().await.expect("closing");
        }
        drop(ledger);
        let account;
        (ledger, account) = opened(harness, &pets).await;
        let streams = [("pets".to_owned(), Stamp::new(1))].into();
        assert_eq!(account, Account::new(Some(Watermark(json!(1))), streams));
        let records = vec![upsert("a", "1"), upsert("b", "1"), upsert("c", "1")];
        let (left, _) = sift(&mut *ledger, &pets, 2, records).await;
        assert_eq!(left, [upsert("c", "1")]);
    }
    // Without a watermark that of before stays.
    ledger.commit(None, &BTreeMap::new()).await.expect("committing");
    drop(ledger);
    assert_eq!(opened(harness, &pets).await.1.watermark, Some(Watermark(json!(1))));
}

/// A sweep takes what it is about once, however small the pieces.
pub async fn a_sweep_takes_each_row_once(harness: &dyn LedgerHarness) {
    let pets = stream("pets");
    for limit in [1, 3, 100] {
        let (mut ledger, _) = opened(harness, &pets).await;
        let rows = (0..10).map(|row| scoped(&row.to_string(), ["mia", "leo"][row % 2], "1")).collect();
        sift(&mut *ledger, &pets, 1, rows).await;
        sift(&mut *ledger, &pets, 2, vec![scoped("3", "leo", "1"), scoped("4", "mia", "2")]).await;
        let scopes = Within::Scopes(vec![Key::from("leo"), Key::from("leo"), Key::from("nobody")]);
        let in_scope = Sweep::new(Arc::clone(&pets), Stamp::new(2), scopes);
        let all = Sweep::new(Arc::clone(&pets), Stamp::new(2), Within::Everything);
        let share = ledger.unseen(&in_scope).await.expect("asking");
        assert_eq!((share.unseen, share.of), (4, 5));
        assert_eq!(taken(&mut *ledger, &in_scope, limit).await, ["1", "5", "7", "9"]);
        let share = ledger.unseen(&all).await.expect("asking");
        assert_eq!((share.unseen, share.of, share.keys.len()), (4, 6, 4));
        assert_eq!(taken(&mut *ledger, &all, limit).await, ["0", "2", "6", "8"]);
        assert_eq!(taken(&mut *ledger, &all, limit).await, [""; 0]);
        // What comes meanwhile with an old stamp is found by the next one.
        sift(&mut *ledger, &pets, 1, vec![upsert("0", "1")]).await;
        assert_eq!(taken(&mut *ledger, &all, limit).await, ["0"]);
    }
}

/// A stream whose state is forgotten, also without `open`, keeps its rows unseen; one whose output was lost has none.
pub async fn what_is_forgotten_is_unseen_or_gone(harness: &dyn LedgerHarness) {
    let pets = stream("pets");
    let (mut ledger, _) = opened(harness, &pets).await;
    sift(&mut *ledger, &pets, 900, vec![upsert("a", "1"), upsert("b", "1")]).await;
    commit(&mut *ledger, 1, Some(Some(900))).await;
    drop(ledger);
    let mut ledger = harness.open().await;
    ledger.load().await.expect("loading");
    let forgotten = [("pets".to_owned(), None), ("unknown".to_owned(), None)].into();
    ledger.commit(None, &forgotten).await.expect("committing without open");
    drop(ledger);

    let (mut ledger, account) = opened(harness, &pets).await;
    // Received it was all the same: a state of before may be put back.
    assert_eq!(account.streams, [("pets".to_owned(), Stamp::new(900))].into());
    let all = Sweep::new(Arc::clone(&pets), Stamp::new(1), Within::Everything);
    assert_eq!(ledger.unseen(&all).await.expect("asking").unseen, 2);
    let keys = ["a", "b", "c"].map(Key::from);
    assert_eq!(ledger.known(&pets, &keys).await.expect("asking"), Some(2));
    ledger.forget(&pets).await.expect("forgetting");
    assert_eq!(ledger.known(&pets, &keys).await.expect("asking"), Some(0));
}

/// What the output holds already is known from then on: the last of several with one key, tombstones aside. Rows that
/// were known keep their stamps.
pub async fn what_is_adopted_is_known(harness: &dyn LedgerHarness) {
    let pets = stream("pets");
    let (mut ledger, _) = opened(harness, &pets).await;
    sift(&mut *ledger, &pets, 5, vec![upsert("a", "1")]).await;
    let records = vec![upsert("a", "2"), upsert("b", "1"), upsert("c", "1"), Record::gone("c", Gone::Unseen)];
    ledger.adopt(&pets, records).await.expect("adopting");
    let old = Sweep::new(Arc::clone(&pets), Stamp::new(5), Within::Everything);
    assert_eq!(ledger.unseen(&old).await.expect("asking").keys, [Key::from("b")]);
    let records = vec![upsert("a", "2"), upsert("b", "1"), upsert("c", "1")];
    assert_eq!(sift(&mut *ledger, &pets, 6, records).await.0, [upsert("c", "1")]);
}
