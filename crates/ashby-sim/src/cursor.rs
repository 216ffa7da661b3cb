//! Page cursors and sync tokens: opaque to clients, a row of numbers to us.

use std::fmt::Write as _;

use crate::dice::mix;

/// Where a listing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// What the listing was asked for: the operation and its filters.
    pub(crate) fingerprint: u64,
    /// The change that an incremental listing starts after; none in a full one.
    pub(crate) since: Option<u64>,
    /// The latest change when the listing began.
    pub(crate) start: u64,
    /// Where the next page begins.
    pub(crate) position: u64,
    /// How many pages came before.
    pub(crate) pages: u64,
    /// Cursors of an earlier generation have expired.
    pub(crate) generation: u64,
    /// When it was issued, in milliseconds since the server's start.
    pub(crate) issued_ms: u64,
}

/// Until where a client has seen everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) fingerprint: u64,
    /// The latest change when the listing began that the token ends.
    pub(crate) sequence: u64,
    pub(crate) generation: u64,
}

impl Cursor {
    pub(crate) fn write(&self, secret: u64) -> String {
        let since = self.since.map_or(0, |since| since + 1);
        let Self { fingerprint, start, position, pages, generation, issued_ms, .. } = *self;
        write(secret ^ 0x63, [fingerprint, since, start, position, pages, generation, issued_ms])
    }

    pub(crate) fn read(secret: u64, text: &str) -> Option<Self> {
        let [fingerprint, since, start, position, pages, generation, issued_ms] = read(secret ^ 0x63, text)?;
        Some(Self { fingerprint, since: since.checked_sub(1), start, position, pages, generation, issued_ms })
    }
}

impl Token {
    pub(crate) fn write(&self, secret: u64) -> String {
        write(secret ^ 0x74, [self.fingerprint, self.sequence, self.generation])
    }

    pub(crate) fn read(secret: u64, text: &str) -> Option<Self> {
        let [fingerprint, sequence, generation] = read(secret ^ 0x74, text)?;
        Some(Self { fingerprint, sequence, generation })
    }
}

/// Writes numbers in hexadecimal digits, scrambled so that nobody leans on them, with a checksum first.
fn write<const N: usize>(secret: u64, numbers: [u64; N]) -> String {
    let check = checksum(secret, &numbers);
    let mut text = String::with_capacity(16 * (N + 1));
    // Writing to a string cannot fail.
    let _ = write!(text, "{check:016x}");
    for (place, number) in (1..).zip(numbers) {
        let _ = write!(text, "{:016x}", number ^ mix(check.wrapping_add(place)));
    }
    text
}

fn read<const N: usize>(secret: u64, text: &str) -> Option<[u64; N]> {
    if text.len() != 16 * (N + 1) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let word = |place: usize| u64::from_str_radix(&text[16 * place..16 * (place + 1)], 16).ok();
    let check = word(0)?;
    let mut numbers = [0; N];
    for (place, number) in numbers.iter_mut().enumerate() {
        *number = word(place + 1)? ^ mix(check.wrapping_add(place as u64 + 1));
    }
    (checksum(secret, &numbers) == check).then_some(numbers)
}

fn checksum(secret: u64, numbers: &[u64]) -> u64 {
    numbers.iter().fold(mix(secret), |sum, number| mix(sum ^ number).wrapping_add(0x9e37_79b9_7f4a_7c15))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(secret: u64, since in proptest::option::of(0..u64::MAX), numbers: [u64; 6]) {
            let [fingerprint, start, position, pages, generation, issued_ms] = numbers;
            let cursor = Cursor { fingerprint, since, start, position, pages, generation, issued_ms };
            let text = cursor.write(secret);
            prop_assert_eq!(Cursor::read(secret, &text), Some(cursor));
            prop_assert_eq!(Cursor::read(secret ^ 1, &text), None);
            let token = Token { fingerprint, sequence: start, generation };
            prop_assert_eq!(Token::read(secret, &token.write(secret)), Some(token));
            prop_assert_eq!(Cursor::read(secret, &token.write(secret)), None);
        }

        #[test]
        fn anything_else_is_refused(text: String, flip in 0_usize..128) {
            prop_assert_eq!(Cursor::read(1, &text), None);
            let cursor = Cursor { fingerprint: 1, since: None, start: 2, position: 3, pages: 4, generation: 5, issued_ms: 6 };
            let mut changed = cursor.write(1).into_bytes();
            changed[flip] = if changed[flip] == b'0' { b'1' } else { b'0' };
            prop_assert_eq!(Cursor::read(1, &String::from_utf8(changed).unwrap()), None);
        }
    }
}
