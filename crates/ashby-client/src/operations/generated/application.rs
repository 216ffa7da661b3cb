//! Applications: candidates considered for jobs, their stages, sources and hiring teams. Written by `cargo xtask codegen` from catalog/*.toml.

use serde_json::{Map, Value};

use crate::operations::{Listing, Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::application`] leads to.
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
    /// Gives a user a role on an application's hiring team.
    ///
    /// Adds the user to the application's hiring team in this role.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [application.addHiringTeamMember](https://developers.ashbyhq.com/reference/applicationaddhiringteammember-1)
    /// in Ashby's reference.
    pub async fn add_hiring_team_member(
        self,
        request: impl Into<AddHiringTeamMember>,
    ) -> Result<Output<types::HiringTeamMember>, Error> {
        write(self.client, "application.addHiringTeamMember", request.into().0).await
    }

    /// Sets or clears the source of an application.
    ///
    /// Replaces the application's source; null leaves it without one.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [application.changeSource](https://developers.ashbyhq.com/reference/applicationchangesource) in
    /// Ashby's reference.
    pub async fn change_source(
        self,
        request: impl Into<ChangeSource>,
    ) -> Result<Output<types::Application>, Error> {
        write(self.client, "application.changeSource", request.into().0).await
    }

    /// Moves an application to another interview stage, or archives it.
    ///
    /// Moves the application to the stage; an archived stage ends it and, if asked to, e-mails the
    /// candidate.
    ///
    /// A stage of the type Archived needs archiveReasonId. If the e-mail cannot be sent, the stage stays
    /// as it was; an application that is already archived gets no e-mail.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [application.changeStage](https://developers.ashbyhq.com/reference/applicationchangestage) in
    /// Ashby's reference.
    pub async fn change_stage(
        self,
        request: impl Into<ChangeStage>,
    ) -> Result<Output<types::Application>, Error> {
        write(self.client, "application.changeStage", request.into().0).await
    }

    /// Sets or clears the source of an application, by its old name.
    ///
    /// Replaces the application's source; null leaves it without one.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [application.change\_source](https://developers.ashbyhq.com/reference/applicationchangesource)
    /// in Ashby's reference.
    #[deprecated(note = "application.changeSource has replaced it")]
    pub async fn change_source_deprecated(
        self,
        request: impl Into<ChangeSourceDeprecated>,
    ) -> Result<Output<types::Application>, Error> {
        write(self.client, "application.change_source", request.into().0).await
    }

    /// Moves an application to another interview stage, by its old name.
    ///
    /// Moves the application to the stage; an archived stage ends it and, if asked to, e-mails the
    /// candidate.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [application.change\_stage](https://developers.ashbyhq.com/reference/applicationchangestage) in
    /// Ashby's reference.
    #[deprecated(note = "application.changeStage has replaced it")]
    pub async fn change_stage_deprecated(
        self,
        request: impl Into<ChangeStageDeprecated>,
    ) -> Result<Output<types::Application>, Error> {
        write(self.client, "application.change_stage", request.into().0).await
    }

    /// Considers a candidate for a job.
    ///
    /// Adds an application for the job to the candidate; without a stage it begins as a lead.
    ///
    /// A repeat may add a second application. For submissions of an application form use
    /// applicationForm.submit; custom fields are set with customField.setValues.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [application.create](https://developers.ashbyhq.com/reference/applicationcreate) in Ashby's
    /// reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::Application>, Error> {
        write(self.client, "application.create", request.into().0).await
    }

    /// Deletes an application.
    ///
    /// Deletes the application for good; the candidate stays.
    ///
    /// It needs the permission to delete candidate data, which is apart from the one to write. No
    /// webhook tells of it; the application just vanishes from lists.
    ///
    /// What it does cannot be taken back.
    ///
    /// The key needs the permission `candidatesDelete`. See
    /// [application.delete](https://developers.ashbyhq.com/reference/applicationdelete) in Ashby's
    /// reference.
    pub async fn delete(self, request: impl Into<Delete>) -> Result<Output<Map<String, Value>>, Error> {
        write(self.client, "application.delete", request.into().0).await
    }

    /// Fetches an application, with its history.
    ///
    /// A submission that the application limits blocked has no application: asking by its
    /// submittedFormInstanceId is refused with application\_blocked.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [application.info](https://developers.ashbyhq.com/reference/applicationinfo) in Ashby's
    /// reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::Application>, Error> {
        read(self.client, "application.info", request.into().0).await
    }

    /// Lists applications in every status.
    ///
    /// A key without access to confidential jobs gets a list without their applications, and no error.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [application.list](https://developers.ashbyhq.com/reference/applicationlist) in Ashby's
    /// reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "application.list"))
    }

    /// Lists what the AI review found on an application, criterion by criterion.
    ///
    /// It needs the feature AI Application Review; without it the list may just be empty.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [application.listCriteriaEvaluations](https://developers.ashbyhq.com/reference/applicationlistcriteriaevaluations)
    /// in Ashby's reference.
    pub fn list_criteria_evaluations(
        self,
        application_id: impl Into<types::ApplicationId>,
    ) -> ListCriteriaEvaluations {
        ListCriteriaEvaluations(
            Listing::new(self.client, "application.listCriteriaEvaluations")
                .set::<types::ApplicationId>("applicationId", application_id),
        )
    }

    /// Lists the stages an application has been through, with their times.
    ///
    /// One call an application, with no filter by time: the only source of the times at which stages
    /// were entered and left.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [application.listHistory](https://developers.ashbyhq.com/reference/applicationlisthistory) in
    /// Ashby's reference.
    pub fn list_history(self, application_id: impl Into<types::ApplicationId>) -> ListHistory {
        ListHistory(
            Listing::new(self.client, "application.listHistory")
                .set::<types::ApplicationId>("applicationId", application_id),
        )
    }

    /// Takes a role on an application's hiring team from a user.
    ///
    /// Takes the user out of the application's hiring team in this role.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [application.removeHiringTeamMember](https://developers.ashbyhq.com/reference/applicationremovehiringteammember-1)
    /// in Ashby's reference.
    pub async fn remove_hiring_team_member(
        self,
        request: impl Into<RemoveHiringTeamMember>,
    ) -> Result<Output<types::HiringTeamMember>, Error> {
        write(self.client, "application.removeHiringTeamMember", request.into().0).await
    }

    /// Moves an application to another job.
    ///
    /// Moves the application to a stage of the other job and starts that stage's automatic activities,
    /// which may e-mail the candidate.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [application.transfer](https://developers.ashbyhq.com/reference/applicationtransfer) in Ashby's
    /// reference.
    pub async fn transfer(self, request: impl Into<Transfer>) -> Result<Output<types::Application>, Error> {
        write(self.client, "application.transfer", request.into().0).await
    }

    /// Changes an application's source, credit or date of creation.
    ///
    /// Changes the application and, unless told not to, notifies the users who follow it.
    ///
    /// Custom fields are set with customField.setValues, stages with application.changeStage.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [application.update](https://developers.ashbyhq.com/reference/applicationupdate) in Ashby's
    /// reference.
    pub async fn update(self, request: impl Into<Update>) -> Result<Output<types::Application>, Error> {
        write(self.client, "application.update", request.into().0).await
    }

    /// Replaces the stage history of an application.
    ///
    /// Replaces the whole history: entries that are not sent are deleted for good.
    ///
    /// The key needs the setting "Allow updating application history?" as well. allowedActions of
    /// application.listHistory says what may be done to each entry.
    ///
    /// What it does cannot be taken back.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [application.updateHistory](https://developers.ashbyhq.com/reference/applicationupdatehistory)
    /// in Ashby's reference.
    pub async fn update_history(
        self,
        request: impl Into<UpdateHistory>,
    ) -> Result<Output<types::Application>, Error> {
        write(self.client, "application.updateHistory", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::add_hiring_team_member`] takes.
