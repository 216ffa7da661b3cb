//! Errors for people, and exit codes.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

use capture_core::ErrorKind;

/// Something failed.
pub(crate) const FAILED: u8 = 1;
/// The command line, the environment or `ashby.toml` asks for something impossible.
pub(crate) const USAGE: u8 = 2;
/// No key, a refused key, or a missing permission.
pub(crate) const CREDENTIALS: u8 = 3;
/// Some streams failed, others did not.
pub(crate) const PARTIAL: u8 = 4;
/// Stopped by Ctrl-C or SIGTERM.
pub(crate) const INTERRUPTED: u8 = 130;

/// Why a command ended without doing what it was asked to.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
    hint: Option<String>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    pub(crate) fn new(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, source: None }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// With which code the command ends.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    /// Says what it is about, before what happened.
    pub(crate) fn about(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// What happened and why, in one line.
    pub(crate) fn with_causes(&self) -> String {
        let mut text = self.message.clone();
        let mut cause = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = cause {
            let _ = write!(text, " ({error})");
            cause = error.source();
        }
        text
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Prints it to standard error and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        let mut text = format!("error: {}\n", self.message);
        let mut cause = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = cause {
            let _ = writeln!(text, "caused by: {error}");
            cause = error.source();
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "hint: {hint}");
        }
        crate::output::explain(&text);
        ExitCode::from(self.code)
    }
}

impl From<capture_core::Error> for Failure {
    fn from(error: capture_core::Error) -> Self {
        let code = match error.kind() {
            ErrorKind::Credentials | ErrorKind::Denied => CREDENTIALS,
            ErrorKind::Configuration => USAGE,
            _ => FAILED,
        };
        let failure = Self::new(code, error.to_string());
        let failure = match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        };
        match error.into_source() {
            Some(source) => Self { source: Some(source), ..failure },
            None => failure,
        }
    }
}

impl From<ashby_calls::Error> for Failure {
    fn from(error: ashby_calls::Error) -> Self {
        use ashby_calls::ErrorKind::{Busy, NoJournal, OtherBatch, Storage, TakenOver};
        let error = match error.into_ashby() {
            Ok(error) => return error.into(),
            Err(error) => error,
        };
        let (code, hint) = match error.kind() {
            OtherBatch => (
                USAGE,
                Some(
                    "give the rows and flags as they were (failed rows may be corrected in place), or name another \
                     journal with --journal for a new batch",
                ),
            ),
            NoJournal => (
                FAILED,
                Some("it was left untouched; name another with --journal, or restore it from a copy"),
            ),
            Busy | Storage | TakenOver => (FAILED, None),
            _ => (USAGE, None),
        };
        let failure = Self::new(code, error.to_string());
        let failure = match error.hint().or(hint) {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        };
        match error.source() {
            Some(source) => failure.with_source(source.to_string()),
            None => failure,
        }
    }
}

impl From<ashby_client::Error> for Failure {
    fn from(error: ashby_client::Error) -> Self {
        let code = match error.kind() {
            ashby_client::ErrorKind::Credentials | ashby_client::ErrorKind::Permission => CREDENTIALS,
            ashby_client::ErrorKind::Configuration => USAGE,
            _ => FAILED,
        };
        let failure = match error.hint() {
            Some(hint) => Self::new(code, error.to_string()).with_hint(hint),
            None => Self::new(code, error.to_string()),
        };
        match error.source() {
            // The text of the cause is enough; the chain below it is the library's own.
            Some(source) => failure.with_source(source.to_string()),
            None => failure,
        }
    }
}
