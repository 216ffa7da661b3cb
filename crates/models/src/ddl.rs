//! Tables, indexes and views in SQLite.

use crate::sql::Dialect;
use crate::table::{Kind, Making, Table};

fn affinity(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool | Kind::Int => "INTEGER",
        Kind::Real => "REAL",
        _ => "TEXT",
    }
}

/// Names of the columns of the stored row, with those of records at the end.
pub(crate) fn stored_names(table: &Table) -> Vec<&'static str> {
    let mut names: Vec<_> = table.stored_columns().map(|column| column.name).collect();
    if table.is_of_records() {
        names.extend(["deleted_at", "is_live"]);
    }
    names
}

/// `CREATE TABLE` of the stored rows; nothing for a view.
pub(crate) fn create(table: &Table) -> Option<String> {
    if matches!(table.making, Making::View(_)) {
        return None;
    }
    let mut columns: Vec<String> =
        table.stored_columns().map(|column| format!("{} {}", column.name, affinity(column.kind))).collect();
    if table.is_of_records() {
        columns.push("deleted_at TEXT".to_owned());
        columns.push("is_live INTEGER NOT NULL".to_owned());
    }
    Some(format!("CREATE TABLE {} ({})", table.stored(), columns.join(", ")))
}

/// `CREATE TEMP TABLE` of rows as they are read.
pub(crate) fn create_staging(table: &Table) -> String {
    let mut columns: Vec<String> =
        table.read_columns().map(|column| format!("{} {}", column.name, affinity(column.kind))).collect();
    columns.push("deleted_at TEXT".to_owned());
    format!("CREATE TEMP TABLE s_{} ({})", table.name, columns.join(", "))
}

/// `CREATE INDEX` for the key and what is looked for.
pub(crate) fn indexes(table: &Table) -> Vec<String> {
    if matches!(table.making, Making::View(_)) {
        return Vec::new();
    }
    let (name, stored) = (table.name, table.stored());
    let mut all = vec![format!("CREATE UNIQUE INDEX k_{name} ON {stored} ({})", table.key.join(", "))];
    for (number, index) in table.indexes.iter().enumerate() {
        let (columns, condition) =
            index.split_once('?').map_or((*index, ""), |(columns, condition)| (columns, condition));
        let condition = if condition.is_empty() { String::new() } else { format!(" WHERE {condition}") };
        all.push(format!("CREATE INDEX i_{name}_{number} ON {stored} ({columns}){condition}"));
    }
    all
}

/// `CREATE VIEW` of what is queried: what exists, and of records also what is gone.
pub(crate) fn views(table: &Table) -> Vec<String> {
    views_in(table, &Dialect::Sqlite)
}

/// The same in a dialect.
pub(crate) fn views_in(table: &Table, dialect: &Dialect) -> Vec<String> {
    let expand = |sql: &str| dialect.expand(sql).unwrap_or_default();
    if let Making::View(sql) = table.making {
        let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        return vec![format!("CREATE VIEW {} ({}) AS {}", table.name, names.join(", "), expand(sql))];
    }
    if !table.has_view() {
        return Vec::new();
    }
    let columns: Vec<String> = table
        .columns
        .iter()
        .filter(|column| column.is_shown())
        .map(|column| match column.from.strip_prefix('~') {
            Some(sql) => format!("{} AS {}", expand(sql), column.name),
            None => format!("t.{0} AS {0}", column.name),
        })
        .collect();
    let (columns, stored, joins) = (columns.join(", "), table.stored(), expand(table.view_joins));
    let condition = if table.columns.iter().any(|column| column.name == "sequence") {
        " AND t.sequence IS NOT NULL"
    } else {
        ""
    };
    if !table.is_of_records() {
        return vec![format!("CREATE VIEW {} AS SELECT {columns} FROM {stored} t {joins}", table.name)];
    }
    vec![
        format!(
            "CREATE VIEW {} AS SELECT {columns} FROM {stored} t {joins} WHERE t.is_live{condition}",
            table.name
        ),
        format!(
            "CREATE VIEW {}_all AS SELECT {columns}, t.deleted_at, t.is_live FROM {stored} t {joins}",
            table.name
        ),
    ]
}
