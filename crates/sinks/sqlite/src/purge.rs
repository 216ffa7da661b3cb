//! Taking rows out for good: they are deleted, or emptied but for their keys, and then the whole file is written anew, so
//! that nothing of them stays in pages that are free.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::{
    Gone, Held, Key, Lock, Locking, Purge, Purging, Record, Removal, Removed, Result, Stamp, StateUpdate,
    StreamDescriptor, Write, chosen,
};
use rusqlite::{Connection, params};

use crate::changes;
use crate::database::Database;
use crate::failure::Failure;
use crate::grave::{Grave, instant};
use crate::names::{quoted, rows_table};
use crate::place::Place;
use crate::search;

/// A database that is taken for it. Its work blocks.
pub(crate) struct Purger {
    path: PathBuf,
    purge: Purge,
    descriptors: Vec<Arc<StreamDescriptor>>,
    /// What was chosen, once it was looked for.
    chosen: Option<BTreeMap<String, BTreeSet<Key>>>,
    /// Declared before the lock, so that it is closed before the lock is given up.
    database: Database,
    _lock: Lock,
}

impl Purger {
    pub(crate) fn new(
        path: &Path,
        locking: Locking,
        purge: Purge,
        streams: &[Arc<StreamDescriptor>],
    ) -> Result<Self> {
        let lock = Lock::acquire_with(&Place::new(path)?.name, locking)?;
        let database = Database::open(path).map_err(|failure| failure.of(path))?;
        let (path, descriptors) = (path.to_owned(), streams.to_vec());
        Ok(Self { path, purge, descriptors, chosen: None, database, _lock: lock })
    }

    fn choose(&mut self) -> Result<(), Failure> {
        let (Some(choose), None) = (self.purge.chooser(), &self.chosen) else { return Ok(()) };
        let connection = self.database.connection();
        let streams = streams(connection)?;
        self.chosen = Some(chosen(choose, |show| {
            for (_, stream) in &streams {
                held(connection, stream, show)?;
            }
            Ok::<_, Failure>(())
        })?);
        Ok(())
    }

    fn count(&mut self) -> Result<Removal, Failure> {
        self.choose()?;
        let connection = self.database.connection();
        let mut removal = Removal::default();
        for (id, stream) in streams(connection)? {
            let removed = match &self.purge {
                purge if !purge.concerns(&stream) => continue,
                Purge::Gone { before, .. } => {
                    let gone = gone_rows(connection, &stream, *before)?;
                    Removed::new(0, gone.len() as u64)
                }
                Purge::Streams(_) => {
                    let live = count(connection, "SELECT count(*) FROM _capture_live WHERE stream = ?1", id)?;
                    let all = format!("SELECT count(*) FROM {} WHERE ?1 = ?1", rows_table(&stream));
                    Removed::new(live, count(connection, &all, id)?.saturating_sub(live))
                }
                // There is one version of each.
                Purge::Earlier(_) => continue,
                _ => self.count_chosen(connection, &stream)?,
            };
            if removed.records() > 0 {
                removal.streams.insert(stream, removed);
            }
        }
        Ok(removal)
    }

    fn going(&mut self, stream: &str) -> Result<BTreeSet<Key>, Failure> {
        self.choose()?;
        let connection = self.database.connection();
        let is_there = streams(connection)?.iter().any(|(_, name)| name == stream);
        if !is_there || !self.purge.concerns(stream) {
            return Ok(BTreeSet::new());
        }
        let before = match &self.purge {
            Purge::Gone { before, .. } => *before,
            Purge::Streams(_) => {
                let mut select = connection.prepare(&format!("SELECT _key FROM {}", rows_table(stream)))?;
                return keys(select.query([])?);
            }
            _ => {
                return Ok(self
                    .chosen
                    .as_ref()
                    .and_then(|chosen| chosen.get(stream))
                    .cloned()
                    .unwrap_or_default());
            }
        };
        let sql = format!("SELECT _key FROM {} WHERE {IS_GONE}", rows_table(stream));
        let mut select = connection.prepare(&sql)?;
        keys(select.query([before.map(instant)])?)
    }

