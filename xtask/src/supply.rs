//! `cargo xtask supply`: what the programs are made of, checked; and `cargo xtask sbom`: told.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::Result;
use crate::workspace::{cargo, root, run as run_command};

/// Licences, banned crates, advisories, each feature alone, and the oldest compiler. What cannot be checked here is said aloud.
pub(crate) fn check() -> Result<()> {
    match answers(Command::new("cargo").args(["deny", "--version"])) {
        true => deny()?,
        false => skipped(
            "licences, banned crates and advisories",
            "cargo-deny is not installed (cargo install cargo-deny --locked)",
        ),
    }
    match answers(Command::new("cargo").args(["hack", "--version"])) {
        true => run_command(&mut cargo(&["hack", "check", "--workspace", "--each-feature", "--locked"]))?,
        false => skipped(
            "whether everything compiles with each feature alone",
            "cargo-hack is not installed (cargo install cargo-hack --locked)",
        ),
    }
    let oldest = oldest_compiler()?;
    let Some(toolchain) = installed(&oldest) else {
        let how =
            format!("that compiler is not installed (rustup toolchain install {oldest} --profile minimal)");
        skipped(&format!("whether everything compiles with Rust {oldest}"), &how);
        return Ok(());
    };
    let toolchain = format!("+{toolchain}");
    // A folder of its own: what one compiler has made is no use to another.
    let mut command = Command::new("cargo");
    command.current_dir(root()).args([&toolchain, "check", "--workspace", "--all-targets", "--locked"]);
    run_command(command.env("CARGO_TARGET_DIR", root().join("target/oldest")).env_remove("RUSTUP_TOOLCHAIN"))
}

pub(crate) fn skipped(what: &str, why: &str) {
    println!("SKIPPED: {what}: {why}");
}

fn deny() -> Result<()> {
    let deny = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        command.current_dir(root()).arg("deny").args(arguments);
        command
    };
    // What other platforms need is looked at too, and a build brings only what this one needs.
    run_command(&mut cargo(&["fetch", "--locked"]))?;
    run_command(&mut deny(&["--offline", "check", "licenses", "bans", "sources"]))?;
    // These are somebody else's, and known where there is a network.
    let are_known = advisories(
        || run_command(&mut deny(&["fetch", "db"])),
        || run_command(&mut deny(&["check", "--disable-fetch", "advisories"])),
    )?;
    if !are_known {
        skipped("advisories", "their database cannot be had here, as it says above");
    }
    Ok(())
}

/// Whether it could be looked whether there are advisories.
///
/// # Errors
/// If there are some.
fn advisories(fetch: impl FnOnce() -> Result<()>, check: impl FnOnce() -> Result<()>) -> Result<bool> {
    match fetch() {
        Ok(()) => check().map(|()| true),
        Err(_) => Ok(false),
    }
}

/// Whether a program is there and works.
pub(crate) fn answers(command: &mut Command) -> bool {
    command.env_remove("RUSTUP_TOOLCHAIN").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The name of an installed toolchain of this version, as rustup lists it: `1.89.0-x86_64-unknown-linux-gnu`. To ask for one
/// that is not there could install it.
fn installed(version: &str) -> Option<String> {
    let listed = Command::new("rustup").args(["toolchain", "list"]).output().ok()?;
    let listed = String::from_utf8(listed.stdout).ok()?;
    let mut names = listed.lines().filter_map(|line| line.split_whitespace().next());
    names.find(|name| is_of(name, version)).map(str::to_owned)
}

/// Whether a toolchain is of a version, whatever its patch.
fn is_of(name: &str, version: &str) -> bool {
    name.strip_prefix(version).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}

/// As the root manifest says.
fn oldest_compiler() -> Result<String> {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml"))?;
    let line = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    Ok(line.ok_or("the root Cargo.toml names no rust-version")?.trim_matches('"').to_owned())
}

/// What to tell of, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct Sbom {
    /// The package whose parts are listed
    #[arg(long, default_value = "ashby-cli")]
    package: String,
    /// The platform that it is for [default: this one]
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
    /// The file to write; - is standard output
    #[arg(short = 'o', long, default_value = "-")]
    output: PathBuf,
}

/// As `cargo metadata` tells, as far as it matters.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

impl Sbom {
    /// That of a package on a platform.
    pub(crate) fn of_target(package: &str, target: &str) -> Self {
        Self { package: package.to_owned(), target: Some(target.to_owned()), output: "-".into() }
    }

