//! Hiring teams: who works on an application, a job or an opening, and in which role. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, write};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::hiring_team`] leads to.
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
    /// Gives a user a role on the hiring team of an application, job or opening.
    ///
    /// Gives the user the role, and with it the access that the role carries.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [hiringTeam.addMember](https://developers.ashbyhq.com/reference/hiringteamaddmember-1) in
    /// Ashby's reference.
    pub async fn add_member(
        self,
        request: impl Into<AddMember>,
    ) -> Result<Output<types::HiringTeamMember>, Error> {
        write(self.client, "hiringTeam.addMember", request.into().0).await
    }

    /// Takes a user's role on the hiring team of an application, job or opening.
    ///
    /// Takes the role from the user, and with it the access that the role carries.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [hiringTeam.removeMember](https://developers.ashbyhq.com/reference/hiringteamremovemember-1) in
    /// Ashby's reference.
    pub async fn remove_member(
        self,
        request: impl Into<RemoveMember>,
    ) -> Result<Output<types::HiringTeamMember>, Error> {
        write(self.client, "hiringTeam.removeMember", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::add_member`] takes.
AddMember
}

impl AddMember {
    /// With what it needs:
    ///
    /// - `team_member_id`: User who gets the role
    /// - `role_id`: Role to give; ids come from hiringTeamRole.list with namesOnly false
    /// - `application_id`: Application whose team gains the member
    pub fn with_application_id(
        team_member_id: impl Into<types::UserId>,
        role_id: impl Into<types::HiringTeamRoleId>,
        application_id: impl Into<types::ApplicationId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::UserId>("teamMemberId", team_member_id)
                .set::<types::HiringTeamRoleId>("roleId", role_id)
                .set::<types::ApplicationId>("applicationId", application_id),
        )
    }

    /// With what it needs:
    ///
    /// - `team_member_id`: User who gets the role
    /// - `role_id`: Role to give; ids come from hiringTeamRole.list with namesOnly false
    /// - `job_id`: Job whose team gains the member
    pub fn with_job_id(
        team_member_id: impl Into<types::UserId>,
        role_id: impl Into<types::HiringTeamRoleId>,
        job_id: impl Into<types::JobId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::UserId>("teamMemberId", team_member_id)
                .set::<types::HiringTeamRoleId>("roleId", role_id)
                .set::<types::JobId>("jobId", job_id),
        )
    }

    /// With what it needs:
    ///
    /// - `team_member_id`: User who gets the role
    /// - `role_id`: Role to give; ids come from hiringTeamRole.list with namesOnly false
    /// - `opening_id`: Opening whose team gains the member
    pub fn with_opening_id(
        team_member_id: impl Into<types::UserId>,
        role_id: impl Into<types::HiringTeamRoleId>,
        opening_id: impl Into<types::OpeningId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::UserId>("teamMemberId", team_member_id)
                .set::<types::HiringTeamRoleId>("roleId", role_id)
                .set::<types::OpeningId>("openingId", opening_id),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::remove_member`] takes.
RemoveMember
}

impl RemoveMember {
    /// With what it needs:
    ///
    /// - `team_member_id`: User who loses the role
    /// - `role_id`: Role to take away; ids come from hiringTeamRole.list with namesOnly false
    /// - `application_id`: Application whose team loses the member
    pub fn with_application_id(
        team_member_id: impl Into<types::UserId>,
        role_id: impl Into<types::HiringTeamRoleId>,
        application_id: impl Into<types::ApplicationId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::UserId>("teamMemberId", team_member_id)
                .set::<types::HiringTeamRoleId>("roleId", role_id)
                .set::<types::ApplicationId>("applicationId", application_id),
        )
    }

    /// With what it needs:
    ///
    /// - `team_member_id`: User who loses the role
    /// - `role_id`: Role to take away; ids come from hiringTeamRole.list with namesOnly false
    /// - `job_id`: Job whose team loses the member
    pub fn with_job_id(
        team_member_id: impl Into<types::UserId>,
        role_id: impl Into<types::HiringTeamRoleId>,
        job_id: impl Into<types::JobId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::UserId>("teamMemberId", team_member_id)
                .set::<types::HiringTeamRoleId>("roleId", role_id)
                .set::<types::JobId>("jobId", job_id),
        )
    }

    /// With what it needs:
    ///
    /// - `team_member_id`: User who loses the role
    /// - `role_id`: Role to take away; ids come from hiringTeamRole.list with namesOnly false
    /// - `opening_id`: Opening whose team loses the member
    pub fn with_opening_id(
        team_member_id: impl Into<types::UserId>,
        role_id: impl Into<types::HiringTeamRoleId>,
        opening_id: impl Into<types::OpeningId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::UserId>("teamMemberId", team_member_id)
                .set::<types::HiringTeamRoleId>("roleId", role_id)
                .set::<types::OpeningId>("openingId", opening_id),
        )
    }
}
