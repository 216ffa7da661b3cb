//! A record as one line.

use capture_core::{Gone, Key};
use jiff::Timestamp;
use json_slices::push_string;

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

/// Appends `,"why":"…","at":"…"` for a record that is gone, and the key of the record that it became part of if it did;
/// `names` are those of the three. It is gone since it was found to be, unless the other side said since when.
pub(crate) fn push_reason(line: &mut Vec<u8>, names: [&str; 3], gone: &Gone) {
    let at = gone.at().unwrap_or_else(Timestamp::now).strftime("%FT%T.%3fZ").to_string();
    let values = [Some(gone.why()), Some(&*at), gone.merged_into().map(Key::as_str)];
    for (name, value) in names.iter().zip(values) {
        let Some(value) = value else { continue };
        line.push(b',');
        push_string(line, name);
        line.push(b':');
        push_string(line, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    proptest! {
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
