//! What reads bytes from outside, as functions that a fuzzer calls: they panic where something is wrong. `fuzz/` hands them
//! to libFuzzer, which needs a nightly compiler; [`Mutations`] calls them with a corpus that it changes at random, which any
//! compiler can, and which the tests do for a moment each time.

// A target says by a panic what it found.
#![allow(clippy::expect_used, clippy::missing_panics_doc, clippy::unwrap_used)]

mod mutations;
mod targets;

use std::path::PathBuf;
use std::time::{Duration, Instant};

pub use mutations::Mutations;
pub use targets::{TARGETS, Target};

/// Inputs that a target begins with: those that are committed under `fuzz/seeds`, and those that stand beside it in the code.
#[must_use]
pub fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = target.seeds.iter().map(|seed| seed.to_vec()).collect();
    let committed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target.name);
    if let Ok(entries) = std::fs::read_dir(committed) {
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        seeds.extend(paths.iter().filter_map(|path| std::fs::read(path).ok()));
    }
    seeds
}

/// An input that a target does not stand.
#[derive(Debug)]
pub struct Found {
    /// The input.
    pub input: Vec<u8>,
    /// What the panic said.
    pub message: String,
}

/// How long a target in the tests of a program runs in seconds, and with which inputs: set by `cargo xtask fuzz`.
pub const SECONDS: &str = "FUZZ_SECONDS";
/// See [`SECONDS`].
pub const SEED: &str = "FUZZ_SEED";

/// Inputs for a target that stands in the tests of a program, since only the program can call it: so many, or as many as
/// the time takes that [`SECONDS`] names.
pub fn inputs(corpus: Vec<Vec<u8>>, most: usize) -> impl Iterator<Item = Vec<u8>> {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let until = number(SECONDS).map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut inputs = Mutations::new(number(SEED).unwrap_or(1), corpus);
    let mut left = most;
    std::iter::from_fn(move || {
        let goes_on = match until {
            Some(until) => Instant::now() < until,
            None => left.checked_sub(1).map(|fewer| left = fewer).is_some(),
        };
        goes_on.then(|| inputs.next_input())
    })
}

/// Calls a target with changed seeds until time is over or something is found; says how often it was called.
///
/// # Errors
/// The input with which it panicked.
pub fn run(target: &Target, seed: u64, limit: Duration, most: u64) -> Result<u64, Found> {
    let began = Instant::now();
    let mut inputs = Mutations::new(seed, seeds(target));
    for calls in 0..most {
        if began.elapsed() >= limit {
            return Ok(calls);
        }
        let input = inputs.next_input();
        let called = std::panic::catch_unwind(|| (target.call)(&input));
        if let Err(panic) = called {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            return Err(Found { input, message: text.unwrap_or_default() });
        }
    }
    Ok(most)
}
