//! A validating JSON scanner over bytes: accepts RFC 8259, builds nothing.

use std::borrow::Cow;
use std::fmt;

use super::Span;

/// Deepest nesting of arrays and objects accepted; one bit of a `u128` per open container.
const MAX_DEPTH: u32 = 128;

/// Why a JSON text could not be read. Names positions, never content.
// Boxed, for it is part of every result in the hottest loop and almost never there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanError(Box<Fault>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    kind: ScanErrorKind,
    offset_bytes: usize,
}

/// What is wrong with a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScanErrorKind {
    /// The text ends too early.
    UnexpectedEnd,
    /// A byte that JSON does not allow here.
    UnexpectedByte,
    /// Something other than whitespace follows the document.
    TrailingBytes,
    /// An escape sequence that JSON does not know.
    InvalidEscape,
    /// A raw control character inside a string.
    ControlCharacter,
    /// A malformed number.
    InvalidNumber,
    /// The text is not UTF-8.
    InvalidUtf8,
    /// More than 128 arrays and objects inside each other.
    TooDeep,
    /// More than 4 GiB.
    TooLong,
    /// A member that decides the meaning of the document occurs twice.
    DuplicateMember(&'static str),
    /// An array or object was expected at the place asked for.
    WrongType,
    /// A record is not a JSON object.
    NotAnObject {
        /// Index of the record in its array.
        record: usize,
    },
    /// A record lacks a key field, or its value is neither a readable string nor a number.
    InvalidKey {
        /// Index of the record in its array.
        record: usize,
        /// The key field's name, as it was asked for.
        field: String,
    },
}

impl ScanError {
    #[cold]
    pub(crate) fn new(kind: ScanErrorKind, offset_bytes: usize) -> Self {
        Self(Box::new(Fault { kind, offset_bytes }))
    }

    /// What is wrong.
    pub fn kind(&self) -> &ScanErrorKind {
        &self.0.kind
    }

    /// Where, in bytes from the start of the text.
    pub fn offset_bytes(&self) -> usize {
        self.0.offset_bytes
    }
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            ScanErrorKind::UnexpectedEnd => f.write_str("the JSON text ends too early"),
            ScanErrorKind::UnexpectedByte => f.write_str("not JSON"),
            ScanErrorKind::TrailingBytes => f.write_str("something follows the JSON text"),
            ScanErrorKind::InvalidEscape => f.write_str("invalid escape in a JSON string"),
            ScanErrorKind::ControlCharacter => f.write_str("control character in a JSON string"),
            ScanErrorKind::InvalidNumber => f.write_str("malformed JSON number"),
            ScanErrorKind::InvalidUtf8 => f.write_str("not UTF-8"),
            ScanErrorKind::TooDeep => write!(f, "JSON nested deeper than {MAX_DEPTH} levels"),
            ScanErrorKind::TooLong => f.write_str("JSON text longer than 4 GiB"),
            ScanErrorKind::DuplicateMember(name) => write!(f, "`{name}` occurs twice"),
            ScanErrorKind::WrongType => f.write_str("neither an array nor an object"),
            ScanErrorKind::NotAnObject { record } => write!(f, "record {record} is not an object"),
            ScanErrorKind::InvalidKey { record, field } => {
                write!(f, "record {record} has no string or number in its key field `{field}`")
            }
        }?;
        write!(f, " (at byte {})", self.0.offset_bytes)
    }
}

impl std::error::Error for ScanError {}

/// A string token: where it lies, quotes included, and whether it contains escapes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StringToken {
    span: Span,
    is_escaped: bool,
}

