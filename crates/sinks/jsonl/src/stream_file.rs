//! The file of one stream while a run writes to it.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use capture_core::{Error, ErrorKind, Result, private_file};

use crate::failure::storage;
use crate::mark::{Fate, Mark};
use crate::recall::Recall;
use crate::repair::repair;

/// Appends to the file that its path leads to, also when that is another one than before: somebody may take the file
/// away at any moment.
pub(crate) struct StreamFile {
    pub(crate) path: PathBuf,
    /// Open since it holds something: a stream without records has no file.
    file: Option<Arc<File>>,
    pub(crate) buffer: Vec<u8>,
    /// Bytes of the file that are committed, or were there before.
    committed: u64,
    /// Whether it holds more than that.
    is_dirty: bool,
    /// What was there already and is not known.
    pub(crate) recall: Option<Recall>,
}

/// The buffer holds records.
impl std::fmt::Debug for StreamFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StreamFile({}, {} bytes waiting)", self.path.display(), self.buffer.len())
    }
}

impl StreamFile {
    /// Opens the file, if there is one: cut back to what was committed of it, or, if that is not known, to its last
    /// whole line, to be read.
    pub(crate) fn open(path: PathBuf, mark: Option<&Mark>, own: &[PathBuf]) -> Result<Self> {
        let buffer = Vec::new();
        let mut this = Self { path, file: None, buffer, committed: 0, is_dirty: false, recall: None };
        match fs::metadata(&this.path) {
            Ok(found) if found.is_file() => {}
            // What is no file (a pipe) is opened with the first record.
            Ok(_) => return Ok(this),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(this),
            Err(error) => return Err(storage("look at", &this.path, error)),
        }
        let fate = mark.map(|mark| mark.fate(&this.path, own)).transpose();
        match (fate.map_err(|error| storage("read", &this.path, error))?, mark) {
            (Some(Fate::Whole), Some(mark)) => {
                let file = this.open_for_appending()?;
                let cut = || {
                    let uncommitted = file.metadata()?.len() - mark.length;
                    if uncommitted > 0 {
                        file.set_len(mark.length)?;
                        file.sync_data()?;
                    }
                    Ok(uncommitted)
                };
                let cut_bytes = cut().map_err(|error| storage("cut back", &this.path, error))?;
                if cut_bytes > 0 {
                    let file = this.path.display();
                    tracing::warn!(%file, cut_bytes, "removed lines that an earlier run had not committed");
                }
                (this.committed, this.file) = (mark.length, Some(file));
            }
            _ => {
                this.open_at_end()?;
                if this.committed > 0 {
                    let file = File::open(&this.path).map_err(|error| storage("read", &this.path, error))?;
                    this.recall = Some(Recall::new(file, this.committed));
                }
            }
        }
        Ok(this)
    }

    fn open_for_appending(&self) -> Result<Arc<File>> {
        let opened = private_file::canonical(&self.path)
            .and_then(|path| private_file::options().read(true).append(true).create(true).open(path));
        Ok(Arc::new(opened.or_else(|error| self.open_device(error))?))
    }

    /// What can be written but not read.
    fn open_device(&self, error: io::Error) -> Result<File> {
        if fs::metadata(&self.path).is_ok_and(|found| !found.is_file()) {
            let opened = private_file::canonical(&self.path)
                .and_then(|path| private_file::options().append(true).open(path));
            return opened.map_err(|error| storage("open", &self.path, error));
        }
        Err(storage("open", &self.path, error))
    }

    /// Opens whatever file is there, made if need be; says whether it was.
    fn open_at_end(&mut self) -> Result<bool> {
        let is_new = !self.path.exists();
        let is_file = fs::metadata(&self.path).is_ok_and(|found| found.is_file());
        if is_file {
            let cut_bytes = repair(&self.path)?;
            if cut_bytes > 0 {
                let file = self.path.display();
                tracing::warn!(%file, cut_bytes, "cut an unfinished last line");
            }
        }
        let file = self.open_for_appending()?;
        let length = file.metadata().map_err(|error| storage("look at", &self.path, error))?.len();
        (self.committed, self.file) = (length, Some(file));
        Ok(is_new)
    }

