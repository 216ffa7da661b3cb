//! What keeps a call or a batch from being made.

use std::error::Error as StdError;
use std::fmt;

/// What kind of trouble it is, by what whoever called can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A request is not what its operation takes; nothing was sent.
    Request,
    /// The rows of a batch cannot be sent; nothing was.
    Rows,
    /// What must be wanted first was not; nothing was sent.
    Unconfirmed,
    /// It is not decided what becomes of rows whose fate is unknown; nothing was sent.
    Undecided,
    /// The journal is that of another operation or of other rows.
    OtherBatch,
    /// The file is no journal, or not one that can be used; it was left untouched.
    NoJournal,
    /// Another process has the journal.
    Busy,
    /// Another process has taken the journal over meanwhile; this one stopped before it sent anything more.
    TakenOver,
    /// The journal cannot be read or written.
    Storage,
    /// Ashby refused, or could not be asked; see [`Error::ashby`].
    Ashby,
}

/// What happened, to what. `Display` is one line, or a list of mistakes, and holds no values of a request.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, source: None }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of trouble it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What may help, if more is known than the kind tells.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What the client says, for [`ErrorKind::Ashby`].
    pub fn ashby(&self) -> Option<&ashby_client::Error> {
        self.source.as_deref()?.downcast_ref()
    }

    /// The same by value.
    ///
    /// # Errors
    /// This error, if it is of another kind.
    pub fn into_ashby(self) -> Result<ashby_client::Error, Self> {
        match self.source {
            Some(source) => match source.downcast() {
                Ok(error) => Ok(*error),
                Err(source) => Err(Self { source: Some(source), ..self }),
            },
            None => Err(self),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self.kind {
            // Its text is the message already.
            ErrorKind::Ashby => self.ashby().and_then(StdError::source),
            _ => self.source.as_deref().map(|source| source as &(dyn StdError + 'static)),
        }
    }
}

impl From<ashby_client::Error> for Error {
    fn from(error: ashby_client::Error) -> Self {
        Self::new(ErrorKind::Ashby, error.to_string()).with_source(error)
    }
}
