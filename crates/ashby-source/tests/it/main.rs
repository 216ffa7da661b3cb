//! The source against the simulator: what arrives is what the organisation holds.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod boards;
mod capture;
mod faults;
mod hybrid;
mod lanes;
mod support;
mod wiring;
