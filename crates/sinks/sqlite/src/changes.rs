//! Changes are numbered, by transactions, so that who reads the rows finds what is new since he was here.
//!
//! A number says it only within one course of changes: who goes back to a copy of the file, or takes rows out of it for good,
//! begins another. So each run leaves a random mark beside the first number that it gives.

use rusqlite::{Connection, params};

pub(crate) const MAKE: &str =
    "CREATE TABLE _capture_changes (change INTEGER PRIMARY KEY, mark INTEGER NOT NULL)";

/// More marks than these are not kept: who has not looked for so many runs reads everything.
const MARKS: i64 = 1_000;

/// The number after all that were given.
fn next(connection: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT 1 + max((SELECT coalesce(max(change), 0) FROM _capture_streams),
        (SELECT coalesce(max(change), 0) FROM _capture_changes))";
    connection.query_row(sql, [], |row| row.get(0))
}

/// The first number of a run, marked; part of a transaction.
pub(crate) fn begin(connection: &Connection) -> rusqlite::Result<i64> {
    let change = next(connection)?;
    connection.execute("INSERT INTO _capture_changes (change, mark) VALUES (?1, random())", [change])?;
    let sql = "DELETE FROM _capture_changes WHERE change < (
        SELECT change FROM _capture_changes ORDER BY change DESC LIMIT 1 OFFSET ?1)";
    connection.execute(sql, params![MARKS])?;
    Ok(change)
}

/// Rows were taken out for good: what is known by numbers is known no more. Part of a transaction.
pub(crate) fn forget(connection: &Connection) -> rusqlite::Result<()> {
    let change = next(connection)?;
    connection.execute_batch("DELETE FROM _capture_changes")?;
    connection.execute("INSERT INTO _capture_changes (change, mark) VALUES (?1, random())", [change])?;
    connection.execute("UPDATE _capture_streams SET change = ?1", [change])?;
    Ok(())
}
