//! The rows of one stream.
//!
//! Rows lie in the order in which they were first seen, which is about the order in which a listing shows them again,
//! so that a commit touches few pages of them. They are found by four bytes of hash of their key: an index over the
//! keys themselves, whose order is random, would be many times as large, and rewritten with nearly every commit.

use std::collections::BTreeSet;

use capture_core::{Counts, Key, Op, Record, Share, Stamp, Sweep, Within};
use json_slices::{content_hash, push_line};
use memchr::memchr2;
use own_database::Failure;
use rusqlite::{Connection, OptionalExtension, Row, params};
use xxhash_rust::xxh3::xxh3_64;

#[derive(Debug)]
pub(crate) struct Table {
    find: String,
    insert: String,
    update: String,
    see: String,
    remove: String,
    live: String,
    old: String,
    live_in: String,
    old_in: String,
    unsee: String,
    forget: String,
    /// Makes the index by which rows of a scope are found; nothing once that is done. In many streams nobody looks.
    index_scopes: Option<String>,
    /// Rows up to this one were seen since then: where a sweep that takes its rows bit by bit goes on.
    swept: Option<((Stamp, Stamp), i64)>,
}

/// A table and the connection to it.
pub(crate) struct TableOf<'a> {
    table: &'a mut Table,
    connection: &'a Connection,
}

/// Of a record: its bytes, which tell at once that it is the same, and what it says, in whichever order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hashes {
    bytes: i64,
    /// Tied to the other, which a version without this one changes alone. Unknown of what that version wrote.
    content: Option<i64>,
}

impl Hashes {
    fn of(body: &[u8]) -> Self {
        Self::new(hash(body), body)
    }

    fn new(bytes: i64, body: &[u8]) -> Self {
        Self { bytes, content: Some(content_hash(body).cast_signed() ^ bytes) }
    }

    fn content(self) -> Option<i64> {
        Some(self.content? ^ self.bytes)
    }
}

/// What is known of a key.
struct Found {
    row: i64,
    hashes: Hashes,
    seen: i64,
    is_in_same_scope: bool,
}

/// How many rows the stream with this number has; it was made when its number was given.
pub(crate) fn rows(connection: &Connection, id: i64) -> Result<u64, Failure> {
    Ok(count(connection.query_row(&format!("SELECT count(*) FROM {}", name(id)), [], |row| row.get(0))?))
}

fn name(id: i64) -> String {
    format!("seen_{id}")
}

impl Table {
    /// Makes the table if there is none.
    pub(crate) fn open(connection: &Connection, stream: &str) -> Result<Self, Failure> {
        let select = "SELECT id FROM streams WHERE name = ?1";
        let id: Option<i64> = connection.query_row(select, [stream], |row| row.get(0)).optional()?;
        let id = match id {
            Some(id) => id,
            None => {
                connection.execute("INSERT INTO streams (name, stamp) VALUES (?1, 0)", [stream])?;
                connection.last_insert_rowid()
            }
        };
        let table = name(id);
        connection.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {table} (
                row INTEGER PRIMARY KEY,
                finder INTEGER NOT NULL,
                key TEXT NOT NULL,
                hash INTEGER NOT NULL,
                seen INTEGER NOT NULL,
                scope_finder INTEGER,
                scope TEXT,
                content INTEGER
            );
            CREATE INDEX IF NOT EXISTS {table}_by_key ON {table} (finder);"
        ))?;
        let has_content = "SELECT count(*) FROM pragma_table_info(?1) WHERE name = 'content'";
        if connection.query_row(has_content, [&table], |row| row.get::<_, i64>(0))? == 0 {
            connection.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN content INTEGER"))?;
        }
        let in_scope = "scope_finder = ?1 AND scope = ?2";
        Ok(Self {
            find: format!(
                "SELECT row, hash, seen, scope IS ?3, content FROM {table} WHERE finder = ?1 AND key = ?2"
            ),
            insert: format!(
                "INSERT INTO {table} (finder, key, hash, content, seen, scope_finder, scope)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
            ),
            update: format!(
                "UPDATE {table} SET hash = ?2, content = ?3, seen = ?4, scope_finder = ?5, scope = ?6 WHERE row = ?1"
            ),
            see: format!("UPDATE {table} SET hash = ?2, content = ?3, seen = ?4 WHERE row = ?1"),
            remove: format!("DELETE FROM {table} WHERE row = ?1"),
            live: format!("SELECT count(*) FROM {table}"),
            old: format!(
                "SELECT row, key, scope FROM {table} WHERE seen < ?1 AND row > ?2 AND seen >= ?3 ORDER BY row"
            ),
            live_in: format!("SELECT count(*) FROM {table} WHERE {in_scope}"),
            old_in: format!(
                "SELECT row, key, scope FROM {table} WHERE {in_scope} AND seen < ?3 AND seen >= ?4"
            ),
            unsee: format!("UPDATE {table} SET seen = 0"),
            forget: format!("DELETE FROM {table}"),
            index_scopes: Some(format!(
                "CREATE INDEX IF NOT EXISTS {table}_by_scope ON {table} (scope_finder) WHERE scope_finder IS NOT NULL"
            )),
            swept: None,
        })
    }

    pub(crate) fn of<'a>(&'a mut self, connection: &'a Connection) -> TableOf<'a> {
        TableOf { table: self, connection }
    }
}

