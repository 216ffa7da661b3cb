//! Applications and all that belongs to one.

use crate::table::{Making, TABLE, Table, columns};

const APPLICATION: &[(&str, &str)] = &[("application_id", "applications")];

/// What applications are computed from: first what became of them, then what follows from it.
const APPLICATIONS: &str = "(
    SELECT b.*,
        CASE b.status WHEN 'Hired' THEN coalesce(b.v_hired_at, b.o_accepted_at) END AS x_hired_at,
        CASE WHEN b.status = 'Hired' AND b.v_hired_at IS NOT NULL THEN 'history'
             WHEN b.status = 'Hired' AND b.o_accepted_at IS NOT NULL THEN 'offer' END AS x_hired_at_source,
        CASE b.status WHEN 'Hired' THEN 'hired' WHEN 'Active' THEN 'active' WHEN 'Lead' THEN 'lead'
            WHEN 'Archived' THEN CASE b.x_reason_type WHEN 'RejectedByOrg' THEN 'rejected'
                WHEN 'RejectedByCandidate' THEN 'withdrew' ELSE
                    CASE WHEN b.x_reason_type IS NULL THEN 'archived_unknown' ELSE 'archived_other' END END
            END AS x_outcome,
        CASE WHEN b.v_visits > 0 THEN b.v_top
             ELSE coalesce(
                nullif(max(coalesce(b.e_top, -1), CASE WHEN b.o_offers > 0 THEN coalesce(b.f_offer, -1) ELSE -1 END,
                    CASE WHEN b.status = 'Hired' THEN coalesce(b.f_hired, -1) ELSE -1 END), -1),
                CASE WHEN b.status <> 'Lead' THEN b.f_first END) END AS x_top,
        CASE WHEN b.v_visits > 0 THEN b.v_lead ELSE b.e_lead END AS x_lead
    FROM (
        SELECT r.*, v.visits AS v_visits, v.activated_at AS v_activated_at, v.hired_at AS v_hired_at,
            v.archived_at AS v_archived_at, v.last_stage_id AS v_last_stage_id, v.top AS v_top, v.lead AS v_lead,
            v.leads AS v_leads, v.entered AS v_entered,
            v.reopens AS v_reopens, v.reopened_at AS v_reopened_at, v.newest_stage_id AS v_newest_stage_id,
            v.newest_entered_at AS v_newest_entered_at, v.newest_left_at AS v_newest_left_at,
            o.offers AS o_offers, o.accepted_offer_id AS o_accepted_offer_id, o.accepted_at AS o_accepted_at,
            e.top AS e_top, e.lead AS e_lead, e.leads AS e_leads,
            f.f_first, f.f_offer, f.f_hired,
            coalesce(j.department_id, r._department_id) AS x_department_id,
            coalesce(j.location_id, r._location_id) AS x_location_id, j.is_confidential AS x_is_confidential,
            CASE WHEN ar.archive_reason_id IS NOT NULL THEN ar.reason_type ELSE r._reason_type END AS x_reason_type,
            coalesce(so.source_category, r._source_category) = 'internal'
                OR EXISTS (SELECT 1 FROM t_internal_postings p WHERE p.job_posting_id = r.applied_via_job_posting_id)
                AS x_is_internal
        FROM s_applications r CROSS JOIN t_firsts f
        LEFT JOIN v_applications v ON v.application_id = r.application_id
        LEFT JOIN o_applications o ON o.application_id = r.application_id
        LEFT JOIN e_applications e ON e.application_id = r.application_id
        LEFT JOIN _jobs j ON j.job_id = r.job_id AND j.is_live
        LEFT JOIN _sources so ON so.source_id = r.source_id AND so.is_live
        LEFT JOIN _archive_reasons ar ON ar.archive_reason_id = r.archive_reason_id AND ar.is_live
    ) b) r";

