//! Tags that candidates can carry. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Listing, Parameters, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::candidate_tag`] leads to.
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
    /// Archives a candidate tag.
    ///
    /// Archives the tag; no operation restores it.
    ///
    /// What it does cannot be taken back.
    ///
    /// The key needs the permission `hiringProcessMetadataWrite`. See
    /// [candidateTag.archive](https://developers.ashbyhq.com/reference/candidatetagarchive) in Ashby's
    /// reference.
    pub async fn archive(self, request: impl Into<Archive>) -> Result<Output<types::CandidateTag>, Error> {
        write(self.client, "candidateTag.archive", request.into().0).await
    }

    /// Creates a candidate tag, or answers the one with that title.
    ///
    /// Adds the tag for the whole organisation, unless it is there already.
    ///
    /// The key needs the permission `hiringProcessMetadataWrite`. See
    /// [candidateTag.create](https://developers.ashbyhq.com/reference/candidatetagcreate-1) in Ashby's
    /// reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::CandidateTag>, Error> {
        write(self.client, "candidateTag.create", request.into().0).await
    }

    /// Lists candidate tags.
    ///
    /// The key needs the permission `hiringProcessMetadataRead`. See
    /// [candidateTag.list](https://developers.ashbyhq.com/reference/candidatetaglist) in Ashby's
    /// reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "candidateTag.list"))
    }
}

crate::operations::requests! {
/// What [`Operations::archive`] takes.
Archive
}

impl Archive {
    /// With what it needs:
    ///
    /// - `tag_id`: Which tag
    pub fn new(tag_id: impl Into<types::CandidateTagId>) -> Self {
        Self(Parameters::default().set::<types::CandidateTagId>("tagId", tag_id))
    }
}

impl From<types::CandidateTagId> for Archive {
    fn from(tag_id: types::CandidateTagId) -> Self {
        Self::new(tag_id)
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `title`: What the tag says
    pub fn new(title: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("title", title))
    }
}

impl From<String> for Create {
    fn from(title: String) -> Self {
        Self::new(title)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::CandidateTag
}

impl List {
    /// Sets `includeArchived`: Whether to include archived tags; defaults to false.
    pub fn include_archived(self, include_archived: bool) -> Self {
        Self(self.0.set::<bool>("includeArchived", include_archived))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}
