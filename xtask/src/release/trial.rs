//! Each package, installed on a system that has nothing of ours, and run there.
//!
//! What cannot be tried here is said aloud; with `ASHBY_NEEDS_TRIALS` set it is a failure.

#[cfg(unix)]
mod bare_root;
#[cfg(unix)]
mod debian;
mod npm;
mod python;
mod registry;

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::Packages;
use crate::Result;

/// How a trial ended that did not fail.
pub(crate) enum Ended {
    /// It worked.
    Well,
    /// It could not be made here, for this reason.
    Skipped(String),
}

type Trial = fn(&Packages, &Path) -> Result<Ended>;

const TRIALS: &[(&str, Trial)] = &[
    ("the wheel in a fresh environment of Python's", python::try_wheel),
    ("the npm packages in an empty folder", npm::try_packages),
    #[cfg(unix)]
    ("the program in an empty root", bare_root::try_program),
    #[cfg(unix)]
    ("the deb in a fresh Debian", debian::try_package),
];

/// Makes all of them.
///
/// # Errors
/// The first that fails; one that cannot be made where all are needed.
pub(crate) fn all(packages: &Packages) -> Result<()> {
    let are_needed = std::env::var_os("ASHBY_NEEDS_TRIALS").is_some();
    for (what, trial) in TRIALS.iter().copied() {
        let (began, folder) = (Instant::now(), tempfile::tempdir()?);
        let ended = trial(packages, folder.path()).map_err(|error| format!("{what}: {error}"))?;
        match ended {
            Ended::Well => println!("tried: {what} ({:.0} s)", began.elapsed().as_secs_f64()),
            Ended::Skipped(why) if are_needed => return Err(format!("{what} was not tried: {why}").into()),
            Ended::Skipped(why) => println!("SKIPPED: {what}: {why}"),
        }
    }
    Ok(())
}

/// Asks an installed program for its version, and lets it give its demo in a folder, into which `at` leads.
fn runs(packages: &Packages, folder: &Path, command: impl Fn(&[&str]) -> Command) -> Result<()> {
    let told = told(&mut command(&["--version"]))?;
    if told.trim() != format!("ashby {}", packages.version) {
        return Err(format!("--version tells {told:?}").into());
    }
    gives_its_demo(folder, &mut command(&["demo"]))
}

/// Runs a demo, and looks for what it must have left in its folder.
fn gives_its_demo(folder: &Path, demo: &mut Command) -> Result<()> {
    told(demo)?;
    for name in ["ashby-demo.db", "ashby-demo.html"] {
        if !folder.join(name).metadata().is_ok_and(|found| found.len() > 10_000) {
            return Err(format!("the demo ended well, and left no {name}").into());
        }
    }
    Ok(())
}

/// What a command prints on standard output.
///
/// # Errors
/// If it fails, with all that it says.
fn told(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("cannot start {command:?}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?} failed ({}):\n{text}{errors}", output.status).into())
}

/// A command that has nothing of this session's: no settings of ours, no home of a person's.
fn bare(program: impl AsRef<OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("HOME", home).env("TMPDIR", home).env("LANG", "C.UTF-8");
    // By which registries are reached, and other programs found.
    for (name, value) in std::env::vars_os() {
        let text = name.to_string_lossy().to_ascii_uppercase();
        // Without the second, programs of Windows find none of its libraries.
        if text == "PATH"
            || text == "SYSTEMROOT"
            || text.ends_with("_PROXY")
            || text.starts_with("PIP_")
            || text.contains("SSL_CERT")
        {
            command.env(name, value);
        }
    }
    command
}

/// How scripts and Python are called on this system.
fn named(name: &str) -> String {
    match name {
        "python3" if cfg!(windows) => "python".to_owned(),
        script if cfg!(windows) => format!("{script}.cmd"),
        name => name.to_owned(),
    }
}

/// Whether a program can be started.
fn is_there(program: &str) -> bool {
    let asked = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok()
}

/// Why something is not tried, if a program that it needs is not there.
fn lacks(program: &str) -> Option<Ended> {
    (!is_there(program)).then(|| Ended::Skipped(format!("{program} is not installed")))
}

/// Whether this process may change its root.
#[cfg(unix)]
fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}
