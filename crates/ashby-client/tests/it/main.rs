//! The client against a scripted server on a real socket.

// Helpers outside of test functions, too, may stop a test this way.
#![allow(clippy::unwrap_used)]

mod budget;
mod calls;
mod failures;
mod files;
mod job_boards;
mod lists;
mod reports;
mod retries;
mod secrets;
mod server;
#[cfg(feature = "typed")]
mod typed;
