//! What follows from an event: which records are to be read again, and how.

use std::collections::BTreeSet;

use ashby_client::catalog::{self, Change, Reread, Touch};
use bytes::Bytes;
use capture_core::{Gone, Key};
use jiff::Timestamp;
use serde_json::Value;

use crate::reread::{Single, filter};
use crate::table::{Plan, Refresh, Row, STREAMS, row};

/// Something to read, of one stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// A record that can be asked for by itself.
    Record(Key),
    /// A record that is said to be gone.
    Confirm(Key),
    /// All that belongs to a record; to have this one of it, if it is about one.
    Within(Key, Option<Key>),
    /// What belongs to a record that is said to be gone, and which this run does not read.
    Of(Key),
    /// A record that only a listing shows.
    Listed(Key),
    /// Whatever changed.
    Changes,
}

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) stream: &'static str,
    pub(super) what: What,
    /// How it is known that the record is gone, should it not be there.
    pub(super) gone: Gone,
}

impl Task {
    fn new(stream: &'static str, what: What) -> Self {
        Self { stream, what, gone: Gone::NotFound }
    }

    fn gone(mut self, gone: Gone) -> Self {
        self.gone = gone;
        self
    }
}

/// What an event of this kind asks for, of the captured streams.
pub(super) fn tasks(
    action: &str,
    data: &Bytes,
    received_at: Timestamp,
    captured: &BTreeSet<String>,
) -> Vec<Task> {
    let Some(event) = catalog::event(action) else { return Vec::new() };
    let Ok(data) = json_slices::read::<Value>(data) else { return Vec::new() };
    let text = |pointer: &str| data.pointer(pointer).and_then(Value::as_str);
    let mut tasks = Vec::new();
    for touch in event.touches {
        let holds = touch.when.is_none_or(|(pointer, value)| text(pointer) == Some(value));
        let (true, Some(row)) = (holds, row(touch.stream)) else { continue };
        let key = touch.key.and_then(text).map(Key::from);
        // What names no record is about none, unless a listing shows what it is about.
        if key.is_none() && touch.key.is_some() && !shows_what_is_gone(row, touch) {
            continue;
        }
        if captured.contains(row.name) {
            tasks.push(task(row, touch, key.clone(), &data, received_at));
        } else if let (Change::Deleted | Change::Merged { .. }, Some(key)) = (touch.change, &key) {
            let gone = how_it_is_gone(touch, &data, received_at);
            let owned = owned_by(row.name).filter(|owned| captured.contains(owned.name));
            tasks.extend(owned.map(|owned| Task::new(owned.name, What::Of(key.clone())).gone(gone.clone())));
        }
        if touch.change == Change::Upserted {
            let names = touch.dependants.iter().copied();
            tasks.extend(changed_with(row, names, key).filter(|task| captured.contains(task.stream)));
        }
    }
    tasks
}

fn task(row: &'static Row, touch: &Touch, key: Option<Key>, data: &Value, received_at: Timestamp) -> Task {
    let Some(key) = key else { return Task::new(row.name, What::Changes) };
    let text = |pointer: &str| data.pointer(pointer).and_then(Value::as_str).map(Key::from);
    if matches!(touch.change, Change::Merged { .. } | Change::Deleted) {
        let gone = how_it_is_gone(touch, data, received_at);
        return Task::new(row.name, What::Confirm(key)).gone(gone);
    }
    if matches!(touch.again, Reread::Operation { .. })
        && Single::of(row).is_some_and(|single| single.is_as_listed())
    {
        return Task::new(row.name, What::Record(key));
    }
    // The owner stands beside the key.
    let owner = row.owner.filter(|_| filter(row).is_some()).and_then(|owner| {
        let record = touch.key?.rsplit_once('/')?.0;
        text(&format!("{record}/{}", owner.path.join("/")))
    });
    match owner {
        Some(owner) => Task::new(row.name, What::Within(owner, Some(key))),
        None => Task::new(row.name, What::Listed(key)),
    }
}

/// Whether the next listing tells that a record is gone which the event does not name where it was expected.
fn shows_what_is_gone(row: &Row, touch: &Touch) -> bool {
    touch.change == Change::Deleted && matches!(row.plan, Plan::List(Refresh::Snapshot))
}

/// What the event says of how the record is gone.
fn how_it_is_gone(touch: &Touch, data: &Value, received_at: Timestamp) -> Gone {
    let into = match touch.change {
        Change::Merged { into } => data.pointer(into).and_then(Value::as_str),
        _ => None,
    };
    into.map_or(Gone::Reported { at: Some(received_at) }, |into| Gone::MergedInto(Key::from(into)))
}

/// What is read again with a record that changed, or with several of which the event does not say which they are.
fn changed_with(
    row: &'static Row,
    dependants: impl Iterator<Item = &'static str>,
    key: Option<Key>,
) -> impl Iterator<Item = Task> {
    // Nothing says which feedback on an application is new; it costs one listing, however many changed.
    let feedback = (row.name == "applications").then_some("application_feedback");
    dependants.chain(feedback).filter_map(move |name| {
        let dependant = crate::table::row(name)?;
        match dependant.plan {
            Plan::PerParent { parent, .. } if parent == row.name => {
                let what = key.clone().map_or(What::Changes, |key| What::Within(key, None));
                Some(Task::new(dependant.name, what))
            }
            // They come with the record.
            Plan::Embedded { .. } => None,
            _ if row.name == "candidates" => None,
            _ => Some(Task::new(dependant.name, What::Changes)),
        }
    })
}

/// Streams whose records belong to those of another.
pub(super) fn owned_by(stream: &str) -> impl Iterator<Item = &'static Row> {
    STREAMS.iter().filter(move |row| match row.plan {
        Plan::PerParent { parent, .. } => parent == stream,
        Plan::Embedded { within, .. } => within == stream,
        Plan::List(_) => row.owner.is_some_and(|owner| owner.stream == stream),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_character_in_what_an_event_says_changes_nothing_that_follows() {
        let captured = STREAMS.iter().map(|row| row.name.to_owned()).collect();
        let of = |name: &str| {
            let data = format!(
                r#"{{"application":{{"id":"a","candidate":{{"id":"c","name":"{name}"}}}},"offer":{{"id":"o"}}}}"#
            );
            tasks("candidateHire", &Bytes::from(data), Timestamp::UNIX_EPOCH, &captured)
        };
        assert!(!of("Cut").is_empty());
        assert_eq!(of(r"Cut \ud83d"), of("Cut"));
    }

    #[test]
    fn what_belongs_to_records_that_are_not_named_is_listed_with_them() {
        let captured =
            ["jobs", "applications", "application_history"].into_iter().map(str::to_owned).collect();
        let data = Bytes::from_static(br#"{"jobId":"j"}"#);
        let wanted = [
            Task::new("jobs", What::Record(Key::from("j"))),
            Task::new("applications", What::Changes),
            Task::new("application_history", What::Changes),
        ];
        assert_eq!(tasks("interviewPlanTransition", &data, Timestamp::UNIX_EPOCH, &captured), wanted);
    }
}
