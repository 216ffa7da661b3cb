//! A hash of what a JSON text says, however it is written.

use std::borrow::Cow;

use memchr::memchr;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::compact::{Token, tokens};
use crate::text::Text;

/// What an object and an array begin with, and so are told apart by where they are empty.
const OBJECT: u64 = 0x9e37_79b9_7f4a_7c15;
const ARRAY: u64 = 0xc2b2_ae3d_27d4_eb4f;

/// A hash of a JSON value that was checked before: the same for texts that differ only in the order in which objects have
/// their members, in white space between tokens and in how strings are escaped. Numbers are the same if they are written
/// alike. Members of one object that have the same name count in any order.
///
/// It is kept by destinations, and so may never change.
pub fn content_hash(json: &[u8]) -> u64 {
    // Beneath everything is an array, which holds the value.
    let mut open = vec![Container::new(ARRAY)];
    for token in tokens(json) {
        match token {
            Token::String(text) => {
                let is_name = open.last_mut().is_some_and(|within| std::mem::take(&mut within.awaits_name));
                match is_name {
                    true => name(&mut open, xxh3_64(&unescaped(text))),
                    false => scalar(&mut open, &unescaped(text), b'"'),
                }
            }
            Token::Number(number) => scalar(&mut open, number, b'0'),
            Token::Other(mut bytes) => {
                while let [first, rest @ ..] = bytes {
                    bytes = rest;
                    match first {
                        b'{' => open.push(Container::new(OBJECT)),
                        b'[' => open.push(Container::new(ARRAY)),
                        b'}' | b']' => {
                            if open.len() > 1
                                && let Some(closed) = open.pop()
                            {
                                let hash = closed.hash.to_le_bytes();
                                scalar(&mut open, &hash, if closed.is_object { b'{' } else { b'[' });
                            }
                        }
                        b',' => {
                            if let Some(within) = open.last_mut() {
                                within.awaits_name = within.is_object;
                            }
                        }
                        b':' => {}
                        // `true`, `false` and `null` are told apart by their first letter.
                        letter => {
                            let length = bytes.iter().position(|byte| !byte.is_ascii_alphabetic());
                            bytes = &bytes[length.unwrap_or(bytes.len())..];
                            scalar(&mut open, &[*letter], b't');
                        }
                    }
                }
            }
        }
    }
    open.first().map_or(0, |all| all.hash)
}

/// An object or array that is open.
struct Container {
    is_object: bool,
    awaits_name: bool,
    /// Of what it holds so far.
    hash: u64,
    /// Of the name whose value comes next.
    name: u64,
}

impl Container {
    fn new(kind: u64) -> Self {
        let is_object = kind == OBJECT;
        Self { is_object, awaits_name: is_object, hash: kind, name: 0 }
    }
}

fn name(open: &mut [Container], hash: u64) {
    if let Some(within) = open.last_mut() {
        within.name = hash;
    }
}

/// Takes a value into what holds it: a member wherever it stands, an element where it stands.
fn scalar(open: &mut [Container], value: &[u8], kind: u8) {
    let Some(within) = open.last_mut() else { return };
    let seed = if within.is_object { within.name } else { within.hash };
    let hash = xxh3_64_with_seed(value, seed.rotate_left(u32::from(kind)) ^ u64::from(kind));
    within.hash = if within.is_object { within.hash.wrapping_add(hash) } else { hash };
}

/// What a string says; what says nothing in Unicode stands for itself.
fn unescaped(token: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'\\', token).is_none() {
        return Cow::Borrowed(Text::of(token).map_or(token, Text::raw));
    }
    match Text::of(token).and_then(Text::exact) {
        Some(text) => Cow::Owned(text.into_owned().into_bytes()),
        None => Cow::Borrowed(token),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::same::tests::{turned, value};

    #[test]
    fn only_what_is_said_counts() {
        for (one, other, same) in [
            (r#"{"a":1,"b":[{"c":2,"d":3}]}"#, r#"{ "b" : [{"d":3,"c":2}],"a": 1 }"#, true),
            (r#"{"a":"\u00e9\/"}"#, "{\"a\":\"é/\"}", true),
            (r#"{"a":1,"b":2}"#, r#"{"a":2,"b":1}"#, false),
            (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#, false),
            (r#"{"a":1.50}"#, r#"{"a":1.5}"#, false),
            (r#"{"a":"1"}"#, r#"{"a":1}"#, false),
            (r#"{"a":{}}"#, r#"{"a":[]}"#, false),
            (r#"{"a":null}"#, r#"{"a":true}"#, false),
            (r#"{"a":null}"#, r#"{}"#, false),
            (r#"{"a":{"b":1},"c":{"d":2}}"#, r#"{"a":{"d":2},"c":{"b":1}}"#, false),
            (r#"{"a":{"b":1}}"#, r#"{"a":1,"b":1}"#, false),
            (r#"{"a":"\ud83d"}"#, "{\"a\":\"\u{fffd}\"}", false),
            (r#"[true,[false]]"#, r#"[true,false]"#, false),
            (r#"[[],[1]]"#, r#"[[1],[]]"#, false),
        ] {
            assert_eq!(content_hash(one.as_bytes()) == content_hash(other.as_bytes()), same, "{one} {other}");
        }
    }

    /// Destinations keep it.
    #[test]
    fn it_never_changes() {
        let json = r#"{"id":"é\n","n":[1.50,true,null,{}],"o":{"b":[],"a":"x"}}"#;
        assert_eq!(content_hash(json.as_bytes()), KEPT);
    }

    const KEPT: u64 = 0x3298_f7eb_4479_8e47;

    proptest! {
        #[test]
        fn it_is_what_a_tree_says(one in value(), other in value()) {
            let hash = |json: String| content_hash(json.as_bytes());
            prop_assert_eq!(hash(one.to_string()), hash(turned(&one)));
            prop_assert_eq!(hash(format!("{one:#}")), hash(turned(&one)));
            prop_assert_eq!(hash(one.to_string()) == hash(turned(&other)), one == other);
        }

        #[test]
        fn nothing_stops_it(bytes in prop::collection::vec(prop::sample::select(&b"{}[],:\"\\a1t "[..]), 0..40)) {
            content_hash(&bytes);
        }
    }
}
