//! The table as others see it.

use ashby_client::catalog;
use capture_core::{Mode, StreamDescriptor};
use serde::Serialize;

use crate::fields;
use crate::request::Requests;
use crate::searchable;
use crate::table::{Follow, Plan, Refresh, Row, STREAMS, row};

/// A stream that Ashby can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stream {
    /// Name, key, mode and known fields.
    #[serde(flatten)]
    pub descriptor: StreamDescriptor,
    /// The operation that is called.
    pub operation: &'static str,
    /// The permission it needs, as Ashby's documentation spells it (`candidatesRead`); none is known if empty.
    pub permission: &'static str,
    /// The stream on whose records it depends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<&'static str>,
    /// What it costs.
    pub cost: Cost,
    /// Whether older records of it, or of its parent, can be left out
    /// ([`created_after_ms`](crate::AshbySource::created_after_ms)).
    pub has_start_date: bool,
    /// Ashby's documentation of it is incomplete: it steps aside if it is not there.
    pub experimental: bool,
}

/// What listing a stream costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    /// A request for each page of up to 100 records; one when nothing changed.
    Pages,
    /// One request, whatever it holds.
    One,
    /// Nothing beside the requests of its parent stream.
    Shared,
    /// A request for each record of the parent that changed since the last run; for all of them in the first.
    PerChangedParent,
    /// A request for each record of the parent, each time.
    PerParent,
}

impl Cost {
    /// Whether it costs a request per parent: such streams are captured only when asked for, unless there are few
    /// parents.
    pub fn is_per_parent(self) -> bool {
        matches!(self, Self::PerChangedParent | Self::PerParent)
    }
}

impl Stream {
    /// The stream's name.
    pub fn name(&self) -> &str {
        &self.descriptor.name
    }

    /// Whether it is captured unless something else is asked for.
    pub fn is_default(&self) -> bool {
        !self.cost.is_per_parent() || row(self.name()).is_some_and(|row| row.cheap)
    }

    /// The permission as `apiKey.info` spells it, if one is known: `candidates:read`.
    pub fn scope(&self) -> Option<String> {
        row(self.name()).and_then(Row::scope)
    }
}

impl From<&Row> for Stream {
    fn from(row: &Row) -> Self {
        let (parent, cost) = match row.plan {
            // Lists without pages and token are short by nature.
            Plan::List(Refresh::Snapshot) => (None, Cost::One),
            Plan::List(_) => (None, Cost::Pages),
            Plan::Embedded { within, .. } => (Some(within), Cost::Shared),
            Plan::PerParent { parent, follow: Follow::Changed, .. } => (Some(parent), Cost::PerChangedParent),
            Plan::PerParent { parent, follow: Follow::All, .. } => (Some(parent), Cost::PerParent),
        };
        Self {
            descriptor: describe(row),
            operation: row.operation,
            permission: row.permission_name(),
            parent,
            cost,
            has_start_date: row.has_start_date
                || parent.and_then(self::row).is_some_and(|parent| parent.has_start_date),
            experimental: row.experimental,
        }
    }
}

/// All streams, in a readable order.
pub fn streams() -> Vec<Stream> {
    STREAMS.iter().map(Stream::from).collect()
}

/// The names of all streams, in a readable order.
pub fn names() -> impl Iterator<Item = &'static str> {
    STREAMS.iter().map(|row| row.name)
}

/// The stream of this name.
pub fn stream(name: &str) -> Option<Stream> {
    row(name).map(Stream::from)
}

/// The fixed parameters with which a stream's operation is called; `None` for an unknown stream.
pub fn parameters(name: &str) -> Option<serde_json::Map<String, serde_json::Value>> {
    Requests::default().parameters(row(name)?).ok()
}

/// How the records of a stream are found that are listed with those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nested {
    /// They stand inside the other stream's records.
    Inside,
    /// One request for each record of the other stream.
    PerParent {
        /// The parameter that takes the other record's key.
        parameter: &'static str,
        /// Whether what is answered is the record itself, or a list of the records, and nothing around them.
        is_plain: bool,
    },
}

/// How the records of a stream are found, if not by a list of their own.
pub fn nested(name: &str) -> Option<Nested> {
    match row(name)?.plan {
        Plan::List(_) => None,
        Plan::Embedded { .. } => Some(Nested::Inside),
        Plan::PerParent { parameter, arrays, .. } => {
            let is_plain = arrays.iter().all(|(array, _)| array.is_empty());
            Some(Nested::PerParent { parameter, is_plain })
        }
    }
}

/// Streams whose names look like `name`, likeliest first.
pub fn near_matches(name: &str) -> Vec<&'static str> {
    catalog::nearest(name, STREAMS.iter().map(|row| row.name))
}

/// What sinks and people are told of a row.
pub(crate) fn describe(row: &Row) -> StreamDescriptor {
    let mode = match row.plan {
        Plan::List(Refresh::Snapshot) | Plan::PerParent { follow: Follow::All, .. } => Mode::Snapshot,
        Plan::List(Refresh::Token | Refresh::NewestFirst) | Plan::Embedded { .. } => Mode::Incremental,
        Plan::PerParent { follow: Follow::Changed, .. } => Mode::Child,
    };
    StreamDescriptor::new(row.name, row.key.iter().copied())
        .with_mode(mode)
        .with_fields(fields::of(row))
        .with_searchable(searchable::of(row.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_are_consistent() {
        let names: BTreeSet<&str> = STREAMS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), STREAMS.len(), "names are unique");
        for row in STREAMS {
            let stream = Stream::from(row);
            assert!(
                Requests::default().parameters(row).is_ok(),
                "{} has parameters that are not JSON",
                row.name
            );
            let fields: BTreeSet<&str> =
                stream.descriptor.fields.iter().map(|field| field.name.as_str()).collect();
            assert!(
                row.key.iter().all(|key| fields.contains(key)),
                "{}: a key is not a known field",
                row.name
            );
            assert!(stream.parent.is_none_or(|parent| names.contains(parent)), "{} has no parent", row.name);
        }
    }

    #[test]
    fn misspelled_names_find_what_was_meant() {
        assert_eq!(near_matches("candidate")[0], "candidates");
        assert_eq!(near_matches("aplications")[0], "applications");
        assert!(near_matches("interview-schedule").contains(&"interview_schedules"));
        assert!(near_matches("zzz").is_empty());
    }
}
