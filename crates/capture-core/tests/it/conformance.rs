//! The reference implementations obey the laws they are the reference for.

use std::path::PathBuf;

use async_trait::async_trait;
use capture_core::conformance::{self, Rows, SinkHarness, StateStoreHarness};
use capture_core::{FileStateStore, MemorySink, MemoryStateStore, Sink, StateStore, StreamDescriptor};
use tempfile::TempDir;

struct Memory(MemorySink);

#[async_trait]
impl SinkHarness for Memory {
    async fn open(&self) -> Box<dyn Sink> {
        Box::new(self.0.clone())
    }

    async fn rows(&self, stream: &StreamDescriptor) -> Rows {
        let rows = self.0.rows(&stream.name);
        rows.iter()
            .map(|(key, row)| (key.as_str().to_owned(), Some(serde_json::from_slice(&row.body).unwrap())))
            .collect()
    }

    fn is_exclusive(&self) -> bool {
        false
    }
}

struct MemoryState(MemoryStateStore);

#[async_trait]
impl StateStoreHarness for MemoryState {
    async fn open(&self) -> Box<dyn StateStore> {
        Box::new(self.0.clone())
    }

    async fn damage(&self) -> bool {
        false
    }

    fn is_exclusive(&self) -> bool {
        false
    }
}

struct FileState(TempDir);

impl FileState {
    fn path(&self) -> PathBuf {
        self.0.path().join("state.json")
    }
}

#[async_trait]
impl StateStoreHarness for FileState {
    async fn open(&self) -> Box<dyn StateStore> {
        Box::new(FileStateStore::new(self.path()))
    }

    async fn damage(&self) -> bool {
        let whole = std::fs::read(self.path()).unwrap();
        std::fs::write(self.path(), &whole[..whole.len() - 1]).unwrap();
        true
    }

    fn is_exclusive(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn the_memory_sink_obeys_the_laws_of_sinks() {
    conformance::sink(|| Memory(MemorySink::new())).await;
}

#[tokio::test]
async fn the_memory_store_obeys_the_laws_of_state_stores() {
    conformance::state_store(|| MemoryState(MemoryStateStore::new())).await;
}

#[tokio::test]
async fn the_file_store_obeys_the_laws_of_state_stores() {
    conformance::state_store(|| FileState(tempfile::tempdir().unwrap())).await;
}
