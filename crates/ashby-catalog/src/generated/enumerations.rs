//! Sets of words in the catalog. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::Enumeration;

pub(super) static ACCEPTANCE_STATUS: Enumeration = Enumeration {
    name: "AcceptanceStatus",
    values: &["Accepted", "Declined", "Pending", "Created", "Cancelled", "WaitingOnResponse"],
};

pub(super) static APPLICATION_DETAIL: Enumeration = Enumeration {
    name: "ApplicationDetail",
    values: &["openings", "applicationFormSubmissions", "referrals"],
};

pub(super) static APPLICATION_LIST_DETAIL: Enumeration =
    Enumeration { name: "ApplicationListDetail", values: &["openings"] };

pub(super) static APPLICATION_STATUS: Enumeration =
    Enumeration { name: "ApplicationStatus", values: &["Hired", "Archived", "Active", "Lead"] };

pub(super) static APPROVAL_DECISION: Enumeration =
    Enumeration { name: "ApprovalDecision", values: &["approve", "reject", "pending"] };

pub(super) static APPROVAL_DEFINITION_ENTITY: Enumeration =
    Enumeration { name: "ApprovalDefinitionEntity", values: &["offer"] };

pub(super) static APPROVAL_DEFINITION_OWNER: Enumeration =
    Enumeration { name: "ApprovalDefinitionOwner", values: &["Offer"] };

pub(super) static APPROVAL_ENTITY: Enumeration =
    Enumeration { name: "ApprovalEntity", values: &["offer", "job", "opening"] };

pub(super) static APPROVAL_STATUS: Enumeration =
    Enumeration { name: "ApprovalStatus", values: &["Approved", "WaitingOnApprovals", "Declined"] };

pub(super) static APPROVER_TYPE: Enumeration = Enumeration { name: "ApproverType", values: &["user"] };

pub(super) static ARCHIVE_REASON_TYPE: Enumeration =
    Enumeration { name: "ArchiveReasonType", values: &["RejectedByCandidate", "RejectedByOrg", "Other"] };

pub(super) static ASSESSMENT_VALUE_TYPE: Enumeration = Enumeration {
    name: "AssessmentValueType",
    values: &["numeric_score", "numeric_duration_minutes", "url", "string", "boolean_success"],
};

pub(super) static AUDIT_ACTOR_TYPE: Enumeration = Enumeration {
    name: "AuditActorType",
    values: &["User", "ApiUser", "Automation", "Support", "Candidate", "Operations", "System", "Other"],
};

pub(super) static COMMUNICATION_TEMPLATE_TYPE: Enumeration =
    Enumeration { name: "CommunicationTemplateType", values: &["email", "inMail", "linkedInConnection"] };

pub(super) static COMPENSATION_TYPE: Enumeration = Enumeration {
    name: "CompensationType",
    values: &["Salary", "EquityPercentage", "EquityCashValue", "Commission", "Bonus"],
};

pub(super) static CONTACT_TYPE: Enumeration =
    Enumeration { name: "ContactType", values: &["Personal", "Work", "Other"] };

pub(super) static CRITERIA_EVALUATION_STATUS: Enumeration =
    Enumeration { name: "CriteriaEvaluationStatus", values: &["Pending", "Completed", "Failed", "Skipped"] };

pub(super) static CRITERION_TYPE: Enumeration = Enumeration {
    name: "CriterionType",
    values: &["ResumePrompt", "DidAnswerApplicationFormQuestion", "SimilarityToAiGeneratedAnswer"],
};

pub(super) static CUSTOM_FIELD_OWNER: Enumeration = Enumeration {
    name: "CustomFieldOwner",
    values: &["Application", "Candidate", "Employee", "Job", "Offer", "Opening", "Talent_Project"],
};

pub(super) static CUSTOM_FIELD_TARGET: Enumeration =
    Enumeration { name: "CustomFieldTarget", values: &["Application", "Candidate", "Job", "Opening"] };

pub(super) static CUSTOM_FIELD_TYPE: Enumeration = Enumeration {
    name: "CustomFieldType",
    values: &[
        "Boolean",
        "CompensationRange",
        "Currency",
        "Date",
        "LongText",
        "MultiValueSelect",
        "Number",
        "NumberRange",
        "String",
        "ValueSelect",
        "Url",
        "UUID",
    ],
};

pub(super) static EMPLOYMENT_TYPE: Enumeration = Enumeration {
    name: "EmploymentType",
    values: &["FullTime", "PartTime", "Intern", "Contract", "Temporary"],
};

pub(super) static FILE_UPLOAD_CONTEXT: Enumeration = Enumeration {
    name: "FileUploadContext",
    values: &["CandidateResume", "CandidateFiles", "ApplicationForm"],
};