    /// Hands the buffer to the operating system; returns whether that made a file.
    pub(crate) fn hand_over(&mut self) -> Result<bool> {
        let mut is_new = self.follow()?;
        if self.buffer.is_empty() {
            return Ok(is_new);
        }
        let file = match &self.file {
            Some(file) => Arc::clone(file),
            None => {
                is_new |= self.open_at_end()?;
                return self.hand_over().map(|made| made | is_new);
            }
        };
        self.is_dirty = true;
        let written = (&*file).write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(|error| storage("write", &self.path, error))?;
        Ok(is_new)
    }

    /// If the file was taken away, goes on in another; returns whether that made it. Lines that were not committed may
    /// have come after whoever took it had read it, so they come again.
    pub(crate) fn follow(&mut self) -> Result<bool> {
        let Some(old) = self.file.clone() else { return Ok(false) };
        if self.is_in_place()? {
            return Ok(false);
        }
        tracing::warn!(file = %self.path.display(), "the file was taken away; going on in a new one");
        self.file = None;
        let uncommitted_from = std::mem::take(&mut self.committed);
        if !self.is_dirty {
            return Ok(false);
        }
        let is_new = self.open_at_end()?;
        if let Some(new) = &self.file {
            let copy = || {
                (&*old).seek(SeekFrom::Start(uncommitted_from))?;
                io::copy(&mut &*old, &mut &**new)
            };
            copy().map_err(|error| storage("write", &self.path, error))?;
        }
        Ok(is_new)
    }

    /// Whether the path still leads to the open file.
    pub(crate) fn is_in_place(&self) -> Result<bool> {
        let Some(file) = &self.file else { return Ok(true) };
        let look = || match fs::metadata(&self.path) {
            Ok(found) => Ok(private_file::identity(&found) == private_file::identity(&file.metadata()?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        };
        look().map_err(|error| storage("look at", &self.path, error))
    }

    pub(crate) fn is_open(&self) -> bool {
        self.file.is_some()
    }

    /// The file, if there is something in it to be synced.
    pub(crate) fn unsynced(&self) -> Option<Arc<File>> {
        self.file.clone().filter(|_| self.is_dirty)
    }

    /// All of it is durable now. Returns how it is known from now on, unless there is nothing to know it by.
    pub(crate) fn settle(&mut self) -> Result<Option<Mark>> {
        self.is_dirty = false;
        let Some(file) = &self.file else { return Ok(None) };
        let look = || {
            let found = file.metadata()?;
            let is_known = found.is_file() && found.len() > 0;
            is_known.then(|| Mark::of(file, found.len())).transpose()
        };
        let mark = look().map_err(|error| storage("read", &self.path, error))?;
        self.committed = mark.as_ref().map_or(0, |mark| mark.length);
        Ok(mark)
    }

    /// Takes back what was not committed.
    pub(crate) fn abandon(&mut self) -> Result<()> {
        self.buffer.clear();
        if let Some(file) = self.unsynced()
            && self.is_in_place()?
        {
            let cut = || match file.metadata()?.is_file() {
                true => file.set_len(self.committed),
                false => Ok(()),
            };
            cut().map_err(|error| storage("cut back", &self.path, error))?;
        }
        self.file = None;
        Ok(())
    }
}

/// Stream names become file names, so they must not lead elsewhere.
pub(crate) fn file_in(directory: &Path, stream: &str) -> Result<PathBuf> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || !byte.is_ascii();
    if stream.is_empty() || !stream.bytes().all(is_plain) {
        let message = format!("the stream name {stream:?} cannot be a file name");
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    Ok(directory.join(format!("{stream}.jsonl")))
}
