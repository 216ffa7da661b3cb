//! How the process that reads is started.

use std::io;
use std::path::PathBuf;

use tokio::process::Command;

/// Where this very program lies, by a name that stays good when the file is replaced while this runs.
pub(crate) fn this_program() -> io::Result<PathBuf> {
    #[cfg(target_os = "linux")]
    return std::path::Path::new("/proc/self/exe").canonicalize().or_else(|_| std::env::current_exe());
    #[cfg(not(target_os = "linux"))]
    return std::env::current_exe();
}

/// Lets a process start in no folder in particular, where there is one.
pub(crate) fn in_no_folder(command: &mut Command) {
    #[cfg(unix)]
    command.current_dir("/");
    #[cfg(not(unix))]
    let _ = command;
}
