//! Attempts on the rails of queries.

use std::time::{Duration, Instant};

use local_copy::{Cancel, Error, Query};
use serde_json::{Value, json};

use crate::{Place, pet, pets, stream};

fn ask(place: &Place, sql: &str) -> Result<Vec<Vec<Value>>, Error> {
    place.copy().query(&Query::new(sql), &Cancel::default()).map(|answer| answer.rows)
}

/// What a directory holds: names, and the bytes of the copy.
fn everything(place: &Place) -> (Vec<String>, Vec<u8>) {
    let entries = std::fs::read_dir(place.0.path()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    (names, std::fs::read(place.path()).unwrap())
}

#[tokio::test]
async fn what_is_asked_is_answered() {
    let place = pets().await;
    let rows = |sql: &str| ask(&place, sql).unwrap();
    assert_eq!(rows("SELECT count(*) FROM pets"), [[json!(2)]], "what is gone does not count");
    assert_eq!(
        rows("SELECT id, name FROM pets ORDER BY name"),
        [[json!("2"), json!("Leo")], [json!("1"), json!("Mia")]]
    );
    assert_eq!(rows("SELECT json_extract(_record, '$.weight.kg') FROM pets WHERE id = '1'"), [[json!(4)]]);
    assert_eq!(
        rows("SELECT value FROM pets, json_each(tags) WHERE pets.id = '1'"),
        [[json!("a")], [json!("b")]]
    );
    let counting =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n";
    assert_eq!(rows(counting).len(), 3);
    assert_eq!(
        rows("-- who\nSELECT name /* ; DROP TABLE pets */ FROM pets WHERE name LIKE 'm%';"),
        [[json!("Mia")]]
    );
    assert_eq!(
        rows("SELECT ';', 1.5, NULL, x'0aff'"),
        [[json!(";"), json!(1.5), Value::Null, json!("0aff")]]
    );
    assert_eq!(rows("SELECT name, row_number() OVER (ORDER BY name) FROM pets").len(), 2);
    assert_eq!(
        rows("SELECT a.id FROM pets a JOIN pets b ON a.id = b.id WHERE a.id IN (SELECT id FROM pets)").len(),
        2
    );
    let with_deleted =
        Query { with_deleted: true, ..Query::new("SELECT _deleted_why FROM pets WHERE name = 'Ghost'") };
    let answer = place.copy().query(&with_deleted, &Cancel::default()).unwrap();
    assert_eq!(answer.rows, [[json!("not_found")]]);
    assert!(answer.as_of.is_some());
}

#[tokio::test]
async fn nothing_that_is_asked_changes_or_makes_anything() {
    let place = pets().await;
    let before = everything(&place);
    let elsewhere = place.0.path().join("stolen.db");
    let elsewhere = elsewhere.to_str().unwrap();
    for sql in [
        "INSERT INTO pets (id) VALUES ('9')",
        "INSERT INTO _rows_pets (_key) VALUES ('9')",
        "UPDATE _rows_pets SET _record = '{}'",
        "DELETE FROM _rows_pets",
        "WITH x AS (SELECT 1) DELETE FROM _rows_pets",
        "WITH x AS (SELECT 1) INSERT INTO _capture_state SELECT '', '' RETURNING stream",
        "DELETE FROM _rows_pets RETURNING _key",
        "REPLACE INTO _capture_state VALUES ('pets', '{}')",
        "CREATE TABLE x (a)",
        "CREATE TEMP TABLE x AS SELECT * FROM pets",
        "CREATE TEMP VIEW x AS SELECT * FROM _rows_pets",
        "CREATE TEMP TRIGGER x INSTEAD OF INSERT ON pets BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE temp.x USING fts5(a)",
        "DROP VIEW pets",
        "ALTER TABLE _rows_pets RENAME TO x",
        &format!("ATTACH '{elsewhere}' AS x"),
        &format!("/* SELECT */ ATTACH DATABASE '{elsewhere}' AS x"),
        "DETACH main",
        "VACUUM",
        &format!("VACUUM INTO '{elsewhere}'"),
        &format!("VACUUM main INTO '{elsewhere}'"),
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA table_info(pets)",
        "BEGIN IMMEDIATE",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT x",
        "REINDEX",
        "ANALYZE",
        "SELECT 1; DELETE FROM _rows_pets",
        "SELECT 1; SELECT 2",
        "SELECT 1;\n-- x\n;DROP TABLE _rows_pets",
        "SELECT load_extension('x')",
        &format!("SELECT writefile('{elsewhere}', 'x')"),
        "SELECT readfile('/etc/passwd')",
        "SELECT fts5(1)",
        "EXPLAIN SELECT * FROM pets",
        "EXPLAIN QUERY PLAN SELECT * FROM pets",
        "SELECT ?1",
        "",
        "-- nothing",
        ";",
    ] {
        let error = ask(&place, sql).unwrap_err();
        assert!(matches!(error, Error::Refused(_) | Error::Sql(_)), "{sql}: {error:?}");
        assert!(error.hint().is_some(), "{sql}");
    }
    assert_eq!(everything(&place), before);
    assert_eq!(ask(&place, "SELECT count(*) FROM pets").unwrap(), [[json!(2)]]);
}

#[tokio::test]
async fn nobody_reads_beneath_the_views() {
    let place = pets().await;
    for sql in [
        "SELECT * FROM _rows_pets",
        "SELECT count(*) FROM _rows_pets",
        "SELECT 1 FROM _rows_pets",
        "SELECT * FROM main._rows_pets",
        "SELECT * FROM \"_ROWS_PETS\"",
        "SELECT * FROM [_rows_pets]",
        "SELECT * FROM main.pets",
        "SELECT count(*) FROM main.pets",
        "SELECT (SELECT _record FROM _rows_pets LIMIT 1) FROM pets",
        "SELECT * FROM pets WHERE EXISTS (SELECT * FROM _rows_pets)",
        // An expression of the view's name is who reads, in the eyes of SQLite.
        "WITH pets AS (SELECT * FROM _rows_pets) SELECT * FROM pets",
        "WITH pets AS (SELECT _record FROM main._rows_pets) SELECT _record FROM pets",
        "WITH pets AS MATERIALIZED (SELECT count(*) FROM _rows_pets) SELECT * FROM pets",
        "WITH beneath_pets AS (SELECT * FROM _rows_pets) SELECT * FROM beneath_pets",
        "SELECT * FROM (SELECT * FROM _rows_pets) AS pets",
        "SELECT state FROM _capture_state",
        "SELECT * FROM _capture_live",
        "SELECT fields FROM _capture_streams",
        "SELECT sql FROM sqlite_schema",
        "SELECT sql FROM sqlite_master",
        "SELECT sql FROM temp.sqlite_schema",
        "SELECT sql FROM sqlite_temp_master",
        "SELECT sql FROM SQLITE_TEMP_SCHEMA",
        "SELECT count(*) FROM sqlite_temp_schema",
        "SELECT * FROM pragma_table_list",
        "SELECT * FROM pragma_function_list()",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM dbstat",
        "SELECT count(*) FROM dbstat",
        "SELECT count(*) FROM pragma_table_list",
        "SELECT count(*) FROM fts5vocab",
        "SELECT * FROM sqlite_dbpage",
        "SELECT * FROM pets ORDER BY (SELECT max(state) FROM _capture_state)",
        "SELECT id FROM pets UNION ALL SELECT _record FROM _rows_pets",
        "VALUES ((SELECT state FROM _capture_state))",
    ] {
        let error = ask(&place, sql).unwrap_err();
        assert!(matches!(error, Error::Refused(_) | Error::Sql(_)), "{sql}: {error:?}");
        assert!(!error.to_string().contains("beneath_") || sql.contains("beneath_"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn what_goes_on_without_end_is_stopped() {
    let place = pets().await;
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)";
    let mut query = Query::new(format!("{endless} SELECT count(*) FROM n"));
    query.limits.time = Duration::from_millis(50);
    let started = Instant::now();
    let error = place.copy().query(&query, &Cancel::default()).unwrap_err();
    assert!(matches!(error, Error::TooSlow(_)), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(3));

    for sql in [
        &format!("{endless} SELECT count(*) FROM (SELECT i, hex(printf('%.400000c', 'x')) AS x FROM n ORDER BY x)"),
        "WITH RECURSIVE n(i, x) AS (SELECT 1, printf('%.900000c', 'x') UNION ALL SELECT i + 1, x || i FROM n WHERE i < 400)
            SELECT count(*) FROM (SELECT DISTINCT x FROM n)",
    ] {
        let error = ask(&place, sql).unwrap_err();
        assert!(matches!(error, Error::TooLarge(_)), "{sql}: {error:?}");
    }
    for sql in [
        "SELECT printf('%.2000000c', 'x')",
        "SELECT hex(printf('%.900000c', 'x'))",
        "SELECT replace(printf('%.9000c', 'x'), 'x', printf('%.9000c', 'y'))",
        &format!("SELECT 'a' LIKE '{}'", "%a".repeat(600)),
        &format!("SELECT {}1{}", "abs(".repeat(200), ")".repeat(200)),
        &format!("SELECT 1 WHERE {}", vec!["1"; 400].join(" + ")),
        &vec!["SELECT 1"; 60].join(" UNION ALL "),
    ] {
        let error = ask(&place, sql).unwrap_err();
        assert!(matches!(error, Error::Sql(_)), "{:.60}: {error:?}", sql);
    }
    let long = "printf('%.900000c', 'a')";
    let started = Instant::now();
    for sql in [
        format!("SELECT {long} LIKE '{}b'", "%a".repeat(20)),
        format!("SELECT instr({long}, substr({long}, 1, 400000) || 'b')"),
        format!("SELECT length(trim({long}, substr({long}, 1, 400000) || 'b'))"),
        format!("SELECT length(replace({long}, substr({long}, 1, 400000) || 'b', ''))"),
    ] {
        assert_eq!(ask(&place, &sql).unwrap().len(), 1);
    }
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_query_that_nobody_waits_for_ends() {
    let place = pets().await;
    let cancel = Cancel::default();
    let query =
        Query::new("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
    let copy = place.copy();
    let running = std::thread::spawn({
        let cancel = cancel.clone();
        move || copy.query(&query, &cancel)
    });
    cancel.cancel();
    let ended = running.join().unwrap();
    assert!(matches!(ended, Err(Error::GivenUp)), "{ended:?}");
}

#[tokio::test]
async fn an_answer_is_cut_and_goes_on_only_while_the_copy_is_the_same() {
    let place = Place(tempfile::tempdir().unwrap());
    let pets = stream("pets");
    let many: Vec<_> = (0..25).map(|number| pet(&format!("{number:02}"), "Mia")).collect();
    place.write(&pets, 1, &many).await;
    let mut query = Query { rows_max: 10, ..Query::new("SELECT id FROM pets ORDER BY id") };
    let mut seen = Vec::new();
    let moment = loop {
        let answer = place.copy().query(&query, &Cancel::default()).unwrap();
        seen.extend(answer.rows.iter().map(|row| row[0].as_str().unwrap().to_owned()));
        query.offset += answer.rows.len() as u64;
        query.moment = Some(answer.moment);
        if !answer.truncated {
            break answer.moment;
        }
    };
    assert_eq!(seen, many.iter().map(|record| record.key.as_str().to_owned()).collect::<Vec<_>>());
    let again = place.copy().query(&Query::new("SELECT 1"), &Cancel::default()).unwrap();
    assert_eq!(again.moment, moment, "nothing was committed");
    place.write(&pets, 2, &[pet("30", "New")]).await;
    assert!(matches!(place.copy().query(&query, &Cancel::default()), Err(Error::Changed)));

    let mut wide = Query::new("SELECT _record FROM pets");
    wide.limits.answer_bytes = 200;
    let answer = place.copy().query(&wide, &Cancel::default()).unwrap();
    assert!(answer.truncated && answer.rows.len() < 10, "{}", answer.rows.len());
}

#[tokio::test]
async fn whole_records_are_not_carried_along_where_rows_are_grouped_and_sorted() {
    let place = Place(tempfile::tempdir().unwrap());
    let pets = stream("pets");
    let long = "x".repeat(60_000);
    let many: Vec<_> =
        (0..400).map(|number| pet(&number.to_string(), &format!("{}{long}", number % 7))).collect();
    place.write(&pets, 1, &many).await;
    for sql in [
        "SELECT substr(name, 1, 1), count(*) FROM pets GROUP BY 1",
        "SELECT id FROM pets ORDER BY json_extract(weight, '$.kg'), substr(name, 1, 1)",
        "SELECT count(DISTINCT substr(name, 1, 1)) FROM pets",
        "SELECT a.id FROM pets a JOIN pets b ON a.id = b.id ORDER BY substr(b.name, 1, 1)",
        "SELECT json_extract(_record, '$.weight.kg') AS kg, count(*) FROM pets GROUP BY kg",
    ] {
        let mut query = Query::new(sql);
        // What SQLite has in the whole process counts, and other tests run beside this one.
        query.limits.memory_bytes = 12 << 20;
        place.copy().query(&query, &Cancel::default()).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

#[tokio::test]
async fn where_there_is_no_copy_that_is_said() {
    let place = Place(tempfile::tempdir().unwrap());
    assert!(!place.copy().exists());
    let error = ask(&place, "SELECT 1").unwrap_err();
    assert!(matches!(error, Error::NoCopy(_)), "{error:?}");
    assert!(!place.path().exists(), "reading makes no file");
}
