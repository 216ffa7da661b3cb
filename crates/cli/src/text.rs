//! Text from outside on its way to people: nothing in it that a terminal obeys or hides, and words that a shell
//! takes for what they are.

use std::borrow::Cow;

/// What a terminal obeys: C0 and C1 controls and DEL, and separators that some take for the end of a line.
fn is_obeyed(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// What changes the order of what stands beside it, or is not seen at all.
fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{061c}' | '\u{00ad}' | '\u{180e}' | '\u{feff}')
}

fn replaced(text: &str, is_kept: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_foreign = |letter: char| (is_obeyed(letter) || is_hidden(letter)) && !is_kept(letter);
    if !text.contains(is_foreign) {
        return Cow::Borrowed(text);
    }
    let letters = text.chars().filter(|letter| !is_hidden(*letter));
    Cow::Owned(letters.map(|letter| if is_foreign(letter) { ' ' } else { letter }).collect())
}

/// One line: a table's cell.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    replaced(text, |_| false)
}

/// Lines: a message, or output for a terminal.
pub(crate) fn lines(text: &str) -> Cow<'_, str> {
    replaced(text, |letter| matches!(letter, '\n' | '\t'))
}

/// JSON for a terminal, which stays the same JSON: what could be obeyed or hidden is written as an escape. In JSON such
/// characters stand in strings only.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    use std::fmt::Write as _;
    let is_foreign = |letter: char| (is_obeyed(letter) || is_hidden(letter)) && letter != '\n';
    if !text.contains(is_foreign) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_foreign(letter) {
            // All of them are in the first plane. Writing to a String cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(letter));
        } else {
            escaped.push(letter);
        }
    }
    Cow::Owned(escaped)
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
    fn nothing_reaches_a_terminal_that_it_obeys_or_hides() {
        let text = "a\u{1b}[31m\u{9b}2J\u{7f}b\nc\td\u{202e}e\u{200b}f\u{2066}g\u{feff}";
        assert_eq!(line(text), "a [31m 2J b c defg");
        assert_eq!(lines(text), "a [31m 2J b\nc\tdefg");
        let plain = "Zoë Müller 東京 — 👍";
        assert!(matches!(line(plain), Cow::Borrowed(same) if same == plain));
    }

    #[test]
    fn json_on_a_terminal_is_the_same_json() {
        let value = serde_json::json!({"a\u{9b}": "\u{202e}b\u{7f}\u{1b}\n"});
        let text = serde_json::to_string_pretty(&value).unwrap();
        let shown = json(&text);
        assert!(
            !shown.contains(|letter| is_hidden(letter) || is_obeyed(letter) && letter != '\n'),
            "{shown:?}"
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }

    #[test]
    fn words_of_a_command_are_quoted_where_a_shell_would_read_more_in_them() {
        let words = ["abc-1.2", "", "a b", "it's", "$(rm)", "a\u{1b}b"];
        assert_eq!(words.map(word), ["abc-1.2", "''", "'a b'", r"'it'\''s'", "'$(rm)'", "'a b'"]);
    }
}
