//! Jobs: what an organization hires for, with location, department, interview plans and pay. Written by `cargo xtask codegen` from catalog/*.toml.

use serde_json::Value;

use crate::operations::{Listing, Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::job`] leads to.
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
    /// Creates a job as a draft.
    ///
    /// Creates a draft; nothing is published, and the job can be archived but not deleted.
    ///
    /// Custom fields are set with customField.setValue; a job cannot be opened without a default
    /// interview plan.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [job.create](https://developers.ashbyhq.com/reference/jobcreate) in Ashby's reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::Job>, Error> {
        write(self.client, "job.create", request.into().0).await
    }

    /// Reads one job.
    ///
    /// The key needs the permission `jobsRead`. See
    /// [job.info](https://developers.ashbyhq.com/reference/jobinfo) in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::Job>, Error> {
        read(self.client, "job.info", request.into().0).await
    }

    /// Lists jobs, without drafts unless asked for.
    ///
    /// Drafts come only if status names Draft; confidential jobs only with a key that may see them.
    ///
    /// The key needs the permission `jobsRead`. See
    /// [job.list](https://developers.ashbyhq.com/reference/joblist) in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "job.list"))
    }

    /// Finds jobs by title or requisition id.
    ///
    /// A short answer for looking things up, not paged; use job.list for everything.
    ///
    /// The key needs the permission `jobsRead`. See
    /// [job.search](https://developers.ashbyhq.com/reference/jobsearch) in Ashby's reference.
    pub async fn search(self, request: impl Into<Search>) -> Result<Output<Vec<types::Job>>, Error> {
        read(self.client, "job.search", request.into().0).await
    }

    /// Opens, closes or archives a job, or makes it a draft again.
    ///
    /// Moves the job to the new status, which decides whether it takes applications.
    ///
    /// Allowed: Draft to Open or Archived, Open to Closed, Closed to Draft or Archived, Archived to
    /// Draft; opening needs a default interview plan.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [job.setStatus](https://developers.ashbyhq.com/reference/jobsetstatus) in Ashby's reference.
    pub async fn set_status(self, request: impl Into<SetStatus>) -> Result<Output<types::Job>, Error> {
        write(self.client, "job.setStatus", request.into().0).await
    }

    /// Changes a job's title, team, location, plan or requisition id.
    ///
    /// Custom fields are set with customField.setValue.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [job.update](https://developers.ashbyhq.com/reference/jobupdate) in Ashby's reference.
    pub async fn update(self, request: impl Into<Update>) -> Result<Output<types::Job>, Error> {
        write(self.client, "job.update", request.into().0).await
    }

    /// Replaces a job's compensation tiers.
    ///
    /// Replaces all compensation tiers of the job, which its postings may show; an empty list removes
    /// them.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [job.updateCompensation](https://developers.ashbyhq.com/reference/jobupdatecompensation) in
    /// Ashby's reference.
    pub async fn update_compensation(
        self,
        request: impl Into<UpdateCompensation>,
    ) -> Result<Output<types::Job>, Error> {
        write(self.client, "job.updateCompensation", request.into().0).await
    }

    /// Changes how a job's compensation is shown to candidates.
    ///
    /// Changes what candidates see of the job's pay.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// Ashby's reference does not describe it in full.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [job.updateCompensationSettings](https://developers.ashbyhq.com/reference/jobupdatecompensationsettings)
    /// in Ashby's reference.
    pub async fn update_compensation_settings(
        self,
        request: impl Into<UpdateCompensationSettings>,
    ) -> Result<Output<Value>, Error> {
        write(self.client, "job.updateCompensationSettings", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `title`: Title of the job
    /// - `team_id`: Department or team it belongs to
    /// - `location_id`: Where it is
    pub fn new(
        title: impl Into<String>,
        team_id: impl Into<types::DepartmentId>,
        location_id: impl Into<types::LocationId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<String>("title", title)
                .set::<types::DepartmentId>("teamId", team_id)
                .set::<types::LocationId>("locationId", location_id),
        )
    }

    /// Sets `defaultInterviewPlanId`: Interview plan that applications follow unless another is chosen.
    pub fn default_interview_plan_id(
        self,
        default_interview_plan_id: impl Into<types::InterviewPlanId>,
    ) -> Self {
        Self(self.0.set::<types::InterviewPlanId>("defaultInterviewPlanId", default_interview_plan_id))
    }

    /// Sets `jobTemplateId`: Template to start from; it must be active.
    pub fn job_template_id(self, job_template_id: impl Into<types::JobTemplateId>) -> Self {
        Self(self.0.set::<types::JobTemplateId>("jobTemplateId", job_template_id))
    }

    /// Sets `employmentType`: Kind of employment.
    pub fn employment_type(self, employment_type: types::EmploymentType) -> Self {
        Self(self.0.set::<types::EmploymentType>("employmentType", employment_type))
    }

    /// Sets `brandId`: Brand under which it is advertised.
    pub fn brand_id(self, brand_id: impl Into<types::BrandId>) -> Self {
        Self(self.0.set::<types::BrandId>("brandId", brand_id))
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `id`: Job to read
    pub fn new(id: impl Into<types::JobId>) -> Self {
        Self(Parameters::default().set::<types::JobId>("id", id))
    }

    /// Sets `includeUnpublishedJobPostingsIds`: Whether jobPostingIds names unpublished postings too.
    pub fn include_unpublished_job_postings_ids(self, include_unpublished_job_postings_ids: bool) -> Self {
        Self(self.0.set::<bool>("includeUnpublishedJobPostingsIds", include_unpublished_job_postings_ids))
    }

    /// Sets `expand`: Related records to include in full.
    pub fn expand(self, expand: impl IntoIterator<Item = impl Into<types::JobDetail>>) -> Self {
        Self(self.0.set_list::<types::JobDetail>("expand", expand))
    }
}

impl From<types::JobId> for Info {
    fn from(id: types::JobId) -> Self {
        Self::new(id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::Job
}

impl List {
    /// Sets `createdAfter`: Only jobs created after this moment.
    pub fn created_after(self, created_after: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("createdAfter", created_after.as_millisecond()))
    }

    /// Sets `status`: Only jobs in one of these states; defaults to all but Draft.
    pub fn status(self, status: impl IntoIterator<Item = impl Into<types::JobStatus>>) -> Self {
        Self(self.0.set_list::<types::JobStatus>("status", status))
    }

    /// Sets `openedAfter`: Only jobs opened after this moment.
    pub fn opened_after(self, opened_after: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("openedAfter", opened_after.as_millisecond()))
    }

    /// Sets `openedBefore`: Only jobs opened before this moment.
    pub fn opened_before(self, opened_before: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("openedBefore", opened_before.as_millisecond()))
    }

    /// Sets `closedAfter`: Only jobs closed after this moment.
    pub fn closed_after(self, closed_after: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("closedAfter", closed_after.as_millisecond()))
    }

    /// Sets `closedBefore`: Only jobs closed before this moment.
    pub fn closed_before(self, closed_before: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("closedBefore", closed_before.as_millisecond()))
    }

    /// Sets `includeUnpublishedJobPostingsIds`: Whether jobPostingIds names unpublished postings too.
    pub fn include_unpublished_job_postings_ids(self, include_unpublished_job_postings_ids: bool) -> Self {
        Self(self.0.set::<bool>("includeUnpublishedJobPostingsIds", include_unpublished_job_postings_ids))
    }

    /// Sets `expand`: Related records to include in full.
    pub fn expand(self, expand: impl IntoIterator<Item = impl Into<types::JobDetail>>) -> Self {
        Self(self.0.set_list::<types::JobDetail>("expand", expand))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::requests! {
/// What [`Operations::search`] takes.
Search
}

impl Search {
    /// With what it needs:
    ///
    /// - `title`: Title to look for
    pub fn by_title(title: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("title", title))
    }

    /// With what it needs:
    ///
    /// - `requisition_id`: Requisition id to look for
    pub fn by_requisition_id(requisition_id: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("requisitionId", requisition_id))
    }

    /// Sets `title`: Title to look for.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self(self.0.set::<String>("title", title))
    }

    /// Sets `requisitionId`: Requisition id to look for.
    pub fn requisition_id(self, requisition_id: impl Into<String>) -> Self {
        Self(self.0.set::<String>("requisitionId", requisition_id))
    }
}

crate::operations::requests! {
/// What [`Operations::set_status`] takes.
SetStatus
}

impl SetStatus {
    /// With what it needs:
    ///
    /// - `job_id`: Job to move
    /// - `status`: New status
    pub fn new(job_id: impl Into<types::JobId>, status: types::JobStatus) -> Self {
        Self(
            Parameters::default()
                .set::<types::JobId>("jobId", job_id)
                .set::<types::JobStatus>("status", status),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::update`] takes.
