//! Queries of the files themselves: model and records side by side, and no more than reading.

use std::path::PathBuf;

use local_copy::{Cancel, Error, FilesAnswer, Limits, Query, query_files};
use rusqlite::Connection;
use serde_json::json;

use crate::{Place, pets};

fn model(place: &Place) -> PathBuf {
    let path = place.0.path().join("copy.model.db");
    let connection = Connection::open(&path).unwrap();
    let sql = "CREATE TABLE model_info (key TEXT, value TEXT); INSERT INTO model_info VALUES ('as_of', '2026-01-02T03:04:05Z');
               CREATE TABLE pets (pet_id TEXT, name TEXT); INSERT INTO pets VALUES ('1', 'Mia'), ('2', 'Leo')";
    connection.execute_batch(sql).unwrap();
    path
}

fn ask(place: &Place, sql: &str) -> Result<FilesAnswer, Error> {
    query_files(Some(&model_of(place)), &place.path(), &Query::new(sql), &Cancel::default())
}

fn model_of(place: &Place) -> PathBuf {
    let path = place.0.path().join("copy.model.db");
    if path.exists() { path } else { model(place) }
}

#[tokio::test]
async fn model_and_records_are_joined_by_key() {
    let place = pets().await;
    let joined = "SELECT p.name, json_extract(r._record, '$.weight.kg') FROM pets AS p \
                  JOIN ashby.pets AS r ON r.id = p.pet_id ORDER BY 1";
    let answer = ask(&place, joined).unwrap();
    assert_eq!(answer.rows, [[json!("Leo"), json!(4)], [json!("Mia"), json!(4)]]);
    assert_eq!(answer.model_as_of.as_deref(), Some("2026-01-02T03:04:05Z"));
    assert_eq!(ask(&place, "SELECT count(*) FROM raw.pets").unwrap().rows, [[json!(3)]], "tombstones, too");
    assert_eq!(ask(&place, "SELECT count(*) FROM sqlite_schema").unwrap().rows, [[json!(2)]]);
    let alone = Query::new("SELECT count(*) FROM pets WHERE _deleted_at IS NULL");
    let answer = query_files(None, &place.path(), &alone, &Cancel::default()).unwrap();
    assert_eq!((answer.rows, answer.model_as_of), (vec![vec![json!(2)]], None));
    let one = Query { rows_max: 1, ..Query::new("SELECT name FROM pets ORDER BY 1") };
    let answer = query_files(Some(&model_of(&place)), &place.path(), &one, &Cancel::default()).unwrap();
    assert!(answer.truncated && answer.rows.len() == 1);
}

#[tokio::test]
async fn nothing_but_reading_is_done() {
    let place = pets().await;
    let elsewhere = place.0.path().join("elsewhere.db");
    let before = (std::fs::read(model_of(&place)).unwrap(), std::fs::read(place.path()).unwrap());
    for sql in [
        "DELETE FROM pets".to_owned(),
        "UPDATE ashby.pets SET name = 'x'".to_owned(),
        "CREATE TEMP TABLE t (a)".to_owned(),
        "DROP TABLE model_info".to_owned(),
        "WITH a AS (SELECT 1) INSERT INTO pets SELECT 1, 2".to_owned(),
        format!("ATTACH '{}' AS other", elsewhere.display()),
        "DETACH ashby".to_owned(),
        "PRAGMA query_only = OFF".to_owned(),
        "PRAGMA journal_mode = DELETE".to_owned(),
        "SELECT * FROM pragma_database_list".to_owned(),
        "SELECT load_extension('x')".to_owned(),
        "SELECT readfile('/etc/passwd')".to_owned(),
        "VACUUM".to_owned(),
        "VACUUM INTO 'x.db'".to_owned(),
        "BEGIN IMMEDIATE".to_owned(),
        "COMMIT".to_owned(),
        "REINDEX".to_owned(),
        "SELECT 1; DELETE FROM pets".to_owned(),
        "EXPLAIN SELECT 1".to_owned(),
        "SELECT ?1".to_owned(),
        String::new(),
    ] {
        assert!(ask(&place, &sql).is_err(), "{sql}");
    }
    assert!(!elsewhere.exists());
    assert_eq!((std::fs::read(model_of(&place)).unwrap(), std::fs::read(place.path()).unwrap()), before);
}

#[tokio::test]
async fn what_takes_too_long_or_is_not_there_is_an_error() {
    let place = pets().await;
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    let mut limits = Limits::default();
    limits.time = std::time::Duration::from_millis(100);
    let query = Query { limits, ..Query::new(endless) };
    let slow = query_files(Some(&model_of(&place)), &place.path(), &query, &Cancel::default());
    assert!(matches!(slow, Err(Error::TooSlow(_))), "{slow:?}");
    assert!(matches!(ask(&place, "SELECT nothing FROM nowhere"), Err(Error::Sql(_))));
    let missing =
        query_files(None, &place.0.path().join("none.db"), &Query::new("SELECT 1"), &Cancel::default());
    assert!(matches!(missing, Err(Error::NoCopy(_))));
    let other = place.0.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE secrets (a)").unwrap();
    assert!(query_files(None, &other, &Query::new("SELECT * FROM secrets"), &Cancel::default()).is_err());
}
