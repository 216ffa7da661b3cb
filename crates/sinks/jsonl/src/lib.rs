//! JSON lines: a file per stream ([`JsonlSink`]), or all streams down one pipe ([`LineSink`]).
//!
//! Both append and keep no account of keys: a record that changed is a further line, a record that is gone is a line
//! that says so, and of several lines with one key the last one counts. After a crash, lines of the last moments
//! may come twice. Records are written as they came; only line breaks between their tokens, which a line cannot
//! hold, go.

mod directory;
mod line;
mod output;

pub use directory::JsonlSink;
pub use output::LineSink;

use capture_core::{Capabilities, Counts, Op, Record, SnapshotDelivery};

/// Neither sink knows what it wrote before.
const CAPABILITIES: Capabilities =
    Capabilities { snapshots: SnapshotDelivery::Differences, stores_state: false };

/// Bytes gathered before they are handed to the operating system.
const BUFFER_BYTES: usize = 256 << 10;

fn count(records: &[Record]) -> Counts {
    let deleted = records.iter().filter(|record| record.op == Op::Delete).count() as u64;
    Counts { written: records.len() as u64 - deleted, deleted, ..Counts::default() }
}
