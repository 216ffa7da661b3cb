//! The metric tables: rows by their grain.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Hire;
use crate::applications::{Application, Basis};
use crate::company::Company;
use crate::interviews::{self, Load};
use crate::numbers::{days, percentile};
use crate::offers::Offer;
use crate::records::{Options, Records, instant, text};
use crate::visits::Visit;

type Id = Option<String>;

/// `metric_funnel`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Funnel {
    /// Applications that reached the milestone.
    pub reached: usize,
    /// Those that were seen in it.
    pub entered: usize,
    /// Those that reached it and are hired or archived.
    pub ended_reached: usize,
    /// Those that reached it, as far as is known without their history.
    pub by_evidence: usize,
}

/// `metric_stage_conversion`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversion {
    /// Applications that came into the stage first in that month.
    pub entered: usize,
    /// Those that were in a stage further on later.
    pub progressed: usize,
    /// Of the others those that the organisation rejected …
    pub rejected: usize,
    /// … that withdrew …
    pub withdrew: usize,
    /// … that were archived for another reason, or for none …
    pub archived_other: usize,
    /// … and the rest.
    pub pending: usize,
}

/// `metric_time_in_stage`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Durations {
    /// Applications that are in the stage no longer.
    pub n: usize,
    /// The median of their days in it.
    pub p50_days: Option<f64>,
    /// The 90th percentile.
    pub p90_days: Option<f64>,
    /// Applications that are still in it.
    pub open_n: usize,
}

/// `metric_time_to_hire`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TimeToHire {
    /// Hires.
    pub hires: usize,
    /// Those of which the time is known.
    pub n: usize,
    /// The median.
    pub p50_days: Option<f64>,
    /// The 90th percentile.
    pub p90_days: Option<f64>,
}

/// `metric_offers`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OffersOf {
    /// Applications whose decisive offer was accepted.
    pub accepted: usize,
    /// … declined.
    pub declined: usize,
    /// … cancelled.
    pub cancelled: usize,
    /// … neither yet.
    pub open: usize,
}

/// `metric_source_yield`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Yield {
    /// Applications.
    pub applications: usize,
    /// Those that reached the first milestone of the type Active.
    pub reached_interview: usize,
    /// Those that reached an offer.
    pub reached_offer: usize,
    /// Hires.
    pub hires: usize,
    /// Rejected.
    pub rejected: usize,
    /// Withdrawn.
    pub withdrew: usize,
}

/// `metric_pipeline`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pipeline {
    /// Applications with the status Active or Lead.
    pub applications: usize,
    /// The median of the days that they have been in the stage.
    pub p50_days_in_stage: Option<f64>,
    /// The longest.
    pub oldest_days_in_stage: Option<f64>,
}

/// `metric_open_jobs`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpenJob {
    /// Days since it was opened.
    pub age_days: Option<f64>,
    /// Openings that are open.
    pub openings_open: usize,
    /// Active applications.
    pub active_applications: usize,
    /// Applications of the last 30 days.
    pub applications_30_days: usize,
    /// Hires.
    pub hires: usize,
    /// When the last application came, in Unix milliseconds.
    pub last_application_at: Option<i64>,
}

/// All metric tables.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    /// By cohort_month, job_id, source_id, milestone_order.
    pub funnel: BTreeMap<(Id, Id, Id, i64), Funnel>,
    /// By entered_month, job_id, stage_id.
    pub stage_conversion: BTreeMap<(String, Id, Id), Conversion>,
    /// By stage_title, stage_type.
    pub time_in_stage: BTreeMap<(Id, Id), Durations>,
    /// By hired_month.
    pub time_to_hire: BTreeMap<Id, TimeToHire>,
    /// By month, job_id.
    pub offers: BTreeMap<(Id, Id), OffersOf>,
    /// By cohort_month, source_id.
    pub source_yield: BTreeMap<(Id, Id), Yield>,
    /// By ended_month, job_id, last_stage_id, archive_reason_id, outcome.
    pub outcomes: BTreeMap<(Id, Id, Id, Id, &'static str), usize>,
    /// By user_id, week_start.
    pub interviewer_load: BTreeMap<(String, String), Load>,
    /// By job_id, stage_id.
    pub pipeline: BTreeMap<(Id, Id), Pipeline>,
    /// By job_id.
    pub open_jobs: BTreeMap<String, OpenJob>,
}

/// What metrics are computed from.
pub(crate) struct Seen<'s> {
    pub(crate) records: &'s Records,
    pub(crate) options: &'s Options,
    pub(crate) company: &'s Company,
    pub(crate) visits: &'s BTreeMap<String, Vec<Visit>>,
    pub(crate) offers: &'s BTreeMap<String, Offer>,
    pub(crate) applications: &'s BTreeMap<String, Application>,
    pub(crate) hires: &'s BTreeMap<String, Hire>,
}

