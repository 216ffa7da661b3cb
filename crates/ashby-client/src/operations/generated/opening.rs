//! Openings: the positions to fill, with their jobs, locations and states. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Listing, Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::opening`] leads to.
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
    /// Adds a job to an opening.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [opening.addJob](https://developers.ashbyhq.com/reference/openingaddjob-1) in Ashby's reference.
    pub async fn add_job(self, request: impl Into<AddJob>) -> Result<Output<types::Opening>, Error> {
        write(self.client, "opening.addJob", request.into().0).await
    }

    /// Adds a location to an opening.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [opening.addLocation](https://developers.ashbyhq.com/reference/openingaddlocation-1) in Ashby's
    /// reference.
    pub async fn add_location(
        self,
        request: impl Into<AddLocation>,
    ) -> Result<Output<types::Opening>, Error> {
        write(self.client, "opening.addLocation", request.into().0).await
    }

    /// Creates an opening.
    ///
    /// Creates an opening, as a draft unless another state is given.
    ///
    /// Custom fields are set afterwards, with customField.setValue; states other than Draft are
    /// validated more strictly.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [opening.create](https://developers.ashbyhq.com/reference/openingcreate-1) in Ashby's reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::Opening>, Error> {
        write(self.client, "opening.create", request.into().0).await
    }

    /// Gets an opening.
    ///
    /// The key needs the permission `jobsRead`. See
    /// [opening.info](https://developers.ashbyhq.com/reference/openinginfo-1) in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::Opening>, Error> {
        read(self.client, "opening.info", request.into().0).await
    }

    /// Lists openings, archived ones too.
    ///
    /// The key needs the permission `jobsRead`. See
    /// [opening.list](https://developers.ashbyhq.com/reference/openinglist-1) in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "opening.list"))
    }

    /// Removes a job from an opening.
    ///
    /// Ends the link between the job and the opening; both stay.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [opening.removeJob](https://developers.ashbyhq.com/reference/openingremovejob-1) in Ashby's
    /// reference.
    pub async fn remove_job(self, request: impl Into<RemoveJob>) -> Result<Output<types::Opening>, Error> {
        write(self.client, "opening.removeJob", request.into().0).await
    }

    /// Removes a location from an opening.
    ///
    /// Takes the location from the opening; the location itself stays.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [opening.removeLocation](https://developers.ashbyhq.com/reference/openingremovelocation-1) in
    /// Ashby's reference.
    pub async fn remove_location(
        self,
        request: impl Into<RemoveLocation>,
    ) -> Result<Output<types::Opening>, Error> {
        write(self.client, "opening.removeLocation", request.into().0).await
    }

    /// Finds openings by their identifier.
    ///
    /// The key needs the permission `jobsRead`. See
    /// [opening.search](https://developers.ashbyhq.com/reference/openingsearch-1) in Ashby's reference.
    pub async fn search(self, request: impl Into<Search>) -> Result<Output<Vec<types::Opening>>, Error> {
        read(self.client, "opening.search", request.into().0).await
    }

    /// Archives an opening or brings it back.
    ///
    /// Archives the opening, or takes it out of the archive.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [opening.setArchived](https://developers.ashbyhq.com/reference/openingsetarchived-1) in Ashby's
    /// reference.
    pub async fn set_archived(
        self,
        request: impl Into<SetArchived>,
    ) -> Result<Output<types::Opening>, Error> {
        write(self.client, "opening.setArchived", request.into().0).await
    }

    /// Sets the state of an opening.
    ///
    /// Moves the opening to another state; an offer cannot use one that is closed.
    ///
    /// Filled is not among the states that can be set.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [opening.setOpeningState](https://developers.ashbyhq.com/reference/openingsetopeningstate-1) in
    /// Ashby's reference.
    pub async fn set_opening_state(
        self,
        request: impl Into<SetOpeningState>,
    ) -> Result<Output<types::Opening>, Error> {
        write(self.client, "opening.setOpeningState", request.into().0).await
    }

    /// Changes the details of an opening.
    ///
    /// Replaces the given details; those that are left out stay.
    ///
    /// Jobs, locations, state and custom fields have operations of their own.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [opening.update](https://developers.ashbyhq.com/reference/openingupdate-1) in Ashby's reference.
    pub async fn update(self, request: impl Into<Update>) -> Result<Output<types::Opening>, Error> {
        write(self.client, "opening.update", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::add_job`] takes.
AddJob
}

impl AddJob {
    /// With what it needs:
    ///
    /// - `opening_id`: Which opening
    /// - `job_id`: The job to add
    pub fn new(opening_id: impl Into<types::OpeningId>, job_id: impl Into<types::JobId>) -> Self {
        Self(
            Parameters::default()
                .set::<types::OpeningId>("openingId", opening_id)
                .set::<types::JobId>("jobId", job_id),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::add_location`] takes.
AddLocation
}

