//! From SQLite's errors to ours.

use std::path::Path;

use capture_core::{Error, ErrorKind};
use rusqlite::ErrorCode;

/// What a step of work on the database fails with, before it is known which database it was.
#[derive(Debug)]
pub(crate) enum Failure {
    Sqlite(rusqlite::Error),
    Ours(Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl Failure {
    /// Says which database it was, what kind of trouble it is, and what to do.
    pub(crate) fn of(self, path: &Path) -> Error {
        let error = match self {
            Self::Sqlite(error) => error,
            Self::Ours(error) => return error,
        };
        let (kind, what, hint) = match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
                ErrorKind::Unavailable,
                "is locked by another program",
                "close the program that is writing to it; reading it meanwhile is fine",
            ),
            Some(ErrorCode::DiskFull) => (
                ErrorKind::Storage,
                "cannot grow",
                "make room on its disk, or move it; the next run goes on from the last commit",
            ),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => (
                ErrorKind::Storage,
                "cannot be written",
                "give this user the right to write the file and its directory, or choose another place",
            ),
            Some(ErrorCode::CannotOpen) => (
                ErrorKind::Storage,
                "cannot be opened",
                "check that its directory exists, and that this user may read the file and write beside it",
            ),
            Some(ErrorCode::SystemIoFailure) => (
                ErrorKind::Storage,
                "cannot be read or written",
                "check the disk; the next run goes on from the last commit",
            ),
            Some(ErrorCode::NotADatabase) => (ErrorKind::State, NOT_OURS, ELSEWHERE),
            Some(ErrorCode::DatabaseCorrupt) => (
                ErrorKind::State,
                "is damaged",
                "restore it from a copy, or move it away to list everything again",
            ),
            _ => (ErrorKind::Storage, "refused an operation", "see the cause"),
        };
        Error::new(kind, format!("the database {} {what}", path.display())).with_source(error).with_hint(hint)
    }
}

const NOT_OURS: &str = "is not one that this program made";
const ELSEWHERE: &str = "choose another path; the file was left untouched";

/// The file is something else.
pub(crate) fn not_ours(path: &Path) -> Error {
    Error::new(ErrorKind::State, format!("the file {} {NOT_OURS}", path.display())).with_hint(ELSEWHERE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    #[test]
    fn each_code_has_its_kind_and_every_error_names_the_database_and_the_way_out() {
        for (code, kind) in [
            (ffi::SQLITE_BUSY, ErrorKind::Unavailable),
            (ffi::SQLITE_LOCKED, ErrorKind::Unavailable),
            (ffi::SQLITE_FULL, ErrorKind::Storage),
            (ffi::SQLITE_IOERR_WRITE, ErrorKind::Storage),
            (ffi::SQLITE_READONLY_DBMOVED, ErrorKind::Storage),
            (ffi::SQLITE_CANTOPEN, ErrorKind::Storage),
            (ffi::SQLITE_NOTADB, ErrorKind::State),
            (ffi::SQLITE_CORRUPT, ErrorKind::State),
            (ffi::SQLITE_TOOBIG, ErrorKind::Storage),
        ] {
            let cause = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            let error = Failure::from(cause).of(Path::new("/data/x.db"));
            assert_eq!(error.kind(), kind, "{code}");
            assert!(error.to_string().contains("/data/x.db") && error.hint().is_some(), "{error}");
        }
    }
}
