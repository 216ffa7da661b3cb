//! The columns of a stream's table, ours and those that show members.

use std::collections::HashMap;

use typed_records::{Column, ColumnType, Columns};

use crate::value::ServerType as _;

/// As many as surely fit into a page of 8 KB, whatever their values: one that does not fit beside others is put elsewhere,
/// and what is left takes 24 bytes at most.
const COLUMNS_MAX: usize = 300;

/// The columns that each table has, in the order in which rows are sent: name and SQL type.
pub(crate) const OWN: [(&str, &str); 10] = [
    ("_key", "text COLLATE \"C\" PRIMARY KEY"),
    ("_record", "jsonb NOT NULL"),
    ("_original", "text"),
    ("_captured_at", "timestamptz NOT NULL"),
    ("_deleted_at", "timestamptz"),
    ("_deleted_why", "text"),
    ("_merged_into", "text COLLATE \"C\""),
    ("_scope", "text COLLATE \"C\""),
    ("_hash", "bigint NOT NULL"),
    ("_seen", "bigint NOT NULL"),
];

/// A column as the server has it.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    pub(crate) type_oid: u32,
    pub(crate) modifier: i32,
}

/// Those that a table has: what was noted of them, and what the server says of its columns.
pub(crate) fn of_table(noted: &[(String, String)], attributes: &HashMap<String, Attribute>) -> Columns {
    // One that somebody has dropped is added again.
    let found = noted.iter().filter_map(|(member, name)| {
        let attribute = attributes.get(name)?;
        Some(Column {
            member: member.clone(),
            name: name.clone(),
            column_type: ColumnType::of_column(attribute.type_oid, attribute.modifier),
        })
    });
    Columns::new(found, attributes.keys().cloned(), COLUMNS_MAX)
}
