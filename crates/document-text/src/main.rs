//! Reads documents for the tests of this crate, as the program does that it is part of.

use std::process::ExitCode;

fn main() -> ExitCode {
    document_text::serve_if_asked().unwrap_or(ExitCode::from(2))
}
