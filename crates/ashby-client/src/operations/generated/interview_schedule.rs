//! Interview schedules: the interviews arranged for an application in one stage. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Listing, Parameters, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::interview_schedule`] leads to.
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
    /// Cancels an interview schedule and all its events.
    ///
    /// Cancels every interview of the schedule; interviewers and candidate may be told, and feedback
    /// given on them may be lost.
    ///
    /// What it does cannot be taken back.
    ///
    /// The key needs the permission `interviewsWrite`. See
    /// [interviewSchedule.cancel](https://developers.ashbyhq.com/reference/interviewschedulecancel) in
    /// Ashby's reference.
    pub async fn cancel(self, request: impl Into<Cancel>) -> Result<Output<types::InterviewSchedule>, Error> {
        write(self.client, "interviewSchedule.cancel", request.into().0).await
    }

    /// Schedules interviews for an application.
    ///
    /// Puts the interviews on the application; interviewers and candidate may be told, and interviewers
    /// asked for feedback.
    ///
    /// Interviewers are found by the e-mail address of their Ashby user; only the key that made a
    /// schedule can update it; a repeated call makes a second schedule.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `interviewsWrite`. See
    /// [interviewSchedule.create](https://developers.ashbyhq.com/reference/interviewschedulecreate) in
    /// Ashby's reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::InterviewSchedule>, Error> {
        write(self.client, "interviewSchedule.create", request.into().0).await
    }

    /// Lists interview schedules with their events.
    ///
    /// The key needs the permission `interviewsRead`. See
    /// [interviewSchedule.list](https://developers.ashbyhq.com/reference/interviewschedulelist) in
    /// Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "interviewSchedule.list"))
    }

    /// Adds, changes or cancels events of an interview schedule.
    ///
    /// Changes or cancels interviews, of which people may be told; with allowFeedbackDeletion, feedback
    /// on a cancelled interview is deleted for good.
    ///
    /// Works only for schedules made with the same API key.
    ///
    /// What it does cannot be taken back.
    ///
    /// The key needs the permission `interviewsWrite`. See
    /// [interviewSchedule.update](https://developers.ashbyhq.com/reference/interviewscheduleupdate) in
    /// Ashby's reference.
    pub async fn update(self, request: impl Into<Update>) -> Result<Output<types::InterviewSchedule>, Error> {
        write(self.client, "interviewSchedule.update", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::cancel`] takes.
Cancel
}

impl Cancel {
    /// With what it needs:
    ///
    /// - `id`: Schedule to cancel
    pub fn new(id: impl Into<types::InterviewScheduleId>) -> Self {
        Self(Parameters::default().set::<types::InterviewScheduleId>("id", id))
    }

    /// Sets `allowReschedule`: Whether it may be scheduled anew; defaults to false.
    pub fn allow_reschedule(self, allow_reschedule: bool) -> Self {
        Self(self.0.set::<bool>("allowReschedule", allow_reschedule))
    }
}

impl From<types::InterviewScheduleId> for Cancel {
    fn from(id: types::InterviewScheduleId) -> Self {
        Self::new(id)
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `application_id`: Application to schedule interviews for
    /// - `interview_events`: Interviews to arrange
    pub fn new(
        application_id: impl Into<types::ApplicationId>,
        interview_events: impl IntoIterator<Item = impl Into<types::InterviewEventInput>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::ApplicationId>("applicationId", application_id)
                .set_list::<types::InterviewEventInput>("interviewEvents", interview_events),
        )
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::InterviewSchedule
}

impl List {
    /// Sets `createdAfter`: Only schedules created after this moment.
    pub fn created_after(self, created_after: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("createdAfter", created_after.as_millisecond()))
    }

    /// Sets `applicationId`: Only schedules of this application.
    pub fn application_id(self, application_id: impl Into<types::ApplicationId>) -> Self {
        Self(self.0.set::<types::ApplicationId>("applicationId", application_id))
    }

    /// Sets `interviewStageId`: Only schedules in this stage.
    pub fn interview_stage_id(self, interview_stage_id: impl Into<types::InterviewStageId>) -> Self {
        Self(self.0.set::<types::InterviewStageId>("interviewStageId", interview_stage_id))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::requests! {
/// What [`Operations::update`] takes.
Update
}

impl Update {
    /// With what it needs:
    ///
    /// - `interview_schedule_id`: Schedule to update
    /// - `interview_event`: Events to add, or to change if they name an existing event
    pub fn with_interview_event(
        interview_schedule_id: impl Into<types::InterviewScheduleId>,
        interview_event: impl Into<types::InterviewEventChangeOrInterviewEventChanges>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::InterviewScheduleId>("interviewScheduleId", interview_schedule_id)
                .set::<types::InterviewEventChangeOrInterviewEventChanges>("interviewEvent", interview_event),
        )
    }

    /// With what it needs:
    ///
    /// - `interview_schedule_id`: Schedule to update
    /// - `interview_event_id_to_cancel`: Events to cancel
    pub fn with_interview_event_id_to_cancel(
        interview_schedule_id: impl Into<types::InterviewScheduleId>,
        interview_event_id_to_cancel: impl Into<types::InterviewEventIdOrInterviewEventIds>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::InterviewScheduleId>("interviewScheduleId", interview_schedule_id)
                .set::<types::InterviewEventIdOrInterviewEventIds>(
                    "interviewEventIdToCancel",
                    interview_event_id_to_cancel,
                ),
        )
    }

    /// Sets `allowFeedbackDeletion`: Cancels also events that have feedback, which is then deleted;
    /// defaults to false, which refuses them.
    pub fn allow_feedback_deletion(self, allow_feedback_deletion: bool) -> Self {
        Self(self.0.set::<bool>("allowFeedbackDeletion", allow_feedback_deletion))
    }
}
