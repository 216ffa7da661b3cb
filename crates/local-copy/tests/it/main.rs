//! Tests of the crate from outside.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod files;
mod rails;
mod records;
mod sights;

use std::path::PathBuf;
use std::sync::Arc;

use capture_core::{
    Checkpoint, Field, FieldKind, Listed, Record, Sink, Stamp, StateUpdate, StreamDescriptor, StreamState,
    Write,
};
use local_copy::LocalCopy;
use sink_sqlite::SqliteSink;
use tempfile::TempDir;

/// A directory with one copy.
struct Place(TempDir);

impl Place {
    fn path(&self) -> PathBuf {
        self.0.path().join("copy.db")
    }

    fn copy(&self) -> LocalCopy {
        LocalCopy::new(self.path())
    }

    /// Writes records of a stream and commits them as a whole listing.
    async fn write(&self, stream: &Arc<StreamDescriptor>, seen: u64, records: &[Record]) {
        let mut sink = SqliteSink::new(self.path());
        sink.load().await.unwrap();
        sink.open(&[Arc::clone(stream)]).await.unwrap();
        sink.write(Write::new(Arc::clone(stream), Stamp::new(seen), records.to_vec())).await.unwrap();
        let mut state = StreamState::new(Checkpoint::default(), jiff::Timestamp::now());
        state.listed = Listed::new(0, Some(records.len() as u64));
        let mut update = StateUpdate::default();
        update.streams.insert(stream.name.clone(), Some(state));
        sink.commit(&update).await.unwrap();
        sink.close().await.unwrap();
    }
}

fn stream(name: &str) -> Arc<StreamDescriptor> {
    let fields = ["id", "name"].map(|name| Field::new(name, FieldKind::String));
    Arc::new(StreamDescriptor::new(name, ["id"]).with_fields(fields))
}

fn pet(id: &str, name: &str) -> Record {
    Record::upsert(id, format!(r#"{{"id":"{id}","name":"{name}","tags":["a","b"],"weight":{{"kg":4}}}}"#))
}

/// Two pets, and one that is gone.
async fn pets() -> Place {
    let place = Place(tempfile::tempdir().unwrap());
    let pets = stream("pets");
    place.write(&pets, 1, &[pet("1", "Mia"), pet("2", "Leo"), pet("3", "Ghost")]).await;
    place.write(&pets, 2, &[Record::gone("3", capture_core::Gone::NotFound)]).await;
    place
}