    fn count_chosen(&self, connection: &Connection, stream: &str) -> Result<Removed, Failure> {
        let Some(keys) = self.chosen.as_ref().and_then(|chosen| chosen.get(stream)) else {
            return Ok(Removed::default());
        };
        let mut removed = Removed::default();
        let mut select = connection
            .prepare(&format!("SELECT _key, _deleted_at IS NOT NULL FROM {}", rows_table(stream)))?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let key: String = row.get(0)?;
            if keys.contains(&Key::from(key)) {
                match row.get(1)? {
                    true => removed.gone += 1,
                    false => removed.live += 1,
                }
            }
        }
        Ok(removed)
    }

    fn take_out(&mut self) -> Result<(), Failure> {
        self.choose()?;
        let all = streams(self.database.connection())?;
        match &self.purge {
            Purge::Gone { before, .. } => {
                let concerned = all.iter().filter(|(_, stream)| self.purge.concerns(stream));
                self.database.transaction(|connection| {
                    for (id, stream) in concerned {
                        delete_gone(connection, *id, stream, *before)?;
                    }
                    Ok(changes::forget(connection)?)
                })?;
            }
            Purge::Streams(_) => {
                let concerned = all.iter().filter(|(_, stream)| self.purge.concerns(stream));
                // What becomes free is overwritten at once: a crash before the file is written anew leaves nothing in it.
                self.database.connection().execute_batch("PRAGMA secure_delete = ON")?;
                self.database.transaction(|connection| {
                    for (id, stream) in concerned {
                        drop_stream(connection, *id, stream)?;
                    }
                    Ok(changes::forget(connection)?)
                })?;
            }
            // Whatever they were before may stand in what is free, which the rewriting leaves out, and among the words.
            Purge::Earlier(_) => {
                let concerned = all.iter().filter(|(_, stream)| self.purge.concerns(stream));
                self.database.transaction(|connection| {
                    for (_, stream) in concerned {
                        search::settle(connection, stream)?;
                    }
                    Ok(())
                })?;
            }
            _ => self.erase(&all)?,
        }
        self.database.rewrite()
    }

    /// As the sink does when it is told that a record was erased.
    fn erase(&mut self, all: &[(i64, String)]) -> Result<(), Failure> {
        let mut chosen = self.chosen.take().unwrap_or_default();
        let descriptor = |stream: &String| {
            let known = self.descriptors.iter().find(|known| known.name == *stream);
            known.map_or_else(|| Arc::new(StreamDescriptor::new(stream, ["id"])), Arc::clone)
        };
        let streams: Vec<Arc<StreamDescriptor>> = all
            .iter()
            .map(|(_, stream)| stream)
            .filter(|stream| chosen.contains_key(*stream))
            .map(descriptor)
            .collect();
        self.database.prepare(&streams)?;
        for stream in streams {
            let keys = chosen.remove(&stream.name).unwrap_or_default();
            let records = keys.into_iter().map(|key| Record::gone(key, Gone::Erased)).collect();
            self.database.write(&Write::new(stream, Stamp::NEVER, records))?;
        }
        self.database.commit(&StateUpdate::default())?;
        Ok(())
    }
}

#[async_trait]
impl Purging for Purger {
    async fn removal(&mut self) -> Result<Removal> {
        let counted = self.count();
        counted.map_err(|failure| failure.of(&self.path))
    }

    async fn going(&mut self, stream: &str) -> Result<BTreeSet<Key>> {
        let going = self.going(stream);
        going.map_err(|failure| failure.of(&self.path))
    }

    async fn carry_out(&mut self) -> Result<()> {
        let done = self.take_out();
        done.map_err(|failure| failure.of(&self.path))
    }

    fn files(&self) -> Vec<PathBuf> {
        let beside = |suffix: &str| {
            let mut name = self.path.clone().into_os_string();
            name.push(suffix);
            PathBuf::from(name)
        };
        ["", "-wal", "-journal"].map(beside).into_iter().filter(|path| path.exists()).collect()
    }
}

