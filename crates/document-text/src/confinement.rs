//! What the process that reads gives up before it looks at the first byte.
//!
//! | what | by which means |
//! |---|---|
//! | files and sockets | no further descriptor can be had (`RLIMIT_NOFILE` 0); what is open are three pipes |
//! | writing | no file can grow (`RLIMIT_FSIZE` 0) |
//! | memory | `RLIMIT_AS` |
//! | time | `RLIMIT_CPU`; by the clock, the one who waits ends it |
//! | other programs | no environment, `RLIMIT_NPROC` 0 (which root is above), and on Linux a list of the system calls that are left: memory, pipes, the clock, the end |
//!
//! What a system lacks is done without: on Windows only a process of its own and the clock are left.

use crate::Limits;

/// Confines this process, for good.
pub(crate) fn enter(limits: Limits) {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        for (resource, most) in [
            (Resource::Core, 0),
            (Resource::Cpu, limits.cpu_s),
            (Resource::Fsize, 0),
            (Resource::As, limits.memory_bytes),
            (Resource::Nproc, 0),
            (Resource::Nofile, 0),
        ] {
            // Where one cannot be had, the others stand.
            let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
        }
    }
    #[cfg(not(unix))]
    let _ = limits;
    system_calls::leave_few();
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod system_calls {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};

    /// What is left; all else fails as if it were not permitted.
    const LEFT: [i64; 24] = [
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_readv,
        libc::SYS_close,
        libc::SYS_fstat,
        libc::SYS_lseek,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_getrandom,
        libc::SYS_clock_gettime,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        // To end by a signal of its own, as a failed allocation does.
        libc::SYS_gettid,
        libc::SYS_getpid,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];

    pub(super) fn leave_few() {
        let mut rules: std::collections::BTreeMap<i64, Vec<seccompiler::SeccompRule>> =
            LEFT.into_iter().map(|call| (call, Vec::new())).collect();
        rules.insert(libc::SYS_tgkill, Vec::new());
        let architecture = TargetArch::try_from(std::env::consts::ARCH);
        let Ok(architecture) = architecture else { return };
        let filter = SeccompFilter::new(
            rules,
            SeccompAction::Errno(libc::EPERM.unsigned_abs()),
            SeccompAction::Allow,
            architecture,
        );
        // A kernel without it has the limits.
        if let Some(program) = filter.ok().and_then(|filter| BpfProgram::try_from(filter).ok()) {
            let _ = apply_filter(&program);
        }
    }
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod system_calls {
    pub(super) fn leave_few() {}
}
