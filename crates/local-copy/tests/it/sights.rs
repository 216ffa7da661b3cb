//! A copy of which not everything may be seen.

use std::borrow::Cow;
use std::sync::Arc;

use capture_core::{Gone, Record, Searchable, State, StreamDescriptor};
use local_copy::{Cancel, Error, Filter, Glass, LocalCopy, Query, Search, Sight, View, Wanted};
use serde_json::{Value, json};

use crate::{Place, pet, stream};

/// Hides names, and of notes all but their length; pets with an id that is odd, too; and calls keys by other names.
struct Strict;

impl View for Strict {
    fn glass(&self, stream: &str, _: &State) -> Option<Arc<dyn Glass>> {
        (stream == "pets").then(|| Arc::new(Strict) as Arc<dyn Glass>)
    }
}

impl Glass for Strict {
    fn shown<'a>(&self, record: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        let mut record: Value = serde_json::from_slice(record).ok()?;
        let id = record["id"].as_str()?.to_owned();
        if id.ends_with(['1', '3', '5', '7', '9']) {
            return None;
        }
        let members = record.as_object_mut()?;
        members.remove("name");
        members.insert("id".to_owned(), format!("k{id}").into());
        if let Some(note) = members.get_mut("note") {
            *note = note.as_str().unwrap_or_default().len().into();
        }
        Some(record.to_string().into_bytes().into())
    }

    fn member(&self, name: &str) -> Sight {
        match name {
            "name" => Sight::Hidden,
            "id" | "note" => Sight::Changed,
            _ => Sight::Whole,
        }
    }

    fn may_be_asked(&self, path: &[String]) -> bool {
        path.first().is_some_and(|name| self.member(name) == Sight::Whole)
    }

    fn key(&self, key: &str) -> Option<String> {
        Some(format!("k{key}"))
    }

    fn owner(&self, key: &str) -> Option<String> {
        Some(format!("k{key}"))
    }

    fn hides_records(&self) -> bool {
        true
    }
}

fn noted(id: &str, note: &str) -> Record {
    Record::upsert(
        id,
        json!({"id": id, "name": format!("Secret{id}"), "note": note, "open": "fish"}).to_string(),
    )
}

/// Ten pets, one of which was merged into another.
async fn place() -> (Place, LocalCopy) {
    let place = Place(tempfile::tempdir().unwrap());
    let searchable = Searchable { title: vec!["/name".into()], body: vec!["/note".into(), "/open".into()] };
    let pets: Arc<StreamDescriptor> =
        Arc::new(Arc::unwrap_or_clone(stream("pets")).with_searchable(Some(searchable)));
    let records: Vec<Record> = (0..10).map(|id| noted(&id.to_string(), "hidden words")).collect();
    place.write(&pets, 1, &records).await;
    place.write(&pets, 2, &[Record::gone("8", Gone::MergedInto("6".into()))]).await;
    place.write(&stream("toys"), 1, &[pet("1", "Ball")]).await;
    let copy = place.copy().seen_through(Arc::new(Strict));
    (place, copy)
}

fn rows(copy: &LocalCopy, sql: &str) -> Result<Vec<Vec<Value>>, Error> {
    copy.query(&Query::new(sql), &Cancel::default()).map(|answer| answer.rows)
}

#[tokio::test]
async fn no_query_sees_more_than_there_is_to_see() {
    let (_place, copy) = place().await;
    let ask = |sql: &str| rows(&copy, sql).unwrap();
    assert_eq!(ask("SELECT count(*) FROM pets"), [[json!(4)]]);
    assert_eq!(
        ask("SELECT id, _key, note FROM pets WHERE open = 'fish' ORDER BY 1 LIMIT 1"),
        [[json!("k0"), json!("k0"), json!(12)]]
    );
    assert_eq!(ask("SELECT count(*) FROM pets a JOIN pets b ON a.id = b.id JOIN toys"), [[json!(4)]]);
    assert_eq!(ask("SELECT name FROM toys"), [[json!("Ball")]], "of others all is seen");
    let with_deleted = Query {
        with_deleted: true,
        ..Query::new("SELECT _merged_into FROM pets WHERE _deleted_at NOT NULL")
    };
    assert_eq!(copy.query(&with_deleted, &Cancel::default()).unwrap().rows, [[json!("k6")]]);
    for sql in [
        "SELECT * FROM pets",
        "SELECT _record FROM pets",
        "SELECT a.*, b._record FROM pets a, pets b",
        "SELECT value FROM pets, json_each(pets._record)",
        "SELECT fullkey, atom FROM pets, json_tree(_record)",
        "WITH x AS (SELECT * FROM pets) SELECT * FROM x",
        "SELECT (SELECT group_concat(_record) FROM pets)",
        "SELECT json_group_array(json(_record)) FROM pets",
        "SELECT max(_record), min(_record) FROM pets GROUP BY open ORDER BY note",
        "SELECT * FROM toys LEFT JOIN pets ON 1 UNION ALL SELECT * FROM toys LEFT JOIN pets ON 1",
        "SELECT quote(_record) || hex(_record) FROM pets",
    ] {
        let told = format!("{:?}", ask(sql));
        assert!(
            !told.contains("Secret") && !told.contains("hidden") && !told.contains("536563726574"),
            "{sql}: {told}"
        );
        assert!(!told.contains("\"1\"") || sql.contains("toys"), "{sql}: {told}");
    }
    for sql in [
        "SELECT name FROM pets",
        "SELECT pets.name FROM pets JOIN toys ON toys.name = pets.name",
        "SELECT id FROM pets WHERE name = 'Secret2'",
        "SELECT * FROM _rows_pets",
        "WITH pets AS (SELECT * FROM _rows_pets) SELECT * FROM pets",
        "SELECT * FROM main.pets",
        "SELECT _record FROM main.pets",
        "SELECT * FROM _search_pets('hidden')",
        "SELECT sql FROM sqlite_temp_schema",
        "SELECT name FROM pragma_function_list",
        "SELECT \"beneath_/shows\"('pets', '{}')",
    ] {
        let refused = rows(&copy, sql);
        assert!(matches!(refused, Err(Error::Refused(_) | Error::Sql(_))), "{sql}: {refused:?}");
    }
}

