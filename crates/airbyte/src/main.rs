//! The `airbyte-source-ashby` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ashby_client::forbid_core_dumps();
    airbyte_source_ashby::run()
}
