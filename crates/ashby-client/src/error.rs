//! What can go wrong with a call, and what that means for the caller.

use std::fmt;
use std::time::Duration;

/// Why a call failed: what happened, to which operation, and whether trying again can help.
///
/// The text never holds a request, a response body, a token or the key. Ashby's own message is included, cut to
/// 500 characters; texts of the request that are known to be secret (cursor and token) are blotted out of it.
pub struct Error(pub(crate) Box<Details>);

/// The parts of an [`Error`]; the modules that find out what went wrong fill it in.
pub(crate) struct Details {
    pub(crate) kind: ErrorKind,
    pub(crate) operation: String,
    /// What happened, as a clause that continues "`operation`: ".
    pub(crate) what: String,
    pub(crate) code: Option<String>,
    /// Ashby's message.
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) requests: u32,
    pub(crate) elapsed: Duration,
    pub(crate) recovery: Option<Recovery>,
    /// What the request said of where to continue, as what to leave out of it.
    pub(crate) position: Option<Recovery>,
    /// `X-RateLimit-Scope`: whose limit it was, if not the key's.
    pub(crate) rate_limit_scope: Option<String>,
    /// `Retry-After`: how long the server asked not to be asked again.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) is_write: bool,
    /// The code is where it cannot be meant otherwise.
    pub(crate) is_certain: bool,
    /// It was answered, but not whether it was carried out.
    pub(crate) leaves_open: bool,
    /// The server has said, or it is clear from the way it went, that nothing was done.
    pub(crate) is_untouched: bool,
    /// What to do next, if it is not what the kind says.
    pub(crate) hint: Option<&'static str>,
    pub(crate) source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request is not one that Ashby can accept; found before it was sent, or by Ashby.
    InvalidRequest,
    /// The key is missing, wrong or deactivated.
    Credentials,
    /// The key is good but lacks the permission for this operation.
    Permission,
    /// No such operation, or no such record (or none that this key may see).
    NotFound,
    /// Ashby refused for another reason; see [`Error::code`].
    Rejected,
    /// Too many requests.
    RateLimited,
    /// No connection could be made.
    Connect,
    /// No answer in time.
    Timeout,
    /// The server's certificate or its TLS is not acceptable.
    Tls,
    /// The host name was not found.
    Dns,
    /// The connection broke, or the body was cut.
    Transport,
    /// Ashby or something before it failed.
    Server,
    /// The answer is not one that Ashby gives: not JSON, no envelope, contradictory paging, records without key.
    Malformed,
    /// The answer is larger than the client's limit.
    TooLarge,
    /// The client is set up wrongly.
    Configuration,
    /// A file on this machine cannot be read or written.
    LocalFile,
}

/// How a listing can go on although Ashby refused its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recovery {
    /// Start over with a full listing: without sync token and without cursor.
    DropToken,
    /// Start the same listing again from its first page: with the same sync token, if any, but without cursor.
    DropCursor,
}

impl ErrorKind {
    /// Whether the same request may succeed if it is simply sent again later.
    pub(crate) fn is_transient(self) -> bool {
        match self {
            Self::RateLimited
            | Self::Connect
            | Self::Timeout
            | Self::Dns
            | Self::Transport
            | Self::Server => true,
            Self::InvalidRequest
            | Self::Credentials
            | Self::Permission
            | Self::NotFound
            | Self::Rejected
            | Self::Tls
            | Self::Malformed
            | Self::TooLarge
            | Self::Configuration
            | Self::LocalFile => false,
        }
    }

