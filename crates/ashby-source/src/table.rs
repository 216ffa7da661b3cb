//! Every stream, one row each. Adding a stream is adding a row.
//!
//! Field lists, keys and paging follow Ashby's API reference (`https://developers.ashbyhq.com/reference`). The
//! parameters are those that make archived, deactivated, unlisted, draft and non-shared records appear, which Ashby
//! hides unless asked. What else there is to know of an operation, its permission and its paging, stands in the client's
//! catalog.

use Plan::{Embedded, List, PerParent};
use Predecessor::{Absent, Parameters, Same};
use Refresh::{NewestFirst, Snapshot, Token};
use ashby_client::catalog::{self, Operation, Paging, Permission};

/// How a list operation says what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refresh {
    /// A sync token on the last page; sent back, it lists what changed since.
    Token,
    /// Not at all: listed whole each time.
    Snapshot,
    /// Newest first and append-only: listed down to the newest record of the listing before.
    NewestFirst,
}

/// Where a stream's records are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    /// In the results of the operation itself.
    List(Refresh),
    /// In an array inside each record of another stream, whose listing it shares.
    Embedded {
        /// The stream whose records hold the array.
        within: &'static str,
        /// The array's field.
        array: &'static str,
    },
    /// One request for each record of another stream.
    PerParent {
        /// The stream whose records are the parents.
        parent: &'static str,
        /// The parameter that takes the parent's key.
        parameter: &'static str,
        /// Whether only parents that changed are asked again, or all of them each time.
        follow: Follow,
        /// The parent's key is put into each record under this name, where Ashby leaves it out.
        add_parent_as: Option<&'static str>,
        /// Arrays in the results that hold the records (`""` is the results themselves), each with a field to add
        /// to its records.
        arrays: &'static [(&'static str, Option<(&'static str, &'static str)>)],
    },
}

/// Which parents a child stream asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    /// Those that changed since the last listing.
    Changed,
    /// All, each time: the parent does not change when its children do.
    All,
}

/// How a stream's request differs in the Python connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Predecessor {
    /// It has no such stream.
    Absent,
    /// Not at all.
    Same,
    /// It has these parameters, a JSON object.
    Parameters(&'static str),
}

/// A stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) plan: Plan,
    pub(crate) key: &'static [&'static str],
    /// A JSON object.
    pub(crate) parameters: &'static str,
    /// What the Python connector of Estuary, whose saved tokens this source continues from, sends instead.
    pub(crate) predecessor: Predecessor,
    /// Ashby takes `createdAfter`, and what it leaves out is history (people and what was done about them), not
    /// the jobs and settings that newer records refer to.
    pub(crate) has_start_date: bool,
    /// Ashby's documentation of the operation was not complete when this was written: the stream steps aside when
    /// the operation is missing or answers otherwise than expected.
    pub(crate) experimental: bool,
    /// Known top-level fields, `name` or `name:kind`; text unless a kind is given.
    pub(crate) fields: &'static str,
}

const ROW: Row = Row {
    name: "",
    operation: "",

    plan: List(Token),
    key: &["id"],
    parameters: "{}",
    predecessor: Absent,
    has_start_date: false,
    experimental: false,
    fields: "id",
};

const WHOLE: &[(&str, Option<(&str, &str)>)] = &[("", None)];

/// A child of `parent` that is asked again when the parent changed.
const fn children(
    parent: &'static str,
    parameter: &'static str,
    add_parent_as: Option<&'static str>,
) -> Plan {
    PerParent { parent, parameter, follow: Follow::Changed, add_parent_as, arrays: WHOLE }
}

/// A child of `parent` that is asked again each time.
const fn all_children(
    parent: &'static str,
    parameter: &'static str,
    add_parent_as: Option<&'static str>,
) -> Plan {
    PerParent { parent, parameter, follow: Follow::All, add_parent_as, arrays: WHOLE }
}

