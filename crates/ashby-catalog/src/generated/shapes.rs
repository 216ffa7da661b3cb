//! Objects that the catalog's operations take and answer. Written by `cargo xtask codegen` from catalog/*.toml.

use super::{enumerations, shapes};
use crate::{Field, Shape, Type};

pub(super) static ADDRESS: Shape = Shape {
    name: "Address",
    about: "A postal address.",
    fields: &[
        Field {
            name: "postalAddress",
            about: "",
            kind: Type::Record(&shapes::POSTAL_ADDRESS),
            required: false,
            nullable: false,
        },
        Field { name: "@type", about: "", kind: Type::String, required: false, nullable: false },
    ],
};

pub(super) static ADDRESS_INPUT: Shape = Shape {
    name: "AddressInput",
    about: "An address to set.",
    fields: &[Field {
        name: "postalAddress",
        about: "Parts of the address",
        kind: Type::Record(&shapes::POSTAL_ADDRESS_INPUT),
        required: false,
        nullable: false,
    }],
};

pub(super) static API_KEY: Shape = Shape {
    name: "ApiKey",
    about: "An API key; scopes spell permissions with a colon, such as candidates:read",
    fields: &[
        Field { name: "title", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "scopes",
            about: "",
            kind: Type::List { of: &Type::String, min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static APPLICATION: Shape = Shape {
    name: "Application",
    about: "A candidate's application for a job.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("ApplicationId"), required: true, nullable: false },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field {
            name: "status",
            about: "",
            kind: Type::Enumeration(&enumerations::APPLICATION_STATUS),
            required: true,
            nullable: false,
        },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "candidate",
            about: "",
            kind: Type::Record(&shapes::CANDIDATE_SUMMARY),
            required: true,
            nullable: false,
        },
        Field {
            name: "currentInterviewStage",
            about: "",
            kind: Type::Record(&shapes::INTERVIEW_STAGE),
            required: true,
            nullable: false,
        },
        Field {
            name: "source",
            about: "",
            kind: Type::Record(&shapes::SOURCE),
            required: false,
            nullable: false,
        },
        Field {
            name: "archiveReason",
            about: "",
            kind: Type::Record(&shapes::ARCHIVE_REASON),
            required: false,
            nullable: false,
        },
        Field { name: "archivedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "job",
            about: "",
            kind: Type::Record(&shapes::JOB_SUMMARY),
            required: true,
            nullable: false,
        },
        Field {
            name: "creditedToUser",
            about: "",
            kind: Type::Record(&shapes::USER_SUMMARY),
            required: false,
            nullable: false,
        },
        Field {
            name: "hiringTeam",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::HIRING_TEAM_MEMBER), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "appliedViaJobPostingId",
            about: "",
            kind: Type::Id("JobPostingId"),
            required: false,
            nullable: false,
        },
        Field { name: "submitterClientIp", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "submitterUserAgent", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "openings",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::OPENING), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "applicationHistory",
            about: "",
            kind: Type::List {
                of: &Type::Record(&shapes::APPLICATION_HISTORY_ENTRY),
                min: 0,
                max: usize::MAX,
            },
            required: false,
            nullable: false,
        },
        Field {
            name: "applicationFormSubmissions",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::SUBMITTED_FORM), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "referrals",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::APPLICATION_REFERRAL), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "resumeFileHandle",
            about: "",
            kind: Type::Record(&shapes::FILE_HANDLE),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static APPLICATION_FEEDBACK: Shape = Shape {
    name: "ApplicationFeedback",
    about: "Submitted feedback: the form, the answers by path, and the interview it belongs to",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field {
            name: "formDefinition",
            about: "",
            kind: Type::Record(&shapes::FORM_DEFINITION),
            required: true,
            nullable: false,
        },
        Field { name: "submittedValues", about: "", kind: Type::Object, required: true, nullable: false },
        Field {
            name: "submittedByUser",
            about: "",
            kind: Type::Record(&shapes::USER_SUMMARY),
            required: true,
            nullable: false,
        },
        Field {
            name: "creditedToUser",
            about: "",
            kind: Type::Record(&shapes::USER_SUMMARY),
            required: false,
            nullable: false,
        },
        Field {
            name: "interviewId",
            about: "",
            kind: Type::Id("InterviewId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "interviewEventId",
            about: "",
            kind: Type::Id("InterviewEventId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "feedbackFormDefinitionId",
            about: "",
            kind: Type::Id("FeedbackFormDefinitionId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "applicationHistoryId",
            about: "",
            kind: Type::Id("ApplicationHistoryEntryId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "applicationId",
            about: "",
            kind: Type::Id("ApplicationId"),
            required: true,
            nullable: false,
        },
        Field { name: "submittedAt", about: "", kind: Type::Instant, required: false, nullable: false },
    ],
};

pub(super) static APPLICATION_FORM_OUTCOME: Shape = Shape {
    name: "ApplicationFormOutcome",
    about: "What became of a submitted application form",
    fields: &[
        Field {
            name: "submittedFormInstance",
            about: "",
            kind: Type::Record(&shapes::SUBMITTED_FORM_INSTANCE),
            required: true,
            nullable: false,
        },
        Field {
            name: "formMessages",
            about: "",
            kind: Type::Record(&shapes::FORM_MESSAGES),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static APPLICATION_HIRING_TEAM_ROLE: Shape = Shape {
    name: "ApplicationHiringTeamRole",
    about: "A role on an application's hiring team",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("HiringTeamRoleId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
    ],
};

pub(super) static APPLICATION_HISTORY_ENTRY: Shape = Shape {
    name: "ApplicationHistoryEntry",
    about: "A stage that an application was in, and when.",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("ApplicationHistoryEntryId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "stageId",
            about: "",
            kind: Type::Id("InterviewStageId"),
            required: true,
            nullable: false,
        },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "enteredStageAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "leftStageAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "stageNumber", about: "", kind: Type::Integer, required: true, nullable: false },
        Field {
            name: "allowedActions",
            about: "",
            kind: Type::List {
                of: &Type::Enumeration(&enumerations::HISTORY_ACTION),
                min: 0,
                max: usize::MAX,
            },
            required: true,
            nullable: false,
        },
        Field { name: "actorId", about: "", kind: Type::Uuid, required: false, nullable: false },
    ],
};

pub(super) static APPLICATION_HISTORY_INPUT: Shape = Shape {
    name: "ApplicationHistoryInput",
    about: "A stage that an application entered",
    fields: &[
        Field {
            name: "stageId",
            about: "A stage of the application's interview plan",
            kind: Type::Id("InterviewStageId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "stageNumber",
            about: "Its place in the history; 0 is the first, the highest is the current one",
            kind: Type::Integer,
            required: true,
            nullable: false,
        },
        Field {
            name: "enteredStageAt",
            about: "When the application entered it",
            kind: Type::Instant,
            required: true,
            nullable: false,
        },
        Field {
            name: "archiveReasonId",
            about: "Why it was archived; required for stages of the type Archived",
            kind: Type::Id("ArchiveReasonId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "applicationHistoryId",
            about: "The entry it updates; only for application.updateHistory",
            kind: Type::Id("ApplicationHistoryEntryId"),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static APPLICATION_REFERRAL: Shape = Shape {
    name: "ApplicationReferral",
    about: "Who referred the candidate, and when.",
    fields: &[
        Field {
            name: "user",
            about: "",
            kind: Type::Record(&shapes::USER_SUMMARY),
            required: false,
            nullable: false,
        },
        Field { name: "referredAt", about: "", kind: Type::Instant, required: false, nullable: false },
    ],
};

pub(super) static APPROVAL: Shape = Shape {
    name: "Approval",
    about: "An approval: completedAt once everybody has approved",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("ApprovalId"), required: true, nullable: false },
        Field { name: "approvalDefinitionId", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "entityId", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field {
            name: "entityType",
            about: "",
            kind: Type::Enumeration(&enumerations::APPROVAL_ENTITY),
            required: true,
            nullable: false,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "submittedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "completedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "steps",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::APPROVAL_STEP), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static APPROVAL_DEFINITION: Shape = Shape {
    name: "ApprovalDefinition",
    about: "Who must approve an offer; entityId is the offer version",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: false, nullable: false },
        Field {
            name: "entityType",
            about: "",
            kind: Type::Enumeration(&enumerations::APPROVAL_DEFINITION_OWNER),
            required: true,
            nullable: false,
        },
        Field { name: "entityId", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field {
            name: "approvalStepDefinitions",
            about: "",
            kind: Type::List {
                of: &Type::Record(&shapes::APPROVAL_STEP_DEFINITION),
                min: 0,
                max: usize::MAX,
            },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static APPROVAL_STEP: Shape = Shape {
    name: "ApprovalStep",
    about: "A step of an approval, and how many of its approvers must approve",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("ApprovalStepId"), required: true, nullable: false },
        Field { name: "approvalsRequired", about: "", kind: Type::Integer, required: true, nullable: false },
        Field { name: "completedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "approvers",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::APPROVAL_STEP_APPROVER), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static APPROVAL_STEP_APPROVER: Shape = Shape {
    name: "ApprovalStepApprover",
    about: "Somebody who may approve a step, and their decision",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "userId", about: "", kind: Type::Id("UserId"), required: true, nullable: false },
        Field {
            name: "decision",
            about: "",
            kind: Type::Enumeration(&enumerations::APPROVAL_DECISION),
            required: true,
            nullable: false,
        },
        Field { name: "decidedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "requestedAt", about: "", kind: Type::Instant, required: false, nullable: false },
    ],
};

pub(super) static APPROVAL_STEP_DEFINITION: Shape = Shape {
    name: "ApprovalStepDefinition",
    about: "A step of an approval, and how many of its approvers must approve",
    fields: &[
        Field { name: "approvalsRequired", about: "", kind: Type::Integer, required: true, nullable: false },
        Field {
            name: "approvers",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::APPROVER_DEFINITION), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static APPROVAL_STEP_INPUT: Shape = Shape {
    name: "ApprovalStepInput",
    about: "A step of an approval",
    fields: &[
        Field {
            name: "approvalsRequired",
            about: "How many must approve: from 1 to the number of approvers",
            kind: Type::Integer,
            required: true,
            nullable: false,
        },
        Field {
            name: "approvers",
            about: "Who may approve, in any order",
            kind: Type::List { of: &Type::Record(&shapes::APPROVER_INPUT), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static APPROVER_DEFINITION: Shape = Shape {
    name: "ApproverDefinition",
    about: "Somebody who may approve a step",
    fields: &[
        Field { name: "userId", about: "", kind: Type::Id("UserId"), required: true, nullable: false },
        Field {
            name: "type",
            about: "",
            kind: Type::Enumeration(&enumerations::APPROVER_TYPE),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static APPROVER_INPUT: Shape = Shape {
    name: "ApproverInput",
    about: "Somebody who may approve a step",
    fields: &[
        Field {
            name: "userId",
            about: "Who it is",
            kind: Type::Id("UserId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "type",
            about: "What kind of approver it is",
            kind: Type::Enumeration(&enumerations::APPROVER_TYPE),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static ARCHIVE_EMAIL: Shape = Shape {
    name: "ArchiveEmail",
    about: "An e-mail that tells a candidate that their application was archived",
    fields: &[
        Field {
            name: "communicationTemplateId",
            about: "The text, a template that is meant for e-mail",
            kind: Type::Id("CommunicationTemplateId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "sendAt",
            about: "When to send it; at once if that has passed; defaults to 9:32 next morning in the organisation's time zone",
            kind: Type::Instant,
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static ARCHIVE_REASON: Shape = Shape {
    name: "ArchiveReason",
    about: "A reason for archiving applications.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("ArchiveReasonId"), required: true, nullable: false },
        Field { name: "text", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "reasonType",
            about: "",
            kind: Type::Enumeration(&enumerations::ARCHIVE_REASON_TYPE),
            required: true,
            nullable: false,
        },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static ASSESSMENT: Shape = Shape {
    name: "Assessment",
    about: "An assessment of a candidate",
    fields: &[
        Field {
            name: "applicationId",
            about: "",
            kind: Type::Id("ApplicationId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "assessmentId",
            about: "",
            kind: Type::Id("AssessmentId"),
            required: true,
            nullable: false,
        },
        Field { name: "assessmentName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "assessmentTypeId", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field {
            name: "candidateId",
            about: "",
            kind: Type::Id("CandidateId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "metadata",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::ASSESSMENT_METADATA), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "result",
            about: "",
            kind: Type::Record(&shapes::ASSESSMENT_RESULT),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static ASSESSMENT_METADATA: Shape = Shape {
    name: "AssessmentMetadata",
    about: "A labelled value of an assessment",
    fields: &[
        Field { name: "identifier", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "label", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "description", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "type",
            about: "",
            kind: Type::Enumeration(&enumerations::ASSESSMENT_VALUE_TYPE),
            required: true,
            nullable: false,
        },
        Field {
            name: "value",
            about: "",
            kind: Type::Either(&[Type::String, Type::Number, Type::Boolean]),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static ASSESSMENT_RESULT: Shape = Shape {
    name: "AssessmentResult",
    about: "The result of an assessment",
    fields: &[
        Field { name: "identifier", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "label", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "description", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "type",
            about: "",
            kind: Type::Enumeration(&enumerations::ASSESSMENT_VALUE_TYPE),
            required: true,
            nullable: false,
        },
        Field {
            name: "value",
            about: "",
            kind: Type::Either(&[Type::String, Type::Number, Type::Boolean]),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static ASSESSMENT_VALUE: Shape = Shape {
    name: "AssessmentValue",
    about: "A labelled value of an assessment",
    fields: &[
        Field {
            name: "identifier",
            about: "Its name, which stays the same for this partner",
            kind: Type::String,
            required: true,
            nullable: false,
        },
        Field {
            name: "label",
            about: "What Ashby shows beside it",
            kind: Type::String,
            required: true,
            nullable: false,
        },
        Field {
            name: "description",
            about: "What it means",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field {
            name: "type",
            about: "What kind of value it is",
            kind: Type::Enumeration(&enumerations::ASSESSMENT_VALUE_TYPE),
            required: true,
            nullable: false,
        },
        Field {
            name: "value",
            about: "The value, as its type wants it",
            kind: Type::Either(&[Type::String, Type::Number, Type::Boolean]),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static AUDIT_ACTOR: Shape = Shape {
    name: "AuditActor",
    about: "Who did it; candidates without their name",
    fields: &[
        Field { name: "id", about: "", kind: Type::String, required: false, nullable: true },
        Field {
            name: "type",
            about: "",
            kind: Type::Enumeration(&enumerations::AUDIT_ACTOR_TYPE),
            required: false,
            nullable: false,
        },
        Field { name: "name", about: "", kind: Type::String, required: false, nullable: true },
    ],
};

pub(super) static AUDIT_LOG_ENTRY: Shape = Shape {
    name: "AuditLogEntry",
    about: "An action that was recorded; request loses its id and address after 30 days",
    fields: &[
        Field { name: "id", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "timestamp", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "category", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "description", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "actor",
            about: "",
            kind: Type::Record(&shapes::AUDIT_ACTOR),
            required: false,
            nullable: false,
        },
        Field {
            name: "target",
            about: "",
            kind: Type::Record(&shapes::AUDIT_TARGET),
            required: false,
            nullable: false,
        },
        Field { name: "parentAction", about: "", kind: Type::Object, required: false, nullable: true },
        Field {
            name: "request",
            about: "",
            kind: Type::Record(&shapes::AUDIT_REQUEST),
            required: false,
            nullable: true,
        },
        Field { name: "changedFields", about: "", kind: Type::Json, required: false, nullable: true },
    ],
};

pub(super) static AUDIT_REQUEST: Shape = Shape {
    name: "AuditRequest",
    about: "The request that did it",
    fields: &[
        Field { name: "id", about: "", kind: Type::String, required: false, nullable: true },
        Field { name: "ipAddress", about: "", kind: Type::String, required: false, nullable: true },
    ],
};

pub(super) static AUDIT_TARGET: Shape = Shape {
    name: "AuditTarget",
    about: "What it was done to",
    fields: &[
        Field { name: "id", about: "", kind: Type::String, required: false, nullable: true },
        Field { name: "type", about: "", kind: Type::String, required: false, nullable: false },
    ],
};

pub(super) static BRAND: Shape = Shape {
    name: "Brand",
    about: "A brand; its slug is part of the address of its jobs page",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("BrandId"), required: true, nullable: false },
        Field { name: "name", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "hostedJobsPageSlug", about: "", kind: Type::String, required: true, nullable: false },
    ],
};

pub(super) static BRIEFING_FEEDBACK_FORM: Shape = Shape {
    name: "BriefingFeedbackForm",
    about: "The feedback form that the interviewers are to fill in.",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("FeedbackFormDefinitionId"),
            required: true,
            nullable: false,
        },
        Field { name: "organizationId", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "isDefaultForm", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "formDefinition",
            about: "",
            kind: Type::Record(&shapes::FORM_DEFINITION),
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewId",
            about: "",
            kind: Type::Id("InterviewId"),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static CANDIDATE: Shape = Shape {
    name: "Candidate",
    about: "A candidate: a person, whom their applications connect with jobs",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("CandidateId"), required: true, nullable: false },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "name", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "primaryEmailAddress",
            about: "",
            kind: Type::Record(&shapes::EMAIL_ADDRESS),
            required: false,
            nullable: false,
        },
        Field {
            name: "emailAddresses",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::EMAIL_ADDRESS), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "primaryPhoneNumber",
            about: "",
            kind: Type::Record(&shapes::PHONE_NUMBER),
            required: false,
            nullable: false,
        },
        Field {
            name: "phoneNumbers",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::PHONE_NUMBER), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "socialLinks",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::SOCIAL_LINK), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "tags",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CANDIDATE_TAG), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field { name: "position", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "company", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "school", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "applicationIds",
            about: "",
            kind: Type::List { of: &Type::Id("ApplicationId"), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "resumeFileHandle",
            about: "",
            kind: Type::Record(&shapes::FILE_HANDLE),
            required: false,
            nullable: false,
        },
        Field {
            name: "fileHandles",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::FILE_HANDLE), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field { name: "profileUrl", about: "", kind: Type::Url, required: true, nullable: false },
        Field {
            name: "source",
            about: "",
            kind: Type::Record(&shapes::SOURCE),
            required: false,
            nullable: false,
        },
        Field {
            name: "creditedToUser",
            about: "",
            kind: Type::Record(&shapes::USER_SUMMARY),
            required: false,
            nullable: false,
        },
        Field { name: "timezone", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "location",
            about: "",
            kind: Type::Record(&shapes::CANDIDATE_LOCATION),
            required: false,
            nullable: false,
        },
        Field {
            name: "fraudStatus",
            about: "",
            kind: Type::Enumeration(&enumerations::FRAUD_STATUS),
            required: false,
            nullable: true,
        },
    ],
};

pub(super) static CANDIDATE_LOCATION: Shape = Shape {
    name: "CandidateLocation",
    about: "Where a candidate lives",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "locationSummary", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "locationComponents",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::LOCATION_COMPONENT), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static CANDIDATE_LOCATION_INPUT: Shape = Shape {
    name: "CandidateLocationInput",
    about: "Where a candidate lives, as far as it is known",
    fields: &[
        Field { name: "city", about: "City", kind: Type::String, required: false, nullable: false },
        Field {
            name: "region",
            about: "State, province or the like",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field { name: "country", about: "Country", kind: Type::String, required: false, nullable: false },
    ],
};

pub(super) static CANDIDATE_NOTE: Shape = Shape {
    name: "CandidateNote",
    about: "A note on a candidate",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("CandidateNoteId"), required: true, nullable: false },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "isPrivate", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "content", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "author",
            about: "",
            kind: Type::Record(&shapes::NOTE_AUTHOR),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static CANDIDATE_SUMMARY: Shape = Shape {
    name: "CandidateSummary",
    about: "A candidate; which fields are present depends on where it is shown.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("CandidateId"), required: true, nullable: false },
        Field { name: "name", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "primaryEmailAddress",
            about: "",
            kind: Type::Record(&shapes::EMAIL_ADDRESS),
            required: false,
            nullable: false,
        },
        Field {
            name: "primaryPhoneNumber",
            about: "",
            kind: Type::Record(&shapes::PHONE_NUMBER),
            required: false,
            nullable: false,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "emailAddresses",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::EMAIL_ADDRESS), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "phoneNumbers",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::PHONE_NUMBER), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "socialLinks",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::SOCIAL_LINK), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "tags",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CANDIDATE_TAG), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field { name: "position", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "company", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "school", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "applicationIds",
            about: "",
            kind: Type::List { of: &Type::Id("ApplicationId"), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "resumeFileHandle",
            about: "",
            kind: Type::Record(&shapes::FILE_HANDLE),
            required: false,
            nullable: false,
        },
        Field {
            name: "fileHandles",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::FILE_HANDLE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field { name: "profileUrl", about: "", kind: Type::Url, required: false, nullable: false },
        Field {
            name: "source",
            about: "",
            kind: Type::Record(&shapes::SOURCE),
            required: false,
            nullable: false,
        },
        Field {
            name: "creditedToUser",
            about: "",
            kind: Type::Record(&shapes::USER_SUMMARY),
            required: false,
            nullable: false,
        },
        Field { name: "timezone", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "location",
            about: "",
            kind: Type::Record(&shapes::CANDIDATE_SUMMARY_LOCATION),
            required: false,
            nullable: false,
        },
        Field {
            name: "fraudStatus",
            about: "",
            kind: Type::Enumeration(&enumerations::FRAUD_STATUS),
            required: false,
            nullable: true,
        },
    ],
};

pub(super) static CANDIDATE_SUMMARY_LOCATION: Shape = Shape {
    name: "CandidateSummaryLocation",
    about: "Where a candidate lives.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "locationSummary", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "locationComponents",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::LOCATION_COMPONENT), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static CANDIDATE_TAG: Shape = Shape {
    name: "CandidateTag",
    about: "A tag for candidates.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("CandidateTagId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
    ],
};

pub(super) static CLIENT_INFO: Shape = Shape {
    name: "ClientInfo",
    about: "From where and with what a candidate did something in Ashby",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "ipAddress", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "userAgent", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "relatedEntityType",
            about: "",
            kind: Type::Enumeration(&enumerations::RELATED_ENTITY_TYPE),
            required: true,
            nullable: false,
        },
        Field { name: "relatedEntityId", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field {
            name: "candidateId",
            about: "",
            kind: Type::Id("CandidateId"),
            required: true,
            nullable: false,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: false, nullable: false },
    ],
};

pub(super) static CLOSE_REASON: Shape = Shape {
    name: "CloseReason",
    about: "A reason for closing a job or an opening",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("CloseReasonId"), required: true, nullable: false },
        Field { name: "reasonText", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
    ],
};

pub(super) static COMMUNICATION_TEMPLATE: Shape = Shape {
    name: "CommunicationTemplate",
    about: "A message template and the channels it is meant for; its text is not included",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("CommunicationTemplateId"),
            required: true,
            nullable: false,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "intendedTypes",
            about: "",
            kind: Type::List {
                of: &Type::Enumeration(&enumerations::COMMUNICATION_TEMPLATE_TYPE),
                min: 0,
                max: usize::MAX,
            },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static COMPENSATION_COMPONENT: Shape = Shape {
    name: "CompensationComponent",
    about: "The range of one kind of pay within a tier.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field {
            name: "compensationType",
            about: "",
            kind: Type::Enumeration(&enumerations::COMPENSATION_TYPE),
            required: true,
            nullable: false,
        },
        Field {
            name: "interval",
            about: "",
            kind: Type::Enumeration(&enumerations::PAY_INTERVAL),
            required: true,
            nullable: false,
        },
        Field { name: "currencyCode", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "label", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "minValue", about: "", kind: Type::Number, required: false, nullable: true },
        Field { name: "maxValue", about: "", kind: Type::Number, required: false, nullable: true },
        Field { name: "summary", about: "", kind: Type::String, required: true, nullable: false },
    ],
};

pub(super) static COMPENSATION_COMPONENT_INPUT: Shape = Shape {
    name: "CompensationComponentInput",
    about: "The range of one kind of pay within a tier.",
    fields: &[
        Field {
            name: "compensationType",
            about: "Kind of pay",
            kind: Type::Enumeration(&enumerations::COMPENSATION_TYPE),
            required: true,
            nullable: false,
        },
        Field {
            name: "interval",
            about: "How often it is paid",
            kind: Type::Enumeration(&enumerations::PAY_INTERVAL),
            required: true,
            nullable: false,
        },
        Field {
            name: "currencyCode",
            about: "ISO 4217 code of the currency; not for EquityPercentage",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field {
            name: "label",
            about: "Label that applicants see",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field {
            name: "minValue",
            about: "Lower end of the range; null leaves it open",
            kind: Type::Number,
            required: true,
            nullable: true,
        },
        Field {
            name: "maxValue",
            about: "Upper end of the range; null leaves it open",
            kind: Type::Number,
            required: true,
            nullable: true,
        },
    ],
};

pub(super) static COMPENSATION_COMPONENT_SUMMARY: Shape = Shape {
    name: "CompensationComponentSummary",
    about: "The range of one kind of pay over all tiers of a posting.",
    fields: &[
        Field {
            name: "compensationType",
            about: "",
            kind: Type::Enumeration(&enumerations::COMPENSATION_TYPE),
            required: true,
            nullable: false,
        },
        Field {
            name: "interval",
            about: "",
            kind: Type::Enumeration(&enumerations::PAY_INTERVAL),
            required: true,
            nullable: false,
        },
        Field { name: "currencyCode", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "label", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "minValue", about: "", kind: Type::Number, required: false, nullable: true },
        Field { name: "maxValue", about: "", kind: Type::Number, required: false, nullable: true },
        Field { name: "summary", about: "", kind: Type::String, required: true, nullable: false },
    ],
};

pub(super) static COMPENSATION_TIER: Shape = Shape {
    name: "CompensationTier",
    about: "A range of pay that can be offered, made of components.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "additionalInformation",
            about: "",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field {
            name: "components",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::COMPENSATION_COMPONENT), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field { name: "tierSummary", about: "", kind: Type::String, required: true, nullable: false },
    ],
};

pub(super) static COMPENSATION_TIER_INPUT: Shape = Shape {
    name: "CompensationTierInput",
    about: "A range of pay that can be offered, made of components.",
    fields: &[
        Field {
            name: "title",
            about: "Label that applicants see; needed if there are several tiers",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field {
            name: "additionalInformation",
            about: "Anything more to say about the pay",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field {
            name: "components",
            about: "Kinds of pay that make up the tier",
            kind: Type::List {
                of: &Type::Record(&shapes::COMPENSATION_COMPONENT_INPUT),
                min: 0,
                max: usize::MAX,
            },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static COMPLETED_ASSESSMENT: Shape = Shape {
    name: "CompletedAssessment",
    about: "A completed assessment",
    fields: &[
        Field {
            name: "assessmentTypeId",
            about: "The kind of assessment, by the partner's id",
            kind: Type::Uuid,
            required: true,
            nullable: false,
        },
        Field {
            name: "assessmentId",
            about: "The assessment, by the partner's id",
            kind: Type::Id("AssessmentId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "assessmentName",
            about: "What Ashby shows as its name",
            kind: Type::String,
            required: true,
            nullable: false,
        },
        Field {
            name: "result",
            about: "The result",
            kind: Type::Record(&shapes::ASSESSMENT_VALUE),
            required: true,
            nullable: false,
        },
        Field {
            name: "metadata",
            about: "Anything else about it; may be empty",
            kind: Type::List { of: &Type::Record(&shapes::ASSESSMENT_VALUE), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static CRITERIA_EVALUATION: Shape = Shape {
    name: "CriteriaEvaluation",
    about: "What the AI review found on one criterion; outcomeNumber lies between 0 and 1",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field {
            name: "criterion",
            about: "",
            kind: Type::Record(&shapes::CRITERION),
            required: true,
            nullable: false,
        },
        Field {
            name: "status",
            about: "",
            kind: Type::Enumeration(&enumerations::CRITERIA_EVALUATION_STATUS),
            required: true,
            nullable: false,
        },
        Field { name: "outcome", about: "", kind: Type::String, required: false, nullable: true },
        Field { name: "reasoning", about: "", kind: Type::String, required: false, nullable: true },
        Field { name: "skipReason", about: "", kind: Type::String, required: false, nullable: true },
        Field { name: "outcomeNumber", about: "", kind: Type::Number, required: false, nullable: true },
        Field { name: "evaluatedAt", about: "", kind: Type::Instant, required: false, nullable: true },
    ],
};

pub(super) static CRITERION: Shape = Shape {
    name: "Criterion",
    about: "A version of something that the AI review looks for",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "type",
            about: "",
            kind: Type::Enumeration(&enumerations::CRITERION_TYPE),
            required: true,
            nullable: false,
        },
        Field { name: "prompt", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "applicationFormDefinitionId",
            about: "",
            kind: Type::Uuid,
            required: false,
            nullable: true,
        },
        Field {
            name: "applicationFormFieldPath",
            about: "",
            kind: Type::String,
            required: false,
            nullable: true,
        },
    ],
};

pub(super) static CUSTOM_FIELD: Shape = Shape {
    name: "CustomField",
    about: "What a custom field is",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("CustomFieldId"), required: true, nullable: false },
        Field { name: "isPrivate", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "description", about: "", kind: Type::String, required: false, nullable: true },
        Field {
            name: "objectType",
            about: "",
            kind: Type::Enumeration(&enumerations::CUSTOM_FIELD_OWNER),
            required: true,
            nullable: false,
        },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "fieldType",
            about: "",
            kind: Type::Enumeration(&enumerations::LISTED_CUSTOM_FIELD_TYPE),
            required: true,
            nullable: false,
        },
        Field { name: "isRequired", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field { name: "isDateOnlyField", about: "", kind: Type::Boolean, required: false, nullable: true },
        Field {
            name: "isEditableOnlyViaPublicApi",
            about: "",
            kind: Type::Boolean,
            required: false,
            nullable: false,
        },
        Field {
            name: "referencedObjectType",
            about: "",
            kind: Type::String,
            required: false,
            nullable: true,
        },
        Field {
            name: "selectableValues",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::SELECTABLE_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static CUSTOM_FIELD_SETTING: Shape = Shape {
    name: "CustomFieldSetting",
    about: "A custom field and the value to give it.",
    fields: &[
        Field {
            name: "fieldId",
            about: "Custom field to set",
            kind: Type::Id("CustomFieldId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "fieldValue",
            about: "New value in the form of the field's type; null clears it",
            kind: Type::Json,
            required: true,
            nullable: true,
        },
    ],
};

pub(super) static CUSTOM_FIELD_VALUE: Shape = Shape {
    name: "CustomFieldValue",
    about: "A custom field of a record with its value.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("CustomFieldId"), required: true, nullable: false },
        Field { name: "isPrivate", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "valueLabel",
            about: "",
            kind: Type::Either(&[Type::String, Type::List { of: &Type::String, min: 0, max: usize::MAX }]),
            required: false,
            nullable: false,
        },
        Field { name: "value", about: "", kind: Type::Json, required: true, nullable: false },
    ],
};

pub(super) static DELETED_INTERVIEWER_PAUSE: Shape = Shape {
    name: "DeletedInterviewerPause",
    about: "The id of a pause that is gone.",
    fields: &[Field {
        name: "id",
        about: "",
        kind: Type::Id("InterviewerPauseId"),
        required: true,
        nullable: false,
    }],
};

pub(super) static DELETED_WEBHOOK: Shape = Shape {
    name: "DeletedWebhook",
    about: "The id of a webhook that is gone.",
    fields: &[Field {
        name: "webhookId",
        about: "",
        kind: Type::Id("WebhookId"),
        required: false,
        nullable: false,
    }],
};

pub(super) static DEPARTMENT: Shape = Shape {
    name: "Department",
    about: "A department or team",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("DepartmentId"), required: true, nullable: false },
        Field { name: "name", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "externalName", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "parentId",
            about: "",
            kind: Type::Id("DepartmentId"),
            required: false,
            nullable: false,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "extraData", about: "", kind: Type::Object, required: false, nullable: false },
    ],
};

pub(super) static DESCRIPTION_PARTS: Shape = Shape {
    name: "DescriptionParts",
    about: "A description in its parts: the brand's opening, the body, the brand's closing.",
    fields: &[
        Field {
            name: "descriptionOpening",
            about: "",
            kind: Type::Record(&shapes::RICH_TEXT),
            required: false,
            nullable: true,
        },
        Field {
            name: "descriptionBody",
            about: "",
            kind: Type::Record(&shapes::RICH_TEXT),
            required: false,
            nullable: false,
        },
        Field {
            name: "descriptionClosing",
            about: "",
            kind: Type::Record(&shapes::RICH_TEXT),
            required: false,
            nullable: true,
        },
    ],
};

pub(super) static EMAIL_ADDRESS: Shape = Shape {
    name: "EmailAddress",
    about: "An e-mail address of a candidate.",
    fields: &[
        Field { name: "value", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "type",
            about: "",
            kind: Type::Enumeration(&enumerations::CONTACT_TYPE),
            required: true,
            nullable: false,
        },
        Field { name: "isPrimary", about: "", kind: Type::Boolean, required: true, nullable: false },
    ],
};

pub(super) static EMAIL_MESSAGE: Shape = Shape {
    name: "EmailMessage",
    about: "An e-mail on a candidate's profile",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("EmailMessageId"), required: true, nullable: false },
        Field {
            name: "candidateId",
            about: "",
            kind: Type::Id("CandidateId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "emailProviderEmailId",
            about: "",
            kind: Type::String,
            required: true,
            nullable: false,
        },
        Field { name: "subject", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "from", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "to", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "body", about: "", kind: Type::String, required: false, nullable: true },
        Field { name: "sentAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "cc", about: "", kind: Type::String, required: false, nullable: true },
        Field { name: "messageUrl", about: "", kind: Type::Url, required: false, nullable: true },
        Field { name: "messageIdHeader", about: "", kind: Type::String, required: false, nullable: true },
        Field { name: "threadId", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isPrivate", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "userIsSender", about: "", kind: Type::Boolean, required: true, nullable: false },
    ],
};

pub(super) static EMAIL_SENDER: Shape = Shape {
    name: "EmailSender",
    about: "An address that e-mails can come from.",
    fields: &[
        Field { name: "email", about: "", kind: Type::Email, required: true, nullable: false },
        Field { name: "displayName", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "type", about: "", kind: Type::String, required: false, nullable: false },
    ],
};

pub(super) static FEEDBACK_FORM_DEFINITION: Shape = Shape {
    name: "FeedbackFormDefinition",
    about: "A feedback form and its fields",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("FeedbackFormDefinitionId"),
            required: true,
            nullable: false,
        },
        Field { name: "organizationId", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "isDefaultForm", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "formDefinition",
            about: "",
            kind: Type::Record(&shapes::FORM_DEFINITION),
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewId",
            about: "",
            kind: Type::Id("InterviewId"),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static FEEDBACK_REQUEST: Shape = Shape {
    name: "FeedbackRequest",
    about: "A request for feedback; its interviewEventId goes into applicationFeedback.submit",
    fields: &[
        Field {
            name: "interviewEventId",
            about: "",
            kind: Type::Id("InterviewEventId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewerUserId",
            about: "",
            kind: Type::Id("UserId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "applicationId",
            about: "",
            kind: Type::Id("ApplicationId"),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static FEEDBACK_SUBMISSION: Shape = Shape {
    name: "FeedbackSubmission",
    about: "Feedback that was just submitted",
    fields: &[Field {
        name: "submittedFormInstance",
        about: "",
        kind: Type::Record(&shapes::SUBMITTED_FORM_INSTANCE),
        required: false,
        nullable: false,
    }],
};

pub(super) static FIELD_SUBMISSION: Shape = Shape {
    name: "FieldSubmission",
    about: "The answer to one field of a form.",
    fields: &[
        Field {
            name: "path",
            about: "Path of the field, from the form definition",
            kind: Type::String,
            required: true,
            nullable: false,
        },
        Field {
            name: "value",
            about: "Answer in the form of the field's type: text, number, boolean, list or object",
            kind: Type::Json,
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static FILE_HANDLE: Shape = Shape {
    name: "FileHandle",
    about: "A file; file.info exchanges its handle for a download address.",
    fields: &[
        Field { name: "id", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "name", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "handle", about: "", kind: Type::String, required: true, nullable: false },
    ],
};

pub(super) static FILE_LINK: Shape = Shape {
    name: "FileLink",
    about: "A link to download a file",
    fields: &[Field { name: "url", about: "", kind: Type::Url, required: true, nullable: false }],
};

pub(super) static FILE_UPLOAD: Shape = Shape {
    name: "FileUpload",
    about: "Where to upload a file, with what form fields, and the handle to use afterwards",
    fields: &[
        Field { name: "handle", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "url", about: "", kind: Type::Url, required: true, nullable: false },
        Field { name: "fields", about: "", kind: Type::Object, required: true, nullable: false },
    ],
};

pub(super) static FORM_DEFINITION: Shape = Shape {
    name: "FormDefinition",
    about: "What a form asks, section by section.",
    fields: &[Field {
        name: "sections",
        about: "",
        kind: Type::List { of: &Type::Record(&shapes::FORM_SECTION), min: 0, max: usize::MAX },
        required: false,
        nullable: false,
    }],
};

pub(super) static FORM_FIELD: Shape = Shape {
    name: "FormField",
    about: "A field of a form; its path names it in submissions.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "type", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "path", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "humanReadablePath", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isNullable", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "selectableValues",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::SELECTABLE_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static FORM_FIELD_ENTRY: Shape = Shape {
    name: "FormFieldEntry",
    about: "A field in its place in a form: its description, and whether it must be answered.",
    fields: &[
        Field { name: "isRequired", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "descriptionHtml", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "descriptionPlain", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "field",
            about: "",
            kind: Type::Record(&shapes::FORM_FIELD),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static FORM_MESSAGES: Shape = Shape {
    name: "FormMessages",
    about: "Whether application limits blocked a submission, and what the candidate may be told of it",
    fields: &[
        Field { name: "blocked", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "blockMessageForCandidateHtml",
            about: "",
            kind: Type::String,
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static FORM_SECTION: Shape = Shape {
    name: "FormSection",
    about: "A section of a form.",
    fields: &[
        Field { name: "title", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "descriptionHtml", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "descriptionPlain", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "fields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::FORM_FIELD_ENTRY), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static FORM_SUBMISSION: Shape = Shape {
    name: "FormSubmission",
    about: "The answers to a form.",
    fields: &[Field {
        name: "fieldSubmissions",
        about: "Answers, one for each field that is filled in",
        kind: Type::List { of: &Type::Record(&shapes::FIELD_SUBMISSION), min: 0, max: usize::MAX },
        required: true,
        nullable: false,
    }],
};

pub(super) static FRAUD_CHECK: Shape = Shape {
    name: "FraudCheck",
    about: "A fraud check of a candidate, with or without an application",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("FraudCheckId"), required: true, nullable: false },
        Field {
            name: "candidateId",
            about: "",
            kind: Type::Id("CandidateId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "applicationId",
            about: "",
            kind: Type::Id("ApplicationId"),
            required: true,
            nullable: true,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field {
            name: "fraudSignals",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::FRAUD_SIGNAL), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static FRAUD_SIGNAL: Shape = Shape {
    name: "FraudSignal",
    about: "Something that a fraud check noticed; only its id is stable",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "category", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "name", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "description", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "value", about: "", kind: Type::String, required: false, nullable: false },
    ],
};

pub(super) static HIRING_TEAM_MEMBER: Shape = Shape {
    name: "HiringTeamMember",
    about: "A user with a role on a hiring team.",
    fields: &[
        Field { name: "email", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "firstName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "lastName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "role", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "userId", about: "", kind: Type::Id("UserId"), required: true, nullable: false },
    ],
};

pub(super) static HIRING_TEAM_ROLE: Shape = Shape {
    name: "HiringTeamRole",
    about: "A role on a hiring team.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("HiringTeamRoleId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
    ],
};

pub(super) static INTERVIEW: Shape = Shape {
    name: "Interview",
    about: "A kind of interview: title, instructions and feedback form.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("InterviewId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "externalTitle", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "type", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "isDebrief", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field { name: "isFeedbackRequired", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "isFeedbackRequested",
            about: "",
            kind: Type::Boolean,
            required: true,
            nullable: false,
        },
        Field { name: "instructionsHtml", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "instructionsPlain", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "jobId", about: "", kind: Type::Id("JobId"), required: false, nullable: true },
        Field {
            name: "feedbackFormDefinitionId",
            about: "",
            kind: Type::Id("FeedbackFormDefinitionId"),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static INTERVIEW_BRIEFING: Shape = Shape {
    name: "InterviewBriefing",
    about: "A scheduled interview with its application, interviewers and feedback form.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("InterviewEventId"), required: true, nullable: false },
        Field {
            name: "applicationId",
            about: "",
            kind: Type::Id("ApplicationId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewId",
            about: "",
            kind: Type::Id("InterviewId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewStageId",
            about: "",
            kind: Type::Id("InterviewStageId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewers",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::INTERVIEWER), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "hasSubmittedFeedback",
            about: "",
            kind: Type::Boolean,
            required: true,
            nullable: false,
        },
        Field {
            name: "feedbackFormDefinitionId",
            about: "",
            kind: Type::Id("FeedbackFormDefinitionId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "feedbackFormDefinition",
            about: "",
            kind: Type::Record(&shapes::BRIEFING_FEEDBACK_FORM),
            required: false,
            nullable: false,
        },
        Field {
            name: "application",
            about: "",
            kind: Type::Record(&shapes::APPLICATION),
            required: false,
            nullable: false,
        },
        Field {
            name: "candidate",
            about: "",
            kind: Type::Record(&shapes::CANDIDATE_SUMMARY),
            required: false,
            nullable: false,
        },
        Field {
            name: "job",
            about: "",
            kind: Type::Record(&shapes::JOB_SUMMARY),
            required: false,
            nullable: false,
        },
        Field {
            name: "interview",
            about: "",
            kind: Type::Record(&shapes::INTERVIEW_SUMMARY),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static INTERVIEW_EVENT: Shape = Shape {
    name: "InterviewEvent",
    about: "A scheduled interview: time, place and interviewers.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("InterviewEventId"), required: true, nullable: false },
        Field {
            name: "interviewId",
            about: "",
            kind: Type::Id("InterviewId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewScheduleId",
            about: "",
            kind: Type::Id("InterviewScheduleId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewerUserIds",
            about: "",
            kind: Type::List { of: &Type::Id("UserId"), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "interviewers",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::INTERVIEWER), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "startTime", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "endTime", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "feedbackLink", about: "", kind: Type::Url, required: true, nullable: false },
        Field { name: "location", about: "", kind: Type::String, required: false, nullable: true },
        Field { name: "meetingLink", about: "", kind: Type::Url, required: false, nullable: true },
        Field {
            name: "interviewerCalendarEventId",
            about: "",
            kind: Type::String,
            required: false,
            nullable: true,
        },
        Field {
            name: "hasSubmittedFeedback",
            about: "",
            kind: Type::Boolean,
            required: true,
            nullable: false,
        },
        Field {
            name: "interview",
            about: "",
            kind: Type::Record(&shapes::INTERVIEW_SUMMARY),
            required: false,
            nullable: false,
        },
        Field {
            name: "notetakerTranscriptId",
            about: "",
            kind: Type::Id("NotetakerTranscriptId"),
            required: false,
            nullable: false,
        },
        Field { name: "extraData", about: "", kind: Type::Object, required: false, nullable: false },
    ],
};

pub(super) static INTERVIEW_EVENT_CHANGE: Shape = Shape {
    name: "InterviewEventChange",
    about: "An event to add to a schedule, or to change if interviewEventId names one.",
    fields: &[
        Field {
            name: "interviewEventId",
            about: "Event to change; without it an event is added",
            kind: Type::Id("InterviewEventId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "startTime",
            about: "Start of the interview",
            kind: Type::Instant,
            required: true,
            nullable: false,
        },
        Field {
            name: "endTime",
            about: "End of the interview",
            kind: Type::Instant,
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewers",
            about: "Who interviews",
            kind: Type::List { of: &Type::Record(&shapes::INTERVIEWER_INPUT), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewId",
            about: "Which interview it is; defaults to the organization's default interview",
            kind: Type::Id("InterviewId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "extraData",
            about: "Your own texts by key (keys to 100 characters, values to 512, under 1 kB in all); no personal data",
            kind: Type::Object,
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static INTERVIEW_EVENT_INPUT: Shape = Shape {
    name: "InterviewEventInput",
    about: "An event to schedule.",
    fields: &[
        Field {
            name: "startTime",
            about: "Start of the interview",
            kind: Type::Instant,
            required: true,
            nullable: false,
        },
        Field {
            name: "endTime",
            about: "End of the interview",
            kind: Type::Instant,
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewers",
            about: "Who interviews",
            kind: Type::List { of: &Type::Record(&shapes::INTERVIEWER_INPUT), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewId",
            about: "Which interview it is; defaults to the organization's default interview",
            kind: Type::Id("InterviewId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "extraData",
            about: "Your own texts by key (keys to 100 characters, values to 512, under 1 kB in all); no personal data",
            kind: Type::Object,
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static INTERVIEW_PLAN: Shape = Shape {
    name: "InterviewPlan",
    about: "An interview plan; its stages come from interviewStage.list.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("InterviewPlanId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: true, nullable: false },
    ],
};

pub(super) static INTERVIEW_SCHEDULE: Shape = Shape {
    name: "InterviewSchedule",
    about: "The interviews arranged for an application in one stage, and how far the arranging is.",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("InterviewScheduleId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "status",
            about: "",
            kind: Type::Enumeration(&enumerations::INTERVIEW_SCHEDULE_STATUS),
            required: true,
            nullable: false,
        },
        Field {
            name: "applicationId",
            about: "",
            kind: Type::Id("ApplicationId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewStageId",
            about: "",
            kind: Type::Id("InterviewStageId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "scheduledBy",
            about: "",
            kind: Type::Record(&shapes::USER_SUMMARY),
            required: false,
            nullable: false,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "interviewEvents",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::INTERVIEW_EVENT), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static INTERVIEW_STAGE: Shape = Shape {
    name: "InterviewStage",
    about: "A stage of an interview plan.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("InterviewStageId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "type", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "orderInInterviewPlan",
            about: "",
            kind: Type::Integer,
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewStageGroupId",
            about: "",
            kind: Type::Id("InterviewStageGroupId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "interviewPlanId",
            about: "",
            kind: Type::Id("InterviewPlanId"),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static INTERVIEW_STAGE_GROUP: Shape = Shape {
    name: "InterviewStageGroup",
    about: "A group of stages, with its place in the order and the kind of its stages.",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("InterviewStageGroupId"),
            required: true,
            nullable: false,
        },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "order", about: "", kind: Type::Integer, required: true, nullable: false },
        Field {
            name: "stageType",
            about: "",
            kind: Type::Enumeration(&enumerations::STAGE_TYPE),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static INTERVIEW_SUMMARY: Shape = Shape {
    name: "InterviewSummary",
    about: "An interview; which fields are present depends on where it is shown.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("InterviewId"), required: false, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "externalTitle", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "type", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field { name: "isDebrief", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field {
            name: "isFeedbackRequired",
            about: "",
            kind: Type::Boolean,
            required: false,
            nullable: false,
        },
        Field {
            name: "isFeedbackRequested",
            about: "",
            kind: Type::Boolean,
            required: false,
            nullable: false,
        },
        Field { name: "instructionsHtml", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "instructionsPlain", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "jobId", about: "", kind: Type::Id("JobId"), required: false, nullable: true },
        Field {
            name: "feedbackFormDefinitionId",
            about: "",
            kind: Type::Id("FeedbackFormDefinitionId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "interviewId",
            about: "",
            kind: Type::Id("InterviewId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "interviewDurationMinutes",
            about: "",
            kind: Type::Number,
            required: false,
            nullable: false,
        },
        Field { name: "isSchedulable", about: "", kind: Type::Boolean, required: false, nullable: false },
    ],
};

pub(super) static INTERVIEWER: Shape = Shape {
    name: "Interviewer",
    about: "An interviewer of a scheduled interview; which fields are present depends on where it is shown.",
    fields: &[
        Field { name: "userId", about: "", kind: Type::Id("UserId"), required: false, nullable: false },
        Field { name: "isFeedbackRequired", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "hasSubmittedFeedback",
            about: "",
            kind: Type::Boolean,
            required: false,
            nullable: false,
        },
        Field {
            name: "trainingRole",
            about: "",
            kind: Type::Enumeration(&enumerations::TRAINING_ROLE),
            required: true,
            nullable: true,
        },
        Field {
            name: "user",
            about: "",
            kind: Type::Record(&shapes::USER_SUMMARY),
            required: false,
            nullable: true,
        },
        Field {
            name: "interviewerPool",
            about: "",
            kind: Type::Record(&shapes::INTERVIEWER_POOL_SUMMARY),
            required: false,
            nullable: true,
        },
        Field { name: "id", about: "", kind: Type::Id("UserId"), required: false, nullable: false },
        Field { name: "firstName", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "lastName", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "email", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "globalRole",
            about: "",
            kind: Type::Enumeration(&enumerations::GLOBAL_ROLE),
            required: false,
            nullable: false,
        },
        Field { name: "isEnabled", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "managerId", about: "", kind: Type::Id("UserId"), required: false, nullable: false },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static INTERVIEWER_INPUT: Shape = Shape {
    name: "InterviewerInput",
    about: "An interviewer of an event to schedule.",
    fields: &[
        Field {
            name: "email",
            about: "Address of the interviewer's Ashby user",
            kind: Type::Email,
            required: true,
            nullable: false,
        },
        Field {
            name: "feedbackRequired",
            about: "Whether the interviewer must give feedback",
            kind: Type::Boolean,
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static INTERVIEWER_PAUSE: Shape = Shape {
    name: "InterviewerPause",
    about: "A time in which a user is not scheduled for interviews; without an end it is open.",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("InterviewerPauseId"),
            required: true,
            nullable: false,
        },
        Field { name: "userId", about: "", kind: Type::Id("UserId"), required: true, nullable: false },
        Field { name: "startsAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "endsAt", about: "", kind: Type::Instant, required: false, nullable: true },
        Field { name: "comment", about: "", kind: Type::String, required: false, nullable: true },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: true, nullable: false },
    ],
};

pub(super) static INTERVIEWER_POOL: Shape = Shape {
    name: "InterviewerPool",
    about: "An interviewer pool with its training path, qualified members and trainees.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("InterviewerPoolId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "trainingPath",
            about: "",
            kind: Type::Record(&shapes::TRAINING_PATH),
            required: false,
            nullable: false,
        },
        Field {
            name: "qualifiedMembers",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::QUALIFIED_MEMBER), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "trainees",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::TRAINEE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static INTERVIEWER_POOL_SUMMARY: Shape = Shape {
    name: "InterviewerPoolSummary",
    about: "An interviewer pool without its members.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("InterviewerPoolId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "trainingPath",
            about: "",
            kind: Type::Record(&shapes::TRAINING_PATH),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static INTERVIEWER_SETTINGS: Shape = Shape {
    name: "InterviewerSettings",
    about: "How many interviews a user may have; null is no limit.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "dailyLimit", about: "", kind: Type::Integer, required: false, nullable: true },
        Field { name: "weeklyLimit", about: "", kind: Type::Integer, required: false, nullable: true },
    ],
};

pub(super) static JOB: Shape = Shape {
    name: "Job",
    about: "A job.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("JobId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "confidential", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "status",
            about: "",
            kind: Type::Enumeration(&enumerations::JOB_STATUS),
            required: true,
            nullable: false,
        },
        Field {
            name: "employmentType",
            about: "",
            kind: Type::Enumeration(&enumerations::EMPLOYMENT_TYPE),
            required: true,
            nullable: false,
        },
        Field {
            name: "locationId",
            about: "",
            kind: Type::Id("LocationId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "departmentId",
            about: "",
            kind: Type::Id("DepartmentId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "defaultInterviewPlanId",
            about: "",
            kind: Type::Id("InterviewPlanId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "interviewPlanIds",
            about: "",
            kind: Type::List { of: &Type::Id("InterviewPlanId"), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "jobPostingIds",
            about: "",
            kind: Type::List { of: &Type::Id("JobPostingId"), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "customRequisitionId",
            about: "",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field { name: "brandId", about: "", kind: Type::Id("BrandId"), required: false, nullable: false },
        Field {
            name: "hiringTeam",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::HIRING_TEAM_MEMBER), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "author",
            about: "",
            kind: Type::Record(&shapes::NOTE_AUTHOR),
            required: false,
            nullable: false,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "openedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "closedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "location",
            about: "",
            kind: Type::Record(&shapes::LOCATION),
            required: false,
            nullable: false,
        },
        Field {
            name: "openings",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::OPENING), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "compensation",
            about: "",
            kind: Type::Record(&shapes::JOB_COMPENSATION),
            required: false,
            nullable: false,
        },
        Field {
            name: "compensationTiers",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::COMPENSATION_TIER), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static JOB_BOARD: Shape = Shape {
    name: "JobBoard",
    about: "A job board, internal or external.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("JobBoardId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isInternal", about: "", kind: Type::Boolean, required: true, nullable: false },
    ],
};

pub(super) static JOB_COMPENSATION: Shape = Shape {
    name: "JobCompensation",
    about: "The pay of a job.",
    fields: &[Field {
        name: "compensationTiers",
        about: "",
        kind: Type::List { of: &Type::Record(&shapes::COMPENSATION_TIER), min: 0, max: usize::MAX },
        required: false,
        nullable: false,
    }],
};

pub(super) static JOB_INTERVIEW_ACTIVITY: Shape = Shape {
    name: "JobInterviewActivity",
    about: "Something to be done in a stage: a set of interviews.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "interviews",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::INTERVIEW_SUMMARY), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static JOB_INTERVIEW_PLAN: Shape = Shape {
    name: "JobInterviewPlan",
    about: "The interview plan of a job, stage by stage.",
    fields: &[
        Field { name: "jobId", about: "", kind: Type::Id("JobId"), required: true, nullable: false },
        Field {
            name: "interviewPlanId",
            about: "",
            kind: Type::Id("InterviewPlanId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "stages",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::JOB_INTERVIEW_STAGE), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static JOB_INTERVIEW_STAGE: Shape = Shape {
    name: "JobInterviewStage",
    about: "A stage of a job's interview plan with its activities.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("InterviewStageId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "type", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "orderInInterviewPlan",
            about: "",
            kind: Type::Integer,
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewStageGroupId",
            about: "",
            kind: Type::Id("InterviewStageGroupId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "activities",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::JOB_INTERVIEW_ACTIVITY), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static JOB_POSTING: Shape = Shape {
    name: "JobPosting",
    about: "A job posting with its description, forms and pay.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("JobPostingId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "status",
            about: "",
            kind: Type::Enumeration(&enumerations::JOB_POSTING_STATUS),
            required: false,
            nullable: false,
        },
        Field { name: "descriptionPlain", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "descriptionHtml", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "descriptionSocial", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "descriptionParts",
            about: "",
            kind: Type::Record(&shapes::DESCRIPTION_PARTS),
            required: true,
            nullable: false,
        },
        Field { name: "departmentName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "teamName", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "teamNameHierarchy",
            about: "",
            kind: Type::List { of: &Type::String, min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field { name: "jobId", about: "", kind: Type::Id("JobId"), required: true, nullable: false },
        Field {
            name: "job",
            about: "",
            kind: Type::Record(&shapes::JOB_SUMMARY),
            required: false,
            nullable: false,
        },
        Field { name: "locationName", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "locationExternalName",
            about: "",
            kind: Type::String,
            required: false,
            nullable: true,
        },
        Field {
            name: "locationIds",
            about: "",
            kind: Type::Record(&shapes::POSTING_LOCATION_IDS),
            required: true,
            nullable: false,
        },
        Field {
            name: "linkedData",
            about: "",
            kind: Type::Record(&shapes::LINKED_DATA),
            required: true,
            nullable: false,
        },
        Field { name: "publishedDate", about: "", kind: Type::Date, required: true, nullable: true },
        Field {
            name: "applicationDeadline",
            about: "",
            kind: Type::Instant,
            required: false,
            nullable: false,
        },
        Field {
            name: "address",
            about: "",
            kind: Type::Record(&shapes::ADDRESS),
            required: false,
            nullable: false,
        },
        Field { name: "isRemote", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field {
            name: "workplaceType",
            about: "",
            kind: Type::Enumeration(&enumerations::WORKPLACE_TYPE),
            required: false,
            nullable: false,
        },
        Field {
            name: "employmentType",
            about: "",
            kind: Type::Enumeration(&enumerations::EMPLOYMENT_TYPE),
            required: true,
            nullable: false,
        },
        Field {
            name: "applicationFormDefinition",
            about: "",
            kind: Type::Record(&shapes::FORM_DEFINITION),
            required: true,
            nullable: false,
        },
        Field {
            name: "applicationFormDefinitionId",
            about: "",
            kind: Type::Uuid,
            required: false,
            nullable: true,
        },
        Field {
            name: "applicationConfirmationEmailTemplateId",
            about: "",
            kind: Type::Id("CommunicationTemplateId"),
            required: false,
            nullable: true,
        },
        Field {
            name: "surveyFormDefinitions",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::SURVEY_FORM_DEFINITION), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field { name: "isListed", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "suppressDescriptionOpening",
            about: "",
            kind: Type::Boolean,
            required: false,
            nullable: false,
        },
        Field {
            name: "suppressDescriptionClosing",
            about: "",
            kind: Type::Boolean,
            required: false,
            nullable: false,
        },
        Field { name: "externalLink", about: "", kind: Type::Url, required: false, nullable: true },
        Field { name: "applyLink", about: "", kind: Type::Url, required: true, nullable: false },
        Field {
            name: "compensation",
            about: "",
            kind: Type::Record(&shapes::JOB_POSTING_COMPENSATION),
            required: true,
            nullable: false,
        },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field {
            name: "applicationLimitCalloutHtml",
            about: "",
            kind: Type::String,
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static JOB_POSTING_COMPENSATION: Shape = Shape {
    name: "JobPostingCompensation",
    about: "The pay of a posting, and whether the job board shows it.",
    fields: &[
        Field {
            name: "compensationTierSummary",
            about: "",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field {
            name: "summaryComponents",
            about: "",
            kind: Type::List {
                of: &Type::Record(&shapes::COMPENSATION_COMPONENT_SUMMARY),
                min: 0,
                max: usize::MAX,
            },
            required: false,
            nullable: false,
        },
        Field {
            name: "compensationTiers",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::COMPENSATION_TIER), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "shouldDisplayCompensationOnJobBoard",
            about: "",
            kind: Type::Boolean,
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static JOB_POSTING_SUMMARY: Shape = Shape {
    name: "JobPostingSummary",
    about: "A job posting as lists show it, without description and forms.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("JobPostingId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "status",
            about: "",
            kind: Type::Enumeration(&enumerations::JOB_POSTING_STATUS),
            required: false,
            nullable: false,
        },
        Field { name: "jobId", about: "", kind: Type::Id("JobId"), required: true, nullable: false },
        Field { name: "departmentName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "teamName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "locationName", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "locationExternalName",
            about: "",
            kind: Type::String,
            required: false,
            nullable: true,
        },
        Field {
            name: "locationIds",
            about: "",
            kind: Type::Record(&shapes::POSTING_LOCATION_IDS),
            required: true,
            nullable: false,
        },
        Field {
            name: "workplaceType",
            about: "",
            kind: Type::Enumeration(&enumerations::WORKPLACE_TYPE),
            required: false,
            nullable: false,
        },
        Field {
            name: "employmentType",
            about: "",
            kind: Type::Enumeration(&enumerations::EMPLOYMENT_TYPE),
            required: true,
            nullable: false,
        },
        Field { name: "isListed", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "publishedDate", about: "", kind: Type::Date, required: true, nullable: true },
        Field {
            name: "applicationDeadline",
            about: "",
            kind: Type::Instant,
            required: false,
            nullable: false,
        },
        Field { name: "externalLink", about: "", kind: Type::Url, required: false, nullable: true },
        Field { name: "applyLink", about: "", kind: Type::Url, required: true, nullable: false },
        Field {
            name: "compensationTierSummary",
            about: "",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field {
            name: "shouldDisplayCompensationOnJobBoard",
            about: "",
            kind: Type::Boolean,
            required: true,
            nullable: false,
        },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: true, nullable: false },
    ],
};

pub(super) static JOB_SUMMARY: Shape = Shape {
    name: "JobSummary",
    about: "A job; which fields are present depends on where it is shown.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("JobId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "locationId",
            about: "",
            kind: Type::Id("LocationId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "departmentId",
            about: "",
            kind: Type::Id("DepartmentId"),
            required: false,
            nullable: false,
        },
        Field { name: "confidential", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field {
            name: "status",
            about: "",
            kind: Type::Enumeration(&enumerations::JOB_STATUS),
            required: false,
            nullable: false,
        },
        Field {
            name: "employmentType",
            about: "",
            kind: Type::Enumeration(&enumerations::EMPLOYMENT_TYPE),
            required: false,
            nullable: false,
        },
        Field {
            name: "defaultInterviewPlanId",
            about: "",
            kind: Type::Id("InterviewPlanId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "interviewPlanIds",
            about: "",
            kind: Type::List { of: &Type::Id("InterviewPlanId"), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "jobPostingIds",
            about: "",
            kind: Type::List { of: &Type::Id("JobPostingId"), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "customRequisitionId",
            about: "",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field { name: "brandId", about: "", kind: Type::Id("BrandId"), required: false, nullable: false },
        Field {
            name: "hiringTeam",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::HIRING_TEAM_MEMBER), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "author",
            about: "",
            kind: Type::Record(&shapes::NOTE_AUTHOR),
            required: false,
            nullable: false,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "openedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "closedAt", about: "", kind: Type::Instant, required: false, nullable: false },
    ],
};

pub(super) static JOB_TEMPLATE: Shape = Shape {
    name: "JobTemplate",
    about: "A template for jobs.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("JobTemplateId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "status",
            about: "",
            kind: Type::Enumeration(&enumerations::JOB_TEMPLATE_STATUS),
            required: true,
            nullable: false,
        },
        Field {
            name: "locationId",
            about: "",
            kind: Type::Id("LocationId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "departmentId",
            about: "",
            kind: Type::Id("DepartmentId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "defaultInterviewPlanId",
            about: "",
            kind: Type::Id("InterviewPlanId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "interviewPlanIds",
            about: "",
            kind: Type::List { of: &Type::Id("InterviewPlanId"), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "location",
            about: "",
            kind: Type::Record(&shapes::LOCATION),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static LINKED_DATA: Shape = Shape {
    name: "LinkedData",
    about: "The posting as schema.org JobPosting, for search engines.",
    fields: &[
        Field { name: "@context", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "@type", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "description", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "identifier",
            about: "",
            kind: Type::Record(&shapes::LINKED_DATA_IDENTIFIER),
            required: false,
            nullable: false,
        },
        Field { name: "datePosted", about: "", kind: Type::Date, required: false, nullable: false },
        Field {
            name: "hiringOrganization",
            about: "",
            kind: Type::Record(&shapes::LINKED_DATA_HIRING_ORGANIZATION),
            required: false,
            nullable: false,
        },
        Field {
            name: "jobLocation",
            about: "",
            kind: Type::Record(&shapes::LINKED_DATA_JOB_LOCATION),
            required: false,
            nullable: false,
        },
        Field {
            name: "employmentType",
            about: "",
            kind: Type::Enumeration(&enumerations::LINKED_DATA_EMPLOYMENT_TYPE),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static LINKED_DATA_HIRING_ORGANIZATION: Shape = Shape {
    name: "LinkedDataHiringOrganization",
    about: "Who hires, as schema.org Organization.",
    fields: &[
        Field { name: "@type", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "name", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "sameAs", about: "", kind: Type::String, required: false, nullable: false },
    ],
};

pub(super) static LINKED_DATA_IDENTIFIER: Shape = Shape {
    name: "LinkedDataIdentifier",
    about: "The posting's identifier, as schema.org PropertyValue.",
    fields: &[
        Field { name: "@type", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "name", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "value", about: "", kind: Type::String, required: false, nullable: false },
    ],
};

pub(super) static LINKED_DATA_JOB_LOCATION: Shape = Shape {
    name: "LinkedDataJobLocation",
    about: "Where the job is, as schema.org Place.",
    fields: &[
        Field { name: "@type", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "address",
            about: "",
            kind: Type::Record(&shapes::ADDRESS),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static LOCATION: Shape = Shape {
    name: "Location",
    about: "A location, or a region that groups locations.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("LocationId"), required: true, nullable: false },
        Field { name: "name", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "externalName", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "address",
            about: "",
            kind: Type::Record(&shapes::ADDRESS),
            required: false,
            nullable: false,
        },
        Field { name: "isRemote", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field {
            name: "workplaceType",
            about: "",
            kind: Type::Enumeration(&enumerations::WORKPLACE_TYPE),
            required: false,
            nullable: false,
        },
        Field {
            name: "parentLocationId",
            about: "",
            kind: Type::Id("LocationId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "type",
            about: "",
            kind: Type::Enumeration(&enumerations::LOCATION_TYPE),
            required: false,
            nullable: false,
        },
        Field { name: "extraData", about: "", kind: Type::Object, required: false, nullable: false },
    ],
};

pub(super) static LOCATION_COMPONENT: Shape = Shape {
    name: "LocationComponent",
    about: "A country, region or city.",
    fields: &[
        Field {
            name: "type",
            about: "",
            kind: Type::Enumeration(&enumerations::LOCATION_COMPONENT_TYPE),
            required: true,
            nullable: false,
        },
        Field { name: "name", about: "", kind: Type::String, required: true, nullable: false },
    ],
};

pub(super) static NOTE_AUTHOR: Shape = Shape {
    name: "NoteAuthor",
    about: "The user who wrote or made something.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("UserId"), required: true, nullable: false },
        Field { name: "firstName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "lastName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "email", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "globalRole",
            about: "",
            kind: Type::Enumeration(&enumerations::GLOBAL_ROLE),
            required: false,
            nullable: false,
        },
        Field { name: "isEnabled", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "managerId", about: "", kind: Type::Id("UserId"), required: false, nullable: false },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static NOTE_CONTENT: Shape = Shape {
    name: "NoteContent",
    about: "A note in a certain format",
    fields: &[
        Field {
            name: "type",
            about: "Its format; of HTML only b, i, u, a, ul, ol, li, code and pre are kept",
            kind: Type::Enumeration(&enumerations::NOTE_CONTENT_TYPE),
            required: true,
            nullable: false,
        },
        Field { name: "value", about: "Its text", kind: Type::String, required: true, nullable: false },
    ],
};

pub(super) static NOTETAKER_TRANSCRIPT: Shape = Shape {
    name: "NotetakerTranscript",
    about: "A transcript's participants and the address of its JSON text, which works for 5 minutes.",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("NotetakerTranscriptId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewEventId",
            about: "",
            kind: Type::Id("InterviewEventId"),
            required: true,
            nullable: true,
        },
        Field {
            name: "interviewScheduleId",
            about: "",
            kind: Type::Id("InterviewScheduleId"),
            required: true,
            nullable: true,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field {
            name: "participants",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::TRANSCRIPT_PARTICIPANT), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field { name: "transcriptUrl", about: "", kind: Type::Url, required: true, nullable: false },
    ],
};

pub(super) static OFFER: Shape = Shape {
    name: "Offer",
    about: "An offer to a candidate; lists give only its latest version.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("OfferId"), required: true, nullable: false },
        Field { name: "decidedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "applicationId",
            about: "",
            kind: Type::Id("ApplicationId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "acceptanceStatus",
            about: "",
            kind: Type::Enumeration(&enumerations::ACCEPTANCE_STATUS),
            required: true,
            nullable: false,
        },
        Field {
            name: "offerStatus",
            about: "",
            kind: Type::Enumeration(&enumerations::OFFER_STATUS),
            required: false,
            nullable: false,
        },
        Field {
            name: "latestVersion",
            about: "",
            kind: Type::Record(&shapes::OFFER_VERSION),
            required: false,
            nullable: false,
        },
        Field {
            name: "versions",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::OFFER_VERSION), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "formDefinition",
            about: "",
            kind: Type::Record(&shapes::FORM_DEFINITION),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static OFFER_PROCESS: Shape = Shape {
    name: "OfferProcess",
    about: "An offer process and how far it has come.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("OfferProcessId"), required: true, nullable: false },
        Field {
            name: "applicationId",
            about: "",
            kind: Type::Id("ApplicationId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "status",
            about: "",
            kind: Type::Enumeration(&enumerations::OFFER_PROCESS_STATUS),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static OFFER_SALARY: Shape = Shape {
    name: "OfferSalary",
    about: "A salary: an amount and its ISO 4217 currency.",
    fields: &[
        Field { name: "currencyCode", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "value", about: "", kind: Type::Number, required: false, nullable: false },
    ],
};

pub(super) static OFFER_START: Shape = Shape {
    name: "OfferStart",
    about: "A started offer version: the form to fill in, and its id.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("OfferFormId"), required: false, nullable: false },
        Field {
            name: "formDefinition",
            about: "",
            kind: Type::Record(&shapes::FORM_DEFINITION),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static OFFER_VERSION: Shape = Shape {
    name: "OfferVersion",
    about: "One version of an offer: its terms, files, author and approval.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("OfferVersionId"), required: true, nullable: false },
        Field { name: "startDate", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "salary",
            about: "",
            kind: Type::Record(&shapes::OFFER_SALARY),
            required: false,
            nullable: false,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "openingId", about: "", kind: Type::Id("OpeningId"), required: false, nullable: false },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "fileHandles",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::FILE_HANDLE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field {
            name: "author",
            about: "",
            kind: Type::Record(&shapes::USER_SUMMARY),
            required: false,
            nullable: false,
        },
        Field {
            name: "approvalStatus",
            about: "",
            kind: Type::Enumeration(&enumerations::APPROVAL_STATUS),
            required: false,
            nullable: true,
        },
    ],
};

pub(super) static OPENING: Shape = Shape {
    name: "Opening",
    about: "An opening: a position to fill.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("OpeningId"), required: true, nullable: false },
        Field { name: "openedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "closedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "archivedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "closeReasonId",
            about: "",
            kind: Type::Id("CloseReasonId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "openingState",
            about: "",
            kind: Type::Enumeration(&enumerations::OPENING_STATE),
            required: true,
            nullable: false,
        },
        Field {
            name: "latestVersion",
            about: "",
            kind: Type::Record(&shapes::OPENING_VERSION),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static OPENING_VERSION: Shape = Shape {
    name: "OpeningVersion",
    about: "What an opening says at present.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("OpeningVersionId"), required: true, nullable: false },
        Field { name: "identifier", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "description", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "authorId", about: "", kind: Type::Id("UserId"), required: true, nullable: false },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "teamId", about: "", kind: Type::Id("DepartmentId"), required: false, nullable: false },
        Field {
            name: "jobIds",
            about: "",
            kind: Type::List { of: &Type::Id("JobId"), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field { name: "targetHireDate", about: "", kind: Type::Date, required: false, nullable: false },
        Field { name: "targetStartDate", about: "", kind: Type::Date, required: false, nullable: false },
        Field { name: "isBackfill", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "employmentType",
            about: "",
            kind: Type::Enumeration(&enumerations::EMPLOYMENT_TYPE),
            required: true,
            nullable: false,
        },
        Field {
            name: "locationIds",
            about: "",
            kind: Type::List { of: &Type::Id("LocationId"), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "hiringTeam",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::HIRING_TEAM_MEMBER), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static PHONE_NUMBER: Shape = Shape {
    name: "PhoneNumber",
    about: "A phone number of a candidate.",
    fields: &[
        Field { name: "value", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "type",
            about: "",
            kind: Type::Enumeration(&enumerations::CONTACT_TYPE),
            required: true,
            nullable: false,
        },
        Field { name: "isPrimary", about: "", kind: Type::Boolean, required: true, nullable: false },
    ],
};

pub(super) static POSTAL_ADDRESS: Shape = Shape {
    name: "PostalAddress",
    about: "The parts of a postal address.",
    fields: &[
        Field { name: "addressCountry", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "addressRegion", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "addressLocality", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "postalCode", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "streetAddress", about: "", kind: Type::String, required: false, nullable: false },
    ],
};

pub(super) static POSTAL_ADDRESS_INPUT: Shape = Shape {
    name: "PostalAddressInput",
    about: "The parts of an address to set.",
    fields: &[
        Field {
            name: "addressCountry",
            about: "Country, by name or two-letter code",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field {
            name: "addressRegion",
            about: "State or province",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field {
            name: "addressLocality",
            about: "City or town",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field {
            name: "postalCode",
            about: "Postal code",
            kind: Type::String,
            required: false,
            nullable: false,
        },
        Field {
            name: "streetAddress",
            about: "Street and number",
            kind: Type::String,
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static POSTING_DESCRIPTION: Shape = Shape {
    name: "PostingDescription",
    about: "The body of a posting's description.",
    fields: &[
        Field {
            name: "type",
            about: "Format of the content",
            kind: Type::Enumeration(&enumerations::POSTING_DESCRIPTION_TYPE),
            required: true,
            nullable: false,
        },
        Field {
            name: "content",
            about: "HTML with h1 to h6, b, i, u, a, ul, ol, li, code and pre; other tags are dropped",
            kind: Type::String,
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static POSTING_LOCATION_IDS: Shape = Shape {
    name: "PostingLocationIds",
    about: "The locations of a posting.",
    fields: &[
        Field {
            name: "primaryLocationId",
            about: "",
            kind: Type::Id("LocationId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "secondaryLocationIds",
            about: "",
            kind: Type::List { of: &Type::Id("LocationId"), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static PROJECT: Shape = Shape {
    name: "Project",
    about: "A project: a collection of candidates.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("ProjectId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "description", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field { name: "confidential", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field { name: "authorId", about: "", kind: Type::Id("UserId"), required: false, nullable: false },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "customFieldEntries",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::PROJECT_CUSTOM_FIELD), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static PROJECT_CUSTOM_FIELD: Shape = Shape {
    name: "ProjectCustomField",
    about: "A custom field of a project with its value.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("CustomFieldId"), required: true, nullable: false },
        Field { name: "isPrivate", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "valueLabel",
            about: "",
            kind: Type::Either(&[Type::String, Type::List { of: &Type::String, min: 0, max: usize::MAX }]),
            required: false,
            nullable: false,
        },
        Field { name: "value", about: "", kind: Type::Json, required: true, nullable: false },
    ],
};

pub(super) static QUALIFIED_MEMBER: Shape = Shape {
    name: "QualifiedMember",
    about: "A user who is qualified to interview in the pool.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("UserId"), required: true, nullable: false },
        Field { name: "firstName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "lastName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "email", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "globalRole",
            about: "",
            kind: Type::Enumeration(&enumerations::GLOBAL_ROLE),
            required: true,
            nullable: false,
        },
        Field { name: "isEnabled", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "managerId", about: "", kind: Type::Id("UserId"), required: false, nullable: false },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field { name: "isPaused", about: "", kind: Type::Boolean, required: true, nullable: false },
    ],
};

pub(super) static REFERRAL_FORM: Shape = Shape {
    name: "ReferralForm",
    about: "A referral form with the definition of its fields.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("ReferralFormId"), required: true, nullable: false },
        Field { name: "organizationId", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "isDefaultForm", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "formDefinition",
            about: "",
            kind: Type::Record(&shapes::FORM_DEFINITION),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static REPORT: Shape = Shape {
    name: "Report",
    about: "A run of a report: its status, and its rows once it is complete.",
    fields: &[
        Field { name: "requestId", about: "", kind: Type::String, required: true, nullable: false },
        Field {
            name: "status",
            about: "",
            kind: Type::Enumeration(&enumerations::REPORT_STATUS),
            required: true,
            nullable: false,
        },
        Field {
            name: "reportData",
            about: "",
            kind: Type::Record(&shapes::REPORT_DATA),
            required: true,
            nullable: true,
        },
        Field { name: "failureReason", about: "", kind: Type::String, required: false, nullable: true },
    ],
};

pub(super) static REPORT_DATA: Shape = Shape {
    name: "ReportData",
    about: "The rows of a report; cells are strings or numbers.",
    fields: &[
        Field {
            name: "data",
            about: "",
            kind: Type::List {
                of: &Type::List { of: &Type::Json, min: 0, max: usize::MAX },
                min: 0,
                max: usize::MAX,
            },
            required: true,
            nullable: false,
        },
        Field {
            name: "columnNames",
            about: "",
            kind: Type::List { of: &Type::String, min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
        Field {
            name: "metadata",
            about: "",
            kind: Type::Record(&shapes::REPORT_METADATA),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static REPORT_METADATA: Shape = Shape {
    name: "ReportMetadata",
    about: "Title and age of a report's rows, which Ashby keeps for an hour (15 minutes after a failure).",
    fields: &[
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "reportGeneratedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "cacheExpiresAt", about: "", kind: Type::Instant, required: false, nullable: false },
    ],
};

pub(super) static RICH_TEXT: Shape = Shape {
    name: "RichText",
    about: "A text as HTML and as plain text.",
    fields: &[
        Field { name: "html", about: "", kind: Type::String, required: true, nullable: true },
        Field { name: "plain", about: "", kind: Type::String, required: true, nullable: true },
    ],
};

pub(super) static SELECTABLE_VALUE: Shape = Shape {
    name: "SelectableValue",
    about: "A value that can be chosen for a field.",
    fields: &[
        Field { name: "label", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "value", about: "", kind: Type::Json, required: false, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: false, nullable: false },
    ],
};

pub(super) static SELECTABLE_VALUE_INPUT: Shape = Shape {
    name: "SelectableValueInput",
    about: "An option of a select field",
    fields: &[
        Field {
            name: "label",
            about: "What people see",
            kind: Type::String,
            required: true,
            nullable: false,
        },
        Field {
            name: "value",
            about: "What is stored, by which options are told apart",
            kind: Type::String,
            required: true,
            nullable: false,
        },
        Field {
            name: "isArchived",
            about: "Whether it can no longer be chosen; only for updateSelectableValues; defaults to false",
            kind: Type::Boolean,
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static SEQUENCE: Shape = Shape {
    name: "Sequence",
    about: "A candidate's enrolment in a sourcing sequence.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("SequenceId"), required: true, nullable: false },
        Field { name: "status", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "candidateId",
            about: "",
            kind: Type::Id("CandidateId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "applicationId",
            about: "",
            kind: Type::Id("ApplicationId"),
            required: false,
            nullable: true,
        },
        Field {
            name: "sequenceTemplateId",
            about: "",
            kind: Type::Id("SequenceTemplateId"),
            required: false,
            nullable: true,
        },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "stages",
            about: "",
            kind: Type::List { of: &Type::Object, min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static SEQUENCE_SENDER: Shape = Shape {
    name: "SequenceSender",
    about: "Who sends the e-mails of a sequence.",
    fields: &[Field {
        name: "email",
        about: "An address of emailSender.list of type Primary, PersonalAlias or OrganizationAlias",
        kind: Type::Email,
        required: true,
        nullable: false,
    }],
};

pub(super) static SEQUENCE_STAGE_BODY: Shape = Shape {
    name: "SequenceStageBody",
    about: "The text of an e-mail.",
    fields: &[
        Field {
            name: "type",
            about: "Format of the text",
            kind: Type::Enumeration(&enumerations::SEQUENCE_STAGE_BODY_TYPE),
            required: true,
            nullable: false,
        },
        Field {
            name: "value",
            about: "The text as HTML",
            kind: Type::String,
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static SEQUENCE_TEMPLATE: Shape = Shape {
    name: "SequenceTemplate",
    about: "A sourcing sequence for reuse: its title and stages, without their texts.",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("SequenceTemplateId"),
            required: true,
            nullable: false,
        },
        Field { name: "title", about: "", kind: Type::String, required: false, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: false, nullable: false },
        Field {
            name: "unsubscribeLinkActive",
            about: "",
            kind: Type::Boolean,
            required: false,
            nullable: false,
        },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field {
            name: "stages",
            about: "",
            kind: Type::List { of: &Type::Object, min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static SOCIAL_LINK: Shape = Shape {
    name: "SocialLink",
    about: "A candidate's page on a social network.",
    fields: &[
        Field {
            name: "type",
            about: "",
            kind: Type::Enumeration(&enumerations::SOCIAL_LINK_TYPE),
            required: true,
            nullable: false,
        },
        Field { name: "url", about: "", kind: Type::String, required: true, nullable: false },
    ],
};

pub(super) static SOCIAL_LINK_INPUT: Shape = Shape {
    name: "SocialLinkInput",
    about: "A candidate's page on a social network, or website",
    fields: &[
        Field {
            name: "type",
            about: "Where it is",
            kind: Type::Enumeration(&enumerations::SOCIAL_LINK_TYPE),
            required: true,
            nullable: false,
        },
        Field { name: "url", about: "Its address", kind: Type::Url, required: true, nullable: false },
    ],
};

pub(super) static SOURCE: Shape = Shape {
    name: "Source",
    about: "Where candidates come from.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("SourceId"), required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "sourceType",
            about: "",
            kind: Type::Record(&shapes::SOURCE_TYPE),
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static SOURCE_TRACKING_LINK: Shape = Shape {
    name: "SourceTrackingLink",
    about: "A link whose code ties applications to a source.",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("SourceTrackingLinkId"),
            required: true,
            nullable: false,
        },
        Field { name: "code", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "enabled", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "sourceId", about: "", kind: Type::Id("SourceId"), required: true, nullable: false },
        Field { name: "link", about: "", kind: Type::Url, required: true, nullable: false },
    ],
};

pub(super) static SOURCE_TYPE: Shape = Shape {
    name: "SourceType",
    about: "A kind of source.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
    ],
};

pub(super) static SUBMITTED_FORM: Shape = Shape {
    name: "SubmittedForm",
    about: "A form that was filled in, with its answers.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field {
            name: "formDefinition",
            about: "",
            kind: Type::Record(&shapes::FORM_DEFINITION),
            required: true,
            nullable: false,
        },
        Field { name: "submittedValues", about: "", kind: Type::Object, required: true, nullable: false },
    ],
};

pub(super) static SUBMITTED_FORM_INSTANCE: Shape = Shape {
    name: "SubmittedFormInstance",
    about: "A submission of a form, with its answers.",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("SubmittedFormInstanceId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "formDefinition",
            about: "",
            kind: Type::Record(&shapes::FORM_DEFINITION),
            required: true,
            nullable: false,
        },
        Field { name: "submittedValues", about: "", kind: Type::Object, required: true, nullable: false },
    ],
};

pub(super) static SURVEY_FORM_DEFINITION: Shape = Shape {
    name: "SurveyFormDefinition",
    about: "A survey: what it asks and of which kind it is.",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("SurveyFormDefinitionId"),
            required: true,
            nullable: false,
        },
        Field { name: "organizationId", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "title", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "isDefaultForm", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "formDefinition",
            about: "",
            kind: Type::Record(&shapes::FORM_DEFINITION),
            required: true,
            nullable: false,
        },
        Field {
            name: "surveyType",
            about: "",
            kind: Type::Enumeration(&enumerations::SURVEY_TYPE),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static SURVEY_REQUEST: Shape = Shape {
    name: "SurveyRequest",
    about: "A survey that a candidate was asked to take, and its link.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("SurveyRequestId"), required: true, nullable: false },
        Field {
            name: "candidateId",
            about: "",
            kind: Type::Id("CandidateId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "applicationId",
            about: "",
            kind: Type::Id("ApplicationId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "surveyFormDefinitionId",
            about: "",
            kind: Type::Id("SurveyFormDefinitionId"),
            required: true,
            nullable: false,
        },
        Field { name: "surveyUrl", about: "", kind: Type::Url, required: true, nullable: false },
    ],
};

pub(super) static SURVEY_SUBMISSION: Shape = Shape {
    name: "SurveySubmission",
    about: "The answers to a survey; its form id is null once the form is deleted.",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("SurveySubmissionId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "surveyFormDefinitionId",
            about: "",
            kind: Type::Id("SurveyFormDefinitionId"),
            required: false,
            nullable: true,
        },
        Field { name: "submittedAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field {
            name: "candidateId",
            about: "",
            kind: Type::Id("CandidateId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "applicationId",
            about: "",
            kind: Type::Id("ApplicationId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "surveyType",
            about: "",
            kind: Type::Enumeration(&enumerations::SURVEY_TYPE),
            required: true,
            nullable: false,
        },
        Field {
            name: "formDefinition",
            about: "",
            kind: Type::Record(&shapes::FORM_DEFINITION),
            required: false,
            nullable: false,
        },
        Field { name: "submittedValues", about: "", kind: Type::Object, required: false, nullable: false },
    ],
};

pub(super) static TAKE_HOME_ASSIGNMENT: Shape = Shape {
    name: "TakeHomeAssignment",
    about: "A task given to a candidate: its status, what was handed in, and who reviews it.",
    fields: &[
        Field {
            name: "id",
            about: "",
            kind: Type::Id("TakeHomeAssignmentId"),
            required: true,
            nullable: false,
        },
        Field { name: "status", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "candidateId",
            about: "",
            kind: Type::Id("CandidateId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "applicationId",
            about: "",
            kind: Type::Id("ApplicationId"),
            required: false,
            nullable: false,
        },
        Field {
            name: "interviewStageId",
            about: "",
            kind: Type::Id("InterviewStageId"),
            required: false,
            nullable: true,
        },
        Field {
            name: "interviewId",
            about: "",
            kind: Type::Id("InterviewId"),
            required: false,
            nullable: true,
        },
        Field {
            name: "interview",
            about: "",
            kind: Type::Record(&shapes::INTERVIEW_SUMMARY),
            required: false,
            nullable: true,
        },
        Field {
            name: "feedbackFormDefinitionId",
            about: "",
            kind: Type::Id("FeedbackFormDefinitionId"),
            required: false,
            nullable: true,
        },
        Field {
            name: "reviewers",
            about: "",
            kind: Type::List { of: &Type::Object, min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field { name: "submission", about: "", kind: Type::Object, required: false, nullable: true },
        Field { name: "createdAt", about: "", kind: Type::Instant, required: false, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: false, nullable: false },
    ],
};

pub(super) static TRAINEE: Shape = Shape {
    name: "Trainee",
    about: "A user in training for the pool.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("UserId"), required: true, nullable: false },
        Field { name: "firstName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "lastName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "email", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "globalRole",
            about: "",
            kind: Type::Enumeration(&enumerations::GLOBAL_ROLE),
            required: true,
            nullable: false,
        },
        Field { name: "isEnabled", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "managerId", about: "", kind: Type::Id("UserId"), required: false, nullable: false },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
        Field { name: "isPaused", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "currentProgress",
            about: "",
            kind: Type::Record(&shapes::TRAINEE_PROGRESS),
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static TRAINEE_PROGRESS: Shape = Shape {
    name: "TraineeProgress",
    about: "The training stage a trainee is in, and the interviews done in it.",
    fields: &[
        Field { name: "trainingPathId", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field {
            name: "trainingPathStageId",
            about: "",
            kind: Type::Id("TrainingStageId"),
            required: true,
            nullable: false,
        },
        Field {
            name: "interviewsCompleted",
            about: "",
            kind: Type::Integer,
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static TRAINING_PATH: Shape = Shape {
    name: "TrainingPath",
    about: "The training of a pool's interviewers, stage by stage.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field { name: "enabled", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "trainingStages",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::TRAINING_STAGE), min: 0, max: usize::MAX },
            required: true,
            nullable: false,
        },
    ],
};

pub(super) static TRAINING_STAGE: Shape = Shape {
    name: "TrainingStage",
    about: "A stage of training: the role, how many interviews, whose approval.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("TrainingStageId"), required: true, nullable: false },
        Field {
            name: "interviewerRole",
            about: "",
            kind: Type::Enumeration(&enumerations::INTERVIEWER_ROLE),
            required: true,
            nullable: false,
        },
        Field { name: "interviewsRequired", about: "", kind: Type::Integer, required: true, nullable: false },
        Field { name: "isArchived", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "approvalRequired", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field {
            name: "approvers",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::USER_SUMMARY), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static TRANSCRIPT_PARTICIPANT: Shape = Shape {
    name: "TranscriptParticipant",
    about: "An interviewer (id of a user) or the candidate (id of a candidate).",
    fields: &[
        Field { name: "id", about: "", kind: Type::Uuid, required: true, nullable: false },
        Field {
            name: "type",
            about: "",
            kind: Type::Enumeration(&enumerations::TRANSCRIPT_PARTICIPANT_TYPE),
            required: true,
            nullable: false,
        },
        Field { name: "name", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "email", about: "", kind: Type::String, required: true, nullable: true },
    ],
};

pub(super) static USER: Shape = Shape {
    name: "User",
    about: "A person who uses Ashby; custom fields only where the organization has that feature.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("UserId"), required: true, nullable: false },
        Field { name: "firstName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "lastName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "email", about: "", kind: Type::Email, required: false, nullable: false },
        Field {
            name: "globalRole",
            about: "",
            kind: Type::Enumeration(&enumerations::GLOBAL_ROLE),
            required: true,
            nullable: false,
        },
        Field { name: "isEnabled", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "managerId", about: "", kind: Type::Id("UserId"), required: false, nullable: false },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static USER_SUMMARY: Shape = Shape {
    name: "UserSummary",
    about: "A user of the organization.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("UserId"), required: true, nullable: false },
        Field { name: "firstName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "lastName", about: "", kind: Type::String, required: true, nullable: false },
        Field { name: "email", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "globalRole",
            about: "",
            kind: Type::Enumeration(&enumerations::GLOBAL_ROLE),
            required: true,
            nullable: false,
        },
        Field { name: "isEnabled", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "updatedAt", about: "", kind: Type::Instant, required: true, nullable: false },
        Field { name: "managerId", about: "", kind: Type::Id("UserId"), required: false, nullable: false },
        Field {
            name: "customFields",
            about: "",
            kind: Type::List { of: &Type::Record(&shapes::CUSTOM_FIELD_VALUE), min: 0, max: usize::MAX },
            required: false,
            nullable: false,
        },
    ],
};

pub(super) static UTM_DATA: Shape = Shape {
    name: "UtmData",
    about: "UTM parameters of the page that was applied from",
    fields: &[
        Field {
            name: "utm_source",
            about: "Which site sent the visitor",
            kind: Type::String,
            required: false,
            nullable: true,
        },
        Field {
            name: "utm_campaign",
            about: "Which campaign",
            kind: Type::String,
            required: false,
            nullable: true,
        },
        Field {
            name: "utm_medium",
            about: "By what kind of link",
            kind: Type::String,
            required: false,
            nullable: true,
        },
        Field {
            name: "utm_term",
            about: "Which search term",
            kind: Type::String,
            required: false,
            nullable: true,
        },
        Field {
            name: "utm_content",
            about: "Which of several links",
            kind: Type::String,
            required: false,
            nullable: true,
        },
    ],
};

pub(super) static WEBHOOK: Shape = Shape {
    name: "Webhook",
    about: "A webhook; only creating and changing it answer its secret.",
    fields: &[
        Field { name: "id", about: "", kind: Type::Id("WebhookId"), required: true, nullable: false },
        Field { name: "enabled", about: "", kind: Type::Boolean, required: true, nullable: false },
        Field { name: "requestUrl", about: "", kind: Type::Url, required: true, nullable: false },
        Field { name: "secretToken", about: "", kind: Type::String, required: false, nullable: false },
        Field {
            name: "webhookType",
            about: "",
            kind: Type::Enumeration(&enumerations::WEBHOOK_TYPE),
            required: true,
            nullable: false,
        },
    ],
};
