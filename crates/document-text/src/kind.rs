//! What kind of file it is, by its bytes: names and types are somebody's claims.

use serde::{Deserialize, Serialize};

/// A kind of file whose text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// Portable Document Format.
    Pdf,
    /// Word since 2007 (Office Open XML).
    Docx,
    /// Rich Text Format.
    Rtf,
    /// A web page.
    Html,
    /// Text without any form.
    Plain,
}

impl Kind {
    /// Its name, as in answers: `pdf`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Rtf => "rtf",
            Self::Html => "html",
            Self::Plain => "plain",
        }
    }

    /// What these bytes are; `None` if nothing that is read.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let head = &bytes[..bytes.len().min(1024)];
        let trimmed = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        // Readers of PDF look for the mark within the first kilobyte.
        if head.windows(5).any(|mark| mark == b"%PDF-") {
            return Some(Self::Pdf);
        }
        if head.starts_with(b"PK\x03\x04") {
            return Some(Self::Docx);
        }
        if trimmed.starts_with(b"{\\rtf") {
            return Some(Self::Rtf);
        }
        if is_html(trimmed) {
            return Some(Self::Html);
        }
        is_plain(bytes).then_some(Self::Plain)
    }
}

fn is_html(head: &[u8]) -> bool {
    let begins = |mark: &[u8]| head.get(..mark.len()).is_some_and(|found| found.eq_ignore_ascii_case(mark));
    let is_marked = [&b"<!doctype html"[..], b"<html", b"<head", b"<body"].into_iter().any(begins);
    // A declaration or a comment may come before.
    let has = |mark: &[u8]| head.windows(mark.len()).any(|found| found.eq_ignore_ascii_case(mark));
    is_marked || ((begins(b"<?xml") || begins(b"<!--")) && has(b"<html"))
}

/// Whether it is text: no zero bytes but in UTF-16, and hardly any controls.
fn is_plain(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return true;
    }
    let sample = &bytes[..bytes.len().min(64 << 10)];
    let is_control = |byte: &&u8| **byte < b' ' && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let controls = sample.iter().filter(is_control).count();
    !sample.contains(&0) && controls * 100 <= sample.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_by_their_bytes() {
        for (bytes, kind) in [
            (&b"%PDF-1.7\n"[..], Some(Kind::Pdf)),
            (b"\n\nsome mailer's line\n%PDF-1.4", Some(Kind::Pdf)),
            (b"PK\x03\x04...", Some(Kind::Docx)),
            (b"{\\rtf1 x}", Some(Kind::Rtf)),
            (b"\xef\xbb\xbf <!DOCTYPE HTML><p>", Some(Kind::Html)),
            (b"<?xml version=\"1.0\"?><html xmlns=\"x\">", Some(Kind::Html)),
            (b"Name: X\n<b>not a page</b>", Some(Kind::Plain)),
            ("Zoë".as_bytes(), Some(Kind::Plain)),
            (b"\xff\xfeA\0", Some(Kind::Plain)),
            // An old Word file, a picture, a program.
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", None),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None),
            (b"\x7fELF\x02\x01\x01\0", None),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{bytes:?}");
        }
    }
}
