//! Objects in which a member occurs twice.
//!
//! JSON does not forbid it, and readers differ in what they make of it; some refuse it. A document has each member once:
//! where it was first, with what it had last.

use std::borrow::Cow;

use json_slices::{Repeats, Text, members};
use serde_json::value::RawValue;
use xxhash_rust::xxh3::xxh3_64;

/// The JSON object `body` with each member once, at any depth, and on the outermost level without the member `without`.
pub(crate) fn once<'a>(repeats: &mut Repeats, body: &'a [u8], without: Option<&str>) -> Cow<'a, [u8]> {
    if !repeats.has(body, without) {
        return Cow::Borrowed(body);
    }
    let mut output = Vec::with_capacity(body.len());
    push_once(&mut output, body, without);
    Cow::Owned(output)
}

fn push_once(output: &mut Vec<u8>, json: &[u8], without: Option<&str>) {
    match json.trim_ascii_start().first() {
        Some(b'{') => {
            let mut all: Vec<(u64, Text<'_>, &[u8])> = Vec::new();
            let is_object = members(json, |name, value| {
                let id = name.exact().map_or_else(|| xxh3_64(name.raw()), |text| xxh3_64(text.as_bytes()));
                let is_unwanted =
                    without.is_some_and(|unwanted| name.exact().is_some_and(|name| name == unwanted));
                match all.iter_mut().find(|(other, ..)| *other == id) {
                    _ if is_unwanted => {}
                    Some((.., last)) => *last = value,
                    None => all.push((id, name, value)),
                }
            });
            if is_object.is_err() {
                output.extend_from_slice(json);
                return;
            }
            output.push(b'{');
            for (index, (_, name, value)) in all.iter().enumerate() {
                output.extend_from_slice(if index == 0 { b"\"" } else { b",\"" });
                output.extend_from_slice(name.raw());
                output.extend_from_slice(b"\":");
                push_once(output, value, None);
            }
            output.push(b'}');
        }
        Some(b'[') => match serde_json::from_slice::<Vec<&RawValue>>(json) {
            Ok(items) => {
                output.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        output.push(b',');
                    }
                    push_once(output, item.get().as_bytes(), None);
                }
                output.push(b']');
            }
            Err(_) => output.extend_from_slice(json),
        },
        _ => output.extend_from_slice(json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn text(body: &str, without: Option<&str>) -> String {
        String::from_utf8(once(&mut Repeats::default(), body.as_bytes(), without).into_owned()).unwrap()
    }

    #[test]
    fn the_last_value_stands_once_where_the_first_was() {
        for (body, expected) in [
            (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
            (r#"{"a":1,"\u0061":3.50}"#, r#"{"a":3.50}"#),
            (
                r#"{ "x": [ {"a": 1 , "a": {"b":1,"b":2}} ], "y": "\ud83d" }"#,
                r#"{"x":[{"a":{"b":2}}],"y":"\ud83d"}"#,
            ),
            (r#"{"a":1,"a":2,"a":3}"#, r#"{"a":3}"#),
            (r#"{"\ud83d":1,"\ud83d":2}"#, r#"{"\ud83d":2}"#),
        ] {
            assert_eq!(text(body, None), expected);
        }
    }

    #[test]
    fn what_repeats_nothing_stays_as_it_came() {
        for body in [
            r#"{ "a": 1, "b": {"a": 2}, "c": [{"a": 3}, {"a": 4}], "d": "a" }"#,
            r#"{"a":["a","a"],"b":{"c":"a","d":"a"}}"#,
            r#"{"a":{"_meta":1},"b":"_meta"}"#,
            "{}",
        ] {
            assert!(
                matches!(once(&mut Repeats::default(), body.as_bytes(), Some("_meta")), Cow::Borrowed(_)),
                "{body}"
            );
        }
        assert_eq!(text(r#"{"_meta":{"op":"d"},"id":"x"}"#, Some("_meta")), r#"{"id":"x"}"#);
        assert_eq!(text(r#"{"_meta":1}"#, Some("_meta")), "{}");
        assert_eq!(text(r#"{"_meta":1}"#, None), r#"{"_meta":1}"#);
    }

    proptest! {
        #[test]
        fn readers_that_take_the_last_one_see_no_difference(
            names in proptest::collection::vec("[abc]", 0..6),
            inner in proptest::collection::vec("[ab]", 0..4),
        ) {
            let object = |names: &[String], value: &dyn Fn(usize) -> String| {
                let members: Vec<String> =
                    names.iter().enumerate().map(|(index, name)| format!("\"{name}\":{}", value(index))).collect();
                format!("{{{}}}", members.join(","))
            };
            let nested = object(&inner, &|index| index.to_string());
            let body = object(&names, &|index| if index % 2 == 0 { format!("[{nested},{index}]") } else { index.to_string() });
            let tidied = text(&body, None);
            prop_assert_eq!(
                serde_json::from_str::<Value>(&body).unwrap(),
                serde_json::from_str::<Value>(&tidied).unwrap()
            );
            prop_assert!(!Repeats::default().has(tidied.as_bytes(), None), "{}", tidied);
        }

        #[test]
        fn broken_json_harms_nobody(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = once(&mut Repeats::default(), &bytes, Some("a"));
        }
    }
}
