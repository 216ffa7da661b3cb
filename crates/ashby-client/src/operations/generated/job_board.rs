//! Job boards: where job postings are published. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::job_board`] leads to.
///
/// The errors of these methods are those of [`Client::read`] and [`Client::write`], and two more:
/// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) without sending anything if a
/// request is not what the operation takes, and
/// [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) if the answer is not the documented one.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'a> {
    pub(super) client: &'a Client,
}

impl Operations<'_> {
    /// Lists enabled job boards.
    ///
    /// Disabled boards are never listed.
    ///
    /// The key needs the permission `jobsRead`. See
    /// [jobBoard.list](https://developers.ashbyhq.com/reference/jobboardlist) in Ashby's reference.
    pub async fn list(self) -> Result<Output<Vec<types::JobBoard>>, Error> {
        read(self.client, "jobBoard.list", Parameters::default()).await
    }
}
