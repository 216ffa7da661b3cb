//! What the process that reads does.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use crate::confinement;
use crate::{Error, Kind, Limits, Text, docx, html, pdf, plain, rtf};

/// The only argument of a process that is started to read a document.
pub const FLAG: &str = "--read-document-from-standard-input";

/// What is answered: one JSON document.
pub(crate) type Answer = Result<Text, Error>;

/// Reads one document if this process was started for that, and says how it ends; to be called before anything else, on the
/// main thread. `None` if it was started for something else.
pub fn serve_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_none_or(|first| first != FLAG) || arguments.next().is_some() {
        return None;
    }
    let limits = Limits::default();
    // Nothing of what is read is said anywhere but in the answer.
    std::panic::set_hook(Box::new(|_| {}));
    confinement::enter(limits);
    let mut bytes = Vec::new();
    let most = limits.file_bytes as u64 + 1;
    let answer: Answer = match std::io::stdin().lock().take(most).read_to_end(&mut bytes) {
        Ok(_) => read(&bytes, limits),
        Err(_) => Err(Error::NoReader),
    };
    let answer = serde_json::to_vec(&answer).unwrap_or_default();
    let mut output = std::io::stdout().lock();
    let written = output.write_all(&answer).and_then(|()| output.flush());
    Some(if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The text of a document.
fn read(bytes: &[u8], limits: Limits) -> Answer {
    if bytes.len() > limits.file_bytes {
        return Err(Error::TooLarge);
    }
    let kind = Kind::of(bytes).ok_or(Error::Unknown)?;
    let of = |text: String| Text { kind, text, pages: None, unreadable_pages: 0, is_cut: false };
    let mut found = match kind {
        Kind::Pdf => pdf::text(bytes, limits.text_bytes)?,
        Kind::Docx => of(docx::text(bytes)?),
        Kind::Rtf => of(rtf::text(bytes)?),
        Kind::Html => of(html::text(bytes)?),
        Kind::Plain => of(plain::text(bytes)),
    };
    found.text = tidy(&found.text);
    if found.text.is_empty() {
        return Err(Error::NoText);
    }
    if found.text.len() > limits.text_bytes {
        let is_end = |end: &usize| found.text.is_char_boundary(*end);
        found.text.truncate((0..=limits.text_bytes).rev().find(is_end).unwrap_or(0));
        found.is_cut = true;
    }
    Ok(found)
}

/// Lines without blanks at their ends, and no more than one empty line between others.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        let line = line.trim_end();
        empty = if line.trim().is_empty() { empty + 1 } else { 0 };
        if empty <= 1 && (empty == 0 || !tidy.is_empty()) {
            tidy.push_str(if empty == 0 { line } else { "" });
            tidy.push('\n');
        }
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_tidied() {
        assert_eq!(tidy("\n \na  \r\n\n\n\n  b\n\n"), "a\n\n  b");
        assert_eq!(tidy(" \n"), "");
    }

    #[test]
    fn what_is_no_text_says_so() {
        let read =
            |bytes: &[u8]| read(bytes, Limits { file_bytes: 100, text_bytes: 10, ..Limits::default() });
        assert_eq!(read(b"   \n"), Err(Error::NoText));
        assert_eq!(read(b"\x89PNG\r\n\x1a\n\0\0"), Err(Error::Unknown));
        assert_eq!(read(&[b'x'; 101]), Err(Error::TooLarge));
        let cut = read("ääääääää".as_bytes()).unwrap();
        assert_eq!((cut.text.as_str(), cut.is_cut), ("äääää", true));
    }
}
