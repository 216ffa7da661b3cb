//! From SQLite's errors to ours.

use std::io;
use std::path::Path;
use std::sync::Arc;

use capture_core::{Error, ErrorKind};
use rusqlite::ErrorCode;

use crate::Kind;

/// What a step of work fails with, before it is known which file it was. Everyone who waited for a commit gets a copy.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Failure {
    /// What SQLite says.
    Sqlite(Arc<rusqlite::Error>),
    /// The file cannot be made or read.
    File(Arc<io::Error>),
    /// It is not one of ours, or one of another layout.
    Foreign,
    /// What we wrote there does not read.
    Unreadable,
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::File(Arc::new(error))
    }
}

impl Failure {
    /// Whether another connection has it for itself.
    pub fn is_busy(&self) -> bool {
        let Self::Sqlite(error) = self else { return false };
        matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    }

    /// Says which file it was, what kind of trouble it is, and what to do.
    pub fn of(self, kind: &Kind, path: &Path) -> Error {
        let Kind { name, put_right, when_full, .. } = *kind;
        let foreign = (ErrorKind::State, "is not one that this version made", put_right);
        let damaged = (ErrorKind::State, "is damaged", put_right);
        let (error_kind, what, hint) = match &self {
            Self::Foreign => foreign,
            Self::Unreadable => damaged,
            Self::File(_) => (
                ErrorKind::Storage,
                "cannot be opened or made",
                "check that its directory exists, and that this user may read it and write there",
            ),
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => foreign,
                Some(ErrorCode::DatabaseCorrupt) => damaged,
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
                    ErrorKind::Unavailable,
                    "is locked by another program",
                    "close the program that has opened it",
                ),
                Some(ErrorCode::DiskFull) => (ErrorKind::Storage, "cannot grow", when_full),
                Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => (
                    ErrorKind::Storage,
                    "cannot be opened or written",
                    "give this user the right to write the file and its directory",
                ),
                _ => (ErrorKind::Storage, "refused an operation", "see the cause"),
            },
        };
        let error = Error::new(error_kind, format!("the {name} {} {what}", path.display())).with_hint(hint);
        match self {
            Self::Sqlite(cause) => error.with_source(cause),
            Self::File(cause) => error.with_source(cause),
            Self::Foreign | Self::Unreadable => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    use crate::tests::KIND;

    #[test]
    fn each_trouble_has_its_kind_and_names_the_file_and_the_way_out() {
        let sqlite = |code| Failure::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        for (failure, kind, hint) in [
            (Failure::Foreign, ErrorKind::State, "put it right"),
            (Failure::Unreadable, ErrorKind::State, "put it right"),
            (Failure::from(io::Error::other("x")), ErrorKind::Storage, "directory"),
            (sqlite(ffi::SQLITE_NOTADB), ErrorKind::State, "put it right"),
            (sqlite(ffi::SQLITE_CORRUPT), ErrorKind::State, "put it right"),
            (sqlite(ffi::SQLITE_BUSY), ErrorKind::Unavailable, "close the program"),
            (sqlite(ffi::SQLITE_LOCKED), ErrorKind::Unavailable, "close the program"),
            (sqlite(ffi::SQLITE_FULL), ErrorKind::Storage, "make room"),
            (sqlite(ffi::SQLITE_READONLY), ErrorKind::Storage, "the right to write"),
            (sqlite(ffi::SQLITE_CANTOPEN), ErrorKind::Storage, "the right to write"),
            (sqlite(ffi::SQLITE_TOOBIG), ErrorKind::Storage, "see the cause"),
        ] {
            let error = failure.clone().of(&KIND, Path::new("/data/x.db"));
            assert_eq!(error.kind(), kind, "{failure:?}");
            assert!(error.to_string().starts_with("the notebook /data/x.db "), "{error}");
            assert!(error.hint().is_some_and(|said| said.contains(hint)), "{failure:?}: {error:?}");
        }
    }
}
