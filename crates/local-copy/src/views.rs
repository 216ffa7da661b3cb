//! The views that a query reads: temporary ones, of the connection that runs it.

use rusqlite::{Connection, OptionalExtension};
use sink_sqlite::{quoted, rows_table};

use crate::error::Error;
use crate::guard::Names;

/// Which rows the views show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Those that exist.
    Live,
    /// Tombstones, too.
    All,
}

/// Makes for each stream that a query may name a view of its name, and beneath it one that reads the table.
pub(crate) fn make(connection: &Connection, names: &Names, rows: Rows, query: &str) -> Result<(), Error> {
    let query = query.to_ascii_lowercase();
    let mut select = connection.prepare("SELECT stream, fields FROM _capture_streams ORDER BY stream")?;
    let streams: Vec<(String, String)> =
        select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    let only = match rows {
        Rows::Live => " WHERE _deleted_at IS NULL",
        Rows::All => "",
    };
    let mut sql = String::new();
    for (stream, fields) in streams {
        // To make all of them takes longer than most queries.
        if !query.contains(&stream.to_ascii_lowercase()) {
            continue;
        }
        let columns = columns(connection, &stream, &fields)?;
        let (view, beneath) = (quoted(&stream), quoted(&names.beneath(&stream)));
        sql.push_str(&format!(
            "CREATE TEMP VIEW {beneath} AS {columns}{only}; CREATE TEMP VIEW {view} AS SELECT * FROM {beneath};\n"
        ));
    }
    connection.execute_batch(&sql)?;
    Ok(())
}

/// The `SELECT` of a stream's view: the columns of the sink's. But each column reads the record by itself, by its row: where
/// SQLite sorts and groups, it takes along what an expression is made of, and that would be whole records.
fn columns(connection: &Connection, stream: &str, fields: &str) -> Result<String, Error> {
    let made = "SELECT sql FROM main.sqlite_schema WHERE type = 'view' AND name = ?1";
    let made: Option<String> = connection.query_row(made, [stream], |row| row.get(0)).optional()?;
    let made = made.unwrap_or_default();
    let fields: Vec<String> = serde_json::from_str(fields).unwrap_or_default();
    let table = rows_table(stream);
    let record =
        |what: &str| format!("(SELECT {what} FROM {table} AS inside WHERE inside._row = outside._row)");
    let mended = record("coalesce(inside._mended, inside._record)");
    let mut sql = "SELECT _key".to_owned();
    for name in fields {
        let column = quoted(&name);
        let is_key = made.contains(&format!(", _key AS {column},"));
        let value = match is_key {
            true => "_key".to_owned(),
            false => format!("json_extract({mended}, '$.\"{}\"')", name.replace('\'', "''")),
        };
        sql.push_str(&format!(", {value} AS {column}"));
    }
    let whole = record("inside._record");
    sql.push_str(&format!(
        ", _captured_at, _deleted_at, _deleted_why, _merged_into, _scope, {whole} AS _record FROM {table} AS outside"
    ));
    Ok(sql)
}
