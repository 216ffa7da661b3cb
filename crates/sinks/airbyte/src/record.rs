//! Records as destinations take them: of the types that the schema declares, whatever Ashby sent.

use std::collections::HashMap;

use capture_core::{Field, FieldKind, Key, StreamDescriptor};
use jiff::Timestamp;
use json_slices::{Text, members, push_line, push_string, unicode};

use crate::catalog::DELETED_AT;

/// How the records of a stream look.
#[derive(Debug, Clone)]
pub struct Shape {
    kinds: HashMap<String, FieldKind>,
    /// A member for what the record belongs to.
    scope_as: Option<String>,
    key: Vec<String>,
    /// The member that a tombstone moves on, so that it is newer than the row that it ends.
    moves: Option<String>,
}

impl Shape {
    /// That of a stream's records, whose members are of these kinds; `scope_as` names a member to add with the key of
    /// what each record [belongs to](capture_core::Record::scope).
    pub fn new<'a>(
        stream: &StreamDescriptor,
        fields: impl IntoIterator<Item = &'a Field>,
        scope_as: Option<&str>,
    ) -> Self {
        let kinds: HashMap<String, FieldKind> =
            fields.into_iter().map(|field| (field.name.clone(), field.kind)).collect();
        let moves = kinds.contains_key("updatedAt").then(|| "updatedAt".to_owned());
        Self { kinds, scope_as: scope_as.map(str::to_owned), key: stream.key.clone(), moves }
    }

    /// Appends a record. A member whose value is not of its kind becomes null; returns how many did.
    pub(crate) fn push(&self, line: &mut Vec<u8>, body: &[u8], scope: Option<&Key>) -> u64 {
        let body = unicode(body);
        let added = self.scope_as.as_deref().zip(scope);
        let mut misfits = 0;
        let mut rebuilt = vec![b'{'];
        let checked = members(&body, |name, value| {
            let fits = self.kinds.get(&*name.lossy()).is_none_or(|kind| fits(*kind, value));
            misfits += u64::from(!fits);
            push_member(&mut rebuilt, &name.lossy(), if fits { value } else { b"null" });
        });
        if (misfits == 0 && added.is_none()) || checked.is_err() {
            push_line(line, &body);
            return 0;
        }
        if let Some((name, scope)) = added {
            let mut value = Vec::new();
            push_string(&mut value, scope.as_str());
            push_member(&mut rebuilt, name, &value);
        }
        rebuilt.push(b'}');
        push_line(line, &rebuilt);
        misfits
    }

    /// Appends what says that a record is gone.
    pub(crate) fn push_tombstone(&self, line: &mut Vec<u8>, key: &Key, scope: Option<&Key>, now: Timestamp) {
        let mut now_text = Vec::new();
        push_string(&mut now_text, &now.to_string());
        line.push(b'{');
        let start = line.len();
        let mut member = |name: &str, value: &[u8]| {
            if line.len() > start {
                line.push(b',');
            }
            push_string(line, name);
            line.push(b':');
            line.extend_from_slice(value);
        };
        let mut text = |name: &str, text: &str| {
            let mut value = Vec::new();
            push_string(&mut value, text);
            member(name, &value);
        };
        for (name, part) in self.key.iter().zip(key.parts(self.key.len())) {
            text(name, &part);
        }
        if let Some((name, scope)) = self.scope_as.as_deref().zip(scope) {
            text(name, scope.as_str());
        }
        for name in self.moves.iter().map(String::as_str).chain([DELETED_AT]) {
            member(name, &now_text);
        }
        line.push(b'}');
    }
}

fn push_member(object: &mut Vec<u8>, name: &str, value: &[u8]) {
    if object.len() > 1 {
        object.push(b',');
    }
    push_string(object, name);
    object.push(b':');
    object.extend_from_slice(value);
}

