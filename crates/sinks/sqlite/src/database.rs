//! An open database: its transaction, its tables, and the state in it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use capture_core::{
    Committed, Counts, Error, ErrorKind, Key, Searchable, Share, Stamp, State, StateUpdate, StreamDescriptor,
    Sweep, Within, Write,
};
use rusqlite::{Connection, ErrorCode, OpenFlags, params};

use crate::changes;
use crate::failure::Failure;
use crate::fence::{Fence, roll_back};
use crate::layout::{self, put_state};
use crate::met::Met;
use crate::place::Place;
use crate::search;
use crate::table::Table;

/// How long another program may hold the write lock before we give up. Whoever has more patience asks
/// [`is_locked`] when it has gone.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// Statements kept ready: about ten per stream that is being written.
const STATEMENTS: usize = 256;

/// Pages come in an order that a small cache serves. The log is emptied into the database about once a commit: its pages
/// are then still in the processor's caches and need no new memory of the system's. Measured with the example
/// `sqlite_throughput`.
const SETTINGS: &str = "
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -4096;
    PRAGMA wal_autocheckpoint = 512;
    PRAGMA journal_size_limit = 67108864;
";

/// Rows are sorted in 1 MiB.
const SORTER_SETTINGS: &str = "PRAGMA page_size = 4096; PRAGMA cache_size = -1024;";

/// A log (WAL) up to this size may stay.
const LOG_BYTES: u64 = 8 * 1024 * 1024;

/// After such a pause before a transaction, it is not one of many in a row.
const PAUSE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct Database {
    place: Place,
    /// Which file was opened.
    identity: Option<(u64, u64)>,
    connection: Connection,
    fence: Fence,
    tables: HashMap<String, Table>,
    met: Met,
    /// The number of the transaction under way; 0 before the first.
    change: i64,
    /// What became of records since the last commit.
    counts: BTreeMap<String, Counts>,
    /// The version of the state that was found, if it was an earlier one.
    upgraded_from: Option<u64>,
    committed_at: Option<Instant>,
    /// How long after the last commit the open transaction began.
    pause: Duration,
    is_closed: bool,
}

