//! The open file: whether it is ours, its transaction, and the account in it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

use capture_core::{Account, Stamp, Watermark};
use own_database::{Failure, Kind, is_empty};
use rusqlite::{Connection, OptionalExtension, params};

use crate::table::{self, Table, TableOf, number};

pub(crate) const KIND: Kind = Kind {
    name: "ledger",
    // `LEDG`, in the file's header.
    application_id: 0x4c45_4447,
    layout_version: 1,
    put_right: "restore it together with the state and the output beside it, or move all of them away to list \
                everything again; it was left untouched",
    when_full: "make room on its disk; the next run goes on from the last commit",
};

/// A few for each stream that is being written.
const STATEMENTS: usize = 256;

/// The lock on the state keeps others away, so that SQLite needs no memory shared with them. A commit is durable when it
/// returns (`FULL`), since a state that speaks of it is saved next: with `NORMAL`, a power cut could take it back from
/// under that state. The cache holds the index over a million keys.
const NEW: &str = "PRAGMA page_size = 16384";
const SETTINGS: &str = "
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -16384;
    PRAGMA wal_autocheckpoint = 2048;
    PRAGMA journal_size_limit = 33554432;
";

const LAYOUT: &str = "
    CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, stamp INTEGER NOT NULL);
    CREATE TABLE watermark (only INTEGER PRIMARY KEY CHECK (only = 1), json TEXT NOT NULL);
";

#[derive(Debug)]
pub(crate) struct Database {
    connection: Connection,
    tables: HashMap<String, Table>,
    /// Declared after the connection, so that the file is closed when it goes.
    _made: Option<Made>,
}

/// A file that was made. If nothing came of it, it goes again.
#[derive(Debug)]
struct Made(PathBuf);

impl Drop for Made {
    fn drop(&mut self) {
        if std::fs::metadata(&self.0).is_ok_and(|found| found.len() == 0) {
            let _ = std::fs::remove_file(&self.0);
        }
    }
}

/// How many rows there are of each stream; `None` while a run has it for itself.
pub(crate) fn rows(path: &Path) -> Result<Option<BTreeMap<String, u64>>, Failure> {
    let counted = || -> Result<_, Failure> {
        let connection = KIND.look(path)?;
        connection.busy_timeout(Duration::ZERO)?;
        KIND.check(&connection)?;
        if is_empty(&connection)? {
            return Ok(BTreeMap::new());
        }
        let mut select = connection.prepare("SELECT name, id FROM streams")?;
        let streams = select
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<(String, i64)>>>()?;
        let counts = streams.into_iter().map(|(name, id)| Ok((name, table::rows(&connection, id)?)));
        counts.collect::<Result<_, Failure>>()
    };
    match counted() {
        Ok(rows) => Ok(Some(rows)),
        Err(failure) if failure.is_busy() => Ok(None),
        Err(failure) => Err(failure),
    }
}

impl Database {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let (connection, is_made) = KIND.open(path)?;
        let made = is_made.then(|| Made(path.to_owned()));
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch(NEW)?;
        connection.execute_batch(SETTINGS)?;
        KIND.check(&connection)?;
        Ok(Self { connection, tables: HashMap::new(), _made: made })
    }

    /// What was committed.
    pub(crate) fn account(&self) -> Result<Account, Failure> {
        if is_empty(&self.connection)? {
            return Ok(Account::default());
        }
        let json: Option<String> =
            self.connection.query_row("SELECT json FROM watermark", [], |row| row.get(0)).optional()?;
        let watermark = json
            .map(|json| serde_json::from_str(&json).map(Watermark).map_err(|_| Failure::Unreadable))
            .transpose()?;
        let mut select = self.connection.prepare("SELECT name, stamp FROM streams")?;
        let streams = select
            .query_map([], |row| Ok((row.get(0)?, Stamp::new(row.get::<_, i64>(1)?.max(0).cast_unsigned()))))?
            .collect::<rusqlite::Result<BTreeMap<String, Stamp>>>()?;
        Ok(Account::new(watermark, streams))
    }

    /// Begins a transaction unless there is one.
    fn begin(&mut self) -> Result<(), Failure> {
        if !self.connection.is_autocommit() {
            return Ok(());
        }
        // Whoever only reads leaves the file as it is.
        self.connection.execute_batch("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE")?;
        if !KIND.is_ours(&self.connection)? {
            KIND.lay_out(&self.connection, LAYOUT)?;
        }
        Ok(())
    }

    /// A stream's rows, in a transaction.
    pub(crate) fn table(&mut self, stream: &str) -> Result<TableOf<'_>, Failure> {
        self.begin()?;
        if !self.tables.contains_key(stream) {
            let table = Table::open(&self.connection, stream)?;
            self.tables.insert(stream.to_owned(), table);
        }
        match self.tables.get_mut(stream) {
            Some(table) => Ok(table.of(&self.connection)),
            None => Err(Failure::Unreadable),
        }
    }

    pub(crate) fn commit(
        &mut self,
        watermark: Option<&Watermark>,
        stamps: &BTreeMap<String, Option<Stamp>>,
    ) -> Result<(), Failure> {
        self.begin()?;
        if let Some(Watermark(json)) = watermark {
            let sql = "INSERT OR REPLACE INTO watermark (only, json) VALUES (1, ?1)";
            self.connection.prepare_cached(sql)?.execute([json.to_string()])?;
        }
        for (stream, stamp) in stamps {
            if stamp.is_none() && !self.is_kept(stream)? {
                continue;
            }
            let mut table = self.table(stream)?;
            let Some(stamp) = stamp else {
                table.unsee()?;
                continue;
            };
            // What was received stays received when the state is forgotten: an earlier state may come back.
            let sql = "UPDATE streams SET stamp = max(stamp, ?2) WHERE name = ?1";
            self.connection.prepare_cached(sql)?.execute(params![stream, number(*stamp)])?;
        }
        self.connection.execute_batch("COMMIT")?;
        Ok(())
    }

    fn is_kept(&self, stream: &str) -> Result<bool, Failure> {
        let sql = "SELECT EXISTS (SELECT * FROM streams WHERE name = ?1)";
        Ok(self.connection.query_row(sql, [stream], |row| row.get(0))?)
    }

    /// Forgets what was not committed and puts everything into the one file.
    pub(crate) fn close(self) -> Result<(), Failure> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        self.connection.execute_batch("PRAGMA journal_mode = DELETE")?;
        Ok(())
    }
}
