//! Interview stage groups: how the organization groups the stages of all plans. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::interview_stage_group`] leads to.
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
    /// Lists the organization's interview stage groups in their order.
    ///
    /// The key needs the permission `interviewsRead`. See
    /// [interviewStageGroup.list](https://developers.ashbyhq.com/reference/interviewstagegrouplist) in
    /// Ashby's reference.
    pub async fn list(self) -> Result<Output<Vec<types::InterviewStageGroup>>, Error> {
        read(self.client, "interviewStageGroup.list", Parameters::default()).await
    }
}
