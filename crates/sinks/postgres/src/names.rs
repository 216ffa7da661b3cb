//! Names and texts in SQL.

/// An SQL identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// An SQL text.
pub(crate) fn literal(text: &str) -> String {
    // Without a backslash both kinds of text mean the same; with one only this kind means what it says.
    let text = text.replace('\\', "\\\\").replace('\'', "''");
    format!("E'{text}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_identifiers_cannot_be_left() {
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("a'b\\"), "E'a''b\\\\'");
    }
}
