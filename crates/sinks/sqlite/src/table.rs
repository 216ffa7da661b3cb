//! One stream's rows.

use std::borrow::Cow;
use std::path::Path;

use capture_core::{
    Counts, Error, ErrorKind, Gone, Key, Op, Record, Share, Stamp, StreamDescriptor, Sweep, Within,
};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, ToSql, params};

use crate::failure::Failure;
use crate::fields::Fields;
use crate::grave::{Grave, instant};
use crate::keys::Keys;
use crate::met::Met;
use crate::names::{quoted, rows_table};
use crate::search::Index;
use crate::statements::{FORGET, SEE, SEE_AT_ONCE, Statements, see_many};

/// The table, its view, and what is known of its records' fields.
#[derive(Debug)]
pub(crate) struct Table {
    id: i64,
    descriptor: StreamDescriptor,
    fields: Fields,
    /// Whether the view lacks a column that `fields` has.
    view_is_old: bool,
    keys: Keys,
    /// Rows can be found by their scope.
    has_scope_index: bool,
    /// No listing has shown everything yet.
    is_first_listing: bool,
    /// The index by key is to be made with the next commit.
    is_key_index_due: bool,
    /// The row after the one that was found last: listings come in much the same order each time.
    next: i64,
    /// The number of the transaction under way, which its changes get.
    change: i64,
    /// When a row changed since the last commit.
    changed_at: Option<String>,
    /// Records that came since the last commit and are shown mended.
    mended: u64,
    sql: Statements,
    index: Option<Index>,
}

/// A row as it was found.
struct Found {
    row: i64,
    /// Why it is gone, if it is; `Grave::UNKNOWN` if an earlier version did not say.
    grave: Option<u8>,
    same_record: bool,
    same_scope: bool,
}

