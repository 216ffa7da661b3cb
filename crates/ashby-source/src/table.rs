//! Every stream, one row each. Adding a stream is adding a row.
//!
//! Keys follow Ashby's API reference (`https://developers.ashbyhq.com/reference`). The parameters are those that make
//! archived, deactivated, unlisted, draft and non-shared records appear, which Ashby hides unless asked. What else there
//! is to know of an operation, its permission, its paging and the members of its records, stands in the catalog.

use Plan::{Embedded, List, PerParent};
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

/// To which record of another stream a record of a list belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    /// The other stream.
    pub(crate) stream: &'static str,
    /// Where the other record's key stands.
    pub(crate) path: &'static [&'static str],
    /// The parameter with which only what belongs to it is listed, if the operation has one.
    pub(crate) parameter: Option<&'static str>,
    /// The member of the other record that lists the keys of all that belongs to it, if there is one.
    pub(crate) listed_in: Option<&'static str>,
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
    /// Ashby takes `createdAfter`, and what it leaves out is history (people and what was done about them), not
    /// the jobs and settings that newer records refer to.
    pub(crate) has_start_date: bool,
    /// Ashby's documentation of the operation was not complete when this was written: the stream steps aside when
    /// the operation is missing or answers otherwise than expected.
    pub(crate) experimental: bool,
    /// What the records of a list belong to: gone with it, and read again with it.
    pub(crate) owner: Option<Owner>,
    /// It costs a request per parent, of which there are so few everywhere that it is on by default all the same.
    pub(crate) cheap: bool,
}

const ROW: Row = Row {
    name: "",
    operation: "",
    plan: List(Token),
    key: &["id"],
    parameters: "{}",
    has_start_date: false,
    experimental: false,
    owner: None,
    cheap: false,
};

