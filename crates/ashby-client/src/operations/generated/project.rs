//! Projects: groups of candidates, such as talent pools and events. Written by `cargo xtask codegen` from catalog/*.toml.

use serde_json::Value;

use crate::operations::{Listing, Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::project`] leads to.
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
    /// Archives a project.
    ///
    /// Archives the project; its candidates, history and custom fields stay, and project.restore brings
    /// it back.
    ///
    /// Archiving an archived project succeeds; the key, or the user it acts for, must be allowed to edit
    /// the project.
    ///
    /// The key needs the permission `projectsWrite`. See
    /// [project.archive](https://developers.ashbyhq.com/reference/projectarchive) in Ashby's reference.
    pub async fn archive(self, request: impl Into<Archive>) -> Result<Output<types::Project>, Error> {
        write(self.client, "project.archive", request.into().0).await
    }

    /// Creates an empty project.
    ///
    /// Creates a project without candidates, whose author is the key or the user it acts for.
    ///
    /// Confidential projects need a plan that has them; values of project custom fields go into
    /// customFields; candidates are added with candidate.addProject.
    ///
    /// Ashby's reference does not describe it in full.
    ///
    /// The key needs the permission `projectsWrite`. See
    /// [project.create](https://developers.ashbyhq.com/reference/projectcreate) in Ashby's reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::Project>, Error> {
        write(self.client, "project.create", request.into().0).await
    }

    /// Gets a project.
    ///
    /// Confidential projects are found only with a key that may see them.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [project.info](https://developers.ashbyhq.com/reference/projectinfo-1) in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::Project>, Error> {
        read(self.client, "project.info", request.into().0).await
    }

    /// Lists projects, archived ones too.
    ///
    /// Confidential projects are left out unless the key may see them.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [project.list](https://developers.ashbyhq.com/reference/projectlist-1) in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "project.list"))
    }

    /// Brings an archived project back.
    ///
    /// Takes the project out of the archive.
    ///
    /// The key needs the permission `projectsWrite`. See
    /// [project.restore](https://developers.ashbyhq.com/reference/projectrestore) in Ashby's reference.
    pub async fn restore(self, request: impl Into<Restore>) -> Result<Output<types::Project>, Error> {
        write(self.client, "project.restore", request.into().0).await
    }

    /// Finds projects by title.
    ///
    /// Answers with 100 projects at most, without paging; use project.list for all.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [project.search](https://developers.ashbyhq.com/reference/projectsearch) in Ashby's reference.
    pub async fn search(self, request: impl Into<Search>) -> Result<Output<Vec<types::Project>>, Error> {
        read(self.client, "project.search", request.into().0).await
    }

    /// Sets the value of a custom field of a project.
    ///
    /// Replaces the value of one custom field, on an archived project too.
    ///
    /// The last of several writes to a field wins, so a retry can undo a newer value; required fields
    /// cannot be cleared.
    ///
    /// Ashby's reference does not describe it in full.
    ///
    /// The key needs the permission `projectsWrite`. See
    /// [project.setCustomFieldValue](https://developers.ashbyhq.com/reference/projectsetcustomfieldvalue)
    /// in Ashby's reference.
    pub async fn set_custom_field_value(
        self,
        request: impl Into<SetCustomFieldValue>,
    ) -> Result<Output<Value>, Error> {
        write(self.client, "project.setCustomFieldValue", request.into().0).await
    }

    /// Sets the values of several custom fields of a project at once.
    ///
    /// Replaces the values of the given custom fields; the others stay.
    ///
    /// The last of several writes to a field wins, so a retry can undo a newer value; required fields
    /// cannot be cleared.
    ///
    /// Ashby's reference does not describe it in full.
    ///
    /// The key needs the permission `projectsWrite`. See
    /// [project.setCustomFieldValues](https://developers.ashbyhq.com/reference/projectsetcustomfieldvalues)
    /// in Ashby's reference.
    pub async fn set_custom_field_values(
        self,
        request: impl Into<SetCustomFieldValues>,
    ) -> Result<Output<Value>, Error> {
        write(self.client, "project.setCustomFieldValues", request.into().0).await
    }

    /// Changes the details of a project.
    ///
    /// Replaces the given details; those that are left out stay.
    ///
    /// Ashby's reference does not describe it in full.
    ///
    /// The key needs the permission `projectsWrite`. See
    /// [project.update](https://developers.ashbyhq.com/reference/projectupdate) in Ashby's reference.
    pub async fn update(self, request: impl Into<Update>) -> Result<Output<types::Project>, Error> {
        write(self.client, "project.update", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::archive`] takes.
Archive
}

impl Archive {
    /// With what it needs:
    ///
    /// - `project_id`: Which project
    pub fn new(project_id: impl Into<types::ProjectId>) -> Self {
        Self(Parameters::default().set::<types::ProjectId>("projectId", project_id))
    }
}

impl From<types::ProjectId> for Archive {
    fn from(project_id: types::ProjectId) -> Self {
        Self::new(project_id)
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `title`: Title, at least one character
    pub fn new(title: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("title", title))
    }