/// In the order of `ashby streams`: by permission, what matters most first.
#[rustfmt::skip]
pub(crate) static STREAMS: &[Row] = &[
    // Candidates
    Row { name: "applications", predecessor: Parameters(r#"{}"#), operation: "application.list",
        parameters: r#"{"expand":["openings"]}"#,
        has_start_date: true, fields: "id createdAt:instant updatedAt:instant status customFields:array candidate:object currentInterviewStage:object source:object archiveReason:object archivedAt:instant job:object creditedToUser:object hiringTeam:array appliedViaJobPostingId submitterClientIp submitterUserAgent openings:array", ..ROW },
    Row { name: "candidates", predecessor: Same, operation: "candidate.list",
        has_start_date: true, fields: "id createdAt:instant updatedAt:instant name primaryEmailAddress:object emailAddresses:array primaryPhoneNumber:object phoneNumbers:array socialLinks:array tags:array position company school applicationIds:array resumeFileHandle:object fileHandles:array customFields:array profileUrl source:object creditedToUser:object timezone location:object fraudStatus", ..ROW },
    Row { name: "application_feedback", operation: "applicationFeedback.list",
        has_start_date: true, fields: "id applicationId submittedAt:instant submittedByUser:object interviewId interviewEventId feedbackFormDefinitionId applicationHistoryId formDefinition:object submittedValues:object", ..ROW },
    Row { name: "projects", predecessor: Same, operation: "project.list",
        fields: "id title description isArchived:boolean confidential:boolean authorId createdAt:instant customFieldEntries:array", ..ROW },
    Row { name: "application_hiring_team_roles", operation: "applicationHiringTeamRole.list",
        plan: List(Snapshot), fields: "id title", ..ROW },
    Row { name: "survey_requests", operation: "surveyRequest.list",
        parameters: r#"{"surveyType":"CandidateExperience"}"#,
        has_start_date: true, fields: "id candidateId applicationId surveyFormDefinitionId surveyUrl", ..ROW },
    Row { name: "survey_submissions", operation: "surveySubmission.list",
        parameters: r#"{"surveyType":"CandidateExperience"}"#,
        has_start_date: true, fields: "id surveyFormDefinitionId submittedAt:instant candidateId applicationId surveyType formDefinition:object submittedValues:object", ..ROW },
    Row { name: "questionnaire_submissions", operation: "surveySubmission.list",
        parameters: r#"{"surveyType":"Questionnaire"}"#,
        has_start_date: true, fields: "id surveyFormDefinitionId submittedAt:instant candidateId applicationId surveyType formDefinition:object submittedValues:object", ..ROW },
    Row { name: "application_history", operation: "application.listHistory",
        plan: children("applications", "applicationId", Some("applicationId")),
        fields: "applicationId id stageId title enteredStageAt:instant leftStageAt:instant stageNumber:integer allowedActions:array actorId", ..ROW },
    Row { name: "application_criteria_evaluations", operation: "application.listCriteriaEvaluations",
        plan: children("applications", "applicationId", Some("applicationId")),
        fields: "applicationId id criterion:object status outcome reasoning skipReason outcomeNumber:number evaluatedAt:instant", ..ROW },
    Row { name: "candidate_notes", operation: "candidate.listNotes",
        plan: children("candidates", "candidateId", Some("candidateId")),
        fields: "candidateId id createdAt:instant isPrivate:boolean content author:object", ..ROW },
    Row { name: "candidate_projects", operation: "candidate.listProjects",
        plan: children("candidates", "candidateId", Some("candidateId")), key: &["candidateId", "id"],
        fields: "candidateId id title description isArchived:boolean confidential:boolean authorId createdAt:instant customFieldEntries:array", ..ROW },
    Row { name: "candidate_client_info", operation: "candidate.listClientInfo",
        plan: children("candidates", "candidateId", None),
        fields: "id candidateId ipAddress userAgent relatedEntityType relatedEntityId createdAt:instant", ..ROW },
    Row { name: "candidate_fraud_checks", operation: "candidate.listFraudChecks",
        plan: children("candidates", "candidateId", None),
        fields: "id candidateId applicationId createdAt:instant fraudSignals:array", ..ROW },

    // Interviews
    Row { name: "interview_schedules", predecessor: Same, operation: "interviewSchedule.list",
        has_start_date: true, fields: "id status applicationId interviewStageId scheduledBy:object createdAt:instant updatedAt:instant interviewEvents:array", ..ROW },
    Row { name: "interview_events", predecessor: Same, operation: "interviewSchedule.list",
        plan: Embedded { within: "interview_schedules", array: "interviewEvents" },
        fields: "id interviewId interviewScheduleId interviewerUserIds:array interviewers:array createdAt:instant updatedAt:instant startTime:instant endTime:instant feedbackLink location meetingLink interviewerCalendarEventId hasSubmittedFeedback:boolean interview:object notetakerTranscriptId extraData:object", ..ROW },
    Row { name: "interviews", predecessor: Same, operation: "interview.list",
        parameters: r#"{"includeArchived":true,"includeNonSharedInterviews":true}"#,
        fields: "id title externalTitle isArchived:boolean isDebrief:boolean isFeedbackRequired:boolean isFeedbackRequested:boolean instructionsHtml instructionsPlain jobId feedbackFormDefinitionId", ..ROW },
    Row { name: "interview_plans", predecessor: Same, operation: "interviewPlan.list",
        parameters: r#"{"includeArchived":true}"#,
        fields: "id title isArchived:boolean createdAt:instant updatedAt:instant", ..ROW },
    Row { name: "interview_stage_groups", operation: "interviewStageGroup.list",
        plan: List(Snapshot), fields: "id title order:integer stageType", ..ROW },
    Row { name: "interview_stages", predecessor: Same, operation: "interviewStage.list",
        plan: all_children("interview_plans", "interviewPlanId", None),
        fields: "id title type orderInInterviewPlan:integer interviewStageGroupId interviewPlanId", ..ROW },
    Row { name: "take_home_assignments", operation: "takeHomeAssignment.list",
        experimental: true, ..ROW },

    // Jobs
    Row { name: "jobs", predecessor: Parameters(r#"{"includeUnpublishedJobPostingsIds":true}"#), operation: "job.list",
        parameters: r#"{"status":["Draft","Open","Closed","Archived"],"includeUnpublishedJobPostingsIds":true}"#,
        fields: "id title confidential:boolean status employmentType locationId departmentId defaultInterviewPlanId interviewPlanIds:array customFields:array jobPostingIds:array customRequisitionId brandId hiringTeam:array author:object createdAt:instant updatedAt:instant openedAt:instant closedAt:instant location:object openings:array compensation:object", ..ROW },
    Row { name: "openings", predecessor: Same, operation: "opening.list",
        fields: "id openedAt:instant closedAt:instant isArchived:boolean archivedAt:instant closeReasonId openingState latestVersion:object", ..ROW },
    Row { name: "job_postings", predecessor: Parameters(r#"{}"#), operation: "jobPosting.list",
        plan: List(Snapshot), parameters: r#"{"includeUnpublishedJobPostings":true}"#,
        fields: "id title jobId status departmentName teamName locationName locationExternalName locationIds:object workplaceType employmentType isListed:boolean publishedDate applicationDeadline:instant externalLink applyLink compensationTierSummary shouldDisplayCompensationOnJobBoard:boolean updatedAt:instant", ..ROW },
    Row { name: "job_templates", predecessor: Same, operation: "jobTemplate.list",
        fields: "id title status locationId departmentId defaultInterviewPlanId interviewPlanIds:array createdAt:instant updatedAt:instant location:object", ..ROW },
    Row { name: "job_boards", operation: "jobBoard.list",
        plan: List(Snapshot), fields: "id title isInternal:boolean", ..ROW },
    Row { name: "job_board_postings", operation: "jobPosting.list",
        plan: all_children("job_boards", "jobBoardId", Some("jobBoardId")), key: &["jobBoardId", "id"],
        fields: "jobBoardId id title jobId departmentName teamName locationName locationExternalName locationIds:object workplaceType employmentType isListed:boolean publishedDate applicationDeadline:instant externalLink applyLink compensationTierSummary shouldDisplayCompensationOnJobBoard:boolean updatedAt:instant", ..ROW },
    Row { name: "job_posting_details", operation: "jobPosting.info",
        plan: all_children("job_postings", "jobPostingId", None),
        fields: "id title descriptionPlain descriptionHtml descriptionSocial descriptionParts:object departmentName teamName teamNameHierarchy:array jobId locationName locationIds:object linkedData:object publishedDate applicationDeadline:instant address:object isRemote:boolean workplaceType employmentType applicationFormDefinition:object surveyFormDefinitions:array isListed:boolean suppressDescriptionOpening:boolean suppressDescriptionClosing:boolean externalLink applyLink compensation:object updatedAt:instant applicationLimitCalloutHtml", ..ROW },
    Row { name: "job_interview_plans", operation: "jobInterviewPlan.info",
        plan: children("jobs", "jobId", None), key: &["jobId"],
        fields: "jobId interviewPlanId stages:array", ..ROW },

    // Offers and approvals
    Row { name: "offers", predecessor: Same, operation: "offer.list",
        has_start_date: true, fields: "id decidedAt:instant applicationId acceptanceStatus offerStatus latestVersion:object", ..ROW },
    Row { name: "offer_versions", operation: "offer.info",
        plan: PerParent { parent: "offers", parameter: "offerId", follow: Follow::Changed, add_parent_as: Some("offerId"), arrays: &[("versions", None)] },
        parameters: r#"{"excludeFormDefinition":true}"#,
        fields: "offerId id startDate:instant salary:object createdAt:instant openingId customFields:array fileHandles:array author:object approvalStatus", ..ROW },
    Row { name: "approvals", predecessor: Same, operation: "approval.list",
        fields: "id approvalDefinitionId entityId entityType createdAt:instant submittedAt:instant completedAt:instant steps:array", ..ROW },

    // Hiring process
    Row { name: "archive_reasons", predecessor: Same, operation: "archiveReason.list",
        plan: List(Snapshot), parameters: r#"{"includeArchived":true}"#,
        fields: "id text reasonType isArchived:boolean", ..ROW },
    Row { name: "candidate_tags", predecessor: Same, operation: "candidateTag.list",
        parameters: r#"{"includeArchived":true}"#, fields: "id title isArchived:boolean", ..ROW },
    Row { name: "close_reasons", operation: "closeReason.list",
        plan: List(Snapshot), parameters: r#"{"includeArchived":true}"#,
        fields: "id reasonText isArchived:boolean", ..ROW },
    Row { name: "communication_templates", operation: "communicationTemplate.list",
        plan: List(Snapshot), fields: "id title intendedTypes:array createdAt:instant updatedAt:instant", ..ROW },
    Row { name: "custom_fields", predecessor: Same, operation: "customField.list",
        parameters: r#"{"includeArchived":true}"#,
        fields: "id isPrivate:boolean title description objectType isArchived:boolean fieldType isRequired:boolean selectableValues:array isDateOnlyField:boolean isEditableOnlyViaPublicApi:boolean referencedObjectType", ..ROW },
    Row { name: "feedback_form_definitions", predecessor: Same, operation: "feedbackFormDefinition.list",
        parameters: r#"{"includeArchived":true}"#,
        fields: "id organizationId title isArchived:boolean isDefaultForm:boolean formDefinition:object interviewId", ..ROW },
    Row { name: "interviewer_pools", predecessor: Same, operation: "interviewerPool.list",
        parameters: r#"{"includeArchivedPools":true,"includeArchivedTrainingStages":true}"#,
        fields: "id title isArchived:boolean trainingPath:object", ..ROW },
    Row { name: "interviewer_pool_members", operation: "interviewerPool.info",
        plan: PerParent { parent: "interviewer_pools", parameter: "interviewerPoolId", follow: Follow::All, add_parent_as: Some("interviewerPoolId"),
            arrays: &[("qualifiedMembers", Some(("memberType", "qualified"))), ("trainees", Some(("memberType", "trainee")))] },
        key: &["interviewerPoolId", "id"],
        fields: "interviewerPoolId memberType id firstName lastName email globalRole isEnabled:boolean updatedAt:instant managerId customFields:array isPaused:boolean currentProgress:object", ..ROW },
    Row { name: "sources", predecessor: Same, operation: "source.list",
        plan: List(Snapshot), parameters: r#"{"includeArchived":true}"#,
        fields: "id title isArchived:boolean sourceType:object", ..ROW },
    Row { name: "source_tracking_links", operation: "sourceTrackingLink.list",
        plan: List(Snapshot), parameters: r#"{"includeDisabled":true}"#,
        fields: "id code enabled:boolean sourceId link", ..ROW },
    Row { name: "survey_form_definitions", predecessor: Same, operation: "surveyFormDefinition.list",
        fields: "id organizationId title isArchived:boolean isDefaultForm:boolean formDefinition:object surveyType", ..ROW },

    // Organization
    Row { name: "departments", predecessor: Same, operation: "department.list",
        parameters: r#"{"includeArchived":true}"#,
        fields: "id name externalName isArchived:boolean parentId createdAt:instant updatedAt:instant extraData:object", ..ROW },
    Row { name: "locations", predecessor: Same, operation: "location.list",
        parameters: r#"{"includeArchived":true,"includeLocationHierarchy":true}"#,
        fields: "id name externalName isArchived:boolean address:object isRemote:boolean workplaceType parentLocationId type extraData:object", ..ROW },
    Row { name: "users", predecessor: Same, operation: "user.list",
        parameters: r#"{"includeDeactivated":true}"#,
        fields: "id firstName lastName email globalRole isEnabled:boolean updatedAt:instant managerId customFields:array", ..ROW },
    Row { name: "brands", operation: "brand.list",
        plan: List(Snapshot), fields: "id name hostedJobsPageSlug", ..ROW },
    Row { name: "hiring_team_roles", operation: "hiringTeamRole.list",
        plan: List(Snapshot), parameters: r#"{"namesOnly":false}"#, fields: "id title", ..ROW },
    Row { name: "interviewer_pauses", operation: "user.listInterviewerPauses",
        plan: all_children("users", "userId", None),
        fields: "id userId startsAt:instant endsAt:instant comment createdAt:instant", ..ROW },

    // Sourcing, audit, the API itself
    Row { name: "sequence_templates", operation: "sequenceTemplate.list",
        parameters: r#"{"includeArchived":true}"#, experimental: true, ..ROW },
    Row { name: "audit_log", operation: "auditLog.list",
        plan: List(NewestFirst), experimental: true, ..ROW },
    Row { name: "api_versions", operation: "version.list",
        plan: List(Snapshot), key: &["version"], experimental: true, fields: "version status", ..ROW },
];

/// The row of a stream.
pub(crate) fn row(name: &str) -> Option<&'static Row> {
    STREAMS.iter().find(|row| row.name == name)
}

impl Row {
    /// What is known of the operation.
    fn entry(&self) -> Option<&'static Operation> {
        catalog::find(self.operation)
    }

    /// Whether the operation takes a page limit.
    pub(crate) fn is_paged(&self) -> bool {
        self.entry().is_some_and(|operation| operation.paging != Paging::None)
    }

    /// What the key must be allowed; `None` if that is not known.
    pub(crate) fn permission(&self) -> Option<Permission> {
        self.entry()?.permission
    }

    /// Its name in Ashby's reference, or nothing.
    pub(crate) fn permission_name(&self) -> &'static str {
        self.permission().map_or("", Permission::name)
    }

    /// The permission as `apiKey.info` spells it: `candidates:read`.
    pub(crate) fn scope(&self) -> Option<String> {
        self.permission().map(Permission::scope)
    }
}
