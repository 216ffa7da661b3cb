//! The `tap-ashby` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    connecting::prepare();
    tap_ashby::run()
}
