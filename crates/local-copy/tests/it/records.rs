//! Records of a copy.

use std::sync::Arc;

use capture_core::{Gone, Record, Searchable, StreamDescriptor};
use local_copy::{Error, Filter, Search, Wanted};
use serde_json::{Value, json};

use crate::{Place, pet, pets, stream};

fn searchable(name: &str) -> Arc<StreamDescriptor> {
    let searchable = Searchable { title: vec!["/name".into()], body: vec!["/note".into()] };
    Arc::new(Arc::unwrap_or_clone(stream(name)).with_searchable(Some(searchable)))
}

fn noted(id: &str, name: &str, note: &str) -> Record {
    Record::upsert(id, json!({"id": id, "name": name, "note": note}).to_string())
}

#[tokio::test]
async fn one_is_found_by_its_key_also_if_it_is_gone() {
    let place = pets().await;
    place.write(&stream("pets"), 3, &[Record::gone("2", Gone::MergedInto("1".into()))]).await;
    let snapshot = place.copy().snapshot().unwrap();
    let held = snapshot.get("pets", "1").unwrap().unwrap();
    assert_eq!((held.gone, held.key), (None, "1".to_owned()));
    assert!(held.record.starts_with(br#"{"id":"1","name":"Mia""#));
    assert_eq!(snapshot.get("pets", "3").unwrap().unwrap().gone.as_deref(), Some("not_found"));
    assert_eq!(snapshot.get("pets", "2").unwrap().unwrap().merged_into.as_deref(), Some("1"));
    assert_eq!(snapshot.get("pets", "9").unwrap(), None);
    assert!(matches!(snapshot.get("toys", "1"), Err(Error::UnknownStream(_))));
    assert!(matches!(snapshot.get("\" --", "1"), Err(Error::UnknownStream(_))));
    assert!(snapshot.as_of(["pets"]).is_some());
    assert!(snapshot.as_of(["pets", "toys"]).is_none(), "never listed");
    let streams = snapshot.streams().unwrap();
    assert_eq!((streams.len(), streams[0].records), (1, 1));
    let columns = snapshot.columns("pets").unwrap();
    let kinds: Vec<(&str, &str)> = columns.iter().map(|column| (&*column.name, &*column.kind)).collect();
    assert_eq!(kinds, [("id", "text"), ("name", "text"), ("tags", "array"), ("weight", "object")]);
}

#[tokio::test]
async fn pages_neither_skip_nor_repeat_while_a_sync_writes() {
    let place = Place(tempfile::tempdir().unwrap());
    let pets = stream("pets");
    let many: Vec<_> = (0..50).map(|number| pet(&format!("{number:02}"), "Mia")).collect();
    place.write(&pets, 1, &many).await;
    let mut wanted = Wanted { limit: 7, ..Wanted::default() };
    let mut seen = Vec::new();
    loop {
        let page = place.copy().snapshot().unwrap().page("pets", &wanted).unwrap();
        seen.extend(page.records.iter().map(|held| held.key.clone()));
        if seen.len() == 14 {
            assert_eq!(page.total, Some(50));
            place
                .write(
                    &pets,
                    2,
                    &[pet("03", "Changed"), pet("60", "New"), Record::gone("40", Gone::NotFound)],
                )
                .await;
        }
        match page.next {
            Some(next) => wanted.after = Some(next),
            None => break,
        }
    }
    let expected: Vec<String> =
        (0..50).filter(|number| *number != 40).chain([60]).map(|number| format!("{number:02}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn filters_look_at_members_and_items() {
    let place = Place(tempfile::tempdir().unwrap());
    let pets = stream("pets");
    let records = [
        r#"{"id":"1","name":"Mia","owner":{"id":"a"},"tags":["x","y"],"is":true,"n":2,"updatedAt":"2026-01-02T00:00:00.000Z"}"#,
        r#"{"id":"2","name":"mia","owner":{"id":"b"},"tags":[],"is":false,"n":2.5,"createdAt":"2026-02-02T00:00:00.000Z"}"#,
        r#"{"id":"3","name":null,"n":"2","updatedAt":"2026-03-02T00:00:00.000Z"}"#,
    ];
    let records: Vec<Record> =
        (1..).zip(records).map(|(id, body)| Record::upsert(id.to_string(), body)).collect();
    place.write(&pets, 1, &records).await;
    let snapshot = place.copy().snapshot().unwrap();
    let found = |path: &str, value: Value| -> Vec<String> {
        let path = path.split('.').map(str::to_owned).collect();
        let wanted = Wanted { filters: vec![Filter { path, value }], limit: 10, ..Wanted::default() };
        let page = snapshot.page("pets", &wanted).unwrap();
        assert_eq!(page.total, None);
        page.records.into_iter().map(|held| held.key).collect()
    };
    assert_eq!(found("name", json!("Mia")), ["1"]);
    assert_eq!(found("name", json!(null)), ["3"]);
    assert_eq!(found("owner", json!(null)), ["3"]);
    assert_eq!(found("owner.id", json!("b")), ["2"]);
    assert_eq!(found("tags", json!("y")), ["1"]);
    assert_eq!(found("is", json!(true)), ["1"]);
    assert_eq!(found("n", json!(2)), ["1"]);
    assert_eq!(found("n", json!(2.5)), ["2"]);
    assert_eq!(found("n", json!("2")), ["3"]);
    assert_eq!(found("name", json!("' OR 1=1 --")), [""; 0]);
    for path in ["a\"b", ""] {
        let filters = vec![Filter { path: vec![path.to_owned()], value: json!(1) }];
        assert!(snapshot.page("pets", &Wanted { filters, limit: 1, ..Wanted::default() }).is_err());
    }
    let since =
        Wanted { since: Some("2026-02-01T00:00:00Z".parse().unwrap()), limit: 9, ..Wanted::default() };
    assert_eq!(snapshot.page("pets", &since).unwrap().records.len(), 2);
}

/// Weighing what very many records have would only take time.
#[tokio::test]
async fn words_that_very_many_have_are_found_by_title_and_the_newest_first() {
    let place = Place(tempfile::tempdir().unwrap());
    let pets = searchable("pets");
    let named = |number: usize| if number % 1000 == 7 { "Common" } else { "Pet" };
    let mut many: Vec<_> =
        (0..2_100).map(|number| noted(&format!("p{number:04}"), named(number), "a common word")).collect();
    // Where so many have the word itself, those in which a word only begins like it are left out.
    many.push(noted("begun", "Commonplace", "a word"));
    place.write(&pets, 1, &many).await;
    let toys = [noted("t1", "Ball", "a common thing"), noted("t2", "Kite", "flies commonly")];
    place.write(&searchable("toys"), 1, &toys).await;
    let snapshot = place.copy().snapshot().unwrap();
    let mut search = Search { text: "common", limit: 500, ..Search::default() };
    let mut seen = Vec::new();
    loop {
        let hits = snapshot.search(&search).unwrap();
        assert!(!hits.any);
        seen.extend(hits.hits.iter().map(|hit| hit.held.key.clone()));
        match hits.next {
            Some(next) => search.after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen[..5], ["p2007", "p1007", "p0007", "p2099", "p2098"]);
    assert!(seen.iter().any(|key| key == "t2"));
    assert_eq!(seen.len(), 2_102);
    assert_eq!(seen.iter().collect::<std::collections::BTreeSet<_>>().len(), 2_102);
}

#[tokio::test]
async fn words_are_found_best_first_page_by_page() {
    let place = Place(tempfile::tempdir().unwrap());
    let (pets, toys) = (searchable("pets"), searchable("toys"));
    let mut many: Vec<_> =
        (0..40).map(|number| noted(&format!("p{number:02}"), "Pet", "a common word")).collect();
    many.push(noted("best", "Common", "sense"));
    place.write(&pets, 1, &many).await;
    place.write(&toys, 1, &[noted("t1", "Ball", "common, and \u{fc}ber alles rare")]).await;
    let snapshot = place.copy().snapshot().unwrap();
    assert_eq!(snapshot.searchable().unwrap(), ["pets", "toys"]);
    let mut search = Search { text: "common", limit: 6, ..Search::default() };
    let mut seen = Vec::new();
    loop {
        let hits = snapshot.search(&search).unwrap();
        seen.extend(hits.hits.iter().map(|hit| hit.held.key.clone()));
        match hits.next {
            Some(next) => search.after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen.len(), 42);
    let mut distinct = seen.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 42, "{seen:?}");

    let one = |text: &str, streams: Vec<&str>| {
        let hits = snapshot.search(&Search { text, streams, limit: 10, after: None }).unwrap();
        let keys: Vec<String> = hits.hits.iter().map(|hit| hit.held.key.clone()).collect();
        (keys, hits.any, hits.hits.first().map(|hit| (hit.title.clone(), hit.snippet.clone())))
    };
    let (keys, any, shown) = one("uber rar", vec![]);
    assert_eq!((keys, any), (vec!["t1".to_owned()], false));
    assert_eq!(shown, Some(("Ball".to_owned(), "common, and \u{fc}ber alles rare".to_owned())));
    let (keys, any, _) = one("rare unknownword", vec![]);
    assert_eq!((keys, any), (vec!["t1".to_owned()], true), "some of the words are better than none");
    assert_eq!(one("ball", vec!["pets"]).0, [""; 0]);
    for odd in ["\"", "a AND", "NEAR(x", "*", "title:x", "", "^", "-x", "(", "💥"] {
        one(odd, vec![]);
    }
    let none = Search { text: "x", streams: vec!["none"], limit: 1, after: None };
    let error = snapshot.search(&none).unwrap_err();
    assert!(matches!(&error, Error::NotHeld { stream, .. } if stream == "none"), "{error:?}");
    assert_eq!(error.hint(), Some("`ashby sync none` brings it"), "to make an index would not help");
    let both = Search { text: "ball", streams: vec!["none", "toys"], limit: 1, after: None };
    let hits = snapshot.search(&both).unwrap();
    assert_eq!((hits.hits.len(), hits.streams, hits.not_held), (1, vec!["toys".into()], vec!["none".into()]));
    let unindexed = crate::pets().await.copy().snapshot().unwrap();
    for streams in [vec![], vec!["pets"], vec!["none", "pets"]] {
        let search = Search { text: "x", streams, limit: 1, after: None };
        assert!(matches!(unindexed.search(&search), Err(Error::NoIndex)));
    }
}

#[tokio::test]
async fn a_hit_is_shown_as_people_write_it() {
    let place = Place(tempfile::tempdir().unwrap());
    for (name, titles) in
        [("notes", ["/author/firstName", "/author/lastName"]), ("visits", ["/pet/name", "/vet/name"])]
    {
        let searchable =
            Searchable { title: titles.map(str::to_owned).to_vec(), body: vec!["/content".into()] };
        let stream = Arc::new(Arc::unwrap_or_clone(stream(name)).with_searchable(Some(searchable)));
        let record = json!({"id": "1", "author": {"firstName": "Theo", "lastName": "Thompson"},
            "pet": {"name": "Mia"}, "vet": {"name": "Dr. Leo"}, "content": "<p>Purrs <b>loudly</b></p>"});
        place.write(&stream, 1, &[Record::upsert("1", record.to_string())]).await;
    }
    let snapshot = place.copy().snapshot().unwrap();
    let hits = snapshot.search(&Search { text: "loudly", limit: 2, ..Search::default() }).unwrap().hits;
    let shown: Vec<_> = hits.iter().map(|hit| (&*hit.title, &*hit.snippet)).collect();
    assert_eq!(shown, [("Theo Thompson", "Purrs loudly"), ("Mia · Dr. Leo", "Purrs loudly")]);
}