/// Walks over a JSON text. Every method starts at the current position and leaves it behind what it read.
///
/// The work is done by functions from position to position below, so that the position stays in a register.
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Scanner<'a> {
    /// Checks length and UTF-8 once for the whole text; everything else relies on it.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, ScanError> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(ScanError::new(ScanErrorKind::TooLong, bytes.len()));
        }
        match std::str::from_utf8(bytes) {
            Ok(_) => Ok(Self { bytes, position: 0 }),
            Err(error) => Err(ScanError::new(ScanErrorKind::InvalidUtf8, error.valid_up_to())),
        }
    }

    pub(crate) fn slice(&self, span: Span) -> &'a [u8] {
        span.of(self.bytes)
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    pub(crate) fn error(&self, kind: ScanErrorKind) -> ScanError {
        ScanError::new(kind, self.position)
    }

    /// The first byte of the next token, without moving past it; [`END`] at the end.
    #[inline]
    pub(crate) fn peek(&mut self) -> u8 {
        self.position = skip_whitespace(self.bytes, self.position);
        byte_at(self.bytes, self.position)
    }

    /// Checks that nothing but whitespace is left.
    pub(crate) fn finish(&mut self) -> Result<(), ScanError> {
        self.peek();
        if self.position == self.bytes.len() { Ok(()) } else { Err(self.error(ScanErrorKind::TrailingBytes)) }
    }

    /// Calls `member` for each member of the object that starts here, at the member's value. It must pass over
    /// exactly that value.
    #[inline]
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, StringToken) -> Result<(), ScanError>,
    ) -> Result<(), ScanError> {
        self.sequence(b'{', b'}', |scanner| {
            let (name, position) = member_name(scanner.bytes, scanner.position)?;
            scanner.position = position;
            member(scanner, name)
        })
    }

    /// Calls `element` for each element of the array that starts here. It must pass over exactly that element.
    #[inline]
    pub(crate) fn array(
        &mut self,
        element: impl FnMut(&mut Self) -> Result<(), ScanError>,
    ) -> Result<(), ScanError> {
        self.sequence(b'[', b']', element)
    }

    #[inline]
    fn sequence(
        &mut self,
        opening: u8,
        closing: u8,
        mut item: impl FnMut(&mut Self) -> Result<(), ScanError>,
    ) -> Result<(), ScanError> {
        if self.peek() != opening {
            return Err(unexpected(self.bytes, self.position));
        }
        self.position += 1;
        if self.peek() == closing {
            self.position += 1;
            return Ok(());
        }
        loop {
            item(self)?;
            let next = self.peek();
            self.position += 1;
            match next {
                b',' => {}
                next if next == closing => return Ok(()),
                _ => return Err(unexpected(self.bytes, self.position - 1)),
            }
        }
    }

    /// Passes over any value and returns where it lies. `depth` containers are open around it.
    #[inline]
    pub(crate) fn value(&mut self, depth: u32) -> Result<Span, ScanError> {
        self.peek();
        let start = self.position;
        self.position = value_end(self.bytes, start, depth)?;
        Ok(Span::new(start, self.position))
    }

    /// The text of a string token; `None` if its escapes spell no Unicode text (a lone surrogate).
    pub(crate) fn text(&self, token: StringToken) -> Option<Cow<'a, str>> {
        unquote(self.slice(token.span))
    }

    /// Whether a member's name is `name`, however it is escaped.
    #[inline]
    pub(crate) fn is_named(&self, token: StringToken, name: &str) -> bool {
        if token.is_escaped {
            self.text(token).is_some_and(|text| text == name)
        } else {
            token.span.inner_of(self.bytes) == name.as_bytes()
        }
    }
}

/// What [`byte_at`] gives at the end of the text. JSON allows this byte nowhere, so it needs no case of its own.
const END: u8 = 0;

#[inline(always)]
fn byte_at(bytes: &[u8], position: usize) -> u8 {
    bytes.get(position).copied().unwrap_or(END)
}

#[inline(always)]
fn skip_whitespace(bytes: &[u8], mut position: usize) -> usize {
    // Compact JSON has no whitespace: one comparison settles it.
    while byte_at(bytes, position) <= b' ' && matches!(byte_at(bytes, position), b' ' | b'\n' | b'\r' | b'\t')
    {
        position += 1;
    }
    position
}

/// An error for whatever is at `position`.
#[cold]
fn unexpected(bytes: &[u8], position: usize) -> ScanError {
    let at_end = position >= bytes.len();
    ScanError::new(
        if at_end { ScanErrorKind::UnexpectedEnd } else { ScanErrorKind::UnexpectedByte },
        position,
    )
}

/// The end of the value that starts at `position`. Nesting is kept in a number instead of on the stack.
fn value_end(bytes: &[u8], mut position: usize, depth: u32) -> Result<usize, ScanError> {
    // Which of the containers opened here are objects; the innermost is the lowest bit.
    let mut objects = 0_u128;
    let mut open = 0_u32;
    'value: loop {
        match byte_at(bytes, position) {
            b'"' => (_, position) = string(bytes, position)?,
            bracket @ (b'{' | b'[') => {
                if depth + open >= MAX_DEPTH {
                    return Err(ScanError::new(ScanErrorKind::TooDeep, position));
                }
                position = skip_whitespace(bytes, position + 1);
                // `{` and `}`, `[` and `]` are two apart.
                if byte_at(bytes, position) == bracket + 2 {
                    position += 1;
                } else {
                    open += 1;
                    objects <<= 1;
                    if bracket == b'{' {
                        objects |= 1;
                        (_, position) = member_name(bytes, position)?;
                        position = skip_whitespace(bytes, position);
                    }
                    continue 'value;
                }
            }
            b'-' | b'0'..=b'9' => position = number_end(bytes, position)?,
            b't' => position = word_end(bytes, position, b"true")?,
            b'f' => position = word_end(bytes, position, b"false")?,
            b'n' => position = word_end(bytes, position, b"null")?,
            _ => return Err(unexpected(bytes, position)),
        }
        loop {
            if open == 0 {
                return Ok(position);
            }
            position = skip_whitespace(bytes, position);
            let in_object = objects & 1 == 1;
            match byte_at(bytes, position) {
                b',' => {
                    position = skip_whitespace(bytes, position + 1);
                    if in_object {
                        (_, position) = member_name(bytes, position)?;
                        position = skip_whitespace(bytes, position);
                    }
                    continue 'value;
                }
                closing @ (b'}' | b']') if (closing == b'}') == in_object => {
                    position += 1;
                    objects >>= 1;
                    open -= 1;
                }
                _ => return Err(unexpected(bytes, position)),
            }
        }
    }
}

