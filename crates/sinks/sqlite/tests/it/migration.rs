//! What an earlier version made goes on.

use std::sync::Arc;

use capture_core::{ErrorKind, Key, Record, Share, Sink, Stamp, Sweep, Within};
use rusqlite::Connection;
use sink_sqlite::{SqliteSink, tables};

use crate::{Place, commit, stream, sweep, write_at};

/// As layout 2 was, in the middle of a listing.
const LAYOUT_2: &str = r#"
    PRAGMA page_size = 32768;
    PRAGMA application_id = 1128353876;
    PRAGMA user_version = 2;
    CREATE TABLE _capture_state (stream TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE _capture_access (only INTEGER PRIMARY KEY CHECK (only = 1), access TEXT NOT NULL);
    CREATE TABLE _capture_streams (
        id INTEGER PRIMARY KEY, stream TEXT NOT NULL UNIQUE, fields TEXT NOT NULL, changed_at TEXT
    );
    CREATE TABLE _capture_live (
        stream INTEGER NOT NULL, row INTEGER NOT NULL, pass INTEGER NOT NULL, PRIMARY KEY (stream, row)
    ) WITHOUT ROWID;
    CREATE TABLE _capture_run (only INTEGER PRIMARY KEY CHECK (only = 1), run INTEGER NOT NULL);
    INSERT INTO _capture_run VALUES (1, 4);
    INSERT INTO _capture_access VALUES (1, '{"identity":"k","grants":["a"],"streams":["pets"]}');
    INSERT INTO _capture_state VALUES ('pets',
        '{"checkpoint":{"token":"t"},"committed_at":"2026-11-22T11:44:44Z","full_listing_records":3,"snapshot":null}');
    INSERT INTO _capture_streams VALUES (1, 'pets', '["id","name"]', '2026-11-22T11:44:44.000Z'), (2, 'to''ys"', '[]', NULL);
    CREATE TABLE _rows_pets (
        _row INTEGER PRIMARY KEY, _key TEXT NOT NULL, _hash INTEGER NOT NULL, _captured_at TEXT NOT NULL,
        _deleted_at TEXT, _scope TEXT, _record TEXT NOT NULL
    );
    CREATE INDEX _hash_pets ON _rows_pets (_hash);
    CREATE INDEX _scope_pets ON _rows_pets (_scope) WHERE _scope IS NOT NULL;
    CREATE TABLE "_rows_to'ys""" (
        _row INTEGER PRIMARY KEY, _key TEXT NOT NULL, _hash INTEGER NOT NULL, _captured_at TEXT NOT NULL,
        _deleted_at TEXT, _scope TEXT, _record TEXT NOT NULL
    );
    CREATE VIEW pets AS SELECT _key, _key AS "id", _record ->> '$."name"' AS "name", _captured_at, _deleted_at,
        _scope, _record FROM _rows_pets;
    CREATE VIEW "to'ys""" AS SELECT _key, _captured_at, _deleted_at, _scope, _record FROM "_rows_to'ys""";
    INSERT INTO _rows_pets VALUES
        (1, 'a', -390611389, '2026-01-01T00:00:00.000Z', NULL, NULL, '{"id":"a","name":"Mia"}'),
        (2, 'b', 1908338681, '2026-01-01T00:00:00.000Z', NULL, 's', '{"id":"b","name":"Leo"}'),
        (3, 'c', 112844655, '2026-01-02T00:00:00.000Z', '2026-01-02T00:00:00.000Z', NULL, '{"id":"c"}');
    INSERT INTO _capture_live VALUES (1, 1, 7), (1, 2, -1);
"#;

fn of_layout_2() -> Place {
    let place = Place::new();
    let old = Connection::open(place.path()).unwrap();
    old.execute_batch(LAYOUT_2).unwrap();
    old.close().unwrap();
    place
}

#[tokio::test]
async fn an_earlier_layout_becomes_the_present_one_and_says_so_once() {
    let place = of_layout_2();
    assert_eq!(tables(&place.path()).unwrap()[0].live, 2, "those who only read take it as it is");
    let mut sink = SqliteSink::new(place.path());
    let state = sink.load().await.unwrap();
    assert_eq!(state.upgraded_from, Some(1));
    let saved = &state.streams["pets"];
    assert_eq!(saved.checkpoint.progress, Some(serde_json::json!({"token": "t"})));
    assert_eq!(saved.yardstick.as_ref().and_then(|yardstick| yardstick.grants.as_ref()).unwrap().len(), 1);
    assert_eq!(saved.listed.last_full, Some(3));
    drop(sink);
    let mut sink = SqliteSink::new(place.path());
    let again = sink.load().await.unwrap();
    assert_eq!((again.upgraded_from, &again.streams), (None, &state.streams));
    assert_eq!(place.rows("PRAGMA user_version"), ["6"]);
    let gone = "SELECT count(*) FROM sqlite_schema WHERE name IN ('_capture_access', '_hash_pets')";
    assert_eq!(place.rows(gone), ["0"]);
    assert_eq!(
        place.rows("SELECT count(*) FROM \"to'ys\"\"\""),
        ["0"],
        "the view of a stream that nobody opened"
    );

    // Its rows are found, nothing has seen them, and the new columns are there.
    let pets = stream("pets", &["name"]);
    sink.open(&[Arc::clone(&pets)]).await.unwrap();
    let keys = ["a", "b", "c"].map(Key::from);
    assert_eq!(sink.known(&pets, &keys).await.unwrap(), Some(2));
    let everything = Sweep::new(Arc::clone(&pets), Stamp::new(1), Within::Everything);
    let share = Share::new(2, 2, vec!["a".into(), "b".into()]);
    assert_eq!(sink.unseen(&everything).await.unwrap(), share);
    write_at(&mut sink, &pets, 2, &[Record::upsert("a", r#"{"id":"a","name":"Mia"}"#)]).await;
    sweep(&mut sink, &pets, 2).await;
    let counts = commit(&mut sink).await;
    assert_eq!((counts.unchanged, counts.deleted, counts.new), (1, 1, 0));
    let told = "SELECT id, name, _deleted_at IS NULL, _deleted_why FROM pets ORDER BY 1";
    assert_eq!(place.rows(told), ["a|Mia|1|-", "b|Leo|0|unseen", "c|-|0|-"]);
}

#[tokio::test]
async fn a_state_that_does_not_parse_stops_the_upgrade_and_the_database_stays_as_it_was() {
    let place = of_layout_2();
    let old = Connection::open(place.path()).unwrap();
    old.execute_batch(r#"UPDATE _capture_state SET state = '{"SECRET":'"#).unwrap();
    old.close().unwrap();
    let before = std::fs::read(place.path()).unwrap();
    for _ in 0..2 {
        let error = SqliteSink::new(place.path()).load().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::State);
        assert!(error.hint().is_some() && !error.chain().contains("SECRET"), "{error:?}");
    }
    assert!(std::fs::read(place.path()).unwrap() == before, "the file changed");
}

#[tokio::test]
async fn a_state_that_was_damaged_is_an_error_and_stays() {
    let place = Place::new();
    let mut sink = SqliteSink::new(place.path());
    sink.load().await.unwrap();
    sink.commit(&crate::update("pets", 1)).await.unwrap();
    sink.close().await.unwrap();
    let other = Connection::open(place.path()).unwrap();
    other.execute_batch("UPDATE _capture_state SET state = substr(state, 1, length(state) - 1)").unwrap();
    other.close().unwrap();
    for _ in 0..2 {
        let error = SqliteSink::new(place.path()).load().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::State);
        assert!(error.hint().is_some(), "{error}");
    }
}
