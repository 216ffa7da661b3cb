//! Metrics: additive counts of small groups, so that any period, job, department or source is a sum.

use crate::table::{Count, Making, TABLE, Table, columns};

pub(crate) static TABLES: &[Table] = &[
    Table {
        name: "metric_funnel",
        row: "A milestone in the funnel of the applications made in a month, by job and source. Re-entries count once; skipped milestones count as reached; a transfer counts for its present job; each application of a person counts; internal moves count; deleted ones do not",
        making: Making::Counted(Count {
            facts: "_applications a",
            only: "a.is_live",
            groups: &["a.created_month", "a.job_id", "a.source_id"],
            sql: "SELECT g.created_month, g.job_id, g.source_id, m.milestone_order, sum(g.n),
                sum(CASE WHEN $has_bit(g._entered, m.milestone_order) THEN g.n ELSE 0 END),
                sum(CASE WHEN g.status IN ('Hired', 'Archived') THEN g.n ELSE 0 END),
                sum(CASE WHEN g.reached_basis = 'evidence' THEN g.n ELSE 0 END)
            FROM (SELECT a.created_month, a.job_id, a.source_id, a._reached, a._entered, a.status, a.reached_basis, count(*) AS n
                {facts} GROUP BY 1, 2, 3, 4, 5, 6, 7) g
            JOIN milestones m ON $has_bit(g._reached, m.milestone_order)
            GROUP BY 1, 2, 3, 4",
        }),
        key: &["cohort_month", "job_id", "source_id", "milestone_order"],
        indexes: &["job_id", "source_id"],
        view_joins: "LEFT JOIN milestones m ON m.milestone_order = t.milestone_order",
        columns: columns! {
            cohort_month Month "=" "Month in which the applications were made"
            job_id Text "=" "The job"
            source_id Text "=" "The source"
            milestone_order Int "=" "The milestone"
            milestone Text "~m.milestone" "Its title"
            milestone_type Text "~m.milestone_type" "Its type"
            reached Int "=" "Applications that ever reached it"
            entered Int "=" "Of those, seen in it"
            ended_reached Int "=" "Of those that reached it, hired or archived by now"
            by_evidence Int "=" "Of those that reached it, without history: a lower bound"
        },
        ..TABLE
    },
    Table {
        name: "metric_stage_conversion",
        row: "What became of the applications that first entered a stage in a month, by job. Re-entries date by the first; only applications with history; deleted ones do not count",
        making: Making::Counted(Count {
            facts: "_application_stage_durations a JOIN _applications p ON p.application_id = a.application_id",
            only: "1 = 1",
            groups: &["a._entered_month", "a._job_id", "a.stage_id"],
            sql: "SELECT a._entered_month, a._job_id, a.stage_id, count(*), count(CASE WHEN a._progressed THEN 1 END),
                count(CASE WHEN NOT a._progressed AND p.outcome = 'rejected' THEN 1 END),
                count(CASE WHEN NOT a._progressed AND p.outcome = 'withdrew' THEN 1 END),
                count(CASE WHEN NOT a._progressed AND p.outcome IN ('archived_other', 'archived_unknown') THEN 1 END),
                count(CASE WHEN NOT a._progressed
                    AND coalesce(p.outcome, '') NOT IN ('rejected', 'withdrew', 'archived_other', 'archived_unknown') THEN 1 END)
            {facts} GROUP BY 1, 2, 3",
        }),
        key: &["entered_month", "job_id", "stage_id"],
        indexes: &["job_id", "stage_id"],
        view_joins: "LEFT JOIN _interview_stages st ON st.stage_id = t.stage_id AND st.is_live",
        columns: columns! {
            entered_month Month "=" "Month in which the applications first entered the stage"
            job_id Text "=" "The job"
            stage_id Text "=" "The stage"
            stage_title Text "~coalesce(st.title, (SELECT i._title FROM _application_stage_intervals i WHERE i.stage_id = t.stage_id ORDER BY i.entered_at DESC, i.interval_id DESC LIMIT 1))" "Its title"
            stage_type Text "~st.stage_type" "Its type"
            entered Int "=" "Applications that entered it"
            progressed Int "=" "Of those, later seen in a stage further on"
            rejected Int "=" "Of the others, rejected"
            withdrew Int "=" "Of the others, withdrew"
            archived_other Int "=" "Of the others, archived for another reason or none"
            pending Int "=" "Of the others, not ended"
        },
        ..TABLE
    },
    Table {
        name: "metric_time_in_stage",
        row: "How long applications stay in stages of a title and type, over those that are in it no longer, however they left. Several visits add up; skipped stages do not count",
        making: Making::Whole("WITH RECURSIVE known(stage_id) AS (
                SELECT min(stage_id) FROM _application_stage_durations
                UNION ALL
                SELECT (SELECT min(n.stage_id) FROM _application_stage_durations n WHERE n.stage_id > known.stage_id)
                FROM known WHERE known.stage_id IS NOT NULL
            ), stages AS (
                SELECT k.stage_id, st.stage_type, coalesce(st.title, (SELECT i._title FROM _application_stage_intervals i
                        WHERE i.stage_id = k.stage_id ORDER BY i.entered_at DESC, i.interval_id DESC LIMIT 1)) AS title,
                    (SELECT count(*) FROM _application_stage_durations x WHERE x.stage_id = k.stage_id AND x.is_open = FALSE) AS n,
                    (SELECT count(*) FROM _application_stage_durations x WHERE x.stage_id = k.stage_id AND x.is_open = TRUE) AS open_n
                FROM known k LEFT JOIN _interview_stages st ON st.stage_id = k.stage_id AND st.is_live
                WHERE k.stage_id IS NOT NULL AND coalesce(st.stage_type, '') NOT IN ('Hired', 'Archived')
            )
            SELECT o.title, o.stage_type, o.n,
                (SELECT $quantile(x.days, 0.5) FROM stages s CROSS JOIN _application_stage_durations x
                    WHERE $same(s.title, o.title) AND $same(s.stage_type, o.stage_type) AND x.stage_id = s.stage_id AND x.is_open = FALSE),
                (SELECT $quantile(x.days, 0.9) FROM stages s CROSS JOIN _application_stage_durations x
                    WHERE $same(s.title, o.title) AND $same(s.stage_type, o.stage_type) AND x.stage_id = s.stage_id AND x.is_open = FALSE),
                o.open_n
            FROM (SELECT title, stage_type, sum(n) AS n, sum(open_n) AS open_n FROM stages GROUP BY 1, 2) o"),
        key: &["stage_title", "stage_type"],
        columns: columns! {
            stage_title Text "=" "Title of the stages"
            stage_type Text "=" "Type of the stages"
            n Int "=" "Applications that are in it no longer"
            p50_days Real "=" "Median of their days in it"
            p90_days Real "=" "90th percentile of their days in it"
            open_n Int "=" "Applications that are in it now"
        },
        ..TABLE
    },
    Table {
        name: "metric_time_to_hire",
        row: "Hires of a month, and how long they took from the application to the hire",
        making: Making::Whole("SELECT hired_month, count(*), count(time_to_hire_days), $quantile(time_to_hire_days, 0.5),
                $quantile(time_to_hire_days, 0.9)
            FROM hires GROUP BY 1"),
        key: &["hired_month"],
        columns: columns! {
            hired_month Month "=" "The month; null for hires without a date"
            hires Int "=" "Hires"
            n Int "=" "Hires of which the time is known"
            p50_days Real "=" "Median of their time to hire"
            p90_days Real "=" "90th percentile of their time to hire"
        },
        ..TABLE
    },
    Table {
        name: "metric_offers",
        row: "Applications by what became of their decisive offer, by month and job: a declined offer and an accepted second one are one acceptance",
        making: Making::Whole("SELECT $month(coalesce(o.decided_at, a.hired_at, o.latest_version_created_at)), a.job_id,
                count(CASE WHEN o.outcome = 'accepted' THEN 1 END), count(CASE WHEN o.outcome = 'declined' THEN 1 END),
                count(CASE WHEN o.outcome = 'cancelled' THEN 1 END), count(CASE WHEN o.outcome = 'open' THEN 1 END)
            FROM _offers o JOIN _applications a ON a.application_id = o.application_id
            WHERE o.is_live AND a.is_live AND o.is_decisive GROUP BY 1, 2"),
        key: &["month", "job_id"],
        indexes: &["job_id"],
        columns: columns! {
            month Month "=" "Month of the decision, else of the hire, else of the offer's latest version"
            job_id Text "=" "The job"
            accepted Int "=" "Applications whose offer was accepted"
            declined Int "=" "Applications whose offer was declined"
            cancelled Int "=" "Applications with cancelled offers only"
            open Int "=" "Applications whose offer is not decided"
        },
        ..TABLE
    },
    Table {
        name: "metric_source_yield",
        row: "What became of the applications that a source brought in a month; those without a source are a row of their own",
        making: Making::Counted(Count {
            facts: "_applications a",
            only: "a.is_live",
            groups: &["a.created_month", "a.source_id"],
            sql: "SELECT g.created_month, g.source_id, sum(g.n),
                sum(CASE WHEN $has_bit(g._reached, f.f_active) THEN g.n ELSE 0 END),
                sum(CASE WHEN $has_bit(g._reached, f.f_offer) THEN g.n ELSE 0 END),
                sum(CASE WHEN g.outcome = 'hired' THEN g.n ELSE 0 END),
                sum(CASE WHEN g.outcome = 'rejected' THEN g.n ELSE 0 END),
                sum(CASE WHEN g.outcome = 'withdrew' THEN g.n ELSE 0 END),
                sum(CASE WHEN g.has_history THEN g.n ELSE 0 END)
            FROM (SELECT a.created_month, a.source_id, a.outcome, a._reached, a.has_history, count(*) AS n
                {facts} GROUP BY 1, 2, 3, 4, 5) g
            CROSS JOIN (SELECT
                coalesce(min(CASE WHEN milestone_type = 'Active' THEN milestone_order END), 63) AS f_active,
                coalesce(min(CASE WHEN milestone_type = 'Offer' THEN milestone_order END), 63) AS f_offer FROM milestones) f
            GROUP BY 1, 2",
        }),
        key: &["cohort_month", "source_id"],
        indexes: &["source_id"],
        view_joins: "LEFT JOIN _sources so ON so.source_id = t.source_id",
        columns: columns! {
            cohort_month Month "=" "Month in which the applications were made"
            source_id Text "=" "The source"
            source_title Text "~so.title" "Its title"
            source_type_title Text "~so.source_type_title" "Title of its type"
            source_category Text "~so.source_category" "Its category"
            applications Int "=" "Applications"
            reached_interview Int "=" "Of those, reached the first milestone of type Active"
            reached_offer Int "=" "Of those, reached the first milestone of type Offer"
            hires Int "=" "Of those, hired"
            rejected Int "=" "Of those, rejected"
            withdrew Int "=" "Of those, withdrew"
            _with_history Int "=" "Of those, with history"
        },
        ..TABLE
    },
    Table {
        name: "metric_outcomes",
        row: "Archived applications by the month in which they ended, job, last stage and reason; those that were opened again do not count",
        making: Making::Counted(Count {
            facts: "_applications a",
            only: "a.is_live AND a.status = 'Archived'",
            groups: &["a._ended_month", "a.job_id", "a.last_stage_id"],
            sql: "SELECT a._ended_month, a.job_id, a.last_stage_id, a.archive_reason_id, a.outcome, count(*)
            {facts} GROUP BY 1, 2, 3, 4, 5",
        }),
        key: &["ended_month", "job_id", "last_stage_id", "archive_reason_id", "outcome"],
        indexes: &["job_id", "last_stage_id", "archive_reason_id"],
        columns: columns! {
            ended_month Month "=" "Month in which they ended"
            job_id Text "=" "The job"
            last_stage_id Text "=" "The last stage that is neither Hired nor Archived"
            archive_reason_id Text "=" "The reason"
            outcome Text "=" "rejected, withdrew, archived_other, archived_unknown"
            applications Int "=" "Applications"
        },
        ..TABLE
    },
    Table {
        name: "metric_interviewer_load",
        row: "A person's interviews in a week that begins on Monday; what was cancelled does not count",
        making: Making::View("SELECT w.user_id, w._week_start,
                count(CASE WHEN NOT w._is_debrief AND w._ends_at <= x.value THEN 1 END),
                count(CASE WHEN w._is_debrief AND w._ends_at <= x.value THEN 1 END),
                sum(CASE WHEN NOT w._is_debrief AND w._ends_at <= x.value THEN w._minutes ELSE 0 END),
                count(CASE WHEN NOT w._is_debrief AND w._ends_at > x.value THEN 1 END),
                count(CASE WHEN NOT w._is_debrief AND w._ends_at <= x.value AND w.is_feedback_required THEN 1 END),
                count(CASE WHEN NOT w._is_debrief AND w._ends_at <= x.value AND w.is_feedback_required
                    AND w.feedback_id IS NULL THEN 1 END)
            FROM _interview_event_interviewers w CROSS JOIN (SELECT $as_of() AS value) x
            WHERE w.is_live AND NOT w._is_cancelled AND w._week_start IS NOT NULL
            GROUP BY w.user_id, w._week_start"),
        key: &["user_id", "week_start"],
        columns: columns! {
            user_id Text "=" "The person"
            week_start Date "=" "Monday of the week, in the reporting zone"
            interviews Int "=" "Interviews that took place: ended by as_of, not cancelled, no debriefs"
            debriefs Int "=" "Debriefs that took place"
            minutes Real "=" "Minutes of those interviews"
            upcoming Int "=" "Interviews that had not ended by as_of"
            feedback_due Int "=" "Interviews that took place and for which this person must give feedback"
            feedback_missing Int "=" "Of those, without feedback by this person"
        },
        ..TABLE
    },
    Table {
        name: "metric_pipeline",
        row: "Active applications and leads in a stage of a job, at as_of",
        making: Making::View("WITH d AS (
                SELECT a.job_id, a.current_stage_id AS stage_id,
                    $days(a.current_stage_entered_at, $as_of()) AS days
                FROM _applications a WHERE a.is_live AND a.status IN ('Active', 'Lead')
            ), p AS (
                SELECT job_id, stage_id, days, row_number() OVER (PARTITION BY job_id, stage_id ORDER BY days) - 1 AS i,
                    count(*) OVER (PARTITION BY job_id, stage_id) AS n
                FROM d WHERE days IS NOT NULL
            )
            SELECT o.job_id, o.stage_id, o.applications, q.p50, o.oldest
            FROM (SELECT job_id, stage_id, count(*) AS applications, max(days) AS oldest FROM d GROUP BY 1, 2) o
            LEFT JOIN (SELECT job_id, stage_id, $percentile(days, 0.5) AS p50 FROM p GROUP BY 1, 2) q
                ON $same(q.job_id, o.job_id) AND $same(q.stage_id, o.stage_id)"),
        key: &["job_id", "stage_id"],
        columns: columns! {
            job_id Text "=" "The job"
            stage_id Text "=" "The current stage"
            applications Int "=" "Applications in it"
            p50_days_in_stage Real "=" "Median of how long they have been in it"
            oldest_days_in_stage Real "=" "The longest that one has been in it"
        },
        ..TABLE
    },
    Table {
        name: "metric_open_jobs",
        row: "An open job, at as_of",
        making: Making::View("SELECT j.job_id, j.title, j.opened_at, $days(j.opened_at, $as_of()),
                (SELECT count(*) FROM _opening_jobs b JOIN _openings p ON p.opening_id = b.opening_id
                    WHERE b.job_id = j.job_id AND b.is_live AND p.is_live AND p.opening_state = 'Open' AND p.is_archived IS NOT TRUE),
                (SELECT count(*) FROM _applications a WHERE a.job_id = j.job_id AND a.status = 'Active' AND a.is_live),
                (SELECT count(*) FROM _applications a WHERE a.job_id = j.job_id AND a.is_live
                    AND a.created_at > $days_before($as_of(), 30)),
                (SELECT count(*) FROM _applications a WHERE a.job_id = j.job_id AND a.status = 'Hired' AND a.is_live),
                (SELECT max(a.created_at) FROM _applications a WHERE a.job_id = j.job_id AND a.is_live)
            FROM _jobs j WHERE j.is_live AND j.status = 'Open'"),
        key: &["job_id"],
        columns: columns! {
            job_id Text "=" "The job"
            title Text "=" "Its title"
            opened_at Instant "=" "When it was opened"
            age_days Real "=" "Days since then"
            openings_open Int "=" "Openings for it that are open"
            active_applications Int "=" "Active applications; no leads"
            applications_30_days Int "=" "Applications and leads of the last 30 days"
            hires Int "=" "Hires"
            last_application_at Instant "=" "When the newest application was made"
        },
        ..TABLE
    },
];
