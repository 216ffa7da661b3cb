//! A record as one line.

use capture_core::Key;
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
