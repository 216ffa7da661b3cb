//! What is made of the whole command line: completions for shells, and manual pages.

use std::path::Path;

use ashby_client::catalog::{self, Operation};
use clap::builder::PossibleValuesParser;

use crate::arguments::{documented, general};
use crate::call::flags::{self, View, plural};
use crate::failure::{FAILED, Failure};
use crate::output;

/// Prints what a shell needs.
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut completed(), "ashby", &mut script);
    output::print_bytes(&script).map(drop)
}

/// The command as shells complete it: with every operation and its flags.
fn completed() -> clap::Command {
    let named = |operation: &'static Operation, name: String, view: View| {
        let command = flags::command(operation, view).name(name).long_about(None).after_help(None);
        flags::with_words(command, operation).mut_args(|argument| argument.long_help(None))
    };
    let calls =
        catalog::operations().map(|operation| named(operation, operation.name.to_owned(), View::Call));
    let of = |view: View| {
        catalog::CATEGORIES.iter().filter_map(move |category| {
            let operation = view.operation(category.name).ok()?;
            Some(named(operation, plural(category.name), view))
        })
    };
    let names = catalog::operations().map(|operation| operation.name);
    // General flags of the program are not those of every operation: there they would be most of the script.
    let with_settings = |command: clap::Command| match command.get_name() {
        "call" | "get" | "list" => command,
        _ => general(command),
    };
    documented()
        .mut_args(|argument| argument.global(false))
        .mut_subcommands(with_settings)
        .mut_subcommand("call", |command| command.subcommands(calls))
        .mut_subcommand("get", |command| command.subcommands(of(View::Get)))
        .mut_subcommand("list", |command| command.subcommands(of(View::List)))
        .mut_subcommand("describe", |command| {
            let names = PossibleValuesParser::new(names.collect::<Vec<_>>());
            command.mut_arg("operation", |argument| argument.value_parser(names))
        })
}

/// Writes the manual pages into a directory, or the first to standard output.
pub(crate) fn pages(directory: Option<&Path>) -> Result<(), Failure> {
    let failed = |error| Failure::new(FAILED, "the manual pages cannot be written").with_source(error);
    match directory {
        Some(directory) => {
            std::fs::create_dir_all(directory).map_err(failed)?;
            clap_mangen::generate_to(documented(), directory).map_err(failed)?;
            output::explain(&format!("the manual pages are in {}\n", directory.display()));
            Ok(())
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(documented()).render(&mut page).map_err(failed)?;
            output::print_bytes(&page).map(drop)
        }
    }
}
