//! Operations with types. Written by `cargo xtask codegen` from catalog/*.toml.

pub(super) mod alternatives;
pub(super) mod answers;
pub mod api_key;
pub mod application;
pub mod application_feedback;
pub mod application_feedback_request;
pub mod application_form;
pub mod application_hiring_team_role;
pub mod approval;
pub mod approval_definition;
pub mod archive_reason;
pub mod assessment;
pub mod audit_log;
pub mod brand;
pub mod candidate;
pub mod candidate_tag;
pub mod close_reason;
pub mod communication_template;
pub mod custom_field;
pub mod department;
pub mod email_sender;
pub(super) mod enumerations;
pub mod feedback_form_definition;
pub mod file;
pub mod hiring_team;
pub mod hiring_team_role;
pub(super) mod ids;
pub(super) mod inputs;
pub mod interview;
pub mod interview_briefing;
pub mod interview_event;
pub mod interview_plan;
pub mod interview_schedule;
pub mod interview_stage;
pub mod interview_stage_group;
pub mod interviewer_pool;
pub mod job;
pub mod job_board;
pub mod job_interview_plan;
pub mod job_posting;
pub mod job_template;
pub mod location;
pub mod notetaker_transcript;
pub mod offer;
pub mod offer_process;
pub mod opening;
pub mod project;
pub mod referral;
pub mod referral_form;
pub mod report;
#[cfg(feature = "round-trip")]
#[doc(hidden)]
pub mod round_trip;
pub mod sequence;
pub mod sequence_template;
pub mod source;
pub mod source_tracking_link;
pub mod survey_form_definition;
pub mod survey_request;
pub mod survey_submission;
pub mod take_home_assignment;
pub mod user;
pub mod version;
pub mod webhook;

use crate::Client;

