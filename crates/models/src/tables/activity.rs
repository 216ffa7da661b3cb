//! Interviews, scorecards, surveys, and the values of forms and custom fields.

use crate::table::{Making, TABLE, Table, columns};

const APPLICATION: &[(&str, &str)] = &[("application_id", "applications")];
const BOTH: &[(&str, &str)] = &[("candidate_id", "candidates"), ("application_id", "applications")];

pub(crate) static TABLES: &[Table] = &[
    Table {
        name: "interview_schedules",
        row: "A round of interviews",
        making: Making::Records { origins: &[("interview_schedules", "")] },
        key: &["interview_schedule_id"],
        record: &["interview_schedule_id"],
        owners: APPLICATION,
        indexes: &["application_id", "stage_id"],
        columns: columns! {
            interview_schedule_id Text "id" "The round"
            application_id Text "applicationId" "The application"
            stage_id Text "interviewStageId" "The stage that it is part of"
            status Text "status" "Scheduled, Complete, Cancelled, NeedsScheduling …"
            is_cancelled Bool "!is_cancelled" "Whether it was cancelled, and all its interviews with it"
            scheduled_by_user_id Text "scheduledBy.id" "Who scheduled it"
            created_at Instant "createdAt" "When it was made"
            updated_at Instant "updatedAt" "When anything about it changed last; dates nothing"
            event_count Int "!event_count" "Interviews in it"
        },
        ..TABLE
    },
    Table {
        name: "interview_events",
        row: "An interview",
        making: Making::Records { origins: &[("interview_events", "")] },
        key: &["interview_event_id"],
        record: &["interview_event_id"],
        owners: &[("interview_schedule_id", "interview_schedules")],
        indexes: &["interview_schedule_id", "application_id", "stage_id", "interview_id", "starts_at"],
        joins: "s_interview_events r
            LEFT JOIN _interview_schedules s ON s.interview_schedule_id = r.interview_schedule_id
            LEFT JOIN _interviews i ON i.interview_id = r.interview_id AND i.is_live",
        columns: columns! {
            interview_event_id Text "id" "The interview"
            interview_schedule_id Text "interviewScheduleId" "The round it is part of"
            application_id Text "=s.application_id" "The application"
            stage_id Text "=s.stage_id" "The stage that it is part of"
            interview_id Text "interviewId" "The kind of interview"
            starts_at Instant "startTime" "When it begins"
            ends_at Instant "endTime" "When it ends"
            duration_minutes Real "=$days(r.starts_at, r.ends_at) * 1440" "How long it takes"
            is_cancelled Bool "=coalesce(s.is_cancelled, 0)" "Whether its round was cancelled"
            is_debrief Bool "=coalesce(i.is_debrief, 0)" "Whether it is a debrief among colleagues"
            has_submitted_feedback Bool "hasSubmittedFeedback" "Whether all feedback is there, as Ashby says"
            interviewer_count Int "!interviewer_count" "Interviewers"
            location Text "location" "Where"
            created_at Instant "createdAt" "When it was made"
            updated_at Instant "updatedAt" "When anything about it changed last; dates nothing"
        },
        ..TABLE
    },
    Table {
        name: "application_feedback",
        row: "A scorecard",
        making: Making::Records { origins: &[("application_feedback", "")] },
        key: &["feedback_id"],
        record: &["feedback_id"],
        owners: APPLICATION,
        indexes: &["application_id", "submitted_by_user_id", "interview_event_id,submitted_by_user_id", "interview_id", "interval_id?interval_id IS NOT NULL"],
        columns: columns! {
            feedback_id Text "id" "The scorecard"
            application_id Text "applicationId" "The application"
            submitted_by_user_id Text "submittedByUser.id" "Who gave it"
            submitted_at Instant "submittedAt" "When"
            interview_id Text "interviewId" "The kind of interview"
            interview_event_id Text "interviewEventId" "The interview; not all scorecards are about one"
            feedback_form_definition_id Text "feedbackFormDefinitionId" "The form"
            interval_id Text "applicationHistoryId" "The visit to a stage during which it was given"
            overall_score Real "!overall_score" "The overall recommendation as a number"
            overall_label Text "!overall_label" "Its label in the form"
        },
        ..TABLE
    },
    Table {
        name: "interview_event_interviewers",
        row: "A person in an interview",
        making: Making::Records { origins: &[("interview_events", "interviewers|interviewerUserIds")] },
        key: &["interview_event_id", "user_id"],
        record: &["interview_event_id"],
        owners: &[("interview_event_id", "interview_events")],
        indexes: &["user_id,_week_start", "_week_start", "_application_id"],
        joins: "(SELECT s.*, e.application_id AS x_application_id, e.starts_at AS x_starts_at, e.ends_at AS x_ends_at,
                e.duration_minutes AS x_minutes, e.is_cancelled AS x_is_cancelled, e.is_debrief AS x_is_debrief,
                (SELECT f.feedback_id FROM _application_feedback f WHERE f.interview_event_id = s.interview_event_id
                    AND f.submitted_by_user_id = s.user_id AND f.deleted_at IS NULL
                    ORDER BY f.submitted_at, f.feedback_id LIMIT 1) AS x_feedback_id
            FROM s_interview_event_interviewers s
            LEFT JOIN _interview_events e ON e.interview_event_id = s.interview_event_id) r
            LEFT JOIN _application_feedback f ON f.feedback_id = r.x_feedback_id",
        columns: columns! {
            interview_event_id Text "^id" "The interview"
            user_id Text "id|" "The person"
            is_feedback_required Bool "isFeedbackRequired" "Whether feedback is due from this person"
            training_role Text "trainingRole" "Trainee, Shadow, Reverse shadow …"
            interviewer_pool_id Text "interviewerPool.id" "The pool that the person was taken from"
            feedback_id Text "=r.x_feedback_id" "The first scorecard that this person gave for this interview"
            feedback_submitted_at Instant "=f.submitted_at" "When"
            feedback_delay_hours Real "=$days(r.x_ends_at, f.submitted_at) * 24" "From the interview's end to that"
            _application_id Text "=r.x_application_id" "The application"
            _ends_at Instant "=r.x_ends_at" "Of the interview"
            _minutes Real "=r.x_minutes" "Of the interview"
            _is_cancelled Bool "=coalesce(r.x_is_cancelled, 0)" "The interview"
            _is_debrief Bool "=coalesce(r.x_is_debrief, 0)" "The interview"
            _week_start Date "=$week(r.x_starts_at)" "Monday of the interview"
        },
        ..TABLE
    },
    Table {
        name: "interviewer_pool_members",
        row: "A user in a pool of interviewers",
        making: Making::Records { origins: &[("interviewer_pool_members", "")] },
        key: &["interviewer_pool_id", "user_id"],
        record: &["interviewer_pool_id", "user_id"],
        indexes: &["user_id"],
        columns: columns! {
            interviewer_pool_id Text "interviewerPoolId" "The pool"
            user_id Text "id" "The user"
            member_type Text "memberType" "qualified or trainee"
            is_paused Bool "isPaused" "Whether the user takes no interviews just now"
            updated_at Instant "updatedAt" "When anything about the user changed last; dates nothing"
        },
        ..TABLE
    },
    Table {
        name: "survey_submissions",
        row: "A survey sent back by a candidate",
        making: Making::Records { origins: &[("survey_submissions", "")] },
        key: &["submission_id"],
        record: &["submission_id"],
        owners: BOTH,
        indexes: &["candidate_id", "application_id", "survey_form_definition_id"],
        columns: columns! {
            submission_id Text "id" "The submission"
            candidate_id Text "candidateId" "The person"
            application_id Text "applicationId" "The application"
            survey_form_definition_id Text "surveyFormDefinitionId" "The form"
            survey_type Text "surveyType" "CandidateExperience"
            submitted_at Instant "submittedAt" "When"
        },
        ..TABLE
    },
    Table {
        name: "questionnaire_submissions",
        row: "A questionnaire sent back by a candidate",
        making: Making::Records { origins: &[("questionnaire_submissions", "")] },
        key: &["submission_id"],
        record: &["submission_id"],
        owners: BOTH,
        indexes: &["candidate_id", "application_id", "survey_form_definition_id"],
        columns: columns! {
            submission_id Text "id" "The submission"
            candidate_id Text "candidateId" "The person"
            application_id Text "applicationId" "The application"
            survey_form_definition_id Text "surveyFormDefinitionId" "The form"
            survey_type Text "surveyType" "Questionnaire"
            submitted_at Instant "submittedAt" "When"
        },
        ..TABLE
    },
    Table {
        name: "form_answers",
        row: "An answer in a form; a chosen option where several can be chosen",
        making: Making::Values,
        key: &["submission_kind", "submission_id", "field_path", "value_index"],
        record: &["submission_kind", "submission_id"],
        owners: BOTH,
        indexes: &["application_id?application_id IS NOT NULL", "candidate_id?candidate_id IS NOT NULL",
            "submission_kind,field_path,is_live,value_number"],
        columns: columns! {
            submission_kind Text "!" "feedback, survey, questionnaire or application_form"
            submission_id Text "!" "The scorecard or submission"
            field_path Text "!" "The question's path"
            value_index Int "!" "Place of the option, from 0"
            application_id Text "!" "The application"
            candidate_id Text "!" "The person, where the submission says so"
            form_definition_id Text "!" "The form"
            section_title Text "!" "Title of the question's section, when it was sent"
            field_id Text "!" "The question; null if the form does not have it"
            field_title Text "!" "Its title when it was sent, else the path"
            field_type Text "!" "Its type"
            value_text Text "!" "The answer as text"
            value_number Real "!" "The answer as a number, where it is one or is a score"
            value_bool Bool "!" "The answer to a yes-or-no question"
            value_date Date "!" "The answer as a date"
            value_label Text "!" "Label of the chosen option"
            value_json Json "!" "What fits none of the other columns"
        },
        ..TABLE
    },
    Table {
        name: "custom_field_values",
        row: "A custom field's value; a chosen option where several can be chosen",
        making: Making::Values,
        key: &["object_type", "object_id", "custom_field_id", "value_index"],
        record: &["object_type", "object_id"],
        indexes: &["custom_field_id,value_number"],
        view_joins: "LEFT JOIN _custom_fields d ON d.custom_field_id = t.custom_field_id AND d.is_live",
        columns: columns! {
            object_type Text "!" "What has the value: application, candidate, job, offer, offer_version, opening, project, user, archive_detail"
            object_id Text "!" "Its id; of archive_detail the application's"
            custom_field_id Text "!" "The field"
            value_index Int "!" "Place of the option, from 0"
            field_title Text "~coalesce(d.title, t._title)" "The field's title now, else as the value has it"
            field_type Text "!" "The field's type, inferred from the value where the definition is not known"
            value_text Text "!" "Text, or the chosen option"
            value_number Real "!" "Number, or the amount of a currency"
            value_bool Bool "!" "True or false"
            value_date Date "!" "Date, in the reporting zone"
            value_at Instant "!" "The moment, as Ashby has it"
            value_currency Text "!" "Currency"
            value_min Real "!" "Lower end of a range"
            value_max Real "!" "Upper end of a range"
            value_interval Text "!" "Of a compensation range: 1 YEAR, 1 HOUR …"
            value_label Text "!" "Label of the chosen option"
            is_private Bool "!" "Whether only some may see it in Ashby"
            value_json Json "!" "What fits none of the other columns"
            _title Text "!" "Title in the value"
        },
        ..TABLE
    },
];

