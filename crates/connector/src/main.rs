//! The `source-ashby` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    connecting::prepare(cfg!(target_feature = "crt-static"));
    source_ashby::run()
}
