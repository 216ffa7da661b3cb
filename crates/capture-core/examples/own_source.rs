//! A source of one's own: the files of a directory, each a record. `cargo run -p capture-core --example own_source DIR`
//!
//! It lists everything each time, so that the runner finds by itself what is new, what differs and what is gone.

// An example prints its result.
#![allow(clippy::print_stdout)]

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::{
    Batch, Capture, Checkpoint, Ends, Error, ErrorKind, Extent, Identity, MemorySink, Mode, Part, Record,
    Result, Runner, Selection, Source, Step, StreamDescriptor, StreamRequest,
};
use serde_json::json;

struct Files(PathBuf);

#[async_trait]
impl Source for Files {
    async fn open(&self, requests: Vec<StreamRequest>) -> Result<Vec<Box<dyn Capture>>> {
        let open = |request: StreamRequest| -> Result<Box<dyn Capture>> {
            if request.stream != "files" {
                return Err(Error::new(
                    ErrorKind::Configuration,
                    format!("there is no stream {}", request.stream),
                ));
            }
            // Nothing has to be remembered of a listing that is always whole, but whose it was.
            if request
                .checkpoint
                .is_some_and(|saved| !saved.is_empty() && saved.progress != Some(json!("files")))
            {
                return Err(Error::new(ErrorKind::State, "the checkpoint is another source's"));
            }
            let stream = StreamDescriptor::new("files", ["name"]).with_mode(Mode::Snapshot);
            Ok(Box::new(Listing {
                directory: self.0.clone(),
                streams: [Arc::new(stream)],
                is_through: false,
            }))
        };
        requests.into_iter().map(open).collect()
    }
}

struct Listing {
    directory: PathBuf,
    streams: [Arc<StreamDescriptor>; 1],
    is_through: bool,
}

#[async_trait]
impl Capture for Listing {
    fn streams(&self) -> &[Arc<StreamDescriptor>] {
        &self.streams
    }

    async fn next(&mut self) -> Result<Step> {
        if std::mem::take(&mut self.is_through) {
            return Ok(Step::UpToDate { requests: 0 });
        }
        // What cannot be read is an error, never zero records.
        let failed = |error| Error::new(ErrorKind::Transient, "cannot list the directory").with_source(error);
        let mut records = Vec::new();
        for entry in std::fs::read_dir(&self.directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let bytes = entry.metadata().map_err(failed)?.len();
            records.push(Record::upsert(name.clone(), json!({ "name": name, "bytes": bytes }).to_string()));
        }
        self.is_through = true;
        let part = Part::new(0, records).begins(Extent::Everything).ends(Ends::Complete);
        Ok(Step::Batch(Batch::new(vec![part], Checkpoint::from(json!("files")))))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::args().nth(1).ok_or("name a directory")?;
    let sink = MemorySink::new();
    let runner = Runner::new(Files(directory.into()), sink.clone());
    runner.run([Selection::new("files")], Identity::anyone("files"), Default::default()).await?;
    for (name, row) in sink.rows("files") {
        println!("{}: {}", name.as_str(), String::from_utf8_lossy(&row.body));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use capture_core::conformance::{self, SourceHarness};
    use tempfile::TempDir;

    use super::*;

    struct Directory(TempDir);

    #[async_trait]
    impl SourceHarness for Directory {
        async fn open(&self) -> Box<dyn Source> {
            Box::new(Files(self.0.path().to_owned()))
        }

        fn streams(&self) -> Vec<String> {
            vec!["files".to_owned()]
        }

        async fn change(&self) -> bool {
            let count = std::fs::read_dir(self.0.path()).unwrap().count();
            std::fs::write(self.0.path().join(count.to_string()), "x").unwrap();
            true
        }
    }

    fn directory() -> Directory {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("a"), "1").unwrap();
        std::fs::write(directory.path().join("b"), "22").unwrap();
        Directory(directory)
    }

    #[tokio::test]
    async fn it_keeps_the_laws_of_sources() {
        conformance::source(directory).await;
    }

    #[tokio::test]
    async fn a_file_that_is_removed_is_gone() {
        let directory = directory();
        let sink = MemorySink::new();
        let sync = async || {
            let runner = Runner::new(Files(directory.0.path().to_owned()), sink.clone());
            let ran =
                runner.run([Selection::new("files")], Identity::anyone("files"), Default::default()).await;
            (ran.unwrap(), sink.rows("files").len())
        };
        assert_eq!(sync().await.1, 2);
        std::fs::remove_file(directory.0.path().join("a")).unwrap();
        assert_eq!(sync().await.1, 1);
    }
}
