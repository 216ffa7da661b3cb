//! Whether two JSON texts say the same.

use crate::error::ScanError;
use crate::find::members;
use crate::scan::Scanner;

/// Whether two JSON values are the same but for the order in which objects have their members, and white space around
/// them. Of equal length, that is: whoever writes the same members in another order needs the same room, and what is not
/// as long is told apart at once. Numbers and strings are the same if they are written alike.
///
/// What is no valid JSON is only like itself.
pub fn is_same(one: &[u8], other: &[u8]) -> bool {
    let sum = |json: &[u8]| json.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    one == other || (one.len() == other.len() && sum(one) == sum(other) && is_alike(one, other))
}

fn is_alike(one: &[u8], other: &[u8]) -> bool {
    if one == other {
        return true;
    }
    match (one.trim_ascii_start().first(), other.trim_ascii_start().first()) {
        (Some(b'{'), Some(b'{')) => match (by_name(one), by_name(other)) {
            (Ok(one), Ok(other)) => {
                one.len() == other.len()
                    && one.iter().zip(&other).all(|((name, value), (other_name, other_value))| {
                        name == other_name && is_alike(value, other_value)
                    })
            }
            _ => false,
        },
        (Some(b'['), Some(b'[')) => match (elements(one), elements(other)) {
            (Ok(one), Ok(other)) => {
                one.len() == other.len() && one.iter().zip(&other).all(|(one, other)| is_alike(one, other))
            }
            _ => false,
        },
        _ => false,
    }
}

/// A member's name and value as they are written.
type Member<'a> = (&'a [u8], &'a [u8]);

/// The members of an object by their names as they are written; those of one name stay in their order.
fn by_name(json: &[u8]) -> Result<Vec<Member<'_>>, ScanError> {
    let mut found = Vec::new();
    members(json, |name, value| found.push((name.raw(), value)))?;
    found.sort_by_key(|(name, _)| *name);
    Ok(found)
}

fn elements(json: &[u8]) -> Result<Vec<&[u8]>, ScanError> {
    let mut scanner = Scanner::new(json)?;
    let mut found = Vec::new();
    scanner.array(|scanner| {
        let element = scanner.value(1)?;
        found.push(scanner.slice(element));
        Ok(())
    })?;
    scanner.finish()?;
    Ok(found)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn only_the_order_of_members_does_not_matter() {
        for (one, other, same) in [
            (r#"{"a":1,"b":[{"c":2,"d":3}]}"#, r#"{"b":[{"d":3,"c":2}],"a":1}"#, true),
            (r#"{"a":1, "b":2}"#, r#"{"b":2, "a":1}"#, true),
            (r#"{"a":1,"b":2}"#, r#"{"a":2,"b":1}"#, false),
            (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#, false),
            (r#"{"a":12345678901234567891}"#, r#"{"a":12345678901234567819}"#, false),
            (r#"{"a":1.50}"#, r#"{"a":1.05}"#, false),
            (r#"{"a":1,"a":2}"#, r#"{"a":2,"a":1}"#, false),
            (r#"{"a":"bc","d":"e"}"#, r#"{"a":"cb","d":"e"}"#, false),
            ("{\"a\":1", "{\"a\":1", true),
            ("{\"a\":1,", "{,\"a\":1", false),
        ] {
            assert_eq!(is_same(one.as_bytes(), other.as_bytes()), same, "{one} {other}");
        }
    }

    pub(crate) fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            (0..12_i64).prop_map(Value::from),
            "[ab\"\\\\]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[ab]{0,2}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// The value with the members of its objects the other way round.
    pub(crate) fn turned(value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .rev()
                    .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), turned(value)))
                    .collect();
                format!("{{{}}}", members.join(","))
            }
            Value::Array(items) => {
                format!("[{}]", items.iter().map(turned).collect::<Vec<_>>().join(","))
            }
            other => other.to_string(),
        }
    }

    proptest! {
        #[test]
        fn it_is_what_a_tree_says(one in value(), other in value()) {
            prop_assert!(is_same(one.to_string().as_bytes(), turned(&one).as_bytes()));
            prop_assert_eq!(is_same(one.to_string().as_bytes(), turned(&other).as_bytes()), one == other);
        }
    }
}
