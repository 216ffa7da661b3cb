//! What the capture is doing, for the person who looks at its dashboard.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use capture_core::{ErrorKind, Event, Observer};
use tokio::time::Instant;

/// How often counts are updated while there is much to list …
const BACKFILL_UPDATE: Duration = Duration::from_secs(60);
/// … and once there is not.
const STREAMING_UPDATE: Duration = Duration::from_secs(600);
/// Streams that are named one by one.
const NAMED: usize = 3;

/// Watches a run and says in a line how it goes.
#[derive(Debug)]
pub struct Status(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    streams: BTreeMap<String, Standing>,
    newest_change: Option<Instant>,
    logged: Option<Logged>,
}

#[derive(Debug, Default)]
struct Standing {
    is_backfilled: bool,
    /// Records received in this session.
    records: u64,
    /// Records or parents that could not be read and will be tried again.
    set_aside: u64,
    trouble: Option<Trouble>,
}

#[derive(Debug)]
struct Trouble {
    kind: ErrorKind,
    /// Differs from one time to the next (by request ids, say) and is no news by itself.
    reason: String,
}

impl Trouble {
    /// The stream cannot be captured until a person does something.
    fn is_disabling(&self) -> bool {
        matches!(self.kind, ErrorKind::Denied | ErrorKind::Unsupported)
    }
}

#[derive(Debug)]
struct Logged {
    /// What makes a status new, as opposed to its counts.
    gist: Gist,
    text: String,
    at: Instant,
}

#[derive(Debug, PartialEq, Eq)]
struct Gist {
    backfilling: Vec<String>,
    troubles: Vec<(String, ErrorKind)>,
    /// Streams of which something is set aside.
    incomplete: Vec<String>,
}

impl Status {
    /// The streams of the run, and whether each was complete before.
    pub fn new<'a>(streams: impl Iterator<Item = (&'a str, bool)>) -> Self {
        let standing = |(name, is_backfilled): (&str, bool)| {
            (name.to_owned(), Standing { is_backfilled, ..Standing::default() })
        };
        let streams = streams.map(standing).collect();
        Self(Mutex::new(Inner { streams, newest_change: None, logged: None }))
    }

    /// Logs the status if something about it is new, or its counts are old.
    pub fn log(&self) {
        if let Some(text) = self.next_line(Instant::now()) {
            tracing::info!(eventType = "connectorStatus", "{text}");
        }
    }

    fn next_line(&self, now: Instant) -> Option<String> {
        let mut inner = self.inner();
        let (gist, text) = (inner.gist(), inner.text(now));
        let update = if gist.backfilling.is_empty() { STREAMING_UPDATE } else { BACKFILL_UPDATE };
        let is_due = inner.logged.as_ref().is_none_or(|logged| {
            logged.gist != gist || (logged.text != text && now.duration_since(logged.at) >= update)
        });
        is_due.then(|| {
            inner.logged = Some(Logged { gist, text: text.clone(), at: now });
            text
        })
    }

    /// Nothing panics while the lock is held; should it happen, the numbers are still good enough to go on.
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn gist(&self) -> Gist {
        let backfilling = self.backfilling().into_iter().map(|(name, _)| name.clone()).collect();
        let troubles = self.troubles().map(|(name, trouble)| (name.to_owned(), trouble.kind)).collect();
        let incomplete = self.incomplete().map(|(name, _)| name.to_owned()).collect();
        Gist { backfilling, troubles, incomplete }
    }

    /// Streams of which something is set aside, and how much.
    fn incomplete(&self) -> impl Iterator<Item = (&str, u64)> {
        let incomplete = self.streams.iter().filter(|(_, standing)| standing.set_aside > 0);
        incomplete.map(|(name, standing)| (name.as_str(), standing.set_aside))
    }

    /// Streams that are not complete yet and can become so, the largest first.
    fn backfilling(&self) -> Vec<(&String, &Standing)> {
        let is_running = |standing: &Standing| {
            !standing.is_backfilled && !standing.trouble.as_ref().is_some_and(Trouble::is_disabling)
        };
        let mut running: Vec<_> = self.streams.iter().filter(|(_, standing)| is_running(standing)).collect();
        running.sort_by_key(|(_, standing)| std::cmp::Reverse(standing.records));
        running
    }

    fn troubles(&self) -> impl Iterator<Item = (&str, &Trouble)> {
        self.streams.iter().filter_map(|(name, standing)| Some((name.as_str(), standing.trouble.as_ref()?)))
    }

    fn text(&self, now: Instant) -> String {
        let all = self.streams.len();
        let running = self.backfilling();
        // Writing to a String cannot fail.
        let mut text = String::new();
        if running.is_empty() {
            let _ = write!(text, "Streaming; {all} streams");
            match self.newest_change {
                Some(at) => _ = write!(text, ", newest change {} ago", ago(now.duration_since(at))),
                None => text.push_str(", no change yet"),
            }
        } else {
            let _ = write!(text, "Backfilling {} of {all} streams: ", running.len());
            let named = running.iter().take(NAMED);
            let named: Vec<_> = named
                .map(|(name, standing)| format!("{name} {} records", grouped(standing.records)))
                .collect();
            text.push_str(&named.join(", "));
            if running.len() > NAMED {
                let _ = write!(text, " and {} more", running.len() - NAMED);
            }
        }
        for (name, trouble) in self.troubles() {
            let what =
                if trouble.is_disabling() { "not captured" } else { "in trouble, will be tried again" };
            let _ = write!(text, "; {name} is {what}: {}", trouble.reason);
        }
        for (name, set_aside) in self.incomplete() {
            let _ =
                write!(text, "; {name} lacks what could not be read ({set_aside} set aside, tried again)");
        }
        text
    }

    /// Notes a stream's trouble, and says whether it is news.
    fn trouble(&mut self, stream: &str, trouble: Option<Trouble>) -> bool {
        let Some(standing) = self.streams.get_mut(stream) else { return false };
        let is_news = trouble
            .as_ref()
            .is_some_and(|new| standing.trouble.as_ref().is_none_or(|old| old.kind != new.kind));
        standing.trouble = trouble;
        is_news
    }
}

