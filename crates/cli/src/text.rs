//! Words that a shell takes for what they are, and what is said once of text that had to be mended.

use std::borrow::Cow;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
pub(crate) use outside_text::{json, line, lines, log_line};
use serde::de::DeserializeOwned;

/// Something was mended that was about to be shown.
static MENDED: AtomicBool = AtomicBool::new(false);

/// JSON from outside whose text every reader takes: see [`json_slices::storable`].
pub(crate) fn mended(json: &Bytes) -> Bytes {
    match json_slices::storable(json) {
        Cow::Borrowed(_) => json.clone(),
        Cow::Owned(mended) => {
            MENDED.store(true, Ordering::Relaxed);
            mended.into()
        }
    }
}

/// JSON that a person gives, read: half a character in it is mended, as everywhere.
///
/// # Errors
/// As [`json_slices::read`].
pub(crate) fn given<T: DeserializeOwned>(json: &str) -> serde_json::Result<T> {
    note_halves(json);
    json_slices::read(json.as_bytes())
}

/// Notes that JSON which is read as it is, row by row, holds half a character.
pub(crate) fn note_halves(json: &str) {
    note_mended(matches!(json_slices::unicode(json.as_bytes()), Cow::Owned(_)));
}

/// The same of what somebody else has mended, if it was.
pub(crate) fn note_mended(is_mended: bool) {
    MENDED.fetch_or(is_mended, Ordering::Relaxed);
}

/// Says, once a process, that text was mended.
pub(crate) fn explain_mended() {
    if MENDED.swap(false, Ordering::Relaxed) {
        crate::output::explain(
            "some text holds half a character or U+0000, which not everything can show: U+FFFD (\u{fffd}) is in its \
             place\n",
        );
    }
}

/// The bytes of a file as text; why they are none otherwise.
pub(crate) fn decoded(content: Vec<u8>) -> Result<String, &'static str> {
    let is_utf16 = content.starts_with(&[0xff, 0xfe]) || content.starts_with(&[0xfe, 0xff]);
    String::from_utf8(content).map_err(|_| match is_utf16 {
        true => "it is UTF-16 text: save it as UTF-8",
        false => "it is not UTF-8 text",
    })
}

/// The text of a file; `-` is standard input.
///
/// # Errors
/// If it cannot be read, or is no text.
pub(crate) fn of_file(path: &Path) -> io::Result<String> {
    let content = match path.to_str() {
        Some("-") => {
            let mut content = Vec::new();
            io::stdin().lock().read_to_end(&mut content)?;
            content
        }
        _ => std::fs::read(path)?,
    };
    decoded(content).map_err(|what| io::Error::new(io::ErrorKind::InvalidData, what))
}

/// A word of a suggested command, as a shell takes it.
pub(crate) fn word(text: &str) -> Cow<'_, str> {
    let is_plain =
        |letter: char| letter.is_ascii_alphanumeric() || "_@%+=:,./-".contains(letter) || letter == '…';
    if !text.is_empty() && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", line(text).replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_told_by_what_it_is() {
        assert_eq!(decoded("\u{feff}ä".into()).unwrap(), "\u{feff}ä");
        assert_eq!(decoded(vec![0xff, 0xfe, 0x61, 0]), Err("it is UTF-16 text: save it as UTF-8"));
        assert_eq!(decoded(vec![0x61, 0xe4]), Err("it is not UTF-8 text"));
    }

    #[test]
    fn words_of_a_command_are_quoted_where_a_shell_would_read_more_in_them() {
        let words = ["abc-1.2", "", "a b", "it's", "$(rm)", "a\u{1b}b"];
        assert_eq!(words.map(word), ["abc-1.2", "''", "'a b'", r"'it'\''s'", "'$(rm)'", "'a b'"]);
    }
}
