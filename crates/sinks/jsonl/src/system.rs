//! What is behind standard output.

use std::fs::File;

/// The regular file that an output is, if it is one.
#[cfg(unix)]
pub(crate) fn file_behind(output: impl std::os::fd::AsFd) -> Option<File> {
    let file = File::from(output.as_fd().try_clone_to_owned().ok()?);
    file.metadata().is_ok_and(|found| found.is_file()).then_some(file)
}

/// The regular file that an output is, if it is one.
#[cfg(windows)]
pub(crate) fn file_behind(output: impl std::os::windows::io::AsHandle) -> Option<File> {
    let file = File::from(output.as_handle().try_clone_to_owned().ok()?);
    file.metadata().is_ok_and(|found| found.is_file()).then_some(file)
}
