//! The definitions as SQL, to be read: tables with their columns, and the statements by which one follows from the others.

use crate::elsewhere::{self, Stored, shown};
use crate::sql::Dialect;
use crate::table::{Kind, Making, Table};
use crate::tables::TABLES;

/// A type in a dialect.
pub fn type_of(kind: Kind, dialect: &Dialect) -> &'static str {
    match (dialect, kind) {
        (Dialect::Sqlite | Dialect::SqliteBuild, Kind::Bool | Kind::Int) => "INTEGER",
        (Dialect::Sqlite | Dialect::SqliteBuild, Kind::Real) => "REAL",
        (Dialect::Sqlite | Dialect::SqliteBuild, _) => "TEXT",
        (_, Kind::Bool) => "boolean",
        (_, Kind::Int) => "bigint",
        (_, Kind::Real) => "double precision",
        (_, Kind::Date) => "date",
        (_, Kind::Instant) => "timestamptz",
        // `jsonb` cannot hold every text.
        (_, Kind::Json) => "json",
        (_, Kind::Text | Kind::Month) => "text",
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// How a column comes about, in words.
fn origin(from: &str) -> String {
    match from.chars().next() {
        Some('!') => "read by a function".to_owned(),
        Some('=') => "computed".to_owned(),
        Some('#') => "its place in the array".to_owned(),
        None => "the element itself".to_owned(),
        _ => format!("record: {from}"),
    }
}

/// The definitions in a dialect: tables, how those that are computed follow from the others, and the views that show them.
pub fn script(dialect: &Dialect) -> String {
    let is_sqlite = matches!(dialect, Dialect::Sqlite | Dialect::SqliteBuild);
    let expand = if is_sqlite { &Dialect::SqliteBuild } else { dialect };
    let mut out = String::new();
    if !is_sqlite {
        out.push_str(&format!("CREATE SCHEMA IF NOT EXISTS ashby_model;\n{}\n", entering(dialect)));
    }
    for stored in elsewhere::said_of_itself() {
        out.push_str(&table(&stored, None, dialect));
        out.push('\n');
    }
    let tables = || TABLES.iter().filter(|table| !matches!(table.making, Making::View(_)));
    for each in tables() {
        out.push_str(&table(&elsewhere::of(each), Some(each), dialect));
        out.push('\n');
    }
    // What is computed looks for what stands further down, too: dates.
    for each in tables() {
        let select = match each.making {
            Making::Whole(sql) => sql.to_owned(),
            Making::Counted(count) => count.of_all(),
            Making::PerApplication(sql) => sql.replace("{applications}", "1 = 1"),
            _ => continue,
        };
        let select = expand.expand(&select).unwrap_or_default();
        out.push_str(&format!("INSERT INTO {}\n{select};\n\n", each.stored()));
    }
    for view in shown(dialect) {
        out.push_str(&format!("-- {}: {}.\n{};\n", view.name, view.about, view.create));
        out.push_str(&comments(dialect, "VIEW", &view.name, &view.about, &view.columns));
        out.push('\n');
    }
    out
}

/// Lets what follows be about the model's schema.
fn entering(dialect: &Dialect) -> &'static str {
    match dialect {
        Dialect::Duckdb { .. } => "USE ashby_model;\n",
        _ => "SET search_path TO ashby_model;\n",
    }
}

/// A table with its indexes.
fn table(stored: &Stored, table: Option<&Table>, dialect: &Dialect) -> String {
    let is_read = |table: &&Table| matches!(table.making, Making::Records { .. } | Making::Settings { .. });
    let read = table.filter(is_read);
    let last = stored.columns.len().saturating_sub(1);
    let lines = stored.columns.iter().enumerate().map(|(place, column)| {
        let comma = if place < last { "," } else { "" };
        let from = read
            .and_then(|table| table.columns.iter().find(|one| one.name == column.name))
            .map(|one| format!(" -- {}", origin(one.from)));
        format!("    {} {}{comma}{}\n", column.name, type_of(column.kind, dialect), from.unwrap_or_default())
    });
    let (name, lines) = (&stored.name, lines.collect::<String>());
    let mut out = format!("-- {}: {}.\nCREATE TABLE {name} (\n{lines});\n", stored.name, stored.about);
    let shown = table.map_or(name.as_str(), |table| table.name);
    out.push_str(&format!("CREATE UNIQUE INDEX k_{shown} ON {name} ({});\n", stored.key.join(", ")));
    for (number, (columns, condition)) in stored.indexes.iter().enumerate() {
        // DuckDB has none of a part of the rows.
        let condition = match dialect {
            Dialect::Duckdb { .. } => String::new(),
            _ if condition.is_empty() => String::new(),
            _ => format!(" WHERE {condition}"),
        };
        out.push_str(&format!("CREATE INDEX i_{shown}_{number} ON {name} ({columns}){condition};\n"));
    }
    let columns: Vec<(String, String)> =
        stored.columns.iter().map(|column| (column.name.clone(), column.about.clone())).collect();
    out.push_str(&comments(dialect, "TABLE", name, &stored.about, &columns));
    out
}

/// What a table or view and its columns are, where the database keeps that.
fn comments(dialect: &Dialect, kind: &str, name: &str, about: &str, columns: &[(String, String)]) -> String {
    if !matches!(dialect, Dialect::Postgres { .. }) {
        return String::new();
    }
    let mut out = format!("COMMENT ON {kind} {name} IS {};\n", literal(about));
    for (column, about) in columns.iter().filter(|(_, about)| !about.is_empty()) {
        out.push_str(&format!("COMMENT ON COLUMN {name}.{column} IS {};\n", literal(about)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_sqlite_is_sql() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        crate::functions::register(&connection, &crate::Options::default()).unwrap();
        connection.execute_batch(&script(&Dialect::Sqlite)).unwrap();
    }
}
