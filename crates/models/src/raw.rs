//! Records, as they are kept in SQLite: which streams there are, and what changed since a number.
//!
//! Who reads a file that is in no WAL keeps its writers waiting. So it is read in slices, between which nothing is held; when
//! all is read, it is looked whether something changed meanwhile. Records that are kept elsewhere come from whoever can read
//! them ([`Records`]).

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use capture_core::State;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::error::Result;
use crate::json::Json;

/// Bytes of records that are read at once, at most by one record more.
const SLICE_BYTES: usize = 1 << 20;
/// Rows that are looked up at once.
const SLICE_ROWS: usize = 500;

/// Records of one moment that are not in a file of SQLite's.
pub trait Records {
    /// The streams that there are.
    fn streams(&self) -> Vec<String>;

    /// The moment against which ages are measured; see [`as_of`].
    fn as_of(&self) -> Option<Timestamp>;

    /// Shows each record of a stream, and when it was known to be gone (RFC 3339), until `show` says that it is enough.
    ///
    /// # Errors
    /// If they cannot be read.
    fn each(
        &self,
        stream: &str,
        show: &mut dyn FnMut(&[u8], Option<&str>) -> bool,
    ) -> capture_core::Result<()>;
}

/// The start of the last complete sync of applications.
pub fn as_of(state: &State) -> Option<Timestamp> {
    state.streams.get("applications").and_then(|state| match state.listing {
        None if state.stamp.get() > 0 => {
            Timestamp::from_millisecond(i64::try_from(state.stamp.get()).ok()?).ok()
        }
        _ => state.listed.last_full_at,
    })
}

enum Place {
    File(Connection),
    Elsewhere(Rc<dyn Records>),
}

/// Records, as they are at one moment.
pub(crate) struct Raw {
    place: Place,
    /// Streams, and the number of their last change; `None` where an earlier version kept none.
    pub(crate) streams: BTreeMap<String, Option<i64>>,
    /// The number of the last change of all.
    pub(crate) change: i64,
    /// Tells this course of changes from one that began at a copy or after a purge.
    pub(crate) mark: Option<i64>,
    /// The start of the last complete sync of applications.
    pub(crate) as_of: Option<Timestamp>,
    /// SQLite's number of what others did to the file; `None` while a transaction keeps it as it is.
    version: Option<i64>,
}

/// What is done with each record: the record, the number of its row, and when it was known to be gone.
pub(crate) type Show<'s> = dyn FnMut(&Json<'_>, i64, Option<&str>) -> rusqlite::Result<()> + 's;

/// Records of a slice, one after the other: where each ends, the number of its row, and when it was known to be gone.
#[derive(Default)]
struct Slice {
    bytes: Vec<u8>,
    rows: Vec<(usize, i64, Option<String>)>,
}

