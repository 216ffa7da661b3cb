//! The `ashby` command: arguments in, parts wired, exit code out.

mod ages;
mod arguments;
mod batch;
mod call;
mod commands;
mod destination;
mod failure;
mod ills;
mod local;
mod logging;
mod manual;
mod modelling;
mod monitoring;
mod notify;
mod outgoing;
mod output;
mod patience;
mod progress;
mod reference;
mod rounds;
mod said;
mod settings;
mod sight;
mod signals;
mod system;
mod table;
mod text;
mod veil;
mod webhooks;

use std::process::ExitCode;

use crate::arguments::Command;
use crate::commands::Context;
use crate::failure::Failure;
use crate::settings::Settings;

fn main() -> ExitCode {
    // A process that was started to read a file that strangers wrote does nothing else.
    if let Some(ended) = document_text::serve_if_asked() {
        return ended;
    }
    connecting::prepare(cfg!(target_feature = "crt-static"));
    if manual::complete() {
        return ExitCode::SUCCESS;
    }
    said::choose(Settings::log_format_at_first_sight());
    failure::tell_as(Settings::errors_at_first_sight());
    let (command, settings) = match arguments::parse().and_then(|arguments| {
        let settings = Settings::load(&arguments.given, &arguments.files)?;
        let settings = if arguments.is_local { settings.without_ashby() } else { settings };
        // What shows the settings shows them whatever is wrong in them.
        if !matches!(arguments.command, Command::ShowConfig) {
            settings.explain();
            settings.check()?;
        }
        Ok((arguments.command, settings))
    }) {
        Ok(parsed) => parsed,
        Err(failure) => return failure.report(),
    };
    failure::tell_as(settings.errors());
    if let Err(failure) = settings.require_format(command.formats()) {
        return failure.report();
    }
    let context = Context { screen: logging::start(&settings), settings };
    // One thread for everything asynchronous: Ashby allows some 1,700 records a second, a core handles a hundred
    // times that. The SQLite sink has a thread of its own.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return Failure::new(1, "cannot start the asynchronous runtime").with_source(error).report();
        }
    };
    let ended = runtime.block_on(run(command, &context));
    // A blocked write to a stopped reader must not keep the process.
    runtime.shutdown_background();
    text::explain_mended();
    ended.unwrap_or_else(|failure| failure.report())
}

async fn run(command: Command, context: &Context) -> Result<ExitCode, Failure> {
    let Context { settings, screen } = context;
    let done = |()| ExitCode::SUCCESS;
    match command {
        Command::Call(invocation) => commands::call::run(settings, &invocation).await,
        Command::Check => commands::check::run(settings).await,
        #[cfg(feature = "parquet")]
        Command::Compact => commands::compact::run(settings).await,
        Command::Config(action) => action.run(settings),
        // A script is one whatever the format of results is.
        Command::Completions(shell) => manual::completions(shell).map(done),
        Command::Demo(is_live) => commands::demo::run(settings, is_live).await,
        Command::Describe(flags) => flags.run(settings),
        Command::Doctor(flags) => flags.run(context).await,
        Command::Execute(flags) => Box::pin(flags.run(context)).await,
        Command::Feed(flags) => flags.run(context).await,
        Command::File(action) => Box::pin(action.run(context)).await,
        Command::Listen(flags) => Box::pin(flags.run(context)).await,
        Command::Mcp(flags) => Box::pin(flags.run(context)).await,
        #[cfg(feature = "postgres")]
        Command::Migrate(action) => action.run(settings),
        Command::ManualPages(directory) => manual::pages(settings, &directory).map(done),
        Command::Models(action) => action.run(settings),
        Command::Operations(flags) => flags.run(settings),
        Command::Postings(flags) => flags.run(context).await,
        Command::Privacy(action) => action.run(settings),
        Command::Purge(flags) => Box::pin(flags.run(settings)).await,
        Command::Query(flags) => flags.run(settings),
        Command::Reference(directory) => reference::pages(settings, &directory).map(done),
        Command::Reconcile(flags) => Box::pin(flags.run(context)).await,
        Command::Report(action) => action.run(context).await,
        Command::Resume(action) => Box::pin(action.run(context)).await,
        Command::Schema(flags) => flags.run(settings),
        Command::Search(flags) => flags.run(settings),
        Command::Serve(flags) => Box::pin(flags.run(context)).await,
        Command::ShowConfig if settings.json() => output::print_json(&settings.shown_json()).map(done),
        Command::ShowConfig => output::print(&settings.shown()).map(done),
        Command::Sim(action) => action.run(settings).await,
        Command::State(action) => commands::state::run(settings, action).await,
        Command::Status => commands::status::run(settings),
        Command::Streams(flags) => flags.run(settings).await,
        Command::Sync => commands::sync::run(settings, screen).await,
        Command::Token(flags) => flags.run(settings),
        Command::Version if settings.json() => {
            output::print_json(&serde_json::json!({ "version": env!("CARGO_PKG_VERSION") })).map(done)
        }
        Command::Version => output::print(concat!("ashby ", env!("CARGO_PKG_VERSION"), "\n")).map(done),
        Command::Webhook(flags) => Box::pin(flags.run(context)).await,
    }
}
