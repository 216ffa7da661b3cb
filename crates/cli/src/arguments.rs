//! The command line. Every option is also an `ASHBY_*` variable and a key of `ashby.toml`; [`Settings`] merges them.
//!
//! [`Settings`]: crate::settings::Settings

mod calling;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{Styles, styling};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::call::flags::{Invocation, View};
use crate::commands::doctor::DoctorFlags;
use crate::commands::file::{FileAction, ResumeAction};
use crate::commands::report::ReportAction;
use crate::failure::Failure;
pub(crate) use calling::{documented, general};
use calling::{help, invocation};

/// A parsed command line.
pub(crate) struct Arguments {
    pub(crate) command: Command,
    /// The options that were given, by the names that `ashby.toml` has for them.
    pub(crate) flags: serde_json::Map<String, serde_json::Value>,
    /// Another configuration file than `./ashby.toml`.
    pub(crate) config: Option<PathBuf>,
}

pub(crate) enum Command {
    Catalog(Question),
    Call(Box<Invocation>),
    Check,
    Doctor(DoctorFlags),
    Resume(ResumeAction),
    File(FileAction),
    Report(ReportAction),
    Streams,
    Sync,
    State(StateAction),
    Postings(PostingsRequest),
    Feed(FeedRequest),
    Demo,
    Sim(SimAction),
    ShowConfig,
}

/// What the program itself knows, without asking Ashby.
pub(crate) enum Question {
    Operations(OperationsFlags),
    Describe(String),
    Completions(clap_complete::Shell),
    /// In this directory, or the first page on standard output.
    ManualPages(Option<PathBuf>),
}

impl Command {
    /// The ways in which it can print what it is about.
    pub(crate) fn formats(&self) -> &'static [OutputFormat] {
        use OutputFormat::{Atom, Csv, Json, Ndjson, Rss, Table};
        match self {
            Self::Call(_) => &[Table, Json, Ndjson, Csv],
            Self::Report(_) => &[Table, Json, Csv],
            Self::Postings(_) => &[Table, Json, Ndjson, Csv, Rss, Atom],
            // It shows what the settings say, whatever they are for.
            Self::ShowConfig => OutputFormat::value_variants(),
            _ => &[Table, Json],
        }
    }
}

/// Gets a company's recruiting data out of Ashby: completely, then only what changed.
///
/// The API key is read from the environment variable ASHBY_API_KEY, or from the file that ASHBY_API_KEY_FILE names.
/// Every option is also a variable (--max-rpm is ASHBY_MAX_RPM) and a key of ./ashby.toml (max_rpm = 600). What is
/// on the command line wins, then the environment, then the file.
///
/// Exit codes: 0 done, 1 failed, 2 usage, 3 credentials or permission, 4 some streams failed, 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "ashby", version, styles = STYLES, max_term_width = 100, arg_required_else_help = true)]
#[command(disable_help_subcommand = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Subcommands>,
    #[command(flatten)]
    connection: ConnectionFlags,
    #[command(flatten)]
    general: GeneralFlags,
    #[command(flatten)]
    destination: DestinationFlags,
    #[command(flatten)]
    configuration: ConfigurationFlags,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "General")]
struct ConfigurationFlags {
    /// Another configuration file than ./ashby.toml
    #[arg(long, global = true, value_name = "FILE", env = "ASHBY_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
    /// Print the settings, with where each comes from (secrets masked), and stop
    #[arg(long, global = true)]
    show_config: bool,
}

