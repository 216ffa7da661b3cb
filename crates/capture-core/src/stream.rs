//! Streams: named sets of records, and how they are brought up to date.

use serde::{Deserialize, Serialize};

/// How a stream is kept fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The other side says what changed since the last listing.
    Incremental,
    /// The stream is listed whole each time; what has gone is a tombstone.
    Snapshot,
    /// Listed parent by parent, for the parents that changed.
    Child,
}

/// A top-level field that records of a stream are known to have. Records may have others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Field {
    /// The field's name, and that of a column made from it.
    pub name: String,
    /// Its usual kind; advisory.
    pub kind: FieldKind,
    /// Where it stands in the record, as a JSON pointer: `/createdAt`.
    pub path: String,
    /// What it holds in the eyes of privacy, in a word of the source's such as `contact`; `None` if nobody has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
}

impl Field {
    /// The top-level field of this name.
    pub fn new(name: impl Into<String>, kind: FieldKind) -> Self {
        let name = name.into();
        let path = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        Self { name, kind, path, class: None }
    }

    /// Says what it holds in the eyes of privacy.
    #[must_use]
    pub fn with_class(mut self, class: impl Into<String>) -> Self {
        self.class = Some(class.into());
        self
    }
}

/// The usual kind of a field's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Text.
    String,
    /// An RFC 3339 instant as text.
    Instant,
    /// A number without a fraction.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A JSON array.
    Array,
    /// A JSON object.
    Object,
    /// Anything.
    Any,
}

/// Describes a stream to sinks and people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StreamDescriptor {
    /// Unique name, lower-case snake case: `interview_schedules`.
    pub name: String,
    /// Names of the fields that make up the key, in order.
    pub key: Vec<String>,
    /// How it is kept fresh.
    pub mode: Mode,
    /// Known top-level fields, in a readable order.
    pub fields: Vec<Field>,
    /// What people look for in its records, for destinations that keep an index of words.
    #[serde(skip)]
    pub searchable: Option<Searchable>,
}

/// Where the texts of a record stand that people look for, as JSON pointers; lists on the way are passed through
/// (`/tags/title` is that of each tag). Everything that is text below such a place belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Searchable {
    /// What the record is called.
    pub title: Vec<String>,
    /// The rest.
    pub body: Vec<String>,
}

impl StreamDescriptor {
    /// An incremental stream of which nothing is known but its key.
    pub fn new<K: Into<String>>(name: impl Into<String>, key: impl IntoIterator<Item = K>) -> Self {
        let key = key.into_iter().map(Into::into).collect();
        Self { name: name.into(), key, mode: Mode::Incremental, fields: Vec::new(), searchable: None }
    }

    /// Says how it is kept fresh.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Says which fields its records are known to have, in a readable order.
    #[must_use]
    pub fn with_fields(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.fields = fields.into_iter().collect();
        self
    }

    /// Says what people look for in its records.
    #[must_use]
    pub fn with_searchable(mut self, searchable: Option<Searchable>) -> Self {
        self.searchable = searchable;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_put_together() {
        let fields =
            [Field::new("id", FieldKind::String), Field::new("a/b", FieldKind::Any).with_class("plain")];
        let stream = StreamDescriptor::new("pets", ["id"]).with_mode(Mode::Child).with_fields(fields);
        assert_eq!((&*stream.name, &*stream.key, stream.mode), ("pets", &["id".to_owned()][..], Mode::Child));
        let places: Vec<&str> = stream.fields.iter().map(|field| &*field.path).collect();
        assert_eq!(places, ["/id", "/a~1b"]);
        assert_eq!(stream.fields[1].class.as_deref(), Some("plain"));
    }
}
