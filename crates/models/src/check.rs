//! Invariants of a model, looked for in a user's own data.

use std::path::Path;

use rusqlite::Connection;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::place;
use crate::table::Making;
use crate::tables::TABLES;

/// An invariant, and how many rows break it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What must hold.
    pub invariant: String,
    /// Rows that break it.
    pub broken: u64,
}

/// What must hold, and what counts rows that break it.
const INVARIANTS: &[(&str, &str)] = &[
    ("a visit ends when the next begins", "SELECT count(*) FROM application_stage_intervals i
        JOIN application_stage_intervals n ON n.application_id = i.application_id AND n.sequence = i.sequence + 1
        WHERE i.left_at IS NOT n.entered_at"),
    ("visits are numbered from 1 without gaps", "SELECT count(*) FROM (SELECT count(*) AS n, min(sequence) AS a, max(sequence) AS z
        FROM application_stage_intervals GROUP BY application_id) WHERE a <> 1 OR z <> n"),
    ("no visit ends before it begins", "SELECT count(*) FROM application_stage_intervals WHERE left_at < entered_at"),
    ("an application has at most one open visit, its last", "SELECT count(*) FROM application_stage_intervals i WHERE i.is_open AND EXISTS (
        SELECT 1 FROM application_stage_intervals n WHERE n.application_id = i.application_id AND n.sequence > i.sequence)"),
    ("outcomes are ours", "SELECT count(*) FROM applications WHERE outcome NOT IN ('hired', 'active', 'lead', 'rejected', 'withdrew',
        'archived_other', 'archived_unknown')"),
    ("directions are ours", "SELECT count(*) FROM stage_transitions WHERE direction IS NULL OR direction NOT IN ('entry', 'archive', 'hire',
        'unarchive', 'unhire', 'transfer', 'forward', 'backward', 'same')"),
    ("source categories are ours", "SELECT count(*) FROM sources WHERE source_category NOT IN ('inbound', 'referral', 'sourced', 'agency',
        'internal', 'event', 'other')"),
    ("what is reached includes what comes before", "SELECT count(*) FROM (
        SELECT f.cohort_month, f.job_id, f.source_id, f.reached, max(n.reached) AS later FROM metric_funnel f
        JOIN metric_funnel n ON n.cohort_month IS f.cohort_month AND n.job_id IS f.job_id AND n.source_id IS f.source_id
            AND n.milestone_order > f.milestone_order
        WHERE f.milestone_type <> 'Lead' GROUP BY 1, 2, 3, f.milestone_order) WHERE later > reached"),
    ("entered = progressed + rejected + withdrew + archived_other + pending", "SELECT count(*) FROM metric_stage_conversion
        WHERE entered <> progressed + rejected + withdrew + archived_other + pending"),
    ("an application has at most one decisive offer", "SELECT count(*) FROM (SELECT 1 FROM offers WHERE is_decisive
        GROUP BY application_id HAVING count(*) > 1)"),
    ("hires are applications that are hired", "SELECT abs((SELECT count(*) FROM hires) - (SELECT count(*) FROM applications WHERE outcome = 'hired'))"),
    ("metric_time_to_hire counts every hire", "SELECT abs((SELECT count(*) FROM hires) - (SELECT coalesce(sum(hires), 0) FROM metric_time_to_hire))"),
    ("metric_source_yield counts every application", "SELECT abs((SELECT count(*) FROM applications) - (SELECT coalesce(sum(applications), 0) FROM metric_source_yield))"),
    ("metric_outcomes counts every archived application", "SELECT abs((SELECT count(*) FROM applications WHERE status = 'Archived') - (SELECT coalesce(sum(applications), 0) FROM metric_outcomes))"),
    ("metric_offers counts every decisive offer", "SELECT abs((SELECT count(*) FROM offers JOIN applications USING (application_id) WHERE is_decisive) - (SELECT coalesce(sum(accepted + declined + cancelled + open), 0) FROM metric_offers))"),
    ("metric_pipeline counts every active application and lead", "SELECT abs((SELECT count(*) FROM applications WHERE status IN ('Active', 'Lead')) - (SELECT coalesce(sum(applications), 0) FROM metric_pipeline))"),
    ("metric_stage_conversion counts every application in every stage", "SELECT abs((SELECT count(*) FROM application_stage_durations JOIN applications USING (application_id)) - (SELECT coalesce(sum(entered), 0) FROM metric_stage_conversion))"),
    ("metric_time_in_stage counts every application in every stage", "SELECT abs((SELECT count(*) FROM application_stage_durations
        WHERE coalesce(stage_type, '') NOT IN ('Hired', 'Archived')) - (SELECT coalesce(sum(n + open_n), 0) FROM metric_time_in_stage))"),
];

fn broken(connection: &Connection, sql: &str) -> rusqlite::Result<u64> {
    connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}

/// Looks whether a model holds what it promises.
///
/// # Errors
/// As [`open`](crate::open).
pub fn check(model: &Path) -> Result<Vec<Finding>> {
    let connection = place::open(model)?;
    let mut findings = Vec::new();
    let mut look = |invariant: String, sql: &str| -> Result<()> {
        let broken = broken(&connection, sql).map_err(Error::sqlite(model))?;
        findings.push(Finding { invariant, broken });
        Ok(())
    };
    for (invariant, sql) in INVARIANTS {
        look((*invariant).to_owned(), sql)?;
    }
    for table in TABLES.iter().filter(|table| !table.name.starts_with("metric_")) {
        if matches!(table.making, Making::View(_)) {
            continue;
        }
        let missing: Vec<String> = table.key.iter().map(|column| format!("{column} IS NULL")).collect();
        let sql = format!("SELECT count(*) FROM {} WHERE {}", table.stored(), missing.join(" OR "));
        look(format!("{}: no part of a key is missing", table.name), &sql)?;
        for (column, owner) in table.owners {
            let owner = crate::find(owner).map_or(String::new(), |owner| {
                format!(
                    "SELECT count(*) FROM {} t JOIN {} o ON o.{} = t.{column} WHERE t.is_live AND NOT o.is_live",
                    table.stored(),
                    owner.stored(),
                    owner.key[0]
                )
            });
            look(format!("{}: what is live belongs to what is live", table.name), &owner)?;
        }
    }
    Ok(findings)
}
