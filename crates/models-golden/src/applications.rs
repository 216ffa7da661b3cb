//! What became of each application, and how far it came.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::company::Company;
use crate::numbers::days;
use crate::offers::{self, Offer};
use crate::records::{Records, instant, owned, text};
use crate::visits::Visit;

/// From what is known how far an application came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// From its history.
    History,
    /// From what else is known.
    Evidence,
}

/// A live application.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    /// The job.
    pub job_id: Option<String>,
    /// The source.
    pub source_id: Option<String>,
    /// `hired`, `active`, `lead`, `rejected`, `withdrew`, `archived_other` or `archived_unknown`.
    pub outcome: &'static str,
    /// The reason, if it is archived.
    pub archive_reason_id: Option<String>,
    /// The stage that it is in now.
    pub current_stage_id: Option<String>,
    /// When it came in, in Unix milliseconds.
    pub created_at: Option<i64>,
    /// When it was hired, if it is.
    pub hired_at: Option<i64>,
    /// `history` or `offer`.
    pub hired_at_source: Option<&'static str>,
    /// When it was hired or archived.
    pub ended_at: Option<i64>,
    /// When it left the archive last.
    pub reopened_at: Option<i64>,
    /// When it came into a stage first that is neither a lead's nor the archive.
    pub activated_at: Option<i64>,
    /// Since when it is in the current stage, if its history ends there.
    pub current_stage_entered_at: Option<i64>,
    /// The stage in which it ended: that of the last visit to neither Hired nor Archived.
    pub last_stage_id: Option<String>,
    /// The highest milestone that it reached.
    pub reached_milestone_order: Option<i64>,
    /// The milestones that it reached.
    pub reached: BTreeSet<i64>,
    /// The milestones in which it was seen.
    pub entered: BTreeSet<i64>,
    /// From what that is known.
    pub basis: Basis,
    /// Whether the history does not end in an open visit to the current stage.
    pub is_history_stale: bool,
    /// From the application to the hire, in days.
    pub time_to_hire_days: Option<f64>,
}

pub(crate) fn read(
    records: &Records,
    company: &Company,
    visits: &BTreeMap<String, Vec<Visit>>,
    offers: &mut BTreeMap<String, Offer>,
) -> BTreeMap<String, Application> {
    let mut with_offer = BTreeSet::new();
    for offer in offers.values() {
        with_offer.extend(offer.application_id.as_deref());
    }
    let mut interviewed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for schedule in records.of("interview_schedules").values() {
        if text(schedule, "/status") == Some("Cancelled") {
            continue;
        }
        if let (Some(application), Some(stage)) =
            (text(schedule, "/applicationId"), text(schedule, "/interviewStageId"))
        {
            interviewed.entry(application).or_default().push(stage);
        }
    }
    let mut all = BTreeMap::new();
    for (id, record) in records.applications() {
        let visits = visits.get(id).map_or(&[] as &[Visit], Vec::as_slice);
        let evidence = Evidence {
            has_offer: with_offer.contains(id.as_str()),
            interviewed: interviewed.get(id.as_str()).map_or(&[] as &[&str], Vec::as_slice),
        };
        let accepted_at = match text(record, "/status") {
            Some("Hired") => offers::accepted(offers, id).and_then(|(_, offer)| offer.decided_at),
            _ => None,
        };
        all.insert(id.clone(), one(records, company, record, visits, &evidence, accepted_at));
    }
    all
}

/// What is known of an application beside its history.
struct Evidence<'r> {
    has_offer: bool,
    interviewed: &'r [&'r str],
}