impl Observer for Status {
    fn observe(&self, event: &Event<'_>) {
        let mut inner = self.inner();
        match *event {
            Event::Committed { counts, .. }
                if counts.values().any(|counts| counts.written + counts.deleted > 0) =>
            {
                inner.newest_change = Some(Instant::now());
            }
            Event::SetAside { stream, set_aside } => {
                if let Some(standing) = inner.streams.get_mut(stream) {
                    standing.set_aside = set_aside;
                }
            }
            Event::Written { stream, records, .. } => {
                if let Some(standing) = inner.streams.get_mut(stream) {
                    standing.records += records;
                }
            }
            Event::UpToDate { stream } => {
                inner.trouble(stream, None);
                let Some(standing) = inner.streams.get_mut(stream) else { return };
                if !std::mem::replace(&mut standing.is_backfilled, true) {
                    tracing::info!(stream, records = standing.records, "backfill complete");
                }
            }
            Event::Failed { stream, kind, message, hint, .. } => {
                let reason = match hint {
                    Some(hint) => format!("{message} ({hint})"),
                    None => message.to_owned(),
                };
                if inner.trouble(stream, Some(Trouble { kind, reason: reason.clone() })) {
                    tracing::warn!(stream, "{reason}");
                }
            }
            _ => {}
        }
    }
}

/// `41200` as `41,200`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn ago(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use capture_core::Counts;

    fn written(stream: &str, records: u64) -> Event<'_> {
        Event::Written { stream, records, bytes: 0, requests: 1, progress: None }
    }

    fn committed(status: &Status, written: u64) {
        let counts = Counts { written, ..Counts::default() };
        let counts = [("jobs".to_owned(), counts)].into();
        status.observe(&Event::Committed { counts: &counts, bytes: 0, elapsed: Duration::ZERO });
    }

    fn failed<'a>(stream: &'a str, kind: ErrorKind, message: &'a str) -> Event<'a> {
        Event::Failed { stream, kind, message, hint: Some("do this"), retry_in: None, ends_poll: true }
    }

    #[tokio::test(start_paused = true)]
    async fn the_status_says_what_is_listed_what_is_new_and_what_is_wrong() {
        let names = ["applications", "candidates", "jobs", "offers", "users"];
        let status = Status::new(names.into_iter().map(|name| (name, name == "users")));
        status.observe(&written("applications", 41_200));
        status.observe(&written("jobs", 7));
        committed(&status, 8);
        let first = status.next_line(Instant::now()).unwrap();
        assert_eq!(
            first,
            "Backfilling 4 of 5 streams: applications 41,200 records, jobs 7 records, candidates 0 records and 1 more"
        );
        assert_eq!(status.next_line(Instant::now()), None, "nothing is new");
        status.observe(&written("jobs", 1));
        assert_eq!(status.next_line(Instant::now()), None, "counts can wait");
        committed(&status, 0);
        tokio::time::advance(BACKFILL_UPDATE).await;
        assert!(status.next_line(Instant::now()).unwrap().contains("jobs 8 records"));

        status.observe(&failed("offers", ErrorKind::Denied, "no permission"));
        for stream in ["applications", "candidates", "jobs"] {
            status.observe(&Event::UpToDate { stream });
        }
        assert_eq!(
            status.next_line(Instant::now()).unwrap(),
            "Streaming; 5 streams, newest change 60 s ago; offers is not captured: no permission (do this)"
        );
        status.observe(&Event::UpToDate { stream: "offers" });
        status.observe(&failed("jobs", ErrorKind::Transient, "timeout"));
        assert_eq!(
            status.next_line(Instant::now()).unwrap(),
            "Streaming; 5 streams, newest change 60 s ago; jobs is in trouble, will be tried again: timeout (do this)"
        );
        status.observe(&failed("jobs", ErrorKind::Transient, "timeout, request 2"));
        tokio::time::advance(Duration::from_secs(300)).await;
        assert_eq!(status.next_line(Instant::now()), None, "neither time nor another request id is news");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_set_aside_is_said_once_until_it_is_there() {
        let status = Status::new([("candidate_notes", true)].into_iter());
        let aside = |set_aside| Event::SetAside { stream: "candidate_notes", set_aside };
        status.observe(&aside(1));
        let said = status.next_line(Instant::now()).unwrap();
        assert_eq!(
            said,
            "Streaming; 1 streams, no change yet; candidate_notes lacks what could not be read (1 set aside, tried again)"
        );
        status.observe(&aside(2));
        assert_eq!(status.next_line(Instant::now()), None, "how many can wait");
        status.observe(&aside(0));
        assert_eq!(status.next_line(Instant::now()).unwrap(), "Streaming; 1 streams, no change yet");
    }

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(
            [0, 999, 1000, 41_200, 1_234_567].map(grouped),
            ["0", "999", "1,000", "41,200", "1,234,567"]
        );
        let spans = [3, 119, 120, 7199, 7200].map(|seconds| ago(Duration::from_secs(seconds)));
        assert_eq!(spans, ["3 s", "119 s", "2 min", "119 min", "2 h"]);
    }
}
