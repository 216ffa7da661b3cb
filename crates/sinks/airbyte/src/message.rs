//! Messages, one a line.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use capture_core::{Error, ErrorKind, Result};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

/// The version of the protocol that is spoken.
pub const PROTOCOL_VERSION: &str = "0.3.2";

/// Bytes that are gathered before they are handed over.
const BUFFER_BYTES: usize = 256 << 10;

/// How far a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum StreamStatus {
    /// It is about to be read.
    Started,
    /// Its first record follows.
    Running,
    /// Everything there was has come.
    Complete,
    /// It ended before that.
    Incomplete,
}

/// Whose trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureType {
    /// Of the one who configured it: a key, a permission, a setting.
    ConfigError,
    /// It may pass: the platform tries again.
    TransientError,
    /// Anything else.
    SystemError,
}

/// Where messages go, whole lines only. Clones write to the same place.
#[derive(Clone)]
pub struct Output(Arc<Mutex<Lines>>);

struct Lines {
    output: Box<dyn io::Write + Send>,
    buffer: Vec<u8>,
    /// Streams that were started and have not ended.
    open: BTreeSet<String>,
}

impl Output {
    /// Messages to `output`, which needs no buffer of its own.
    pub fn new(output: impl io::Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Lines {
            output: Box::new(output),
            buffer: Vec::new(),
            open: BTreeSet::new(),
        })))
    }

    /// The answer to `spec`: the JSON schema of the configuration.
    ///
    /// # Errors
    /// [`ErrorKind::Closed`] if the reader has gone, as for all messages.
    pub fn spec(&self, documentation_url: &str, specification: &Value) -> Result<()> {
        self.say(&json!({"type": "SPEC", "spec": {
            "protocol_version": PROTOCOL_VERSION,
            "documentationUrl": documentation_url,
            "connectionSpecification": specification,
        }}))
    }

    /// The answer to `check`; `Err` says what is wrong.
    ///
    /// # Errors
    /// As [`spec`](Self::spec).
    pub fn connection_status(&self, status: Result<(), &str>) -> Result<()> {
        let status = match status {
            Ok(()) => json!({"status": "SUCCEEDED"}),
            Err(message) => json!({"status": "FAILED", "message": message}),
        };
        self.say(&json!({"type": "CONNECTION_STATUS", "connectionStatus": status}))
    }

    /// The answer to `discover`.
    ///
    /// # Errors
    /// As [`spec`](Self::spec).
    pub fn catalog(&self, streams: &[Value]) -> Result<()> {
        self.say(&json!({"type": "CATALOG", "catalog": {"streams": streams}}))
    }

    /// How far a stream is.
    ///
    /// # Errors
    /// As [`spec`](Self::spec).
    pub fn stream_status(&self, stream: &str, status: StreamStatus) -> Result<()> {
        self.with(|lines| {
            match status {
                StreamStatus::Started => _ = lines.open.insert(stream.to_owned()),
                StreamStatus::Running => {}
                StreamStatus::Complete | StreamStatus::Incomplete => _ = lines.open.remove(stream),
            }
            Ok(())
        })?;
        self.trace(json!({"type": "STREAM_STATUS", "stream_status": {
            "stream_descriptor": {"name": stream},
            "status": status,
        }}))
    }

    /// All streams that are open wait until then: the API has asked for it.
    ///
    /// # Errors
    /// As [`spec`](Self::spec).
    pub fn rate_limited(&self, until: Timestamp) -> Result<()> {
        let mut open = BTreeSet::new();
        self.with(|lines| {
            open.clone_from(&lines.open);
            Ok(())
        })?;
        let reason = json!({"type": "RATE_LIMITED", "rate_limited": {"quota_reset": until.as_millisecond()}});
        open.iter().try_for_each(|stream| {
            self.trace(json!({"type": "STREAM_STATUS", "stream_status": {
                "stream_descriptor": {"name": stream},
                "status": StreamStatus::Running,
                "reasons": [reason],
            }}))
        })
    }

    /// Nothing more comes: what was started and has not ended is incomplete.
    ///
    /// # Errors
    /// As [`spec`](Self::spec).
    pub fn give_up(&self) -> Result<()> {
        let mut open = BTreeSet::new();
        self.with(|lines| {
            open = std::mem::take(&mut lines.open);
            Ok(())
        })?;
        open.iter().try_for_each(|stream| self.stream_status(stream, StreamStatus::Incomplete))
    }

    /// What went wrong, with a stream or with everything; `message` is for people, `internal_message` for those who look
    /// after the connector.
    ///
    /// # Errors
    /// As [`spec`](Self::spec).
    pub fn error(
        &self,
        stream: Option<&str>,
        failure_type: FailureType,
        message: &str,
        internal_message: &str,
    ) -> Result<()> {
        let mut error = json!({
            "message": message,
            "internal_message": internal_message,
            "failure_type": failure_type,
        });
        if let Some(stream) = stream {
            error["stream_descriptor"] = json!({"name": stream});
        }
        self.trace(json!({"type": "ERROR", "error": error}))
    }

    /// From where a stream goes on, and how many records came since it was said last.
    ///
    /// # Errors
    /// As [`spec`](Self::spec).
    pub(crate) fn state(&self, stream: &str, state: &Value, records: u64) -> Result<()> {
        // A count is a number with a fraction there.
        #[expect(clippy::cast_precision_loss, reason = "nobody reads so many records between two states")]
        let records = records as f64;
        self.say(&json!({"type": "STATE", "state": {
            "type": "STREAM",
            "stream": {"stream_descriptor": {"name": stream}, "stream_state": state},
            "sourceStats": {"recordCount": records},
        }}))
    }

    fn trace(&self, mut trace: Value) -> Result<()> {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in a double")]
        let emitted_at = Timestamp::now().as_millisecond() as f64;
        trace["emitted_at"] = emitted_at.into();
        self.say(&json!({"type": "TRACE", "trace": trace}))
    }

    /// A message that must be seen at once.
    fn say(&self, message: &Value) -> Result<()> {
        self.with(|lines| {
            lines.buffer.extend_from_slice(message.to_string().as_bytes());
            lines.buffer.push(b'\n');
            lines.hand_over()
        })
    }

    /// Appends whole lines that may wait.
    pub(crate) fn push(&self, push: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        self.with(|lines| {
            push(&mut lines.buffer);
            if lines.buffer.len() >= BUFFER_BYTES { lines.hand_over() } else { Ok(()) }
        })
    }

    fn with(&self, work: impl FnOnce(&mut Lines) -> io::Result<()>) -> Result<()> {
        // A writer that panicked has ended the run.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)).map_err(|error| {
            if error.kind() == io::ErrorKind::BrokenPipe {
                return Error::new(ErrorKind::Closed, "the reader of the output has gone");
            }
            Error::new(ErrorKind::Storage, "cannot write the output").with_source(error)
        })
    }
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Output")
    }
}

impl Lines {
    fn hand_over(&mut self) -> io::Result<()> {
        let written = self.output.write_all(&self.buffer).and_then(|()| self.output.flush());
        self.buffer.clear();
        written
    }
}