/// Ids and names.
fn streams(connection: &Connection) -> Result<Vec<(i64, String)>, Failure> {
    let mut select = connection.prepare("SELECT id, stream FROM _capture_streams ORDER BY stream")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn count(connection: &Connection, sql: &str, id: i64) -> rusqlite::Result<u64> {
    connection.query_row(sql, [id], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}

/// Shows what is held of every record that was not erased before.
fn held(connection: &Connection, stream: &str, show: &mut dyn FnMut(&Held<'_>)) -> Result<(), Failure> {
    let erased = Grave::new(&Gone::Erased).why();
    let sql = format!(
        "SELECT _key, _scope, _merged_into, _record FROM {} WHERE _deleted_why IS NOT ?1",
        rows_table(stream)
    );
    let mut select = connection.prepare(&sql)?;
    let mut rows = select.query([erased])?;
    while let Some(row) = rows.next()? {
        let key: String = row.get(0)?;
        let (scope, merged): (Option<String>, Option<String>) = (row.get(1)?, row.get(2)?);
        let record = row.get_ref(3)?.as_bytes().unwrap_or_default();
        show(&Held::new(stream, &key, record).of(scope.as_deref(), merged.as_deref()));
    }
    Ok(())
}

fn keys(mut rows: rusqlite::Rows<'_>) -> Result<BTreeSet<Key>, Failure> {
    let mut keys = BTreeSet::new();
    while let Some(row) = rows.next()? {
        keys.insert(Key::from(row.get::<_, String>(0)?));
    }
    Ok(keys)
}

/// The condition for rows that have been gone long enough; its parameter is a time or null.
const IS_GONE: &str = "_deleted_at IS NOT NULL AND (?1 IS NULL OR _deleted_at < ?1)";

/// Rows and hashes of what is gone.
fn gone_rows(
    connection: &Connection,
    stream: &str,
    before: Option<jiff::Timestamp>,
) -> rusqlite::Result<Vec<(i64, i64)>> {
    let sql = format!("SELECT _row, _hash FROM {} WHERE {IS_GONE}", rows_table(stream));
    let mut select = connection.prepare(&sql)?;
    let rows = select.query_map([before.map(instant)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn delete_gone(
    connection: &Connection,
    id: i64,
    stream: &str,
    before: Option<jiff::Timestamp>,
) -> Result<(), Failure> {
    let table = rows_table(stream);
    let mut delete = connection.prepare(&format!("DELETE FROM {table} WHERE _row = ?1"))?;
    let mut forget =
        connection.prepare("DELETE FROM _capture_keys WHERE stream = ?1 AND hash = ?2 AND row = ?3")?;
    for (row, hash) in gone_rows(connection, stream, before)? {
        delete.execute([row])?;
        forget.execute([id, hash, row])?;
    }
    search::settle(connection, stream)?;
    // The numbers of the last rows are given again: they must not count as rows whose keys are known.
    connection.execute(
        &format!(
            "UPDATE _capture_streams SET keyed_rows = min(keyed_rows, (SELECT coalesce(max(_row), 0) FROM {table}))
             WHERE id = ?1"
        ),
        [id],
    )?;
    Ok(())
}

fn drop_stream(connection: &Connection, id: i64, stream: &str) -> Result<(), Failure> {
    connection.execute_batch(&format!(
        "DROP VIEW IF EXISTS {}; DROP TABLE IF EXISTS {}",
        quoted(stream),
        rows_table(stream)
    ))?;
    search::drop_index(connection, stream)?;
    for table in ["_capture_live", "_capture_keys"] {
        connection.execute(&format!("DELETE FROM {table} WHERE stream = ?1"), [id])?;
    }
    connection.execute("DELETE FROM _capture_streams WHERE id = ?1", [id])?;
    connection.execute("DELETE FROM _capture_state WHERE stream = ?1", params![stream])?;
    Ok(())
}
