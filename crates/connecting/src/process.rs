//! What a program asks of the system for itself, before anything else.

/// Keeps the key out of core dumps, and memory from being scattered. The first thing that a program does: no other thread
/// may run yet.
pub fn prepare() {
    ashby_client::forbid_core_dumps();
    crate::given::look_at_process();
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    tune_memory();
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
