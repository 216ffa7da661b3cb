//! Dimensions: what applications refer to.

use crate::table::{Making, TABLE, Table, columns};

const PATHS: &str = "s_departments r LEFT JOIN (
    WITH RECURSIVE up(id, root, path, depth) AS (
        SELECT d.department_id, d.department_id, d.name, 0 FROM s_departments d
        WHERE d.parent_department_id IS NULL
           OR NOT EXISTS (SELECT 1 FROM s_departments p WHERE p.department_id = d.parent_department_id)
        UNION ALL
        SELECT d.department_id, up.root, up.path || ' / ' || d.name, up.depth + 1
        FROM up JOIN s_departments d ON d.parent_department_id = up.id WHERE up.depth < 50
    ) SELECT id, root, path, depth FROM up) p ON p.id = r.department_id";

const LOCATION_PATHS: &str = "s_locations r LEFT JOIN (
    WITH RECURSIVE up(id, path, depth) AS (
        SELECT d.location_id, d.name, 0 FROM s_locations d
        WHERE d.parent_location_id IS NULL
           OR NOT EXISTS (SELECT 1 FROM s_locations p WHERE p.location_id = d.parent_location_id)
        UNION ALL
        SELECT d.location_id, up.path || ' / ' || d.name, up.depth + 1
        FROM up JOIN s_locations d ON d.parent_location_id = up.id WHERE up.depth < 50
    ) SELECT id, path FROM up) p ON p.id = r.location_id";

