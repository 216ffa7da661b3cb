//! The tables of a database: made once, brought up to date when a later version opens it, and refused if they are
//! somebody else's.

use std::collections::BTreeMap;
use std::path::Path;

use capture_core::{Error, ErrorKind, State};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::changes;
use crate::failure::{Failure, not_ours};
use crate::fence::roll_back;
use crate::fields::Fields;
use crate::names::{quoted, rows_table};
use crate::table::{mended, unreadable_columns};

/// Marks a database as one of these (`PRAGMA application_id`): "CAPT".
pub(crate) const APPLICATION_ID: i32 = 0x4341_5054;

/// Version of the layout (`PRAGMA user_version`).
const VERSION: i32 = 6;

/// The earliest layout that is brought up to date.
const UPGRADES_FROM: i32 = 2;

/// The hashes of keys are what limits a first listing of millions: they touch most pages of their table each time some
/// are put there. Large pages make them few, and hold records of a few kilobytes without waste.
const NEW: &str = "PRAGMA page_size = 32768";

/// `_capture_live` has no index by `seen`: nearly every write would have to change it, and it would serve one sweep a
/// full listing, which reads the small table from end to end in a fraction of a second.
const LAYOUT: &str = "
    CREATE TABLE _capture_state (stream TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE _capture_streams (
        id INTEGER PRIMARY KEY,
        stream TEXT NOT NULL UNIQUE,
        fields TEXT NOT NULL,
        changed_at TEXT,
        keyed_rows INTEGER NOT NULL DEFAULT 0,
        change INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE _capture_live (
        stream INTEGER NOT NULL,
        row INTEGER NOT NULL,
        seen INTEGER NOT NULL,
        PRIMARY KEY (stream, row)
    ) WITHOUT ROWID;
";

const KEYS: &str = "
    CREATE TABLE _capture_keys (
        stream INTEGER NOT NULL,
        hash INTEGER NOT NULL,
        row INTEGER NOT NULL,
        PRIMARY KEY (stream, hash, row)
    ) WITHOUT ROWID;
";

/// Which texts the index of words of a stream is of.
const SEARCH: &str =
    "CREATE TABLE _capture_search (stream TEXT PRIMARY KEY, texts TEXT NOT NULL) WITHOUT ROWID";

/// Makes the layout in an empty database, and brings an earlier one up to date; returns the version of the state that
/// it held, if that was an earlier one.
///
/// Whether it is empty is asked in the transaction that makes the layout, before the WAL makes the file non-empty: a
/// database that exists is whole, and what another program made in the meantime is its own.
pub(crate) fn prepare(connection: &Connection, path: &Path) -> Result<Option<u64>, Failure> {
    if application_id(connection)? == APPLICATION_ID && is_current(connection, path)? {
        return Ok(None);
    }
    connection.execute_batch(NEW)?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let attempt = || -> Result<Option<u64>, Failure> {
        let mut upgraded_from = None;
        if application_id(connection)? == APPLICATION_ID {
            if !is_current(connection, path)? {
                upgraded_from = upgrade(connection, path)?;
            }
        } else if is_empty(connection)? {
            connection.pragma_update(None, "application_id", APPLICATION_ID)?;
            connection.pragma_update(None, "user_version", VERSION)?;
            connection.execute_batch(LAYOUT)?;
            connection.execute_batch(KEYS)?;
            connection.execute_batch(SEARCH)?;
            connection.execute_batch(changes::MAKE)?;
        } else {
            return Err(not_ours(path).into());
        }
        connection.execute_batch("COMMIT")?;
        Ok(upgraded_from)
    };
    attempt().inspect_err(|_| roll_back(connection))
}

/// For those who only read: earlier layouts will do, too.
///
/// # Errors
/// [`ErrorKind::State`] if the database is not one of ours, or newer.
pub(crate) fn check_ours(connection: &Connection, path: &Path) -> Result<(), Failure> {
    if application_id(connection)? == APPLICATION_ID {
        return is_current(connection, path).map(|_| ());
    }
    Err(not_ours(path).into())
}

/// Whether the layout is the present one; if not, it is one that can be brought up to date.
///
/// # Errors
/// [`ErrorKind::State`] if it is neither.
fn is_current(connection: &Connection, path: &Path) -> Result<bool, Failure> {
    let version = version(connection)?;
    let hint = match version {
        UPGRADES_FROM..=VERSION => return Ok(version == VERSION),
        ..UPGRADES_FROM => "move it away and sync again: a version before the first release made it",
        _ => "use the newer program that made it",
    };
    let message =
        format!("the database {} has layout version {version}; this program knows {VERSION}", path.display());
    Err(Error::new(ErrorKind::State, message).with_hint(hint).into())
}

/// From an earlier layout, inside a transaction.
fn upgrade(connection: &Connection, path: &Path) -> Result<Option<u64>, Failure> {
    let version = version(connection)?;
    let upgraded_from = if version < 3 { upgrade_2(connection, path)? } else { None };
    if version < 4 {
        upgrade_3(connection, path)?;
    }
    if version < 5 {
        // It had no indexes; they are made when their streams are opened.
        connection.execute_batch(SEARCH)?;
    }
    upgrade_5(connection)?;
    connection.pragma_update(None, "user_version", VERSION)?;
    Ok(upgraded_from)
}

/// Its rows had the number of the listing that saw them last, which says nothing any more: they become rows that nothing
/// has seen. Why its tombstones are gone is not known.
fn upgrade_2(connection: &Connection, path: &Path) -> Result<Option<u64>, Failure> {
    connection.execute_batch("ALTER TABLE _capture_live RENAME COLUMN pass TO seen")?;
    connection.execute("UPDATE _capture_live SET seen = 0 WHERE seen <> 0", [])?;
    connection
        .execute_batch("ALTER TABLE _capture_streams ADD COLUMN keyed_rows INTEGER NOT NULL DEFAULT 0")?;
    connection.execute_batch(KEYS)?;
    let streams: Vec<(i64, String)> = connection
        .prepare("SELECT id, stream FROM _capture_streams")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (id, stream) in streams {
        let (table, index) = (rows_table(&stream), quoted(&format!("_hash_{stream}")));
        connection.execute_batch(&format!(
            "INSERT INTO _capture_keys SELECT {id}, _hash, _row FROM {table} ORDER BY _hash, _row;
             UPDATE _capture_streams SET keyed_rows = (SELECT coalesce(max(_row), 0) FROM {table}) WHERE id = {id};
             DROP INDEX IF EXISTS {index};
             ALTER TABLE {table} ADD COLUMN _deleted_why TEXT;
             ALTER TABLE {table} ADD COLUMN _merged_into TEXT"
        ))?;
    }
    let upgraded_from = upgrade_state(connection, path)?;
    connection.execute_batch("DROP TABLE _capture_access")?;
    Ok(upgraded_from)
}

/// Its views showed text that is no UTF-8 as it was, and before that said what SQLite before 3.38 does not read. All are
/// made anew, those of streams that nobody opens any more, too.
fn upgrade_3(connection: &Connection, path: &Path) -> Result<(), Failure> {
    let streams: Vec<(String, String)> = connection
        .prepare("SELECT stream, fields FROM _capture_streams")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (stream, names) in streams {
        let table = rows_table(&stream);
        connection.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN _mended TEXT"))?;
        let suspect = "_record GLOB '*\\u[dD][89abABcdefCDEF]*' OR _record GLOB '*\\u0000*'";
        let mut select = connection.prepare(&format!("SELECT _row, _record FROM {table} WHERE {suspect}"))?;
        let mut update = connection.prepare(&format!("UPDATE {table} SET _mended = ?2 WHERE _row = ?1"))?;
        let mut rows = select.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            if let Some(mended) = mended(row.get_ref(1)?.as_bytes().unwrap_or_default()) {
                found.push((row.get::<_, i64>(0)?, mended));
            }
        }
        drop(rows);
        for (row, mended) in found {
            update.execute(params![row, mended])?;
        }
        let fields = Fields::saved(&names).ok_or_else(|| unreadable_columns(path, &stream))?;
        fields.make_view(connection, &stream, None)?;
    }
    Ok(())
}

/// Its changes had no numbers: rows get theirs with their next change.
fn upgrade_5(connection: &Connection) -> Result<(), Failure> {
    connection.execute_batch("ALTER TABLE _capture_streams ADD COLUMN change INTEGER NOT NULL DEFAULT 0")?;
    connection.execute_batch(changes::MAKE)?;
    let streams: Vec<String> = connection
        .prepare("SELECT stream FROM _capture_streams")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for stream in streams {
        connection
            .execute_batch(&format!("ALTER TABLE {} ADD COLUMN _change INTEGER", rows_table(&stream)))?;
    }
    Ok(())
}

fn upgrade_state(connection: &Connection, path: &Path) -> Result<Option<u64>, Failure> {
    let state = state_of_layout_2(connection, path)?;
    for (stream, state) in &state.streams {
        put_state(connection, stream, state)?;
    }
    Ok(state.upgraded_from.filter(|_| !state.streams.is_empty()))
}

/// The committed state, in whichever layout.
pub(crate) fn state(connection: &Connection, path: &Path) -> Result<State, Failure> {
    is_current(connection, path)?;
    if version(connection)? < 3 {
        return state_of_layout_2(connection, path);
    }
    let mut state = State::default();
    let mut select = connection.prepare("SELECT stream, state FROM _capture_state")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let stream: String = row.get(0)?;
        let saved = serde_json::from_slice(row.get_ref(1)?.as_bytes().unwrap_or_default())
            .map_err(|_| unreadable(path, &stream))?;
        state.streams.insert(stream, saved);
    }
    Ok(state)
}

