//! The catalog's categories. Written by `cargo xtask codegen` from catalog/*.toml.

mod enumerations;
mod events;
mod operations;
mod shapes;

pub(crate) use events::EVENTS;

use super::Category;

/// All categories, by name.
pub static CATEGORIES: &[Category] = &[
    Category {
        name: "apiKey",
        about: "The API key itself: its name and what it is allowed.",
        operations: operations::API_KEY,
    },
    Category {
        name: "application",
        about: "Applications: candidates considered for jobs, their stages, sources and hiring teams.",
        operations: operations::APPLICATION,
    },
    Category {
        name: "applicationFeedback",
        about: "Feedback on applications: scorecards of interviews and other evaluations.",
        operations: operations::APPLICATION_FEEDBACK,
    },
    Category {
        name: "applicationFeedbackRequest",
        about: "Requests for feedback on applications without a scheduled interview.",
        operations: operations::APPLICATION_FEEDBACK_REQUEST,
    },
    Category {
        name: "applicationForm",
        about: "Application forms: applying for a job posting as a careers page does.",
        operations: operations::APPLICATION_FORM,
    },
    Category {
        name: "applicationHiringTeamRole",
        about: "Roles that users can have on an application's hiring team.",
        operations: operations::APPLICATION_HIRING_TEAM_ROLE,
    },
    Category {
        name: "approval",
        about: "Approvals of offers, jobs and openings: their steps, approvers and decisions.",
        operations: operations::APPROVAL,
    },
    Category {
        name: "approvalDefinition",
        about: "Who must approve what, for approvals that are managed through the API.",
        operations: operations::APPROVAL_DEFINITION,
    },
    Category {
        name: "archiveReason",
        about: "Reasons for which applications are archived.",
        operations: operations::ARCHIVE_REASON,
    },
    Category {
        name: "assessment",
        about: "Assessments that a partner's service runs on candidates, reported to Ashby by that partner.",
        operations: operations::ASSESSMENT,
    },
    Category {
        name: "auditLog",
        about: "The audit log: who did what to which object, and when.",
        operations: operations::AUDIT_LOG,
    },
    Category {
        name: "brand",
        about: "Brands under which an organisation recruits.",
        operations: operations::BRAND,
    },
    Category {
        name: "candidate",
        about: "Candidates: people, their notes, tags, projects, files and messages.",
        operations: operations::CANDIDATE,
    },
    Category {
        name: "candidateTag",
        about: "Tags that candidates can carry.",
        operations: operations::CANDIDATE_TAG,
    },
    Category {
        name: "closeReason",
        about: "Reasons for which jobs and openings are closed.",
        operations: operations::CLOSE_REASON,
    },
    Category {
        name: "communicationTemplate",
        about: "Templates of e-mails and other messages to candidates.",
        operations: operations::COMMUNICATION_TEMPLATE,
    },
    Category {
        name: "customField",
        about: "Custom fields of candidates, applications, jobs and others: their definitions and values.",
        operations: operations::CUSTOM_FIELD,
    },
    Category {
        name: "department",
        about: "Departments and teams, which form a tree.",
        operations: operations::DEPARTMENT,
    },
    Category {
        name: "emailSender",
        about: "E-mail senders: the addresses from which a user can write to candidates.",
        operations: operations::EMAIL_SENDER,
    },
    Category {
        name: "feedbackFormDefinition",
        about: "Forms in which feedback on applications is given.",
        operations: operations::FEEDBACK_FORM_DEFINITION,
    },
    Category {
        name: "file",
        about: "Files of candidates and offers: uploading them and finding where to download them.",
        operations: operations::FILE,
    },
    Category {
        name: "hiringTeam",
        about: "Hiring teams: who works on an application, a job or an opening, and in which role.",
        operations: operations::HIRING_TEAM,
    },
    Category {
        name: "hiringTeamRole",
        about: "Hiring team roles: what a member of a hiring team can be.",
        operations: operations::HIRING_TEAM_ROLE,
    },
    Category {
        name: "interview",
        about: "Interviews: the kinds of interview that can be scheduled, not the scheduled ones.",
        operations: operations::INTERVIEW,
    },
    Category {
        name: "interviewBriefing",
        about: "Interview briefings: what an interviewer should know before an interview.",
        operations: operations::INTERVIEW_BRIEFING,
    },
    Category {
        name: "interviewEvent",
        about: "Interview events: single interviews with a time, a place and interviewers.",
        operations: operations::INTERVIEW_EVENT,
    },
    Category {
        name: "interviewPlan",
        about: "Interview plans: the stages that the applications of a job go through.",
        operations: operations::INTERVIEW_PLAN,
    },
    Category {
        name: "interviewSchedule",
        about: "Interview schedules: the interviews arranged for an application in one stage.",
        operations: operations::INTERVIEW_SCHEDULE,
    },
    Category {
        name: "interviewStage",
        about: "Interview stages: the steps of an interview plan.",
        operations: operations::INTERVIEW_STAGE,
    },
    Category {
        name: "interviewStageGroup",
        about: "Interview stage groups: how the organization groups the stages of all plans.",
        operations: operations::INTERVIEW_STAGE_GROUP,
    },
    Category {
        name: "interviewerPool",
        about: "Interviewer pools: users who may interview, and those in training for it.",
        operations: operations::INTERVIEWER_POOL,
    },
    Category {
        name: "job",
        about: "Jobs: what an organization hires for, with location, department, interview plans and pay.",
        operations: operations::JOB,
    },
    Category {
        name: "jobBoard",
        about: "Job boards: where job postings are published.",
        operations: operations::JOB_BOARD,
    },
    Category {
        name: "jobInterviewPlan",
        about: "Job interview plans: the stages of a job and what is to be scheduled in them.",
        operations: operations::JOB_INTERVIEW_PLAN,
    },
    Category {
        name: "jobPosting",
        about: "Job postings: advertisements of jobs, with description, application form and pay.",
        operations: operations::JOB_POSTING,
    },
    Category {
        name: "jobTemplate",
        about: "Job templates: what new jobs can start from.",
        operations: operations::JOB_TEMPLATE,
    },
    Category {
        name: "location",
        about: "Locations: places of jobs and employees, and the regions that group them.",
        operations: operations::LOCATION,
    },
    Category {
        name: "notetakerTranscript",
        about: "Notetaker transcripts: what was said in recorded interviews.",
        operations: operations::NOTETAKER_TRANSCRIPT,
    },
    Category {
        name: "offer",
        about: "Offers: their versions, approvals, decisions and letters.",
        operations: operations::OFFER,
    },
    Category {
        name: "offerProcess",
        about: "Offer processes: the frame in which an application's offers are made.",
        operations: operations::OFFER_PROCESS,
    },
    Category {
        name: "opening",
        about: "Openings: the positions to fill, with their jobs, locations and states.",
        operations: operations::OPENING,
    },
    Category {
        name: "project",
        about: "Projects: groups of candidates, such as talent pools and events.",
        operations: operations::PROJECT,
    },
    Category {
        name: "referral",
        about: "Referrals: candidates whom a colleague recommends for a job.",
        operations: operations::REFERRAL,
    },
    Category {
        name: "referralForm",
        about: "The referral form: what a user fills in to recommend somebody.",
        operations: operations::REFERRAL_FORM,
    },
    Category {
        name: "report",
        about: "Reports: the rows of a report that was built in Ashby.",
        operations: operations::REPORT,
    },
    Category {
        name: "sequence",
        about: "Sequences: series of sourcing e-mails to one candidate.",
        operations: operations::SEQUENCE,
    },
    Category {
        name: "sequenceTemplate",
        about: "Sequence templates: sourcing sequences that candidates can be enrolled in.",
        operations: operations::SEQUENCE_TEMPLATE,
    },
    Category {
        name: "source",
        about: "Sources: where candidates come from.",
        operations: operations::SOURCE,
    },
    Category {
        name: "sourceTrackingLink",
        about: "Source tracking links: links to job boards that tell where a candidate came from.",
        operations: operations::SOURCE_TRACKING_LINK,
    },
    Category {
        name: "surveyFormDefinition",
        about: "Survey forms: what candidates are asked.",
        operations: operations::SURVEY_FORM_DEFINITION,
    },
    Category {
        name: "surveyRequest",
        about: "Survey requests: links under which a candidate can take a survey.",
        operations: operations::SURVEY_REQUEST,
    },
    Category {
        name: "surveySubmission",
        about: "Survey submissions: the answers to surveys.",
        operations: operations::SURVEY_SUBMISSION,
    },
    Category {
        name: "takeHomeAssignment",
        about: "Take-home assignments: tasks that candidates solve on their own.",
        operations: operations::TAKE_HOME_ASSIGNMENT,
    },
    Category {
        name: "user",
        about: "Users: the organization's people in Ashby, their roles and interviewer settings.",
        operations: operations::USER,
    },
    Category { name: "version", about: "Versions of Ashby's API.", operations: operations::VERSION },
    Category {
        name: "webhook",
        about: "Webhooks: where Ashby sends its events.",
        operations: operations::WEBHOOK,
    },
];
