//! What every recruiting dashboard begins with, asked of the model: examples for people, and what its speed is measured by.

/// A question, and the SQL that answers it, for any SQLite from 3.31 on.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// In a few words.
    pub name: &'static str,
    /// One `SELECT`. `{as_of}` is the model's, and `{first}` and `{second}` are columns of `candidate_custom_fields`, which are the
    /// organisation's.
    pub sql: &'static str,
}

impl Question {
    /// The SQL, against this moment (RFC 3339), and with these columns of `candidate_custom_fields`.
    pub fn sql(&self, as_of: &str, first: &str, second: &str) -> String {
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let as_of = as_of.replace('\'', "");
        self.sql
            .replace("{as_of}", &as_of)
            .replace("{first}", &quoted(first))
            .replace("{second}", &quoted(second))
    }
}

/// The twelve of them.
pub const QUESTIONS: [Question; 12] = [
    Question {
        name: "funnel of twelve months",
        sql: "SELECT milestone_order, milestone, sum(reached) AS reached, sum(ended_reached) AS ended_reached
            FROM metric_funnel WHERE cohort_month > strftime('%Y-%m', '{as_of}', '-12 months')
            GROUP BY milestone_order, milestone ORDER BY milestone_order",
    },
    Question {
        name: "pass-through by job and stage, this year",
        sql: "SELECT job_id, stage_title, sum(entered) AS entered, sum(progressed) AS progressed, sum(pending) AS pending
            FROM metric_stage_conversion WHERE entered_month >= strftime('%Y-01', '{as_of}')
            GROUP BY job_id, stage_id ORDER BY entered DESC",
    },
    Question {
        name: "time in stage",
        sql: "SELECT stage_title, stage_type, n, p50_days, p90_days, open_n FROM metric_time_in_stage ORDER BY n DESC",
    },
    Question {
        name: "median time to hire by month",
        sql: "SELECT hired_month, hires, p50_days FROM metric_time_to_hire ORDER BY hired_month",
    },
    Question {
        name: "offer acceptance by quarter",
        sql: "SELECT substr(month, 1, 4) || '-Q' || ((substr(month, 6, 2) + 2) / 3) AS quarter, sum(accepted) AS accepted,
                sum(declined) AS declined, 1.0 * sum(accepted) / nullif(sum(accepted + declined), 0) AS rate
            FROM metric_offers GROUP BY quarter ORDER BY quarter",
    },
    Question {
        name: "yield by type of source",
        sql: "SELECT source_type_title, sum(applications) AS applications, sum(reached_interview) AS reached_interview,
                sum(hires) AS hires
            FROM metric_source_yield GROUP BY source_type_title ORDER BY hires DESC",
    },
    Question {
        name: "the 20 busiest interviewers of eight weeks",
        sql: "SELECT user_id, sum(interviews) AS interviews, sum(feedback_missing) AS feedback_missing
            FROM metric_interviewer_load WHERE week_start > strftime('%Y-%m-%d', '{as_of}', '-56 days')
            GROUP BY user_id ORDER BY interviews DESC, user_id LIMIT 20",
    },
    Question {
        name: "pipeline by job",
        sql: "SELECT job_id, sum(applications) AS applications, max(oldest_days_in_stage) AS oldest_days_in_stage
            FROM metric_pipeline GROUP BY job_id ORDER BY applications DESC, job_id",
    },
    Question {
        name: "ageing of open jobs",
        sql: "SELECT job_id, title, age_days, openings_open, active_applications, last_application_at
            FROM metric_open_jobs ORDER BY age_days DESC",
    },
    Question {
        name: "the 100 applications that stand still longest",
        sql: "SELECT application_id, job_id, current_stage_id, current_stage_entered_at
            FROM applications WHERE status = 'Active' AND current_stage_entered_at IS NOT NULL
            ORDER BY current_stage_entered_at LIMIT 100",
    },
    Question {
        name: "candidates by two custom fields",
        sql: "SELECT {first}, {second}, count(*) AS candidates FROM candidate_custom_fields
            GROUP BY 1, 2 ORDER BY candidates DESC LIMIT 50",
    },
    Question {
        name: "mean score by question",
        sql: "SELECT field_path, count(value_number) AS answers, avg(value_number) AS mean
            FROM form_answers WHERE submission_kind = 'feedback' GROUP BY field_path ORDER BY field_path",
    },
];
