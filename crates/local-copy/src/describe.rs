//! What is in a copy.

use rusqlite::OptionalExtension;
use sink_sqlite::rows_table;

use crate::Snapshot;
use crate::error::Error;
use crate::sight::{Glass, Sight};

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
        let mut streams: Vec<StreamInfo> = rows.collect::<rusqlite::Result<_>>()?;
        for stream in &mut streams {
            if self.glass(&stream.name).is_some_and(|glass| glass.hides_records()) {
                stream.records = 0;
                self.each(&stream.name, |_| stream.records += 1)?;
            }
        }
        Ok(streams)
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
        if let Some(glass) = self.glass(stream) {
            return self.columns_through(&table, fields, &*glass);
        }
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

    /// The same, as they are seen.
    fn columns_through(
        &self,
        table: &str,
        fields: Vec<String>,
        glass: &dyn Glass,
    ) -> Result<Vec<Column>, Error> {
        let sql = format!(
            "SELECT _record FROM {table} WHERE _deleted_at IS NULL ORDER BY _row DESC LIMIT {SAMPLE}"
        );
        let mut select = self.connection.prepare(&sql)?;
        let mut rows = select.query([])?;
        let mut kinds: std::collections::BTreeMap<String, &str> = std::collections::BTreeMap::new();
        while let Some(row) = rows.next()? {
            let Some(record) = glass.shown(row.get_ref(0)?.as_bytes().unwrap_or_default()) else { continue };
            // What comes before a fault is as good as any.
            let _ = json_slices::members(&record, |name, value| {
                let kind = match value.first() {
                    Some(b'"') => "text",
                    Some(b'{') => "object",
                    Some(b'[') => "array",
                    Some(b't' | b'f') => "boolean",
                    Some(b'n') | None => return,
                    Some(_) if value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-') => "integer",
                    Some(_) => "real",
                };
                kinds.entry(name.lossy().into_owned()).or_insert(kind);
            });
        }
        let is_seen = |name: &String| glass.member(name) != Sight::Hidden;
        let column =
            |name: String| Column { kind: kinds.get(&name).copied().unwrap_or("null").to_owned(), name };
        Ok(fields.into_iter().filter(is_seen).map(column).collect())
    }

    /// Streams that were ever listed whole.
    pub fn listed_streams(&self) -> Vec<&str> {
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
