//! Tests of the crate from outside.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod conformance;
mod file_state;
mod gone;
mod lock;
mod nudges;
mod planted;
mod runner;
mod schedule;
mod scripted;
mod supervise;
