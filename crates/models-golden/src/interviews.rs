//! Who interviews how much, and whose feedback is missing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::records::{Options, Records, instant, text};

/// A person's week.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Load {
    /// Interviews held: not cancelled, no debriefs, over.
    pub interviews: usize,
    /// Debriefs held.
    pub debriefs: usize,
    /// The length of the interviews held.
    pub minutes: f64,
    /// Neither cancelled nor over, and no debriefs.
    pub upcoming: usize,
    /// Interviews held after which the person owes feedback.
    pub feedback_due: usize,
    /// Those of them without feedback by that person.
    pub feedback_missing: usize,
}

pub(crate) fn load(records: &Records, options: &Options) -> BTreeMap<(String, String), Load> {
    let given: BTreeSet<(&str, &str)> = records
        .of("application_feedback")
        .values()
        .filter(|card| text(card, "/applicationId").is_none_or(|id| records.has_live_owner(id)))
        .filter_map(|card| Some((text(card, "/interviewEventId")?, text(card, "/submittedByUser/id")?)))
        .collect();
    let mut all: BTreeMap<(String, String), Load> = BTreeMap::new();
    for (id, event) in records.of("interview_events") {
        let schedule_id = text(event, "/interviewScheduleId").unwrap_or_default();
        let schedule = records.of("interview_schedules").get(schedule_id);
        let owner = schedule.and_then(|schedule| text(schedule, "/applicationId"));
        let is_dead = records.is_gone("interview_schedules", schedule_id)
            || owner.is_some_and(|application| !records.has_live_owner(application));
        let cancelled = schedule.and_then(|schedule| text(schedule, "/status")) == Some("Cancelled");
        let Some(start) = instant(event, "/startTime") else { continue };
        if is_dead || cancelled {
            continue;
        }
        let end = instant(event, "/endTime");
        let held = end.is_some_and(|end| end <= options.as_of);
        let interview =
            text(event, "/interviewId").and_then(|interview| records.of("interviews").get(interview));
        let is_debrief = interview.is_some_and(|interview| interview["isDebrief"] == Value::Bool(true));
        for person in event["interviewers"].as_array().into_iter().flatten() {
            let Some(user) = text(person, "/id") else { continue };
            let load = all.entry((user.to_owned(), options.week(start))).or_default();
            match (held, is_debrief) {
                (true, true) => load.debriefs += 1,
                (true, false) => {
                    load.interviews += 1;
                    load.minutes += end.map_or(0.0, |end| (end - start) as f64 / 60_000.0);
                }
                (false, false) => load.upcoming += 1,
                (false, true) => {}
            }
            if held && person["isFeedbackRequired"] == Value::Bool(true) {
                load.feedback_due += 1;
                load.feedback_missing += usize::from(!given.contains(&(id.as_str(), user)));
            }
        }
    }
    all
}
