//! The target that this binary is named after, for libFuzzer: `cargo xtask fuzz`.
#![no_main]

use std::sync::LazyLock;

use fuzzing::{TARGETS, Target};
use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = env!("CARGO_BIN_NAME");
    TARGETS.iter().find(|target| target.name == name).expect("each binary is a target")
});

fuzz_target!(|data: &[u8]| (TARGET.call)(data));
