//! An open database: whether it is ours, its transaction, and the state in it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use capture_core::{
    Access, Completion, Counts, Error, ErrorKind, Record, State, StateUpdate, StreamDescriptor, StreamState,
};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{Failure, not_ours};
use crate::fence::{Fence, roll_back};
use crate::place::Place;
use crate::table::Table;
use crate::{APPLICATION_ID, LAYOUT_VERSION};

/// How long another program may hold the write lock before we give up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Statements kept ready: about ten per stream that is being written.
const STATEMENTS: usize = 256;

/// The index over hashes of keys is what limits a first listing of millions: each commit touches most of its leaves.
/// Large pages make them few, and hold records of a few kilobytes without waste. The cache, most of the memory that
/// the sink takes, holds the hashes of a million keys; and the WAL collects several commits, so that a page which each
/// of them touches is copied into the database once. Measured with the example `throughput`.
const NEW: &str = "PRAGMA page_size = 32768";
const SETTINGS: &str = "
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -26624;
    PRAGMA wal_autocheckpoint = 4096;
    PRAGMA journal_size_limit = 67108864;
";

const LAYOUT: &str = "
    CREATE TABLE _capture_state (stream TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE _capture_access (only INTEGER PRIMARY KEY CHECK (only = 1), access TEXT NOT NULL);
    CREATE TABLE _capture_streams (
        id INTEGER PRIMARY KEY,
        stream TEXT NOT NULL UNIQUE,
        fields TEXT NOT NULL,
        changed_at TEXT
    );
    CREATE TABLE _capture_live (
        stream INTEGER NOT NULL,
        row INTEGER NOT NULL,
        pass INTEGER NOT NULL,
        PRIMARY KEY (stream, row)
    ) WITHOUT ROWID;
";

/// A log (WAL) up to this size may stay.
const LOG_BYTES: u64 = 8 * 1024 * 1024;

/// After such a pause before a transaction, it is not one of many in a row.
const PAUSE: Duration = Duration::from_secs(2);

/// A pass that no listing has: rows are as if no listing had seen them.
const NO_PASS: i64 = -1;

#[derive(Debug)]
pub(crate) struct Database {
    place: Place,
    /// Which file was opened.
    identity: Option<(u64, u64)>,
    connection: Connection,
    fence: Fence,
    tables: HashMap<String, Table>,
    committed_at: Option<Instant>,
    /// How long after the last commit the open transaction began.
    pause: Duration,
    is_closed: bool,
}

impl Database {
    /// Opens the database, making it if there is none. A file that is not one of ours is not touched.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let place = Place::new(path)?;
        let _made = place.make()?;
        let identity = place.check()?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let connection = Connection::open_with_flags(&place.file, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        make_if_empty(&connection, path)?;
        connection.execute_batch(SETTINGS)?;
        let fence = Fence::new(&connection)?;
        Ok(Self {
            place,
            identity,
            connection,
            fence,
            tables: HashMap::new(),
            committed_at: None,
            pause: Duration::MAX,
            is_closed: false,
        })
    }

    /// Begins a transaction unless there is one. The first of them takes the database for this run.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] if another run has taken it since.
    fn begin(&mut self) -> Result<(), Failure> {
        if !self.connection.is_autocommit() {
            return Ok(());
        }
        self.place.check_unmoved(self.identity)?;
        if !self.fence.is_taken() {
            // What only reads the state leaves the file as it is.
            self.connection.execute_batch("PRAGMA journal_mode = WAL")?;
            self.fence.take(&self.connection, &self.place.name)?;
        }
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        self.pause = self.committed_at.map_or(Duration::MAX, |committed_at| committed_at.elapsed());
        self.fence.check(&self.connection, &self.place.name).inspect_err(|_| roll_back(&self.connection))
    }

    /// Makes or updates the tables of these streams.
    pub(crate) fn prepare(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<(), Failure> {
        self.begin()?;
        for stream in streams {
            let table = Table::open(&self.connection, &self.place.name, stream)?;
            self.tables.insert(stream.name.clone(), table);
        }
        self.connection.execute_batch("COMMIT")?;
        Ok(())
    }

    pub(crate) fn write(
        &mut self,
        stream: &str,
        pass: u64,
        records: &[Record],
        completion: Option<&Completion>,
    ) -> Result<Counts, Failure> {
        self.begin()?;
        let Some(table) = self.tables.get_mut(stream) else {
            let message = format!("the stream {stream} was not opened");
            return Err(Error::new(ErrorKind::Configuration, message).into());
        };
        table.write(&self.connection, pass, records, completion)
    }

    /// Makes everything written so far durable, together with the change of the state.
    pub(crate) fn commit(&mut self, update: &StateUpdate) -> Result<(), Failure> {
        self.begin()?;
        for table in self.tables.values_mut() {
            table.settle(&self.connection)?;
        }
        for (stream, state) in &update.streams {
            match state {
                Some(state) => self.put_stream(stream, state)?,
                None => self.forget_stream(stream)?,
            }
        }
        if let Some(access) = &update.access {
            self.put_access(access)?;
        }
        self.connection.execute_batch("COMMIT")?;
        self.empty_log_if_worth_it()?;
        self.committed_at = Some(Instant::now());
        Ok(())
    }

    fn put_stream(&self, stream: &str, state: &StreamState) -> Result<(), Failure> {
        let sql = "INSERT OR REPLACE INTO _capture_state (stream, state) VALUES (?1, ?2)";
        self.connection.prepare_cached(sql)?.execute(params![stream, to_json(state)])?;
        Ok(())
    }

    /// A source that starts afresh may count its passes afresh: rows must not look as if such a pass had seen them.
    fn forget_stream(&self, stream: &str) -> Result<(), Failure> {
        self.connection.execute("DELETE FROM _capture_state WHERE stream = ?1", [stream])?;
        let unseen = "UPDATE _capture_live SET pass = ?2
            WHERE stream = (SELECT id FROM _capture_streams WHERE stream = ?1)";
        self.connection.execute(unseen, params![stream, NO_PASS])?;
        Ok(())
    }

    fn put_access(&self, access: &Access) -> Result<(), Failure> {
        let sql = "INSERT OR REPLACE INTO _capture_access (only, access) VALUES (1, ?1)";
        self.connection.execute(sql, [to_json(access)])?;
        Ok(())
    }

    /// The committed state.
    pub(crate) fn state(&self) -> Result<State, Failure> {
        let mut state = State::default();
        let mut select = self.connection.prepare("SELECT stream, state FROM _capture_state")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let stream: String = row.get(0)?;
            let saved = self.parsed(&stream, row.get_ref(1)?.as_bytes().unwrap_or_default())?;
            state.streams.insert(stream, saved);
        }
        let access = "SELECT access FROM _capture_access";
        let access: Option<Vec<u8>> = self
            .connection
            .query_row(access, [], |row| Ok(row.get_ref(0)?.as_bytes().unwrap_or_default().to_vec()))
            .optional()?;
        state.access = access.map(|access| self.parsed("the access record", &access)).transpose()?;
        Ok(state)
    }

    /// Reads a part of the state back; the error says where it does not parse, never what is there.
    fn parsed<T: DeserializeOwned>(&self, what: &str, json: &[u8]) -> Result<T, Error> {
        serde_json::from_slice(json).map_err(|error| {
            let place = format!("line {} column {}", error.line(), error.column());
            let message = format!(
                "the state of {what} in the database {} cannot be read ({place})",
                self.place.name.display()
            );
            Error::new(ErrorKind::State, message)
                .with_hint("restore the database from a copy, or move it away; it was left untouched")
        })
    }

    /// Moves what is in the log into the database and gives its disk space back, unless that is left to SQLite, which
    /// does it seldom (see [`SETTINGS`]) and without the latter.
    fn empty_log_if_worth_it(&self) -> Result<(), Failure> {
        let (log_bytes, file_bytes) = self.place.log_and_file_bytes();
        if is_worth_emptying(log_bytes, file_bytes, self.pause) {
            self.empty_log()?;
        }
        Ok(())
    }

    /// As far as no reader needs it; none is waited for.
    fn empty_log(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(Duration::ZERO)?;
        let emptied = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        self.connection.busy_timeout(BUSY_TIMEOUT)?;
        emptied
    }

    /// Forgets what was not committed and puts everything into the one file.
    pub(crate) fn close(mut self) -> Result<(), Failure> {
        self.finish()
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.is_closed = true;
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        // A log of that name would be another database's.
        if !self.fence.is_taken() || self.place.check_unmoved(self.identity).is_err() {
            return Ok(());
        }
        self.empty_log()?;
        // A program that reads at this moment keeps the log; that is no failure.
        self.connection.busy_timeout(Duration::ZERO)?;
        let _ = self.connection.execute_batch("PRAGMA journal_mode = DELETE");
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !self.is_closed {
            let _ = self.finish();
        }
    }
}

/// Whether the log is large, and either larger than the database, which is then as large as what was moved, so that
/// a first listing does this a few times in all; or this commit was one of few.
fn is_worth_emptying(log_bytes: u64, file_bytes: u64, pause: Duration) -> bool {
    log_bytes > LOG_BYTES && (log_bytes > file_bytes || pause >= PAUSE)
}

/// Whether it is empty is asked in the transaction that makes the layout, before the WAL makes the file non-empty: a
/// database that exists is whole, and what another program made in the meantime is its own.
fn make_if_empty(connection: &Connection, path: &Path) -> Result<(), Failure> {
    if application_id(connection)? == APPLICATION_ID {
        return check_version(connection, path);
    }
    connection.execute_batch(NEW)?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let attempt = || -> Result<(), Failure> {
        if application_id(connection)? == APPLICATION_ID {
            check_version(connection, path)?;
        } else if is_empty(connection)? {
            connection.pragma_update(None, "application_id", APPLICATION_ID)?;
            connection.pragma_update(None, "user_version", LAYOUT_VERSION)?;
            connection.execute_batch(LAYOUT)?;
        } else {
            return Err(not_ours(path).into());
        }
        connection.execute_batch("COMMIT")?;
        Ok(())
    };
    attempt().inspect_err(|_| roll_back(connection))
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT NOT EXISTS (SELECT * FROM sqlite_schema)
        AND NOT EXISTS (SELECT * FROM pragma_user_version WHERE user_version <> 0)
        AND NOT EXISTS (SELECT * FROM pragma_application_id WHERE application_id <> 0)";
    connection.query_row(sql, [], |row| row.get(0))
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("states are plain data with text keys")
}

fn application_id(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

/// # Errors
/// [`ErrorKind::State`] if a program of another layout made the database.
pub(crate) fn check_version(connection: &Connection, path: &Path) -> Result<(), Failure> {
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let hint = match version {
        LAYOUT_VERSION => return Ok(()),
        ..LAYOUT_VERSION => "move it away and sync again: a version before the first release made it",
        _ => "use the newer program that made it",
    };
    let message = format!(
        "the database {} has layout version {version}; this program knows {LAYOUT_VERSION}",
        path.display()
    );
    Err(Error::new(ErrorKind::State, message).with_hint(hint).into())
}

/// # Errors
/// [`ErrorKind::State`] if the database is not one of ours.
pub(crate) fn check_ours(connection: &Connection, path: &Path) -> Result<(), Failure> {
    if application_id(connection)? == APPLICATION_ID {
        return check_version(connection, path);
    }
    Err(not_ours(path).into())
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn what_another_program_makes_of_an_empty_file_is_left_to_it() {
        for theirs in ["CREATE TABLE pets (id)", "PRAGMA user_version = 1", "PRAGMA application_id = 7"] {
            let directory = tempfile::tempdir().unwrap();
            let place = Place::new(&directory.path().join("x.db")).unwrap();
            let _made = place.make().unwrap();
            place.check().unwrap();
            let connection = Connection::open(&place.file).unwrap();
            Connection::open(&place.file).unwrap().execute_batch(theirs).unwrap();
            let before = std::fs::read(&place.file).unwrap();
            let error = make_if_empty(&connection, &place.name).unwrap_err().of(&place.name);
            assert_eq!(error.kind(), ErrorKind::State, "{theirs}");
            assert!(connection.is_autocommit());
            assert_eq!(std::fs::read(&place.file).unwrap(), before);
        }
    }

    /// Tells other processes which database to make.
    const PATH: &str = "TEST_DATABASE_PATH";

    /// Not a test: what the other processes of the next one do.
    #[test]
    fn make_a_database() {
        let Some(path) = std::env::var_os(PATH) else { return };
        Database::open(Path::new(&path)).unwrap();
    }

    #[test]
    fn of_several_that_make_it_at_once_all_get_the_same_database() {
        for _ in 0..3 {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("x.db");
            let start = |_| {
                Command::new(std::env::current_exe().unwrap())
                    .args(["--exact", "database::tests::make_a_database"])
                    .env(PATH, &path)
                    .stdout(Stdio::null())
                    .spawn()
                    .unwrap()
            };
            let all: Vec<_> = (0..6).map(start).collect();
            all.into_iter().for_each(|mut one| assert!(one.wait().unwrap().success()));
            assert!(Database::open(&path).unwrap().state().unwrap().streams.is_empty());
        }
    }

    #[test]
    fn a_large_log_is_emptied_when_it_outgrows_the_database_or_after_a_pause() {
        const MIB: u64 = 1024 * 1024;
        let soon = Duration::from_millis(10);
        for (log, file, pause, worth) in [
            (100 * MIB, 3 * MIB, soon, true),
            (100 * MIB, 300 * MIB, soon, false),
            (100 * MIB, 300 * MIB, PAUSE, true),
            (LOG_BYTES, 0, PAUSE, false),
        ] {
            assert_eq!(is_worth_emptying(log, file, pause), worth, "{log} beside {file} after {pause:?}");
        }
    }
}
