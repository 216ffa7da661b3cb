//! What Ashby sends to webhooks, and what follows from it for captured records.

use crate::Shape;
use crate::generated::EVENTS;

/// A kind of event. Ashby sends it as `{"action": name, "data": …}`, mostly with a `webhookActionId` that stays the
/// same when the event is sent again.
#[derive(Debug)]
#[non_exhaustive]
pub struct Event {
    /// Its name, which is `action`: `candidateMerge`.
    pub name: &'static str,
    /// When it is sent, in a line without a full stop.
    pub summary: &'static str,
    /// What stands under `data`. Every member can be missing.
    pub payload: &'static Shape,
    /// What could stand under `data`, in JSON: of an organisation that is made up.
    pub example: &'static str,
    /// Events that Ashby sends besides.
    pub triggers: &'static [&'static str],
    /// Whether Ashby may still change it.
    pub is_beta: bool,
    /// The day or month it appeared, if it is younger than Ashby's changelog.
    pub since: Option<&'static str>,
    /// The records that it is about. It is a hint to read them again: events come late, twice, in another order, or
    /// not at all.
    pub touches: &'static [Touch],
}

/// Records that an event is about.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Touch {
    /// The stream that they are in: `candidates`.
    pub stream: &'static str,
    /// JSON pointer to the record's key inside `data`; what is not there is not touched. `None` if the event does not
    /// say which records of the stream it means.
    pub key: Option<&'static str>,
    /// What became of it.
    pub change: Change,
    /// Holds only if this text stands at this JSON pointer inside `data`.
    pub when: Option<(&'static str, &'static str)>,
    /// How its present form is got.
    pub again: Reread,
    /// Streams whose records belong to the record: they are asked for again with it, or gone with it.
    pub dependants: &'static [&'static str],
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// It is new, or it changed.
    Upserted,
    /// It is gone.
    Deleted,
    /// It is gone: another record has taken over what belonged to it.
    Merged {
        /// JSON pointer to the other record's key inside `data`.
        into: &'static str,
    },
}

/// How a record is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reread {
    /// One operation answers it.
    Operation {
        /// The operation: `candidate.info`.
        operation: &'static str,
        /// The parameter that takes the key.
        parameter: &'static str,
    },
    /// Only the next listing of its stream brings it: of what changed, where the stream has that.
    Listing,
    /// There is nothing left to read.
    Nothing,
}

/// All kinds of events, by name.
pub fn events() -> &'static [Event] {
    EVENTS
}

/// The kind of event of this name.
pub fn event(name: &str) -> Option<&'static Event> {
    EVENTS.iter().find(|event| event.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{find, operations};

    #[test]
    fn all_kinds_are_there_and_ordered() {
        assert_eq!(EVENTS.len(), 28);
        assert!(EVENTS.is_sorted_by_key(|event| event.name));
        let create = find("webhook.create").unwrap().parameter("webhookType").unwrap();
        let crate::Type::Enumeration(kinds) = create.kind else { panic!("{:?}", create.kind) };
        for kind in kinds.values {
            assert!(event(kind).is_some(), "a webhook can be made for {kind}");
        }
    }

    #[test]
    fn examples_say_what_is_described_and_name_what_is_touched() {
        for event in EVENTS {
            let data: serde_json::Value = serde_json::from_str(event.example).unwrap();
            let members = data.as_object().unwrap();
            for name in members.keys() {
                let is_known = event.payload.fields.iter().any(|field| field.name == name);
                assert!(is_known, "{}: {name}", event.name);
            }
            let keyed = || event.touches.iter().filter_map(|touch| touch.key);
            let is_named = keyed().any(|key| data.pointer(key).is_some_and(serde_json::Value::is_string));
            assert!(is_named || keyed().next().is_none(), "{}", event.name);
        }
    }

    #[test]
    fn what_is_read_again_is_read_with_an_operation_that_changes_nothing() {
        for touch in EVENTS.iter().flat_map(|event| event.touches) {
            if let Reread::Operation { operation, .. } = touch.again {
                assert!(operations().any(|found| found.name == operation && found.is_read()), "{operation}");
            }
        }
    }

    #[test]
    fn a_merge_names_both_records() {
        let merge = event("candidateMerge").unwrap();
        let gone = merge.touches.iter().find(|touch| touch.change != Change::Upserted).unwrap();
        assert_eq!(
            (gone.stream, gone.key, gone.change),
            ("candidates", Some("/deletedCandidate/id"), Change::Merged { into: "/mergedCandidate/id" })
        );
        assert!(gone.dependants.contains(&"applications"));
        let survivor = merge.touches.iter().find(|touch| touch.change == Change::Upserted).unwrap();
        assert_eq!(survivor.key, Some("/mergedCandidate/id"));
    }
}
