//! One stream's rows.

use std::collections::HashSet;
use std::path::Path;

use capture_core::{Completion, Counts, Error, ErrorKind, Key, Op, Record, StreamDescriptor};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use crate::failure::Failure;
use crate::fields::Fields;

/// The table, its view, and what is known of its records' fields.
#[derive(Debug)]
pub(crate) struct Table {
    id: i64,
    descriptor: StreamDescriptor,
    fields: Fields,
    /// Whether the view lacks a column that `fields` has.
    view_is_old: bool,
    keys_are_indexed: bool,
    /// When a row changed since the last commit.
    changed_at: Option<String>,
    sql: Statements,
}

/// Texts of the statements, made once.
#[derive(Debug)]
struct Statements {
    find: String,
    insert: String,
    replace: String,
    rescope: String,
    bury: String,
    live_of_scope: String,
}

const SEE: &str = "INSERT INTO _capture_live (stream, row, pass) VALUES (?1, ?2, ?3)
    ON CONFLICT DO UPDATE SET pass = excluded.pass WHERE pass <> excluded.pass";
const FORGET: &str = "DELETE FROM _capture_live WHERE stream = ?1 AND row = ?2";
const UNSEEN: &str = "SELECT row FROM _capture_live WHERE stream = ?1 AND pass <> ?2";

/// `PRAGMA cache_size` while rows are sorted: 4 MiB.
const SORTING_CACHE_SIZE: i64 = -4096;

/// A row as it was found.
struct Found {
    row: i64,
    is_live: bool,
    same_record: bool,
    same_scope: bool,
}

/// An SQL identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The table behind a stream's view, quoted.
pub(crate) fn rows_table(stream: &str) -> String {
    quoted(&format!("_rows_{stream}"))
}

impl Statements {
    fn new(stream: &str) -> Self {
        let table = rows_table(stream);
        Self {
            find: format!(
                "SELECT _row, _deleted_at IS NULL, _scope, _record FROM {table} WHERE _hash = ?2 AND +_key = ?1"
            ),
            insert: format!(
                "INSERT INTO {table} (_key, _hash, _captured_at, _scope, _record) VALUES (?1, ?2, ?3, ?4, ?5)"
            ),
            replace: format!(
                "UPDATE {table} SET _captured_at = ?2, _deleted_at = NULL, _scope = ?3, _record = ?4 WHERE _row = ?1"
            ),
            rescope: format!("UPDATE {table} SET _scope = ?2 WHERE _row = ?1"),
            bury: format!("UPDATE {table} SET _captured_at = ?2, _deleted_at = ?2 WHERE _row = ?1"),
            live_of_scope: format!("SELECT _row FROM {table} WHERE _scope = ?1 AND _deleted_at IS NULL"),
        }
    }
}

