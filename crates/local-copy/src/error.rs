//! What keeps a question from being answered.

use std::time::Duration;

use rusqlite::ErrorCode;

/// Why there is no answer. Messages name streams, columns and what SQLite says of a query; never a record's values.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no file of that name, or it is empty.
    #[error("there is no copy {}", .0.display())]
    NoCopy(std::path::PathBuf),
    /// An earlier version of the program made it.
    #[error("the copy {} is of an earlier version", .0.display())]
    Older(std::path::PathBuf),
    /// It cannot be read.
    #[error(transparent)]
    Copy(#[from] capture_core::Error),
    /// The query does something that a reader may not.
    #[error("the query may not do that: {0}")]
    Refused(String),
    /// The query is no SQL, or not for these tables.
    #[error("the query does not work: {0}")]
    Sql(String),
    /// It took longer than it may.
    #[error("the query was stopped after {} s", .0.as_secs_f32())]
    TooSlow(Duration),
    /// It needed more memory than it may.
    #[error("the query was stopped: it needed more than {} MiB of memory", .0 >> 20)]
    TooLarge(u64),
    /// Whoever asked has left.
    #[error("the query was given up")]
    GivenUp,
    /// The copy has no such stream.
    #[error("there is no stream {0} in the copy")]
    UnknownStream(String),
    /// A stream that was asked for is not in the copy; with the command that brings it.
    #[error("the stream {stream} is not in the copy")]
    NotHeld {
        /// The stream.
        stream: String,
        /// What to do.
        hint: String,
    },
    /// The copy changed since the first part of the answer.
    #[error("the copy has changed since the answer began")]
    Changed,
    /// What is asked for is not seen as it is.
    #[error("{0} may not be seen here, and so not be asked for")]
    Hidden(String),
    /// The copy has no index of words.
    #[error("the copy has no index of its texts")]
    NoIndex,
    /// SQLite failed otherwise.
    #[error("the copy cannot be read")]
    Sqlite(#[source] rusqlite::Error),
}

impl Error {
    pub(crate) fn not_held(stream: &str) -> Self {
        // Many streams are off unless they are named: a sync of all would not bring it.
        Self::NotHeld { stream: stream.to_owned(), hint: format!("`ashby sync {stream}` brings it") }
    }

    /// What to do next, if that is known.
    pub fn hint(&self) -> Option<&str> {
        Some(match self {
            Self::Copy(error) => return error.hint(),
            Self::NotHeld { hint, .. } => hint,
            Self::NoCopy(_) => "make it with `ashby sync`",
            Self::Older(_) => "`ashby sync` brings it up to date",
            Self::Refused(_) => {
                "one SELECT that reads the streams' views; columns are in the description of the data"
            }
            Self::Sql(_) => "look the streams and their columns up in the description of the data",
            Self::TooSlow(_) => "narrow it down with WHERE before joining and sorting",
            Self::TooLarge(_) => "select fewer columns, and not _record, where rows are sorted or grouped",
            Self::UnknownStream(_) => "sync it, or name one that is there",
            Self::Changed => "start again without a cursor",
            Self::Hidden(_) => "leave it out; the description of the data has the columns that there are",
            Self::NoIndex => "make it with `ashby search --rebuild`",
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                    "check that it is a file, and that this user may read it and write beside it"
                }
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    "another program has it for itself: try again when that is done"
                }
                _ => return None,
            },
            Self::GivenUp => return None,
        })
    }

    /// Whether the same would work a moment later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::SchemaChanged)
            ),
            Self::Changed => true,
            _ => false,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Self::TooSlow(crate::TIME),
            _ => Self::Sqlite(error),
        }
    }
}
