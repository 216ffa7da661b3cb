//! Interview stages: the steps of an interview plan. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::interview_stage`] leads to.
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
    /// Reads one interview stage.
    ///
    /// The key needs the permission `interviewsRead`. See
    /// [interviewStage.info](https://developers.ashbyhq.com/reference/interviewstageinfo) in Ashby's
    /// reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::InterviewStage>, Error> {
        read(self.client, "interviewStage.info", request.into().0).await
    }

    /// Lists the stages of an interview plan in their order.
    ///
    /// The key needs the permission `interviewsRead`. See
    /// [interviewStage.list](https://developers.ashbyhq.com/reference/interviewstagelist) in Ashby's
    /// reference.
    pub async fn list(self, request: impl Into<List>) -> Result<Output<Vec<types::InterviewStage>>, Error> {
        read(self.client, "interviewStage.list", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `interview_stage_id`: Stage to read
    pub fn new(interview_stage_id: impl Into<types::InterviewStageId>) -> Self {
        Self(Parameters::default().set::<types::InterviewStageId>("interviewStageId", interview_stage_id))
    }
}

impl From<types::InterviewStageId> for Info {
    fn from(interview_stage_id: types::InterviewStageId) -> Self {
        Self::new(interview_stage_id)
    }
}

crate::operations::requests! {
/// What [`Operations::list`] takes.
List
}

impl List {
    /// With what it needs:
    ///
    /// - `interview_plan_id`: Plan whose stages are listed
    pub fn new(interview_plan_id: impl Into<types::InterviewPlanId>) -> Self {
        Self(Parameters::default().set::<types::InterviewPlanId>("interviewPlanId", interview_plan_id))
    }
}

impl From<types::InterviewPlanId> for List {
    fn from(interview_plan_id: types::InterviewPlanId) -> Self {
        Self::new(interview_plan_id)
    }
}