pub(crate) static TABLES: &[Table] = &[
    Table {
        name: "offer_versions",
        row: "A version of an offer",
        making: Making::Records { origins: &[("offer_versions", "")] },
        key: &["offer_version_id"],
        record: &["offer_version_id"],
        owners: &[("offer_id", "offers")],
        indexes: &["offer_id,created_at", "opening_id?opening_id IS NOT NULL"],
        columns: columns! {
            offer_version_id Text "id" "The version"
            offer_id Text "offerId" "The offer"
            version_number Int "~(SELECT count(*) FROM _offer_versions p WHERE p.offer_id = t.offer_id AND p.deleted_at IS NULL AND (p.created_at < t.created_at OR (p.created_at = t.created_at AND p.offer_version_id <= t.offer_version_id)))" "Its place among the versions, from 1, by time"
            is_latest Bool "~NOT EXISTS (SELECT 1 FROM _offer_versions p WHERE p.offer_id = t.offer_id AND p.deleted_at IS NULL AND (p.created_at > t.created_at OR (p.created_at = t.created_at AND p.offer_version_id > t.offer_version_id)))" "Whether it is the newest"
            created_at Instant "createdAt" "When it was made"
            start_date Date "startDate" "When the person would start"
            salary_amount Real "salary.value" "Salary"
            salary_currency Text "salary.currencyCode" "Its currency"
            opening_id Text "openingId" "The opening that it would fill"
            author_user_id Text "author.id" "Who made it"
            approval_status Text "approvalStatus" "Approved, WaitingOnApprovals, Declined"
        },
        ..TABLE
    },
    Table {
        name: "offers",
        row: "An offer, as its latest version has it",
        making: Making::Records { origins: &[("offers", "")] },
        key: &["offer_id"],
        record: &["offer_id"],
        owners: APPLICATION,
        indexes: &["application_id", "opening_id?opening_id IS NOT NULL", "author_user_id?author_user_id IS NOT NULL"],
        joins: "(
            SELECT x.*, row_number() OVER (PARTITION BY x.application_id, x.x_is_gone ORDER BY x.x_created_at, x.offer_id) AS x_number,
                row_number() OVER (PARTITION BY x.application_id, x.x_is_gone ORDER BY x.x_rank,
                    CASE WHEN x.x_rank = 1 THEN coalesce(x.decided_at, x.x_created_at) ELSE x.x_created_at END DESC,
                    x.offer_id DESC) AS x_place
            FROM (
                SELECT r.*, r.deleted_at IS NOT NULL AS x_is_gone,
                    coalesce(ov.created_at, r.latest_version_created_at) AS x_created_at,
                    coalesce(ov.versions, CASE WHEN r.latest_version_id IS NULL THEN 0 ELSE 1 END) AS x_versions,
                    CASE WHEN r.acceptance_status = 'Accepted' THEN 'accepted' WHEN r.acceptance_status = 'Declined' THEN 'declined'
                        WHEN r.acceptance_status = 'Cancelled' THEN 'cancelled' ELSE 'open' END AS x_outcome,
                    CASE WHEN r.acceptance_status IN ('Accepted', 'Declined') THEN 1
                        WHEN r.acceptance_status = 'Cancelled' THEN 3 ELSE 2 END AS x_rank
                FROM s_offers r LEFT JOIN (
                    SELECT offer_id, min(created_at) AS created_at, count(*) AS versions FROM _offer_versions
                    WHERE deleted_at IS NULL AND offer_id IN (SELECT offer_id FROM s_offers) GROUP BY offer_id
                    ) ov ON ov.offer_id = r.offer_id
            ) x) r",
        columns: columns! {
            offer_id Text "id" "The offer"
            application_id Text "applicationId" "The application"
            offer_number Int "=CASE WHEN NOT r.x_is_gone THEN r.x_number END" "Its place among the application's offers, from 1, by time"
            acceptance_status Text "acceptanceStatus" "Accepted, Declined, Pending, Created, Cancelled, WaitingOnResponse"
            offer_status Text "offerStatus" "Where it stands in Ashby's process"
            outcome Text "=r.x_outcome" "accepted, declined, cancelled or open"
            is_decisive Bool "=NOT r.x_is_gone AND r.x_place = 1" "Whether it stands for the application: of those accepted or declined the one decided last, else the newest open one, else the newest cancelled one"
            created_at Instant "=r.x_created_at" "When its first version was made"
            decided_at Instant "decidedAt" "When the person answered"
            latest_version_id Text "latestVersion.id" "The latest version"
            latest_version_created_at Instant "latestVersion.createdAt" "When that was made"
            version_count Int "=r.x_versions" "How many versions there are"
            opening_id Text "latestVersion.openingId" "The opening that it would fill"
            start_date Date "latestVersion.startDate" "When the person would start"
            salary_amount Real "latestVersion.salary.value" "Salary"
            salary_currency Text "latestVersion.salary.currencyCode" "Its currency"
            author_user_id Text "latestVersion.author.id" "Who made the latest version"
            approval_status Text "latestVersion.approvalStatus" "Approved, WaitingOnApprovals, Declined"
        },
        ..TABLE
    },
    Table {
        name: "application_stage_intervals",
        row: "A visit of an application to a stage",
        making: Making::Records { origins: &[("application_history", ""), ("application_details", "applicationHistory")] },
        key: &["interval_id"],
        record: &["application_id", "interval_id"],
        owners: APPLICATION,
        indexes: &["application_id,sequence", "stage_id,entered_at", "entered_by_user_id?entered_by_user_id IS NOT NULL"],
        joins: "(
            SELECT w.*, CASE WHEN sequence = 1 THEN 'entry' WHEN x_type = 'Archived' THEN 'archive' WHEN x_type = 'Hired' THEN 'hire'
                WHEN p_type = 'Archived' THEN 'unarchive' WHEN p_type = 'Hired' THEN 'unhire'
                WHEN p_plan <> x_plan THEN 'transfer' WHEN x_order > p_order THEN 'forward'
                WHEN x_order < p_order THEN 'backward' ELSE 'same' END AS x_direction,
                CASE WHEN p_plan = x_plan AND coalesce(x_type, '') <> 'Archived' AND coalesce(p_type, '') NOT IN ('Archived', 'Hired')
                    AND x_order > p_order THEN x_before - p_upto
                    WHEN p_plan = x_plan AND x_type = 'Hired' AND x_order > p_order THEN x_before - p_upto
                    WHEN p_plan = x_plan AND x_type = 'Hired' THEN 0 END AS x_skipped
            FROM (
                SELECT r.*, st.stage_type AS x_type, st.interview_plan_id AS x_plan, st.order_in_plan AS x_order,
                    st.milestone_order AS x_milestone, st.before AS x_before,
                    row_number() OVER a AS sequence, lead(r.entered_at) OVER a AS x_next,
                    lag(st.stage_type) OVER a AS p_type, lag(st.interview_plan_id) OVER a AS p_plan,
                    lag(st.order_in_plan) OVER a AS p_order, lag(st.upto) OVER a AS p_upto
                FROM s_application_stage_intervals r LEFT JOIN t_stages st ON st.stage_id = r.stage_id
                WHERE r.deleted_at IS NULL AND r.entered_at IS NOT NULL
                WINDOW a AS (PARTITION BY r.application_id ORDER BY r.entered_at, r._stage_number, r.interval_id)
            ) w
            UNION ALL
            SELECT r.*, st.stage_type, st.interview_plan_id, st.order_in_plan, st.milestone_order, NULL,
                NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
            FROM s_application_stage_intervals r LEFT JOIN t_stages st ON st.stage_id = r.stage_id
            WHERE r.deleted_at IS NOT NULL OR r.entered_at IS NULL
            ) r",
        view_joins: "LEFT JOIN _interview_stages st ON st.stage_id = t.stage_id AND st.is_live",
        columns: columns! {
            interval_id Text "id" "The entry in Ashby's history"
            application_id Text "applicationId|^id" "The application"
            sequence Int "=r.sequence" "Its place among the application's visits, from 1, by time"
            visit_number Int "~(SELECT count(*) FROM _application_stage_intervals p WHERE p.application_id = t.application_id AND $same(p.stage_id, t.stage_id) AND p.sequence <= t.sequence)" "Which visit of the application to this stage it is, from 1"
            stage_id Text "stageId" "The stage"
            stage_title Text "~coalesce(st.title, t._title)" "The stage's title now; of a stage that is no longer known as the entry has it"
            stage_type Text "=r.x_type" "The stage's type; null if the stage is no longer known"
            interview_plan_id Text "=r.x_plan" "The stage's plan"
            order_in_plan Int "=r.x_order" "The stage's place in its plan"
            milestone_order Int "=r.x_milestone" "The milestone that it counts for"
            entered_at Instant "enteredStageAt" "When it began"
            left_at Instant "=CASE WHEN r.sequence IS NULL THEN NULL WHEN r.x_next IS NOT NULL THEN r.x_next WHEN r._left_at >= r.entered_at THEN r._left_at END" "When it ended: when the next began, for the last one what Ashby noted; null while it lasts"
            is_open Bool "=CASE WHEN r.sequence IS NULL THEN NULL ELSE r.x_next IS NULL AND (r._left_at IS NULL OR r._left_at < r.entered_at) END" "Whether it lasts"
            duration_days Real "=CASE WHEN r.sequence IS NOT NULL AND coalesce(r.x_type, '') NOT IN ('Hired', 'Archived') THEN $days(r.entered_at, CASE WHEN r.x_next IS NOT NULL THEN r.x_next WHEN r._left_at >= r.entered_at THEN r._left_at END) END" "How long it took; null while it lasts, and of Hired and Archived"
            exit_direction Text "~(SELECT n._direction FROM _application_stage_intervals n WHERE n.application_id = t.application_id AND n.sequence = t.sequence + 1)" "Direction of the move that ended it"
            duration_business_days Int "=CASE WHEN r.sequence IS NOT NULL AND coalesce(r.x_type, '') NOT IN ('Hired', 'Archived') THEN $business_days(r.entered_at, CASE WHEN r.x_next IS NOT NULL THEN r.x_next WHEN r._left_at >= r.entered_at THEN r._left_at END) END" "Business days after the date on which it began, up to that on which it ended"
            entered_by_user_id Text "actorId" "Who moved the application there"
            _title Text "title" "Title in the entry"
            _left_at Instant "leftStageAt" "As Ashby noted it"
            _stage_number Int "stageNumber" "As Ashby counts"
            _direction Text "=r.x_direction" "Of the move that led here"
            _skipped Int "=r.x_skipped" "By that move"
        },
    },
    Table {
        name: "applications",
        row: "An application: one person considered for one job; leads too",
        making: Making::Records { origins: &[("applications", "")] },
        key: &["application_id"],
        record: &["application_id"],
        owners: &[("candidate_id", "candidates")],
        indexes: &["candidate_id", "job_id,status,current_stage_id,is_live,created_at", "created_month,source_id,job_id,is_live,outcome,_reached,has_history", "source_id", "current_stage_id", "status",
            "credited_to_user_id?credited_to_user_id IS NOT NULL", "archive_reason_id?archive_reason_id IS NOT NULL",
            "applied_via_job_posting_id?applied_via_job_posting_id IS NOT NULL", "department_id", "location_id",
            "recruiter_user_id", "hiring_manager_user_id", "interview_plan_id", "last_stage_id,_ended_month,job_id",
            "accepted_offer_id?accepted_offer_id IS NOT NULL", "is_live?NOT is_live",
            "current_stage_entered_at?status = 'Active'"],
        joins: APPLICATIONS,
        columns: columns! {
            application_id Text "id" "The application"
            candidate_id Text "candidate.id" "The person"
            job_id Text "job.id" "The job, its present one after a transfer"
            status Text "status" "Active, Archived, Hired, Lead"
            outcome Text "=r.x_outcome" "hired, active, lead; of archived ones rejected, withdrew, archived_other or archived_unknown, by the reason's type as it is now"
            source_id Text "source.id" "The source"
            credited_to_user_id Text "creditedToUser.id" "Who brought the person"
            current_stage_id Text "currentInterviewStage.id" "The stage it is in; for archived ones the Archived stage"
            interview_plan_id Text "currentInterviewStage.interviewPlanId" "The plan of that stage"
            archive_reason_id Text "archiveReason.id" "Why it was archived"
            applied_via_job_posting_id Text "appliedViaJobPostingId" "The posting it came through"
            department_id Text "=r.x_department_id" "Department of the job"
            location_id Text "=r.x_location_id" "Location of the job"
            recruiter_user_id Text "!recruiter" "The first of its hiring team with a role of the setting recruiter_roles"
            hiring_manager_user_id Text "!hiring_manager" "The first of its hiring team with a role of the setting hiring_manager_roles"
            is_confidential Bool "=r.x_is_confidential" "Whether its job is confidential"
            is_internal Bool "=coalesce(r.x_is_internal, 0)" "Whether the person is a colleague: an internal source, or a posting of an internal board"
            created_at Instant "createdAt" "When it was made"
            created_month Month "=$month(r.created_at)" "The month of that, in the reporting zone"
            updated_at Instant "updatedAt" "When anything about it changed last; dates nothing"
            archived_at Instant "archivedAt" "When it was archived, as Ashby says"
            activated_at Instant "=r.v_activated_at" "When it first came into a stage that is neither Lead nor Archived"
            hired_at Instant "=r.x_hired_at" "When it was hired: the last move into Hired, without one when the accepted offer was decided"
            hired_at_source Text "=r.x_hired_at_source" "history or offer: where hired_at is from"
            ended_at Instant "=CASE r.status WHEN 'Hired' THEN r.x_hired_at WHEN 'Archived' THEN coalesce(r.archived_at, r.v_archived_at) END" "When it was hired or archived"
            reopened_at Instant "=r.v_reopened_at" "When it was last taken out of Archived"
            current_stage_entered_at Instant "=CASE WHEN r.v_newest_stage_id = r.current_stage_id THEN r.v_newest_entered_at END" "When it came into its current stage, if the history says so"
            last_stage_id Text "=r.v_last_stage_id" "The last stage that is neither Hired nor Archived: where it ended"
            reached_milestone_order Int "=coalesce(r.x_top, r.x_lead)" "The furthest milestone it ever reached; those skipped on the way count as reached"
            reached_basis Text "=CASE WHEN r.v_visits > 0 THEN 'history' ELSE 'evidence' END" "history, or evidence: what current stage, interviews and offers say, a lower bound"
            has_history Bool "=coalesce(r.v_visits, 0) > 0" "Whether its stage history is known"
            is_history_stale Bool "=coalesce(r.v_visits, 0) > 0 AND (CASE WHEN r.v_newest_left_at IS NULL THEN r.v_newest_stage_id END) IS NOT r.current_stage_id" "Whether the history ends in another stage than the current one"
            visit_count Int "=coalesce(r.v_visits, 0)" "Visits to stages"
            reopen_count Int "=coalesce(r.v_reopens, 0)" "How often it was taken out of Archived"
            offer_count Int "=coalesce(r.o_offers, 0)" "Offers"
            accepted_offer_id Text "=r.o_accepted_offer_id" "The accepted offer, the one decided last"
            offer_accepted_at Instant "=CASE WHEN r.o_accepted_offer_id IS NOT NULL THEN r.o_accepted_at END" "When that was decided"
            interview_count Int "~(SELECT count(*) FROM _interview_events i WHERE i.application_id = t.application_id AND i.is_live AND NOT i.is_cancelled AND NOT i.is_debrief)" "Interviews that were not cancelled; no debriefs"
            feedback_count Int "~(SELECT count(*) FROM _application_feedback i WHERE i.application_id = t.application_id AND i.is_live)" "Scorecards"
            time_to_hire_days Real "=$days(r.created_at, r.x_hired_at)" "From created_at to hired_at"
            time_to_hire_business_days Int "=$business_days(r.created_at, r.x_hired_at)" "Business days from the date of created_at, which does not count, to that of hired_at"
            time_in_process_days Real "~$days(coalesce(t.reopened_at, t.created_at), coalesce(t.ended_at, $as_of()))" "From its (last) beginning to its end, of those under way to as_of"
            _reason_type Text "archiveReason.reasonType" "In the record's copy"
            _source_category Text "!application_source_category" "Of the record's copy"
            _department_id Text "job.departmentId" "In the record's copy"
            _location_id Text "job.locationId" "In the record's copy"
            _reached Int "=coalesce((SELECT sum(1 << m.milestone_order) FROM milestones m WHERE m.milestone_type NOT IN ('Lead', 'Archived') AND m.milestone_order <= r.x_top), 0) | coalesce(CASE WHEN r.v_visits > 0 THEN r.v_leads ELSE r.e_leads END, 0)" "Milestones that it reached, a bit each"
            _entered Int "=coalesce(r.v_entered, 0)" "Milestones that it was seen in, a bit each"
            _ended_month Month "=$month(CASE r.status WHEN 'Hired' THEN r.x_hired_at WHEN 'Archived' THEN coalesce(r.archived_at, r.v_archived_at) END)" "Of ended_at"
        },
        ..TABLE
    },
    Table {
        name: "application_hiring_team",
        row: "A role that a user has in an application's hiring team",
        making: Making::Records { origins: &[("applications", "hiringTeam")] },
        key: &["application_id", "position"],
        record: &["application_id"],
        owners: APPLICATION,
        indexes: &["user_id"],
        columns: columns! {
            application_id Text "^id" "The application"
            user_id Text "userId" "The user"
            role Text "role" "The role: Recruiter, Hiring Manager …"
            position Int "#" "Its place in the team, from 0"
        },
        ..TABLE
    },
    Table {
        name: "application_openings",
        row: "An opening that an application is for",
        making: Making::Records { origins: &[("applications", "openings")] },
        key: &["application_id", "opening_id"],
        record: &["application_id"],
        owners: APPLICATION,
        indexes: &["opening_id"],
        columns: columns! {
            application_id Text "^id" "The application"
            opening_id Text "id" "The opening"
        },
        ..TABLE
    },
    Table {
        name: "application_referrals",
        row: "A referral of an application",
        making: Making::Records { origins: &[("application_details", "referrals"), ("applications", "referrals")] },
        key: &["application_id", "position"],
        record: &["application_id"],
        owners: APPLICATION,
        indexes: &["user_id"],
        columns: columns! {
            application_id Text "^id" "The application"
            user_id Text "user.id|userId|referrerUserId|creditedToUser.id" "Who referred the person"
            referred_at Instant "createdAt|submittedAt|referredAt" "When"
            position Int "#" "Its place, from 0"
        },
        ..TABLE
    },
];
