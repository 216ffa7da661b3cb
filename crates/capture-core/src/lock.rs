//! One run at a time on one state.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind, Result};

/// An exclusive hold on `PATH.lock`, given up when dropped and by the operating system when the process dies. The
/// file stays: removing it would let two runs lock two different files of one name.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock that guards `path`.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`], naming the holder, if another process has it; [`ErrorKind::Storage`] if the lock file
    /// cannot be made.
    pub fn acquire(path: &Path) -> Result<Self> {
        let lock_path = lock_path(path);
        let storage = |error| {
            Error::new(ErrorKind::Storage, format!("cannot open the lock file {}", lock_path.display()))
                .with_source(error)
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock_path)
            .map_err(storage)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The note is a courtesy: a holder that has not written it yet is still a holder.
                let _ = (&mut file).take(200).read_to_string(&mut holder);
                let holder = match holder.trim() {
                    "" => "another process",
                    holder => holder,
                };
                let message = format!("{} is in use by {holder}", path.display());
                return Err(Error::new(ErrorKind::Busy, message)
                    .with_hint("wait for that run to end or stop it, or give this one another destination"));
            }
            Err(TryLockError::Error(error)) => return Err(storage(error)),
        }
        let note =
            format!("process {} (since {})\n", std::process::id(), jiff::Timestamp::now().strftime("%FT%TZ"));
        let written =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(note.as_bytes()));
        written.map_err(storage)?;
        Ok(Self { _file: file })
    }
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_holder_is_refused_and_told_who_has_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.json");
        let held = Lock::acquire(&path).unwrap();
        let error = Lock::acquire(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        drop(held);
        Lock::acquire(&path).unwrap();
    }
}
