//! The `tap-ashby` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ashby_client::forbid_core_dumps();
    tap_ashby::run()
}
