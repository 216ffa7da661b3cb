//! Which records may leave at all: those of some jobs or departments, those of jobs that are not confidential.
//!
//! A record belongs to a job by what it says itself, or by the application or candidate that it names. Where that cannot be
//! told it does not leave.

use std::collections::BTreeSet;

use ashby_catalog::{Holds, Place};
use serde_json::Value;

/// Records of these jobs only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Ids of jobs; with none, and no departments, all.
    pub jobs: BTreeSet<String>,
    /// Ids of departments whose jobs are meant, too.
    pub departments: BTreeSet<String>,
    /// Whether confidential jobs are left out, whatever else is said.
    pub without_confidential: bool,
}

/// What is known of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFacts {
    /// Its department.
    pub department: Option<String>,
    /// Whether it is confidential.
    pub is_confidential: Option<bool>,
}

/// Knows what records that are not at hand belong to.
pub trait Reach: Send + Sync {
    /// What is known of a job.
    fn job(&self, id: &str) -> Option<JobFacts>;
    /// The job of an application.
    fn job_of_application(&self, id: &str) -> Option<String>;
    /// The jobs for which a candidate was considered.
    fn jobs_of_candidate(&self, id: &str) -> Vec<String>;
}

/// Knows nothing but the record at hand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unknown;

impl Reach for Unknown {
    fn job(&self, _: &str) -> Option<JobFacts> {
        None
    }

    fn job_of_application(&self, _: &str) -> Option<String> {
        None
    }

    fn jobs_of_candidate(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// Streams that are about people and jobs and do not say which.
const UNTOLD: &[&str] = &["approvals", "audit_log", "offer_versions", "sequences"];

impl Rows {
    /// Whether all records may leave.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    fn allows(&self, id: &str, facts: &JobFacts) -> bool {
        let is_named = self.jobs.is_empty() && self.departments.is_empty()
            || self.jobs.contains(id)
            || facts.department.as_ref().is_some_and(|department| self.departments.contains(department));
        is_named && (!self.without_confidential || facts.is_confidential == Some(false))
    }
}

/// How to tell of a record whether it may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowPlan {
    rows: Vec<Rows>,
    jobs: Vec<Job>,
    applications: Vec<Vec<String>>,
    candidates: Vec<Vec<String>>,
    /// It says of itself whether it is confidential, and belongs to no job.
    is_confidential: Option<Vec<String>>,
    is_untold: bool,
}

/// Where a job is named, and what stands there of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Job {
    id: Vec<String>,
    department: Option<Vec<String>>,
    confidential: Option<Vec<String>>,
}

