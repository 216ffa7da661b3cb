//! The columns of a stream's view: one for each top-level field that its records have shown.

use std::collections::HashSet;

use capture_core::{Error, ErrorKind, FieldKind, StreamDescriptor};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::names::quoted;

/// Names of the columns that every view has, and of SQLite's names for row numbers.
const RESERVED: [&str; 11] = [
    "_key",
    "_hash",
    "_captured_at",
    "_deleted_at",
    "_deleted_why",
    "_merged_into",
    "_scope",
    "_record",
    "rowid",
    "oid",
    "_rowid_",
];

/// SQLite allows 2,000 columns; some are ours.
const FIELDS_MAX: usize = 1_900;

/// Names longer than this are data rather than names.
const NAME_BYTES_MAX: usize = 1_000;

/// Field names in the order of their columns.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    ordered: Vec<String>,
    known: HashSet<String>,
    /// In ASCII lower case, as SQLite compares column names.
    taken: HashSet<String>,
}

impl Fields {
    /// Adds a name unless it cannot be a column: it is taken but for its case, or a JSON path cannot hold it.
    /// Returns whether it was added.
    pub(crate) fn add(&mut self, name: &str) -> bool {
        let is_path = (1..=NAME_BYTES_MAX).contains(&name.len())
            && !name.contains(|letter: char| matches!(letter, '"' | '\\') || letter < ' ');
        let lower = name.to_ascii_lowercase();
        if !is_path
            || self.ordered.len() >= FIELDS_MAX
            || RESERVED.contains(&lower.as_str())
            || !self.taken.insert(lower)
        {
            return false;
        }
        self.known.insert(name.to_owned());
        self.ordered.push(name.to_owned());
        true
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.ordered
    }

    /// Adds the top-level fields of a record; returns whether there were new ones.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] if it is not a JSON object: in the database it would make every query of its table fail.
    pub(crate) fn add_from(&mut self, stream: &str, record: &[u8]) -> Result<bool, Error> {
        let mut unknown = Vec::new();
        let mut json = serde_json::Deserializer::from_slice(record);
        let object = Object { known: &self.known, unknown: &mut unknown };
        if json.deserialize_map(object).and_then(|()| json.end()).is_err() {
            let message = format!("a record of {stream} is not a JSON object");
            return Err(
                Error::new(ErrorKind::Data, message).with_hint("run again; if it stays so, please report it")
            );
        }
        Ok(unknown.iter().filter(|name| self.add(name)).count() > 0)
    }

    /// `SELECT` of the view. It says `json_extract`, since SQLite before 3.38 has no `->>`, which gives the same.
    pub(crate) fn select(&self, table: &str, descriptor: &StreamDescriptor) -> String {
        // A key of one text field is that field: under its name, too, it is found by the index.
        let key = match &descriptor.key[..] {
            [only] => {
                descriptor.fields.iter().find(|field| field.name == *only && field.kind == FieldKind::String)
            }
            _ => None,
        };
        let mut sql = "SELECT _key".to_owned();
        for name in &self.ordered {
            let column = quoted(name);
            let value = match key {
                Some(key) if key.name == *name => "_key".to_owned(),
                _ => format!("json_extract(_record, '$.\"{}\"')", name.replace('\'', "''")),
            };
            sql.push_str(&format!(", {value} AS {column}"));
        }
        sql.push_str(&format!(
            ", _captured_at, _deleted_at, _deleted_why, _merged_into, _scope, _record FROM {table}"
        ));
        sql
    }
}

/// Looks at the keys of an object and passes over the values.
struct Object<'a> {
    known: &'a HashSet<String>,
    unknown: &'a mut Vec<String>,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while map.next_key_seed(Name { known: self.known, unknown: self.unknown })?.is_some() {
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// A key: copied only if it is unknown. Its bytes are taken, since JSON allows escapes that are no Unicode (`\ud800`): such
/// a name is that of no column.
struct Name<'a> {
    known: &'a HashSet<String>,
    unknown: &'a mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a field name")
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<(), E> {
        if let Ok(name) = std::str::from_utf8(name)
            && !self.known.contains(name)
        {
            self.unknown.push(name.to_owned());
        }
        Ok(())
    }
}
