//! Names in SQL.

/// An SQL identifier.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The table behind a stream's view, quoted.
pub fn rows_table(stream: &str) -> String {
    quoted(&format!("_rows_{stream}"))
}

/// The index of words of a stream, quoted.
pub fn search_table(stream: &str) -> String {
    quoted(&format!("_search_{stream}"))
}
