//! Records, one by one and page by page.

use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, params_from_iter};
use serde_json::Value;

use crate::Snapshot;
use crate::error::Error;
use crate::sight::Glass;

/// A record of the copy.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Held {
    /// Its key.
    pub key: String,
    /// It, byte for byte as it was received; of an erased one only the key.
    pub record: Vec<u8>,
    /// How it is known to be gone: `unseen`, `not_found`, `reported`, `merged`, `erased`, or nothing where that is not known.
    pub gone: Option<String>,
    /// The key of the record it was merged into.
    pub merged_into: Option<String>,
}

/// Shows no values.
impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Held({} bytes)", self.record.len())
    }
}

/// What a member of a record must be.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Member names, from the outermost inwards.
    pub path: Vec<String>,
    /// What stands there, or is one of the items there; `null` also if nothing does.
    pub value: Value,
}

/// Which records are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What all of them have.
    pub filters: Vec<Filter>,
    /// Only what was last changed at this instant or later: `updatedAt`, or else `createdAt`, or else when it was captured.
    pub since: Option<jiff::Timestamp>,
    /// Behind this row.
    pub after: Option<i64>,
    /// So many at most.
    pub limit: usize,
}

/// Some records.
#[derive(Debug)]
#[non_exhaustive]
pub struct Page {
    /// In the order in which the copy got to know them.
    pub records: Vec<Held>,
    /// Behind which row others follow; `None` after the last.
    pub next: Option<i64>,
    /// The rows of the records, for whoever takes not all of them.
    pub rows: Vec<i64>,
    /// How many there are in all, where nothing but the stream was asked for.
    pub total: Option<u64>,
}

const COLUMNS: &str = "_row, _key, _record, CASE WHEN _deleted_at IS NULL THEN NULL ELSE coalesce(_deleted_why, '') END, _merged_into";

/// Where some records are not seen, so many are read at once.
const READ_AT_ONCE: usize = 200;

/// A record as it is seen, if it is.
fn seen(mut held: Held, glass: Option<&dyn Glass>) -> Option<Held> {
    let Some(glass) = glass else { return Some(held) };
    held.record = glass.shown(&held.record)?.into_owned();
    held.merged_into = held.merged_into.map(|key| glass.key(&key).unwrap_or(key));
    held.key = glass.key(&held.key).unwrap_or(held.key);
    Some(held)
}

fn held(row: &rusqlite::Row<'_>) -> rusqlite::Result<(i64, Held)> {
    let record = row.get_ref(2)?.as_bytes()?.to_vec();
    Ok((row.get(0)?, Held { key: row.get(1)?, record, gone: row.get(3)?, merged_into: row.get(4)? }))
}

impl Snapshot {
    /// The record of this key, also one that is gone.
    ///
    /// # Errors
    /// [`Error::UnknownStream`].
    pub fn get(&self, stream: &str, key: &str) -> Result<Option<Held>, Error> {
        let table = self.table(stream)?;
        let glass = self.glass(stream);
        let real = match &glass {
            Some(glass) if glass.key("").is_some() => match self.real_key(&table, &**glass, key)? {
                Some(real) => real,
                None => return Ok(None),
            },
            _ => key.to_owned(),
        };
        let sql = format!("SELECT {COLUMNS} FROM {table} WHERE _key = ?1");
        let found =
            self.connection.query_row(&sql, [real], |row| held(row).map(|(_, held)| held)).optional()?;
        Ok(found.and_then(|held| seen(held, glass.as_deref())))
    }