    /// Which crates end up in the program, as CycloneDX (<https://cyclonedx.org/docs/1.5/json/>).
    pub(crate) fn text(&self) -> Result<String> {
        let target = match &self.target {
            Some(target) => target.clone(),
            None => this_platform()?,
        };
        let document = bill(&metadata(&target)?, &self.package, &parts(&self.package, &target)?)?;
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }

    /// Writes it where it is wanted.
    pub(crate) fn write(&self) -> Result<()> {
        let text = self.text()?;
        match self.output.to_str() {
            Some("-") => print!("{text}"),
            _ => std::fs::write(&self.output, text)?,
        }
        Ok(())
    }
}

/// What cargo knows of the workspace on a platform.
fn metadata(target: &str) -> Result<Metadata> {
    let output =
        cargo(&["metadata", "--format-version", "1", "--locked", "--filter-platform", target]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn this_platform() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8(output.stdout)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc does not say for which platform it compiles")?.to_owned())
}

/// What cargo compiles for a package, by name and version. Metadata would name more: what a feature asks for only where
/// somebody else has it. What only tests need is in no program; what only builds it is, in a way.
fn parts(name: &str, target: &str) -> Result<BTreeSet<(String, String)>> {
    let shown = ["--edges", "normal,build", "--prefix", "none", "--format", "{p}"];
    let output = cargo(&["tree", "--locked", "--package", name, "--target", target]).args(shown).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let text = String::from_utf8(output.stdout)?;
    let part = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        Some((name.to_owned(), rest.split(' ').next()?.to_owned()))
    };
    Ok(text.lines().filter_map(part).collect())
}

fn bill(metadata: &Metadata, name: &str, parts: &BTreeSet<(String, String)>) -> Result<Value> {
    let root = metadata.packages.iter().find(|package| package.name == name);
    let root = root.ok_or_else(|| format!("there is no package {name}"))?;
    let component = |package: &Package| {
        let purl = match &package.source {
            Some(_) => format!("pkg:cargo/{}@{}", package.name, package.version),
            // It is ours, and on no registry.
            None => format!("pkg:generic/{}@{}", package.name, package.version),
        };
        let licenses: Vec<Value> =
            package.license.iter().map(|license| json!({"expression": license})).collect();
        json!({
            "type": if package.name == root.name { "application" } else { "library" },
            "bom-ref": purl, "name": package.name, "version": package.version, "purl": purl, "licenses": licenses,
        })
    };
    let is_part = |package: &&Package| {
        package.name != root.name && parts.contains(&(package.name.clone(), package.version.clone()))
    };
    let parts = metadata.packages.iter().filter(is_part);
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": component(root)},
        "components": parts.map(component).collect::<Vec<_>>(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_names_what_is_in_the_program_and_not_what_only_tests_need() {
        let target = this_platform().unwrap();
        let metadata = metadata(&target).unwrap();
        for program in ["ashby-cli", "source-ashby", "airbyte-source-ashby", "tap-ashby"] {
            let bill = bill(&metadata, program, &parts(program, &target).unwrap()).unwrap();
            let names: BTreeSet<&str> = bill["components"]
                .as_array()
                .unwrap()
                .iter()
                .map(|part| part["name"].as_str().unwrap())
                .collect();
            for there in ["capture-core", "rustls", "serde", "aws-lc-rs"] {
                assert!(names.contains(there), "{program} is made without {there}: {names:?}");
            }
            // One TLS stack, whose cryptography is that of aws-lc.
            for absent in ["insta", "ring", "openssl", "openssl-sys", "native-tls", program] {
                assert!(!names.contains(absent), "{program} is made with {absent}");
            }
            assert_eq!(bill["metadata"]["component"]["name"], program);
        }
        assert!(parts("nosuch", &target).is_err());
        assert!(bill(&metadata, "nosuch", &BTreeSet::new()).is_err());
    }

    #[test]
    fn advisories_fail_where_their_database_is_there() {
        let bad = || Err("no".into());
        assert!(advisories(|| Ok(()), || Ok(())).unwrap());
        assert!(advisories(|| Ok(()), bad).is_err());
        // Nothing is checked against what could not be had.
        assert!(!advisories(bad, || panic!("there is nothing to check against")).unwrap());
    }

    #[test]
    fn the_oldest_compiler_is_known() {
        let names = [
            "1.89",
            "1.89.0-x86_64-unknown-linux-gnu",
            "1.89-x86_64-apple-darwin",
            "1.890.0",
            "1.8",
            "stable",
        ];
        assert_eq!(names.map(|name| is_of(name, "1.89")), [true, true, true, false, false, false]);
        assert!(oldest_compiler().unwrap().starts_with("1."));
    }
}
