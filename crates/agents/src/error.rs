//! One error for all doors.

use ashby_client::ErrorKind;
use serde::Serialize;

/// What went wrong, to what, and what to do next. Names places, never values of a request or a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Error {
    /// A stable word.
    pub code: &'static str,
    /// A sentence.
    pub message: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The argument that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The id under which Ashby's support finds the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ashby_request_id: Option<String>,
    /// Whether the same may work later.
    pub retryable: bool,
    /// After how many seconds, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u16>,
}

impl Error {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            field: None,
            ashby_request_id: None,
            retryable: false,
            retry_after_s: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// Too much is under way; a moment later there is room again.
    pub(crate) fn busy(message: impl Into<String>) -> Self {
        let mut error = Self::new("busy", message).hint("try again in a second").retryable();
        error.retry_after_s = Some(1);
        error
    }

    /// A cursor that is not of this question, or not of this time.
    pub(crate) fn invalid_cursor(why: &str) -> Self {
        Self::new("invalid_cursor", format!("the cursor is not good here: {why}"))
            .field("cursor")
            .hint("start again without a cursor")
    }

    /// Neither copy nor key.
    pub(crate) fn not_synced(what: &str) -> Self {
        Self::new(
            "not_synced",
            format!("{what} is not in the local copy, and there is no API key to ask Ashby with"),
        )
        .hint("run `ashby sync`, or set ASHBY_API_KEY")
    }

    /// As a model reads it.
    pub(crate) fn text(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}: {} ({hint})", self.code, self.message),
            None => format!("{}: {}", self.code, self.message),
        }
    }
}

impl From<local_copy::Error> for Error {
    fn from(error: local_copy::Error) -> Self {
        use local_copy::Error as Copy;
        let code = match &error {
            Copy::NoCopy(_) | Copy::Older(_) | Copy::NotHeld { .. } => "not_synced",
            Copy::Copy(_) | Copy::Sqlite(_) => "copy_unreadable",
            Copy::Refused(_) => "query_refused",
            Copy::Sql(_) => "invalid_query",
            Copy::TooSlow(_) => "query_too_slow",
            Copy::TooLarge(_) => "query_too_large",
            Copy::GivenUp => "cancelled",
            Copy::UnknownStream(_) => "unknown_stream",
            Copy::Changed => return Self::invalid_cursor("the copy has changed since"),
            Copy::Hidden(_) => "not_visible",
            Copy::NoIndex => "no_index",
            _ => "copy_unreadable",
        };
        let told = Self::new(code, error.to_string());
        let told = match error.hint() {
            Some(hint) => told.hint(hint),
            None => told,
        };
        if error.is_passing() { told.retryable() } else { told }
    }
}

impl From<ashby_client::Error> for Error {
    fn from(error: ashby_client::Error) -> Self {
        let code = match error.kind() {
            ErrorKind::InvalidRequest => "invalid_parameter",
            ErrorKind::Credentials => "ashby_key_refused",
            ErrorKind::Permission => "missing_permission",
            ErrorKind::NotFound => "not_found",
            ErrorKind::RateLimited => "rate_limited",
            ErrorKind::Rejected | ErrorKind::Malformed | ErrorKind::TooLarge => "ashby_refused",
            ErrorKind::Configuration | ErrorKind::LocalFile => "configuration",
            _ => "ashby_unreachable",
        };
        let mut told = Self::new(code, error.to_string());
        told.hint = error.hint().map(|hint| hint.to_string());
        told.ashby_request_id = error.request_id().map(str::to_owned);
        told.retryable = error.is_retryable() && !error.may_have_taken_effect();
        // Rounded up: who comes a moment too early is refused again.
        let pause = error.retry_after().filter(|_| told.retryable);
        let seconds = pause.map(|pause| pause.as_secs() + u64::from(pause.subsec_nanos() > 0));
        told.retry_after_s = seconds.map(|seconds| u16::try_from(seconds).unwrap_or(u16::MAX));
        told
    }
}

impl From<ashby_calls::Error> for Error {
    fn from(error: ashby_calls::Error) -> Self {
        match error.into_ashby() {
            Ok(error) => error.into(),
            Err(error) => {
                let told = Self::new("invalid_parameter", error.to_string());
                match error.hint() {
                    Some(hint) => told.hint(hint),
                    None => told,
                }
            }
        }
    }
}

impl From<ashby_calls::Problems> for Error {
    fn from(problems: ashby_calls::Problems) -> Self {
        let operation = problems.operation().name;
        Self::new("invalid_parameter", format!("{operation}: {problems}")).field("params").hint(format!(
            "describe_operation lists the parameters, and so does `ashby describe {operation}`"
        ))
    }
}
