//! Interview briefings: what an interviewer should know before an interview. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::interview_briefing`] leads to.
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
    /// Reads the briefing of one scheduled interview.
    ///
    /// The key needs the permission `interviewsRead`. See
    /// [interviewBriefing.info](https://developers.ashbyhq.com/reference/interviewbriefinginfo) in
    /// Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::InterviewBriefing>, Error> {
        read(self.client, "interviewBriefing.info", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `interview_event_id`: Scheduled interview to be briefed on
    pub fn new(interview_event_id: impl Into<types::InterviewEventId>) -> Self {
        Self(Parameters::default().set::<types::InterviewEventId>("interviewEventId", interview_event_id))
    }

    /// Sets `expand`: Parts to include in full; without it only ids are answered.
    pub fn expand(self, expand: impl IntoIterator<Item = impl Into<types::InterviewBriefingDetail>>) -> Self {
        Self(self.0.set_list::<types::InterviewBriefingDetail>("expand", expand))
    }
}

impl From<types::InterviewEventId> for Info {
    fn from(interview_event_id: types::InterviewEventId) -> Self {
        Self::new(interview_event_id)
    }
}
