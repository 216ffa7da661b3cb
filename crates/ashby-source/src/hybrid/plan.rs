//! What follows from an event: which records are to be read again, and how.

use std::collections::BTreeSet;

use ashby_client::catalog::{self, Change, Reread, Touch};
use bytes::Bytes;
use capture_core::{Gone, Key};
use jiff::Timestamp;
use serde_json::Value;

use crate::reread::{Single, filter};
use crate::table::{Plan, Row, STREAMS, row};

/// Something to read, of one stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// A record that can be asked for by itself.
    Record(Key),
    /// A record that is said to be gone.
    Confirm(Key),
    /// All that belongs to a record; to have this one of it, if it is about one.
    Within(Key, Option<Key>),
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
    let Ok(data) = serde_json::from_slice::<Value>(data) else { return Vec::new() };
    let text = |pointer: &str| data.pointer(pointer).and_then(Value::as_str);
    let mut tasks = Vec::new();
    for touch in event.touches {
        let holds = touch.when.is_none_or(|(pointer, value)| text(pointer) == Some(value));
        let key = touch.key.map(|pointer| text(pointer).map(Key::from));
        // What names no record is about none.
        let (true, Some(row), None | Some(Some(_))) = (holds, row(touch.stream), &key) else { continue };
        let key = key.flatten();
        if captured.contains(row.name) {
            tasks.push(task(row, touch, key.clone(), &data, received_at));
        }
        if let (Change::Upserted, Some(key)) = (touch.change, key) {
            let names = touch.dependants.iter().copied();
            tasks.extend(changed_with(row, names, &key).filter(|task| captured.contains(task.stream)));
        }
    }
    tasks
}

fn task(row: &'static Row, touch: &Touch, key: Option<Key>, data: &Value, received_at: Timestamp) -> Task {
    let Some(key) = key else { return Task::new(row.name, What::Changes) };
    let text = |pointer: &str| data.pointer(pointer).and_then(Value::as_str).map(Key::from);
    match touch.change {
        Change::Merged { into } => {
            let gone = text(into).map_or(Gone::Reported { at: Some(received_at) }, Gone::MergedInto);
            return Task::new(row.name, What::Confirm(key)).gone(gone);
        }
        Change::Deleted => {
            let gone = Gone::Reported { at: Some(received_at) };
            return Task::new(row.name, What::Confirm(key)).gone(gone);
        }
        _ => {}
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

/// What is read again with a record that changed.
fn changed_with(
    row: &'static Row,
    dependants: impl Iterator<Item = &'static str>,
    key: &Key,
) -> impl Iterator<Item = Task> {
    let key = key.clone();
    // Nothing says which feedback on an application is new; it costs one listing, however many changed.
    let feedback = (row.name == "applications").then_some("application_feedback");
    dependants.chain(feedback).filter_map(move |name| {
        let dependant = crate::table::row(name)?;
        match dependant.plan {
            Plan::PerParent { parent, .. } if parent == row.name => {
                Some(Task::new(dependant.name, What::Within(key.clone(), None)))
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
