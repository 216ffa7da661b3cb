//! From records to rows: the paths of the definitions, followed.

use std::collections::{BTreeMap, HashSet};

use rusqlite::{CachedStatement, Connection};

use crate::json::{Json, NULL};
use crate::options::Options;
use crate::special;
use crate::table::{Column, Table};
use crate::values::{Cell, cell};

/// Where a value stands: in the record instead of the element, and on which path.
type Place = (bool, Vec<&'static str>);

enum Getter {
    Places(Vec<Place>),
    Index,
    Special(special::Function),
}

/// Reads a table's rows from records of one stream.
pub(crate) struct Reader<'c> {
    pub(crate) table: &'static Table,
    array: Array,
    columns: Vec<(&'static Column, Getter)>,
    /// Places of the key's columns, where rows of one record could have the same.
    key: Vec<usize>,
    insert: CachedStatement<'c>,
    /// How many rows were made.
    pub(crate) rows: u64,
    /// Values of the last record that did not parse, by column.
    pub(crate) unparsed: BTreeMap<&'static str, u64>,
}

enum Array {
    Record,
    Elements(Vec<Vec<&'static str>>),
    Fields,
}

fn path(text: &'static str) -> Vec<&'static str> {
    text.split('.').filter(|name| !name.is_empty()).collect()
}

impl<'c> Reader<'c> {
    /// Rows go into `into`, which has the columns that are read, `deleted_at`, and `is_live` if `is_final`.
    pub(crate) fn new(
        connection: &'c Connection,
        table: &'static Table,
        each: &'static str,
        into: &str,
        is_final: bool,
    ) -> rusqlite::Result<Self> {
        let columns: Vec<(&'static Column, Getter)> =
            table.read_columns().map(|column| (column, getter(column.from))).collect();
        let mut names: Vec<&str> = columns.iter().map(|(column, _)| column.name).collect();
        names.push("deleted_at");
        if is_final {
            names.push("is_live");
        }
        let marks = vec!["?"; names.len()].join(", ");
        let sql = format!("INSERT INTO {into} ({}) VALUES ({marks})", names.join(", "));
        let array = match each {
            "" => Array::Record,
            "!fields" => Array::Fields,
            each => Array::Elements(each.split('|').map(path).collect()),
        };
        let key = match array {
            Array::Record => Vec::new(),
            _ => table
                .key
                .iter()
                .filter_map(|name| columns.iter().position(|(column, _)| column.name == *name))
                .collect(),
        };
        let insert = connection.prepare_cached(&sql)?;
        Ok(Self { table, array, columns, key, insert, rows: 0, unparsed: BTreeMap::new() })
    }

    /// The rows of a record.
    pub(crate) fn read(
        &mut self,
        record: &Json<'_>,
        deleted_at: Option<&str>,
        options: &Options,
    ) -> rusqlite::Result<()> {
        match &self.array {
            Array::Record => self.row(record, record, 0, deleted_at, options, &mut None),
            Array::Fields => {
                let mut seen = Some(HashSet::new());
                for (place, (section, field)) in special::fields(record).into_iter().enumerate() {
                    let mut members = match field {
                        Json::Object(members) => members.clone(),
                        _ => continue,
                    };
                    members.push(("sectionTitle".into(), section.clone()));
                    self.row(record, &Json::Object(members), place, deleted_at, options, &mut seen)?;
                }
                Ok(())
            }
            Array::Elements(paths) => {
                let found = paths.iter().map(|path| record.at(path)).find(|value| !value.is_null());
                let mut seen = Some(HashSet::new());
                for (place, element) in found.unwrap_or(&NULL).list().iter().enumerate() {
                    self.row(record, element, place, deleted_at, options, &mut seen)?;
                }
                Ok(())
            }
        }
    }

    fn row(
        &mut self,
        record: &Json<'_>,
        element: &Json<'_>,
        place: usize,
        deleted_at: Option<&str>,
        options: &Options,
        seen: &mut Option<HashSet<String>>,
    ) -> rusqlite::Result<()> {
        let mut cells: Vec<Cell<'_>> = Vec::with_capacity(self.columns.len());
        for (column, getter) in &self.columns {
            let value = match getter {
                Getter::Index => Some(Cell::Int(place as i64)),
                Getter::Special(function) => Some(function(element, options)),
                Getter::Places(places) => {
                    let found = places
                        .iter()
                        .map(|(is_outside, path)| if *is_outside { record } else { element }.at(path))
                        .find(|value| {
                            !(value.is_null() || places.len() > 1 && matches!(value, Json::Object(_)))
                        });
                    cell(found.unwrap_or(&NULL), column.kind, &options.zone)
                }
            };
            cells.push(value.unwrap_or_else(|| {
                *self.unparsed.entry(column.name).or_default() += 1;
                Cell::Null
            }));
        }
        if let Some(seen) = seen {
            let key: Vec<&str> =
                self.key.iter().map(|place| cells[*place].text().unwrap_or_default()).collect();
            if cells.iter().enumerate().any(|(at, cell)| self.key.contains(&at) && *cell == Cell::Null)
                || (!self.key.iter().any(|at| matches!(cells[*at], Cell::Int(_)))
                    && !seen.insert(key.join("\u{1f}")))
            {
                return Ok(());
            }
        }
        for (place, cell) in cells.iter().enumerate() {
            self.insert.raw_bind_parameter(place + 1, cell)?;
        }
        self.insert.raw_bind_parameter(cells.len() + 1, deleted_at)?;
        if self.insert.parameter_count() > cells.len() + 1 {
            self.insert.raw_bind_parameter(cells.len() + 2, deleted_at.is_none())?;
        }
        self.insert.raw_execute()?;
        self.rows += 1;
        Ok(())
    }
}

fn getter(from: &'static str) -> Getter {
    if from == "#" {
        return Getter::Index;
    }
    if let Some(name) = from.strip_prefix('!') {
        return Getter::Special(special::function(name));
    }
    let places = from.split('|').map(|one| match one.strip_prefix('^') {
        Some(outside) => (true, path(outside)),
        None => (false, path(one)),
    });
    Getter::Places(places.collect())
}

/// The key of the record that a table's rows are made of, as their column has it. `each` is the array that they stand in.
pub(crate) fn key_text(record: &Json<'_>, table: &Table, each: &str) -> Option<String> {
    let name = *table.record.last()?;
    let column = table.columns.iter().find(|column| column.name == name)?;
    let Getter::Places(places) = getter(column.from) else { return None };
    let here = places.iter().filter(|(is_outside, _)| *is_outside || each.is_empty());
    let found = here.map(|(_, path)| record.at(path)).find(|value| !value.is_null())?;
    found.text().map(str::to_owned)
}
