//! Offer processes: the frame in which an application's offers are made. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, write};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::offer_process`] leads to.
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
    /// Starts an offer process for an application.
    ///
    /// Opens an offer process for the application, the first step before offer.start and offer.create.
    ///
    /// The key needs the permission `offersWrite`. See
    /// [offerProcess.start](https://developers.ashbyhq.com/reference/offerprocessstart-1) in Ashby's
    /// reference.
    pub async fn start(self, request: impl Into<Start>) -> Result<Output<types::OfferProcess>, Error> {
        write(self.client, "offerProcess.start", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::start`] takes.
Start
}

impl Start {
    /// With what it needs:
    ///
    /// - `application_id`: Whose offer process to start
    pub fn new(application_id: impl Into<types::ApplicationId>) -> Self {
        Self(Parameters::default().set::<types::ApplicationId>("applicationId", application_id))
    }
}

impl From<types::ApplicationId> for Start {
    fn from(application_id: types::ApplicationId) -> Self {
        Self::new(application_id)
    }
}
