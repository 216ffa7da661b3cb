use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::conformance::{self, Grave, Rows, SinkHarness};
use capture_core::{ErrorKind, Gone, Key, Record, Sink, Stamp, StateUpdate, StreamDescriptor, Write};
use tempfile::TempDir;

use crate::reader::{break_state, fold, graves, key, mend_state, parsed};

struct Directory(TempDir);

#[async_trait]
impl SinkHarness for Directory {
    async fn open(&self) -> Box<dyn Sink> {
        sink_jsonl::directory(self.0.path().join("out"))
    }

    async fn rows(&self, stream: &StreamDescriptor) -> Rows {
        let path = self.0.path().join("out").join(format!("{}.jsonl", stream.name));
        let text = std::fs::read_to_string(path).unwrap_or_default();
        fold(&text, |value| Some((key(stream, &value), (value["_deleted"] != true).then_some(value))))
    }

    async fn graves(&self, stream: &StreamDescriptor) -> Option<Vec<Grave>> {
        let path = self.0.path().join("out").join(format!("{}.jsonl", stream.name));
        let text = std::fs::read_to_string(path).unwrap();
        let gone = parsed(&text).filter(|line| line["_deleted"] == true);
        let gone = gone.map(|line| (key(stream, &line), line)).collect();
        Some(graves(gone, ["_deleted_why", "_deleted_at", "_merged_into"]))
    }

    async fn break_commits(&self) -> bool {
        break_state(&self.0.path().join("out/state.json"))
    }

    async fn mend(&self) {
        mend_state(&self.0.path().join("out/state.json"));
    }

    /// A line of which a kill left the beginning.
    async fn tear(&self) -> bool {
        for entry in std::fs::read_dir(self.0.path().join("out")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
                file.write_all(br#"{"id":"torn","val"#).unwrap();
            }
        }
        true
    }

    fn shows_uncommitted(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn obeys_the_laws_of_sinks() {
    conformance::sink(|| Directory(tempfile::tempdir().unwrap())).await;
}

fn gone(key: impl Into<Key>) -> Record {
    Record::gone(key, Gone::Unseen)
}

fn stream(key: &[&str]) -> Arc<StreamDescriptor> {
    Arc::new(StreamDescriptor::new("pets", key.iter().copied()))
}

async fn append(
    directory: &Path,
    stream: &Arc<StreamDescriptor>,
    records: &[Record],
) -> capture_core::Result<()> {
    let mut sink = sink_jsonl::directory(directory);
    sink.load().await?;
    sink.open(&[Arc::clone(stream)]).await?;
    sink.write(Write::new(Arc::clone(stream), Stamp::new(1), records.to_vec())).await?;
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
        Record::upsert("x", r#"{ "b" : 1.10,  "a":"\u00fc\ud83d" }"#),
        Record::upsert("x", "{\n  \"b\": \"1 \\n\"\r\n}"),
        Record::upsert(both.clone(), "{}"),
        gone(both),
    ];
    append(directory.path(), &stream(&["id", "at"]), &records).await.unwrap();
    let records = [Record::upsert("\n", "{}"), gone("\n"), gone("never there")];
    append(directory.path(), &stream(&["id"]), &records).await.unwrap();
    // When it was found to be gone is now.
    let text = std::fs::read_to_string(pets(&directory)).unwrap();
    let mut pieces = text.split(r#""_deleted_at":""#);
    let mut untimed = pieces.next().unwrap().to_owned();
    pieces.for_each(|piece| untimed.push_str(piece.split_once('"').unwrap().1));
    let expected = concat!(
        "{ \"b\" : 1.10,  \"a\":\"\\u00fc\\ud83d\" }\n",
        "{\"b\":\"1 \\n\"}\n",
        "{}\n",
        "{\"id\":\"a\\\"b\",\"at\":\"2\",\"_deleted\":true,\"_deleted_why\":\"unseen\",}\n",
        "{}\n",
        "{\"id\":\"\\n\",\"_deleted\":true,\"_deleted_why\":\"unseen\",}\n",
    );
    assert_eq!(untimed, expected);
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
        let error = append(directory.path(), &stream(&["id"]), &[gone("a")]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage, "{foreign:?}");
        assert!(error.to_string().contains("pets.jsonl") && error.hint().is_some());
        assert_eq!(std::fs::read_to_string(pets(&directory)).unwrap(), foreign);
    }
}

#[tokio::test]
async fn a_stream_name_leads_to_no_other_directory() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["../pets", "a/b", "", "a\\b", "..", "C:x", "a\0"] {
        let descriptor = StreamDescriptor::new(name, ["id"]);
        let error = append(&directory.path().join("out"), &Arc::new(descriptor), &[]).await.unwrap_err();
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
        let records = [Record::upsert("a", "{}")];
        let error = append(directory.path(), &stream(&["id"]), &records).await.unwrap_err();
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
    let odd = Arc::new(StreamDescriptor::new("../pets", ["id"]));
    append(&at("out"), &odd, &[]).await.unwrap_err();
    assert!(!at("out").exists());
    for _ in 0..2 {
        let mut sink = sink_jsonl::directory(at("out"));
        sink.load().await.unwrap();
        sink.open(&[stream(&["id"])]).await.unwrap();
        sink.close().await.unwrap();
    }
    assert!(!at("out").exists());

    let mut sink = sink_jsonl::directory(at("out"));
    sink.load().await.unwrap();
    sink.open(&[stream(&["id"])]).await.unwrap();
    let records = vec![Record::upsert("a", r#"{"id":"a"}"#)];
    sink.write(Write::new(stream(&["id"]), Stamp::new(1), records)).await.unwrap();
    sink.commit(&StateUpdate::default()).await.unwrap();
    let mode = |name: &str| std::fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("out"), 0o700);
    for entry in std::fs::read_dir(at("out")).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
    }

    // By another name it is the same directory.
    std::os::unix::fs::symlink("out", at("link")).unwrap();
    let error = append(&at("link"), &stream(&["id"]), &[]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    sink.close().await.unwrap();
    let mut left: Vec<_> =
        std::fs::read_dir(at("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, [".state.json.ledger.db", "pets.jsonl"], "locks and logs are gone");
}
