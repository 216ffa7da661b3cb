//! Chores, in Rust: `cargo xtask --help`.

// What a chore has to say, it says on the terminal.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod archive;
#[cfg(unix)]
mod bench;
mod catalog;
mod check;
mod codegen;
mod contract;
mod crates;
mod dbt;
mod docs;
mod fuzz;
#[cfg(unix)]
mod histories;
mod image;
mod mcpb;
mod release;
mod site;
mod supply;
#[cfg(test)]
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A chore's result; its errors are sentences for the person who started it.
type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// Chores of this workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct CommandLine {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    #[cfg(unix)]
    /// Measure `ashby sync` against the simulator, beside a floor that does no more than download and validate
    Bench(bench::Options),
    /// Write what follows from the catalog of operations: tables, types and methods of ashby-client
    Codegen(codegen::Options),
    /// Compare the catalog of operations with an OpenAPI document of Ashby's
    Contract(contract::Options),
    /// Pack the crates that others can depend on, as they would be published
    Crates(crates::Options),
    /// Everything that must hold before a change is proposed, but for the tests: format, lints, docs, what it is made of, the
    /// site, the dbt package, the catalog against Ashby's document, small reproductions, tidiness
    Check,
    /// Write what the dbt package has from the definitions of the model: sources, staging models, descriptions, tests
    Dbt(dbt::Options),
    /// Write the reference that follows from the code: docs/streams.md and docs/operations.md
    Docs(docs::Options),
    /// Hand bytes that nobody would write to what reads bytes from outside, each target for a while
    Fuzz(fuzz::Options),
    #[cfg(unix)]
    /// Let random histories happen to the real binary, and compare what it syncs with the truth
    Histories(histories::Options),
    /// Build the Estuary connector's container image where there is a builder, and lay its content out as a folder
    Image(image::Options),
    /// Pack `ashby` as a bundle that hosts of the Model Context Protocol install, and write what their registry wants
    Mcpb(mcpb::Options),
    /// Make the packages of a release, try them on bare systems, and say what is left to do elsewhere
    Release(release::Options),
    /// Write which crates end up in a program, as CycloneDX
    Sbom(supply::Sbom),
    /// Make the documentation site of docs/ with mdBook, and check every link in it
    Site(site::Options),
    /// Check what the programs are made of (cargo-deny), each feature alone (cargo-hack) and the oldest compiler, as far as
    /// that can be done here
    Supply,
}

fn main() -> ExitCode {
    let done = match CommandLine::parse().chore {
        #[cfg(unix)]
        Chore::Bench(options) => bench::run(&options),
        Chore::Codegen(options) => codegen::run(&options),
        Chore::Contract(options) => contract::run(&options),
        Chore::Check => check::run(),
        Chore::Crates(options) => crates::run(&options),
        Chore::Dbt(options) => dbt::run(&options),
        Chore::Docs(options) => docs::run(&options),
        Chore::Fuzz(options) => fuzz::run(&options),
        #[cfg(unix)]
        Chore::Histories(options) => histories::run(&options),
        Chore::Image(options) => image::build(&options),
        Chore::Mcpb(options) => mcpb::run_chore(&options),
        Chore::Release(options) => release::run(&options),
        Chore::Sbom(options) => options.write(),
        Chore::Site(options) => site::build(&options),
        Chore::Supply => supply::check(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("caused by: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}
