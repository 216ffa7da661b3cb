//! Records as `jsonb` holds them.
//!
//! `jsonb` refuses U+0000, halves of characters and numbers of more digits than `numeric` has, keeps the last of members
//! that have one name, and writes numbers without their exponent and zero without its minus. What it refuses is
//! mended; and whatever it would not give back as it came is kept beside it.

use std::borrow::Cow;

use json_slices::{Text, Token, storable, tokens};
use memchr::memchr;
use xxhash_rust::xxh3::xxh3_64;

use crate::numeric;

/// A record that the database takes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kept<'a> {
    pub(crate) record: Cow<'a, [u8]>,
    /// Whether the record is to be kept as it came, too.
    pub(crate) differs: bool,
    /// Whether text in it had to be mended.
    pub(crate) is_mended: bool,
}

/// JSON that was checked before, as `jsonb` takes it.
pub(crate) fn kept(json: &[u8]) -> Kept<'_> {
    let record = storable(json);
    let is_mended = matches!(record, Cow::Owned(_));
    let found = inspect(&record);
    let differs = is_mended || found.differs;
    let record = if found.is_too_large { Cow::Owned(without_large_numbers(&record)) } else { record };
    Kept { record, differs, is_mended }
}

#[derive(Debug, Default)]
struct Found {
    differs: bool,
    is_too_large: bool,
}

fn inspect(json: &[u8]) -> Found {
    let mut found = Found::default();
    // Hashes of the names in objects that are open, and where each container's begin; arrays have none.
    let mut names: Vec<u64> = Vec::with_capacity(64);
    let mut open: Vec<Option<usize>> = Vec::with_capacity(8);
    let mut is_name = false;
    for token in tokens(json) {
        match token {
            Token::String(text) => {
                if is_name {
                    names.push(hash_of_name(text));
                    is_name = false;
                }
            }
            Token::Number(number) => match numeric::check(number) {
                numeric::Fit::Same => {}
                numeric::Fit::Differs => found.differs = true,
                numeric::Fit::TooLarge => (found.differs, found.is_too_large) = (true, true),
            },
            Token::Other(bytes) => {
                for byte in bytes {
                    match byte {
                        b'{' => {
                            open.push(Some(names.len()));
                            is_name = true;
                        }
                        b'[' => {
                            open.push(None);
                            is_name = false;
                        }
                        b'}' | b']' => {
                            if let Some(Some(start)) = open.pop() {
                                found.differs |= has_twins(&mut names[start..]);
                                names.truncate(start);
                            }
                            is_name = false;
                        }
                        b',' => is_name = matches!(open.last(), Some(Some(_))),
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

fn hash_of_name(token: &[u8]) -> u64 {
    if memchr(b'\\', token).is_none() {
        return xxh3_64(token.get(1..token.len() - 1).unwrap_or_default());
    }
    Text::of(token).map_or(0, |text| xxh3_64(text.lossy().as_bytes()))
}

/// Two hashes may agree by chance; then the record is kept twice, which does no harm.
fn has_twins(names: &mut [u64]) -> bool {
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}

fn without_large_numbers(json: &[u8]) -> Vec<u8> {
    let mut mended = Vec::with_capacity(json.len());
    for token in tokens(json) {
        match token {
            Token::Number(number) if numeric::check(number) == numeric::Fit::TooLarge => {
                mended.extend_from_slice(b"null");
            }
            Token::String(text) | Token::Number(text) | Token::Other(text) => mended.extend_from_slice(text),
        }
    }
    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_gives_back_alike_is_kept_once() {
        for json in [
            r#"{}"#,
            r#"{"a":1,"b":{"a":-2.50,"b":[{"a":1},{"a":2}]},"c":"\u00fc\ud83d\udc08\"e5"}"#,
            r#" { "a" : [ "a" , "a" ] , "b" : [ ] , "list" : [ 1 , 2 ] } "#,
        ] {
            assert_eq!(
                kept(json.as_bytes()),
                Kept { record: Cow::Borrowed(json.as_bytes()), differs: false, is_mended: false }
            );
        }
    }

    #[test]
    fn what_it_would_change_or_refuse_is_kept_as_it_came_too() {
        let long = format!("[1e{}]", 10_u32.pow(6));
        for (json, record) in [
            (r#"{"a\u0000":"\ud83d"}"#, r#"{"a\ufffd":"\ufffd"}"#),
            (r#"{"a":1,"a":2}"#, r#"{"a":1,"a":2}"#),
            (r#"{"b":{"a":1,"x":[{}],"\u0061":2}}"#, r#"{"b":{"a":1,"x":[{}],"\u0061":2}}"#),
            (r#"{"a":1e5}"#, r#"{"a":1e5}"#),
            (r#"{"a":-0.0}"#, r#"{"a":-0.0}"#),
            (&long, "[null]"),
            (r#"[1E-99999, 2]"#, "[null,2]"),
        ] {
            let kept = kept(json.as_bytes());
            assert_eq!((&*kept.record, kept.differs), (record.as_bytes(), true), "{json}");
        }
    }
}
