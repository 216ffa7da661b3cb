//! Makes texts from outside fit for errors and logs: servers quote what they were sent.

use std::collections::HashSet;
use std::ops::Range;

use secrecy::zeroize::Zeroizing;
use serde_json::Value;

use crate::ApiKey;

/// Longest message kept, in characters; Ashby's messages can quote what they refuse.
const MAX_MESSAGE_CHARACTERS: usize = 500;
/// How much of a message is looked at, in bytes: enough for what is kept, whatever is blotted out.
const MAX_LOOKED_AT_BYTES: usize = 16 * 1024;
/// Members of a request that are blotted out however short they are.
const SECRET_MEMBERS: [&str; 2] = ["cursor", "syncToken"];
/// Shorter values say nothing, and every message would have holes where they happen to stand.
const MIN_VALUE_BYTES: usize = 4;
/// Values from this length on are blotted out within words, too.
const MIN_WITHIN_WORDS_BYTES: usize = 8;
/// So much of a longer value is enough to be blotted out: servers quote beginnings.
const WINDOW_BYTES: usize = 16;

/// Texts up to this length are short.
const SHORT_BYTES: usize = 64;

const MASKED: &str = "[masked]";

/// What a text about a request must not give away: the values in the request, and the key.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cleaner<'a> {
    request: &'a [u8],
    key: Option<&'a ApiKey>,
}

/// A text to blot out, in small letters. It may be the key: its memory is zeroed, as that of every text that it is compared
/// with.
struct Secret {
    text: Zeroizing<String>,
    /// Whether it counts also as a part of a word.
    within_words: bool,
}

impl<'a> Cleaner<'a> {
    /// For texts about a request (JSON) that was sent under a key.
    pub(crate) fn new(request: &'a [u8], key: &'a ApiKey) -> Self {
        Self { request, key: Some(key) }
    }

