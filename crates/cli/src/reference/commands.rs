//! Every command with its flags.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::{Arg, Command};

use super::text;
use crate::arguments::documented;

/// Flags that are no matter of the reference.
const LEFT_OUT: [&str; 2] = ["help", "version"];

/// The page.
pub(super) fn page() -> String {
    let mut program = documented();
    program.build();
    let shared = shared(&program);
    let mut page = "# Commands\n\n\
         <!-- Written by the program; a test compares: ASHBY_UPDATE_DOCUMENTS=1 writes it anew. -->\n\n\
         `ashby help COMMAND` says the same. A flag whose text names a variable (`[env: …]`) is a [setting](settings.md): it may \
         also stand in a configuration file.\n\n"
        .to_owned();
    for (path, command) in leaves(&program, "") {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let anchor = format!("ashby {path}").replace(' ', "-");
        let _ = writeln!(page, "- [`ashby {path}`](#{anchor}): {}", text(&about));
    }
    page += "\n## Flags of many commands\n\nEach command says below which of these groups it takes.\n";
    for (heading, arguments) in &shared {
        let _ = write!(page, "\n### {heading}\n\n");
        arguments.iter().for_each(|argument| page += &flag(argument));
    }
    for (path, command) in leaves(&program, "") {
        page += &section(&path, command, &shared);
    }
    page
}

/// The flags that belong to the program, and so to commands beside their own, by heading.
fn shared(program: &Command) -> BTreeMap<String, Vec<&Arg>> {
    let mut shared: BTreeMap<String, Vec<&Arg>> = BTreeMap::new();
    for argument in program.get_arguments().filter(|argument| is_shown(argument)) {
        let heading = argument.get_help_heading().unwrap_or("General").to_owned();
        shared.entry(heading).or_default().push(argument);
    }
    shared
}

fn is_shown(argument: &Arg) -> bool {
    !argument.is_hide_set() && !LEFT_OUT.contains(&argument.get_id().as_str())
}

/// The commands that have none below them, by what is typed.
fn leaves<'a>(command: &'a Command, path: &str) -> Vec<(String, &'a Command)> {
    let mut found = Vec::new();
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        if inner.get_name() == "help" && !path.is_empty() {
            continue;
        }
        let path = format!("{path} {}", inner.get_name()).trim().to_owned();
        match inner.has_subcommands() {
            true => found.extend(leaves(inner, &path)),
            false => found.push((path, inner)),
        }
    }
    found
}

fn section(path: &str, command: &Command, shared: &BTreeMap<String, Vec<&Arg>>) -> String {
    let help = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let mut section = format!("\n## ashby {path}\n\n");
    for paragraph in help.split("\n\n") {
        let _ = write!(section, "{}\n\n", text(paragraph));
    }
    let usage = command.clone().render_usage().to_string();
    let usage: Vec<&str> = usage.trim_start_matches("Usage: ").split_whitespace().collect();
    let _ = writeln!(section, "```text\n{}\n```\n", usage.join(" "));
    let is_shared = |argument: &Arg| {
        shared
            .values()
            .flatten()
            .any(|known| known.get_id() == argument.get_id() && known.get_long() == argument.get_long())
    };
    let own = command.get_arguments().filter(|argument| is_shown(argument) && !is_shared(argument));
    own.for_each(|argument| section += &flag(argument));
    // A command that means nothing to what all have hides it.
    let has = |known: &Arg| {
        command.get_arguments().any(|argument| argument.get_id() == known.get_id() && is_shown(argument))
    };
    let takes = |arguments: &&Vec<&Arg>| arguments.iter().any(|known| has(known));
    let groups: Vec<String> = shared
        .iter()
        .filter(|(_, arguments)| takes(arguments))
        .map(|(heading, _)| format!("[{heading}](#{})", heading.to_lowercase().replace(' ', "-")))
        .collect();
    if !groups.is_empty() {
        let _ = writeln!(section, "\nAlso the flags of {}.", groups.join(" and "));
    }
    let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let examples: Vec<&str> =
        examples.lines().map(str::trim).filter(|line| line.starts_with("ashby ")).collect();
    if !examples.is_empty() {
        let _ = writeln!(section, "\n```text\n{}\n```", examples.join("\n"));
    }
    section
}

/// A line for a flag or an argument.
fn flag(argument: &Arg) -> String {
    let values: Vec<String> =
        argument.get_value_names().unwrap_or_default().iter().map(ToString::to_string).collect();
    let takes = argument.get_action().takes_values()
        && argument.get_num_args().is_none_or(|range| range.max_values() != 0);
    let values = if takes { values.join(" ") } else { String::new() };
    let mut names = Vec::new();
    names.extend(argument.get_short().map(|short| format!("-{short}")));
    names.extend(argument.get_long().map(|long| format!("--{long}")));
    let name = match names.is_empty() {
        true => values,
        false => format!("{} {values}", names.join(", ")),
    };
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut line = format!("- `{}`: {}", name.trim(), text(&help));
    let possible: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|value| takes && !value.is_hide_set())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !possible.is_empty() && !argument.is_hide_possible_values_set() {
        let _ = write!(line, ": {}", possible.join(", "));
    }
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if takes && !defaults.is_empty() && !help.contains("[default:") {
        let _ = write!(line, " [default: {}]", text(&defaults.join(" ")));
    }
    line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_there_with_its_flags() {
        let page = page();
        for wanted in [
            "\n## ashby sync\n",
            "\n## ashby webhook setup\n",
            "- `--full-every DURATION`: ",
            "- `-q, --quiet`: ",
            "Also the flags of [Connection](#connection) and [General](#general)",
        ] {
            assert!(page.contains(wanted), "{wanted}");
        }
        assert!(!page.contains("\u{1b}["), "no colours");
    }
}
