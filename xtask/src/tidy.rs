//! Tidiness of the whole workspace, as tests.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace::root;

/// What builds, tests and fuzzing leave behind, and what is not text of ours.
const SKIPPED: [&str; 7] =
    [".git", "target", "out", "corpus", "artifacts", "node_modules", "proptest-regressions"];

/// A Rust file that is longer is hard to follow, …
const MAX_LINES: usize = 800;
/// … unless it is a table.
const TABLES: [&str; 2] = ["words.rs", "table.rs"];

/// Put together here, so that this file does not hold them itself.
const LEFTOVERS: [&str; 6] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("dbg", "!("),
    concat!("to", "do!("),
    concat!("#[ig", "nore"),
];

/// Where people's home folders lie.
const HOMES: [&str; 3] = [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/")];

/// Files of these kinds, with their paths from the root.
fn files(extensions: &[&str]) -> Vec<(String, String)> {
    fn walk(folder: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !SKIPPED.contains(&name.as_str()) {
                    walk(&path, extensions, found);
                }
            } else if extensions.contains(&extension.as_str()) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(root(), extensions, &mut found);
    found.sort();
    assert!(!found.is_empty(), "no files under {}", root().display());
    let relative = |path: &Path| path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
    // A file that another test removes meanwhile is no file of the workspace.
    found.iter().filter_map(|path| Some((relative(path), fs::read_to_string(path).ok()?))).collect()
}

/// Lines of `files` that `is_bad` finds, as `path:line: text`.
fn lines(files: &[(String, String)], is_bad: impl Fn(&str) -> bool) -> Vec<String> {
    let of_file = |(path, text): &(String, String)| {
        let bad = text.lines().enumerate().filter(|(_, line)| is_bad(line));
        bad.map(|(index, line)| format!("{path}:{}: {}", index + 1, line.trim())).collect::<Vec<_>>()
    };
    files.iter().flat_map(of_file).collect()
}

fn nothing(found: &[String], what: &str) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

/// The manifests of the workspace's crates.
fn members() -> Vec<(String, String)> {
    let is_member =
        |path: &str| path != "Cargo.toml" && path.ends_with("Cargo.toml") && !path.starts_with("fuzz");
    files(&["toml"]).into_iter().filter(|(path, _)| is_member(path)).collect()
}

#[test]
fn nothing_is_left_over() {
    let found =
        lines(&files(&["rs", "toml"]), |line| LEFTOVERS.iter().any(|leftover| line.contains(leftover)));
    nothing(&found, "leftovers");
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let here = root().to_string_lossy().into_owned();
    let text = files(&["rs", "toml", "md", "yml", "yaml", "json", "sh", "lock"]);
    let found = lines(&text, |line| line.contains(&here) || HOMES.iter().any(|home| line.contains(home)));
    nothing(&found, "paths of one machine");
}

/// What only some systems have, as code says it. Put together here for the same reason.
const OF_ONE_SYSTEM: [&str; 8] = [
    concat!("std::os", "::unix"),
    concat!("std::os", "::windows"),
    concat!("signal", "::unix"),
    concat!("rust", "ix::"),
    concat!("lib", "c::"),
    concat!("cfg(", "unix)"),
    concat!("cfg(not(", "unix))"),
    concat!("\"/pr", "oc/"),
];

/// The modules that know systems apart; each says what is missing where.
const SYSTEMS: [&str; 6] = [
    "/system.rs",
    "/private_file.rs",
    "/confinement.rs",
    "/signals.rs",
    "http-service/src/memory.rs",
    "ashby-calls/src/file.rs",
];

/// Crates that only tests use, on systems that have what they start.
const ONLY_FOR_TESTS: [&str; 2] = ["crates/private-postgres/", "crates/histories/"];

#[test]
fn what_only_some_systems_have_is_in_few_modules() {
    let is_ours = |path: &str| {
        path.starts_with("crates/")
            && path.contains("/src/")
            && !ONLY_FOR_TESTS.iter().any(|beginning| path.starts_with(beginning))
            && !SYSTEMS.iter().any(|ending| path.ends_with(ending))
    };
    let without_tests = |text: String| {
        let tests = ["#[cfg(test)]", concat!("#[cfg(all(test, ", "unix))]")];
        let end = tests.iter().filter_map(|beginning| text.find(beginning)).min();
        end.map_or(text.clone(), |end| text[..end].to_owned())
    };
    let ours = files(&["rs"]).into_iter().filter(|(path, _)| is_ours(path));
    let ours: Vec<(String, String)> = ours.map(|(path, text)| (path, without_tests(text))).collect();
    let found = lines(&ours, |line| OF_ONE_SYSTEM.iter().any(|words| line.contains(words)));
    nothing(&found, "what only some systems have, outside of the modules that know systems apart");
}

#[test]
fn files_are_of_a_length_that_can_be_followed() {
    let is_table =
        |path: &str| path.contains("/generated/") || TABLES.iter().any(|table| path.ends_with(table));
    let long =
        files(&["rs"]).into_iter().filter(|(path, text)| !is_table(path) && text.lines().count() > MAX_LINES);
    nothing(&long.map(|(path, _)| path).collect::<Vec<_>>(), "files that are too long");
}

#[test]
fn every_crate_has_the_workspaces_lints_and_licence() {
    let members = members();
    assert!(members.len() > 5, "{} crates", members.len());
    let without = members.into_iter().filter(|(_, text)| {
        !text.contains("[lints]\nworkspace = true") || !text.contains("license.workspace = true")
    });
    nothing(
        &without.map(|(path, _)| path).collect::<Vec<_>>(),
        "crates without the workspace's lints or licence",
    );
}

/// `deny.toml` says the same to `cargo deny`; this needs neither that nor a network.
#[test]
fn there_is_one_tls_stack_and_one_registry() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let found = lines(&[("Cargo.lock".to_owned(), lock)], |line| {
        let others = ["openssl", "openssl-sys", "native-tls"];
        let is_other = others.iter().any(|name| line == format!("name = \"{name}\""));
        let is_elsewhere =
            line.starts_with("source = ") && !line.contains("github.com/rust-lang/crates.io-index");
        is_other || is_elsewhere
    });
    let denied = fs::read_to_string(root().join("deny.toml")).unwrap();
    assert!(denied.contains("crate = \"native-tls\""), "deny.toml says so, too");
    nothing(&found, "other TLS stacks, or crates from elsewhere");
}

