//! Text for terminals.

use std::borrow::Cow;
use std::fmt::Write as _;

/// What a terminal obeys: C0 and C1 controls and DEL, and separators that some take for the end of a line.
fn is_obeyed(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// What changes the order of what stands beside it, or is not seen at all.
pub(crate) fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn replaced(text: &str, is_kept: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_foreign = |letter: char| (is_obeyed(letter) || is_hidden(letter)) && !is_kept(letter);
    if !text.contains(is_foreign) {
        return Cow::Borrowed(text);
    }
    let letters = text.chars().filter(|letter| !is_hidden(*letter));
    Cow::Owned(letters.map(|letter| if is_foreign(letter) { ' ' } else { letter }).collect())
}

/// One line: a table's cell, or a value in a message. What is obeyed becomes a space, what is hidden goes.
pub fn line(text: &str) -> Cow<'_, str> {
    replaced(text, |_| false)
}

/// Lines: a message, or output for a terminal.
pub fn lines(text: &str) -> Cow<'_, str> {
    replaced(text, |letter| matches!(letter, '\n' | '\t'))
}

/// A line of a log whose writer has escaped what the logged values brought along, and colours it itself.
pub fn log_line(text: &str) -> Cow<'_, str> {
    replaced(text, |letter| matches!(letter, '\n' | '\t' | '\u{1b}'))
}

/// JSON for a terminal, which stays the same JSON: what could be obeyed or hidden is written as an escape. In JSON such
/// characters stand in strings only.
pub fn json(text: &str) -> Cow<'_, str> {
    let is_foreign = |letter: char| (is_obeyed(letter) || is_hidden(letter)) && letter != '\n';
    if !text.contains(is_foreign) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_foreign(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(letter);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_a_terminal_that_it_obeys_or_hides() {
        let text = "a\u{1b}[31m\u{9b}2J\u{7f}b\nc\td\u{202e}e\u{200b}f\u{2066}g\u{feff}\u{e0041}\0";
        assert_eq!(line(text), "a [31m 2J b c defg ");
        assert_eq!(lines(text), "a [31m 2J b\nc\tdefg ");
        assert_eq!(log_line("\u{1b}[2mx\u{9b}\u{202e}\r\n"), "\u{1b}[2mx  \n");
        let plain = "Zoë Müller 東京 — 👍 ❤️";
        assert!(matches!(line(plain), Cow::Borrowed(same) if same == plain));
    }

    #[test]
    fn json_on_a_terminal_is_the_same_json() {
        let value = serde_json::json!({"a\u{9b}": "\u{202e}b\u{7f}\u{1b}\n\u{e0041}👍"});
        let text = serde_json::to_string_pretty(&value).unwrap();
        let shown = json(&text);
        assert!(
            !shown.contains(|letter| is_hidden(letter) || is_obeyed(letter) && letter != '\n'),
            "{shown:?}"
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
