//! The kinds of records that an organisation consists of.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$note:meta])* $kind:ident = $name:literal),* $(,)?) => {
        /// A kind of record. In JSON and in text it has its name in lower camel case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind { $($(#[$note])* #[serde(rename = $name)] $kind),* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),*];

            /// The kind's name, such as `interviewSchedule`.
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$kind => $name),* }
            }
        }
    };
}

kinds! {
    /// A candidate on a job.
    Application = "application",
    /// A role that a person can have in an application's hiring team.
    ApplicationHiringTeamRole = "applicationHiringTeamRole",
    /// The approval of an offer.
    Approval = "approval",
    /// Why an application was archived.
    ArchiveReason = "archiveReason",
    /// An entry of the audit log.
    AuditEvent = "auditEvent",
    /// A brand that jobs are advertised under.
    Brand = "brand",
    /// A person who applies or is sourced.
    Candidate = "candidate",
    /// A label for candidates.
    CandidateTag = "candidateTag",
    /// From where a candidate sent something.
    ClientInfo = "clientInfo",
    /// Why an opening was closed.
    CloseReason = "closeReason",
    /// A template for messages.
    CommunicationTemplate = "communicationTemplate",
    /// An automatic judgement of an application.
    CriteriaEvaluation = "criteriaEvaluation",
    /// The definition of a custom field.
    CustomField = "customField",
    /// A department or team.
    Department = "department",
    /// A submitted feedback form.
    Feedback = "feedback",
    /// The definition of a feedback form.
    FeedbackForm = "feedbackForm",
    /// A fraud check of a candidate.
    FraudCheck = "fraudCheck",
    /// A role that a person can have in a hiring team.
    HiringTeamRole = "hiringTeamRole",
    /// The definition of an interview.
    Interview = "interview",
    /// The plan that a job's applications pass through.
    InterviewPlan = "interviewPlan",
    /// The interviews of an application in a stage, events included.
    InterviewSchedule = "interviewSchedule",
    /// A stage of an interview plan.
    InterviewStage = "interviewStage",
    /// A group of stages.
    InterviewStageGroup = "interviewStageGroup",
    /// A user's pause from interviewing.
    InterviewerPause = "interviewerPause",
    /// A pool of interviewers.
    InterviewerPool = "interviewerPool",
    /// A job.
    Job = "job",
    /// A job board.
    JobBoard = "jobBoard",
    /// A job's advertisement.
    JobPosting = "jobPosting",
    /// A template for jobs.
    JobTemplate = "jobTemplate",
    /// A location or a region of locations.
    Location = "location",
    /// A note on a candidate.
    Note = "note",
    /// An offer, all versions.
    Offer = "offer",
    /// A headcount opening.
    Opening = "opening",
    /// A talent project.
    Project = "project",
    /// The form for referrals.
    ReferralForm = "referralForm",
    /// A template for outreach sequences.
    SequenceTemplate = "sequenceTemplate",
    /// Where candidates come from.
    Source = "source",
    /// A link that tracks a source.
    SourceTrackingLink = "sourceTrackingLink",
    /// The definition of a survey.
    SurveyForm = "surveyForm",
    /// A survey sent to a candidate.
    SurveyRequest = "surveyRequest",
    /// A candidate's answer to a survey.
    SurveySubmission = "surveySubmission",
    /// A take-home assignment.
    TakeHome = "takeHome",
    /// A member of the organisation.
    User = "user",
    /// A version of the API.
    Version = "version",
    /// A webhook.
    Webhook = "webhook",
    // The rest came later. Identifiers follow from the order here, so it stands at the end.
    /// A candidate's enrolment in an outreach sequence.
    Sequence = "sequence",
}

impl Kind {
    /// The error code for a record of this kind that does not exist, or that the key may not see.
    pub(crate) const fn not_found(self) -> &'static str {
        match self {
            Kind::Application => "application_not_found",
            Kind::Approval => "approval_not_found",
            Kind::ArchiveReason => "archive_reason_not_found",
            Kind::Brand => "brand_not_found",
            Kind::Candidate => "candidate_not_found",
            Kind::CandidateTag => "candidate_tag_not_found",
            Kind::CloseReason => "close_reason_not_found",
            Kind::CommunicationTemplate => "communication_template_not_found",
            Kind::CustomField => "custom_field_not_found",
            Kind::Department => "department_not_found",
            Kind::FeedbackForm => "feedback_form_definition_not_found",
            Kind::Interview => "interview_not_found",
            Kind::InterviewPlan => "interview_plan_not_found",
            Kind::InterviewSchedule => "interview_schedule_not_found",
            Kind::InterviewStage => "interview_stage_not_found",
            Kind::InterviewerPause => "interviewer_pause_not_found",
            Kind::InterviewerPool => "interviewer_pool_not_found",
            Kind::Job => "job_not_found",
            Kind::JobPosting => "job_posting_not_found",
            Kind::JobTemplate => "job_template_not_found",
            Kind::Location => "location_not_found",
            Kind::Offer => "offer_not_found",
            Kind::Opening => "opening_not_found",
            Kind::Project => "project_not_found",
            Kind::Sequence => "sequence_not_found",
            Kind::SequenceTemplate => "sequence_template_not_found",
            Kind::Source => "source_not_found",
            Kind::SurveyForm => "survey_form_definition_not_found",
            Kind::User => "user_not_found",
            Kind::Webhook => "webhook_not_found",
            _ => "invalid_input",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
