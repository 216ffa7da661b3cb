//! A record as one line.

use capture_core::Key;
use memchr::memchr2;

/// Appends a JSON object without the line breaks between its tokens. Raw ones occur nowhere else in JSON, so an
/// object without any is copied untouched; from others all white space between tokens goes.
pub(crate) fn push_object(line: &mut Vec<u8>, body: &[u8]) {
    if memchr2(b'\n', b'\r', body).is_none() {
        line.extend_from_slice(body);
        return;
    }
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => rest = after,
            b'"' => {
                let (string, after) = rest.split_at(string_bytes(rest));
                line.extend_from_slice(string);
                rest = after;
            }
            _ => {
                line.push(byte);
                rest = after;
            }
        }
    }
}

/// The length of the string with which `json` begins, quotes included.
fn string_bytes(json: &[u8]) -> usize {
    let mut end = 1;
    while let Some(found) = json.get(end..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        end += found + 1;
        if json[end - 1] == b'"' {
            return end;
        }
        end += 1;
    }
    json.len()
}

/// Appends `"field":"part",…` for the key of a record that is gone.
pub(crate) fn push_key(line: &mut Vec<u8>, fields: &[String], key: &Key) {
    for (index, (field, part)) in fields.iter().zip(key.parts(fields.len())).enumerate() {
        if index > 0 {
            line.push(b',');
        }
        push_string(line, field);
        line.push(b':');
        push_string(line, &part);
    }
}

/// Appends text as a JSON string.
pub(crate) fn push_string(line: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(line, text).expect("text is always JSON and memory always takes it");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn json() -> impl Strategy<Value = Value> {
        let text = prop_oneof![any::<String>(), "[ \t\n\r\"\\\\{}\\[\\]:,a]{0,12}"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            text.clone().prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 4, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(text.clone(), inner, 0..4).prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_object_over_several_lines_becomes_the_same_object_on_one(value in json()) {
            let mut line = Vec::new();
            let pretty = format!("{}\r\n", serde_json::to_string_pretty(&value).unwrap());
            push_object(&mut line, pretty.as_bytes());
            prop_assert_eq!(String::from_utf8(line).unwrap(), value.to_string());
        }

        #[test]
        fn an_object_on_one_line_is_not_touched(value in json()) {
            let spaced = value.to_string().replace(':', " :\t");
            let mut line = Vec::new();
            push_object(&mut line, spaced.as_bytes());
            prop_assert_eq!(String::from_utf8(line).unwrap(), spaced);
        }

        #[test]
        fn broken_json_harms_nobody(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut line = Vec::new();
            push_object(&mut line, &bytes);
            prop_assert!(line.len() <= bytes.len());
        }

        #[test]
        fn a_key_is_an_object_of_its_parts(parts in any::<[String; 2]>()) {
            let fields = ["a \"b\"".to_owned(), "c".to_owned()];
            let key = Key::from_parts(&parts.clone().map(Into::into)).unwrap();
            let mut line = vec![b'{'];
            push_key(&mut line, &fields, &key);
            line.push(b'}');
            let value: Value = serde_json::from_slice(&line).unwrap();
            prop_assert_eq!(value, serde_json::json!({(&fields[0]): parts[0], "c": parts[1]}));
        }
    }
}
