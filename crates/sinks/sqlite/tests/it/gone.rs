//! What tombstones tell.

use capture_core::{Gone, Record};

use crate::{Place, commit, stream, sweep, write, write_at};

const TOLD: &str = "SELECT _key, _deleted_at, _deleted_why, _merged_into, _record FROM pets ORDER BY 1";

#[tokio::test]
async fn a_tombstone_tells_why_and_since_when_and_a_record_that_is_back_does_not() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    let keys = ["a", "b", "c", "d"];
    write(&mut sink, &pets, &keys.map(|key| Record::upsert(key, "{}"))).await;
    let at = Some("2026-01-02T03:04:05Z".parse().unwrap());
    let gone = [
        Record::gone("a", Gone::Reported { at }),
        Record::gone("b", Gone::NotFound),
        Record::gone("c", Gone::MergedInto("a".into())),
    ];
    write(&mut sink, &pets, &gone).await;
    sweep(&mut sink, &pets, 2).await;
    assert_eq!(commit(&mut sink).await.deleted, 4);
    let told = "SELECT _key, _deleted_at < '2026-01-03', _deleted_why, _merged_into FROM pets ORDER BY 1";
    let expected = ["a|1|reported|-", "b|0|not_found|-", "c|0|merged|a", "d|0|unseen|-"];
    assert_eq!(place.rows(told), expected);
    assert_eq!(
        place.rows("SELECT _deleted_at FROM pets WHERE _key = 'a'"),
        ["2026-01-02T03:04:05.000Z"],
        "as the other side said"
    );

    // A reason that says less changes nothing, one that says more is taken, and neither counts.
    let gone = [Record::gone("a", Gone::NotFound), Record::gone("b", Gone::MergedInto("d".into()))];
    write(&mut sink, &pets, &gone).await;
    assert_eq!(commit(&mut sink).await.deleted, 0);
    let expected = ["a|1|reported|-", "b|0|merged|d", "c|0|merged|a", "d|0|unseen|-"];
    assert_eq!(place.rows(told), expected);

    write_at(&mut sink, &pets, 3, &keys.map(|key| Record::upsert(key, "{}"))).await;
    commit(&mut sink).await;
    assert_eq!(place.rows(TOLD), ["a|-|-|-|{}", "b|-|-|-|{}", "c|-|-|-|{}", "d|-|-|-|{}"]);
}

#[tokio::test]
async fn the_same_members_in_another_order_are_no_change() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    let listed = r#"{"id":"a","owner":{"name":"Ada","age":36},"n":1.50}"#;
    write(&mut sink, &pets, &[Record::upsert("a", listed)]).await;
    commit(&mut sink).await;
    let alone = r#"{"n":1.50,"owner":{"age":36,"name":"Ada"},"id":"a"}"#;
    write_at(&mut sink, &pets, 2, &[Record::upsert("a", alone)]).await;
    assert_eq!(commit(&mut sink).await.unchanged, 1);
    assert_eq!(place.rows("SELECT _record FROM pets"), [listed]);
    let changed = r#"{"n":1.05,"owner":{"age":36,"name":"Ada"},"id":"a"}"#;
    write_at(&mut sink, &pets, 3, &[Record::upsert("a", changed)]).await;
    assert_eq!(commit(&mut sink).await.changed, 1);
    assert_eq!(place.rows("SELECT _record FROM pets"), [changed]);
    // It was seen each time.
    sweep(&mut sink, &pets, 3).await;
    assert_eq!(commit(&mut sink).await.deleted, 0);
}

#[tokio::test]
async fn what_is_erased_leaves_only_its_key_in_the_file_too() {
    let place = Place::new();
    let pets = stream("pets", &[]);
    let mut sink = place.open(&[&pets]).await;
    let body = |key: &str| format!(r#"{{"id":"{key}","name":"a secret of {key}"}}"#);
    write(&mut sink, &pets, &["a", "b", "c"].map(|key| Record::upsert(key, body(key)))).await;
    write(&mut sink, &pets, &[Record::gone("b", Gone::NotFound)]).await;
    commit(&mut sink).await;
    write(&mut sink, &pets, &["a", "b", "x"].map(|key| Record::gone(key, Gone::Erased))).await;
    assert_eq!(commit(&mut sink).await.deleted, 1, "the other was gone already");
    let told = "SELECT _key, id, name, _deleted_why, _record FROM pets ORDER BY 1";
    let left = [r#"a|a|-|erased|{"id":"a"}"#, r#"b|b|-|erased|{"id":"b"}"#];
    let kept = format!("c|c|a secret of c|-|{}", body("c"));
    assert_eq!(place.rows(told), [left[0], left[1], &kept]);
    drop(sink);
    let file = std::fs::read(place.path()).unwrap();
    let holds = |text: &str| file.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("a secret of c"));
    assert!(!holds("a secret of a") && !holds("a secret of b"));
}
