//! A directory on this machine.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use capture_core::{Error, ErrorKind, Lock, Locking, Result, private_file};

use super::{Blob, Held, Spool, Store, Tag, failed, taken};
use crate::files::{OURS, STATE};

/// How files begin that do not count yet.
const SPOOL: &str = ".spool-";

#[derive(Debug)]
pub(crate) struct Directory {
    root: PathBuf,
    locking: Locking,
}

impl Directory {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), locking: Locking::default() }
    }

    /// Chooses what to do on a file system that cannot lock.
    pub(crate) fn with_locking(self, locking: Locking) -> Self {
        Self { locking, ..self }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    fn failed(&self, what: &str, path: &str, error: io::Error) -> Error {
        failed(what, path, &self.place(), error)
    }

    /// Of a document: its identity, length and when it was written.
    fn tag(&self, path: &str) -> io::Result<Option<Tag>> {
        match fs::metadata(self.at(path)) {
            Ok(found) => {
                let written = found.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
                let text = format!("{:?} {} {written:?}", private_file::identity(&found), found.len());
                Ok(Some(Tag { e_tag: Some(text), version: None }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn open(&self, path: &str) -> Result<Option<Blob>> {
        match private_file::options().read(true).open(self.at(path)) {
            Ok(file) => Ok(Some(Blob::File(file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("read", path, error)),
        }
    }

    /// Makes the directory of a file, and its name durable.
    fn make_room(&self, path: &Path) -> io::Result<()> {
        let directory = private_file::directory_of(path);
        if directory.is_dir() {
            return Ok(());
        }
        // Kept also while they are empty: they are about to be filled.
        std::mem::forget(private_file::make_directories(directory)?);
        let mut above = directory.parent();
        while let Some(parent) = above.filter(|parent| parent.starts_with(&self.root)) {
            private_file::sync_directory(parent)?;
            above = parent.parent();
        }
        Ok(())
    }

    fn walk(&self, folder: &Path, found: &mut Vec<String>) -> io::Result<()> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                self.walk(&path, found)?;
            } else if let Some(name) = path.strip_prefix(&self.root).ok().and_then(Path::to_str) {
                found.push(name.replace('\\', "/"));
            }
        }
        Ok(())
    }
}

impl Store for Directory {
    fn place(&self) -> String {
        format!("the directory {}", self.root.display())
    }

    fn take(&self) -> Result<Option<Held>> {
        let state = self.at(STATE);
        let directory = private_file::directory_of(&state);
        let directories = private_file::check_directory_of(&self.root)
            .and_then(|()| private_file::make_directories(directory))
            .map_err(|error| {
                let message = format!("cannot make the directory {}", directory.display());
                Error::new(ErrorKind::Storage, message)
                    .with_source(error)
                    .with_hint("check that there is a directory for it, and that this user may write there")
            })?;
        let lock = Lock::acquire_with(&state, self.locking)?;
        // What a run that was killed had not finished.
        for name in self.list(OURS)? {
            if name.rsplit('/').next().is_some_and(|name| name.starts_with(SPOOL)) {
                self.delete(&name)?;
            }
        }
        Ok(Some(Held { _lock: lock, _directories: directories }))
    }

    fn needs_lease(&self) -> bool {
        false
    }

    fn read(&self, path: &str) -> Result<Option<(Bytes, Tag)>> {
        // Before its content, so that what replaces it in between is noticed.
        let Some(tag) = self.tag(path).map_err(|error| self.failed("read", path, error))? else {
            return Ok(None);
        };
        match fs::read(self.at(path)) {
            Ok(content) => Ok(Some((content.into(), tag))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("read", path, error)),
        }
    }

    fn replace(&self, path: &str, content: Bytes, expected: Option<&Tag>) -> Result<Option<Tag>> {
        let attempt = || -> io::Result<Option<Tag>> {
            if self.tag(path)?.as_ref() != expected {
                return Ok(None);
            }
            let file = self.at(path);
            self.make_room(&file)?;
            private_file::replace(&file, &content)?;
            self.tag(path)
        };
        attempt().map_err(|error| self.failed("write", path, error))
    }

    fn part(&self, path: &str) -> Result<Option<Blob>> {
        self.open(path)
    }

    fn whole(&self, path: &str) -> Result<Option<Blob>> {
        self.open(path)
    }

    fn spool(&self) -> Result<Spool> {
        let attempt = || {
            let directory = self.at(OURS);
            self.make_room(&directory.join(SPOOL))?;
            tempfile::Builder::new().prefix(SPOOL).tempfile_in(directory).map(Spool::named)
        };
        attempt().map_err(|error| self.failed("make a file", OURS, error))
    }

    fn put_in_place(&self, path: &str, spool: Spool, may_replace: bool) -> Result<()> {
        let attempt = || -> io::Result<()> {
            let Some(named) = spool.into_named()? else { return Err(io::ErrorKind::InvalidInput.into()) };
            named.as_file().sync_all()?;
            let file = self.at(path);
            self.make_room(&file)?;
            match may_replace {
                true => named.persist(&file)?,
                false => named.persist_noclobber(&file)?,
            };
            private_file::sync_directory(private_file::directory_of(&file))
        };
        attempt().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists if !may_replace => taken(path, &self.place()),
            _ => self.failed("write", path, error),
        })
    }

    fn list(&self, folder: &str) -> Result<Vec<String>> {
        let mut found = Vec::new();
        self.walk(&self.at(folder), &mut found).map_err(|error| self.failed("list", folder, error))?;
        found.sort_unstable();
        Ok(found)
    }

    fn delete(&self, path: &str) -> Result<()> {
        let file = self.at(path);
        match fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(self.failed("remove", path, error)),
        }
        // Folders that have nothing more; one that has stops the rest.
        let mut above = file.parent();
        while let Some(folder) = above.filter(|folder| *folder != self.root && folder.starts_with(&self.root))
        {
            if fs::remove_dir(folder).is_err() {
                let _ = File::open(folder).and_then(|folder| folder.sync_all());
                break;
            }
            above = folder.parent();
        }
        Ok(())
    }
}