pub(crate) static TABLES: &[Table] = &[
    Table {
        name: "users",
        row: "A user of Ashby, deactivated ones too",
        making: Making::Settings { origins: &[("users", "")] },
        key: &["user_id"],
        record: &["user_id"],
        indexes: &["manager_user_id"],
        columns: columns! {
            user_id Text "id" "The user"
            name Text "!full_name" "First and last name"
            first_name Text "firstName" "First name"
            last_name Text "lastName" "Last name"
            email Text "email" "E-mail address"
            global_role Text "globalRole" "Role in Ashby: Organization Admin, Elevated Access, Limited Access …"
            is_enabled Bool "isEnabled" "Whether the user can sign in"
            manager_user_id Text "managerId" "The manager"
        },
        ..TABLE
    },
    Table {
        name: "departments",
        row: "A department or team",
        making: Making::Settings { origins: &[("departments", "")] },
        key: &["department_id"],
        record: &["department_id"],
        indexes: &["parent_department_id", "root_department_id"],
        joins: PATHS,
        columns: columns! {
            department_id Text "id" "The department"
            name Text "name" "Name inside the organisation"
            external_name Text "externalName" "Name on job boards"
            parent_department_id Text "parentId" "The department that it is part of"
            root_department_id Text "=p.root" "The topmost department above it, itself if there is none"
            path Text "=p.path" "Names from the topmost department down, separated by ` / `"
            depth Int "=p.depth" "How many departments are above it"
            is_archived Bool "isArchived" "Whether it is archived"
        },
        ..TABLE
    },
    Table {
        name: "locations",
        row: "A location, or a region of locations",
        making: Making::Settings { origins: &[("locations", "")] },
        key: &["location_id"],
        record: &["location_id"],
        indexes: &["parent_location_id"],
        joins: LOCATION_PATHS,
        columns: columns! {
            location_id Text "id" "The location"
            name Text "name" "Name inside the organisation"
            external_name Text "externalName" "Name on job boards"
            type Text "type" "Location or LocationHierarchy"
            parent_location_id Text "parentLocationId" "The region that it is part of"
            path Text "=p.path" "Names from the topmost region down, separated by ` / `"
            city Text "address.postalAddress.addressLocality" "City of its address"
            region Text "address.postalAddress.addressRegion" "Region of its address"
            country Text "address.postalAddress.addressCountry" "Country of its address"
            workplace_type Text "workplaceType" "OnSite, Hybrid, Remote"
            is_archived Bool "isArchived" "Whether it is archived"
        },
        ..TABLE
    },
    Table {
        name: "sources",
        row: "A source of candidates",
        making: Making::Settings { origins: &[("sources", "")] },
        key: &["source_id"],
        record: &["source_id"],
        indexes: &["source_type_id"],
        columns: columns! {
            source_id Text "id" "The source"
            title Text "title" "Its title"
            source_type_id Text "sourceType.id" "The type of sources that it is of"
            source_type_title Text "sourceType.title" "Title of that type"
            source_category Text "!source_category" "inbound, referral, sourced, agency, internal, event or other: from the type's title, by the setting source_categories"
            is_archived Bool "isArchived" "Whether it is archived"
        },
        ..TABLE
    },
    Table {
        name: "archive_reasons",
        row: "A reason to archive applications",
        making: Making::Settings { origins: &[("archive_reasons", "")] },
        key: &["archive_reason_id"],
        record: &["archive_reason_id"],
        columns: columns! {
            archive_reason_id Text "id" "The reason"
            text Text "text" "Its text"
            reason_type Text "reasonType" "RejectedByOrg, RejectedByCandidate or Other"
            is_archived Bool "isArchived" "Whether it is archived"
        },
        ..TABLE
    },
    Table {
        name: "close_reasons",
        row: "A reason to close jobs and openings",
        making: Making::Settings { origins: &[("close_reasons", "")] },
        key: &["close_reason_id"],
        record: &["close_reason_id"],
        columns: columns! {
            close_reason_id Text "id" "The reason"
            reason_text Text "reasonText" "Its text"
            is_archived Bool "isArchived" "Whether it is archived"
        },
        ..TABLE
    },
    Table {
        name: "interview_plans",
        row: "An interview plan",
        making: Making::Settings { origins: &[("interview_plans", "")] },
        key: &["interview_plan_id"],
        record: &["interview_plan_id"],
        columns: columns! {
            interview_plan_id Text "id" "The plan"
            title Text "title" "Its title"
            is_archived Bool "isArchived" "Whether it is archived"
        },
        ..TABLE
    },
    Table {
        name: "interview_stage_groups",
        row: "A group of stages that mean the same in several plans",
        making: Making::Settings { origins: &[("interview_stage_groups", "")] },
        key: &["interview_stage_group_id"],
        record: &["interview_stage_group_id"],
        columns: columns! {
            interview_stage_group_id Text "id" "The group"
            title Text "title" "Its title"
            stage_type Text "stageType" "The type of its stages"
            group_order Int "order" "Its place among groups"
        },
        ..TABLE
    },
    Table {
        name: "milestones",
        row: "A step of every hiring process: a stage group, or without groups a type of stages",
        making: Making::Whole("SELECT row_number() OVER (ORDER BY group_order, interview_stage_group_id) - 1,
                title, stage_type, interview_stage_group_id FROM _interview_stage_groups WHERE is_live
            UNION ALL
            SELECT f.milestone_order, f.stage_type, f.stage_type, NULL FROM (SELECT 0 AS milestone_order, 'Lead' AS stage_type
                UNION ALL SELECT 1, 'PreInterviewScreen' UNION ALL SELECT 2, 'Active' UNION ALL SELECT 3, 'Offer'
                UNION ALL SELECT 4, 'Hired' UNION ALL SELECT 5, 'Archived') f
            WHERE NOT EXISTS (SELECT 1 FROM _interview_stage_groups WHERE is_live)"),
        key: &["milestone_order"],
        columns: columns! {
            milestone_order Int "=" "Its place, from 0"
            milestone Text "=" "Title of the stage group, else the type"
            milestone_type Text "=" "Type of its stages: Lead, PreInterviewScreen, Active, Offer, Hired, Archived"
            interview_stage_group_id Text "=" "The stage group, if it is one"
        },
        ..TABLE
    },
    Table {
        name: "interview_stages",
        row: "A stage of an interview plan",
        making: Making::Settings { origins: &[("interview_stages", "")] },
        key: &["stage_id"],
        record: &["stage_id"],
        indexes: &["interview_plan_id,order_in_plan", "interview_stage_group_id"],
        joins: "s_interview_stages r
            LEFT JOIN milestones g ON g.interview_stage_group_id = r.interview_stage_group_id
            LEFT JOIN (SELECT milestone_type, min(milestone_order) AS milestone_order FROM milestones
                GROUP BY milestone_type) f ON f.milestone_type = r.stage_type
            LEFT JOIN milestones m ON m.milestone_order = coalesce(g.milestone_order, f.milestone_order)",
        columns: columns! {
            stage_id Text "id" "The stage"
            interview_plan_id Text "interviewPlanId" "The plan that it is part of"
            title Text "title" "Its title"
            stage_type Text "type" "Lead, PreInterviewScreen, Active, Offer, Hired, Archived, or another word of Ashby's"
            order_in_plan Int "orderInInterviewPlan" "Its place in the plan; has gaps, and means nothing in other plans"
            interview_stage_group_id Text "interviewStageGroupId" "The stage group, if it has one"
            milestone_order Int "=m.milestone_order" "The milestone that it counts for: its group, else the first group of its type"
            milestone Text "=m.milestone" "Title of that milestone"
        },
        ..TABLE
    },
    Table {
        name: "interviews",
        row: "A kind of interview",
        making: Making::Settings { origins: &[("interviews", "")] },
        key: &["interview_id"],
        record: &["interview_id"],
        indexes: &["job_id"],
        columns: columns! {
            interview_id Text "id" "The kind of interview"
            title Text "title" "Its title"
            external_title Text "externalTitle" "Its title for candidates"
            is_archived Bool "isArchived" "Whether it is archived"
            is_debrief Bool "isDebrief" "Whether it is a debrief among colleagues"
            is_feedback_required Bool "isFeedbackRequired" "Whether interviewers must give feedback"
            job_id Text "jobId" "The job that alone uses it, if there is one"
            feedback_form_definition_id Text "feedbackFormDefinitionId" "The scorecard"
        },
        ..TABLE
    },
    Table {
        name: "jobs",
        row: "A job",
        making: Making::Settings { origins: &[("jobs", "")] },
        key: &["job_id"],
        record: &["job_id"],
        indexes: &["status", "department_id", "location_id", "recruiter_user_id", "hiring_manager_user_id"],
        columns: columns! {
            job_id Text "id" "The job"
            title Text "title" "Its title"
            status Text "status" "Draft, Open, Closed, Archived"
            is_confidential Bool "confidential" "Whether it is confidential"
            employment_type Text "employmentType" "FullTime, PartTime, Intern, Contract, Temporary"
            department_id Text "departmentId" "Department"
            location_id Text "locationId" "Location"
            brand_id Text "brandId" "Brand"
            default_interview_plan_id Text "defaultInterviewPlanId" "The plan that applications get at first"
            custom_requisition_id Text "customRequisitionId" "The organisation's own number"
            author_user_id Text "author.id" "Who made it"
            recruiter_user_id Text "!recruiter" "The first of its hiring team with a role of the setting recruiter_roles"
            hiring_manager_user_id Text "!hiring_manager" "The first of its hiring team with a role of the setting hiring_manager_roles"
            created_at Instant "createdAt" "When it was made"
            updated_at Instant "updatedAt" "When anything about it changed last; dates nothing"
            opened_at Instant "openedAt" "When it was opened"
            closed_at Instant "closedAt" "When it was closed; may stay on jobs that are open again"
        },
        ..TABLE
    },
    Table {
        name: "job_hiring_team",
        row: "A role that a user has in a job's hiring team",
        making: Making::Settings { origins: &[("jobs", "hiringTeam")] },
        key: &["job_id", "position"],
        record: &["job_id"],
        owners: &[("job_id", "jobs")],
        indexes: &["user_id"],
        columns: columns! {
            job_id Text "^id" "The job"
            user_id Text "userId" "The user"
            role Text "role" "The role: Recruiter, Hiring Manager …"
            position Int "#" "Its place in the team, from 0"
        },
        ..TABLE
    },
    Table {
        name: "openings",
        row: "A head to hire",
        making: Making::Settings { origins: &[("openings", "")] },
        key: &["opening_id"],
        record: &["opening_id"],
        indexes: &["department_id", "close_reason_id"],
        view_joins: "LEFT JOIN (
            SELECT opening_id, application_id, coalesce(decided_at, created_at) AS filled_at,
                row_number() OVER (PARTITION BY opening_id
                    ORDER BY coalesce(decided_at, created_at) DESC, application_id DESC) AS place
            FROM _offers WHERE is_live AND outcome = 'accepted' AND opening_id IS NOT NULL
                AND coalesce(decided_at, created_at) IS NOT NULL
            ) f ON f.opening_id = t.opening_id AND f.place = 1",
        columns: columns! {
            opening_id Text "id" "The opening"
            identifier Text "latestVersion.identifier" "Its number, as the organisation gives it"
            description Text "latestVersion.description" "What it is for"
            opening_state Text "openingState" "Draft, Approved, Open, Closed, Filled"
            is_archived Bool "isArchived" "Whether it is archived"
            archived_at Instant "archivedAt" "When it was archived"
            opened_at Instant "openedAt" "When it was opened"
            closed_at Instant "closedAt" "When it was closed"
            close_reason_id Text "closeReasonId" "Why it was closed"
            target_hire_date Date "latestVersion.targetHireDate" "By when somebody should be hired"
            target_start_date Date "latestVersion.targetStartDate" "When somebody should start"
            is_backfill Bool "latestVersion.isBackfill" "Whether somebody is replaced"
            employment_type Text "latestVersion.employmentType" "FullTime, PartTime, Intern, Contract, Temporary"
            department_id Text "latestVersion.teamId" "Department"
            author_user_id Text "latestVersion.authorId" "Who made the latest version"
            filled_by_application_id Text "~f.application_id" "The application whose accepted offer names it in its latest version; of several the one decided last"
            filled_at Instant "~f.filled_at" "When that offer was decided"
        },
        ..TABLE
    },
    Table {
        name: "opening_jobs",
        row: "A job that an opening is for",
        making: Making::Settings { origins: &[("openings", "latestVersion.jobIds")] },
        key: &["opening_id", "job_id"],
        record: &["opening_id"],
        owners: &[("opening_id", "openings")],
        indexes: &["job_id"],
        columns: columns! {
            opening_id Text "^id" "The opening"
            job_id Text "" "The job"
        },
        ..TABLE
    },
    Table {
        name: "opening_locations",
        row: "A location that an opening is for",
        making: Making::Settings { origins: &[("openings", "latestVersion.locationIds")] },
        key: &["opening_id", "location_id"],
        record: &["opening_id"],
        owners: &[("opening_id", "openings")],
        indexes: &["location_id"],
        columns: columns! {
            opening_id Text "^id" "The opening"
            location_id Text "" "The location"
        },
        ..TABLE
    },
    Table {
        name: "custom_fields",
        row: "A custom field's definition",
        making: Making::Settings { origins: &[("custom_fields", "")] },
        key: &["custom_field_id"],
        record: &["custom_field_id"],
        columns: columns! {
            custom_field_id Text "id" "The field"
            title Text "title" "Its title now"
            object_type Text "!object_type" "What has the field: application, candidate, job, offer, opening, project, user"
            field_type Text "fieldType" "String, LongText, Number, Boolean, Date, Currency, ValueSelect, MultiValueSelect, NumberRange, CompensationRange …"
            is_archived Bool "isArchived" "Whether it is archived"
            is_private Bool "isPrivate" "Whether only some may see its values"
            is_date_only Bool "isDateOnlyField" "Whether its instants mean dates"
        },
        ..TABLE
    },
    Table {
        name: "form_fields",
        row: "A question of a form",
        making: Making::Settings { origins: &[("feedback_form_definitions", "!fields"), ("survey_form_definitions", "!fields")] },
        key: &["form_definition_id", "field_path"],
        record: &["form_definition_id"],
        columns: columns! {
            form_definition_id Text "^id" "The form"
            field_path Text "field.path" "The question's path, by which answers name it"
            field_id Text "field.id" "The question"
            title Text "field.title" "Its latest title"
            field_type Text "field.type" "Its type"
            section_title Text "sectionTitle" "Title of its section"
        },
        ..TABLE
    },
    Table {
        name: "job_boards",
        row: "A job board",
        making: Making::Settings { origins: &[("job_boards", "")] },
        key: &["job_board_id"],
        record: &["job_board_id"],
        columns: columns! {
            job_board_id Text "id" "The board"
            title Text "title" "Its title"
            is_internal Bool "isInternal" "Whether only colleagues see it"
        },
        ..TABLE
    },
    Table {
        name: "job_board_postings",
        row: "A posting on a board",
        making: Making::Settings { origins: &[("job_board_postings", "")] },
        key: &["job_board_id", "job_posting_id"],
        record: &["job_board_id", "job_posting_id"],
        owners: &[("job_board_id", "job_boards")],
        indexes: &["job_posting_id", "job_id"],
        columns: columns! {
            job_board_id Text "jobBoardId" "The board"
            job_posting_id Text "id" "The posting"
            job_id Text "jobId" "The job"
            title Text "title" "Its title"
            is_listed Bool "isListed" "Whether the board lists it"
        },
        ..TABLE
    },
];
