//! `cargo xtask release`: everything that a release is made of and that this machine can make, and what others do.

mod collect;
mod contents;
mod deb;
mod npm;
mod platform;
mod prepare;
mod program;
mod trial;
mod version;
mod wheel;

use std::fs;
use std::path::{Path, PathBuf};

use contents::Contents;
use platform::{PLATFORMS, Platform};
use version::Version;

use crate::archive::Packing;
use crate::workspace::{commit_moment, target_directory};
use crate::{Result, mcpb, supply};

/// What registries say of it, in a line.
const SUMMARY: &str = "Recruiting data from Ashby, complete and current, in databases and lakes";

/// What to make.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The version; another one than the workspace's is set, with its section in CHANGELOG.md, and committed
    version: Option<Version>,
    /// A program that is built already, instead of building one
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Cargo's profile for the program; that of dev is good for trials
    #[arg(long, value_name = "NAME", default_value = "release")]
    profile: String,
    /// Where packages go; target/packages unless given, which is emptied first
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The repository that releases belong to, as OWNER/NAME on GitHub
    #[arg(long, default_value = "OWNER/ashby")]
    repository: String,
    /// Also if something is not committed: such packages are not to be given away
    #[arg(long)]
    allow_dirty: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Install each package on a bare system, and run it there
    #[arg(long = "try")]
    is_trial: bool,
    /// Build the program twice, and compare: nothing else
    #[arg(long, conflicts_with_all = ["version", "program", "out", "is_trial", "collect"])]
    verify_reproducible: bool,
    /// Write checksums, and the formula for Homebrew, for the files of all platforms in this folder: nothing else
    #[arg(long, value_name = "DIR", conflicts_with_all = ["program", "out", "is_trial"])]
    collect: Option<PathBuf>,
}

/// The files that were made here, in their folder.
pub(crate) struct Packages {
    pub(crate) folder: PathBuf,
    pub(crate) version: Version,
    pub(crate) platform: Platform,
    /// The program as it was packed.
    pub(crate) program: PathBuf,
    pub(crate) wheel: String,
    /// What people install, and what it finds the program in.
    pub(crate) npm: [String; 2],
    pub(crate) deb: Option<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let platform = Platform::here()?;
    if options.verify_reproducible {
        return program::verify_reproducible(platform, &options.profile);
    }
    let version = match prepare::prepare(options)? {
        prepare::Prepared::Version(version) => version,
        // Either there was nothing to do, or it was done by this program as it is after the version changed.
        prepare::Prepared::Done => return Ok(()),
    };
    if let Some(folder) = &options.collect {
        return collect::collect(folder, &version, &options.repository);
    }
    let program = match &options.program {
        Some(program) => program.canonicalize().map_err(|error| format!("{}: {error}", program.display()))?,
        None => program::build(platform, &options.profile)?,
    };
    let packages = make(&program, &version, platform, options)?;
    collect::collect(&packages.folder, &version, &options.repository)?;
    if options.is_trial {
        trial::all(&packages)?;
    }
    println!("\n{}", elsewhere(&version, platform));
    Ok(())
}

/// Packs a program for each way to install it.
fn make(program: &Path, version: &Version, platform: Platform, options: &Options) -> Result<Packages> {
    let repository = options.repository.as_str();
    let packing = Packing { moment: commit_moment()?, is_quick: options.profile == program::TRIALS };
    let target = target_directory()?;
    let folder = options.out.clone().unwrap_or_else(|| target.join("packages"));
    if options.out.is_none() && folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    let keep = |(name, bytes): (String, Vec<u8>)| {
        let path = folder.join(&name);
        fs::write(&path, &bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        println!("{}: {:.1} MB", path.display(), bytes.len() as f64 / 1e6);
        Ok::<_, Box<dyn std::error::Error>>(name)
    };
    let contents = Contents::of(program, version, platform)?;
    let name = contents.archive_name();
    if platform.is_windows() {
        keep((format!("{name}.zip"), contents.archive().zip(packing)?))?;
    } else {
        let archive = contents.archive().tar_gz(&format!("{name}/"), false, packing)?;
        keep((format!("{name}.tar.gz"), archive))?;
    }
    let wheel = keep(wheel::pack(&contents, repository, packing)?)?;
    let npm = [
        keep(npm::of_all(&contents, repository, packing)?)?,
        keep(npm::of_platform(&contents, repository, packing)?)?,
    ];
    let deb = deb::pack(&contents, repository, packing)?.map(keep).transpose()?;
    let bundles = target.join("mcpb");
    let bundle = mcpb::make(program, &bundles, repository, platform.mcp, packing)?;
    keep((bundle.clone(), fs::read(bundles.join(bundle))?))?;
    let parts = supply::Sbom::of_target("ashby-cli", platform.triple).text()?;
    keep((format!("{name}.cdx.json"), parts.into_bytes()))?;
    Ok(Packages { folder, version: version.clone(), platform, program: program.to_owned(), wheel, npm, deb })
}

/// What is left to others: to a workflow, and to a person, who has one command to give.
fn elsewhere(version: &Version, here: Platform) -> String {
    let others: Vec<&str> =
        PLATFORMS.iter().filter(|platform| **platform != here).map(|platform| platform.triple).collect();
    format!(
        "Not built here: {}.\n.github/workflows/release.yml builds all of them when the tag v{version} is pushed, tries what it has made, \
         compares two builds, attests where each file came from, and publishes: the release on GitHub with checksums, list of parts and \
         formula, the wheels on PyPI, the packages on npm, the crates on crates.io, the images of the four programs on ghcr.io, the site of \
         the documentation. One command starts it:\n\n  \
         git tag --sign v{version} --message \"ashby {version}\" && git push --atomic origin HEAD v{version}\n\n\
         By hand, from this folder: `twine upload *.whl`, `npm publish --access public FILE.tgz` (those of the platforms first), \
         `cargo xtask crates --publish`, and ashby.rb into a tap's Formula folder.",
        others.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_to_do_is_one_command() {
        let here = PLATFORMS[0];
        let told = elsewhere(&"0.3.0".parse().unwrap(), here);
        assert!(!told.contains(here.triple) && told.contains(PLATFORMS[3].triple), "{told}");
        assert!(told.contains("git push --atomic origin HEAD v0.3.0"), "{told}");
    }

    #[test]
    fn what_is_told_of_the_workflow_stands_in_it() {
        let workflow =
            fs::read_to_string(crate::workspace::root().join(".github/workflows/release.yml")).unwrap();
        let told = elsewhere(&"0.3.0".parse().unwrap(), PLATFORMS[0]);
        for (word, does) in [
            ("two builds", "cargo xtask release --verify-reproducible"),
            ("attests", "actions/attest-build-provenance@"),
            ("GitHub", "gh release create"),
            ("PyPI", "pypa/gh-action-pypi-publish@"),
            ("npm", "npm publish --provenance"),
            ("crates.io", "cargo xtask crates --publish"),
            ("ghcr.io", "docker buildx build"),
            ("the site", "actions/deploy-pages@"),
        ] {
            assert!(told.contains(word), "{word}: {told}");
            assert!(workflow.contains(does), "{does}");
        }
    }

    #[test]
    fn the_summary_fits_where_registries_show_it() {
        assert!(SUMMARY.len() <= 80 && SUMMARY.is_ascii(), "{}", SUMMARY.len());
    }
}
