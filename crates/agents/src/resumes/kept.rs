//! Texts that were read, kept beside the copy. One is there only for as long as the copy's candidate exists and names that
//! very file: whatever takes the candidate away (a listing, an event, a merger, a purge) or brings another file takes the
//! text, too, and what is deleted is overwritten.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use capture_core::{Error, private_file};
use document_text::Text;
use local_copy::{LocalCopy, Snapshot};
use own_database::{Failure, Kind, is_empty};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::attached;
use crate::agent;

const KIND: Kind = Kind {
    name: "file of résumés' texts",
    // `TEXT`, in the file's header.
    application_id: 0x5445_5854,
    layout_version: 1,
    put_right: "move it away: texts are read anew when they are asked for",
    when_full: "make room on its disk; texts are read anew when they are asked for",
};

/// How long to wait for another process that keeps or removes a text.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What is deleted is overwritten, and no log keeps it.
const SETTINGS: &str =
    "PRAGMA secure_delete = ON; PRAGMA journal_mode = DELETE; PRAGMA synchronous = NORMAL;";

const LAYOUT: &str = "
    CREATE TABLE texts (candidate TEXT NOT NULL PRIMARY KEY, file TEXT NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;
";

/// The texts that are kept beside a copy. Nothing is opened before it is asked.
#[derive(Debug, Clone)]
pub struct Texts {
    path: PathBuf,
    copy: LocalCopy,
}

impl Texts {
    /// Those of this copy (`.NAME.texts.db` beside `NAME`).
    ///
    /// # Errors
    /// If its directory does not exist or cannot be looked into.
    pub fn beside(copy: &LocalCopy) -> io::Result<Self> {
        Ok(Self { path: private_file::beside(copy.path(), "texts.db")?, copy: copy.clone() })
    }

    /// Their file, whether it is there or not.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text of this file of this candidate, if it is kept and still theirs.
    pub(super) fn get(&self, candidate: &str, file: &str) -> Result<Option<Text>, Error> {
        if !self.path.exists() {
            return Ok(None);
        }
        let found = self.with(|connection| {
            let sql = "SELECT text FROM texts WHERE candidate = ?1 AND file = ?2";
            let text: Option<String> =
                connection.query_row(sql, params![candidate, file], |row| row.get(0)).optional()?;
            Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
        })?;
        Ok(found.filter(|_| self.copy.snapshot().is_ok_and(|copy| names(&copy, candidate, file))))
    }

    /// Keeps a text, if the copy has its candidate, who names that file.
    pub(super) fn keep(&self, candidate: &str, file: &str, text: &Text) -> Result<(), Error> {
        let is_theirs = || self.copy.snapshot().is_ok_and(|copy| names(&copy, candidate, file));
        let Some(json) = serde_json::to_string(text).ok().filter(|_| is_theirs()) else { return Ok(()) };
        self.with(|connection| {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            // Looked at with the file in hand: whoever removes what is gone comes before, and then it is gone, or after.
            if is_theirs() {
                let sql = "INSERT OR REPLACE INTO texts (candidate, file, text) VALUES (?1, ?2, ?3)";
                connection.execute(sql, params![candidate, file, json])?;
            }
            connection.execute_batch("COMMIT")?;
            Ok(())
        })
    }

    /// Removes the texts of files that the copy's candidates do not name any more; says how many.
    ///
    /// # Errors
    /// If the file cannot be read or written, or the copy cannot be read.
    pub fn sweep(&self) -> Result<u64, Error> {
        if !self.path.exists() {
            return Ok(0);
        }
        self.with(|connection| {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            let copy = self.copy.snapshot();
            let mut select = connection.prepare("SELECT candidate, file FROM texts")?;
            let kept = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let kept: Vec<(String, String)> = kept.collect::<rusqlite::Result<_>>()?;
            let mut removed = 0;
            for (candidate, file) in kept {
                let is_named = match &copy {
                    Ok(copy) => names(copy, &candidate, &file),
                    // Nobody can be asked now; without a copy nobody is there.
                    Err(_) => self.copy.exists(),
                };
                if !is_named {
                    removed += connection.execute("DELETE FROM texts WHERE candidate = ?1", [candidate])?;
                }
            }
            drop(select);
            connection.execute_batch("COMMIT")?;
            Ok(removed as u64)
        })
    }

    /// How many texts there are of these candidates.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn count(&self, candidates: &[String]) -> Result<u64, Error> {
        self.each(candidates, "SELECT count(*) FROM texts WHERE candidate = ?1")
    }

    /// Removes the texts of these candidates; says how many.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn erase(&self, candidates: &[String]) -> Result<u64, Error> {
        let count = self.count(candidates)?;
        if count > 0 {
            self.with(|connection| {
                let mut delete = connection.prepare("DELETE FROM texts WHERE candidate = ?1")?;
                for candidate in candidates {
                    delete.execute([candidate])?;
                }
                Ok(())
            })?;
        }
        Ok(count)
    }

    fn each(&self, candidates: &[String], sql: &str) -> Result<u64, Error> {
        if !self.path.exists() {
            return Ok(0);
        }
        self.with(|connection| {
            let mut select = connection.prepare(sql)?;
            let mut sum = 0;
            for candidate in candidates {
                sum += select.query_row([candidate], |row| row.get::<_, i64>(0))?.unsigned_abs();
            }
            Ok(sum)
        })
    }

    fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Error> {
        let opened = || -> Result<Connection, Failure> {
            let (connection, _) = KIND.open(&self.path)?;
            connection.busy_timeout(BUSY_TIMEOUT)?;
            KIND.check(&connection)?;
            connection.execute_batch(SETTINGS)?;
            if is_empty(&connection)? {
                connection.execute_batch("BEGIN IMMEDIATE")?;
                // Another process may have been quicker.
                if is_empty(&connection)? {
                    KIND.lay_out(&connection, LAYOUT)?;
                }
                connection.execute_batch("COMMIT")?;
            }
            Ok(connection)
        };
        opened().and_then(|connection| work(&connection)).map_err(|failure| failure.of(&KIND, &self.path))
    }
}

/// Whether this candidate exists in the copy and names this file as the résumé.
fn names(copy: &Snapshot, candidate: &str, file: &str) -> bool {
    let held = copy.get("candidates", candidate).ok().flatten().filter(|held| held.gone.is_none());
    let named = held.and_then(|held| attached(&agent::record(&held.record)));
    named.is_some_and(|named| named.id == file)
}
