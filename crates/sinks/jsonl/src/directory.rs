//! A directory with a file per stream.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::{
    Capabilities, Counts, Error, ErrorKind, Lock, Op, Result, Sink, StateUpdate, StreamDescriptor, Write,
    private_file::{self, MadeDirectories},
};
use json_slices::{members, push_line};
use memchr::memrchr;

use crate::line::push_key;
use crate::{BUFFER_BYTES, CAPABILITIES, count};

/// Bytes gathered per stream. There may be dozens of streams, so it is less than for a single output.
const STREAM_BUFFER_BYTES: usize = BUFFER_BYTES / 4;

/// Appends to `DIR/<stream>.jsonl`: a line per record as it came, and for a record that is gone a line with its key
/// fields and `"_deleted":true`.
///
/// [`commit`](Sink::commit) returns once every file it touched is synced, and so are their names; the state, kept
/// beside them ([`state_path`](Self::state_path)), is therefore never ahead of the files. [`open`](Sink::open) takes
/// the directory for this process and cuts a last line that a crash left unfinished. Lines that were written but
/// not committed stay and come again.
#[derive(Debug)]
pub struct JsonlSink {
    directory: PathBuf,
    lock: Option<Lock>,
    files: BTreeMap<String, StreamFile>,
    /// Whether the directory has entries that are not durable yet.
    directory_is_new: bool,
    /// Declared after what is in them.
    directories: MadeDirectories,
}

struct StreamFile {
    path: PathBuf,
    /// Opened with its first record: a stream without records has no file.
    file: Option<Arc<File>>,
    buffer: Vec<u8>,
    /// Whether the file holds something that is not synced.
    dirty: bool,
}

/// The buffer holds records.
impl std::fmt::Debug for StreamFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StreamFile({}, {} bytes waiting)", self.path.display(), self.buffer.len())
    }
}

impl JsonlSink {
    /// A sink in this directory, which need not exist yet.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            lock: None,
            files: BTreeMap::new(),
            directory_is_new: false,
            directories: MadeDirectories::default(),
        }
    }

    /// Where the state that belongs to the files of `directory` is kept, for a
    /// [`FileStateStore`](capture_core::FileStateStore).
    pub fn state_path(directory: &Path) -> PathBuf {
        directory.join("state.json")
    }
}

impl StreamFile {
    /// The file, made if need be; the second value says whether it was.
    fn open(&mut self) -> Result<(Arc<File>, bool)> {
        if let Some(file) = &self.file {
            return Ok((Arc::clone(file), false));
        }
        let is_new = !self.path.exists();
        let opened = private_file::canonical(&self.path)
            .and_then(|path| private_file::options().append(true).create(true).open(path));
        let file = Arc::new(opened.map_err(|error| storage("open", &self.path, error))?);
        self.file = Some(Arc::clone(&file));
        Ok((file, is_new))
    }

    /// Hands the buffer to the operating system; returns whether that made the file.
    fn hand_over(&mut self) -> Result<bool> {
        if self.buffer.is_empty() {
            return Ok(false);
        }
        let (file, is_new) = self.open()?;
        self.dirty = true;
        let written = (&*file).write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(|error| storage("write", &self.path, error))?;
        Ok(is_new)
    }
}

fn storage(what: &str, path: &Path, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room, or choose another place; a run then goes on where this one stopped"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "give this user the right to write there, or choose another place"
        }
        _ => "see the cause; a run then goes on where this one stopped",
    };
    Error::new(ErrorKind::Storage, format!("cannot {what} {}", path.display()))
        .with_source(error)
        .with_hint(hint)
}

/// Stream names become file names, so they must not lead elsewhere.
fn file_name(stream: &str) -> Result<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || !byte.is_ascii();
    if stream.is_empty() || !stream.bytes().all(is_plain) {
        let message = format!("the stream name {stream:?} cannot be a file name");
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    Ok(format!("{stream}.jsonl"))
}

