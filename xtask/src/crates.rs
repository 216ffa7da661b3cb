//! `cargo xtask crates`: the crates that others can depend on, packed as they would be published.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Stdio;

use serde::Deserialize;

use crate::Result;
use crate::workspace::cargo;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Also build these from what was packed, as those do who depend on them
    #[arg(long, value_name = "CRATE", value_delimiter = ',')]
    verify: Vec<String>,
    /// Publish them on crates.io, each behind those that it needs; cargo knows the token
    #[arg(long)]
    publish: bool,
}

/// A crate of the workspace, as its manifest says.
#[derive(Debug, Clone, Deserialize)]
struct Crate {
    name: String,
    #[cfg(test)]
    version: String,
    #[cfg(test)]
    manifest_path: PathBuf,
    #[cfg(test)]
    description: Option<String>,
    #[cfg(test)]
    documentation: Option<String>,
    #[cfg(test)]
    license: Option<String>,
    #[cfg(test)]
    readme: Option<PathBuf>,
    #[cfg(test)]
    rust_version: Option<String>,
    #[cfg(test)]
    keywords: Vec<String>,
    #[cfg(test)]
    categories: Vec<String>,
    #[cfg(test)]
    metadata: serde_json::Value,
    /// To which registries it may go; all where nothing is said.
    publish: Option<Vec<String>>,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Clone, Deserialize)]
struct Dependency {
    name: String,
    #[cfg(test)]
    req: String,
    /// `dev`, `build`; nothing for what everybody needs.
    kind: Option<String>,
    path: Option<PathBuf>,
}

impl Crate {
    fn is_published(&self) -> bool {
        self.publish.is_none()
    }

    /// What it needs of ours to be built.
    fn needs(&self) -> impl Iterator<Item = &Dependency> {
        self.dependencies
            .iter()
            .filter(|needed| needed.path.is_some() && needed.kind.as_deref() != Some("dev"))
    }
}

/// All crates of the workspace.
///
/// # Errors
/// If cargo does not tell.
fn all() -> Result<Vec<Crate>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Crate>,
    }
    let output =
        cargo(&["metadata", "--no-deps", "--format-version", "1"]).stderr(Stdio::inherit()).output()?;
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    Ok(metadata.packages)
}

/// Those that are published, each behind all that it needs.
///
/// # Errors
/// If cargo does not tell, or two need each other.
fn published() -> Result<Vec<Crate>> {
    let mut left: Vec<Crate> = all()?.into_iter().filter(Crate::is_published).collect();
    left.sort_by(|one, other| one.name.cmp(&other.name));
    let (mut ordered, mut done) = (Vec::new(), BTreeSet::new());
    while !left.is_empty() {
        let is_ready = |of: &Crate| of.needs().all(|needed| done.contains(&needed.name));
        let (ready, rest): (Vec<Crate>, Vec<Crate>) = left.into_iter().partition(is_ready);
        if ready.is_empty() {
            let names: Vec<&str> = rest.iter().map(|of| of.name.as_str()).collect();
            return Err(
                format!("these need each other, or what is not published: {}", names.join(", ")).into()
            );
        }
        done.extend(ready.iter().map(|of| of.name.clone()));
        ordered.extend(ready);
        left = rest;
    }
    Ok(ordered)
}

/// Packs them. A warning is a mistake: nobody sees it later.
pub(crate) fn run(options: &Options) -> Result<()> {
    let published = published()?;
    let names: Vec<&str> = published.iter().map(|of| of.name.as_str()).collect();
    pack(&names, &["--no-verify"])?;
    println!("{} crates can be published, in this order: {}", names.len(), names.join(" "));
    if !options.verify.is_empty() {
        let wanted: Vec<&str> = options.verify.iter().map(String::as_str).collect();
        if let Some(unknown) = wanted.iter().find(|name| !names.contains(name)) {
            return Err(format!("{unknown} is not published").into());
        }
        pack(&wanted, &[])?;
    }
    if options.publish {
        // It waits for each to be there before it publishes what needs it, and builds each from what was packed.
        let mut publish = cargo(&["publish", "--locked"]);
        publish.args(names.iter().flat_map(|name| ["--package", name]));
        crate::workspace::run(&mut publish)?;
    }
    Ok(())
}

fn pack(names: &[&str], flags: &[&str]) -> Result<()> {
    let mut command = cargo(&["package", "--allow-dirty", "--locked"]);
    command.args(flags);
    command.args(names.iter().flat_map(|name| ["--package", name]));
    let output = command.stderr(Stdio::piped()).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let warnings: Vec<&str> = said.lines().filter(|line| line.trim_start().starts_with("warning:")).collect();
    match output.status.success() && warnings.is_empty() {
        true => Ok(()),
        false => Err(format!("cargo package is not content:\n{said}").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_says_what_it_is_and_needs_nothing_that_is_not() {
        let all = all().unwrap();
        let published = published().unwrap();
        assert!(published.len() > 15, "{published:?}");
        for of in &published {
            let name = &of.name;
            assert!(of.description.as_ref().is_some_and(|text| text.len() > 20), "{name}: a description");
            assert!(!of.keywords.is_empty() && of.keywords.len() <= 5, "{name}: one to five keywords");
            assert!(!of.categories.is_empty(), "{name}: categories");
            assert_eq!(of.documentation, Some(format!("https://docs.rs/{name}")), "{name}");
            assert!(of.metadata["docs"]["rs"].is_object(), "{name}: how docs.rs builds it");
            assert_eq!(of.license.as_deref(), Some("MIT OR Apache-2.0"), "{name}");
            assert!(of.rust_version.is_some(), "{name}: a rust-version");
            assert_eq!(of.readme, Some(PathBuf::from("README.md")), "{name}");
            let folder = of.manifest_path.parent().unwrap();
            let readme = std::fs::read_to_string(folder.join("README.md")).expect(name);
            assert!(readme.starts_with(&format!("# {name}\n")), "{name}: a README of that name");
            // What it shows is compiled.
            let library = std::fs::read_to_string(folder.join("src/lib.rs")).unwrap();
            assert!(library.contains("include_str!(\"../README.md\")"), "{name}: its README is a doctest");
            for needed in of.needs() {
                assert_eq!(
                    needed.req,
                    format!("^{}", of.version),
                    "{name} needs {} in its version",
                    needed.name
                );
                let is_published = |other: &Crate| other.name == needed.name && other.is_published();
                assert!(all.iter().any(is_published), "{name} needs {}, which is not published", needed.name);
            }
        }
    }
}