/// A member's name, and the position behind its colon.
#[inline(always)]
fn member_name(bytes: &[u8], position: usize) -> Result<(StringToken, usize), ScanError> {
    let position = skip_whitespace(bytes, position);
    if byte_at(bytes, position) != b'"' {
        return Err(unexpected(bytes, position));
    }
    let (name, position) = string(bytes, position)?;
    let position = skip_whitespace(bytes, position);
    if byte_at(bytes, position) != b':' {
        return Err(unexpected(bytes, position));
    }
    Ok((name, position + 1))
}

/// The string whose opening quote is at `start`, and the position behind it.
#[inline(always)]
fn string(bytes: &[u8], start: usize) -> Result<(StringToken, usize), ScanError> {
    let mut position = plain_text_end(bytes, start + 1);
    let is_escaped = byte_at(bytes, position) != b'"';
    if is_escaped {
        position = escaped_text_end(bytes, position)?;
    }
    Ok((StringToken { span: Span::new(start, position + 1), is_escaped }, position + 1))
}

/// The next quote, backslash or control character, or the end; looks at eight bytes at a time.
#[inline(always)]
fn plain_text_end(bytes: &[u8], mut position: usize) -> usize {
    while let Some(chunk) = bytes.get(position..).and_then(|rest| rest.first_chunk::<8>()) {
        let special = special_bytes(u64::from_le_bytes(*chunk));
        if special != 0 {
            return position + (special.trailing_zeros() / 8) as usize;
        }
        position += 8;
    }
    let is_plain = |byte: &u8| *byte >= b' ' && !matches!(byte, b'"' | b'\\');
    position + bytes[position..].iter().take_while(|byte| is_plain(byte)).count()
}

/// The closing quote of a string from something special in it on.
#[cold]
fn escaped_text_end(bytes: &[u8], mut position: usize) -> Result<usize, ScanError> {
    loop {
        match byte_at(bytes, position) {
            b'"' => return Ok(position),
            b'\\' => position = plain_text_end(bytes, escape_end(bytes, position)?),
            _ if position >= bytes.len() => return Err(unexpected(bytes, position)),
            _ => return Err(ScanError::new(ScanErrorKind::ControlCharacter, position)),
        }
    }
}

/// The end of the escape that starts at `position`. A lone surrogate is accepted as the grammar accepts it:
/// servers do send them, for text that was cut in the middle of a pair.
fn escape_end(bytes: &[u8], position: usize) -> Result<usize, ScanError> {
    match byte_at(bytes, position + 1) {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(position + 2),
        b'u' if (2..6).all(|offset| byte_at(bytes, position + offset).is_ascii_hexdigit()) => {
            Ok(position + 6)
        }
        _ => Err(ScanError::new(ScanErrorKind::InvalidEscape, position)),
    }
}

fn word_end(bytes: &[u8], position: usize, word: &[u8]) -> Result<usize, ScanError> {
    if bytes[position..].starts_with(word) {
        Ok(position + word.len())
    } else {
        Err(unexpected(bytes, position))
    }
}

fn number_end(bytes: &[u8], mut position: usize) -> Result<usize, ScanError> {
    if byte_at(bytes, position) == b'-' {
        position += 1;
    }
    position = match byte_at(bytes, position) {
        b'0' => position + 1,
        _ => digits_end(bytes, position)?,
    };
    if byte_at(bytes, position) == b'.' {
        position = digits_end(bytes, position + 1)?;
    }
    if let b'e' | b'E' = byte_at(bytes, position) {
        position += 1;
        if let b'+' | b'-' = byte_at(bytes, position) {
            position += 1;
        }
        position = digits_end(bytes, position)?;
    }
    Ok(position)
}

/// The end of one or more digits.
#[inline(always)]
fn digits_end(bytes: &[u8], start: usize) -> Result<usize, ScanError> {
    let mut position = start;
    while byte_at(bytes, position).is_ascii_digit() {
        position += 1;
    }
    if position == start { Err(ScanError::new(ScanErrorKind::InvalidNumber, start)) } else { Ok(position) }
}

/// The text that a complete, valid JSON string token (quotes included) stands for.
pub(crate) fn unquote(token: &[u8]) -> Option<Cow<'_, str>> {
    let inner = token.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if inner.contains(&b'\\') {
        serde_json::from_slice(token).ok().map(Cow::Owned)
    } else {
        std::str::from_utf8(inner).ok().map(Cow::Borrowed)
    }
}

/// Marks with their high bit the bytes of `word` that are a quote, a backslash or below a space. Bytes above
/// the lowest mark may be marked wrongly (a borrow runs upwards), so only the lowest one counts.
#[inline]
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let below_space = word.wrapping_sub(ONES * b' ' as u64) & !word;
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let quotes = quote.wrapping_sub(ONES) & !quote;
    let backslashes = backslash.wrapping_sub(ONES) & !backslash;
    (below_space | quotes | backslashes) & HIGH
}