/// Arrays of custom field values: stream, array, what has them, where its id stands.
pub(crate) const CUSTOM_FIELDS: &[(&str, &str, &str, &str)] = &[
    ("applications", "customFields", "application", "id"),
    ("applications", "archiveReason.customFields", "archive_detail", "id"),
    ("candidates", "customFields", "candidate", "id"),
    ("jobs", "customFields", "job", "id"),
    ("offers", "latestVersion.customFields", "offer", "id"),
    ("offer_versions", "customFields", "offer_version", "id"),
    ("openings", "latestVersion.customFields", "opening", "id"),
    ("projects", "customFieldEntries|customFields", "project", "id"),
    ("users", "customFields", "user", "id"),
];

/// Whose row tells whether values of an object are live: object type, table, key.
pub(crate) const OBJECTS: &[(&str, &str, &str)] = &[
    ("application", "applications", "application_id"),
    ("archive_detail", "applications", "application_id"),
    ("candidate", "candidates", "candidate_id"),
    ("offer", "offers", "offer_id"),
    ("offer_version", "offer_versions", "offer_version_id"),
];

/// Forms that were sent: stream, array, kind, id of the form.
pub(crate) const FORMS: &[(&str, &str, &str, &str)] = &[
    ("application_feedback", "", "feedback", "feedbackFormDefinitionId"),
    ("survey_submissions", "", "survey", "surveyFormDefinitionId"),
    ("questionnaire_submissions", "", "questionnaire", "surveyFormDefinitionId"),
    ("application_details", "applicationFormSubmissions", "application_form", "formDefinitionId"),
];
