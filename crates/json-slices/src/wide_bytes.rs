//! Many bytes at a time, with the processor's wide instructions where the target has them and without where not.

use wide::u8x16;

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
    }
}
