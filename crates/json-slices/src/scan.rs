//! A validating JSON scanner over bytes: accepts RFC 8259, builds nothing.

use crate::error::{ScanError, ScanErrorKind};
use crate::span::Span;
use crate::text::Text;
use crate::wide_bytes::Specials;

/// Deepest nesting of arrays and objects accepted; one bit of a `u128` per open container.
pub(crate) const MAX_DEPTH: u32 = 128;

/// A string token: where it lies, quotes included, and whether it contains escapes.
#[derive(Debug, Clone, Copy)]
pub struct StringToken {
    span: Span,
    is_escaped: bool,
}

/// Hears of the objects in a value while it is passed over; of empty ones it need not.
pub(crate) trait Walk {
    /// An object begins.
    #[inline(always)]
    fn open(&mut self) {}

    /// A member of the innermost object has this name, which is as it is written.
    #[inline(always)]
    fn name(&mut self, _raw: &[u8], _is_escaped: bool) {}

    /// The innermost object ends.
    #[inline(always)]
    fn close(&mut self) {}
}

impl Walk for () {}

/// Walks over a JSON text. Every method starts at the current position and leaves it behind what it read.
///
/// The work is done by functions from position to position below, so that the position stays in a register.
pub struct Scanner<'a> {
    bytes: &'a [u8],
    position: usize,
    specials: Specials,
}

impl<'a> Scanner<'a> {
    /// Checks length and UTF-8 once for the whole text; everything else relies on it.
    ///
    /// # Errors
    /// [`ScanError`] if it is longer than 4 GiB or not UTF-8.
    pub fn new(bytes: &'a [u8]) -> Result<Self, ScanError> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(ScanError::new(ScanErrorKind::TooLong, bytes.len()));
        }
        match simdutf8::basic::from_utf8(bytes) {
            Ok(_) => Ok(Self { bytes, position: 0, specials: Specials::new() }),
            Err(_) => Err(invalid_utf8(bytes)),
        }
    }

    /// For a text that was checked before.
    pub(crate) fn checked(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0, specials: Specials::new() }
    }

    /// Passes over any value and tells `walk` of the objects in it.
    #[inline]
    pub(crate) fn walk(&mut self, walk: &mut impl Walk) -> Result<(), ScanError> {
        self.position = value_end(self.bytes, &mut self.specials, self.position, 0, walk)?;
        Ok(())
    }

    /// The bytes at a span.
    pub fn slice(&self, span: Span) -> &'a [u8] {
        span.of(self.bytes)
    }

    /// Where the scanner is, in bytes from the start of the text.
    pub fn position(&self) -> usize {
        self.position
    }

    /// An error at the current position.
    pub fn error(&self, kind: ScanErrorKind) -> ScanError {
        ScanError::new(kind, self.position)
    }

    /// The first byte of the next token, without moving past it; `END` at the end.
    #[inline]
    pub fn peek(&mut self) -> u8 {
        self.position = skip_whitespace(self.bytes, self.position);
        byte_at(self.bytes, self.position)
    }

    /// Checks that nothing but whitespace is left.
    ///
    /// # Errors
    /// [`ScanError`] if there is.
    pub fn finish(&mut self) -> Result<(), ScanError> {
        self.peek();
        if self.position == self.bytes.len() { Ok(()) } else { Err(self.error(ScanErrorKind::TrailingBytes)) }
    }

    /// Calls `member` for each member of the object that starts here, at the member's value. It must pass over
    /// exactly that value.
    ///
    /// # Errors
    /// [`ScanError`] if it is not valid JSON, and what the callback gave.
    #[inline]
    pub fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, StringToken) -> Result<(), ScanError>,
    ) -> Result<(), ScanError> {
        self.sequence(b'{', b'}', |scanner| {
            let (name, position) = member_name(scanner.bytes, &mut scanner.specials, scanner.position)?;
            scanner.position = position;
            member(scanner, name)
        })
    }

    /// Calls `element` for each element of the array that starts here. It must pass over exactly that element.
    ///
    /// # Errors
    /// [`ScanError`] if it is not valid JSON, and what the callback gave.
    #[inline]
    pub fn array(
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
    ///
    /// # Errors
    /// [`ScanError`] if it is not valid JSON.
    #[inline]
    pub fn value(&mut self, depth: u32) -> Result<Span, ScanError> {
        self.peek();
        let start = self.position;
        self.position = value_end(self.bytes, &mut self.specials, start, depth, &mut ())?;
        Ok(Span::new(start, self.position))
    }

    /// The string that a token is.
    pub fn text(&self, token: StringToken) -> Text<'a> {
        Text::new(self.slice(token.span))
    }

    /// The bytes of a string token as they are written, without the quotes.
    #[inline]
    pub(crate) fn raw(&self, token: StringToken) -> &'a [u8] {
        token.span.inner_of(self.bytes)
    }

    /// Whether a member's name is `name`, however it is escaped.
    #[inline(always)]
    pub fn is_named(&self, token: StringToken, name: &str) -> bool {
        if token.is_escaped {
            self.text(token).exact().is_some_and(|text| text == name)
        } else {
            self.raw(token) == name.as_bytes()
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
fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// The position of a byte that must be next, but for white space.
#[inline(always)]
fn find_byte(bytes: &[u8], mut position: usize, byte: u8) -> Result<usize, ScanError> {
    if byte_at(bytes, position) != byte {
        position = skip_whitespace(bytes, position);
        if byte_at(bytes, position) != byte {
            return Err(unexpected(bytes, position));
        }
    }
    Ok(position)
}

#[inline(always)]
fn skip_whitespace(bytes: &[u8], mut position: usize) -> usize {
    // Compact JSON has no whitespace: one comparison settles it.
    while byte_at(bytes, position) <= b' ' && is_whitespace(byte_at(bytes, position)) {
        position += 1;
    }
    position
}

/// The fast check only says that something is wrong, not where.
#[cold]
fn invalid_utf8(bytes: &[u8]) -> ScanError {
    let offset = std::str::from_utf8(bytes).err().map_or(bytes.len(), |error| error.valid_up_to());
    ScanError::new(ScanErrorKind::InvalidUtf8, offset)
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
fn value_end(
    bytes: &[u8],
    specials: &mut Specials,
    mut position: usize,
    depth: u32,
    walk: &mut impl Walk,
) -> Result<usize, ScanError> {
    // Which of the containers opened here are objects; the innermost is the lowest bit.
    let mut objects = 0_u128;
    let mut open = 0_u32;
    'value: loop {
        match byte_at(bytes, position) {
            b'"' => (_, position) = string(bytes, specials, position)?,
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
                        walk.open();
                        position = walked_name(bytes, specials, position, walk)?;
                    }
                    continue 'value;
                }
            }
            b'-' | b'0'..=b'9' => position = number_end(bytes, position)?,
            b't' => position = word_end(bytes, position, b"true")?,
            b'f' => position = word_end(bytes, position, b"false")?,
            b'n' => position = word_end(bytes, position, b"null")?,
            byte if is_whitespace(byte) => {
                position = skip_whitespace(bytes, position);
                continue 'value;
            }
            _ => return Err(unexpected(bytes, position)),
        }
        loop {
            if open == 0 {
                return Ok(position);
            }
            let in_object = objects & 1 == 1;
            match byte_at(bytes, position) {
                b',' => {
                    position += 1;
                    if in_object {
                        position = walked_name(bytes, specials, position, walk)?;
                    }
                    continue 'value;
                }
                closing @ (b'}' | b']') if (closing == b'}') == in_object => {
                    position += 1;
                    if in_object {
                        walk.close();
                    }
                    objects >>= 1;
                    open -= 1;
                }
                byte if is_whitespace(byte) => position = skip_whitespace(bytes, position),
                _ => return Err(unexpected(bytes, position)),
            }
        }
    }
}

