//! Records, as they are kept in SQLite: which streams there are, and what changed since a number.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::error::Result;
use crate::json::Json;

/// A file of records, as it is at one moment.
pub(crate) struct Raw {
    pub(crate) connection: Connection,
    /// Streams, and the number of their last change; `None` where an earlier version kept none.
    pub(crate) streams: BTreeMap<String, Option<i64>>,
    /// The number of the last change of all.
    pub(crate) change: i64,
    /// Tells this course of changes from one that began at a copy or after a purge.
    pub(crate) mark: Option<i64>,
    /// The start of the last complete sync of applications.
    pub(crate) as_of: Option<Timestamp>,
}

impl Raw {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let connection = sink_sqlite::reader(path)?;
        let state = sink_sqlite::state_in(&connection, path)?;
        let as_of = state.streams.get("applications").and_then(|state| match state.listing {
            None if state.stamp.get() > 0 => {
                Timestamp::from_millisecond(i64::try_from(state.stamp.get()).ok()?).ok()
            }
            _ => state.listed.last_full_at,
        });
        let mut raw = Self { connection, streams: BTreeMap::new(), change: 0, mark: None, as_of };
        raw.look().map_err(crate::Error::sqlite(path))?;
        Ok(raw)
    }

    fn look(&mut self) -> rusqlite::Result<()> {
        let has_changes: bool = self.connection.query_row(
            "SELECT EXISTS (SELECT * FROM sqlite_schema WHERE name = '_capture_changes')",
            [],
            |row| row.get(0),
        )?;
        let sql = if has_changes {
            "SELECT stream, change FROM _capture_streams"
        } else {
            "SELECT stream, NULL FROM _capture_streams"
        };
        let mut select = self.connection.prepare(sql)?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.streams = rows.collect::<rusqlite::Result<_>>()?;
        self.change = self.streams.values().flatten().copied().max().unwrap_or(0);
        if has_changes {
            self.mark = self.mark_of(self.change)?;
        }
        Ok(())
    }

    /// The mark that changes up to a number had.
    pub(crate) fn mark_of(&self, change: i64) -> rusqlite::Result<Option<i64>> {
        let sql = "SELECT mark FROM _capture_changes WHERE change <= ?1 ORDER BY change DESC LIMIT 1";
        self.connection.query_row(sql, [change], |row| row.get(0)).optional()
    }

    /// Whether a stream has a table.
    pub(crate) fn has(&self, stream: &str) -> bool {
        self.streams.contains_key(stream)
    }

    /// Whether something of a stream changed since a number.
    pub(crate) fn has_changed(&self, stream: &str, since: i64) -> bool {
        self.streams.get(stream).is_some_and(|change| change.is_none_or(|change| change > since))
    }

    /// Shows a stream's records: all, or those that changed since a number. What is no JSON is left out.
    pub(crate) fn each(
        &self,
        stream: &str,
        since: Option<i64>,
        show: &mut dyn FnMut(&Json<'_>, Option<&str>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let table = sink_sqlite::rows_table(stream);
        let condition = if since.is_some() { " WHERE _change > ?1" } else { "" };
        let sql = format!("SELECT coalesce(_mended, _record), _deleted_at FROM {table}{condition}");
        let mut select = self.connection.prepare(&sql)?;
        if let Some(since) = since {
            select.raw_bind_parameter(1, since)?;
        }
        let mut rows = select.raw_query();
        while let Some(row) = rows.next()? {
            let Some(record) = Json::parse(row.get_ref(0)?.as_bytes().unwrap_or_default()) else { continue };
            let deleted_at = row.get_ref(1)?.as_str_or_null()?;
            let deleted_at =
                deleted_at.and_then(|at| at.parse::<Timestamp>().ok()).map(crate::values::written);
            show(&record, deleted_at.as_deref())?;
        }
        Ok(())
    }
}
