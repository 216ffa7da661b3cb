//! `cargo xtask docs`: what can be said from the code alone.

mod operations;
mod streams;

use std::fs;
use std::path::PathBuf;

use crate::Result;
use crate::workspace::root;

/// What to do with the reference.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Write nothing; fail if a committed file is not what the code says
    #[arg(long)]
    check: bool,
}

/// Writes or checks the pages.
pub(crate) fn run(options: &Options) -> Result<()> {
    let pages = [("streams.md", streams::reference()), ("operations.md", operations::reference())];
    for (name, text) in pages {
        let path = folder().join(name);
        let error = |error| format!("{}: {error}", path.display());
        if !options.check {
            fs::create_dir_all(folder()).map_err(error)?;
            fs::write(&path, text).map_err(error)?;
        } else if fs::read_to_string(&path).map_err(error)? != text {
            return Err(
                format!("{} is not what the code says; run `cargo xtask docs`", path.display()).into()
            );
        }
    }
    Ok(())
}

fn folder() -> PathBuf {
    root().join("docs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_reference_is_what_the_code_says() {
        run(&Options { check: true }).unwrap();
    }
}
