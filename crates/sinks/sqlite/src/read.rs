//! Looking into a database, also while a run writes to it. These functions block.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use capture_core::{Result, State, private_file};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use crate::failure::Failure;
use crate::layout::{self, check_ours};
use crate::names::rows_table;
use crate::place::Place;

/// How long a reader waits where a file cannot be read just now; in WAL mode that is hardly ever.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// What a stream's table holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TableInfo {
    /// The stream, and the name of its view.
    pub stream: String,
    /// Records that exist.
    pub live: u64,
    /// Records known to be gone.
    pub deleted: u64,
    /// When a record last changed or was found to be gone (RFC 3339, UTC).
    pub newest_captured_at: Option<String>,
}

/// What a query gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Values as text, `None` for `NULL`; blobs are in hexadecimal.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether there would have been more rows.
    pub truncated: bool,
}

/// The streams in the database at `path`, by name.
///
/// # Errors
/// [`ErrorKind::Storage`](capture_core::ErrorKind) if there is no such file or it cannot be read,
/// [`ErrorKind::State`](capture_core::ErrorKind) if it is not one of ours.
pub fn tables(path: &Path) -> Result<Vec<TableInfo>> {
    read(path, |connection| {
        let sql = "SELECT stream, changed_at, (SELECT count(*) FROM _capture_live WHERE stream = id)
            FROM _capture_streams ORDER BY stream";
        let mut select = connection.prepare(sql)?;
        let mut rows = select.query([])?;
        let mut tables = Vec::new();
        while let Some(row) = rows.next()? {
            let (stream, live): (String, i64) = (row.get(0)?, row.get(2)?);
            let count = format!("SELECT count(*) FROM {}", rows_table(&stream));
            let all: i64 = connection.query_row(&count, [], |row| row.get(0))?;
            let deleted = all.abs_diff(live);
            tables.push(TableInfo {
                stream,
                live: live.unsigned_abs(),
                deleted,
                newest_captured_at: row.get(1)?,
            });
        }
        Ok(tables)
    })
}

/// The committed state in the database at `path`.
///
/// # Errors
/// As [`tables`].
pub fn state(path: &Path) -> Result<State> {
    read(path, |connection| layout::state(connection, path))
}

/// Tells of each row of a stream its key, and whether it is live.
pub(crate) fn each_key(path: &Path, stream: &str, each: &mut (dyn FnMut(&str, bool) + Send)) -> Result<()> {
    read(path, |connection| {
        let is_there = "SELECT EXISTS (SELECT * FROM _capture_streams WHERE stream = ?1)";
        if !connection.query_row(is_there, [stream], |row| row.get(0))? {
            return Ok(());
        }
        let mut select =
            connection.prepare(&format!("SELECT _key, _deleted_at IS NULL FROM {}", rows_table(stream)))?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let key = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            each(key, row.get(1)?);
        }
        Ok(())
    })
}

/// Copies the database at `path` as it is now to `copy`, where nothing is yet; the copy is its owner's only.
///
/// # Errors
/// As [`tables`], and [`ErrorKind::Storage`](capture_core::ErrorKind) if the copy cannot be written.
pub fn copy(path: &Path, copy: &Path) -> Result<()> {
    let failed = |error: std::io::Error| {
        capture_core::Error::new(
            capture_core::ErrorKind::Storage,
            format!("cannot make the file {}", copy.display()),
        )
        .with_source(error)
    };
    // SQLite would make one that others can read.
    private_file::options().write(true).create_new(true).open(copy).map_err(failed)?;
    read(path, |connection| {
        let mut into = Connection::open(copy)?;
        let backup = rusqlite::backup::Backup::new(connection, &mut into)?;
        Ok(backup.run_to_completion(i32::MAX, std::time::Duration::ZERO, None)?)
    })
}

/// How many records exist, by stream.
///
/// # Errors
/// As [`tables`].
pub fn live_rows(path: &Path) -> Result<BTreeMap<String, u64>> {
    read(path, |connection| {
        let sql =
            "SELECT stream, (SELECT count(*) FROM _capture_live WHERE stream = id) FROM _capture_streams";
        let mut select = connection.prepare(sql)?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// Runs one SQL query, which cannot change anything, and returns at most `max_rows` of its rows.
///
/// # Errors
/// As [`tables`]; a query that SQLite refuses has SQLite's explanation as its cause.
pub fn query(path: &Path, sql: &str, max_rows: usize) -> Result<Answer> {
    read(path, |connection| {
        let mut statement = connection.prepare(sql)?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut answer = Answer { rows: Vec::new(), truncated: false, columns };
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if answer.rows.len() == max_rows {
                answer.truncated = true;
                break;
            }
            let values = (0..answer.columns.len()).map(|column| row.get_ref(column).map(printed));
            answer.rows.push(values.collect::<rusqlite::Result<_>>()?);
        }
        Ok(answer)
    })
}

/// A connection that only reads, in a transaction, so that everything is of the same moment. Other programs may write
/// meanwhile. For those who read more than these functions give; what is where, the crate says.
///
/// # Errors
/// As [`tables`].
pub fn reader(path: &Path) -> Result<Connection> {
    let attempt = || -> Result<Connection, Failure> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let connection = Connection::open_with_flags(Place::new(path)?.file, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        check_ours(&connection, path)?;
        // What a query sorts stays in memory, where it can be watched, and not in files of people's data. There can be many
        // readers, most of them of a few rows: the system keeps pages for all of them.
        connection.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -512; BEGIN")?;
        Ok(connection)
    };
    attempt().map_err(|failure| failure.of(path))
}

/// The committed state, as a [`reader`] sees it.
///
/// # Errors
/// As [`tables`].
pub fn state_in(connection: &Connection, path: &Path) -> Result<State> {
    layout::state(connection, path).map_err(|failure| failure.of(path))
}

fn read<T>(path: &Path, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T> {
    work(&reader(path)?).map_err(|failure: Failure| failure.of(path))
}

fn printed(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}
