//! Which file a database is in, before SQLite sees it. SQLite takes some names for something else (`:memory:`,
//! `file:x.db?mode=ro`), and changes what it opens: a leftover journal is played back.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use capture_core::{Error, ErrorKind, Result, private_file};

use crate::failure::not_ours;
use crate::layout::APPLICATION_ID;

/// Names that SQLite takes for a database which is gone when it is closed.
const PASSING: [&str; 2] = ["", ":memory:"];

/// The file of a database: its name as it was given, for people, and where that leads to. The latter is absolute, so
/// it begins with no word that SQLite knows, and free of links, so every name of a file leads to the same journals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: PathBuf,
    pub(crate) file: PathBuf,
}

impl Place {
    /// # Errors
    /// [`ErrorKind::Configuration`] if the name is that of no file, [`ErrorKind::Storage`] if its directory cannot be
    /// found.
    pub(crate) fn new(name: &Path) -> Result<Self> {
        if PASSING.iter().any(|passing| name.as_os_str() == *passing) {
            let message =
                format!("the database {:?} would be gone at the end of the run", name.display().to_string());
            return Err(Error::new(ErrorKind::Configuration, message)
                .with_hint("name a file, so that the next run can go on from there"));
        }
        let file = private_file::canonical(name).map_err(|error| {
            Error::new(
                ErrorKind::Storage,
                format!("cannot find the place of the database {}", name.display()),
            )
            .with_source(error)
            .with_hint("check that its directory exists and that this user may look into it")
        })?;
        Ok(Self { name: name.to_owned(), file })
    }

    /// Makes the file if there is none, for its owner only; SQLite gives the files beside it the same mode. What
    /// stays empty is removed when the guard goes.
    pub(crate) fn make(&self) -> Result<Option<Made>> {
        match private_file::options().write(true).create_new(true).open(&self.file) {
            Ok(_) => Ok(Some(Made(self.file.clone()))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(self
                .failed("make", error)
                .with_hint("check that its directory exists and that this user may write there")),
        }
    }

    /// Looks at the file without SQLite, and says which file it is. Not while a connection of this process has it open:
    /// closing it here would end the locks which that connection holds.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if it is neither empty nor one of ours.
    pub(crate) fn check(&self) -> Result<Option<(u64, u64)>> {
        let cannot_read = |error| self.failed("read", error);
        let file = private_file::options().read(true).open(&self.file).map_err(cannot_read)?;
        let metadata = file.metadata().map_err(cannot_read)?;
        let mut header = Vec::new();
        file.take(100).read_to_end(&mut header).map_err(cannot_read)?;
        // The file format keeps the application id at offset 68, big-endian.
        let is_ours = header.starts_with(b"SQLite format 3\0")
            && header.get(68..72) == Some(&APPLICATION_ID.to_be_bytes());
        if !header.is_empty() && !is_ours {
            return Err(not_ours(&self.name));
        }
        if private_file::names(&metadata) > 1 {
            let message = format!("the database {} has a second name (a hard link)", self.name.display());
            return Err(Error::new(ErrorKind::Storage, message).with_hint(
                "SQLite keeps its log by name, so writing by two names destroys it: make a copy under this name, or remove the other",
            ));
        }
        Ok(private_file::identity(&metadata))
    }

    /// # Errors
    /// [`ErrorKind::Storage`] if the name leads to another file than it did: what is written would be lost.
    pub(crate) fn check_unmoved(&self, identity: Option<(u64, u64)>) -> Result<()> {
        match fs::metadata(&self.file) {
            Ok(found) if private_file::identity(&found) == identity => Ok(()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed("look at", error)),
            _ => {
                let message = format!(
                    "the database {} was moved, removed or replaced while this run wrote to it",
                    self.name.display()
                );
                Err(Error::new(ErrorKind::Storage, message).with_hint(
                    "start again: the run goes on from what the database at that name holds, or makes it anew",
                ))
            }
        }
    }

    /// Bytes of the log that SQLite keeps beside the database, and of the database itself.
    pub(crate) fn log_and_file_bytes(&self) -> (u64, u64) {
        let mut log = self.file.clone().into_os_string();
        log.push("-wal");
        let bytes = |path: &Path| fs::metadata(path).map_or(0, |found| found.len());
        (bytes(Path::new(&log)), bytes(&self.file))
    }

    fn failed(&self, what: &str, error: io::Error) -> Error {
        Error::new(ErrorKind::Storage, format!("cannot {what} the database {}", self.name.display()))
            .with_source(error)
    }
}

/// A file that was made for a database. Declare it before the connection, so that it goes after it.
#[derive(Debug)]
pub(crate) struct Made(PathBuf);

impl Drop for Made {
    fn drop(&mut self) {
        if fs::metadata(&self.0).is_ok_and(|found| found.len() == 0) {
            let _ = fs::remove_file(&self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_nothing_is_refused_and_a_file_of_that_name_is_not() {
        for name in PASSING {
            let error = Place::new(Path::new(name)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.hint().is_some() && error.to_string().contains(name), "{error}");
        }
        let here = std::env::current_dir().unwrap().canonicalize().unwrap();
        assert_eq!(Place::new(Path::new("./:memory:")).unwrap().file, here.join(":memory:"));
        assert_eq!(Place::new(Path::new("file:x.db?mode=ro")).unwrap().file, here.join("file:x.db?mode=ro"));
    }

    #[test]
    fn a_file_of_which_nothing_came_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::new(&directory.path().join("x.db")).unwrap();
        let made = place.make().unwrap().unwrap();
        assert!(place.make().unwrap().is_none(), "it is there");
        drop(made);
        assert!(!place.file.exists());
        let made = place.make().unwrap();
        fs::write(&place.file, "something").unwrap();
        drop(made);
        assert!(place.file.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_database_with_two_names_or_another_file_under_its_name_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let place = Place::new(&at("x.db")).unwrap();
        let _made = place.make().unwrap();
        let identity = place.check().unwrap();
        place.check_unmoved(identity).unwrap();
        fs::hard_link(at("x.db"), at("y.db")).unwrap();
        assert!(place.check().unwrap_err().to_string().contains("hard link"));
        fs::rename(at("x.db"), at("z.db")).unwrap();
        assert_eq!(place.check_unmoved(identity).unwrap_err().kind(), ErrorKind::Storage);
        fs::write(at("x.db"), "").unwrap();
        assert!(place.check_unmoved(identity).unwrap_err().to_string().contains("replaced"));
    }
}
