//! `cargo xtask check`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::Result;
use crate::supply::{answers, skipped};
use crate::workspace::{self, cargo, root, target_directory};
use crate::{contract, dbt, site, supply};

/// What lies beside the checkout where it can.
const OPENAPI: &str = "../shared/ashby-api/openapi.json";
const CASES: &str = "../shared/cases";

/// Cargo's commands, one after the other.
const CARGO: [&[&str]; 3] = [
    &["fmt", "--all", "--check"],
    &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
    // Without the destinations that can be left out.
    &["clippy", "--package", "ashby-cli", "--no-default-features", "--locked", "--", "-D", "warnings"],
];

/// Runs the checks one after the other and stops at the first that fails. What cannot be checked here is said.
pub(crate) fn run() -> Result<()> {
    for words in CARGO {
        workspace::run(&mut cargo(words))?;
    }
    let doc = ["doc", "--workspace", "--no-deps", "--locked", "--quiet"];
    workspace::run(cargo(&doc).env("RUSTDOCFLAGS", "-D warnings"))?;
    supply::check()?;
    match answers(Command::new("mdbook").arg("--version")) {
        true => site::build(&site::Options::default())?,
        false => skipped("the site and its links", "mdBook is not installed (cargo install mdbook --locked)"),
    }
    dbt::run(&dbt::Options { check: true })?;
    let openapi = root().join(OPENAPI);
    match openapi.is_file() {
        true => contract::run(&contract::Options { openapi, gaps: false })?,
        false => skipped("the catalog against Ashby's document", &format!("there is no {OPENAPI}")),
    }
    cases()?;
    // Stale references, leftovers, licences. Of the whole workspace, or dependencies are compiled anew for other features.
    workspace::run(&mut cargo(&["test", "--workspace", "--bin", "xtask", "--locked"]))
}

/// Small reproductions of faults, each of which says "right" or "WRONG".
fn cases() -> Result<()> {
    let Ok(entries) = fs::read_dir(root().join(CASES)) else {
        skipped("small reproductions of faults", &format!("there is no {CASES}"));
        return Ok(());
    };
    if !answers(Command::new("python3").arg("--version")) {
        skipped("small reproductions of faults", "python3 is not installed");
        return Ok(());
    }
    workspace::run(&mut cargo(&["build", "--workspace", "--bins", "--tests", "--examples", "--locked"]))?;
    let programs = target_directory()?.join("debug");
    let mut cases = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    cases.retain(|case| case.extension().is_some_and(|extension| extension == "py"));
    cases.sort();
    for case in cases {
        let mut command = Command::new("python3");
        command.current_dir(root()).arg(case);
        command.env("ASHBY", programs.join("ashby")).env("SOURCE_ASHBY", programs.join("source-ashby"));
        workspace::run(&mut command)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_pass_has_these_checks_from_here_and_none_of_its_own() {
        let script = fs::read_to_string(root().join(".ci/run")).unwrap();
        let commands: Vec<&str> =
            script.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect();
        assert!(commands.contains(&r#""$xtask" check"#), "it does not run them");
        let own = [
            "cargo fmt",
            "cargo clippy",
            "cargo doc",
            "\"$xtask\" supply",
            "\"$xtask\" site",
            "shared/cases",
        ];
        for own in own {
            let found = commands.iter().find(|line| line.contains(own));
            assert_eq!(found, None, "{own} is for `cargo xtask check`");
        }
    }

    #[test]
    fn each_feature_alone_is_checked_where_the_means_are_installed() {
        let workflow = fs::read_to_string(root().join(".github/workflows/ci.yml")).unwrap();
        assert!(workflow.contains("cargo install cargo-hack --locked"));
        assert!(workflow.contains("cargo xtask supply"));
    }
}
