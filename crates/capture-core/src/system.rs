//! What systems call differently, but for files ([`private_file`](crate::private_file)).

use std::io;

/// The name of this machine, for people who want to know who holds a place.
pub fn host_name() -> String {
    #[cfg(unix)]
    let name = Some(rustix::system::uname().nodename().to_string_lossy().into_owned());
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").ok();
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "a machine".to_owned())
}

/// Whether a network file system says that its service for locks is missing, which has no kind of error of its own.
pub(crate) fn has_no_lock_service(error: &io::Error) -> bool {
    #[cfg(unix)]
    return error.raw_os_error() == Some(rustix::io::Errno::NOLCK.raw_os_error());
    #[cfg(not(unix))]
    return Some(error).is_none();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_name() {
        assert!(!host_name().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_missing_service_is_told_from_other_failures() {
        assert!(has_no_lock_service(&rustix::io::Errno::NOLCK.into()));
        assert!(!has_no_lock_service(&io::ErrorKind::Interrupted.into()));
    }
}
