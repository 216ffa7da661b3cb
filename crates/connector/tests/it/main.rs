//! The real binary, over pipes, against a simulated Ashby.

mod crashes;
mod echoes;
#[cfg(target_os = "linux")]
#[path = "../../../../tests/it/support/evil.rs"]
#[allow(dead_code, reason = "tests of the command make answers of their own with it")]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test, in helpers as well")]
mod evil;
mod fixture;
#[path = "../../../../tests/it/support/hostile.rs"]
mod hostile;
mod identity;
#[cfg(target_os = "linux")]
mod memory;
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
