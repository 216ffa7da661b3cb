//! Hiring team roles: what a member of a hiring team can be. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::hiring_team_role`] leads to.
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
    /// Lists the roles a hiring team member can have.
    ///
    /// Answers bare titles unless namesOnly is false; only then are there ids for hiringTeam.addMember.
    ///
    /// The key needs the permission `organizationRead`. See
    /// [hiringTeamRole.list](https://developers.ashbyhq.com/reference/hiringteamrolelist-1) in Ashby's
    /// reference.
    pub async fn list(
        self,
        request: impl Into<List>,
    ) -> Result<Output<Vec<types::TextOrHiringTeamRole>>, Error> {
        read(self.client, "hiringTeamRole.list", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::list`] takes.
#[derive(Default)]
List
}

impl List {
    /// With nothing set.
    pub fn new() -> Self {
        Self(Parameters::default())
    }

    /// Sets `namesOnly`: True answers titles only, false answers ids and titles; defaults to true.
    pub fn names_only(self, names_only: bool) -> Self {
        Self(self.0.set::<bool>("namesOnly", names_only))
    }
}
