//! Templates of e-mails and other messages to candidates. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::communication_template`] leads to.
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
    /// Lists enabled communication templates.
    ///
    /// The key needs the permission `hiringProcessMetadataRead`. See
    /// [communicationTemplate.list](https://developers.ashbyhq.com/reference/communicationtemplatelist)
    /// in Ashby's reference.
    pub async fn list(self) -> Result<Output<Vec<types::CommunicationTemplate>>, Error> {
        read(self.client, "communicationTemplate.list", Parameters::default()).await
    }
}
