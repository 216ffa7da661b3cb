//! The sink as others see it: laws, files, crashes.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod bucket;
mod conformance;
mod files;
mod reader;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A directory for a destination, gone when it is dropped.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("lake")
    }

    pub(crate) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path().join(path)
    }

    pub(crate) fn sink(&self) -> sink_parquet::ParquetSink {
        sink_parquet::ParquetSink::new(&format!("parquet:{}", self.path().display())).unwrap()
    }
}
