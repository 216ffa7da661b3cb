//! The npm packages, from a registry that has nothing else: so the package of this platform must be chosen, and the others missed.

use std::fs;
use std::path::Path;

use super::registry::Registry;
use super::{Ended, Packages, bare, gives_its_demo, lacks, named, told};
use crate::Result;

pub(super) fn try_packages(packages: &Packages, place: &Path) -> Result<Ended> {
    if let Some(ended) = lacks(&named("npm")) {
        return Ok(ended);
    }
    let files = packages.npm.iter().map(|name| packages.folder.join(name));
    let registry = Registry::start(&files.collect::<Vec<_>>())?;
    let here = place.join("here");
    fs::create_dir(&here)?;
    let start = |program: &str| {
        let mut command = bare(program, place);
        command
            .current_dir(&here)
            .env("npm_config_registry", &registry.address)
            .env("npm_config_cache", place.join("cache"))
            .env("npm_config_update_notifier", "false")
            .env("npm_config_audit", "false")
            .env("npm_config_fund", "false");
        command
    };
    // As people try it first.
    gives_its_demo(&here, start(&named("npx")).args(["--yes", "ashby-toolkit", "demo"]))?;
    told(start(&named("npm")).args(["install", "--silent", "ashby-toolkit"]))?;
    for name in ["ashby", "ashby-toolkit"] {
        let program = here.join("node_modules/.bin").join(named(name));
        let version = told(bare(&program, place).current_dir(&here).arg("--version"))?;
        if version.trim() != format!("ashby {}", packages.version) {
            return Err(format!("{name} --version tells {version:?}").into());
        }
        // It ends as the program does.
        let refused = bare(&program, place).current_dir(&here).arg("--no-such-flag").output()?;
        if refused.status.code() != Some(2) {
            return Err(format!("{name} ends with {} where ashby ends with 2", refused.status).into());
        }
    }
    told(start(&named("npm")).args(["uninstall", "--silent", "ashby-toolkit"]))?;
    if here.join("node_modules/.bin/ashby").exists() {
        return Err("the program is still there after npm uninstall".into());
    }
    Ok(Ended::Well)
}
