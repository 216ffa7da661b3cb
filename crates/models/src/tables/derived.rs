//! What follows from applications: moves, durations, hires, and the wide views for BI tools.

use crate::table::{Making, TABLE, Table, columns};

pub(crate) static TABLES: &[Table] = &[
    Table {
        name: "stage_transitions",
        row: "A move of an application into a stage",
        making: Making::View("SELECT i.interval_id, i.application_id, p.stage_id, i.stage_id, p.stage_type, i.stage_type,
                i._direction, i._skipped, i.entered_at, p.duration_days, i.entered_by_user_id
            FROM _application_stage_intervals i LEFT JOIN _application_stage_intervals p
                ON p.application_id = i.application_id AND p.sequence = i.sequence - 1
            WHERE i.is_live AND i.sequence IS NOT NULL"),
        key: &["transition_id"],
        columns: columns! {
            transition_id Text "=" "The visit that it leads to"
            application_id Text "=" "The application"
            from_stage_id Text "=" "Where from; null for the first"
            to_stage_id Text "=" "Where to"
            from_stage_type Text "=" "Type of that stage"
            to_stage_type Text "=" "Type of that stage"
            direction Text "=" "entry, archive, hire, unarchive, unhire, transfer (another plan), forward, backward, same"
            skipped_stages Int "=" "Of forward and hire within a plan: stages strictly between, Archived ones not counted"
            moved_at Instant "=" "When"
            days_in_from_stage Real "=" "How long the visit took that it ended; null after Hired and Archived"
            moved_by_user_id Text "=" "Who moved it"
        },
        ..TABLE
    },
    Table {
        name: "application_stage_durations",
        row: "An application in a stage, all visits together",
        making: Making::PerApplication("SELECT d.application_id, d.stage_id, d.stage_type, d.visits, d.first_at, d.last_left_at, d.is_open, d.days,
                $month(d.first_at), (SELECT p.job_id FROM _applications p WHERE p.application_id = d.application_id),
                EXISTS (SELECT 1 FROM _application_stage_intervals n
                    WHERE n.application_id = d.application_id AND n.sequence > d.first_sequence
                    AND coalesce(n.stage_type, '') <> 'Archived' AND CASE WHEN n.interview_plan_id = d.plan
                        THEN n.order_in_plan > d.first_order ELSE n.milestone_order > d.milestone END)
            FROM (
                SELECT application_id, stage_id, max(stage_type) AS stage_type, count(*) AS visits, min(entered_at) AS first_at,
                    max(left_at) AS last_left_at, max(CASE WHEN is_open THEN 1 ELSE 0 END) = 1 AS is_open, sum(duration_days) AS days, min(sequence) AS first_sequence,
                    max(interview_plan_id) AS plan, max(order_in_plan) AS first_order, max(milestone_order) AS milestone
                FROM _application_stage_intervals a
                WHERE sequence IS NOT NULL AND is_live AND stage_id IS NOT NULL AND {applications}
                GROUP BY application_id, stage_id
            ) d"),
        key: &["application_id", "stage_id"],
        indexes: &["stage_id,is_open,days", "stage_id,_entered_month,_job_id"],
        view_joins: "LEFT JOIN _interview_stages st ON st.stage_id = t.stage_id AND st.is_live",
        columns: columns! {
            application_id Text "=" "The application"
            stage_id Text "=" "The stage"
            stage_type Text "=" "The stage's type"
            visits Int "=" "Visits"
            first_entered_at Instant "=" "When the first began"
            last_left_at Instant "=" "When the last that has ended did"
            is_open Bool "=" "Whether it is there now"
            days Real "=" "Days in all visits that have ended; null of Hired and Archived, and where none has ended"
            _entered_month Month "=" "Of first_entered_at"
            _job_id Text "=" "Of the application"
            _progressed Bool "=" "Whether a stage further on was visited later"
            stage_title Text "~coalesce(st.title, (SELECT i._title FROM _application_stage_intervals i WHERE i.stage_id = t.stage_id ORDER BY i.entered_at DESC, i.interval_id DESC LIMIT 1))" "The stage's title"
        },
        ..TABLE
    },
    Table {
        name: "hires",
        row: "A hired application",
        making: Making::PerApplication("SELECT x.application_id, x.candidate_id, x.job_id, x.department_id, x.source_id, x.accepted_offer_id,
                x.opening_id, x.hired_at, $month(x.hired_at), x.hired_at_source, x.is_internal, x.time_to_hire_days,
                x.time_to_hire_business_days, $days(x.activated_at, x.hired_at), x.basis, CASE WHEN x.days >= 0 THEN x.days END,
                CASE WHEN x.days >= 0 THEN x.business_days END, CASE WHEN x.days < 0 THEN 'hired_before_opened' END, x.start_date,
                $days_between($date(x.hired_at), x.start_date)
            FROM (
                SELECT a.*, o.opening_id, o.start_date,
                    CASE WHEN p.opened_at IS NOT NULL THEN 'opening' WHEN j.opened_at IS NOT NULL THEN 'job' END AS basis,
                    CASE WHEN p.opened_at IS NOT NULL THEN $days(p.opened_at, coalesce(o.decided_at, a.hired_at))
                        ELSE $days(j.opened_at, a.hired_at) END AS days,
                    CASE WHEN p.opened_at IS NOT NULL THEN $business_days(p.opened_at, coalesce(o.decided_at, a.hired_at))
                        ELSE $business_days(j.opened_at, a.hired_at) END AS business_days
                FROM _applications a LEFT JOIN _offers o ON o.offer_id = a.accepted_offer_id
                LEFT JOIN _openings p ON p.opening_id = o.opening_id AND p.is_live
                LEFT JOIN _jobs j ON j.job_id = a.job_id AND j.is_live
                WHERE a.outcome = 'hired' AND a.is_live AND {applications}
            ) x"),
        key: &["application_id"],
        indexes: &["candidate_id", "job_id", "department_id", "source_id", "offer_id", "opening_id", "hired_month"],
        columns: columns! {
            application_id Text "=" "The application"
            candidate_id Text "=" "The person"
            job_id Text "=" "The job"
            department_id Text "=" "Department of the job"
            source_id Text "=" "The source"
            offer_id Text "=" "The accepted offer, if there is one"
            opening_id Text "=" "The opening that this offer's latest version names"
            hired_at Instant "=" "When; null if neither history nor offer says so"
            hired_month Month "=" "The month of that, in the reporting zone"
            hired_at_source Text "=" "history or offer"
            is_internal Bool "=" "Whether the person was a colleague before"
            time_to_hire_days Real "=" "From the application's beginning to the hire"
            time_to_hire_business_days Int "=" "The same in business days"
            active_to_hire_days Real "=" "From its first stage that is neither Lead nor Archived to the hire"
            time_to_fill_basis Text "=" "opening (its opening to the offer's acceptance) or job (the job's opening to the hire)"
            time_to_fill_days Real "=" "From the opening, by that basis; never compare the two"
            time_to_fill_business_days Int "=" "The same in business days"
            time_to_fill_problem Text "=" "hired_before_opened, if that would be negative"
            start_date Date "=" "When the person starts, as the offer says"
            days_to_start Real "=" "From the date of the hire to that"
        },
        ..TABLE
    },
    Table {
        name: "application_facts",
        row: "A live application with every name joined in; no names of candidates",
        making: Making::View("SELECT a.application_id, a.candidate_id, a.status, a.outcome, a.created_at, a.created_month, a.activated_at,
                a.hired_at, a.ended_at, a.is_internal, a.is_confidential, a.reached_milestone_order, m.milestone, a.reached_basis,
                a.has_history, a.visit_count, a.reopen_count, a.offer_count, a.time_to_hire_days,
                a.job_id, j.title, j.status, d.name, d.path, l.name, so.title, so.source_type_title, so.source_category,
                st.title, st.stage_type, a.current_stage_entered_at, ls.title, ar.text, ar.reason_type, pl.title,
                ru.name, hu.name
            FROM _applications a
            LEFT JOIN _jobs j ON j.job_id = a.job_id
            LEFT JOIN _departments d ON d.department_id = a.department_id
            LEFT JOIN _locations l ON l.location_id = a.location_id
            LEFT JOIN _sources so ON so.source_id = a.source_id
            LEFT JOIN _interview_stages st ON st.stage_id = a.current_stage_id
            LEFT JOIN _interview_stages ls ON ls.stage_id = a.last_stage_id
            LEFT JOIN _archive_reasons ar ON ar.archive_reason_id = a.archive_reason_id
            LEFT JOIN _interview_plans pl ON pl.interview_plan_id = a.interview_plan_id
            LEFT JOIN milestones m ON m.milestone_order = a.reached_milestone_order
            LEFT JOIN _users ru ON ru.user_id = a.recruiter_user_id
            LEFT JOIN _users hu ON hu.user_id = a.hiring_manager_user_id
            WHERE a.is_live"),
        key: &["application_id"],
        columns: columns! {
            application_id Text "=" "The application"
            candidate_id Text "=" "The person"
            status Text "=" "Active, Archived, Hired, Lead"
            outcome Text "=" "As in applications"
            created_at Instant "=" "When it was made"
            created_month Month "=" "The month of that"
            activated_at Instant "=" "When it first came into a stage that is neither Lead nor Archived"
            hired_at Instant "=" "When it was hired"
            ended_at Instant "=" "When it was hired or archived"
            is_internal Bool "=" "Whether the person is a colleague"
            is_confidential Bool "=" "Whether the job is confidential"
            reached_milestone_order Int "=" "The furthest milestone it reached"
            reached_milestone Text "=" "Its title"
            reached_basis Text "=" "history or evidence"
            has_history Bool "=" "Whether its stage history is known"
            visit_count Int "=" "Visits to stages"
            reopen_count Int "=" "How often it was taken out of Archived"
            offer_count Int "=" "Offers"
            time_to_hire_days Real "=" "From created_at to hired_at"
            job_id Text "=" "The job"
            job_title Text "=" "Title of the job"
            job_status Text "=" "Status of the job"
            department Text "=" "Department of the job"
            department_path Text "=" "With those above it"
            location Text "=" "Location of the job"
            source_title Text "=" "Title of the source"
            source_type_title Text "=" "Title of its type"
            source_category Text "=" "Its category"
            stage_title Text "=" "Title of the current stage"
            stage_type Text "=" "Type of the current stage"
            current_stage_entered_at Instant "=" "When it came there"
            last_stage_title Text "=" "Title of the last stage that is neither Hired nor Archived"
            archive_reason Text "=" "Why it was archived"
            archive_reason_type Text "=" "Type of that reason"
            interview_plan Text "=" "Title of its plan"
            recruiter Text "=" "Name of its recruiter"
            hiring_manager Text "=" "Name of its hiring manager"
        },
        ..TABLE
    },
    Table {
        name: "interview_facts",
        row: "A live interview with every name joined in; no names of candidates",
        making: Making::View("SELECT e.interview_event_id, e.application_id, e.starts_at, e.ends_at, e.duration_minutes, e.is_cancelled,
                e.is_debrief, e.interviewer_count, i.title, st.title, st.stage_type, a.job_id, j.title, d.path, so.title, a.outcome
            FROM _interview_events e
            LEFT JOIN _interviews i ON i.interview_id = e.interview_id
            LEFT JOIN _interview_stages st ON st.stage_id = e.stage_id
            LEFT JOIN _applications a ON a.application_id = e.application_id
            LEFT JOIN _jobs j ON j.job_id = a.job_id
            LEFT JOIN _departments d ON d.department_id = a.department_id
            LEFT JOIN _sources so ON so.source_id = a.source_id
            WHERE e.is_live"),
        key: &["interview_event_id"],
        columns: columns! {
            interview_event_id Text "=" "The interview"
            application_id Text "=" "The application"
            starts_at Instant "=" "When it begins"
            ends_at Instant "=" "When it ends"
            duration_minutes Real "=" "How long it takes"
            is_cancelled Bool "=" "Whether its round was cancelled"
            is_debrief Bool "=" "Whether it is a debrief"
            interviewer_count Int "=" "Interviewers"
            interview_title Text "=" "Title of the kind of interview"
            stage_title Text "=" "Title of the stage"
            stage_type Text "=" "Type of the stage"
            job_id Text "=" "The job"
            job_title Text "=" "Title of the job"
            department_path Text "=" "Department of the job, with those above it"
            source_title Text "=" "Title of the application's source"
            outcome Text "=" "What became of the application"
        },
        ..TABLE
    },
    Table {
        name: "dates",
        row: "A date",
        making: Making::Values,
        key: &["date"],
        columns: columns! {
            date Date "!" "The date"
            month Month "!" "Its month"
            quarter Text "!" "Its quarter: 2026-Q1"
            iso_week Text "!" "Its week by ISO 8601: 2026-W05"
            is_business_day Bool "!" "Whether it is a day from Monday to Friday that is not among the setting holidays"
        },
        ..TABLE
    },
    Table {
        name: "custom_field_columns",
        row: "A column of a wide view of custom fields",
        making: Making::Values,
        key: &["custom_field_id"],
        columns: columns! {
            custom_field_id Text "!" "The field"
            object_type Text "!" "What has the field"
            view Text "!" "The wide view"
            column_name Text "!" "The column, or how its columns begin; it stays when the field is renamed"
            field_type Text "!" "The field's type"
        },
        ..TABLE
    },
];
