//! `sqlite:PATH`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use capture_core::{
    Error, ErrorKind, Finding, Locking, Place, Purge, Purging, Result, Sink, State, StreamDescriptor,
    keeps_its_own_state, private_file,
};

use crate::SqliteSink;
use crate::place::Place as File;
use crate::purge::Purger;

/// Databases, named by their file.
#[derive(Debug, Clone, Copy)]
pub struct Family;

impl capture_core::Family for Family {
    fn usage(&self) -> &'static str {
        "sqlite:PATH"
    }

    fn about(&self) -> &'static str {
        "a SQLite database with a view per stream"
    }

    fn place(&self, address: &str, state: Option<&Path>) -> Option<Result<Box<dyn Place>>> {
        let path = address.strip_prefix("sqlite:").filter(|path| !path.is_empty())?;
        if state.is_some() {
            return Some(Err(keeps_its_own_state("a database keeps")));
        }
        let database = Database { path: path.into(), locking: Locking::default() };
        // What is no file is said before anything is asked of Ashby.
        Some(match File::new(&database.path) {
            Err(error) if error.kind() == ErrorKind::Configuration => Err(error),
            _ => Ok(Box::new(database)),
        })
    }
}

#[derive(Debug)]
struct Database {
    path: PathBuf,
    locking: Locking,
}

impl Place for Database {
    fn address(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    fn exists(&self) -> bool {
        self.path.metadata().is_ok_and(|found| found.len() > 0)
    }

    fn path(&self) -> Option<&Path> {
        Some(&self.path)
    }

    fn is_locked(&self) -> Option<bool> {
        Some(crate::database::is_locked(&self.path))
    }

    fn lock_with(&mut self, locking: Locking) {
        self.locking = locking;
    }

    fn open(&self) -> Result<Box<dyn Sink>> {
        Ok(Box::new(SqliteSink::with_locking(&self.path, self.locking)))
    }

    fn peek(&self) -> Result<State> {
        if self.exists() { crate::state(&self.path) } else { Ok(State::default()) }
    }

    fn rows(&self) -> Result<Option<BTreeMap<String, u64>>> {
        if self.exists() { crate::live_rows(&self.path).map(Some) } else { Ok(Some(BTreeMap::new())) }
    }

    fn keys(&self, stream: &str, each: &mut (dyn FnMut(&str, bool) + Send)) -> Result<bool> {
        if self.exists() {
            crate::read::each_key(&self.path, stream, each)?;
        }
        Ok(true)
    }

    fn purge(&self, purge: Purge, streams: &[Arc<StreamDescriptor>]) -> Result<Box<dyn Purging>> {
        if !self.exists() {
            let message = format!("there is no database {}", self.path.display());
            return Err(Error::new(ErrorKind::Configuration, message).with_hint("name another with --to"));
        }
        Ok(Box::new(Purger::new(&self.path, self.locking, purge, streams)?))
    }

    fn copy(&self, path: &Path) -> Result<Option<Box<dyn Place>>> {
        crate::copy(&self.path, path)?;
        Ok(Some(Box::new(Self { path: path.to_owned(), locking: self.locking })))
    }

    fn look(&self) -> Result<Vec<Finding>> {
        let directory = private_file::directory_of(&self.path);
        if !self.exists() {
            let is_there = directory.is_dir();
            let missing = || {
                let message = format!("there is no directory {} for it", directory.display());
                Finding::warning(message, "make it, or correct --to")
            };
            return Ok(if is_there { Vec::new() } else { vec![missing()] });
        }
        Ok(private_file::shared_with_others(&self.path).into_iter().collect())
    }
}