impl TableOf<'_> {
    /// Leaves what is new or differs.
    pub(crate) fn sift(
        &mut self,
        records: Vec<Record>,
        seen: Stamp,
    ) -> Result<(Vec<Record>, Counts), Failure> {
        self.table.swept = None;
        let mut counts = Counts::default();
        let mut left = Vec::with_capacity(records.len());
        let seen = number(seen);
        for record in records {
            let found = self.find(&record)?;
            let is_to_append = match (&record.op, found) {
                (Op::Upsert(body), None) => {
                    self.insert(&record, Hashes::of(body), seen)?;
                    counts.new += 1;
                    true
                }
                (Op::Upsert(body), Some(found)) => {
                    let bytes = hash(body);
                    // Whether it only comes in another order is asked where the bytes differ.
                    let hashes =
                        if bytes == found.hashes.bytes { found.hashes } else { Hashes::new(bytes, body) };
                    let differs = hashes.bytes != found.hashes.bytes
                        && (hashes.content() != found.hashes.content() || found.hashes.content.is_none());
                    self.update(&record, &found, hashes, seen)?;
                    if differs {
                        counts.changed += 1
                    } else {
                        counts.unchanged += 1
                    }
                    differs
                }
                (Op::Gone(_), Some(found)) => {
                    self.remove(found.row)?;
                    counts.deleted += 1;
                    true
                }
                (Op::Gone(_), None) => false,
            };
            if is_to_append {
                left.push(record);
            }
        }
        Ok((left, counts))
    }

    /// Takes what is there already.
    pub(crate) fn adopt(&mut self, records: &[Record]) -> Result<(), Failure> {
        self.table.swept = None;
        for record in records {
            match (&record.op, self.find(record)?) {
                (Op::Upsert(body), None) => self.insert(record, Hashes::of(body), number(Stamp::NEVER))?,
                (Op::Upsert(body), Some(found)) => {
                    let hashes = Hashes::of(body);
                    let mut see = self.connection.prepare_cached(&self.table.see)?;
                    see.execute(params![found.row, hashes.bytes, hashes.content, found.seen])?;
                }
                (Op::Gone(_), Some(found)) => self.remove(found.row)?,
                (Op::Gone(_), None) => {}
            }
        }
        Ok(())
    }

    fn find(&self, record: &Record) -> Result<Option<Found>, Failure> {
        let key = record.key.as_str();
        let scope = record.scope.as_ref().map(Key::as_str);
        let mut find = self.connection.prepare_cached(&self.table.find)?;
        let found = find.query_row(params![finder(key), key, scope], |row| {
            Ok(Found {
                row: row.get(0)?,
                hashes: Hashes { bytes: row.get(1)?, content: row.get(4)? },
                seen: row.get(2)?,
                is_in_same_scope: row.get(3)?,
            })
        });
        Ok(found.optional()?)
    }

    fn insert(&self, record: &Record, hashes: Hashes, seen: i64) -> Result<(), Failure> {
        let key = record.key.as_str();
        let scope = record.scope.as_ref().map(Key::as_str);
        let mut insert = self.connection.prepare_cached(&self.table.insert)?;
        let Hashes { bytes, content } = hashes;
        insert.execute(params![finder(key), key, bytes, content, seen, scope.map(finder), scope])?;
        Ok(())
    }

    fn update(&self, record: &Record, found: &Found, hashes: Hashes, seen: i64) -> Result<(), Failure> {
        let Hashes { bytes, content } = hashes;
        if !found.is_in_same_scope {
            let scope = record.scope.as_ref().map(Key::as_str);
            let mut update = self.connection.prepare_cached(&self.table.update)?;
            update.execute(params![found.row, bytes, content, seen, scope.map(finder), scope])?;
        } else if (hashes, seen) != (found.hashes, found.seen) {
            let mut see = self.connection.prepare_cached(&self.table.see)?;
            see.execute(params![found.row, bytes, content, seen])?;
        }
        Ok(())
    }

    fn remove(&self, row: i64) -> Result<(), Failure> {
        self.connection.prepare_cached(&self.table.remove)?.execute([row])?;
        Ok(())
    }

    /// How many of these keys there are.
    pub(crate) fn known(&self, keys: &[Key]) -> Result<u64, Failure> {
        let mut find = self.connection.prepare_cached(&self.table.find)?;
        let mut known = 0;
        for key in keys {
            known += u64::from(find.exists(params![finder(key.as_str()), key.as_str(), None::<&str>])?);
        }
        Ok(known)
    }

    fn index_scopes(&mut self) -> Result<(), Failure> {
        if let Some(make) = self.table.index_scopes.take() {
            self.connection.execute_batch(&make)?;
        }
        Ok(())
    }

    pub(crate) fn unseen(&mut self, sweep: &Sweep) -> Result<Share, Failure> {
        let (since, from, within) = (sweep.since, sweep.from, &sweep.within);
        let mut share = Share::default();
        let mut note = |row: &Row<'_>| -> rusqlite::Result<()> {
            share.unseen += 1;
            if share.keys.len() < Share::KEYS {
                share.keys.push(row.get::<_, String>(1)?.into());
            }
            Ok(())
        };
        let mut of = 0;
        match within {
            Within::Everything => {
                of +=
                    count(self.connection.prepare_cached(&self.table.live)?.query_row([], |row| row.get(0))?);
                let mut select = self.connection.prepare_cached(&self.table.old)?;
                let mut rows = select.query(params![number(since), 0, number(from)])?;
                while let Some(row) = rows.next()? {
                    note(row)?;
                }
            }
            Within::Scopes(scopes) => {
                self.index_scopes()?;
                let mut live = self.connection.prepare_cached(&self.table.live_in)?;
                let mut select = self.connection.prepare_cached(&self.table.old_in)?;
                for scope in distinct(scopes) {
                    of += count(live.query_row(params![finder(scope), scope], |row| row.get(0))?);
                    let mut rows =
                        select.query(params![finder(scope), scope, number(since), number(from)])?;
                    while let Some(row) = rows.next()? {
                        note(row)?;
                    }
                }
            }
        }
        share.of = of;
        Ok(share)
    }

    /// Removes rows that a sweep is about, and returns tombstones for them.
    pub(crate) fn take_unseen(&mut self, sweep: &Sweep, limit: usize) -> Result<Vec<Record>, Failure> {
        let (since, from, within) = (sweep.since, sweep.from, &sweep.within);
        let mut taken: Vec<(i64, Record)> = Vec::new();
        let mut take = |row: &Row<'_>| -> rusqlite::Result<()> {
            let mut record = Record::gone(row.get::<_, String>(1)?, sweep.gone.clone());
            record.scope = row.get::<_, Option<String>>(2)?.map(Key::from);
            taken.push((row.get(0)?, record));
            Ok(())
        };
        let mut left = limit;
        match within {
            Within::Everything => {
                let after = self.table.swept.filter(|(of, _)| *of == (from, since)).map_or(0, |(_, row)| row);
                let mut select = self.connection.prepare_cached(&self.table.old)?;
                let mut rows = select.query(params![number(since), after, number(from)])?;
                while left > 0
                    && let Some(row) = rows.next()?
                {
                    take(row)?;
                    left -= 1;
                }
            }
            Within::Scopes(scopes) => {
                self.index_scopes()?;
                let mut select = self.connection.prepare_cached(&self.table.old_in)?;
                for scope in distinct(scopes) {
                    let mut rows =
                        select.query(params![finder(scope), scope, number(since), number(from)])?;
                    while left > 0
                        && let Some(row) = rows.next()?
                    {
                        take(row)?;
                        left -= 1;
                    }
                }
            }
        }
        if *within == Within::Everything {
            self.table.swept = taken.last().map(|(row, _)| ((from, since), *row));
        }
        for (row, _) in &taken {
            self.remove(*row)?;
        }
        Ok(taken.into_iter().map(|(_, record)| record).collect())
    }

    /// From now on it is as if nothing had seen the rows.
    pub(crate) fn unsee(&mut self) -> Result<(), Failure> {
        self.table.swept = None;
        self.connection.execute(&self.table.unsee, [])?;
        Ok(())
    }

    pub(crate) fn forget(&mut self) -> Result<(), Failure> {
        self.table.swept = None;
        self.connection.execute(&self.table.forget, [])?;
        Ok(())
    }
}

fn distinct(scopes: &[Key]) -> BTreeSet<&str> {
    scopes.iter().map(Key::as_str).collect()
}

/// That of a record as a line holds it, which is what comes back of it when output was lost.
fn hash(body: &[u8]) -> i64 {
    if memchr2(b'\n', b'\r', body).is_none() {
        return xxh3_64(body).cast_signed();
    }
    let mut line = Vec::with_capacity(body.len());
    push_line(&mut line, body);
    xxh3_64(&line).cast_signed()
}

/// What a key or scope is found by; several may have the same.
fn finder(text: &str) -> i32 {
    // The lower half.
    (xxh3_64(text.as_bytes()) as u32).cast_signed()
}

/// A stamp as SQLite stores it.
pub(crate) fn number(stamp: Stamp) -> i64 {
    i64::try_from(stamp.get()).unwrap_or(i64::MAX)
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