const STYLES: Styles = Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::AnsiColor::Cyan.on_default().bold())
    .placeholder(styling::AnsiColor::Cyan.on_default());

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Say whose key it is, what it may read, and what will be missing
    Check,
    /// Look into everything that a sync needs: the key and what it may do, Ashby, clock, settings, destination
    Doctor(DoctorFlags),
    /// Download and upload candidates' résumés
    #[command(subcommand)]
    Resume(ResumeAction),
    /// Download and upload candidates' files
    #[command(subcommand)]
    File(FileAction),
    /// Run reports
    #[command(subcommand)]
    Report(ReportAction),
    /// List every stream: operation, permission, mode, key, parent, cost
    Streams,
    /// Bring the destination up to date: everything the first time, what changed after that
    Sync(SyncFlags),
    /// Look at the saved state, reset streams, move it
    #[command(subcommand)]
    State(StateSubcommands),
    /// Print the postings that a company publishes, from its public job board; needs no key
    Postings(PostingsFlags),
    /// Print the published postings of several companies as one document for job sites; needs no key
    Feed(FeedRequest),
    /// See it work without an account: a simulated company is synced into ./ashby-demo.db
    Demo,
    /// A simulated Ashby, for tests
    #[command(subcommand)]
    Sim(SimSubcommands),
    /// List the operations of Ashby's API
    Operations(OperationsFlags),
    /// Say all that is known of an operation
    Describe {
        /// Its name, such as candidate.create
        #[arg(value_name = "OPERATION")]
        operation: String,
    },
    /// Call an operation
    ///
    /// Each operation has its own flags, one for each parameter: `ashby call candidate.createNote --help` lists them.
    /// Booleans are --flag or --flag=false; lists repeat their flag; objects are JSON, or their members one by one
    /// (--location.city Berlin); instants may be dates. @FILE reads a value from a file, @@ begins one with an @.
    ///
    /// For example: ashby call offer.list --all --output ndjson
    #[command(disable_help_flag = true)]
    Call(Words),
    /// Read one record: ashby get candidates ID
    ///
    /// The kind of record is spelled candidates, candidate, interview_stages or interviewStages. The same as `ashby
    /// call` of that kind's info operation, whose flags it takes.
    #[command(disable_help_flag = true)]
    Get(Words),
    /// List records: ashby list jobs --limit 20
    ///
    /// The kind of record is spelled candidates, candidate, interview_stages or interviewStages. The same as `ashby
    /// call` of that kind's list operation, whose flags it takes: a page, or everything with --all.
    #[command(disable_help_flag = true)]
    List(Words),
    /// Print what a shell needs to complete this command line
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Help on a command or an operation; `help man` writes manual pages
    #[command(disable_help_flag = true)]
    Help {
        /// The command, and what it is about
        #[arg(value_name = "COMMAND")]
        words: Vec<String>,
        /// Write all manual pages into this directory, instead of the first to standard output
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// What follows a command whose flags depend on it.
#[derive(Debug, Args)]
struct Words {
    /// What it is about, and the flags of that
    #[arg(value_name = "NAME", num_args = 0.., trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<OsString>,
}

/// Which operations to list.
#[derive(Debug, Clone, Args)]
pub(crate) struct OperationsFlags {
    /// Only those with this in their name, their summary or their parameters
    #[arg(value_name = "SEARCH")]
    pub(crate) search: Option<String>,
    /// Only those that change something
    #[arg(long)]
    pub(crate) writes: bool,
    /// Only those that need this permission: candidatesWrite, or candidates:write
    #[arg(long, value_name = "PERMISSION")]
    pub(crate) permission: Option<String>,
}

#[derive(Debug, Args, Serialize)]
#[command(next_help_heading = "Connection")]
struct ConnectionFlags {
    /// Read the API key from this file
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key_file: Option<PathBuf>,
    /// Where Ashby's API is [default: https://api.ashbyhq.com]
    // Help is read on a terminal, where a URL needs no brackets.
    #[allow(rustdoc::bare_urls)]
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    base_url: Option<String>,
    /// Requests a minute, for everything this process does; 0 does not pace [default: 1000]
    #[arg(long, global = true, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_rpm: Option<u32>,
    /// Requests under way at once [default: 8]
    #[arg(long, global = true, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency: Option<u32>,
    /// Records a page; Ashby gives 100 unless told less
    #[arg(long, global = true, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    page_limit: Option<u32>,
    /// Attempts of a request before it counts as failed; 1 tries everything once [default: 6]
    #[arg(long, global = true, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_attempts: Option<u32>,
    /// How long connecting may take [default: 10s]
    #[arg(long, global = true, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    connect_timeout: Option<String>,
    /// How long the server may stay silent [default: 60s]
    #[arg(long, global = true, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    read_timeout: Option<String>,
    /// How long one request may take in all [default: 5m]
    #[arg(long, global = true, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    total_timeout: Option<String>,
    /// The `Ashby-Version` to ask for [default: 2026-01-01]
    #[arg(long, global = true, value_name = "VERSION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    api_version: Option<String>,
}

#[derive(Debug, Args, Serialize)]
#[command(next_help_heading = "General")]
struct GeneralFlags {
    /// How results are printed [default: table; json for records, unless a list is shown on a terminal]
    #[arg(long, global = true, value_name = "FORMAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<OutputFormat>,
    /// Log level on standard error: off, error, warn, info, debug or trace [default: warn]
    #[arg(long, global = true, value_name = "LEVEL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
    /// No progress on standard error
    #[arg(long, global = true, num_args = 0, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    no_progress: Option<bool>,
}

#[derive(Debug, Args, Serialize)]
#[command(next_help_heading = "General")]
struct DestinationFlags {
    /// Where records go: sqlite:PATH, jsonl:DIR or stdout [default: sqlite:ashby.db]
    #[arg(long, global = true, value_name = "DESTINATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// Where the state of `--to stdout` is kept; without it, everything is listed each time
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<PathBuf>,
}

#[derive(Debug, Args, Serialize)]
struct SyncFlags {
    /// Streams to sync [default: all but those that cost a request per parent record]
    #[arg(value_name = "STREAM")]
    #[serde(skip)]
    names: Vec<String>,
    /// A stream to sync, as the positional ones
    #[arg(long = "stream", value_name = "STREAM", value_delimiter = ',')]
    #[serde(skip)]
    more_names: Vec<String>,
    /// Streams to leave out
    #[arg(long, value_name = "STREAM", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    except: Vec<String>,
    /// Also the streams that cost a request per parent record
    #[arg(long, num_args = 0, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<bool>,
    /// List everything again, and mark what is gone
    #[arg(long, num_args = 0, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    full: Option<bool>,
    /// Sync a public job board instead, into the stream public_postings; needs no key. NAME is what follows
    /// jobs.ashbyhq.com/ in its address; may be given several times
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    board: Vec<String>,
    /// Say what would be requested and about how long it takes; request nothing but the key's permissions
    #[arg(long, num_args = 0, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<bool>,
    /// Stay up and sync again at every interval, until Ctrl-C
    #[arg(long, num_args = 0, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    watch: Option<bool>,
    /// Time from one sync of a stream to the next, for --watch: 5m, PT5M [default: 5m]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<String>,
    /// Whether rows that a complete listing did not see are marked as deleted: auto (unless the key sees less than
    /// before), accept (always; this key becomes the yardstick) or never [default: auto]
    #[arg(long, value_name = "POLICY")]
    #[serde(skip_serializing_if = "Option::is_none")]
    reconcile: Option<String>,
}

#[derive(Debug, Args)]
struct PostingsFlags {
    /// The board's name: what follows jobs.ashbyhq.com/ in its address, with capitals as they are there
    #[arg(value_name = "BOARD", required_unless_present = "careers", conflicts_with = "careers")]
    name: Option<String>,
    /// Ask the API instead, with a key: the postings of all job boards that are not internal
    #[arg(long)]
    careers: bool,
    /// Only those of this job board, by its id
    #[arg(long = "job-board", value_name = "ID", requires = "careers", conflicts_with = "name")]
    job_board_id: Option<String>,
    /// Also what they pay, where it may be shown
    #[arg(long)]
    compensation: bool,
}

/// What `ashby postings` is to print.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PostingsRequest {
    pub(crate) source: PostingsSource,
    pub(crate) compensation: bool,
}

