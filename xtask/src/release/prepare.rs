//! What must hold before a release is built: everything is committed, and the version stands where it must.

use std::fs;

use super::Options;
use super::version::{self, Version};
use crate::Result;
use crate::workspace::{cargo, git, root, run, told_by_git as told};

/// What is to be done next.
pub(crate) enum Prepared {
    /// Build this.
    Version(Version),
    /// Nothing more.
    Done,
}

/// The manifest of dbt's package, which has the workspace's version.
const DBT: &str = "dbt/ashby/dbt_project.yml";

/// Names the file of a version.
const INSTALL: &str = "docs/install.md";

/// Names the image of a version.
const KUBERNETES: &str = "docs/operations/kubernetes.yaml";

/// The other workspace that locks crates of this one.
const FUZZ: &str = "fuzz/Cargo.lock";

/// Sets the version where it is another one.
pub(crate) fn prepare(options: &Options) -> Result<Prepared> {
    let manifest = read("Cargo.toml")?;
    let old = version::of_workspace(&manifest)?;
    let wanted = options.version.clone().unwrap_or_else(|| old.clone());
    let dirty = uncommitted()?;
    if !dirty.is_empty() && !options.allow_dirty {
        let message = format!(
            "not everything is committed, and a release is of a commit: {}; commit it, or say --allow-dirty for a trial",
            dirty.join(", ")
        );
        return Err(message.into());
    }
    let changes = match &options.version {
        Some(wanted) => changes(read, &old, wanted, &date()?)?,
        None => Vec::new(),
    };
    if options.dry_run {
        for (name, _) in &changes {
            println!("would change {name}");
        }
        if !changes.is_empty() {
            println!("would commit that as \"{}\"", subject(&wanted));
        }
        println!(
            "would build ashby {wanted} with the profile {}, and pack it as archive, wheel, npm, deb, mcpb",
            options.profile
        );
        return Ok(Prepared::Done);
    }
    if changes.is_empty() {
        return Ok(Prepared::Version(wanted));
    }
    if !dirty.is_empty() {
        return Err("a new version is committed by itself: commit first what has changed".into());
    }
    let mut names = Vec::new();
    for (name, text) in changes {
        fs::write(root().join(name), text)?;
        names.push(name);
    }
    // Writes the versions into Cargo.lock.
    run(&mut cargo(&["update", "--workspace", "--offline", "--quiet"]))?;
    names.push("Cargo.lock");
    run(git(&["add", "--"]).args(&names))?;
    run(&mut git(&["commit", "--quiet", "--message", &subject(&wanted)]))?;
    println!("committed: {}", subject(&wanted));
    // This very program holds the old version.
    let mut again = cargo(&["xtask"]);
    run(again.args(std::env::args_os().skip(1)))?;
    Ok(Prepared::Done)
}

fn subject(version: &Version) -> String {
    format!("Release {version}")
}

/// The files that have to change for a version, with their new text.
fn changes(
    read: impl Fn(&str) -> Result<String>,
    old: &Version,
    wanted: &Version,
    date: &str,
) -> Result<Vec<(&'static str, String)>> {
    type Change = fn(&str, &Version, &Version, &str) -> Result<String>;
    let all: [(&'static str, Change); 6] = [
        ("Cargo.toml", |text, old, wanted, _| Ok(version::with_version(text, old, wanted))),
        ("CHANGELOG.md", |text, _, wanted, date| version::changelog(text, wanted, date)),
        (DBT, |text, old, wanted, _| {
            let line = |version: &Version| format!("\nversion: \"{version}\"\n");
            Ok(text.replacen(&line(old), &line(wanted), 1))
        }),
        (INSTALL, |text, old, wanted, _| {
            let file = |version: &Version| format!("ashby_{}_", version.debian());
            Ok(text.replace(&file(old), &file(wanted)))
        }),
        (KUBERNETES, |text, old, wanted, _| {
            let image = |version: &Version| format!("/ashby:{version}\n");
            Ok(text.replace(&image(old), &image(wanted)))
        }),
        (FUZZ, |text, _, wanted, _| Ok(version::locked(text, wanted))),
    ];
    let mut changed = Vec::new();
    for (name, change) in all {
        let text = read(name)?;
        let new = change(&text, old, wanted, date)?;
        if new != text {
            changed.push((name, new));
        }
    }
    Ok(changed)
}

/// The day of the commit.
fn date() -> Result<String> {
    Ok(told(&["log", "-1", "--format=%cs"])?.trim().to_owned())
}

/// What is not in a commit.
fn uncommitted() -> Result<Vec<String>> {
    let told = told(&["status", "--porcelain"])?;
    Ok(told.lines().map(|line| line.get(3..).unwrap_or(line).to_owned()).collect())
}

fn read(name: &str) -> Result<String> {
    fs::read_to_string(root().join(name)).map_err(|error| format!("{name}: {error}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_version_changes_everything_that_names_it() {
        let old = version::of_workspace(&read("Cargo.toml").unwrap()).unwrap();
        let of = |wanted: &Version| {
            let read = |name: &str| match name {
                "CHANGELOG.md" => {
                    Ok(format!("# Changelog\n\n## Unreleased\n\n- x\n\n## {old} (2026-01-01)\n\n- y\n"))
                }
                name => read(name),
            };
            changes(read, &old, wanted, "2026-11-30").unwrap()
        };
        let none: Vec<&str> = of(&old).iter().map(|(name, _)| *name).collect();
        assert!(none.is_empty(), "the workspace is of its own version: {none:?}");
        let changes = of(&"99.0.0".parse().unwrap());
        let names: Vec<&str> = changes.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["Cargo.toml", "CHANGELOG.md", DBT, INSTALL, KUBERNETES, FUZZ]);
        for (name, text) in changes {
            assert!(text.contains("99.0.0"), "{name}");
        }
    }
}
