//! The `airbyte-source-ashby` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    connecting::prepare(cfg!(target_feature = "crt-static"));
    airbyte_source_ashby::run()
}
