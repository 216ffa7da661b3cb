//! Interviewer pools: users who may interview, and those in training for it. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Listing, Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::interviewer_pool`] leads to.
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
    /// Adds a user to an interviewer pool.
    ///
    /// The key needs the permission `hiringProcessMetadataWrite`. See
    /// [interviewerPool.addUser](https://developers.ashbyhq.com/reference/interviewerpooladduser) in
    /// Ashby's reference.
    pub async fn add_user(
        self,
        request: impl Into<AddUser>,
    ) -> Result<Output<types::InterviewerPool>, Error> {
        write(self.client, "interviewerPool.addUser", request.into().0).await
    }

    /// Archives an interviewer pool.
    ///
    /// Takes the pool out of use until it is restored.
    ///
    /// The key needs the permission `hiringProcessMetadataWrite`. See
    /// [interviewerPool.archive](https://developers.ashbyhq.com/reference/interviewerpoolarchive) in
    /// Ashby's reference.
    pub async fn archive(self, request: impl Into<Archive>) -> Result<Output<types::InterviewerPool>, Error> {
        write(self.client, "interviewerPool.archive", request.into().0).await
    }

    /// Creates an interviewer pool.
    ///
    /// The key needs the permission `hiringProcessMetadataWrite`. See
    /// [interviewerPool.create](https://developers.ashbyhq.com/reference/interviewerpoolcreate) in
    /// Ashby's reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::InterviewerPool>, Error> {
        write(self.client, "interviewerPool.create", request.into().0).await
    }

    /// Reads one interviewer pool with its members and trainees.
    ///
    /// The key needs the permission `hiringProcessMetadataRead`. See
    /// [interviewerPool.info](https://developers.ashbyhq.com/reference/interviewerpoolinfo) in Ashby's
    /// reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::InterviewerPool>, Error> {
        read(self.client, "interviewerPool.info", request.into().0).await
    }

    /// Lists interviewer pools without their members.
    ///
    /// Members and trainees come only from interviewerPool.info.
    ///
    /// The key needs the permission `hiringProcessMetadataRead`. See
    /// [interviewerPool.list](https://developers.ashbyhq.com/reference/interviewerpoollist) in Ashby's
    /// reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "interviewerPool.list"))
    }

    /// Removes a user from an interviewer pool.
    ///
    /// Takes the user out of the pool, as a member or as a trainee.
    ///
    /// The key needs the permission `hiringProcessMetadataWrite`. See
    /// [interviewerPool.removeUser](https://developers.ashbyhq.com/reference/interviewerpoolremoveuser)
    /// in Ashby's reference.
    pub async fn remove_user(
        self,
        request: impl Into<RemoveUser>,
    ) -> Result<Output<types::InterviewerPool>, Error> {
        write(self.client, "interviewerPool.removeUser", request.into().0).await
    }

    /// Restores an archived interviewer pool.
    ///
    /// The key needs the permission `hiringProcessMetadataWrite`. See
    /// [interviewerPool.restore](https://developers.ashbyhq.com/reference/interviewerpoolrestore-1) in
    /// Ashby's reference.
    pub async fn restore(self, request: impl Into<Restore>) -> Result<Output<types::InterviewerPool>, Error> {
        write(self.client, "interviewerPool.restore", request.into().0).await
    }

    /// Changes an interviewer pool's title or need for training.
    ///
    /// The key needs the permission `hiringProcessMetadataWrite`. See
    /// [interviewerPool.update](https://developers.ashbyhq.com/reference/interviewerpoolupdate) in
    /// Ashby's reference.
    pub async fn update(self, request: impl Into<Update>) -> Result<Output<types::InterviewerPool>, Error> {
        write(self.client, "interviewerPool.update", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::add_user`] takes.
AddUser
}

impl AddUser {
    /// With what it needs:
    ///
    /// - `interviewer_pool_id`: Pool that gains the user
    /// - `user_id`: User to add
    pub fn new(
        interviewer_pool_id: impl Into<types::InterviewerPoolId>,
        user_id: impl Into<types::UserId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::InterviewerPoolId>("interviewerPoolId", interviewer_pool_id)
                .set::<types::UserId>("userId", user_id),
        )
    }

    /// Sets `interviewerPoolTrainingPathStageId`: Training stage at which the user joins as a trainee.
    pub fn interviewer_pool_training_path_stage_id(
        self,
        interviewer_pool_training_path_stage_id: impl Into<types::TrainingStageId>,
    ) -> Self {
        Self(self.0.set::<types::TrainingStageId>(
            "interviewerPoolTrainingPathStageId",
            interviewer_pool_training_path_stage_id,
        ))
    }
}

crate::operations::requests! {
/// What [`Operations::archive`] takes.
Archive
}

impl Archive {
    /// With what it needs:
    ///
    /// - `interviewer_pool_id`: Pool to archive
    pub fn new(interviewer_pool_id: impl Into<types::InterviewerPoolId>) -> Self {
        Self(Parameters::default().set::<types::InterviewerPoolId>("interviewerPoolId", interviewer_pool_id))
    }
}

impl From<types::InterviewerPoolId> for Archive {
    fn from(interviewer_pool_id: types::InterviewerPoolId) -> Self {
        Self::new(interviewer_pool_id)
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `title`: Title of the pool
    pub fn new(title: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("title", title))
    }

    /// Sets `requiresTraining`: Whether interviewers need training before they qualify.
    pub fn requires_training(self, requires_training: bool) -> Self {
        Self(self.0.set::<bool>("requiresTraining", requires_training))
    }
}

impl From<String> for Create {
    fn from(title: String) -> Self {
        Self::new(title)
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `interviewer_pool_id`: Pool to read
    pub fn new(interviewer_pool_id: impl Into<types::InterviewerPoolId>) -> Self {
        Self(Parameters::default().set::<types::InterviewerPoolId>("interviewerPoolId", interviewer_pool_id))
    }
}

impl From<types::InterviewerPoolId> for Info {
    fn from(interviewer_pool_id: types::InterviewerPoolId) -> Self {
        Self::new(interviewer_pool_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::InterviewerPoolSummary
}

impl List {
    /// Sets `includeArchivedPools`: Also archived pools; defaults to false.
    pub fn include_archived_pools(self, include_archived_pools: bool) -> Self {
        Self(self.0.set::<bool>("includeArchivedPools", include_archived_pools))
    }

    /// Sets `includeArchivedTrainingStages`: Also archived training stages; defaults to false.
    pub fn include_archived_training_stages(self, include_archived_training_stages: bool) -> Self {
        Self(self.0.set::<bool>("includeArchivedTrainingStages", include_archived_training_stages))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::requests! {
/// What [`Operations::remove_user`] takes.
RemoveUser
}

impl RemoveUser {
    /// With what it needs:
    ///
    /// - `interviewer_pool_id`: Pool that loses the user
    /// - `user_id`: User to remove
    pub fn new(
        interviewer_pool_id: impl Into<types::InterviewerPoolId>,
        user_id: impl Into<types::UserId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::InterviewerPoolId>("interviewerPoolId", interviewer_pool_id)
                .set::<types::UserId>("userId", user_id),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::restore`] takes.
Restore
}

