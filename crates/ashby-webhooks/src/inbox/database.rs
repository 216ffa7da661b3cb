//! The file: whether it is ours, what is in it.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use capture_core::private_file;
use jiff::Timestamp;
use own_database::{Failure, Kind, is_empty};
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};

use super::{Added, Delivery, Kept};
use crate::event::Event;
use crate::signature::Signature;

pub(super) const KIND: Kind = Kind {
    name: "inbox",
    // `INBX`, in the file's header.
    application_id: 0x494e_4258,
    layout_version: 1,
    put_right: "it was left untouched; restore it, or move it away: the next sync makes good by listing what it held",
    when_full: "make room on its disk; Ashby sends again for about three hours",
};

/// How long to wait for another program that has the file open, such as a backup.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A commit is durable when it returns (`FULL`): it is acknowledged next. What is deleted is overwritten.
const SETTINGS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA cache_size = -8192;
    PRAGMA journal_size_limit = 33554432;
    PRAGMA wal_autocheckpoint = 2000;
";

const LAYOUT: &str = "
    CREATE TABLE deliveries (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        received_ms INTEGER NOT NULL,
        action TEXT NOT NULL,
        id TEXT,
        signature TEXT,
        body BLOB,
        done_ms INTEGER
    );
    CREATE UNIQUE INDEX deliveries_by_id ON deliveries (id, action) WHERE id IS NOT NULL;
    CREATE TABLE pings (received_ms INTEGER NOT NULL);
    CREATE INDEX deliveries_pending ON deliveries (sequence) WHERE done_ms IS NULL;
";

const COLUMNS: &str = "sequence, received_ms, signature, body, done_ms";

/// Removes the file and what SQLite keeps beside it, which is nothing once it was closed in order.
pub(super) fn remove(path: &Path) {
    for suffix in ["-wal", "-shm", ""] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let _ = std::fs::remove_file(name);
    }
}

/// An open inbox file.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    /// Of what is written: the path, and which file that was.
    file: Option<(PathBuf, (u64, u64))>,
}

