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
    let changes = changes(&manifest, &old, options.version.as_ref())?;
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
fn changes(manifest: &str, old: &Version, wanted: Option<&Version>) -> Result<Vec<(&'static str, String)>> {
    let Some(wanted) = wanted else { return Ok(Vec::new()) };
    let (changelog, dbt) = (read("CHANGELOG.md")?, read(DBT)?);
    let of_dbt = |version: &Version| format!("\nversion: \"{version}\"\n");
    let candidates = [
        ("Cargo.toml", version::with_version(manifest, old, wanted), manifest),
        ("CHANGELOG.md", version::changelog(&changelog, wanted, &date()?)?, &changelog),
        (DBT, dbt.replacen(&of_dbt(old), &of_dbt(wanted), 1), &dbt),
    ];
    let changed = candidates.into_iter().filter(|(_, new, old)| new != old);
    Ok(changed.map(|(name, new, _)| (name, new)).collect())
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
    fn a_new_version_changes_manifest_and_dbts_package_together() {
        let manifest = read("Cargo.toml").unwrap();
        let old = version::of_workspace(&manifest).unwrap();
        assert!(changes(&manifest, &old, None).unwrap().is_empty());
        assert!(
            changes(&manifest, &old, Some(&old)).unwrap().is_empty(),
            "the workspace is of its own version"
        );
        let next: Version = "99.0.0".parse().unwrap();
        match changes(&manifest, &old, Some(&next)) {
            Ok(changes) => {
                let names: Vec<&str> = changes.iter().map(|(name, _)| *name).collect();
                assert_eq!(names, ["Cargo.toml", "CHANGELOG.md", DBT]);
            }
            // Right after a release nothing is told of the next one.
            Err(error) => assert!(error.to_string().contains("99.0.0"), "{error}"),
        }
    }
}
