//! `cargo xtask site`: the pages of docs/ as a site, made by mdBook, with every link checked.

mod links;
mod stage;
#[cfg(test)]
mod troubles;

use std::path::PathBuf;
use std::process::Command;

use crate::Result;
use crate::workspace::{run, target_directory};

/// What to do with it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Where the site goes [default: site/html where cargo builds]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// mdBook, if it is not in PATH: cargo install mdbook
    #[arg(long, value_name = "PROGRAM", default_value = "mdbook")]
    mdbook: PathBuf,
    /// Also list the links that lead elsewhere, which are not followed
    #[arg(long)]
    external: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { out: None, mdbook: "mdbook".into(), external: false }
    }
}

/// Lays the pages out, lets mdBook make the site, and checks it.
pub(crate) fn build(options: &Options) -> Result<()> {
    let place = target_directory()?.join("site");
    let (source, out) = (place.join("pages"), options.out.clone().unwrap_or_else(|| place.join("html")));
    let staged = stage::stage(&source)?;
    run(Command::new(&options.mdbook).arg("build").arg(&source).arg("--dest-dir").arg(&out))
        .map_err(|error| format!("{error}; `cargo install mdbook --locked` brings it"))?;
    let checked = links::check(&out)?;
    if options.external {
        checked.external.iter().for_each(|link| println!("{link}"));
    }
    println!(
        "{} pages in {}: {} links within the site lead somewhere; {} lead elsewhere and were not followed",
        staged.len(),
        out.display(),
        checked.internal,
        checked.external.len()
    );
    Ok(())
}