impl Database {
    /// Opens it for writing, and makes it if need be.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let (connection, is_made) = KIND.open(path)?;
        if is_made {
            private_file::sync_directory(private_file::directory_of(path))?;
        }
        connection.busy_timeout(BUSY_TIMEOUT)?;
        KIND.check(&connection)?;
        connection.execute_batch("PRAGMA journal_mode = WAL")?;
        connection.execute_batch(SETTINGS)?;
        if is_empty(&connection)? {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            KIND.lay_out(&connection, LAYOUT)?;
            connection.execute_batch("COMMIT")?;
        }
        let identity = path.metadata().ok().and_then(|found| private_file::identity(&found));
        Ok(Self { connection, file: identity.map(|identity| (path.to_owned(), identity)) })
    }

    /// Opens it for reading, also while another process writes.
    pub(super) fn look(path: &Path) -> Result<Self, Failure> {
        let connection = KIND.look(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        if KIND.is_ours(&connection)? { Ok(Self { connection, file: None }) } else { Err(Failure::Foreign) }
    }

    /// Whether nothing has ever come, as far as can be told.
    pub(super) fn is_unused(&self) -> bool {
        let sql = "SELECT NOT EXISTS (SELECT * FROM deliveries) AND NOT EXISTS (SELECT * FROM pings)
                AND NOT EXISTS (SELECT * FROM sqlite_sequence WHERE seq > 0)";
        self.connection.query_row(sql, [], |row| row.get(0)).unwrap_or(false)
    }

    pub(super) fn begin(&self) -> Result<(), Failure> {
        self.check_place()?;
        Ok(self.connection.execute_batch("BEGIN IMMEDIATE")?)
    }

    /// What is written into a file that has lost its name is gone with this process.
    fn check_place(&self) -> Result<(), Failure> {
        let Some((path, identity)) = &self.file else { return Ok(()) };
        let now = path.metadata().ok().and_then(|found| private_file::identity(&found));
        if now == Some(*identity) {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::NotFound,
            "it was removed or replaced while it was open; start anew",
        )
        .into())
    }

    pub(super) fn commit(&self) -> Result<(), Failure> {
        Ok(self.connection.execute_batch("COMMIT")?)
    }

    /// Forgets what was not committed.
    pub(super) fn roll_back(&self) {
        if !self.connection.is_autocommit() {
            // When it fails, the connection is no longer in a transaction either.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    pub(super) fn add(
        &self,
        event: &Event,
        signature: Option<&Signature>,
        now: Timestamp,
    ) -> Result<Added, Failure> {
        let sql =
            "INSERT INTO deliveries (received_ms, action, id, signature, body) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT DO NOTHING";
        let signature = signature.map(ToString::to_string);
        let added = self.connection.prepare_cached(sql)?.execute(params![
            now.as_millisecond(),
            event.action(),
            event.id(),
            signature,
            event.body().as_ref()
        ])?;
        if added == 1 {
            let sequence = self.connection.last_insert_rowid().cast_unsigned();
            return Ok(Added { sequence, is_copy: false });
        }
        let sql = "SELECT sequence FROM deliveries WHERE id = ?1 AND action = ?2";
        let first: i64 = self
            .connection
            .prepare_cached(sql)?
            .query_row(params![event.id(), event.action()], |row| row.get(0))?;
        Ok(Added { sequence: first.cast_unsigned(), is_copy: true })
    }

    pub(super) fn ping(&self, now: Timestamp) -> Result<(), Failure> {
        let sql = "INSERT INTO pings (received_ms) VALUES (?1)";
        self.connection.prepare_cached(sql)?.execute([now.as_millisecond()])?;
        Ok(())
    }

    pub(super) fn pings(&self, since: Timestamp) -> Result<u64, Failure> {
        let sql = "SELECT count(*) FROM pings WHERE received_ms >= ?1";
        let count: i64 = self.connection.query_row(sql, [since.as_millisecond()], |row| row.get(0))?;
        Ok(count.cast_unsigned())
    }

    /// How many of them were not done before.
    pub(super) fn done(&self, sequences: &[u64], now: Timestamp) -> Result<u64, Failure> {
        let sql = "UPDATE deliveries SET done_ms = ?2 WHERE sequence = ?1 AND done_ms IS NULL";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut changed = 0;
        for sequence in sequences {
            changed += statement.execute(params![sequence.cast_signed(), now.as_millisecond()])? as u64;
        }
        Ok(changed)
    }

    pub(super) fn pending(&self, after: u64, limit: usize) -> Result<Vec<Delivery>, Failure> {
        // What was erased meanwhile has no body to act on any more.
        let sql = format!(
            "SELECT {COLUMNS} FROM deliveries WHERE done_ms IS NULL AND sequence > ?1 AND body IS NOT NULL
             ORDER BY sequence LIMIT ?2"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![after.cast_signed(), limit])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(delivery(row)?);
        }
        Ok(found)
    }

    pub(super) fn history(
        &self,
        after: u64,
        since: Option<Timestamp>,
        actions: &[String],
        limit: usize,
    ) -> Result<Vec<Delivery>, Failure> {
        let places = vec!["?"; actions.len()].join(", ");
        let of = if actions.is_empty() { String::new() } else { format!("AND action IN ({places})") };
        let sql = format!(
            "SELECT {COLUMNS} FROM deliveries WHERE sequence > ? AND received_ms >= ? AND body IS NOT NULL {of}
             ORDER BY sequence LIMIT ?"
        );
        let since = since.map_or(i64::MIN, Timestamp::as_millisecond);
        let mut values: Vec<rusqlite::types::Value> = vec![after.cast_signed().into(), since.into()];
        values.extend(actions.iter().map(|action| action.clone().into()));
        values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(delivery(row)?);
        }
        Ok(found)
    }

    /// In how many bodies one of these texts stands.
    pub(super) fn naming(&self, texts: &[String]) -> Result<u64, Failure> {
        Ok(self.named(texts)?.len() as u64)
    }

    /// The deliveries in whose bodies one of these texts stands, and whether they are pending.
    fn named(&self, texts: &[String]) -> Result<Vec<(i64, bool)>, Failure> {
        // By length: what stands at a place of a body is looked up, so that many texts cost no more than a few.
        let mut by_length: BTreeMap<usize, HashSet<&[u8]>> = BTreeMap::new();
        for text in texts.iter().filter(|text| !text.is_empty()) {
            by_length.entry(text.len()).or_default().insert(text.as_bytes());
        }
        let is_named = |body: &[u8]| {
            by_length.iter().any(|(length, texts)| body.windows(*length).any(|place| texts.contains(place)))
        };
        let mut named = Vec::new();
        let sql = "SELECT sequence, done_ms IS NULL, body FROM deliveries WHERE body IS NOT NULL";
        let mut select = self.connection.prepare(sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            if is_named(row.get_ref(2)?.as_bytes().unwrap_or_default()) {
                named.push((row.get(0)?, row.get(1)?));
            }
        }
        Ok(named)
    }

    /// Takes out bodies in which a text stands; also how many of them were still pending.
    pub(super) fn erase(&self, texts: &[String], now: Timestamp) -> Result<(u64, u64), Failure> {
        let named = self.named(texts)?;
        let sql = "UPDATE deliveries SET body = NULL, signature = NULL, done_ms = coalesce(done_ms, ?2)
                   WHERE sequence = ?1";
        let mut update = self.connection.prepare(sql)?;
        for (sequence, _) in &named {
            update.execute(params![sequence, now.as_millisecond()])?;
        }
        let pending = named.iter().filter(|(_, is_pending)| *is_pending).count();
        Ok((named.len() as u64, pending as u64))
    }

    /// Overwrites what the write-ahead log still has of what was erased.
    pub(super) fn settle(&self) -> Result<(), Failure> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Deletes what was done and received before a time, of at most `limit` deliveries after a place. Gives the place to
    /// go on from; `None` at the end.
    pub(super) fn purge(&self, after: u64, before: Timestamp, limit: u32) -> Result<Option<u64>, Failure> {
        let sql = "SELECT max(sequence) FROM
                   (SELECT sequence FROM deliveries WHERE sequence > ?1 ORDER BY sequence LIMIT ?2)";
        let last: Option<i64> =
            self.connection.query_row(sql, params![after.cast_signed(), limit], |row| row.get(0))?;
        let Some(last) = last else {
            let sql = "DELETE FROM pings WHERE received_ms < ?1";
            self.connection.execute(sql, [before.as_millisecond()])?;
            return Ok(None);
        };
        let sql = "DELETE FROM deliveries WHERE sequence > ?1 AND sequence <= ?2 AND done_ms IS NOT NULL
                   AND received_ms < ?3";
        self.connection.execute(sql, params![after.cast_signed(), last, before.as_millisecond()])?;
        Ok(Some(last.cast_unsigned()))
    }

    pub(super) fn kept(&self) -> Result<Kept, Failure> {
        let count = |sql: &str| self.connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        Ok(Kept {
            pending: count("SELECT count(*) FROM deliveries WHERE done_ms IS NULL")?.cast_unsigned(),
            all: count("SELECT count(*) FROM deliveries")?.cast_unsigned(),
        })
    }

    /// The last place that was given.
    pub(super) fn newest(&self) -> Result<u64, Failure> {
        let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'deliveries'";
        let newest: Option<i64> = self.connection.query_row(sql, [], |row| row.get(0)).optional()?;
        Ok(newest.unwrap_or(0).cast_unsigned())
    }

    /// So that a test can fill the disk.
    #[cfg(test)]
    pub(super) fn limit_pages(&self, pages: u32) {
        self.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    }
}

fn delivery(row: &Row<'_>) -> Result<Delivery, Failure> {
    let body: Vec<u8> = row.get(3)?;
    let signature: Option<String> = row.get(2)?;
    let received_ms: i64 = row.get(1)?;
    let done_ms: Option<i64> = row.get(4)?;
    let at = |ms| Timestamp::from_millisecond(ms).map_err(|_| Failure::Unreadable);
    Ok(Delivery {
        sequence: row.get::<_, i64>(0)?.cast_unsigned(),
        received_at: at(received_ms)?,
        event: Event::parse(Bytes::from(body)).map_err(|_| Failure::Unreadable)?,
        signature: signature.and_then(|signature| Signature::parse(signature.as_bytes())),
        done_at: done_ms.map(at).transpose()?,
    })
}
