//! From SQLite's errors to ours.

use std::io;
use std::path::Path;

use capture_core::{Error, ErrorKind};
use rusqlite::ErrorCode;

/// What a step of work fails with, before it is known which ledger it was.
#[derive(Debug)]
pub(crate) enum Failure {
    Sqlite(rusqlite::Error),
    File(io::Error),
    /// It is not one of ours, or one of another layout.
    Foreign,
    /// What we wrote there does not read.
    Unreadable,
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

const LIST_AGAIN: &str = "restore it together with the state and the output beside it, or move all of them away to list \
                          everything again; it was left untouched";

impl Failure {
    /// Says which ledger it was, what kind of trouble it is, and what to do.
    pub(crate) fn of(self, path: &Path) -> Error {
        let (kind, what, hint) = match &self {
            Self::Foreign => (ErrorKind::State, "is not one that this version made", LIST_AGAIN),
            Self::Unreadable => (ErrorKind::State, "is damaged", LIST_AGAIN),
            Self::File(_) => (
                ErrorKind::Storage,
                "cannot be made",
                "check that its directory exists and that this user may write there",
            ),
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => {
                    (ErrorKind::State, "is not one that this version made", LIST_AGAIN)
                }
                Some(ErrorCode::DatabaseCorrupt) => (ErrorKind::State, "is damaged", LIST_AGAIN),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
                    ErrorKind::Unavailable,
                    "is locked by another program",
                    "close the program that has opened it",
                ),
                Some(ErrorCode::DiskFull) => (
                    ErrorKind::Storage,
                    "cannot grow",
                    "make room on its disk; the next run goes on from the last commit",
                ),
                Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => (
                    ErrorKind::Storage,
                    "cannot be opened or written",
                    "give this user the right to write the file and its directory",
                ),
                _ => (ErrorKind::Storage, "refused an operation", "see the cause"),
            },
        };
        let error = Error::new(kind, format!("the ledger {} {what}", path.display())).with_hint(hint);
        match self {
            Self::Sqlite(cause) => error.with_source(cause),
            Self::File(cause) => error.with_source(cause),
            Self::Foreign | Self::Unreadable => error,
        }
    }
}
