//! JSON whose strings everything can hold: U+FFFD for what some readers refuse (see the crate's documentation).

use std::borrow::Cow;

use memchr::memchr;
use serde::de::DeserializeOwned;

use crate::text::{code_unit, is_high, joined};

/// How U+FFFD is written, as long as what it stands for.
const REPLACEMENT: &[u8; 4] = b"fffd";

/// JSON that was checked before, with U+FFFD for every half of a character. All else stays, byte for byte; not copied if
/// there is nothing to replace.
pub fn unicode(json: &[u8]) -> Cow<'_, [u8]> {
    mended(json, false)
}

/// The same, and U+FFFD for U+0000, too: many programs take it for the end of a text.
pub fn storable(json: &[u8]) -> Cow<'_, [u8]> {
    mended(json, true)
}

/// Reads JSON from outside, with U+FFFD for every half of a character.
///
/// # Errors
/// As [`serde_json::from_slice`]. The error's words can quote the text.
pub fn read<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(&unicode(json))
}

fn mended(json: &[u8], with_nul: bool) -> Cow<'_, [u8]> {
    let mut mended: Option<Vec<u8>> = None;
    let mut position = 0;
    // Backslashes stand in strings only.
    while let Some(found) = json.get(position..).and_then(|rest| memchr(b'\\', rest)) {
        let escape = position + found;
        position = escape + 2;
        if json.get(escape + 1) != Some(&b'u') {
            continue;
        }
        let Some((unit, rest)) = code_unit(&json[position..]) else { continue };
        let digits = position..position + 4;
        position += 4;
        let is_unfit = if is_high(unit) {
            let low = rest.strip_prefix(br"\u").and_then(code_unit);
            let is_pair = low.is_some_and(|(low, _)| joined(unit, low).is_some());
            position += if is_pair { 6 } else { 0 };
            !is_pair
        } else {
            char::from_u32(unit).is_none() || unit == 0 && with_nul
        };
        if is_unfit {
            mended.get_or_insert_with(|| json.to_vec())[digits].copy_from_slice(REPLACEMENT);
        }
    }
    mended.map_or(Cow::Borrowed(json), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Text;

    #[test]
    fn halves_are_replaced_and_all_else_stays() {
        for (json, expected) in [
            (r#""cut \ud83d""#, r#""cut \ufffd""#),
            (r#""\ud83d\ude00 \uD83D\uDE00""#, r#""\ud83d\ude00 \uD83D\uDE00""#),
            (r#""\ud83d\ud83d\ude00\ude00""#, r#""\ufffd\ud83d\ude00\ufffd""#),
            (r#""\ud83d\u0041\ud83d\n\\ud83d""#, r#""\ufffd\u0041\ufffd\n\\ud83d""#),
            (r#"{ "\udc00": [1.10, "\u0000"] }"#, r#"{ "\ufffd": [1.10, "\u0000"] }"#),
        ] {
            assert_eq!(unicode(json.as_bytes()), expected.as_bytes(), "{json}");
        }
        assert_eq!(storable(br#""a\u0000\ud83d\\u0000""#), &br#""a\ufffd\ufffd\\u0000""#[..]);
        assert!(matches!(storable(br#"{"a":"\ud83d\ude00 \u0001"}"#), Cow::Borrowed(_)));
        assert_eq!(read::<Vec<String>>(br#"["a\ud83d"]"#).unwrap(), ["a\u{fffd}"]);
    }

    proptest! {
        #[test]
        fn it_says_what_the_lossy_text_says(inside in r#"(\\u[dD][89abAB][0-9]0|\\u[dD][cdCD]00|\\u0000|\\\\|\\n|u|[a-z]){0,12}"#) {
            let token = format!("\"{inside}\"");
            let text: String = serde_json::from_slice(&unicode(token.as_bytes())).unwrap();
            prop_assert_eq!(&*Text::of(token.as_bytes()).unwrap().lossy(), &text);
            let stored: String = serde_json::from_slice(&storable(token.as_bytes())).unwrap();
            prop_assert_eq!(stored, text.replace('\0', "\u{fffd}"));
        }

        #[test]
        fn broken_json_harms_nobody(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(storable(&bytes).len(), bytes.len());
        }
    }
}