/// Tells of a member's name; the position behind its colon.
#[inline(always)]
fn walked_name(
    bytes: &[u8],
    specials: &mut Specials,
    position: usize,
    walk: &mut impl Walk,
) -> Result<usize, ScanError> {
    let (name, position) = member_name(bytes, specials, position)?;
    walk.name(name.span.inner_of(bytes), name.is_escaped);
    Ok(position)
}

/// A member's name, and the position behind its colon.
#[inline(always)]
fn member_name(
    bytes: &[u8],
    specials: &mut Specials,
    position: usize,
) -> Result<(StringToken, usize), ScanError> {
    let position = find_byte(bytes, position, b'"')?;
    let (name, position) = string(bytes, specials, position)?;
    Ok((name, find_byte(bytes, position, b':')? + 1))
}

/// The string whose opening quote is at `start`, and the position behind it.
#[inline(always)]
fn string(bytes: &[u8], specials: &mut Specials, start: usize) -> Result<(StringToken, usize), ScanError> {
    let mut position = specials.next(bytes, start + 1);
    let is_escaped = byte_at(bytes, position) != b'"';
    if is_escaped {
        position = escaped_text_end(bytes, specials, position)?;
    }
    Ok((StringToken { span: Span::new(start, position + 1), is_escaped }, position + 1))
}

/// The closing quote of a string from something special in it on.
#[cold]
fn escaped_text_end(bytes: &[u8], specials: &mut Specials, mut position: usize) -> Result<usize, ScanError> {
    loop {
        match byte_at(bytes, position) {
            b'"' => return Ok(position),
            b'\\' => position = specials.next(bytes, escape_end(bytes, position)?),
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
