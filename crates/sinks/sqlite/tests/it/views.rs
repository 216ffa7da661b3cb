use std::sync::Arc;

use capture_core::{ErrorKind, Record, Shape, Sink, Stamp, Write};
use rusqlite::Connection;
use sink_sqlite::{SqliteSink, query};

use crate::{Place, commit, scoped, stream, sweep, update, write, write_at};

fn columns(place: &Place, view: &str) -> String {
    query(&place.path(), &format!("SELECT * FROM {view}"), 0).unwrap().columns.join(" ")
}

#[tokio::test]
async fn a_view_has_a_column_for_every_field_known_or_met() {
    let place = Place::new();
    let pets = stream("pets", &["name"]);
    let mut sink = place.open(&[&pets]).await;
    assert_eq!(
        columns(&place, "pets"),
        "_key id name _captured_at _deleted_at _deleted_why _merged_into _scope _record"
    );

    let reader = Connection::open(place.path()).unwrap();
    let mut before = reader.prepare("SELECT name FROM pets").unwrap();
    let record =
        r#"{ "id":"a", "name":"Mia", "age":1.50, "toys":["ball"], "tame":true, "owner":null, "ID":2 }"#;
    write(&mut sink, &pets, &[Record::upsert("a", record)]).await;
    assert_eq!(
        columns(&place, "pets"),
        "_key id name _captured_at _deleted_at _deleted_why _merged_into _scope _record",
        "not committed"
    );
    commit(&mut sink).await;
    assert_eq!(
        columns(&place, "pets"),
        "_key id name age toys tame owner _captured_at _deleted_at _deleted_why _merged_into _scope _record"
    );
    assert_eq!(
        place.rows("SELECT id, name, age, toys, tame, owner FROM pets"),
        [r#"a|Mia|1.5|["ball"]|1|-"#]
    );
    assert_eq!(place.rows("SELECT _record FROM pets"), [record], "the record is kept byte for byte");
    assert_eq!(place.rows("SELECT json_extract(_record, '$.toys[0]') FROM pets"), ["ball"]);
    let name: String = before.query_row([], |row| row.get(0)).unwrap();
    assert_eq!(name, "Mia", "a statement of another program lives on");
    sink.close().await.unwrap();

    // The next run knows the columns, although its descriptor does not.
    let mut sink = place.open(&[&stream("pets", &["breed"])]).await;
    let expected = "_key id name age toys tame owner breed _captured_at _deleted_at _deleted_why _merged_into _scope _record";
    assert_eq!(columns(&place, "pets"), expected);
    write(&mut sink, &pets, &[Record::upsert("b", r#"{"id":"b","breed":"x"}"#)]).await;
    commit(&mut sink).await;
    assert_eq!(columns(&place, "pets"), expected);
}

#[tokio::test]
async fn odd_names_are_columns_where_they_can_be() {
    let place = Place::new();
    let odd = stream("odd \"stream'", &[]);
    let mut sink = place.open(&[&odd]).await;
    let record = concat!(
        r#"{"two words":1,"it's":2,"a.b":3,"[0]":4,"$":5,"caf\u00e9":6,"select":7,"0":8,"#,
        r#""quote\"":9,"back\\slash":10,"":11,"_KEY":12,"rowid":13,"new\nline":14,"Select":15}"#
    );
    write(&mut sink, &odd, &[Record::upsert("a", record)]).await;
    commit(&mut sink).await;
    let view = r#""odd ""stream'""#;
    let expected = "_key id two words it's a.b [0] $ café select 0 _captured_at _deleted_at _deleted_why _merged_into _scope _record";
    assert_eq!(columns(&place, view), expected);
    let sql = format!(r#"SELECT "two words", "it's", "a.b", "[0]", "$", "café", "select", "0" FROM {view}"#);
    assert_eq!(place.rows(&sql), ["1|2|3|4|5|6|7|8"]);
}

#[tokio::test]
async fn names_are_looked_at_once_for_each_shape() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    let record =
        |key: &str, json: &str, shape| Record::upsert(key, json.to_owned()).with_shape(Shape::new(shape));
    let mut records = vec![record("a", r#"{"a":1}"#, 7), record("b", r#"{"b":1}"#, 8)];
    // No honest source says so; it tells that nobody looked.
    records.push(record("c", r#"{"c":1}"#, 7));
    write(&mut sink, &pets, &records).await;
    commit(&mut sink).await;
    assert_eq!(
        columns(&place, "pets"),
        "_key id a b _captured_at _deleted_at _deleted_why _merged_into _scope _record"
    );
    // Without a shape, each record is looked at.
    write(&mut sink, &pets, &[Record::upsert("d", r#"{"d":1}"#), Record::upsert("e", r#"{"e":1}"#)]).await;
    commit(&mut sink).await;
    assert_eq!(
        columns(&place, "pets"),
        "_key id a b d e _captured_at _deleted_at _deleted_why _merged_into _scope _record"
    );
    for json in ["[]", "{", "7", r#"{"a":1} {}"#] {
        let records = [Record::upsert("f", json)];
        let write = Write::new(Arc::clone(&pets), Stamp::new(9), records.to_vec());
        assert_eq!(sink.write(write).await.unwrap_err().kind(), ErrorKind::Data, "{json}");
    }
}

#[tokio::test]
async fn a_name_that_is_no_unicode_or_endless_has_no_column_and_its_record_is_kept() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    let long = "n".repeat(5_000);
    let record = format!(r#"{{"id":"a","x\ud800":1,"{long}":2,"fine":"\udc00 is no letter"}}"#);
    write(&mut sink, &pets, &[Record::upsert("a", record.clone())]).await;
    commit(&mut sink).await;
    assert_eq!(
        columns(&place, "pets"),
        "_key id fine _captured_at _deleted_at _deleted_why _merged_into _scope _record"
    );
    assert_eq!(place.rows("SELECT _record, fine FROM pets"), [format!("{record}|\u{fffd} is no letter")]);
}

#[tokio::test]
async fn columns_hold_text_that_every_program_can_read_and_the_record_what_came() {
    let place = Place::new();
    let pets = stream("pets", &["name"]);
    let mut sink = place.open(&[&pets]).await;
    let records = [r#"{"id":"a","name":"cut \ud83d","toys":["\ud83d"]}"#, r#"{"id":"b","name":"x\u0000y"}"#];
    let upserts = ["a", "b"].iter().zip(records).map(|(key, json)| Record::upsert(*key, json));
    write(&mut sink, &pets, &upserts.collect::<Vec<_>>()).await;
    commit(&mut sink).await;
    let columns = "SELECT name, toys, _record FROM pets ORDER BY _key";
    let expected =
        [format!("cut \u{fffd}|[\"\\ufffd\"]|{}", records[0]), format!("x\u{fffd}y|-|{}", records[1])];
    assert_eq!(place.rows(columns), expected);
    let hidden = "SELECT count(*) FROM pragma_table_info('pets') WHERE name = '_mended'";
    assert_eq!(place.rows(hidden), ["0"]);

    // What was mended once is not for ever.
    write_at(&mut sink, &pets, 2, &[Record::upsert("a", r#"{"id":"a","name":"whole"}"#)]).await;
    commit(&mut sink).await;
    assert_eq!(place.rows("SELECT name FROM pets WHERE _key = 'a'"), ["whole"]);
}

#[tokio::test]
async fn rows_of_an_earlier_layout_are_mended_when_the_database_is_opened() {
    let place = Place::new();
    let pets = stream("pets", &["name"]);
    let mut sink = place.open(&[&pets]).await;
    let half = Record::upsert("a", r#"{"id":"a","name":"cut \ud83d"}"#);
    let fine = Record::upsert("b", r#"{"id":"b","name":"\ud83d\ude00"}"#);
    write(&mut sink, &pets, &[half, fine]).await;
    commit(&mut sink).await;
    sink.close().await.unwrap();
    let old = Connection::open(place.path()).unwrap();
    crate::without_numbers(&old, "pets");
    old.execute_batch(
        "DROP VIEW pets; ALTER TABLE _rows_pets DROP COLUMN _mended;
         CREATE VIEW pets AS SELECT _record ->> '$.name' AS name FROM _rows_pets;
         DROP TABLE _capture_search; PRAGMA user_version = 3",
    )
    .unwrap();
    old.close().unwrap();
    // Nobody opens the stream.
    let mut sink = SqliteSink::new(place.path());
    assert_eq!(sink.load().await.unwrap().upgraded_from, None);
    sink.close().await.unwrap();
    assert_eq!(place.rows("SELECT name FROM pets ORDER BY _key"), ["cut \u{fffd}", "😀"]);
    assert_eq!(place.rows("SELECT count(*) FROM _rows_pets WHERE _mended IS NOT NULL"), ["1"]);
    let arrows = "SELECT count(*) FROM sqlite_schema WHERE type = 'view' AND sql LIKE '%->%'";
    assert_eq!(place.rows(arrows), ["0"]);
}

#[tokio::test]
async fn columns_hold_what_the_arrow_gives_without_needing_it() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    let values = [
        "null",
        "true",
        "false",
        "0",
        "-1",
        "1.50",
        "1E+2",
        "-0.0",
        "12345678901234567890",
        "9223372036854775807",
        r#""""#,
        r#""text""#,
        r#""1""#,
        r#""ü\u00fc\ud83d\udc08\n\/""#,
        "[]",
        r#"[ 1, "a" ,{"b":null}]"#,
        "{}",
        r#"{ "a" : [ true ] }"#,
    ];
    let record = |(number, value): (usize, &&str)| {
        Record::upsert(number.to_string(), format!("{{\"id\":\"{number}\",\"it's\":{value}}}"))
    };
    let records: Vec<Record> = values.iter().enumerate().map(record).collect();
    write(&mut sink, &pets, &records).await;
    commit(&mut sink).await;
    let same = r#"SELECT count(*) FROM pets WHERE "it's" IS (_record ->> '$."it''s"')
        AND typeof("it's") = typeof(_record ->> '$."it''s"')"#;
    assert_eq!(place.rows(same), [values.len().to_string()]);
    let views = "SELECT count(*) FROM sqlite_schema WHERE type = 'view' AND sql LIKE '%->%'";
    assert_eq!(place.rows(views), ["0"]);
}

#[tokio::test]
async fn many_fields_fill_the_columns_and_the_rest_stays_in_the_record() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    let fields: Vec<String> = (0..2_500).map(|number| format!("\"f{number}\":{number}")).collect();
    write(&mut sink, &pets, &[Record::upsert("a", format!("{{{}}}", fields.join(",")))]).await;
    commit(&mut sink).await;
    let answer = query(&place.path(), "SELECT * FROM pets", 1).unwrap();
    assert_eq!(answer.columns.len(), 1_900 + 7);
    assert_eq!(place.rows("SELECT f7, _record ->> '$.f2499' FROM pets"), ["7|2499"]);
}

#[tokio::test]
async fn keys_and_scopes_are_found_by_index() {
    let place = Place::new();
    let toys = stream("toys", &["petId"]);
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&toys, &pets]).await;
    let (ball, mia) = (
        [scoped("ball", "mia", r#"{"id":"ball","petId":"mia"}"#)],
        [Record::upsert("mia", r#"{"id":"mia"}"#)],
    );
    write(&mut sink, &toys, &ball).await;
    write(&mut sink, &pets, &mia).await;
    commit(&mut sink).await;
    assert_eq!(place.rows("SELECT id FROM pets WHERE id = 'mia'"), ["mia"], "before there is an index, too");
    for stream in [&toys, &pets] {
        sweep(&mut sink, stream, 1).await;
    }
    commit(&mut sink).await;
    let plan = |sql: &str| place.rows(&format!("EXPLAIN QUERY PLAN {sql}")).join("\n");
    for sql in [
        "SELECT * FROM pets WHERE _key = 'mia'",
        "SELECT * FROM pets WHERE id = 'mia'",
        "SELECT * FROM toys WHERE _scope = 'mia'",
        "SELECT pets.id FROM toys CROSS JOIN pets ON pets.id = toys.petId WHERE toys.id = 'ball'",
    ] {
        let plan = plan(sql);
        assert!(plan.contains("SEARCH") && !plan.contains("SCAN"), "{sql}:\n{plan}");
    }
    let joined = "SELECT pets.id FROM toys JOIN pets ON pets.id = toys.petId";
    assert_eq!(place.rows(joined), ["mia"]);
}

#[tokio::test]
async fn an_index_that_a_crash_left_out_is_made_with_the_next_state_of_a_whole_listing() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let is_indexed = || place.rows("SELECT count(*) FROM sqlite_schema WHERE name = '_key_pets'") == ["1"];
    let mut sink = place.open(&[&pets]).await;
    write(&mut sink, &pets, &["a", "b", "c"].map(|key| Record::upsert(key, "{}"))).await;
    sink.commit(&update("pets", 1)).await.unwrap();
    assert!(!is_indexed(), "not before everything was listed once");
    sweep(&mut sink, &pets, 1).await;
    commit(&mut sink).await;
    assert!(is_indexed());
    sink.close().await.unwrap();

    Connection::open(place.path()).unwrap().execute_batch("DROP INDEX _key_pets").unwrap();
    let mut sink = place.open(&[&pets]).await;
    let mut whole = update("pets", 2);
    let state = whole.streams.get_mut("pets").unwrap().as_mut().unwrap();
    state.listed = capture_core::Listed::new(3, Some(3));
    sink.commit(&whole).await.unwrap();
    assert!(is_indexed());
    // Rows are still found.
    write_at(&mut sink, &pets, 2, &[Record::upsert("b", r#"{"id":"b"}"#)]).await;
    let counts = commit(&mut sink).await;
    assert_eq!((counts.new, counts.changed), (0, 1));
}

#[tokio::test]
async fn rows_tell_when_they_changed_and_when_they_went() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let first = ["a", "b", "c"].map(|key| Record::upsert(key, "{}"));
    let mut sink = place.open(&[&pets]).await;
    write(&mut sink, &pets, &first).await;
    commit(&mut sink).await;
    // Long ago, so that whatever is written now is later.
    let connection = Connection::open(place.path()).unwrap();
    connection.execute("UPDATE _rows_pets SET _captured_at = '2000-01-01T00:00:00.000Z'", []).unwrap();

    let records = [first[0].clone(), Record::upsert("b", r#"{"x":1}"#)];
    write_at(&mut sink, &pets, 2, &records).await;
    sweep(&mut sink, &pets, 2).await;
    commit(&mut sink).await;
    let sql =
        "SELECT _key, _captured_at > '2001', _deleted_at, _record FROM pets WHERE _key <> 'c' ORDER BY 1";
    assert_eq!(place.rows(sql), ["a|0|-|{}", r#"b|1|-|{"x":1}"#]);
    let gone = "SELECT _captured_at > '2001', _deleted_at = _captured_at, _record FROM pets WHERE _key = 'c'";
    assert_eq!(place.rows(gone), ["1|1|{}"], "what has gone keeps its last record");
    write(&mut sink, &pets, &[Record::upsert("c", "{}")]).await;
    commit(&mut sink).await;
    assert_eq!(place.rows("SELECT _deleted_at FROM pets WHERE _key = 'c'"), ["-"], "it is back");
}

#[tokio::test]
async fn an_unchanged_listing_does_not_rewrite_the_records() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let body = format!("{{\"text\":\"{}\"}}", "x".repeat(2_000));
    let records: Vec<Record> =
        (0..1_000).map(|number| Record::upsert(number.to_string(), body.clone())).collect();
    let mut sink = place.open(&[&pets]).await;
    write(&mut sink, &pets, &records).await;
    commit(&mut sink).await;
    sink.close().await.unwrap();
    let mut sink = place.open(&[&pets]).await;
    write_at(&mut sink, &pets, 2, &records).await;
    commit(&mut sink).await;
    let wal_bytes = std::fs::metadata(place.0.path().join("x.db-wal")).unwrap().len();
    assert!(wal_bytes < 300_000, "{wal_bytes} bytes were written for 2,000,000 bytes that had not changed");
}

#[tokio::test]
async fn a_query_is_bounded_and_cannot_write() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    write(&mut sink, &pets, &["a", "b", "c"].map(|key| Record::upsert(key, "{}"))).await;
    commit(&mut sink).await;
    let answer = query(&place.path(), "SELECT _key, NULL, 1, 1.5, x'00ff' FROM pets ORDER BY 1", 2).unwrap();
    assert!(answer.truncated);
    let row = |key: &str| {
        [Some(key), None, Some("1"), Some("1.5"), Some("00ff")].map(|v| v.map(str::to_owned)).to_vec()
    };
    assert_eq!(answer.rows, [row("a"), row("b")]);
    assert!(!query(&place.path(), "SELECT _key FROM pets", 3).unwrap().truncated);
    for sql in [
        "DELETE FROM _rows_pets",
        "DROP VIEW pets",
        "PRAGMA user_version = 9",
        "SELECT nonsense FROM pets",
        "",
    ] {
        assert!(query(&place.path(), sql, 1).is_err(), "{sql}");
    }
    assert_eq!(place.rows("SELECT count(*) FROM pets"), ["3"]);
}

#[tokio::test]
async fn a_scope_is_a_column() {
    let place = Place::new();
    let toys = stream("toys", &[]);
    let mut sink = place.open(&[&toys]).await;
    write(&mut sink, &toys, &[scoped("a", "mia", "{}"), Record::upsert("b", "{}")]).await;
    commit(&mut sink).await;
    write(&mut sink, &toys, &[scoped("a", "leo", "{}"), scoped("b", "tom", "{}")]).await;
    commit(&mut sink).await;
    assert_eq!(place.rows("SELECT _key, _scope FROM toys ORDER BY 1"), ["a|leo", "b|tom"]);
}
