//! Whether a model says what the records say now.

use std::path::Path;

use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::info;
use crate::place::{VERSION, open, path_of};
use crate::raw::Raw;

/// The model beside the records, to be read, if it says all that they say at this moment of these streams; `None` if there
/// is none, or it is behind, of another version, or without one of the streams.
///
/// # Errors
/// What cannot be read of either file.
pub fn current(records: &Path, streams: &[&str]) -> Result<Option<Connection>> {
    let model = path_of(records);
    let connection = match open(&model) {
        Ok(connection) => connection,
        Err(Error::Missing(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let raw = Raw::open(records)?;
    let is_current = || -> rusqlite::Result<bool> {
        let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let number = |key| -> rusqlite::Result<Option<i64>> {
            Ok(info::get(&connection, key)?.and_then(|text| text.parse().ok()))
        };
        Ok(version == VERSION
            && streams.iter().all(|stream| raw.has(stream))
            && raw.mark.is_some()
            && number("through_change")? == Some(raw.change)
            && number("through_mark")? == raw.mark)
    };
    let is_current = is_current().map_err(Error::sqlite(&model))?;
    Ok(is_current.then_some(connection))
}
