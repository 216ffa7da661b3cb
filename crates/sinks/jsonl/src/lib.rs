//! JSON lines: a file per stream ([`directory`]), or all streams down one pipe ([`lines`], [`standard_output`]).
//!
//! Both append: a record that changed is a further line, a record that is gone is a line that says so, and of several
//! lines with one key the last one counts. A [ledger](capture_ledger) beside the state remembers what was appended, so
//! that only differences are, and what a listing does not show any more can be told. Records are written as they came;
//! only line breaks between their tokens, which a line cannot hold, go.
//!
//! After a crash, files are cut back to what was committed, so that each line is there once. What went down a pipe
//! cannot be taken back: lines of the last moments may come twice.

mod directory;
mod failure;
mod family;
mod line;
mod mark;
mod output;
mod purge;
mod recall;
mod repair;
mod stream_file;
mod system;

pub use directory::{Directory, state_path};
pub use family::{Directories, StandardOutput};
pub use output::{Lines, lines, standard_output, standard_output_with};

use std::path::PathBuf;

use capture_core::{Appending, FileStateStore, Locking, Sink};
use capture_ledger::SqliteLedger;

/// Bytes gathered before they are handed to the operating system.
const BUFFER_BYTES: usize = 256 << 10;

/// A sink with a file per stream in this directory, which need not exist yet; its state and ledger are in it, too.
pub fn directory(path: impl Into<PathBuf>) -> Box<dyn Sink> {
    directory_with(path, Locking::default())
}

/// As [`directory`], with a choice for file systems that cannot lock.
pub fn directory_with(path: impl Into<PathBuf>, locking: Locking) -> Box<dyn Sink> {
    let path = path.into();
    let state = state_path(&path);
    let store = FileStateStore::new(&state).with_locking(locking).making_directory();
    Box::new(Appending::new(Directory::new(path), store, SqliteLedger::beside(state)))
}

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