AddHiringTeamMember
}

impl AddHiringTeamMember {
    /// With what it needs:
    ///
    /// - `application_id`: Whose hiring team it is
    /// - `team_member_id`: Who gets the role
    /// - `role_id`: The role, of applicationHiringTeamRole.list
    pub fn new(
        application_id: impl Into<types::ApplicationId>,
        team_member_id: impl Into<types::UserId>,
        role_id: impl Into<types::HiringTeamRoleId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::ApplicationId>("applicationId", application_id)
                .set::<types::UserId>("teamMemberId", team_member_id)
                .set::<types::HiringTeamRoleId>("roleId", role_id),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::change_source`] takes.
ChangeSource
}

impl ChangeSource {
    /// With what it needs:
    ///
    /// - `application_id`: Which application
    /// - `source_id`: The new source, of source.list; null clears it
    pub fn new(application_id: impl Into<types::ApplicationId>, source_id: Option<types::SourceId>) -> Self {
        Self(Parameters::default().set::<types::ApplicationId>("applicationId", application_id).set::<Option<
            types::SourceId,
        >>(
            "sourceId", source_id,
        ))
    }
}

crate::operations::requests! {
/// What [`Operations::change_stage`] takes.
ChangeStage
}

impl ChangeStage {
    /// With what it needs:
    ///
    /// - `application_id`: Which application
    /// - `interview_stage_id`: Where it goes, a stage of its interview plan
    pub fn new(
        application_id: impl Into<types::ApplicationId>,
        interview_stage_id: impl Into<types::InterviewStageId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::ApplicationId>("applicationId", application_id)
                .set::<types::InterviewStageId>("interviewStageId", interview_stage_id),
        )
    }

    /// Sets `archiveReasonId`: Why it is archived; required for stages of the type Archived.
    pub fn archive_reason_id(self, archive_reason_id: impl Into<types::ArchiveReasonId>) -> Self {
        Self(self.0.set::<types::ArchiveReasonId>("archiveReasonId", archive_reason_id))
    }

    /// Sets `archiveEmail`: E-mail to the candidate; only for stages of the type Archived.
    pub fn archive_email(self, archive_email: types::ArchiveEmail) -> Self {
        Self(self.0.set::<types::ArchiveEmail>("archiveEmail", archive_email))
    }
}

crate::operations::requests! {
/// What [`Operations::change_source_deprecated`] takes.
ChangeSourceDeprecated
}

impl ChangeSourceDeprecated {
    /// With what it needs:
    ///
    /// - `application_id`: Which application
    /// - `source_id`: The new source, of source.list; null clears it
    pub fn new(application_id: impl Into<types::ApplicationId>, source_id: Option<types::SourceId>) -> Self {
        Self(Parameters::default().set::<types::ApplicationId>("applicationId", application_id).set::<Option<
            types::SourceId,
        >>(
            "sourceId", source_id,
        ))
    }
}

crate::operations::requests! {
/// What [`Operations::change_stage_deprecated`] takes.
ChangeStageDeprecated
}

impl ChangeStageDeprecated {
    /// With what it needs:
    ///
    /// - `application_id`: Which application
    /// - `interview_stage_id`: Where it goes, a stage of its interview plan
    pub fn new(
        application_id: impl Into<types::ApplicationId>,
        interview_stage_id: impl Into<types::InterviewStageId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::ApplicationId>("applicationId", application_id)
                .set::<types::InterviewStageId>("interviewStageId", interview_stage_id),
        )
    }

    /// Sets `archiveReasonId`: Why it is archived; required for stages of the type Archived.
    pub fn archive_reason_id(self, archive_reason_id: impl Into<types::ArchiveReasonId>) -> Self {
        Self(self.0.set::<types::ArchiveReasonId>("archiveReasonId", archive_reason_id))
    }

    /// Sets `archiveEmail`: E-mail to the candidate; only for stages of the type Archived.
    pub fn archive_email(self, archive_email: types::ArchiveEmail) -> Self {
        Self(self.0.set::<types::ArchiveEmail>("archiveEmail", archive_email))
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `candidate_id`: Who is considered
    /// - `job_id`: For which job
    pub fn new(candidate_id: impl Into<types::CandidateId>, job_id: impl Into<types::JobId>) -> Self {
        Self(
            Parameters::default()
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<types::JobId>("jobId", job_id),
        )
    }

    /// Sets `interviewPlanId`: Defaults to the job's default interview plan.
    pub fn interview_plan_id(self, interview_plan_id: impl Into<types::InterviewPlanId>) -> Self {
        Self(self.0.set::<types::InterviewPlanId>("interviewPlanId", interview_plan_id))
    }

    /// Sets `interviewStageId`: A stage of the plan, or FirstPreInterviewScreen for its first
    /// pre-interview screen; defaults to the first Lead stage.
    pub fn interview_stage_id(
        self,
        interview_stage_id: impl Into<types::InterviewStageIdOrInitialStage>,
    ) -> Self {
        Self(self.0.set::<types::InterviewStageIdOrInitialStage>("interviewStageId", interview_stage_id))
    }

    /// Sets `sourceId`: Where the candidate came from.
    pub fn source_id(self, source_id: impl Into<types::SourceId>) -> Self {
        Self(self.0.set::<types::SourceId>("sourceId", source_id))
    }

    /// Sets `creditedToUserId`: Who is credited with it.
    pub fn credited_to_user_id(self, credited_to_user_id: impl Into<types::UserId>) -> Self {
        Self(self.0.set::<types::UserId>("creditedToUserId", credited_to_user_id))
    }

    /// Sets `createdAt`: When it shall count as created; defaults to now.
    pub fn created_at(self, created_at: impl Into<types::Instant>) -> Self {
        Self(self.0.set::<types::Instant>("createdAt", created_at))
    }

    /// Sets `applicationHistory`: Stages it has been through.
    pub fn application_history(
        self,
        application_history: impl IntoIterator<Item = impl Into<types::ApplicationHistoryInput>>,
    ) -> Self {
        Self(self.0.set_list::<types::ApplicationHistoryInput>("applicationHistory", application_history))
    }
}

crate::operations::requests! {
/// What [`Operations::delete`] takes.
Delete
}

impl Delete {
    /// With what it needs:
    ///
    /// - `application_id`: Which application
    pub fn new(application_id: impl Into<types::ApplicationId>) -> Self {
        Self(Parameters::default().set::<types::ApplicationId>("applicationId", application_id))
    }
}

impl From<types::ApplicationId> for Delete {
    fn from(application_id: types::ApplicationId) -> Self {
        Self::new(application_id)
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `application_id`: Which application; wins over submittedFormInstanceId
    pub fn by_application_id(application_id: impl Into<types::ApplicationId>) -> Self {
        Self(Parameters::default().set::<types::ApplicationId>("applicationId", application_id))
    }

    /// With what it needs:
    ///
    /// - `submitted_form_instance_id`: The form submission it came from, as applicationForm.submit
    ///   answered
    pub fn by_submitted_form_instance_id(
        submitted_form_instance_id: impl Into<types::SubmittedFormInstanceId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::SubmittedFormInstanceId>("submittedFormInstanceId", submitted_form_instance_id),
        )
    }

    /// Sets `applicationId`: Which application; wins over submittedFormInstanceId.
    pub fn application_id(self, application_id: impl Into<types::ApplicationId>) -> Self {
        Self(self.0.set::<types::ApplicationId>("applicationId", application_id))
    }

    /// Sets `expand`: What to include besides; referrals only together with applicationId.
    pub fn expand(self, expand: impl IntoIterator<Item = impl Into<types::ApplicationDetail>>) -> Self {
        Self(self.0.set_list::<types::ApplicationDetail>("expand", expand))
    }

    /// Sets `submittedFormInstanceId`: The form submission it came from, as applicationForm.submit
    /// answered.
    pub fn submitted_form_instance_id(
        self,
        submitted_form_instance_id: impl Into<types::SubmittedFormInstanceId>,
    ) -> Self {
        Self(
            self.0
                .set::<types::SubmittedFormInstanceId>("submittedFormInstanceId", submitted_form_instance_id),
        )
    }
}

impl From<types::ApplicationId> for Info {
    fn from(application_id: types::ApplicationId) -> Self {
        Self::by_application_id(application_id)
    }
}

impl From<types::SubmittedFormInstanceId> for Info {
    fn from(submitted_form_instance_id: types::SubmittedFormInstanceId) -> Self {
        Self::by_submitted_form_instance_id(submitted_form_instance_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::Application
}

impl List {
    /// Sets `createdAfter`: Only those created after this instant.
    pub fn created_after(self, created_after: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("createdAfter", created_after.as_millisecond()))
    }

    /// Sets `createdBefore`: Only those created until this instant; like createdAfter it may not lie in
    /// the future (invalid\_input), which a clock that runs ahead can cause.
    pub fn created_before(self, created_before: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("createdBefore", created_before.as_millisecond()))
    }

    /// Sets `status`: Only those in this status; all by default.
    pub fn status(self, status: types::ApplicationStatus) -> Self {
        Self(self.0.set::<types::ApplicationStatus>("status", status))
    }

    /// Sets `jobId`: Only those for this job.
    pub fn job_id(self, job_id: impl Into<types::JobId>) -> Self {
        Self(self.0.set::<types::JobId>("jobId", job_id))
    }

    /// Sets `expand`: What to include besides.
    pub fn expand(self, expand: impl IntoIterator<Item = impl Into<types::ApplicationListDetail>>) -> Self {
        Self(self.0.set_list::<types::ApplicationListDetail>("expand", expand))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::listings! {
/// A list that [`Operations::list_criteria_evaluations`] asks for.
ListCriteriaEvaluations of types::CriteriaEvaluation
}

crate::operations::listings! {
/// A list that [`Operations::list_history`] asks for.
ListHistory of types::ApplicationHistoryEntry
}

crate::operations::requests! {
/// What [`Operations::remove_hiring_team_member`] takes.
RemoveHiringTeamMember
}

impl RemoveHiringTeamMember {
    /// With what it needs:
    ///
    /// - `application_id`: Whose hiring team it is
    /// - `team_member_id`: Who loses the role
    /// - `role_id`: The role, of applicationHiringTeamRole.list
    pub fn new(
        application_id: impl Into<types::ApplicationId>,
        team_member_id: impl Into<types::UserId>,
        role_id: impl Into<types::HiringTeamRoleId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::ApplicationId>("applicationId", application_id)
                .set::<types::UserId>("teamMemberId", team_member_id)
                .set::<types::HiringTeamRoleId>("roleId", role_id),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::transfer`] takes.
Transfer
}

