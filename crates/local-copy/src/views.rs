//! The views that a query reads: temporary ones, of the connection that runs it. Where not everything may be seen, functions
//! that nobody else can name stand between them and the table.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, OptionalExtension};
use sink_sqlite::{quoted, rows_table};

use crate::Snapshot;
use crate::error::Error;
use crate::guard::Names;
use crate::sight::{Glass, Sight};

/// Which rows the views show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Those that exist.
    Live,
    /// Tombstones, too.
    All,
}

/// Makes for each stream that a query may name a view of its name, and beneath it one that reads the table.
pub(crate) fn make(snapshot: &Snapshot, names: &Names, rows: Rows, query: &str) -> Result<(), Error> {
    let connection = &snapshot.connection;
    let query = query.to_ascii_lowercase();
    let mut glasses: HashMap<String, Arc<dyn Glass>> = HashMap::new();
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
        let glass = snapshot.glass(&stream);
        let columns = match &glass {
            None => columns(connection, &stream, &fields)?,
            Some(glass) => columns_through(names, &stream, &fields, &**glass),
        };
        let only = match &glass {
            Some(glass) if glass.hides_records() => {
                let begin = if only.is_empty() { "WHERE" } else { "AND" };
                let shows = quoted(&names.shows());
                format!("{only} {begin} {shows}({}, outside._record) IS NOT NULL", text(&stream))
            }
            _ => only.to_owned(),
        };
        glasses.extend(glass.map(|glass| (stream.clone(), glass)));
        let (view, beneath) = (quoted(&stream), quoted(&names.beneath(&stream)));
        sql.push_str(&format!(
            "CREATE TEMP VIEW {beneath} AS {columns}{only}; CREATE TEMP VIEW {view} AS SELECT * FROM {beneath};\n"
        ));
    }
    drop(select);
    if !glasses.is_empty() {
        functions(connection, names, glasses)?;
    }
    connection.execute_batch(&sql)?;
    Ok(())
}

/// As SQL writes a text.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What shows records and keys, for the views alone.
fn functions(
    connection: &Connection,
    names: &Names,
    glasses: HashMap<String, Arc<dyn Glass>>,
) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let glasses = Arc::new(glasses);
    let of = Arc::clone(&glasses);
    let shows = move |context: &mut Context<'_>| -> rusqlite::Result<Option<String>> {
        let glass = of.get(context.get_raw(0).as_str()?);
        let Some(record) = context.get_raw(1).as_bytes_or_null()? else { return Ok(None) };
        let shown = glass.and_then(|glass| glass.shown(record));
        Ok(shown.and_then(|shown| String::from_utf8(shown.into_owned()).ok()))
    };
    connection.create_scalar_function(names.shows().as_str(), 2, flags, shows)?;
    // Stream, whether it is the owner's, key.
    let renames = move |context: &mut Context<'_>| -> rusqlite::Result<Option<String>> {
        let glass = glasses.get(context.get_raw(0).as_str()?);
        let Some(key) = context.get_raw(2).as_str_or_null()? else { return Ok(None) };
        let is_owner = context.get_raw(1).as_i64()? != 0;
        Ok(glass.map(|glass| {
            let seen = if is_owner { glass.owner(key) } else { glass.key(key) };
            seen.unwrap_or_else(|| key.to_owned())
        }))
    };
    connection.create_scalar_function(names.names().as_str(), 3, flags, renames)
}

/// The `SELECT` of a stream's view where not everything may be seen.
fn columns_through(names: &Names, stream: &str, fields: &str, glass: &dyn Glass) -> String {
    let fields: Vec<String> = serde_json::from_str(fields).unwrap_or_default();
    let (table, own) = (rows_table(stream), text(stream));
    let (shows, renames) = (quoted(&names.shows()), quoted(&names.names()));
    let record =
        |what: &str| format!("(SELECT {what} FROM {table} AS inside WHERE inside._row = outside._row)");
    let is_renamed = glass.key("").is_some();
    let key = |column: &str, owner: u8| match is_renamed {
        true => format!("{renames}({own}, {owner}, outside.{column})"),
        false => format!("outside.{column}"),
    };
    let mut sql = format!("SELECT {} AS _key", key("_key", 0));
    for name in fields {
        let mended = match glass.member(&name) {
            Sight::Hidden => continue,
            Sight::Whole => record("coalesce(inside._mended, inside._record)"),
            Sight::Changed => record(&format!("{shows}({own}, coalesce(inside._mended, inside._record))")),
        };
        let member = name.replace('\'', "''");
        sql.push_str(&format!(", json_extract({mended}, '$.\"{member}\"') AS {}", quoted(&name)));
    }
    let whole = record(&format!("{shows}({own}, inside._record)"));
    sql.push_str(&format!(
        ", _captured_at, _deleted_at, _deleted_why, {} AS _merged_into, {} AS _scope, {whole} AS _record FROM {table} AS outside",
        key("_merged_into", 0),
        key("_scope", 1),
    ));
    sql
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
