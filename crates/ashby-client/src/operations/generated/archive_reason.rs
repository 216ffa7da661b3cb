//! Reasons for which applications are archived. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::archive_reason`] leads to.
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
    /// Lists archive reasons.
    ///
    /// The key needs the permission `hiringProcessMetadataRead`. See
    /// [archiveReason.list](https://developers.ashbyhq.com/reference/archivereasonlist-1) in Ashby's
    /// reference.
    pub async fn list(self, request: impl Into<List>) -> Result<Output<Vec<types::ArchiveReason>>, Error> {
        read(self.client, "archiveReason.list", request.into().0).await
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

    /// Sets `includeArchived`: Whether to include archived reasons; defaults to false.
    pub fn include_archived(self, include_archived: bool) -> Self {
        Self(self.0.set::<bool>("includeArchived", include_archived))
    }
}
