//! Interviews: the kinds of interview that can be scheduled, not the scheduled ones. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Listing, Parameters, read};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::interview`] leads to.
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
    /// Reads one interview definition.
    ///
    /// The key needs the permission `interviewsRead`. See
    /// [interview.info](https://developers.ashbyhq.com/reference/interviewinfo) in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::Interview>, Error> {
        read(self.client, "interview.info", request.into().0).await
    }

    /// Lists interview definitions.
    ///
    /// These are definitions; scheduled interviews come from interviewSchedule.list.
    ///
    /// The key needs the permission `interviewsRead`. See
    /// [interview.list](https://developers.ashbyhq.com/reference/interviewlist) in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "interview.list"))
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `id`: Interview to read
    pub fn new(id: impl Into<types::InterviewId>) -> Self {
        Self(Parameters::default().set::<types::InterviewId>("id", id))
    }
}

impl From<types::InterviewId> for Info {
    fn from(id: types::InterviewId) -> Self {
        Self::new(id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::Interview
}

impl List {
    /// Sets `includeArchived`: Also archived interviews; defaults to false.
    pub fn include_archived(self, include_archived: bool) -> Self {
        Self(self.0.set::<bool>("includeArchived", include_archived))
    }

    /// Sets `includeNonSharedInterviews`: Also interviews that belong to a single job; defaults to
    /// false.
    pub fn include_non_shared_interviews(self, include_non_shared_interviews: bool) -> Self {
        Self(self.0.set::<bool>("includeNonSharedInterviews", include_non_shared_interviews))
    }

    /// Sets `excludeArchivedScheduleTemplateInterviews`: With includeNonSharedInterviews: leaves out
    /// those of archived schedule templates; defaults to false.
    pub fn exclude_archived_schedule_template_interviews(
        self,
        exclude_archived_schedule_template_interviews: bool,
    ) -> Self {
        Self(self.0.set::<bool>(
            "excludeArchivedScheduleTemplateInterviews",
            exclude_archived_schedule_template_interviews,
        ))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}
