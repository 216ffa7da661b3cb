use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::conformance::{self, Rows, SinkHarness};
use capture_core::{
    ErrorKind, FileStateStore, Key, Record, Sink, State, StateStore, StateUpdate, StreamDescriptor, Write,
};
use sink_jsonl::JsonlSink;
use tempfile::TempDir;

use crate::reader::{fold, key};

struct Directory(TempDir);

#[async_trait]
impl SinkHarness for Directory {
    async fn open(&self) -> Box<dyn Sink> {
        Box::new(JsonlSink::new(self.0.path().join("out")))
    }

    async fn rows(&self, stream: &StreamDescriptor) -> Rows {
        let path = self.0.path().join("out").join(format!("{}.jsonl", stream.name));
        let text = std::fs::read_to_string(path).unwrap_or_default();
        fold(&text, |value| Some((key(stream, &value), (value["_deleted"] != true).then_some(value))))
    }

    async fn state(&self) -> Option<State> {
        None
    }
}

#[tokio::test]
async fn obeys_the_laws_of_sinks() {
    conformance::sink(|| Directory(tempfile::tempdir().unwrap())).await;
}

fn stream(key: &[&str]) -> Arc<StreamDescriptor> {
    Arc::new(StreamDescriptor::new("pets", key.iter().copied()))
}

async fn append(
    directory: &Path,
    stream: &Arc<StreamDescriptor>,
    records: &[Record],
) -> capture_core::Result<()> {
    let mut sink = JsonlSink::new(directory);
    sink.open(&[Arc::clone(stream)]).await?;
    sink.write(Write { stream, pass: 1, records, completion: None }).await?;
    sink.commit(&StateUpdate::default()).await?;
    sink.close().await
}

fn pets(directory: &TempDir) -> PathBuf {
    directory.path().join("pets.jsonl")
}

#[tokio::test]
async fn lines_are_the_records_untouched_and_tombstones_name_the_key() {
    let directory = tempfile::tempdir().unwrap();
    let both = Key::from_parts(&["a\"b".into(), "2".into()]).unwrap();
    let records = [
        Record::upsert("x", r#"{ "b" : 1.10,  "a":"\u00fc" }"#),
        Record::upsert("x", "{\n  \"b\": \"1 \\n\"\r\n}"),
        Record::delete(both),
    ];
    append(directory.path(), &stream(&["id", "at"]), &records).await.unwrap();
    append(directory.path(), &stream(&["id"]), &[Record::delete("\n")]).await.unwrap();
    let expected = concat!(
        "{ \"b\" : 1.10,  \"a\":\"\\u00fc\" }\n",
        "{\"b\":\"1 \\n\"}\n",
        "{\"id\":\"a\\\"b\",\"at\":\"2\",\"_deleted\":true}\n",
        "{\"id\":\"\\n\",\"_deleted\":true}\n",
    );
    assert_eq!(std::fs::read_to_string(pets(&directory)).unwrap(), expected);
}

#[tokio::test]
async fn an_unfinished_last_line_is_cut_wherever_the_crash_came() {
    let whole = format!("{{\"id\":\"a\"}}\n{{\"id\":\"b\",\"text\":\"{}\"}}\n", "x".repeat(600_000));
    for length in [0, 1, 5, 10, 11, 12, 20, 300_000, whole.len() - 1, whole.len()] {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(pets(&directory), &whole[..length]).unwrap();
        append(directory.path(), &stream(&["id"]), &[Record::upsert("c", r#"{"id":"c"}"#)]).await.unwrap();
        let kept = whole[..length].rfind('\n').map_or(0, |at| at + 1);
        let text = std::fs::read_to_string(pets(&directory)).unwrap();
        assert!(text == format!("{}{{\"id\":\"c\"}}\n", &whole[..kept]), "cut at {length}");
    }
}

#[tokio::test]
async fn a_file_of_something_else_is_refused_and_left_alone() {
    for foreign in ["id,name\n1,Mia\n", "hello", "{\"id\":\"a\"}\n{\"id\":\n{\"id\"", "[1]\n", "\n", "{}\n\n"]
    {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(pets(&directory), foreign).unwrap();
        let error = append(directory.path(), &stream(&["id"]), &[Record::delete("a")]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage, "{foreign:?}");
        assert!(error.to_string().contains("pets.jsonl") && error.hint().is_some());
        assert_eq!(std::fs::read_to_string(pets(&directory)).unwrap(), foreign);
    }
}

#[tokio::test]
async fn two_sinks_never_share_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = JsonlSink::new(directory.path());
    first.open(&[stream(&["id"])]).await.unwrap();
    let error = JsonlSink::new(directory.path()).open(&[stream(&["id"])]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    first.close().await.unwrap();
    JsonlSink::new(directory.path()).open(&[stream(&["id"])]).await.unwrap();
}

#[tokio::test]
async fn the_state_has_its_own_lock_and_file_beside_the_streams() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = FileStateStore::new(JsonlSink::state_path(directory.path()));
    store.load().await.unwrap();
    append(directory.path(), &stream(&["id"]), &[Record::delete("a")]).await.unwrap();
    store.save(&StateUpdate::default()).await.unwrap();
    assert!(directory.path().join("state.json").exists());
}

#[tokio::test]
async fn a_stream_name_leads_to_no_other_directory() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["../pets", "a/b", "", "a\\b", "..", "C:x", "a\0"] {
        let descriptor = StreamDescriptor::new(name, ["id"]);
        let error =
            JsonlSink::new(directory.path().join("out")).open(&[Arc::new(descriptor)]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{name:?}");
    }
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("file"), "").unwrap();
    let error = append(&directory.path().join("file/out"), &stream(&["id"]), &[]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert!(error.to_string().contains("file/out"), "{error}");

    // A device that is always full stands in for a full disk.
    #[cfg(target_os = "linux")]
    {
        std::os::unix::fs::symlink("/dev/full", pets(&directory)).unwrap();
        let error = append(directory.path(), &stream(&["id"]), &[Record::delete("a")]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage);
        assert!(
            error.to_string().contains("pets.jsonl") && error.hint().unwrap().contains("room"),
            "{error:?}"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn directory_and_files_are_their_owners_and_a_refused_start_leaves_none() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let odd = Arc::new(StreamDescriptor { name: "../pets".to_owned(), ..(*stream(&["id"])).clone() });
    append(&at("a/out"), &odd, &[]).await.unwrap_err();
    assert!(!at("a").exists());
    let mut twice = JsonlSink::new(at("a/out"));
    for _ in 0..2 {
        twice.open(&[stream(&["id"])]).await.unwrap();
        twice.close().await.unwrap();
    }
    drop(twice);
    assert!(!at("a").exists());

    append(&at("a/out"), &stream(&["id"]), &[Record::delete("a")]).await.unwrap();
    let mode = |name: &str| std::fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode("a"), mode("a/out"), mode("a/out/pets.jsonl")], [0o700, 0o700, 0o600]);
    assert_eq!(std::fs::read_dir(at("a/out")).unwrap().count(), 1, "the lock is gone");

    // By another name it is the same directory.
    std::os::unix::fs::symlink("a/out", at("link")).unwrap();
    let mut first = JsonlSink::new(at("link"));
    first.open(&[stream(&["id"])]).await.unwrap();
    let error = append(&at("a/out"), &stream(&["id"]), &[]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
}
