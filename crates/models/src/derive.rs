//! What is prepared before a table is computed: small tables of stages, and what visits, offers and other evidence say of
//! each application.

/// Made once the stages are known.
pub(crate) const STAGES: &str = "
    CREATE TEMP TABLE t_stages AS
        SELECT s.stage_id, s.stage_type, s.interview_plan_id, s.order_in_plan, s.milestone_order,
            (SELECT count(*) FROM _interview_stages p WHERE p.is_live AND p.interview_plan_id = s.interview_plan_id
                AND coalesce(p.stage_type, '') <> 'Archived' AND p.order_in_plan < s.order_in_plan) AS before,
            (SELECT count(*) FROM _interview_stages p WHERE p.is_live AND p.interview_plan_id = s.interview_plan_id
                AND coalesce(p.stage_type, '') <> 'Archived' AND p.order_in_plan <= s.order_in_plan) AS upto
        FROM _interview_stages s WHERE s.is_live;
    CREATE UNIQUE INDEX temp.t_stages_key ON t_stages (stage_id);
    CREATE TEMP TABLE t_firsts AS SELECT
        min(CASE WHEN milestone_type NOT IN ('Lead', 'Archived') THEN milestone_order END) AS f_first,
        min(CASE WHEN milestone_type = 'Offer' THEN milestone_order END) AS f_offer,
        min(CASE WHEN milestone_type = 'Hired' THEN milestone_order END) AS f_hired
        FROM milestones;
    CREATE TEMP TABLE t_internal_postings AS
        SELECT DISTINCT p.job_posting_id FROM _job_board_postings p
        JOIN _job_boards b ON b.job_board_id = p.job_board_id
        WHERE p.is_live AND b.is_live GROUP BY p.job_posting_id HAVING min(coalesce(b.is_internal, 0)) = 1;
    CREATE UNIQUE INDEX temp.t_internal_postings_key ON t_internal_postings (job_posting_id);
";

/// Made once visits and offers are known; `{applications}` is which are computed.
pub(crate) const EVIDENCE: &str = "
    CREATE TEMP TABLE v_applications (application_id TEXT PRIMARY KEY, visits INTEGER, activated_at TEXT, hired_at TEXT,
        archived_at TEXT, last_stage_id TEXT, top INTEGER, lead INTEGER, leads INTEGER, entered INTEGER, reopens INTEGER,
        reopened_at TEXT, newest_stage_id TEXT, newest_entered_at TEXT, newest_left_at TEXT) WITHOUT ROWID;
    INSERT INTO v_applications
        SELECT g.application_id, g.visits, g.activated_at, g.hired_at, g.archived_at, l.stage_id, g.top, g.lead, g.leads,
            g.entered, g.reopens, r.entered_at, n.stage_id, n.entered_at, n.left_at
        FROM (
            SELECT a.application_id, count(*) AS visits,
                min(CASE WHEN coalesce(stage_type, '') NOT IN ('Lead', 'Archived') THEN entered_at END) AS activated_at,
                max(CASE WHEN stage_type = 'Hired' THEN entered_at END) AS hired_at,
                max(CASE WHEN stage_type = 'Archived' THEN entered_at END) AS archived_at,
                max(CASE WHEN stage_type = 'Archived' THEN sequence END) AS archived,
                max(CASE WHEN coalesce(stage_type, '') NOT IN ('Hired', 'Archived') THEN sequence END) AS last,
                max(CASE WHEN stage_type NOT IN ('Lead', 'Archived') THEN milestone_order END) AS top,
                min(CASE WHEN stage_type = 'Lead' THEN milestone_order END) AS lead,
                sum(DISTINCT CASE WHEN stage_type = 'Lead' THEN 1 << milestone_order END) AS leads,
                sum(DISTINCT CASE WHEN stage_type <> 'Archived' THEN 1 << milestone_order END) AS entered,
                sum(_direction = 'unarchive') AS reopens
            FROM _application_stage_intervals a WHERE sequence IS NOT NULL AND {applications}
            GROUP BY a.application_id
        ) g
        LEFT JOIN _application_stage_intervals l ON l.application_id = g.application_id AND l.sequence = g.last
        LEFT JOIN _application_stage_intervals r ON r.application_id = g.application_id AND r.sequence = g.archived + 1
        LEFT JOIN _application_stage_intervals n ON n.application_id = g.application_id AND n.sequence = g.visits;
    CREATE TEMP TABLE o_applications (application_id TEXT PRIMARY KEY, offers INTEGER, accepted_offer_id TEXT,
        accepted_at TEXT) WITHOUT ROWID;
    INSERT INTO o_applications
        SELECT g.application_id, g.offers, o.offer_id, o.decided_at FROM (
            SELECT a.application_id, count(*) AS offers,
                max(CASE WHEN outcome = 'accepted' THEN coalesce(decided_at, created_at, '') || '/' || offer_id END) AS newest
            FROM _offers a WHERE deleted_at IS NULL AND application_id IS NOT NULL AND {applications}
            GROUP BY a.application_id
        ) g LEFT JOIN _offers o ON o.offer_id = substr(g.newest, instr(g.newest, '/') + 1);
    CREATE TEMP TABLE e_applications (application_id TEXT PRIMARY KEY, top INTEGER, lead INTEGER, leads INTEGER) WITHOUT ROWID;
    INSERT INTO e_applications
        SELECT x.application_id, max(CASE WHEN st.stage_type NOT IN ('Lead', 'Archived') THEN st.milestone_order END),
            min(CASE WHEN st.stage_type = 'Lead' THEN st.milestone_order END),
            sum(DISTINCT CASE WHEN st.stage_type = 'Lead' THEN 1 << st.milestone_order END)
        FROM (
            SELECT application_id, current_stage_id AS stage_id FROM s_applications
            UNION ALL
            SELECT a.application_id, a.stage_id FROM _interview_schedules a
            WHERE a.deleted_at IS NULL AND NOT a.is_cancelled AND a.application_id IS NOT NULL AND {applications}
        ) x JOIN t_stages st ON st.stage_id = x.stage_id
        WHERE NOT EXISTS (SELECT 1 FROM v_applications v WHERE v.application_id = x.application_id)
        GROUP BY x.application_id;
";
