//! Calls on the command line: words whose flags depend on what they name, and help on them.

use std::ffi::OsString;

use ashby_client::catalog;
use clap::{Args as _, CommandFactory as _, FromArgMatches as _};

use super::{Command, CommandLine, ConfigurationFlags};
use crate::call::flags::{self, View, with_call_flags};
use crate::failure::{Failure, USAGE, of_command_line};
use crate::settings::{ConnectionFlags, DestinationFlags, GeneralFlags, Given};

/// Reads what follows `ashby call`, `get` and `list`, general flags included.
pub(super) fn invocation(
    view: View,
    words: Vec<OsString>,
    settings: &mut Given,
    configuration: &mut ConfigurationFlags,
) -> Result<Command, Failure> {
    let is_help = |word: &OsString| word == "-h" || word == "--help";
    if !words.is_empty() && words.iter().all(is_help) {
        help(&[view.name().to_owned()])?;
    }
    let (invocation, matches) = flags::parse(view, words, quiet_general)?;
    settings.extend(
        ConnectionFlags::from_arg_matches(&matches).unwrap_or_else(|error| of_command_line(&error)).0,
    );
    settings
        .extend(GeneralFlags::from_arg_matches(&matches).unwrap_or_else(|error| of_command_line(&error)).0);
    let more = ConfigurationFlags::from_arg_matches(&matches).unwrap_or_else(|error| of_command_line(&error));
    configuration.config = more.config.or(configuration.config.take());
    configuration.profile = more.profile.or(configuration.profile.take());
    configuration.show_config |= more.show_config;
    Ok(Command::Call(Box::new(invocation)))
}

/// Adds the flags that a call can have beside its own; most stand in the help of the program only.
fn quiet_general(command: clap::Command) -> clap::Command {
    let own: Vec<clap::Id> = command.get_arguments().map(|argument| argument.get_id().clone()).collect();
    let command = ConnectionFlags::augment_args(GeneralFlags::augment_args(command));
    ConfigurationFlags::augment_args(command).mut_args(|argument| {
        let is_shown = own.contains(argument.get_id()) || argument.get_id() == "output";
        if is_shown { argument } else { argument.hide(true) }
    })
}

/// Adds the flags that every command has.
pub(crate) fn general(command: clap::Command) -> clap::Command {
    // One that never asks Ashby has them hidden.
    let has_connection = command.get_arguments().any(|argument| argument.get_id() == "max_rpm");
    let command = if has_connection { command } else { ConnectionFlags::augment_args(command) };
    let command = DestinationFlags::augment_args(command);
    ConfigurationFlags::augment_args(GeneralFlags::augment_args(command))
}

/// Prints help on a command, or on what follows it, and ends the process.
pub(super) fn help(words: &[String]) -> Result<Command, Failure> {
    let view = match words {
        [view, _] => [View::Call, View::Get, View::List].into_iter().find(|known| known.name() == view),
        _ => None,
    };
    if let (Some(view), Some(name)) = (view, words.get(1)) {
        flags::parse(view, vec![name.into(), "--help".into()], quiet_general)?;
    }
    if let [name] = words
        && catalog::find(name).is_some()
    {
        flags::parse(View::Call, vec![name.into(), "--help".into()], quiet_general)?;
    }
    let mut command = documented();
    command.build();
    let mut found = &mut command;
    for word in words {
        if found.find_subcommand(word).is_none() {
            return Err(unknown(word, found));
        }
        found = found
            .find_subcommand_mut(word)
            .ok_or_else(|| Failure::new(USAGE, format!("there is no command `{word}`")))?;
    }
    connecting::helped(found.print_long_help())
}

/// Nothing has that name: neither a command nor an operation.
fn unknown(word: &str, command: &clap::Command) -> Failure {
    let commands = command.get_subcommands().map(clap::Command::get_name);
    let names = commands.chain(catalog::operations().map(|operation| operation.name));
    let failure = Failure::new(USAGE, format!("there is neither a command nor an operation `{word}`"));
    match &catalog::nearest(word, names)[..] {
        [] => failure.with_hint("`ashby --help` lists the commands, `ashby operations` the operations"),
        near => failure.meaning(near),
    }
}

/// The command with everything that its help and its manual pages say.
pub(crate) fn documented() -> clap::Command {
    let command = super::local::without_connection(super::examples::with_examples(CommandLine::command()));
    ["call", "get", "list"].into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |command| with_call_flags(command).disable_help_flag(false))
    })
}
