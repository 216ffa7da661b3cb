//! The API key itself: its name and what it is allowed. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::api_key`] leads to.
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
    /// Tells the name, age and permissions of the key that asks.
    ///
    /// It needs a permission of its own: a refusal says nothing about the key's other permissions.
    ///
    /// The key needs the permission `apiKeysRead`. See
    /// [apiKey.info](https://developers.ashbyhq.com/reference/apikeyinfo) in Ashby's reference.
    pub async fn info(self) -> Result<Output<types::ApiKey>, Error> {
        read(self.client, "apiKey.info", Parameters::default()).await
    }
}
