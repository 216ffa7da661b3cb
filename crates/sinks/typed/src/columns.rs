//! The columns of a stream: one for each top-level member that its records have shown.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use capture_core::{Error, ErrorKind, FieldKind, Shape};
use json_slices::members;

use crate::names;

/// Names longer than this are data rather than names.
const NAME_BYTES_MAX: usize = 1_000;

/// More shapes than these are not remembered: records of a stream have a few.
const SHAPES_MAX: usize = 4_096;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnType {
    /// Text.
    Text,
    /// A point in time.
    Instant,
    /// A whole number of 64 bits.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// JSON.
    Json,
}

impl ColumnType {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Text, Self::Instant, Self::Integer, Self::Number, Self::Boolean, Self::Json];

    /// That of a column for values of a kind.
    pub fn of(kind: FieldKind) -> Self {
        match kind {
            FieldKind::String => Self::Text,
            FieldKind::Instant => Self::Instant,
            FieldKind::Integer => Self::Integer,
            FieldKind::Number => Self::Number,
            FieldKind::Boolean => Self::Boolean,
            FieldKind::Array | FieldKind::Object | FieldKind::Any => Self::Json,
        }
    }
}

/// A column that shows a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The member's name as the mended record has it.
    pub member: String,
    /// The column's.
    pub name: String,
    /// `None` if it was given a type in which members have no place.
    pub column_type: Option<ColumnType>,
}

/// Where the values of a record go: for each of its members, in their order, the column.
type Route = Arc<[Option<u16>]>;

/// The columns of a stream, in their order.
#[derive(Debug, Default)]
pub struct Columns {
    ordered: Vec<Column>,
    by_member: HashMap<String, u16>,
    /// Names of columns, others' among them.
    taken: HashSet<String>,
    routes: HashMap<Shape, Route>,
    /// How many there may be.
    max: usize,
}

/// Members that have no column yet, with the type that it is to have.
pub type Wanted = BTreeMap<String, ColumnType>;

impl Columns {
    /// Those that are there, of as many as there may be. `taken` are names that are no members'.
    pub fn new(
        columns: impl IntoIterator<Item = Column>,
        taken: impl IntoIterator<Item = String>,
        max: usize,
    ) -> Self {
        let mut all = Self { taken: taken.into_iter().collect(), max, ..Self::default() };
        for column in columns {
            all.taken.insert(column.name.clone());
            all.put(column);
        }
        all
    }

    fn put(&mut self, column: Column) {
        let Ok(index) = u16::try_from(self.ordered.len()) else { return };
        self.by_member.insert(column.member.clone(), index);
        self.ordered.push(column);
        self.routes.clear();
    }

    /// Columns for members that have none, as far as there is room; those that are new. `noted` says how members
    /// were called before.
    pub fn add(&mut self, wanted: &Wanted) -> Vec<Column> {
        let mut added = Vec::new();
        for (member, column_type) in wanted {
            if self.by_member.contains_key(member) || self.is_full() {
                continue;
            }
            let column = Column {
                member: member.clone(),
                name: names::column(member, &mut self.taken),
                column_type: Some(*column_type),
            };
            self.put(column.clone());
            added.push(column);
        }
        added
    }

    fn is_full(&self) -> bool {
        self.ordered.len() >= self.max
    }

    /// All of them.
    pub fn all(&self) -> &[Column] {
        &self.ordered
    }

    /// The members of a mended record that could have a column and have none.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] if it is no JSON object.
    pub fn missing(
        &self,
        stream: &str,
        record: &[u8],
        shape: Option<Shape>,
        missing: &mut BTreeSet<String>,
    ) -> Result<(), Error> {
        if self.is_full() || shape.is_some_and(|shape| self.routes.contains_key(&shape)) {
            return Ok(());
        }
        let walked = members(record, |name, _| {
            let name = name.lossy();
            if name.len() <= NAME_BYTES_MAX && !self.by_member.contains_key(&*name) {
                missing.insert(name.into_owned());
            }
        });
        walked.map_err(|_| no_object(stream))
    }

    /// The values of a mended record, each with its column.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] if it is no JSON object.
    pub fn values<'a>(
        &mut self,
        stream: &str,
        record: &'a [u8],
        shape: Option<Shape>,
        mut value: impl FnMut(u16, &'a [u8]),
    ) -> Result<(), Error> {
        if let Some(route) = shape.and_then(|shape| self.routes.get(&shape)) {
            let mut route = route.iter();
            return members(record, |_, json| {
                if let Some(Some(column)) = route.next() {
                    value(*column, json);
                }
            })
            .map_err(|_| no_object(stream));
        }
        let mut route = Vec::new();
        members(record, |name, json| {
            let column = self.by_member.get(&*name.lossy()).copied();
            route.push(column);
            if let Some(column) = column {
                value(column, json);
            }
        })
        .map_err(|_| no_object(stream))?;
        if let Some(shape) = shape
            && self.routes.len() < SHAPES_MAX
        {
            self.routes.insert(shape, route.into());
        }
        Ok(())
    }
}

fn no_object(stream: &str) -> Error {
    Error::new(ErrorKind::Data, format!("a record of {stream} is not a JSON object"))
        .with_hint("run again; if it stays so, please report it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_find_their_columns_by_shape_and_without() {
        let mut columns = Columns::new([], [], 300);
        let mut missing = BTreeSet::new();
        let record = br#"{"id":"a","Id":1,"x\u0079":true}"#;
        columns.missing("pets", record, None, &mut missing).unwrap();
        let wanted: Wanted = missing.into_iter().map(|member| (member, ColumnType::Json)).collect();
        let added: Vec<String> = columns.add(&wanted).into_iter().map(|column| column.name).collect();
        assert_eq!((&*added[0], &*added[2]), ("id", "xy"));
        assert!(added[1].starts_with("id_"), "{added:?}");
        assert!(columns.add(&wanted).is_empty());
        for shape in [None, Some(Shape::new(7)), Some(Shape::new(7))] {
            let mut seen = Vec::new();
            columns.values("pets", record, shape, |column, json| seen.push((column, json))).unwrap();
            assert_eq!(seen, [(1, &b"\"a\""[..]), (0, b"1"), (2, b"true")]);
        }
        assert!(columns.values("pets", b"[]", None, |_, _| {}).is_err());
    }

    #[test]
    fn there_is_an_end_to_columns() {
        let mut columns = Columns::new([], [], 300);
        let wanted = (0..1_000).map(|number| (format!("field{number}"), ColumnType::Json)).collect();
        assert_eq!(columns.add(&wanted).len(), 300);
        let mut missing = BTreeSet::new();
        columns.missing("pets", br#"{"new":1}"#, None, &mut missing).unwrap();
        assert!(missing.is_empty());
    }
}
