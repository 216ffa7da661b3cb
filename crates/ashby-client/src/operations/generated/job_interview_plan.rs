//! Job interview plans: the stages of a job and what is to be scheduled in them. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::job_interview_plan`] leads to.
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
    /// Reads a job's interview plan with the interviews of each stage.
    ///
    /// The key needs the permission `jobsRead`. See
    /// [jobInterviewPlan.info](https://developers.ashbyhq.com/reference/jobinterviewplaninfo-1) in
    /// Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::JobInterviewPlan>, Error> {
        read(self.client, "jobInterviewPlan.info", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `job_id`: Job whose plan is read
    pub fn new(job_id: impl Into<types::JobId>) -> Self {
        Self(Parameters::default().set::<types::JobId>("jobId", job_id))
    }
}

impl From<types::JobId> for Info {
    fn from(job_id: types::JobId) -> Self {
        Self::new(job_id)
    }
}
