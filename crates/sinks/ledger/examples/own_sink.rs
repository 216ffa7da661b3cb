//! A sink of one's own for what only appends: a file of lines, one for each version of a record, and one that says that it is
//! gone. The ledger makes it a sink: only differences are appended, and what a listing does not show any more is told.
//! `cargo run -p capture-ledger --example own_sink FILE`

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::memory::MemorySource;
use capture_core::{
    Appender, Appending, Error, ErrorKind, FileStateStore, Identity, Op, Result, Runner, Selection, Sink,
    StreamDescriptor, Watermark, Write, private_file,
};
use capture_ledger::SqliteLedger;
use serde_json::json;

struct Lines {
    path: PathBuf,
    file: Option<File>,
}

fn failed(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Storage, "cannot write the file").with_source(error)
}

impl Lines {
    fn file(&mut self) -> Result<&mut File> {
        self.file.as_mut().ok_or_else(|| Error::new(ErrorKind::Contract, "it is not open"))
    }
}

#[async_trait]
impl Appender for Lines {
    async fn open(&mut self, _: &[Arc<StreamDescriptor>], watermark: Option<&Watermark>) -> Result<()> {
        let file = private_file::options().append(true).create(true).open(&self.path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        match watermark.and_then(|Watermark(length)| length.as_u64()) {
            Some(known) if known > length => {
                return Err(Error::new(ErrorKind::State, "the file is shorter than what was committed"));
            }
            // What no commit has spoken of is taken back: no line is there twice.
            Some(known) => file.set_len(known).map_err(failed)?,
            None => {}
        }
        self.file = Some(file);
        Ok(())
    }

    async fn append(&mut self, write: &Write) -> Result<()> {
        let mut lines = Vec::new();
        for record in &write.records {
            let (stream, key) = (json!(write.stream.name), json!(record.key.as_str()));
            lines.extend_from_slice(format!(r#"{{"stream":{stream},"key":{key},"#).as_bytes());
            match &record.op {
                Op::Upsert(body) => {
                    lines.extend_from_slice(br#""record":"#);
                    json_slices::push_line(&mut lines, body);
                }
                Op::Gone(gone) => lines.extend_from_slice(format!(r#""gone":"{}""#, gone.why()).as_bytes()),
            }
            lines.extend_from_slice(b"}\n");
        }
        self.file()?.write_all(&lines).map_err(failed)
    }

    async fn flush(&mut self) -> Result<Option<Watermark>> {
        let file = self.file()?;
        file.sync_data().map_err(failed)?;
        Ok(Some(Watermark(json!(file.metadata().map_err(failed)?.len()))))
    }

    async fn close(&mut self) -> Result<()> {
        self.file = None;
        Ok(())
    }
}

/// The sink: the lines, beside them the state, and beside that the ledger.
fn lines(path: PathBuf) -> impl Sink + 'static {
    let state = path.with_extension("state.json");
    Appending::new(Lines { path, file: None }, FileStateStore::new(&state), SqliteLedger::beside(&state))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a file")?;
    let source = MemorySource::new("pets", [("1", r#"{"id":"1","name":"Mia"}"#)]);
    let runner = Runner::new(source, lines(path.into()));
    runner.run([Selection::new("pets")], Identity::anyone("pets"), Default::default()).await?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use capture_core::conformance::{self, Rows, SinkHarness};
    use serde_json::Value;
    use tempfile::TempDir;

    use super::*;

    struct Place(TempDir);

    impl Place {
        fn path(&self) -> PathBuf {
            self.0.path().join("all.jsonl")
        }
    }

    #[async_trait]
    impl SinkHarness for Place {
        async fn open(&self) -> Box<dyn Sink> {
            Box::new(lines(self.path()))
        }

        /// Of several lines with one key the last one counts.
        async fn rows(&self, stream: &StreamDescriptor) -> Rows {
            let text = std::fs::read(self.path()).unwrap_or_default();
            let mut rows = BTreeMap::new();
            for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                let line: Value = json_slices::read(line).unwrap();
                if line["stream"] == stream.name.as_str() {
                    rows.insert(line["key"].as_str().unwrap().to_owned(), line.get("record").cloned());
                }
            }
            rows.into_iter().collect()
        }

        /// A line of which a kill left the beginning.
        async fn tear(&self) -> bool {
            let mut file = File::options().append(true).open(self.path()).unwrap();
            file.write_all(br#"{"stream":"pets","key":"to"#).unwrap();
            true
        }

        fn shows_uncommitted(&self) -> bool {
            true
        }
    }

    #[tokio::test]
    async fn it_keeps_the_laws_of_sinks() {
        conformance::sink(|| Place(tempfile::tempdir().unwrap())).await;
    }
}
