//! Sets of words. Written by `cargo xtask codegen` from catalog/*.toml.

crate::operations::words! {
/// One of the words that Ashby has for `AcceptanceStatus`.
AcceptanceStatus {
Accepted = "Accepted",
Declined = "Declined",
Pending = "Pending",
Created = "Created",
Cancelled = "Cancelled",
WaitingOnResponse = "WaitingOnResponse",
}
/// One of the words that Ashby has for `ApplicationDetail`.
ApplicationDetail {
Openings = "openings",
ApplicationFormSubmissions = "applicationFormSubmissions",
Referrals = "referrals",
}
/// One of the words that Ashby has for `ApplicationListDetail`.
ApplicationListDetail {
Openings = "openings",
}
/// One of the words that Ashby has for `ApplicationStatus`.
ApplicationStatus {
Hired = "Hired",
Archived = "Archived",
Active = "Active",
Lead = "Lead",
}
/// One of the words that Ashby has for `ApprovalDecision`.
ApprovalDecision {
Approve = "approve",
Reject = "reject",
Pending = "pending",
}
/// One of the words that Ashby has for `ApprovalDefinitionEntity`.
ApprovalDefinitionEntity {
Offer = "offer",
}
/// One of the words that Ashby has for `ApprovalDefinitionOwner`.
ApprovalDefinitionOwner {
Offer = "Offer",
}
/// One of the words that Ashby has for `ApprovalEntity`.
ApprovalEntity {
Offer = "offer",
Job = "job",
Opening = "opening",
}
/// One of the words that Ashby has for `ApprovalStatus`.
ApprovalStatus {
Approved = "Approved",
WaitingOnApprovals = "WaitingOnApprovals",
Declined = "Declined",
}
/// One of the words that Ashby has for `ApproverType`.
ApproverType {
User = "user",
}
/// One of the words that Ashby has for `ArchiveReasonType`.
ArchiveReasonType {
RejectedByCandidate = "RejectedByCandidate",
RejectedByOrg = "RejectedByOrg",
Other = "Other",
}
/// One of the words that Ashby has for `AssessmentValueType`.
AssessmentValueType {
NumericScore = "numeric_score",
NumericDurationMinutes = "numeric_duration_minutes",
Url = "url",
String = "string",
BooleanSuccess = "boolean_success",
}
/// One of the words that Ashby has for `AuditActorType`.
AuditActorType {
User = "User",
ApiUser = "ApiUser",
Automation = "Automation",
Support = "Support",
Candidate = "Candidate",
Operations = "Operations",
System = "System",
Other = "Other",
}
/// One of the words that Ashby has for `CommunicationTemplateType`.
CommunicationTemplateType {
Email = "email",
InMail = "inMail",
LinkedInConnection = "linkedInConnection",
}
/// One of the words that Ashby has for `CompensationType`.
CompensationType {
Salary = "Salary",
EquityPercentage = "EquityPercentage",
EquityCashValue = "EquityCashValue",
Commission = "Commission",
Bonus = "Bonus",
}
/// One of the words that Ashby has for `ContactType`.
ContactType {
Personal = "Personal",
Work = "Work",
Other = "Other",
}
/// One of the words that Ashby has for `CriteriaEvaluationStatus`.
CriteriaEvaluationStatus {
Pending = "Pending",
Completed = "Completed",
Failed = "Failed",
Skipped = "Skipped",
}
/// One of the words that Ashby has for `CriterionType`.
CriterionType {
ResumePrompt = "ResumePrompt",
DidAnswerApplicationFormQuestion = "DidAnswerApplicationFormQuestion",
SimilarityToAiGeneratedAnswer = "SimilarityToAiGeneratedAnswer",
}
/// One of the words that Ashby has for `CustomFieldOwner`.
CustomFieldOwner {
Application = "Application",
Candidate = "Candidate",
Employee = "Employee",
Job = "Job",
Offer = "Offer",
Opening = "Opening",
TalentProject = "Talent_Project",
}
/// One of the words that Ashby has for `CustomFieldTarget`.
CustomFieldTarget {
Application = "Application",
Candidate = "Candidate",
Job = "Job",
Opening = "Opening",
}
/// One of the words that Ashby has for `CustomFieldType`.
CustomFieldType {
Boolean = "Boolean",
CompensationRange = "CompensationRange",
Currency = "Currency",
Date = "Date",
LongText = "LongText",
MultiValueSelect = "MultiValueSelect",
Number = "Number",
NumberRange = "NumberRange",
String = "String",
ValueSelect = "ValueSelect",
Url = "Url",
Uuid = "UUID",
}
/// One of the words that Ashby has for `EmploymentType`.
EmploymentType {
FullTime = "FullTime",
PartTime = "PartTime",
Intern = "Intern",
Contract = "Contract",
Temporary = "Temporary",
}
/// One of the words that Ashby has for `FileUploadContext`.
FileUploadContext {
CandidateResume = "CandidateResume",
CandidateFiles = "CandidateFiles",
ApplicationForm = "ApplicationForm",
}
/// One of the words that Ashby has for `FraudStatus`.
FraudStatus {
Fraudulent = "Fraudulent",
NotFraudulent = "NotFraudulent",
Unsure = "Unsure",
Unreviewed = "Unreviewed",
PassedFraudCheck = "PassedFraudCheck",
}
/// One of the words that Ashby has for `GlobalRole`.
GlobalRole {
OrganizationAdmin = "Organization Admin",
ElevatedAccess = "Elevated Access",
LimitedAccess = "Limited Access",
ExternalRecruiter = "External Recruiter",
}
/// One of the words that Ashby has for `HistoryAction`.
HistoryAction {
None = "none",
Delete = "delete",
SetEnteredAt = "set_entered_at",
}
/// One of the words that Ashby has for `InitialStage`.
InitialStage {
FirstPreInterviewScreen = "FirstPreInterviewScreen",
}
/// One of the words that Ashby has for `InterviewBriefingDetail`.
InterviewBriefingDetail {
FeedbackFormDefinition = "feedbackFormDefinition",
Application = "application",
Candidate = "candidate",
Job = "job",
Interview = "interview",
Interviewers = "interviewers",
}
/// One of the words that Ashby has for `InterviewEventDetail`.
InterviewEventDetail {
Interview = "interview",
}
/// One of the words that Ashby has for `InterviewScheduleStatus`.
InterviewScheduleStatus {
NeedsScheduling = "NeedsScheduling",
WaitingOnCandidateBooking = "WaitingOnCandidateBooking",
WaitingOnCandidateAvailability = "WaitingOnCandidateAvailability",
CandidateAvailabilitySubmitted = "CandidateAvailabilitySubmitted",
Scheduled = "Scheduled",
WaitingOnFeedback = "WaitingOnFeedback",
Complete = "Complete",
Cancelled = "Cancelled",
OnHold = "OnHold",
Unknown = "Unknown",
}
/// One of the words that Ashby has for `InterviewerRole`.
InterviewerRole {
Shadow = "Shadow",
ReverseShadow = "ReverseShadow",
}
/// One of the words that Ashby has for `JobDetail`.
JobDetail {
Location = "location",
Openings = "openings",
}
/// One of the words that Ashby has for `JobPostingDetail`.
JobPostingDetail {
Job = "job",
}
/// One of the words that Ashby has for `JobPostingStatus`.
JobPostingStatus {
Draft = "Draft",
Published = "Published",
}
/// One of the words that Ashby has for `JobStatus`.
JobStatus {
Draft = "Draft",
Open = "Open",
Closed = "Closed",
Archived = "Archived",
}
/// One of the words that Ashby has for `JobTemplateDetail`.
JobTemplateDetail {
Location = "location",
}
/// One of the words that Ashby has for `JobTemplateStatus`.
JobTemplateStatus {
Active = "Active",
Inactive = "Inactive",
}
/// One of the words that Ashby has for `LinkedDataEmploymentType`.
LinkedDataEmploymentType {
FullTime = "FULL_TIME",
PartTime = "PART_TIME",
Contractor = "CONTRACTOR",
Temporary = "TEMPORARY",
Intern = "INTERN",
}
/// One of the words that Ashby has for `ListedCustomFieldType`.
ListedCustomFieldType {
MultiValueSelect = "MultiValueSelect",
NumberRange = "NumberRange",
String = "String",
Date = "Date",
ValueSelect = "ValueSelect",
Number = "Number",
Currency = "Currency",
Boolean = "Boolean",
LongText = "LongText",
CompensationRange = "CompensationRange",
Url = "Url",
Uuid = "UUID",
Location = "Location",
}
/// One of the words that Ashby has for `LocationComponentType`.
LocationComponentType {
Country = "Country",
Region = "Region",
City = "City",
}
/// One of the words that Ashby has for `LocationType`.
LocationType {
Location = "Location",
LocationHierarchy = "LocationHierarchy",
}
/// One of the words that Ashby has for `NewCustomFieldOwner`.
NewCustomFieldOwner {
Application = "Application",
Candidate = "Candidate",
Job = "Job",
Employee = "Employee",
TalentProject = "Talent_Project",
OpeningVersion = "Opening_Version",
OfferVersion = "Offer_Version",
}
/// One of the words that Ashby has for `NoteContentType`.
NoteContentType {
TextPlain = "text/plain",
TextHtml = "text/html",
}
/// One of the words that Ashby has for `OfferProcessStatus`.
OfferProcessStatus {
WaitingOnOfferCreation = "WaitingOnOfferCreation",
WaitingOnApprovalStart = "WaitingOnApprovalStart",
WaitingOnOfferApproval = "WaitingOnOfferApproval",
WaitingOnCandidateResponse = "WaitingOnCandidateResponse",
CandidateAccepted = "CandidateAccepted",
CandidateRejected = "CandidateRejected",
OfferCancelled = "OfferCancelled",
}
/// One of the words that Ashby has for `OfferStatus`.
OfferStatus {
WaitingOnApprovalStart = "WaitingOnApprovalStart",
WaitingOnOfferApproval = "WaitingOnOfferApproval",
WaitingOnApprovalDefinition = "WaitingOnApprovalDefinition",
WaitingOnCandidateResponse = "WaitingOnCandidateResponse",
CandidateRejected = "CandidateRejected",
CandidateAccepted = "CandidateAccepted",
OfferCancelled = "OfferCancelled",
}
/// One of the words that Ashby has for `OpeningState`.
OpeningState {
Approved = "Approved",
Closed = "Closed",
Draft = "Draft",
Filled = "Filled",
Open = "Open",
}
/// One of the words that Ashby has for `PayInterval`.
PayInterval {
None = "NONE",
OneTime = "1 TIME",
OneHour = "1 HOUR",
OneDay = "1 DAY",
OneWeek = "1 WEEK",
TwoWeek = "2 WEEK",
OneMonth = "1 MONTH",
TwoMonth = "2 MONTH",
OneYear = "1 YEAR",
SixMonth = "6 MONTH",
ZeroPointFiveMonth = "0.5 MONTH",
ThreeMonth = "3 MONTH",
}
/// One of the words that Ashby has for `PostingDescriptionType`.
PostingDescriptionType {
TextHtml = "text/html",
}
/// One of the words that Ashby has for `RelatedEntityType`.
RelatedEntityType {
Application = "application",
BlockedApplicationSubmission = "blocked_application_submission",
MeetingAvailabilityRequest = "meeting_availability_request",
}
/// One of the words that Ashby has for `ReportStatus`.
ReportStatus {
Complete = "complete",
Failed = "failed",
InProgress = "in_progress",
}
/// One of the words that Ashby has for `SequenceStageBodyType`.
SequenceStageBodyType {
TextHtml = "text/html",
}
/// One of the words that Ashby has for `SettableFraudStatus`.
SettableFraudStatus {
Fraudulent = "Fraudulent",
NotFraudulent = "NotFraudulent",
Unsure = "Unsure",
}
/// One of the words that Ashby has for `SettableOpeningState`.
SettableOpeningState {
Draft = "Draft",
Approved = "Approved",
Open = "Open",
Closed = "Closed",
}
/// One of the words that Ashby has for `SignatureEventType`.
SignatureEventType {
Sent = "sent",
Cancelled = "cancelled",
Completed = "completed",
Deleted = "deleted",
}
/// One of the words that Ashby has for `SignatureSubject`.
SignatureSubject {
Application = "application",
Offer = "offer",
}
/// One of the words that Ashby has for `SocialLinkType`.
SocialLinkType {
LinkedIn = "LinkedIn",
GitHub = "GitHub",
Twitter = "Twitter",
Medium = "Medium",
StackOverflow = "StackOverflow",
YouTube = "YouTube",
CodePen = "CodePen",
Website = "Website",
}
/// One of the words that Ashby has for `StageType`.
StageType {
Lead = "Lead",
PreInterviewScreen = "PreInterviewScreen",
Active = "Active",
Offer = "Offer",
Hired = "Hired",
Archived = "Archived",
}
/// One of the words that Ashby has for `SurveyRequestType`.
SurveyRequestType {
CandidateExperience = "CandidateExperience",
}
/// One of the words that Ashby has for `SurveySubmissionType`.
SurveySubmissionType {
CandidateExperience = "CandidateExperience",
HiringManagerExperience = "HiringManagerExperience",
Questionnaire = "Questionnaire",
}
/// One of the words that Ashby has for `SurveyType`.
SurveyType {
CandidateDataConsent = "CandidateDataConsent",
CandidateExperience = "CandidateExperience",
Diversity = "Diversity",
Eeoc = "EEOC",
HiringManagerExperience = "HiringManagerExperience",
Questionnaire = "Questionnaire",
}
/// One of the words that Ashby has for `TakeHomeAssignmentDetail`.
TakeHomeAssignmentDetail {
Interview = "interview",
}
/// One of the words that Ashby has for `TrainingRole`.
TrainingRole {
Shadow = "Shadow",
ReverseShadow = "Reverse-Shadow",
}
/// One of the words that Ashby has for `TranscriptParticipantType`.
TranscriptParticipantType {
Interviewer = "interviewer",
Candidate = "candidate",
}
/// One of the words that Ashby has for `WebhookType`.
WebhookType {
ApplicationSubmit = "applicationSubmit",
ApplicationUpdate = "applicationUpdate",
CandidateHire = "candidateHire",
CandidateStageChange = "candidateStageChange",
CandidateDelete = "candidateDelete",
CandidateMerge = "candidateMerge",
InterviewPlanTransition = "interviewPlanTransition",
InterviewScheduleCreate = "interviewScheduleCreate",
InterviewScheduleUpdate = "interviewScheduleUpdate",
JobCreate = "jobCreate",
JobUpdate = "jobUpdate",
JobPostingUpdate = "jobPostingUpdate",
JobPostingPublish = "jobPostingPublish",
JobPostingUnpublish = "jobPostingUnpublish",
JobPostingDelete = "jobPostingDelete",
OfferCreate = "offerCreate",
OfferUpdate = "offerUpdate",
OfferDelete = "offerDelete",
OpeningCreate = "openingCreate",
PushToHRIS = "pushToHRIS",
SignatureRequestUpdate = "signatureRequestUpdate",
SurveySubmit = "surveySubmit",
TakeHomeAssignmentAssigned = "takeHomeAssignmentAssigned",
TakeHomeAssignmentSubmitted = "takeHomeAssignmentSubmitted",
TakeHomeAssignmentCompleted = "takeHomeAssignmentCompleted",
TakeHomeAssignmentCancelled = "takeHomeAssignmentCancelled",
}
/// One of the words that Ashby has for `WorkplaceType`.
WorkplaceType {
OnSite = "OnSite",
Hybrid = "Hybrid",
Remote = "Remote",
}
}
