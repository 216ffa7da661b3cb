//! CSV (RFC 4180) that a spreadsheet may open, and that comes back as it was.
//!
//! A spreadsheet runs a cell that begins with a sign (`=`, `+`, `-`, `@`, or one of their full-width twins), white space in
//! front of it or not. In countries where `;` stands between cells it takes a file apart there and at line breaks, so that a
//! cell can also begin within ours. Each such place gets an apostrophe, which a spreadsheet does not show and
//! [`unguarded`] takes away again; where there were apostrophes, there is one more. Numbers are no danger, nor is what only
//! looks like one (`+49 30 1234`): they stay.
//!
//! Only what somebody could take for more than one cell is quoted. To quote everything would guard against nothing, for a
//! spreadsheet runs `"=1"` as it does `=1`, and would cost whoever reads a column of ids or numbers with plain tools.

use std::borrow::Cow;

use crate::terminal::is_hidden;

/// Appends a row. Cells are guarded, and quoted unless they are plain.
pub fn push_row<T: AsRef<str>>(csv: &mut Vec<u8>, cells: impl IntoIterator<Item = T>) {
    let start = csv.len();
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            csv.push(b',');
        }
        // Programs take U+0000 for the end of a text. Replaced first: it decides what the cell begins with.
        let cell = cell.as_ref().replace('\0', "\u{fffd}");
        let cell = guarded(&cell);
        if is_plain(&cell) {
            csv.extend_from_slice(cell.as_bytes());
        } else {
            let cell = cell.replace('"', "\"\"");
            csv.push(b'"');
            csv.extend_from_slice(cell.as_bytes());
            csv.push(b'"');
        }
    }
    if csv.len() == start {
        // An empty line would be no row.
        csv.extend_from_slice(b"\"\"");
    }
    csv.push(b'\n');
}

/// Whether nobody takes it for more than one cell: letters, digits, and what stands in ids, dates and names.
fn is_plain(cell: &str) -> bool {
    let is_plain = |letter: char| letter.is_alphanumeric() || " _-.:+/@".contains(letter);
    cell.chars().all(is_plain) && !cell.starts_with(' ') && !cell.ends_with(' ')
}

/// A cell of a spreadsheet as it was before it was guarded.
pub fn unguarded(cell: &str) -> Cow<'_, str> {
    at_dangers(cell, |guarded, apostrophes| {
        guarded.extend(std::iter::repeat_n('\'', apostrophes.saturating_sub(1)))
    })
}

fn guarded(cell: &str) -> Cow<'_, str> {
    at_dangers(cell, |guarded, apostrophes| guarded.extend(std::iter::repeat_n('\'', apostrophes + 1)))
}

/// Rewrites the apostrophes where a spreadsheet could take what follows for something to run.
fn at_dangers(cell: &str, apostrophes: impl Fn(&mut String, usize)) -> Cow<'_, str> {
    let is_separator = |letter: char| matches!(letter, ';' | '\n' | '\r');
    if !cell.contains(sign) {
        return Cow::Borrowed(cell);
    }
    let mut changed = String::with_capacity(cell.len() + 4);
    let mut rest = cell;
    // The beginning of the cell, then behind each separator.
    let mut is_first = true;
    loop {
        let behind = rest.trim_start_matches('\'');
        let runs = if is_first { runs_at_first(behind) } else { runs_within(behind) };
        if runs {
            apostrophes(&mut changed, rest.len() - behind.len());
            rest = behind;
        }
        is_first = false;
        let Some(separator) = rest.find(is_separator) else { break };
        let (segment, after) = rest.split_at(separator + 1);
        changed.push_str(segment);
        rest = after;
    }
    changed.push_str(rest);
    Cow::Owned(changed)
}

/// Apostrophes do not count, so that it says the same before and after some were put in.
fn runs_at_first(cell: &str) -> bool {
    let is_skipped =
        |letter: char| letter == '\'' || letter.is_whitespace() || letter.is_control() || is_hidden(letter);
    let cell = cell.trim_start_matches(is_skipped);
    cell.starts_with(sign) && !is_number(cell)
}