fn one(
    records: &Records,
    company: &Company,
    record: &Value,
    visits: &[Visit],
    evidence: &Evidence<'_>,
    accepted_at: Option<i64>,
) -> Application {
    let status = text(record, "/status");
    let is_in = |visit: &&Visit, types: &[&str]| {
        visit.stage_type.as_deref().is_some_and(|known| types.contains(&known))
    };
    let outcome = outcome(records, record);
    let last_of = |stage_type: &str| visits.iter().rfind(|visit| is_in(visit, &[stage_type]));
    let (hired_at, hired_at_source) = match status {
        Some("Hired") => match last_of("Hired") {
            Some(visit) => (Some(visit.entered_at), Some("history")),
            // A history that lacks its end says no more than none.
            None => (accepted_at, accepted_at.map(|_| "offer")),
        },
        _ => (None, None),
    };
    let last_archived = last_of("Archived");
    let ended_at = match status {
        Some("Archived") => {
            instant(record, "/archivedAt").or_else(|| last_archived.map(|visit| visit.entered_at))
        }
        _ => hired_at,
    };
    let created_at = instant(record, "/createdAt");
    let current_stage_id = owned(record, "/currentInterviewStage/id");
    let open = visits.last().filter(|visit| visit.left_at.is_none());
    let is_current = |visit: &&Visit| visit.stage_id == current_stage_id;
    let mut application = Application {
        job_id: owned(record, "/job/id"),
        source_id: owned(record, "/source/id"),
        outcome,
        archive_reason_id: owned(record, "/archiveReason/id"),
        created_at,
        hired_at,
        hired_at_source,
        ended_at,
        reopened_at: last_archived
            .and_then(|archived| visits.get(archived.sequence))
            .map(|visit| visit.entered_at),
        activated_at: visits
            .iter()
            .find(|visit| !is_in(visit, &["Lead", "Archived"]))
            .map(|visit| visit.entered_at),
        current_stage_entered_at: visits.last().filter(is_current).map(|visit| visit.entered_at),
        last_stage_id: visits
            .iter()
            .rfind(|visit| !is_in(visit, &["Hired", "Archived"]))
            .and_then(|visit| visit.stage_id.clone()),
        reached_milestone_order: None,
        reached: BTreeSet::new(),
        entered: BTreeSet::new(),
        basis: if visits.is_empty() { Basis::Evidence } else { Basis::History },
        is_history_stale: !visits.is_empty() && !open.is_some_and(|visit| is_current(&visit)),
        time_to_hire_days: created_at.zip(hired_at).map(|(from, to)| days(from, to)),
        current_stage_id,
    };
    let seen: Vec<Option<i64>> = match visits.is_empty() {
        false => visits.iter().map(|visit| company.milestone_of(visit.stage_id.as_deref())).collect(),
        true => by_evidence(company, record, status, evidence),
    };
    let seen: BTreeSet<i64> = seen.into_iter().flatten().collect();
    if !visits.is_empty() {
        application.entered.clone_from(&seen);
    }
    let kind = |order: &i64| company.milestones.get(order).map(|milestone| milestone.milestone_type.as_str());
    let top = seen.iter().filter(|order| !matches!(kind(order), Some("Lead" | "Archived"))).max().copied();
    for order in company.milestones.keys() {
        let reached = match kind(order) {
            Some("Lead") => seen.contains(order),
            Some("Archived") => false,
            _ => top.is_some_and(|top| *order <= top),
        };
        if reached {
            application.reached.insert(*order);
        }
    }
    application.reached_milestone_order = application.reached.last().copied();
    application
}

fn by_evidence(
    company: &Company,
    record: &Value,
    status: Option<&str>,
    evidence: &Evidence<'_>,
) -> Vec<Option<i64>> {
    let current = text(record, "/currentInterviewStage/id");
    let mut seen: Vec<Option<i64>> = Vec::new();
    if company.type_of(current) != Some("Archived") {
        seen.push(company.milestone_of(current));
    }
    seen.extend(evidence.interviewed.iter().map(|stage| company.milestone_of(Some(stage))));
    if evidence.has_offer {
        seen.push(company.first_of("Offer"));
    }
    if status == Some("Hired") {
        seen.push(company.first_of("Hired"));
    }
    let lead = company.first_of("Lead");
    let kind = |order: &i64| company.milestones.get(order).map(|milestone| milestone.milestone_type.as_str());
    let only_lead = seen.iter().flatten().all(|order| kind(order) == Some("Lead"));
    if only_lead && status != Some("Lead") {
        let after = company.milestones.iter().find(|(order, milestone)| {
            lead.is_none_or(|lead| **order > lead) && milestone.milestone_type != "Lead"
        });
        seen.push(after.map(|(order, _)| *order));
    }
    seen
}

fn outcome(records: &Records, record: &Value) -> &'static str {
    match text(record, "/status") {
        Some("Hired") => return "hired",
        Some("Active") => return "active",
        Some("Lead") => return "lead",
        _ => {}
    }
    let now = text(record, "/archiveReason/id")
        .and_then(|id| records.of("archive_reasons").get(id))
        .and_then(|reason| text(reason, "/reasonType"));
    match now.or_else(|| text(record, "/archiveReason/reasonType")) {
        Some("RejectedByOrg") => "rejected",
        Some("RejectedByCandidate") => "withdrew",
        Some(_) => "archived_other",
        None => "archived_unknown",
    }
}
