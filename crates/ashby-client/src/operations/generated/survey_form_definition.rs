//! Survey forms: what candidates are asked. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Listing, Parameters, read};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::survey_form_definition`] leads to.
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
    /// Gets a survey form with its fields.
    ///
    /// The key needs the permission `hiringProcessMetadataRead`. See
    /// [surveyFormDefinition.info](https://developers.ashbyhq.com/reference/surveyformdefinitioninfo)
    /// in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::SurveyFormDefinition>, Error> {
        read(self.client, "surveyFormDefinition.info", request.into().0).await
    }

    /// Lists survey forms with their fields.
    ///
    /// The key needs the permission `hiringProcessMetadataRead`. See
    /// [surveyFormDefinition.list](https://developers.ashbyhq.com/reference/surveyformdefinitionlist)
    /// in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "surveyFormDefinition.list"))
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `survey_form_definition_id`: Which form
    pub fn new(survey_form_definition_id: impl Into<types::SurveyFormDefinitionId>) -> Self {
        Self(
            Parameters::default()
                .set::<types::SurveyFormDefinitionId>("surveyFormDefinitionId", survey_form_definition_id),
        )
    }
}

impl From<types::SurveyFormDefinitionId> for Info {
    fn from(survey_form_definition_id: types::SurveyFormDefinitionId) -> Self {
        Self::new(survey_form_definition_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::SurveyFormDefinition
}

impl List {
    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}