fn state_of_layout_2(connection: &Connection, path: &Path) -> Result<State, Failure> {
    let unreadable = |what: &str| unreadable(path, what);
    let mut streams = BTreeMap::new();
    let mut select = connection.prepare("SELECT stream, state FROM _capture_state")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let stream: String = row.get(0)?;
        let state: Value = serde_json::from_slice(row.get_ref(1)?.as_bytes().unwrap_or_default())
            .map_err(|_| unreadable(&stream))?;
        streams.insert(stream, state);
    }
    let access: Option<String> =
        connection.query_row("SELECT access FROM _capture_access", [], |row| row.get(0)).optional()?;
    let access: Option<Value> = access
        .map(|access| serde_json::from_str(&access).map_err(|_| unreadable("the access record")))
        .transpose()?;
    let document = serde_json::json!({"version": 1, "access": access, "streams": streams}).to_string();
    Ok(State::from_document(&document).map_err(|_| unreadable("its streams"))?)
}

/// Sets the state of a stream, in the form of state documents of the present version.
pub(crate) fn put_state(
    connection: &Connection,
    stream: &str,
    state: &capture_core::StreamState,
) -> Result<(), Failure> {
    let json = serde_json::to_string(state).expect("states are plain data with text keys");
    let sql = "INSERT OR REPLACE INTO _capture_state (stream, state) VALUES (?1, ?2)";
    connection.prepare_cached(sql)?.execute(params![stream, json])?;
    Ok(())
}

/// The state of `what` does not parse. Never says what is there.
pub(crate) fn unreadable(path: &Path, what: &str) -> Error {
    let message = format!("the state of {what} in the database {} cannot be read", path.display());
    Error::new(ErrorKind::State, message)
        .with_hint("restore the database from a copy, or move it away; it was left untouched")
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT NOT EXISTS (SELECT * FROM sqlite_schema)
        AND NOT EXISTS (SELECT * FROM pragma_user_version WHERE user_version <> 0)
        AND NOT EXISTS (SELECT * FROM pragma_application_id WHERE application_id <> 0)";
    connection.query_row(sql, [], |row| row.get(0))
}

fn version(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn application_id(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;

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
            let error = prepare(&connection, &place.name).unwrap_err().of(&place.name);
            assert_eq!(error.kind(), ErrorKind::State, "{theirs}");
            assert!(connection.is_autocommit());
            assert_eq!(std::fs::read(&place.file).unwrap(), before);
        }
    }
}
