//! Requests for feedback on applications without a scheduled interview. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, write};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::application_feedback_request`] leads to.
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
    /// Asks a user for feedback on an application.
    ///
    /// Asks the user for feedback on the application, as if an interview had taken place.
    ///
    /// The interview must be one that requests feedback.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [applicationFeedbackRequest.create](https://developers.ashbyhq.com/reference/applicationfeedbackrequestcreate-1)
    /// in Ashby's reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::FeedbackRequest>, Error> {
        write(self.client, "applicationFeedbackRequest.create", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `application_id`: What feedback is wanted on
    /// - `interview_id`: The interview whose feedback form is used
    /// - `interviewer_user_id`: Who is asked
    pub fn new(
        application_id: impl Into<types::ApplicationId>,
        interview_id: impl Into<types::InterviewId>,
        interviewer_user_id: impl Into<types::UserId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::ApplicationId>("applicationId", application_id)
                .set::<types::InterviewId>("interviewId", interview_id)
                .set::<types::UserId>("interviewerUserId", interviewer_user_id),
        )
    }
}
