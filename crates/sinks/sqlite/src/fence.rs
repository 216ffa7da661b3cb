//! One run at a time, inside the database: so even where locks did not keep a second run out, the two do not
//! interleave.
//!
//! Each run that writes takes the next number, once. Each of its transactions looks whether that is still the newest.
//! What a run knows was read before it took its number; if another took one in between, that is noticed, too. A
//! program that only looks at the state takes none, and so disturbs nobody.

use std::path::Path;

use capture_core::{Error, ErrorKind};
use rusqlite::{Connection, OptionalExtension};

use crate::failure::Failure;

const MAKE: &str = "CREATE TABLE IF NOT EXISTS _capture_run (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    run INTEGER NOT NULL
)";

#[derive(Debug)]
pub(crate) struct Fence {
    /// The newest run when this one read the database, or this one.
    run: i64,
    is_taken: bool,
}

impl Fence {
    /// Looks which run was the last.
    pub(crate) fn new(connection: &Connection) -> rusqlite::Result<Self> {
        let exists = "SELECT count(*) FROM sqlite_schema WHERE name = '_capture_run'";
        let exists: i64 = connection.query_row(exists, [], |row| row.get(0))?;
        let run = if exists == 0 { 0 } else { newest(connection)? };
        Ok(Self { run, is_taken: false })
    }

    /// Whether this run has its number.
    pub(crate) fn is_taken(&self) -> bool {
        self.is_taken
    }

    /// Takes the next number, in a transaction of its own.
    pub(crate) fn take(&mut self, connection: &Connection, path: &Path) -> Result<(), Failure> {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let attempt = || -> Result<(), Failure> {
            connection.execute_batch(MAKE)?;
            self.check(connection, path)?;
            let sql = "INSERT OR REPLACE INTO _capture_run (only, run) VALUES (1, ?1)";
            connection.execute(sql, [self.run + 1])?;
            connection.execute_batch("COMMIT")?;
            Ok(())
        };
        attempt().inspect_err(|_| roll_back(connection))?;
        self.run += 1;
        self.is_taken = true;
        Ok(())
    }

    /// Whether no other run has taken a number since; asked inside a transaction that holds the write lock.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] if one has.
    pub(crate) fn check(&self, connection: &Connection, path: &Path) -> Result<(), Failure> {
        if newest(connection)? == self.run {
            return Ok(());
        }
        let message = format!("another run has taken over the database {}", path.display());
        Err(Error::new(ErrorKind::Busy, message)
            .with_hint("nothing of this run was mixed in; start it again when the other has ended")
            .into())
    }
}

/// After a failure whose own error is what counts. A transaction that SQLite ended itself is none any more.
pub(crate) fn roll_back(connection: &Connection) {
    if !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
}

fn newest(connection: &Connection) -> rusqlite::Result<i64> {
    let mut select = connection.prepare_cached("SELECT run FROM _capture_run")?;
    Ok(select.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}
