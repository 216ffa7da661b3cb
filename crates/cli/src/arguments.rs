//! The command line: the commands, each with flags of its own, and the settings, which all of them have. Nothing that a
//! command needs stands here.

mod calling;
mod examples;
mod local;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{Styles, styling};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::call::flags::{Invocation, View};
use crate::commands::catalog::{DescribeFlags, OperationsFlags};
use crate::commands::config::ConfigAction;
use crate::commands::doctor::DoctorFlags;
use crate::commands::execute::ExecuteFlags;
use crate::commands::feed::FeedFlags;
use crate::commands::file::{FileAction, ResumeAction};
use crate::commands::listen::ListenFlags;
use crate::commands::mcp::McpFlags;
#[cfg(feature = "postgres")]
use crate::commands::migrate::MigrateAction;
use crate::commands::models::ModelsAction;
use crate::commands::postings::PostingsFlags;
use crate::commands::privacy::PrivacyAction;
use crate::commands::purge::PurgeFlags;
use crate::commands::query::QueryFlags;
use crate::commands::reconcile::ReconcileFlags;
use crate::commands::report::ReportAction;
use crate::commands::schema::SchemaFlags;
use crate::commands::search::SearchFlags;
use crate::commands::serve::ServeFlags;
use crate::commands::sim::SimAction;
use crate::commands::state::StateAction;
use crate::commands::streams::StreamsFlags;
use crate::commands::sync::SyncFlags;
use crate::commands::token::TokenFlags;
use crate::commands::webhook::WebhookFlags;
use crate::failure::{Failure, USAGE, of_command_line};
use crate::settings::{ConnectionFlags, DestinationFlags, Files, GeneralFlags, Given, OutputFormat};
pub(crate) use calling::{documented, general};
use calling::{help, invocation};

/// A parsed command line.
pub(crate) struct Arguments {
    pub(crate) command: Command,
    /// The settings that were given.
    pub(crate) given: Given,
    /// Where other settings are.
    pub(crate) files: Files,
    /// Whether the command never speaks to Ashby.
    pub(crate) is_local: bool,
}

/// A command and what it was given.
pub(crate) enum Command {
    Call(Box<Invocation>),
    Check,
    #[cfg(feature = "parquet")]
    Compact,
    Completions(clap_complete::Shell),
    Config(ConfigAction),
    Demo(bool),
    Describe(DescribeFlags),
    Doctor(DoctorFlags),
    Execute(ExecuteFlags),
    Feed(FeedFlags),
    File(FileAction),
    Listen(ListenFlags),
    /// Into this directory.
    ManualPages(PathBuf),
    Mcp(McpFlags),
    #[cfg(feature = "postgres")]
    Migrate(MigrateAction),
    Models(ModelsAction),
    Operations(OperationsFlags),
    Postings(PostingsFlags),
    Privacy(PrivacyAction),
    Purge(PurgeFlags),
    Query(QueryFlags),
    /// Into this directory.
    Reference(PathBuf),
    Reconcile(ReconcileFlags),
    Report(ReportAction),
    Resume(ResumeAction),
    Schema(SchemaFlags),
    Search(SearchFlags),
    Serve(ServeFlags),
    ShowConfig,
    Sim(SimAction),
    State(StateAction),
    Status,
    Streams(StreamsFlags),
    Sync,
    Token(TokenFlags),
    Version,
    Webhook(WebhookFlags),
}

impl Command {
    /// The ways in which it can print what it is about.
    pub(crate) fn formats(&self) -> &'static [OutputFormat] {
        use OutputFormat::{Atom, Csv, Json, Ndjson, Rss, Table, Xml};
        match self {
            Self::Call(_)
            | Self::Check
            | Self::Doctor(_)
            | Self::Models(_)
            | Self::Operations(_)
            | Self::Privacy(_)
            | Self::Query(_)
            | Self::Reconcile(_)
            | Self::Report(_)
            | Self::Search(_)
            | Self::State(_)
            | Self::Status
            | Self::Streams(_)
            | Self::Token(_) => &[Table, Json, Ndjson, Csv],
            #[cfg(feature = "postgres")]
            Self::Migrate(_) => &[Table, Json, Ndjson, Csv],
            Self::Feed(_) => &[Xml, Json],
            Self::Listen(_) | Self::Webhook(_) => &[Table, Json, Ndjson],
            Self::Postings(_) => &[Table, Json, Ndjson, Csv, Rss, Atom],
            // It shows what the settings say, whatever they are for.
            Self::ShowConfig => clap::ValueEnum::value_variants(),
            _ => &[Table, Json],
        }
    }
}

