//! Names in SQL.

/// An SQL identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The table behind a stream's view, quoted.
pub(crate) fn rows_table(stream: &str) -> String {
    quoted(&format!("_rows_{stream}"))
}