impl Table {
    /// Makes the table and its view if they are not there, and brings the view up to date with the descriptor.
    pub(crate) fn open(
        connection: &Connection,
        path: &Path,
        descriptor: &StreamDescriptor,
    ) -> Result<Self, Failure> {
        let stream = &descriptor.name;
        if stream.is_empty() || stream.starts_with('_') || stream.to_ascii_lowercase().starts_with("sqlite_")
        {
            let message =
                format!("the stream name {stream:?} is reserved in the database {}", path.display());
            return Err(Error::new(ErrorKind::Configuration, message).into());
        }
        let table = rows_table(stream);
        connection.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {table} (
                 _row INTEGER PRIMARY KEY,
                 _key TEXT NOT NULL,
                 _hash INTEGER NOT NULL,
                 _captured_at TEXT NOT NULL,
                 _deleted_at TEXT,
                 _scope TEXT,
                 _record TEXT NOT NULL
             );
             CREATE INDEX IF NOT EXISTS {} ON {table} (_hash);
             CREATE INDEX IF NOT EXISTS {} ON {table} (_scope) WHERE _scope IS NOT NULL;",
            quoted(&format!("_hash_{stream}")),
            quoted(&format!("_scope_{stream}")),
        ))?;
        let saved = "SELECT id, fields FROM _capture_streams WHERE stream = ?1";
        let saved: Option<(i64, String)> =
            connection.query_row(saved, [stream], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let id = match &saved {
            Some((id, _)) => *id,
            None => {
                connection
                    .execute("INSERT INTO _capture_streams (stream, fields) VALUES (?1, '[]')", [stream])?;
                connection.last_insert_rowid()
            }
        };
        let mut fields = Fields::default();
        let saved_names = saved.as_ref().map_or("[]", |(_, names)| names);
        let saved_names: Vec<String> = serde_json::from_str(saved_names).map_err(|_| {
            let message =
                format!("the columns of {stream} in the database {} cannot be read", path.display());
            Error::new(ErrorKind::State, message).with_hint("restore it from a copy, or move it away")
        })?;
        saved_names.iter().for_each(|name| _ = fields.add(name));
        for field in &descriptor.fields {
            fields.add(&field.name);
        }
        let mut table = Self {
            id,
            fields,
            // The view also depends on the descriptor, so each run makes it anew.
            view_is_old: true,
            keys_are_indexed: false,
            changed_at: None,
            sql: Statements::new(stream),
            descriptor: descriptor.clone(),
        };
        table.settle(connection)?;
        Ok(table)
    }

    /// Writes records, then buries what `completion` says is gone.
    pub(crate) fn write(
        &mut self,
        connection: &Connection,
        pass: u64,
        records: &[Record],
        completion: Option<&Completion>,
    ) -> Result<Counts, Failure> {
        let now = jiff::Timestamp::now().strftime("%FT%T.%3fZ").to_string();
        // Passes are only ever compared for equality.
        let pass = pass.cast_signed();
        let mut counts = Counts::default();
        let mut seen = HashSet::new();
        let mut find = connection.prepare_cached(&self.sql.find)?;
        let mut insert = connection.prepare_cached(&self.sql.insert)?;
        let mut replace = connection.prepare_cached(&self.sql.replace)?;
        let mut see = connection.prepare_cached(SEE)?;
        for record in records {
            let hash = hash(&record.key);
            let found = {
                let mut rows = find.query(params![record.key.as_str(), hash])?;
                rows.next()?.map(|row| Found::compare(row, record)).transpose()?
            };
            let scope = record.scope.as_ref().map(Key::as_str);
            let row = match (&record.op, found) {
                (Op::Upsert(_), Some(found)) if found.is_live && found.same_record => {
                    counts.unchanged += 1;
                    if !found.same_scope {
                        let mut rescope = connection.prepare_cached(&self.sql.rescope)?;
                        rescope.execute(params![found.row, scope])?;
                    }
                    found.row
                }
                (Op::Upsert(body), found) => {
                    self.view_is_old |= self.fields.add_from(&self.descriptor.name, body, record.shape)?;
                    match found {
                        Some(Found { row, is_live, .. }) => {
                            if is_live {
                                counts.changed += 1
                            } else {
                                counts.new += 1
                            }
                            replace.execute(params![row, now, scope, text(body)])?;
                            row
                        }
                        None => {
                            counts.new += 1;
                            insert.insert(params![record.key.as_str(), hash, now, scope, text(body)])?
                        }
                    }
                }
                (Op::Delete, Some(Found { row, is_live: true, .. })) => {
                    connection.prepare_cached(FORGET)?.execute([self.id, row])?;
                    counts.deleted += self.bury(connection, &[row], &now)?;
                    continue;
                }
                (Op::Delete, _) => continue,
            };
            see.execute([self.id, row, pass])?;
            if matches!(completion, Some(Completion::Scopes(_))) {
                seen.insert(row);
            }
        }
        match completion {
            None => {}
            Some(Completion::Everything) => {
                let gone = row_numbers(connection, UNSEEN, params![self.id, pass])?;
                counts.deleted += self.bury(connection, &gone, &now)?;
            }
            // One after the other, so that a scope named twice finds nothing left.
            Some(Completion::Scopes(scopes)) => {
                for scope in scopes {
                    let mut gone = row_numbers(connection, &self.sql.live_of_scope, params![scope.as_str()])?;
                    gone.retain(|row| !seen.contains(row));
                    counts.deleted += self.bury(connection, &gone, &now)?;
                }
            }
        }
        if counts.new + counts.changed + counts.deleted > 0 {
            self.changed_at = Some(now);
        }
        if completion.is_some() {
            self.index_keys(connection)?;
        }
        Ok(counts)
    }

    /// Makes the index that queries use, once the first listing is through: kept up meanwhile, most of its leaves would
    /// be written with every commit.
    fn index_keys(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if std::mem::replace(&mut self.keys_are_indexed, true) {
            return Ok(());
        }
        let (index, table) =
            (quoted(&format!("_key_{}", self.descriptor.name)), rows_table(&self.descriptor.name));
        // Sorting takes as much memory as the cache may.
        let cache_size: i64 = connection.pragma_query_value(None, "cache_size", |row| row.get(0))?;
        connection.pragma_update(None, "cache_size", SORTING_CACHE_SIZE)?;
        connection.execute_batch(&format!("CREATE UNIQUE INDEX IF NOT EXISTS {index} ON {table} (_key)"))?;
        connection.pragma_update(None, "cache_size", cache_size)
    }

    fn bury(&self, connection: &Connection, rows: &[i64], now: &str) -> rusqlite::Result<u64> {
        let mut bury = connection.prepare_cached(&self.sql.bury)?;
        let mut forget = connection.prepare_cached(FORGET)?;
        for row in rows {
            forget.execute([self.id, *row])?;
            bury.execute(params![row, now])?;
        }
        Ok(rows.len() as u64)
    }

    /// Brings the view and the register up to date with what was written; part of every commit.
    pub(crate) fn settle(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let stream = &self.descriptor.name;
        if std::mem::take(&mut self.view_is_old) {
            let view = quoted(stream);
            let select = self.fields.select(&rows_table(stream), &self.descriptor);
            connection
                .execute_batch(&format!("DROP VIEW IF EXISTS {view}; CREATE VIEW {view} AS {select};"))?;
            let names = serde_json::Value::from(self.fields.names()).to_string();
            connection
                .execute("UPDATE _capture_streams SET fields = ?2 WHERE id = ?1", params![self.id, names])?;
        }
        if let Some(changed_at) = self.changed_at.take() {
            let sql = "UPDATE _capture_streams SET changed_at = ?2 WHERE id = ?1";
            connection.prepare_cached(sql)?.execute(params![self.id, changed_at])?;
        }
        Ok(())
    }
}

impl Found {
    fn compare(row: &Row<'_>, record: &Record) -> rusqlite::Result<Self> {
        let scope = row.get_ref(2)?.as_str_or_null()?;
        Ok(Self {
            row: row.get(0)?,
            is_live: row.get(1)?,
            same_scope: scope == record.scope.as_ref().map(Key::as_str),
            same_record: match &record.op {
                Op::Upsert(body) => row.get_ref(3)?.as_bytes()? == &body[..],
                Op::Delete => false,
            },
        })
    }
}

/// What rows are found by; kept in the database, so it may never change. Four bytes in SQLite's format.
fn hash(key: &Key) -> i32 {
    crc32fast::hash(key.as_str().as_bytes()).cast_signed()
}

/// The record as SQL text, whatever its bytes.
fn text(body: &[u8]) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Text(body))
}

fn row_numbers(connection: &Connection, sql: &str, values: &[&dyn ToSql]) -> rusqlite::Result<Vec<i64>> {
    connection.prepare_cached(sql)?.query_map(values, |row| row.get(0))?.collect()
}
