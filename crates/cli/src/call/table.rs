//! Records as cells: which members a table shows, and what a CSV file has for each.

use std::num::NonZeroUsize;

use ashby_calls::members;
use ashby_client::catalog::{Field, Type};
use indexmap::IndexMap;
use serde_json::value::RawValue;

use crate::table::Table;

/// A record's members, as they were sent and in that order.
pub(crate) type Members<'a> = IndexMap<String, &'a RawValue>;

/// The members of a record; `None` if it is no object.
pub(crate) fn read(record: &[u8]) -> Option<Members<'_>> {
    serde_json::from_slice(record).ok()
}

/// A column of a table: a member, or a member of one that is an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    member: String,
    /// What stands for an object: its name or its title.
    inner: Option<&'static str>,
}

/// Members that stand for the object that they are in.
const NAMES: [&str; 7] = ["name", "title", "label", "text", "value", "email", "id"];

/// What a table shows of records of a type, the most telling first; nothing if the first is no record.
pub(crate) fn columns(kind: Option<&Type>, first: Option<&Members<'_>>) -> Vec<Column> {
    let Some(first) = first else { return Vec::new() };
    let fields = kind.map(members).unwrap_or_default();
    let mut ranked: Vec<(u8, Column)> = fields.iter().filter_map(rank).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    if ranked.is_empty() {
        return first.keys().map(|name| Column { member: name.clone(), inner: None }).collect();
    }
    ranked.into_iter().map(|(_, column)| column).collect()
}

/// How telling a member is; `None` for what has no room in a cell.
fn rank(field: &Field) -> Option<(u8, Column)> {
    let inner = match &field.kind {
        Type::Record(shape) => {
            Some(NAMES.into_iter().find(|name| shape.fields.iter().any(|field| field.name == *name))?)
        }
        Type::List { .. } | Type::Object | Type::Json | Type::Either(_) => return None,
        _ => None,
    };
    let rank = match (field.name, &field.kind) {
        ("id", _) => 0,
        ("name" | "title" | "label" | "text" | "firstName" | "lastName" | "content" | "email", _) => 1,
        (_, Type::Enumeration(_)) => 2,
        ("candidate" | "job", _) => 3,
        ("updatedAt" | "createdAt", _) => 5,
        (_, Type::Record(_)) => 4,
        (_, Type::Boolean) => 6,
        (_, Type::Id(_) | Type::Uuid | Type::Url) => 8,
        _ => 7,
    };
    Some((rank, Column { member: field.name.to_owned(), inner }))
}

impl Column {
    pub(crate) fn name(&self) -> String {
        match self.inner {
            Some(inner) => format!("{}.{inner}", self.member),
            None => self.member.clone(),
        }
    }

    fn cell(&self, members: &Members<'_>) -> String {
        let Some(value) = members.get(&self.member) else { return String::new() };
        match self.inner {
            None => text(value),
            Some(inner) => {
                let value = read(value.get().as_bytes());
                value.and_then(|value| value.get(inner).map(|value| text(value))).unwrap_or_default()
            }
        }
    }
}

/// The text of a value: strings without quotes, null as nothing, everything else as JSON.
pub(crate) fn text(value: &RawValue) -> String {
    match value.get() {
        "null" => String::new(),
        json if json.starts_with('"') => serde_json::from_str(json).unwrap_or_default(),
        json => json.to_owned(),
    }
}

/// Rows of a table: the columns that have nothing to show, and the last ones that have no room, are left out.
pub(crate) struct Rows {
    columns: Vec<Column>,
    table: Table,
}

impl Rows {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        let header: Vec<String> = columns.iter().map(Column::name).collect();
        // A list of words has no columns.
        let table = if columns.is_empty() { Table::new(&["value"]) } else { Table::new(&header).ranked() };
        Self { columns, table }
    }

    /// Adds a record.
    pub(crate) fn add(&mut self, record: &[u8]) {
        match read(record) {
            Some(members) => self.table.add(self.columns.iter().map(|column| column.cell(&members))),
            None => self.table.add([plain(record)]),
        }
    }

    /// The table.
    pub(crate) fn finish(self, width: Option<NonZeroUsize>) -> String {
        self.table.draw(width)
    }
}

/// A value that is no record.
fn plain(value: &[u8]) -> String {
    serde_json::from_slice::<&RawValue>(value).map(text).unwrap_or_default()
}

/// One record as a table: a line for each member.
pub(crate) fn single(record: &[u8], width: Option<NonZeroUsize>) -> String {
    let Some(members) = read(record) else { return format!("{}\n", crate::text::line(&plain(record))) };
    let rows = members.iter().map(|(name, value)| vec![name.clone(), text(value)]);
    Table::new(&["member", "value"]).rows(rows).draw(width)
}

#[cfg(test)]
mod tests {
    use ashby_client::catalog;

    use super::*;

    #[test]
    fn the_telling_members_come_first() {
        let operation = catalog::find("application.list").unwrap();
        let Some(Type::List { of, .. }) = operation.returns else { panic!("it answers a list") };
        let names: Vec<String> = columns(Some(of), Some(&Members::new())).iter().map(Column::name).collect();
        assert_eq!(names[0], "id");
        assert!(names[..4].contains(&"status".to_owned()), "{names:?}");
        assert!(names.contains(&"candidate.name".to_owned()), "{names:?}");
    }
}
