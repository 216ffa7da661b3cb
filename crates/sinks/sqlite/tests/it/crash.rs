use std::path::Path;
use std::sync::Arc;

use capture_core::memory::MemorySource;
use capture_core::{
    Checkpoint, Completion, Counts, ErrorKind, Record, Runner, Selection, Sink, StateStore, StateUpdate,
    StreamState, Write,
};
use serde_json::json;
use sink_sqlite::{SqliteStateStore, open, tables};

use crate::{Place, commit, stream, write};

fn update(stream: &str, position: u64) -> StateUpdate {
    let state = StreamState {
        checkpoint: Checkpoint(json!(position)),
        committed_at: jiff::Timestamp::UNIX_EPOCH,
        full_listing_records: None,
        snapshot: None,
    };
    StateUpdate { streams: [(stream.to_owned(), Some(state))].into(), access: None }
}

fn batch(number: u64) -> Vec<Record> {
    let record = |id| {
        let key = format!("{number}-{id}");
        Record::upsert(
            key.as_str(),
            json!({"id": key, "batch": number, "text": "x".repeat(3_000)}).to_string(),
        )
    };
    (0..200).map(record).collect()
}

/// The files of a process that died at this moment.
fn copied(from: &Place) -> Place {
    let copy = Place::new();
    for suffix in ["", "-wal"] {
        let name = |path: &Path| format!("{}{suffix}", path.display());
        std::fs::copy(name(&from.path()), name(&copy.path())).unwrap();
    }
    copy
}

#[tokio::test]
async fn files_copied_in_mid_run_hold_exactly_the_last_commit() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    for number in 1..=3 {
        write(&mut sink, &pets, &batch(number)).await;
        sink.commit(&update("pets", number)).await.unwrap();
    }
    // More than the cache holds, so that some of it is in the WAL before the commit.
    for number in 4..=60 {
        write(&mut sink, &pets, &batch(number)).await;
    }
    write(&mut sink, &pets, &[Record::delete("1-1"), Record::upsert("1-2", r#"{"new field":1}"#)]).await;

    let copy = copied(&place);
    let (mut sink, mut store) = open(copy.path());
    assert_eq!(store.load().await.unwrap().streams["pets"].checkpoint.0, 3);
    assert_eq!(copy.rows("PRAGMA integrity_check"), ["ok"]);
    assert_eq!(copy.rows("SELECT count(*), max(batch), count(_deleted_at) FROM pets"), ["600|3|0"]);
    sink.open(&[Arc::clone(&pets)]).await.unwrap();
    let counts = write(&mut sink, &pets, &[batch(3), batch(4)].concat()).await;
    assert_eq!(counts, Counts { new: 200, unchanged: 200, ..Counts::default() });
    commit(&mut sink).await;
    assert_eq!(copy.rows("SELECT count(*) FROM pets"), ["800"]);
}

#[tokio::test]
async fn a_database_whose_making_was_cut_short_is_made_again() {
    let place = Place::new();
    std::fs::write(place.path(), "").unwrap();
    std::fs::write(place.0.path().join("x.db-journal"), "").unwrap();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    write(&mut sink, &pets, &batch(1)).await;
    commit(&mut sink).await;
    assert_eq!(place.rows("SELECT count(*) FROM pets"), ["200"]);
}

#[tokio::test]
async fn closing_empties_the_wal_and_gives_the_database_up() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    write(&mut sink, &pets, &batch(1)).await;
    commit(&mut sink).await;
    sink.close().await.unwrap();
    assert!(!place.0.path().join("x.db-wal").exists());
    place.open(&[&pets]).await;
}

#[tokio::test]
async fn a_runner_keeps_records_and_state_together() {
    let place = Place::new();
    let source = MemorySource::new("pets", [("1", r#"{"id":"1","name":"Mia"}"#), ("2", r#"{"id":"2"}"#)]);
    let run = async || {
        let (sink, store) = open(place.path());
        let runner = Runner::new(source.clone(), sink, store);
        runner.run([Selection::new("pets")], Default::default(), Default::default()).await.unwrap()
    };
    assert_eq!(run().await.streams["pets"].counts.new, 2);
    source.push(Record::delete("2"));
    source.push(Record::upsert("1", r#"{"id":"1","name":"Leo"}"#));
    let report = run().await;
    assert_eq!(report.streams["pets"].records, 2, "the second run continues where the first ended");
    assert_eq!(report.streams["pets"].counts, Counts { changed: 1, deleted: 1, ..Counts::default() });
    assert_eq!(
        place.rows("SELECT id, name, _deleted_at IS NULL FROM pets ORDER BY id"),
        ["1|Leo|1", "2|-|0"]
    );
}

#[tokio::test]
async fn sink_and_store_are_one_holder_and_a_second_run_is_another() {
    let place = Place::new();
    let (mut sink, mut store) = open(place.path());
    store.load().await.unwrap();
    assert!(!place.path().exists(), "reading a state made a database");
    sink.open(&[stream("pets", &[])]).await.unwrap();
    let (mut second_sink, mut second_store) = open(place.path());
    assert_eq!(second_store.load().await.unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(second_sink.open(&[stream("pets", &[])]).await.unwrap_err().kind(), ErrorKind::Busy);
}

#[tokio::test]
async fn after_a_reset_a_fresh_listing_still_finds_what_has_gone() {
    let place = Place::new();
    let (pets, toys) = (stream("pets", &[]), stream("toys", &[]));
    let mut sink = place.open(&[&pets, &toys]).await;
    let records = ["a", "b"].map(|key| Record::upsert(key, "{}"));
    write(&mut sink, &pets, &records).await;
    write(&mut sink, &toys, &records).await;
    let mut both = update("pets", 1);
    both.streams.extend(update("toys", 1).streams);
    sink.commit(&both).await.unwrap();
    sink.close().await.unwrap();

    let mut store = SqliteStateStore::new(place.path());
    store.load().await.unwrap();
    let mut reset = update("toys", 2);
    reset.streams.insert("pets".to_owned(), None);
    store.save(&reset).await.unwrap();
    drop(store);

    // The source counts its passes from 1 again, for the stream that it knows nothing of.
    let mut sink = place.open(&[&pets, &toys]).await;
    for (stream, gone) in [(&pets, 1), (&toys, 0)] {
        let completion = Some(&Completion::Everything);
        let counts = sink.write(Write { stream, pass: 1, records: &records[..1], completion }).await.unwrap();
        assert_eq!(counts.deleted, gone, "{}", stream.name);
    }
}

#[tokio::test]
async fn tables_tell_what_is_there_while_a_run_writes() {
    let place = Place::new();
    let (pets, toys) = (stream("pets", &[]), stream("toys", &[]));
    let mut sink = place.open(&[&pets, &toys]).await;
    write(&mut sink, &pets, &batch(1)).await;
    commit(&mut sink).await;
    write(&mut sink, &pets, &[Record::delete("1-1"), Record::delete("1-2")]).await;
    commit(&mut sink).await;
    write(&mut sink, &toys, &batch(1)).await;
    let [pets, toys] = &tables(&place.path()).unwrap()[..] else { panic!("there are two streams") };
    assert_eq!((pets.stream.as_str(), pets.live, pets.deleted), ("pets", 198, 2));
    assert_eq!(
        (toys.stream.as_str(), toys.live, toys.deleted, &toys.newest_captured_at),
        ("toys", 0, 0, &None)
    );
    let newest = place.rows("SELECT max(_captured_at) FROM pets");
    assert_eq!(pets.newest_captured_at.as_ref(), newest.first());
    newest[0].parse::<jiff::Timestamp>().unwrap();
}
