//! What stands in the columns, and what happens to them.

use capture_core::{ErrorKind, FieldKind, Record, Sink as _};
use proptest::strategy::{Strategy as _, ValueTree as _};
use serde_json::{Value, json};

use crate::Place;
use crate::support::{commit, open, pet, pets, stream, sweep, write};

#[tokio::test]
async fn values_stand_in_columns_as_far_as_they_fit() {
    let Some(place) = Place::new() else { return };
    let stream = stream(
        "applications",
        &[
            ("id", FieldKind::String),
            ("createdAt", FieldKind::Instant),
            ("isArchived", FieldKind::Boolean),
            ("order", FieldKind::Integer),
            ("score", FieldKind::Number),
            ("job", FieldKind::Object),
            ("tags", FieldKind::Array),
        ],
    );
    let mut sink = place.sink();
    open(&mut sink, &stream).await.unwrap();
    let fits = r#"{"id":"fits","createdAt":"2026-01-02T03:04:05.678+01:00","isArchived":true,"order":7,"score":1.7976931348623157e308,
        "job":{"id":"\u00fc","n":[1]},"tags":["a"],"newMember":{"x":1}}"#;
    let other = r#"{"id":5,"createdAt":1700000000,"isArchived":"yes","order":9223372036854775808,"score":"5","job":null,"tags":[]}"#;
    let small = r#"{"id":"s","createdAt":"not a date","order":-1,"score":5e-324,"Order":1,"newMember":null}"#;
    let edges = r#"{"id":"e","createdAt":"0001-01-01T00:00:00Z","score":-12345678901234567890.00010}"#;
    let records = [("fits", fits), ("other", other), ("small", small), ("edges", edges)];
    write(&mut sink, &stream, 1, records.map(|(key, json)| Record::upsert(key, json)).to_vec()).await;
    commit(&mut sink, 1).await;
    sink.close().await.unwrap();

    let columns = "to_jsonb(a) - '{score,_record,_original,_captured_at,_hash,_seen,_scope,_deleted_at,_deleted_why,_merged_into}'::text[]";
    let rows =
        place.sql(&format!("SET timezone = 'UTC'; SELECT {columns} FROM applications a ORDER BY _key"));
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [edges, fits, other, small] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(fits["created_at"], "2026-01-02T02:04:05.678+00:00");
    assert_eq!((&fits["is_archived"], &fits["order"]), (&json!(true), &json!(7)));
    assert_eq!((&fits["job"], &fits["tags"]), (&json!({"id": "ü", "n": [1]}), &json!(["a"])));
    assert_eq!(fits["new_member"], json!({"x": 1}));
    for column in ["id", "created_at", "is_archived", "order", "job", "new_member"] {
        assert_eq!(other[column], Value::Null, "{column}");
    }
    assert_eq!(other["tags"], json!([]));
    assert_eq!(small["order"], -1);
    assert_eq!(edges["created_at"], "0001-01-01T00:00:00+00:00");
    let score = "SELECT CASE _key WHEN 'edges' THEN score::text WHEN 'fits' THEN (score = 1.7976931348623157e308)::text
        WHEN 'small' THEN (score = 5e-324)::text ELSE coalesce(score::text, 'null') END FROM applications ORDER BY _key";
    let scores = place.sql(score);
    assert_eq!(scores.lines().collect::<Vec<_>>(), ["-12345678901234567890.00010", "true", "null", "true"]);
    let twin = "SELECT column_name FROM _ashby_columns WHERE member = 'Order'";
    assert!(place.sql(twin).starts_with("order_"), "columns that differ by case");
    let comment = "SELECT col_description('applications'::regclass, attnum) FROM pg_attribute
        WHERE attrelid = 'applications'::regclass AND attname = 'created_at'";
    assert_eq!(place.sql(comment), "createdAt");
    // The record is whole.
    assert_eq!(
        place.sql("SELECT _record ->> 'order' FROM applications WHERE _key = 'other'"),
        "9223372036854775808"
    );
}

