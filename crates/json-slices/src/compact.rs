//! Walks over the tokens of JSON that was checked before. What was not harms nobody: it comes out as some tokens.

use memchr::memchr2;

use crate::wide_bytes::plain_text_end;

/// A piece of JSON as it is written. Together, with the white space between them, they are the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// A string with its quotes.
    String(&'a [u8]),
    /// A number.
    Number(&'a [u8]),
    /// Brackets, commas, colons and words (`true`, `false`, `null`), one or several of them.
    Other(&'a [u8]),
}

/// The tokens of a JSON text, without the white space between them.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    rest: &'a [u8],
}

/// Walks over the tokens of a JSON text.
pub fn tokens(json: &[u8]) -> Tokens<'_> {
    Tokens { rest: json }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    #[inline]
    fn next(&mut self) -> Option<Token<'a>> {
        self.rest = self.rest.trim_ascii_start();
        let first = *self.rest.first()?;
        let length = match first {
            b'"' => string_length(self.rest),
            b'-' | b'0'..=b'9' => length_while(self.rest, is_of_number),
            _ => length_while(self.rest, is_other).max(1),
        };
        let (token, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(match first {
            b'"' => Token::String(token),
            b'-' | b'0'..=b'9' => Token::Number(token),
            _ => Token::Other(token),
        })
    }
}

fn length_while(json: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    json.iter().position(|byte| !belongs(*byte)).unwrap_or(json.len())
}

fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

fn is_other(byte: u8) -> bool {
    byte > b' ' && !matches!(byte, b'"' | b'-' | b'0'..=b'9')
}

/// The length of the string with which `json` begins, quotes included.
fn string_length(json: &[u8]) -> usize {
    let mut position = 1;
    loop {
        position = plain_text_end(json, position);
        match json.get(position) {
            Some(b'"') => return position + 1,
            Some(b'\\') => position += 2,
            Some(_) => position += 1,
            None => return json.len(),
        }
    }
}

/// Appends JSON as (part of) one line: without the line breaks between its tokens. Raw ones occur nowhere else in JSON,
/// so a text without any is copied untouched; from others all white space between tokens goes.
pub fn push_line(line: &mut Vec<u8>, json: &[u8]) {
    if memchr2(b'\n', b'\r', json).is_none() {
        line.extend_from_slice(json);
        return;
    }
    for token in tokens(json) {
        let (Token::String(text) | Token::Number(text) | Token::Other(text)) = token;
        line.extend_from_slice(text);
    }
}
