//! What lies where.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use capture_core::{
    Checkpoint, Gone, Record, Sink, Stamp, StateUpdate, StreamDescriptor, StreamState, Sweep, Within, Write,
};
use serde_json::json;

use crate::{Place, reader};

fn pets() -> Arc<StreamDescriptor> {
    Arc::new(StreamDescriptor::new("pets", ["id"]))
}

pub(crate) fn upsert(key: &str, value: &str) -> Record {
    Record::upsert(key, json!({"id": key, "createdAt": "2026-01-02T03:04:05Z", "value": value}).to_string())
}

async fn opened(place: &Place) -> Box<dyn Sink> {
    let mut sink: Box<dyn Sink> = Box::new(place.sink());
    sink.load().await.unwrap();
    sink.open(&[pets()]).await.unwrap();
    sink
}

async fn write(sink: &mut dyn Sink, seen: u64, records: Vec<Record>) {
    sink.write(Write::new(pets(), Stamp::new(seen), records)).await.unwrap();
}

fn update(position: u64) -> StateUpdate {
    let state = StreamState::new(Checkpoint::from(json!(position)), jiff::Timestamp::UNIX_EPOCH);
    StateUpdate::new([("pets".to_owned(), Some(state))])
}

/// Every file below a folder, with its length and when it was written.
fn listing(folder: &Path) -> BTreeMap<String, (u64, std::time::SystemTime)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let entry = entry.unwrap();
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => {
                    let known = entry.metadata().unwrap();
                    found
                        .insert(entry.path().display().to_string(), (known.len(), known.modified().unwrap()));
                }
            }
        }
    }
    found
}

#[tokio::test]
async fn what_stands_is_what_the_changes_make_when_they_are_replayed() {
    let place = Place::new();
    for run in 1_u64..=3 {
        let mut sink = opened(&place).await;
        for commit in 0..3 {
            let value = format!("{run}.{commit}");
            let records = vec![upsert(&format!("only {value}"), &value), upsert("all", &value)];
            write(&mut *sink, run * 10 + commit, records).await;
            sink.commit(&update(run)).await.unwrap();
        }
        write(&mut *sink, 50 + run, vec![Record::gone("only 1.0", Gone::NotFound)]).await;
        sink.commit(&update(run)).await.unwrap();
        sink.close().await.unwrap();
        let stands: BTreeMap<_, _> =
            reader::current(&place.path(), "pets").into_iter().map(|row| (row.key.clone(), row)).collect();
        assert_eq!(stands, reader::replayed(&place.path(), "pets", i64::MAX), "run {run}");
        assert_eq!(stands["all"].record["value"], format!("{run}.2"));
        let gone = &stands["only 1.0"];
        assert_eq!((gone.why.as_deref(), gone.record["value"].as_str()), (Some("not_found"), Some("1.0")));
    }
    let keys: Vec<String> = reader::current(&place.path(), "pets").into_iter().map(|row| row.key).collect();
    let mut sorted = keys.clone();
    sorted.sort();
    assert_eq!(keys, sorted, "sorted by key");
}

#[tokio::test]
async fn a_run_that_brings_nothing_writes_the_state_and_nothing_else() {
    let place = Place::new();
    let mut sink = opened(&place).await;
    write(&mut *sink, 1, vec![upsert("a", "1"), upsert("b", "1")]).await;
    sink.commit(&update(1)).await.unwrap();
    sink.close().await.unwrap();
    let without_state = || {
        let mut files = listing(&place.path());
        files.retain(|path, _| !path.ends_with("state.json"));
        files
    };
    let before = without_state();
    assert_eq!(before.len(), 2, "{before:?}");

    let mut sink = opened(&place).await;
    sink.commit(&update(2)).await.unwrap();
    sink.close().await.unwrap();
    assert_eq!(without_state(), before, "nothing came");

    // All of it again, and nothing is missing: a snapshot.
    let mut sink = opened(&place).await;
    write(&mut *sink, 5, vec![upsert("a", "1"), upsert("b", "1")]).await;
    sink.sweep(Sweep::new(pets(), Stamp::new(5), Within::Everything)).await.unwrap();
    sink.commit(&update(3)).await.unwrap();
    sink.close().await.unwrap();
    assert_eq!(without_state(), before, "nothing was new");

    // When rows were seen lasts, also where nothing else says so.
    let mut sink = opened(&place).await;
    let share = sink.unseen(&Sweep::new(pets(), Stamp::new(5), Within::Everything)).await.unwrap();
    assert_eq!((share.unseen, share.of), (0, 2));
    let share = sink.unseen(&Sweep::new(pets(), Stamp::new(6), Within::Everything)).await.unwrap();
    assert_eq!((share.unseen, share.of), (2, 2));
}

#[tokio::test]
async fn many_small_files_become_few_and_say_the_same() {
    let place = Place::new();
    let mut sink = opened(&place).await;
    for commit in 1_u64..=40 {
        let records =
            (0..5).map(|number| upsert(&format!("{}", (commit * 7 + number) % 50), &commit.to_string()));
        write(&mut *sink, commit, records.collect()).await;
        sink.commit(&update(commit)).await.unwrap();
    }
    let replayed = reader::replayed(&place.path(), "pets", i64::MAX);
    let versions: usize =
        reader::change_files(&place.path(), "pets").iter().map(|file| reader::rows(file).len()).sum();
    sink.close().await.unwrap();
    let files = reader::change_files(&place.path(), "pets");
    assert!(files.len() <= 8, "{files:?}");
    assert_eq!(reader::replayed(&place.path(), "pets", i64::MAX), replayed);
    let after: usize = files.iter().map(|file| reader::rows(file).len()).sum();
    assert_eq!(after, versions, "each version is still there");
    assert_eq!(reader::now(&place.path(), "pets"), replayed);
    let mut sink = opened(&place).await;
    assert_eq!(sink.known(&pets(), &["0".into(), "49".into(), "50".into()]).await.unwrap(), Some(2));
}

