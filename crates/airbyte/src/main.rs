//! The `airbyte-source-ashby` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    connecting::prepare();
    airbyte_source_ashby::run()
}