Update
}

impl Update {
    /// With what it needs:
    ///
    /// - `job_id`: Job to change
    pub fn new(job_id: impl Into<types::JobId>) -> Self {
        Self(Parameters::default().set::<types::JobId>("jobId", job_id))
    }

    /// Sets `title`: New title.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self(self.0.set::<String>("title", title))
    }

    /// Sets `teamId`: New department or team; null clears it.
    pub fn team_id(self, team_id: impl Into<types::DepartmentId>) -> Self {
        Self(self.0.set::<types::DepartmentId>("teamId", team_id))
    }

    /// Sends null as `teamId`, which clears it.
    pub fn clear_team_id(self) -> Self {
        Self(self.0.set::<Value>("teamId", Value::Null))
    }

    /// Sets `locationId`: New location.
    pub fn location_id(self, location_id: impl Into<types::LocationId>) -> Self {
        Self(self.0.set::<types::LocationId>("locationId", location_id))
    }

    /// Sets `defaultInterviewPlanId`: New default interview plan.
    pub fn default_interview_plan_id(
        self,
        default_interview_plan_id: impl Into<types::InterviewPlanId>,
    ) -> Self {
        Self(self.0.set::<types::InterviewPlanId>("defaultInterviewPlanId", default_interview_plan_id))
    }

    /// Sets `employmentType`: New kind of employment.
    pub fn employment_type(self, employment_type: types::EmploymentType) -> Self {
        Self(self.0.set::<types::EmploymentType>("employmentType", employment_type))
    }

    /// Sets `customRequisitionId`: New requisition id; null clears it.
    pub fn custom_requisition_id(self, custom_requisition_id: impl Into<String>) -> Self {
        Self(self.0.set::<String>("customRequisitionId", custom_requisition_id))
    }

    /// Sends null as `customRequisitionId`, which clears it.
    pub fn clear_custom_requisition_id(self) -> Self {
        Self(self.0.set::<Value>("customRequisitionId", Value::Null))
    }
}

impl From<types::JobId> for Update {
    fn from(job_id: types::JobId) -> Self {
        Self::new(job_id)
    }
}

crate::operations::requests! {
/// What [`Operations::update_compensation`] takes.
UpdateCompensation
}

impl UpdateCompensation {
    /// With what it needs:
    ///
    /// - `job_id`: Job to change
    /// - `compensation_tiers`: All tiers the job is to have; empty for none
    pub fn new(
        job_id: impl Into<types::JobId>,
        compensation_tiers: impl IntoIterator<Item = impl Into<types::CompensationTierInput>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::JobId>("jobId", job_id)
                .set_list::<types::CompensationTierInput>("compensationTiers", compensation_tiers),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::update_compensation_settings`] takes.
UpdateCompensationSettings
}

impl UpdateCompensationSettings {
    /// With what it needs:
    ///
    /// - `job_id`: Job to change
    pub fn new(job_id: impl Into<types::JobId>) -> Self {
        Self(Parameters::default().set::<types::JobId>("jobId", job_id))
    }
}

impl From<types::JobId> for UpdateCompensationSettings {
    fn from(job_id: types::JobId) -> Self {
        Self::new(job_id)
    }
}
