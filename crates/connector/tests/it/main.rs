//! The real binary, over pipes, against a simulated Ashby.

mod crashes;
mod echoes;
mod fixture;
#[path = "../../../../tests/it/support/hostile.rs"]
mod hostile;
mod identity;
mod monitoring;
mod panics;
mod predecessor;
mod process;
mod python_state;
mod requests;
mod sessions;
mod soak;
#[path = "../../../../tests/it/support/stub.rs"]
#[allow(dead_code, reason = "tests of the command answer more by it")]
mod stub;
mod swap;
mod task;
mod trouble;