#[tokio::test]
async fn new_members_are_new_columns_and_old_files_stay_readable() {
    let place = Place::new();
    for (run, body) in
        [r#"{"id":"a","firstName":"Mia"}"#, r#"{"id":"b","lastName":"x","FirstName":[1]}"#].iter().enumerate()
    {
        let mut sink = opened(&place).await;
        write(&mut *sink, run as u64 + 1, vec![Record::upsert(if run == 0 { "a" } else { "b" }, *body)])
            .await;
        sink.commit(&update(1)).await.unwrap();
        sink.close().await.unwrap();
    }
    let batches = reader::batches(&place.at("current/pets/pets.parquet"));
    let names: Vec<String> = batches[0].schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names[0], "_key");
    for name in ["id", "first_name", "last_name", "_record", "_commit"] {
        assert!(names.contains(&name.to_owned()), "{name} of {names:?}");
    }
    assert!(names.iter().any(|name| name.starts_with("first_name_")), "{names:?}");
    assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 2);
}

#[tokio::test]
async fn what_a_killed_run_left_is_made_good_by_the_next_even_if_that_brings_nothing() {
    let place = Place::new();
    let mut sink = opened(&place).await;
    write(&mut *sink, 1, vec![upsert("a", "1")]).await;
    sink.commit(&update(1)).await.unwrap();
    // Dropped: nothing stands yet.
    drop(sink);
    assert!(!place.at("current").exists());
    let stray = place.at("changes/pets/captured_on=2026-01-01/000000000099.parquet");
    fs::create_dir_all(stray.parent().unwrap()).unwrap();
    fs::write(&stray, "half").unwrap();
    fs::write(place.at("_ashby/.spool-left"), "half").unwrap();

    let mut sink: Box<dyn Sink> = Box::new(place.sink());
    sink.load().await.unwrap();
    sink.open(&[]).await.unwrap();
    assert!(!stray.exists(), "it was never committed");
    sink.close().await.unwrap();
    assert_eq!(reader::current(&place.path(), "pets").len(), 1);
    assert!(!place.at("_ashby/.spool-left").exists());
}

#[tokio::test]
async fn files_without_a_state_are_not_written_over() {
    let place = Place::new();
    let mut sink = opened(&place).await;
    write(&mut *sink, 1, vec![upsert("a", "1")]).await;
    sink.commit(&update(1)).await.unwrap();
    sink.close().await.unwrap();
    fs::remove_file(place.at("_ashby/state.json")).unwrap();
    let mut sink = place.sink();
    sink.load().await.unwrap();
    let error = sink.open(&[pets()]).await.unwrap_err();
    assert_eq!(error.kind(), capture_core::ErrorKind::State);
    assert!(error.hint().unwrap().contains("state.json"));
    drop(sink);
    assert_eq!(reader::current(&place.path(), "pets").len(), 1);

    fs::create_dir_all(place.at("_ashby")).unwrap();
    fs::write(place.at("_ashby/state.json"), "SECRET").unwrap();
    let error = place.sink().load().await.unwrap_err();
    assert_eq!(error.kind(), capture_core::ErrorKind::State);
    assert!(!error.chain().contains("SECRET"));
    assert_eq!(fs::read(place.at("_ashby/state.json")).unwrap(), b"SECRET");
}

#[cfg(unix)]
#[tokio::test]
async fn all_its_files_are_its_owners() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let mut sink = opened(&place).await;
    write(&mut *sink, 1, vec![upsert("a", "1")]).await;
    sink.commit(&update(1)).await.unwrap();
    sink.close().await.unwrap();
    for path in listing(&place.path()).keys() {
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{path}");
    }
    assert_eq!(fs::metadata(place.at("current/pets")).unwrap().permissions().mode() & 0o077, 0);
}

#[tokio::test]
async fn the_same_members_in_another_order_are_no_change() {
    let place = Place::new();
    let record = |body: &str| vec![Record::upsert("a", body.to_owned())];
    let (listed, alone) = (r#"{"id":"a","value":{"x":1,"y":2}}"#, r#"{"value":{"y":2,"x":1},"id":"a"}"#);
    for (seen, body, expected) in [(1, listed, (1, 0, 0)), (2, alone, (0, 1, 0)), (3, listed, (0, 1, 0))] {
        let mut sink = opened(&place).await;
        write(&mut *sink, seen, record(body)).await;
        let counts = sink.commit(&update(seen)).await.unwrap().counts["pets"];
        assert_eq!((counts.new, counts.unchanged, counts.changed), expected, "{body}");
        sink.close().await.unwrap();
    }
    let mut sink = opened(&place).await;
    write(&mut *sink, 4, record(r#"{"value":{"y":1,"x":2},"id":"a"}"#)).await;
    assert_eq!(sink.commit(&update(4)).await.unwrap().counts["pets"].changed, 1);
    sink.close().await.unwrap();
}
