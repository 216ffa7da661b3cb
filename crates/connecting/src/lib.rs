//! What the connectors of platforms that start a program with files as arguments have in common: a configuration with a key
//! and a start date, a client for it, signals, and logs on standard error; and how each of our programs begins
//! ([`prepare`]).

mod config;
mod connection;
mod system;

use std::path::Path;

use capture_core::{Error, ErrorKind, Result};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use config::{Config, MEMBERS, Marks, schema};
pub use connection::{Connection, MAX_PAGE_MB};
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
    match error.hint() {
        Some(hint) => format!("{}; {hint}", error.chain()),
        None => error.chain(),
    }
}

/// Logs of our crates, and of `own` with them, on standard error. Other crates' could hold headers and bodies.
pub fn start_logging(own: &[&str], debug: bool) {
    let level = if debug { LevelFilter::DEBUG } else { LevelFilter::INFO };
    let ours = ["ashby_client", "ashby_source", "capture_core", "connecting"];
    let filter = Targets::new().with_targets(ours.iter().chain(own).map(|name| (*name, level)));
    let layer =
        tracing_subscriber::fmt::layer().with_ansi(false).with_target(false).with_writer(std::io::stderr);
    // A second subscriber can only come from a second call.
    let _ = tracing_subscriber::registry().with(layer).with(filter).try_init();
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
