//! The `ashby` command.
fn main() {}
