//! `pipeline_overview`.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use json_slices::{find, members};
use serde_json::{Value, json};

use crate::agent::{self, Agent, Answer};
use crate::arguments::Given;
use crate::budget;
use crate::error::Error;

/// The usual period.
const PERIOD: SignedDuration = SignedDuration::from_hours(30 * 24);

#[derive(Default)]
struct Job {
    id: String,
    title: String,
    active: u64,
    hired: u64,
    archived: u64,
    new: u64,
    stages: BTreeMap<String, Stage>,
}

#[derive(Default)]
struct Stage {
    title: String,
    number: i64,
    active: u64,
    moved: u64,
    /// Of those that are active, where it is known.
    days: Vec<f64>,
}

pub(super) async fn run(agent: &Agent, given: &Given) -> Result<Answer, Error> {
    let now = Timestamp::now();
    let since = given.instant("since").unwrap_or(now - PERIOD);
    let only = given.text("job_id").map(str::to_owned);
    let found = agent
        .locally(move |copy| {
            let Some(as_of) = copy.as_of(["applications"]) else { return Ok(None) };
            let mut jobs: BTreeMap<String, Job> = BTreeMap::new();
            copy.each("applications", |record| {
                count(record, only.as_deref(), since, now, &mut jobs);
            })?;
            Ok(Some((jobs, as_of)))
        })
        .await?
        .flatten();
    let Some((jobs, as_of)) = found else {
        return Err(Error::new("not_synced", "applications are not in the local copy")
            .hint("run `ashby sync applications`"));
    };
    let sum = |of: fn(&Job) -> u64| jobs.values().map(of).sum::<u64>();
    let totals = json!({
        "jobs": jobs.len(), "active": sum(|job| job.active), "hired": sum(|job| job.hired),
        "archived": sum(|job| job.archived), "new_in_period": sum(|job| job.new),
    });
    let mut jobs: Vec<Job> = jobs.into_values().collect();
    jobs.sort_by(|one, other| other.active.cmp(&one.active).then_with(|| one.title.cmp(&other.title)));
    let all = jobs.len();
    let shown = budget::take(jobs.into_iter().map(told), budget::LETTERS);
    let mut answer = agent::answer(json!({
        "since": since.strftime("%FT%TZ").to_string(), "totals": totals, "jobs": shown, "untrusted": true,
    }));
    if shown.len() < all {
        let note = format!(
            "{} of {all} jobs, those with the most active applications; ask for others by job_id",
            shown.len()
        );
        answer.insert("note".to_owned(), note.into());
    }
    agent::local(&mut answer, Some(as_of));
    Ok(answer)
}

fn count(
    record: &[u8],
    only: Option<&str>,
    since: Timestamp,
    now: Timestamp,
    jobs: &mut BTreeMap<String, Job>,
) {
    let parts = Parts::of(record);
    let job_id = text(parts.job, &["id"]).unwrap_or_default();
    if only.is_some_and(|only| only != job_id) {
        return;
    }
    let job = jobs.entry(job_id.clone()).or_insert_with(|| Job {
        id: job_id,
        title: text(parts.job, &["title"]).unwrap_or_default(),
        ..Job::default()
    });
    let is_active = match text(parts.status, &[]).as_deref() {
        Some("Hired") => {
            job.hired += 1;
            false
        }
        Some("Archived") => {
            job.archived += 1;
            false
        }
        _ => {
            job.active += 1;
            true
        }
    };
    if text(parts.created, &[])
        .and_then(|text| text.parse().ok())
        .is_some_and(|created: Timestamp| created >= since)
    {
        job.new += 1;
    }
    let current = text(parts.stage, &["id"]);
    if let (Some(current), true) = (&current, is_active) {
        let stage = job.stages.entry(current.clone()).or_default();
        stage.title = text(parts.stage, &["title"]).unwrap_or_default();
        stage.active += 1;
    }
    let history: Vec<Value> = json_slices::read(parts.history).unwrap_or_default();
    for entry in history {
        let Some(id) = entry["stageId"].as_str() else { continue };
        let entered: Option<Timestamp> = entry["enteredStageAt"].as_str().and_then(|text| text.parse().ok());
        let is_here = entry["leftStageAt"].is_null() && current.as_deref() == Some(id) && is_active;
        let is_new = entered.is_some_and(|entered| entered >= since);
        if !is_here && !is_new {
            continue;
        }
        let stage = job.stages.entry(id.to_owned()).or_default();
        if stage.title.is_empty() {
            stage.title = entry["title"].as_str().unwrap_or_default().to_owned();
        }
        stage.number = stage.number.max(entry["stageNumber"].as_i64().unwrap_or(0));
        stage.moved += u64::from(is_new);
        if let (Some(entered), true) = (entered, is_here) {
            stage.days.push(now.duration_since(entered).as_hours() as f64 / 24.0);
        }
    }
}

