//! What the state file is, and what it is not written over.

use std::fs;
use std::path::Path;

use capture_core::{Checkpoint, ErrorKind, FileStateStore, State, StateStore, StateUpdate, StreamState};

fn update(position: u64) -> StateUpdate {
    let checkpoint = Checkpoint::from(serde_json::Value::from(position));
    let state = StreamState::new(checkpoint, jiff::Timestamp::UNIX_EPOCH);
    StateUpdate::new([("pets".to_owned(), Some(state))])
}

fn position(path: &Path) -> u64 {
    let state = State::from_document(&fs::read_to_string(path).unwrap()).unwrap();
    state.streams["pets"].checkpoint.progress.as_ref().and_then(serde_json::Value::as_u64).unwrap()
}

#[tokio::test]
async fn a_state_that_another_run_replaced_is_not_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    let mut first = FileStateStore::new(&path);
    first.save(&update(1)).await.unwrap();
    first.save(&update(2)).await.unwrap();
    // Somebody thinks that the lock is a leftover.
    fs::remove_file(directory.path().join(".state.json.lock")).unwrap();
    let mut second = FileStateStore::new(&path);
    assert_eq!(second.load().await.unwrap().streams["pets"].checkpoint.progress, Some(2.into()));
    second.save(&update(3)).await.unwrap();
    let error = first.save(&update(9)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert_eq!(position(&path), 3);
    drop(first);
    assert!(directory.path().join(".state.json.lock").exists(), "it is the second run's");
}

#[tokio::test]
async fn what_is_no_state_is_not_written_over() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.txt");
    for content in ["", "my notes", "{}", "{\"version\":99,\"streams\":{}}"] {
        fs::write(&path, content).unwrap();
        let mut store = FileStateStore::new(&path);
        assert_eq!(store.save(&update(1)).await.unwrap_err().kind(), ErrorKind::State, "{content:?}");
        assert_eq!(store.load().await.unwrap_err().kind(), ErrorKind::State);
        assert_eq!(store.save(&update(1)).await.unwrap_err().kind(), ErrorKind::State);
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_state_is_its_owners_and_is_where_a_link_leads_to() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
    let store = FileStateStore::new(at("made/state.json"));
    store.making_directory().save(&update(1)).await.unwrap();
    assert_eq!([mode("made"), mode("made/state.json")], [0o700, 0o600]);

    symlink("made/state.json", at("link")).unwrap();
    FileStateStore::new(at("link")).save(&update(2)).await.unwrap();
    assert!(at("link").is_symlink());
    assert_eq!(position(&at("made/state.json")), 2);

    // What others put where a name could be guessed is neither followed nor used.
    fs::write(at("theirs"), "theirs").unwrap();
    symlink(at("theirs"), at("made/state.json.new")).unwrap();
    FileStateStore::new(at("link")).save(&update(3)).await.unwrap();
    assert_eq!(fs::read_to_string(at("theirs")).unwrap(), "theirs");
}
