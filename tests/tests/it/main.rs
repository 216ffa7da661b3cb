//! The `ashby` binary as people run it, against a simulated Ashby: crashes, bad days, what it prints.
#![cfg(unix)]
// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod access;
mod contract;
mod crash;
mod destinations;
mod disaster;
mod help;
mod output;
mod pace;
mod secrets;
mod signals;
mod support;
mod tls;
mod usage;
