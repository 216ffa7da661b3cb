//! Source tracking links: links to job boards that tell where a candidate came from. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::source_tracking_link`] leads to.
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
    /// Lists the organization's own tracking links.
    ///
    /// The key needs the permission `hiringProcessMetadataRead`. See
    /// [sourceTrackingLink.list](https://developers.ashbyhq.com/reference/sourcetrackinglinklist-1) in
    /// Ashby's reference.
    pub async fn list(
        self,
        request: impl Into<List>,
    ) -> Result<Output<Vec<types::SourceTrackingLink>>, Error> {
        read(self.client, "sourceTrackingLink.list", request.into().0).await
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

    /// Sets `includeDisabled`: List disabled links too; defaults to false.
    pub fn include_disabled(self, include_disabled: bool) -> Self {
        Self(self.0.set::<bool>("includeDisabled", include_disabled))
    }

    /// Sets `sourceId`: Only the links of this source.
    pub fn source_id(self, source_id: impl Into<types::SourceId>) -> Self {
        Self(self.0.set::<types::SourceId>("sourceId", source_id))
    }
}
