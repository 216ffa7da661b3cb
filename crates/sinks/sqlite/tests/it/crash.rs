use std::path::Path;
use std::sync::Arc;

use capture_core::memory::MemorySource;
use capture_core::{Counts, ErrorKind, Gone, Identity, Record, Runner, Selection, Sink};
use serde_json::json;
use sink_sqlite::{SqliteSink, tables};

use crate::{Place, commit, stream, sweep, update, write};

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
    write(
        &mut sink,
        &pets,
        &[Record::gone("1-1", Gone::NotFound), Record::upsert("1-2", r#"{"new field":1}"#)],
    )
    .await;

    let copy = copied(&place);
    let mut sink = SqliteSink::new(copy.path());
    assert_eq!(sink.load().await.unwrap().streams["pets"].checkpoint.progress, Some(json!(3)));
    assert_eq!(copy.rows("PRAGMA integrity_check"), ["ok"]);
    assert_eq!(copy.rows("SELECT count(*), max(batch), count(_deleted_at) FROM pets"), ["600|3|0"]);
    sink.open(&[Arc::clone(&pets)]).await.unwrap();
    write(&mut sink, &pets, &[batch(3), batch(4)].concat()).await;
    assert_eq!(commit(&mut sink).await, Counts { new: 200, unchanged: 200, ..Counts::default() });
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
        let runner = Runner::new(source.clone(), SqliteSink::new(place.path()));
        let identity = Identity::anyone("memory");
        runner.run([Selection::new("pets")], identity, Default::default()).await.unwrap()
    };
    assert_eq!(run().await.streams["pets"].counts.new, 2);
    source.push(Record::gone("2", Gone::Reported { at: None }));
    source.push(Record::upsert("1", r#"{"id":"1","name":"Leo"}"#));
    let report = run().await;
    assert_eq!(report.streams["pets"].records, 1, "the second run continues where the first ended");
    assert_eq!(report.streams["pets"].counts, Counts { changed: 1, deleted: 1, ..Counts::default() });
    assert_eq!(
        place.rows("SELECT id, name, _deleted_at IS NULL FROM pets ORDER BY id"),
        ["1|Leo|1", "2|-|0"]
    );
}

#[tokio::test]
async fn looking_for_a_state_makes_no_database_and_saving_one_does() {
    let place = Place::new();
    let mut sink = SqliteSink::new(place.path());
    assert!(sink.load().await.unwrap().streams.is_empty());
    assert!(!place.path().exists(), "reading a state made a database");
    let mut second = SqliteSink::new(place.path());
    assert_eq!(second.load().await.unwrap_err().kind(), ErrorKind::Busy);
    sink.commit(&update("pets", 1)).await.unwrap();
    sink.close().await.unwrap();
    assert_eq!(second.load().await.unwrap().streams["pets"].checkpoint.progress, Some(json!(1)));
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

    let mut sink = SqliteSink::new(place.path());
    sink.load().await.unwrap();
    let mut reset = update("toys", 2);
    reset.streams.insert("pets".to_owned(), None);
    sink.commit(&reset).await.unwrap();
    drop(sink);

    // Stamps start from 1 again, for the stream of which nothing is known.
    let mut sink = place.open(&[&pets, &toys]).await;
    for (stream, gone) in [(&pets, 1), (&toys, 0)] {
        write(&mut sink, stream, &records[..1]).await;
        sweep(&mut sink, stream, 1).await;
        assert_eq!(commit(&mut sink).await.deleted, gone, "{}", stream.name);
    }
}

#[tokio::test]
async fn tables_tell_what_is_there_while_a_run_writes() {
    let place = Place::new();
    let (pets, toys) = (stream("pets", &[]), stream("toys", &[]));
    let mut sink = place.open(&[&pets, &toys]).await;
    write(&mut sink, &pets, &batch(1)).await;
    commit(&mut sink).await;
    write(&mut sink, &pets, &["1-1", "1-2"].map(|key| Record::gone(key, Gone::NotFound))).await;
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

#[tokio::test]
async fn keys_that_wait_when_a_first_listing_is_cut_short_are_found_again() {
    const RECORDS: usize = 150_000;
    let place = Place::new();
    let pets = stream("pets", &[]);
    let records: Vec<Record> =
        (0..RECORDS).map(|number| Record::upsert(format!("key {number}"), "{}")).collect();
    let mut sink = place.open(&[&pets]).await;
    // The first commit of a run leaves none waiting.
    commit(&mut sink).await;
    // More than may wait, so that most are in their table; the rest is committed and not there yet.
    for part in records.chunks(1_000) {
        write(&mut sink, &pets, part).await;
    }
    commit(&mut sink).await;
    write(&mut sink, &pets, &[Record::upsert("not committed", "{}")]).await;
    let copy = copied(&place);
    let keyed = copy.rows("SELECT count(*) FROM _capture_keys")[0].parse::<usize>().unwrap();
    assert!((1..RECORDS).contains(&keyed), "{keyed}");
    let mut sink = copy.open(&[&pets]).await;
    write(&mut sink, &pets, &records).await;
    sweep(&mut sink, &pets, 1).await;
    let counts = commit(&mut sink).await;
    assert_eq!(counts, Counts { unchanged: RECORDS as u64, ..Counts::default() });
    assert_eq!(copy.rows("SELECT count(*), count(DISTINCT row) FROM _capture_keys"), ["150000|150000"]);
}

#[tokio::test]
async fn keys_of_one_hash_are_two_rows() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    let keys = ["plumless", "buckeroo"];
    assert_eq!(crc32fast::hash(keys[0].as_bytes()), crc32fast::hash(keys[1].as_bytes()));
    for (round, expected) in [(1, (2, 0)), (2, (0, 2)), (3, (0, 2))] {
        let records = keys.map(|key| Record::upsert(key, format!(r#"{{"id":"{key}","round":{round}}}"#)));
        write(&mut sink, &pets, &records).await;
        if round == 2 {
            sweep(&mut sink, &pets, 1).await;
        }
        let counts = commit(&mut sink).await;
        assert_eq!((counts.new, counts.changed), expected, "in round {round}");
    }
    assert_eq!(place.rows("SELECT id, round FROM pets ORDER BY 1"), ["buckeroo|3", "plumless|3"]);
}
