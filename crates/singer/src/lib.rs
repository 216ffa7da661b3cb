//! The Singer tap for Ashby: messages on standard output for any Singer target, logs on standard error.
//!
//! Put together from `ashby-source` (what there is to read), `sink-singer` (how targets want it) and `capture-core` (the
//! runner between them).

mod about;
mod discover;
mod read;

use std::path::PathBuf;
use std::process::ExitCode;

use capture_core::{Error, ErrorKind, Result};
use clap::{Parser, ValueEnum};
use connecting::{Config, MEMBERS, file, sentence};
use serde_json::{Map, Value};

/// How this program calls itself.
pub(crate) const USER_AGENT: &str = concat!("tap-ashby/", env!("CARGO_PKG_VERSION"));
/// In the place of a file: settings come from the environment.
const ENVIRONMENT: &str = "ENV";

/// Reads Ashby for a Singer target.
#[derive(Debug, Parser)]
#[command(name = "tap-ashby", version, about)]
struct Arguments {
    /// The configuration, a JSON object; of several files the later one wins, and ENV stands for TAP_ASHBY_API_KEY,
    /// TAP_ASHBY_START_DATE …
    #[arg(long, value_name = "FILE")]
    config: Vec<PathBuf>,
    /// Print the streams that there are, as a catalog
    #[arg(long)]
    discover: bool,
    /// The catalog with what is to be read; without it, what is selected by default
    #[arg(long, visible_alias = "properties", value_name = "FILE")]
    catalog: Option<PathBuf>,
    /// The state with which the read before ended
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Print what this tap is and can
    #[arg(long)]
    about: bool,
    /// How `--about` prints
    #[arg(long, value_enum, default_value_t = Format::Markdown, requires = "about")]
    format: Format,
    /// Try whether the configuration works, or print only the schemas
    #[arg(long, value_enum, num_args = 0..=1, default_missing_value = "connection", value_name = "WHAT")]
    test: Option<Test>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Test {
    /// Ask Ashby what the key may read
    #[value(alias = "all")]
    Connection,
    /// Print the schema of every selected stream
    Schema,
}

/// Does what the arguments say.
pub fn run() -> ExitCode {
    let arguments: Arguments = connecting::arguments();
    connecting::start_logging(&["sink_singer", "tap_ashby"], false);
    let done = connecting::run(answer(&arguments));
    match done {
        Some(Ok(is_good)) if is_good => ExitCode::SUCCESS,
        None | Some(Ok(_)) => ExitCode::FAILURE,
        Some(Err(error)) => {
            tracing::error!("{}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

async fn answer(arguments: &Arguments) -> Result<bool> {
    if arguments.about {
        print(&match arguments.format {
            Format::Json => format!("{:#}", about::about()),
            Format::Markdown => about::markdown(),
        })?;
        return Ok(true);
    }
    let config = configuration(&arguments.config)?;
    if arguments.discover {
        let survey = ashby_source::explore(&config.client(USER_AGENT)?).await?;
        print(&format!("{:#}", discover::catalog(Some(&survey))))?;
        return Ok(true);
    }
    if arguments.test == Some(Test::Connection) {
        ashby_source::explore(&config.client(USER_AGENT)?).await?;
        tracing::info!("the key works");
        return Ok(true);
    }
    let catalog = arguments.catalog.as_deref().map(|path| file(path, "catalog")).transpose()?;
    let state = arguments.state.as_deref().map(|path| file(path, "state")).transpose()?;
    let wanted = read::Wanted::of(catalog.as_deref())?;
    if arguments.test == Some(Test::Schema) {
        wanted.schemas().iter().try_for_each(|schema| print(&schema.to_string()))?;
        return Ok(true);
    }
    read::read(&config, wanted, state.as_deref().unwrap_or_default()).await
}

/// The settings of all files together.
fn configuration(files: &[PathBuf]) -> Result<Config> {
    let wrong = |message: &str| Error::new(ErrorKind::Configuration, message.to_owned());
    let mut all = Map::new();
    for path in files {
        if path.as_os_str() == ENVIRONMENT {
            all.extend(MEMBERS.iter().filter_map(|member| of_environment(member)));
            continue;
        }
        match serde_json::from_str(&file(path, "configuration")?) {
            Ok(Value::Object(members)) => all.extend(members),
            _ => return Err(wrong(&format!("the configuration {} is no JSON object", path.display()))),
        }
    }
    if files.is_empty() {
        return Err(wrong("there is no configuration").with_hint("name it with --config; see --about"));
    }
    Config::of(&Value::Object(all))
}

fn of_environment(member: &str) -> Option<(String, Value)> {
    let text =
        std::env::var(format!("TAP_ASHBY_{}", member.to_uppercase())).ok().filter(|text| !text.is_empty())?;
    let value = match text.parse::<u32>() {
        Ok(number) if member != "api_key" => number.into(),
        _ => text.into(),
    };
    Some((member.to_owned(), value))
}

fn print(text: &str) -> Result<()> {
    use std::io::Write as _;
    let mut output = std::io::stdout().lock();
    writeln!(output, "{text}").and_then(|()| output.flush()).map_err(|error| {
        Error::new(ErrorKind::Closed, "the reader of the output has gone").with_source(error)
    })
}