pub(super) static FRAUD_STATUS: Enumeration = Enumeration {
    name: "FraudStatus",
    values: &["Fraudulent", "NotFraudulent", "Unsure", "Unreviewed", "PassedFraudCheck"],
};

pub(super) static GLOBAL_ROLE: Enumeration = Enumeration {
    name: "GlobalRole",
    values: &["Organization Admin", "Elevated Access", "Limited Access", "External Recruiter"],
};

pub(super) static HISTORY_ACTION: Enumeration =
    Enumeration { name: "HistoryAction", values: &["none", "delete", "set_entered_at"] };

pub(super) static INITIAL_STAGE: Enumeration =
    Enumeration { name: "InitialStage", values: &["FirstPreInterviewScreen"] };

pub(super) static INTERVIEW_BRIEFING_DETAIL: Enumeration = Enumeration {
    name: "InterviewBriefingDetail",
    values: &["feedbackFormDefinition", "application", "candidate", "job", "interview", "interviewers"],
};

pub(super) static INTERVIEW_EVENT_DETAIL: Enumeration =
    Enumeration { name: "InterviewEventDetail", values: &["interview"] };

pub(super) static INTERVIEW_SCHEDULE_STATUS: Enumeration = Enumeration {
    name: "InterviewScheduleStatus",
    values: &[
        "NeedsScheduling",
        "WaitingOnCandidateBooking",
        "WaitingOnCandidateAvailability",
        "CandidateAvailabilitySubmitted",
        "Scheduled",
        "WaitingOnFeedback",
        "Complete",
        "Cancelled",
        "OnHold",
        "Unknown",
    ],
};

pub(super) static INTERVIEWER_ROLE: Enumeration =
    Enumeration { name: "InterviewerRole", values: &["Shadow", "ReverseShadow"] };

pub(super) static JOB_DETAIL: Enumeration =
    Enumeration { name: "JobDetail", values: &["location", "openings"] };

pub(super) static JOB_POSTING_DETAIL: Enumeration =
    Enumeration { name: "JobPostingDetail", values: &["job"] };

pub(super) static JOB_POSTING_STATUS: Enumeration =
    Enumeration { name: "JobPostingStatus", values: &["Draft", "Published"] };

pub(super) static JOB_STATUS: Enumeration =
    Enumeration { name: "JobStatus", values: &["Draft", "Open", "Closed", "Archived"] };

pub(super) static JOB_TEMPLATE_DETAIL: Enumeration =
    Enumeration { name: "JobTemplateDetail", values: &["location"] };

pub(super) static JOB_TEMPLATE_STATUS: Enumeration =
    Enumeration { name: "JobTemplateStatus", values: &["Active", "Inactive"] };

pub(super) static LINKED_DATA_EMPLOYMENT_TYPE: Enumeration = Enumeration {
    name: "LinkedDataEmploymentType",
    values: &["FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN"],
};

pub(super) static LISTED_CUSTOM_FIELD_TYPE: Enumeration = Enumeration {
    name: "ListedCustomFieldType",
    values: &[
        "MultiValueSelect",
        "NumberRange",
        "String",
        "Date",
        "ValueSelect",
        "Number",
        "Currency",
        "Boolean",
        "LongText",
        "CompensationRange",
        "Url",
        "UUID",
        "Location",
    ],
};

pub(super) static LOCATION_COMPONENT_TYPE: Enumeration =
    Enumeration { name: "LocationComponentType", values: &["Country", "Region", "City"] };

pub(super) static LOCATION_TYPE: Enumeration =
    Enumeration { name: "LocationType", values: &["Location", "LocationHierarchy"] };

pub(super) static NEW_CUSTOM_FIELD_OWNER: Enumeration = Enumeration {
    name: "NewCustomFieldOwner",
    values: &[
        "Application",
        "Candidate",
        "Job",
        "Employee",
        "Talent_Project",
        "Opening_Version",
        "Offer_Version",
    ],
};

pub(super) static NOTE_CONTENT_TYPE: Enumeration =
    Enumeration { name: "NoteContentType", values: &["text/plain", "text/html"] };

pub(super) static OFFER_PROCESS_STATUS: Enumeration = Enumeration {
    name: "OfferProcessStatus",
    values: &[
        "WaitingOnOfferCreation",
        "WaitingOnApprovalStart",
        "WaitingOnOfferApproval",
        "WaitingOnCandidateResponse",
        "CandidateAccepted",
        "CandidateRejected",
        "OfferCancelled",
    ],
};

pub(super) static OFFER_STATUS: Enumeration = Enumeration {
    name: "OfferStatus",
    values: &[
        "WaitingOnApprovalStart",
        "WaitingOnOfferApproval",
        "WaitingOnApprovalDefinition",
        "WaitingOnCandidateResponse",
        "CandidateRejected",
        "CandidateAccepted",
        "OfferCancelled",
    ],
};

