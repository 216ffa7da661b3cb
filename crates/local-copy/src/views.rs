//! The views that a query reads: temporary ones, of the connection that runs it.

use rusqlite::{Connection, OptionalExtension};
use sink_sqlite::quoted;

use crate::error::Error;
use crate::guard::Names;

/// Which rows the views show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Those that exist.
    Live,
    /// Tombstones, too.
    All,
}

/// Makes for each stream a view of its name, and beneath it one that reads the table.
pub(crate) fn make(connection: &Connection, names: &Names, rows: Rows) -> Result<(), Error> {
    let mut select = connection.prepare("SELECT stream FROM _capture_streams ORDER BY stream")?;
    let streams: Vec<String> = select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let only = match rows {
        Rows::Live => " WHERE _deleted_at IS NULL",
        Rows::All => "",
    };
    let mut sql = String::new();
    for stream in streams {
        let Some(columns) = definition(connection, &stream)? else { continue };
        let (view, beneath) = (quoted(&stream), quoted(&names.beneath(&stream)));
        sql.push_str(&format!(
            "CREATE TEMP VIEW {beneath} AS {columns}{only}; CREATE TEMP VIEW {view} AS SELECT * FROM {beneath};\n"
        ));
    }
    connection.execute_batch(&sql)?;
    Ok(())
}

/// The `SELECT` of a stream's view, as the sink made it.
fn definition(connection: &Connection, stream: &str) -> Result<Option<String>, Error> {
    let sql = "SELECT sql FROM main.sqlite_schema WHERE type = 'view' AND name = ?1";
    let sql: Option<String> = connection.query_row(sql, [stream], |row| row.get(0)).optional()?;
    let begins = format!("CREATE VIEW {} AS ", quoted(stream));
    Ok(sql.and_then(|sql| sql.strip_prefix(&begins).map(str::to_owned)))
}