impl Seen<'_> {
    pub(crate) fn metrics(&self) -> Metrics {
        let mut metrics = Metrics {
            stage_conversion: self.stage_conversion(),
            time_in_stage: self.time_in_stage(),
            offers: self.acceptance(),
            interviewer_load: interviews::load(self.records, self.options),
            pipeline: self.pipeline(),
            open_jobs: self.open_jobs(),
            ..Metrics::default()
        };
        let interview = self.company.first_of("Active");
        let offer = self.company.first_of("Offer");
        let mut hire_days: BTreeMap<Id, Vec<f64>> = BTreeMap::new();
        for hire in self.hires.values() {
            let month = self.month(hire.hired_at);
            metrics.time_to_hire.entry(month.clone()).or_default().hires += 1;
            hire_days.entry(month).or_default().extend(hire.time_to_hire_days);
        }
        for (month, mut days) in hire_days {
            let row = metrics.time_to_hire.entry(month).or_default();
            row.n = days.len();
            row.p50_days = percentile(&mut days, 0.5);
            row.p90_days = percentile(&mut days, 0.9);
        }
        for application in self.applications.values() {
            let cohort = self.month(application.created_at);
            let ended = !matches!(application.outcome, "active" | "lead");
            let by_evidence = application.basis == Basis::Evidence;
            // Nobody reaches the archive.
            let milestones = self.company.milestones.iter();
            for (order, _) in milestones.filter(|(_, milestone)| milestone.milestone_type != "Archived") {
                let (reached, entered) =
                    (application.reached.contains(order), application.entered.contains(order));
                if !reached && !entered {
                    continue;
                }
                let grain =
                    (cohort.clone(), application.job_id.clone(), application.source_id.clone(), *order);
                let row = metrics.funnel.entry(grain).or_default();
                row.reached += usize::from(reached);
                row.entered += usize::from(entered);
                row.ended_reached += usize::from(reached && ended);
                row.by_evidence += usize::from(reached && by_evidence);
            }
            let reached = |milestone: Option<i64>| {
                usize::from(milestone.is_some_and(|milestone| application.reached.contains(&milestone)))
            };
            let row = metrics.source_yield.entry((cohort, application.source_id.clone())).or_default();
            row.applications += 1;
            row.reached_interview += reached(interview);
            row.reached_offer += reached(offer);
            row.hires += usize::from(application.outcome == "hired");
            row.rejected += usize::from(application.outcome == "rejected");
            row.withdrew += usize::from(application.outcome == "withdrew");
            if ended && application.outcome != "hired" {
                let grain = (
                    self.month(application.ended_at),
                    application.job_id.clone(),
                    application.last_stage_id.clone(),
                    application.archive_reason_id.clone(),
                    application.outcome,
                );
                *metrics.outcomes.entry(grain).or_default() += 1;
            }
        }
        metrics
    }

    fn month(&self, instant_ms: Option<i64>) -> Id {
        instant_ms.map(|instant_ms| self.options.month(instant_ms))
    }

    fn stage_conversion(&self) -> BTreeMap<(String, Id, Id), Conversion> {
        let mut all: BTreeMap<(String, Id, Id), Conversion> = BTreeMap::new();
        for (id, visits) in self.visits {
            let Some(application) = self.applications.get(id) else { continue };
            for visit in visits.iter().filter(|visit| visit.visit_number == 1) {
                let grain = (
                    self.options.month(visit.entered_at),
                    application.job_id.clone(),
                    visit.stage_id.clone(),
                );
                let row = all.entry(grain).or_default();
                row.entered += 1;
                if visits[visit.sequence..].iter().any(|later| self.is_further(visit, later)) {
                    row.progressed += 1;
                    continue;
                }
                match application.outcome {
                    "rejected" => row.rejected += 1,
                    "withdrew" => row.withdrew += 1,
                    "archived_other" | "archived_unknown" => row.archived_other += 1,
                    _ => row.pending += 1,
                }
            }
        }
        all
    }

    /// Whether a visit is to a stage further on than another's.
    fn is_further(&self, from: &Visit, to: &Visit) -> bool {
        let stage = |visit: &Visit| self.company.stages.get(visit.stage_id.as_deref()?);
        let (Some(from), Some(to)) = (stage(from), stage(to)) else { return false };
        if to.stage_type.as_deref() == Some("Archived") {
            return false;
        }
        match from.plan_id == to.plan_id {
            true => from.order.zip(to.order).is_some_and(|(from, to)| to > from),
            false => from.milestone.zip(to.milestone).is_some_and(|(from, to)| to > from),
        }
    }

    fn time_in_stage(&self) -> BTreeMap<(Id, Id), Durations> {
        let mut closed: BTreeMap<(Id, Id), Vec<f64>> = BTreeMap::new();
        let mut all: BTreeMap<(Id, Id), Durations> = BTreeMap::new();
        for visits in self.visits.values() {
            let mut stages: BTreeMap<&Id, Vec<&Visit>> = BTreeMap::new();
            for visit in visits {
                stages.entry(&visit.stage_id).or_default().push(visit);
            }
            for visits in stages.into_values() {
                let of = visits[0];
                if matches!(of.stage_type.as_deref(), Some("Hired" | "Archived")) {
                    continue;
                }
                let grain = (of.title.clone(), of.stage_type.clone());
                let row = all.entry(grain.clone()).or_default();
                if visits.iter().any(|visit| visit.left_at.is_none()) {
                    row.open_n += 1;
                } else {
                    row.n += 1;
                    closed
                        .entry(grain)
                        .or_default()
                        .push(visits.iter().filter_map(|visit| visit.duration_days).sum());
                }
            }
        }
        for (grain, mut days) in closed {
            let row = all.entry(grain).or_default();
            row.p50_days = percentile(&mut days, 0.5);
            row.p90_days = percentile(&mut days, 0.9);
        }
        all
    }

    fn acceptance(&self) -> BTreeMap<(Id, Id), OffersOf> {
        let mut all: BTreeMap<(Id, Id), OffersOf> = BTreeMap::new();
        for offer in self.offers.values().filter(|offer| offer.is_decisive) {
            let Some(application) = offer.application_id.as_ref().and_then(|id| self.applications.get(id))
            else {
                continue;
            };
            let at = offer.decided_at.or(application.hired_at).or(offer.latest_version_created_at);
            let row = all.entry((self.month(at), application.job_id.clone())).or_default();
            match offer.outcome {
                "accepted" => row.accepted += 1,
                "declined" => row.declined += 1,
                "cancelled" => row.cancelled += 1,
                _ => row.open += 1,
            }
        }
        all
    }

    fn pipeline(&self) -> BTreeMap<(Id, Id), Pipeline> {
        let mut waiting: BTreeMap<(Id, Id), (usize, Vec<f64>)> = BTreeMap::new();
        for application in self.applications.values() {
            if !matches!(application.outcome, "active" | "lead") {
                continue;
            }
            let grain = (application.job_id.clone(), application.current_stage_id.clone());
            let (count, ages) = waiting.entry(grain).or_default();
            *count += 1;
            ages.extend(application.current_stage_entered_at.map(|since| days(since, self.options.as_of)));
        }
        waiting
            .into_iter()
            .map(|(grain, (applications, mut ages))| {
                let p50_days_in_stage = percentile(&mut ages, 0.5);
                let row =
                    Pipeline { applications, p50_days_in_stage, oldest_days_in_stage: ages.last().copied() };
                (grain, row)
            })
            .collect()
    }

    fn open_jobs(&self) -> BTreeMap<String, OpenJob> {
        let mut all = BTreeMap::new();
        for (id, record) in self.records.of("jobs") {
            if text(record, "/status") == Some("Open") {
                let age_days = instant(record, "/openedAt").map(|opened| days(opened, self.options.as_of));
                all.insert(id.clone(), OpenJob { age_days, ..OpenJob::default() });
            }
        }
        for opening in self.records.of("openings").values() {
            let is_open = text(opening, "/openingState") == Some("Open")
                && opening.get("isArchived") != Some(&Value::Bool(true));
            let jobs = opening.pointer("/latestVersion/jobIds").and_then(Value::as_array);
            let jobs: BTreeSet<&str> = jobs.into_iter().flatten().filter_map(Value::as_str).collect();
            for job in jobs {
                if let (true, Some(row)) = (is_open, all.get_mut(job)) {
                    row.openings_open += 1;
                }
            }
        }
        for application in self.applications.values() {
            let Some(row) = application.job_id.as_ref().and_then(|job| all.get_mut(job)) else { continue };
            row.active_applications += usize::from(application.outcome == "active");
            row.hires += usize::from(application.outcome == "hired");
            row.last_application_at = row.last_application_at.max(application.created_at);
            let recent = application.created_at.is_some_and(|created| {
                created > self.options.as_of - 30 * 86_400_000 && created <= self.options.as_of
            });
            row.applications_30_days += usize::from(recent);
        }
        all
    }
}