pub(super) static OPENING_STATE: Enumeration =
    Enumeration { name: "OpeningState", values: &["Approved", "Closed", "Draft", "Filled", "Open"] };

pub(super) static PAY_INTERVAL: Enumeration = Enumeration {
    name: "PayInterval",
    values: &[
        "NONE",
        "1 TIME",
        "1 HOUR",
        "1 DAY",
        "1 WEEK",
        "2 WEEK",
        "1 MONTH",
        "2 MONTH",
        "1 YEAR",
        "6 MONTH",
        "0.5 MONTH",
        "3 MONTH",
    ],
};

pub(super) static POSTING_DESCRIPTION_TYPE: Enumeration =
    Enumeration { name: "PostingDescriptionType", values: &["text/html"] };

pub(super) static RELATED_ENTITY_TYPE: Enumeration = Enumeration {
    name: "RelatedEntityType",
    values: &["application", "blocked_application_submission", "meeting_availability_request"],
};

pub(super) static REPORT_STATUS: Enumeration =
    Enumeration { name: "ReportStatus", values: &["complete", "failed", "in_progress"] };

pub(super) static SEQUENCE_STAGE_BODY_TYPE: Enumeration =
    Enumeration { name: "SequenceStageBodyType", values: &["text/html"] };

pub(super) static SETTABLE_FRAUD_STATUS: Enumeration =
    Enumeration { name: "SettableFraudStatus", values: &["Fraudulent", "NotFraudulent", "Unsure"] };

pub(super) static SETTABLE_OPENING_STATE: Enumeration =
    Enumeration { name: "SettableOpeningState", values: &["Draft", "Approved", "Open", "Closed"] };

pub(super) static SIGNATURE_EVENT_TYPE: Enumeration =
    Enumeration { name: "SignatureEventType", values: &["sent", "cancelled", "completed", "deleted"] };

pub(super) static SIGNATURE_SUBJECT: Enumeration =
    Enumeration { name: "SignatureSubject", values: &["application", "offer"] };

pub(super) static SOCIAL_LINK_TYPE: Enumeration = Enumeration {
    name: "SocialLinkType",
    values: &["LinkedIn", "GitHub", "Twitter", "Medium", "StackOverflow", "YouTube", "CodePen", "Website"],
};

pub(super) static STAGE_TYPE: Enumeration = Enumeration {
    name: "StageType",
    values: &["Lead", "PreInterviewScreen", "Active", "Offer", "Hired", "Archived"],
};

pub(super) static SURVEY_REQUEST_TYPE: Enumeration =
    Enumeration { name: "SurveyRequestType", values: &["CandidateExperience"] };

pub(super) static SURVEY_SUBMISSION_TYPE: Enumeration = Enumeration {
    name: "SurveySubmissionType",
    values: &["CandidateExperience", "HiringManagerExperience", "Questionnaire"],
};

pub(super) static SURVEY_TYPE: Enumeration = Enumeration {
    name: "SurveyType",
    values: &[
        "CandidateDataConsent",
        "CandidateExperience",
        "Diversity",
        "EEOC",
        "HiringManagerExperience",
        "Questionnaire",
    ],
};

pub(super) static TAKE_HOME_ASSIGNMENT_DETAIL: Enumeration =
    Enumeration { name: "TakeHomeAssignmentDetail", values: &["interview"] };

pub(super) static TRAINING_ROLE: Enumeration =
    Enumeration { name: "TrainingRole", values: &["Shadow", "Reverse-Shadow"] };

pub(super) static TRANSCRIPT_PARTICIPANT_TYPE: Enumeration =
    Enumeration { name: "TranscriptParticipantType", values: &["interviewer", "candidate"] };

pub(super) static WEBHOOK_TYPE: Enumeration = Enumeration {
    name: "WebhookType",
    values: &[
        "applicationSubmit",
        "applicationUpdate",
        "candidateHire",
        "candidateStageChange",
        "candidateDelete",
        "candidateMerge",
        "interviewPlanTransition",
        "interviewScheduleCreate",
        "interviewScheduleUpdate",
        "jobCreate",
        "jobUpdate",
        "jobPostingUpdate",
        "jobPostingPublish",
        "jobPostingUnpublish",
        "jobPostingDelete",
        "offerCreate",
        "offerUpdate",
        "offerDelete",
        "openingCreate",
        "pushToHRIS",
        "signatureRequestUpdate",
        "surveySubmit",
        "takeHomeAssignmentAssigned",
        "takeHomeAssignmentSubmitted",
        "takeHomeAssignmentCompleted",
        "takeHomeAssignmentCancelled",
    ],
};

pub(super) static WORKPLACE_TYPE: Enumeration =
    Enumeration { name: "WorkplaceType", values: &["OnSite", "Hybrid", "Remote"] };