impl RowPlan {
    pub(crate) fn new(rows: Vec<Rows>, streams: &[&str], places: &[Place]) -> Self {
        let steps = |pointer: &str| -> Vec<String> {
            // A list that an operation answers is looked at item by item.
            let pointer = pointer.strip_prefix("/*").unwrap_or(pointer);
            let steps = pointer.split('/').skip(1);
            steps.map(|name| name.replace("~1", "/").replace("~0", "~")).collect()
        };
        let ids = |kind: &'static str| -> Vec<Vec<String>> {
            let all: Vec<Vec<String>> = places
                .iter()
                .filter(|place| place.holds == Holds::Id(kind))
                .map(|place| steps(&place.path))
                .collect();
            // What is further inside is about other records.
            let depth = |path: &Vec<String>| path.iter().filter(|name| *name != "*").count();
            let shallowest = all.iter().map(depth).min();
            all.into_iter().filter(|path| Some(depth(path)) == shallowest).collect()
        };
        let beside = |id: &[String], name: &str| {
            let mut path = id.to_vec();
            *path.last_mut()? = name.to_owned();
            places.iter().any(|place| steps(&place.path) == path).then_some(path)
        };
        let job = |id: Vec<String>| {
            // `jobId` stands beside what is not the job's.
            let is_its_own = id.last().is_some_and(|name| name == "id");
            let fact = |name: &str| if is_its_own { beside(&id, name) } else { None };
            Job { department: fact("departmentId"), confidential: fact("confidential"), id: id.clone() }
        };
        let jobs: Vec<Job> = ids("JobId").into_iter().map(job).collect();
        let (applications, candidates) = (ids("ApplicationId"), ids("CandidateId"));
        let belongs = !(jobs.is_empty() && applications.is_empty() && candidates.is_empty());
        let own = places
            .iter()
            .find(|place| place.path.ends_with("/confidential") && steps(&place.path).len() == 1);
        Self {
            is_confidential: own.filter(|_| !belongs).map(|place| steps(&place.path)),
            is_untold: !belongs && streams.iter().any(|stream| UNTOLD.contains(stream)),
            rows,
            jobs,
            applications,
            candidates,
        }
    }

    /// Whether there is nothing to tell: every record may leave.
    pub(crate) fn is_open(&self) -> bool {
        let belongs = !(self.jobs.is_empty() && self.applications.is_empty() && self.candidates.is_empty());
        !belongs && !self.is_untold && self.is_confidential.is_none()
    }

    pub(crate) fn allows(&self, record: &[u8], reach: &dyn Reach) -> bool {
        if self.is_untold {
            return false;
        }
        let Ok(record) = json_slices::read::<Value>(record) else { return false };
        self.allows_value(&record, reach)
    }

    fn allows_value(&self, record: &Value, reach: &dyn Reach) -> bool {
        if let Some(path) = &self.is_confidential {
            let without = self.rows.iter().any(|rows| rows.without_confidential);
            return !without || at(record, path).first() == Some(&&Value::Bool(false));
        }
        let mut jobs: Vec<(String, JobFacts)> = Vec::new();
        for job in &self.jobs {
            let ids = texts(record, &job.id);
            // Facts stand beside one job only.
            let facts = match &ids[..] {
                [_] => JobFacts {
                    department: job.department.as_ref().and_then(|path| texts(record, path).pop()),
                    is_confidential: job
                        .confidential
                        .as_ref()
                        .and_then(|path| at(record, path).first().and_then(|value| value.as_bool())),
                },
                _ => JobFacts::default(),
            };
            jobs.extend(ids.into_iter().map(|id| (id, facts.clone())));
        }
        let named =
            |ids: Vec<String>| ids.into_iter().map(|id| (id, JobFacts::default())).collect::<Vec<_>>();
        if jobs.is_empty() {
            let applications = self.applications.iter().flat_map(|path| texts(record, path));
            jobs = named(applications.filter_map(|id| reach.job_of_application(&id)).collect());
        }
        if jobs.is_empty() {
            let candidates = self.candidates.iter().flat_map(|path| texts(record, path));
            jobs = named(candidates.flat_map(|id| reach.jobs_of_candidate(&id)).collect());
        }
        jobs.into_iter().any(|(id, mut facts)| {
            if facts.department.is_none() || facts.is_confidential.is_none() {
                let known = reach.job(&id).unwrap_or_default();
                facts.department = facts.department.or(known.department);
                facts.is_confidential = facts.is_confidential.or(known.is_confidential);
            }
            self.rows.iter().all(|rows| rows.allows(&id, &facts))
        })
    }
}

/// The values at a path in which `*` stands for each item of a list.
fn at<'a>(value: &'a Value, path: &[String]) -> Vec<&'a Value> {
    match path {
        [] => vec![value],
        [name, rest @ ..] if name == "*" => match value {
            Value::Array(items) => items.iter().flat_map(|item| at(item, rest)).collect(),
            _ => Vec::new(),
        },
        [name, rest @ ..] => value.get(name).map(|value| at(value, rest)).unwrap_or_default(),
    }
}

