//! Brands under which an organisation recruits. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::Client;
use crate::operations::Listing;
use crate::types;

/// What [`Client::brand`] leads to.
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
    /// Lists brands.
    ///
    /// The key needs the permission `organizationRead`. See
    /// [brand.list](https://developers.ashbyhq.com/reference/brandlist) in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "brand.list"))
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::Brand
}
