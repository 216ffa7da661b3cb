//! What stands where: the streams and operations that policies are about.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use ashby_catalog::{self as catalog, Operation, Place, Type};

/// What is known of the records of a stream.
#[derive(Debug, Clone)]
pub struct StreamShape {
    /// The stream.
    pub name: String,
    /// Names of the members that are its key.
    pub key: Vec<String>,
    /// Every place in its records, with what stands there.
    pub places: Vec<Place>,
    /// What its records are called in the catalog: those of other operations that are called so have the same members.
    pub(crate) kind: Option<&'static str>,
}

/// What is known of all records.
#[derive(Debug, Default)]
pub struct Contract {
    streams: BTreeMap<String, StreamShape>,
}

impl Contract {
    /// That of Ashby's API.
    pub fn ashby() -> Arc<Self> {
        static ASHBY: LazyLock<Arc<Contract>> = LazyLock::new(|| {
            let shape = |stream: ashby_source::Stream| StreamShape {
                places: ashby_source::places(stream.name()).unwrap_or_default(),
                kind: kind_of(&stream),
                key: stream.descriptor.key,
                name: stream.descriptor.name,
            };
            Arc::new(Contract::new(ashby_source::streams().into_iter().map(shape)))
        });
        Arc::clone(&ASHBY)
    }

    /// One of these streams.
    pub fn new(streams: impl IntoIterator<Item = StreamShape>) -> Self {
        Self { streams: streams.into_iter().map(|shape| (shape.name.clone(), shape)).collect() }
    }

    /// A stream.
    pub fn stream(&self, name: &str) -> Option<&StreamShape> {
        self.streams.get(name)
    }

    /// All streams, by name.
    pub fn streams(&self) -> impl Iterator<Item = &StreamShape> {
        self.streams.values()
    }

    /// The streams whose records an operation answers, too.
    pub(crate) fn streams_of(&self, operation: &Operation) -> Vec<&str> {
        let kind = operation.returns.as_ref().and_then(Type::shape).map(|shape| shape.name);
        let is_of_it = |shape: &&StreamShape| kind.is_some() && shape.kind == kind;
        self.streams.values().filter(is_of_it).map(|shape| &*shape.name).collect()
    }
}

/// What the records of a stream are called, where they are what its operation answers and not something inside.
fn kind_of(stream: &ashby_source::Stream) -> Option<&'static str> {
    let operation = catalog::find(stream.operation)?;
    let shape = operation.returns.as_ref()?.shape()?;
    let own = ashby_source::places(stream.name())?;
    let names_first = |place: &Place| place.path.split('/').nth(1).map(str::to_owned);
    let is_inside = own
        .iter()
        .filter_map(names_first)
        .any(|name| !shape.fields.iter().any(|field| field.name == name) && !is_added(stream, &name));
    (!is_inside).then_some(shape.name)
}

/// Whether a member is not Ashby's: the key of the parent.
fn is_added(stream: &ashby_source::Stream, name: &str) -> bool {
    stream.parent.is_some() && stream.descriptor.fields.first().is_some_and(|field| field.name == name)
}

/// The member names that lead to a place, and whether the rest of a list's items is meant at each: `*` is left out.
pub(crate) fn names(pointer: &str) -> Vec<String> {
    let names = pointer.split('/').skip(1).filter(|name| *name != "*");
    names.map(|name| name.replace("~1", "/").replace("~0", "~")).collect()
}

#[cfg(test)]
mod tests {
    use ashby_catalog::Class;

    use super::*;

    /// What nobody has said anything of. It is dropped by every policy but `full`; who adds to this list says why.
    const UNCLASSIFIED: &[&str] = &[
        // Entries of the audit log repeat what was changed, whatever that is.
        "audit_log/parentAction",
        "audit_log/changedFields",
    ];

    #[test]
    fn every_place_of_every_stream_has_its_class() {
        let contract = Contract::ashby();
        let mut without = Vec::new();
        for stream in contract.streams() {
            assert!(!stream.places.is_empty(), "{}", stream.name);
            for place in &stream.places {
                if matches!(place.class, Class::Unclassified | Class::Nested) {
                    without.push(format!("{}{}", stream.name, place.path));
                }
            }
        }
        assert_eq!(without, UNCLASSIFIED);
    }

    #[test]
    fn keys_are_identifiers_but_for_one() {
        let contract = Contract::ashby();
        let mut others = Vec::new();
        for stream in contract.streams() {
            for key in &stream.key {
                let place = stream.places.iter().find(|place| names(&place.path) == [key.clone()]);
                let class = place.map(|place| place.class);
                if class != Some(Class::Identifier) {
                    others.push((stream.name.as_str(), key.as_str(), class));
                }
            }
        }
        assert_eq!(others, [("email_senders", "email", Some(Class::Contact))]);
    }

    #[test]
    fn operations_answer_records_of_streams() {
        let contract = Contract::ashby();
        let of = |name: &str| contract.streams_of(catalog::find(name).unwrap());
        assert_eq!(of("candidate.info"), ["candidates"]);
        assert_eq!(of("candidate.search"), ["candidates"]);
        assert!(of("application.list").contains(&"applications"));
        assert!(!of("offer.info").contains(&"offer_versions"), "they are inside");
    }
}