impl AddLocation {
    /// With what it needs:
    ///
    /// - `opening_id`: Which opening
    /// - `location_id`: The location to add
    pub fn new(opening_id: impl Into<types::OpeningId>, location_id: impl Into<types::LocationId>) -> Self {
        Self(
            Parameters::default()
                .set::<types::OpeningId>("openingId", opening_id)
                .set::<types::LocationId>("locationId", location_id),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
#[derive(Default)]
Create
}

impl Create {
    /// With nothing set.
    pub fn new() -> Self {
        Self(Parameters::default())
    }

    /// Sets `identifier`: Your own identifier of the opening, which opening.search finds.
    pub fn identifier(self, identifier: impl Into<String>) -> Self {
        Self(self.0.set::<String>("identifier", identifier))
    }

    /// Sets `description`: What the opening is for.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self(self.0.set::<String>("description", description))
    }

    /// Sets `teamId`: The department or team that hires.
    pub fn team_id(self, team_id: impl Into<types::DepartmentId>) -> Self {
        Self(self.0.set::<types::DepartmentId>("teamId", team_id))
    }

    /// Sets `locationIds`: Where the position is.
    pub fn location_ids(self, location_ids: impl IntoIterator<Item = impl Into<types::LocationId>>) -> Self {
        Self(self.0.set_list::<types::LocationId>("locationIds", location_ids))
    }

    /// Sets `jobIds`: The jobs that hire for it.
    pub fn job_ids(self, job_ids: impl IntoIterator<Item = impl Into<types::JobId>>) -> Self {
        Self(self.0.set_list::<types::JobId>("jobIds", job_ids))
    }

    /// Sets `targetHireDate`: Day by which to have hired somebody, YYYY-MM-DD.
    pub fn target_hire_date(self, target_hire_date: impl Into<types::DateOrInstant>) -> Self {
        Self(self.0.set::<types::DateOrInstant>("targetHireDate", target_hire_date))
    }

    /// Sets `targetStartDate`: Day by which the hired person is to start, YYYY-MM-DD.
    pub fn target_start_date(self, target_start_date: impl Into<types::DateOrInstant>) -> Self {
        Self(self.0.set::<types::DateOrInstant>("targetStartDate", target_start_date))
    }

    /// Sets `isBackfill`: Whether somebody who left is to be replaced; defaults to false.
    pub fn is_backfill(self, is_backfill: bool) -> Self {
        Self(self.0.set::<bool>("isBackfill", is_backfill))
    }

    /// Sets `employmentType`: Kind of employment; defaults to FullTime.
    pub fn employment_type(self, employment_type: types::EmploymentType) -> Self {
        Self(self.0.set::<types::EmploymentType>("employmentType", employment_type))
    }

    /// Sets `openingState`: State to create it in; defaults to Draft.
    pub fn opening_state(self, opening_state: types::SettableOpeningState) -> Self {
        Self(self.0.set::<types::SettableOpeningState>("openingState", opening_state))
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `opening_id`: Which opening
    pub fn new(opening_id: impl Into<types::OpeningId>) -> Self {
        Self(Parameters::default().set::<types::OpeningId>("openingId", opening_id))
    }
}

impl From<types::OpeningId> for Info {
    fn from(opening_id: types::OpeningId) -> Self {
        Self::new(opening_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::Opening
}

impl List {
    /// Sets `createdAfter`: Only openings created after this time, in milliseconds since 1970-01-01 UTC.
    pub fn created_after(self, created_after: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("createdAfter", created_after.as_millisecond()))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::requests! {
/// What [`Operations::remove_job`] takes.
RemoveJob
}

impl RemoveJob {
    /// With what it needs:
    ///
    /// - `opening_id`: Which opening
    /// - `job_id`: The job to remove
    pub fn new(opening_id: impl Into<types::OpeningId>, job_id: impl Into<types::JobId>) -> Self {
        Self(
            Parameters::default()
                .set::<types::OpeningId>("openingId", opening_id)
                .set::<types::JobId>("jobId", job_id),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::remove_location`] takes.
RemoveLocation
}

impl RemoveLocation {
    /// With what it needs:
    ///
    /// - `opening_id`: Which opening
    /// - `location_id`: The location to remove
    pub fn new(opening_id: impl Into<types::OpeningId>, location_id: impl Into<types::LocationId>) -> Self {
        Self(
            Parameters::default()
                .set::<types::OpeningId>("openingId", opening_id)
                .set::<types::LocationId>("locationId", location_id),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::search`] takes.
Search
}

impl Search {
    /// With what it needs:
    ///
    /// - `identifier`: The identifier that the opening was given, not its id
    pub fn new(identifier: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("identifier", identifier))
    }
}

impl From<String> for Search {
    fn from(identifier: String) -> Self {
        Self::new(identifier)
    }
}

crate::operations::requests! {
/// What [`Operations::set_archived`] takes.
SetArchived
}

impl SetArchived {
    /// With what it needs:
    ///
    /// - `opening_id`: Which opening
    /// - `archive`: true archives it, false brings it back
    pub fn new(opening_id: impl Into<types::OpeningId>, archive: bool) -> Self {
        Self(
            Parameters::default()
                .set::<types::OpeningId>("openingId", opening_id)
                .set::<bool>("archive", archive),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::set_opening_state`] takes.
SetOpeningState
}

impl SetOpeningState {
    /// With what it needs:
    ///
    /// - `opening_id`: Which opening
    /// - `opening_state`: The new state
    pub fn new(opening_id: impl Into<types::OpeningId>, opening_state: types::SettableOpeningState) -> Self {
        Self(
            Parameters::default()
                .set::<types::OpeningId>("openingId", opening_id)
                .set::<types::SettableOpeningState>("openingState", opening_state),
        )
    }

    /// Sets `closeReasonId`: Why it is closed, from closeReason.list; only with the state Closed.
    pub fn close_reason_id(self, close_reason_id: impl Into<types::CloseReasonId>) -> Self {
        Self(self.0.set::<types::CloseReasonId>("closeReasonId", close_reason_id))
    }
}

crate::operations::requests! {
/// What [`Operations::update`] takes.
Update
}

impl Update {
    /// With what it needs:
    ///
    /// - `opening_id`: Which opening
    pub fn new(opening_id: impl Into<types::OpeningId>) -> Self {
        Self(Parameters::default().set::<types::OpeningId>("openingId", opening_id))
    }

    /// Sets `identifier`: Your own identifier of the opening, which opening.search finds.
    pub fn identifier(self, identifier: impl Into<String>) -> Self {
        Self(self.0.set::<String>("identifier", identifier))
    }

    /// Sets `description`: What the opening is for.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self(self.0.set::<String>("description", description))
    }

    /// Sets `teamId`: The department or team that hires.
    pub fn team_id(self, team_id: impl Into<types::DepartmentId>) -> Self {
        Self(self.0.set::<types::DepartmentId>("teamId", team_id))
    }

    /// Sets `targetHireDate`: Day by which to have hired somebody, YYYY-MM-DD.
    pub fn target_hire_date(self, target_hire_date: impl Into<types::DateOrInstant>) -> Self {
        Self(self.0.set::<types::DateOrInstant>("targetHireDate", target_hire_date))
    }

    /// Sets `targetStartDate`: Day by which the hired person is to start, YYYY-MM-DD.
    pub fn target_start_date(self, target_start_date: impl Into<types::DateOrInstant>) -> Self {
        Self(self.0.set::<types::DateOrInstant>("targetStartDate", target_start_date))
    }

    /// Sets `isBackfill`: Whether somebody who left is to be replaced.
    pub fn is_backfill(self, is_backfill: bool) -> Self {
        Self(self.0.set::<bool>("isBackfill", is_backfill))
    }

    /// Sets `employmentType`: Kind of employment.
    pub fn employment_type(self, employment_type: types::EmploymentType) -> Self {
        Self(self.0.set::<types::EmploymentType>("employmentType", employment_type))
    }
}

impl From<types::OpeningId> for Update {
    fn from(opening_id: types::OpeningId) -> Self {
        Self::new(opening_id)
    }
}
