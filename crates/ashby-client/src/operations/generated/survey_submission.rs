//! Survey submissions: the answers to surveys. Written by `cargo xtask codegen` from catalog/*.toml.

use serde_json::{Map, Value};

use crate::operations::{Listing, Parameters, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::survey_submission`] leads to.
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
    /// Submits a candidate's answers to a survey.
    ///
    /// Stores the answers as if the candidate had given them.
    ///
    /// Not for an application whose form submission was blocked: none exists.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [surveySubmission.create](https://developers.ashbyhq.com/reference/surveysubmissioncreate) in
    /// Ashby's reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::SurveySubmission>, Error> {
        write(self.client, "surveySubmission.create", request.into().0).await
    }

    /// Lists survey submissions of one type.
    ///
    /// Diversity and EEOC answers cannot be read through the API.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [surveySubmission.list](https://developers.ashbyhq.com/reference/surveysubmissionlist) in
    /// Ashby's reference.
    pub fn list(self, survey_type: types::SurveySubmissionType) -> List {
        List(
            Listing::new(self.client, "surveySubmission.list")
                .set::<types::SurveySubmissionType>("surveyType", survey_type),
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
    /// - `candidate_id`: Who answers
    /// - `application_id`: The application it is about
    /// - `survey_form_definition_id`: The form that is answered
    /// - `submitted_values`: Answers by field id, as surveyFormDefinition.info describes the fields
    pub fn new(
        candidate_id: impl Into<types::CandidateId>,
        application_id: impl Into<types::ApplicationId>,
        survey_form_definition_id: impl Into<types::SurveyFormDefinitionId>,
        submitted_values: impl Into<Map<String, Value>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<types::ApplicationId>("applicationId", application_id)
                .set::<types::SurveyFormDefinitionId>("surveyFormDefinitionId", survey_form_definition_id)
                .set::<Map<String, Value>>("submittedValues", submitted_values),
        )
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::SurveySubmission
}

impl List {
    /// Sets `createdAfter`: Only submissions created after this time, in milliseconds since 1970-01-01
    /// UTC.
    pub fn created_after(self, created_after: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("createdAfter", created_after.as_millisecond()))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}
