//! Tests of the crate from outside.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod conformance;
mod crash;
mod fence;
mod files;
mod foreign;
mod model;
mod views;

use std::path::PathBuf;
use std::sync::Arc;

use capture_core::{Counts, Field, FieldKind, Key, Record, Sink, StateUpdate, StreamDescriptor, Write};
use sink_sqlite::{SqliteSink, query};
use tempfile::TempDir;

/// A directory for one database.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("x.db")
    }

    async fn open(&self, streams: &[&Arc<StreamDescriptor>]) -> SqliteSink {
        let mut sink = SqliteSink::new(self.path());
        let streams: Vec<_> = streams.iter().map(|stream| Arc::clone(stream)).collect();
        sink.open(&streams).await.unwrap();
        sink
    }

    /// Rows of a query, values joined with `|`, `NULL` as `-`.
    fn rows(&self, sql: &str) -> Vec<String> {
        let answer = query(&self.path(), sql, 10_000).unwrap();
        let printed = |row: Vec<Option<String>>| {
            row.into_iter().map(|value| value.unwrap_or("-".to_owned())).collect::<Vec<_>>().join("|")
        };
        answer.rows.into_iter().map(printed).collect()
    }
}

/// A stream with the key `id` and these further fields.
fn stream(name: &str, fields: &[&str]) -> Arc<StreamDescriptor> {
    let fields = ["id"].iter().chain(fields).map(|name| Field::new(*name, FieldKind::String));
    Arc::new(StreamDescriptor::new(name, ["id"]).with_fields(fields))
}

async fn write(sink: &mut SqliteSink, stream: &Arc<StreamDescriptor>, records: &[Record]) -> Counts {
    sink.write(Write { stream, pass: 1, records, completion: None }).await.unwrap()
}

async fn commit(sink: &mut SqliteSink) {
    sink.commit(&StateUpdate::default()).await.unwrap();
}

fn scoped(key: &str, scope: &str, body: &str) -> Record {
    Record { scope: Some(Key::from(scope)), ..Record::upsert(key, body.to_owned()) }
}