/// Where postings come from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PostingsSource {
    /// A public job board, by its name.
    Board(String),
    /// The API with a key.
    Careers { job_board_id: Option<String> },
}

impl From<PostingsFlags> for PostingsRequest {
    fn from(flags: PostingsFlags) -> Self {
        let PostingsFlags { name, careers: _, job_board_id, compensation } = flags;
        let source = match name {
            Some(name) => PostingsSource::Board(name),
            None => PostingsSource::Careers { job_board_id },
        };
        Self { source, compensation }
    }
}

/// What `ashby feed` is to print.
#[derive(Debug, Clone, PartialEq, Args)]
pub(crate) struct FeedRequest {
    /// The boards' names: what follows jobs.ashbyhq.com/ in their addresses
    #[arg(required = true, value_name = "BOARD")]
    pub(crate) boards: Vec<String>,
    /// The form of the document
    #[arg(long, value_name = "FORMAT", default_value = "xml")]
    pub(crate) format: FeedFormat,
}

/// The form of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FeedFormat {
    Xml,
    Json,
}

#[derive(Debug, Clone, PartialEq, Subcommand)]
enum StateSubcommands {
    /// What is saved of each stream
    Show,
    /// Forget streams, so that they are listed whole again
    Reset {
        /// The streams
        #[arg(required = true, value_name = "STREAM")]
        streams: Vec<String>,
    },
    /// Print the state as JSON
    Export,
    /// Replace the state by an exported one
    Import {
        /// A file written by `ashby state export`; - is standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// What `ashby state` is to do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StateAction {
    Show,
    Reset(Vec<String>),
    Export,
    Import(PathBuf),
}

#[derive(Debug, Subcommand)]
enum SimSubcommands {
    /// Serve a simulated organisation on 127.0.0.1 until stopped; prints the address
    Serve(SimServe),
}

/// What `ashby sim` is to do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SimAction {
    Serve(SimServe),
}

