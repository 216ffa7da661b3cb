//! What a program asks of the system for itself: at its start, where it lies, and which signals end it.

use std::io;
use std::path::PathBuf;

/// Keeps the key out of core dumps, and memory from being scattered. The first thing that a program does: no other thread
/// may run yet. `is_static`: whether the C library is a part of the program (`cfg!(target_feature = "crt-static")`).
pub fn prepare(is_static: bool) {
    ashby_client::forbid_core_dumps();
    crate::given::look_at_process();
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        tune_memory();
        if is_static {
            find_names_without_plugins();
        }
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let _ = is_static;
}

/// Where this program lies.
///
/// # Errors
/// If the system does not tell, and the name that it was started by leads nowhere.
pub fn own_program() -> io::Result<PathBuf> {
    let error = match std::env::current_exe() {
        Ok(path) => return Ok(path),
        Err(error) => error,
    };
    // A root without /proc, such as an empty container's.
    let Some(name) = std::env::args_os().next().map(PathBuf::from) else { return Err(error) };
    let is_path = name.components().count() > 1;
    let folders = std::env::var_os("PATH").filter(|_| !is_path).unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join(&name));
    let mut found = found.chain(is_path.then_some(name.clone())).filter(|path| path.is_file());
    found.next().ok_or(error)?.canonicalize()
}

/// Larger pieces of memory are the system's own, and go back to it at once. Pages of 100 records of 2 KB are below, and stay
/// with the process: fresh memory for each of them would cost a third of what a sync to standard output takes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const OF_THEIR_OWN_BYTES: libc::c_int = 384 << 10;

/// More than this is given back when it comes free.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT_BYTES: libc::c_int = 2 << 20;

/// The C library gives each thread a heap of its own, and what one leaves free no other uses: a fifth of what 24 streams
/// side by side take. Measured with `cargo xtask bench --only wide`.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)]
fn tune_memory() {
    for (what, value) in [
        (libc::M_ARENA_MAX, 1),
        (libc::M_MMAP_THRESHOLD, OF_THEIR_OWN_BYTES),
        (libc::M_TRIM_THRESHOLD, KEPT_BYTES),
    ] {
        // SAFETY: it takes two numbers and sets a number of the C library's, which no other thread reads meanwhile: there
        // is none yet. What it does not know it refuses, and nothing depends on it.
        unsafe { libc::mallopt(what, value) };
    }
}

/// Names are looked up in files and by DNS, whatever `/etc/nsswitch.conf` says: what else it names are libraries of the
/// system's own C library, which a program that brings one along must not load.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)]
fn find_names_without_plugins() {
    unsafe extern "C" {
        /// Of glibc (`nss.h`): from now on this database is looked up by these services.
        fn __nss_configure_lookup(
            database: *const libc::c_char,
            services: *const libc::c_char,
        ) -> libc::c_int;
    }
    for (database, services) in [(c"hosts", c"files dns"), (c"passwd", c"files"), (c"group", c"files")] {
        // SAFETY: both are texts that end with a zero byte and live as long as the program; glibc reads them and keeps a
        // copy. No other thread runs yet that could look something up meanwhile. A name that it does not know is refused.
        unsafe { __nss_configure_lookup(database.as_ptr(), services.as_ptr()) };
    }
}

#[cfg(unix)]
pub(crate) use unix::Signals;
#[cfg(not(unix))]
pub(crate) use windows::Signals;

#[cfg(unix)]
mod unix {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// What asks a program to end: SIGTERM and SIGINT.
    pub(crate) struct Signals {
        terminate: Signal,
        interrupt: Signal,
    }

    impl Signals {
        pub(crate) fn listen() -> std::io::Result<Self> {
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            })
        }

        /// Waits for the next.
        pub(crate) async fn next(&mut self) {
            tokio::select! {
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
            }
        }
    }
}

#[cfg(not(unix))]
mod windows {
    use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, CtrlShutdown};

    /// What asks a program to end: Ctrl-C, Ctrl-Break, a window that is closed, a machine that is shut down.
    pub(crate) struct Signals {
        interrupt: CtrlC,
        ended: CtrlBreak,
        closed: CtrlClose,
        shut_down: CtrlShutdown,
    }

    impl Signals {
        pub(crate) fn listen() -> std::io::Result<Self> {
            use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
            Ok(Self {
                interrupt: ctrl_c()?,
                ended: ctrl_break()?,
                closed: ctrl_close()?,
                shut_down: ctrl_shutdown()?,
            })
        }

        /// Waits for the next.
        pub(crate) async fn next(&mut self) {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.ended.recv() => {}
                _ = self.closed.recv() => {}
                _ = self.shut_down.recv() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_finds_itself() {
        assert_eq!(own_program().unwrap(), std::env::current_exe().unwrap());
    }
}
