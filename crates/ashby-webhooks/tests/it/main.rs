//! The inbox and the receiver, as their users see them.
// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod adversaries;
mod inbox;
mod receiver;
mod support;
