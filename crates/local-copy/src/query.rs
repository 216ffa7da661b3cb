//! One query of somebody else's.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement};
use serde_json::Value;

use crate::LocalCopy;
use crate::error::Error;
use crate::guard::{Cancel, Limits, Names, Reach, Watch, guard};
use crate::views::{self, Rows};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Query {
    /// One `SELECT`, with or without `WITH` before it.
    pub sql: String,
    /// Rows to pass over.
    pub offset: u64,
    /// The [`Answer::moment`] that the rows passed over were of. Another one is an error.
    pub moment: Option<u64>,
    /// Rows of the answer at most.
    pub rows_max: usize,
    /// Whether records that are gone are among the rows.
    pub with_deleted: bool,
    /// What it may cost.
    pub limits: Limits,
}

impl Query {
    /// A query for up to 100 rows of what exists.
    pub fn new(sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            offset: 0,
            moment: None,
            rows_max: 100,
            with_deleted: false,
            limits: Limits::default(),
        }
    }
}

/// What a query gave.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// Names of the columns; those that come twice have a number behind them (`id`, `id_2`).
    pub columns: Vec<String>,
    /// Values: text, numbers, `null`; what is no text (blobs) is in hexadecimal.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more rows.
    pub truncated: bool,
    /// Of which moment the copy was: another number after each commit.
    pub moment: u64,
    /// When the copy was committed last, of all its streams the oldest that was ever listed whole.
    pub as_of: Option<jiff::Timestamp>,
}

impl LocalCopy {
    /// Runs a query. Nothing that its text says makes it write, reach other files, read beneath the views or go on
    /// beyond its limits.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::Sql`], [`Error::TooSlow`], [`Error::TooLarge`], [`Error::GivenUp`],
    /// [`Error::Changed`]; [`Error::NoCopy`] and [`Error::Copy`].
    pub fn query(&self, query: &Query, cancel: &Cancel) -> Result<Answer, Error> {
        let snapshot = self.snapshot()?;
        let as_of = snapshot.as_of(snapshot.listed_streams());
        let moment = moment(&snapshot.connection)?;
        if query.moment.is_some_and(|asked| asked != moment) {
            return Err(Error::Changed);
        }
        let names = Names::new();
        let rows_shown = if query.with_deleted { Rows::All } else { Rows::Live };
        views::make(&snapshot, &names, rows_shown, &query.sql)?;
        let mut connection = snapshot.connection;
        let (columns, rows, truncated) = answer(&mut connection, &Reach::Views(names), query, cancel)?;
        Ok(Answer { columns, rows, truncated, moment, as_of })
    }
}

/// Columns, rows, and whether there are more of these.
pub(crate) type Found = (Vec<String>, Vec<Vec<Value>>, bool);

/// Leaves the connection to the query.
pub(crate) fn answer(
    connection: &mut Connection,
    reach: &Reach,
    query: &Query,
    cancel: &Cancel,
) -> Result<Found, Error> {
    let watch = guard(connection, reach, query.limits, cancel)?;
    let mut statement = connection.prepare(&query.sql).map_err(|error| watch.explain(error))?;
    check(&statement)?;
    let (rows, truncated) = rows(&mut statement, query, &watch)?;
    Ok((distinct(statement.column_names()), rows, truncated))
}

/// A statement that reads, gives rows, and is no explanation of another.
fn check(statement: &Statement<'_>) -> Result<(), Error> {
    let refused = |why: &str| Err(Error::Refused(why.to_owned()));
    if statement.column_count() == 0 {
        return refused("it reads nothing");
    }
    if !statement.readonly() {
        return refused("it is no reading");
    }
    if statement.is_explain() != 0 {
        return refused("it explains a query instead of running it");
    }
    if statement.parameter_count() > 0 {
        return refused("it has parameters without values");
    }
    Ok(())
}

fn rows(
    statement: &mut Statement<'_>,
    query: &Query,
    watch: &Watch,
) -> Result<(Vec<Vec<Value>>, bool), Error> {
    let width = statement.column_count();
    let explain = |error| watch.explain(error);
    let mut found = statement.raw_query();
    let (mut all, mut bytes, mut passed) = (Vec::new(), 0, 0);
    while let Some(row) = found.next().map_err(explain)? {
        if passed < query.offset {
            passed += 1;
            continue;
        }
        if all.len() == query.rows_max || bytes > query.limits.answer_bytes {
            return Ok((all, true));
        }
        let mut values = Vec::with_capacity(width);
        for column in 0..width {
            let value = row.get_ref(column).map_err(explain)?;
            bytes += 8 + value.as_bytes_or_null().ok().flatten().map_or(0, <[u8]>::len);
            values.push(json(value));
        }
        all.push(values);
    }
    Ok((all, false))
}

/// A value as JSON.
pub(crate) fn json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
    }
}

/// The names, none of them twice.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        let mut own = name.to_owned();
        let mut number = 1;
        while all.contains(&own) {
            number += 1;
            own = format!("{name}_{number}");
        }
        all.push(own);
    }
    all
}

/// Another number after each commit: each moves the state, or what is known of streams.
fn moment(connection: &Connection) -> Result<u64, Error> {
    let mut hasher = DefaultHasher::new();
    for sql in [
        "SELECT stream, state FROM _capture_state ORDER BY stream",
        "SELECT stream, coalesce(changed_at, '') FROM _capture_streams ORDER BY stream",
    ] {
        let mut select = connection.prepare(sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..2 {
                row.get_ref(column)?.as_bytes().unwrap_or_default().hash(&mut hasher);
            }
        }
    }
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_one_name_are_told_apart() {
        assert_eq!(
            distinct(["id", "name", "id", "id_2", "id"].into_iter()),
            ["id", "name", "id_2", "id_2_2", "id_3"]
        );
    }
}
