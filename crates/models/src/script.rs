//! The definitions as SQL, to be read: tables with their columns, and the statements by which one follows from the others.

use crate::ddl;
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

/// The definitions in a dialect.
pub fn script(dialect: &Dialect) -> String {
    let is_sqlite = matches!(dialect, Dialect::Sqlite | Dialect::SqliteBuild);
    let expand = if is_sqlite { &Dialect::SqliteBuild } else { dialect };
    let mut out = String::new();
    if !is_sqlite {
        out.push_str("CREATE SCHEMA IF NOT EXISTS ashby_model;\nSET search_path TO ashby_model;\n\n");
    }
    for table in TABLES.iter() {
        out.push_str(&format!("-- {}: {}.\n", table.name, table.row));
        if let Some(create) = created(table, dialect) {
            out.push_str(&create);
        }
        let statement = match table.making {
            Making::Whole(sql) => format!("INSERT INTO {}\n{sql};\n", table.stored()),
            Making::Counted(count) => format!("INSERT INTO {}\n{};\n", table.stored(), count.of_all()),
            Making::PerApplication(sql) => {
                format!("INSERT INTO {}\n{};\n", table.stored(), sql.replace("{applications}", "1 = 1"))
            }
            _ => String::new(),
        };
        out.push_str(&expand.expand(&statement).unwrap_or_default());
        if is_sqlite {
            for sql in ddl::indexes(table).into_iter().chain(ddl::views(table)) {
                out.push_str(&format!("{sql};\n"));
            }
        } else if let Making::View(sql) = table.making {
            let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
            let sql = dialect.expand(sql).unwrap_or_default();
            out.push_str(&format!("CREATE VIEW {} ({}) AS\n{sql};\n", table.name, names.join(", ")));
        }
        if matches!(dialect, Dialect::Postgres { .. }) {
            let kind = if matches!(table.making, Making::View(_)) { "VIEW" } else { "TABLE" };
            let name = if kind == "VIEW" { table.name.to_owned() } else { table.stored() };
            out.push_str(&format!("COMMENT ON {kind} {name} IS {};\n", literal(table.row)));
            for column in table.columns.iter().filter(|column| column.is_stored() && column.is_shown()) {
                out.push_str(&format!(
                    "COMMENT ON COLUMN {name}.{} IS {};\n",
                    column.name,
                    literal(column.about)
                ));
            }
        }
        out.push('\n');
    }
    out
}

fn created(table: &Table, dialect: &Dialect) -> Option<String> {
    if matches!(table.making, Making::View(_)) {
        return None;
    }
    let mut lines: Vec<String> = table
        .stored_columns()
        .map(|column| {
            let from = if matches!(table.making, Making::Records { .. } | Making::Settings { .. }) {
                format!(" -- {}", origin(column.from))
            } else {
                String::new()
            };
            format!("    {} {},{from}", column.name, type_of(column.kind, dialect))
        })
        .collect();
    if table.is_of_records() {
        lines.push(format!("    deleted_at {},", type_of(Kind::Instant, dialect)));
        lines.push(format!("    is_live {} NOT NULL,", type_of(Kind::Bool, dialect)));
    }
    if let Some(last) = lines.last_mut() {
        *last = last.replacen(',', "", 1);
    }
    Some(format!("CREATE TABLE {} (\n{}\n);\n", table.stored(), lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_sqlite_is_sql() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        crate::functions::register(&connection, &crate::Options::default()).unwrap();
        connection.execute_batch("CREATE TABLE model_info (key TEXT PRIMARY KEY, value TEXT)").unwrap();
        connection.execute_batch(&script(&Dialect::Sqlite)).unwrap();
    }
}