    /// The key that is seen as this one.
    fn real_key(&self, table: &str, glass: &dyn Glass, key: &str) -> Result<Option<String>, Error> {
        let mut select = self.connection.prepare(&format!("SELECT _key FROM {table}"))?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let real: String = row.get(0)?;
            if glass.key(&real).as_deref() == Some(key) {
                return Ok(Some(real));
            }
        }
        Ok(None)
    }

    /// Shows each record of a stream that exists.
    ///
    /// # Errors
    /// [`Error::UnknownStream`].
    pub fn each(&self, stream: &str, mut show: impl FnMut(&[u8])) -> Result<(), Error> {
        let sql = format!("SELECT _record FROM {} WHERE _deleted_at IS NULL", self.table(stream)?);
        let mut select = self.connection.prepare(&sql)?;
        let mut rows = select.query([])?;
        let glass = self.glass(stream);
        while let Some(row) = rows.next()? {
            let record = row.get_ref(0)?.as_bytes().unwrap_or_default();
            match &glass {
                None => show(record),
                Some(glass) => glass.shown(record).iter().for_each(|record| show(record)),
            }
        }
        Ok(())
    }

    /// The record of this row.
    pub(crate) fn row(&self, stream: &str, row: i64) -> Result<Option<Held>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM {} WHERE _row = ?1", self.table(stream)?);
        let found =
            self.connection.query_row(&sql, [row], |row| held(row).map(|(_, held)| held)).optional()?;
        Ok(found.and_then(|held| seen(held, self.glass(stream).as_deref())))
    }

    /// Records that exist.
    ///
    /// # Errors
    /// [`Error::UnknownStream`]; [`Error::Sql`] for a path that none can be, [`Error::Hidden`] for one that may not be seen.
    pub fn page(&self, stream: &str, wanted: &Wanted) -> Result<Page, Error> {
        let Some(glass) = self.glass(stream) else { return self.whole_page(stream, wanted, true) };
        if let Some(hidden) = wanted.filters.iter().find(|filter| !glass.may_be_asked(&filter.path)) {
            return Err(Error::Hidden(hidden.path.join(".")));
        }
        let knows_change =
            ["updatedAt", "createdAt"].iter().all(|name| glass.may_be_asked(&[(*name).to_owned()]));
        let (mut records, mut rows, mut next, mut total) = (Vec::new(), Vec::new(), wanted.after, None);
        // Of a page some records may not be seen; then others come in their place.
        'pages: while records.len() < wanted.limit {
            let limit = wanted.limit.max(if glass.hides_records() { READ_AT_ONCE } else { 0 });
            let part = Wanted { after: next, limit, ..wanted.clone() };
            let page = self.whole_page(stream, &part, knows_change)?;
            total = total.or(page.total);
            let mut found = page.records.into_iter().zip(page.rows).peekable();
            while let Some((held, row)) = found.next() {
                let Some(held) = seen(held, Some(&*glass)) else { continue };
                records.push(held);
                rows.push(row);
                if records.len() == wanted.limit {
                    let is_more = found.peek().is_some() || page.next.is_some();
                    next = Some(row).filter(|_| is_more);
                    break 'pages;
                }
            }
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        Ok(Page { records, rows, next, total: total.filter(|_| !glass.hides_records()) })
    }

    /// The same, whatever may be seen. `by_change` is whether it may show when records changed.
    fn whole_page(&self, stream: &str, wanted: &Wanted, by_change: bool) -> Result<Page, Error> {
        let mut sql =
            format!("SELECT {COLUMNS} FROM {} WHERE _deleted_at IS NULL AND _row > ?", self.table(stream)?);
        let mut values = vec![Sql::Integer(wanted.after.unwrap_or(0))];
        for filter in &wanted.filters {
            push_filter(filter, &mut sql, &mut values)?;
        }
        if let Some(since) = wanted.since {
            let record = "coalesce(_mended, _record)";
            let changed = match by_change {
                true => format!(
                    "coalesce(json_extract({record}, '$.updatedAt'), json_extract({record}, '$.createdAt'), _captured_at)"
                ),
                false => "_captured_at".to_owned(),
            };
            sql.push_str(&format!(" AND {changed} >= ?"));
            values.push(Sql::Text(since.strftime("%FT%T.%3fZ").to_string()));
        }
        sql.push_str(&format!(" ORDER BY _row LIMIT {}", wanted.limit.saturating_add(1)));
        let mut select = self.connection.prepare(&sql)?;
        let found = select.query_map(params_from_iter(values), held)?;
        let mut found: Vec<(i64, Held)> = found.collect::<rusqlite::Result<_>>()?;
        let is_more = found.len() > wanted.limit;
        found.truncate(wanted.limit);
        let next = found.last().map(|(row, _)| *row).filter(|_| is_more);
        let (rows, records) = found.into_iter().unzip();
        let total = if wanted.filters.is_empty() && wanted.since.is_none() {
            let count = "SELECT count(*) FROM _capture_live
                WHERE stream = (SELECT id FROM _capture_streams WHERE stream = ?1)";
            Some(self.connection.query_row(count, [stream], |row| row.get::<_, i64>(0))?.unsigned_abs())
        } else {
            None
        };
        Ok(Page { records, next, rows, total })
    }
}

fn push_filter(filter: &Filter, sql: &mut String, values: &mut Vec<Sql>) -> Result<(), Error> {
    let is_odd = |name: &String| name.is_empty() || name.contains(['"', '\\']);
    if filter.path.is_empty() || filter.path.iter().any(is_odd) {
        return Err(Error::Sql("a name in the filter is no member's".to_owned()));
    }
    let path: String = std::iter::once("$".to_owned())
        .chain(filter.path.iter().map(|name| format!(".\"{name}\"")))
        .collect();
    let value = match &filter.value {
        Value::Null => Sql::Null,
        Value::Bool(truth) => Sql::Integer(i64::from(*truth)),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Sql::Integer(number),
            None => Sql::Real(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Sql::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => {
            return Err(Error::Sql("a filter compares with text, a number, true, false or null".to_owned()));
        }
    };
    let record = "coalesce(_mended, _record)";
    sql.push_str(&format!(" AND (json_extract({record}, ?) IS ?"));
    values.extend([Sql::Text(path.clone()), value.clone()]);
    if value != Sql::Null {
        sql.push_str(&format!(
            " OR json_type({record}, ?) = 'array' AND EXISTS (SELECT 1 FROM json_each({record}, ?) WHERE value IS ?)"
        ));
        values.extend([Sql::Text(path.clone()), Sql::Text(path), value]);
    }
    sql.push(')');
    Ok(())
}
