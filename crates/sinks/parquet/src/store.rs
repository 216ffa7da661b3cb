//! Where files lie: a directory or an object store, alike for whoever writes them.

mod bucket;
mod directory;
mod overlay;
mod profile;

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write};
use std::sync::Arc;

use bytes::Bytes;
use capture_core::{Error, ErrorKind, Lock, Result, private_file::MadeDirectories};
use parquet::file::reader::{ChunkReader, Length};
use tempfile::NamedTempFile;

pub(crate) use bucket::{Objects, Ranges};
pub(crate) use directory::Directory;
pub(crate) use overlay::Overlay;

/// What tells one version of a document from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) e_tag: Option<String>,
    pub(crate) version: Option<String>,
}

/// What keeps other runs away while it is held, where the system can tell by itself when a run ends.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) _lock: Lock,
    /// Declared after the lock, so that its file is gone before they are.
    pub(crate) _directories: MadeDirectories,
}

/// Files by their paths, which are parts with slashes between them. Everything blocks.
pub(crate) trait Store: Send + Sync {
    /// What it is, for messages.
    fn place(&self) -> String;

    /// Takes it for this process, where the system guards that; elsewhere a lease does.
    fn take(&self) -> Result<Option<Held>>;

    /// Whether runs keep each other away by a lease.
    fn needs_lease(&self) -> bool;

    /// A document, and which version of it that is.
    fn read(&self, path: &str) -> Result<Option<(Bytes, Tag)>>;

    /// Replaces a document if it still is this version, or is not there. `None` if it is another.
    fn replace(&self, path: &str, content: Bytes, expected: Option<&Tag>) -> Result<Option<Tag>>;

    /// A file, of which little is read.
    fn part(&self, path: &str) -> Result<Option<Blob>>;

    /// A file, of which most is read.
    fn whole(&self, path: &str) -> Result<Option<Blob>>;

    /// Where the content of a file is written that does not count yet.
    fn spool(&self) -> Result<Spool>;

    /// Makes it count, at once and in place of what was there; it is durable on return.
    fn put(&self, path: &str, spool: Spool) -> Result<()> {
        self.put_in_place(path, spool, true)
    }

    /// The same; what is there is replaced only if that may be.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] if there is something, and it may not be.
    fn put_in_place(&self, path: &str, spool: Spool, may_replace: bool) -> Result<()>;

    /// The paths of all files in a folder and those below it.
    fn list(&self, folder: &str) -> Result<Vec<String>>;

    /// Removes a file that may be there.
    fn delete(&self, path: &str) -> Result<()>;
}

/// A file that is being written, seen by nobody.
#[derive(Debug)]
pub(crate) struct Spool(io::BufWriter<Content>);

#[derive(Debug)]
enum Content {
    /// It becomes the file by its name.
    Named(NamedTempFile),
    /// Without a name: gone when the process is.
    Unnamed(File),
}

impl Spool {
    fn named(file: NamedTempFile) -> Self {
        Self(io::BufWriter::new(Content::Named(file)))
    }

    fn unnamed() -> io::Result<Self> {
        Ok(Self(io::BufWriter::new(Content::Unnamed(tempfile::tempfile()?))))
    }

    /// Its content, from the start.
    fn read_back(self) -> io::Result<File> {
        let content = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut file = match content {
            Content::Named(named) => named.into_file(),
            Content::Unnamed(file) => file,
        };
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }

    fn into_named(self) -> io::Result<Option<NamedTempFile>> {
        let content = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(match content {
            Content::Named(named) => Some(named),
            Content::Unnamed(_) => None,
        })
    }

    /// To be read without being put anywhere.
    pub(crate) fn into_blob(self) -> io::Result<Blob> {
        self.read_back().map(Blob::File)
    }
}

impl Write for Content {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Named(file) => file.write(bytes),
            Self::Unnamed(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A file that is there, to be read at any place.
pub(crate) enum Blob {
    File(File),
    Bytes(Bytes),
    Ranges(Arc<Ranges>),
}

impl Blob {
    /// The same again.
    pub(crate) fn again(&self) -> io::Result<Self> {
        Ok(match self {
            Self::File(file) => Self::File(file.try_clone()?),
            Self::Bytes(bytes) => Self::Bytes(bytes.clone()),
            Self::Ranges(ranges) => Self::Ranges(Arc::clone(ranges)),
        })
    }
}

impl Length for Blob {
    fn len(&self) -> u64 {
        match self {
            Self::File(file) => Length::len(file),
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Ranges(ranges) => ranges.len_bytes(),
        }
    }
}

impl ChunkReader for Blob {
    type T = Box<dyn Read + Send>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(match self {
            Self::File(file) => Box::new(file.get_read(start)?),
            Self::Bytes(bytes) => Box::new(bytes.get_read(start)?),
            Self::Ranges(ranges) => Box::new(Ranges::read_from(ranges, start)),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        match self {
            Self::File(file) => file.get_bytes(start, length),
            Self::Bytes(bytes) => bytes.get_bytes(start, length),
            Self::Ranges(ranges) => Ok(ranges.bytes(start, length)?),
        }
    }
}

/// Only another run can have written what is to be new.
fn taken(path: &str, place: &str) -> Error {
    Error::new(ErrorKind::Busy, format!("another run has written {path} in {place}"))
        .with_hint("one run at a time: see what else is started there, then start again")
}

/// What went wrong with a file.
pub(crate) fn failed(what: &str, path: &str, place: &str, error: io::Error) -> Error {
    Error::new(ErrorKind::Storage, format!("cannot {what} {path} in {place}")).with_source(error)
}
