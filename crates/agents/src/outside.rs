//! Text that was written by outsiders, on its way to a model: characters that people do not see and models read are taken
//! out, and counted. That does not stop a text from giving instructions; no tool does what a text says.

use serde_json::Value;

/// Takes hidden characters out of every text in a value; returns how many there were.
pub(crate) fn clean(value: &mut Value) -> usize {
    match value {
        Value::String(text) => {
            let hidden = text.chars().filter(|letter| is_hidden(*letter)).count();
            if hidden > 0 {
                text.retain(|letter| !is_hidden(letter));
            }
            hidden
        }
        Value::Array(items) => items.iter_mut().map(clean).sum(),
        Value::Object(members) => members.iter_mut().map(|(_, value)| clean(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// Controls, tags, overrides of the writing direction, and letters without width.
fn is_hidden(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        letter if letter.is_control() => true,
        '\u{200b}' | '\u{2060}' | '\u{feff}' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{e0000}'..='\u{e007f}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_nobody_sees_is_taken_out_and_counted() {
        let mut value =
            json!({"a": ["x\u{200b}y", "line\n\ttab", {"b": "\u{e0049}\u{202e}\u{7f}z\u{200d}"}], "n": 1});
        assert_eq!(clean(&mut value), 4);
        assert_eq!(value, json!({"a": ["xy", "line\n\ttab", {"b": "z\u{200d}"}], "n": 1}));
    }
}
