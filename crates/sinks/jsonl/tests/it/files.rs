//! Files that are taken away, changed or missing.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use capture_core::{
    Checkpoint, ErrorKind, Record, Result, Sink, Stamp, StateUpdate, StreamDescriptor, StreamState, Write,
};

fn stream() -> Arc<StreamDescriptor> {
    Arc::new(StreamDescriptor::new("pets", ["id"]))
}

fn state(stamp: u64) -> StateUpdate {
    let mut state = StreamState::new(Checkpoint::from(serde_json::json!(stamp)), jiff::Timestamp::UNIX_EPOCH);
    state.stamp = Stamp::new(stamp);
    StateUpdate::new([("pets".to_owned(), Some(state))])
}

/// A sink in this directory, and whether it has a state of the stream.
async fn open(directory: &Path) -> Result<(Box<dyn Sink>, bool)> {
    let mut sink = sink_jsonl::directory(directory);
    let state = sink.load().await?;
    let has_state = state.streams.get("pets").is_some_and(|pets| !pets.checkpoint.is_empty());
    sink.open(&[stream()]).await?;
    Ok((sink, has_state))
}

async fn write(sink: &mut dyn Sink, stamp: u64, keys: &[&str]) {
    let record = |key: &&str| Record::upsert(*key, format!(r#"{{"id":"{key}"}}"#));
    let records = keys.iter().map(record).collect();
    sink.write(Write::new(stream(), Stamp::new(stamp), records)).await.unwrap();
    sink.commit(&state(stamp)).await.unwrap();
}

fn keys(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| line.trim_start_matches(r#"{"id":""#).trim_end_matches(r#""}"#)).collect()
}

#[tokio::test]
async fn what_is_taken_away_during_a_run_is_followed_by_a_new_file() {
    let directory = tempfile::tempdir().unwrap();
    let (path, taken) = (directory.path().join("pets.jsonl"), directory.path().join("../taken"));
    let (mut sink, _) = open(directory.path()).await.unwrap();
    write(&mut *sink, 1, &["a"]).await;
    for (stamp, key) in [(2, "b"), (3, "c")] {
        fs::rename(&path, directory.path().join("taken")).unwrap();
        fs::remove_file(directory.path().join("taken")).unwrap();
        write(&mut *sink, stamp, &[key]).await;
        assert_eq!(keys(&path), key);
    }
    drop(taken);
    // Nothing came since it was taken: nothing is missing at the next start.
    fs::remove_file(&path).unwrap();
    sink.commit(&state(4)).await.unwrap();
    sink.close().await.unwrap();
    drop(sink);
    let (mut sink, has_state) = open(directory.path()).await.unwrap();
    assert!(has_state && !path.exists());
    write(&mut *sink, 5, &["a", "d"]).await;
    assert_eq!(keys(&path), "d", "what was delivered is known");
}

#[tokio::test]
async fn lines_that_were_not_committed_when_a_file_was_taken_come_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pets.jsonl");
    let (mut sink, _) = open(directory.path()).await.unwrap();
    write(&mut *sink, 1, &["a"]).await;
    let large = |key: &str| Record::upsert(key, format!(r#"{{"id":"{key}","x":"{}"}}"#, "x".repeat(60_000)));
    let records = vec![large("b"), large("c"), large("d")];
    sink.write(Write::new(stream(), Stamp::new(2), records)).await.unwrap();
    assert!(fs::metadata(&path).unwrap().len() > 60_000, "some of it was handed over");
    fs::remove_file(&path).unwrap();
    sink.commit(&state(2)).await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let found: Vec<&str> = text.lines().map(|line| &line[7..8]).collect();
    assert_eq!(found, ["b", "c", "d"]);
}

#[tokio::test]
async fn between_runs_a_file_may_be_put_aside_and_what_is_lost_is_listed_again() {
    type Act = fn(&Path);
    let acts: [(&str, bool, Act); 7] = [
        ("as it was", true, |_| {}),
        ("renamed", true, |path| fs::rename(path, path.with_extension("1")).unwrap()),
        ("restored", true, |path| {
            let text = fs::read(path).unwrap();
            fs::remove_file(path).unwrap();
            fs::write(path, text).unwrap();
        }),
        ("with more", true, |path| {
            fs::write(path, fs::read_to_string(path).unwrap() + "{\"id\":\"z\"}\n{\"id").unwrap();
        }),
        ("removed", false, |path| fs::remove_file(path).unwrap()),
        ("emptied", false, |path| fs::write(path, "").unwrap()),
        ("edited", false, |path| {
            fs::write(path, fs::read_to_string(path).unwrap().replace('b', "y")).unwrap();
        }),
    ];
    for (what, goes_on, act) in acts {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pets.jsonl");
        let (mut sink, _) = open(directory.path()).await.unwrap();
        write(&mut *sink, 1, &["a", "b"]).await;
        drop(sink);
        act(&path);
        let (sink, has_state) = open(directory.path()).await.unwrap();
        assert_eq!(has_state, goes_on, "{what}");
        drop(sink);
        // The same again, if nothing came of that run.
        let (mut sink, has_state) = open(directory.path()).await.unwrap();
        assert_eq!(has_state, goes_on, "{what}");
        write(&mut *sink, 2, &["a", "b", "c"]).await;
        let expected = match what {
            "renamed" => "c",
            "edited" => "aybc",
            _ => "abc",
        };
        assert_eq!(keys(&path), expected, "{what}");
    }
}

/// What another stream's file holds is no sign that a file was put aside, even if both held the same.
#[tokio::test]
async fn the_file_of_another_stream_is_none_that_was_put_aside() {
    let directory = tempfile::tempdir().unwrap();
    let twins = Arc::new(StreamDescriptor::new("twins", ["id"]));
    let mut sink = sink_jsonl::directory(directory.path());
    sink.load().await.unwrap();
    sink.open(&[stream(), Arc::clone(&twins)]).await.unwrap();
    let record = Record::upsert("a", r#"{"id":"a"}"#);
    for stream in [stream(), twins] {
        sink.write(Write::new(stream, Stamp::new(1), vec![record.clone()])).await.unwrap();
    }
    sink.commit(&state(1)).await.unwrap();
    drop(sink);
    let [pets, twins] = ["pets.jsonl", "twins.jsonl"].map(|name| directory.path().join(name));
    assert_eq!(fs::read(&pets).unwrap(), fs::read(&twins).unwrap());
    fs::remove_file(&pets).unwrap();
    let (_, has_state) = open(directory.path()).await.unwrap();
    assert!(!has_state, "it is listed again");
}

/// A line is what comes back of a record whose answer had line breaks.
#[tokio::test]
async fn what_was_sent_with_line_breaks_is_known_again_after_a_loss() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pets.jsonl");
    for stamp in [1, 2] {
        let (mut sink, _) = open(directory.path()).await.unwrap();
        let record = |key: &str| Record::upsert(key, format!("{{\n  \"id\": \"{key}\"\n}}"));
        let records = ["a", "b", "c"].map(record).into();
        sink.write(Write::new(stream(), Stamp::new(stamp), records)).await.unwrap();
        sink.commit(&state(stamp)).await.unwrap();
        drop(sink);
        assert_eq!(keys(&path), "abc", "{stamp}");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() - 4]).unwrap();
    }
}

#[tokio::test]
async fn a_state_that_claims_more_than_was_received_is_refused_until_it_is_reset() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let (mut sink, _) = open(&at("a")).await.unwrap();
    write(&mut *sink, 1, &["a"]).await;
    let older = at("a/.state.json.ledger.db");
    sink.close().await.unwrap();
    drop(sink);
    fs::copy(&older, at("older")).unwrap();
    let (mut sink, _) = open(&at("a")).await.unwrap();
    write(&mut *sink, 2, &["b"]).await;
    sink.close().await.unwrap();
    drop(sink);

    // Another place's, beside nothing; and beside an older copy of the ledger.
    fs::create_dir(at("b")).unwrap();
    fs::copy(at("a/state.json"), at("b/state.json")).unwrap();
    fs::copy(at("older"), &older).unwrap();
    for place in ["a", "b"] {
        let error = open(&at(place)).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::State, "{place}");
        assert!(error.to_string().contains("pets") && error.hint().unwrap().contains("reset"), "{error}");
    }

    let mut sink = sink_jsonl::directory(at("b"));
    sink.load().await.unwrap();
    sink.commit(&StateUpdate::new([("pets".to_owned(), None)])).await.unwrap();
    sink.close().await.unwrap();
    drop(sink);
    let (mut sink, _) = open(&at("b")).await.unwrap();
    write(&mut *sink, 3, &["a", "b"]).await;
    assert_eq!(keys(&at("b/pets.jsonl")), "ab");
}

