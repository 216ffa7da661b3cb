//! The columns of a stream's view: one for each top-level field that its records have shown.

use std::collections::HashSet;

use capture_core::{Error, ErrorKind, FieldKind, Shape, StreamDescriptor};
use json_slices::members;

use rusqlite::Connection;

use crate::names::{quoted, rows_table};

/// Names of the columns that every view has, and of SQLite's names for row numbers.
const RESERVED: [&str; 13] = [
    "_key",
    "_hash",
    "_captured_at",
    "_deleted_at",
    "_deleted_why",
    "_merged_into",
    "_scope",
    "_record",
    "_mended",
    "_change",
    "rowid",
    "oid",
    "_rowid_",
];

/// SQLite allows 2,000 columns; some are ours.
const FIELDS_MAX: usize = 1_900;

/// More shapes than these are not remembered: records of a stream have a few.
const SHAPES_MAX: usize = 4_096;

/// Names longer than this are data rather than names.
const NAME_BYTES_MAX: usize = 1_000;

/// Field names in the order of their columns.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    ordered: Vec<String>,
    known: HashSet<String>,
    /// Shapes of records whose names are known.
    shapes: HashSet<Shape>,
    /// In ASCII lower case, as SQLite compares column names.
    taken: HashSet<String>,
}

impl Fields {
    /// Adds a name unless it cannot be a column: it is taken but for its case, or a JSON path cannot hold it.
    /// Returns whether it was added.
    pub(crate) fn add(&mut self, name: &str) -> bool {
        let is_path = (1..=NAME_BYTES_MAX).contains(&name.len())
            && !name.contains(|letter: char| matches!(letter, '"' | '\\') || letter < ' ');
        let lower = name.to_ascii_lowercase();
        if !is_path
            || self.ordered.len() >= FIELDS_MAX
            || RESERVED.contains(&lower.as_str())
            || !self.taken.insert(lower)
        {
            return false;
        }
        self.known.insert(name.to_owned());
        self.ordered.push(name.to_owned());
        true
    }

    /// Those that were saved as JSON; `None` if that is no list of names.
    pub(crate) fn saved(names: &str) -> Option<Self> {
        let mut fields = Self::default();
        let names: Vec<String> = serde_json::from_str(names).ok()?;
        names.iter().for_each(|name| _ = fields.add(name));
        Some(fields)
    }

    /// The name under which a key of one text field stands: such a field is the key, and is found by the index, too.
    pub(crate) fn key_of(descriptor: &StreamDescriptor) -> Option<&str> {
        let [only] = &descriptor.key[..] else { return None };
        let mut fields = descriptor.fields.iter();
        fields.find(|field| field.name == *only && field.kind == FieldKind::String).map(|field| &*field.name)
    }

    /// Makes a stream's view, or makes it anew.
    pub(crate) fn make_view(
        &self,
        connection: &Connection,
        stream: &str,
        key: Option<&str>,
    ) -> rusqlite::Result<()> {
        let view = quoted(stream);
        let select = self.select(&rows_table(stream), key);
        connection.execute_batch(&format!("DROP VIEW IF EXISTS {view}; CREATE VIEW {view} AS {select};"))
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.ordered
    }

    /// Adds the top-level fields of a record, unless its shape says that they are known; returns whether there were new
    /// ones. A name that is no Unicode can have no column.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] if it is not a JSON object: in the database it would make every query of its table fail.
    pub(crate) fn add_from(
        &mut self,
        stream: &str,
        record: &[u8],
        shape: Option<Shape>,
    ) -> Result<bool, Error> {
        if shape.is_some_and(|shape| self.shapes.contains(&shape)) {
            return Ok(false);
        }
        let mut unknown = Vec::new();
        let walked = members(record, |name, _| {
            if let Some(name) = name.exact()
                && !self.known.contains(&*name)
            {
                unknown.push(name.into_owned());
            }
        });
        if walked.is_err() {
            let message = format!("a record of {stream} is not a JSON object");
            return Err(
                Error::new(ErrorKind::Data, message).with_hint("run again; if it stays so, please report it")
            );
        }
        if let Some(shape) = shape
            && self.shapes.len() < SHAPES_MAX
        {
            self.shapes.insert(shape);
        }
        Ok(unknown.iter().filter(|name| self.add(name)).count() > 0)
    }

    /// `SELECT` of the view. It says `json_extract`, since SQLite before 3.38 has no `->>`, which gives the same. Columns
    /// are those of the mended record, where there is one.
    fn select(&self, table: &str, key: Option<&str>) -> String {
        let mut sql = "SELECT _key".to_owned();
        for name in &self.ordered {
            let column = quoted(name);
            let value = match key {
                Some(key) if key == name => "_key".to_owned(),
                _ => {
                    format!("json_extract(coalesce(_mended, _record), '$.\"{}\"')", name.replace('\'', "''"))
                }
            };
            sql.push_str(&format!(", {value} AS {column}"));
        }
        sql.push_str(&format!(
            ", _captured_at, _deleted_at, _deleted_why, _merged_into, _scope, _record FROM {table}"
        ));
        sql
    }
}
