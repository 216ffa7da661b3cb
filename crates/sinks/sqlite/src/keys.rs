//! Which rows may have a key: by hash, in the small table `_capture_keys`.
//!
//! Keys come in random order. Each new one, put where it belongs at once, would touch a page of its own; so during a
//! first listing those of many rows wait in memory and are put there in order of their hashes. A crash forgets those
//! that wait, and the next run reads them from their rows, which are the newest.

use rusqlite::{Connection, params};

use crate::met::Met;
use crate::names::rows_table;

/// So many wait at most: 3 MiB.
const WAITING_MAX: usize = 128 * 1024;

/// So many of the newest are looked through one by one before they are put in order: to look through them costs less than
/// a microsecond, which few records need, and to put them in order among all the others some hundred.
const UNSORTED_MAX: usize = 2048;

#[derive(Debug)]
pub(crate) struct Keys {
    stream: i64,
    /// Hashes and rows that are not in the table, in order up to `sorted`. Most are only ever added.
    waiting: Vec<(i32, i64)>,
    sorted: usize,
    /// The newest row.
    newest: i64,
}

impl Keys {
    /// The keys of a stream; those that a crash forgot wait again.
    pub(crate) fn open(connection: &Connection, stream: i64, name: &str) -> rusqlite::Result<Self> {
        let keyed = "SELECT keyed_rows FROM _capture_streams WHERE id = ?1";
        let mut newest: i64 = connection.query_row(keyed, [stream], |row| row.get(0))?;
        let mut waiting = Vec::new();
        let sql = format!("SELECT _hash, _row FROM {} WHERE _row > ?1", rows_table(name));
        let mut select = connection.prepare(&sql)?;
        let mut rows = select.query([newest])?;
        while let Some(row) = rows.next()? {
            let (hash, row) = (row.get(0)?, row.get(1)?);
            waiting.push((hash, row));
            newest = newest.max(row);
        }
        Ok(Self { stream, waiting, sorted: 0, newest })
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
        self.waiting.push((hash, row));
        self.newest = self.newest.max(row);
    }

    /// Rows of a hash that are not in the table.
    pub(crate) fn waiting(&mut self, hash: i32) -> impl Iterator<Item = i64> {
        if self.waiting.len() - self.sorted > UNSORTED_MAX {
            // What is in order already is one run to it.
            self.waiting.sort();
            self.sorted = self.waiting.len();
        }
        let (sorted, rest) = self.waiting.split_at(self.sorted);
        let first = sorted.partition_point(|(other, _)| *other < hash);
        let alike = sorted[first..].iter().take_while(move |(other, _)| *other == hash);
        alike.chain(rest.iter().filter(move |(other, _)| *other == hash)).map(|(_, row)| *row)
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
        self.waiting.sort_unstable();
        for (hash, row) in std::mem::take(&mut self.waiting) {
            insert.execute(params![self.stream, hash, row])?;
        }
        self.sorted = 0;
        let sql = "UPDATE _capture_streams SET keyed_rows = ?2 WHERE id = ?1";
        connection.prepare_cached(sql)?.execute([self.stream, self.newest])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_waits_is_found_in_whatever_order_it_came(hashes in proptest::collection::vec(-9..9_i32, 0..3 * UNSORTED_MAX)) {
            let mut keys = Keys { stream: 1, waiting: Vec::new(), sorted: 0, newest: 0 };
            for (row, hash) in (1..).zip(&hashes) {
                keys.add(*hash, row);
                // Looked for now and then only, so that many are added in between.
                if row % 977 < 3 {
                    let expected: Vec<i64> =
                        (1..).zip(&hashes[..row as usize]).filter(|(_, other)| *other == hash).map(|(row, _)| row).collect();
                    prop_assert_eq!(keys.waiting(*hash).collect::<Vec<_>>(), expected);
                }
            }
        }
    }
}
