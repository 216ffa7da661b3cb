//! Locations: places of jobs and employees, and the regions that group them. Written by `cargo xtask codegen` from catalog/*.toml.

use serde_json::{Map, Value};

use crate::operations::{Listing, Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::location`] leads to.
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
    /// Archives a location or region.
    ///
    /// Takes the location out of use until it is restored.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [location.archive](https://developers.ashbyhq.com/reference/locationarchive-1) in Ashby's
    /// reference.
    pub async fn archive(self, request: impl Into<Archive>) -> Result<Output<types::Location>, Error> {
        write(self.client, "location.archive", request.into().0).await
    }

    /// Creates a location or region.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [location.create](https://developers.ashbyhq.com/reference/locationcreate-1) in Ashby's
    /// reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::Location>, Error> {
        write(self.client, "location.create", request.into().0).await
    }

    /// Reads one location.
    ///
    /// The key needs the permission `organizationRead`. See
    /// [location.info](https://developers.ashbyhq.com/reference/locationinfo) in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::Location>, Error> {
        read(self.client, "location.info", request.into().0).await
    }

    /// Lists locations, without regions unless asked for.
    ///
    /// The key needs the permission `organizationRead`. See
    /// [location.list](https://developers.ashbyhq.com/reference/locationlist-1) in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "location.list"))
    }

    /// Moves a location or region into another region.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [location.move](https://developers.ashbyhq.com/reference/locationmove-1) in Ashby's reference.
    pub async fn r#move(self, request: impl Into<Move>) -> Result<Output<types::Location>, Error> {
        write(self.client, "location.move", request.into().0).await
    }

    /// Restores an archived location or region.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [location.restore](https://developers.ashbyhq.com/reference/locationrestore-1) in Ashby's
    /// reference.
    pub async fn restore(self, request: impl Into<Restore>) -> Result<Output<types::Location>, Error> {
        write(self.client, "location.restore", request.into().0).await
    }

    /// Changes the address of a location or region.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [location.updateAddress](https://developers.ashbyhq.com/reference/locationupdateaddress-1) in
    /// Ashby's reference.
    pub async fn update_address(
        self,
        request: impl Into<UpdateAddress>,
    ) -> Result<Output<types::Location>, Error> {
        write(self.client, "location.updateAddress", request.into().0).await
    }

    /// Changes the name of a location that candidates see.
    ///
    /// Changes the location's name on job boards.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [location.updateExternalName](https://developers.ashbyhq.com/reference/locationupdateexternalname-1)
    /// in Ashby's reference.
    pub async fn update_external_name(
        self,
        request: impl Into<UpdateExternalName>,
    ) -> Result<Output<types::Location>, Error> {
        write(self.client, "location.updateExternalName", request.into().0).await
    }

    /// Renames a location.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [location.updateName](https://developers.ashbyhq.com/reference/locationupdatename-1) in Ashby's
    /// reference.
    pub async fn update_name(self, request: impl Into<UpdateName>) -> Result<Output<types::Location>, Error> {
        write(self.client, "location.updateName", request.into().0).await
    }

    /// Changes whether work at a location is on site, hybrid or remote.
    ///
    /// Not for regions (LocationHierarchy).
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [location.updateWorkplaceType](https://developers.ashbyhq.com/reference/locationupdateworkplacetype-1)
    /// in Ashby's reference.
    pub async fn update_workplace_type(
        self,
        request: impl Into<UpdateWorkplaceType>,
    ) -> Result<Output<types::Location>, Error> {
        write(self.client, "location.updateWorkplaceType", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::archive`] takes.
Archive
}

impl Archive {
    /// With what it needs:
    ///
    /// - `location_id`: Location to archive
    pub fn new(location_id: impl Into<types::LocationId>) -> Self {
        Self(Parameters::default().set::<types::LocationId>("locationId", location_id))
    }
}

