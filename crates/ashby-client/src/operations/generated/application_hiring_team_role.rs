//! Roles that users can have on an application's hiring team. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::application_hiring_team_role`] leads to.
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
    /// Lists the hiring team roles of applications.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [applicationHiringTeamRole.list](https://developers.ashbyhq.com/reference/applicationhiringteamrolelist)
    /// in Ashby's reference.
    pub async fn list(self) -> Result<Output<Vec<types::ApplicationHiringTeamRole>>, Error> {
        read(self.client, "applicationHiringTeamRole.list", Parameters::default()).await
    }
}