/// Whether a value as it is written is of a kind. Destinations would end the sync for one that is not.
fn fits(kind: FieldKind, value: &[u8]) -> bool {
    let starts_with = |first: &[u8]| value.first().is_some_and(|byte| first.contains(byte));
    if value == b"null" {
        return true;
    }
    match kind {
        FieldKind::Any => true,
        FieldKind::String => starts_with(b"\""),
        FieldKind::Instant => {
            Text::of(value).and_then(Text::exact).is_some_and(|text| text.parse::<Timestamp>().is_ok())
        }
        FieldKind::Integer => std::str::from_utf8(value).is_ok_and(|text| text.parse::<i64>().is_ok()),
        FieldKind::Number => starts_with(b"-0123456789"),
        FieldKind::Boolean => matches!(value, b"true" | b"false"),
        FieldKind::Array => starts_with(b"["),
        FieldKind::Object => starts_with(b"{"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn shape(scope_as: Option<&str>) -> Shape {
        let fields = [
            ("id", FieldKind::String),
            ("updatedAt", FieldKind::Instant),
            ("order", FieldKind::Integer),
            ("isIn", FieldKind::Boolean),
            ("tags", FieldKind::Array),
            ("job", FieldKind::Object),
            ("score", FieldKind::Number),
        ];
        let fields = fields.map(|(name, kind)| Field::new(name, kind));
        Shape::new(&StreamDescriptor::new("pets", ["id"]), &fields, scope_as)
    }

    fn pushed(shape: &Shape, body: &str, scope: Option<&Key>) -> (String, u64) {
        let mut line = Vec::new();
        let misfits = shape.push(&mut line, body.as_bytes(), scope);
        (String::from_utf8(line).unwrap(), misfits)
    }

    #[test]
    fn what_fits_stays_to_the_letter() {
        let body = r#"{"id":"a", "order":7,"score":1.50,"tags":[1, 2],"odd":{"x":1e5},"job":null}"#;
        assert_eq!(pushed(&shape(None), body, None), (body.to_owned(), 0));
    }

    #[test]
    fn what_does_not_fit_is_null_and_counted() {
        let body = r#"{"id":"a","updatedAt":"soon","order":7.5,"isIn":"yes","tags":{},"job":[],"score":"1"}"#;
        let (line, misfits) = pushed(&shape(None), body, None);
        assert_eq!(misfits, 6);
        let record: Value = serde_json::from_str(&line).unwrap();
        let expected =
            json!({"id":"a","updatedAt":null,"order":null,"isIn":null,"tags":null,"job":null,"score":null});
        assert_eq!(record, expected);
        for wide in ["9223372036854775808", "1e3"] {
            let (line, _) = pushed(&shape(None), &format!(r#"{{"id":"a","order":{wide}}}"#), None);
            assert_eq!(line, r#"{"id":"a","order":null}"#);
        }
    }

    #[test]
    fn half_a_character_and_a_line_break_do_not_get_through() {
        let (line, _) = pushed(&shape(None), "{\"id\":\"\\ud83d\",\n\"order\":1}", None);
        assert!(!line.contains('\n') && !line.contains("ud83d"), "{line}");
        let record: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(record, json!({"id": "\u{fffd}", "order": 1}));
    }

    #[test]
    fn a_record_names_what_it_belongs_to_and_a_tombstone_is_newer() {
        let shape = shape(Some("owner_id"));
        let owner = Key::from("o\"1");
        let (line, _) = pushed(&shape, r#"{"id":"a"}"#, Some(&owner));
        let record: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(record, json!({"id": "a", "owner_id": "o\"1"}));
        let mut line = Vec::new();
        shape.push_tombstone(&mut line, &Key::from("a"), Some(&owner), Timestamp::UNIX_EPOCH);
        let record: Value = serde_json::from_slice(&line).unwrap();
        let then = "1970-01-01T00:00:00Z";
        assert_eq!(record, json!({"id": "a", "owner_id": "o\"1", "updatedAt": then, DELETED_AT: then}));
    }

    proptest! {
        #[test]
        fn whatever_ashby_sends_is_an_object_of_the_declared_types(
            order in any::<f64>(), text in ".*", flag in any::<bool>(), pick in 0_usize..4,
        ) {
            let value = [json!(order), json!(text), json!(flag), json!([text])][pick].clone();
            let body = json!({"id": text, "order": value, "updatedAt": value, "isIn": value, "tags": value});
            let (line, _) = pushed(&shape(None), &body.to_string(), None);
            let record: Value = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(&record["id"], &body["id"]);
            prop_assert!(record["order"].is_null() || record["order"].is_i64());
            prop_assert!(record["isIn"].is_null() || record["isIn"].is_boolean());
            prop_assert!(record["tags"].is_null() || record["tags"].is_array());
            prop_assert!(!line.contains('\n'));
        }
    }
}
