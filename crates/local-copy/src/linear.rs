//! Functions on texts whose cost in SQLite is one text's length times the other's, in time that grows with their sum: no
//! deadline interrupts a function.

use std::collections::HashSet;

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};

use crate::like::text;

/// Puts them in the place of SQLite's own.
pub(crate) fn replace(connection: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("instr", 2, flags, |values| {
        Ok(text(values, 0)
            .zip(text(values, 1))
            .map(|(text, part)| text.find(&part).map_or(0, |at| text[..at].chars().count() as i64 + 1)))
    })?;
    connection.create_scalar_function("replace", 3, flags, |values| {
        let (Some(whole), Some(from), Some(to)) = (text(values, 0), text(values, 1), text(values, 2)) else {
            return Ok(None);
        };
        Ok(Some(if from.is_empty() { whole } else { whole.replace(&from, &to) }))
    })?;
    for (name, at_start, at_end) in [("trim", true, true), ("ltrim", true, false), ("rtrim", false, true)] {
        for arguments in [1, 2] {
            connection.create_scalar_function(name, arguments, flags, move |values| {
                Ok(trimmed(values, at_start, at_end))
            })?;
        }
    }
    Ok(())
}

fn trimmed(values: &Context<'_>, at_start: bool, at_end: bool) -> Option<String> {
    let whole = text(values, 0)?;
    let letters = if values.len() > 1 { text(values, 1)? } else { " ".to_owned() };
    let letters: HashSet<char> = letters.chars().collect();
    let is_one = |letter| letters.contains(&letter);
    let mut rest = &*whole;
    if at_start {
        rest = rest.trim_start_matches(is_one);
    }
    if at_end {
        rest = rest.trim_end_matches(is_one);
    }
    Some(rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_answer_as_sqlites_own_do() {
        let (ours, theirs) = (Connection::open_in_memory().unwrap(), Connection::open_in_memory().unwrap());
        replace(&ours).unwrap();
        for sql in [
            "instr('abc', 'c')",
            "instr('äöc', 'c')",
            "instr('abc', '')",
            "instr('abc', 'x')",
            "instr(NULL, 'x')",
            "instr(123, 2)",
            "replace('aXbX', 'X', 'yy')",
            "replace('abc', '', 'x')",
            "replace('a', NULL, 'x')",
            "replace(2.0, '.', ',')",
            "trim('  a b ')",
            "ltrim('  a ')",
            "rtrim(' a  ')",
            "trim('xyaxy', 'yx')",
            "ltrim('xa', 'x')",
            "rtrim('ax', 'x')",
            "trim('a', NULL)",
            "trim(NULL)",
            "trim('ää', 'ä')",
        ] {
            let answer = |connection: &Connection| -> String {
                connection.query_row(&format!("SELECT quote({sql})"), [], |row| row.get(0)).unwrap()
            };
            assert_eq!(answer(&ours), answer(&theirs), "{sql}");
        }
    }
}
