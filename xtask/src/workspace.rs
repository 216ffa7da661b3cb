//! Where the workspace is, and its cargo.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use serde::Deserialize;

use crate::Result;

/// The folder of the root `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate lies in a folder of the workspace")
}

/// The cargo that started this program, at the root.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

/// Git at the root.
pub(crate) fn git(words: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.current_dir(root()).args(words);
    command
}

/// What git prints for these words.
///
/// # Errors
/// If it fails, with what it says.
pub(crate) fn told_by_git(words: &[&str]) -> Result<String> {
    let output = git(words).output().map_err(|error| format!("cannot start git: {error}"))?;
    if !output.status.success() {
        return Err(format!("git: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The moment that everything in packages is of: the commit's, so that whoever packs the commit gets the same bytes.
///
/// # Errors
/// If this is no checkout, and `SOURCE_DATE_EPOCH` does not say it.
pub(crate) fn commit_moment() -> Result<Timestamp> {
    let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) => seconds,
        Err(_) => told_by_git(&["log", "-1", "--format=%ct"])?,
    };
    let wrong = |_| format!("SOURCE_DATE_EPOCH is a number of seconds since 1970, not {seconds}");
    let seconds: i64 = seconds.trim().parse().map_err(wrong)?;
    Ok(Timestamp::from_second(seconds)?)
}

/// Lets what is built in a target folder say nothing of this machine: paths in panics and in C's assertions begin at the
/// root, and what was written while it was built lies in a folder without a place.
pub(crate) fn without_paths(build: &mut Command, target: &Path) {
    let mapped: Vec<String> =
        places(target).into_iter().map(|(from, to)| format!("{}={to}", from.display())).collect();
    // Cargo takes flags apart at this character, so that paths may have spaces.
    let flags: Vec<String> = mapped.iter().map(|map| format!("--remap-path-prefix={map}")).collect();
    build.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    let flags: Vec<String> = mapped.iter().map(|map| format!("-ffile-prefix-map={map}")).collect();
    build.env("CFLAGS", flags.join(" "));
}

/// The folders of this machine that a build reads from and writes to, and what they are called in what comes out. Of
/// several that fit, the last one counts.
pub(crate) fn places(target: &Path) -> Vec<(PathBuf, &'static str)> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let places = [(Some(root().to_owned()), "."), (home, "cargo"), (Some(target.to_owned()), "target")];
    places.into_iter().filter_map(|(from, to)| Some((from?, to))).collect()
}

/// Runs a command to its end.
///
/// # Errors
/// If it cannot be started or fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = format!("{command:?}");
    let status = command.status().map_err(|error| format!("cannot start {name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed ({status})").into()) }
}

/// Where cargo puts what it builds.
///
/// # Errors
/// If cargo does not say.
pub(crate) fn target_directory() -> Result<PathBuf> {
    #[derive(Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let output = cargo(&["metadata", "--no-deps", "--format-version", "1"]).output()?;
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    Ok(metadata.target_directory)
}

/// A table as Markdown has them, which reads well on a terminal, too.
pub(crate) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::ASCII_MARKDOWN).set_header(header.to_vec());
    for row in rows {
        table.add_row(row);
    }
    table.trim_fmt() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_folder_of_this_machine_is_left_out_of_the_maps() {
        let target = Path::new("/somewhere/of its own/target");
        let mut build = Command::new("cargo");
        without_paths(&mut build, target);
        let places = places(target);
        assert_eq!(places.len(), 3, "the workspace, cargo's home, and where it is built");
        assert!(places.iter().any(|(from, _)| from == root()));
        for (variable, flag) in
            [("CARGO_ENCODED_RUSTFLAGS", "--remap-path-prefix="), ("CFLAGS", "-ffile-prefix-map=")]
        {
            let value = build.get_envs().find(|(name, _)| *name == variable).and_then(|(_, value)| value);
            let value = value.and_then(|value| value.to_str()).unwrap();
            for (from, to) in &places {
                assert!(value.contains(&format!("{flag}{}={to}", from.display())), "{variable}: {value}");
            }
        }
    }
}
