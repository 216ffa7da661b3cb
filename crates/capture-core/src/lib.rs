//! Moves records from a [`Source`] into a [`Sink`], completely and incrementally.
//!
//! This crate knows neither where records come from nor what format they end up in. It holds the words both
//! sides share ([`Record`], [`Batch`], [`Checkpoint`], [`StreamDescriptor`]), the contracts ([`Source`] and [`Sink`]; of
//! what only appends, [`Appender`], [`Ledger`] and [`StateStore`] together make a sink, [`Appending`]) and the [`Runner`]
//! that keeps the one promise everything else stands on:
//!
//! > **A checkpoint is durable only after every record before it is durable.** A crash anywhere repeats
//! > records, never skips them.
//!
//! What a full listing did not show is gone: rows that were last seen before it began ([`Stamp`], [`Sweep`]). When that is
//! believed, and of whom, is the runner's to decide ([`Identity`], [`ReconcilePolicy`]). [`Handle`] asks a run for more
//! while it lasts, and [`supervise`] lets it outlive what passes.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! use capture_core::{Identity, MemorySink, Runner, RunnerOptions, Selection};
//! use capture_core::memory::MemorySource;
//!
//! let source = MemorySource::new("pets", [("1", r#"{"id":"1","name":"Mia"}"#)]);
//! let sink = MemorySink::new();
//! let report = Runner::new(source, sink.clone())
//!     .options(RunnerOptions::default())
//!     .run([Selection::new("pets")], Identity::anyone("memory"), Default::default())
//!     .await
//!     .unwrap();
//! assert_eq!(report.streams["pets"].records, 1);
//! assert_eq!(sink.rows("pets").len(), 1);
//! # });
//! ```

#[cfg(any(feature = "conformance", doc))]
pub mod conformance;

mod appender;
mod appending;
mod budget;
mod error;
mod event;
mod file_state;
mod identity;
mod ledger;
mod lock;
pub mod memory;
mod place;
pub mod private_file;
mod purge;
mod record;
mod report;
mod retry;
mod runner;
mod sink;
mod source;
mod stamp;
mod state;
mod stream;
mod supervise;
pub mod system;

pub use appender::{Appender, Watermark};
pub use appending::Appending;
pub use error::{Error, ErrorKind, Result, cause};
pub use event::{Event, NOTES, Observer};
pub use file_state::FileStateStore;
pub use identity::{Difference, Identity, ReconcilePolicy};
pub use ledger::{Account, Ledger, NoLedger};
pub use lock::{Lock, Locking};
pub use memory::{MemorySink, MemoryStateStore};
pub use place::{Family, Finding, Place, keeps_its_own_state};
pub use purge::{Choose, Held, Purge, Purging, Removal, Removed, chosen};
pub use record::{Gone, Key, Op, Record, Shape};
pub use report::{Kept, Outcome, Report, StreamReport};
pub use retry::retried;
pub use runner::{
    Again, Handle, Nudge, PollNow, Polled, ReadAgain, ReadBack, Runner, RunnerOptions, StreamRetry,
    StreamStatus, has_its_turn,
};
pub use sink::{CommitPace, Committed, Counts, Share, Sink, Sweep, Within, Write};
pub use source::{
    Batch, Belongings, Capture, Ends, Extent, Part, Purpose, Selection, Source, Step, StreamRequest,
};
pub use stamp::Stamp;
pub use state::{
    Checkpoint, Listed, PolicyMark, State, StateStore, StateUpdate, StreamState, SweepDue, Token,
};
pub use stream::{Field, FieldKind, Mode, Searchable, StreamDescriptor};
pub use supervise::{Pauses, gist, supervise};

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
