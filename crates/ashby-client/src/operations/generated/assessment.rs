//! Assessments that a partner's service runs on candidates, reported to Ashby by that partner. Written by `cargo xtask codegen` from catalog/*.toml.

use serde_json::Value;

use crate::operations::{Parameters, write};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::assessment`] leads to.
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
    /// Adds an assessment that is already completed to a candidate.
    ///
    /// Shows the assessment and its result on the candidate.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [assessment.addCompletedToCandidate](https://developers.ashbyhq.com/reference/assessmentaddcompletedtocandidate)
    /// in Ashby's reference.
    pub async fn add_completed_to_candidate(
        self,
        request: impl Into<AddCompletedToCandidate>,
    ) -> Result<Output<types::Assessment>, Error> {
        write(self.client, "assessment.addCompletedToCandidate", request.into().0).await
    }

    /// Reports the progress, result or cancellation of a started assessment.
    ///
    /// Updates the assessment; a result completes it, a reason for cancelling cancels it.
    ///
    /// A status with the value Started marks the time at which the assessment began. All values of one
    /// assessment need identifiers of their own.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [assessment.update](https://developers.ashbyhq.com/reference/assessmentupdate) in Ashby's
    /// reference.
    pub async fn update(self, request: impl Into<Update>) -> Result<Output<Value>, Error> {
        write(self.client, "assessment.update", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::add_completed_to_candidate`] takes.
AddCompletedToCandidate
}

impl AddCompletedToCandidate {
    /// With what it needs:
    ///
    /// - `candidate_id`: Who was assessed
    /// - `partner_id`: The partner that assessed them
    /// - `assessment`: The assessment and its result
    /// - `timestamp`: When it was completed
    pub fn new(
        candidate_id: impl Into<types::CandidateId>,
        partner_id: impl Into<String>,
        assessment: types::CompletedAssessment,
        timestamp: jiff::Timestamp,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<String>("partnerId", partner_id)
                .set::<types::CompletedAssessment>("assessment", assessment)
                .set::<i64>("timestamp", timestamp.as_millisecond()),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::update`] takes.
Update
}

impl Update {
    /// With what it needs:
    ///
    /// - `assessment_id`: Which assessment, by the id that assessment.start answered
    /// - `timestamp`: When this happened
    pub fn new(assessment_id: impl Into<String>, timestamp: jiff::Timestamp) -> Self {
        Self(
            Parameters::default()
                .set::<String>("assessment_id", assessment_id)
                .set::<i64>("timestamp", timestamp.as_millisecond()),
        )
    }

    /// Sets `assessment_status`: How far it is; required unless cancelled\_reason is given.
    pub fn assessment_status(self, assessment_status: types::AssessmentValue) -> Self {
        Self(self.0.set::<types::AssessmentValue>("assessment_status", assessment_status))
    }

    /// Sets `assessment_profile_url`: Where the partner shows it, of the type url; required with
    /// assessment\_result.
    pub fn assessment_profile_url(self, assessment_profile_url: types::AssessmentValue) -> Self {
        Self(self.0.set::<types::AssessmentValue>("assessment_profile_url", assessment_profile_url))
    }

    /// Sets `assessment_result`: The result; completes the assessment.
    pub fn assessment_result(self, assessment_result: types::AssessmentValue) -> Self {
        Self(self.0.set::<types::AssessmentValue>("assessment_result", assessment_result))
    }

    /// Sets `cancelled_reason`: Why it was cancelled; cancels the assessment.
    pub fn cancelled_reason(self, cancelled_reason: types::AssessmentValue) -> Self {
        Self(self.0.set::<types::AssessmentValue>("cancelled_reason", cancelled_reason))
    }

    /// Sets `metadata`: Anything else about it, such as when it is expected to be done.
    pub fn metadata(self, metadata: impl IntoIterator<Item = impl Into<types::AssessmentValue>>) -> Self {
        Self(self.0.set_list::<types::AssessmentValue>("metadata", metadata))
    }
}
