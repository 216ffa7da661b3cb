//! Records as readers with a schema take them: of the types that the [`schema`] declares, whatever was sent. Destinations of
//! Airbyte and Singer end their run at a value of another type. And as tables have them: which [`Columns`] a stream has, what
//! they are called, and of which type they are in each [`Dialect`].

mod columns;
mod dialect;
mod kind;
mod names;
mod schema;
mod tables;
mod values;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use capture_core::{Field, FieldKind, Key};
use json_slices::{members, push_line, push_string, storable, unicode};

pub use columns::{Column, ColumnType, Columns, Wanted};
pub use dialect::Dialect;
pub use names::{NAME_BYTES_MAX, column as column_name, table as table_name};
pub use schema::schema;
pub use tables::{DBT_BEFORE, OWN as OWN_COLUMNS, Table, views_before};
pub use values::{instant_us, integer};

/// How the records of a stream look.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    kinds: BTreeMap<String, FieldKind>,
    scope_as: Option<String>,
    left_out: BTreeSet<String>,
    is_storable: bool,
    dates: BTreeSet<String>,
    /// What members are called, where they cannot all keep their names.
    names: Option<Names>,
}

/// Names of members, and what these are called.
#[derive(Debug, Clone, Default)]
struct Names {
    called: BTreeMap<String, String>,
    /// As columns: many destinations make no difference.
    taken: HashSet<String>,
}

/// What was done to a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pushed {
    /// Members whose value was not of its kind, and became null.
    pub misfits: u64,
    /// Members of which no kind is known.
    pub undeclared: Vec<String>,
}

impl Shape {
    /// That of records whose members are of these kinds. Others may be anything.
    pub fn new<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Self {
        let kinds = fields.into_iter().map(|field| (field.name.clone(), field.kind)).collect();
        Self { kinds, ..Self::default() }
    }

    /// Adds a member with the key of what each record [belongs to](capture_core::Record::scope).
    #[must_use]
    pub fn with_scope_as(mut self, name: Option<&str>) -> Self {
        self.scope_as = name.map(str::to_owned);
        self
    }

    /// Leaves these members out.
    #[must_use]
    pub fn without(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.left_out.extend(names);
        self
    }

    /// Has U+FFFD for U+0000, too, which many programs take for the end of a text.
    #[must_use]
    pub fn storable(mut self, is_storable: bool) -> Self {
        self.is_storable = is_storable;
        self
    }

    /// Has null for texts of these members that are no dates.
    #[must_use]
    pub fn with_dates(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.dates.extend(names);
        self
    }

    /// Calls members otherwise whose names destinations make no columns of: nothing at all, a quote, one that is too
    /// long, one that differs from another only in case. Who was there first keeps the name.
    #[must_use]
    pub fn with_names_for_columns(mut self) -> Self {
        self.names = Some(Names::default());
        let names: Vec<String> = self.kinds.keys().cloned().collect();
        names.iter().for_each(|name| self.name(name));
        self
    }

    /// From now on a member may be anything, and that is known.
    pub fn declare(&mut self, name: &str) {
        self.name(name);
        self.kinds.insert(name.to_owned(), FieldKind::Any);
    }

    /// Decides what a member is called.
    fn name(&mut self, name: &str) {
        let Some(names) = &mut self.names else { return };
        if names.called.contains_key(name) {
            return;
        }
        // As targets compare names that put them into snake case.
        let folded = column_name(name, &mut HashSet::new());
        let is_plain = !name.is_empty()
            && name.len() <= NAME_BYTES_MAX
            && !name.contains(|letter: char| letter.is_control() || "\"'`;\\".contains(letter));
        let called = if is_plain && names.taken.insert(folded) {
            name.to_owned()
        } else {
            column_name(name, &mut names.taken)
        };
        names.called.insert(name.to_owned(), called);
    }

    /// What a member is called.
    fn called<'a>(&'a self, name: &'a str) -> &'a str {
        self.names.as_ref().and_then(|names| names.called.get(name)).map_or(name, String::as_str)
    }

    /// The members that records have as far as is known, those that are left out excepted.
    pub fn fields(&self) -> Vec<Field> {
        let kept = self.kinds.iter().filter(|(name, _)| !self.left_out.contains(*name));
        kept.map(|(name, kind)| Field::new(self.called(name), *kind)).collect()
    }