impl Transfer {
    /// With what it needs:
    ///
    /// - `application_id`: Which application
    /// - `job_id`: The job it goes to
    /// - `interview_plan_id`: A plan of that job
    /// - `interview_stage_id`: A stage of that plan
    pub fn new(
        application_id: impl Into<types::ApplicationId>,
        job_id: impl Into<types::JobId>,
        interview_plan_id: impl Into<types::InterviewPlanId>,
        interview_stage_id: impl Into<types::InterviewStageId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::ApplicationId>("applicationId", application_id)
                .set::<types::JobId>("jobId", job_id)
                .set::<types::InterviewPlanId>("interviewPlanId", interview_plan_id)
                .set::<types::InterviewStageId>("interviewStageId", interview_stage_id),
        )
    }

    /// Sets `startAutomaticActivities`: Whether to start what the stage does by itself; defaults to
    /// true.
    pub fn start_automatic_activities(self, start_automatic_activities: bool) -> Self {
        Self(self.0.set::<bool>("startAutomaticActivities", start_automatic_activities))
    }
}

crate::operations::requests! {
/// What [`Operations::update`] takes.
Update
}

impl Update {
    /// With what it needs:
    ///
    /// - `application_id`: Which application
    pub fn new(application_id: impl Into<types::ApplicationId>) -> Self {
        Self(Parameters::default().set::<types::ApplicationId>("applicationId", application_id))
    }

