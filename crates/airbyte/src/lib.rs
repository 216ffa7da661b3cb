//! The Airbyte source connector for Ashby: a command with its files as arguments, messages on standard output, logs on
//! standard error.
//!
//! It takes the place of Airbyte's own connector (`airbyte/source-ashby` 2.x): same configuration, stream names, keys and
//! types of columns, with further streams beside them. Everything it does is put together here from `ashby-source` (what
//! there is to read), `sink-airbyte` (how Airbyte wants it) and `capture-core` (the runner between them).

mod predecessor;
mod read;
mod streams;

use std::path::PathBuf;
use std::process::ExitCode;

use ashby_client::Client;
use capture_core::Result;
use clap::{Parser, Subcommand};
use connecting::{Config, Marks, file, sentence};
use sink_airbyte::{Output, failure_type};

/// How this program calls itself.
pub(crate) const USER_AGENT: &str = concat!("airbyte-source-ashby/", env!("CARGO_PKG_VERSION"));

const DOCUMENTATION_URL: &str = "https://docs.airbyte.com/integrations/sources/ashby";

/// Reads Ashby for Airbyte.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// Log more, on standard error
    #[arg(long, global = true)]
    debug: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print what can be configured
    Spec,
    /// Try whether a configuration works; says so, and ends with 0 either way
    Check(ConfigFile),
    /// Print the streams that there are, those that the key may not read left out
    Discover(ConfigFile),
    /// Read streams; ends with 1 unless all of them were read
    Read {
        #[command(flatten)]
        config: ConfigFile,
        /// The configured catalog: which streams, and how
        #[arg(long, value_name = "FILE")]
        catalog: PathBuf,
        /// The state messages with which the read before ended
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
struct ConfigFile {
    /// The configuration, a JSON object; see `spec`
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl ConfigFile {
    fn read(&self) -> Result<Config> {
        Config::parse(&file(&self.config, "configuration")?)
    }

    fn client(&self) -> Result<Client> {
        self.read()?.client(USER_AGENT)
    }
}

/// Does what the arguments say.
pub fn run() -> ExitCode {
    let arguments: Arguments = connecting::arguments();
    connecting::start_logging(&["sink_airbyte", "airbyte_source_ashby"], arguments.debug);
    let output = Output::new(std::io::stdout());
    let done = connecting::run(answer(&arguments.command, &output));
    match done {
        Some(Ok(is_good)) if is_good => ExitCode::SUCCESS,
        None | Some(Ok(_)) => ExitCode::FAILURE,
        Some(Err(error)) => {
            tracing::error!("{}", sentence(&error));
            // Where nobody reads any more, nobody needs to be told.
            let _ = output.give_up();
            let chain = error.chain();
            let chain = connecting::given::blotted(&chain);
            let _ = output.error(None, failure_type(error.kind()), &sentence(&error), &chain);
            ExitCode::FAILURE
        }
    }
}

async fn answer(command: &Command, output: &Output) -> Result<bool> {
    match command {
        Command::Spec => output.spec(
            DOCUMENTATION_URL,
            &connecting::schema(Marks {
                secret: "airbyte_secret",
                hidden: "airbyte_hidden",
                dated: "applications, and what belongs to them,",
            }),
        )?,
        Command::Check(config) => {
            let checked = async { ashby_source::explore(&config.client()?).await }.await;
            match checked {
                Ok(_) => output.connection_status(Ok(()))?,
                Err(error) => output.connection_status(Err(&sentence(&error)))?,
            }
        }
        Command::Discover(config) => {
            let survey = ashby_source::explore(&config.client()?).await?;
            output.catalog(&streams::catalog(&survey))?;
        }
        Command::Read { config, catalog, state } => {
            let catalog = file(catalog, "catalog")?;
            let state = state.as_deref().map(|path| file(path, "state")).transpose()?;
            return read::read(&config.read()?, &catalog, state.as_deref().unwrap_or_default(), output).await;
        }
    }
    Ok(true)
}