/// White space counts: a list's dashes run nowhere.
fn runs_within(cell: &str) -> bool {
    let mut letters = cell.chars();
    let is_sign = letters.next().is_some_and(sign);
    is_sign && !letters.next().is_none_or(char::is_whitespace) && !is_number(cell)
}

fn sign(letter: char) -> bool {
    matches!(letter, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
}

/// Whether it is a plus or minus with nothing to be computed behind it, as far as the next separator.
fn is_number(cell: &str) -> bool {
    let Some(digits) = cell.strip_prefix(['+', '-', '＋', '－']) else { return false };
    let end = digits.find([';', '\n', '\r']).unwrap_or(digits.len());
    let digits = &digits[..end];
    let digits = match digits.split_once(['e', 'E']) {
        Some((digits, exponent)) if !digits.is_empty() => {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if exponent.is_empty() || !exponent.bytes().all(|byte| byte.is_ascii_digit()) {
                return false;
            }
            digits
        }
        _ => digits,
    };
    digits.chars().all(|letter| {
        letter.is_ascii_digit() || matches!(letter, ' ' | '\u{a0}' | '\u{202f}' | '.' | ',' | '(' | ')' | '%')
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(cells: &[&str]) -> String {
        let mut csv = Vec::new();
        push_row(&mut csv, cells);
        String::from_utf8(csv).unwrap()
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_guarded_and_nothing_else() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(1)", "'@SUM(1)"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("+49-30-1234", "'+49-30-1234"),
            ("＝1", "'＝1"),
            ("－a", "'－a"),
            ("\n=1", "'\n'=1"),
            (" \t=1", "' \t=1"),
            ("\u{feff}=1", "'\u{feff}=1"),
            ("a;=1", "a;'=1"),
            ("a\n@x", "a\n'@x"),
            ("'=1", "''=1"),
            ("'", "'"),
            ("it's", "it's"),
            ("-12.5", "-12.5"),
            ("-1.5e-7", "-1.5e-7"),
            ("-1e", "'-1e"),
            ("-e5", "'-e5"),
            ("+49 (30) 1234", "+49 (30) 1234"),
            ("-", "-"),
            ("- item\n- item; - more", "'- item\n- item; - more"),
            ("a\n- item\n+ item", "a\n- item\n+ item"),
            ("a=1", "a=1"),
            ("a;-5", "a;-5"),
            ("", ""),
        ] {
            assert_eq!(guarded(cell), expected, "{cell:?}");
            assert_eq!(unguarded(expected), cell, "{expected:?}");
        }
    }

    #[test]
    fn cells_are_quoted_unless_they_are_plain() {
        assert_eq!(
            row(&["Ann", "-12.5", "2026-01-31T09:00:00Z", "a@b.c"]),
            "Ann,-12.5,2026-01-31T09:00:00Z,a@b.c\n"
        );
        assert_eq!(
            row(&["a;b", "a,b", "a\"b", " a", "=1", "a\tb"]),
            "\"a;b\",\"a,b\",\"a\"\"b\",\" a\",\"'=1\",\"a\tb\"\n"
        );
        assert_eq!(row(&["a\0b"]), "\"a\u{fffd}b\"\n");
        assert_eq!(row(&[""]), "\"\"\n");
        assert_eq!(row(&["", ""]), ",\n");
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(cells in proptest::collection::vec("(['=+@;\n\r \t,\"＝-]|[a-z]|[0-9]|e){0,12}", 1..4)) {
            let mut csv = Vec::new();
            push_row(&mut csv, &cells);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&csv[..]);
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            prop_assert_eq!(rows.len(), 1);
            let found: Vec<String> = rows[0].iter().map(|cell| unguarded(cell).into_owned()).collect();
            prop_assert_eq!(found, cells);
        }

        #[test]
        fn no_part_of_a_cell_begins_with_what_is_run(cell in "(['=+@;\n\r -]|[a-z]|[0-9]){0,12}") {
            for part in guarded(&cell).split([';', '\n', '\r']) {
                let runs = part.starts_with(sign) && !is_number(part) && !part[1..].starts_with(char::is_whitespace);
                prop_assert!(!runs || part.len() == 1, "{part:?}");
            }
        }
    }
}
