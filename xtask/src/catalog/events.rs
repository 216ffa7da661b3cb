//! Events: what Ashby sends to webhooks.

use serde::Deserialize;

use super::{Catalog, Type};
use crate::Result;

/// An event as it stands in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    pub(crate) summary: String,
    /// The type of what stands under `data`.
    pub(crate) payload: String,
    /// Events that Ashby sends at the same time.
    #[serde(default)]
    pub(crate) triggers: Vec<String>,
    #[serde(default)]
    pub(crate) beta: bool,
    pub(crate) since: Option<String>,
    #[serde(default)]
    pub(crate) touches: Vec<Touch>,
}

/// Records that an event is about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Touch {
    pub(crate) stream: String,
    /// Absent: some records of the stream, which ones is not said.
    pub(crate) key: Option<String>,
    /// Nothing of the two: the record is new, or has changed.
    #[serde(default)]
    pub(crate) deleted: bool,
    /// It is part of the record with the key that stands here.
    pub(crate) merged_into: Option<String>,
    /// Only if this stands there: pointer and text.
    pub(crate) when: Option<(String, String)>,
    /// `listing`, or an operation and the parameter that takes the key. Absent: there is nothing left to read.
    pub(crate) again: Option<Again>,
    #[serde(default)]
    pub(crate) dependants: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Again {
    Listing(Listing),
    Operation(String, String),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Listing {
    Listing,
}

/// Whether the events make sense beside everything else.
pub(super) fn check(catalog: &Catalog) -> Result<()> {
    let operations = || catalog.categories.iter().flat_map(|category| &category.operations);
    for (name, event) in &catalog.events {
        let at = |what: &str| Err(format!("event {name}: {what}").into());
        if !catalog.types.contains_key(&event.payload) {
            return at(&format!("there is no type {}", event.payload));
        }
        if let Some(other) = event.triggers.iter().find(|other| !catalog.events.contains_key(*other)) {
            return at(&format!("there is no event {other}"));
        }
        for touch in &event.touches {
            let pointers = touch.key.iter().chain(&touch.merged_into);
            for pointer in pointers.chain(touch.when.iter().map(|(pointer, _)| pointer)) {
                if !leads_somewhere(catalog, &event.payload, pointer) {
                    return at(&format!("{pointer} leads nowhere in {}", event.payload));
                }
            }
            let is_gone = touch.deleted || touch.merged_into.is_some();
            if touch.deleted && touch.merged_into.is_some() || is_gone != touch.again.is_none() {
                return at("either it is gone (deleted, merged_into) or it can be read again");
            }
            match &touch.again {
                Some(Again::Operation(wanted, parameter)) => {
                    let found = operations().find(|operation| operation.name == *wanted);
                    let takes = |name: &String| {
                        found.is_some_and(|found| found.parameters.iter().any(|field| field.name == *name))
                    };
                    if !takes(parameter) {
                        return at(&format!("there is no {wanted} that takes {parameter}"));
                    }
                    if touch.key.is_none() {
                        return at(&format!("{wanted} needs a key"));
                    }
                }
                Some(Again::Listing(_)) => {}
                None if touch.key.is_none() => return at("what is gone has a key"),
                None => {}
            }
        }
    }
    Ok(())
}

/// Whether members of a type have these names, one inside the other.
fn leads_somewhere(catalog: &Catalog, payload: &str, pointer: &str) -> bool {
    let mut shape = catalog.types.get(payload);
    let mut steps = pointer.split('/');
    let mut is_text = false;
    if steps.next() != Some("") {
        return false;
    }
    for step in steps {
        let Some(field) = shape.and_then(|shape| shape.fields.iter().find(|field| field.name == step)) else {
            return false;
        };
        is_text = matches!(field.kind, Type::Id(_) | Type::Plain(_) | Type::Enumeration(_));
        shape = match &field.kind {
            Type::Answer(name) => catalog.types.get(name),
            _ => None,
        };
    }
    is_text
}