impl Table {
    /// Makes the table and its view if they are not there, and brings the view up to date with the descriptor.
    pub(crate) fn open(
        connection: &Connection,
        met: &mut Met,
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
                 _deleted_why TEXT,
                 _merged_into TEXT,
                 _scope TEXT,
                 _record TEXT NOT NULL,
                 _mended TEXT,
                 _change INTEGER
             );"
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
        let names = saved.as_ref().map_or("[]", |(_, names)| names);
        let mut fields = Fields::saved(names).ok_or_else(|| unreadable_columns(path, stream))?;
        for field in &descriptor.fields {
            fields.add(&field.name);
        }
        let is_there = "SELECT EXISTS (SELECT * FROM sqlite_schema WHERE name = ?1)";
        let is_indexed: bool =
            connection.query_row(is_there, [format!("_key_{stream}")], |row| row.get(0))?;
        let has_scope_index: bool =
            connection.query_row(is_there, [scope_index(stream)], |row| row.get(0))?;
        let keys = Keys::open(connection, id, stream)?;
        if !is_indexed {
            keys.meet(connection, met)?;
        }
        let mut table = Self {
            id,
            keys,
            has_scope_index,
            is_first_listing: !is_indexed,
            is_key_index_due: false,
            mended: 0,
            next: 0,
            fields,
            // The view also depends on the descriptor, so each run makes it anew.
            view_is_old: true,
            change: 0,
            changed_at: None,
            sql: Statements::new(stream),
            index: Index::open(connection, stream, descriptor.searchable.as_ref())?,
            descriptor: descriptor.clone(),
        };
        if is_indexed {
            table.index_changes(connection)?;
        }
        table.settle(connection, true)?;
        Ok(table)
    }

    pub(crate) fn write(
        &mut self,
        connection: &Connection,
        met: &mut Met,
        seen: Stamp,
        records: &[Record],
    ) -> Result<Counts, Failure> {
        let now = instant(jiff::Timestamp::now());
        let seen = number(seen);
        let mut counts = Counts::default();
        let mut insert = connection.prepare_cached(&self.sql.insert)?;
        let mut replace = connection.prepare_cached(&self.sql.replace)?;
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            let hash = hash(&record.key);
            let is_new = self.is_first_listing && !met.meet(self.id, hash);
            let found = if is_new { None } else { self.find(connection, record, hash)? };
            let scope = record.scope.as_ref().map(Key::as_str);
            let row = match (&record.op, found) {
                (Op::Upsert(_), Some(found)) if found.grave.is_none() && found.same_record => {
                    counts.unchanged += 1;
                    if !found.same_scope {
                        let mut rescope = connection.prepare_cached(&self.sql.rescope)?;
                        rescope.execute(params![found.row, scope])?;
                    }
                    found.row
                }
                (Op::Upsert(body), found) => {
                    self.view_is_old |= self.fields.add_from(&self.descriptor.name, body, record.shape)?;
                    let shown = mended(body);
                    self.mended += u64::from(shown.is_some());
                    let row = match found {
                        Some(Found { row, grave, .. }) => {
                            match grave {
                                None => counts.changed += 1,
                                Some(_) => counts.new += 1,
                            }
                            replace.execute(params![row, now, scope, text(body), shown, self.change])?;
                            row
                        }
                        None => {
                            counts.new += 1;
                            let row = insert.insert(params![
                                record.key.as_str(),
                                hash,
                                now,
                                scope,
                                text(body),
                                shown,
                                self.change
                            ])?;
                            self.keys.add(hash, row);
                            row
                        }
                    };
                    if let Some(index) = &self.index {
                        index.put(connection, row, body)?;
                    }
                    row
                }
                (Op::Gone(gone), Some(found)) => {
                    // It may be among the rows that were just seen.
                    self.see(connection, &mut rows, seen)?;
                    counts.deleted += self.bury_found(connection, record, gone, &found, &now)?;
                    continue;
                }
                (Op::Gone(_), None) => continue,
            };
            rows.push(row);
        }
        self.see(connection, &mut rows, seen)?;
        if self.keys.is_full() {
            self.keys.settle(connection)?;
        }
        self.has_changed(&counts, now);
        Ok(counts)
    }

    /// The row of a record's key: the next one perhaps, or else by its hash.
    fn find(
        &mut self,
        connection: &Connection,
        record: &Record,
        hash: i32,
    ) -> rusqlite::Result<Option<Found>> {
        let key = record.key.as_str();
        let mut look = connection.prepare_cached(&self.sql.look)?;
        for row in std::iter::once(self.next).chain(self.keys.waiting(hash)) {
            if let Some(row) = look.query(params![key, row])?.next()? {
                let found = Found::compare(row, record)?;
                self.next = found.row + 1;
                return Ok(Some(found));
            }
        }
        let mut find = connection.prepare_cached(&self.sql.find)?;
        let mut rows = find.query(params![key, hash, self.id])?;
        let found = rows.next()?.map(|row| Found::compare(row, record)).transpose()?;
        if let Some(found) = &found {
            self.next = found.row + 1;
        }
        Ok(found)
    }

    /// Notes when rows were seen, many with one statement.
    fn see(&self, connection: &Connection, rows: &mut Vec<i64>, seen: i64) -> rusqlite::Result<()> {
        let (many, rest) = rows.as_chunks::<SEE_AT_ONCE>();
        if !many.is_empty() {
            let mut see = connection.prepare_cached(see_many())?;
            for rows in many {
                see.raw_bind_parameter(1, self.id)?;
                see.raw_bind_parameter(2, seen)?;
                for (row, parameter) in rows.iter().zip(3..) {
                    see.raw_bind_parameter(parameter, row)?;
                }
                see.raw_execute()?;
            }
        }
        let mut see = connection.prepare_cached(SEE)?;
        for row in rest {
            see.execute([self.id, *row, seen])?;
        }
        rows.clear();
        Ok(())
    }

    /// Buries a row that a record says is gone; one that is gone already hears a reason that says more.
    fn bury_found(
        &mut self,
        connection: &Connection,
        record: &Record,
        gone: &Gone,
        found: &Found,
        now: &str,
    ) -> Result<u64, Failure> {
        let grave = Grave::new(gone);
        if found.grave.is_some_and(|before| before >= grave.rank) {
            return Ok(0);
        }
        let is_live = found.grave.is_none();
        if is_live {
            connection.prepare_cached(FORGET)?.execute([self.id, found.row])?;
            if let Some(index) = &self.index {
                index.remove(connection, found.row)?;
            }
        }
        let at = grave.at();
        let at = at.as_deref().unwrap_or(now);
        let merged_into = grave.merged_into().map(Key::as_str);
        connection.prepare_cached(&self.sql.bury)?.execute(params![
            found.row,
            now,
            at,
            grave.why(),
            merged_into,
            self.change
        ])?;
        if matches!(gone, Gone::Erased) {
            let left = self.key_only(&record.key);
            // What SQLite frees it overwrites, too.
            connection.execute_batch("PRAGMA secure_delete = ON")?;
            let erased = connection.prepare_cached(&self.sql.erase)?.execute(params![
                found.row,
                left,
                mended(left.as_bytes())
            ]);
            connection.execute_batch("PRAGMA secure_delete = OFF")?;
            erased?;
            self.index.iter_mut().for_each(Index::erase);
        }
        self.changed_at = Some(now.to_owned());
        Ok(u64::from(is_live))
    }

    /// A record that holds its key and nothing else.
    fn key_only(&self, key: &Key) -> String {
        let parts = key.parts(self.descriptor.key.len());
        let fields = self.descriptor.key.iter().cloned().zip(parts.into_iter().map(Into::into));
        serde_json::Value::Object(fields.collect()).to_string()
    }

    /// Buries the rows within that were last seen before `since`.
    pub(crate) fn sweep(&mut self, connection: &Connection, sweep: &Sweep) -> Result<Counts, Failure> {
        let now = instant(jiff::Timestamp::now());
        let (since, from) = (number(sweep.since), number(sweep.from));
        let mut counts = Counts::default();
        match &sweep.within {
            Within::Everything => {
                let gone = row_numbers(connection, &self.sql.unseen, params![self.id, since, from])?;
                counts.deleted += self.bury_unseen(connection, &gone, &now, &sweep.gone)?;
                self.end_first_listing(connection)?;
            }
            // One after the other, so that a scope named twice finds nothing left.
            Within::Scopes(scopes) => {
                self.index_scopes(connection)?;
                for scope in scopes {
                    let values = params![self.id, since, scope.as_str(), from];
                    let gone = row_numbers(connection, &self.sql.unseen_of_scope, values)?;
                    counts.deleted += self.bury_unseen(connection, &gone, &now, &sweep.gone)?;
                }
            }
        }
        self.has_changed(&counts, now);
        Ok(counts)
    }

    fn bury_unseen(
        &self,
        connection: &Connection,
        rows: &[i64],
        now: &str,
        gone: &Gone,
    ) -> rusqlite::Result<u64> {
        let mut bury = connection.prepare_cached(&self.sql.bury)?;
        let mut forget = connection.prepare_cached(FORGET)?;
        let grave = Grave::new(gone);
        let at = grave.at();
        let at = at.as_deref().unwrap_or(now);
        let merged_into = grave.merged_into().map(Key::as_str);
        for row in rows {
            forget.execute([self.id, *row])?;
            bury.execute(params![row, now, at, grave.why(), merged_into, self.change])?;
            if let Some(index) = &self.index {
                index.remove(connection, *row)?;
            }
        }
        Ok(rows.len() as u64)
    }

    /// How many records are shown mended, of those that came since this was asked last.
    pub(crate) fn take_mended(&mut self) -> u64 {
        std::mem::take(&mut self.mended)
    }

    fn has_changed(&mut self, counts: &Counts, now: String) {
        if counts.new + counts.changed + counts.deleted > 0 {
            self.changed_at = Some(now);
        }
    }

    /// What the sweep would bury.
    pub(crate) fn unseen(&mut self, connection: &Connection, sweep: &Sweep) -> Result<Share, Failure> {
        let (since, from) = (number(sweep.since), number(sweep.from));
        let mut share = Share::default();
        match &sweep.within {
            Within::Everything => {
                let values = params![self.id, since, from];
                (share.unseen, share.of) = share_of(connection, &self.sql.share, values)?;
                if share.unseen > 0 {
                    share.keys = keys(connection, &self.sql.unseen_keys, values, Share::KEYS)?;
                }
            }
            Within::Scopes(scopes) => {
                self.index_scopes(connection)?;
                let mut scopes: Vec<&str> = scopes.iter().map(Key::as_str).collect();
                scopes.sort_unstable();
                scopes.dedup();
                for scope in scopes {
                    let values = params![self.id, since, scope, from];
                    let (unseen, of) = share_of(connection, &self.sql.share_of_scope, values)?;
                    share.unseen += unseen;
                    share.of += of;
                    let room = Share::KEYS - share.keys.len();
                    if unseen > 0 && room > 0 {
                        share.keys.extend(keys(connection, &self.sql.unseen_keys_of_scope, values, room)?);
                    }
                }
            }
        }
        Ok(share)
    }

    /// How many of the keys are rows that are not buried.
    pub(crate) fn known(&mut self, connection: &Connection, keys: &[Key]) -> rusqlite::Result<u64> {
        let mut count = 0;
        for key in keys {
            let record = Record::gone(key.clone(), Gone::NotFound);
            let found = self.find(connection, &record, hash(key))?;
            count += u64::from(found.is_some_and(|found| found.grave.is_none()));
        }
        Ok(count)
    }

    /// Everything has been shown once: from now on keys are put where they belong at once, and the index that queries use
    /// is due. Kept up meanwhile, most of its leaves would be written with every commit.
    pub(crate) fn end_first_listing(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if !std::mem::take(&mut self.is_first_listing) {
            return Ok(());
        }
        self.keys.settle(connection)?;
        self.is_key_index_due = true;
        self.index_changes(connection)?;
        self.index_scopes(connection)
    }

    /// Changes from now on are those of the transaction of this number.
    pub(crate) fn number_changes(&mut self, change: i64) {
        self.change = change;
    }

    /// Makes the index by which is found what changed since a number. A first listing needs none: all is new.
    fn index_changes(&self, connection: &Connection) -> rusqlite::Result<()> {
        let stream = &self.descriptor.name;
        let (index, table) = (quoted(&format!("_change_{stream}")), rows_table(stream));
        connection.execute_batch(&format!("CREATE INDEX IF NOT EXISTS {index} ON {table} (_change)"))
    }

    /// What makes the index of keys in the database that is attached as `database`, if it is due.
    pub(crate) fn key_index_due(&mut self, database: &str) -> Option<String> {
        let stream = &self.descriptor.name;
        let (index, table) = (quoted(&format!("_key_{stream}")), rows_table(stream));
        let is_due = std::mem::take(&mut self.is_key_index_due);
        is_due.then(|| format!("CREATE UNIQUE INDEX IF NOT EXISTS {database}.{index} ON {table} (_key)"))
    }

    /// Makes the index by which rows of a scope are found, once they are looked for or the first listing is through:
    /// scopes are as random as keys.
    fn index_scopes(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if std::mem::replace(&mut self.has_scope_index, true) {
            return Ok(());
        }
        let stream = &self.descriptor.name;
        let (index, table) = (quoted(&scope_index(stream)), rows_table(stream));
        connection.execute_batch(&format!(
            "CREATE INDEX IF NOT EXISTS {index} ON {table} (_scope) WHERE _scope IS NOT NULL"
        ))
    }

    /// Brings the view and the register up to date with what was written; part of every commit. In one of many in a row
    /// the keys of a first listing may wait.
    pub(crate) fn settle(&mut self, connection: &Connection, in_a_row: bool) -> rusqlite::Result<()> {
        if !(self.is_first_listing && in_a_row) {
            self.keys.settle(connection)?;
        }
        if let Some(index) = &mut self.index {
            index.settle(connection)?;
        }
        let stream = &self.descriptor.name;
        if std::mem::take(&mut self.view_is_old) {
            self.fields.make_view(connection, stream, Fields::key_of(&self.descriptor))?;
            let names = serde_json::Value::from(self.fields.names()).to_string();
            connection
                .execute("UPDATE _capture_streams SET fields = ?2 WHERE id = ?1", params![self.id, names])?;
        }
        if let Some(changed_at) = self.changed_at.take() {
            let sql = "UPDATE _capture_streams SET changed_at = ?2, change = ?3 WHERE id = ?1";
            connection.prepare_cached(sql)?.execute(params![self.id, changed_at, self.change])?;
        }
        Ok(())
    }
}