    /// What to do about errors of this kind; `None` if that depends.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::InvalidRequest => "correct the request; Ashby's reference lists the operation's parameters",
            Self::Credentials => {
                "check that the API key is complete and active (Ashby: Admin > Integrations > API Keys)"
            }
            Self::Permission => {
                "give the API key the permission for this operation, or leave the operation out"
            }
            Self::NotFound => {
                "check the id and the operation's name; a key that may not see a record is told that there is none"
            }
            Self::Rejected => return None,
            Self::RateLimited => {
                "lower the configured requests per minute, or stop other users of the same key"
            }
            Self::Connect => "check the network, the proxy settings and Ashby's status page",
            Self::Timeout => "try again later, or raise the timeouts",
            Self::Tls => {
                "check the clock and the system's certificate store; a proxy may be intercepting TLS"
            }
            Self::Dns => "check the base URL and the name server",
            Self::Transport => "try again later; if it persists, look for a proxy that cuts responses",
            Self::Server => "try again later; see Ashby's status page",
            Self::Malformed => "check the base URL; if it is right, report the request id to Ashby",
            Self::TooLarge => "ask for less at once, or raise the limit for response bodies",
            Self::Configuration => "correct the client's settings",
            Self::LocalFile => "check the path, its permissions and the space that is left",
        })
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, operation: &str, what: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            operation: operation.to_owned(),
            what: what.into(),
            code: None,
            message: None,
            request_id: None,
            status: None,
            requests: 0,
            elapsed: Duration::ZERO,
            recovery: None,
            position: None,
            rate_limit_scope: None,
            retry_after: None,
            is_write: false,
            is_certain: false,
            leaves_open: false,
            is_untouched: false,
            hint: None,
            source: None,
        }))
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_hint(mut self, hint: &'static str) -> Self {
        self.0.hint = Some(hint);
        self
    }

    /// 0 stands for no answer.
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status).filter(|status| *status > 0);
        self
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation's name, or `job board NAME`; empty if building the client failed.
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// Ashby's error code, such as `invalid_input`.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The id under which Ashby's support finds the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The HTTP status, if an answer arrived. Ashby sends most errors with 200.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// How many requests were sent, retries included; 0 if the request was refused before.
    pub fn requests(&self) -> u32 {
        self.0.requests
    }

    /// Whether the same call may succeed later. Says nothing about whether repeating it is safe: see
    /// [`may_have_taken_effect`](Self::may_have_taken_effect) for writes.
    pub fn is_retryable(&self) -> bool {
        self.0.kind.is_transient()
    }

    /// How the listing can go on, if Ashby refused its cursor or sync token.
    pub fn recovery(&self) -> Option<Recovery> {
        self.0.recovery
    }

    /// Whether Ashby found the request itself invalid (`invalid_input`, or a status that says so), as opposed to
    /// this crate before it was sent.
    pub fn is_invalid_input(&self) -> bool {
        let was_answered = self.0.status.is_some() || self.0.code.is_some();
        self.0.kind == ErrorKind::InvalidRequest && was_answered
    }

    /// What may be worth leaving out, once: Ashby found the request invalid, does not say why, and it carried a
    /// cursor ([`Recovery::DropCursor`]) or else a sync token ([`Recovery::DropToken`]). Ashby's answer to a
    /// position that it no longer knows need not say that this is what is wrong.
    pub fn suspected(&self) -> Option<Recovery> {
        self.0.position.filter(|_| self.is_invalid_input() && self.0.recovery.is_none())
    }

    /// Whether the key lacks a permission, as opposed to being wrong.
    pub fn missing_permission(&self) -> bool {
        self.0.kind == ErrorKind::Permission
    }

    /// Whose limit a 429 was about, if Ashby said so: `integration-partner` means the combined traffic of the
    /// integration across organisations, which this key alone cannot relieve.
    pub fn rate_limit_scope(&self) -> Option<&str> {
        self.0.rate_limit_scope.as_deref()
    }

    /// How long the answer asked to wait before asking again (`Retry-After`), if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether this was a write that Ashby may have carried out although it failed: it was sent, and no answer
    /// settled what became of it.
    pub fn may_have_taken_effect(&self) -> bool {
        use ErrorKind::{Malformed, Server, Timeout, TooLarge, Transport};
        let is_open = matches!(self.0.kind, Timeout | Transport | Server | Malformed | TooLarge);
        self.0.is_write && !self.0.is_untouched && (is_open || self.0.leaves_open)
    }

    /// What caused it, apart from it.
    pub fn into_source(self) -> Option<Box<dyn std::error::Error + Send + Sync>> {
        self.0.source
    }

    /// What to do next.
    pub fn hint(&self) -> Option<&'static str> {
        if self.may_have_taken_effect() {
            return Some("the change may have been made: look in Ashby before sending it again");
        }
        match self.0.recovery {
            Some(Recovery::DropToken) => Some("discard the sync token and list everything again"),
            Some(Recovery::DropCursor) => Some("start the listing again from its first page"),
            None => self.0.hint.or(self.0.kind.hint()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = &*self.0;
        if !details.operation.is_empty() {
            write!(f, "{}: ", details.operation)?;
        }
        f.write_str(&details.what)?;
        if let Some(code) = &details.code {
            write!(f, " `{code}`")?;
        }
        if let Some(message) = &details.message {
            write!(f, ": {message}")?;
        }
        let mut circumstances = Vec::new();
        circumstances.extend(details.status.map(|status| format!("HTTP {status}")));
        circumstances.extend(details.rate_limit_scope.as_ref().map(|scope| format!("limit of {scope}")));
        circumstances.extend(details.request_id.as_ref().map(|id| format!("request id {id}")));
        if details.requests > 1 {
            let seconds = details.elapsed.as_secs_f64();
            circumstances.push(format!("{} requests in {seconds:.1} s", details.requests));
        }
        if circumstances.is_empty() { Ok(()) } else { write!(f, " ({})", circumstances.join(", ")) }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = &*self.0;
        f.debug_struct("Error")
            .field("kind", &details.kind)
            .field("text", &format_args!("{self}"))
            .field("source", &details.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}
