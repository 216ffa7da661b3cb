//! `pipeline_overview`.

mod counted;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use json_slices::{find, members};
use serde_json::{Value, json};

use crate::agent::{self, Agent, Answer};
use crate::arguments::Given;
use crate::budget;
use crate::error::Error;

/// Says when applications came into stages. Lists of applications do not say it.
const HISTORY: &str = "application_history";

/// The usual period.
const PERIOD: SignedDuration = SignedDuration::from_hours(30 * 24);

#[derive(Default)]
struct Job {
    title: String,
    active: u64,
    hired: u64,
    archived: u64,
    new: u64,
    stages: BTreeMap<Arc<str>, Stage>,
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

/// Where an application is.
struct Place {
    job: Arc<str>,
    /// The stage, as long as it is active.
    stage: Option<Arc<str>>,
}

/// What is counted.
struct Pipeline {
    only: Option<String>,
    since: Timestamp,
    now: Timestamp,
    jobs: BTreeMap<Arc<str>, Job>,
    places: HashMap<Box<str>, Place>,
    /// Ids of jobs and stages: few, and each of them is in many places.
    ids: HashSet<Arc<str>>,
}

pub(super) async fn run(agent: &Agent, given: &Given) -> Result<Answer, Error> {
    let now = Timestamp::now();
    let since = given.instant("since").unwrap_or(now - PERIOD);
    let mut pipeline = Pipeline::new(given.text("job_id").map(str::to_owned), since, now);
    let path = agent.copy().map(|copy| copy.path().to_owned());
    let found = agent
        .locally(move |copy| {
            let Some(as_of) = copy.as_of(["applications"]) else { return Ok(None) };
            let as_of_both = copy.as_of(["applications", HISTORY]);
            // What the analyst's model has counted need not be counted again; it knows no policy.
            let is_seen_whole = ["applications", HISTORY].iter().all(|stream| copy.shows_all(stream));
            let model = path.filter(|_| is_seen_whole).and_then(|path| {
                models::current(&path, &["applications", "jobs", "interview_stages"]).ok().flatten()
            });
            match model {
                Some(model) => counted::read(&mut pipeline, &model, as_of_both.is_some())
                    .map_err(|error| Error::new("internal", format!("the model cannot be read: {error}")))?,
                None => {
                    copy.each("applications", |record| pipeline.application(record))?;
                    if as_of_both.is_some() {
                        copy.each(HISTORY, |record| pipeline.entry(record))?;
                    }
                }
            }
            Ok(Some((pipeline.jobs, as_of_both.unwrap_or(as_of), as_of_both.is_some())))
        })
        .await?
        .flatten();
    let Some((jobs, as_of, has_history)) = found else {
        return Err(Error::new("not_synced", "applications are not in the local copy")
            .hint("run `ashby sync applications`"));
    };
    let sum = |of: fn(&Job) -> u64| jobs.values().map(of).sum::<u64>();
    let totals = json!({
        "jobs": jobs.len(), "active": sum(|job| job.active), "hired": sum(|job| job.hired),
        "archived": sum(|job| job.archived), "new_in_period": sum(|job| job.new),
    });
    let mut jobs: Vec<(Arc<str>, Job)> = jobs.into_iter().collect();
    jobs.sort_by(|(_, one), (_, other)| {
        other.active.cmp(&one.active).then_with(|| one.title.cmp(&other.title))
    });
    let all = jobs.len();
    let shown = budget::take(jobs.into_iter().map(|(id, job)| told(&id, job, has_history)), budget::LETTERS);
    let mut answer = agent::answer(json!({
        "since": since.strftime("%FT%TZ").to_string(), "totals": totals, "jobs": shown, "untrusted": true,
    }));
    let mut notes = Vec::new();
    if !has_history {
        notes.push(format!(
            "moved_in and median_days are null: the stream {HISTORY} is not in the local copy, or not whole yet; \
             `ashby sync {HISTORY}` brings it"
        ));
    }
    if shown.len() < all {
        notes.push(format!(
            "{} of {all} jobs, those with the most active applications; ask for others by job_id",
            shown.len()
        ));
    }
    if !notes.is_empty() {
        answer.insert("note".to_owned(), notes.join(". ").into());
    }
    agent::local(&mut answer, Some(as_of));
    Ok(answer)
}

impl Pipeline {
    fn new(only: Option<String>, since: Timestamp, now: Timestamp) -> Self {
        let (jobs, places, ids) = Default::default();
        Self { only, since, now, jobs, places, ids }
    }

    fn id(&mut self, id: &str) -> Arc<str> {
        if let Some(known) = self.ids.get(id) {
            return Arc::clone(known);
        }
        let id: Arc<str> = id.into();
        self.ids.insert(Arc::clone(&id));
        id
    }