    /// The member for what records belong to, and the key of what this one does.
    pub fn scope<'a>(&'a self, scope: Option<&'a Key>) -> Option<(&'a str, &'a str)> {
        Some((self.scope_as.as_deref()?, scope?.as_str()))
    }

    /// Appends a record, without line breaks and with U+FFFD for half a character. A member whose value is not of its
    /// kind becomes null; a record of which all members fit stays to the letter.
    pub fn push(&self, line: &mut Vec<u8>, body: &[u8], scope: Option<&Key>) -> Pushed {
        let body = if self.is_storable { storable(body) } else { unicode(body) };
        let added = self.scope(scope);
        let mut pushed = Pushed::default();
        let mut is_changed = added.is_some();
        let mut rebuilt = vec![b'{'];
        let read = members(&body, |name, value| {
            let name = name.lossy();
            if self.left_out.contains(&*name) {
                is_changed = true;
                return;
            }
            let fits = match self.kinds.get(&*name) {
                Some(known) => {
                    kind::fits(*known, value) && (!self.dates.contains(&*name) || kind::is_date(value))
                }
                None => {
                    pushed.undeclared.push(name.clone().into_owned());
                    true
                }
            };
            pushed.misfits += u64::from(!fits);
            let called = self.called(&name);
            is_changed |= called != &*name;
            push_member(&mut rebuilt, called, if fits { value } else { b"null" });
        });
        if read.is_err() || (!is_changed && pushed.misfits == 0) {
            push_line(line, &body);
            return pushed;
        }
        if let Some((name, scope)) = added {
            push_text_member(&mut rebuilt, name, scope);
        }
        rebuilt.push(b'}');
        push_line(line, &rebuilt);
        pushed
    }
}

/// Appends a member to an object that is being written, of which more than the bracket is there if it has members.
fn push_member(object: &mut Vec<u8>, name: &str, value: &[u8]) {
    if object.len() > 1 {
        object.push(b',');
    }
    push_string(object, name);
    object.push(b':');
    object.extend_from_slice(value);
}

fn push_text_member(object: &mut Vec<u8>, name: &str, text: &str) {
    let mut value = Vec::new();
    push_string(&mut value, text);
    push_member(object, name, &value);
}