    /// Sets `description`: What the project is for; empty or null leaves it unset.
    pub fn description(self, description: impl Into<types::TextOrObject>) -> Self {
        Self(self.0.set::<types::TextOrObject>("description", description))
    }

    /// Sends null as `description`, which clears it.
    pub fn clear_description(self) -> Self {
        Self(self.0.set::<Value>("description", Value::Null))
    }

    /// Sets `confidential`: Whether the project is confidential; defaults to false.
    pub fn confidential(self, confidential: bool) -> Self {
        Self(self.0.set::<bool>("confidential", confidential))
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
    /// - `project_id`: Which project
    pub fn new(project_id: impl Into<types::ProjectId>) -> Self {
        Self(Parameters::default().set::<types::ProjectId>("projectId", project_id))
    }
}

impl From<types::ProjectId> for Info {
    fn from(project_id: types::ProjectId) -> Self {
        Self::new(project_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::Project
}

impl List {
    /// Sets `createdAfter`: Only projects created after this time, in milliseconds since 1970-01-01 UTC.
    pub fn created_after(self, created_after: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("createdAfter", created_after.as_millisecond()))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::requests! {
/// What [`Operations::restore`] takes.
Restore
}

impl Restore {
    /// With what it needs:
    ///
    /// - `project_id`: Which project
    pub fn new(project_id: impl Into<types::ProjectId>) -> Self {
        Self(Parameters::default().set::<types::ProjectId>("projectId", project_id))
    }
}

impl From<types::ProjectId> for Restore {
    fn from(project_id: types::ProjectId) -> Self {
        Self::new(project_id)
    }
}

crate::operations::requests! {
/// What [`Operations::search`] takes.
Search
}

impl Search {
    /// With what it needs:
    ///
    /// - `title`: The title to look for
    pub fn new(title: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("title", title))
    }
}

impl From<String> for Search {
    fn from(title: String) -> Self {
        Self::new(title)
    }
}

crate::operations::requests! {
/// What [`Operations::set_custom_field_value`] takes.
SetCustomFieldValue
}

impl SetCustomFieldValue {
    /// With what it needs:
    ///
    /// - `project_id`: Which project
    pub fn new(project_id: impl Into<types::ProjectId>) -> Self {
        Self(Parameters::default().set::<types::ProjectId>("projectId", project_id))
    }

    /// Sets `fieldId`: Which custom field, from customField.list.
    pub fn field_id(self, field_id: impl Into<types::CustomFieldId>) -> Self {
        Self(self.0.set::<types::CustomFieldId>("fieldId", field_id))
    }

    /// Sets `fieldValue`: The new value, of the field's kind; null clears it.
    pub fn field_value(self, field_value: impl Into<Value>) -> Self {
        Self(self.0.set::<Value>("fieldValue", field_value))
    }

    /// Sends null as `fieldValue`, which clears it.
    pub fn clear_field_value(self) -> Self {
        Self(self.0.set::<Value>("fieldValue", Value::Null))
    }
}

impl From<types::ProjectId> for SetCustomFieldValue {
    fn from(project_id: types::ProjectId) -> Self {
        Self::new(project_id)
    }
}

crate::operations::requests! {
/// What [`Operations::set_custom_field_values`] takes.
SetCustomFieldValues
}

impl SetCustomFieldValues {
    /// With what it needs:
    ///
    /// - `project_id`: Which project
    pub fn new(project_id: impl Into<types::ProjectId>) -> Self {
        Self(Parameters::default().set::<types::ProjectId>("projectId", project_id))
    }

    /// Sets `values`: The fields and their new values.
    pub fn values(self, values: impl IntoIterator<Item = impl Into<types::CustomFieldSetting>>) -> Self {
        Self(self.0.set_list::<types::CustomFieldSetting>("values", values))
    }
}

impl From<types::ProjectId> for SetCustomFieldValues {
    fn from(project_id: types::ProjectId) -> Self {
        Self::new(project_id)
    }
}

crate::operations::requests! {
/// What [`Operations::update`] takes.
Update
}

impl Update {
    /// With what it needs:
    ///
    /// - `project_id`: Which project
    pub fn new(project_id: impl Into<types::ProjectId>) -> Self {
        Self(Parameters::default().set::<types::ProjectId>("projectId", project_id))
    }

    /// Sets `title`: New title.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self(self.0.set::<String>("title", title))
    }

    /// Sets `description`: New description; null removes it.
    pub fn description(self, description: impl Into<types::TextOrObject>) -> Self {
        Self(self.0.set::<types::TextOrObject>("description", description))
    }

    /// Sends null as `description`, which clears it.
    pub fn clear_description(self) -> Self {
        Self(self.0.set::<Value>("description", Value::Null))
    }
}

impl From<types::ProjectId> for Update {
    fn from(project_id: types::ProjectId) -> Self {
        Self::new(project_id)
    }
}
