//! `cargo xtask codegen`: what follows from the catalog of operations.

mod described;
mod methods;
mod rust;
mod tables;
mod types;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{fs, thread};

use crate::Result;
use crate::catalog::{self, Catalog};
use crate::workspace::root;

/// What to do with the code.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Write nothing; fail if a committed file is not what the catalog says
    #[arg(long)]
    check: bool,
}

/// A file of generated code.
struct Output {
    path: PathBuf,
    text: String,
}

/// Writes or checks the generated code.
pub(crate) fn run(options: &Options) -> Result<()> {
    for output in outputs(&catalog::load()?)? {
        if !options.check {
            if let Some(folder) = output.path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&output.path, output.text)?;
        } else if fs::read_to_string(&output.path).unwrap_or_default() != output.text {
            let path = output.path.display();
            return Err(format!("{path} is not what the catalog says; run `cargo xtask codegen`").into());
        }
    }
    Ok(())
}

fn outputs(catalog: &Catalog) -> Result<Vec<Output>> {
    let crates = root().join("crates");
    let source = crates.join("ashby-client").join("src");
    let mut outputs = Vec::new();
    for (name, code) in tables::files(catalog) {
        let path = crates.join("ashby-catalog").join("src").join("generated").join(name);
        outputs.push(Output { path, text: formatted(&code)? });
    }
    let company = ashby_sim::Organisation::new(&ashby_sim::Shape::small());
    for name in catalog.events.keys() {
        let data = company.event_data(name, 0);
        let data = data.ok_or_else(|| format!("the simulator knows no example of the event {name}"))?;
        let folder = crates.join("ashby-catalog").join("src").join("generated").join("examples");
        let text = serde_json::to_string_pretty(&data)? + "\n";
        outputs.push(Output { path: folder.join(format!("{name}.json")), text });
    }
    for (name, code) in types::files(catalog)?.into_iter().chain(methods::files(catalog)?) {
        let path = source.join("operations").join("generated").join(name);
        outputs.push(Output { path, text: formatted(&code)? });
    }
    Ok(outputs)
}

/// The first line of every file.
fn header(about: &str) -> String {
    format!("//! {about} Written by `cargo xtask codegen` from catalog/*.toml.\n\n")
}

/// As `cargo fmt` would have it.
fn formatted(code: &str) -> Result<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start rustfmt: {error}"))?;
    let mut stdin = rustfmt.stdin.take().ok_or("rustfmt takes no input")?;
    let code = code.to_owned();
    let writer = thread::spawn(move || stdin.write_all(code.as_bytes()));
    let output = rustfmt.wait_with_output()?;
    if !output.status.success() || writer.join().is_err() {
        return Err("rustfmt did not understand the generated code".into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// `candidate.createNote` and the like in capitals: `CANDIDATE_NOTE` for `CandidateNote`.
fn screaming(name: &str) -> String {
    snake(name).to_uppercase()
}

/// `create_note` for `createNote`, `ids_of_users` for `IdsOfUsers`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() && !text.ends_with('_') {
            text.push('_');
        }
        // A string takes any text.
        let _ = write!(text, "{}", letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_code_is_what_the_catalog_says() {
        run(&Options { check: true }).unwrap();
    }

    #[test]
    fn names_become_those_of_rust() {
        assert_eq!(snake("createNote"), "create_note");
        assert_eq!(snake("change_stage"), "change_stage");
        assert_eq!(screaming("CandidateNote"), "CANDIDATE_NOTE");
    }
}
