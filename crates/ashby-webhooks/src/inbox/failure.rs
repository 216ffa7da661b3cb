//! From SQLite's errors to ours.

use std::io;
use std::path::Path;

use capture_core::{Error, ErrorKind};
use rusqlite::ErrorCode;

/// What went wrong with an inbox, before it is known which one. Everyone who waited for a commit gets a copy.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    kind: ErrorKind,
    what: &'static str,
    hint: &'static str,
    cause: Option<String>,
}

const MOVE_AWAY: &str =
    "it was left untouched; restore it, or move it away: the next sync makes good by listing what it held";

impl Failure {
    /// It is a file of something else.
    pub(super) fn foreign() -> Self {
        Self {
            kind: ErrorKind::State,
            what: "is not one that this version made",
            hint: MOVE_AWAY,
            cause: None,
        }
    }

    /// What we wrote there does not read.
    pub(super) fn unreadable() -> Self {
        Self { kind: ErrorKind::State, what: "is damaged", hint: MOVE_AWAY, cause: None }
    }

    /// Says which inbox it was.
    pub(super) fn of(self, path: &Path) -> Error {
        let error =
            Error::new(self.kind, format!("the inbox {} {}", path.display(), self.what)).with_hint(self.hint);
        match self.cause {
            Some(cause) => error.with_source(cause),
            None => error,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self {
            kind: ErrorKind::Storage,
            what: "cannot be made",
            hint: "check that its directory exists and that this user may write there",
            cause: Some(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        let (kind, what, hint) = match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => {
                (ErrorKind::State, "is not one that this version made", MOVE_AWAY)
            }
            Some(ErrorCode::DatabaseCorrupt) => (ErrorKind::State, "is damaged", MOVE_AWAY),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
                ErrorKind::Unavailable,
                "is locked by another program",
                "close the program that has opened it",
            ),
            Some(ErrorCode::DiskFull) => (
                ErrorKind::Storage,
                "cannot grow",
                "make room on its disk; Ashby sends again for about three hours",
            ),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => (
                ErrorKind::Storage,
                "cannot be opened or written",
                "give this user the right to write the file and its directory",
            ),
            _ => (ErrorKind::Storage, "refused an operation", "see the cause"),
        };
        Self { kind, what, hint, cause: Some(error.to_string()) }
    }
}
