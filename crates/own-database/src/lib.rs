//! SQLite files of our own, hidden beside what users keep: the ledger of what was appended, the inbox of webhooks. Whether
//! a file is one of them, and from SQLite's errors to ours.
//!
//! A destination that users open themselves (`sink-sqlite`) says other things of its files.

mod failure;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use capture_core::private_file;
use rusqlite::{Connection, OpenFlags};

pub use crate::failure::Failure;

/// A kind of such files.
#[derive(Debug)]
pub struct Kind {
    /// What it is called: `ledger`.
    pub name: &'static str,
    /// Marks a file as one of these (`PRAGMA application_id`).
    pub application_id: i32,
    /// `PRAGMA user_version`.
    pub layout_version: i32,
    /// What a person can do about one that is damaged or something else.
    pub put_right: &'static str,
    /// What follows when its disk is full.
    pub when_full: &'static str,
}

impl Kind {
    /// Opens the file for writing, without following a link; `true` if it was made.
    ///
    /// # Errors
    /// [`Failure::Foreign`] if it is something else, or of another layout.
    pub fn open(&self, path: &Path) -> Result<(Connection, bool), Failure> {
        let is_made = match private_file::options().write(true).create_new(true).open(path) {
            Ok(_) => true,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                check_format(private_file::options().read(true).open(path)?)?;
                false
            }
            Err(error) => return Err(error.into()),
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        Ok((Connection::open_with_flags(path, flags)?, is_made))
    }

    /// Opens the file for reading, also while another process writes.
    ///
    /// # Errors
    /// [`Failure::Foreign`] if it is something else, or of another layout.
    pub fn look(&self, path: &Path) -> Result<Connection, Failure> {
        check_format(private_file::options().read(true).open(path)?)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Connection::open_with_flags(path, flags)?)
    }

    /// Whether it bears our mark; a file without any is not ours, or not yet.
    ///
    /// # Errors
    /// [`Failure::Foreign`] if it bears our mark and another layout.
    pub fn is_ours(&self, connection: &Connection) -> Result<bool, Failure> {
        let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        match (number("application_id")?, number("user_version")?) {
            (id, version) if (id, version) == (self.application_id, self.layout_version) => Ok(true),
            (id, _) if id == self.application_id => Err(Failure::Foreign),
            _ => Ok(false),
        }
    }

    /// Refuses what is neither ours nor empty.
    ///
    /// # Errors
    /// [`Failure::Foreign`].
    pub fn check(&self, connection: &Connection) -> Result<(), Failure> {
        if self.is_ours(connection)? || is_empty(connection)? { Ok(()) } else { Err(Failure::Foreign) }
    }

    /// Marks the file as ours and lays it out; within a transaction.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn lay_out(&self, connection: &Connection, tables: &str) -> Result<(), Failure> {
        connection.pragma_update(None, "application_id", self.application_id)?;
        connection.pragma_update(None, "user_version", self.layout_version)?;
        Ok(connection.execute_batch(tables)?)
    }
}

/// Whether nothing is in it.
///
/// # Errors
/// What SQLite says.
pub fn is_empty(connection: &Connection) -> Result<bool, Failure> {
    Ok(connection.query_row("SELECT NOT EXISTS (SELECT * FROM sqlite_schema)", [], |row| row.get(0))?)
}

/// SQLite takes a file of a few bytes for an empty one.
fn check_format(file: File) -> Result<(), Failure> {
    let mut header = Vec::new();
    file.take(16).read_to_end(&mut header)?;
    if header.is_empty() || header == b"SQLite format 3\0" { Ok(()) } else { Err(Failure::Foreign) }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) const KIND: Kind = Kind {
        name: "notebook",
        application_id: 7,
        layout_version: 2,
        put_right: "put it right",
        when_full: "make room",
    };

    #[test]
    fn only_ours_and_what_is_empty_is_opened() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.db");
        let (connection, is_made) = KIND.open(&path).unwrap();
        assert!(is_made && is_empty(&connection).unwrap() && !KIND.is_ours(&connection).unwrap());
        KIND.check(&connection).unwrap();
        KIND.lay_out(&connection, "CREATE TABLE pages (page)").unwrap();
        drop(connection);
        let (connection, is_made) = KIND.open(&path).unwrap();
        assert!(!is_made && KIND.is_ours(&connection).unwrap());
        KIND.check(&connection).unwrap();
        assert!(KIND.is_ours(&KIND.look(&path).unwrap()).unwrap());

        // Of another layout, of another program, and no database at all.
        connection.pragma_update(None, "user_version", 3).unwrap();
        assert!(matches!(KIND.check(&connection), Err(Failure::Foreign)));
        connection.pragma_update(None, "application_id", 8).unwrap();
        assert!(matches!(KIND.check(&connection), Err(Failure::Foreign)));
        std::fs::write(directory.path().join("short"), "few").unwrap();
        let short = directory.path().join("short");
        assert!(matches!(KIND.open(&short), Err(Failure::Foreign)));
        assert!(matches!(KIND.look(&short), Err(Failure::Foreign)));
    }
}

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