/// Cuts what follows the last line break, provided that the file is JSON lines at all; returns how many bytes.
fn repair(path: &Path) -> Result<u64> {
    let opened = private_file::canonical(path)
        .and_then(|path| private_file::options().read(true).write(true).open(path));
    let mut file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(storage("open", path, error)),
    };
    let read = |error| storage("read", path, error);
    let length = file.metadata().map_err(read)?.len();
    let end = line_start(&mut file, length).map_err(read)?;
    // The last whole line, or the beginning of the first one, tells whose file this is.
    let start = if end == 0 { 0 } else { line_start(&mut file, end - 1).map_err(read)? };
    let mut last = vec![0; usize::try_from(if end == 0 { length.min(1) } else { end - start }).unwrap_or(0)];
    file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(&mut last)).map_err(read)?;
    let is_object = match end {
        0 => last.first().is_none_or(|first| *first == b'{'),
        _ => members(&last, |_, _| {}).is_ok(),
    };
    if !is_object {
        let message = format!("the last line of {} is not a JSON object", path.display());
        let hint = "remove the lines at its end that are not JSON objects, or move the file away; it was left untouched";
        return Err(Error::new(ErrorKind::Storage, message).with_hint(hint));
    }
    if end < length {
        let cut = file.set_len(end).and_then(|()| file.sync_data());
        cut.map_err(|error| storage("repair", path, error))?;
    }
    Ok(length - end)
}

/// Where the line that holds the byte before `end` starts, if that byte is not a line break; `end` if it is.
fn line_start(file: &mut File, end: u64) -> io::Result<u64> {
    let mut block = vec![0; BUFFER_BYTES];
    let mut position = end;
    while position > 0 {
        let from = position.saturating_sub(BUFFER_BYTES as u64);
        let piece = &mut block[..(position - from) as usize];
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(piece)?;
        if let Some(found) = memrchr(b'\n', piece) {
            return Ok(from + found as u64 + 1);
        }
        position = from;
    }
    Ok(0)
}

#[async_trait]
impl Sink for JsonlSink {
    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        // What an earlier attempt made goes first, so that it does not take this one's with it.
        self.directories = MadeDirectories::default();
        self.directories = private_file::make_directories(&self.directory)
            .map_err(|error| storage("make", &self.directory, error))?;
        // All of them together; the lock is hidden inside the directory.
        self.lock = Some(Lock::acquire(&self.directory.join("files"))?);
        for stream in streams {
            let path = self.directory.join(file_name(&stream.name)?);
            let cut_bytes = repair(&path)?;
            if cut_bytes > 0 {
                let file = path.display();
                tracing::warn!(stream = stream.name, %file, cut_bytes, "cut an unfinished last line");
            }
            let file = StreamFile { path, file: None, buffer: Vec::new(), dirty: false };
            self.files.insert(stream.name.clone(), file);
        }
        Ok(())
    }

    async fn write(&mut self, write: Write<'_>) -> Result<Counts> {
        let Some(file) = self.files.get_mut(&write.stream.name) else {
            let message = format!("the stream {} was not opened", write.stream.name);
            return Err(Error::new(ErrorKind::Configuration, message));
        };
        for record in write.records {
            if file.buffer.len() + record.len_bytes() > STREAM_BUFFER_BYTES {
                self.directory_is_new |= file.hand_over()?;
            }
            let line = &mut file.buffer;
            match &record.op {
                Op::Upsert(body) => push_line(line, body),
                Op::Delete => {
                    line.push(b'{');
                    push_key(line, &write.stream.key, &record.key);
                    line.extend_from_slice(br#","_deleted":true}"#);
                }
            }
            line.push(b'\n');
        }
        Ok(count(write.records))
    }

    async fn commit(&mut self, _: &StateUpdate) -> Result<()> {
        let mut unsynced: Vec<(PathBuf, Arc<File>)> = Vec::new();
        for file in self.files.values_mut() {
            self.directory_is_new |= file.hand_over()?;
            if let (true, Some(handle)) = (file.dirty, &file.file) {
                unsynced.push((file.path.clone(), Arc::clone(handle)));
            }
        }
        let directory = self.directory_is_new.then(|| self.directory.clone());
        // Waiting for the disk must not keep the reading from going on.
        let synced = tokio::task::spawn_blocking(move || -> Result<()> {
            for (path, file) in unsynced {
                file.sync_data().map_err(|error| storage("sync", &path, error))?;
            }
            if let Some(directory) = directory {
                let synced = File::open(&directory).and_then(|directory| directory.sync_all());
                synced.map_err(|error| storage("sync", &directory, error))?;
            }
            Ok(())
        });
        synced.await.map_err(|error| storage("sync", &self.directory, io::Error::other(error)))??;
        self.directory_is_new = false;
        self.files.values_mut().for_each(|file| file.dirty = false);
        Ok(())
    }

    async fn close(&mut self) -> Result<()> {
        self.files.clear();
        self.lock = None;
        Ok(())
    }
}
