//! Feedback on applications: scorecards of interviews and other evaluations. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Listing, Parameters, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::application_feedback`] leads to.
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
    /// Lists submitted feedback, of one application or of all.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [applicationFeedback.list](https://developers.ashbyhq.com/reference/applicationfeedbacklist) in
    /// Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "applicationFeedback.list"))
    }

    /// Submits feedback on an application.
    ///
    /// Adds the feedback to the application in the name of the user; no operation takes it back.
    ///
    /// A repeat submits it again. The form's fields, and what each of them takes, come from
    /// feedbackFormDefinition.info.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [applicationFeedback.submit](https://developers.ashbyhq.com/reference/applicationfeedbacksubmit-1)
    /// in Ashby's reference.
    pub async fn submit(
        self,
        request: impl Into<Submit>,
    ) -> Result<Output<types::FeedbackSubmission>, Error> {
        write(self.client, "applicationFeedback.submit", request.into().0).await
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::ApplicationFeedback
}

impl List {
    /// Sets `createdAfter`: Only feedback created after this instant.
    pub fn created_after(self, created_after: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("createdAfter", created_after.as_millisecond()))
    }

    /// Sets `applicationId`: Only feedback on this application; all by default.
    pub fn application_id(self, application_id: impl Into<types::ApplicationId>) -> Self {
        Self(self.0.set::<types::ApplicationId>("applicationId", application_id))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::requests! {
/// What [`Operations::submit`] takes.
Submit
}

impl Submit {
    /// With what it needs:
    ///
    /// - `feedback_form`: The answers, by the path of each field
    /// - `form_definition_id`: The form that they belong to
    /// - `application_id`: What the feedback is on
    pub fn new(
        feedback_form: types::FormSubmission,
        form_definition_id: impl Into<types::FeedbackFormDefinitionId>,
        application_id: impl Into<types::ApplicationId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::FormSubmission>("feedbackForm", feedback_form)
                .set::<types::FeedbackFormDefinitionId>("formDefinitionId", form_definition_id)
                .set::<types::ApplicationId>("applicationId", application_id),
        )
    }

    /// Sets `userId`: Whose feedback it is; defaults to the key's user; with interviewEventId, one of
    /// its interviewers.
    pub fn user_id(self, user_id: impl Into<types::UserId>) -> Self {
        Self(self.0.set::<types::UserId>("userId", user_id))
    }

    /// Sets `interviewEventId`: The interview, or the request of applicationFeedbackRequest.create, that
    /// it answers.
    pub fn interview_event_id(self, interview_event_id: impl Into<types::InterviewEventId>) -> Self {
        Self(self.0.set::<types::InterviewEventId>("interviewEventId", interview_event_id))
    }
}
