//! Many bytes at a time, with the processor's wide instructions where the target has them and without where not.

use wide::u8x16;

/// How far ahead is looked at once: little enough to be read again from the nearest cache.
const WINDOW: usize = 4096;

/// Bytes whose bits come in one.
const BLOCK: usize = 64;

/// Which bytes are a quote, a backslash or a control character, found for a window of a text at a time, ahead of whoever
/// walks over it.
///
/// Where a string ends is then a matter of a few instructions without a branch, whatever its length; looking for it from
/// its beginning on takes a loop whose end no processor can foresee, and a wrong guess for nearly every string.
pub(crate) struct Specials {
    begin: usize,
    /// How much of the text from there on is known.
    length: usize,
    /// A bit for each byte, the first one the lowest; behind what is known there are none, for as long as one look is.
    bits: [u8; WINDOW / 8 + LOOK],
}

/// Bytes of bits that are looked at at once.
const LOOK: usize = size_of::<u64>();

impl Specials {
    /// Nothing is known yet.
    pub(crate) fn new() -> Self {
        Self { begin: 0, length: 0, bits: [0; WINDOW / 8 + LOOK] }
    }

    /// The position of the next such byte, or the end of `bytes`: the same text each time.
    #[inline(always)]
    pub(crate) fn next(&mut self, bytes: &[u8], position: usize) -> usize {
        let bits = self.from(position);
        if bits != 0 { position + bits.trailing_zeros() as usize } else { self.next_far(bytes, position) }
    }

    /// The bits from a position on, as far as they are known and looked at.
    #[inline(always)]
    fn from(&self, position: usize) -> u64 {
        let offset = position.wrapping_sub(self.begin);
        let bits = self.bits.get(offset / 8..).and_then(|bits| bits.first_chunk::<LOOK>());
        bits.map_or(0, |bits| u64::from_le_bytes(*bits) >> (offset % 8))
    }

    /// The same where it is far away, or not known yet.
    #[inline(never)]
    fn next_far(&mut self, bytes: &[u8], mut position: usize) -> usize {
        loop {
            let offset = position.wrapping_sub(self.begin);
            if offset >= self.length {
                self.look(bytes, position);
                continue;
            }
            let bits = self.from(position);
            if bits != 0 {
                return position + bits.trailing_zeros() as usize;
            }
            position += (BLOCK - offset % 8).min(self.length - offset);
        }
    }

    /// Looks at the window that begins at `begin`, which is within the text or its end. What follows the end counts as
    /// special.
    fn look(&mut self, bytes: &[u8], begin: usize) {
        let text = &bytes[begin.min(bytes.len())..];
        let text = &text[..text.len().min(WINDOW)];
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        let (bits, _) = self.bits.as_chunks_mut::<LOOK>();
        for (block, bits) in blocks.iter().zip(&mut *bits) {
            *bits = special_bits(block).to_le_bytes();
        }
        let mut known = blocks.len();
        if text.len() < WINDOW {
            let mut last = [0; BLOCK];
            last[..rest.len()].copy_from_slice(rest);
            bits[known] = special_bits(&last).to_le_bytes();
            known += 1;
        }
        bits[known] = [0; LOOK];
        (self.begin, self.length) = (begin, known * BLOCK);
    }
}

#[inline(always)]
fn special_bits(block: &[u8; BLOCK]) -> u64 {
    let (chunks, _) = block.as_chunks::<16>();
    chunks.iter().rev().fold(0, |bits, chunk| bits << 16 | u64::from(special_bytes(*chunk)))
}

/// The position of the next quote, backslash or control character, or the end of `bytes`.
#[inline(always)]
pub(crate) fn plain_text_end(bytes: &[u8], mut position: usize) -> usize {
    while let Some(chunk) = bytes.get(position..).and_then(|rest| rest.first_chunk::<16>()) {
        let special = special_bytes(*chunk);
        if special != 0 {
            return position + special.trailing_zeros() as usize;
        }
        position += 16;
    }
    short_plain_text_end(bytes, position)
}

/// The same for the last few bytes of a text.
#[cold]
fn short_plain_text_end(bytes: &[u8], position: usize) -> usize {
    let is_plain = |byte: &u8| *byte >= b' ' && !matches!(byte, b'"' | b'\\');
    position + bytes.get(position..).unwrap_or_default().iter().take_while(|byte| is_plain(byte)).count()
}

/// Which of the bytes are a quote, a backslash or below a space: the first byte is the lowest bit.
#[inline(always)]
fn special_bytes(chunk: [u8; 16]) -> u32 {
    let bytes = u8x16::new(chunk);
    let quotes = bytes.simd_eq(u8x16::splat(b'"'));
    let backslashes = bytes.simd_eq(u8x16::splat(b'\\'));
    let control = bytes.min(u8x16::splat(b' ' - 1)).simd_eq(bytes);
    (quotes | backslashes | control).to_bitmask()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn wide_and_narrow_agree(
            bytes in proptest::collection::vec(prop_oneof![any::<u8>(), b'a'..=b'z'], 0..80),
            start in 0..80_usize,
        ) {
            let start = start.min(bytes.len());
            prop_assert_eq!(plain_text_end(&bytes, start), short_plain_text_end(&bytes, start));
        }

        #[test]
        fn what_is_looked_at_ahead_is_what_is_there(
            plain in proptest::collection::vec((0..200_usize, any::<u8>()), 0..120),
            steps in proptest::collection::vec(0..300_usize, 1..200),
        ) {
            // Long and short runs without anything special, over several windows.
            let bytes: Vec<u8> =
                plain.iter().flat_map(|(length, byte)| std::iter::repeat_n(b'x', *length).chain([*byte])).collect();
            let mut specials = Specials::new();
            let mut position = 0;
            for step in steps {
                let end = specials.next(&bytes, position);
                prop_assert_eq!(end, short_plain_text_end(&bytes, position));
                position = (end.min(position + step) + step % 2).min(bytes.len());
            }
            // Back again, too.
            prop_assert_eq!(specials.next(&bytes, 0), short_plain_text_end(&bytes, 0));
        }

        #[test]
        fn the_end_of_a_window_is_no_end(length in 4000..4300_usize, at in 3900..4300_usize) {
            let mut bytes = vec![b'x'; length];
            if let Some(byte) = bytes.get_mut(at) {
                *byte = b'"';
            }
            let mut specials = Specials::new();
            for position in (0..length).step_by(61).chain([length]) {
                prop_assert_eq!(specials.next(&bytes, position), short_plain_text_end(&bytes, position));
            }
        }
    }
}
