//! `LIKE` and `GLOB` in time that grows with text and pattern only. SQLite's own try every way to split the text, one more
//! for each wildcard, within one instruction that no deadline interrupts.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

/// Longer patterns are refused: a text may have a million letters.
const PATTERN_BYTES_MAX: usize = 1_000;

/// Puts them in the place of SQLite's own.
pub(crate) fn replace(connection: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("like", 2, flags, |values| like(values, None))?;
    connection.create_scalar_function("like", 3, flags, |values| {
        let escape = text(values, 2).unwrap_or_default();
        let mut letters = escape.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => like(values, Some(letter)),
            _ => {
                let message = "the ESCAPE expression must be a single character";
                Err(rusqlite::Error::UserFunctionError(message.into()))
            }
        }
    })?;
    connection.create_scalar_function("glob", 2, flags, |values| {
        Ok(match (pattern(values)?, text(values, 1)) {
            (Some(pattern), Some(text)) => Some(matches(&glob_parts(&pattern), &text)),
            _ => None,
        })
    })
}

fn like(values: &Context<'_>, escape: Option<char>) -> rusqlite::Result<Option<bool>> {
    Ok(match (pattern(values)?, text(values, 1)) {
        (Some(pattern), Some(text)) => Some(matches(&like_parts(&pattern, escape), &text)),
        _ => None,
    })
}

fn pattern(values: &Context<'_>) -> rusqlite::Result<Option<String>> {
    match text(values, 0) {
        Some(pattern) if pattern.len() > PATTERN_BYTES_MAX => {
            let message = "LIKE or GLOB pattern too complex";
            Err(rusqlite::Error::UserFunctionError(message.into()))
        }
        pattern => Ok(pattern),
    }
}

/// A value as SQLite compares it; `None` for `NULL`.
pub(crate) fn text(values: &Context<'_>, index: usize) -> Option<String> {
    Some(match values.get_raw(index) {
        ValueRef::Null => return None,
        ValueRef::Integer(number) => number.to_string(),
        // As SQLite prints it: 2.0 and not 2.
        ValueRef::Real(number) => format!("{number:?}"),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    })
}

/// A piece of a pattern.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// This letter, whatever its case if it is ASCII.
    Letter(char),
    /// This letter.
    Exactly(char),
    /// Any letter.
    One,
    /// Any text.
    Any,
    /// One of these, or none of them.
    Set { ranges: Vec<(char, char)>, is_negated: bool },
    /// Nothing: the pattern is broken.
    Never,
}

impl Part {
    fn takes(&self, letter: char) -> bool {
        match self {
            Self::Letter(own) => own.eq_ignore_ascii_case(&letter),
            Self::Exactly(own) => *own == letter,
            Self::One | Self::Any => true,
            Self::Set { ranges, is_negated } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&letter)) != *is_negated
            }
            Self::Never => false,
        }
    }
}

fn like_parts(pattern: &str, escape: Option<char>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        parts.push(match letter {
            letter if Some(letter) == escape => letters.next().map_or(Part::Never, Part::Letter),
            '%' => Part::Any,
            '_' => Part::One,
            letter => Part::Letter(letter),
        });
    }
    parts
}

fn glob_parts(pattern: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        parts.push(match letter {
            '*' => Part::Any,
            '?' => Part::One,
            '[' => set(&mut letters),
            letter => Part::Exactly(letter),
        });
    }
    parts
}

/// What stands behind `[`, up to the closing bracket; one that comes first stands for itself.
fn set(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Part {
    let is_negated = letters.next_if_eq(&'^').is_some();
    let mut ranges: Vec<(char, char)> = Vec::new();
    if letters.next_if_eq(&']').is_some() {
        ranges.push((']', ']'));
    }
    while let Some(letter) = letters.next() {
        match letter {
            ']' => return Part::Set { ranges, is_negated },
            '-' if !ranges.is_empty() && letters.peek().is_some_and(|next| *next != ']') => {
                if let (Some(last), Some(range)) = (letters.next(), ranges.last_mut()) {
                    range.1 = last;
                }
            }
            letter => ranges.push((letter, letter)),
        }
    }
    Part::Never
}

/// Only the last `Any` is ever tried again: what an earlier one could take, that one can take as well.
fn matches(parts: &[Part], text: &str) -> bool {
    let mut rest = text.chars();
    let mut part = 0;
    let mut again: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        if parts.get(part) == Some(&Part::Any) {
            part += 1;
            if part == parts.len() {
                return true;
            }
            again = Some((part, rest.clone()));
            continue;
        }
        match (parts.get(part), rest.next()) {
            (None, None) => return true,
            (Some(own), Some(letter)) if own.takes(letter) => part += 1,
            // No text is left for what the pattern still wants.
            (Some(_), None) => return false,
            _ => {
                let Some((first, from)) = &mut again else { return false };
                if from.next().is_none() {
                    return false;
                }
                part = *first;
                rest = from.clone();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_answer_as_sqlites_own_do() {
        let (ours, theirs) = (Connection::open_in_memory().unwrap(), Connection::open_in_memory().unwrap());
        replace(&ours).unwrap();
        let texts = ["", "a", "abc", "aXbc", "ABC", "a%c", "äöü", "ab-c", "a]c", "aaab", "abab", "12"];
        let like = ["", "%", "a%", "%c", "a_c", "a%c", "%a%b%", "A%", "_", "äö_", "%%", "a\\%c", "ab", "%ab"];
        let glob =
            ["", "*", "a*", "*c", "a?c", "[a-c]*", "[^a]*", "a[]]c", "A*", "a[b", "ab[-x]c", "[a-", "*ab"];
        let check = |sql: &str, pattern: &str, text: &str| {
            let answer = |connection: &Connection| -> Option<bool> {
                connection.query_row(sql, [pattern, text], |row| row.get(0)).unwrap()
            };
            assert_eq!(answer(&ours), answer(&theirs), "{sql}: {pattern:?} of {text:?}");
        };
        for text in texts {
            for pattern in like {
                check("SELECT ?2 LIKE ?1", pattern, text);
                check("SELECT ?2 LIKE ?1 ESCAPE '\\'", pattern, text);
                check("SELECT NOT ?2 LIKE ?1", pattern, text);
            }
            glob.iter().for_each(|pattern| check("SELECT ?2 GLOB ?1", pattern, text));
        }
        assert_eq!(ours.query_row("SELECT NULL LIKE 'a'", [], |row| row.get::<_, Option<bool>>(0)), Ok(None));
        assert_eq!(ours.query_row("SELECT 12 LIKE '1%'", [], |row| row.get::<_, bool>(0)), Ok(true));
        assert!(ours.query_row("SELECT 'a' LIKE 'a' ESCAPE 'bc'", [], |_| Ok(())).is_err());
    }

    #[test]
    fn many_wildcards_cost_no_more_than_text_times_pattern() {
        let (pattern, text) = ("%a".repeat(40) + "b", "a".repeat(100_000));
        assert!(!matches(&like_parts(&pattern, None), &text));
    }
}