/// Gets a company's recruiting data out of Ashby: completely, then only what changed.
///
/// The API key is read from the environment variable ASHBY_API_KEY, from the file that ASHBY_API_KEY_FILE names, or
/// from what the command ASHBY_API_KEY_COMMAND prints. Options that name a variable (--max-rpm: ASHBY_MAX_RPM) are settings,
/// and so a key of ~/.config/ashby/config.toml and ./ashby.toml (max_rpm = 600). What is on the command line wins, then
/// the environment, then ./ashby.toml, then your own file, which may hold profiles, too ([profiles.NAME]). Where the
/// key and records go counts from ./ashby.toml only after `ashby config trust`.
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
    /// Another configuration file than ./ashby.toml [env: ASHBY_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The settings of this profile in your configuration file, above those of the environment [env: ASHBY_PROFILE]
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
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
    /// Make the page that shows the model, and run reports of Ashby's
    #[command(subcommand)]
    Report(ReportAction),
    /// List every stream: operation, permission, mode, key, parent, cost
    Streams(StreamsFlags),
    /// Bring the destination up to date: everything the first time, what changed after that
    Sync(SyncFlags),
    /// Say which columns a stream has, as SQL, JSON Schema, Arrow, Avro or dbt have it
    Schema(SchemaFlags),
    /// Make Parquet files fewer, and every stream stand as it is
    ///
    /// `current` is checked, and made anew from `changes` where it is behind, damaged or gone. Files of changes of one day are
    /// put together. Nothing else changes; readers see the old files or the new ones.
    #[cfg(feature = "parquet")]
    Compact,
    /// Keep the analyst's model beside the copy: typed tables and metrics; build it, look at it, check it
    #[command(subcommand)]
    Models(ModelsAction),
    /// Look words up in the copy that `sync` keeps: candidates, applications, jobs, notes, feedback
    Search(SearchFlags),
    /// Ask the model and the records in SQL, reading only
    Query(QueryFlags),
    /// Give agents tools (Model Context Protocol over standard input and output): the copy, the live API, planned writes
    Mcp(McpFlags),
    /// Serve agents and programs over HTTP: /mcp, /execute, /dashboard; with --sync keep the copy up, too
    Serve(ServeFlags),
    /// Carry one request of the execute API out, and print what it answers
    Execute(ExecuteFlags),
    /// Make tokens for `serve`, list and revoke them
    Token(TokenFlags),
    /// Receive webhooks: verify them, keep them, and print them as JSON, one a line, or pass them on
    ///
    /// Each event comes at least once: one that was printed just before the disk was full or the process ended, and could not
    /// be noted as done, comes again at the next start, with the same sequence and webhookActionId.
    Listen(ListenFlags),
    /// Set webhooks up, look after them, and send received events again
    Webhook(WebhookFlags),
    /// List streams whole, mark what is gone, and say what tokens had missed
    Reconcile(ReconcileFlags),
    /// Come from another tool: compare what it has brought with what is held here
    #[cfg(feature = "postgres")]
    #[command(subcommand)]
    Migrate(MigrateAction),
    /// Tell how fresh each stream is, and what the run that keeps them up is doing; also while it is on
    Status,
    /// Look at the saved state, reset streams, move it
    #[command(subcommand)]
    State(StateAction),
    /// Take out for good what is gone, whole streams, or all that is held of a candidate; with an account, and a receipt
    Purge(PurgeFlags),
    /// Say what may leave: list the policies, check one, report what leaves under it
    #[command(subcommand)]
    Privacy(PrivacyAction),
    /// Print the postings that a company publishes, from its public job board; needs no key
    Postings(PostingsFlags),
    /// Print the published postings of several companies as one document for job sites; needs no key
    Feed(FeedFlags),
    /// See it work without an account: a simulated company is synced into ./ashby-demo.db
    ///
    /// It is for people: what it says itself is text whatever --output says.
    Demo {
        /// Then receive webhooks, too, and show how long a hire takes to its row
        #[arg(long)]
        live: bool,
    },
    /// Say which configuration files may decide where the key and records go
    #[command(subcommand)]
    Config(ConfigAction),
    /// A simulated Ashby, for tests
    #[command(subcommand)]
    Sim(SimAction),
    /// List the operations of Ashby's API
    Operations(OperationsFlags),
    /// Say all that is known of an operation
    Describe(DescribeFlags),
    /// Call an operation
    ///
    /// Each operation has its own flags, one for each parameter: `ashby call candidate.createNote --help` lists them.
    /// Booleans are --flag or --flag=false; lists repeat their flag; objects are JSON, or their members one by one
    /// (--location.city Berlin); instants may be dates. --NAME-file FILE reads the text of --NAME from a file (- is
    /// standard input); an @ in a value means nothing.
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
    /// Say which version of the program it is
    Version,
    /// Print what a shell needs to complete this command line: source <(ashby completions bash)
    ///
    /// That is a script whatever --output says.
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
        /// With `man`: write the manual pages into this directory
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

