//! The model in a database of another kind: which tables hold its rows there, and which views show them. Rows are those of the
//! file that was built, so that both say the same.

use rusqlite::Connection;

use crate::ddl;
use crate::sql::Dialect;
use crate::table::{Kind, Making, Table};
use crate::tables::TABLES;
use crate::wide;

/// A table that holds rows.
#[derive(Debug, Clone)]
pub struct Stored {
    /// In the file, and there.
    pub name: String,
    /// What a row is.
    pub about: String,
    /// In their order.
    pub columns: Vec<StoredColumn>,
    /// What tells rows apart; parts of it may be null.
    pub key: Vec<String>,
    /// Columns that are looked for, separated by commas, and which rows; an empty condition is all.
    pub indexes: Vec<(String, String)>,
}

/// A column of it.
#[derive(Debug, Clone)]
pub struct StoredColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// What it holds; empty for what the machinery keeps.
    pub about: String,
}

/// A view that is queried.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its name.
    pub name: String,
    /// What a row is.
    pub about: String,
    /// `CREATE VIEW`, without its name qualified.
    pub create: String,
    /// Columns, and what they hold.
    pub columns: Vec<(String, String)>,
}

fn column(name: &str, kind: Kind, about: &str) -> StoredColumn {
    StoredColumn { name: name.to_owned(), kind, about: about.to_owned() }
}

pub(crate) fn of(table: &Table) -> Stored {
    let mut columns: Vec<StoredColumn> = table
        .stored_columns()
        .map(|each| column(each.name, each.kind, if each.is_shown() { each.about } else { "" }))
        .collect();
    if table.is_of_records() {
        columns.push(column("deleted_at", Kind::Instant, GONE.1));
        columns.push(column("is_live", Kind::Bool, LIVE.1));
    }
    let indexes = table.indexes.iter().map(|index| {
        let (columns, condition) = index.split_once('?').unwrap_or((index, ""));
        (columns.to_owned(), condition.to_owned())
    });
    Stored {
        name: table.stored(),
        about: table.row.to_owned(),
        columns,
        key: table.key.iter().map(|name| (*name).to_owned()).collect(),
        indexes: indexes.collect(),
    }
}

const GONE: (&str, &str) = ("deleted_at", "When it was known to be gone; null if it is not");
const LIVE: (&str, &str) = ("is_live", "Whether it and all that it belongs to exist");

/// The tables of a model that was built: the defined ones, those of the organisation's custom fields, and what the model says
/// of itself.
///
/// # Errors
/// What SQLite says.
pub fn stored(model: &Connection) -> rusqlite::Result<Vec<Stored>> {
    let mut all: Vec<Stored> = TABLES
        .iter()
        .filter(|table| !matches!(table.making, Making::View(_)))
        .map(|table| of(table))
        .collect();
    for object in wide::OBJECTS {
        let name = wide::view_of(object);
        // In the order in which they stand in the table.
        let sql = "SELECT t.name, c.type, c.description FROM pragma_table_info(?1) t
            JOIN model_columns c ON c.table_name = ?1 AND c.column_name = t.name ORDER BY t.cid";
        let mut select = model.prepare(sql)?;
        let columns = select.query_map([&name], |row| {
            let (name, kind, about): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let kind = match kind.as_str() {
                "real" => Kind::Real,
                "boolean" => Kind::Bool,
                "date" => Kind::Date,
                _ => Kind::Text,
            };
            Ok(StoredColumn { name, kind, about })
        })?;
        all.push(Stored {
            about: format!("The custom fields of {object}s, a column each"),
            columns: columns.collect::<rusqlite::Result<_>>()?,
            key: vec![format!("{object}_id")],
            indexes: Vec::new(),
            name,
        });
    }
    all.extend(said_of_itself());
    Ok(all)
}

/// What a model says of itself.
pub(crate) fn said_of_itself() -> [Stored; 2] {
    let own = |name: &str, about: &str, key: &[&str], columns: &[(&str, &str)]| Stored {
        name: name.to_owned(),
        about: about.to_owned(),
        columns: columns.iter().map(|(name, about)| column(name, Kind::Text, about)).collect(),
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        indexes: Vec::new(),
    };
    let info = own(
        "model_info",
        "What the model says of itself",
        &["key"],
        &[("key", "What is told"), ("value", "What is told of it")],
    );
    let columns = own(
        "model_columns",
        "A column of a table or view",
        &["table_name", "column_name"],
        &[
            ("table_name", "A table or view"),
            ("column_name", "A column of it"),
            ("type", "Its type"),
            ("description", "What it holds"),
        ],
    );
    [info, columns]
}

/// The views of the defined tables in a dialect, in an order in which they can be made.
pub fn shown(dialect: &Dialect) -> Vec<Shown> {
    let mut all = Vec::new();
    for table in TABLES.iter() {
        for create in ddl::views_in(table, dialect) {
            let name = create.split(' ').nth(2).unwrap_or_default().to_owned();
            let mut columns: Vec<(String, String)> = table
                .columns
                .iter()
                .filter(|column| column.is_shown())
                .map(|column| (column.name.to_owned(), column.about.to_owned()))
                .collect();
            let is_of_all = name != table.name;
            if is_of_all {
                columns.extend([GONE, LIVE].map(|(name, about)| (name.to_owned(), about.to_owned())));
            }
            let gone = if is_of_all { "; what is gone, too" } else { "" };
            all.push(Shown { about: format!("{}{gone}", table.row), name, create, columns });
        }
    }
    all
}