    /// The text without the request's values and the key, without control and direction characters, and not endless.
    pub(crate) fn clean(&self, text: &str) -> String {
        let mut end = text.len().min(MAX_LOOKED_AT_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        // Once as it came, and once as it is shown: what is not seen could stand in the midst of a value.
        let secrets = self.secrets();
        let blotted_once = blotted(&text[..end], &secrets);
        printable(&blotted(&outside_text::line(&blotted_once), &secrets))
    }

    fn secrets(&self) -> Vec<Secret> {
        let mut secrets = Vec::new();
        if let Some(key) = self.key {
            for text in key.forms() {
                add(&mut secrets, &text, true);
            }
        }
        if let Ok(request) = serde_json::from_slice::<Value>(self.request) {
            values(&request, false, &mut secrets);
        }
        secrets
    }
}

fn add(secrets: &mut Vec<Secret>, text: &str, always: bool) {
    let text = text.trim();
    if text.is_empty() || (text.len() < MIN_VALUE_BYTES && !always) {
        return;
    }
    let within_words = always || text.len() >= MIN_WITHIN_WORDS_BYTES;
    secrets.push(Secret { text: Zeroizing::new(text.to_ascii_lowercase()), within_words });
}

/// Every text in a request, as it is and as JSON has it.
fn values(value: &Value, always: bool, secrets: &mut Vec<Secret>) {
    match value {
        Value::String(text) => {
            add(secrets, text, always);
            let quoted = value.to_string();
            let quoted = &quoted[1..quoted.len() - 1];
            if quoted != text {
                add(secrets, quoted, always);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| values(item, always, secrets)),
        Value::Object(members) => {
            for (name, member) in members {
                values(member, always || SECRET_MEMBERS.contains(&name.as_str()), secrets);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Where a text holds as much as a window of a secret.
fn shared_windows(text: &[u8], secret: &[u8]) -> Vec<Range<usize>> {
    fn numbers(bytes: &[u8]) -> impl Iterator<Item = u128> {
        bytes
            .windows(WINDOW_BYTES)
            .filter_map(|window| window.first_chunk())
            .copied()
            .map(u128::from_le_bytes)
    }
    let range = |at| at..at + WINDOW_BYTES;
    // Most texts are the ids of requests that went well: to compare those is less work than to prepare the secret.
    if text.len() <= SHORT_BYTES {
        let is_shared = |window: &u128| numbers(secret).any(|other| other == *window);
        return numbers(text)
            .enumerate()
            .filter(|(_, window)| is_shared(window))
            .map(|(at, _)| range(at))
            .collect();
    }
    let windows: HashSet<u128> = numbers(secret).collect();
    numbers(text)
        .enumerate()
        .filter(|(_, window)| windows.contains(window))
        .map(|(at, _)| range(at))
        .collect()
}

/// The text with every secret in it replaced, in small letters or capitals, and every longer piece of one.
fn blotted(text: &str, secrets: &[Secret]) -> String {
    let small = Zeroizing::new(text.to_ascii_lowercase());
    let mut found: Vec<Range<usize>> = Vec::new();
    let is_letter = |letter: char| letter.is_alphanumeric();
    for Secret { text: secret, within_words } in secrets {
        for (start, _) in small.match_indices(secret.as_str()) {
            let end = start + secret.len();
            if *within_words || !(small[..start].ends_with(is_letter) || small[end..].starts_with(is_letter))
            {
                found.push(start..end);
            }
        }
        if secret.len() > WINDOW_BYTES {
            found.extend(shared_windows(small.as_bytes(), secret.as_bytes()));
        }
    }
    if found.is_empty() {
        return text.to_owned();
    }
    found.sort_by_key(|range| range.start);
    let mut shown = String::with_capacity(text.len());
    let mut kept_to = 0;
    for Range { mut start, mut end } in found {
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        if start >= kept_to {
            let between = &text[kept_to..start];
            // What touches is one.
            if !(between.is_empty() && shown.ends_with(MASKED)) {
                shown.push_str(between);
                shown.push_str(MASKED);
            }
        }
        kept_to = kept_to.max(end);
    }
    shown.push_str(&text[kept_to..]);
    shown
}

/// A text in one line that no terminal obeys, and not endless.
pub(crate) fn printable(text: &str) -> String {
    let text = outside_text::line(text);
    let mut characters = text.chars();
    let mut shown: String = characters.by_ref().take(MAX_MESSAGE_CHARACTERS).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(request: &str, key: &str, text: &str) -> String {
        let key = ApiKey::from(key);
        Cleaner::new(request.as_bytes(), &key).clean(text)
    }

    #[test]
    fn cursor_token_and_key_are_not_quoted_however_short() {
        let request = r#"{"syncToken":"T\"1","cursor":"C1","x":"y"}"#;
        assert_eq!(cleaned(request, "K1", "C1 K1 T\"1 y"), "[masked] [masked] [masked] y");
    }

    #[test]
    fn the_key_is_not_quoted_as_the_header_has_it() {
        // base64("test-key:") and base64("test-key")
        for text in ["Basic dGVzdC1rZXk6", "got dGVzdC1rZXk=, sorry", "TEST-KEY", "xtest-keyx"] {
            let cleaned = cleaned("{}", "test-key", text).to_lowercase();
            assert!(cleaned.contains("[masked]"), "{cleaned}");
            assert!(!cleaned.contains("dgvzdc1rz") && !cleaned.contains("test-key"), "{cleaned}");
        }
    }

    #[test]
    fn values_of_the_request_are_not_quoted() {
        let request = r#"{"secretToken":"hook-5ecret","note":{"value":"He said \"yes\"\nto all of it, and left early"},
            "names":["Anna","Bo"],"limit":5}"#;
        for (text, shown) in [
            ("hook-5ecret is too short", "[masked] is too short"),
            (r#"bad: He said \"yes\"\nto all of it, and left early"#, "bad: [masked]"),
            ("note `He said \"yes\"\nto all of i…` is bad", "note `[masked]…` is bad"),
            ("Anna, Annabel and Bo", "[masked], Annabel and Bo"),
            ("limit 5", "limit 5"),
        ] {
            assert_eq!(cleaned(request, "test-key", text), shown);
        }
    }

    #[test]
    fn pieces_of_secrets_are_found_in_short_texts_and_long_ones() {
        let secret = "0123456789abcdefghijklmnopqrstuvwxyz";
        let request = serde_json::json!({ "a": secret }).to_string();
        for length in [0, SHORT_BYTES - 1, SHORT_BYTES, SHORT_BYTES + 1, 300] {
            let around = "-".repeat(length);
            for piece in [&secret[..WINDOW_BYTES], &secret[5..30], &secret[secret.len() - WINDOW_BYTES..]] {
                let text = format!("{around}{piece}");
                assert_eq!(cleaned(&request, "k-1", &text), format!("{around}[masked]"), "{text}");
            }
            let text = format!("{around}{}", &secret[..WINDOW_BYTES - 1]);
            assert_eq!(cleaned(&request, "k-1", &text), text, "too short to say anything");
        }
    }

    #[test]
    fn pieces_end_where_letters_do() {
        let text = "ääääääääääääääääääää";
        let request = serde_json::json!({ "a": text }).to_string();
        assert_eq!(cleaned(&request, "k-1", &format!("x{}", &text[..18])), "x[masked]");
    }

    #[test]
    fn messages_are_made_printable() {
        assert_eq!(printable("a\u{1b}[31mb\r\n\u{202e}c"), "a [31mb  c");
        let long = printable(&"ä".repeat(600));
        assert_eq!(long.chars().count(), MAX_MESSAGE_CHARACTERS + 1);
        assert!(long.ends_with('…'));
        let endless = "ä".repeat(100_001);
        assert!(cleaned("{}", "k-1", &endless).ends_with('…'));
    }
}
