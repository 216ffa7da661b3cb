//! The Estuary capture connector for Ashby: requests of Estuary's runtime on standard input, documents and
//! checkpoints on standard output, logs on standard error.
//!
//! It takes the place of Estuary's own Python connector: same configuration, same bindings, same documents, and it
//! continues from the state that one saved. Everything it does is put together here from `ashby-source` (what there is
//! to capture), `sink-estuary` (how Estuary wants it) and `capture-core` (the runner between them).

mod capture;
mod endpoint;
mod interval;
mod logging;
mod predecessor;
mod protocol;
mod resources;
mod status;

use std::io::Write as _;
use std::process::ExitCode;

pub use capture::runner_options;
pub use logging::start as start_logging;
pub use status::Status;

/// Serves requests until there are no more. The last line that it logs before it fails says why.
pub fn run() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        None => {}
        Some("--version" | "-V") => return said(concat!("source-ashby ", env!("CARGO_PKG_VERSION"), "\n")),
        Some("--help" | "-h" | "help") => return said(HELP),
        Some(_) => {
            // What was given is not repeated: it may be a key.
            let told =
                "error: source-ashby takes no arguments\nhint: `source-ashby --help` says what it reads\n";
            let _ = std::io::stderr().write_all(told.as_bytes());
            return ExitCode::from(2);
        }
    }
    logging::start();
    match connecting::run(protocol::serve()) {
        Some(Ok(())) => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
        Some(Err(error)) => {
            logging::fatal(&error);
            ExitCode::FAILURE
        }
    }
}

/// For who starts it by hand.
const HELP: &str = "\
A capture connector for Estuary Flow. The runtime starts it and speaks with it.

Usage: source-ashby

It reads requests from standard input (length-delimited protobuf, or a JSON document a line where the environment has
FLOW_RUNTIME_CODEC=json), answers on standard output, and logs to standard error (LOG_LEVEL: error, warn, info, debug).
For example: echo '{\"spec\":{\"connectorType\":\"IMAGE\",\"config\":{}}}' | FLOW_RUNTIME_CODEC=json source-ashby
For a sync by hand: ashby sync
";

/// Prints it. A reader that has gone needs nothing.
fn said(text: &str) -> ExitCode {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    ExitCode::SUCCESS
}
