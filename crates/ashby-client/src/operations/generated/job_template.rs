//! Job templates: what new jobs can start from. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::Listing;
use crate::types;
use crate::{Client, SyncToken};

/// What [`Client::job_template`] leads to.
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
    /// Lists active and inactive job templates.
    ///
    /// Inactive templates always come too, but only an active one can be used to create a job.
    ///
    /// The key needs the permission `jobsRead`. See
    /// [jobTemplate.list](https://developers.ashbyhq.com/reference/jobtemplatelist) in Ashby's
    /// reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "jobTemplate.list"))
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::JobTemplate
}

impl List {
    /// Sets `expand`: Related records to include in full.
    pub fn expand(self, expand: impl IntoIterator<Item = impl Into<types::JobTemplateDetail>>) -> Self {
        Self(self.0.set_list::<types::JobTemplateDetail>("expand", expand))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}
