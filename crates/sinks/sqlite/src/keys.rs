//! Which rows may have a key: by hash, in the small table `_capture_keys`.
//!
//! Keys come in random order. Each new one, put where it belongs at once, would touch a page of its own; so during a
//! first listing those of many rows wait in memory and are put there in order of their hashes. A crash forgets those
//! that wait, and the next run reads them from their rows, which are the newest.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use crate::met::Met;
use crate::names::rows_table;

/// So many wait at most: 3 MiB.
const WAITING_MAX: usize = 128 * 1024;

#[derive(Debug)]
pub(crate) struct Keys {
    stream: i64,
    /// Hashes and rows that are not in the table.
    waiting: BTreeSet<(i32, i64)>,
    /// The newest row.
    newest: i64,
}

impl Keys {
    /// The keys of a stream; those that a crash forgot wait again.
    pub(crate) fn open(connection: &Connection, stream: i64, name: &str) -> rusqlite::Result<Self> {
        let keyed = "SELECT keyed_rows FROM _capture_streams WHERE id = ?1";
        let mut newest: i64 = connection.query_row(keyed, [stream], |row| row.get(0))?;
        let mut waiting = BTreeSet::new();
        let sql = format!("SELECT _hash, _row FROM {} WHERE _row > ?1", rows_table(name));
        let mut select = connection.prepare(&sql)?;
        let mut rows = select.query([newest])?;
        while let Some(row) = rows.next()? {
            let (hash, row) = (row.get(0)?, row.get(1)?);
            waiting.insert((hash, row));
            newest = newest.max(row);
        }
        Ok(Self { stream, waiting, newest })
    }

    /// Meets all of them.
    pub(crate) fn meet(&self, connection: &Connection, met: &mut Met) -> rusqlite::Result<()> {
        let mut select = connection.prepare("SELECT hash FROM _capture_keys WHERE stream = ?1")?;
        let mut rows = select.query([self.stream])?;
        while let Some(row) = rows.next()? {
            met.meet(self.stream, row.get(0)?);
        }
        self.waiting.iter().for_each(|(hash, _)| _ = met.meet(self.stream, *hash));
        Ok(())
    }

    /// A new row.
    pub(crate) fn add(&mut self, hash: i32, row: i64) {
        self.waiting.insert((hash, row));
        self.newest = self.newest.max(row);
    }

    /// Rows of a hash that are not in the table.
    pub(crate) fn waiting(&self, hash: i32) -> impl Iterator<Item = i64> {
        self.waiting.range((hash, i64::MIN)..=(hash, i64::MAX)).map(|(_, row)| *row)
    }

    /// Whether as many wait as may.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= WAITING_MAX
    }

    /// Puts those that wait into the table.
    pub(crate) fn settle(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO _capture_keys (stream, hash, row) VALUES (?1, ?2, ?3)";
        let mut insert = connection.prepare_cached(sql)?;
        for (hash, row) in std::mem::take(&mut self.waiting) {
            insert.execute(params![self.stream, hash, row])?;
        }
        let sql = "UPDATE _capture_streams SET keyed_rows = ?2 WHERE id = ?1";
        connection.prepare_cached(sql)?.execute([self.stream, self.newest])?;
        Ok(())
    }
}
