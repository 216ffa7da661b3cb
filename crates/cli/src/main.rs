//! The `ashby` command: arguments in, parts wired, exit code out.

mod arguments;
mod batch;
mod call;
mod commands;
mod destination;
mod failure;
mod logging;
mod output;
mod progress;
mod settings;
mod signals;
mod table;
mod text;

use std::process::ExitCode;

use crate::arguments::Command;
use crate::failure::Failure;
use crate::settings::Settings;

fn main() -> ExitCode {
    let (command, settings) = match arguments::parse().and_then(|arguments| {
        let settings = Settings::load(&arguments)?;
        Ok((arguments.command, settings))
    }) {
        Ok(parsed) => parsed,
        Err(failure) => return failure.report(),
    };
    if let Err(failure) = settings.require_format(command.formats()) {
        return failure.report();
    }
    let command = match command {
        // Nothing to wait for.
        Command::Catalog(question) => {
            return commands::catalog::run(&settings, question).unwrap_or_else(|failure| failure.report());
        }
        command => command,
    };
    let screen = logging::start(&settings);
    // One thread for everything asynchronous: Ashby allows some 1,700 records a second, a core handles a hundred
    // times that. The SQLite sink has a thread of its own.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return Failure::new(1, "cannot start the asynchronous runtime").with_source(error).report();
        }
    };
    let ended = runtime.block_on(async {
        match command {
            Command::Call(invocation) => commands::call::run(&settings, &invocation).await,
            Command::Catalog(question) => commands::catalog::run(&settings, question),
            Command::Check => commands::check::run(&settings).await,
            Command::Doctor(flags) => commands::doctor::run(&settings, &flags).await,
            Command::Resume(action) => Box::pin(commands::file::run_resume(&settings, action)).await,
            Command::File(action) => Box::pin(commands::file::run_file(&settings, action)).await,
            Command::Report(action) => commands::report::run(&settings, action).await,
            Command::Streams => commands::streams::run(&settings).await,
            Command::Sync => commands::sync::run(&settings, &screen).await,
            Command::State(action) => commands::state::run(&settings, action).await,
            Command::Postings(request) => commands::postings::run(&settings, request).await,
            Command::Feed(request) => commands::feed::run(&settings, request).await,
            Command::Demo => commands::demo::run(&settings, &screen).await,
            Command::Sim(action) => commands::sim::run(action).await,
            Command::ShowConfig => {
                output::print(&settings.to_string())?;
                Ok(ExitCode::SUCCESS)
            }
        }
    });
    // A blocked write to a stopped reader must not keep the process.
    runtime.shutdown_background();
    ended.unwrap_or_else(|failure| failure.report())
}
