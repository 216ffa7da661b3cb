//! Sequence templates: sourcing sequences that candidates can be enrolled in. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Listing, Parameters, read};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::sequence_template`] leads to.
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
    /// Gets a sequence template with the rhythm of its stages.
    ///
    /// Archived templates are found too; the texts of the messages are not included.
    ///
    /// The key needs the permission `sourcingRead`. See
    /// [sequenceTemplate.info](https://developers.ashbyhq.com/reference/sequencetemplateinfo) in
    /// Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::SequenceTemplate>, Error> {
        read(self.client, "sequenceTemplate.info", request.into().0).await
    }

    /// Lists sequence templates that the key may see.
    ///
    /// The key needs the permission `sourcingRead`. See
    /// [sequenceTemplate.list](https://developers.ashbyhq.com/reference/sequencetemplatelist) in
    /// Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "sequenceTemplate.list"))
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `sequence_template_id`: Which template
    pub fn new(sequence_template_id: impl Into<types::SequenceTemplateId>) -> Self {
        Self(
            Parameters::default()
                .set::<types::SequenceTemplateId>("sequenceTemplateId", sequence_template_id),
        )
    }
}

impl From<types::SequenceTemplateId> for Info {
    fn from(sequence_template_id: types::SequenceTemplateId) -> Self {
        Self::new(sequence_template_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::SequenceTemplate
}

impl List {
    /// Sets `includeArchived`: List archived templates too; defaults to false.
    pub fn include_archived(self, include_archived: bool) -> Self {
        Self(self.0.set::<bool>("includeArchived", include_archived))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}
