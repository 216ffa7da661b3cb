//! Sockets in files, which not every system has.

use std::path::Path;

use capture_core::{Error, Result};
use tokio_postgres::Config;

/// Lets a connection go through the socket in a directory.
///
/// # Errors
/// [`ErrorKind::Configuration`](capture_core::ErrorKind::Configuration) on Windows, where servers have none that we can reach.
pub(crate) fn through_socket(config: &mut Config, directory: impl AsRef<Path>) -> Result<(), Error> {
    #[cfg(unix)]
    {
        config.host_path(directory);
        Ok(())
    }
    #[cfg(not(unix))]
    {
        let _ = (config, directory);
        let message = "PostgreSQL cannot be reached through a socket in a file on this system";
        let error = Error::new(capture_core::ErrorKind::Configuration, message);
        Err(error.with_hint("name its address: postgres://USER@127.0.0.1/DATABASE"))
    }
}
