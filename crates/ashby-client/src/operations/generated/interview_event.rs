//! Interview events: single interviews with a time, a place and interviewers. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::Listing;
use crate::types;
use crate::{Client, SyncToken};

/// What [`Client::interview_event`] leads to.
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
    /// Lists the events of one interview schedule.
    ///
    /// interviewSchedule.list already carries each schedule's events; ask here only for a single
    /// schedule.
    ///
    /// The key needs the permission `interviewsRead`. See
    /// [interviewEvent.list](https://developers.ashbyhq.com/reference/intervieweventlist) in Ashby's
    /// reference.
    pub fn list(self, interview_schedule_id: impl Into<types::InterviewScheduleId>) -> List {
        List(
            Listing::new(self.client, "interviewEvent.list")
                .set::<types::InterviewScheduleId>("interviewScheduleId", interview_schedule_id),
        )
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::InterviewEvent
}

impl List {
    /// Sets `createdAfter`: Only events created after this moment.
    pub fn created_after(self, created_after: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("createdAfter", created_after.as_millisecond()))
    }

    /// Sets `expand`: Related records to include in full.
    pub fn expand(self, expand: impl IntoIterator<Item = impl Into<types::InterviewEventDetail>>) -> Self {
        Self(self.0.set_list::<types::InterviewEventDetail>("expand", expand))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}
