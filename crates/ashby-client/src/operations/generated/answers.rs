//! Objects that operations answer. Written by `cargo xtask codegen` from catalog/*.toml.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::types;

/// A postal address.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Address {
    /// `postalAddress`. The parts of a postal address.
    #[serde(rename = "postalAddress", default, skip_serializing_if = "types::Member::is_absent")]
    pub postal_address: types::Member<types::PostalAddress>,
    /// The @type of the address.
    #[serde(rename = "@type", default, skip_serializing_if = "types::Member::is_absent")]
    pub at_type: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An API key; scopes spell permissions with a colon, such as candidates:read.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApiKey {
    /// The title of the API key.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub title: types::Member<String>,
    /// When it was created.
    #[serde(rename = "createdAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub created_at: types::Member<types::Instant>,
    /// The scopes of the API key.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub scopes: types::Member<Vec<String>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A version of Ashby's API; its status says how long it will be there.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApiVersion {
    /// The version of the API version.
    pub version: String,
    /// The status of the API version.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub status: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A candidate's application for a job.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Application {
    /// `id`. The id of an application.
    pub id: types::ApplicationId,
    /// When it was created.
    #[serde(rename = "createdAt")]
    pub created_at: types::Instant,
    /// When it was updated.
    #[serde(rename = "updatedAt")]
    pub updated_at: types::Instant,
    /// `status`. One of [`ApplicationStatus`](types::ApplicationStatus).
    pub status: types::ApplicationStatus,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// `candidate`. A candidate; which fields are present depends on where it is shown.
    pub candidate: types::CandidateSummary,
    /// `currentInterviewStage`. A stage of an interview plan.
    #[serde(rename = "currentInterviewStage")]
    pub current_interview_stage: types::InterviewStage,
    /// `source`. Where candidates come from.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub source: types::Member<types::Source>,
    /// `archiveReason`. A reason for archiving applications.
    #[serde(rename = "archiveReason", default, skip_serializing_if = "types::Member::is_absent")]
    pub archive_reason: types::Member<types::ArchiveReason>,
    /// When it was archived.
    #[serde(rename = "archivedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub archived_at: types::Member<types::Instant>,
    /// `job`. A job; which fields are present depends on where it is shown.
    pub job: types::JobSummary,
    /// `creditedToUser`. A user of the organization.
    #[serde(rename = "creditedToUser", default, skip_serializing_if = "types::Member::is_absent")]
    pub credited_to_user: types::Member<types::UserSummary>,
    /// `hiringTeam`. Each: A user with a role on a hiring team.
    #[serde(rename = "hiringTeam")]
    pub hiring_team: Vec<types::HiringTeamMember>,
    /// `appliedViaJobPostingId`. The id of a job posting.
    #[serde(rename = "appliedViaJobPostingId", default, skip_serializing_if = "types::Member::is_absent")]
    pub applied_via_job_posting_id: types::Member<types::JobPostingId>,
    /// The submitter client IP of the application.
    #[serde(rename = "submitterClientIp", default, skip_serializing_if = "types::Member::is_absent")]
    pub submitter_client_ip: types::Member<String>,
    /// The submitter user agent of the application.
    #[serde(rename = "submitterUserAgent", default, skip_serializing_if = "types::Member::is_absent")]
    pub submitter_user_agent: types::Member<String>,
    /// `openings`. Each: An opening: a position to fill.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub openings: types::Member<Vec<types::Opening>>,
    /// `applicationHistory`. Each: A stage that an application was in, and when.
    #[serde(rename = "applicationHistory", default, skip_serializing_if = "types::Member::is_absent")]
    pub application_history: types::Member<Vec<types::ApplicationHistoryEntry>>,
    /// `applicationFormSubmissions`. Each: A form that was filled in, with its answers.
    #[serde(
        rename = "applicationFormSubmissions",
        default,
        skip_serializing_if = "types::Member::is_absent"
    )]
    pub application_form_submissions: types::Member<Vec<types::SubmittedForm>>,
    /// `referrals`. Each: Who referred the candidate, and when.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub referrals: types::Member<Vec<types::ApplicationReferral>>,
    /// `resumeFileHandle`. A file; file.info exchanges its handle for a download address.
    #[serde(rename = "resumeFileHandle", default, skip_serializing_if = "types::Member::is_absent")]
    pub resume_file_handle: types::Member<types::FileHandle>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Submitted feedback: the form, the answers by path, and the interview it belongs to.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationFeedback {
    /// The id of the application feedback.
    pub id: String,
    /// `formDefinition`. What a form asks, section by section.
    #[serde(rename = "formDefinition")]
    pub form_definition: types::FormDefinition,
    /// What was filled in, by the path of the field.
    #[serde(rename = "submittedValues")]
    pub submitted_values: Map<String, Value>,
    /// `submittedByUser`. A user of the organization.
    #[serde(rename = "submittedByUser")]
    pub submitted_by_user: types::UserSummary,
    /// `creditedToUser`. A user of the organization.
    #[serde(rename = "creditedToUser", default, skip_serializing_if = "types::Member::is_absent")]
    pub credited_to_user: types::Member<types::UserSummary>,
    /// `interviewId`. The id of an interview.
    #[serde(rename = "interviewId", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_id: types::Member<types::InterviewId>,
    /// `interviewEventId`. The id of an interview event.
    #[serde(rename = "interviewEventId", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_event_id: types::Member<types::InterviewEventId>,
    /// `feedbackFormDefinitionId`. The id of a feedback form definition.
    #[serde(rename = "feedbackFormDefinitionId", default, skip_serializing_if = "types::Member::is_absent")]
    pub feedback_form_definition_id: types::Member<types::FeedbackFormDefinitionId>,
    /// `applicationHistoryId`. The id of an application history entry.
    #[serde(rename = "applicationHistoryId", default, skip_serializing_if = "types::Member::is_absent")]
    pub application_history_id: types::Member<types::ApplicationHistoryEntryId>,
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId")]
    pub application_id: types::ApplicationId,
    /// When it was submitted.
    #[serde(rename = "submittedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub submitted_at: types::Member<types::Instant>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What became of a submitted application form.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationFormOutcome {
    /// `submittedFormInstance`. A submission of a form, with its answers.
    #[serde(rename = "submittedFormInstance")]
    pub submitted_form_instance: types::SubmittedFormInstance,
    /// `formMessages`. Whether application limits blocked a submission, and what the candidate may be
    /// told of it.
    #[serde(rename = "formMessages")]
    pub form_messages: types::FormMessages,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A role on an application's hiring team.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationHiringTeamRole {
    /// `id`. The id of a hiring team role.
    pub id: types::HiringTeamRoleId,
    /// The title of the application hiring team role.
    pub title: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A stage that an application was in, and when.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationHistoryEntry {
    /// `id`. The id of an application history entry.
    pub id: types::ApplicationHistoryEntryId,
    /// `stageId`. The id of an interview stage.
    #[serde(rename = "stageId")]
    pub stage_id: types::InterviewStageId,
    /// The title of the application history entry.
    pub title: String,
    /// When the stage was entered.
    #[serde(rename = "enteredStageAt")]
    pub entered_stage_at: types::Instant,
    /// When the stage was left; not yet, where it is null.
    #[serde(rename = "leftStageAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub left_stage_at: types::Member<types::Instant>,
    /// The stage number of the application history entry.
    #[serde(rename = "stageNumber")]
    pub stage_number: i64,
    /// `allowedActions`. Each: One of [`HistoryAction`](types::HistoryAction).
    #[serde(rename = "allowedActions")]
    pub allowed_actions: Vec<types::HistoryAction>,
    /// The actor id of the application history entry.
    #[serde(rename = "actorId", default, skip_serializing_if = "types::Member::is_absent")]
    pub actor_id: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What events on applications bring.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationPayload {
    /// `application`. A candidate's application for a job.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub application: types::Member<types::Application>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Who referred the candidate, and when.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationReferral {
    /// `user`. A user of the organization.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub user: types::Member<types::UserSummary>,
    /// When it was referred.
    #[serde(rename = "referredAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub referred_at: types::Member<types::Instant>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An approval: completedAt once everybody has approved.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Approval {
    /// `id`. The id of an approval.
    pub id: types::ApprovalId,
    /// The approval definition id of the approval.
    #[serde(rename = "approvalDefinitionId")]
    pub approval_definition_id: String,
    /// The entity id of the approval.
    #[serde(rename = "entityId")]
    pub entity_id: String,
    /// `entityType`. One of [`ApprovalEntity`](types::ApprovalEntity).
    #[serde(rename = "entityType")]
    pub entity_type: types::ApprovalEntity,
    /// When it was created.
    #[serde(rename = "createdAt")]
    pub created_at: types::Instant,
    /// When it was submitted.
    #[serde(rename = "submittedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub submitted_at: types::Member<types::Instant>,
    /// When it was completed.
    #[serde(rename = "completedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub completed_at: types::Member<types::Instant>,
    /// `steps`. Each: A step of an approval, and how many of its approvers must approve.
    pub steps: Vec<types::ApprovalStep>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Who must approve an offer; entityId is the offer version.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApprovalDefinition {
    /// The id of the approval definition.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub id: types::Member<String>,
    /// `entityType`. One of [`ApprovalDefinitionOwner`](types::ApprovalDefinitionOwner).
    #[serde(rename = "entityType")]
    pub entity_type: types::ApprovalDefinitionOwner,
    /// The entity id of the approval definition.
    #[serde(rename = "entityId")]
    pub entity_id: String,
    /// `approvalStepDefinitions`. Each: A step of an approval, and how many of its approvers must
    /// approve.
    #[serde(rename = "approvalStepDefinitions")]
    pub approval_step_definitions: Vec<types::ApprovalStepDefinition>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A step of an approval, and how many of its approvers must approve.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApprovalStep {
    /// `id`. The id of an approval step.
    pub id: types::ApprovalStepId,
    /// The approvals required of the approval step.
    #[serde(rename = "approvalsRequired")]
    pub approvals_required: i64,
    /// When it was completed.
    #[serde(rename = "completedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub completed_at: types::Member<types::Instant>,
    /// `approvers`. Each: Somebody who may approve a step, and their decision.
    pub approvers: Vec<types::ApprovalStepApprover>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Somebody who may approve a step, and their decision.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApprovalStepApprover {
    /// The id of the approval step approver.
    pub id: String,
    /// `userId`. The id of a user.
    #[serde(rename = "userId")]
    pub user_id: types::UserId,
    /// `decision`. One of [`ApprovalDecision`](types::ApprovalDecision).
    pub decision: types::ApprovalDecision,
    /// When it was decided.
    #[serde(rename = "decidedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub decided_at: types::Member<types::Instant>,
    /// When it was requested.
    #[serde(rename = "requestedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub requested_at: types::Member<types::Instant>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A step of an approval, and how many of its approvers must approve.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApprovalStepDefinition {
    /// The approvals required of the approval step definition.
    #[serde(rename = "approvalsRequired")]
    pub approvals_required: i64,
    /// `approvers`. Each: Somebody who may approve a step.
    pub approvers: Vec<types::ApproverDefinition>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Somebody who may approve a step.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApproverDefinition {
    /// `userId`. The id of a user.
    #[serde(rename = "userId")]
    pub user_id: types::UserId,
    /// `type`. One of [`ApproverType`](types::ApproverType).
    pub r#type: types::ApproverType,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A reason for archiving applications.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ArchiveReason {
    /// `id`. The id of an archive reason.
    pub id: types::ArchiveReasonId,
    /// The text of the archive reason.
    pub text: String,
    /// `reasonType`. One of [`ArchiveReasonType`](types::ArchiveReasonType).
    #[serde(rename = "reasonType")]
    pub reason_type: types::ArchiveReasonType,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An assessment of a candidate.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Assessment {
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId", default, skip_serializing_if = "types::Member::is_absent")]
    pub application_id: types::Member<types::ApplicationId>,
    /// `assessmentId`. The id of an assessment.
    #[serde(rename = "assessmentId")]
    pub assessment_id: types::AssessmentId,
    /// The assessment name of the assessment.
    #[serde(rename = "assessmentName")]
    pub assessment_name: String,
    /// The assessment type id of the assessment.
    #[serde(rename = "assessmentTypeId")]
    pub assessment_type_id: String,
    /// `candidateId`. The id of a candidate.
    #[serde(rename = "candidateId")]
    pub candidate_id: types::CandidateId,
    /// `metadata`. Each: A labelled value of an assessment.
    pub metadata: Vec<types::AssessmentMetadata>,
    /// `result`. The result of an assessment.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub result: types::Member<types::AssessmentResult>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A labelled value of an assessment.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AssessmentMetadata {
    /// The identifier of the assessment metadata.
    pub identifier: String,
    /// The label of the assessment metadata.
    pub label: String,
    /// The description of the assessment metadata.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub description: types::Member<String>,
    /// `type`. One of [`AssessmentValueType`](types::AssessmentValueType).
    pub r#type: types::AssessmentValueType,
    /// The value of the assessment metadata.
    pub value: types::TextOrNumberOrBoolean,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The result of an assessment.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AssessmentResult {
    /// The identifier of the assessment result.
    pub identifier: String,
    /// The label of the assessment result.
    pub label: String,
    /// The description of the assessment result.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub description: types::Member<String>,
    /// `type`. One of [`AssessmentValueType`](types::AssessmentValueType).
    pub r#type: types::AssessmentValueType,
    /// The value of the assessment result.
    pub value: types::TextOrNumberOrBoolean,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Who did it; candidates without their name.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditActor {
    /// The id of the audit actor.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub id: types::Member<String>,
    /// `type`. One of [`AuditActorType`](types::AuditActorType).
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub r#type: types::Member<types::AuditActorType>,
    /// The name of the audit actor.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub name: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An action that was recorded; request loses its id and address after 30 days.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditLogEntry {
    /// The id of the audit log entry.
    pub id: String,
    /// When it happened.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub timestamp: types::Member<types::Instant>,
    /// The category of the audit log entry.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub category: types::Member<String>,
    /// The description of the audit log entry.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub description: types::Member<String>,
    /// `actor`. Who did it; candidates without their name.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub actor: types::Member<types::AuditActor>,
    /// `target`. What it was done to.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub target: types::Member<types::AuditTarget>,
    /// The parent action of the audit log entry.
    #[serde(rename = "parentAction", default, skip_serializing_if = "types::Member::is_absent")]
    pub parent_action: types::Member<Map<String, Value>>,
    /// `request`. The request that did it.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub request: types::Member<types::AuditRequest>,
    /// The changed fields of the audit log entry.
    #[serde(rename = "changedFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub changed_fields: types::Member<Value>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The request that did it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditRequest {
    /// The id of the audit request.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub id: types::Member<String>,
    /// The IP address of the audit request.
    #[serde(rename = "ipAddress", default, skip_serializing_if = "types::Member::is_absent")]
    pub ip_address: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What it was done to.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditTarget {
    /// The id of the audit target.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub id: types::Member<String>,
    /// The type of the audit target.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub r#type: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A brand; its slug is part of the address of its jobs page.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Brand {
    /// `id`. The id of a brand.
    pub id: types::BrandId,
    /// The name of the brand.
    pub name: String,
    /// The hosted jobs page slug of the brand.
    #[serde(rename = "hostedJobsPageSlug")]
    pub hosted_jobs_page_slug: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The feedback form that the interviewers are to fill in.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BriefingFeedbackForm {
    /// `id`. The id of a feedback form definition.
    pub id: types::FeedbackFormDefinitionId,
    /// The organization id of the briefing feedback form.
    #[serde(rename = "organizationId")]
    pub organization_id: String,
    /// The title of the briefing feedback form.
    pub title: String,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// Whether it is the default form.
    #[serde(rename = "isDefaultForm")]
    pub is_default_form: bool,
    /// `formDefinition`. What a form asks, section by section.
    #[serde(rename = "formDefinition")]
    pub form_definition: types::FormDefinition,
    /// `interviewId`. The id of an interview.
    #[serde(rename = "interviewId", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_id: types::Member<types::InterviewId>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A candidate: a person, whom their applications connect with jobs.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Candidate {
    /// `id`. The id of a candidate.
    pub id: types::CandidateId,
    /// When it was created.
    #[serde(rename = "createdAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub created_at: types::Member<types::Instant>,
    /// When it was updated.
    #[serde(rename = "updatedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub updated_at: types::Member<types::Instant>,
    /// The name of the candidate.
    pub name: String,
    /// `primaryEmailAddress`. An e-mail address of a candidate.
    #[serde(rename = "primaryEmailAddress", default, skip_serializing_if = "types::Member::is_absent")]
    pub primary_email_address: types::Member<types::EmailAddress>,
    /// `emailAddresses`. Each: An e-mail address of a candidate.
    #[serde(rename = "emailAddresses")]
    pub email_addresses: Vec<types::EmailAddress>,
    /// `primaryPhoneNumber`. A phone number of a candidate.
    #[serde(rename = "primaryPhoneNumber", default, skip_serializing_if = "types::Member::is_absent")]
    pub primary_phone_number: types::Member<types::PhoneNumber>,
    /// `phoneNumbers`. Each: A phone number of a candidate.
    #[serde(rename = "phoneNumbers")]
    pub phone_numbers: Vec<types::PhoneNumber>,
    /// `socialLinks`. Each: A candidate's page on a social network.
    #[serde(rename = "socialLinks")]
    pub social_links: Vec<types::SocialLink>,
    /// `tags`. Each: A tag for candidates.
    pub tags: Vec<types::CandidateTag>,
    /// The position of the candidate.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub position: types::Member<String>,
    /// The company of the candidate.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub company: types::Member<String>,
    /// The school of the candidate.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub school: types::Member<String>,
    /// `applicationIds`. Each: The id of an application.
    #[serde(rename = "applicationIds")]
    pub application_ids: Vec<types::ApplicationId>,
    /// `resumeFileHandle`. A file; file.info exchanges its handle for a download address.
    #[serde(rename = "resumeFileHandle", default, skip_serializing_if = "types::Member::is_absent")]
    pub resume_file_handle: types::Member<types::FileHandle>,
    /// `fileHandles`. Each: A file; file.info exchanges its handle for a download address.
    #[serde(rename = "fileHandles")]
    pub file_handles: Vec<types::FileHandle>,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// The profile URL of the candidate.
    #[serde(rename = "profileUrl")]
    pub profile_url: String,
    /// `source`. Where candidates come from.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub source: types::Member<types::Source>,
    /// `creditedToUser`. A user of the organization.
    #[serde(rename = "creditedToUser", default, skip_serializing_if = "types::Member::is_absent")]
    pub credited_to_user: types::Member<types::UserSummary>,
    /// The timezone of the candidate.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub timezone: types::Member<String>,
    /// `location`. Where a candidate lives.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub location: types::Member<types::CandidateLocation>,
    /// `fraudStatus`. One of [`FraudStatus`](types::FraudStatus).
    #[serde(rename = "fraudStatus", default, skip_serializing_if = "types::Member::is_absent")]
    pub fraud_status: types::Member<types::FraudStatus>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Where a candidate lives.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CandidateLocation {
    /// The id of the candidate location.
    pub id: String,
    /// The location summary of the candidate location.
    #[serde(rename = "locationSummary")]
    pub location_summary: String,
    /// `locationComponents`. Each: A country, region or city.
    #[serde(rename = "locationComponents")]
    pub location_components: Vec<types::LocationComponent>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A note on a candidate.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CandidateNote {
    /// `id`. The id of a candidate note.
    pub id: types::CandidateNoteId,
    /// When it was created.
    #[serde(rename = "createdAt")]
    pub created_at: types::Instant,
    /// Whether it is private.
    #[serde(rename = "isPrivate")]
    pub is_private: bool,
    /// The content of the candidate note.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub content: types::Member<String>,
    /// `author`. The user who wrote or made something.
    pub author: types::NoteAuthor,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What the deletion of a candidate brings.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CandidatePayload {
    /// `candidate`. A candidate, by id alone.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub candidate: types::Member<types::CandidateReference>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A candidate, by id alone.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CandidateReference {
    /// `id`. The id of a candidate.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub id: types::Member<types::CandidateId>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A candidate; which fields are present depends on where it is shown.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CandidateSummary {
    /// `id`. The id of a candidate.
    pub id: types::CandidateId,
    /// The name of the candidate summary.
    pub name: String,
    /// `primaryEmailAddress`. An e-mail address of a candidate.
    #[serde(rename = "primaryEmailAddress", default, skip_serializing_if = "types::Member::is_absent")]
    pub primary_email_address: types::Member<types::EmailAddress>,
    /// `primaryPhoneNumber`. A phone number of a candidate.
    #[serde(rename = "primaryPhoneNumber", default, skip_serializing_if = "types::Member::is_absent")]
    pub primary_phone_number: types::Member<types::PhoneNumber>,
    /// When it was created.
    #[serde(rename = "createdAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub created_at: types::Member<types::Instant>,
    /// When it was updated.
    #[serde(rename = "updatedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub updated_at: types::Member<types::Instant>,
    /// `emailAddresses`. Each: An e-mail address of a candidate.
    #[serde(rename = "emailAddresses", default, skip_serializing_if = "types::Member::is_absent")]
    pub email_addresses: types::Member<Vec<types::EmailAddress>>,
    /// `phoneNumbers`. Each: A phone number of a candidate.
    #[serde(rename = "phoneNumbers", default, skip_serializing_if = "types::Member::is_absent")]
    pub phone_numbers: types::Member<Vec<types::PhoneNumber>>,
    /// `socialLinks`. Each: A candidate's page on a social network.
    #[serde(rename = "socialLinks", default, skip_serializing_if = "types::Member::is_absent")]
    pub social_links: types::Member<Vec<types::SocialLink>>,
    /// `tags`. Each: A tag for candidates.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub tags: types::Member<Vec<types::CandidateTag>>,
    /// The position of the candidate summary.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub position: types::Member<String>,
    /// The company of the candidate summary.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub company: types::Member<String>,
    /// The school of the candidate summary.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub school: types::Member<String>,
    /// `applicationIds`. Each: The id of an application.
    #[serde(rename = "applicationIds", default, skip_serializing_if = "types::Member::is_absent")]
    pub application_ids: types::Member<Vec<types::ApplicationId>>,
    /// `resumeFileHandle`. A file; file.info exchanges its handle for a download address.
    #[serde(rename = "resumeFileHandle", default, skip_serializing_if = "types::Member::is_absent")]
    pub resume_file_handle: types::Member<types::FileHandle>,
    /// `fileHandles`. Each: A file; file.info exchanges its handle for a download address.
    #[serde(rename = "fileHandles", default, skip_serializing_if = "types::Member::is_absent")]
    pub file_handles: types::Member<Vec<types::FileHandle>>,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// The profile URL of the candidate summary.
    #[serde(rename = "profileUrl", default, skip_serializing_if = "types::Member::is_absent")]
    pub profile_url: types::Member<String>,
    /// `source`. Where candidates come from.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub source: types::Member<types::Source>,
    /// `creditedToUser`. A user of the organization.
    #[serde(rename = "creditedToUser", default, skip_serializing_if = "types::Member::is_absent")]
    pub credited_to_user: types::Member<types::UserSummary>,
    /// The timezone of the candidate summary.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub timezone: types::Member<String>,
    /// `location`. Where a candidate lives.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub location: types::Member<types::CandidateSummaryLocation>,
    /// `fraudStatus`. One of [`FraudStatus`](types::FraudStatus).
    #[serde(rename = "fraudStatus", default, skip_serializing_if = "types::Member::is_absent")]
    pub fraud_status: types::Member<types::FraudStatus>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Where a candidate lives.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CandidateSummaryLocation {
    /// The id of the candidate summary location.
    pub id: String,
    /// The location summary of the candidate summary location.
    #[serde(rename = "locationSummary")]
    pub location_summary: String,
    /// `locationComponents`. Each: A country, region or city.
    #[serde(rename = "locationComponents")]
    pub location_components: Vec<types::LocationComponent>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A tag for candidates.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CandidateTag {
    /// `id`. The id of a candidate tag.
    pub id: types::CandidateTagId,
    /// The title of the candidate tag.
    pub title: String,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// From where and with what a candidate did something in Ashby.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClientInfo {
    /// The id of the client info.
    pub id: String,
    /// The IP address of the client info.
    #[serde(rename = "ipAddress")]
    pub ip_address: String,
    /// The user agent of the client info.
    #[serde(rename = "userAgent", default, skip_serializing_if = "types::Member::is_absent")]
    pub user_agent: types::Member<String>,
    /// `relatedEntityType`. One of [`RelatedEntityType`](types::RelatedEntityType).
    #[serde(rename = "relatedEntityType")]
    pub related_entity_type: types::RelatedEntityType,
    /// The related entity id of the client info.
    #[serde(rename = "relatedEntityId")]
    pub related_entity_id: String,
    /// `candidateId`. The id of a candidate.
    #[serde(rename = "candidateId")]
    pub candidate_id: types::CandidateId,
    /// When it was created.
    #[serde(rename = "createdAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub created_at: types::Member<types::Instant>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A reason for closing a job or an opening.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CloseReason {
    /// `id`. The id of a close reason.
    pub id: types::CloseReasonId,
    /// The reason text of the close reason.
    #[serde(rename = "reasonText")]
    pub reason_text: String,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A message template and the channels it is meant for; its text is not included.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CommunicationTemplate {
    /// `id`. The id of a communication template.
    pub id: types::CommunicationTemplateId,
    /// When it was created.
    #[serde(rename = "createdAt")]
    pub created_at: types::Instant,
    /// When it was updated.
    #[serde(rename = "updatedAt")]
    pub updated_at: types::Instant,
    /// The title of the communication template.
    pub title: String,
    /// `intendedTypes`. Each: One of [`CommunicationTemplateType`](types::CommunicationTemplateType).
    #[serde(rename = "intendedTypes")]
    pub intended_types: Vec<types::CommunicationTemplateType>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The range of one kind of pay within a tier.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompensationComponent {
    /// The id of the compensation component.
    pub id: String,
    /// `compensationType`. One of [`CompensationType`](types::CompensationType).
    #[serde(rename = "compensationType")]
    pub compensation_type: types::CompensationType,
    /// `interval`. One of [`PayInterval`](types::PayInterval).
    pub interval: types::PayInterval,
    /// The currency code of the compensation component.
    #[serde(rename = "currencyCode", default, skip_serializing_if = "types::Member::is_absent")]
    pub currency_code: types::Member<String>,
    /// The label of the compensation component.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub label: types::Member<String>,
    /// The lowest value.
    #[serde(rename = "minValue", default, skip_serializing_if = "types::Member::is_absent")]
    pub min_value: types::Member<Number>,
    /// The highest value.
    #[serde(rename = "maxValue", default, skip_serializing_if = "types::Member::is_absent")]
    pub max_value: types::Member<Number>,
    /// The summary of the compensation component.
    pub summary: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The range of one kind of pay over all tiers of a posting.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompensationComponentSummary {
    /// `compensationType`. One of [`CompensationType`](types::CompensationType).
    #[serde(rename = "compensationType")]
    pub compensation_type: types::CompensationType,
    /// `interval`. One of [`PayInterval`](types::PayInterval).
    pub interval: types::PayInterval,
    /// The currency code of the compensation component summary.
    #[serde(rename = "currencyCode", default, skip_serializing_if = "types::Member::is_absent")]
    pub currency_code: types::Member<String>,
    /// The label of the compensation component summary.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub label: types::Member<String>,
    /// The lowest value.
    #[serde(rename = "minValue", default, skip_serializing_if = "types::Member::is_absent")]
    pub min_value: types::Member<Number>,
    /// The highest value.
    #[serde(rename = "maxValue", default, skip_serializing_if = "types::Member::is_absent")]
    pub max_value: types::Member<Number>,
    /// The summary of the compensation component summary.
    pub summary: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A range of pay that can be offered, made of components.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompensationTier {
    /// The id of the compensation tier.
    pub id: String,
    /// The title of the compensation tier.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub title: types::Member<String>,
    /// The additional information of the compensation tier.
    #[serde(rename = "additionalInformation", default, skip_serializing_if = "types::Member::is_absent")]
    pub additional_information: types::Member<String>,
    /// `components`. Each: The range of one kind of pay within a tier.
    pub components: Vec<types::CompensationComponent>,
    /// The tier summary of the compensation tier.
    #[serde(rename = "tierSummary")]
    pub tier_summary: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What the AI review found on one criterion; outcomeNumber lies between 0 and 1.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CriteriaEvaluation {
    /// The id of the criteria evaluation.
    pub id: String,
    /// `criterion`. A version of something that the AI review looks for.
    pub criterion: types::Criterion,
    /// `status`. One of [`CriteriaEvaluationStatus`](types::CriteriaEvaluationStatus).
    pub status: types::CriteriaEvaluationStatus,
    /// The outcome of the criteria evaluation.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub outcome: types::Member<String>,
    /// The reasoning of the criteria evaluation.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub reasoning: types::Member<String>,
    /// The skip reason of the criteria evaluation.
    #[serde(rename = "skipReason", default, skip_serializing_if = "types::Member::is_absent")]
    pub skip_reason: types::Member<String>,
    /// The outcome number of the criteria evaluation.
    #[serde(rename = "outcomeNumber", default, skip_serializing_if = "types::Member::is_absent")]
    pub outcome_number: types::Member<Number>,
    /// When it was evaluated.
    #[serde(rename = "evaluatedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub evaluated_at: types::Member<types::Instant>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A version of something that the AI review looks for.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Criterion {
    /// The id of the criterion.
    pub id: String,
    /// The title of the criterion.
    pub title: String,
    /// `type`. One of [`CriterionType`](types::CriterionType).
    pub r#type: types::CriterionType,
    /// The prompt of the criterion.
    pub prompt: String,
    /// The application form definition id of the criterion.
    #[serde(
        rename = "applicationFormDefinitionId",
        default,
        skip_serializing_if = "types::Member::is_absent"
    )]
    pub application_form_definition_id: types::Member<String>,
    /// The path of the application form's field that it looks at.
    #[serde(rename = "applicationFormFieldPath", default, skip_serializing_if = "types::Member::is_absent")]
    pub application_form_field_path: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What a custom field is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomField {
    /// `id`. The id of a custom field.
    pub id: types::CustomFieldId,
    /// Whether it is private.
    #[serde(rename = "isPrivate", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_private: types::Member<bool>,
    /// The title of the custom field.
    pub title: String,
    /// The description of the custom field.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub description: types::Member<String>,
    /// `objectType`. One of [`CustomFieldOwner`](types::CustomFieldOwner).
    #[serde(rename = "objectType")]
    pub object_type: types::CustomFieldOwner,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// `fieldType`. One of [`ListedCustomFieldType`](types::ListedCustomFieldType).
    #[serde(rename = "fieldType")]
    pub field_type: types::ListedCustomFieldType,
    /// Whether it is required.
    #[serde(rename = "isRequired", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_required: types::Member<bool>,
    /// Whether its values are days without a time.
    #[serde(rename = "isDateOnlyField", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_date_only_field: types::Member<bool>,
    /// Whether only the API can change it.
    #[serde(
        rename = "isEditableOnlyViaPublicApi",
        default,
        skip_serializing_if = "types::Member::is_absent"
    )]
    pub is_editable_only_via_public_api: types::Member<bool>,
    /// The referenced object type of the custom field.
    #[serde(rename = "referencedObjectType", default, skip_serializing_if = "types::Member::is_absent")]
    pub referenced_object_type: types::Member<String>,
    /// `selectableValues`. Each: A value that can be chosen for a field.
    #[serde(rename = "selectableValues", default, skip_serializing_if = "types::Member::is_absent")]
    pub selectable_values: types::Member<Vec<types::SelectableValue>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A custom field of a record with its value.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomFieldValue {
    /// `id`. The id of a custom field.
    pub id: types::CustomFieldId,
    /// Whether it is private.
    #[serde(rename = "isPrivate", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_private: types::Member<bool>,
    /// The title of the custom field value.
    pub title: String,
    /// The value as it is shown.
    #[serde(rename = "valueLabel", default, skip_serializing_if = "types::Member::is_absent")]
    pub value_label: types::Member<types::TextOrTexts>,
    /// The value of the custom field value.
    pub value: Value,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The id of a pause that is gone.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeletedInterviewerPause {
    /// `id`. The id of an interviewer pause.
    pub id: types::InterviewerPauseId,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A job posting that is gone.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeletedJobPosting {
    /// `id`. The id of a job posting.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub id: types::Member<types::JobPostingId>,
    /// `jobId`. The id of a job.
    #[serde(rename = "jobId", default, skip_serializing_if = "types::Member::is_absent")]
    pub job_id: types::Member<types::JobId>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An offer that is gone.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeletedOffer {
    /// `id`. The id of an offer.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub id: types::Member<types::OfferId>,
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId", default, skip_serializing_if = "types::Member::is_absent")]
    pub application_id: types::Member<types::ApplicationId>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The id of a webhook that is gone.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeletedWebhook {
    /// `webhookId`. The id of a webhook.
    #[serde(rename = "webhookId", default, skip_serializing_if = "types::Member::is_absent")]
    pub webhook_id: types::Member<types::WebhookId>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A department or team.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Department {
    /// `id`. The id of a department.
    pub id: types::DepartmentId,
    /// The name of the department.
    pub name: String,
    /// The external name of the department.
    #[serde(rename = "externalName", default, skip_serializing_if = "types::Member::is_absent")]
    pub external_name: types::Member<String>,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// `parentId`. The id of a department.
    #[serde(rename = "parentId", default, skip_serializing_if = "types::Member::is_absent")]
    pub parent_id: types::Member<types::DepartmentId>,
    /// When it was created.
    #[serde(rename = "createdAt")]
    pub created_at: types::Instant,
    /// When it was updated.
    #[serde(rename = "updatedAt")]
    pub updated_at: types::Instant,
    /// The extra data of the department.
    #[serde(rename = "extraData", default, skip_serializing_if = "types::Member::is_absent")]
    pub extra_data: types::Member<Map<String, Value>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A description in its parts: the brand's opening, the body, the brand's closing.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DescriptionParts {
    /// `descriptionOpening`. A text as HTML and as plain text.
    #[serde(rename = "descriptionOpening", default, skip_serializing_if = "types::Member::is_absent")]
    pub description_opening: types::Member<types::RichText>,
    /// `descriptionBody`. A text as HTML and as plain text.
    #[serde(rename = "descriptionBody", default, skip_serializing_if = "types::Member::is_absent")]
    pub description_body: types::Member<types::RichText>,
    /// `descriptionClosing`. A text as HTML and as plain text.
    #[serde(rename = "descriptionClosing", default, skip_serializing_if = "types::Member::is_absent")]
    pub description_closing: types::Member<types::RichText>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An e-mail address of a candidate.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmailAddress {
    /// The value of the email address.
    pub value: String,
    /// `type`. One of [`ContactType`](types::ContactType).
    pub r#type: types::ContactType,
    /// Whether it is primary.
    #[serde(rename = "isPrimary")]
    pub is_primary: bool,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An e-mail on a candidate's profile.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmailMessage {
    /// `id`. The id of an email message.
    pub id: types::EmailMessageId,
    /// `candidateId`. The id of a candidate.
    #[serde(rename = "candidateId")]
    pub candidate_id: types::CandidateId,
    /// The email provider email id of the email message.
    #[serde(rename = "emailProviderEmailId")]
    pub email_provider_email_id: String,
    /// The subject of the email message.
    pub subject: String,
    /// Who sent it.
    pub from: String,
    /// To whom it was sent.
    pub to: String,
    /// The body of the email message.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub body: types::Member<String>,
    /// When it was sent.
    #[serde(rename = "sentAt")]
    pub sent_at: types::Instant,
    /// The cc of the email message.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub cc: types::Member<String>,
    /// The message URL of the email message.
    #[serde(rename = "messageUrl", default, skip_serializing_if = "types::Member::is_absent")]
    pub message_url: types::Member<String>,
    /// The message id header of the email message.
    #[serde(rename = "messageIdHeader", default, skip_serializing_if = "types::Member::is_absent")]
    pub message_id_header: types::Member<String>,
    /// The thread id of the email message.
    #[serde(rename = "threadId")]
    pub thread_id: String,
    /// Whether it is private.
    #[serde(rename = "isPrivate")]
    pub is_private: bool,
    /// Whether the user sent it.
    #[serde(rename = "userIsSender")]
    pub user_is_sender: bool,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An address that e-mails can come from.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmailSender {
    /// The email of the email sender.
    pub email: String,
    /// The display name of the email sender.
    #[serde(rename = "displayName", default, skip_serializing_if = "types::Member::is_absent")]
    pub display_name: types::Member<String>,
    /// The type of the email sender.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub r#type: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A feedback form and its fields.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FeedbackFormDefinition {
    /// `id`. The id of a feedback form definition.
    pub id: types::FeedbackFormDefinitionId,
    /// The organization id of the feedback form definition.
    #[serde(rename = "organizationId")]
    pub organization_id: String,
    /// The title of the feedback form definition.
    pub title: String,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// Whether it is the default form.
    #[serde(rename = "isDefaultForm")]
    pub is_default_form: bool,
    /// `formDefinition`. What a form asks, section by section.
    #[serde(rename = "formDefinition")]
    pub form_definition: types::FormDefinition,
    /// `interviewId`. The id of an interview.
    #[serde(rename = "interviewId", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_id: types::Member<types::InterviewId>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A request for feedback; its interviewEventId goes into applicationFeedback.submit.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FeedbackRequest {
    /// `interviewEventId`. The id of an interview event.
    #[serde(rename = "interviewEventId")]
    pub interview_event_id: types::InterviewEventId,
    /// `interviewerUserId`. The id of a user.
    #[serde(rename = "interviewerUserId")]
    pub interviewer_user_id: types::UserId,
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId")]
    pub application_id: types::ApplicationId,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Feedback that was just submitted.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FeedbackSubmission {
    /// `submittedFormInstance`. A submission of a form, with its answers.
    #[serde(rename = "submittedFormInstance", default, skip_serializing_if = "types::Member::is_absent")]
    pub submitted_form_instance: types::Member<types::SubmittedFormInstance>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A file; file.info exchanges its handle for a download address.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileHandle {
    /// The id of the file handle.
    pub id: String,
    /// The name of the file handle.
    pub name: String,
    /// The handle of the file handle.
    pub handle: crate::FileHandle,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A link to download a file.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileLink {
    /// The URL of the file link.
    pub url: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Where to upload a file, with what form fields, and the handle to use afterwards.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileUpload {
    /// The handle of the file upload.
    pub handle: crate::FileHandle,
    /// The URL of the file upload.
    pub url: String,
    /// The fields of the file upload.
    pub fields: Map<String, Value>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What a form asks, section by section.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FormDefinition {
    /// `sections`. Each: A section of a form.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub sections: types::Member<Vec<types::FormSection>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A field of a form; its path names it in submissions.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FormField {
    /// The id of the form field.
    pub id: String,
    /// The type of the form field.
    pub r#type: String,
    /// The path of the form field.
    pub path: String,
    /// The human readable path of the form field.
    #[serde(rename = "humanReadablePath")]
    pub human_readable_path: String,
    /// The title of the form field.
    pub title: String,
    /// Whether it is nullable.
    #[serde(rename = "isNullable")]
    pub is_nullable: bool,
    /// `selectableValues`. Each: A value that can be chosen for a field.
    #[serde(rename = "selectableValues", default, skip_serializing_if = "types::Member::is_absent")]
    pub selectable_values: types::Member<Vec<types::SelectableValue>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A field in its place in a form: its description, and whether it must be answered.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FormFieldEntry {
    /// Whether it is required.
    #[serde(rename = "isRequired")]
    pub is_required: bool,
    /// The description, as HTML.
    #[serde(rename = "descriptionHtml", default, skip_serializing_if = "types::Member::is_absent")]
    pub description_html: types::Member<String>,
    /// The description, as plain text.
    #[serde(rename = "descriptionPlain", default, skip_serializing_if = "types::Member::is_absent")]
    pub description_plain: types::Member<String>,
    /// `field`. A field of a form; its path names it in submissions.
    pub field: types::FormField,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Whether application limits blocked a submission, and what the candidate may be told of it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FormMessages {
    /// Whether it is blocked.
    pub blocked: bool,
    /// The block message for candidate, as HTML.
    #[serde(
        rename = "blockMessageForCandidateHtml",
        default,
        skip_serializing_if = "types::Member::is_absent"
    )]
    pub block_message_for_candidate_html: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A section of a form.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FormSection {
    /// The title of the form section.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub title: types::Member<String>,
    /// The description, as HTML.
    #[serde(rename = "descriptionHtml", default, skip_serializing_if = "types::Member::is_absent")]
    pub description_html: types::Member<String>,
    /// The description, as plain text.
    #[serde(rename = "descriptionPlain", default, skip_serializing_if = "types::Member::is_absent")]
    pub description_plain: types::Member<String>,
    /// `fields`. Each: A field in its place in a form: its description, and whether it must be answered.
    pub fields: Vec<types::FormFieldEntry>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A fraud check of a candidate, with or without an application.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FraudCheck {
    /// `id`. The id of a fraud check.
    pub id: types::FraudCheckId,
    /// `candidateId`. The id of a candidate.
    #[serde(rename = "candidateId")]
    pub candidate_id: types::CandidateId,
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId", default, skip_serializing_if = "types::Member::is_absent")]
    pub application_id: types::Member<types::ApplicationId>,
    /// When it was created.
    #[serde(rename = "createdAt")]
    pub created_at: types::Instant,
    /// `fraudSignals`. Each: Something that a fraud check noticed; only its id is stable.
    #[serde(rename = "fraudSignals")]
    pub fraud_signals: Vec<types::FraudSignal>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Something that a fraud check noticed; only its id is stable.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FraudSignal {
    /// The id of the fraud signal.
    pub id: String,
    /// The category of the fraud signal.
    pub category: String,
    /// The name of the fraud signal.
    pub name: String,
    /// The description of the fraud signal.
    pub description: String,
    /// The value of the fraud signal.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub value: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What a hire brings: the application, and the latest accepted offer if there is one.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HirePayload {
    /// `application`. A candidate's application for a job.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub application: types::Member<types::Application>,
    /// `offer`. An offer to a candidate; lists give only its latest version.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub offer: types::Member<types::Offer>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A user with a role on a hiring team.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HiringTeamMember {
    /// The email of the hiring team member.
    pub email: String,
    /// The first name of the hiring team member.
    #[serde(rename = "firstName")]
    pub first_name: String,
    /// The last name of the hiring team member.
    #[serde(rename = "lastName")]
    pub last_name: String,
    /// The role of the hiring team member.
    pub role: String,
    /// `userId`. The id of a user.
    #[serde(rename = "userId")]
    pub user_id: types::UserId,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A role on a hiring team.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HiringTeamRole {
    /// `id`. The id of a hiring team role.
    pub id: types::HiringTeamRoleId,
    /// The title of the hiring team role.
    pub title: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A kind of interview: title, instructions and feedback form.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Interview {
    /// `id`. The id of an interview.
    pub id: types::InterviewId,
    /// The title of the interview.
    pub title: String,
    /// The title that candidates see.
    #[serde(rename = "externalTitle", default, skip_serializing_if = "types::Member::is_absent")]
    pub external_title: types::Member<String>,
    /// The type of the interview.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub r#type: types::Member<String>,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// Whether it is a debrief.
    #[serde(rename = "isDebrief", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_debrief: types::Member<bool>,
    /// Whether feedback is required.
    #[serde(rename = "isFeedbackRequired")]
    pub is_feedback_required: bool,
    /// Whether feedback is requested.
    #[serde(rename = "isFeedbackRequested")]
    pub is_feedback_requested: bool,
    /// The instructions, as HTML.
    #[serde(rename = "instructionsHtml", default, skip_serializing_if = "types::Member::is_absent")]
    pub instructions_html: types::Member<String>,
    /// The instructions, as plain text.
    #[serde(rename = "instructionsPlain", default, skip_serializing_if = "types::Member::is_absent")]
    pub instructions_plain: types::Member<String>,
    /// `jobId`. The id of a job.
    #[serde(rename = "jobId", default, skip_serializing_if = "types::Member::is_absent")]
    pub job_id: types::Member<types::JobId>,
    /// `feedbackFormDefinitionId`. The id of a feedback form definition.
    #[serde(rename = "feedbackFormDefinitionId")]
    pub feedback_form_definition_id: types::FeedbackFormDefinitionId,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A scheduled interview with its application, interviewers and feedback form.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewBriefing {
    /// `id`. The id of an interview event.
    pub id: types::InterviewEventId,
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId")]
    pub application_id: types::ApplicationId,
    /// `interviewId`. The id of an interview.
    #[serde(rename = "interviewId")]
    pub interview_id: types::InterviewId,
    /// `interviewStageId`. The id of an interview stage.
    #[serde(rename = "interviewStageId")]
    pub interview_stage_id: types::InterviewStageId,
    /// `interviewers`. Each: An interviewer of a scheduled interview; which fields are present depends
    /// on where it is shown.
    pub interviewers: Vec<types::Interviewer>,
    /// Whether it has submitted feedback.
    #[serde(rename = "hasSubmittedFeedback")]
    pub has_submitted_feedback: bool,
    /// `feedbackFormDefinitionId`. The id of a feedback form definition.
    #[serde(rename = "feedbackFormDefinitionId")]
    pub feedback_form_definition_id: types::FeedbackFormDefinitionId,
    /// `feedbackFormDefinition`. The feedback form that the interviewers are to fill in.
    #[serde(rename = "feedbackFormDefinition", default, skip_serializing_if = "types::Member::is_absent")]
    pub feedback_form_definition: types::Member<types::BriefingFeedbackForm>,
    /// `application`. A candidate's application for a job.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub application: types::Member<types::Application>,
    /// `candidate`. A candidate; which fields are present depends on where it is shown.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub candidate: types::Member<types::CandidateSummary>,
    /// `job`. A job; which fields are present depends on where it is shown.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub job: types::Member<types::JobSummary>,
    /// `interview`. An interview; which fields are present depends on where it is shown.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub interview: types::Member<types::InterviewSummary>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A scheduled interview: time, place and interviewers.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewEvent {
    /// `id`. The id of an interview event.
    pub id: types::InterviewEventId,
    /// `interviewId`. The id of an interview.
    #[serde(rename = "interviewId")]
    pub interview_id: types::InterviewId,
    /// `interviewScheduleId`. The id of an interview schedule.
    #[serde(rename = "interviewScheduleId")]
    pub interview_schedule_id: types::InterviewScheduleId,
    /// `interviewerUserIds`. Each: The id of a user.
    #[serde(rename = "interviewerUserIds", default, skip_serializing_if = "types::Member::is_absent")]
    pub interviewer_user_ids: types::Member<Vec<types::UserId>>,
    /// `interviewers`. Each: An interviewer of a scheduled interview; which fields are present depends
    /// on where it is shown.
    pub interviewers: Vec<types::Interviewer>,
    /// When it was created.
    #[serde(rename = "createdAt")]
    pub created_at: types::Instant,
    /// When it was updated.
    #[serde(rename = "updatedAt")]
    pub updated_at: types::Instant,
    /// When it starts.
    #[serde(rename = "startTime")]
    pub start_time: types::Instant,
    /// When it ends.
    #[serde(rename = "endTime")]
    pub end_time: types::Instant,
    /// The feedback link of the interview event.
    #[serde(rename = "feedbackLink")]
    pub feedback_link: String,
    /// The location of the interview event.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub location: types::Member<String>,
    /// The meeting link of the interview event.
    #[serde(rename = "meetingLink", default, skip_serializing_if = "types::Member::is_absent")]
    pub meeting_link: types::Member<String>,
    /// The interviewer calendar event id of the interview event.
    #[serde(
        rename = "interviewerCalendarEventId",
        default,
        skip_serializing_if = "types::Member::is_absent"
    )]
    pub interviewer_calendar_event_id: types::Member<String>,
    /// Whether it has submitted feedback.
    #[serde(rename = "hasSubmittedFeedback")]
    pub has_submitted_feedback: bool,
    /// `interview`. An interview; which fields are present depends on where it is shown.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub interview: types::Member<types::InterviewSummary>,
    /// `notetakerTranscriptId`. The id of a notetaker transcript.
    #[serde(rename = "notetakerTranscriptId", default, skip_serializing_if = "types::Member::is_absent")]
    pub notetaker_transcript_id: types::Member<types::NotetakerTranscriptId>,
    /// The extra data of the interview event.
    #[serde(rename = "extraData", default, skip_serializing_if = "types::Member::is_absent")]
    pub extra_data: types::Member<Map<String, Value>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An interview plan; its stages come from interviewStage.list.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewPlan {
    /// `id`. The id of an interview plan.
    pub id: types::InterviewPlanId,
    /// The title of the interview plan.
    pub title: String,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// When it was created.
    #[serde(rename = "createdAt")]
    pub created_at: types::Instant,
    /// When it was updated.
    #[serde(rename = "updatedAt")]
    pub updated_at: types::Instant,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An interview plan, by id and title.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewPlanReference {
    /// `id`. The id of an interview plan.
    pub id: types::InterviewPlanId,
    /// The title of the interview plan reference.
    pub title: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What the change of a job's interview plan brings.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewPlanTransitionPayload {
    /// `jobId`. The id of a job.
    #[serde(rename = "jobId", default, skip_serializing_if = "types::Member::is_absent")]
    pub job_id: types::Member<types::JobId>,
    /// `fromInterviewPlan`. An interview plan, by id and title.
    #[serde(rename = "fromInterviewPlan", default, skip_serializing_if = "types::Member::is_absent")]
    pub from_interview_plan: types::Member<types::InterviewPlanReference>,
    /// `toInterviewPlan`. An interview plan, by id and title.
    #[serde(rename = "toInterviewPlan", default, skip_serializing_if = "types::Member::is_absent")]
    pub to_interview_plan: types::Member<types::InterviewPlanReference>,
    /// `interviewStageMappings`. Each: Which stage took the place of which.
    #[serde(rename = "interviewStageMappings", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_stage_mappings: types::Member<Vec<types::InterviewStageMapping>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The interviews arranged for an application in one stage, and how far the arranging is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewSchedule {
    /// `id`. The id of an interview schedule.
    pub id: types::InterviewScheduleId,
    /// `status`. One of [`InterviewScheduleStatus`](types::InterviewScheduleStatus).
    pub status: types::InterviewScheduleStatus,
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId")]
    pub application_id: types::ApplicationId,
    /// `interviewStageId`. The id of an interview stage.
    #[serde(rename = "interviewStageId")]
    pub interview_stage_id: types::InterviewStageId,
    /// `scheduledBy`. A user of the organization.
    #[serde(rename = "scheduledBy", default, skip_serializing_if = "types::Member::is_absent")]
    pub scheduled_by: types::Member<types::UserSummary>,
    /// When it was created.
    #[serde(rename = "createdAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub created_at: types::Member<types::Instant>,
    /// When it was updated.
    #[serde(rename = "updatedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub updated_at: types::Member<types::Instant>,
    /// `interviewEvents`. Each: A scheduled interview: time, place and interviewers.
    #[serde(rename = "interviewEvents", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_events: types::Member<Vec<types::InterviewEvent>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What events on interview schedules bring.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewSchedulePayload {
    /// `interviewSchedule`. The interviews arranged for an application in one stage, and how far the
    /// arranging is.
    #[serde(rename = "interviewSchedule", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_schedule: types::Member<types::InterviewSchedule>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A stage of an interview plan.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewStage {
    /// `id`. The id of an interview stage.
    pub id: types::InterviewStageId,
    /// The title of the interview stage.
    pub title: String,
    /// The type of the interview stage.
    pub r#type: String,
    /// Its place in the interview plan.
    #[serde(rename = "orderInInterviewPlan")]
    pub order_in_interview_plan: i64,
    /// `interviewStageGroupId`. The id of an interview stage group.
    #[serde(rename = "interviewStageGroupId", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_stage_group_id: types::Member<types::InterviewStageGroupId>,
    /// `interviewPlanId`. The id of an interview plan.
    #[serde(rename = "interviewPlanId")]
    pub interview_plan_id: types::InterviewPlanId,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A group of stages, with its place in the order and the kind of its stages.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewStageGroup {
    /// `id`. The id of an interview stage group.
    pub id: types::InterviewStageGroupId,
    /// The title of the interview stage group.
    pub title: String,
    /// The order of the interview stage group.
    pub order: i64,
    /// `stageType`. One of [`StageType`](types::StageType).
    #[serde(rename = "stageType")]
    pub stage_type: types::StageType,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Which stage took the place of which.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewStageMapping {
    /// `fromInterviewStageId`. The id of an interview stage.
    #[serde(rename = "fromInterviewStageId")]
    pub from_interview_stage_id: types::InterviewStageId,
    /// `toInterviewStageId`. The id of an interview stage.
    #[serde(rename = "toInterviewStageId")]
    pub to_interview_stage_id: types::InterviewStageId,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An interview; which fields are present depends on where it is shown.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewSummary {
    /// `id`. The id of an interview.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub id: types::Member<types::InterviewId>,
    /// The title of the interview summary.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub title: types::Member<String>,
    /// The title that candidates see.
    #[serde(rename = "externalTitle", default, skip_serializing_if = "types::Member::is_absent")]
    pub external_title: types::Member<String>,
    /// The type of the interview summary.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub r#type: types::Member<String>,
    /// Whether it is archived.
    #[serde(rename = "isArchived", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_archived: types::Member<bool>,
    /// Whether it is a debrief.
    #[serde(rename = "isDebrief", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_debrief: types::Member<bool>,
    /// Whether feedback is required.
    #[serde(rename = "isFeedbackRequired", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_feedback_required: types::Member<bool>,
    /// Whether feedback is requested.
    #[serde(rename = "isFeedbackRequested", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_feedback_requested: types::Member<bool>,
    /// The instructions, as HTML.
    #[serde(rename = "instructionsHtml", default, skip_serializing_if = "types::Member::is_absent")]
    pub instructions_html: types::Member<String>,
    /// The instructions, as plain text.
    #[serde(rename = "instructionsPlain", default, skip_serializing_if = "types::Member::is_absent")]
    pub instructions_plain: types::Member<String>,
    /// `jobId`. The id of a job.
    #[serde(rename = "jobId", default, skip_serializing_if = "types::Member::is_absent")]
    pub job_id: types::Member<types::JobId>,
    /// `feedbackFormDefinitionId`. The id of a feedback form definition.
    #[serde(rename = "feedbackFormDefinitionId", default, skip_serializing_if = "types::Member::is_absent")]
    pub feedback_form_definition_id: types::Member<types::FeedbackFormDefinitionId>,
    /// `interviewId`. The id of an interview.
    #[serde(rename = "interviewId", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_id: types::Member<types::InterviewId>,
    /// The interview duration, in minutes.
    #[serde(rename = "interviewDurationMinutes", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_duration_minutes: types::Member<Number>,
    /// Whether it is schedulable.
    #[serde(rename = "isSchedulable", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_schedulable: types::Member<bool>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An interviewer of a scheduled interview; which fields are present depends on where it is shown.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Interviewer {
    /// `userId`. The id of a user.
    #[serde(rename = "userId", default, skip_serializing_if = "types::Member::is_absent")]
    pub user_id: types::Member<types::UserId>,
    /// Whether feedback is required.
    #[serde(rename = "isFeedbackRequired")]
    pub is_feedback_required: bool,
    /// Whether it has submitted feedback.
    #[serde(rename = "hasSubmittedFeedback", default, skip_serializing_if = "types::Member::is_absent")]
    pub has_submitted_feedback: types::Member<bool>,
    /// `trainingRole`. One of [`TrainingRole`](types::TrainingRole).
    #[serde(rename = "trainingRole", default, skip_serializing_if = "types::Member::is_absent")]
    pub training_role: types::Member<types::TrainingRole>,
    /// `user`. A user of the organization.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub user: types::Member<types::UserSummary>,
    /// `interviewerPool`. An interviewer pool without its members.
    #[serde(rename = "interviewerPool", default, skip_serializing_if = "types::Member::is_absent")]
    pub interviewer_pool: types::Member<types::InterviewerPoolSummary>,
    /// `id`. The id of a user.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub id: types::Member<types::UserId>,
    /// The first name of the interviewer.
    #[serde(rename = "firstName", default, skip_serializing_if = "types::Member::is_absent")]
    pub first_name: types::Member<String>,
    /// The last name of the interviewer.
    #[serde(rename = "lastName", default, skip_serializing_if = "types::Member::is_absent")]
    pub last_name: types::Member<String>,
    /// The email of the interviewer.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub email: types::Member<String>,
    /// `globalRole`. One of [`GlobalRole`](types::GlobalRole).
    #[serde(rename = "globalRole", default, skip_serializing_if = "types::Member::is_absent")]
    pub global_role: types::Member<types::GlobalRole>,
    /// Whether it is enabled.
    #[serde(rename = "isEnabled", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_enabled: types::Member<bool>,
    /// When it was updated.
    #[serde(rename = "updatedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub updated_at: types::Member<types::Instant>,
    /// `managerId`. The id of a user.
    #[serde(rename = "managerId", default, skip_serializing_if = "types::Member::is_absent")]
    pub manager_id: types::Member<types::UserId>,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A time in which a user is not scheduled for interviews; without an end it is open.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewerPause {
    /// `id`. The id of an interviewer pause.
    pub id: types::InterviewerPauseId,
    /// `userId`. The id of a user.
    #[serde(rename = "userId")]
    pub user_id: types::UserId,
    /// When it starts.
    #[serde(rename = "startsAt")]
    pub starts_at: types::Instant,
    /// When it ends.
    #[serde(rename = "endsAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub ends_at: types::Member<types::Instant>,
    /// The comment of the interviewer pause.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub comment: types::Member<String>,
    /// When it was created.
    #[serde(rename = "createdAt")]
    pub created_at: types::Instant,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An interviewer pool with its training path, qualified members and trainees.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewerPool {
    /// `id`. The id of an interviewer pool.
    pub id: types::InterviewerPoolId,
    /// The title of the interviewer pool.
    pub title: String,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// `trainingPath`. The training of a pool's interviewers, stage by stage.
    #[serde(rename = "trainingPath", default, skip_serializing_if = "types::Member::is_absent")]
    pub training_path: types::Member<types::TrainingPath>,
    /// `qualifiedMembers`. Each: A user who is qualified to interview in the pool.
    #[serde(rename = "qualifiedMembers", default, skip_serializing_if = "types::Member::is_absent")]
    pub qualified_members: types::Member<Vec<types::QualifiedMember>>,
    /// `trainees`. Each: A user in training for the pool.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub trainees: types::Member<Vec<types::Trainee>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An interviewer pool without its members.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewerPoolSummary {
    /// `id`. The id of an interviewer pool.
    pub id: types::InterviewerPoolId,
    /// The title of the interviewer pool summary.
    pub title: String,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// `trainingPath`. The training of a pool's interviewers, stage by stage.
    #[serde(rename = "trainingPath", default, skip_serializing_if = "types::Member::is_absent")]
    pub training_path: types::Member<types::TrainingPath>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// How many interviews a user may have; null is no limit.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterviewerSettings {
    /// The id of the interviewer settings.
    pub id: String,
    /// The daily limit of the interviewer settings.
    #[serde(rename = "dailyLimit", default, skip_serializing_if = "types::Member::is_absent")]
    pub daily_limit: types::Member<i64>,
    /// The weekly limit of the interviewer settings.
    #[serde(rename = "weeklyLimit", default, skip_serializing_if = "types::Member::is_absent")]
    pub weekly_limit: types::Member<i64>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A job.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Job {
    /// `id`. The id of a job.
    pub id: types::JobId,
    /// The title of the job.
    pub title: String,
    /// Whether it is confidential.
    pub confidential: bool,
    /// `status`. One of [`JobStatus`](types::JobStatus).
    pub status: types::JobStatus,
    /// `employmentType`. One of [`EmploymentType`](types::EmploymentType).
    #[serde(rename = "employmentType")]
    pub employment_type: types::EmploymentType,
    /// `locationId`. The id of a location.
    #[serde(rename = "locationId", default, skip_serializing_if = "types::Member::is_absent")]
    pub location_id: types::Member<types::LocationId>,
    /// `departmentId`. The id of a department.
    #[serde(rename = "departmentId", default, skip_serializing_if = "types::Member::is_absent")]
    pub department_id: types::Member<types::DepartmentId>,
    /// `defaultInterviewPlanId`. The id of an interview plan.
    #[serde(rename = "defaultInterviewPlanId", default, skip_serializing_if = "types::Member::is_absent")]
    pub default_interview_plan_id: types::Member<types::InterviewPlanId>,
    /// `interviewPlanIds`. Each: The id of an interview plan.
    #[serde(rename = "interviewPlanIds", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_plan_ids: types::Member<Vec<types::InterviewPlanId>>,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// `jobPostingIds`. Each: The id of a job posting.
    #[serde(rename = "jobPostingIds", default, skip_serializing_if = "types::Member::is_absent")]
    pub job_posting_ids: types::Member<Vec<types::JobPostingId>>,
    /// The custom requisition id of the job.
    #[serde(rename = "customRequisitionId", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_requisition_id: types::Member<String>,
    /// `brandId`. The id of a brand.
    #[serde(rename = "brandId", default, skip_serializing_if = "types::Member::is_absent")]
    pub brand_id: types::Member<types::BrandId>,
    /// `hiringTeam`. Each: A user with a role on a hiring team.
    #[serde(rename = "hiringTeam", default, skip_serializing_if = "types::Member::is_absent")]
    pub hiring_team: types::Member<Vec<types::HiringTeamMember>>,
    /// `author`. The user who wrote or made something.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub author: types::Member<types::NoteAuthor>,
    /// When it was created.
    #[serde(rename = "createdAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub created_at: types::Member<types::Instant>,
    /// When it was updated.
    #[serde(rename = "updatedAt")]
    pub updated_at: types::Instant,
    /// When it was opened.
    #[serde(rename = "openedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub opened_at: types::Member<types::Instant>,
    /// When it was closed.
    #[serde(rename = "closedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub closed_at: types::Member<types::Instant>,
    /// `location`. A location, or a region that groups locations.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub location: types::Member<types::Location>,
    /// `openings`. Each: An opening: a position to fill.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub openings: types::Member<Vec<types::Opening>>,
    /// `compensation`. The pay of a job.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub compensation: types::Member<types::JobCompensation>,
    /// `compensationTiers`. Each: A range of pay that can be offered, made of components.
    #[serde(rename = "compensationTiers", default, skip_serializing_if = "types::Member::is_absent")]
    pub compensation_tiers: types::Member<Vec<types::CompensationTier>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A job board, internal or external.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobBoard {
    /// `id`. The id of a job board.
    pub id: types::JobBoardId,
    /// The title of the job board.
    pub title: String,
    /// Whether it is internal.
    #[serde(rename = "isInternal")]
    pub is_internal: bool,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The pay of a job.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobCompensation {
    /// `compensationTiers`. Each: A range of pay that can be offered, made of components.
    #[serde(rename = "compensationTiers", default, skip_serializing_if = "types::Member::is_absent")]
    pub compensation_tiers: types::Member<Vec<types::CompensationTier>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Something to be done in a stage: a set of interviews.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobInterviewActivity {
    /// The id of the job interview activity.
    pub id: String,
    /// The title of the job interview activity.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub title: types::Member<String>,
    /// `interviews`. Each: An interview; which fields are present depends on where it is shown.
    pub interviews: Vec<types::InterviewSummary>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The interview plan of a job, stage by stage.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobInterviewPlan {
    /// `jobId`. The id of a job.
    #[serde(rename = "jobId")]
    pub job_id: types::JobId,
    /// `interviewPlanId`. The id of an interview plan.
    #[serde(rename = "interviewPlanId")]
    pub interview_plan_id: types::InterviewPlanId,
    /// `stages`. Each: A stage of a job's interview plan with its activities.
    pub stages: Vec<types::JobInterviewStage>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A stage of a job's interview plan with its activities.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobInterviewStage {
    /// `id`. The id of an interview stage.
    pub id: types::InterviewStageId,
    /// The title of the job interview stage.
    pub title: String,
    /// The type of the job interview stage.
    pub r#type: String,
    /// Its place in the interview plan.
    #[serde(rename = "orderInInterviewPlan")]
    pub order_in_interview_plan: i64,
    /// `interviewStageGroupId`. The id of an interview stage group.
    #[serde(rename = "interviewStageGroupId", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_stage_group_id: types::Member<types::InterviewStageGroupId>,
    /// `activities`. Each: Something to be done in a stage: a set of interviews.
    pub activities: Vec<types::JobInterviewActivity>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What events on jobs bring.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobPayload {
    /// `job`. A job.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub job: types::Member<types::Job>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A job posting with its description, forms and pay.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobPosting {
    /// `id`. The id of a job posting.
    pub id: types::JobPostingId,
    /// The title of the job posting.
    pub title: String,
    /// `status`. One of [`JobPostingStatus`](types::JobPostingStatus).
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub status: types::Member<types::JobPostingStatus>,
    /// The description, as plain text.
    #[serde(rename = "descriptionPlain")]
    pub description_plain: String,
    /// The description, as HTML.
    #[serde(rename = "descriptionHtml")]
    pub description_html: String,
    /// The description for social networks.
    #[serde(rename = "descriptionSocial", default, skip_serializing_if = "types::Member::is_absent")]
    pub description_social: types::Member<String>,
    /// `descriptionParts`. A description in its parts: the brand's opening, the body, the brand's
    /// closing.
    #[serde(rename = "descriptionParts")]
    pub description_parts: types::DescriptionParts,
    /// The department name of the job posting.
    #[serde(rename = "departmentName")]
    pub department_name: String,
    /// The team name of the job posting.
    #[serde(rename = "teamName")]
    pub team_name: String,
    /// The team name hierarchy of the job posting.
    #[serde(rename = "teamNameHierarchy", default, skip_serializing_if = "types::Member::is_absent")]
    pub team_name_hierarchy: types::Member<Vec<String>>,
    /// `jobId`. The id of a job.
    #[serde(rename = "jobId")]
    pub job_id: types::JobId,
    /// `job`. A job; which fields are present depends on where it is shown.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub job: types::Member<types::JobSummary>,
    /// The location name of the job posting.
    #[serde(rename = "locationName")]
    pub location_name: String,
    /// The location external name of the job posting.
    #[serde(rename = "locationExternalName", default, skip_serializing_if = "types::Member::is_absent")]
    pub location_external_name: types::Member<String>,
    /// `locationIds`. The locations of a posting.
    #[serde(rename = "locationIds")]
    pub location_ids: types::PostingLocationIds,
    /// `linkedData`. The posting as schema.org JobPosting, for search engines.
    #[serde(rename = "linkedData")]
    pub linked_data: types::LinkedData,
    /// The day on which it was published.
    #[serde(rename = "publishedDate", default, skip_serializing_if = "types::Member::is_absent")]
    pub published_date: types::Member<types::Date>,
    /// Until when one can apply.
    #[serde(rename = "applicationDeadline", default, skip_serializing_if = "types::Member::is_absent")]
    pub application_deadline: types::Member<types::Instant>,
    /// `address`. A postal address.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub address: types::Member<types::Address>,
    /// Whether it is remote.
    #[serde(rename = "isRemote", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_remote: types::Member<bool>,
    /// `workplaceType`. One of [`WorkplaceType`](types::WorkplaceType).
    #[serde(rename = "workplaceType", default, skip_serializing_if = "types::Member::is_absent")]
    pub workplace_type: types::Member<types::WorkplaceType>,
    /// `employmentType`. One of [`EmploymentType`](types::EmploymentType).
    #[serde(rename = "employmentType")]
    pub employment_type: types::EmploymentType,
    /// `applicationFormDefinition`. What a form asks, section by section.
    #[serde(rename = "applicationFormDefinition")]
    pub application_form_definition: types::FormDefinition,
    /// The application form definition id of the job posting.
    #[serde(
        rename = "applicationFormDefinitionId",
        default,
        skip_serializing_if = "types::Member::is_absent"
    )]
    pub application_form_definition_id: types::Member<String>,
    /// `applicationConfirmationEmailTemplateId`. The id of a communication template.
    #[serde(
        rename = "applicationConfirmationEmailTemplateId",
        default,
        skip_serializing_if = "types::Member::is_absent"
    )]
    pub application_confirmation_email_template_id: types::Member<types::CommunicationTemplateId>,
    /// `surveyFormDefinitions`. Each: A survey: what it asks and of which kind it is.
    #[serde(rename = "surveyFormDefinitions")]
    pub survey_form_definitions: Vec<types::SurveyFormDefinition>,
    /// Whether it is listed.
    #[serde(rename = "isListed")]
    pub is_listed: bool,
    /// Whether the usual beginning of descriptions is left out.
    #[serde(
        rename = "suppressDescriptionOpening",
        default,
        skip_serializing_if = "types::Member::is_absent"
    )]
    pub suppress_description_opening: types::Member<bool>,
    /// Whether the usual end of descriptions is left out.
    #[serde(
        rename = "suppressDescriptionClosing",
        default,
        skip_serializing_if = "types::Member::is_absent"
    )]
    pub suppress_description_closing: types::Member<bool>,
    /// The external link of the job posting.
    #[serde(rename = "externalLink", default, skip_serializing_if = "types::Member::is_absent")]
    pub external_link: types::Member<String>,
    /// The apply link of the job posting.
    #[serde(rename = "applyLink")]
    pub apply_link: String,
    /// `compensation`. The pay of a posting, and whether the job board shows it.
    pub compensation: types::JobPostingCompensation,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// When it was updated.
    #[serde(rename = "updatedAt")]
    pub updated_at: types::Instant,
    /// The application limit callout, as HTML.
    #[serde(
        rename = "applicationLimitCalloutHtml",
        default,
        skip_serializing_if = "types::Member::is_absent"
    )]
    pub application_limit_callout_html: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The pay of a posting, and whether the job board shows it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobPostingCompensation {
    /// The compensation tier summary of the job posting compensation.
    #[serde(rename = "compensationTierSummary", default, skip_serializing_if = "types::Member::is_absent")]
    pub compensation_tier_summary: types::Member<String>,
    /// `summaryComponents`. Each: The range of one kind of pay over all tiers of a posting.
    #[serde(rename = "summaryComponents", default, skip_serializing_if = "types::Member::is_absent")]
    pub summary_components: types::Member<Vec<types::CompensationComponentSummary>>,
    /// `compensationTiers`. Each: A range of pay that can be offered, made of components.
    #[serde(rename = "compensationTiers")]
    pub compensation_tiers: Vec<types::CompensationTier>,
    /// Whether it should display compensation on job board.
    #[serde(rename = "shouldDisplayCompensationOnJobBoard")]
    pub should_display_compensation_on_job_board: bool,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What the deletion of a job posting brings.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobPostingDeletePayload {
    /// `jobPosting`. A job posting that is gone.
    #[serde(rename = "jobPosting", default, skip_serializing_if = "types::Member::is_absent")]
    pub job_posting: types::Member<types::DeletedJobPosting>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What events on job postings bring.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobPostingPayload {
    /// `jobPosting`. A job posting as lists show it, without description and forms.
    #[serde(rename = "jobPosting", default, skip_serializing_if = "types::Member::is_absent")]
    pub job_posting: types::Member<types::JobPostingSummary>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A job posting as lists show it, without description and forms.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobPostingSummary {
    /// `id`. The id of a job posting.
    pub id: types::JobPostingId,
    /// The title of the job posting summary.
    pub title: String,
    /// `status`. One of [`JobPostingStatus`](types::JobPostingStatus).
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub status: types::Member<types::JobPostingStatus>,
    /// `jobId`. The id of a job.
    #[serde(rename = "jobId")]
    pub job_id: types::JobId,
    /// The department name of the job posting summary.
    #[serde(rename = "departmentName")]
    pub department_name: String,
    /// The team name of the job posting summary.
    #[serde(rename = "teamName")]
    pub team_name: String,
    /// The location name of the job posting summary.
    #[serde(rename = "locationName")]
    pub location_name: String,
    /// The location external name of the job posting summary.
    #[serde(rename = "locationExternalName", default, skip_serializing_if = "types::Member::is_absent")]
    pub location_external_name: types::Member<String>,
    /// `locationIds`. The locations of a posting.
    #[serde(rename = "locationIds")]
    pub location_ids: types::PostingLocationIds,
    /// `workplaceType`. One of [`WorkplaceType`](types::WorkplaceType).
    #[serde(rename = "workplaceType", default, skip_serializing_if = "types::Member::is_absent")]
    pub workplace_type: types::Member<types::WorkplaceType>,
    /// `employmentType`. One of [`EmploymentType`](types::EmploymentType).
    #[serde(rename = "employmentType")]
    pub employment_type: types::EmploymentType,
    /// Whether it is listed.
    #[serde(rename = "isListed")]
    pub is_listed: bool,
    /// The day on which it was published.
    #[serde(rename = "publishedDate", default, skip_serializing_if = "types::Member::is_absent")]
    pub published_date: types::Member<types::Date>,
    /// Until when one can apply.
    #[serde(rename = "applicationDeadline", default, skip_serializing_if = "types::Member::is_absent")]
    pub application_deadline: types::Member<types::Instant>,
    /// The external link of the job posting summary.
    #[serde(rename = "externalLink", default, skip_serializing_if = "types::Member::is_absent")]
    pub external_link: types::Member<String>,
    /// The apply link of the job posting summary.
    #[serde(rename = "applyLink")]
    pub apply_link: String,
    /// The compensation tier summary of the job posting summary.
    #[serde(rename = "compensationTierSummary", default, skip_serializing_if = "types::Member::is_absent")]
    pub compensation_tier_summary: types::Member<String>,
    /// Whether it should display compensation on job board.
    #[serde(rename = "shouldDisplayCompensationOnJobBoard")]
    pub should_display_compensation_on_job_board: bool,
    /// When it was updated.
    #[serde(rename = "updatedAt")]
    pub updated_at: types::Instant,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A job; which fields are present depends on where it is shown.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobSummary {
    /// `id`. The id of a job.
    pub id: types::JobId,
    /// The title of the job summary.
    pub title: String,
    /// `locationId`. The id of a location.
    #[serde(rename = "locationId", default, skip_serializing_if = "types::Member::is_absent")]
    pub location_id: types::Member<types::LocationId>,
    /// `departmentId`. The id of a department.
    #[serde(rename = "departmentId", default, skip_serializing_if = "types::Member::is_absent")]
    pub department_id: types::Member<types::DepartmentId>,
    /// Whether it is confidential.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub confidential: types::Member<bool>,
    /// `status`. One of [`JobStatus`](types::JobStatus).
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub status: types::Member<types::JobStatus>,
    /// `employmentType`. One of [`EmploymentType`](types::EmploymentType).
    #[serde(rename = "employmentType", default, skip_serializing_if = "types::Member::is_absent")]
    pub employment_type: types::Member<types::EmploymentType>,
    /// `defaultInterviewPlanId`. The id of an interview plan.
    #[serde(rename = "defaultInterviewPlanId", default, skip_serializing_if = "types::Member::is_absent")]
    pub default_interview_plan_id: types::Member<types::InterviewPlanId>,
    /// `interviewPlanIds`. Each: The id of an interview plan.
    #[serde(rename = "interviewPlanIds", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_plan_ids: types::Member<Vec<types::InterviewPlanId>>,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// `jobPostingIds`. Each: The id of a job posting.
    #[serde(rename = "jobPostingIds", default, skip_serializing_if = "types::Member::is_absent")]
    pub job_posting_ids: types::Member<Vec<types::JobPostingId>>,
    /// The custom requisition id of the job summary.
    #[serde(rename = "customRequisitionId", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_requisition_id: types::Member<String>,
    /// `brandId`. The id of a brand.
    #[serde(rename = "brandId", default, skip_serializing_if = "types::Member::is_absent")]
    pub brand_id: types::Member<types::BrandId>,
    /// `hiringTeam`. Each: A user with a role on a hiring team.
    #[serde(rename = "hiringTeam", default, skip_serializing_if = "types::Member::is_absent")]
    pub hiring_team: types::Member<Vec<types::HiringTeamMember>>,
    /// `author`. The user who wrote or made something.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub author: types::Member<types::NoteAuthor>,
    /// When it was created.
    #[serde(rename = "createdAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub created_at: types::Member<types::Instant>,
    /// When it was updated.
    #[serde(rename = "updatedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub updated_at: types::Member<types::Instant>,
    /// When it was opened.
    #[serde(rename = "openedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub opened_at: types::Member<types::Instant>,
    /// When it was closed.
    #[serde(rename = "closedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub closed_at: types::Member<types::Instant>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A template for jobs.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobTemplate {
    /// `id`. The id of a job template.
    pub id: types::JobTemplateId,
    /// The title of the job template.
    pub title: String,
    /// `status`. One of [`JobTemplateStatus`](types::JobTemplateStatus).
    pub status: types::JobTemplateStatus,
    /// `locationId`. The id of a location.
    #[serde(rename = "locationId", default, skip_serializing_if = "types::Member::is_absent")]
    pub location_id: types::Member<types::LocationId>,
    /// `departmentId`. The id of a department.
    #[serde(rename = "departmentId", default, skip_serializing_if = "types::Member::is_absent")]
    pub department_id: types::Member<types::DepartmentId>,
    /// `defaultInterviewPlanId`. The id of an interview plan.
    #[serde(rename = "defaultInterviewPlanId", default, skip_serializing_if = "types::Member::is_absent")]
    pub default_interview_plan_id: types::Member<types::InterviewPlanId>,
    /// `interviewPlanIds`. Each: The id of an interview plan.
    #[serde(rename = "interviewPlanIds", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_plan_ids: types::Member<Vec<types::InterviewPlanId>>,
    /// When it was created.
    #[serde(rename = "createdAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub created_at: types::Member<types::Instant>,
    /// When it was updated.
    #[serde(rename = "updatedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub updated_at: types::Member<types::Instant>,
    /// `location`. A location, or a region that groups locations.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub location: types::Member<types::Location>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The posting as schema.org JobPosting, for search engines.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedData {
    /// The @context of the linked data.
    #[serde(rename = "@context", default, skip_serializing_if = "types::Member::is_absent")]
    pub at_context: types::Member<String>,
    /// The @type of the linked data.
    #[serde(rename = "@type", default, skip_serializing_if = "types::Member::is_absent")]
    pub at_type: types::Member<String>,
    /// The title of the linked data.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub title: types::Member<String>,
    /// The description of the linked data.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub description: types::Member<String>,
    /// `identifier`. The posting's identifier, as schema.org PropertyValue.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub identifier: types::Member<types::LinkedDataIdentifier>,
    /// The day on which it was posted.
    #[serde(rename = "datePosted", default, skip_serializing_if = "types::Member::is_absent")]
    pub date_posted: types::Member<types::Date>,
    /// `hiringOrganization`. Who hires, as schema.org Organization.
    #[serde(rename = "hiringOrganization", default, skip_serializing_if = "types::Member::is_absent")]
    pub hiring_organization: types::Member<types::LinkedDataHiringOrganization>,
    /// `jobLocation`. Where the job is, as schema.org Place.
    #[serde(rename = "jobLocation", default, skip_serializing_if = "types::Member::is_absent")]
    pub job_location: types::Member<types::LinkedDataJobLocation>,
    /// `employmentType`. One of [`LinkedDataEmploymentType`](types::LinkedDataEmploymentType).
    #[serde(rename = "employmentType", default, skip_serializing_if = "types::Member::is_absent")]
    pub employment_type: types::Member<types::LinkedDataEmploymentType>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Who hires, as schema.org Organization.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedDataHiringOrganization {
    /// The @type of the linked data hiring organization.
    #[serde(rename = "@type", default, skip_serializing_if = "types::Member::is_absent")]
    pub at_type: types::Member<String>,
    /// The name of the linked data hiring organization.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub name: types::Member<String>,
    /// Where the same organisation has a page.
    #[serde(rename = "sameAs", default, skip_serializing_if = "types::Member::is_absent")]
    pub same_as: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The posting's identifier, as schema.org PropertyValue.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedDataIdentifier {
    /// The @type of the linked data identifier.
    #[serde(rename = "@type", default, skip_serializing_if = "types::Member::is_absent")]
    pub at_type: types::Member<String>,
    /// The name of the linked data identifier.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub name: types::Member<String>,
    /// The value of the linked data identifier.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub value: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Where the job is, as schema.org Place.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedDataJobLocation {
    /// The @type of the linked data job location.
    #[serde(rename = "@type", default, skip_serializing_if = "types::Member::is_absent")]
    pub at_type: types::Member<String>,
    /// `address`. A postal address.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub address: types::Member<types::Address>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A location, or a region that groups locations.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Location {
    /// `id`. The id of a location.
    pub id: types::LocationId,
    /// The name of the location.
    pub name: String,
    /// The external name of the location.
    #[serde(rename = "externalName", default, skip_serializing_if = "types::Member::is_absent")]
    pub external_name: types::Member<String>,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// `address`. A postal address.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub address: types::Member<types::Address>,
    /// Whether it is remote.
    #[serde(rename = "isRemote", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_remote: types::Member<bool>,
    /// `workplaceType`. One of [`WorkplaceType`](types::WorkplaceType).
    #[serde(rename = "workplaceType", default, skip_serializing_if = "types::Member::is_absent")]
    pub workplace_type: types::Member<types::WorkplaceType>,
    /// `parentLocationId`. The id of a location.
    #[serde(rename = "parentLocationId", default, skip_serializing_if = "types::Member::is_absent")]
    pub parent_location_id: types::Member<types::LocationId>,
    /// `type`. One of [`LocationType`](types::LocationType).
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub r#type: types::Member<types::LocationType>,
    /// The extra data of the location.
    #[serde(rename = "extraData", default, skip_serializing_if = "types::Member::is_absent")]
    pub extra_data: types::Member<Map<String, Value>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A country, region or city.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LocationComponent {
    /// `type`. One of [`LocationComponentType`](types::LocationComponentType).
    pub r#type: types::LocationComponentType,
    /// The name of the location component.
    pub name: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What the merging of two candidates brings.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MergePayload {
    /// `deletedCandidate`. A candidate, by id alone.
    #[serde(rename = "deletedCandidate", default, skip_serializing_if = "types::Member::is_absent")]
    pub deleted_candidate: types::Member<types::CandidateReference>,
    /// `mergedCandidate`. A candidate, by id alone.
    #[serde(rename = "mergedCandidate", default, skip_serializing_if = "types::Member::is_absent")]
    pub merged_candidate: types::Member<types::CandidateReference>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The user who wrote or made something.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NoteAuthor {
    /// `id`. The id of a user.
    pub id: types::UserId,
    /// The first name of the note author.
    #[serde(rename = "firstName")]
    pub first_name: String,
    /// The last name of the note author.
    #[serde(rename = "lastName")]
    pub last_name: String,
    /// The email of the note author.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub email: types::Member<String>,
    /// `globalRole`. One of [`GlobalRole`](types::GlobalRole).
    #[serde(rename = "globalRole", default, skip_serializing_if = "types::Member::is_absent")]
    pub global_role: types::Member<types::GlobalRole>,
    /// Whether it is enabled.
    #[serde(rename = "isEnabled", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_enabled: types::Member<bool>,
    /// When it was updated.
    #[serde(rename = "updatedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub updated_at: types::Member<types::Instant>,
    /// `managerId`. The id of a user.
    #[serde(rename = "managerId", default, skip_serializing_if = "types::Member::is_absent")]
    pub manager_id: types::Member<types::UserId>,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A transcript's participants and the address of its JSON text, which works for 5 minutes.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotetakerTranscript {
    /// `id`. The id of a notetaker transcript.
    pub id: types::NotetakerTranscriptId,
    /// `interviewEventId`. The id of an interview event.
    #[serde(rename = "interviewEventId", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_event_id: types::Member<types::InterviewEventId>,
    /// `interviewScheduleId`. The id of an interview schedule.
    #[serde(rename = "interviewScheduleId", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_schedule_id: types::Member<types::InterviewScheduleId>,
    /// When it was created.
    #[serde(rename = "createdAt")]
    pub created_at: types::Instant,
    /// `participants`. Each: An interviewer (id of a user) or the candidate (id of a candidate).
    pub participants: Vec<types::TranscriptParticipant>,
    /// The transcript URL of the notetaker transcript.
    #[serde(rename = "transcriptUrl")]
    pub transcript_url: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An offer to a candidate; lists give only its latest version.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Offer {
    /// `id`. The id of an offer.
    pub id: types::OfferId,
    /// When it was decided.
    #[serde(rename = "decidedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub decided_at: types::Member<types::Instant>,
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId")]
    pub application_id: types::ApplicationId,
    /// `acceptanceStatus`. One of [`AcceptanceStatus`](types::AcceptanceStatus).
    #[serde(rename = "acceptanceStatus")]
    pub acceptance_status: types::AcceptanceStatus,
    /// `offerStatus`. One of [`OfferStatus`](types::OfferStatus).
    #[serde(rename = "offerStatus", default, skip_serializing_if = "types::Member::is_absent")]
    pub offer_status: types::Member<types::OfferStatus>,
    /// `latestVersion`. One version of an offer: its terms, files, author and approval.
    #[serde(rename = "latestVersion", default, skip_serializing_if = "types::Member::is_absent")]
    pub latest_version: types::Member<types::OfferVersion>,
    /// `versions`. Each: One version of an offer: its terms, files, author and approval.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub versions: types::Member<Vec<types::OfferVersion>>,
    /// `formDefinition`. What a form asks, section by section.
    #[serde(rename = "formDefinition", default, skip_serializing_if = "types::Member::is_absent")]
    pub form_definition: types::Member<types::FormDefinition>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What the deletion of an offer brings.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OfferDeletePayload {
    /// `offer`. An offer that is gone.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub offer: types::Member<types::DeletedOffer>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What events on offers bring.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OfferPayload {
    /// `offer`. An offer to a candidate; lists give only its latest version.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub offer: types::Member<types::Offer>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An offer process and how far it has come.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OfferProcess {
    /// `id`. The id of an offer process.
    pub id: types::OfferProcessId,
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId")]
    pub application_id: types::ApplicationId,
    /// `status`. One of [`OfferProcessStatus`](types::OfferProcessStatus).
    pub status: types::OfferProcessStatus,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A salary: an amount and its ISO 4217 currency.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OfferSalary {
    /// The currency code of the offer salary.
    #[serde(rename = "currencyCode", default, skip_serializing_if = "types::Member::is_absent")]
    pub currency_code: types::Member<String>,
    /// The value of the offer salary.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub value: types::Member<Number>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A started offer version: the form to fill in, and its id.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OfferStart {
    /// `id`. The id of an offer form.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub id: types::Member<types::OfferFormId>,
    /// `formDefinition`. What a form asks, section by section.
    #[serde(rename = "formDefinition", default, skip_serializing_if = "types::Member::is_absent")]
    pub form_definition: types::Member<types::FormDefinition>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// One version of an offer: its terms, files, author and approval.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OfferVersion {
    /// `id`. The id of an offer version.
    pub id: types::OfferVersionId,
    /// When it starts.
    #[serde(rename = "startDate", default, skip_serializing_if = "types::Member::is_absent")]
    pub start_date: types::Member<types::Instant>,
    /// `salary`. A salary: an amount and its ISO 4217 currency.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub salary: types::Member<types::OfferSalary>,
    /// When it was created.
    #[serde(rename = "createdAt")]
    pub created_at: types::Instant,
    /// `openingId`. The id of an opening.
    #[serde(rename = "openingId", default, skip_serializing_if = "types::Member::is_absent")]
    pub opening_id: types::Member<types::OpeningId>,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// `fileHandles`. Each: A file; file.info exchanges its handle for a download address.
    #[serde(rename = "fileHandles", default, skip_serializing_if = "types::Member::is_absent")]
    pub file_handles: types::Member<Vec<types::FileHandle>>,
    /// `author`. A user of the organization.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub author: types::Member<types::UserSummary>,
    /// `approvalStatus`. One of [`ApprovalStatus`](types::ApprovalStatus).
    #[serde(rename = "approvalStatus", default, skip_serializing_if = "types::Member::is_absent")]
    pub approval_status: types::Member<types::ApprovalStatus>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An opening: a position to fill.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Opening {
    /// `id`. The id of an opening.
    pub id: types::OpeningId,
    /// When it was opened.
    #[serde(rename = "openedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub opened_at: types::Member<types::Instant>,
    /// When it was closed.
    #[serde(rename = "closedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub closed_at: types::Member<types::Instant>,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// When it was archived.
    #[serde(rename = "archivedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub archived_at: types::Member<types::Instant>,
    /// `closeReasonId`. The id of a close reason.
    #[serde(rename = "closeReasonId", default, skip_serializing_if = "types::Member::is_absent")]
    pub close_reason_id: types::Member<types::CloseReasonId>,
    /// `openingState`. One of [`OpeningState`](types::OpeningState).
    #[serde(rename = "openingState")]
    pub opening_state: types::OpeningState,
    /// `latestVersion`. What an opening says at present.
    #[serde(rename = "latestVersion", default, skip_serializing_if = "types::Member::is_absent")]
    pub latest_version: types::Member<types::OpeningVersion>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What events on openings bring.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OpeningPayload {
    /// `opening`. An opening: a position to fill.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub opening: types::Member<types::Opening>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What an opening says at present.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OpeningVersion {
    /// `id`. The id of an opening version.
    pub id: types::OpeningVersionId,
    /// The identifier of the opening version.
    pub identifier: String,
    /// The description of the opening version.
    pub description: String,
    /// `authorId`. The id of a user.
    #[serde(rename = "authorId")]
    pub author_id: types::UserId,
    /// When it was created.
    #[serde(rename = "createdAt")]
    pub created_at: types::Instant,
    /// `teamId`. The id of a department.
    #[serde(rename = "teamId", default, skip_serializing_if = "types::Member::is_absent")]
    pub team_id: types::Member<types::DepartmentId>,
    /// `jobIds`. Each: The id of a job.
    #[serde(rename = "jobIds")]
    pub job_ids: Vec<types::JobId>,
    /// The day of the target hire.
    #[serde(rename = "targetHireDate", default, skip_serializing_if = "types::Member::is_absent")]
    pub target_hire_date: types::Member<types::Date>,
    /// The day of the target start.
    #[serde(rename = "targetStartDate", default, skip_serializing_if = "types::Member::is_absent")]
    pub target_start_date: types::Member<types::Date>,
    /// Whether somebody who left is to be replaced.
    #[serde(rename = "isBackfill")]
    pub is_backfill: bool,
    /// `employmentType`. One of [`EmploymentType`](types::EmploymentType).
    #[serde(rename = "employmentType")]
    pub employment_type: types::EmploymentType,
    /// `locationIds`. Each: The id of a location.
    #[serde(rename = "locationIds")]
    pub location_ids: Vec<types::LocationId>,
    /// `hiringTeam`. Each: A user with a role on a hiring team.
    #[serde(rename = "hiringTeam")]
    pub hiring_team: Vec<types::HiringTeamMember>,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields")]
    pub custom_fields: Vec<types::CustomFieldValue>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A phone number of a candidate.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PhoneNumber {
    /// The value of the phone number.
    pub value: String,
    /// `type`. One of [`ContactType`](types::ContactType).
    pub r#type: types::ContactType,
    /// Whether it is primary.
    #[serde(rename = "isPrimary")]
    pub is_primary: bool,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What a ping brings.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PingPayload {
    /// The webhook action type of the ping payload.
    #[serde(rename = "webhookActionType")]
    pub webhook_action_type: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The parts of a postal address.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PostalAddress {
    /// The address country of the postal address.
    #[serde(rename = "addressCountry", default, skip_serializing_if = "types::Member::is_absent")]
    pub address_country: types::Member<String>,
    /// The address region of the postal address.
    #[serde(rename = "addressRegion", default, skip_serializing_if = "types::Member::is_absent")]
    pub address_region: types::Member<String>,
    /// The address locality of the postal address.
    #[serde(rename = "addressLocality", default, skip_serializing_if = "types::Member::is_absent")]
    pub address_locality: types::Member<String>,
    /// The postal code of the postal address.
    #[serde(rename = "postalCode", default, skip_serializing_if = "types::Member::is_absent")]
    pub postal_code: types::Member<String>,
    /// The street address of the postal address.
    #[serde(rename = "streetAddress", default, skip_serializing_if = "types::Member::is_absent")]
    pub street_address: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The locations of a posting.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PostingLocationIds {
    /// `primaryLocationId`. The id of a location.
    #[serde(rename = "primaryLocationId")]
    pub primary_location_id: types::LocationId,
    /// `secondaryLocationIds`. Each: The id of a location.
    #[serde(rename = "secondaryLocationIds")]
    pub secondary_location_ids: Vec<types::LocationId>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A project: a collection of candidates.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Project {
    /// `id`. The id of a project.
    pub id: types::ProjectId,
    /// The title of the project.
    pub title: String,
    /// The description of the project.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub description: types::Member<String>,
    /// Whether it is archived.
    #[serde(rename = "isArchived", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_archived: types::Member<bool>,
    /// Whether it is confidential.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub confidential: types::Member<bool>,
    /// `authorId`. The id of a user.
    #[serde(rename = "authorId", default, skip_serializing_if = "types::Member::is_absent")]
    pub author_id: types::Member<types::UserId>,
    /// When it was created.
    #[serde(rename = "createdAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub created_at: types::Member<types::Instant>,
    /// `customFieldEntries`. Each: A custom field of a project with its value.
    #[serde(rename = "customFieldEntries", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_field_entries: types::Member<Vec<types::ProjectCustomField>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A custom field of a project with its value.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProjectCustomField {
    /// `id`. The id of a custom field.
    pub id: types::CustomFieldId,
    /// Whether it is private.
    #[serde(rename = "isPrivate", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_private: types::Member<bool>,
    /// The title of the project custom field.
    pub title: String,
    /// The value as it is shown.
    #[serde(rename = "valueLabel", default, skip_serializing_if = "types::Member::is_absent")]
    pub value_label: types::Member<types::TextOrTexts>,
    /// The value of the project custom field.
    pub value: Value,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A user who is qualified to interview in the pool.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QualifiedMember {
    /// `id`. The id of a user.
    pub id: types::UserId,
    /// The first name of the qualified member.
    #[serde(rename = "firstName")]
    pub first_name: String,
    /// The last name of the qualified member.
    #[serde(rename = "lastName")]
    pub last_name: String,
    /// The email of the qualified member.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub email: types::Member<String>,
    /// `globalRole`. One of [`GlobalRole`](types::GlobalRole).
    #[serde(rename = "globalRole")]
    pub global_role: types::GlobalRole,
    /// Whether it is enabled.
    #[serde(rename = "isEnabled")]
    pub is_enabled: bool,
    /// When it was updated.
    #[serde(rename = "updatedAt")]
    pub updated_at: types::Instant,
    /// `managerId`. The id of a user.
    #[serde(rename = "managerId", default, skip_serializing_if = "types::Member::is_absent")]
    pub manager_id: types::Member<types::UserId>,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// Whether it is paused.
    #[serde(rename = "isPaused")]
    pub is_paused: bool,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An e-mail with a candidate, as far as Ashby keeps it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecentEmailMessage {
    /// The record id of the recent email message.
    #[serde(rename = "recordId", default, skip_serializing_if = "types::Member::is_absent")]
    pub record_id: types::Member<String>,
    /// The source of the recent email message.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub source: types::Member<String>,
    /// The subject of the recent email message.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub subject: types::Member<String>,
    /// The body of the recent email message.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub body: types::Member<String>,
    /// Whether the body is cut short.
    #[serde(rename = "bodyTruncated", default, skip_serializing_if = "types::Member::is_absent")]
    pub body_truncated: types::Member<bool>,
    /// When it was sent.
    #[serde(rename = "sentAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub sent_at: types::Member<types::Instant>,
    /// The bcc of the recent email message.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub bcc: types::Member<Value>,
    /// Whether there was a reply.
    #[serde(rename = "receivedReply", default, skip_serializing_if = "types::Member::is_absent")]
    pub received_reply: types::Member<bool>,
    /// `sequenceId`. The id of a sequence.
    #[serde(rename = "sequenceId", default, skip_serializing_if = "types::Member::is_absent")]
    pub sequence_id: types::Member<types::SequenceId>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What a change of a candidate's e-mails brings.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecentEmailMessagesPayload {
    /// `candidate`. A candidate, by id alone.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub candidate: types::Member<types::CandidateReference>,
    /// The watermark of the recent email messages payload.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub watermark: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A referral form with the definition of its fields.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReferralForm {
    /// `id`. The id of a referral form.
    pub id: types::ReferralFormId,
    /// The organization id of the referral form.
    #[serde(rename = "organizationId")]
    pub organization_id: String,
    /// The title of the referral form.
    pub title: String,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// Whether it is the default form.
    #[serde(rename = "isDefaultForm")]
    pub is_default_form: bool,
    /// `formDefinition`. What a form asks, section by section.
    #[serde(rename = "formDefinition")]
    pub form_definition: types::FormDefinition,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A run of a report: its status, and its rows once it is complete.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The request id of the report.
    #[serde(rename = "requestId")]
    pub request_id: String,
    /// `status`. One of [`ReportStatus`](types::ReportStatus).
    pub status: types::ReportStatus,
    /// `reportData`. The rows of a report; cells are strings or numbers.
    #[serde(rename = "reportData", default, skip_serializing_if = "types::Member::is_absent")]
    pub report_data: types::Member<types::ReportData>,
    /// The failure reason of the report.
    #[serde(rename = "failureReason", default, skip_serializing_if = "types::Member::is_absent")]
    pub failure_reason: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The rows of a report; cells are strings or numbers.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportData {
    /// The data of the report data.
    pub data: Vec<Vec<Value>>,
    /// The column names of the report data.
    #[serde(rename = "columnNames")]
    pub column_names: Vec<String>,
    /// `metadata`. Title and age of a report's rows, which Ashby keeps for an hour (15 minutes after a
    /// failure).
    pub metadata: types::ReportMetadata,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Title and age of a report's rows, which Ashby keeps for an hour (15 minutes after a failure).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportMetadata {
    /// When it was updated.
    #[serde(rename = "updatedAt")]
    pub updated_at: types::Instant,
    /// The title of the report metadata.
    pub title: String,
    /// When the report was generated.
    #[serde(rename = "reportGeneratedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub report_generated_at: types::Member<types::Instant>,
    /// Until when the same report is answered again instead of being made anew.
    #[serde(rename = "cacheExpiresAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub cache_expires_at: types::Member<types::Instant>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A text as HTML and as plain text.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RichText {
    /// The text, as HTML.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub html: types::Member<String>,
    /// The text, as plain text.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub plain: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A value that can be chosen for a field.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SelectableValue {
    /// The label of the selectable value.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub label: types::Member<String>,
    /// The value of the selectable value.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub value: types::Member<Value>,
    /// Whether it is archived.
    #[serde(rename = "isArchived", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_archived: types::Member<bool>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A candidate's enrolment in a sourcing sequence.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sequence {
    /// `id`. The id of a sequence.
    pub id: types::SequenceId,
    /// The status of the sequence.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub status: types::Member<String>,
    /// `candidateId`. The id of a candidate.
    #[serde(rename = "candidateId", default, skip_serializing_if = "types::Member::is_absent")]
    pub candidate_id: types::Member<types::CandidateId>,
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId", default, skip_serializing_if = "types::Member::is_absent")]
    pub application_id: types::Member<types::ApplicationId>,
    /// `sequenceTemplateId`. The id of a sequence template.
    #[serde(rename = "sequenceTemplateId", default, skip_serializing_if = "types::Member::is_absent")]
    pub sequence_template_id: types::Member<types::SequenceTemplateId>,
    /// When it was created.
    #[serde(rename = "createdAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub created_at: types::Member<types::Instant>,
    /// The stages of the sequence.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub stages: types::Member<Vec<Map<String, Value>>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A sourcing sequence for reuse: its title and stages, without their texts.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SequenceTemplate {
    /// `id`. The id of a sequence template.
    pub id: types::SequenceTemplateId,
    /// The title of the sequence template.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub title: types::Member<String>,
    /// Whether it is archived.
    #[serde(rename = "isArchived", default, skip_serializing_if = "types::Member::is_absent")]
    pub is_archived: types::Member<bool>,
    /// Whether the link to unsubscribe works.
    #[serde(rename = "unsubscribeLinkActive", default, skip_serializing_if = "types::Member::is_absent")]
    pub unsubscribe_link_active: types::Member<bool>,
    /// When it was updated.
    #[serde(rename = "updatedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub updated_at: types::Member<types::Instant>,
    /// The stages of the sequence template.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub stages: types::Member<Vec<Map<String, Value>>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What events on requests for signatures bring; an application, or an offer and its version.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SignatureRequestPayload {
    /// `relatedEntityType`. One of [`SignatureSubject`](types::SignatureSubject).
    #[serde(rename = "relatedEntityType", default, skip_serializing_if = "types::Member::is_absent")]
    pub related_entity_type: types::Member<types::SignatureSubject>,
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId", default, skip_serializing_if = "types::Member::is_absent")]
    pub application_id: types::Member<types::ApplicationId>,
    /// `offerId`. The id of an offer.
    #[serde(rename = "offerId", default, skip_serializing_if = "types::Member::is_absent")]
    pub offer_id: types::Member<types::OfferId>,
    /// `offerVersionId`. The id of an offer version.
    #[serde(rename = "offerVersionId", default, skip_serializing_if = "types::Member::is_absent")]
    pub offer_version_id: types::Member<types::OfferVersionId>,
    /// `eventType`. One of [`SignatureEventType`](types::SignatureEventType).
    #[serde(rename = "eventType", default, skip_serializing_if = "types::Member::is_absent")]
    pub event_type: types::Member<types::SignatureEventType>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A candidate's page on a social network.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SocialLink {
    /// `type`. One of [`SocialLinkType`](types::SocialLinkType).
    pub r#type: types::SocialLinkType,
    /// The URL of the social link.
    pub url: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Where candidates come from.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Source {
    /// `id`. The id of a source.
    pub id: types::SourceId,
    /// The title of the source.
    pub title: String,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// `sourceType`. A kind of source.
    #[serde(rename = "sourceType", default, skip_serializing_if = "types::Member::is_absent")]
    pub source_type: types::Member<types::SourceType>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A link whose code ties applications to a source.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SourceTrackingLink {
    /// `id`. The id of a source tracking link.
    pub id: types::SourceTrackingLinkId,
    /// The code of the source tracking link.
    pub code: String,
    /// Whether it is enabled.
    pub enabled: bool,
    /// `sourceId`. The id of a source.
    #[serde(rename = "sourceId")]
    pub source_id: types::SourceId,
    /// The link of the source tracking link.
    pub link: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A kind of source.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SourceType {
    /// The id of the source type.
    pub id: String,
    /// The title of the source type.
    pub title: String,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A form that was filled in, with its answers.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubmittedForm {
    /// The id of the submitted form.
    pub id: String,
    /// `formDefinition`. What a form asks, section by section.
    #[serde(rename = "formDefinition")]
    pub form_definition: types::FormDefinition,
    /// What was filled in, by the path of the field.
    #[serde(rename = "submittedValues")]
    pub submitted_values: Map<String, Value>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A submission of a form, with its answers.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubmittedFormInstance {
    /// `id`. The id of a submitted form instance.
    pub id: types::SubmittedFormInstanceId,
    /// `formDefinition`. What a form asks, section by section.
    #[serde(rename = "formDefinition")]
    pub form_definition: types::FormDefinition,
    /// What was filled in, by the path of the field.
    #[serde(rename = "submittedValues")]
    pub submitted_values: Map<String, Value>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A survey: what it asks and of which kind it is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SurveyFormDefinition {
    /// `id`. The id of a survey form definition.
    pub id: types::SurveyFormDefinitionId,
    /// The organization id of the survey form definition.
    #[serde(rename = "organizationId")]
    pub organization_id: String,
    /// The title of the survey form definition.
    pub title: String,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// Whether it is the default form.
    #[serde(rename = "isDefaultForm")]
    pub is_default_form: bool,
    /// `formDefinition`. What a form asks, section by section.
    #[serde(rename = "formDefinition")]
    pub form_definition: types::FormDefinition,
    /// `surveyType`. One of [`SurveyType`](types::SurveyType).
    #[serde(rename = "surveyType")]
    pub survey_type: types::SurveyType,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A survey that a candidate was asked to take, and its link.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SurveyRequest {
    /// `id`. The id of a survey request.
    pub id: types::SurveyRequestId,
    /// `candidateId`. The id of a candidate.
    #[serde(rename = "candidateId")]
    pub candidate_id: types::CandidateId,
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId")]
    pub application_id: types::ApplicationId,
    /// `surveyFormDefinitionId`. The id of a survey form definition.
    #[serde(rename = "surveyFormDefinitionId")]
    pub survey_form_definition_id: types::SurveyFormDefinitionId,
    /// The survey URL of the survey request.
    #[serde(rename = "surveyUrl")]
    pub survey_url: String,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The answers to a survey; its form id is null once the form is deleted.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SurveySubmission {
    /// `id`. The id of a survey submission.
    pub id: types::SurveySubmissionId,
    /// `surveyFormDefinitionId`. The id of a survey form definition.
    #[serde(rename = "surveyFormDefinitionId", default, skip_serializing_if = "types::Member::is_absent")]
    pub survey_form_definition_id: types::Member<types::SurveyFormDefinitionId>,
    /// When it was submitted.
    #[serde(rename = "submittedAt")]
    pub submitted_at: types::Instant,
    /// `candidateId`. The id of a candidate.
    #[serde(rename = "candidateId")]
    pub candidate_id: types::CandidateId,
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId", default, skip_serializing_if = "types::Member::is_absent")]
    pub application_id: types::Member<types::ApplicationId>,
    /// `surveyType`. One of [`SurveyType`](types::SurveyType).
    #[serde(rename = "surveyType")]
    pub survey_type: types::SurveyType,
    /// `formDefinition`. What a form asks, section by section.
    #[serde(rename = "formDefinition", default, skip_serializing_if = "types::Member::is_absent")]
    pub form_definition: types::Member<types::FormDefinition>,
    /// What was filled in, by the path of the field.
    #[serde(rename = "submittedValues", default, skip_serializing_if = "types::Member::is_absent")]
    pub submitted_values: types::Member<Map<String, Value>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What the answering of a survey brings.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SurveySubmissionPayload {
    /// `surveySubmission`. The answers to a survey; its form id is null once the form is deleted.
    #[serde(rename = "surveySubmission", default, skip_serializing_if = "types::Member::is_absent")]
    pub survey_submission: types::Member<types::SurveySubmission>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A task given to a candidate: its status, what was handed in, and who reviews it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TakeHomeAssignment {
    /// `id`. The id of a take home assignment.
    pub id: types::TakeHomeAssignmentId,
    /// The status of the take home assignment.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub status: types::Member<String>,
    /// `candidateId`. The id of a candidate.
    #[serde(rename = "candidateId", default, skip_serializing_if = "types::Member::is_absent")]
    pub candidate_id: types::Member<types::CandidateId>,
    /// `applicationId`. The id of an application.
    #[serde(rename = "applicationId", default, skip_serializing_if = "types::Member::is_absent")]
    pub application_id: types::Member<types::ApplicationId>,
    /// `interviewStageId`. The id of an interview stage.
    #[serde(rename = "interviewStageId", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_stage_id: types::Member<types::InterviewStageId>,
    /// `interviewId`. The id of an interview.
    #[serde(rename = "interviewId", default, skip_serializing_if = "types::Member::is_absent")]
    pub interview_id: types::Member<types::InterviewId>,
    /// `interview`. An interview; which fields are present depends on where it is shown.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub interview: types::Member<types::InterviewSummary>,
    /// `feedbackFormDefinitionId`. The id of a feedback form definition.
    #[serde(rename = "feedbackFormDefinitionId", default, skip_serializing_if = "types::Member::is_absent")]
    pub feedback_form_definition_id: types::Member<types::FeedbackFormDefinitionId>,
    /// The reviewers of the take home assignment.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub reviewers: types::Member<Vec<Map<String, Value>>>,
    /// The submission of the take home assignment.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub submission: types::Member<Map<String, Value>>,
    /// When it was created.
    #[serde(rename = "createdAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub created_at: types::Member<types::Instant>,
    /// When it was updated.
    #[serde(rename = "updatedAt", default, skip_serializing_if = "types::Member::is_absent")]
    pub updated_at: types::Member<types::Instant>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What events on take-home assignments bring.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TakeHomeAssignmentPayload {
    /// `takeHomeAssignment`. A task given to a candidate: its status, what was handed in, and who
    /// reviews it.
    #[serde(rename = "takeHomeAssignment", default, skip_serializing_if = "types::Member::is_absent")]
    pub take_home_assignment: types::Member<types::TakeHomeAssignment>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A user in training for the pool.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trainee {
    /// `id`. The id of a user.
    pub id: types::UserId,
    /// The first name of the trainee.
    #[serde(rename = "firstName")]
    pub first_name: String,
    /// The last name of the trainee.
    #[serde(rename = "lastName")]
    pub last_name: String,
    /// The email of the trainee.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub email: types::Member<String>,
    /// `globalRole`. One of [`GlobalRole`](types::GlobalRole).
    #[serde(rename = "globalRole")]
    pub global_role: types::GlobalRole,
    /// Whether it is enabled.
    #[serde(rename = "isEnabled")]
    pub is_enabled: bool,
    /// When it was updated.
    #[serde(rename = "updatedAt")]
    pub updated_at: types::Instant,
    /// `managerId`. The id of a user.
    #[serde(rename = "managerId", default, skip_serializing_if = "types::Member::is_absent")]
    pub manager_id: types::Member<types::UserId>,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// Whether it is paused.
    #[serde(rename = "isPaused")]
    pub is_paused: bool,
    /// `currentProgress`. The training stage a trainee is in, and the interviews done in it.
    #[serde(rename = "currentProgress")]
    pub current_progress: types::TraineeProgress,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The training stage a trainee is in, and the interviews done in it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TraineeProgress {
    /// The training path id of the trainee progress.
    #[serde(rename = "trainingPathId")]
    pub training_path_id: String,
    /// `trainingPathStageId`. The id of a training stage.
    #[serde(rename = "trainingPathStageId")]
    pub training_path_stage_id: types::TrainingStageId,
    /// The interviews completed of the trainee progress.
    #[serde(rename = "interviewsCompleted")]
    pub interviews_completed: i64,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The training of a pool's interviewers, stage by stage.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrainingPath {
    /// The id of the training path.
    pub id: String,
    /// Whether it is enabled.
    pub enabled: bool,
    /// `trainingStages`. Each: A stage of training: the role, how many interviews, whose approval.
    #[serde(rename = "trainingStages")]
    pub training_stages: Vec<types::TrainingStage>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A stage of training: the role, how many interviews, whose approval.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrainingStage {
    /// `id`. The id of a training stage.
    pub id: types::TrainingStageId,
    /// `interviewerRole`. One of [`InterviewerRole`](types::InterviewerRole).
    #[serde(rename = "interviewerRole")]
    pub interviewer_role: types::InterviewerRole,
    /// The interviews required of the training stage.
    #[serde(rename = "interviewsRequired")]
    pub interviews_required: i64,
    /// Whether it is archived.
    #[serde(rename = "isArchived")]
    pub is_archived: bool,
    /// Whether approval is required.
    #[serde(rename = "approvalRequired")]
    pub approval_required: bool,
    /// `approvers`. Each: A user of the organization.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub approvers: types::Member<Vec<types::UserSummary>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An interviewer (id of a user) or the candidate (id of a candidate).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TranscriptParticipant {
    /// The id of the transcript participant.
    pub id: String,
    /// `type`. One of [`TranscriptParticipantType`](types::TranscriptParticipantType).
    pub r#type: types::TranscriptParticipantType,
    /// The name of the transcript participant.
    pub name: String,
    /// The email of the transcript participant.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub email: types::Member<String>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A person who uses Ashby; custom fields only where the organization has that feature.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// `id`. The id of a user.
    pub id: types::UserId,
    /// The first name of the user.
    #[serde(rename = "firstName")]
    pub first_name: String,
    /// The last name of the user.
    #[serde(rename = "lastName")]
    pub last_name: String,
    /// The email of the user.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub email: types::Member<String>,
    /// `globalRole`. One of [`GlobalRole`](types::GlobalRole).
    #[serde(rename = "globalRole")]
    pub global_role: types::GlobalRole,
    /// Whether it is enabled.
    #[serde(rename = "isEnabled")]
    pub is_enabled: bool,
    /// When it was updated.
    #[serde(rename = "updatedAt")]
    pub updated_at: types::Instant,
    /// `managerId`. The id of a user.
    #[serde(rename = "managerId", default, skip_serializing_if = "types::Member::is_absent")]
    pub manager_id: types::Member<types::UserId>,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A user of the organization.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserSummary {
    /// `id`. The id of a user.
    pub id: types::UserId,
    /// The first name of the user summary.
    #[serde(rename = "firstName")]
    pub first_name: String,
    /// The last name of the user summary.
    #[serde(rename = "lastName")]
    pub last_name: String,
    /// The email of the user summary.
    #[serde(default, skip_serializing_if = "types::Member::is_absent")]
    pub email: types::Member<String>,
    /// `globalRole`. One of [`GlobalRole`](types::GlobalRole).
    #[serde(rename = "globalRole")]
    pub global_role: types::GlobalRole,
    /// Whether it is enabled.
    #[serde(rename = "isEnabled")]
    pub is_enabled: bool,
    /// When it was updated.
    #[serde(rename = "updatedAt")]
    pub updated_at: types::Instant,
    /// `managerId`. The id of a user.
    #[serde(rename = "managerId", default, skip_serializing_if = "types::Member::is_absent")]
    pub manager_id: types::Member<types::UserId>,
    /// `customFields`. Each: A custom field of a record with its value.
    #[serde(rename = "customFields", default, skip_serializing_if = "types::Member::is_absent")]
    pub custom_fields: types::Member<Vec<types::CustomFieldValue>>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A webhook; only creating and changing it answer its secret.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Webhook {
    /// `id`. The id of a webhook.
    pub id: types::WebhookId,
    /// Whether it is enabled.
    pub enabled: bool,
    /// The request URL of the webhook.
    #[serde(rename = "requestUrl")]
    pub request_url: String,
    /// The secret token of the webhook.
    #[serde(rename = "secretToken", default, skip_serializing_if = "types::Member::is_absent")]
    pub secret_token: types::Member<String>,
    /// `webhookType`. One of [`WebhookType`](types::WebhookType).
    #[serde(rename = "webhookType")]
    pub webhook_type: types::WebhookType,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

crate::operations::records! {
Address {  },
ApiKey {  },
ApiVersion {  },
Application { id, applied_via_job_posting_id },
ApplicationFeedback { interview_id, interview_event_id, feedback_form_definition_id, application_history_id, application_id },
ApplicationFormOutcome {  },
ApplicationHiringTeamRole { id },
ApplicationHistoryEntry { id, stage_id },
ApplicationPayload {  },
ApplicationReferral {  },
Approval { id },
ApprovalDefinition {  },
ApprovalStep { id },
ApprovalStepApprover { user_id },
ApprovalStepDefinition {  },
ApproverDefinition { user_id },
ArchiveReason { id },
Assessment { application_id, assessment_id, candidate_id },
AssessmentMetadata {  },
AssessmentResult {  },
AuditActor { id },
AuditLogEntry { id },
AuditRequest { id },
AuditTarget { id },
Brand { id },
BriefingFeedbackForm { id, interview_id },
Candidate { id },
CandidateLocation {  },
CandidateNote { id },
CandidatePayload {  },
CandidateReference { id },
CandidateSummary { id },
CandidateSummaryLocation {  },
CandidateTag { id },
ClientInfo { candidate_id },
CloseReason { id },
CommunicationTemplate { id },
CompensationComponent {  },
CompensationComponentSummary {  },
CompensationTier {  },
CriteriaEvaluation {  },
Criterion {  },
CustomField { id },
CustomFieldValue { id },
DeletedInterviewerPause { id },
DeletedJobPosting { id, job_id },
DeletedOffer { id, application_id },
DeletedWebhook { webhook_id },
Department { id, parent_id },
DescriptionParts {  },
EmailAddress {  },
EmailMessage { id, candidate_id },
EmailSender {  },
FeedbackFormDefinition { id, interview_id },
FeedbackRequest { interview_event_id, interviewer_user_id, application_id },
FeedbackSubmission {  },
FileHandle { id },
FileLink {  },
FileUpload {  },
FormDefinition {  },
FormField {  },
FormFieldEntry {  },
FormMessages {  },
FormSection {  },
FraudCheck { id, candidate_id, application_id },
FraudSignal {  },
HirePayload {  },
HiringTeamMember { user_id },
HiringTeamRole { id },
Interview { id, job_id, feedback_form_definition_id },
InterviewBriefing { id, application_id, interview_id, interview_stage_id, feedback_form_definition_id },
InterviewEvent { id, interview_id, interview_schedule_id, notetaker_transcript_id },
InterviewPlan { id },
InterviewPlanReference { id },
InterviewPlanTransitionPayload { job_id },
InterviewSchedule { id, application_id, interview_stage_id },
InterviewSchedulePayload {  },
InterviewStage { id, interview_stage_group_id, interview_plan_id },
InterviewStageGroup { id },
InterviewStageMapping { from_interview_stage_id, to_interview_stage_id },
InterviewSummary { id, job_id, feedback_form_definition_id, interview_id },
Interviewer { user_id, id, manager_id },
InterviewerPause { id, user_id },
InterviewerPool { id },
InterviewerPoolSummary { id },
InterviewerSettings {  },
Job { id, location_id, department_id, default_interview_plan_id, brand_id },
JobBoard { id },
JobCompensation {  },
JobInterviewActivity {  },
JobInterviewPlan { job_id, interview_plan_id },
JobInterviewStage { id, interview_stage_group_id },
JobPayload {  },
JobPosting { id, job_id, application_confirmation_email_template_id },
JobPostingCompensation {  },
JobPostingDeletePayload {  },
JobPostingPayload {  },
JobPostingSummary { id, job_id },
JobSummary { id, location_id, department_id, default_interview_plan_id, brand_id },
JobTemplate { id, location_id, department_id, default_interview_plan_id },
LinkedData {  },
LinkedDataHiringOrganization {  },
LinkedDataIdentifier {  },
LinkedDataJobLocation {  },
Location { id, parent_location_id },
LocationComponent {  },
MergePayload {  },
NoteAuthor { id, manager_id },
NotetakerTranscript { id, interview_event_id, interview_schedule_id },
Offer { id, application_id },
OfferDeletePayload {  },
OfferPayload {  },
OfferProcess { id, application_id },
OfferSalary {  },
OfferStart { id },
OfferVersion { id, opening_id },
Opening { id, close_reason_id },
OpeningPayload {  },
OpeningVersion { id, author_id, team_id },
PhoneNumber {  },
PingPayload {  },
PostalAddress {  },
PostingLocationIds { primary_location_id },
Project { id, author_id },
ProjectCustomField { id },
QualifiedMember { id, manager_id },
RecentEmailMessage { sequence_id },
RecentEmailMessagesPayload {  },
ReferralForm { id },
Report {  },
ReportData {  },
ReportMetadata {  },
RichText {  },
SelectableValue {  },
Sequence { id, candidate_id, application_id, sequence_template_id },
SequenceTemplate { id },
SignatureRequestPayload { application_id, offer_id, offer_version_id },
SocialLink {  },
Source { id },
SourceTrackingLink { id, source_id },
SourceType {  },
SubmittedForm {  },
SubmittedFormInstance { id },
SurveyFormDefinition { id },
SurveyRequest { id, candidate_id, application_id, survey_form_definition_id },
SurveySubmission { id, survey_form_definition_id, candidate_id, application_id },
SurveySubmissionPayload {  },
TakeHomeAssignment { id, candidate_id, application_id, interview_stage_id, interview_id, feedback_form_definition_id },
TakeHomeAssignmentPayload {  },
Trainee { id, manager_id },
TraineeProgress { training_path_stage_id },
TrainingPath {  },
TrainingStage { id },
TranscriptParticipant {  },
User { id, manager_id },
UserSummary { id, manager_id },
Webhook { id },
}
