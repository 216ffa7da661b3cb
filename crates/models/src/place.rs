//! Where a model is: a file beside the records.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use capture_core::private_file;
use rusqlite::{Connection, OpenFlags};

use crate::error::{Error, Result};

/// Marks a file as a model (`PRAGMA application_id`): "AMDL".
const APPLICATION_ID: i32 = 0x414D_444C;

/// The version of the definitions (`PRAGMA user_version`): another one is built anew.
pub(crate) const VERSION: i32 = 3;

/// The version of the definitions.
pub fn schema_version() -> i32 {
    VERSION
}

/// How long a reader or another build is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The model of records: `ashby.db` → `ashby.model.db`; what has no extension gets `.model`.
pub fn path_of(records: &Path) -> PathBuf {
    match records.extension() {
        Some(extension) => {
            let mut name = std::ffi::OsString::from("model.");
            name.push(extension);
            records.with_extension(name)
        }
        None => records.with_extension("model"),
    }
}

fn application_id(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

/// A connection that only reads the model.
///
/// # Errors
/// [`Error::Missing`], [`Error::Foreign`], or what SQLite says.
pub fn open(model: &Path) -> Result<Connection> {
    if !model.exists() {
        return Err(Error::Missing(model.to_owned()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(model, flags).map_err(Error::sqlite(model))?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(Error::sqlite(model))?;
    match application_id(&connection) {
        Ok(APPLICATION_ID) => Ok(connection),
        Ok(_) => Err(Error::Foreign(model.to_owned())),
        Err(error) => Err(Error::sqlite(model)(error)),
    }
}

/// The model to change, if there is one of this version.
///
/// # Errors
/// [`Error::Foreign`] if there is something else in its place. A model that is damaged, or of another version, is none.
pub(crate) fn existing(model: &Path) -> Result<Option<Connection>> {
    if !model.exists() {
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(model, flags).map_err(Error::sqlite(model))?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(Error::sqlite(model))?;
    match application_id(&connection) {
        Ok(APPLICATION_ID) => {}
        Ok(_) => return Err(Error::Foreign(model.to_owned())),
        Err(error) if is_damage(&error) => return Err(Error::Foreign(model.to_owned())),
        Err(error) => return Err(Error::sqlite(model)(error)),
    }
    let version: i32 = match connection.pragma_query_value(None, "user_version", |row| row.get(0)) {
        Ok(version) => version,
        Err(error) if is_damage(&error) => return Ok(None),
        Err(error) => return Err(Error::sqlite(model)(error)),
    };
    Ok((version == VERSION).then_some(connection))
}

pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

/// A model that is being built, under a name of its own.
pub(crate) struct Draft {
    path: PathBuf,
    model: PathBuf,
    is_kept: bool,
}

impl Draft {
    pub(crate) fn new(model: &Path) -> Result<(Self, Connection)> {
        let failed = |error| Error::File(model.to_owned(), error);
        let path = private_file::beside(model, "new").map_err(failed)?;
        // What a build left that was killed. Nobody else builds: the lock is ours.
        let draft = Self { path, model: model.to_owned(), is_kept: false };
        draft.remove();
        private_file::options().write(true).create_new(true).open(&draft.path).map_err(failed)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let attempt = || -> rusqlite::Result<Connection> {
            let connection = Connection::open_with_flags(&draft.path, flags)?;
            connection.execute_batch(
                "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
                 PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -16384;",
            )?;
            connection.pragma_update(None, "application_id", APPLICATION_ID)?;
            connection.pragma_update(None, "user_version", VERSION)?;
            Ok(connection)
        };
        let connection = attempt().map_err(Error::sqlite(model))?;
        Ok((draft, connection))
    }

    /// Puts it where the model is. Those who read the old one go on reading it.
    pub(crate) fn keep(mut self, connection: Connection) -> Result<()> {
        connection.close().map_err(|(_, error)| Error::sqlite(&self.model)(error))?;
        let failed = |error| Error::File(self.model.clone(), error);
        fs::File::open(&self.path).and_then(|file| file.sync_all()).map_err(failed)?;
        // What a killed build left of the old model must not be played back into the new one.
        for suffix in ["-journal", "-wal", "-shm"] {
            let mut name = self.model.clone().into_os_string();
            name.push(suffix);
            match fs::remove_file(&name) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        fs::rename(&self.path, &self.model).map_err(failed)?;
        self.is_kept = true;
        private_file::sync_directory(private_file::directory_of(&self.model)).map_err(failed)
    }

    fn remove(&self) {
        let _ = fs::remove_file(&self.path);
        let mut journal = self.path.clone().into_os_string();
        journal.push("-journal");
        let _ = fs::remove_file(journal);
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_kept {
            self.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_stands_beside_the_records() {
        for (records, model) in
            [("/a/ashby.db", "/a/ashby.model.db"), ("x", "x.model"), ("a.b/c.sqlite", "a.b/c.model.sqlite")]
        {
            assert_eq!(path_of(Path::new(records)), Path::new(model));
        }
    }
}
