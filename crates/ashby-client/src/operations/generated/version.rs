//! Versions of Ashby's API. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::version`] leads to.
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
    /// Lists the versions of Ashby's API with their status.
    ///
    /// A request chooses a version with the header Ashby-Version; removed versions are refused.
    ///
    /// Ashby's reference does not describe it in full.
    ///
    /// See [version.list](https://developers.ashbyhq.com/reference/versionlist) in Ashby's reference.
    pub async fn list(self, request: impl Into<List>) -> Result<Output<Vec<types::ApiVersion>>, Error> {
        read(self.client, "version.list", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::list`] takes.
#[derive(Default)]
List
}

impl List {
    /// With nothing set.
    pub fn new() -> Self {
        Self(Parameters::default())
    }
}
