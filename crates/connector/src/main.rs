//! The `source-ashby` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    connecting::prepare();
    source_ashby::run()
}
