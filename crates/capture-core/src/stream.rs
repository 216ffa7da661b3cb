//! Streams: named sets of records, and how they are brought up to date.

use serde::Serialize;

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
pub struct Field {
    /// The field's name in the record.
    pub name: String,
    /// Its usual kind; advisory.
    pub kind: FieldKind,
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
pub struct StreamDescriptor {
    /// Unique name, lower-case snake case: `interview_schedules`.
    pub name: String,
    /// Names of the fields that make up the key, in order.
    pub key: Vec<String>,
    /// How it is kept fresh.
    pub mode: Mode,
    /// Known top-level fields, in a readable order.
    pub fields: Vec<Field>,
}