#[tokio::test]
async fn a_state_that_was_taken_over_is_believed_again_and_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut sink = sink_jsonl::directory(directory.path());
    sink.load().await.unwrap();
    sink.commit(&state(1)).await.unwrap();
    sink.close().await.unwrap();
    drop(sink);
    // Whoever took it over looked at what is here.
    for _ in 0..2 {
        let (mut sink, knows_the_stream) = open(directory.path()).await.unwrap();
        assert!(knows_the_stream);
        sink.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_state_that_was_reset_may_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let (mut sink, _) = open(directory.path()).await.unwrap();
    write(&mut *sink, 5, &["a"]).await;
    sink.close().await.unwrap();
    drop(sink);
    // Put back at once, and after something was listed under newer but smaller stamps.
    for stamp in [None, Some(1)] {
        let mut sink = sink_jsonl::directory(directory.path());
        sink.load().await.unwrap();
        sink.commit(&StateUpdate::new([("pets".to_owned(), None)])).await.unwrap();
        sink.close().await.unwrap();
        drop(sink);
        if let Some(stamp) = stamp {
            let (mut sink, _) = open(directory.path()).await.unwrap();
            write(&mut *sink, stamp, &["a"]).await;
            sink.close().await.unwrap();
        }
        let mut sink = sink_jsonl::directory(directory.path());
        sink.load().await.unwrap();
        sink.commit(&state(5)).await.unwrap();
        sink.close().await.unwrap();
        drop(sink);
        let (mut sink, has_state) = open(directory.path()).await.unwrap();
        assert!(has_state, "{stamp:?}");
        sink.close().await.unwrap();
    }
    assert_eq!(keys(&directory.path().join("pets.jsonl")), "a");
}

#[tokio::test]
async fn files_of_which_no_account_is_kept_are_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pets.jsonl");
    let half = r#"{"id":"h","text":"\ud83d"}"#;
    let lines =
        format!("{{\"id\":\"a\"}}\n{{\"id\":\"b\"}}\n{{\"id\":\"a\",\"_deleted\":true}}\n{half}\n{{\"id");
    fs::write(&path, lines).unwrap();
    let (mut sink, _) = open(directory.path()).await.unwrap();
    assert_eq!(sink.known(&stream(), &["a", "b", "h"].map(Into::into)).await.unwrap(), Some(2));
    let records = vec![Record::upsert("h", half), Record::upsert("b", r#"{"id":"b"}"#)];
    sink.write(Write::new(stream(), Stamp::new(1), records)).await.unwrap();
    let counts = sink.commit(&state(1)).await.unwrap().counts["pets"];
    assert_eq!(counts.unchanged, 2);
    assert!(fs::read_to_string(&path).unwrap().ends_with(&format!("{half}\n")));
}
