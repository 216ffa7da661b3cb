//! One error for sources, sinks, state stores and the runner: what kind it is decides what the runner does.

use std::error::Error as StdError;
use std::fmt;

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The first error of this type among the causes of an error.
pub fn cause<T: StdError + 'static>(error: &dyn StdError) -> Option<&T> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// What went wrong, by what has to happen next. The runner's whole policy hangs on this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The credentials themselves are refused: no stream can work. Ends the run.
    Credentials,
    /// This stream may not be read with these credentials. The stream is skipped, the others go on.
    Denied,
    /// This stream does not exist on the other side (yet, or any more). The stream is skipped.
    Unsupported,
    /// A passing fault. The stream is tried again, with a pause.
    Transient,
    /// The other side sent something that cannot be used. The stream fails; the next interval tries again.
    Data,
    /// Settings that cannot work. Ends the run.
    Configuration,
    /// A saved state that is unreadable, newer than this program, or someone else's. Ends the run; the state is
    /// never overwritten.
    State,
    /// Another run holds the state or the destination. Ends the run.
    Busy,
    /// The destination cannot be had at this moment: connection lost, server restarting, locked by another program.
    /// Ends the run; one that is meant to last opens everything anew after a pause.
    Unavailable,
    /// The destination cannot take more (disk full, permission, I/O). Ends the run.
    Storage,
    /// Whoever read the output has gone (`| head`). Ends the run quietly.
    Closed,
    /// A source or a sink broke its contract: a bug in it. Ends the run.
    Contract,
}

impl ErrorKind {
    /// In a word, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Denied => "denied",
            Self::Unsupported => "unsupported",
            Self::Transient => "transient",
            Self::Data => "data",
            Self::Configuration => "configuration",
            Self::State => "state",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
            Self::Storage => "storage",
            Self::Closed => "closed",
            Self::Contract => "contract",
        }
    }

    /// Whether it may pass by itself, so that a run which is meant to last tries again after a pause.
    pub fn may_pass(self) -> bool {
        matches!(self, Self::Transient | Self::Unavailable | Self::Storage)
    }

    /// Whether the stream is not there for these credentials, or not at all: it is left out, and nothing is in trouble.
    pub fn is_left_out(self) -> bool {
        matches!(self, Self::Denied | Self::Unsupported)
    }

    /// Whether the trouble belongs to one stream, so that the others go on.
    pub fn is_stream_only(self) -> bool {
        matches!(self, Self::Denied | Self::Unsupported | Self::Transient | Self::Data)
    }
}

/// What happened, to what, and (through [`hint`](Self::hint)) what to do next. `Display` is one line and leaves
/// the cause to [`source`](StdError::source). It never holds record values or secrets.
pub struct Error {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    requests: u32,
    /// Few have it, and errors are carried everywhere.
    reference: Option<Box<Reference>>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// How the other side calls what went wrong.
#[derive(Debug)]
struct Reference {
    code: Option<String>,
    request_id: Option<String>,
}

impl Error {
    /// An error of `kind`; `message` says what was being done and to what.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, requests: 0, reference: None, source: None }
    }

    /// Adds the underlying cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds what a person should do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds how many requests were spent before this error.
    #[must_use]
    pub fn with_requests(mut self, requests: u32) -> Self {
        self.requests = requests;
        self
    }

    /// Adds how the other side calls what went wrong, and the request, where it says so.
    #[must_use]
    pub fn with_reference(mut self, code: Option<&str>, request_id: Option<&str>) -> Self {
        let [code, request_id] = [code, request_id].map(|text| text.map(str::to_owned));
        self.reference = Some(Box::new(Reference { code, request_id }));
        self
    }

    /// What kind of trouble this is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What to do next, if there is something to do.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What the other side calls it.
    pub fn code(&self) -> Option<&str> {
        self.reference.as_ref()?.code.as_deref()
    }

    /// What the other side calls the request, for whoever asks there.
    pub fn request_id(&self) -> Option<&str> {
        self.reference.as_ref()?.request_id.as_deref()
    }

    /// Requests spent on what failed.
    pub fn requests(&self) -> u32 {
        self.requests
    }

    /// The cause, for whoever wraps this error in one of its own.
    pub fn into_source(self) -> Option<Box<dyn StdError + Send + Sync>> {
        self.source
    }

    /// The message and its causes in one line, for reports.
    pub fn chain(&self) -> String {
        let mut text = self.message.clone();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.chain())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