impl From<types::LocationId> for Archive {
    fn from(location_id: types::LocationId) -> Self {
        Self::new(location_id)
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `name`: Name of the location
    /// - `type`: Location is a place for jobs and employees, LocationHierarchy a region that groups
    ///   places and regions
    pub fn new(name: impl Into<String>, r#type: types::LocationType) -> Self {
        Self(Parameters::default().set::<String>("name", name).set::<types::LocationType>("type", r#type))
    }

    /// Sets `address`: Address of the location.
    pub fn address(self, address: types::AddressInput) -> Self {
        Self(self.0.set::<types::AddressInput>("address", address))
    }

    /// Sets `parentLocationId`: Region it lies in.
    pub fn parent_location_id(self, parent_location_id: impl Into<types::LocationId>) -> Self {
        Self(self.0.set::<types::LocationId>("parentLocationId", parent_location_id))
    }

    /// Sets `isRemote`: Whether it is called remote; prefer workplaceType, which must agree; not for
    /// regions; defaults to false.
    pub fn is_remote(self, is_remote: bool) -> Self {
        Self(self.0.set::<bool>("isRemote", is_remote))
    }

    /// Sets `workplaceType`: Where the work is done; not for regions.
    pub fn workplace_type(self, workplace_type: types::WorkplaceType) -> Self {
        Self(self.0.set::<types::WorkplaceType>("workplaceType", workplace_type))
    }

    /// Sets `externalName`: Name shown to candidates instead of name.
    pub fn external_name(self, external_name: impl Into<String>) -> Self {
        Self(self.0.set::<String>("externalName", external_name))
    }

    /// Sets `extraData`: Your own texts by key (keys to 100 characters, values to 512, under 1 kB in
    /// all); no personal data.
    pub fn extra_data(self, extra_data: impl Into<Map<String, Value>>) -> Self {
        Self(self.0.set::<Map<String, Value>>("extraData", extra_data))
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `location_id`: Location to read
    pub fn new(location_id: impl Into<types::LocationId>) -> Self {
        Self(Parameters::default().set::<types::LocationId>("locationId", location_id))
    }
}

impl From<types::LocationId> for Info {
    fn from(location_id: types::LocationId) -> Self {
        Self::new(location_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::Location
}

impl List {
    /// Sets `includeArchived`: Also archived locations; defaults to false.
    pub fn include_archived(self, include_archived: bool) -> Self {
        Self(self.0.set::<bool>("includeArchived", include_archived))
    }

    /// Sets `includeLocationHierarchy`: Also regions; defaults to false.
    pub fn include_location_hierarchy(self, include_location_hierarchy: bool) -> Self {
        Self(self.0.set::<bool>("includeLocationHierarchy", include_location_hierarchy))
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
    /// - `location_id`: Location to move
    /// - `parent_location_hierarchy_id`: Region to move it into
    pub fn new(
        location_id: impl Into<types::LocationId>,
        parent_location_hierarchy_id: impl Into<types::LocationId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::LocationId>("locationId", location_id)
                .set::<types::LocationId>("parentLocationHierarchyId", parent_location_hierarchy_id),
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
    /// - `location_id`: Location to restore
    pub fn new(location_id: impl Into<types::LocationId>) -> Self {
        Self(Parameters::default().set::<types::LocationId>("locationId", location_id))
    }
}

impl From<types::LocationId> for Restore {
    fn from(location_id: types::LocationId) -> Self {
        Self::new(location_id)
    }
}

crate::operations::requests! {
/// What [`Operations::update_address`] takes.
UpdateAddress
}

impl UpdateAddress {
    /// With what it needs:
    ///
    /// - `location_id`: Location to change
    /// - `address`: New address
    pub fn new(location_id: impl Into<types::LocationId>, address: types::AddressInput) -> Self {
        Self(
            Parameters::default()
                .set::<types::LocationId>("locationId", location_id)
                .set::<types::AddressInput>("address", address),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::update_external_name`] takes.
UpdateExternalName
}

impl UpdateExternalName {
    /// With what it needs:
    ///
    /// - `location_id`: Location to change
    pub fn new(location_id: impl Into<types::LocationId>) -> Self {
        Self(Parameters::default().set::<types::LocationId>("locationId", location_id))
    }

    /// Sets `externalName`: New name for candidates; null clears it, and they see the ordinary name.
    pub fn external_name(self, external_name: impl Into<String>) -> Self {
        Self(self.0.set::<String>("externalName", external_name))
    }

    /// Sends null as `externalName`, which clears it.
    pub fn clear_external_name(self) -> Self {
        Self(self.0.set::<Value>("externalName", Value::Null))
    }
}

impl From<types::LocationId> for UpdateExternalName {
    fn from(location_id: types::LocationId) -> Self {
        Self::new(location_id)
    }
}

crate::operations::requests! {
/// What [`Operations::update_name`] takes.
UpdateName
}

impl UpdateName {
    /// With what it needs:
    ///
    /// - `location_id`: Location to rename
    /// - `name`: New name
    pub fn new(location_id: impl Into<types::LocationId>, name: impl Into<String>) -> Self {
        Self(
            Parameters::default()
                .set::<types::LocationId>("locationId", location_id)
                .set::<String>("name", name),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::update_workplace_type`] takes.
UpdateWorkplaceType
}

impl UpdateWorkplaceType {
    /// With what it needs:
    ///
    /// - `location_id`: Location to change
    /// - `workplace_type`: Where the work is done
    pub fn new(location_id: impl Into<types::LocationId>, workplace_type: types::WorkplaceType) -> Self {
        Self(
            Parameters::default()
                .set::<types::LocationId>("locationId", location_id)
                .set::<types::WorkplaceType>("workplaceType", workplace_type),
        )
    }
}