impl Found {
    fn compare(row: &rusqlite::Row<'_>, record: &Record) -> rusqlite::Result<Self> {
        let scope = row.get_ref(3)?.as_str_or_null()?;
        let is_gone: bool = row.get(1)?;
        Ok(Self {
            row: row.get(0)?,
            grave: if is_gone { Some(Grave::rank_of(row.get_ref(2)?.as_str_or_null()?)) } else { None },
            same_scope: scope == record.scope.as_ref().map(Key::as_str),
            same_record: match &record.op {
                // By itself a record may have its members in another order than in a list: that is no news.
                Op::Upsert(body) => json_slices::is_same(row.get_ref(4)?.as_bytes()?, body),
                Op::Gone(_) => false,
            },
        })
    }
}

fn scope_index(stream: &str) -> String {
    format!("_scope_{stream}")
}

/// What rows are found by; kept in the database, so it may never change. Four bytes in SQLite's format.
fn hash(key: &Key) -> i32 {
    crc32fast::hash(key.as_str().as_bytes()).cast_signed()
}

/// A stamp as SQL compares it. One above 2^63, which the clock never gives, counts as the largest.
fn number(stamp: Stamp) -> i64 {
    i64::try_from(stamp.get()).unwrap_or(i64::MAX)
}

/// The record as SQL text, whatever its bytes.
fn text(body: &[u8]) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Text(body))
}

