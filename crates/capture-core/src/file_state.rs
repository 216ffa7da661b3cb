//! A state in a JSON file, for sinks that cannot keep it themselves.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

use async_trait::async_trait;

use crate::private_file::{self, MadeDirectories};
use crate::{Error, ErrorKind, Lock, Locking, Result, State, StateStore, StateUpdate};

/// Keeps the state in one file, for its owner only, replaced atomically on every save
/// ([`private_file::replace`]). Guarded by a [`Lock`], and by a look at the file before each save: one that another
/// run has replaced meanwhile is not overwritten.
///
/// If the path is a link, the state is where it leads to. A file that is no state is an error, and left untouched.
#[derive(Debug)]
pub struct FileStateStore {
    path: PathBuf,
    /// What is in the file; nothing while it was not read, or could not be.
    state: Option<State>,
    locking: Locking,
    /// The file as it was last read or written.
    known: Option<Version>,
    lock: Option<Lock>,
    /// Declared after the lock, so that its file is gone before they are.
    directories: MadeDirectories,
    makes_directory: bool,
}

/// What tells one version of the file from another: which file it is, its length, and when it was written.
type Version = (Option<(u64, u64)>, u64, Option<SystemTime>);

impl FileStateStore {
    /// A store in the file at `path`, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            state: None,
            locking: Locking::default(),
            known: None,
            lock: None,
            directories: MadeDirectories::default(),
            makes_directory: false,
        }
    }

    /// Makes the directory that the file is in, if that is all that is missing.
    #[must_use]
    pub fn making_directory(mut self) -> Self {
        self.makes_directory = true;
        self
    }

    /// Chooses what to do on a file system that cannot lock.
    #[must_use]
    pub fn with_locking(mut self, locking: Locking) -> Self {
        self.locking = locking;
        self
    }

    /// The state as it is, without taking it: also while a run is on.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if it cannot be read.
    pub fn peek(&self) -> Result<State> {
        Self::new(&self.path).read()
    }

    fn take_lock(&mut self) -> Result<()> {
        if self.lock.is_none() {
            let directory = private_file::directory_of(&self.path);
            let outermost = if self.makes_directory { directory } else { &self.path };
            private_file::check_directory_of(outermost).map_err(|error| {
                let message = format!("there is no place for the state file {}", self.path.display());
                Error::new(ErrorKind::Storage, message)
                    .with_source(error)
                    .with_hint("make the directory, or name another place")
            })?;
            // What an earlier attempt made goes first, so that it does not take this one's with it.
            self.directories = MadeDirectories::default();
            self.directories = private_file::make_directories(directory).map_err(|error| {
                let message = format!("cannot make the directory {}", directory.display());
                Error::new(ErrorKind::Storage, message)
                    .with_source(error)
                    .with_hint("check that this user may write there, or name another place")
            })?;
            self.lock = Some(Lock::acquire_with(&self.path, self.locking)?);
        }
        Ok(())
    }

    fn version(&self) -> io::Result<Option<Version>> {
        match fs::metadata(&self.path) {
            Ok(found) => Ok(Some((private_file::identity(&found), found.len(), found.modified().ok()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(&mut self) -> Result<State> {
        self.state = None;
        let unreadable = |error: io::Error| {
            let message = format!("cannot read the state file {}", self.path.display());
            Error::new(ErrorKind::State, message).with_source(error)
        };
        // Before its content, so that what replaces it in between is noticed.
        let known = self.version().map_err(unreadable)?;
        let state = match fs::read_to_string(&self.path) {
            Ok(text) => State::from_document(&text).map_err(|error| {
                let message = format!("the state file {} is not usable", self.path.display());
                let hint = error.hint().unwrap_or_default().to_owned();
                Error::new(ErrorKind::State, message).with_source(error).with_hint(hint)
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(unreadable(error)),
        };
        (self.known, self.state) = (known, Some(state.clone()));
        Ok(state)
    }

    fn write(&mut self, state: State) -> Result<()> {
        let unwritten = |error: io::Error| {
            Error::new(ErrorKind::Storage, format!("cannot write the state file {}", self.path.display()))
                .with_source(error)
        };
        if self.version().map_err(unwritten)? != self.known {
            let message = format!("the state file {} was changed by another program", self.path.display());
            return Err(Error::new(ErrorKind::Busy, message)
                .with_hint("it was left as it is; start again when nothing else runs on it"));
        }
        private_file::replace(&self.path, state.to_document().to_string().as_bytes()).map_err(unwritten)?;
        self.known = self.version().map_err(unwritten)?;
        self.state = Some(state);
        Ok(())
    }
}

#[async_trait]
impl StateStore for FileStateStore {
    async fn load(&mut self) -> Result<State> {
        self.take_lock()?;
        self.read()
    }

    async fn save(&mut self, update: &StateUpdate) -> Result<()> {
        // What is there is not overwritten unseen.
        let mut state = match &self.state {
            Some(state) => state.clone(),
            None => self.load().await?,
        };
        state.apply(update);
        self.write(state)
    }
}
