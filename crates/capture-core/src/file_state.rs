//! A state in a JSON file, for sinks that cannot keep it themselves.

use std::fs::{self, File};
use std::io::{ErrorKind as IoErrorKind, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use crate::{Error, ErrorKind, Lock, Result, State, StateStore, StateUpdate};

/// Keeps the state in one file, replaced atomically on every save: staged beside it, synced, renamed, and the
/// directory synced. Guarded by a [`Lock`].
#[derive(Debug)]
pub struct FileStateStore {
    path: PathBuf,
    state: State,
    lock: Option<Lock>,
}

impl FileStateStore {
    /// A store in the file at `path`, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), state: State::default(), lock: None }
    }

    fn write(&self, state: &State) -> Result<()> {
        write_atomically(&self.path, state.to_document().to_string().as_bytes())
    }
}

#[async_trait]
impl StateStore for FileStateStore {
    async fn load(&mut self) -> Result<State> {
        if self.lock.is_none() {
            if let Some(parent) = self.path.parent() {
                fs::create_dir_all(parent).map_err(|error| {
                    let message = format!("cannot make the directory {}", parent.display());
                    Error::new(ErrorKind::Storage, message).with_source(error)
                })?;
            }
            self.lock = Some(Lock::acquire(&self.path)?);
        }
        self.state = match fs::read_to_string(&self.path) {
            Ok(text) => State::from_document(&text).map_err(|error| {
                let message = format!("the state file {} is not usable", self.path.display());
                let hint = error.hint().unwrap_or_default().to_owned();
                Error::new(ErrorKind::State, message).with_source(error).with_hint(hint)
            })?,
            Err(error) if error.kind() == IoErrorKind::NotFound => State::default(),
            Err(error) => {
                let message = format!("cannot read the state file {}", self.path.display());
                return Err(Error::new(ErrorKind::State, message).with_source(error));
            }
        };
        Ok(self.state.clone())
    }

    async fn save(&mut self, update: &StateUpdate) -> Result<()> {
        let mut state = self.state.clone();
        state.apply(update);
        self.write(&state)?;
        self.state = state;
        Ok(())
    }
}

/// Replaces `path` so that it holds either the old or the new content, whatever happens.
fn write_atomically(path: &Path, content: &[u8]) -> Result<()> {
    let attempt = || -> std::io::Result<()> {
        let mut staged_path = path.as_os_str().to_owned();
        staged_path.push(".new");
        let mut staged = File::create(&staged_path)?;
        staged.write_all(content)?;
        staged.sync_all()?;
        fs::rename(&staged_path, path)?;
        match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(parent) => File::open(parent)?.sync_all(),
            None => File::open(".")?.sync_all(),
        }
    };
    attempt().map_err(|error| {
        Error::new(ErrorKind::Storage, format!("cannot write the state file {}", path.display()))
            .with_source(error)
    })
}