/// Parses the process's command line; help, version and mistakes end the process as clap does (0 and 2).
pub(crate) fn parse() -> Result<Arguments, Failure> {
    let refused = |error: clap::Error| -> ! { of_command_line(&error) };
    let command = local::without_connection(examples::with_examples(CommandLine::command()));
    let parsed = command.try_get_matches().unwrap_or_else(|error| refused(error));
    let line = CommandLine::from_arg_matches(&parsed).unwrap_or_else(|error| refused(error));
    let mut given = Given::new();
    let is_local = local::checked(&parsed, &line.connection.0)?;
    given.extend(line.connection.0);
    given.extend(line.general.0);
    given.extend(line.destination.0);
    let mut configuration = line.configuration;
    let command = match line.command {
        None if configuration.show_config => Command::ShowConfig,
        None => refused(CommandLine::command().error(ErrorKind::MissingSubcommand, "a command is missing")),
        Some(Subcommands::Check) => Command::Check,
        Some(Subcommands::Config(action)) => Command::Config(action),
        Some(Subcommands::Doctor(flags)) => Command::Doctor(flags),
        Some(Subcommands::Resume(action)) => Command::Resume(action),
        Some(Subcommands::File(action)) => Command::File(action),
        Some(Subcommands::Report(action)) => Command::Report(action),
        #[cfg(feature = "postgres")]
        Some(Subcommands::Migrate(action)) => Command::Migrate(action),
        Some(Subcommands::Reconcile(flags)) => Command::Reconcile(flags),
        Some(Subcommands::Status) => Command::Status,
        Some(Subcommands::Streams(flags)) => Command::Streams(flags),
        Some(Subcommands::Sync(flags)) => {
            given.extend(flags.given());
            Command::Sync
        }
        Some(Subcommands::Query(flags)) => Command::Query(flags),
        Some(Subcommands::Mcp(flags)) => Command::Mcp(flags),
        Some(Subcommands::Execute(flags)) => Command::Execute(flags),
        Some(Subcommands::Serve(flags)) => {
            given.extend(flags.given());
            Command::Serve(flags)
        }
        Some(Subcommands::Token(flags)) => Command::Token(flags),
        Some(Subcommands::Schema(flags)) => Command::Schema(flags),
        #[cfg(feature = "parquet")]
        Some(Subcommands::Compact) => Command::Compact,
        Some(Subcommands::Models(action)) => Command::Models(action),
        Some(Subcommands::Search(flags)) => Command::Search(flags),
        Some(Subcommands::Listen(mut flags)) => {
            given.extend(flags.given());
            Command::Listen(flags)
        }
        Some(Subcommands::Webhook(mut flags)) => {
            given.extend(flags.given());
            Command::Webhook(flags)
        }
        Some(Subcommands::State(action)) => Command::State(action),
        Some(Subcommands::Purge(flags)) => Command::Purge(flags),
        Some(Subcommands::Postings(flags)) => Command::Postings(flags),
        Some(Subcommands::Privacy(action)) => Command::Privacy(action),
        Some(Subcommands::Feed(flags)) => Command::Feed(flags),
        Some(Subcommands::Demo { live }) => Command::Demo(live),
        Some(Subcommands::Sim(action)) => Command::Sim(action),
        Some(Subcommands::Operations(flags)) => Command::Operations(flags),
        Some(Subcommands::Describe(flags)) => Command::Describe(flags),
        Some(Subcommands::Completions { shell }) => Command::Completions(shell),
        Some(Subcommands::Version) => Command::Version,
        Some(Subcommands::Help { words, dir: Some(dir) }) if words == ["man"] => Command::ManualPages(dir),
        // For those who work on the program: what docs/reference has.
        Some(Subcommands::Help { words, dir: Some(dir) }) if words == ["reference"] => {
            Command::Reference(dir)
        }
        Some(Subcommands::Help { words, dir: None }) if words == ["man"] => {
            return Err(Failure::new(USAGE, "it is not said where the manual pages shall go")
                .with_hint("name a directory: ashby help man --dir DIR"));
        }
        Some(Subcommands::Help { words, .. }) => help(&words)?,
        Some(Subcommands::Call(Words { words })) => {
            invocation(View::Call, words, &mut given, &mut configuration)?
        }
        Some(Subcommands::Get(Words { words })) => {
            invocation(View::Get, words, &mut given, &mut configuration)?
        }
        Some(Subcommands::List(Words { words })) => {
            invocation(View::List, words, &mut given, &mut configuration)?
        }
    };
    // The settings of `ashby sync --full` include that flag, whether it runs or only shows them.
    let command = if configuration.show_config { Command::ShowConfig } else { command };
    let files = Files { config: configuration.config, profile: configuration.profile };
    Ok(Arguments { command, given, files, is_local })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        CommandLine::command().debug_assert();
    }
}