/// A simulated organisation.
#[derive(Debug, Clone, PartialEq, Args)]
pub(crate) struct SimServe {
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// How much there is: demo (20,000 applications), small, empty, or a number of applications and nothing else
    #[arg(long, default_value = "small")]
    pub(crate) shape: String,
    /// Seed of the data; the same seed makes the same organisation
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The API key to accept
    #[arg(long, default_value = "sim-key")]
    pub(crate) key: String,
    /// Refuse more requests a minute than this
    #[arg(long, value_name = "N")]
    pub(crate) rpm: Option<u32>,
    /// Wait this long before each answer
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub(crate) latency_ms: u64,
    /// Never compress responses
    #[arg(long)]
    pub(crate) no_compression: bool,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OutputFormat {
    /// For people.
    Table,
    /// One JSON document.
    Json,
    /// A JSON object a line: records.
    Ndjson,
    /// Comma-separated: records. Text that spreadsheets take for formulas gets an apostrophe in front.
    Csv,
    /// RSS 2.0: postings.
    Rss,
    /// Atom: postings.
    Atom,
}

/// Options that only the command line has.
const NOT_SETTINGS: [&str; 5] = ["config", "show_config", "help", "version", "names"];

/// Parses the process's command line; help, version and mistakes end the process as clap does (0 and 2).
pub(crate) fn parse() -> Result<Arguments, Failure> {
    let parsed = command().get_matches();
    let line = CommandLine::from_arg_matches(&parsed).unwrap_or_else(|error| error.exit());
    let mut flags = serde_json::Map::new();
    add(&mut flags, &line.connection)?;
    add(&mut flags, &line.general)?;
    add(&mut flags, &line.destination)?;
    let mut configuration = line.configuration;
    let command = match line.command {
        None if configuration.show_config => Command::ShowConfig,
        None => CommandLine::command().error(ErrorKind::MissingSubcommand, "a command is missing").exit(),
        Some(Subcommands::Check) => Command::Check,
        Some(Subcommands::Doctor(flags)) => Command::Doctor(flags),
        Some(Subcommands::Resume(action)) => Command::Resume(action),
        Some(Subcommands::File(action)) => Command::File(action),
        Some(Subcommands::Report(action)) => Command::Report(action),
        Some(Subcommands::Streams) => Command::Streams,
        Some(Subcommands::Sync(sync)) => {
            add(&mut flags, &sync)?;
            let names: Vec<String> = sync.names.into_iter().chain(sync.more_names).collect();
            if !names.is_empty() {
                flags.insert("streams".to_owned(), names.into());
            }
            Command::Sync
        }
        Some(Subcommands::State(action)) => Command::State(match action {
            StateSubcommands::Show => StateAction::Show,
            StateSubcommands::Reset { streams } => StateAction::Reset(streams),
            StateSubcommands::Export => StateAction::Export,
            StateSubcommands::Import { file } => StateAction::Import(file),
        }),
        Some(Subcommands::Postings(flags)) => Command::Postings(flags.into()),
        Some(Subcommands::Feed(request)) => Command::Feed(request),
        Some(Subcommands::Demo) => Command::Demo,
        Some(Subcommands::Sim(SimSubcommands::Serve(serve))) => Command::Sim(SimAction::Serve(serve)),
        Some(Subcommands::Operations(filter)) => Command::Catalog(Question::Operations(filter)),
        Some(Subcommands::Describe { operation }) => Command::Catalog(Question::Describe(operation)),
        Some(Subcommands::Completions { shell }) => Command::Catalog(Question::Completions(shell)),
        Some(Subcommands::Help { words, dir }) if words == ["man"] => {
            Command::Catalog(Question::ManualPages(dir))
        }
        Some(Subcommands::Help { words, .. }) => help(&words)?,
        Some(Subcommands::Call(Words { words })) => {
            invocation(View::Call, words, &mut flags, &mut configuration)?
        }
        Some(Subcommands::Get(Words { words })) => {
            invocation(View::Get, words, &mut flags, &mut configuration)?
        }
        Some(Subcommands::List(Words { words })) => {
            invocation(View::List, words, &mut flags, &mut configuration)?
        }
    };
    // The settings of `ashby sync --full` include that flag, whether it runs or only shows them.
    let command = if configuration.show_config { Command::ShowConfig } else { command };
    Ok(Arguments { command, flags, config: configuration.config })
}

fn add(
    flags: &mut serde_json::Map<String, serde_json::Value>,
    given: &impl Serialize,
) -> Result<(), Failure> {
    let given = serde_json::to_value(given)
        .map_err(|error| Failure::new(crate::failure::USAGE, "an option is not text").with_source(error))?;
    if let serde_json::Value::Object(given) = given {
        flags.extend(given);
    }
    Ok(())
}

/// The command, each setting's help naming its variable.
fn command() -> clap::Command {
    fn name_variables(command: clap::Command) -> clap::Command {
        let command = command.mut_args(|argument| {
            let id = match argument.get_id().as_str() {
                "more_names" => "streams",
                id => id,
            }
            .to_owned();
            let is_setting = crate::settings::KEYS.contains(&id.as_str());
            match argument.get_help().map(ToString::to_string) {
                Some(help) if is_setting && !NOT_SETTINGS.contains(&id.as_str()) => {
                    argument.help(format!("{help} [env: ASHBY_{}]", id.to_uppercase()))
                }
                _ => argument,
            }
        });
        let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        names.into_iter().fold(command, |command, name| command.mut_subcommand(name, name_variables))
    }
    name_variables(CommandLine::command())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound_and_every_option_is_a_setting() {
        let command = command();
        command.clone().debug_assert();
        let sync = command.find_subcommand("sync").unwrap();
        for argument in command.get_arguments().chain(sync.get_arguments()) {
            let id = argument.get_id().as_str();
            let known =
                crate::settings::KEYS.contains(&id) || NOT_SETTINGS.contains(&id) || id == "more_names";
            assert!(known, "--{id} is not a setting");
        }
    }
}