    /// Sets `sourceId`: Where the candidate came from.
    pub fn source_id(self, source_id: impl Into<types::SourceId>) -> Self {
        Self(self.0.set::<types::SourceId>("sourceId", source_id))
    }

    /// Sets `creditedToUserId`: Who is credited with it.
    pub fn credited_to_user_id(self, credited_to_user_id: impl Into<types::UserId>) -> Self {
        Self(self.0.set::<types::UserId>("creditedToUserId", credited_to_user_id))
    }

    /// Sets `createdAt`: When it shall count as created.
    pub fn created_at(self, created_at: impl Into<types::Instant>) -> Self {
        Self(self.0.set::<types::Instant>("createdAt", created_at))
    }

    /// Sets `sendNotifications`: Whether to notify the users who follow the application; defaults to
    /// true.
    pub fn send_notifications(self, send_notifications: bool) -> Self {
        Self(self.0.set::<bool>("sendNotifications", send_notifications))
    }
}

impl From<types::ApplicationId> for Update {
    fn from(application_id: types::ApplicationId) -> Self {
        Self::new(application_id)
    }
}

crate::operations::requests! {
/// What [`Operations::update_history`] takes.
UpdateHistory
}

impl UpdateHistory {
    /// With what it needs:
    ///
    /// - `application_id`: Which application
    /// - `application_history`: The complete history, unchanged entries included
    pub fn new(
        application_id: impl Into<types::ApplicationId>,
        application_history: impl IntoIterator<Item = impl Into<types::ApplicationHistoryInput>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::ApplicationId>("applicationId", application_id)
                .set_list::<types::ApplicationHistoryInput>("applicationHistory", application_history),
        )
    }
}
