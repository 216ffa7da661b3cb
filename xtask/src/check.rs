//! `cargo xtask check`.

use crate::Result;
use crate::workspace::{self, cargo};

/// Runs the checks one after the other and stops at the first that fails.
pub(crate) fn run() -> Result<()> {
    workspace::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    workspace::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    workspace::run(cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    // What cannot be checked here is said.
    crate::supply::check()?;
    // Stale references, leftovers, licences.
    workspace::run(&mut cargo(&["test", "--package", "xtask"]))
}
