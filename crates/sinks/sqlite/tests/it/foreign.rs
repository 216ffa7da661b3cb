use std::sync::Arc;

use capture_core::{ErrorKind, Record, Sink, Stamp, StateUpdate, Write};
use rusqlite::Connection;
use sink_sqlite::{SqliteSink, query, tables};

use crate::{Place, commit, stream, write};

/// Every way in refuses the file and leaves it as it was.
async fn assert_refused(place: &Place, kind: ErrorKind) {
    let before = std::fs::read(place.path()).unwrap();
    let mut errors = Vec::new();
    errors.push(SqliteSink::new(place.path()).open(&[stream("pets", &[])]).await.unwrap_err());
    errors.push(SqliteSink::new(place.path()).load().await.unwrap_err());
    errors.push(tables(&place.path()).unwrap_err());
    errors.push(query(&place.path(), "SELECT 1", 1).unwrap_err());
    for error in errors {
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.to_string().contains("x.db") && error.hint().is_some(), "{error}");
    }
    assert_eq!(std::fs::read(place.path()).unwrap(), before);
    let mut beside: Vec<_> =
        std::fs::read_dir(place.0.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    beside.sort();
    assert_eq!(beside, ["x.db"], "a refused start left something");
}

#[tokio::test]
async fn somebody_elses_database_is_left_alone() {
    let place = Place::new();
    let theirs = Connection::open(place.path()).unwrap();
    theirs.execute_batch("CREATE TABLE pets (id); INSERT INTO pets VALUES (1)").unwrap();
    theirs.close().unwrap();
    assert_refused(&place, ErrorKind::State).await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    for content in ["x", "{\"version\":1}", &"SQLite format 3\0".repeat(100)] {
        let place = Place::new();
        std::fs::write(place.path(), content).unwrap();
        assert_refused(&place, ErrorKind::State).await;
    }
}

#[tokio::test]
async fn a_database_of_another_layout_is_left_alone() {
    for version in [1, 99] {
        let place = Place::new();
        place.open(&[]).await.close().await.unwrap();
        let other = Connection::open(place.path()).unwrap();
        other
            .execute_batch(&format!("PRAGMA journal_mode = DELETE; PRAGMA user_version = {version}"))
            .unwrap();
        other.close().unwrap();
        assert_refused(&place, ErrorKind::State).await;
    }
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    let place = Place::new();
    let path = place.0.path().join("missing/x.db");
    let error = SqliteSink::new(&path).open(&[]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert!(error.to_string().contains("missing/x.db"), "{error}");
    assert_eq!(tables(&path).unwrap_err().kind(), ErrorKind::Storage);
}

#[tokio::test]
async fn another_program_that_holds_the_write_lock_is_waited_for_and_then_named() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    let other = Connection::open(place.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = sink.commit(&StateUpdate::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().contains("locked by another program"), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    write(&mut sink, &pets, &[Record::upsert("a", "{}")]).await;
    commit(&mut sink).await;
}

#[tokio::test]
async fn a_record_that_would_break_every_query_is_refused() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    for body in ["[1]", "", "{\"a\":", "{} {}", "{\"secret\" 1}"] {
        let mut sink = place.open(&[&pets]).await;
        let write = Write::new(Arc::clone(&pets), Stamp::new(1), vec![Record::upsert("a", body)]);
        let error = sink.write(write).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data, "{body:?}");
        assert!(!error.chain().contains("secret"), "{error:?}");
    }
}

#[tokio::test]
async fn names_of_our_own_tables_are_no_stream_names() {
    let place = Place::new();
    for name in ["_capture_state", "sqlite_master", "SQLite_x", ""] {
        let error = SqliteSink::new(place.path()).open(&[stream(name, &[])]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{name:?}");
    }
}
