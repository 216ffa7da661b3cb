//! Plain text, in whichever encoding.

use encoding_rs::{Encoding, WINDOWS_1252};

/// Text of bytes: by their mark if there is one, else UTF-8 if they are that, else the encoding of Western Windows, in which
/// every byte is a letter.
pub(crate) fn text(bytes: &[u8]) -> String {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default()).0.into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_its_encoding() {
        for bytes in [
            &b"\xef\xbb\xbfZo\xc3\xab"[..],
            b"Zo\xc3\xab",
            b"Zo\xeb",
            b"\xff\xfeZ\0o\0\xeb\0",
            b"\xfe\xff\0Z\0o\0\xeb",
        ] {
            assert_eq!(text(bytes), "Zoë", "{bytes:?}");
        }
    }
}
