//! The referral form: what a user fills in to recommend somebody. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::referral_form`] leads to.
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
    /// Gets the default referral form.
    ///
    /// Creates a default form if the organization has none.
    ///
    /// The key needs the permission `hiringProcessMetadataRead`. See
    /// [referralForm.info](https://developers.ashbyhq.com/reference/referralforminfo) in Ashby's
    /// reference.
    pub async fn info(self) -> Result<Output<types::ReferralForm>, Error> {
        read(self.client, "referralForm.info", Parameters::default()).await
    }
}
