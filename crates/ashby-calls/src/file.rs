//! Opening a file that holds what must not be lost: never through a link, never for others to read.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind};

/// The path with all links of its folders followed. The last part stays what it is.
///
/// # Errors
/// If there is no such folder, or if the file itself is a link or no regular file.
pub(crate) fn canonical(path: &Path) -> Result<PathBuf, Error> {
    let cannot = |error| {
        Error::new(ErrorKind::Storage, format!("cannot open the journal {}", path.display()))
            .with_source(error)
    };
    let name = path.file_name().ok_or_else(|| not_regular(path))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    capture_core::private_file::check_directory_of(path).map_err(cannot)?;
    let canonical = folder.canonicalize().map_err(cannot)?.join(name);
    match canonical.symlink_metadata() {
        Ok(metadata) if metadata.is_symlink() => Err(is_link(path)),
        Ok(metadata) if !metadata.is_file() => Err(not_regular(path)),
        _ => Ok(canonical),
    }
}

/// Opens a file to read it and append to it, or makes it for its owner only.
///
/// # Errors
/// If it is a link, no regular file, or cannot be opened.
pub(crate) fn open(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // A pipe that somebody put there must not make this wait.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path).map_err(|error| match path.symlink_metadata() {
        // It has become one just now.
        Ok(metadata) if metadata.is_symlink() => is_link(path),
        _ => Error::new(ErrorKind::Storage, format!("cannot open the journal {}", path.display()))
            .with_source(error),
    })?;
    match file.metadata() {
        Ok(metadata) if metadata.is_file() => Ok(file),
        _ => Err(not_regular(path)),
    }
}

/// Whether the file is still the one of that name; where files have no identity, nobody can tell.
pub(crate) fn is_still(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let identity = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
        match (file.metadata(), path.symlink_metadata()) {
            (Ok(open), Ok(there)) => identity(open) == identity(there),
            _ => false,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// Makes the file's name durable too, where directories can be synced.
pub(crate) fn sync_directory(path: &Path) {
    if let Some(directory) = path.parent().and_then(|directory| File::open(directory).ok()) {
        let _ = directory.sync_all();
    }
}

fn is_link(path: &Path) -> Error {
    let message = format!("{} is a symbolic link, and a journal has one name only", path.display());
    Error::new(ErrorKind::NoJournal, message).with_hint("name the file that the link leads to")
}

fn not_regular(path: &Path) -> Error {
    Error::new(ErrorKind::NoJournal, format!("{} is no regular file, and so no journal", path.display()))
}
