//! The same from the analyst's model, which has the same facts in narrow rows.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::Pipeline;

/// By job, status and stage. Counted first, from an index alone, and named then.
const APPLICATIONS: &str = "SELECT a.job_id, j.title, a.status, a.current_stage_id, s.title, s.order_in_plan, a.count, a.new
    FROM (SELECT job_id, status, current_stage_id, count(*) AS count, sum(created_at >= ?2) AS new FROM applications
        WHERE ?1 IS NULL OR job_id = ?1 GROUP BY job_id, status, current_stage_id) a
    LEFT JOIN jobs_all j ON j.job_id = a.job_id
    LEFT JOIN interview_stages_all s ON s.stage_id = a.current_stage_id";

/// Moves into stages since then.
const MOVES: &str = "SELECT a.job_id, i.stage_id, max(i.stage_title), max(i.order_in_plan), count(*)
    FROM application_stage_intervals i JOIN applications a ON a.application_id = i.application_id
    WHERE i.entered_at >= ?2 AND (?1 IS NULL OR a.job_id = ?1) AND i.stage_id IS NOT NULL GROUP BY a.job_id, i.stage_id";

/// Since when those are in their stage that are active.
const WAITING: &str = "SELECT a.job_id, a.current_stage_id, i.entered_at
    FROM applications a JOIN application_stage_intervals i ON i.application_id = a.application_id
        AND i.stage_id = a.current_stage_id AND i.is_open
    WHERE a.status NOT IN ('Hired', 'Archived') AND (?1 IS NULL OR a.job_id = ?1)";

/// Counts everything.
pub(super) fn read(pipeline: &mut Pipeline, model: &Connection, has_history: bool) -> rusqlite::Result<()> {
    let since = pipeline.since.strftime("%FT%T%.3fZ").to_string();
    let only = pipeline.only.clone();
    let mut select = model.prepare(APPLICATIONS)?;
    let mut rows = select.query(params![only, since])?;
    while let Some(row) = rows.next()? {
        let (title, count): (Option<String>, _) = (row.get(1)?, number(row, 6)?);
        let job = pipeline.job(row.get_ref(0)?.as_str_or_null()?);
        job.title = title.unwrap_or_default();
        job.new += number(row, 7)?;
        match row.get_ref(2)?.as_str_or_null()? {
            Some("Hired") => job.hired += count,
            Some("Archived") => job.archived += count,
            _ => {
                job.active += count;
                if let Some(stage) = row.get_ref(3)?.as_str_or_null()? {
                    let stage = job.stages.entry(stage.into()).or_default();
                    stage.active += count;
                    stage.named(row.get(4)?, row.get(5)?);
                }
            }
        }
    }
    if !has_history {
        return Ok(());
    }
    let mut select = model.prepare(MOVES)?;
    let mut rows = select.query(params![only, since])?;
    while let Some(row) = rows.next()? {
        let Some(stage) = row.get_ref(1)?.as_str_or_null()? else { continue };
        let job = pipeline.job(row.get_ref(0)?.as_str_or_null()?);
        let stage = job.stages.entry(stage.into()).or_default();
        stage.moved += number(row, 4)?;
        stage.named(row.get(2)?, row.get(3)?);
    }
    let mut select = model.prepare(WAITING)?;
    let mut rows = select.query([&only])?;
    let now = pipeline.now;
    while let Some(row) = rows.next()? {
        let (Some(stage), Some(entered)) =
            (row.get_ref(1)?.as_str_or_null()?, row.get_ref(2)?.as_str_or_null()?)
        else {
            continue;
        };
        let Ok(entered) = entered.parse::<jiff::Timestamp>() else { continue };
        let job = pipeline.job(row.get_ref(0)?.as_str_or_null()?);
        let stage = job.stages.entry(stage.into()).or_default();
        stage.days.push(now.duration_since(entered).as_hours() as f64 / 24.0);
    }
    Ok(())
}

fn number(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.unsigned_abs())
}

impl Pipeline {
    fn job(&mut self, id: Option<&str>) -> &mut super::Job {
        let id: Arc<str> = self.id(id.unwrap_or_default());
        self.jobs.entry(id).or_default()
    }
}

impl super::Stage {
    fn named(&mut self, title: Option<String>, number: Option<i64>) {
        if self.title.is_empty() {
            (self.title, self.number) = (title.unwrap_or_default(), number.unwrap_or_default());
        }
    }
}
