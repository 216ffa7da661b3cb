//! Where records go that are only ever added to what is there: files of lines, pipes, queues.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{CommitPace, Outcome, Record, Result, StreamDescriptor, Write};

/// How far an appender's output is durable: lengths and identities of files, say. Only the appender that made it can
/// read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Watermark(pub Value);

/// Takes records one after the other and cannot look back.
///
/// # Contract
/// - **Calls.** [`lost`](Self::lost) at most once, [`open`](Self::open) once, [`recall`](Self::recall) for each stream
///   until nothing is left of it, then any number of [`append`](Self::append) and [`flush`](Self::flush), then
///   [`close`](Self::close), which may also come before `open`; one at a time, never dropped half-way.
/// - **Durability.** When `flush` returns, everything appended before it is durable. Its watermark comes back with the
///   next `open`, where what is behind it is removed, so that nothing is there twice.
/// - **Retries.** An appender that talks to a server tries a request again that failed in a passing way (no
///   connection, 429, 5xx): five times within some eight seconds, which [`retried`](crate::retried) does. Each attempt
///   must come to the same, for one that failed may have been carried out: requests carry a number, or what they
///   appended twice is behind the watermark and removed. Then it gives up with
///   [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable), and a run that is meant to last begins anew after a
///   pause. The example `own_http_sink` of `capture-ledger` does it so.
/// - **Errors.** After one, only dropping follows.
#[async_trait]
pub trait Appender: Send {
    /// Streams whose output does not hold any more what the watermark says. They are listed again. Only looks; an
    /// appender whose output nobody can take away has none.
    async fn lost(&mut self, watermark: &Watermark) -> Result<Vec<String>> {
        let _ = watermark;
        Ok(Vec::new())
    }

    /// Prepares for these streams and goes back to the watermark, if there is one.
    async fn open(&mut self, streams: &[Arc<StreamDescriptor>], watermark: Option<&Watermark>) -> Result<()>;

    /// Some of what a stream's output holds and the watermark did not speak of, or that is left of what was
    /// [`lost`](Self::lost), in order; empty if there is no more. What cannot be read as a record is left out.
    async fn recall(&mut self, stream: &StreamDescriptor) -> Result<Vec<Record>> {
        let _ = stream;
        Ok(Vec::new())
    }

    /// Takes records, tombstones among them.
    async fn append(&mut self, write: &Write) -> Result<()>;

    /// Makes everything so far durable, and says how far that is, if it can go back there.
    async fn flush(&mut self) -> Result<Option<Watermark>>;

    /// See [`Sink::ended`](crate::Sink::ended).
    async fn ended(&mut self, stream: &StreamDescriptor, outcome: &Outcome) -> Result<()> {
        let _ = (stream, outcome);
        Ok(())
    }

    /// Ends the work.
    async fn close(&mut self) -> Result<()>;

    /// See [`Sink::pace`](crate::Sink::pace).
    fn pace(&self) -> CommitPace {
        CommitPace::default()
    }
}
