//! What systems call differently, but for signals (`signals.rs`).

/// Asks the system for so many open files, and says how many there may be then.
pub(crate) fn open_files(wanted: u64) -> u64 {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let now = getrlimit(Resource::Nofile);
        let wanted = now.maximum.unwrap_or(u64::MAX).min(wanted);
        if now.current.is_some_and(|now| now < wanted) {
            let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: now.maximum });
        }
        getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
    }
    // Sockets are no files there, and not counted.
    #[cfg(not(unix))]
    wanted
}

/// Whether what goes to standard output goes nowhere: it was closed, which at the start becomes the null device, or it was
/// led there.
pub(crate) fn output_goes_nowhere() -> bool {
    #[cfg(unix)]
    {
        let Ok(null) = rustix::fs::stat("/dev/null") else { return false };
        let is_device = |mode| rustix::fs::FileType::from_raw_mode(mode).is_char_device();
        rustix::fs::fstat(std::io::stdout())
            .is_ok_and(|output| is_device(output.st_mode) && output.st_rdev == null.st_rdev)
    }
    #[cfg(not(unix))]
    false
}

/// Asks a process of ours to end in order. On Windows nothing can be asked of one without a console of its own: whoever waits
/// for it ends it.
pub(crate) fn terminate(process: u32) {
    #[cfg(unix)]
    if let Some(process) = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM);
    }
    #[cfg(not(unix))]
    let _ = process;
}

/// Whether whoever started this wants it to outlive the terminal (`nohup`), where the system tells: on Linux.
pub(crate) fn ignores_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 != 0)
}
