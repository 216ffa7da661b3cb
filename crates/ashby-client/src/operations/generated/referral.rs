//! Referrals: candidates whom a colleague recommends for a job. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, write};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::referral`] leads to.
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
    /// Creates a referral from a filled-in referral form.
    ///
    /// Adds the recommended candidate with an application that is credited to the user.
    ///
    /// The job in the form must be open.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [referral.create](https://developers.ashbyhq.com/reference/referralcreate) in Ashby's reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::Application>, Error> {
        write(self.client, "referral.create", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `id`: The form to fill in, from referralForm.info
    /// - `credited_to_user_id`: The user who recommends the candidate
    /// - `field_submissions`: The form's fields; a job is {title, value: its id}, a location {country,
    ///   region, city}
    pub fn new(
        id: impl Into<types::ReferralFormId>,
        credited_to_user_id: impl Into<types::UserId>,
        field_submissions: impl IntoIterator<Item = impl Into<types::FieldSubmission>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::ReferralFormId>("id", id)
                .set::<types::UserId>("creditedToUserId", credited_to_user_id)
                .set_list::<types::FieldSubmission>("fieldSubmissions", field_submissions),
        )
    }

    /// Sets `createdAt`: When the referral was made; defaults to now.
    pub fn created_at(self, created_at: impl Into<types::Instant>) -> Self {
        Self(self.0.set::<types::Instant>("createdAt", created_at))
    }
}
