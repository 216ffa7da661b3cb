//! What is made of the whole command line: completions for shells, and manual pages.
//!
//! A shell has a few lines, which ask this program for each TAB: only it knows what there is, and of two hundred
//! operations only the one that is being typed needs its flags.

use std::ffi::OsString;
use std::path::Path;

use ashby_client::catalog::{self, Operation};
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;
use clap_complete::env::Shells;

use crate::arguments::{documented, general};
use crate::call::flags::{self, View, plural};
use crate::destination::FAMILIES;
use crate::failure::{FAILED, Failure};
use crate::output;
use crate::settings::Settings;

/// The variable by which a shell asks for completions: it holds the shell's name.
const ASKS: &str = "_ASHBY_COMPLETE";

/// Prints what a shell needs.
pub(crate) fn completions(shell: Shell) -> Result<(), Failure> {
    let failed = |what: &str| Failure::new(FAILED, format!("the completions cannot be written: {what}"));
    let shells = Shells::builtins();
    let completer = shells.completer(&shell.to_string()).ok_or_else(|| failed("the shell is not known"))?;
    let mut script = Vec::new();
    let written = completer.write_registration(ASKS, "ashby", "ashby", "ashby", &mut script);
    written.map_err(|error| failed("no memory").with_source(error))?;
    output::print_bytes(&script).map(drop)
}

/// Answers a shell, if it is one that asks; `false` if it is not.
pub(crate) fn complete() -> bool {
    let Some(shell) = std::env::var(ASKS).ok().filter(|name| !name.is_empty()) else { return false };
    let shells = Shells::builtins();
    let Some(completer) = shells.completer(&shell) else { return false };
    // What stands before the dashes is how the shell called this program.
    let words: Vec<OsString> = std::env::args_os().skip_while(|word| word != "--").skip(1).collect();
    if words.is_empty() {
        return false;
    }
    let mut command = completed(&words);
    let directory = std::env::current_dir().ok();
    let mut answer = Vec::new();
    if completer.write_complete(&mut command, words, directory.as_deref(), &mut answer).is_ok() {
        let _ = output::print_bytes(&answer);
    }
    true
}

/// The command as it is completed after these words: with what there is, and the flags of what is named.
fn completed(words: &[OsString]) -> clap::Command {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let is_named = |name: &str| words.contains(&name);
    let named = |operation: &'static Operation, name: String, view: View| {
        if !is_named(&name) {
            return clap::Command::new(name).about(operation.summary);
        }
        let command = flags::command(operation, view).name(name).long_about(None).after_help(None);
        flags::with_words(command, operation).mut_args(|argument| argument.long_help(None))
    };
    let calls =
        || catalog::operations().map(|operation| named(operation, operation.name.to_owned(), View::Call));
    let of = |view: View| {
        catalog::CATEGORIES.iter().filter_map(move |category| {
            let operation = view.operation(category.name).ok()?;
            Some(named(operation, plural(category.name), view))
        })
    };
    let streams: Vec<String> =
        ashby_source::streams().iter().map(|stream| stream.name().to_owned()).collect();
    let operations: Vec<&str> = catalog::operations().map(|operation| operation.name).collect();
    let destinations: Vec<&str> = FAMILIES
        .iter()
        .map(|family| family.usage())
        .map(|usage| usage.split_inclusive(':').next().unwrap_or(usage))
        .collect();
    let streams = PossibleValuesParser::new(streams);
    let destinations = PossibleValuesParser::new(destinations);
    let is_under = |command: &clap::Command| is_named(command.get_name());
    let with_settings = |command: clap::Command| match command.get_name() {
        "call" | "get" | "list" => command,
        _ if !is_under(&command) => command,
        _ => general(command).mut_arg("to", |argument| argument.value_parser(destinations.clone())),
    };
    let command = documented().mut_args(|argument| argument.global(false)).mut_subcommands(with_settings);
    ["call", "get", "list", "sync", "state", "describe", "help"]
        .into_iter()
        .filter(|name| is_named(name))
        .fold(command, |command, name| {
            command.mut_subcommand(name, |command| match name {
                "call" => command.subcommands(calls()),
                "get" => command.subcommands(of(View::Get)),
                "list" => command.subcommands(of(View::List)),
                "sync" => ["names", "streams", "except"].into_iter().fold(command, |command, id| {
                    command.mut_arg(id, |argument| argument.value_parser(streams.clone()))
                }),
                "state" => command.mut_subcommand("reset", |command| {
                    command.mut_arg("streams", |argument| argument.value_parser(streams.clone()))
                }),
                "describe" => command.mut_arg("operation", |argument| {
                    argument.value_parser(PossibleValuesParser::new(operations.clone()))
                }),
                _ => command.mut_arg("words", |argument| {
                    argument.value_parser(PossibleValuesParser::new(operations.clone()))
                }),
            })
        })
}

/// Writes the manual pages into a directory.
pub(crate) fn pages(settings: &Settings, directory: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::new(FAILED, "the manual pages cannot be written").with_source(error);
    capture_core::private_file::check_directory_of(directory).map_err(failed)?;
    std::fs::create_dir_all(directory).map_err(failed)?;
    clap_mangen::generate_to(documented(), directory).map_err(failed)?;
    let told = format!("the manual pages are in {}\n", directory.display());
    output::print_done(settings, &told, &serde_json::json!({ "directory": directory }))
}
