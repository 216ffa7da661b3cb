//! Offers, which of them decides, and hires.

use std::collections::BTreeMap;

use crate::Hire;
use crate::applications::Application;
use crate::numbers::days;
use crate::records::{Records, instant, owned, text};

/// A live offer.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// The application that it is made to.
    pub application_id: Option<String>,
    /// `accepted`, `declined`, `cancelled` or `open`.
    pub outcome: &'static str,
    /// Whether it is the one of its application's offers that counts.
    pub is_decisive: bool,
    /// When its first version was made, in Unix milliseconds.
    pub created_at: Option<i64>,
    /// When its latest version was made.
    pub latest_version_created_at: Option<i64>,
    /// When it was accepted or declined.
    pub decided_at: Option<i64>,
    /// The opening that its latest version names.
    pub opening_id: Option<String>,
}

pub(crate) fn read(records: &Records) -> BTreeMap<String, Offer> {
    let mut first: BTreeMap<&str, i64> = BTreeMap::new();
    for version in records.of("offer_versions").values() {
        if let (Some(offer), Some(made)) = (text(version, "/offerId"), instant(version, "/createdAt")) {
            let earliest = first.entry(offer).or_insert(made);
            *earliest = made.min(*earliest);
        }
    }
    let mut all = BTreeMap::new();
    for (id, record) in records.of("offers") {
        let application_id = owned(record, "/applicationId");
        if !application_id.as_deref().is_none_or(|application| records.has_live_owner(application)) {
            continue;
        }
        let latest_version_created_at = instant(record, "/latestVersion/createdAt");
        let offer = Offer {
            application_id,
            outcome: match text(record, "/acceptanceStatus") {
                Some("Accepted") => "accepted",
                Some("Declined") => "declined",
                Some("Cancelled") => "cancelled",
                _ => "open",
            },
            is_decisive: false,
            created_at: first.get(id.as_str()).copied().or(latest_version_created_at),
            latest_version_created_at,
            decided_at: instant(record, "/decidedAt"),
            opening_id: owned(record, "/latestVersion/openingId"),
        };
        all.insert(id.clone(), offer);
    }
    let mut by_application: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, offer) in &all {
        if let Some(application) = &offer.application_id {
            by_application.entry(application.clone()).or_default().push(id.clone());
        }
    }
    for offers in by_application.values() {
        if let Some(decisive) = decisive(&all, offers)
            && let Some(offer) = all.get_mut(&decisive)
        {
            offer.is_decisive = true;
        }
    }
    all
}

/// Of those accepted or declined the one decided last; else the newest open one; else the newest cancelled one.
fn decisive(all: &BTreeMap<String, Offer>, of: &[String]) -> Option<String> {
    let best = |outcomes: &[&str], decided: bool| {
        of.iter()
            .filter(|id| outcomes.contains(&all[*id].outcome))
            .max_by_key(|id| {
                let offer = &all[*id];
                let decided_at = offer.decided_at.filter(|_| decided);
                (decided_at.or(offer.created_at), *id)
            })
            .cloned()
    };
    best(&["accepted", "declined"], true)
        .or_else(|| best(&["open"], false))
        .or_else(|| best(&["cancelled"], false))
}

/// The accepted offer of an application that was decided last.
pub(crate) fn accepted<'o>(
    offers: &'o BTreeMap<String, Offer>,
    application: &str,
) -> Option<(&'o String, &'o Offer)> {
    offers
        .iter()
        .filter(|(_, offer)| {
            offer.outcome == "accepted" && offer.application_id.as_deref() == Some(application)
        })
        .max_by_key(|(id, offer)| (offer.decided_at.or(offer.created_at), *id))
}

/// Hired applications, and the openings that are filled.
#[expect(clippy::type_complexity, reason = "two maps, once")]
pub(crate) fn hires(
    records: &Records,
    applications: &BTreeMap<String, Application>,
    offers: &BTreeMap<String, Offer>,
) -> (BTreeMap<String, Hire>, BTreeMap<String, (String, Option<i64>)>) {
    let mut accepted: BTreeMap<&str, (&String, &Offer)> = BTreeMap::new();
    let mut filled: BTreeMap<String, (String, Option<i64>)> = BTreeMap::new();
    let mut decided: Vec<(&String, &Offer)> =
        offers.iter().filter(|(_, offer)| offer.outcome == "accepted").collect();
    // The last of several stays.
    decided.sort_by_key(|(id, offer)| (offer.decided_at.or(offer.created_at), *id));
    for (id, offer) in decided {
        let Some(application) = &offer.application_id else { continue };
        accepted.insert(application, (id, offer));
        if let Some(opening) = &offer.opening_id {
            filled.insert(opening.clone(), (application.clone(), offer.decided_at.or(offer.created_at)));
        }
    }
    let mut hires = BTreeMap::new();
    for (id, application) in applications.iter().filter(|(_, application)| application.outcome == "hired") {
        let offer = accepted.get(id.as_str()).copied();
        let opening_id = offer.and_then(|(_, offer)| offer.opening_id.clone());
        let opened = opening_id
            .as_ref()
            .and_then(|opening| records.of("openings").get(opening))
            .and_then(|opening| instant(opening, "/openedAt"));
        let job_opened = application
            .job_id
            .as_ref()
            .and_then(|job| records.of("jobs").get(job))
            .and_then(|job| instant(job, "/openedAt"));
        let hired_at = application.hired_at;
        let (basis, from, to) = match (opened, job_opened) {
            (Some(opened), _) => {
                (Some("opening"), Some(opened), offer.and_then(|(_, offer)| offer.decided_at).or(hired_at))
            }
            (None, Some(opened)) => (Some("job"), Some(opened), hired_at),
            _ => (None, None, None),
        };
        let filling = from.zip(to).map(|(from, to)| days(from, to));
        let hire = Hire {
            job_id: application.job_id.clone(),
            offer_id: offer.map(|(id, _)| id.clone()),
            opening_id,
            hired_at,
            time_to_hire_days: application.time_to_hire_days,
            active_to_hire_days: application.activated_at.zip(hired_at).map(|(from, to)| days(from, to)),
            time_to_fill_basis: basis,
            time_to_fill_days: filling.filter(|days| *days >= 0.0),
            time_to_fill_problem: filling.filter(|days| *days < 0.0).map(|_| "hired_before_opened"),
        };
        hires.insert(id.clone(), hire);
    }
    (hires, filled)
}
