//! A directory with a file per stream.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::{
    Appender, Error, ErrorKind, Op, Record, Result, StreamDescriptor, Watermark, Write, private_file,
};

use json_slices::push_line;

use crate::BUFFER_BYTES;
use crate::failure::{not_opened, storage};
use crate::line::{push_key, push_reason};
use crate::mark::{Fate, Mark};
use crate::stream_file::{StreamFile, file_in};

/// Bytes gathered per stream. There may be dozens of streams, so it is less than for a single output.
const STREAM_BUFFER_BYTES: usize = BUFFER_BYTES / 4;

/// Appends to `DIR/<stream>.jsonl`: a line per record as it came, and for a record that is gone a line with its key
/// fields, `"_deleted":true`, why (`_deleted_why`), since when (`_deleted_at`) and, if it became part of another record,
/// the key of that (`_merged_into`). The directory must exist, and belong to this process.
///
/// [`flush`](Appender::flush) returns once every file it touched is synced, and so are their names. Its watermark says
/// how long each file is and how it ends; [`open`](Appender::open) cuts each back to that.
///
/// # Files that are taken away
/// While a run writes, a file may be moved away or deleted at any time: it goes on in a new one. Lines that were not
/// committed at that moment come in both. Between runs a file may be put aside, by renaming or copying it within its
/// directory, as log rotation does. A file that was changed, shortened, or is not there at all is
/// [lost](Appender::lost).
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    files: BTreeMap<String, StreamFile>,
    /// Of all streams, also those that are not open.
    marks: BTreeMap<String, Mark>,
    /// Whether the directory has entries that are not durable yet.
    has_new_names: bool,
}

impl Directory {
    /// An appender in this directory.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), files: BTreeMap::new(), marks: BTreeMap::new(), has_new_names: false }
    }

    fn file(&mut self, stream: &str) -> Result<&mut StreamFile> {
        self.files.get_mut(stream).ok_or_else(|| not_opened(stream))
    }

    async fn sync(&mut self) -> Result<()> {
        let unsynced = self.files.values().filter_map(|file| Some((file.path.clone(), file.unsynced()?)));
        let unsynced: Vec<(PathBuf, Arc<File>)> = unsynced.collect();
        let directory = self.has_new_names.then(|| self.path.clone());
        // Waiting for the disk must not keep the reading from going on.
        let synced = tokio::task::spawn_blocking(move || -> Result<()> {
            for (path, file) in unsynced {
                file.sync_data().map_err(|error| storage("sync", &path, error))?;
            }
            match directory {
                Some(path) => {
                    private_file::sync_directory(&path).map_err(|error| storage("sync", &path, error))
                }
                None => Ok(()),
            }
        });
        synced.await.map_err(|error| storage("sync", &self.path, io::Error::other(error)))??;
        self.has_new_names = false;
        Ok(())
    }
}

impl Directory {
    /// The files of streams, in their order.
    fn own<'a>(&self, streams: impl Iterator<Item = &'a String>) -> Result<Vec<PathBuf>> {
        streams.map(|stream| file_in(&self.path, stream)).collect()
    }
}

pub(crate) fn marks(watermark: &Watermark) -> Result<BTreeMap<String, Mark>> {
    serde_json::from_value(watermark.0.clone()).map_err(|_| {
        Error::new(
            ErrorKind::State,
            "the lengths of the files were noted in a form that this version does not know",
        )
        .with_hint(
            "use the version that made them, or move the whole directory away to list everything again",
        )
    })
}

#[async_trait]
impl Appender for Directory {
    async fn lost(&mut self, watermark: &Watermark) -> Result<Vec<String>> {
        let mut lost = Vec::new();
        let marks = marks(watermark)?;
        let own = self.own(marks.keys())?;
        for ((stream, mark), path) in marks.into_iter().zip(&own) {
            let file = path.display();
            match mark.fate(path, &own).map_err(|error| storage("read", path, error))? {
                Fate::Whole => {}
                Fate::PutAside => tracing::info!(%file, "the file was put aside; going on in a new one"),
                Fate::Lost(what) => {
                    tracing::warn!(
                        stream, %file,
                        "the file {what}: the stream is listed again (to rotate a file, rename it within its directory)"
                    );
                    lost.push(stream);
                }
            }
        }
        Ok(lost)
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>], watermark: Option<&Watermark>) -> Result<()> {
        let mut marks = watermark.map(marks).transpose()?.unwrap_or_default();
        // Those of streams that are not asked for as well.
        let own = self.own(streams.iter().map(|stream| &stream.name).chain(marks.keys()))?;
        for (stream, path) in streams.iter().zip(&own) {
            let mut file = StreamFile::open(path.clone(), marks.get(&stream.name), &own)?;
            match file.settle()? {
                Some(mark) => marks.insert(stream.name.clone(), mark),
                None => marks.remove(&stream.name),
            };
            self.files.insert(stream.name.clone(), file);
        }
        self.marks = marks;
        Ok(())
    }

    async fn recall(&mut self, stream: &StreamDescriptor) -> Result<Vec<Record>> {
        let file = self.file(&stream.name)?;
        let Some(recall) = &mut file.recall else { return Ok(Vec::new()) };
        let records = recall.next(&stream.key).map_err(|error| storage("read", &file.path, error))?;
        if records.is_empty() {
            file.recall = None;
        }
        Ok(records)
    }

    async fn append(&mut self, write: &Write) -> Result<()> {
        let file = self.files.get_mut(&write.stream.name).ok_or_else(|| not_opened(&write.stream.name))?;
        for record in &write.records {
            if file.buffer.len() + record.len_bytes() > STREAM_BUFFER_BYTES && !file.buffer.is_empty() {
                self.has_new_names |= file.hand_over()?;
            }
            let line = &mut file.buffer;
            match &record.op {
                Op::Upsert(body) => push_line(line, body),
                Op::Gone(gone) => {
                    line.push(b'{');
                    push_key(line, &write.stream.key, &record.key);
                    line.extend_from_slice(br#","_deleted":true"#);
                    push_reason(line, ["_deleted_why", "_deleted_at", "_merged_into"], gone);
                    line.push(b'}');
                }
            }
            line.push(b'\n');
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<Option<Watermark>> {
        loop {
            for file in self.files.values_mut() {
                self.has_new_names |= file.hand_over()?;
            }
            self.sync().await?;
            // One that was taken away in this moment may have been read before the last lines came.
            let mut dirty = self.files.values().filter(|file| file.unsynced().is_some());
            if dirty.try_fold(true, |all, file| Ok::<_, Error>(all && file.is_in_place()?))? {
                break;
            }
        }
        for (stream, file) in &mut self.files {
            if file.unsynced().is_some() || !file.is_open() {
                match file.settle()? {
                    Some(mark) => self.marks.insert(stream.clone(), mark),
                    None => self.marks.remove(stream),
                };
            }
        }
        let marks = serde_json::to_value(&self.marks).map_err(|error| {
            Error::new(ErrorKind::Contract, "the lengths of the files are no JSON").with_source(error)
        })?;
        Ok(Some(Watermark(marks)))
    }

    async fn close(&mut self) -> Result<()> {
        self.files.values_mut().try_for_each(StreamFile::abandon)?;
        self.files.clear();
        Ok(())
    }
}

/// Where the state that belongs to the files of `directory` is kept.
pub fn state_path(directory: &Path) -> PathBuf {
    directory.join("state.json")
}
