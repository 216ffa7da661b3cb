//! Commands that never speak to Ashby: how it is reached means nothing to them. They neither show nor take the options of
//! that, and their settings give out no client. Those that read what is public have no use for a key.

use clap::{Arg, ArgMatches, Args as _, Command};

use super::examples::at;
use crate::failure::{Failure, USAGE};
use crate::settings::{ConnectionFlags, Given, Setting};

/// Them, or the groups all of whose commands are of them.
const LOCAL: &[&str] = &[
    "compact",
    "completions",
    "config",
    "demo",
    "describe",
    "help",
    "listen",
    "migrate",
    "models",
    "operations",
    "privacy",
    "purge",
    "query",
    "report html",
    "report list",
    "schema",
    "search",
    "sim",
    "state",
    "status",
    "token",
    "version",
    "webhook list",
    "webhook replay",
    "webhook trigger",
];

/// Those that read what is public only.
const KEYLESS: &[&str] = &["feed"];

/// What of the connection is a matter of requests under a key.
const OF_A_KEY: &[&str] = &["api_key_file", "api_key_command", "page_size", "api_version"];

/// Whether a command, named by its words, is one of these.
fn is_of(commands: &[&str], path: &[&str]) -> bool {
    commands.iter().any(|command| {
        let command: Vec<&str> = command.split(' ').collect();
        path.starts_with(&command)
    })
}

/// The command line, in which they do not show what means nothing to them.
pub(super) fn without_connection(command: Command) -> Command {
    let connection: Vec<Arg> =
        ConnectionFlags::augment_args(Command::new("")).get_arguments().cloned().collect();
    let hides = |command: Command, paths: &[&str], hidden: &dyn Fn(&Arg) -> bool| {
        paths.iter().fold(command, |command, path| {
            let words: Vec<&str> = path.split(' ').collect();
            // What a command has of its own takes the place of what all have.
            let hidden = connection.iter().filter(|argument| hidden(argument));
            let hidden: Vec<Arg> = hidden.map(|argument| argument.clone().hide(true)).collect();
            at(command, &words, |found| found.args(hidden))
        })
    };
    let command = hides(command, KEYLESS, &|argument| OF_A_KEY.contains(&argument.get_id().as_str()));
    hides(command, LOCAL, &|_| true)
}

/// Whether the command that was given never speaks to Ashby.
///
/// # Errors
/// If it is told what means nothing to it.
pub(super) fn checked(matches: &ArgMatches, connection: &Given) -> Result<bool, Failure> {
    let mut path = Vec::new();
    let mut next = matches.subcommand();
    while let Some((name, inner)) = next {
        path.push(name);
        next = inner.subcommand();
    }
    let is_local = is_of(LOCAL, &path);
    let why = if is_local { "never asks Ashby" } else { "needs no key" };
    let is_meant = |name: &str| !(is_local || is_of(KEYLESS, &path) && OF_A_KEY.contains(&name));
    let flags = connection.keys().filter(|name| !is_meant(name)).filter_map(|name| Setting::named(name));
    let flags: Vec<String> = flags.map(|setting| format!("--{}", setting.long())).collect();
    if flags.is_empty() {
        return Ok(is_local);
    }
    let path = path.join(" ");
    let message = format!("`ashby {path}` {why}: {} means nothing to it", flags.join(", "));
    Err(Failure::new(USAGE, message)
        .with_hint(format!("leave it out; `ashby {path} --help` lists its options")))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::arguments::{CommandLine, documented};

    /// Every command and group, with how its help reads.
    fn all(command: &mut Command, path: &[String], found: &mut Vec<(Vec<String>, String)>) {
        for inner in command.get_subcommands_mut() {
            let path = [path, &[inner.get_name().to_owned()]].concat();
            found.push((path.clone(), inner.render_long_help().to_string()));
            all(inner, &path, found);
        }
    }

    #[test]
    fn only_commands_that_ask_ashby_say_how() {
        let mut command = documented();
        command.build();
        let mut found = Vec::new();
        all(&mut command, &[], &mut found);
        // What clap adds to groups is for help alone.
        found.retain(|(path, _)| path.len() == 1 || !path.contains(&"help".to_owned()));
        assert!(found.len() > 40, "{}", found.len());
        for (path, help) in found {
            let words: Vec<&str> = path.iter().map(String::as_str).collect();
            let is_local = is_of(LOCAL, &words);
            assert_eq!(help.contains("--max-rpm"), !is_local, "ashby {}", path.join(" "));
            let has_a_key = !is_local && !is_of(KEYLESS, &words);
            for name in OF_A_KEY {
                let flag = format!("--{}", Setting::named(name).unwrap().long());
                assert_eq!(help.contains(&flag), has_a_key, "{flag} of ashby {}", path.join(" "));
            }
        }
    }

    #[test]
    fn commands_that_never_ask_ashby_are_there_and_refuse_to_be_told_how() {
        let command = without_connection(CommandLine::command());
        for local in LOCAL.iter().chain(KEYLESS) {
            let mut words = local.split(' ');
            let last = words.try_fold(&command, |command, word| command.find_subcommand(word));
            assert!(last.is_some() || cfg!(not(all(feature = "parquet", feature = "postgres"))), "{local}");
        }
        let read = |line: &str| {
            let matches = command.clone().try_get_matches_from(line.split(' ')).unwrap();
            let given = <ConnectionFlags as clap::FromArgMatches>::from_arg_matches(&matches).unwrap();
            checked(&matches, &given.0).map_err(|failure| failure.with_causes())
        };
        for line in [
            "ashby token list --max-rpm 5",
            "ashby --base-url https://x token list",
            "ashby state --concurrency 2 show",
            "ashby webhook list --api-key-file k",
        ] {
            let refused = read(line).unwrap_err();
            assert!(refused.contains("never asks Ashby: --"), "{line}: {refused}");
        }
        for line in ["ashby feed acme --api-key-file k", "ashby --page-size 5 feed acme"] {
            let refused = read(line).unwrap_err();
            assert!(refused.contains("`ashby feed` needs no key: --"), "{line}: {refused}");
        }
        assert_eq!(read("ashby feed acme --max-rpm 5"), Ok(false));
        assert_eq!(read("ashby token list"), Ok(true));
        assert_eq!(read("ashby webhook info --max-rpm 5"), Ok(false));
        assert_eq!(read("ashby --max-rpm 5 sync jobs"), Ok(false));
    }
}
