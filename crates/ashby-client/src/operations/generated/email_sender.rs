//! E-mail senders: the addresses from which a user can write to candidates. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::email_sender`] leads to.
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
    /// Lists the addresses from which the acting user can send e-mail.
    ///
    /// Without a user to act for, these are the addresses of the API's own service user. No-reply
    /// addresses are listed too, but sequence.add refuses them.
    ///
    /// The key needs the permission `sourcingRead`. See
    /// [emailSender.list](https://developers.ashbyhq.com/reference/emailsenderlist) in Ashby's
    /// reference.
    pub async fn list(self) -> Result<Output<Vec<types::EmailSender>>, Error> {
        read(self.client, "emailSender.list", Parameters::default()).await
    }
}