/// Whether another program holds the write lock of a database of ours. What cannot be found out is not locked: whoever
/// opens it is told what is wrong.
pub(crate) fn is_locked(path: &Path) -> bool {
    let attempt = || -> Result<(), Failure> {
        let place = Place::new(path)?;
        place.check()?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let connection = Connection::open_with_flags(&place.file, flags)?;
        connection.busy_timeout(Duration::ZERO)?;
        Ok(connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?)
    };
    match attempt() {
        Err(Failure::Sqlite(error)) => {
            matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
        }
        _ => false,
    }
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
        let upgraded_from = layout::prepare(&connection, path)?;
        connection.execute_batch(SETTINGS)?;
        let fence = Fence::new(&connection)?;
        Ok(Self {
            place,
            identity,
            connection,
            fence,
            tables: HashMap::new(),
            met: Met::default(),
            change: 0,
            counts: BTreeMap::new(),
            upgraded_from,
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
        let attempt = || -> Result<i64, Failure> {
            self.fence.check(&self.connection, &self.place.name)?;
            match self.change {
                0 => Ok(changes::begin(&self.connection)?),
                change => Ok(change + 1),
            }
        };
        let change = attempt().inspect_err(|_| roll_back(&self.connection))?;
        self.change = change;
        self.tables.values_mut().for_each(|table| table.number_changes(change));
        Ok(())
    }

    /// Makes or updates the tables of these streams.
    pub(crate) fn prepare(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<(), Failure> {
        self.begin()?;
        for stream in streams {
            let mut table = Table::open(&self.connection, &mut self.met, &self.place.name, stream)?;
            table.number_changes(self.change);
            self.tables.insert(stream.name.clone(), table);
        }
        self.connection.execute_batch("COMMIT")?;
        Ok(())
    }

    /// Makes the indexes of words of these streams anew.
    pub(crate) fn rebuild(
        &mut self,
        streams: &[(String, Searchable)],
    ) -> Result<Vec<(String, u64)>, Failure> {
        self.begin()?;
        let counts =
            search::rebuild(&self.connection, streams).inspect_err(|_| roll_back(&self.connection))?;
        self.connection.execute_batch("COMMIT")?;
        Ok(counts)
    }

    pub(crate) fn write(&mut self, write: &Write) -> Result<(), Failure> {
        self.change(&write.stream.name, |table, connection, met| {
            table.write(connection, met, write.seen, &write.records)
        })
    }

    pub(crate) fn sweep(&mut self, sweep: &Sweep) -> Result<(), Failure> {
        self.change(&sweep.stream.name, |table, connection, _| table.sweep(connection, sweep))
    }

    /// Changes a table and counts what that came to.
    fn change(
        &mut self,
        stream: &str,
        work: impl FnOnce(&mut Table, &Connection, &mut Met) -> Result<Counts, Failure>,
    ) -> Result<(), Failure> {
        self.begin()?;
        let table = self.tables.get_mut(stream).ok_or_else(|| not_opened(stream))?;
        let counts = work(table, &self.connection, &mut self.met)?;
        match self.counts.get_mut(stream) {
            Some(sum) => *sum += counts,
            None => _ = self.counts.insert(stream.to_owned(), counts),
        }
        Ok(())
    }

    pub(crate) fn unseen(&mut self, sweep: &Sweep) -> Result<Share, Failure> {
        let stream = &sweep.stream.name;
        if matches!(sweep.within, Within::Scopes(_)) {
            // It may have to be made possible first.
            self.begin()?;
        }
        self.tables.get_mut(stream).ok_or_else(|| not_opened(stream))?.unseen(&self.connection, sweep)
    }

    pub(crate) fn known(&mut self, stream: &str, keys: &[Key]) -> Result<u64, Failure> {
        let table = self.tables.get_mut(stream).ok_or_else(|| not_opened(stream))?;
        Ok(table.known(&self.connection, keys)?)
    }

    /// Makes everything written so far durable, together with the change of the state.
    pub(crate) fn commit(&mut self, update: &StateUpdate) -> Result<Committed, Failure> {
        self.begin()?;
        let in_a_row = self.pause < PAUSE;
        for table in self.tables.values_mut() {
            table.settle(&self.connection, in_a_row)?;
        }
        for (stream, state) in &update.streams {
            match state {
                Some(state) => {
                    put_state(&self.connection, stream, state)?;
                    // Also where a crash came before the index, or nobody sweeps.
                    let is_whole = state.listing.is_none() && state.listed.last_full.is_some();
                    if let Some(table) = self.tables.get_mut(stream).filter(|_| is_whole) {
                        table.end_first_listing(&self.connection)?;
                    }
                }
                None => self.forget_stream(stream)?,
            }
        }
        self.connection.execute_batch("COMMIT")?;
        self.index_keys()?;
        self.empty_log_if_worth_it()?;
        self.committed_at = Some(Instant::now());
        let mended = self.tables.values_mut().map(Table::take_mended).sum();
        Ok(Committed::new(std::mem::take(&mut self.counts)).mended(mended))
    }

    /// Makes the indexes by key that are due.
    ///
    /// SQLite sorts in as much memory as 250 pages of a connection's main database take, which are 8 MiB of ours. So this
    /// is done on a connection of its own, whose main database is an empty one with small pages.
    fn index_keys(&mut self) -> Result<(), Failure> {
        // A name that is no text cannot be attached by it.
        let file = self.place.file.to_str();
        let database = if file.is_some() { "rows" } else { "main" };
        let due: Vec<String> =
            self.tables.values_mut().filter_map(|table| table.key_index_due(database)).collect();
        if due.is_empty() {
            return Ok(());
        }
        let Some(file) = file else {
            return Ok(due.iter().try_for_each(|index| self.connection.execute_batch(index))?);
        };
        self.connection.execute_batch("PRAGMA shrink_memory")?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let sorter = Connection::open_in_memory_with_flags(flags)?;
        sorter.busy_timeout(BUSY_TIMEOUT)?;
        sorter.execute_batch(SORTER_SETTINGS)?;
        sorter.execute("ATTACH ?1 AS rows", [file])?;
        sorter.execute_batch("PRAGMA rows.synchronous = NORMAL")?;
        for index in due {
            sorter.execute_batch(&index)?;
        }
        Ok(())
    }

    /// To look at what is committed.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Changes something in a transaction of its own.
    pub(crate) fn transaction(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.begin()?;
        let attempt = || -> Result<(), Failure> {
            work(&self.connection)?;
            self.connection.execute_batch("COMMIT")?;
            Ok(())
        };
        attempt().inspect_err(|_| roll_back(&self.connection))
    }

    /// Writes the whole file anew, so that no free page and no log holds what was deleted.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if another program reads it, which keeps the log.
    pub(crate) fn rewrite(&mut self) -> Result<(), Failure> {
        self.connection.execute_batch("VACUUM")?;
        let is_kept: bool =
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if is_kept {
            let message = format!(
                "what was taken out of the database {} is still in its log: another program is reading",
                self.place.name.display()
            );
            return Err(Error::new(ErrorKind::Unavailable, message)
                .with_hint("close the programs that have it open; the next sync or purge empties the log")
                .into());
        }
        Ok(())
    }

    /// Whatever stamps come next, rows must not look as if they had been seen by them.
    fn forget_stream(&self, stream: &str) -> Result<(), Failure> {
        self.connection.execute("DELETE FROM _capture_state WHERE stream = ?1", [stream])?;
        let unseen = "UPDATE _capture_live SET seen = ?2
            WHERE stream = (SELECT id FROM _capture_streams WHERE stream = ?1)";
        self.connection.execute(unseen, params![stream, Stamp::NEVER.get().cast_signed()])?;
        Ok(())
    }

    /// The committed state.
    pub(crate) fn state(&self) -> Result<State, Failure> {
        let mut state = layout::state(&self.connection, &self.place.name)?;
        state.upgraded_from = self.upgraded_from;
        Ok(state)
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

fn not_opened(stream: &str) -> Error {
    Error::new(ErrorKind::Contract, format!("the stream {stream} was not opened"))
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

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
