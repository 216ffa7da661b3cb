//! `cargo xtask docs`: what can be said from the code alone.

mod operations;
mod streams;

use std::fs;
use std::path::PathBuf;

use ashby_client::catalog::Permission;

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

/// A permission as the screen has it, where people tick it; in brackets as Ashby's reference does.
fn permission(permission: Option<Permission>) -> String {
    permission.map_or_else(|| "-".to_owned(), |one| format!("{} (`{one}`)", one.screen_name()))
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

    #[test]
    fn every_permission_is_the_screens_on_every_page() {
        for text in [streams::reference(), operations::reference()] {
            let mut seen = 0;
            let mut column = None;
            for line in text.lines() {
                let cells: Vec<&str> = line.split(" | ").map(|cell| cell.trim_matches([' ', '|'])).collect();
                match cells.iter().position(|cell| *cell == "permission") {
                    Some(at) => column = Some(at),
                    None if !line.starts_with('|') => column = None,
                    None => {}
                }
                let cell = column.and_then(|at| cells.get(at)).copied().unwrap_or("permission");
                if !["permission", "-"].contains(&cell) {
                    let (screen, name) = cell.split_once(" (`").unwrap_or((cell, ""));
                    let found = Permission::parse(name.trim_end_matches("`)"));
                    assert_eq!(found.map(Permission::screen_name).as_deref(), Some(screen), "{line}");
                    seen += 1;
                }
            }
            assert!(seen > 50, "{seen} permissions");
        }
    }
}
