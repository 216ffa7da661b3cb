//! The program of a release: built so that it needs nothing of the system that it runs on, and the same bytes again each time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::platform::Platform;
use crate::Result;
use crate::workspace::{cargo, places, root, run, target_directory, without_paths};

/// The profile whose program is for trials only: quick to build, and slow.
pub(crate) const TRIALS: &str = "dev";

/// Builds the program and returns where it is.
pub(crate) fn build(platform: Platform, profile: &str) -> Result<PathBuf> {
    let target = target_directory()?;
    // Paths of this machine in a program for trials need not cost another build of all that it is linked from.
    let program = build_in(&target, platform, profile, profile != TRIALS)?;
    stands_alone(&program, platform)?;
    Ok(program)
}

fn build_in(target: &Path, platform: Platform, profile: &str, is_placeless: bool) -> Result<PathBuf> {
    // The last step only: what it is linked from is the same as ever, and is not compiled again for it.
    let mut build =
        cargo(&["rustc", "--locked", "--package", "ashby-cli", "--bin", "ashby", "--profile", profile]);
    build.env("CARGO_TARGET_DIR", target);
    let mut flags: Vec<String> = Vec::new();
    if profile == TRIALS {
        flags.extend(["-C".to_owned(), "strip=symbols".to_owned()]);
    }
    if is_placeless {
        without_paths(&mut build, target);
    }
    if platform.npm[0] == "linux" {
        flags.extend(["-C".to_owned(), "target-feature=+crt-static".to_owned()]);
    }
    run(build.arg("--").args(flags))?;
    let program = target.join(if profile == TRIALS { "debug" } else { profile }).join(platform.program());
    if is_placeless {
        let places = places(target).into_iter().map(|(place, _)| place);
        if let Some(place) = place_in(&fs::read(&program)?, places) {
            let message = format!(
                "{} holds a path of this machine: {} (where does it come from that `without_paths` does not reach?)",
                program.display(),
                place.display()
            );
            return Err(message.into());
        }
    }
    Ok(program)
}

/// The first of these folders that a program names.
fn place_in(program: &[u8], places: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    places.into_iter().find(|place| {
        // That of one name (`/src`) is part of too many others.
        let is_telling = place.components().count() > 2;
        let name = place.as_os_str().as_encoded_bytes();
        is_telling && program.windows(name.len()).any(|window| window == name)
    })
}

/// Checks that the program asks for no other file: no library, and no interpreter that would look for some.
fn stands_alone(program: &Path, platform: Platform) -> Result<()> {
    if platform.npm[0] == "linux" && asks_for_an_interpreter(&fs::read(program)?) != Some(false) {
        let message = format!(
            "{} needs libraries of the system it runs on; a static C library is missing here (Debian: libc6-dev)",
            program.display()
        );
        return Err(message.into());
    }
    Ok(())
}

/// Whether a program of Linux names one that loads its libraries. `None` if it is no such program.
fn asks_for_an_interpreter(program: &[u8]) -> Option<bool> {
    /// The kind of the part of a program that names its interpreter.
    const INTERPRETER: u32 = 3;
    let number = |at: usize, bytes: usize| {
        let mut number = [0; 8];
        number.get_mut(..bytes)?.copy_from_slice(program.get(at..at.checked_add(bytes)?)?);
        usize::try_from(u64::from_le_bytes(number)).ok()
    };
    // Of 64 bits, the lowest first, as all that there are releases for.
    if !program.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let (table, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    let kinds = (0..count).map(|index| number(table.checked_add(index.checked_mul(size)?)?, 4));
    let kinds: Option<Vec<usize>> = kinds.collect();
    Some(kinds?.contains(&(INTERPRETER as usize)))
}

/// Builds the program twice, in two folders, and compares what comes out.
///
/// # Errors
/// If it differs.
pub(crate) fn verify_reproducible(platform: Platform, profile: &str) -> Result<()> {
    let mut made = Vec::new();
    for name in ["first", "second"] {
        let folder = root().join("target/reproducible").join(name);
        let _ = fs::remove_dir_all(&folder);
        let program = build_in(&folder, platform, profile, true)?;
        made.push(fs::read(&program)?);
        // The second build takes nothing from the first, and needs its place.
        fs::remove_dir_all(&folder)?;
    }
    let [first, second] = made.as_slice() else { return Err("there are two builds".into()) };
    match first_difference(first, second) {
        None => {
            println!("two builds gave the same {} bytes", first.len());
            Ok(())
        }
        Some(at) => {
            let lengths = (first.len(), second.len());
            Err(format!("two builds differ from byte {at} on, of {} and {}", lengths.0, lengths.1).into())
        }
    }
}

fn first_difference(first: &[u8], second: &[u8]) -> Option<usize> {
    let shorter = first.len().min(second.len());
    let differs = first.iter().zip(second).position(|(first, second)| first != second);
    differs.or((first.len() != second.len()).then_some(shorter))
}

/// What the program prints for these words, with nothing of this machine's settings.
pub(crate) fn asked(program: &Path, words: &[&str]) -> Result<Vec<u8>> {
    let directory = tempfile::tempdir()?;
    let mut command = Command::new(program);
    command.args(words).env_clear().current_dir(directory.path());
    // Without it, programs of Windows find none of its libraries.
    command.envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)));
    let output = command.output().map_err(|error| format!("cannot start {}: {error}", program.display()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{} {} failed: {}", program.display(), words.join(" "), said.trim()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_need_libraries_are_told_from_those_that_do_not() {
        // What runs this test has been linked the usual way.
        if cfg!(all(target_os = "linux", target_env = "gnu", not(target_feature = "crt-static"))) {
            let own = fs::read(std::env::current_exe().unwrap()).unwrap();
            assert_eq!(asks_for_an_interpreter(&own), Some(true));
        }
        let mut alone = b"\x7fELF\x02\x01".to_vec();
        alone.resize(64, 0);
        (alone[32], alone[54], alone[56]) = (64, 56, 1);
        assert_eq!(asks_for_an_interpreter(&alone), None, "its table is missing");
        alone.resize(64 + 56, 0);
        alone[64] = 1;
        assert_eq!(asks_for_an_interpreter(&alone), Some(false));
        alone[64] = 3;
        assert_eq!(asks_for_an_interpreter(&alone), Some(true));
        assert_eq!(asks_for_an_interpreter(b"#!/bin/sh\n"), None);
    }

    #[test]
    fn a_folder_of_this_machine_is_found_in_a_program() {
        let places = || ["/src", "/srv/somebody/ashby", "/srv/somebody/.cargo"].map(PathBuf::from);
        let found = |program: &[u8]| place_in(program, places());
        assert_eq!(found(b"\0cargo/registry/src/x.rs./crates/cli/src/main.rs\0"), None);
        assert_eq!(found(b"\x7fELF..lib.rs/srv/somebody/.cargo/registry/a.c"), Some(places()[2].clone()));
        assert_eq!(found(b"/srv/somebody/ashby"), Some(places()[1].clone()));
        assert_eq!(found(b""), None);
    }

    #[test]
    fn a_difference_is_found_where_it_begins() {
        assert_eq!(first_difference(b"abc", b"abc"), None);
        assert_eq!(first_difference(b"abc", b"axc"), Some(1));
        assert_eq!(first_difference(b"abc", b"abcd"), Some(3));
    }
}
