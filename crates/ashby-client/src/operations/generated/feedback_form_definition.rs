//! Forms in which feedback on applications is given. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Listing, Parameters, read};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::feedback_form_definition`] leads to.
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
    /// Fetches a feedback form with its fields.
    ///
    /// The key needs the permission `hiringProcessMetadataRead`. See
    /// [feedbackFormDefinition.info](https://developers.ashbyhq.com/reference/feedbackformdefinitioninfo)
    /// in Ashby's reference.
    pub async fn info(
        self,
        request: impl Into<Info>,
    ) -> Result<Output<types::FeedbackFormDefinition>, Error> {
        read(self.client, "feedbackFormDefinition.info", request.into().0).await
    }

    /// Lists feedback forms with their fields.
    ///
    /// The key needs the permission `hiringProcessMetadataRead`. See
    /// [feedbackFormDefinition.list](https://developers.ashbyhq.com/reference/feedbackformdefinitionlist)
    /// in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "feedbackFormDefinition.list"))
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `feedback_form_definition_id`: Which form
    pub fn new(feedback_form_definition_id: impl Into<types::FeedbackFormDefinitionId>) -> Self {
        Self(
            Parameters::default().set::<types::FeedbackFormDefinitionId>(
                "feedbackFormDefinitionId",
                feedback_form_definition_id,
            ),
        )
    }
}

impl From<types::FeedbackFormDefinitionId> for Info {
    fn from(feedback_form_definition_id: types::FeedbackFormDefinitionId) -> Self {
        Self::new(feedback_form_definition_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::FeedbackFormDefinition
}

impl List {
    /// Sets `includeArchived`: Whether to include archived forms; defaults to false.
    pub fn include_archived(self, include_archived: bool) -> Self {
        Self(self.0.set::<bool>("includeArchived", include_archived))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}
