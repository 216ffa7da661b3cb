//! Whatever is written in whatever order, rows and counts are those of the reference sink.

use std::sync::Arc;

use capture_core::{
    Gone, Key, MemorySink, Op, Record, Share, Sink, Stamp, StateUpdate, StreamDescriptor, Sweep, Within,
    Write,
};
use proptest::prelude::*;
use rusqlite::Connection;

use crate::{Place, stream, update};

#[derive(Debug, Clone)]
enum Step {
    Write(u64, Vec<Record>),
    Sweep(u64, Within),
    Commit,
    Forget,
    Crash,
    Close,
}

fn record() -> impl Strategy<Value = Record> {
    let scope = || proptest::option::of("[s-u]".prop_map(Key::from));
    let gone = prop_oneof![
        Just(Gone::NotFound),
        Just(Gone::Reported { at: None }),
        Just(Gone::MergedInto("a".into())),
    ];
    let op = prop_oneof![
        4 => (0..3u8).prop_map(|value| Op::Upsert(format!("{{\"f{value}\":{value}}}").into())),
        1 => gone.prop_map(Op::Gone),
    ];
    ("[a-f]", scope(), op).prop_map(|(key, scope, op)| {
        let mut record = Record::upsert(key, "{}");
        (record.scope, record.op) = (scope, op);
        record
    })
}

fn step() -> impl Strategy<Value = Step> {
    let scopes = proptest::collection::vec("[s-u]".prop_map(Key::from), 0..3).prop_map(Within::Scopes);
    let within = prop_oneof![1 => Just(Within::Everything), 2 => scopes];
    let records = proptest::collection::vec(record(), 0..6);
    prop_oneof![
        6 => (0..6u64, records).prop_map(|(seen, records)| Step::Write(seen, records)),
        3 => (0..7u64, within).prop_map(|(since, within)| Step::Sweep(since, within)),
        2 => Just(Step::Commit),
        1 => Just(Step::Forget),
        1 => Just(Step::Crash),
        1 => Just(Step::Close),
    ]
}

/// Does a step with a sink; returns all that it says of it.
async fn apply(sink: &mut dyn Sink, stream: &Arc<StreamDescriptor>, step: &Step) -> Vec<String> {
    let mut said = Vec::new();
    match step {
        Step::Write(seen, records) => {
            let write = Write::new(Arc::clone(stream), Stamp::new(*seen), records.clone());
            sink.write(write).await.unwrap();
        }
        Step::Sweep(since, within) => {
            let sweep = Sweep::new(Arc::clone(stream), Stamp::new(*since), within.clone());
            said.push(shown(sink.unseen(&sweep).await.unwrap()));
            sink.sweep(sweep.clone()).await.unwrap();
            said.push(shown(sink.unseen(&sweep).await.unwrap()));
        }
        Step::Commit | Step::Forget => {
            let change = match step {
                Step::Commit => update("pets", 1),
                _ => StateUpdate::new([("pets".to_owned(), None)]),
            };
            let counts = sink.commit(&change).await.unwrap().counts;
            said.push(format!("{:?}", counts.get("pets").copied().unwrap_or_default()));
        }
        Step::Crash => {}
        Step::Close => sink.close().await.unwrap(),
    }
    said
}

fn shown(mut share: Share) -> String {
    share.keys.sort();
    let keys: Vec<&str> = share.keys.iter().map(Key::as_str).collect();
    format!("{} of {}: {keys:?}", share.unseen, share.of)
}

type Row = (String, Option<String>, String, i64);

fn expected(reference: &MemorySink) -> Vec<Row> {
    let text = |key: &Key| key.as_str().to_owned();
    let rows = reference.rows("pets");
    let row = |(key, row): (&Key, &capture_core::memory::Row)| {
        let body = String::from_utf8(row.body.to_vec()).unwrap();
        (text(key), row.scope.as_ref().map(text), body, row.seen.get() as i64)
    };
    rows.iter().map(row).collect()
}

async fn check(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let place = Place::new();
    let stream = stream("pets", &[]);
    let mut reference = MemorySink::new();
    reference.load().await.unwrap();
    let mut sink = place.open(&[&stream]).await;
    for step in steps {
        let said = apply(&mut sink, &stream, &step).await;
        prop_assert_eq!(said, apply(&mut reference, &stream, &step).await, "{:?}", step);
        if matches!(step, Step::Crash | Step::Close) {
            drop(sink);
            sink = place.open(&[&stream]).await;
            reference.load().await.unwrap();
        }
        let keys = ["a", "b", "c", "d", "e", "f"].map(Key::from);
        let known = sink.known(&stream, &keys).await.unwrap();
        prop_assert_eq!(known, reference.known(&stream, &keys).await.unwrap());
        let connection = Connection::open(place.path()).unwrap();
        let sql = "SELECT _key, _scope, _record, seen FROM _rows_pets JOIN _capture_live ON row = _row
            WHERE _deleted_at IS NULL AND _deleted_why IS NULL ORDER BY _key";
        let mut statement = connection.prepare(sql).unwrap();
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
        let rows: Vec<Row> = rows.map(Result::unwrap).collect();
        prop_assert_eq!(rows, expected(&reference));
        let count = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        let undeleted = count("SELECT count(*) FROM _rows_pets WHERE _deleted_at IS NULL");
        prop_assert_eq!(count("SELECT count(*) FROM _capture_live"), undeleted);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn rows_and_counts_are_those_of_the_reference(steps in proptest::collection::vec(step(), 1..20)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(check(steps))?;
    }
}
