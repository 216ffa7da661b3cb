//! What a model says of itself.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::options::Options;
use crate::place::VERSION;
use crate::tables::TABLES;
use crate::values::written;

pub(crate) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "CREATE TABLE model_info (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
         CREATE TABLE model_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, type TEXT NOT NULL,
             description TEXT NOT NULL, PRIMARY KEY (table_name, column_name)) WITHOUT ROWID;
         CREATE TABLE _unparsed (table_name TEXT, stream TEXT, record INTEGER, column_name TEXT, number_of_values INTEGER,
             PRIMARY KEY (table_name, stream, record, column_name)) WITHOUT ROWID;",
    )?;
    let mut insert = connection.prepare("INSERT INTO model_columns VALUES (?1, ?2, ?3, ?4)")?;
    for table in TABLES.iter() {
        let all = format!("{}_all", table.name);
        for column in table.columns.iter().filter(|column| column.is_shown()) {
            insert.execute(params![table.name, column.name, column.kind.name(), column.about])?;
            if table.is_of_records() {
                insert.execute(params![all, column.name, column.kind.name(), column.about])?;
            }
        }
        if table.is_of_records() {
            insert.execute(params![
                all,
                "deleted_at",
                "instant",
                "When it was known to be gone; null if it is not"
            ])?;
            insert.execute(params![
                all,
                "is_live",
                "boolean",
                "Whether it and all that it belongs to exist"
            ])?;
        }
    }
    for (table, column, kind, about) in [
        ("model_info", "key", "text", "What is told"),
        ("model_info", "value", "text", "What is told of it"),
        ("model_columns", "table_name", "text", "A table or view"),
        ("model_columns", "column_name", "text", "A column of it"),
        (
            "model_columns",
            "type",
            "text",
            "Its type: text, instant, date, month, boolean, integer, real, json",
        ),
        ("model_columns", "description", "text", "What it holds"),
    ] {
        insert.execute(params![table, column, kind, about])?;
    }
    Ok(())
}

pub(crate) fn get(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    let found: Option<Option<String>> = connection
        .query_row("SELECT value FROM model_info WHERE key = ?1", [key], |row| row.get(0))
        .optional()?;
    Ok(found.flatten())
}

/// Sets a value, unless it is that already; returns whether it was another.
pub(crate) fn set(connection: &Connection, key: &str, value: Option<&str>) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO model_info (key, value) VALUES (?1, ?2)
        ON CONFLICT DO UPDATE SET value = excluded.value WHERE value IS NOT excluded.value";
    Ok(connection.execute(sql, params![key, value])? > 0)
}

pub(crate) fn set_as_of(connection: &Connection, as_of: Option<Timestamp>) -> rusqlite::Result<()> {
    set(connection, "as_of", as_of.map(written).as_deref()).map(|_| ())
}

/// Up to which change it was built, and with which options.
pub(crate) fn set_through(
    connection: &Connection,
    change: i64,
    mark: Option<i64>,
    chosen: &str,
    options: &Options,
) -> rusqlite::Result<()> {
    set(connection, "through_change", Some(&change.to_string()))?;
    set(connection, "through_mark", mark.map(|mark| mark.to_string()).as_deref())?;
    set(connection, "chosen_streams", Some(chosen))?;
    set(connection, "options", Some(&options.fingerprint()))?;
    Ok(())
}

/// Notes how many values of a column a record has that do not parse.
pub(crate) fn note_unparsed(
    connection: &Connection,
    table: &str,
    column: &str,
    stream: &str,
    record: i64,
    values: u64,
) -> rusqlite::Result<()> {
    let mut insert =
        connection.prepare_cached("INSERT OR REPLACE INTO _unparsed VALUES (?1, ?2, ?3, ?4, ?5)")?;
    insert.execute(params![table, stream, record, column, values.cast_signed()]).map(|_| ())
}

/// Forgets what did not parse of a record, or of all that a table is made of: it is read again.
pub(crate) fn forget_unparsed(
    connection: &Connection,
    table: &str,
    record: Option<(&str, i64)>,
) -> rusqlite::Result<()> {
    match record {
        Some((stream, record)) => connection
            .prepare_cached("DELETE FROM _unparsed WHERE table_name = ?1 AND stream = ?2 AND record = ?3")?
            .execute(params![table, stream, record]),
        None => connection.execute("DELETE FROM _unparsed WHERE table_name = ?1", [table]),
    }
    .map(|_| ())
}

/// What is counted.
pub(crate) fn fill(connection: &Connection, options: &Options, missing: &[String]) -> rusqlite::Result<()> {
    set(connection, "schema_version", Some(&VERSION.to_string()))?;
    set(connection, "built_at", Some(&written(Timestamp::now())))?;
    set(connection, "timezone", Some(&options.zone_name))?;
    set(connection, "missing_streams", Some(&missing.join(", ")))?;
    let (all, known): (i64, i64) = connection.query_row(
        "SELECT coalesce(sum(applications), 0), coalesce(sum(_with_history), 0) FROM _metric_source_yield",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let coverage = if all == 0 { None } else { Some((known as f64 / all as f64).to_string()) };
    set(connection, "history_coverage", coverage.as_deref())?;
    set(connection, "applications", Some(&all.to_string()))?;
    set(connection, "applications_with_history", Some(&known.to_string()))?;
    connection.execute_batch(
        "DELETE FROM model_info WHERE key LIKE 'unparsed.%'
             AND key NOT IN (SELECT 'unparsed.' || table_name || '.' || column_name FROM _unparsed);
         INSERT INTO model_info (key, value)
             SELECT 'unparsed.' || table_name || '.' || column_name, CAST(sum(number_of_values) AS TEXT) FROM _unparsed
             WHERE true GROUP BY 1
             ON CONFLICT DO UPDATE SET value = excluded.value WHERE value IS NOT excluded.value",
    )
}
