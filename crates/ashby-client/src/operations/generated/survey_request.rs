//! Survey requests: links under which a candidate can take a survey. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Listing, Parameters, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::survey_request`] leads to.
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
    /// Creates a link under which a candidate can take a survey.
    ///
    /// Creates the survey's link; sending it to the candidate is up to you.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [surveyRequest.create](https://developers.ashbyhq.com/reference/surveyrequestcreate) in Ashby's
    /// reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::SurveyRequest>, Error> {
        write(self.client, "surveyRequest.create", request.into().0).await
    }

    /// Lists survey requests of one type.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [surveyRequest.list](https://developers.ashbyhq.com/reference/surveyrequestlist) in Ashby's
    /// reference.
    pub fn list(self, survey_type: types::SurveyRequestType) -> List {
        List(
            Listing::new(self.client, "surveyRequest.list")
                .set::<types::SurveyRequestType>("surveyType", survey_type),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `candidate_id`: Who is to take the survey
    /// - `application_id`: The application it is about
    /// - `survey_form_definition_id`: The form to fill in, from surveyFormDefinition.list
    pub fn new(
        candidate_id: impl Into<types::CandidateId>,
        application_id: impl Into<types::ApplicationId>,
        survey_form_definition_id: impl Into<types::SurveyFormDefinitionId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<types::ApplicationId>("applicationId", application_id)
                .set::<types::SurveyFormDefinitionId>("surveyFormDefinitionId", survey_form_definition_id),
        )
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::SurveyRequest
}

impl List {
    /// Sets `createdAfter`: Only requests created after this time, in milliseconds since 1970-01-01 UTC.
    pub fn created_after(self, created_after: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("createdAfter", created_after.as_millisecond()))
    }

    /// Sets `applicationId`: Only the requests about this application.
    pub fn application_id(self, application_id: impl Into<types::ApplicationId>) -> Self {
        Self(self.0.set::<types::ApplicationId>("applicationId", application_id))
    }

    /// Sets `candidateId`: Only the requests to this candidate.
    pub fn candidate_id(self, candidate_id: impl Into<types::CandidateId>) -> Self {
        Self(self.0.set::<types::CandidateId>("candidateId", candidate_id))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}
