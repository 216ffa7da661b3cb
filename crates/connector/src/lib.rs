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

use std::process::ExitCode;

pub use capture::runner_options;
pub use logging::start as start_logging;
pub use status::Status;

/// Serves requests until there are no more. The last line that it logs before it fails says why.
pub fn run() -> ExitCode {
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
