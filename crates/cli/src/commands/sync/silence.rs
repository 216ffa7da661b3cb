//! Webhooks that say nothing any more. Ashby disables one whose ping is not answered and tells nobody; polls make good what
//! it would have said, later. So those that were set up from here are asked after at the start, and now and then; and of all
//! it is noticed when polls find again and again what a webhook should have told.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ashby_client::{Client, Lane};
use capture_core::{Counts, Event, Observer};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::watch;

use crate::commands::webhook;
use crate::output::counted;
use crate::said::{self, Level};
use crate::webhooks::Kept;

/// How often Ashby is asked: a request for each webhook.
const PAUSE: Duration = Duration::from_secs(3600);

/// What is said of them.
#[derive(Serialize)]
struct Disabled<'a> {
    webhooks: &'a [String],
}

/// Looks after the webhooks that this file keeps, for as long as it is polled.
pub(super) async fn watch(client: &Client, file: &Path) -> Infallible {
    let client = client.in_lane(Lane::Low);
    let mut told = Vec::new();
    loop {
        let disabled = webhook::disabled(&client, file).await;
        if !disabled.is_empty() && disabled != told {
            let names = disabled.join(" ");
            let text = format!(
                "warning: webhooks are disabled, and what they would tell comes with the next polls: {names}\n\
                 hint: `ashby webhook enable {names}`\n"
            );
            said::event("webhooks_disabled", Level::Warn, &text, &Disabled { webhooks: &disabled });
        }
        told = disabled;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Events that tell of every change in a stream.
const TOLD: [(&str, &str); 5] = [
    ("applicationUpdate", "applications"),
    ("interviewScheduleUpdate", "interview_schedules"),
    ("jobPostingUpdate", "job_postings"),
    ("jobUpdate", "jobs"),
    ("offerUpdate", "offers"),
];

/// So many commits of changes that no webhook told of are no coincidence.
const FINDINGS: u32 = 3;

/// Notices that polls find what webhooks tell of, and none comes.
pub(super) struct Unheard {
    /// The place of the newest delivery.
    arrivals: watch::Receiver<u64>,
    streams: BTreeSet<&'static str>,
    found: Mutex<Found>,
}

/// What polls found since the newest delivery.
#[derive(Default)]
struct Found {
    newest: u64,
    since: Option<Timestamp>,
    /// Streams that were up to date, so that what comes of them has changed.
    known: BTreeSet<String>,
    records: BTreeMap<&'static str, u64>,
    times: u32,
    is_said: bool,
}

/// What is said of it.
#[derive(Debug, PartialEq, Serialize)]
struct Silence {
    since: Option<Timestamp>,
    changed_records: BTreeMap<&'static str, u64>,
}

impl Unheard {
    /// Of the webhooks that this file keeps; of any, if it keeps none.
    pub(super) fn beside(file: Option<&Path>, arrivals: watch::Receiver<u64>) -> Self {
        let kept = file.and_then(|file| Kept::read(file).ok()).map(|kept| kept.webhooks).unwrap_or_default();
        Self::of(&kept.into_iter().map(|webhook| webhook.kind).collect::<Vec<_>>(), arrivals)
    }

    fn of(kinds: &[String], arrivals: watch::Receiver<u64>) -> Self {
        let is_kept = |event: &str| kinds.is_empty() || kinds.iter().any(|kind| kind == event);
        let streams = TOLD.iter().filter(|(event, _)| is_kept(event)).map(|(_, stream)| *stream).collect();
        let newest = *arrivals.borrow();
        let found = Found { newest, since: Some(Timestamp::now()), ..Found::default() };
        Self { arrivals, streams, found: Mutex::new(found) }
    }

    /// What is to be said now that this was committed.
    fn committed(&self, counts: &BTreeMap<String, Counts>) -> Option<Silence> {
        let newest = *self.arrivals.borrow();
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if newest != found.newest {
            let known = std::mem::take(&mut found.known);
            *found = Found { newest, since: Some(Timestamp::now()), known, ..Found::default() };
        }
        let mut has_found = false;
        for stream in self.streams.iter().filter(|stream| found.known.contains(**stream)).collect::<Vec<_>>()
        {
            let records = counts.get(*stream).map_or(0, |counts| counts.new + counts.changed);
            if records > 0 {
                *found.records.entry(stream).or_default() += records;
                has_found = true;
            }
        }
        found.times += u32::from(has_found);
        if found.times < FINDINGS || found.is_said {
            return None;
        }
        found.is_said = true;
        Some(Silence { since: found.since, changed_records: found.records.clone() })
    }
}

impl Observer for Unheard {
    fn observe(&self, event: &Event<'_>) {
        match event {
            Event::UpToDate { stream } => {
                let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
                found.known.insert((*stream).to_owned());
            }
            Event::Committed { counts, .. } => {
                if let Some(silence) = self.committed(counts) {
                    said::event("webhooks_silent", Level::Warn, &silence.text(), &silence);
                }
            }
            _ => {}
        }
    }
}

impl Silence {
    fn text(&self) -> String {
        let records = counted(self.changed_records.values().sum(), "changed record");
        let streams = self.changed_records.keys().copied().collect::<Vec<_>>().join(", ");
        let since = self.since.map(|since| since.strftime("%FT%TZ").to_string()).unwrap_or_default();
        format!(
            "warning: no webhook has come since {since}, while polls found {records} of {streams}\n\
             hint: polls make good what webhooks would have told, later. See that deliveries reach this receiver and that \
             Ashby has not disabled the webhooks: `ashby webhook list`, `ashby webhook info`\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(stream: &str, changed: u64) -> BTreeMap<String, Counts> {
        BTreeMap::from([(stream.to_owned(), Counts { changed, ..Counts::default() })])
    }

    #[test]
    fn what_polls_find_again_and_again_is_said_once_until_a_webhook_comes() {
        let (arrival, arrivals) = watch::channel(7);
        let unheard = Unheard::of(&[], arrivals);
        // The first listing is no change.
        assert_eq!(unheard.committed(&changed("jobs", 500)), None);
        for stream in ["jobs", "candidates"] {
            unheard.observe(&Event::UpToDate { stream });
        }
        for _ in 0..2 {
            for _ in 0..FINDINGS - 1 {
                assert_eq!(unheard.committed(&changed("jobs", 2)), None);
                assert_eq!(unheard.committed(&changed("jobs", 0)), None);
                // No event tells of each of their changes.
                assert_eq!(unheard.committed(&changed("candidates", 9)), None);
            }
            let said = unheard.committed(&changed("jobs", 1)).unwrap();
            assert_eq!(said.changed_records, BTreeMap::from([("jobs", 5)]));
            assert!(said.text().contains("5 changed records of jobs"), "{}", said.text());
            assert_eq!(unheard.committed(&changed("jobs", 1)), None, "once");
            arrival.send_modify(|newest| *newest += 1);
        }
    }

    #[test]
    fn only_what_kept_webhooks_tell_of_is_missed() {
        let (_arrival, arrivals) = watch::channel(0);
        assert_eq!(Unheard::of(&["offerUpdate".to_owned()], arrivals).streams, BTreeSet::from(["offers"]));
    }
}