impl Restore {
    /// With what it needs:
    ///
    /// - `interviewer_pool_id`: Pool to restore
    pub fn new(interviewer_pool_id: impl Into<types::InterviewerPoolId>) -> Self {
        Self(Parameters::default().set::<types::InterviewerPoolId>("interviewerPoolId", interviewer_pool_id))
    }
}

impl From<types::InterviewerPoolId> for Restore {
    fn from(interviewer_pool_id: types::InterviewerPoolId) -> Self {
        Self::new(interviewer_pool_id)
    }
}

crate::operations::requests! {
/// What [`Operations::update`] takes.
Update
}

impl Update {
    /// With what it needs:
    ///
    /// - `interviewer_pool_id`: Pool to change
    pub fn new(interviewer_pool_id: impl Into<types::InterviewerPoolId>) -> Self {
        Self(Parameters::default().set::<types::InterviewerPoolId>("interviewerPoolId", interviewer_pool_id))
    }

    /// Sets `title`: New title.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self(self.0.set::<String>("title", title))
    }

    /// Sets `requiresTraining`: Whether interviewers need training before they qualify.
    pub fn requires_training(self, requires_training: bool) -> Self {
        Self(self.0.set::<bool>("requiresTraining", requires_training))
    }
}

impl From<types::InterviewerPoolId> for Update {
    fn from(interviewer_pool_id: types::InterviewerPoolId) -> Self {
        Self::new(interviewer_pool_id)
    }
}
