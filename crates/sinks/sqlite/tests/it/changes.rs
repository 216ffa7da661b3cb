//! Numbers by which readers find what is new.

use capture_core::{Gone, Record, Sink};
use rusqlite::Connection;

use crate::{Place, commit, stream, sweep, write, write_at};

fn pet(id: &str, name: &str) -> Record {
    Record::upsert(id, format!(r#"{{"id":"{id}","name":"{name}"}}"#))
}

/// Keys of what changed after a number, and the newest number.
fn since(place: &Place, change: i64) -> (Vec<String>, i64) {
    let keys = place.rows(&format!("SELECT _key FROM _rows_pets WHERE _change > {change} ORDER BY 1"));
    (keys, place.rows("SELECT change FROM _capture_streams")[0].parse().unwrap())
}

#[tokio::test]
async fn what_changed_since_a_number_is_what_it_says() {
    let place = Place::new();
    let pets = stream("pets", &["name"]);
    let mut sink = place.open(&[&pets]).await;
    write(&mut sink, &pets, &[pet("1", "Mia"), pet("2", "Leo"), pet("3", "Ida")]).await;
    commit(&mut sink).await;
    let (all, first) = since(&place, 0);
    assert_eq!(all, ["1", "2", "3"]);
    // Seen again, one of them changed.
    write_at(&mut sink, &pets, 2, &[pet("1", "Mia"), pet("2", "Lea")]).await;
    commit(&mut sink).await;
    let (changed, second) = since(&place, first);
    assert_eq!(changed, ["2"]);
    sweep(&mut sink, &pets, 2).await;
    commit(&mut sink).await;
    let (swept, third) = since(&place, second);
    assert_eq!(swept, ["3"]);
    write_at(&mut sink, &pets, 3, &[Record::gone("2", Gone::NotFound)]).await;
    commit(&mut sink).await;
    sink.close().await.unwrap();
    let (gone, fourth) = since(&place, third);
    assert_eq!(gone, ["2"]);
    // Another run goes on after it, also one that has nothing to say.
    place.open(&[&pets]).await.close().await.unwrap();
    let mut sink = place.open(&[&pets]).await;
    write_at(&mut sink, &pets, 4, &[pet("2", "Leo")]).await;
    commit(&mut sink).await;
    sink.close().await.unwrap();
    assert_eq!(since(&place, fourth).0, ["2"]);
    assert_eq!(place.rows("SELECT count(DISTINCT mark) FROM _capture_changes"), ["3"]);
    let plan = place.rows("EXPLAIN QUERY PLAN SELECT * FROM _rows_pets WHERE _change > 3");
    assert!(plan[0].contains("USING INDEX _change_pets"), "{plan:?}");
}

#[tokio::test]
async fn changes_of_an_earlier_layout_get_numbers_from_now_on() {
    let place = Place::new();
    let pets = stream("pets", &["name"]);
    let mut sink = place.open(&[&pets]).await;
    write(&mut sink, &pets, &[pet("1", "Mia"), pet("2", "Leo")]).await;
    sweep(&mut sink, &pets, 1).await;
    commit(&mut sink).await;
    sink.close().await.unwrap();
    let old = Connection::open(place.path()).unwrap();
    crate::without_numbers(&old, "pets");
    old.execute_batch("PRAGMA user_version = 5").unwrap();
    old.close().unwrap();
    let mut sink = place.open(&[&pets]).await;
    write_at(&mut sink, &pets, 2, &[pet("1", "Mia"), pet("2", "Lea")]).await;
    commit(&mut sink).await;
    sink.close().await.unwrap();
    assert_eq!(since(&place, 0).0, ["2"]);
}