/// An object of texts.
pub fn push_texts<'a>(line: &mut Vec<u8>, members: impl IntoIterator<Item = (&'a str, &'a str)>) {
    let mut object = vec![b'{'];
    members.into_iter().for_each(|(name, text)| push_text_member(&mut object, name, text));
    object.push(b'}');
    line.extend_from_slice(&object);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn shape() -> Shape {
        let fields = [
            ("id", FieldKind::String),
            ("updatedAt", FieldKind::Instant),
            ("order", FieldKind::Integer),
            ("isIn", FieldKind::Boolean),
            ("tags", FieldKind::Array),
            ("job", FieldKind::Object),
            ("score", FieldKind::Number),
        ];
        Shape::new(&fields.map(|(name, kind)| Field::new(name, kind)))
    }

    fn pushed(shape: &Shape, body: &str, scope: Option<&Key>) -> (String, Pushed) {
        let mut line = Vec::new();
        let pushed = shape.push(&mut line, body.as_bytes(), scope);
        (String::from_utf8(line).unwrap(), pushed)
    }

    #[test]
    fn what_fits_stays_to_the_letter_and_what_is_not_declared_is_told() {
        let body = r#"{"id":"a", "order":7,"score":1.50,"tags":[1, 2],"odd":{"x":1e5},"job":null}"#;
        let (line, told) = pushed(&shape(), body, None);
        assert_eq!((line, told.misfits, told.undeclared), (body.to_owned(), 0, vec!["odd".to_owned()]));
        let mut knows = shape();
        knows.declare("odd");
        assert_eq!(pushed(&knows, body, None).1, Pushed::default());
    }

    #[test]
    fn what_does_not_fit_is_null_and_counted() {
        let body = r#"{"id":"a","updatedAt":"soon","order":7.5,"isIn":"yes","tags":{},"job":[],"score":"1"}"#;
        let (line, told) = pushed(&shape(), body, None);
        assert_eq!(told.misfits, 6);
        let record: Value = serde_json::from_str(&line).unwrap();
        let expected =
            json!({"id":"a","updatedAt":null,"order":null,"isIn":null,"tags":null,"job":null,"score":null});
        assert_eq!(record, expected);
        for wide in ["9223372036854775808", "1e3"] {
            let (line, _) = pushed(&shape(), &format!(r#"{{"id":"a","order":{wide}}}"#), None);
            assert_eq!(line, r#"{"id":"a","order":null}"#);
        }
    }

    #[test]
    fn half_a_character_a_line_break_and_a_nul_do_not_get_through() {
        let body = "{\"id\":\"\\ud83d\",\n\"order\":1,\"job\":{\"a\":\"x\\u0000\"}}";
        let (line, _) = pushed(&shape(), body, None);
        assert!(!line.contains('\n') && !line.contains("ud83d") && line.contains("u0000"), "{line}");
        let (line, _) = pushed(&shape().storable(true), body, None);
        let record: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(record, json!({"id": "\u{fffd}", "order": 1, "job": {"a": "x\u{fffd}"}}));
    }

    #[test]
    fn members_are_added_and_left_out() {
        let shape = shape().with_scope_as(Some("owner_id")).without(["order".to_owned(), "odd".to_owned()]);
        let (line, told) = pushed(&shape, r#"{"id":"a","order":1,"odd":2}"#, Some(&Key::from("o\"1")));
        assert_eq!((line, told), (r#"{"id":"a","owner_id":"o\"1"}"#.to_owned(), Pushed::default()));
        assert!(shape.fields().iter().all(|field| field.name != "order"));
    }

    #[test]
    fn a_text_that_is_no_date_is_null_and_counted() {
        let shape = Shape::new(&[Field::new("on", FieldKind::String)]).with_dates(["on".to_owned()]);
        for (on, misfits) in [
            ("\"2026-02-28\"", 0),
            ("null", 0),
            ("\"2026-02-30\"", 1),
            ("\"soon\"", 1),
            ("\"2026-02-28T00:00:00Z\"", 1),
            ("7", 1),
        ] {
            let (line, told) = pushed(&shape, &format!("{{\"on\":{on}}}"), None);
            let kept = if misfits == 0 { on } else { "null" };
            assert_eq!((line, told.misfits), (format!("{{\"on\":{kept}}}"), misfits));
        }
    }

    #[test]
    fn names_that_targets_make_no_columns_of_are_others_everywhere() {
        let (one, two) = ("x".repeat(70), "x".repeat(70) + "y");
        let odd = ["company", "Company", "", "a\"; drop", &one, &two];
        let mut shape = Shape::new(&[Field::new("company", FieldKind::Any)]).with_names_for_columns();
        let body =
            Value::Object(odd.iter().map(|name| ((*name).to_owned(), json!(name))).collect()).to_string();
        let (_, told) = pushed(&shape, &body, None);
        assert_eq!(told.undeclared.len(), 5);
        told.undeclared.iter().for_each(|name| shape.declare(name));
        let (line, told) = pushed(&shape, &body, None);
        assert_eq!(told, Pushed::default());
        let record: serde_json::Map<String, Value> = serde_json::from_str(&line).unwrap();
        let declared: BTreeSet<String> = shape.fields().into_iter().map(|field| field.name).collect();
        assert_eq!(declared, record.keys().cloned().collect(), "what is declared is what comes");
        let columns: HashSet<String> = record.keys().map(|name| name.to_lowercase()).collect();
        assert_eq!(columns.len(), odd.len(), "{columns:?}");
        assert!(
            columns
                .iter()
                .all(|name| !name.is_empty() && name.len() <= NAME_BYTES_MAX && !name.contains('"'))
        );
        assert_eq!(record["company"], "company", "one that can stay does");
        let values: BTreeSet<&str> = record.values().filter_map(Value::as_str).collect();
        assert_eq!(values.len(), odd.len(), "none is taken for another");
    }

    proptest! {
        #[test]
        fn whatever_is_sent_becomes_an_object_of_the_declared_types(
            order in any::<f64>(), text in ".*", flag in any::<bool>(), pick in 0_usize..4,
        ) {
            let value = [json!(order), json!(text), json!(flag), json!([text])][pick].clone();
            let body = json!({"id": text, "order": value, "updatedAt": value, "isIn": value, "tags": value});
            let (line, _) = pushed(&shape(), &body.to_string(), None);
            let record: Value = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(&record["id"], &body["id"]);
            prop_assert!(record["order"].is_null() || record["order"].is_i64());
            prop_assert!(record["isIn"].is_null() || record["isIn"].is_boolean());
            prop_assert!(record["tags"].is_null() || record["tags"].is_array());
            prop_assert!(!line.contains('\n'));
        }
    }
}

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