/// Operations, by category.
impl Client {
    /// The API key itself: its name and what it is allowed.
    pub fn api_key(&self) -> api_key::Operations<'_> {
        api_key::Operations { client: self }
    }

    /// Applications: candidates considered for jobs, their stages, sources and hiring teams.
    pub fn application(&self) -> application::Operations<'_> {
        application::Operations { client: self }
    }

    /// Feedback on applications: scorecards of interviews and other evaluations.
    pub fn application_feedback(&self) -> application_feedback::Operations<'_> {
        application_feedback::Operations { client: self }
    }

    /// Requests for feedback on applications without a scheduled interview.
    pub fn application_feedback_request(&self) -> application_feedback_request::Operations<'_> {
        application_feedback_request::Operations { client: self }
    }

    /// Application forms: applying for a job posting as a careers page does.
    pub fn application_form(&self) -> application_form::Operations<'_> {
        application_form::Operations { client: self }
    }

    /// Roles that users can have on an application's hiring team.
    pub fn application_hiring_team_role(&self) -> application_hiring_team_role::Operations<'_> {
        application_hiring_team_role::Operations { client: self }
    }

    /// Approvals of offers, jobs and openings: their steps, approvers and decisions.
    pub fn approval(&self) -> approval::Operations<'_> {
        approval::Operations { client: self }
    }

    /// Who must approve what, for approvals that are managed through the API.
    pub fn approval_definition(&self) -> approval_definition::Operations<'_> {
        approval_definition::Operations { client: self }
    }

    /// Reasons for which applications are archived.
    pub fn archive_reason(&self) -> archive_reason::Operations<'_> {
        archive_reason::Operations { client: self }
    }

    /// Assessments that a partner's service runs on candidates, reported to Ashby by that partner.
    pub fn assessment(&self) -> assessment::Operations<'_> {
        assessment::Operations { client: self }
    }

    /// The audit log: who did what to which object, and when.
    pub fn audit_log(&self) -> audit_log::Operations<'_> {
        audit_log::Operations { client: self }
    }

    /// Brands under which an organisation recruits.
    pub fn brand(&self) -> brand::Operations<'_> {
        brand::Operations { client: self }
    }

    /// Candidates: people, their notes, tags, projects, files and messages.
    pub fn candidate(&self) -> candidate::Operations<'_> {
        candidate::Operations { client: self }
    }

    /// Tags that candidates can carry.
    pub fn candidate_tag(&self) -> candidate_tag::Operations<'_> {
        candidate_tag::Operations { client: self }
    }

    /// Reasons for which jobs and openings are closed.
    pub fn close_reason(&self) -> close_reason::Operations<'_> {
        close_reason::Operations { client: self }
    }

    /// Templates of e-mails and other messages to candidates.
    pub fn communication_template(&self) -> communication_template::Operations<'_> {
        communication_template::Operations { client: self }
    }

    /// Custom fields of candidates, applications, jobs and others: their definitions and values.
    pub fn custom_field(&self) -> custom_field::Operations<'_> {
        custom_field::Operations { client: self }
    }

    /// Departments and teams, which form a tree.
    pub fn department(&self) -> department::Operations<'_> {
        department::Operations { client: self }
    }

    /// E-mail senders: the addresses from which a user can write to candidates.
    pub fn email_sender(&self) -> email_sender::Operations<'_> {
        email_sender::Operations { client: self }
    }

    /// Forms in which feedback on applications is given.
    pub fn feedback_form_definition(&self) -> feedback_form_definition::Operations<'_> {
        feedback_form_definition::Operations { client: self }
    }

    /// Files of candidates and offers: uploading them and finding where to download them.
    pub fn file(&self) -> file::Operations<'_> {
        file::Operations { client: self }
    }

    /// Hiring teams: who works on an application, a job or an opening, and in which role.
    pub fn hiring_team(&self) -> hiring_team::Operations<'_> {
        hiring_team::Operations { client: self }
    }

    /// Hiring team roles: what a member of a hiring team can be.
    pub fn hiring_team_role(&self) -> hiring_team_role::Operations<'_> {
        hiring_team_role::Operations { client: self }
    }

    /// Interviews: the kinds of interview that can be scheduled, not the scheduled ones.
    pub fn interview(&self) -> interview::Operations<'_> {
        interview::Operations { client: self }
    }

    /// Interview briefings: what an interviewer should know before an interview.
    pub fn interview_briefing(&self) -> interview_briefing::Operations<'_> {
        interview_briefing::Operations { client: self }
    }

    /// Interview events: single interviews with a time, a place and interviewers.
    pub fn interview_event(&self) -> interview_event::Operations<'_> {
        interview_event::Operations { client: self }
    }

    /// Interview plans: the stages that the applications of a job go through.
    pub fn interview_plan(&self) -> interview_plan::Operations<'_> {
        interview_plan::Operations { client: self }
    }

    /// Interview schedules: the interviews arranged for an application in one stage.
    pub fn interview_schedule(&self) -> interview_schedule::Operations<'_> {
        interview_schedule::Operations { client: self }
    }

    /// Interview stages: the steps of an interview plan.
    pub fn interview_stage(&self) -> interview_stage::Operations<'_> {
        interview_stage::Operations { client: self }
    }

    /// Interview stage groups: how the organization groups the stages of all plans.
    pub fn interview_stage_group(&self) -> interview_stage_group::Operations<'_> {
        interview_stage_group::Operations { client: self }
    }

    /// Interviewer pools: users who may interview, and those in training for it.
    pub fn interviewer_pool(&self) -> interviewer_pool::Operations<'_> {
        interviewer_pool::Operations { client: self }
    }

    /// Jobs: what an organization hires for, with location, department, interview plans and pay.
    pub fn job(&self) -> job::Operations<'_> {
        job::Operations { client: self }
    }

    /// Job boards: where job postings are published.
    pub fn job_board(&self) -> job_board::Operations<'_> {
        job_board::Operations { client: self }
    }

    /// Job interview plans: the stages of a job and what is to be scheduled in them.
    pub fn job_interview_plan(&self) -> job_interview_plan::Operations<'_> {
        job_interview_plan::Operations { client: self }
    }

    /// Job postings: advertisements of jobs, with description, application form and pay.
    pub fn job_posting(&self) -> job_posting::Operations<'_> {
        job_posting::Operations { client: self }
    }

    /// Job templates: what new jobs can start from.
    pub fn job_template(&self) -> job_template::Operations<'_> {
        job_template::Operations { client: self }
    }

    /// Locations: places of jobs and employees, and the regions that group them.
    pub fn location(&self) -> location::Operations<'_> {
        location::Operations { client: self }
    }

    /// Notetaker transcripts: what was said in recorded interviews.
    pub fn notetaker_transcript(&self) -> notetaker_transcript::Operations<'_> {
        notetaker_transcript::Operations { client: self }
    }

    /// Offers: their versions, approvals, decisions and letters.
    pub fn offer(&self) -> offer::Operations<'_> {
        offer::Operations { client: self }
    }

    /// Offer processes: the frame in which an application's offers are made.
    pub fn offer_process(&self) -> offer_process::Operations<'_> {
        offer_process::Operations { client: self }
    }

    /// Openings: the positions to fill, with their jobs, locations and states.
    pub fn opening(&self) -> opening::Operations<'_> {
        opening::Operations { client: self }
    }

    /// Projects: groups of candidates, such as talent pools and events.
    pub fn project(&self) -> project::Operations<'_> {
        project::Operations { client: self }
    }

    /// Referrals: candidates whom a colleague recommends for a job.
    pub fn referral(&self) -> referral::Operations<'_> {
        referral::Operations { client: self }
    }

    /// The referral form: what a user fills in to recommend somebody.
    pub fn referral_form(&self) -> referral_form::Operations<'_> {
        referral_form::Operations { client: self }
    }

    /// Reports: the rows of a report that was built in Ashby.
    pub fn report(&self) -> report::Operations<'_> {
        report::Operations { client: self }
    }

    /// Sequences: series of sourcing e-mails to one candidate.
    pub fn sequence(&self) -> sequence::Operations<'_> {
        sequence::Operations { client: self }
    }

    /// Sequence templates: sourcing sequences that candidates can be enrolled in.
    pub fn sequence_template(&self) -> sequence_template::Operations<'_> {
        sequence_template::Operations { client: self }
    }

    /// Sources: where candidates come from.
    pub fn source(&self) -> source::Operations<'_> {
        source::Operations { client: self }
    }

    /// Source tracking links: links to job boards that tell where a candidate came from.
    pub fn source_tracking_link(&self) -> source_tracking_link::Operations<'_> {
        source_tracking_link::Operations { client: self }
    }

    /// Survey forms: what candidates are asked.
    pub fn survey_form_definition(&self) -> survey_form_definition::Operations<'_> {
        survey_form_definition::Operations { client: self }
    }

    /// Survey requests: links under which a candidate can take a survey.
    pub fn survey_request(&self) -> survey_request::Operations<'_> {
        survey_request::Operations { client: self }
    }

    /// Survey submissions: the answers to surveys.
    pub fn survey_submission(&self) -> survey_submission::Operations<'_> {
        survey_submission::Operations { client: self }
    }

    /// Take-home assignments: tasks that candidates solve on their own.
    pub fn take_home_assignment(&self) -> take_home_assignment::Operations<'_> {
        take_home_assignment::Operations { client: self }
    }

    /// Users: the organization's people in Ashby, their roles and interviewer settings.
    pub fn user(&self) -> user::Operations<'_> {
        user::Operations { client: self }
    }

    /// Versions of Ashby's API.
    pub fn version(&self) -> version::Operations<'_> {
        version::Operations { client: self }
    }

    /// Webhooks: where Ashby sends its events.
    pub fn webhook(&self) -> webhook::Operations<'_> {
        webhook::Operations { client: self }
    }
}
