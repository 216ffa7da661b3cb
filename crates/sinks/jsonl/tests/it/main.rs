//! Tests of the crate from outside.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod crashes;
mod directory;
mod files;
mod output;
mod reader;
