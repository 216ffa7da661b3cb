//! What a destination would hold after some batches: the runner and a keyed sink in a few lines.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::{Batch, Checkpoint, Ends, Extent, Key, Op, StreamDescriptor};

#[derive(Debug, Clone, Default)]
pub(super) struct Mirror {
    streams: BTreeMap<String, Mirrored>,
    /// Of the newest batch that a stream's capture gave.
    checkpoints: BTreeMap<String, Checkpoint>,
    stamp: u64,
}

#[derive(Debug, Clone, Default)]
struct Mirrored {
    rows: BTreeMap<String, Row>,
    /// The stamp at the start of the listing under way, and of what it is.
    listing: Option<(u64, Extent)>,
    begun: u64,
    given_up: u64,
    ended: u64,
    last_end: Option<Ends>,
}

#[derive(Debug, Clone)]
struct Row {
    body: Value,
    scope: Option<Key>,
    seen: u64,
}

impl Mirror {
    /// Takes a batch of a capture with these streams.
    ///
    /// # Panics
    /// If it is not one that a capture may give.
    pub(super) fn take(&mut self, streams: &[Arc<StreamDescriptor>], batch: &Batch) {
        for part in &batch.parts {
            assert!(part.stream < streams.len(), "a part of a stream that its capture does not have");
            let name = &streams[part.stream].name;
            self.stamp += 1;
            let stamp = self.stamp;
            let mirrored = self.streams.entry(name.clone()).or_default();
            if let Some(extent) = part.begins {
                mirrored.begun += 1;
                mirrored.given_up += u64::from(mirrored.listing.is_some());
                mirrored.listing = Some((stamp, extent));
            }
            for record in &part.records {
                let key = record.key.as_str().to_owned();
                match &record.op {
                    Op::Upsert(body) => {
                        let body: Value = serde_json::from_slice(body).expect("a record is JSON");
                        assert!(body.is_object(), "a record of {name} is no JSON object");
                        let row = Row { body, scope: record.scope.clone(), seen: stamp };
                        mirrored.rows.insert(key, row);
                    }
                    Op::Gone(_) => _ = mirrored.rows.remove(&key),
                }
            }
            let is_in = |row: &Row| row.scope.as_ref().is_some_and(|scope| part.whole_scopes.contains(scope));
            mirrored.rows.retain(|_, row| row.seen == stamp || !is_in(row));
            if let Some(ends) = &part.ends {
                let Some((began, extent)) = mirrored.listing.take() else {
                    panic!("a listing of {name} ends that has not begun")
                };
                mirrored.ended += 1;
                mirrored.last_end = Some(ends.clone());
                if extent == Extent::Everything && *ends == Ends::Complete {
                    mirrored.rows.retain(|_, row| row.seen >= began);
                }
            }
        }
        for stream in streams {
            self.streams.entry(stream.name.clone()).or_default();
            self.checkpoints.insert(stream.name.clone(), batch.checkpoint.clone());
        }
    }

    pub(super) fn checkpoint(&self, stream: &str) -> Option<&Checkpoint> {
        self.checkpoints.get(stream)
    }

    /// Keys of a stream's rows.
    pub(super) fn keys(&self, stream: &str) -> Vec<Key> {
        let rows = self.streams.get(stream).map(|mirrored| &mirrored.rows);
        rows.into_iter().flatten().map(|(key, _)| Key::from(key.as_str())).collect()
    }

    /// Asserts that each listing that began has ended, without one being given up.
    pub(super) fn assert_orderly(&self) {
        for (name, mirrored) in &self.streams {
            assert!(mirrored.begun > 0, "no listing of {name} has begun");
            assert_eq!(mirrored.given_up, 0, "a listing of {name} begins again before it has ended");
            assert_eq!(mirrored.begun, mirrored.ended, "listings of {name} that began, and that ended");
        }
    }

    /// Asserts that the rows are those of another, and that all listings have ended in the same way.
    pub(super) fn assert_is(&self, expected: &Self, when: &str) {
        let names = |mirror: &Self| mirror.streams.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(self), names(expected), "streams {when}");
        for (name, expected) in &expected.streams {
            let mirrored = &self.streams[name];
            // Records stay out of messages: they may be somebody's.
            for (key, row) in &expected.rows {
                let found = mirrored.rows.get(key);
                assert!(found.is_some(), "{when}: a record of {name} is missing");
                assert!(
                    found.is_some_and(|found| found.body == row.body),
                    "{when}: a record of {name} differs"
                );
                assert!(
                    found.is_some_and(|found| found.scope == row.scope),
                    "{when}: a record of {name} belongs to another one"
                );
            }
            assert_eq!(mirrored.rows.len(), expected.rows.len(), "rows of {name} {when}");
            assert!(mirrored.listing.is_none(), "{when}: the listing of {name} has not ended");
            assert_eq!(mirrored.last_end, expected.last_end, "how the listing of {name} ended {when}");
        }
    }
}
