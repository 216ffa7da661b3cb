//! The index of words follows the records.

use std::sync::Arc;

use capture_core::{
    Choose, ErrorKind, Family, Gone, Held, Locking, Purge, Record, Searchable, Sink, StreamDescriptor,
};
use rusqlite::Connection;
use sink_sqlite::{SqliteSink, rebuild, words};

use crate::{Place, commit, stream, sweep, write, write_at};

fn searchable() -> Searchable {
    Searchable { title: vec!["/name".into()], body: vec!["/note".into()] }
}

fn pets() -> Arc<StreamDescriptor> {
    let pets = Arc::unwrap_or_clone(stream("pets", &["name"]));
    Arc::new(pets.with_searchable(Some(searchable())))
}

fn pet(id: &str, name: &str, note: &str) -> Record {
    Record::upsert(id, format!(r#"{{"id":"{id}","name":"{name}","note":"{note}"}}"#))
}

/// Keys of rows in which all of these words are.
fn found(place: &Place, text: &str) -> Vec<String> {
    let query = words(text, false).unwrap().begun.replace('\'', "''");
    place.rows(&format!(
        "SELECT _key FROM _search_pets JOIN _rows_pets ON _row = _search_pets.rowid
         WHERE _search_pets MATCH '{query}' ORDER BY 1"
    ))
}

#[tokio::test]
async fn the_index_says_what_the_records_say() {
    let place = Place::new();
    let pets = pets();
    let mut sink = place.open(&[&pets]).await;
    let all = [pet("1", "Mia", "likes fish"), pet("2", "Léo", "likes Mia"), pet("3", "Zoë", "quiet")];
    write(&mut sink, &pets, &all).await;
    assert_eq!(place.rows("SELECT count(*) FROM _search_pets"), ["0"], "it is committed with the records");
    commit(&mut sink).await;
    assert_eq!(found(&place, "mia"), ["1", "2"]);
    assert_eq!(found(&place, "leo"), ["2"], "whatever the accents");
    assert_eq!(found(&place, "fish likes"), ["1"]);
    assert_eq!(found(&place, "lik"), ["1", "2"], "the last word may be begun");
    assert_eq!(found(&place, "fi mia"), [""; 0], "and no other");

    // Changed, gone, back again.
    write_at(&mut sink, &pets, 2, &[pet("1", "Mia", "likes nothing"), Record::gone("2", Gone::NotFound)])
        .await;
    commit(&mut sink).await;
    assert_eq!(
        (found(&place, "fish"), found(&place, "nothing"), found(&place, "leo")),
        (vec![], vec!["1".into()], vec![])
    );
    write_at(&mut sink, &pets, 3, &[pet("2", "Leo", "is back")]).await;
    commit(&mut sink).await;
    assert_eq!(found(&place, "back"), ["2"]);
    sweep(&mut sink, &pets, 3).await;
    commit(&mut sink).await;
    assert_eq!((found(&place, "quiet"), found(&place, "back")), (vec![], vec!["2".into()]));
    sink.close().await.unwrap();
}

#[tokio::test]
async fn what_is_not_committed_is_in_neither() {
    let place = Place::new();
    let pets = pets();
    let mut sink = place.open(&[&pets]).await;
    write(&mut sink, &pets, &[pet("1", "Mia", "x")]).await;
    drop(sink);
    let mut sink = place.open(&[&pets]).await;
    commit(&mut sink).await;
    assert_eq!(found(&place, "mia"), [""; 0]);
    write(&mut sink, &pets, &[pet("1", "Mia", "x")]).await;
    commit(&mut sink).await;
    assert_eq!(found(&place, "mia"), ["1"]);
}

#[tokio::test]
async fn of_what_is_erased_no_word_is_left_in_the_file() {
    // In one part of the index, and in many.
    for at_once in [50, 501] {
        erase_one_of_many(at_once).await;
    }
}

async fn erase_one_of_many(at_once: usize) {
    let place = Place::new();
    let pets = pets();
    let mut sink = place.open(&[&pets]).await;
    let mut all: Vec<Record> = (0..500).map(|number| pet(&format!("p{number}"), "Mia", "ordinary")).collect();
    all.push(pet("secret", "Xanthippe", "quintessential"));
    for (seen, some) in (1..).zip(all.chunks(at_once)) {
        write_at(&mut sink, &pets, seen, some).await;
        commit(&mut sink).await;
    }
    write_at(&mut sink, &pets, 20, &[Record::gone("secret", Gone::Erased)]).await;
    commit(&mut sink).await;
    assert_eq!((found(&place, "quintessential"), found(&place, "ordinary").len()), (vec![], 500));
    sink.close().await.unwrap();
    let bytes = std::fs::read(place.path()).unwrap();
    for word in ["xanthippe", "Xanthippe", "antessential", "quintessential", "anthippe"] {
        let is_there = bytes.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(!is_there, "{word} is still there");
    }
}

struct All;

impl Choose for All {
    fn chooses(&mut self, _: &Held<'_>) -> bool {
        true
    }
}

#[tokio::test]
async fn of_what_a_record_said_before_no_word_is_left_once_that_is_purged() {
    let place = Place::new();
    let pets = pets();
    let mut sink = place.open(&[&pets]).await;
    let mut all: Vec<Record> = (0..500).map(|number| pet(&format!("p{number}"), "Mia", "ordinary")).collect();
    all.push(pet("secret", "Xanthippe", "quintessential"));
    write_at(&mut sink, &pets, 1, &all).await;
    commit(&mut sink).await;
    write_at(&mut sink, &pets, 2, &[pet("secret", "Anonymous", "ordinary")]).await;
    commit(&mut sink).await;
    sink.close().await.unwrap();
    let words = ["xanthippe", "anthippe", "quintessential", "antessential"];
    let is_there = |word: &&str| {
        let bytes = std::fs::read(place.path()).unwrap();
        bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
    };
    assert!(words.iter().any(is_there), "the test would show nothing");
    let database = sink_sqlite::Family.place(&format!("sqlite:{}", place.path().display()), None);
    let database = database.unwrap().unwrap();
    let mut purging = database.purge(Purge::Earlier(Box::new(All)), &[pets]).unwrap();
    purging.carry_out().await.unwrap();
    drop(purging);
    assert_eq!((found(&place, "quintessential"), found(&place, "ordinary").len()), (vec![], 501));
    for word in words {
        assert!(!is_there(&word), "{word} is still there");
    }
}

#[tokio::test]
async fn it_is_made_where_it_is_missing_and_dropped_where_nobody_wants_it() {
    let place = Place::new();
    let plain = stream("pets", &["name"]);
    let mut sink = place.open(&[&plain]).await;
    write(&mut sink, &plain, &[pet("1", "Mia", "x"), pet("2", "Leo", "y")]).await;
    write(&mut sink, &plain, &[Record::gone("2", Gone::NotFound)]).await;
    commit(&mut sink).await;
    sink.close().await.unwrap();
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name LIKE '\\_search\\_%' ESCAPE '\\'";
    assert_eq!(place.rows(tables), ["0"]);

    // As a database of the layout before would be.
    let old = Connection::open(place.path()).unwrap();
    crate::without_numbers(&old, "pets");
    old.execute_batch("DROP TABLE _capture_search; PRAGMA user_version = 4").unwrap();
    old.close().unwrap();
    let wanted = pets();
    place.open(&[&wanted]).await.close().await.unwrap();
    assert_eq!(
        (found(&place, "mia"), found(&place, "leo"), found(&place, "x")),
        (vec!["1".into()], vec![], vec!["1".into()])
    );

    // Of other texts.
    let only_notes = Searchable { title: vec!["/note".into()], body: vec![] };
    let other = Arc::new(Arc::unwrap_or_clone(pets()).with_searchable(Some(only_notes)));
    place.open(&[&other]).await.close().await.unwrap();
    assert_eq!((found(&place, "mia"), found(&place, "x")), (vec![], vec!["1".into()]));

    // Anew, by a person.
    let broken = Connection::open(place.path()).unwrap();
    broken.execute_batch("DELETE FROM _search_pets").unwrap();
    broken.close().unwrap();
    let all = [("pets".to_owned(), searchable()), ("none".to_owned(), searchable())];
    assert_eq!(rebuild(&place.path(), Locking::Required, &all).unwrap(), [("pets".to_owned(), 1)]);
    assert_eq!(found(&place, "mia"), ["1"]);
    let mut sink = SqliteSink::new(place.path());
    sink.load().await.unwrap();
    assert_eq!(
        rebuild(&place.path(), Locking::Required, &all).unwrap_err().kind(),
        ErrorKind::Busy,
        "a run has it"
    );
    sink.close().await.unwrap();
    assert!(rebuild(&place.path().with_extension("none"), Locking::Required, &all).is_err());

    place.open(&[&plain]).await.close().await.unwrap();
    assert_eq!(place.rows(tables), ["0"]);
    assert_eq!(place.rows("SELECT count(*) FROM _capture_search"), ["0"]);
}
