//! What the connectors of platforms that start a program with files as arguments have in common: a configuration with a key
//! and a start date, a client for it, signals, and logs on standard error; and how each of our programs begins
//! ([`prepare`]) and what none of them says ([`given`]).

mod config;
mod connection;
pub mod given;
mod progress;
mod system;

use std::borrow::Cow;
use std::io::Write as _;
use std::path::Path;

use capture_core::{Error, ErrorKind, Result};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use config::{Config, MEMBERS, Marks, schema};
pub use connection::{Connection, MAX_PAGE_MB};
pub use progress::Progress;
pub use system::{own_program, prepare};

/// The text of a file that is named on the command line; `what` it is, for the error.
///
/// # Errors
/// [`ErrorKind::Configuration`] if it cannot be read.
pub fn file(path: &Path, what: &str) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| {
        Error::new(ErrorKind::Configuration, format!("cannot read the {what} {}", path.display()))
            .with_source(error)
    })
}

/// What went wrong and what to do, for people.
pub fn sentence(error: &Error) -> String {
    let sentence = match error.hint() {
        Some(hint) => format!("{}; {hint}", error.chain()),
        None => error.chain(),
    };
    given::blotted(&sentence).into_owned()
}

/// Arguments as a program takes them; help, version and mistakes end the process as clap does (0 and 2). What may be a
/// secret is not repeated.
pub fn arguments<T: clap::Parser>() -> T {
    T::try_parse().unwrap_or_else(|error| refuse(&error))
}

/// Ends the process with what clap has to say. What may be a secret is not repeated; help that cannot be written is a
/// failure (1).
pub fn refuse(error: &clap::Error) -> ! {
    if !error.use_stderr() {
        helped(error.print());
    }
    let text = error.render().to_string();
    let text = without_tip(&text);
    // A reader that has gone needs no word.
    let _ = match given::blotted(&text) {
        Cow::Borrowed(_) if matches!(text, Cow::Owned(_)) => std::io::stderr().write_all(text.as_bytes()),
        Cow::Owned(blotted) => std::io::stderr().write_all(blotted.as_bytes()),
        // In colours, where a terminal shows it.
        Cow::Borrowed(_) => error.print(),
    };
    std::process::exit(error.exit_code())
}

/// Wherever a command takes arguments, clap says how an unknown flag is passed as one. None of ours begins with a dash.
fn without_tip(text: &str) -> Cow<'_, str> {
    let Some(from) = text.find("\n  tip: to pass '") else { return Cow::Borrowed(text) };
    let rest = &text[from + 1..];
    let to = rest.find("\n\n").map_or(rest.len(), |end| end + 2);
    Cow::Owned(format!("{}{}", &text[..=from], &rest[to..]))
}

/// Ends the process after help: well (0), also where nobody reads it, unless it could not be written (1).
pub fn helped(printed: std::io::Result<()>) -> ! {
    let failed = printed.and_then(|()| std::io::stdout().flush()).err();
    let failed = failed.filter(|error| error.kind() != std::io::ErrorKind::BrokenPipe);
    if let Some(error) = &failed {
        let _ = writeln!(std::io::stderr(), "error: cannot write to standard output\ncaused by: {error}");
    }
    std::process::exit(i32::from(failed.is_some()))
}

/// Logs of our crates, and of `own` with them, on standard error. Other crates' could hold headers and bodies.
pub fn start_logging(own: &[&str], debug: bool) {
    let level = if debug { LevelFilter::DEBUG } else { LevelFilter::INFO };
    let ours = ["ashby_client", "ashby_source", "capture_core", "connecting"];
    let filter = Targets::new().with_targets(ours.iter().chain(own).map(|name| (*name, level)));
    let layer =
        tracing_subscriber::fmt::layer().with_ansi(false).with_target(false).with_writer(Log::default);
    // A second subscriber can only come from a second call.
    let _ = tracing_subscriber::registry().with(layer).with(filter).try_init();
}

/// A line of a log, written to standard error when it is complete, without what may be a secret.
#[derive(Default)]
pub struct Log(Vec<u8>);

impl std::io::Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let text = String::from_utf8_lossy(&self.0);
        // A reader that has gone needs no logs.
        let _ = std::io::stderr().lock().write_all(given::blotted(&text).as_bytes());
    }
}

/// Runs to the end on this thread; `None`, and a line in the log, if that cannot be. A write to a reader that has stopped
/// does not keep the process.
pub fn run<T>(work: impl Future<Output = T>) -> Option<T> {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let done = runtime.block_on(work);
            runtime.shutdown_background();
            Some(done)
        }
        Err(error) => {
            tracing::error!("cannot start the asynchronous runtime: {error}");
            None
        }
    }
}

/// Cancelled by the first SIGTERM or SIGINT (Ctrl-C), which is logged with what becomes of what has been read; the second one
/// ends the process.
///
/// # Errors
/// [`ErrorKind::Storage`] if signals cannot be listened to.
pub fn stop_on_signal(becomes: &'static str) -> Result<CancellationToken> {
    let mut signals = system::Signals::listen()
        .map_err(|error| Error::new(ErrorKind::Storage, "cannot listen to signals").with_source(error))?;
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    tokio::spawn(async move {
        signals.next().await;
        tracing::info!("asked to stop: what has been read is {becomes}");
        stopped.cancel();
        signals.next().await;
        tracing::error!("asked to stop a second time: what was not {becomes} is read again");
        std::process::exit(1);
    });
    Ok(stop)
}