fn texts(value: &Value, path: &[String]) -> Vec<String> {
    at(value, path).into_iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{Contract, Policy, Veil};

    struct Known;

    impl Reach for Known {
        fn job(&self, id: &str) -> Option<JobFacts> {
            let department = Some(if id == "j1" { "d1" } else { "d2" }.to_owned());
            Some(JobFacts { department, is_confidential: Some(id == "secret") })
        }

        fn job_of_application(&self, id: &str) -> Option<String> {
            Some(id.replace('a', "j"))
        }

        fn jobs_of_candidate(&self, id: &str) -> Vec<String> {
            vec![id.replace('c', "j")]
        }
    }

    fn veil(rows: &str) -> Veil {
        let contract = Contract::ashby();
        let text = format!("preset = \"full\"\n[rows]\n{rows}");
        let policy = Policy::parse(&text, Path::new("privacy.toml"), &contract).unwrap();
        Veil::new(contract, [policy])
    }

    fn allows(veil: &Veil, stream: &str, json: &str, reach: &dyn Reach) -> bool {
        veil.plan(stream).allows(json.as_bytes(), reach)
    }

    #[test]
    fn records_of_other_jobs_do_not_leave() {
        let veil = veil("jobs = [\"j1\"]");
        for (stream, json, alone, known) in [
            ("jobs", r#"{"id":"j1"}"#, true, true),
            ("jobs", r#"{"id":"j2"}"#, false, false),
            (
                "applications",
                r#"{"id":"a9","job":{"id":"j1"},"openings":[{"id":"o","jobIds":["j2"]}]}"#,
                true,
                true,
            ),
            (
                "applications",
                r#"{"id":"a9","job":{"id":"j2"},"openings":[{"id":"o","latestVersion":{"jobIds":["j1"]}}]}"#,
                false,
                false,
            ),
            ("offers", r#"{"id":"o","applicationId":"a1"}"#, false, true),
            ("offers", r#"{"id":"o","applicationId":"a2"}"#, false, false),
            ("candidates", r#"{"id":"c1","applicationIds":["a1","a2"]}"#, false, true),
            ("candidates", r#"{"id":"c1","applicationIds":["a2"]}"#, false, false),
            ("candidate_notes", r#"{"id":"n","candidateId":"c1"}"#, false, true),
            ("departments", r#"{"id":"d"}"#, true, true),
            ("audit_log", r#"{"id":"d"}"#, false, false),
            ("jobs", r#"{"id":{"x":"j1"}}"#, false, false),
            ("jobs", "no json", false, false),
        ] {
            assert_eq!(allows(&veil, stream, json, &Unknown), alone, "{stream} {json} alone");
            assert_eq!(allows(&veil, stream, json, &Known), known, "{stream} {json} known");
        }
    }

    #[test]
    fn departments_and_confidence_are_read_beside_the_job_or_known() {
        let (department, secret) = (veil("departments = [\"d1\"]"), veil("confidential = \"exclude\""));
        let job = |rest: &str| format!(r#"{{"id":"x","job":{{"id":"j9"{rest}}}}}"#);
        assert!(allows(&department, "applications", &job(r#","departmentId":"d1""#), &Unknown));
        assert!(!allows(&department, "applications", &job(r#","departmentId":"d2""#), &Unknown));
        assert!(!allows(&department, "applications", &job(""), &Unknown));
        assert!(allows(&department, "job_postings", r#"{"id":"p","jobId":"j1"}"#, &Known));
        assert!(allows(&secret, "applications", &job(r#","confidential":false"#), &Unknown));
        assert!(!allows(&secret, "applications", &job(r#","confidential":true"#), &Known));
        assert!(
            !allows(&secret, "applications", &job(""), &Unknown)
                && allows(&secret, "applications", &job(""), &Known)
        );
        assert!(!allows(&secret, "jobs", r#"{"id":"secret"}"#, &Known));
        assert!(allows(&secret, "projects", r#"{"id":"p","confidential":false}"#, &Unknown));
        assert!(!allows(&secret, "projects", r#"{"id":"p"}"#, &Known));
    }

    /// Streams that leave whole under any rule of rows: none of them is about somebody's job.
    #[test]
    fn what_belongs_to_no_job_is_nobodys() {
        let veil = veil("jobs = [\"j1\"]");
        let contract = Contract::ashby();
        let open: Vec<&str> = contract
            .streams()
            .map(|shape| &*shape.name)
            .filter(|stream| veil.plan(stream).rows.is_none())
            .collect();
        assert_eq!(
            open,
            [
                "api_versions",
                "application_hiring_team_roles",
                "archive_reasons",
                "brands",
                "candidate_tags",
                "close_reasons",
                "communication_templates",
                "custom_fields",
                "departments",
                "email_senders",
                "feedback_form_definitions",
                "hiring_team_roles",
                "interview_plans",
                "interview_stage_groups",
                "interview_stages",
                "interviewer_pauses",
                "interviewer_pool_members",
                "interviewer_pools",
                "job_boards",
                "job_templates",
                "locations",
                "sequence_templates",
                "source_tracking_links",
                "sources",
                "survey_form_definitions",
                "users",
            ]
        );
    }

    #[test]
    fn answers_lose_the_items_that_may_not_leave() {
        let veil = veil("jobs = [\"j1\"]");
        let plan = |name: &str| veil.operation(ashby_catalog::find(name).unwrap());
        let answer = |name: &str, json: &str| {
            let left = plan(name).answer(json.as_bytes(), &Unknown).unwrap();
            left.map(|left| String::from_utf8(left.into_owned()).unwrap())
        };
        assert_eq!(answer("job.list", r#"[{"id":"j1"},{"id":"j2"}]"#).unwrap(), r#"[{"id":"j1"}]"#);
        assert_eq!(answer("job.info", r#"{"id":"j1"}"#).unwrap(), r#"{"id":"j1"}"#);
        assert_eq!(answer("job.info", r#"{"id":"j2"}"#), None);
        assert_eq!(answer("department.list", "[{}]").unwrap(), "[{}]");
    }
}