impl Slice {
    /// Reads until it is full; returns the number of the last row, if there is more to read.
    fn fill(&mut self, rows: &mut rusqlite::Rows<'_>) -> rusqlite::Result<Option<i64>> {
        self.bytes.clear();
        self.rows.clear();
        while let Some(row) = rows.next()? {
            self.bytes.extend_from_slice(row.get_ref(1)?.as_bytes().unwrap_or_default());
            let number = row.get(0)?;
            self.rows.push((self.bytes.len(), number, row.get(2)?));
            if self.bytes.len() >= SLICE_BYTES {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    fn show(&self, show: &mut Show<'_>) -> rusqlite::Result<()> {
        let mut from = 0;
        for (end, number, deleted_at) in &self.rows {
            one(&self.bytes[from..*end], *number, deleted_at.as_deref(), show)?;
            from = *end;
        }
        Ok(())
    }
}

/// Shows a record, if it is JSON.
fn one(bytes: &[u8], number: i64, deleted_at: Option<&str>, show: &mut Show<'_>) -> rusqlite::Result<()> {
    let Some(record) = Json::parse(bytes) else { return Ok(()) };
    let deleted_at = deleted_at.and_then(|at| at.parse::<Timestamp>().ok());
    show(&record, number, deleted_at.map(crate::values::written).as_deref())
}

fn each_elsewhere(records: &dyn Records, stream: &str, show: &mut Show<'_>) -> rusqlite::Result<()> {
    let mut shown = Ok(());
    let mut number = 0;
    let read = records.each(stream, &mut |bytes, deleted_at| {
        number += 1;
        shown = one(bytes, number, deleted_at, show);
        shown.is_ok()
    });
    shown?;
    read.map_err(|error| rusqlite::Error::UserFunctionError(Box::new(error)))
}

impl Raw {
    /// The records as they are now. Where readers would keep writers waiting they may change while they are read, which
    /// [`is_unmoved`](Self::is_unmoved) tells.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let mut raw = Self::hold(path)?;
        raw.let_go().map_err(crate::Error::sqlite(path))?;
        Ok(raw)
    }

    /// The same, kept as they are until this is dropped.
    pub(crate) fn hold(path: &Path) -> Result<Self> {
        let connection = sink_sqlite::reader(path)?;
        let state = sink_sqlite::state_in(&connection, path)?;
        let mut raw = Self {
            place: Place::File(connection),
            streams: BTreeMap::new(),
            change: 0,
            mark: None,
            as_of: as_of(&state),
            version: None,
        };
        raw.look().map_err(crate::Error::sqlite(path))?;
        Ok(raw)
    }

    /// Records of elsewhere, of which nobody knows what changed.
    pub(crate) fn elsewhere(records: Rc<dyn Records>) -> Self {
        Self {
            streams: records.streams().into_iter().map(|stream| (stream, None)).collect(),
            as_of: records.as_of(),
            place: Place::Elsewhere(records),
            change: 0,
            mark: None,
            version: None,
        }
    }

    fn connection(&self) -> rusqlite::Result<&Connection> {
        match &self.place {
            Place::File(connection) => Ok(connection),
            Place::Elsewhere(_) => Err(rusqlite::Error::InvalidQuery),
        }
    }

    fn look(&mut self) -> rusqlite::Result<()> {
        let connection = self.connection()?;
        let has_changes: bool = connection.query_row(
            "SELECT EXISTS (SELECT * FROM sqlite_schema WHERE name = '_capture_changes')",
            [],
            |row| row.get(0),
        )?;
        let sql = if has_changes {
            "SELECT stream, change FROM _capture_streams"
        } else {
            "SELECT stream, NULL FROM _capture_streams"
        };
        let mut select = connection.prepare(sql)?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let streams = rows.collect::<rusqlite::Result<_>>()?;
        drop(select);
        self.streams = streams;
        self.change = self.streams.values().flatten().copied().max().unwrap_or(0);
        if has_changes {
            self.mark = self.mark_of(self.change)?;
        }
        Ok(())
    }

    /// The mark that changes up to a number had.
    pub(crate) fn mark_of(&self, change: i64) -> rusqlite::Result<Option<i64>> {
        let sql = "SELECT mark FROM _capture_changes WHERE change <= ?1 ORDER BY change DESC LIMIT 1";
        self.connection()?.query_row(sql, [change], |row| row.get(0)).optional()
    }

    /// Whether a stream has a table.
    pub(crate) fn has(&self, stream: &str) -> bool {
        self.streams.contains_key(stream)
    }

    /// Whether something of a stream changed since a number.
    pub(crate) fn has_changed(&self, stream: &str, since: i64) -> bool {
        self.streams.get(stream).is_some_and(|change| change.is_none_or(|change| change > since))
    }

    fn let_go(&mut self) -> rusqlite::Result<()> {
        let mode: String = self.connection()?.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        if mode != "wal" {
            self.version = Some(self.version_now()?);
            self.connection()?.execute_batch("COMMIT")?;
        }
        Ok(())
    }

    fn version_now(&self) -> rusqlite::Result<i64> {
        self.connection()?.pragma_query_value(None, "data_version", |row| row.get(0))
    }

    /// Whether the records are still what they were when this was opened.
    fn is_unmoved(&self) -> rusqlite::Result<bool> {
        Ok(self.version.is_none() || self.version == Some(self.version_now()?))
    }

    /// What was read, if the records are still what they were when this was opened; `None` also for what failed because they
    /// are not.
    pub(crate) fn settled<T>(&self, read: rusqlite::Result<T>) -> rusqlite::Result<Option<T>> {
        if self.is_unmoved()? { read.map(Some) } else { Ok(None) }
    }

    /// Shows a stream's records: all, or those that changed since a number. What is no JSON is left out.
    pub(crate) fn each(&self, stream: &str, since: Option<i64>, show: &mut Show<'_>) -> rusqlite::Result<()> {
        let connection = match &self.place {
            Place::File(connection) => connection,
            Place::Elsewhere(records) => return each_elsewhere(&**records, stream, show),
        };
        let table = sink_sqlite::rows_table(stream);
        let columns = "rowid, coalesce(_mended, _record), _deleted_at";
        let mut slice = Slice::default();
        let Some(since) = since else {
            let sql = format!("SELECT {columns} FROM {table} WHERE rowid > ?1 ORDER BY rowid");
            let mut select = connection.prepare(&sql)?;
            let mut after = Some(i64::MIN);
            while let Some(last) = after {
                after = slice.fill(&mut select.query([last])?)?;
                slice.show(show)?;
            }
            return Ok(());
        };
        let sql = format!("SELECT rowid FROM {table} WHERE _change > ?1");
        let numbers: Vec<i64> = {
            let mut select = connection.prepare(&sql)?;
            select.query_map([since], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        let sql = format!(
            "SELECT {columns} FROM {table} WHERE rowid > ?1 AND rowid IN (SELECT value FROM json_each(?2)) ORDER BY rowid"
        );
        let mut select = connection.prepare(&sql)?;
        for numbers in numbers.chunks(SLICE_ROWS) {
            let numbers = serde_json::json!(numbers).to_string();
            let mut after = Some(i64::MIN);
            while let Some(last) = after {
                after = slice.fill(&mut select.query(rusqlite::params![last, numbers])?)?;
                slice.show(show)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use capture_core::{
        Checkpoint, Field, FieldKind, Record, Sink, Stamp, StateUpdate, StreamDescriptor, StreamState, Write,
    };
    use sink_sqlite::SqliteSink;

    use super::*;

    /// A run of its own, from opening the file to leaving it.
    fn sync(path: &Path, stamp: u64, ids: &[String]) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let fields = [Field::new("id", FieldKind::String)];
            let jobs = Arc::new(StreamDescriptor::new("jobs", ["id"]).with_fields(fields));
            let mut sink = SqliteSink::new(path);
            sink.load().await.unwrap();
            sink.open(&[Arc::clone(&jobs)]).await.unwrap();
            let records = ids.iter().map(|id| {
                let text = serde_json::json!({"id": id, "title": "x".repeat(2_000)}).to_string();
                Record::upsert(id.clone(), text)
            });
            let write = Write::new(Arc::clone(&jobs), Stamp::new(stamp), records.collect());
            sink.write(write).await.unwrap();
            let mut state = StreamState::new(Checkpoint::default(), Timestamp::now());
            state.stamp = Stamp::new(stamp);
            let mut update = StateUpdate::default();
            update.streams.insert(jobs.name.clone(), Some(state));
            sink.commit(&update).await.unwrap();
            sink.close().await.unwrap();
        });
    }

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("j{number}")).collect()
    }

    #[test]
    fn whoever_writes_does_not_wait_for_a_reader_of_everything() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ashby.db");
        sync(&path, 1, &ids(2_000));
        for since in [None, Some(0)] {
            let raw = Raw::open(&path).unwrap();
            let mut seen = 0;
            let read = raw.each("jobs", since, &mut |_, _, _| {
                if seen == 700 {
                    // In the middle of it, a whole run comes and goes.
                    let begun = Instant::now();
                    sync(&path, if since.is_none() { 2 } else { 3 }, &["another".to_owned()]);
                    assert!(begun.elapsed() < Duration::from_secs(2), "it waited {:?}", begun.elapsed());
                }
                seen += 1;
                Ok(())
            });
            read.unwrap();
            assert!(seen >= 2_000);
            assert_eq!(raw.settled(Ok(())).unwrap(), None, "it is seen that something changed");
        }
        let raw = Raw::open(&path).unwrap();
        raw.each("jobs", None, &mut |_, _, _| Ok(())).unwrap();
        assert_eq!(raw.settled(Ok(1)).unwrap(), Some(1));
    }

    #[test]
    fn every_record_is_shown_once_whatever_a_slice_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ashby.db");
        sync(&path, 1, &ids(3 * SLICE_ROWS + 1));
        for (raw, since) in [
            (Raw::open(&path).unwrap(), None),
            (Raw::open(&path).unwrap(), Some(0)),
            (Raw::hold(&path).unwrap(), None),
        ] {
            let mut seen = std::collections::BTreeSet::new();
            let mut count = 0;
            raw.each("jobs", since, &mut |record, _, _| {
                count += 1;
                seen.insert(record.get("id").text().unwrap().to_owned());
                Ok(())
            })
            .unwrap();
            assert_eq!((count, seen.len()), (3 * SLICE_ROWS + 1, 3 * SLICE_ROWS + 1));
        }
    }
}
