//! Who must approve what, for approvals that are managed through the API. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, write};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::approval_definition`] leads to.
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
    /// Sets who must approve an offer, step by step.
    ///
    /// Replaces the approval steps of the offer and may ask the approvers at once; with no steps,
    /// approval is skipped and the offer moves on.
    ///
    /// It works only where an approval in Ashby is marked as managed by the API.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `approvalsWrite`. See
    /// [approvalDefinition.update](https://developers.ashbyhq.com/reference/approvaldefinitionupdate)
    /// in Ashby's reference.
    pub async fn update(
        self,
        request: impl Into<Update>,
    ) -> Result<Output<types::ApprovalDefinition>, Error> {
        write(self.client, "approvalDefinition.update", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::update`] takes.
Update
}

impl Update {
    /// With what it needs:
    ///
    /// - `entity_type`: What is to be approved
    /// - `entity_id`: Which version of the offer
    /// - `approval_step_definitions`: The steps in order; an empty list skips approval
    pub fn new(
        entity_type: types::ApprovalDefinitionEntity,
        entity_id: impl Into<types::OfferVersionId>,
        approval_step_definitions: impl IntoIterator<Item = impl Into<types::ApprovalStepInput>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::ApprovalDefinitionEntity>("entityType", entity_type)
                .set::<types::OfferVersionId>("entityId", entity_id)
                .set_list::<types::ApprovalStepInput>("approvalStepDefinitions", approval_step_definitions),
        )
    }

    /// Sets `submitApprovalRequest`: Whether to ask the approvers now, instead of leaving that to
    /// somebody in Ashby; defaults to false.
    pub fn submit_approval_request(self, submit_approval_request: bool) -> Self {
        Self(self.0.set::<bool>("submitApprovalRequest", submit_approval_request))
    }
}