#[tokio::test]
async fn whatever_a_record_holds_no_query_fails() {
    let Some(place) = Place::new() else { return };
    let stream = pets();
    let mut sink = place.sink();
    open(&mut sink, &stream).await.unwrap();
    let (long, deep) =
        ("x".repeat(70), (0..40).fold("1".to_owned(), |inner, _| format!(r#"{{"a":[{inner}]}}"#)));
    let odd = [
        r#"{"id":"nul","text":"a\u0000b","\u0000":1,"list":["\u0000"]}"#.to_owned(),
        r#"{"id":"half","text":"\ud83d","\udc00x":"\ud83dx"}"#.to_owned(),
        r#"{"id":"twice","text":"1","text":"2"}"#.to_owned(),
        format!(r#"{{"id":"huge","number":1e{},"small":1e-{},"list":[1e999999]}}"#, 200_000, 20_000),
        format!(
            r#"{{"id":"names","":1," ":2,"{long}a":3,"{long}b":4,"Company":5,"company":6,"_key":7,"_record":8,"a\"; drop":9}}"#
        ),
        format!(r#"{{"id":"megabyte","text":"{}"}}"#, "ü".repeat(500_000)),
        format!(r#"{{"id":"deep","deep":{deep}}}"#),
        r#"{"id":"numbers","a":-0.0,"b":1E+2,"c":12345678901234567890123,"d":1.10}"#.to_owned(),
    ];
    let records: Vec<Record> = odd
        .iter()
        .map(|json| {
            let key = json.split('"').nth(3).unwrap().to_owned();
            Record::upsert(key, json.clone())
        })
        .collect();
    write(&mut sink, &stream, 1, records.iter().chain(&records).cloned().collect()).await;
    let counts = commit(&mut sink, 1).await;
    assert_eq!((counts.new, counts.unchanged), (8, 8));
    sink.close().await.unwrap();
    for json in &odd {
        let key = json.split('"').nth(3).unwrap();
        let kept =
            place.sql(&format!("SELECT coalesce(_original, _record::text) FROM pets WHERE _key = '{key}'"));
        let is_exact = kept == *json;
        let are_equal =
            || serde_json::from_str::<Value>(&kept).unwrap() == serde_json::from_str::<Value>(json).unwrap();
        assert!(is_exact || are_equal(), "{key}");
    }
    let exact = place.sql("SELECT _key FROM pets WHERE _original IS NOT NULL ORDER BY 1");
    assert_eq!(exact.lines().collect::<Vec<_>>(), ["half", "huge", "nul", "numbers", "twice"]);
    // Every column of every row, and every member of every record, can be read.
    place.sql("SELECT p.* FROM pets p");
    let members = place.sql("SELECT count(*) FROM pets, jsonb_each_text(_record)");
    assert_eq!(members, "32");
    assert_eq!(place.sql("SELECT text FROM pets WHERE _key = 'nul'"), "\"a\u{fffd}b\"");
    let names = place
        .sql("SELECT max(length(column_name)), count(DISTINCT column_name) = count(*) FROM _ashby_columns");
    assert_eq!(names, "63|t");
}

#[tokio::test]
async fn columns_are_added_and_nothing_is_taken_away() {
    let Some(place) = Place::new() else { return };
    let old =
        stream("pets", &[("id", FieldKind::String), ("age", FieldKind::Integer), ("at", FieldKind::Instant)]);
    let mut sink = place.sink();
    open(&mut sink, &old).await.unwrap();
    write(&mut sink, &old, 1, vec![Record::upsert("a", r#"{"id":"a","age":1,"at":"2026-01-01T00:00:00Z"}"#)])
        .await;
    commit(&mut sink, 1).await;
    sink.close().await.unwrap();
    place.sql(
        "CREATE VIEW old AS SELECT id, age FROM pets; CREATE ROLE reader_of_pets; GRANT SELECT ON pets TO reader_of_pets;
         ALTER TABLE pets ADD COLUMN name text DEFAULT 'mine', ADD COLUMN odd point; ALTER TABLE pets ALTER COLUMN at TYPE date;
         COMMENT ON COLUMN pets.id IS 'my words'",
    );
    let new = stream("pets", &[("id", FieldKind::String), ("born", FieldKind::Instant)]);
    let mut sink = place.sink();
    open(&mut sink, &new).await.unwrap();
    let record = r#"{"id":"a","age":2,"at":"2026-01-02T00:00:00Z","born":"2025-01-01T00:00:00Z","name":"Mia","odd":1}"#;
    write(&mut sink, &new, 2, vec![Record::upsert("a", record)]).await;
    commit(&mut sink, 2).await;
    // What is given another type while a run is on is found at the next start.
    sink.close().await.unwrap();
    assert_eq!(place.sql("SELECT id, age FROM old"), "a|2");
    assert_eq!(place.sql("SELECT age, at, name, born IS NOT NULL FROM pets"), "2||mine|t");
    let twin = place.sql("SELECT column_name FROM _ashby_columns WHERE member = 'name'");
    assert_eq!(place.sql(&format!("SELECT {twin} FROM pets")), "\"Mia\"");
    assert_eq!(place.sql("SELECT has_table_privilege('reader_of_pets', 'pets', 'SELECT')"), "t");
    // A column that somebody drops comes back, empty until its rows change.
    place.sql("ALTER TABLE pets DROP COLUMN born");
    let mut sink = place.sink();
    open(&mut sink, &new).await.unwrap();
    sink.close().await.unwrap();
    assert_eq!(place.sql("SELECT born IS NULL FROM pets"), "t");
}

#[tokio::test]
async fn a_listing_that_brings_nothing_new_rewrites_no_record() {
    let Some(place) = Place::new() else { return };
    let stream = pets();
    let all = || (0..500).map(|number| pet(&number.to_string(), "1")).collect();
    let mut sink = place.sink();
    open(&mut sink, &stream).await.unwrap();
    write(&mut sink, &stream, 1, all()).await;
    commit(&mut sink, 1).await;
    let rows = || place.sql("SELECT _key, ctid, xmin, _captured_at FROM pets ORDER BY 1");
    let before = rows();
    for seen in 2..4 {
        write(&mut sink, &stream, seen, all()).await;
        sweep(&mut sink, &stream, seen).await;
        let counts = commit(&mut sink, seen).await;
        assert_eq!((counts.unchanged, counts.deleted), (500, 0));
    }
    assert_eq!(rows(), before);
    // A commit of nothing is none.
    let commits = || place.sql("SELECT commits FROM _ashby_run");
    let before = commits();
    sink.commit(&capture_core::StateUpdate::default()).await.unwrap();
    assert_eq!(commits(), before);
    sink.close().await.unwrap();
}

#[tokio::test]
async fn what_is_somebody_elses_is_left_alone() {
    let Some(place) = Place::new() else { return };
    place
        .cluster
        .sql("postgres", &format!("CREATE SCHEMA {0}; CREATE TABLE {0}.pets (id int)", place.schema));
    let mut sink = place.sink();
    let error = open(&mut sink, &pets()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::State);
    assert!(error.to_string().contains("pets") && error.hint().unwrap().contains("schema="), "{error:?}");
    drop(sink);
    assert_eq!(place.sql("SELECT count(*) FROM information_schema.columns WHERE table_name = 'pets' AND table_schema = current_schema()"), "1");
}

#[tokio::test]
async fn a_table_that_was_dropped_is_listed_again() {
    let Some(place) = Place::new() else { return };
    let stream = pets();
    let mut sink = place.sink();
    open(&mut sink, &stream).await.unwrap();
    write(&mut sink, &stream, 1, vec![pet("a", "1")]).await;
    commit(&mut sink, 7).await;
    sink.close().await.unwrap();
    place.sql("DROP TABLE pets");
    let mut sink = place.sink();
    let state = sink.load().await.unwrap();
    assert!(state.streams["pets"].checkpoint.is_empty(), "it would go on behind what is gone");
    sink.open(std::slice::from_ref(&stream)).await.unwrap();
    write(&mut sink, &stream, 1, vec![pet("a", "1")]).await;
    assert_eq!(commit(&mut sink, 8).await.new, 1);
    sink.close().await.unwrap();
}

#[tokio::test]
async fn a_row_of_many_columns_fits_its_page_whatever_is_in_it() {
    let Some(place) = Place::new() else { return };
    let stream = pets();
    let mut sink = place.sink();
    open(&mut sink, &stream).await.unwrap();
    // The longest values that are not put elsewhere, and longer ones.
    for length in [1, 14, 15, 16, 100, 3_000] {
        let members: Vec<String> =
            (0..400).map(|number| format!(r#""m{number}":"{}""#, "x".repeat(length))).collect();
        let record = Record::upsert(length.to_string(), format!(r#"{{"id":"a",{}}}"#, members.join(",")));
        write(&mut sink, &stream, 1, vec![record]).await;
        commit(&mut sink, 1).await;
    }
    sink.close().await.unwrap();
    assert_eq!(place.sql("SELECT count(*), count(m100) FROM pets"), "6|6");
}

/// The binary forms are our own: the server, which reads the text, must come to the same.
#[tokio::test]
async fn numbers_and_instants_are_what_the_server_makes_of_their_text() {
    let Some(place) = Place::new() else { return };
    let fields = [("id", FieldKind::String), ("score", FieldKind::Number), ("at", FieldKind::Instant)];
    let stream = stream("scores", &fields);
    let mut sink = place.sink();
    open(&mut sink, &stream).await.unwrap();
    let number = "-?(0|[1-9][0-9]{0,30}|1000000|4000)(\\.[0-9]{1,20}|\\.0{1,12}|)((e|E)(\\+|-|)[0-9]{1,3}|)";
    let instant = "[0-9]{3}[1-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6}|)(Z|\\+0[0-9]:30|-1[0-1]:00)";
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut text = |pattern: &str| {
        let strategy = proptest::string::string_regex(pattern).unwrap();
        strategy.new_tree(&mut runner).unwrap().current()
    };
    let records = (0..1_000).map(|key| {
        let json = format!(r#"{{"id":"{key}","score":{},"at":"{}"}}"#, text(number), text(instant));
        Record::upsert(key.to_string(), json)
    });
    let records = records.collect();
    write(&mut sink, &stream, 1, records).await;
    commit(&mut sink, 1).await;
    sink.close().await.unwrap();
    let differ = "SELECT _record, score, at FROM scores WHERE score IS NULL OR at IS NULL
        OR score <> (_record ->> 'score')::numeric OR at <> (_record ->> 'at')::timestamptz
        OR scale(score) <> scale((_record ->> 'score')::numeric) LIMIT 3";
    assert_eq!(place.sql(differ), "");
    assert_eq!(place.sql("SELECT count(*) FROM scores"), "1000");
}

#[tokio::test]
async fn the_same_members_in_another_order_are_no_change() {
    let Some(place) = Place::new() else { return };
    let stream = pets();
    let mut sink = place.sink();
    open(&mut sink, &stream).await.unwrap();
    // The second is kept beside its jsonb, which would lose the exponent.
    let listed = [
        ("a", r#"{"id":"a","owner":{"name":"\u00c4da","age":36},"n":1.50}"#),
        ("b", r#"{"id":"b","n":1e2,"tags":["x","y"]}"#),
    ];
    write(&mut sink, &stream, 1, listed.map(|(key, json)| Record::upsert(key, json)).to_vec()).await;
    commit(&mut sink, 1).await;
    let rows = "SELECT _record, _original, _captured_at FROM pets ORDER BY _key";
    let before = place.sql(rows);
    let alone = [
        ("a", r#"{"n": 1.50, "owner": {"age": 36, "name": "\u00c4da"}, "id": "a"}"#),
        ("b", r#"{"tags":["x","y"],"n":1e2,"id":"b"}"#),
    ];
    for seen in [2, 3] {
        write(&mut sink, &stream, seen, alone.map(|(key, json)| Record::upsert(key, json)).to_vec()).await;
        let counts = commit(&mut sink, seen).await;
        assert_eq!((counts.unchanged, counts.changed), (2, 0), "{seen}");
        assert_eq!(place.sql(rows), before);
    }
    // It was seen each time.
    sweep(&mut sink, &stream, 3).await;
    assert_eq!(commit(&mut sink, 4).await.deleted, 0);
    let changed = [
        ("a", r#"{"n":1.5,"owner":{"age":36,"name":"Ada"},"id":"a"}"#),
        ("b", r#"{"tags":["y","x"],"n":1e2,"id":"b"}"#),
    ];
    write(&mut sink, &stream, 4, changed.map(|(key, json)| Record::upsert(key, json)).to_vec()).await;
    assert_eq!(commit(&mut sink, 5).await.changed, 2);
}

/// A dry run: it sees what is there, and nobody sees it.
#[tokio::test]
async fn a_rehearsal_goes_on_beside_a_run_and_neither_disturbs_the_other() {
    let Some(place) = Place::new() else { return };
    let stream = pets();
    let mut sink = place.sink();
    open(&mut sink, &stream).await.unwrap();
    write(&mut sink, &stream, 1, vec![pet("a", "1"), pet("b", "1")]).await;
    commit(&mut sink, 1).await;
    let family: &dyn capture_core::Family = &sink_postgres::Family;
    let rehearsal = family.place(&place.address(), None).unwrap().unwrap().rehearsal().unwrap();
    // Two runs follow each other on it, while the sink holds the place.
    for (seen, changed) in [(2, 1), (3, 0)] {
        let mut rehearsed = rehearsal.open().unwrap();
        open(&mut *rehearsed, &stream).await.unwrap();
        write(&mut *rehearsed, &stream, seen, vec![pet("a", "2")]).await;
        assert_eq!(commit(&mut *rehearsed, seen).await.changed, changed);
        // Rows that it has changed are changed by the run, too, and the table gets a column.
        let record = format!(r#"{{"id":"a","value":"real","new{seen}":1}}"#);
        let real = async {
            write(&mut sink, &stream, seen, vec![Record::upsert("a", record), pet("b", "1")]).await;
            assert_eq!(commit(&mut sink, seen).await.changed, 1);
        };
        tokio::time::timeout(std::time::Duration::from_secs(15), real).await.expect("nobody waits");
        sweep(&mut *rehearsed, &stream, seen).await;
        let deleted = commit(&mut *rehearsed, 9).await.deleted;
        assert_eq!(deleted, u64::from(seen == 2), "b, once");
        rehearsed.close().await.unwrap();
    }
    drop(rehearsal);
    let rows = "SELECT _key, _record ->> 'value', _deleted_at IS NULL FROM pets ORDER BY 1";
    assert_eq!(place.sql(rows), "a|real|t\nb|1|t");
    sink.close().await.unwrap();
}
