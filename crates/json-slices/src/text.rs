//! Strings: what they say, and the one rule for those that say nothing in Unicode (see the crate's documentation).

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;

use crate::wide_bytes::plain_text_end;

/// A JSON string where it stands, quotes and escapes included.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    token: &'a [u8],
}

/// Shows the length only: it can be a record's value.
impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.token.len())
    }
}

impl<'a> Text<'a> {
    /// Of a token that is one string.
    #[inline]
    pub(crate) fn new(token: &'a [u8]) -> Self {
        Self { token }
    }

    /// The string that `token` is; `None` if it is none. Whether its inside is valid is for whoever found it to know;
    /// a broken one has no [`exact`](Self::exact) text.
    pub fn of(token: &'a [u8]) -> Option<Self> {
        (token.len() >= 2 && token.starts_with(b"\"") && token.ends_with(b"\"")).then_some(Self { token })
    }

    /// As it is written, without the quotes.
    #[inline]
    pub fn raw(self) -> &'a [u8] {
        self.token.get(1..self.token.len() - 1).unwrap_or_default()
    }

    /// The text, if it is Unicode: `None` for half a character. Copied only if there are escapes.
    pub fn exact(self) -> Option<Cow<'a, str>> {
        let raw = self.raw();
        if memchr(b'\\', raw).is_some() {
            unescaped(raw, None).map(Cow::Owned)
        } else {
            std::str::from_utf8(raw).ok().map(Cow::Borrowed)
        }
    }

    /// The text with U+FFFD for every half of a character. Copied only if there are escapes.
    pub fn lossy(self) -> Cow<'a, str> {
        self.exact()
            .or_else(|| unescaped(self.raw(), Some(char::REPLACEMENT_CHARACTER)).map(Cow::Owned))
            .unwrap_or_else(|| String::from_utf8_lossy(self.raw()))
    }
}

/// Replaces the escapes; half a character by `half`. `None` if there is an escape that JSON does not know, or half a
/// character and nothing to put in its place.
fn unescaped(mut rest: &[u8], half: Option<char>) -> Option<String> {
    let mut text = String::with_capacity(rest.len());
    while let Some(backslash) = memchr(b'\\', rest) {
        text.push_str(std::str::from_utf8(&rest[..backslash]).ok()?);
        let (letter, after) = rest[backslash + 1..].split_first()?;
        rest = after;
        text.push(match letter {
            b'"' | b'\\' | b'/' => char::from(*letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let (unit, after) = code_unit(rest)?;
                rest = after;
                let pair = after.strip_prefix(br"\u").filter(|_| is_high(unit)).and_then(code_unit);
                match pair.and_then(|(low, after)| Some((joined(unit, low)?, after))) {
                    Some((character, after)) => {
                        rest = after;
                        character
                    }
                    None => char::from_u32(unit).or(half)?,
                }
            }
            _ => return None,
        });
    }
    text.push_str(std::str::from_utf8(rest).ok()?);
    Some(text)
}

/// The four hexadecimal digits at the beginning.
pub(crate) fn code_unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<4>()?;
    let unit = digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))?;
    Some((unit, rest))
}

pub(crate) fn is_high(unit: u32) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

/// The character that two halves make.
pub(crate) fn joined(high: u32, low: u32) -> Option<char> {
    let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + low)
}

/// Appends text as a JSON string, with escapes only where JSON wants them.
pub fn push_string(output: &mut Vec<u8>, text: &str) {
    output.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, special) = rest.split_at(plain_text_end(rest, 0));
        output.extend_from_slice(plain);
        let Some((&byte, after)) = special.split_first() else { break };
        rest = after;
        let letter = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            _ => {
                let digit =
                    |nibble: u8| char::from_digit(nibble.into(), 16).map_or(b'0', |digit| digit as u8);
                output.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
                continue;
            }
        };
        output.extend_from_slice(&[b'\\', letter]);
    }
    output.push(b'"');
}
