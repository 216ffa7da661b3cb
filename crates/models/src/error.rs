//! What building can fail with.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a model could not be built or read. None of them quotes what is in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The records could not be read.
    #[error(transparent)]
    Records(#[from] capture_core::Error),
    /// SQLite refused something of the model.
    #[error("the model {} {what}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What is the matter.
        what: &'static str,
        /// What to do.
        hint: &'static str,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file cannot be made or replaced.
    #[error("the model {} cannot be made", .0.display())]
    File(PathBuf, #[source] std::io::Error),
    /// There is something else in the model's place.
    #[error("{} is not a model that `ashby models build` made", .0.display())]
    Foreign(PathBuf),
    /// There is no model yet.
    #[error("there is no model at {}", .0.display())]
    Missing(PathBuf),
    /// A setting cannot be used.
    #[error("{0}")]
    Option(String),
}

/// What fails as [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// What to do next, if that is known.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Records(error) => error.hint(),
            Self::Sqlite { hint, .. } => Some(hint),
            Self::File(..) => Some("check that its directory exists and that this user may write there"),
            Self::Foreign(_) => Some("move it away, or name other records"),
            Self::Missing(_) => Some("build it with `ashby models build`"),
            Self::Option(_) => None,
        }
    }

    pub(crate) fn sqlite(path: &Path) -> impl Fn(rusqlite::Error) -> Self + '_ {
        |source| {
            let (what, hint) = match source.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    ("is being read or built by another program", "try again when that is done")
                }
                Some(ErrorCode::DiskFull) => ("cannot grow", "make room on the disk"),
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                    ("is damaged", "build it anew with `ashby models build --full`")
                }
                Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => (
                    "cannot be opened or written",
                    "check that it is a file, and that this user may write it and its directory",
                ),
                _ => (
                    "could not be built",
                    "build it anew with `ashby models build --full`; if it stays so, please report it",
                ),
            };
            Self::Sqlite { path: path.to_owned(), what, hint, source }
        }
    }
}
