//! A query of whoever owns the files: the model and the records as they are, side by side, and still nothing but reading.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use serde_json::Value;

use crate::error::Error;
use crate::guard::{Cancel, Reach};
use crate::query::{Query, answer};

/// How the records are called beside the model: as in PostgreSQL, where they have a schema, and as people attach them.
const NAMES: [&str; 2] = ["ashby", "raw"];

/// How long somebody may write to a file before a query gives up.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a query of the files gave.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FilesAnswer {
    /// Names of the columns; those that come twice have a number behind them (`id`, `id_2`).
    pub columns: Vec<String>,
    /// Values: text, numbers, `null`; what is no text (blobs) is in hexadecimal.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more rows.
    pub truncated: bool,
    /// The moment that the model is of (RFC 3339), if there is a model and it says so.
    pub model_as_of: Option<String>,
}

/// Runs a query over records, and over their model if there is one. The model's tables need no name before theirs; the
/// records' streams are `ashby.applications` and `raw.applications`, and without a model plain `applications`, too, all
/// with their tombstones. Nothing that the query says makes it write, attach other files, load code or go on beyond its limits;
/// [`Query::offset`], `moment` and `with_deleted` mean nothing here.
///
/// # Errors
/// As [`LocalCopy::query`](crate::LocalCopy::query), but for [`Error::Changed`].
pub fn query_files(
    model: Option<&Path>,
    records: &Path,
    query: &Query,
    cancel: &Cancel,
) -> Result<FilesAnswer, Error> {
    if !records.metadata().is_ok_and(|found| found.len() > 0) {
        return Err(Error::NoCopy(records.to_owned()));
    }
    // Nothing that is not ours is opened.
    drop(sink_sqlite::reader(records)?);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(model.unwrap_or(records), flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch("PRAGMA temp_store = MEMORY")?;
    for name in NAMES {
        let path = records.to_string_lossy();
        connection.execute(&format!("ATTACH DATABASE ?1 AS {name}"), [&path])?;
    }
    connection.execute_batch("BEGIN")?;
    let model_as_of = match model {
        Some(_) => as_of(&connection)?,
        None => None,
    };
    let reach = Reach::Files(std::iter::once("main").chain(NAMES).collect());
    let (columns, rows, truncated) = answer(&mut connection, &reach, query, cancel)?;
    Ok(FilesAnswer { columns, rows, truncated, model_as_of })
}

fn as_of(connection: &Connection) -> Result<Option<String>, Error> {
    let sql = "SELECT value FROM main.model_info WHERE key = 'as_of'";
    let found: Option<Option<String>> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
    Ok(found.flatten())
}
