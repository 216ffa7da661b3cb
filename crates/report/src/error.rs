//! Why there is no page.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// What keeps a page from being made. Messages name files, ids and what is missing; never a record's values.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no model in the file, or no file.
    #[error("there is no model {}", .0.display())]
    NoModel(PathBuf),
    /// The file is something else.
    #[error("{} is no model", .0.display())]
    NotAModel(PathBuf),
    /// A job that was asked for is not in the model.
    #[error("there is no job {0} in the model")]
    UnknownJob(String),
    /// A department that was asked for is not in the model.
    #[error("there is no department {0} in the model")]
    UnknownDepartment(String),
    /// A period is written in a way that nobody understands.
    #[error("{0:?} is no period")]
    Period(String),
    /// The model names a time zone that is not known here.
    #[error("the model's time zone {0:?} is not known here")]
    TimeZone(String),
    /// SQLite failed.
    #[error("the model cannot be read")]
    Sqlite(#[from] rusqlite::Error),
}

impl Error {
    /// What to do next, if that is known.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoModel(_) => "`ashby sync` keeps it up, `ashby models build` makes it",
            Self::NotAModel(_) => "make it anew: `ashby models build --full`",
            Self::UnknownJob(_) => {
                "look the id up: ashby query \"select job_id, title from jobs order by title\""
            }
            Self::UnknownDepartment(_) => {
                "look the id up: ashby query \"select department_id, path from departments order by path\""
            }
            Self::Period(_) => "12m, 90d, all, or two dates: 2026-01-01..2026-06-30",
            Self::TimeZone(_) => {
                "set `timezone` to an IANA name such as Europe/Berlin, and build the model anew"
            }
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                    "check that it is a file, and that this user may read it and write beside it"
                }
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                    "make it anew: `ashby models build --full`"
                }
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    "another program has it for itself: try again when that is done"
                }
                _ => return None,
            },
        })
    }

    /// Whether it is about what was asked, not about what is there.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::UnknownJob(_) | Self::UnknownDepartment(_) | Self::Period(_))
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn a_file_that_cannot_be_read_has_a_way_out() {
        for (code, hint) in [
            (ffi::SQLITE_CANTOPEN, "this user may read it"),
            (ffi::SQLITE_PERM, "this user may read it"),
            (ffi::SQLITE_NOTADB, "models build --full"),
            (ffi::SQLITE_BUSY, "try again"),
        ] {
            let error = Error::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
            assert!(error.hint().is_some_and(|said| said.contains(hint)), "{error:?}");
        }
    }
}
