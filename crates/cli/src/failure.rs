//! Errors for people and programs, and exit codes.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use capture_core::ErrorKind;
use serde::Serialize;

use crate::said::{self, Level};
use crate::settings::ErrorFormat;

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

/// Whether failures are told as JSON.
static AS_JSON: AtomicBool = AtomicBool::new(false);

/// From now on failures are told in this format.
pub(crate) fn tell_as(format: ErrorFormat) {
    AS_JSON.store(format == ErrorFormat::Json, Ordering::Relaxed);
}

/// Whether they are told as JSON.
pub(crate) fn are_told_as_json() -> bool {
    AS_JSON.load(Ordering::Relaxed)
}

/// Why a command ended without doing what it was asked to.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
    hint: Option<String>,
    /// Names that may have been meant.
    near: Vec<String>,
    source: Option<Box<dyn Error + Send + Sync>>,
    of_ashby: Box<OfAshby>,
}

/// What programs want to know of an error of Ashby's, or on the way there.
#[derive(Debug, Default)]
struct OfAshby {
    /// What kind of failure it was.
    kind: Option<String>,
    code: Option<String>,
    request_id: Option<String>,
    status: Option<u16>,
    is_retryable: bool,
    may_have_taken_effect: bool,
}

impl OfAshby {
    fn of(error: &ashby_client::Error) -> Self {
        Self {
            kind: Some(snake(&format!("{:?}", error.kind()))),
            code: error.code().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            status: error.status(),
            is_retryable: error.is_retryable() && !error.may_have_taken_effect(),
            may_have_taken_effect: error.may_have_taken_effect(),
        }
    }

    /// It kept a capture from its work.
    fn of_capture(&mut self, kind: ErrorKind) {
        self.kind = Some(kind.name().to_owned());
        self.is_retryable |= matches!(kind, ErrorKind::Transient | ErrorKind::Unavailable);
    }
}

/// A failure as a program reads it, beside its message.
#[derive(Serialize)]
struct Told<'a> {
    r#type: &'a str,
    code: Option<&'a str>,
    causes: Vec<String>,
    retryable: bool,
    may_have_taken_effect: bool,
    hint: Option<&'a str>,
    did_you_mean: &'a [String],
    request_id: Option<&'a str>,
    http_status: Option<u16>,
    exit_code: u8,
}

/// `RateLimited` as `rate_limited`.
pub(crate) fn snake(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    for character in name.chars() {
        if character.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}

impl Failure {
    pub(crate) fn new(code: u8, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            near: Vec::new(),
            source: None,
            of_ashby: Box::default(),
        }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says which names may have been meant.
    pub(crate) fn meaning<T: AsRef<str>>(mut self, near: &[T]) -> Self {
        self.near = near.iter().map(|near| near.as_ref().to_owned()).collect();
        let near = self.near.join(" or ");
        self.with_hint(format!("did you mean {near}?"))
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Says what programs want to know of a stream that failed.
    pub(crate) fn of_stream(mut self, kind: ErrorKind, code: Option<&str>, request_id: Option<&str>) -> Self {
        let of_ashby = &mut self.of_ashby;
        of_ashby.of_capture(kind);
        of_ashby.code = code.map(str::to_owned);
        of_ashby.request_id = request_id.map(str::to_owned);
        self
    }

    /// With which code the command ends.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    pub(crate) fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// Whether the disk takes nothing more, whatever it is: no room is left, or it may only be read.
    pub(crate) fn is_of_the_disk(&self) -> bool {
        use std::io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        let source = self.source.as_deref().map(|source| source as &dyn Error);
        std::iter::successors(source, |&error| error.source()).any(|error| {
            let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
            matches!(kind, Some(StorageFull | QuotaExceeded | ReadOnlyFilesystem))
        })
    }

    /// Says what it is about, before what happened.
    pub(crate) fn about(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// What happened and why, in one line.
    pub(crate) fn with_causes(&self) -> String {
        let mut text = self.message.clone();
        for cause in self.causes() {
            let _ = write!(text, " ({cause})");
        }
        text
    }

    /// Why, one reason behind the other; none that the one before has said already.
    fn causes(&self) -> Vec<String> {
        let mut causes: Vec<String> = Vec::new();
        let mut next = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = next {
            let cause = error.to_string();
            if !causes.last().unwrap_or(&self.message).contains(&cause) {
                causes.push(cause);
            }
            next = error.source();
        }
        causes
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Prints it to standard error and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if said::is_json() {
            said::event("failed", Level::Error, &self.message, &self.told());
        } else if are_told_as_json() {
            said::verbatim(&self.as_json());
        } else {
            crate::output::explain(&self.as_text());
        }
        ExitCode::from(self.code)
    }

    fn as_text(&self) -> String {
        let mut text = format!("error: {}\n", indented(&self.message));
        for cause in self.causes() {
            let _ = writeln!(text, "caused by: {}", indented(&cause.to_string()));
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "hint: {}", indented(hint));
        }
        text
    }

    pub(crate) fn as_json(&self) -> String {
        #[derive(Serialize)]
        struct Object<'a> {
            message: &'a str,
            #[serde(flatten)]
            told: Told<'a>,
        }
        let object = Object { message: &self.message, told: self.told() };
        // Texts and numbers can be written as JSON.
        serde_json::to_string(&object).unwrap_or_default() + "\n"
    }

    fn told(&self) -> Told<'_> {
        let kind = self.of_ashby.kind.as_deref().unwrap_or(match self.code {
            USAGE => "usage",
            CREDENTIALS => "credentials",
            PARTIAL => "partial",
            INTERRUPTED => "interrupted",
            _ => "failed",
        });
        Told {
            r#type: kind,
            code: self.of_ashby.code.as_deref(),
            causes: self.causes(),
            retryable: self.of_ashby.is_retryable,
            may_have_taken_effect: self.of_ashby.may_have_taken_effect,
            hint: self.hint.as_deref(),
            did_you_mean: &self.near,
            request_id: self.of_ashby.request_id.as_deref(),
            http_status: self.of_ashby.status,
            exit_code: self.code,
        }
    }
}

