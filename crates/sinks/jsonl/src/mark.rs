//! Which file it is, and how much of it was committed.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use capture_core::private_file;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// So much of the end of what was committed tells a file from others.
const TAIL_BYTES: u64 = 4096;

/// How much of a file was committed, and with what it ended. A file is known by its content, not by its number on the
/// disk: what was restored from a backup or moved to another disk is still that file, and what was edited is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    pub(crate) length: u64,
    /// A hash of its last bytes.
    tail: u64,
}

/// What has become of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It holds what was committed.
    Whole,
    /// Its content is in another file of its directory: it was put aside.
    PutAside,
    /// What was committed is not there any more, or not in this form.
    Lost(&'static str),
}

impl Mark {
    /// The first `length` bytes of the file are committed.
    pub(crate) fn of(file: &File, length: u64) -> io::Result<Self> {
        Ok(Self { length, tail: tail(file, length)? })
    }

    /// Whether the file begins with what was committed.
    fn fits(&self, file: &File) -> io::Result<bool> {
        Ok(file.metadata()?.len() >= self.length && tail(file, self.length)? == self.tail)
    }

    /// `own` are the files of all streams: what one of them holds was not put aside there.
    pub(crate) fn fate(&self, path: &Path, own: &[PathBuf]) -> io::Result<Fate> {
        let what = match open_file(path) {
            Ok(file) if self.fits(&file)? => return Ok(Fate::Whole),
            Ok(file) if file.metadata()?.len() < self.length => "is shorter than it was",
            Ok(_) => "has other content than it had",
            Err(error) if error.kind() == io::ErrorKind::NotFound => "is not there any more",
            Err(error) => return Err(error),
        };
        Ok(if self.is_beside(path, own) { Fate::PutAside } else { Fate::Lost(what) })
    }

    /// Whether what was committed is in another file of that directory, as rotation leaves it.
    fn is_beside(&self, path: &Path, own: &[PathBuf]) -> bool {
        let Ok(entries) = fs::read_dir(private_file::directory_of(path)) else { return false };
        let is_own =
            |entry: &fs::DirEntry| own.iter().any(|own| own.file_name() == Some(&*entry.file_name()));
        let fits =
            |entry: fs::DirEntry| open_file(&entry.path()).and_then(|file| self.fits(&file)).unwrap_or(false);
        entries.flatten().filter(|entry| !is_own(entry)).any(fits)
    }
}

/// Opens a regular file; what is none counts as not there. Opening a pipe would wait for its writer.
fn open_file(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_file() { File::open(path) } else { Err(io::ErrorKind::NotFound.into()) }
}

fn tail(mut file: &File, length: u64) -> io::Result<u64> {
    let mut bytes = Vec::new();
    let tail_bytes = length.min(TAIL_BYTES);
    file.seek(SeekFrom::Start(length - tail_bytes))?;
    file.take(tail_bytes).read_to_end(&mut bytes)?;
    Ok(xxh3_64(&bytes))
}
