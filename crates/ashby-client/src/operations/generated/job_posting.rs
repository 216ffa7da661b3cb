//! Job postings: advertisements of jobs, with description, application form and pay. Written by `cargo xtask codegen` from catalog/*.toml.

use serde_json::Value;

use crate::operations::{Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::job_posting`] leads to.
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
    /// Reads one job posting with its description and forms.
    ///
    /// A draft is found only with includeUnpublishedJobPostings.
    ///
    /// The key needs the permission `jobsRead`. See
    /// [jobPosting.info](https://developers.ashbyhq.com/reference/jobpostinginfo) in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::JobPosting>, Error> {
        read(self.client, "jobPosting.info", request.into().0).await
    }

    /// Lists the job postings of one job board.
    ///
    /// Covers only the primary external board unless jobBoardId names another; unlisted postings, which
    /// are not for the public, come too unless listedOnly is true.
    ///
    /// The key needs the permission `jobsRead`. See
    /// [jobPosting.list](https://developers.ashbyhq.com/reference/jobpostinglist) in Ashby's reference.
    pub async fn list(
        self,
        request: impl Into<List>,
    ) -> Result<Output<Vec<types::JobPostingSummary>>, Error> {
        read(self.client, "jobPosting.list", request.into().0).await
    }

    /// Sets a custom field of a job posting.
    ///
    /// Ashby's reference does not describe it in full.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [jobPosting.setCustomFieldValue](https://developers.ashbyhq.com/reference/jobpostingsetcustomfieldvalue)
    /// in Ashby's reference.
    pub async fn set_custom_field_value(
        self,
        request: impl Into<SetCustomFieldValue>,
    ) -> Result<Output<Value>, Error> {
        write(self.client, "jobPosting.setCustomFieldValue", request.into().0).await
    }

    /// Sets several custom fields of a job posting.
    ///
    /// Ashby's reference does not describe it in full.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [jobPosting.setCustomFieldValues](https://developers.ashbyhq.com/reference/jobpostingsetcustomfieldvalues)
    /// in Ashby's reference.
    pub async fn set_custom_field_values(
        self,
        request: impl Into<SetCustomFieldValues>,
    ) -> Result<Output<Value>, Error> {
        write(self.client, "jobPosting.setCustomFieldValues", request.into().0).await
    }

    /// Publishes a job posting, or takes it down.
    ///
    /// Publishes the posting on job boards for everyone to see, or takes it down from them.
    ///
    /// Publishing needs a title, a description, an open job and whatever pay the organization requires.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [jobPosting.setStatus](https://developers.ashbyhq.com/reference/jobpostingsetstatus) in Ashby's
    /// reference.
    pub async fn set_status(self, request: impl Into<SetStatus>) -> Result<Output<types::JobPosting>, Error> {
        write(self.client, "jobPosting.setStatus", request.into().0).await
    }

    /// Changes a job posting's text, places or form.
    ///
    /// Changes what applicants see, at once if the posting is published.
    ///
    /// Replaces only the body of the description; the brand's opening and closing stay around it unless
    /// both are suppressed.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [jobPosting.update](https://developers.ashbyhq.com/reference/jobpostingupdate) in Ashby's
    /// reference.
    pub async fn update(self, request: impl Into<Update>) -> Result<Output<types::JobPosting>, Error> {
        write(self.client, "jobPosting.update", request.into().0).await
    }

    /// Replaces a job posting's compensation tiers.
    ///
    /// Replaces all compensation tiers of the posting, at once for applicants if it is published.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [jobPosting.updateCompensation](https://developers.ashbyhq.com/reference/jobpostingupdatecompensation)
    /// in Ashby's reference.
    pub async fn update_compensation(
        self,
        request: impl Into<UpdateCompensation>,
    ) -> Result<Output<types::JobPosting>, Error> {
        write(self.client, "jobPosting.updateCompensation", request.into().0).await
    }

    /// Changes how a job posting shows compensation to candidates.
    ///
    /// Changes what applicants see of the posting's pay.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// Ashby's reference does not describe it in full.
    ///
    /// The key needs the permission `jobsWrite`. See
    /// [jobPosting.updateCompensationSettings](https://developers.ashbyhq.com/reference/jobpostingupdatecompensationsettings)
    /// in Ashby's reference.
    pub async fn update_compensation_settings(
        self,
        request: impl Into<UpdateCompensationSettings>,
    ) -> Result<Output<Value>, Error> {
        write(self.client, "jobPosting.updateCompensationSettings", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `job_posting_id`: Posting to read
    pub fn new(job_posting_id: impl Into<types::JobPostingId>) -> Self {
        Self(Parameters::default().set::<types::JobPostingId>("jobPostingId", job_posting_id))
    }

    /// Sets `jobBoardId`: Board as which to show it; defaults to an external one.
    pub fn job_board_id(self, job_board_id: impl Into<types::JobBoardId>) -> Self {
        Self(self.0.set::<types::JobBoardId>("jobBoardId", job_board_id))
    }

    /// Sets `includeUnpublishedJobPostings`: Finds drafts too; defaults to false.
    pub fn include_unpublished_job_postings(self, include_unpublished_job_postings: bool) -> Self {
        Self(self.0.set::<bool>("includeUnpublishedJobPostings", include_unpublished_job_postings))
    }

    /// Sets `expand`: Related records to include in full.
    pub fn expand(self, expand: impl IntoIterator<Item = impl Into<types::JobPostingDetail>>) -> Self {
        Self(self.0.set_list::<types::JobPostingDetail>("expand", expand))
    }
}

impl From<types::JobPostingId> for Info {
    fn from(job_posting_id: types::JobPostingId) -> Self {
        Self::new(job_posting_id)
    }
}

crate::operations::requests! {
/// What [`Operations::list`] takes.
#[derive(Default)]
List
}

impl List {
    /// With nothing set.
    pub fn new() -> Self {
        Self(Parameters::default())
    }

    /// Sets `location`: Only postings at this location; exact name, case matters.
    pub fn location(self, location: impl Into<String>) -> Self {
        Self(self.0.set::<String>("location", location))
    }

    /// Sets `department`: Only postings of this department; exact name, case matters.
    pub fn department(self, department: impl Into<String>) -> Self {
        Self(self.0.set::<String>("department", department))
    }

    /// Sets `listedOnly`: Leaves out unlisted postings; defaults to false.
    pub fn listed_only(self, listed_only: bool) -> Self {
        Self(self.0.set::<bool>("listedOnly", listed_only))
    }

    /// Sets `jobBoardId`: Board to list; defaults to the primary external one.
    pub fn job_board_id(self, job_board_id: impl Into<types::JobBoardId>) -> Self {
        Self(self.0.set::<types::JobBoardId>("jobBoardId", job_board_id))
    }

    /// Sets `includeUnpublishedJobPostings`: Also drafts; defaults to false.
    pub fn include_unpublished_job_postings(self, include_unpublished_job_postings: bool) -> Self {
        Self(self.0.set::<bool>("includeUnpublishedJobPostings", include_unpublished_job_postings))
    }
}

crate::operations::requests! {
/// What [`Operations::set_custom_field_value`] takes.
SetCustomFieldValue
}

impl SetCustomFieldValue {
    /// With what it needs:
    ///
    /// - `job_posting_id`: Posting to change
    pub fn new(job_posting_id: impl Into<types::JobPostingId>) -> Self {
        Self(Parameters::default().set::<types::JobPostingId>("jobPostingId", job_posting_id))
    }

    /// Sets `fieldId`: Custom field to set.
    pub fn field_id(self, field_id: impl Into<types::CustomFieldId>) -> Self {
        Self(self.0.set::<types::CustomFieldId>("fieldId", field_id))
    }

    /// Sets `fieldValue`: New value in the form of the field's type; null clears it.
    pub fn field_value(self, field_value: impl Into<Value>) -> Self {
        Self(self.0.set::<Value>("fieldValue", field_value))
    }

    /// Sends null as `fieldValue`, which clears it.
    pub fn clear_field_value(self) -> Self {
        Self(self.0.set::<Value>("fieldValue", Value::Null))
    }
}

impl From<types::JobPostingId> for SetCustomFieldValue {
    fn from(job_posting_id: types::JobPostingId) -> Self {
        Self::new(job_posting_id)
    }
}

crate::operations::requests! {
/// What [`Operations::set_custom_field_values`] takes.
SetCustomFieldValues
}

impl SetCustomFieldValues {
    /// With what it needs:
    ///
    /// - `job_posting_id`: Posting to change
    pub fn new(job_posting_id: impl Into<types::JobPostingId>) -> Self {
        Self(Parameters::default().set::<types::JobPostingId>("jobPostingId", job_posting_id))
    }

    /// Sets `values`: Custom fields and their new values.
    pub fn values(self, values: impl IntoIterator<Item = impl Into<types::CustomFieldSetting>>) -> Self {
        Self(self.0.set_list::<types::CustomFieldSetting>("values", values))
    }
}

impl From<types::JobPostingId> for SetCustomFieldValues {
    fn from(job_posting_id: types::JobPostingId) -> Self {
        Self::new(job_posting_id)
    }
}

crate::operations::requests! {
/// What [`Operations::set_status`] takes.
SetStatus
}

impl SetStatus {
    /// With what it needs:
    ///
    /// - `job_posting_id`: Posting to publish or take down
    /// - `status`: Published puts it up, Draft takes it down
    pub fn new(job_posting_id: impl Into<types::JobPostingId>, status: types::JobPostingStatus) -> Self {
        Self(
            Parameters::default()
                .set::<types::JobPostingId>("jobPostingId", job_posting_id)
                .set::<types::JobPostingStatus>("status", status),
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
    /// - `job_posting_id`: Posting to change
    pub fn new(job_posting_id: impl Into<types::JobPostingId>) -> Self {
        Self(Parameters::default().set::<types::JobPostingId>("jobPostingId", job_posting_id))
    }

    /// Sets `title`: New title.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self(self.0.set::<String>("title", title))
    }

    /// Sets `description`: New body of the description.
    pub fn description(self, description: types::PostingDescription) -> Self {
        Self(self.0.set::<types::PostingDescription>("description", description))
    }

    /// Sets `workplaceType`: Where the work is done; not for region-like location hierarchies.
    pub fn workplace_type(self, workplace_type: types::WorkplaceType) -> Self {
        Self(self.0.set::<types::WorkplaceType>("workplaceType", workplace_type))
    }

    /// Sets `locationId`: New primary location; null clears it.
    pub fn location_id(self, location_id: impl Into<types::LocationId>) -> Self {
        Self(self.0.set::<types::LocationId>("locationId", location_id))
    }

    /// Sends null as `locationId`, which clears it.
    pub fn clear_location_id(self) -> Self {
        Self(self.0.set::<Value>("locationId", Value::Null))
    }

    /// Sets `secondaryLocationIds`: All secondary locations; replaces the present ones.
    pub fn secondary_location_ids(
        self,
        secondary_location_ids: impl IntoIterator<Item = impl Into<types::LocationId>>,
    ) -> Self {
        Self(self.0.set_list::<types::LocationId>("secondaryLocationIds", secondary_location_ids))
    }

    /// Sets `applicationFormDefinitionId`: Application form to use instead of the usual one; null goes
    /// back to that.
    pub fn application_form_definition_id(self, application_form_definition_id: impl Into<String>) -> Self {
        Self(self.0.set::<String>("applicationFormDefinitionId", application_form_definition_id))
    }

    /// Sends null as `applicationFormDefinitionId`, which clears it.
    pub fn clear_application_form_definition_id(self) -> Self {
        Self(self.0.set::<Value>("applicationFormDefinitionId", Value::Null))
    }

    /// Sets `applicationConfirmationEmailTemplateId`: E-mail template that confirms applications.
    pub fn application_confirmation_email_template_id(
        self,
        application_confirmation_email_template_id: impl Into<types::CommunicationTemplateId>,
    ) -> Self {
        Self(self.0.set::<types::CommunicationTemplateId>(
            "applicationConfirmationEmailTemplateId",
            application_confirmation_email_template_id,
        ))
    }

    /// Sets `suppressDescriptionOpening`: Leaves out the brand's opening of the description.
    pub fn suppress_description_opening(self, suppress_description_opening: bool) -> Self {
        Self(self.0.set::<bool>("suppressDescriptionOpening", suppress_description_opening))
    }

    /// Sets `suppressDescriptionClosing`: Leaves out the brand's closing of the description.
    pub fn suppress_description_closing(self, suppress_description_closing: bool) -> Self {
        Self(self.0.set::<bool>("suppressDescriptionClosing", suppress_description_closing))
    }

    /// Sets `includeUnpublishedJobPostings`: Finds drafts too; defaults to false.
    pub fn include_unpublished_job_postings(self, include_unpublished_job_postings: bool) -> Self {
        Self(self.0.set::<bool>("includeUnpublishedJobPostings", include_unpublished_job_postings))
    }
}

impl From<types::JobPostingId> for Update {
    fn from(job_posting_id: types::JobPostingId) -> Self {
        Self::new(job_posting_id)
    }
}

crate::operations::requests! {
/// What [`Operations::update_compensation`] takes.
UpdateCompensation
}

impl UpdateCompensation {
    /// With what it needs:
    ///
    /// - `job_posting_id`: Posting to change
    /// - `compensation_tiers`: All tiers the posting is to have
    pub fn new(
        job_posting_id: impl Into<types::JobPostingId>,
        compensation_tiers: impl IntoIterator<Item = impl Into<types::CompensationTierInput>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::JobPostingId>("jobPostingId", job_posting_id)
                .set_list::<types::CompensationTierInput>("compensationTiers", compensation_tiers),
        )
    }

    /// Sets `includeUnpublishedJobPostings`: Finds drafts too; defaults to false.
    pub fn include_unpublished_job_postings(self, include_unpublished_job_postings: bool) -> Self {
        Self(self.0.set::<bool>("includeUnpublishedJobPostings", include_unpublished_job_postings))
    }
}

crate::operations::requests! {
/// What [`Operations::update_compensation_settings`] takes.
UpdateCompensationSettings
}

impl UpdateCompensationSettings {
    /// With what it needs:
    ///
    /// - `job_posting_id`: Posting to change
    pub fn new(job_posting_id: impl Into<types::JobPostingId>) -> Self {
        Self(Parameters::default().set::<types::JobPostingId>("jobPostingId", job_posting_id))
    }
}

impl From<types::JobPostingId> for UpdateCompensationSettings {
    fn from(job_posting_id: types::JobPostingId) -> Self {
        Self::new(job_posting_id)
    }
}
