//! Tests of the crate from outside.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod changes;
mod conformance;
mod crash;
mod fence;
mod files;
mod foreign;
mod gone;
mod migration;
mod model;
mod search;
mod views;

use std::path::PathBuf;
use std::sync::Arc;

use capture_core::{
    Checkpoint, Counts, Field, FieldKind, Record, Sink, Stamp, StateUpdate, StreamDescriptor, StreamState,
    Sweep, Within, Write,
};
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

/// Writes with stamp 1.
async fn write(sink: &mut SqliteSink, stream: &Arc<StreamDescriptor>, records: &[Record]) {
    write_at(sink, stream, 1, records).await;
}

async fn write_at(sink: &mut SqliteSink, stream: &Arc<StreamDescriptor>, seen: u64, records: &[Record]) {
    sink.write(Write::new(Arc::clone(stream), Stamp::new(seen), records.to_vec())).await.unwrap();
}

/// Buries everything that was last seen before.
async fn sweep(sink: &mut SqliteSink, stream: &Arc<StreamDescriptor>, since: u64) {
    sink.sweep(Sweep::new(Arc::clone(stream), Stamp::new(since), Within::Everything)).await.unwrap();
}

/// Commits; returns what became of all records since the commit before.
async fn commit(sink: &mut SqliteSink) -> Counts {
    let mut all = Counts::default();
    let committed = sink.commit(&StateUpdate::default()).await.unwrap();
    committed.counts.into_values().for_each(|counts| all += counts);
    all
}

/// A state of a stream that has this number as its progress.
fn update(stream: &str, position: u64) -> StateUpdate {
    let checkpoint = Checkpoint::from(serde_json::json!(position));
    let state = StreamState::new(checkpoint, jiff::Timestamp::UNIX_EPOCH);
    StateUpdate::new([(stream.to_owned(), Some(state))])
}

fn scoped(key: &str, scope: &str, body: &str) -> Record {
    Record::upsert(key, body.to_owned()).in_scope(scope)
}

/// Takes a database back to a layout without numbers of changes; its version is to be set.
fn without_numbers(connection: &rusqlite::Connection, stream: &str) {
    let sql = format!(
        "DROP TABLE _capture_changes; ALTER TABLE _capture_streams DROP COLUMN change;
         DROP INDEX IF EXISTS _change_{stream}; ALTER TABLE _rows_{stream} DROP COLUMN _change"
    );
    connection.execute_batch(&sql).unwrap();
}
