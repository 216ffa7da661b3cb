//! Visits of applications to stages, and the moves between them.

use std::collections::BTreeMap;

use crate::company::Company;
use crate::numbers::days;
use crate::records::{Records, instant, owned, text, whole};

/// A visit of an application to a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// The history entry's id.
    pub id: String,
    /// The stage.
    pub stage_id: Option<String>,
    /// The stage's title, of a stage that is no longer known the entry's.
    pub title: Option<String>,
    /// The stage's type; none of a stage that is no longer known.
    pub stage_type: Option<String>,
    /// From when, in Unix milliseconds.
    pub entered_at: i64,
    /// Until when: the next visit's beginning, of the last visit what the entry says.
    pub left_at: Option<i64>,
    /// Its position among the application's visits, from 1.
    pub sequence: usize,
    /// Which visit to this stage it is, from 1.
    pub visit_number: usize,
    /// Its length in days; none of open ones and of those to Hired and Archived.
    pub duration_days: Option<f64>,
}

/// A move from one stage to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// The application.
    pub application_id: String,
    /// From where.
    pub from_stage_id: Option<String>,
    /// To where.
    pub to_stage_id: Option<String>,
    /// `entry`, `archive`, `hire`, `unarchive`, `unhire`, `transfer`, `forward`, `backward` or `same`, the last also where
    /// a stage is no longer known and nothing else fits.
    pub direction: &'static str,
    /// The stages in between that were left out, of moves forward within a plan.
    pub skipped_stages: Option<usize>,
    /// How long the application had been where it came from; none of Hired and Archived.
    pub days_in_from_stage: Option<f64>,
}

/// The visits of each live application that has a history.
pub(crate) fn read(records: &Records, company: &Company) -> BTreeMap<String, Vec<Visit>> {
    let mut entries: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (id, entry) in records.of("application_history") {
        let Some(application) = text(entry, "/applicationId") else { continue };
        let Some(entered_at) = instant(entry, "/enteredStageAt") else { continue };
        if records.has_live_owner(application) {
            let number = whole(entry, "/stageNumber");
            entries.entry(application).or_default().push((entered_at, number, id, entry));
        }
    }
    let mut all = BTreeMap::new();
    for (application, mut history) in entries {
        history.sort_by_key(|(entered_at, number, id, _)| (*entered_at, *number, *id));
        let mut seen: BTreeMap<Option<String>, usize> = BTreeMap::new();
        let mut visits = Vec::new();
        for (position, (entered_at, _, id, entry)) in history.iter().enumerate() {
            let left_at = match history.get(position + 1) {
                Some((next, ..)) => Some(*next),
                None => instant(entry, "/leftStageAt"),
            };
            let stage_id = owned(entry, "/stageId");
            let stage = stage_id.as_ref().and_then(|stage| company.stages.get(stage));
            let stage_type = stage.and_then(|stage| stage.stage_type.clone());
            let visit_number = seen.entry(stage_id.clone()).or_default();
            *visit_number += 1;
            let counts = !matches!(stage_type.as_deref(), Some("Hired" | "Archived"));
            visits.push(Visit {
                id: (*id).clone(),
                title: stage.and_then(|stage| stage.title.clone()).or_else(|| owned(entry, "/title")),
                entered_at: *entered_at,
                left_at,
                sequence: position + 1,
                visit_number: *visit_number,
                duration_days: left_at.filter(|_| counts).map(|left_at| days(*entered_at, left_at)),
                stage_id,
                stage_type,
            });
        }
        all.insert(application.to_owned(), visits);
    }
    all
}

pub(crate) fn transitions(
    visits: &BTreeMap<String, Vec<Visit>>,
    company: &Company,
) -> BTreeMap<String, Transition> {
    let mut all = BTreeMap::new();
    for (application, visits) in visits {
        let mut from: Option<&Visit> = None;
        for to in visits {
            let direction = direction(from, to, company);
            let transition = Transition {
                application_id: application.clone(),
                from_stage_id: from.and_then(|from| from.stage_id.clone()),
                to_stage_id: to.stage_id.clone(),
                direction,
                skipped_stages: from.and_then(|from| skipped(direction, from, to, company)),
                days_in_from_stage: from.and_then(|from| from.duration_days),
            };
            all.insert(to.id.clone(), transition);
            from = Some(to);
        }
    }
    all
}

fn direction(from: Option<&Visit>, to: &Visit, company: &Company) -> &'static str {
    let Some(from) = from else { return "entry" };
    match (from.stage_type.as_deref(), to.stage_type.as_deref()) {
        (_, Some("Archived")) => return "archive",
        (_, Some("Hired")) => return "hire",
        (Some("Archived"), _) => return "unarchive",
        (Some("Hired"), _) => return "unhire",
        _ => {}
    }
    let stage = |visit: &Visit| company.stages.get(visit.stage_id.as_deref()?);
    let (Some(from), Some(to)) = (stage(from), stage(to)) else { return "same" };
    if from.plan_id != to.plan_id {
        return "transfer";
    }
    match from.order.zip(to.order).map(|(from, to)| from.cmp(&to)) {
        Some(std::cmp::Ordering::Less) => "forward",
        Some(std::cmp::Ordering::Greater) => "backward",
        _ => "same",
    }
}

fn skipped(direction: &str, from: &Visit, to: &Visit, company: &Company) -> Option<usize> {
    if !matches!(direction, "forward" | "hire") {
        return None;
    }
    let stage = |visit: &Visit| company.stages.get(visit.stage_id.as_deref()?);
    let (from, to) = (stage(from)?, stage(to)?);
    if from.plan_id != to.plan_id {
        return None;
    }
    let (low, high) = (from.order?, to.order?);
    let between = company.stages.values().filter(|stage| {
        stage.plan_id == from.plan_id
            && stage.stage_type.as_deref() != Some("Archived")
            && stage.order.is_some_and(|order| low < order && order < high)
    });
    Some(between.count())
}
