//! What is in a copy.

use rusqlite::OptionalExtension;
use sink_sqlite::rows_table;

use crate::Snapshot;
use crate::error::Error;

/// A stream of the copy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamInfo {
    /// Its name, and that of its view.
    pub name: String,
    /// Records that exist.
    pub records: u64,
    /// When it was committed last; `None` if it was never listed whole.
    pub as_of: Option<jiff::Timestamp>,
}

/// A column of a stream's view.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// Its name, that of the record's member.
    pub name: String,
    /// Its kind in the newest records: a word of SQLite's `json_type`, or `null`.
    pub kind: String,
}

/// Records that are looked at for the kinds of columns.
const SAMPLE: u32 = 200;

impl Snapshot {
    /// The streams of the copy, by name.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn streams(&self) -> Result<Vec<StreamInfo>, Error> {
        let sql = "SELECT stream, (SELECT count(*) FROM _capture_live WHERE stream = id)
            FROM _capture_streams ORDER BY stream";
        let mut select = self.connection.prepare(sql)?;
        let rows = select.query_map([], |row| {
            let (name, records): (String, i64) = (row.get(0)?, row.get(1)?);
            Ok(StreamInfo { as_of: self.as_of([&*name]), name, records: records.unsigned_abs() })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The columns of a stream's view that are members of its records.
    ///
    /// # Errors
    /// [`Error::UnknownStream`].
    pub fn columns(&self, stream: &str) -> Result<Vec<Column>, Error> {
        let table = self.table(stream)?;
        let fields = "SELECT fields FROM _capture_streams WHERE stream = ?1";
        let fields: String = self.connection.query_row(fields, [stream], |row| row.get(0))?;
        let fields: Vec<String> = serde_json::from_str(&fields).unwrap_or_default();
        let sql = format!(
            "SELECT each.key, max(each.type) FROM
                (SELECT coalesce(_mended, _record) AS record FROM {table} WHERE _deleted_at IS NULL
                 ORDER BY _row DESC LIMIT {SAMPLE}),
                json_each(record) AS each
             WHERE each.type <> 'null' GROUP BY each.key"
        );
        let mut select = self.connection.prepare(&sql)?;
        let kinds: std::collections::BTreeMap<String, String> =
            select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
        let kind = |name: &String| match kinds.get(name).map(String::as_str) {
            Some("true" | "false") => "boolean".to_owned(),
            Some(kind) => kind.to_owned(),
            None => "null".to_owned(),
        };
        Ok(fields.into_iter().map(|name| Column { kind: kind(&name), name }).collect())
    }

    /// Streams that were ever listed whole.
    pub(crate) fn listed_streams(&self) -> Vec<&str> {
        let listed = self.state.streams.iter().filter(|(_, state)| state.listed.last_full.is_some());
        listed.map(|(name, _)| &**name).collect()
    }

    /// The table of a stream, quoted.
    pub(crate) fn table(&self, stream: &str) -> Result<String, Error> {
        let sql = "SELECT id FROM _capture_streams WHERE stream = ?1";
        let id: Option<i64> = self.connection.query_row(sql, [stream], |row| row.get(0)).optional()?;
        id.map(|_| rows_table(stream)).ok_or_else(|| Error::UnknownStream(stream.to_owned()))
    }
}
