//! The wheel: with pip, and with uv, which installs and runs in one step.

use std::fs;
use std::path::Path;

use super::{Ended, Packages, bare, lacks, named, runs, told};
use crate::Result;

pub(super) fn try_wheel(packages: &Packages, place: &Path) -> Result<Ended> {
    if let Some(ended) = lacks(&named("python3")) {
        return Ok(ended);
    }
    let environment = place.join("environment");
    let programs = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    told(bare(named("python3"), place).args(["-m", "venv"]).arg(&environment))?;
    let wheel = packages.folder.join(&packages.wheel);
    let pip = |words: &[&str]| {
        let mut command = bare(programs.join("python"), place);
        command.args(["-m", "pip", "--disable-pip-version-check", "--quiet"]).args(words);
        command
    };
    told(pip(&["install", "--no-index"]).arg(&wheel))?;
    let here = place.join("here");
    fs::create_dir(&here)?;
    for name in ["ashby", "ashby-toolkit"] {
        runs_in(packages, &here, &|| bare(programs.join(name), place))?;
    }
    runs_in(packages, &here, &|| {
        let mut command = bare(programs.join("python"), place);
        command.args(["-m", "ashby_toolkit"]);
        command
    })?;
    told(&mut pip(&["uninstall", "--yes", "ashby-toolkit"]))?;
    if programs.join("ashby").exists() {
        return Err("the program is still there after pip uninstall".into());
    }
    // From an environment of its own, for what it brings would otherwise be taken for ours.
    told(&mut pip(&["install", "uv"]))?;
    let nothing_kept = place.join("nothing-kept");
    fs::create_dir(&nothing_kept)?;
    runs(packages, &nothing_kept, |words| {
        let mut command = bare(programs.join("uvx"), place);
        command.current_dir(&nothing_kept).args(["--offline", "--no-index", "--find-links"]);
        command.arg(&packages.folder).arg("ashby-toolkit").args(words);
        command
    })?;
    Ok(Ended::Well)
}

/// The demo once is enough: the others are the same program.
fn runs_in(packages: &Packages, here: &Path, start: &dyn Fn() -> std::process::Command) -> Result<()> {
    if here.join("ashby-demo.db").exists() {
        let told = told(start().current_dir(here).arg("--version"))?;
        let is_right = told.trim() == format!("ashby {}", packages.version);
        return if is_right { Ok(()) } else { Err(format!("--version tells {told:?}").into()) };
    }
    runs(packages, here, |words| {
        let mut command = start();
        command.current_dir(here).args(words);
        command
    })
}
