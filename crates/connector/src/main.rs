//! The `source-ashby` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    source_ashby::run()
}
