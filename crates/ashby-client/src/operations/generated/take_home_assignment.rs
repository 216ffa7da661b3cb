//! Take-home assignments: tasks that candidates solve on their own. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Listing, Parameters, read};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::take_home_assignment`] leads to.
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
    /// Gets a take-home assignment.
    ///
    /// The key needs the permission `interviewsRead`. See
    /// [takeHomeAssignment.info](https://developers.ashbyhq.com/reference/takehomeassignmentinfo) in
    /// Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::TakeHomeAssignment>, Error> {
        read(self.client, "takeHomeAssignment.info", request.into().0).await
    }

    /// Lists take-home assignments.
    ///
    /// The key needs the permission `interviewsRead`. See
    /// [takeHomeAssignment.list](https://developers.ashbyhq.com/reference/takehomeassignmentlist) in
    /// Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "takeHomeAssignment.list"))
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `take_home_assignment_id`: Which assignment
    pub fn new(take_home_assignment_id: impl Into<types::TakeHomeAssignmentId>) -> Self {
        Self(
            Parameters::default()
                .set::<types::TakeHomeAssignmentId>("takeHomeAssignmentId", take_home_assignment_id),
        )
    }

    /// Sets `expand`: Related records to include.
    pub fn expand(
        self,
        expand: impl IntoIterator<Item = impl Into<types::TakeHomeAssignmentDetail>>,
    ) -> Self {
        Self(self.0.set_list::<types::TakeHomeAssignmentDetail>("expand", expand))
    }
}

impl From<types::TakeHomeAssignmentId> for Info {
    fn from(take_home_assignment_id: types::TakeHomeAssignmentId) -> Self {
        Self::new(take_home_assignment_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::TakeHomeAssignment
}

impl List {
    /// Sets `applicationId`: Only the assignments of this application.
    pub fn application_id(self, application_id: impl Into<types::ApplicationId>) -> Self {
        Self(self.0.set::<types::ApplicationId>("applicationId", application_id))
    }

    /// Sets `candidateId`: Only the assignments of this candidate.
    pub fn candidate_id(self, candidate_id: impl Into<types::CandidateId>) -> Self {
        Self(self.0.set::<types::CandidateId>("candidateId", candidate_id))
    }

    /// Sets `expand`: Related records to include.
    pub fn expand(
        self,
        expand: impl IntoIterator<Item = impl Into<types::TakeHomeAssignmentDetail>>,
    ) -> Self {
        Self(self.0.set_list::<types::TakeHomeAssignmentDetail>("expand", expand))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}