/// The columns of a stream do not parse.
pub(crate) fn unreadable_columns(path: &Path, stream: &str) -> Error {
    let message = format!("the columns of {stream} in the database {} cannot be read", path.display());
    Error::new(ErrorKind::State, message).with_hint("restore it from a copy, or move it away")
}

/// What the columns show instead of a record that holds text which SQLite or those who read it cannot hold whole: half a
/// character is no UTF-8, and many a program takes U+0000 for the end of a text.
pub(crate) fn mended(body: &[u8]) -> Option<ToSqlOutput<'static>> {
    match json_slices::storable(body) {
        Cow::Borrowed(_) => None,
        // It is UTF-8, as what it was made of.
        Cow::Owned(mended) => Some(String::from_utf8(mended).ok()?.into()),
    }
}

fn row_numbers(connection: &Connection, sql: &str, values: &[&dyn ToSql]) -> rusqlite::Result<Vec<i64>> {
    connection.prepare_cached(sql)?.query_map(values, |row| row.get(0))?.collect()
}

/// Unseen rows, and all.
fn share_of(connection: &Connection, sql: &str, values: &[&dyn ToSql]) -> rusqlite::Result<(u64, u64)> {
    let count = |row: &rusqlite::Row<'_>, column| row.get(column).map(i64::unsigned_abs);
    connection.prepare_cached(sql)?.query_row(values, |row| Ok((count(row, 0)?, count(row, 1)?)))
}

fn keys(
    connection: &Connection,
    sql: &str,
    values: &[&dyn ToSql],
    limit: usize,
) -> rusqlite::Result<Vec<Key>> {
    let mut select = connection.prepare_cached(sql)?;
    let keys = select.query_map(values, |row| row.get::<_, String>(0).map(Key::from))?;
    keys.take(limit).collect()
}
