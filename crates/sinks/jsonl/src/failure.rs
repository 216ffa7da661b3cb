//! Errors of files.

use std::io;
use std::path::Path;

use capture_core::{Error, ErrorKind};

pub(crate) fn storage(what: &str, path: &Path, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room, or choose another place; a run then goes on where this one stopped"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "give this user the right to write there, or choose another place"
        }
        _ => "see the cause; a run then goes on where this one stopped",
    };
    Error::new(ErrorKind::Storage, format!("cannot {what} {}", path.display()))
        .with_source(error)
        .with_hint(hint)
}

pub(crate) fn not_opened(stream: &str) -> Error {
    Error::new(ErrorKind::Contract, format!("the stream {stream} was not opened"))
}
