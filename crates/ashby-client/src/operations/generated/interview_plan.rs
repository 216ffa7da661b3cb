//! Interview plans: the stages that the applications of a job go through. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::Listing;
use crate::types;
use crate::{Client, SyncToken};

/// What [`Client::interview_plan`] leads to.
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
    /// Lists published interview plans.
    ///
    /// Drafts are never listed.
    ///
    /// The key needs the permission `interviewsRead`. See
    /// [interviewPlan.list](https://developers.ashbyhq.com/reference/interviewplanlist) in Ashby's
    /// reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "interviewPlan.list"))
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::InterviewPlan
}

impl List {
    /// Sets `includeArchived`: Also archived plans; defaults to false.
    pub fn include_archived(self, include_archived: bool) -> Self {
        Self(self.0.set::<bool>("includeArchived", include_archived))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}
