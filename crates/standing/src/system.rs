//! Whether the process of a run is there, where the system tells: on Linux.

use std::path::Path;

/// In which numbers of processes mean the same; none where the system does not tell.
pub(crate) fn namespace() -> Option<String> {
    let link = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(link.to_string_lossy().into_owned())
}

/// Whether there is a process of this number, in a system that tells of namespaces.
pub(crate) fn is_there(process: u32) -> bool {
    Path::new(&format!("/proc/{process}")).exists()
}