#[test]
fn the_licences_are_there() {
    for (file, beginning) in [("LICENSE-MIT", "MIT License"), ("LICENSE-APACHE", "Apache License")] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        assert!(text.trim_start().starts_with(beginning), "{file}");
    }
}

#[test]
fn a_leftover_is_found_with_its_place() {
    let text = format!("fn main() {{\n    // {}: later\n}}\n", LEFTOVERS[0]);
    let found =
        lines(&[("a.rs".to_owned(), text)], |line| LEFTOVERS.iter().any(|leftover| line.contains(leftover)));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("a.rs:2: // "), "{found:?}");
}

#[test]
fn figures_elsewhere_are_those_of_the_benchmarks() {
    let read = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    let benchmarks = read("BENCHMARKS.md").replace(',', "");
    let comparison = read("docs/comparison.md");
    let (_, figures) = comparison.split_once("\n## Figures\n").unwrap();
    let rows =
        figures.lines().take_while(|line| !line.starts_with("## ")).filter(|line| line.starts_with("| "));
    let cells: Vec<&str> =
        rows.filter_map(|row| row.trim_end_matches(" |").rsplit_once(" | ")).map(|row| row.1).collect();
    assert!(cells.len() > 5, "{cells:?}");
    for cell in cells {
        let plain = cell.replace(',', "");
        for number in plain.split(|letter: char| !letter.is_ascii_digit() && letter != '.') {
            assert!(
                benchmarks.contains(number),
                "docs/comparison.md: {number} is not in BENCHMARKS.md ({cell})"
            );
        }
    }
}

/// Tests that ARCHITECTURE.md names as those that hold an invariant, by invariant.
fn holders(text: &str) -> Vec<(String, Vec<String>)> {
    let invariants = text.split("\n## Invariants\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut found = Vec::new();
    for invariant in invariants.split("\n- **").skip(1) {
        let mut names: Vec<String> = Vec::new();
        for word in invariant.split('`').skip(1).step_by(2) {
            match word.strip_prefix('…') {
                // The same test of another destination.
                Some(ending) => {
                    let stem = names.last().unwrap().rsplit_once("_in_").unwrap().0.to_owned();
                    names.push(stem + ending);
                }
                None if word.matches('_').count() >= 3 => names.push(word.to_owned()),
                None => {}
            }
        }
        found.push((invariant.split(' ').next().unwrap().to_owned(), names));
    }
    found
}

#[test]
fn invariants_are_held_by_tests_that_there_are() {
    let code: String = files(&["rs"]).into_iter().map(|(_, text)| text).collect();
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let holders = holders(&architecture);
    let invariants: Vec<&str> = holders.iter().map(|(invariant, _)| invariant.as_str()).collect();
    assert_eq!(invariants, ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8"]);
    for (invariant, names) in holders {
        assert!(!names.is_empty(), "{invariant} is held by no test");
        for name in names {
            // A macro makes one test of several destinations.
            let stem = name.split("_in_").next().unwrap();
            let is_there = code.contains(&format!("fn {name}(")) || code.contains(&format!("fn {stem}"));
            assert!(is_there, "{invariant}: there is no {name}");
        }
    }
}