/// What names a record of `stream` at `path`.
const fn of(stream: &'static str, path: &'static [&'static str]) -> Owner {
    Owner { stream, path, parameter: None, listed_in: None }
}

const OF_APPLICATION: Option<Owner> =
    Some(Owner { parameter: Some("applicationId"), ..of("applications", &["applicationId"]) });
const OF_CANDIDATE: Option<Owner> = Some(of("candidates", &["candidateId"]));

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
    Row { name: "applications", operation: "application.list",
        parameters: r#"{"expand":["openings"]}"#,
        has_start_date: true,
        owner: Some(Owner { listed_in: Some("applicationIds"), ..of("candidates", &["candidate", "id"]) }), ..ROW },
    Row { name: "candidates", operation: "candidate.list",
        has_start_date: true, ..ROW },
    Row { name: "application_feedback", operation: "applicationFeedback.list",
        has_start_date: true, owner: OF_APPLICATION, ..ROW },
    Row { name: "projects", operation: "project.list", ..ROW },
    Row { name: "application_hiring_team_roles", operation: "applicationHiringTeamRole.list",
        plan: List(Snapshot), ..ROW },
    Row { name: "survey_requests", operation: "surveyRequest.list",
        parameters: r#"{"surveyType":"CandidateExperience"}"#,
        has_start_date: true,
        owner: Some(Owner { parameter: Some("candidateId"), ..of("candidates", &["candidateId"]) }), ..ROW },
    Row { name: "survey_submissions", operation: "surveySubmission.list",
        parameters: r#"{"surveyType":"CandidateExperience"}"#,
        has_start_date: true, owner: OF_CANDIDATE, ..ROW },
    Row { name: "questionnaire_submissions", operation: "surveySubmission.list",
        parameters: r#"{"surveyType":"Questionnaire"}"#,
        has_start_date: true, owner: OF_CANDIDATE, ..ROW },
    Row { name: "application_history", operation: "application.listHistory",
        plan: children("applications", "applicationId", Some("applicationId")), ..ROW },
    Row { name: "application_details", operation: "application.info",
        plan: children("applications", "applicationId", None),
        parameters: r#"{"expand":["openings","applicationFormSubmissions","referrals"]}"#, ..ROW },
    Row { name: "application_criteria_evaluations", operation: "application.listCriteriaEvaluations",
        plan: children("applications", "applicationId", Some("applicationId")), ..ROW },
    Row { name: "candidate_notes", operation: "candidate.listNotes",
        plan: children("candidates", "candidateId", Some("candidateId")), ..ROW },
    Row { name: "candidate_projects", operation: "candidate.listProjects",
        plan: children("candidates", "candidateId", Some("candidateId")), key: &["candidateId", "id"], ..ROW },
    Row { name: "candidate_client_info", operation: "candidate.listClientInfo",
        plan: children("candidates", "candidateId", None), ..ROW },
    Row { name: "candidate_fraud_checks", operation: "candidate.listFraudChecks",
        plan: children("candidates", "candidateId", None), ..ROW },

    // Interviews
    Row { name: "interview_schedules", operation: "interviewSchedule.list",
        has_start_date: true, owner: OF_APPLICATION, ..ROW },
    Row { name: "interview_events", operation: "interviewSchedule.list",
        plan: Embedded { within: "interview_schedules", array: "interviewEvents" }, ..ROW },
    Row { name: "interviews", operation: "interview.list",
        parameters: r#"{"includeArchived":true,"includeNonSharedInterviews":true}"#, ..ROW },
    Row { name: "interview_plans", operation: "interviewPlan.list",
        parameters: r#"{"includeArchived":true}"#, ..ROW },
    Row { name: "interview_stage_groups", operation: "interviewStageGroup.list",
        plan: List(Snapshot), ..ROW },
    Row { name: "interview_stages", operation: "interviewStage.list",
        plan: all_children("interview_plans", "interviewPlanId", None), cheap: true, ..ROW },
    Row { name: "take_home_assignments", operation: "takeHomeAssignment.list",
        experimental: true, owner: OF_APPLICATION, ..ROW },

    // Jobs
    Row { name: "jobs", operation: "job.list",
        parameters: r#"{"status":["Draft","Open","Closed","Archived"],"includeUnpublishedJobPostingsIds":true}"#, ..ROW },
    Row { name: "openings", operation: "opening.list", ..ROW },
    Row { name: "job_postings", operation: "jobPosting.list",
        plan: List(Snapshot), parameters: r#"{"includeUnpublishedJobPostings":true}"#, ..ROW },
    Row { name: "job_templates", operation: "jobTemplate.list", ..ROW },
    Row { name: "job_boards", operation: "jobBoard.list",
        plan: List(Snapshot), ..ROW },
    Row { name: "job_board_postings", operation: "jobPosting.list",
        plan: all_children("job_boards", "jobBoardId", Some("jobBoardId")), key: &["jobBoardId", "id"], ..ROW },
    Row { name: "job_posting_details", operation: "jobPosting.info",
        plan: all_children("job_postings", "jobPostingId", None), ..ROW },
    Row { name: "job_interview_plans", operation: "jobInterviewPlan.info",
        plan: children("jobs", "jobId", None), key: &["jobId"], ..ROW },

    // Offers and approvals
    Row { name: "offers", operation: "offer.list",
        has_start_date: true, owner: OF_APPLICATION, ..ROW },
    Row { name: "offer_versions", operation: "offer.info",
        plan: PerParent { parent: "offers", parameter: "offerId", follow: Follow::Changed, add_parent_as: Some("offerId"), arrays: &[("versions", None)] },
        parameters: r#"{"excludeFormDefinition":true}"#, cheap: true, ..ROW },
    // Those of jobs and openings name these in the same place, and belong to no row of offer_versions.
    Row { name: "approvals", operation: "approval.list",
        owner: Some(Owner { parameter: Some("entityId"), ..of("offer_versions", &["entityId"]) }), ..ROW },

    // Hiring process
    Row { name: "archive_reasons", operation: "archiveReason.list",
        plan: List(Snapshot), parameters: r#"{"includeArchived":true}"#, ..ROW },
    Row { name: "candidate_tags", operation: "candidateTag.list",
        parameters: r#"{"includeArchived":true}"#, ..ROW },
    Row { name: "close_reasons", operation: "closeReason.list",
        plan: List(Snapshot), parameters: r#"{"includeArchived":true}"#, ..ROW },
    Row { name: "communication_templates", operation: "communicationTemplate.list",
        plan: List(Snapshot), ..ROW },
    Row { name: "custom_fields", operation: "customField.list",
        parameters: r#"{"includeArchived":true}"#, ..ROW },
    Row { name: "feedback_form_definitions", operation: "feedbackFormDefinition.list",
        parameters: r#"{"includeArchived":true}"#, ..ROW },
    Row { name: "interviewer_pools", operation: "interviewerPool.list",
        parameters: r#"{"includeArchivedPools":true,"includeArchivedTrainingStages":true}"#, ..ROW },
    Row { name: "interviewer_pool_members", operation: "interviewerPool.info",
        plan: PerParent { parent: "interviewer_pools", parameter: "interviewerPoolId", follow: Follow::All, add_parent_as: Some("interviewerPoolId"),
            arrays: &[("qualifiedMembers", Some(("memberType", "qualified"))), ("trainees", Some(("memberType", "trainee")))] },
        key: &["interviewerPoolId", "id"], ..ROW },
    Row { name: "sources", operation: "source.list",
        plan: List(Snapshot), parameters: r#"{"includeArchived":true}"#, ..ROW },
    Row { name: "source_tracking_links", operation: "sourceTrackingLink.list",
        plan: List(Snapshot), parameters: r#"{"includeDisabled":true}"#, ..ROW },
    Row { name: "survey_form_definitions", operation: "surveyFormDefinition.list", ..ROW },

    // Organization
    Row { name: "departments", operation: "department.list",
        parameters: r#"{"includeArchived":true}"#, ..ROW },
    Row { name: "locations", operation: "location.list",
        parameters: r#"{"includeArchived":true,"includeLocationHierarchy":true}"#, ..ROW },
    Row { name: "users", operation: "user.list",
        parameters: r#"{"includeDeactivated":true}"#, ..ROW },
    Row { name: "brands", operation: "brand.list",
        plan: List(Snapshot), ..ROW },
    Row { name: "hiring_team_roles", operation: "hiringTeamRole.list",
        plan: List(Snapshot), parameters: r#"{"namesOnly":false}"#, ..ROW },
    Row { name: "interviewer_pauses", operation: "user.listInterviewerPauses",
        plan: all_children("users", "userId", None), ..ROW },

    // Sourcing, audit, the API itself
    Row { name: "sequences", operation: "sequence.list", experimental: true, ..ROW },
    Row { name: "sequence_templates", operation: "sequenceTemplate.list",
        parameters: r#"{"includeArchived":true}"#, experimental: true, ..ROW },
    Row { name: "email_senders", operation: "emailSender.list",
        plan: List(Snapshot), key: &["email"], experimental: true, ..ROW },
    Row { name: "audit_log", operation: "auditLog.list",
        plan: List(NewestFirst), experimental: true, ..ROW },
    Row { name: "api_versions", operation: "version.list",
        plan: List(Snapshot), key: &["version"], experimental: true, ..ROW },
];

/// The row of a stream.
pub(crate) fn row(name: &str) -> Option<&'static Row> {
    STREAMS.iter().find(|row| row.name == name)
}

impl Row {
    /// What is known of the operation.
    pub(crate) fn entry(&self) -> Option<&'static Operation> {
        catalog::find(self.operation)
    }

    /// Whether the operation takes a page limit.
    pub(crate) fn is_paged(&self) -> bool {
        self.entry().is_some_and(|operation| operation.paging != Paging::None)
    }

    /// Whether the operation answers a list, and not one record (or an object with lists of records in it).
    pub(crate) fn is_list(&self) -> bool {
        self.entry().is_some_and(Operation::is_list)
    }

    /// What the key must be allowed; `None` if that is not known.
    pub(crate) fn permission(&self) -> Option<Permission> {
        self.entry()?.permission
    }

    /// The permission as `apiKey.info` spells it: `candidates:read`.
    pub(crate) fn scope(&self) -> Option<String> {
        self.permission().map(Permission::scope)
    }

    /// Its name in Ashby's reference, or nothing.
    pub(crate) fn permission_name(&self) -> &'static str {
        self.permission().map_or("", Permission::name)
    }
}
