//! Moves records from a [`Source`] into a [`Sink`], completely and incrementally.
//!
//! This crate knows neither where records come from nor what format they end up in. It holds the words both
//! sides share ([`Record`], [`Batch`], [`Checkpoint`], [`StreamDescriptor`]), the three contracts ([`Source`],
//! [`Sink`], [`StateStore`]) and the [`Runner`] that keeps the one promise everything else stands on:
//!
//! > **A checkpoint is durable only after every record before it is durable.** A crash anywhere repeats
//! > records, never skips them.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! use capture_core::{MemorySink, MemoryStateStore, Runner, RunnerOptions, Selection};
//! use capture_core::memory::MemorySource;
//!
//! let source = MemorySource::new("pets", [("1", r#"{"id":"1","name":"Mia"}"#)]);
//! let sink = MemorySink::new();
//! let report = Runner::new(source, sink.clone(), MemoryStateStore::new())
//!     .options(RunnerOptions::default())
//!     .run([Selection::new("pets")], Default::default(), Default::default())
//!     .await
//!     .unwrap();
//! assert_eq!(report.streams["pets"].records, 1);
//! assert_eq!(sink.rows("pets").len(), 1);
//! # });
//! ```

#[cfg(feature = "conformance")]
pub mod conformance;

mod access;
mod budget;
mod error;
mod event;
mod file_state;
mod lock;
pub mod memory;
mod record;
mod report;
mod runner;
mod sink;
mod snapshot;
mod source;
mod state;
mod stream;

pub use access::{Access, ReconcilePolicy};
pub use error::{Error, ErrorKind, Result};
pub use event::{Event, Observer};
pub use file_state::FileStateStore;
pub use lock::Lock;
pub use memory::{MemorySink, MemoryStateStore};
pub use record::{Key, Op, Record, Shape};
pub use report::{Outcome, Report, StreamReport};
pub use runner::{Runner, RunnerOptions, StreamRetry};
pub use sink::{Capabilities, Completion, Counts, Sink, SnapshotDelivery, Write};
pub use snapshot::SnapshotIndex;
pub use source::{Batch, Capture, Part, Selection, Source, Step, StreamRequest};
pub use state::{Checkpoint, State, StateStore, StateUpdate, StreamState};
pub use stream::{Field, FieldKind, Mode, StreamDescriptor};