#[tokio::test]
async fn records_pages_and_columns_are_seen_through_it() {
    let (_place, copy) = place().await;
    let snapshot = copy.snapshot().unwrap();
    let held = snapshot.get("pets", "k2").unwrap().unwrap();
    assert_eq!(
        (held.key.as_str(), serde_json::from_slice::<Value>(&held.record).unwrap()),
        ("k2", json!({"id": "k2", "note": 12, "open": "fish"}))
    );
    assert_eq!(snapshot.get("pets", "2").unwrap(), None, "by the name that it has here");
    assert_eq!(snapshot.get("pets", "k1").unwrap(), None);
    assert_eq!(snapshot.get("pets", "k8").unwrap().unwrap().merged_into.as_deref(), Some("k6"));
    let mut wanted = Wanted { limit: 3, ..Wanted::default() };
    let mut keys = Vec::new();
    loop {
        let page = snapshot.page("pets", &wanted).unwrap();
        assert_eq!(page.total, None, "nor how many others there are");
        keys.extend(page.records.iter().map(|held| held.key.clone()));
        wanted.after = page.next;
        if page.next.is_none() {
            break;
        }
    }
    assert_eq!(keys, ["k0", "k2", "k4", "k6"]);
    let by = |name: &str, value: Value| {
        let filters = vec![Filter { path: vec![name.to_owned()], value }];
        snapshot.page("pets", &Wanted { filters, limit: 9, ..Wanted::default() })
    };
    assert_eq!(by("open", json!("fish")).unwrap().records.len(), 4);
    assert!(matches!(by("name", json!("Secret2")), Err(Error::Hidden(name)) if name == "name"));
    let mut all = Vec::new();
    snapshot.each("pets", |record| all.extend_from_slice(record)).unwrap();
    assert!(!String::from_utf8(all).unwrap().contains("Secret"));
    let columns = snapshot.columns("pets").unwrap();
    let names: Vec<(&str, &str)> = columns.iter().map(|column| (&*column.name, &*column.kind)).collect();
    assert_eq!(names, [("id", "text"), ("note", "integer"), ("open", "text")]);
    let streams = snapshot.streams().unwrap();
    assert_eq!(streams.iter().map(|stream| stream.records).collect::<Vec<_>>(), [4, 1]);
}

#[tokio::test]
async fn words_that_are_not_seen_find_nothing() {
    let (place, copy) = place().await;
    let find = |copy: &LocalCopy, text: &str, limit: usize| {
        let search = Search { text, streams: vec!["pets"], limit, after: None };
        copy.snapshot().unwrap().search(&search).unwrap()
    };
    assert_eq!(find(&place.copy(), "secret2", 10).hits.len(), 1, "the index knows it");
    for text in ["secret2", "hidden", "hidden words", "Secret"] {
        assert!(find(&copy, text, 10).hits.is_empty(), "{text}");
    }
    let hits = find(&copy, "fish", 3);
    assert_eq!(hits.hits.len(), 3);
    assert!(hits.hits.iter().all(|hit| hit.title.is_empty() && hit.snippet == "fish"), "{:?}", hits.hits);
    let search = Search { text: "fish", streams: vec!["pets"], limit: 3, after: hits.next };
    let rest = copy.snapshot().unwrap().search(&search).unwrap();
    assert_eq!((rest.hits.len(), rest.next), (1, None));
    // Where only some of the words are seen, those count.
    assert!(find(&copy, "fish hidden", 10).any);
}
