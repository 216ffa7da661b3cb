//! Approvals of offers, jobs and openings: their steps, approvers and decisions. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::Listing;
use crate::types;
use crate::{Client, SyncToken};

/// What [`Client::approval`] leads to.
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
    /// Lists approvals, of one offer, job or opening or of all.
    ///
    /// The key needs the permission `approvalsRead`. See
    /// [approval.list](https://developers.ashbyhq.com/reference/approvallist) in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "approval.list"))
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::Approval
}

impl List {
    /// Sets `entityType`: Only approvals of this kind of thing.
    pub fn entity_type(self, entity_type: types::ApprovalEntity) -> Self {
        Self(self.0.set::<types::ApprovalEntity>("entityType", entity_type))
    }

    /// Sets `entityId`: Only approvals of this one; for offers, the id of an offer version.
    pub fn entity_id(self, entity_id: impl Into<String>) -> Self {
        Self(self.0.set::<String>("entityId", entity_id))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}
