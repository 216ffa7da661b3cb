//! `jsonl:DIR`, and `stdout`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use capture_core::{
    Error, ErrorKind, Family, FileStateStore, Finding, Locking, Place, Purge, Purging, Result, Sink, State,
    StreamDescriptor, keeps_its_own_state, private_file,
};
use capture_ledger::SqliteLedger;

use crate::purge::Purger;
use crate::{directory_with, standard_output_with, state_path};

/// Directories with a file per stream.
#[derive(Debug, Clone, Copy)]
pub struct Directories;

impl Family for Directories {
    fn usage(&self) -> &'static str {
        "jsonl:DIR"
    }

    fn about(&self) -> &'static str {
        "a directory with a file of JSON lines per stream"
    }

    fn place(&self, address: &str, state: Option<&Path>) -> Option<Result<Box<dyn Place>>> {
        let path = address.strip_prefix("jsonl:").filter(|path| !path.is_empty())?;
        if state.is_some() {
            return Some(Err(keeps_its_own_state("a directory keeps")));
        }
        Some(Ok(Box::new(Files { path: path.into(), locking: Locking::default() })))
    }
}

#[derive(Debug)]
struct Files {
    path: PathBuf,
    locking: Locking,
}

impl Place for Files {
    fn address(&self) -> String {
        format!("jsonl:{}", self.path.display())
    }

    fn exists(&self) -> bool {
        self.path.exists()
    }

    fn path(&self) -> Option<&Path> {
        Some(&self.path)
    }

    fn lock_with(&mut self, locking: Locking) {
        self.locking = locking;
    }

    fn open(&self) -> Result<Box<dyn Sink>> {
        Ok(directory_with(&self.path, self.locking))
    }

    fn peek(&self) -> Result<State> {
        FileStateStore::new(state_path(&self.path)).peek()
    }

    fn rows(&self) -> Result<Option<BTreeMap<String, u64>>> {
        rows(&state_path(&self.path))
    }

    fn purge(&self, purge: Purge, streams: &[Arc<StreamDescriptor>]) -> Result<Box<dyn Purging>> {
        if !self.path.is_dir() {
            let message = format!("there is no directory {}", self.path.display());
            return Err(Error::new(ErrorKind::Configuration, message).with_hint("name another with --to"));
        }
        Ok(Box::new(Purger::new(&self.path, self.locking, purge, streams)))
    }

    fn look(&self) -> Result<Vec<Finding>> {
        let above = private_file::directory_of(&self.path);
        if !self.exists() && !above.is_dir() {
            let message = format!("there is no directory {} for it", above.display());
            return Ok(vec![Finding::warning(message, "make it, or correct --to")]);
        }
        let files = [self.path.clone(), state_path(&self.path)];
        Ok(files.iter().filter_map(|path| private_file::shared_with_others(path)).collect())
    }
}

/// What the ledger beside a state knows. Where there is no state either, nothing was ever received.
fn rows(state: &Path) -> Result<Option<BTreeMap<String, u64>>> {
    let rows = SqliteLedger::rows(state)?;
    Ok(rows.or_else(|| (!state.exists()).then(BTreeMap::new)))
}

/// Standard output.
#[derive(Debug, Clone, Copy)]
pub struct StandardOutput;

impl Family for StandardOutput {
    fn usage(&self) -> &'static str {
        "stdout"
    }

    fn can_be_purged(&self) -> bool {
        false
    }

    fn about(&self) -> &'static str {
        "JSON lines on standard output; its state in the file that --state names"
    }

    fn place(&self, address: &str, state: Option<&Path>) -> Option<Result<Box<dyn Place>>> {
        matches!(address, "stdout" | "-").then(|| {
            let place: Box<dyn Place> =
                Box::new(Pipe { state: state.map(Path::to_owned), locking: Locking::default() });
            Ok(place)
        })
    }
}

#[derive(Debug)]
struct Pipe {
    state: Option<PathBuf>,
    locking: Locking,
}

impl Place for Pipe {
    fn address(&self) -> String {
        "stdout".to_owned()
    }

    fn exists(&self) -> bool {
        self.state.as_ref().is_some_and(|path| path.exists())
    }

    fn takes_stdout(&self) -> bool {
        true
    }

    fn keeps_state(&self) -> bool {
        self.state.is_some()
    }

    fn path(&self) -> Option<&Path> {
        self.state.as_deref()
    }

    fn lock_with(&mut self, locking: Locking) {
        self.locking = locking;
    }

    fn open(&self) -> Result<Box<dyn Sink>> {
        Ok(standard_output_with(self.state.clone(), self.locking))
    }

    fn peek(&self) -> Result<State> {
        match &self.state {
            Some(path) => FileStateStore::new(path).peek(),
            None => Ok(State::default()),
        }
    }

    fn rows(&self) -> Result<Option<BTreeMap<String, u64>>> {
        self.state.as_deref().map_or(Ok(None), rows)
    }

    fn look(&self) -> Result<Vec<Finding>> {
        Ok(self.state.iter().filter_map(|path| private_file::shared_with_others(path)).collect())
    }
}
