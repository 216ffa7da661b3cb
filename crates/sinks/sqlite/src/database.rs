//! An open database: whether it is ours, its transaction, and the state in it.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use capture_core::{
    Access, Completion, Counts, Error, ErrorKind, Record, State, StateUpdate, StreamDescriptor, StreamState,
};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{Failure, not_ours};
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
    PRAGMA journal_mode = WAL;
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

/// A pass that no listing has: rows are as if no listing had seen them.
const NO_PASS: i64 = -1;

#[derive(Debug)]
pub(crate) struct Database {
    path: PathBuf,
    connection: Connection,
    tables: HashMap<String, Table>,
}

impl Database {
    /// Opens the database, making it if there is none. A file that is not one of ours is not touched.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        check_header(path)?;
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        check_version(&connection, path)?;
        let database = Self { path: path.to_owned(), connection, tables: HashMap::new() };
        database.make_if_empty()?;
        database.connection.execute_batch(SETTINGS)?;
        Ok(database)
    }

    /// Everything in one transaction, before the WAL makes the file non-empty: a database that exists is whole.
    fn make_if_empty(&self) -> Result<(), Failure> {
        if application_id(&self.connection)? == APPLICATION_ID {
            return Ok(());
        }
        self.connection.execute_batch(NEW)?;
        begin(&self.connection)?;
        self.connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        self.connection.pragma_update(None, "user_version", LAYOUT_VERSION)?;
        self.connection.execute_batch(LAYOUT)?;
        self.connection.execute_batch("COMMIT")?;
        Ok(())
    }

    /// Makes or updates the tables of these streams.
    pub(crate) fn prepare(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<(), Failure> {
        begin(&self.connection)?;
        for stream in streams {
            let table = Table::open(&self.connection, &self.path, stream)?;
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
        let Some(table) = self.tables.get_mut(stream) else {
            let message = format!("the stream {stream} was not opened");
            return Err(Error::new(ErrorKind::Configuration, message).into());
        };
        begin(&self.connection)?;
        table.write(&self.connection, pass, records, completion)
    }

    /// Makes everything written so far durable, together with the change of the state.
    pub(crate) fn commit(&mut self, update: &StateUpdate) -> Result<(), Failure> {
        begin(&self.connection)?;
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
                self.path.display()
            );
            Error::new(ErrorKind::State, message)
                .with_hint("restore the database from a copy, or move it away; it was left untouched")
        })
    }

    /// Forgets what was not committed and empties the WAL.
    pub(crate) fn close(self) -> Result<(), Failure> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        // A program that reads at this moment keeps the WAL; that is no failure.
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        self.connection.close().map_err(|(_, error)| error)?;
        Ok(())
    }
}

/// Begins a transaction unless there is one.
fn begin(connection: &Connection) -> rusqlite::Result<()> {
    if connection.is_autocommit() {
        connection.execute_batch("BEGIN IMMEDIATE")?;
    }
    Ok(())
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("states are plain data with text keys")
}

/// Looks at the file without SQLite, which may change what it opens: a leftover journal is played back.
fn check_header(path: &Path) -> Result<(), Error> {
    let cannot_read = |error| {
        Error::new(ErrorKind::Storage, format!("cannot read the database {}", path.display()))
            .with_source(error)
    };
    let mut header = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(100).read_to_end(&mut header).map_err(cannot_read)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot_read(error)),
    };
    // The file format keeps the application id at offset 68, big-endian.
    let is_ours =
        header.starts_with(b"SQLite format 3\0") && header.get(68..72) == Some(&APPLICATION_ID.to_be_bytes());
    if header.is_empty() || is_ours { Ok(()) } else { Err(not_ours(path)) }
}

fn application_id(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

/// # Errors
/// [`ErrorKind::State`] if a program of another layout made the database.
pub(crate) fn check_version(connection: &Connection, path: &Path) -> Result<(), Failure> {
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let hint = match version {
        // A database that is only being made has none yet.
        0 | LAYOUT_VERSION => return Ok(()),
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
