//! Departments and teams, which form a tree. Written by `cargo xtask codegen` from catalog/*.toml.

use serde_json::{Map, Value};

use crate::operations::{Listing, Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::department`] leads to.
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
    /// Archives a department.
    ///
    /// Archives the department; department.restore brings it back.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [department.archive](https://developers.ashbyhq.com/reference/departmentarchive-1) in Ashby's
    /// reference.
    pub async fn archive(self, request: impl Into<Archive>) -> Result<Output<types::Department>, Error> {
        write(self.client, "department.archive", request.into().0).await
    }

    /// Creates a department or team.
    ///
    /// Adds the department for the whole organisation; a repeat may add a second one.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [department.create](https://developers.ashbyhq.com/reference/departmentcreate-1) in Ashby's
    /// reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::Department>, Error> {
        write(self.client, "department.create", request.into().0).await
    }

    /// Fetches a department.
    ///
    /// The key needs the permission `organizationRead`. See
    /// [department.info](https://developers.ashbyhq.com/reference/departmentinfo) in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::Department>, Error> {
        read(self.client, "department.info", request.into().0).await
    }

    /// Lists departments and teams.
    ///
    /// The key needs the permission `organizationRead`. See
    /// [department.list](https://developers.ashbyhq.com/reference/departmentlist) in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "department.list"))
    }

    /// Moves a department to another parent.
    ///
    /// Makes the department a part of the other one.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [department.move](https://developers.ashbyhq.com/reference/departmentmove-1) in Ashby's
    /// reference.
    pub async fn r#move(self, request: impl Into<Move>) -> Result<Output<types::Department>, Error> {
        write(self.client, "department.move", request.into().0).await
    }

    /// Restores an archived department.
    ///
    /// The department can be used again.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [department.restore](https://developers.ashbyhq.com/reference/departmentrestore-1) in Ashby's
    /// reference.
    pub async fn restore(self, request: impl Into<Restore>) -> Result<Output<types::Department>, Error> {
        write(self.client, "department.restore", request.into().0).await
    }

    /// Changes a department's names or extra data.
    ///
    /// Changes what is sent and leaves the rest; the external name is what candidates see.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [department.update](https://developers.ashbyhq.com/reference/departmentupdate-1) in Ashby's
    /// reference.
    pub async fn update(self, request: impl Into<Update>) -> Result<Output<types::Department>, Error> {
        write(self.client, "department.update", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::archive`] takes.
Archive
}

impl Archive {
    /// With what it needs:
    ///
    /// - `department_id`: Which department
    pub fn new(department_id: impl Into<types::DepartmentId>) -> Self {
        Self(Parameters::default().set::<types::DepartmentId>("departmentId", department_id))
    }
}

impl From<types::DepartmentId> for Archive {
    fn from(department_id: types::DepartmentId) -> Self {
        Self::new(department_id)
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `name`: Its name
    pub fn new(name: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("name", name))
    }

    /// Sets `externalName`: Its name on job boards, for candidates.
    pub fn external_name(self, external_name: impl Into<String>) -> Self {
        Self(self.0.set::<String>("externalName", external_name))
    }

    /// Sets `parentId`: The department it is a part of; none at the top by default.
    pub fn parent_id(self, parent_id: impl Into<types::DepartmentId>) -> Self {
        Self(self.0.set::<types::DepartmentId>("parentId", parent_id))
    }

    /// Sets `extraData`: Texts of your own by key (keys up to 100 characters, values 512, 1 kB in all);
    /// every key that may read departments reads them, so nothing personal.
    pub fn extra_data(self, extra_data: impl Into<Map<String, Value>>) -> Self {
        Self(self.0.set::<Map<String, Value>>("extraData", extra_data))
    }
}

impl From<String> for Create {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `department_id`: Which department
    pub fn new(department_id: impl Into<types::DepartmentId>) -> Self {
        Self(Parameters::default().set::<types::DepartmentId>("departmentId", department_id))
    }
}

impl From<types::DepartmentId> for Info {
    fn from(department_id: types::DepartmentId) -> Self {
        Self::new(department_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::Department
}

impl List {
    /// Sets `includeArchived`: Whether to include archived departments; defaults to false.
    pub fn include_archived(self, include_archived: bool) -> Self {
        Self(self.0.set::<bool>("includeArchived", include_archived))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::requests! {
/// What [`Operations::move`] takes.
Move
}

impl Move {
    /// With what it needs:
    ///
    /// - `department_id`: Which department
    pub fn new(department_id: impl Into<types::DepartmentId>) -> Self {
        Self(Parameters::default().set::<types::DepartmentId>("departmentId", department_id))
    }

    /// Sets `parentId`: The department it shall be a part of.
    pub fn parent_id(self, parent_id: impl Into<types::DepartmentId>) -> Self {
        Self(self.0.set::<types::DepartmentId>("parentId", parent_id))
    }
}

impl From<types::DepartmentId> for Move {
    fn from(department_id: types::DepartmentId) -> Self {
        Self::new(department_id)
    }
}

crate::operations::requests! {
/// What [`Operations::restore`] takes.
Restore
}

impl Restore {
    /// With what it needs:
    ///
    /// - `department_id`: Which department
    pub fn new(department_id: impl Into<types::DepartmentId>) -> Self {
        Self(Parameters::default().set::<types::DepartmentId>("departmentId", department_id))
    }
}

impl From<types::DepartmentId> for Restore {
    fn from(department_id: types::DepartmentId) -> Self {
        Self::new(department_id)
    }
}

crate::operations::requests! {
/// What [`Operations::update`] takes.
Update
}

impl Update {
    /// With what it needs:
    ///
    /// - `department_id`: Which department
    pub fn new(department_id: impl Into<types::DepartmentId>) -> Self {
        Self(Parameters::default().set::<types::DepartmentId>("departmentId", department_id))
    }

    /// Sets `name`: Its name.
    pub fn name(self, name: impl Into<String>) -> Self {
        Self(self.0.set::<String>("name", name))
    }

    /// Sets `externalName`: Its name on job boards, for candidates.
    pub fn external_name(self, external_name: impl Into<String>) -> Self {
        Self(self.0.set::<String>("externalName", external_name))
    }

    /// Sets `extraData`: Texts of your own by key (keys up to 100 characters, values 512, 1 kB in all);
    /// every key that may read departments reads them, so nothing personal.
    pub fn extra_data(self, extra_data: impl Into<Map<String, Value>>) -> Self {
        Self(self.0.set::<Map<String, Value>>("extraData", extra_data))
    }
}

impl From<types::DepartmentId> for Update {
    fn from(department_id: types::DepartmentId) -> Self {
        Self::new(department_id)
    }
}