    fn application(&mut self, record: &[u8]) {
        let [id, job, status, created, stage] =
            parts(record, ["id", "job", "status", "createdAt", "currentInterviewStage"]);
        let job_id = text(job, &["id"]).unwrap_or_default();
        if self.only.as_ref().is_some_and(|only| *only != job_id) {
            return;
        }
        let job_id = self.id(&job_id);
        let stage_id = text(stage, &["id"]).map(|id| self.id(&id));
        let is_new = instant(created).is_some_and(|created| created >= self.since);
        let job = self
            .jobs
            .entry(Arc::clone(&job_id))
            .or_insert_with(|| Job { title: text(job, &["title"]).unwrap_or_default(), ..Job::default() });
        job.new += u64::from(is_new);
        let is_active = match text(status, &[]).as_deref() {
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
        let stage_id = stage_id.filter(|_| is_active);
        if let Some(id) = &stage_id {
            let found = job.stages.entry(Arc::clone(id)).or_default();
            found.active += 1;
            if found.title.is_empty() {
                found.title = text(stage, &["title"]).unwrap_or_default();
                found.number = number(find(stage, &["orderInInterviewPlan"]).ok().flatten());
            }
        }
        if let Some(id) = text(id, &[]) {
            self.places.insert(id.into(), Place { job: job_id, stage: stage_id });
        }
    }

    /// One of the history, once all applications were counted.
    fn entry(&mut self, record: &[u8]) {
        let [application, stage, title, order, entered, left] = parts(
            record,
            ["applicationId", "stageId", "title", "stageNumber", "enteredStageAt", "leftStageAt"],
        );
        let Some(place) = text(application, &[]).and_then(|id| self.places.get(&*id)) else { return };
        let (Some(id), Some(entered)) = (text(stage, &[]), instant(entered)) else { return };
        let is_here = place.stage.as_deref() == Some(&id) && left == b"null";
        let is_new = entered >= self.since;
        if !is_here && !is_new {
            return;
        }
        let job = Arc::clone(&place.job);
        let id = self.id(&id);
        let Some(job) = self.jobs.get_mut(&job) else { return };
        let stage = job.stages.entry(id).or_default();
        if stage.title.is_empty() {
            stage.title = text(title, &[]).unwrap_or_default();
            stage.number = number(Some(order));
        }
        stage.moved += u64::from(is_new);
        if is_here {
            stage.days.push(self.now.duration_since(entered).as_hours() as f64 / 24.0);
        }
    }
}

fn told(id: &str, job: Job, has_history: bool) -> Value {
    let mut stages: Vec<(Arc<str>, Stage)> = job.stages.into_iter().collect();
    stages.sort_by(|(_, one), (_, other)| {
        one.number.cmp(&other.number).then_with(|| one.title.cmp(&other.title))
    });
    let stages: Vec<Value> = stages
        .into_iter()
        .map(|(id, stage)| {
            json!({
                "stage_id": &*id, "title": stage.title, "active": stage.active,
                // Nobody moved is another answer than nobody knows.
                "moved_in": has_history.then_some(stage.moved), "median_days": median(stage.days),
            })
        })
        .collect();
    json!({
        "job_id": id, "title": job.title, "active": job.active, "hired": job.hired, "archived": job.archived,
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

fn instant(value: &[u8]) -> Option<Timestamp> {
    text(value, &[])?.parse().ok()
}

fn number(value: Option<&[u8]>) -> i64 {
    value.and_then(|value| std::str::from_utf8(value).ok()?.parse().ok()).unwrap_or_default()
}

/// The members of these names, found in one pass; `null` where there is none.
fn parts<'a, const N: usize>(record: &'a [u8], names: [&str; N]) -> [&'a [u8]; N] {
    let mut parts: [&[u8]; N] = [b"null"; N];
    // What comes before a fault is as good as any.
    let _ = members(record, |name, value| {
        if let Some(at) = names.iter().position(|wanted| wanted.as_bytes() == name.raw()) {
            parts[at] = value;
        }
    });
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applications_are_counted_where_they_are() {
        let mut pipeline = Pipeline::new(
            Some("j".to_owned()),
            "2026-02-01T00:00:00Z".parse().unwrap(),
            "2026-03-01T00:00:00Z".parse().unwrap(),
        );
        let january = "2026-01-01T00:00:00Z";
        for (id, job, status, entered, created) in [
            ("1", "j", "Active", "2026-02-27T00:00:00Z", january),
            ("2", "j", "Active", "2026-01-10T00:00:00Z", "2026-02-02T00:00:00Z"),
            ("3", "j", "Hired", "2026-02-27T00:00:00Z", january),
            ("4", "other", "Active", "2026-02-27T00:00:00Z", january),
        ] {
            let application = json!({
                "id": id, "job": {"id": job, "title": "Baker"}, "status": status, "createdAt": created,
                "currentInterviewStage": {"id": "b", "title": "B", "orderInInterviewPlan": 1},
            });
            pipeline.application(application.to_string().as_bytes());
            for entry in [
                json!({"applicationId": id, "stageId": "a", "title": "A", "stageNumber": 0,
                    "enteredStageAt": january, "leftStageAt": entered}),
                json!({"applicationId": id, "stageId": "b", "title": "B", "stageNumber": 1, "enteredStageAt": entered}),
            ] {
                pipeline.entry(entry.to_string().as_bytes());
            }
        }
        let entry =
            json!({"applicationId": "gone", "stageId": "b", "enteredStageAt": "2026-02-27T00:00:00Z"});
        pipeline.entry(entry.to_string().as_bytes());
        let (id, job) = pipeline.jobs.pop_first().unwrap();
        let job = told(&id, job, true);
        assert!(pipeline.jobs.is_empty());
        assert_eq!((&job["active"], &job["hired"], &job["new_in_period"]), (&json!(2), &json!(1), &json!(1)));
        assert_eq!(
            job["stages"],
            json!([{"stage_id": "b", "title": "B", "active": 2, "moved_in": 2, "median_days": 26.0}])
        );
        assert_eq!((median(vec![]), median(vec![3.0, 1.0, 2.0])), (None, Some(2.0)));
    }
}
