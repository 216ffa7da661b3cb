//! Parquet files in a directory or an object store, a folder per stream, that any reader opens without help.
//!
//! ```text
//! current/applications/applications.parquet       the stream as it stands: one file, replaced at once
//! changes/applications/captured_on=2026-11-28/000000000042.parquet    what commit 42 brought
//! _ashby/state.json                               which commits count, and the state
//! ```
mod address;
mod change;
mod compaction;
mod document;
mod encode;
mod family;
mod files;
mod grave;
mod hold;
mod known;
mod merge;
mod purge;
mod reading;
mod schema;
mod session;
mod sightings;
mod sink;
mod store;
mod stream;
mod upkeep;
mod writing;

pub use family::{Compacted, Family, compact};
pub use sink::ParquetSink;

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
