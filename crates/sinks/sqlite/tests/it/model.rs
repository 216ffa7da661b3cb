//! Whatever is written in whatever order, rows and counts are those of the reference sink.

use capture_core::{Completion, Key, MemorySink, Op, Record, Sink, StateUpdate, Write};
use proptest::prelude::*;
use rusqlite::Connection;

use crate::{Place, stream};

#[derive(Debug, Clone)]
enum Step {
    Write { pass: u64, records: Vec<Record>, completion: Option<Completion> },
    Commit,
    Crash,
    Close,
}

fn record() -> impl Strategy<Value = Record> {
    let scope = || proptest::option::of("[s-u]".prop_map(Key::from));
    let op = prop_oneof![
        4 => (0..3u8).prop_map(|value| Op::Upsert(format!("{{\"f{value}\":{value}}}").into())),
        1 => Just(Op::Delete),
    ];
    ("[a-f]", scope(), op).prop_map(|(key, scope, op)| Record { key: Key::from(key), scope, op, shape: None })
}

fn step() -> impl Strategy<Value = Step> {
    let scopes = proptest::collection::vec("[s-u]".prop_map(Key::from), 0..3).prop_map(Completion::Scopes);
    let completion = prop_oneof![
        4 => Just(None),
        1 => Just(Some(Completion::Everything)),
        2 => scopes.prop_map(Some)
    ];
    let write = (0..4u64, proptest::collection::vec(record(), 0..6), completion)
        .prop_map(|(pass, records, completion)| Step::Write { pass, records, completion });
    prop_oneof![6 => write, 2 => Just(Step::Commit), 1 => Just(Step::Crash), 1 => Just(Step::Close)]
}

async fn check(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let place = Place::new();
    let stream = stream("pets", &[]);
    let mut reference = MemorySink::new();
    reference.open(&[]).await.unwrap();
    let mut sink = place.open(&[&stream]).await;
    for step in steps {
        match step {
            Step::Write { pass, records, completion } => {
                let write =
                    || Write { stream: &stream, pass, records: &records, completion: completion.as_ref() };
                prop_assert_eq!(sink.write(write()).await.unwrap(), reference.write(write()).await.unwrap());
            }
            Step::Commit => {
                sink.commit(&StateUpdate::default()).await.unwrap();
                reference.commit(&StateUpdate::default()).await.unwrap();
            }
            Step::Crash | Step::Close => {
                if matches!(step, Step::Close) {
                    sink.close().await.unwrap();
                }
                drop(sink);
                sink = place.open(&[&stream]).await;
                reference.open(&[]).await.unwrap();
            }
        }
        let connection = Connection::open(place.path()).unwrap();
        let sql = "SELECT _key, _scope, _record, pass FROM _rows_pets JOIN _capture_live ON row = _row
            WHERE _deleted_at IS NULL ORDER BY _key";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| {
            let scope: Option<String> = row.get(1)?;
            Ok((row.get(0)?, scope, row.get::<_, String>(2)?, row.get(3)?))
        });
        let rows: Vec<(String, Option<String>, String, i64)> = rows.unwrap().map(Result::unwrap).collect();
        let text = |key: &Key| key.as_str().to_owned();
        let expected: Vec<(String, Option<String>, String, i64)> = reference
            .rows("pets")
            .iter()
            .map(|(key, row)| {
                let body = String::from_utf8(row.body.to_vec()).unwrap();
                (text(key), row.scope.as_ref().map(text), body, row.pass as i64)
            })
            .collect();
        prop_assert_eq!(rows, expected);
        let live: i64 =
            connection.query_row("SELECT count(*) FROM _capture_live", [], |row| row.get(0)).unwrap();
        let undeleted = "SELECT count(*) FROM _rows_pets WHERE _deleted_at IS NULL";
        prop_assert_eq!(live, connection.query_row(undeleted, [], |row| row.get::<_, i64>(0)).unwrap());
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