/// A command line that clap has something against, or that asks for help.
pub(crate) fn of_command_line(error: &clap::Error) -> ! {
    if error.use_stderr() && (are_told_as_json() || said::is_json()) {
        let text = error.render().to_string();
        let lines: Vec<&str> =
            text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
        let message = lines.join(" ").trim_start_matches("error: ").to_owned();
        let failure = Failure::new(USAGE, message);
        let _ = match &near(error)[..] {
            [] => failure.with_hint("`ashby --help` lists commands and flags"),
            near => failure.meaning(near),
        }
        .report();
        std::process::exit(i32::from(USAGE));
    }
    connecting::refuse(error)
}

/// What clap thinks may have been meant.
fn near(error: &clap::Error) -> Vec<String> {
    use clap::error::{ContextKind, ContextValue};
    let kinds = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let near = kinds.into_iter().filter_map(|kind| error.get(kind)).flat_map(|value| match value {
        ContextValue::String(near) => vec![near.clone()],
        ContextValue::Strings(near) => near.clone(),
        _ => Vec::new(),
    });
    near.collect()
}

/// Lines behind the first stand further to the right: none of them is taken for the next part of the message.
fn indented(text: &str) -> String {
    let mut lines = text.split('\n');
    let mut indented = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        indented.push_str(if line.starts_with("  ") { "\n" } else { "\n  " });
        indented.push_str(line);
    }
    indented
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
        let mut of_ashby =
            Box::new(capture_core::cause::<ashby_client::Error>(&error).map(OfAshby::of).unwrap_or_default());
        of_ashby.of_capture(error.kind());
        match error.into_source() {
            Some(source) => Self { source: Some(source), of_ashby, ..failure },
            None => Self { of_ashby, ..failure },
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
            // It never came to a request: what was asked for cannot be.
            ashby_client::ErrorKind::InvalidRequest if error.status().is_none() => USAGE,
            _ => FAILED,
        };
        let failure = match error.hint() {
            Some(hint) => Self::new(code, error.to_string()).with_hint(hint),
            None => Self::new(code, error.to_string()),
        };
        let failure = Self { of_ashby: Box::new(OfAshby::of(&error)), ..failure };
        match error.into_source() {
            Some(source) => failure.with_source(source),
            None => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_message_is_taken_for_another_part_of_it() {
        assert_eq!(indented("no\nhint: run this\n  - x"), "no\n  hint: run this\n  - x");
    }

    #[test]
    fn no_cause_is_said_twice() {
        #[derive(Debug)]
        struct Outer(std::io::Error);
        impl std::fmt::Display for Outer {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("no connection")
            }
        }
        impl Error for Outer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.0)
            }
        }
        let failure =
            Failure::new(FAILED, "x: no connection").with_source(Outer(std::io::Error::other("refused")));
        assert_eq!(failure.as_text(), "error: x: no connection\ncaused by: refused\n");
    }

    #[test]
    fn programs_are_told_in_one_line() {
        let failure = Failure::new(USAGE, "two\nlines").with_hint("do this");
        let json = failure.as_json();
        assert_eq!(json.lines().count(), 1);
        let told: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(told["type"], "usage");
        assert_eq!((&told["message"], &told["hint"]), (&"two\nlines".into(), &"do this".into()));
        assert_eq!((&told["retryable"], &told["exit_code"]), (&false.into(), &2.into()));
        assert_eq!(snake("RateLimited"), "rate_limited");
        assert_eq!(told["did_you_mean"], serde_json::json!([]));
        let told = Failure::new(USAGE, "x").meaning(&["jobs"]).as_json();
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!((&told["did_you_mean"][0], &told["hint"]), (&"jobs".into(), &"did you mean jobs?".into()));
    }
}