fn told(job: Job) -> Value {
    let mut stages: Vec<(String, Stage)> = job.stages.into_iter().collect();
    stages.sort_by(|(_, one), (_, other)| {
        one.number.cmp(&other.number).then_with(|| one.title.cmp(&other.title))
    });
    let stages: Vec<Value> = stages
        .into_iter()
        .map(|(id, stage)| {
            json!({
                "stage_id": id, "title": stage.title, "active": stage.active, "moved_in": stage.moved,
                "median_days": median(stage.days),
            })
        })
        .collect();
    json!({
        "job_id": job.id, "title": job.title, "active": job.active, "hired": job.hired, "archived": job.archived,
        "new_in_period": job.new, "stages": stages,
    })
}

/// To a tenth.
fn median(mut days: Vec<f64>) -> Option<f64> {
    days.sort_by(f64::total_cmp);
    let middle = days.len() / 2;
    let median = match days.len() {
        0 => return None,
        odd if odd % 2 == 1 => days[middle],
        _ => f64::midpoint(days[middle - 1], days[middle]),
    };
    Some((median * 10.0).round() / 10.0)
}

fn text(record: &[u8], path: &[&str]) -> Option<String> {
    let found = find(record, path).ok()??;
    json_slices::Text::of(found).map(|text| text.lossy().into_owned())
}

/// What is looked at of an application, found in one pass.
struct Parts<'a> {
    job: &'a [u8],
    status: &'a [u8],
    created: &'a [u8],
    stage: &'a [u8],
    history: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(record: &'a [u8]) -> Self {
        let none: &[u8] = b"null";
        let mut parts = Self { job: none, status: none, created: none, stage: none, history: none };
        // What comes before a fault is as good as any.
        let _ = members(record, |name, value| match name.raw() {
            b"job" => parts.job = value,
            b"status" => parts.status = value,
            b"createdAt" => parts.created = value,
            b"currentInterviewStage" => parts.stage = value,
            b"applicationHistory" => parts.history = value,
            _ => {}
        });
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applications_are_counted_where_they_are() {
        let now: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let since: Timestamp = "2026-02-01T00:00:00Z".parse().unwrap();
        let mut jobs = BTreeMap::new();
        let application = |status: &str, stage: &str, entered: &str, created: &str| {
            json!({
                "job": {"id": "j", "title": "Baker"}, "status": status, "createdAt": created,
                "currentInterviewStage": {"id": stage, "title": stage.to_uppercase()},
                "applicationHistory": [
                    {"stageId": "a", "title": "A", "stageNumber": 0, "enteredStageAt": "2026-01-01T00:00:00Z", "leftStageAt": entered},
                    {"stageId": stage, "title": stage.to_uppercase(), "stageNumber": 1, "enteredStageAt": entered, "leftStageAt": null},
                ],
            })
            .to_string()
        };
        for record in [
            application("Active", "b", "2026-02-27T00:00:00Z", "2026-01-01T00:00:00Z"),
            application("Active", "b", "2026-01-10T00:00:00Z", "2026-02-02T00:00:00Z"),
            application("Hired", "b", "2026-02-27T00:00:00Z", "2026-01-01T00:00:00Z"),
        ] {
            count(record.as_bytes(), None, since, now, &mut jobs);
            count(record.as_bytes(), Some("other"), since, now, &mut jobs);
        }
        let job = told(jobs.remove("j").unwrap());
        assert!(jobs.is_empty());
        assert_eq!((&job["active"], &job["hired"], &job["new_in_period"]), (&json!(2), &json!(1), &json!(1)));
        assert_eq!(
            job["stages"],
            json!([{"stage_id": "b", "title": "B", "active": 2, "moved_in": 2, "median_days": 26.0}])
        );
        assert_eq!((median(vec![]), median(vec![3.0, 1.0, 2.0])), (None, Some(2.0)));
    }
}
