//! What the capture is doing, for the person who looks at its dashboard.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use capture_core::{Error, ErrorKind, Event, Observer};
use sink_estuary::Doubts;
use tokio::sync::Notify;
use tokio::time::Instant;

/// How often counts are updated while there is much to list …
const BACKFILL_UPDATE: Duration = Duration::from_secs(60);
/// … and once there is not.
const STREAMING_UPDATE: Duration = Duration::from_secs(600);
/// Streams that are named one by one.
const NAMED: usize = 3;

/// Watches a run and says in a line how it goes.
#[derive(Debug)]
pub struct Status {
    inner: Mutex<Inner>,
    doubts: Doubts,
    /// Told of trouble that could be the key's.
    suspicion: Notify,
}

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
    /// Since when there has been trouble, of whatever kind.
    since: Instant,
    /// How often the stream has failed since then.
    failures: u32,
}

impl Trouble {
    /// The stream cannot be captured until a person does something.
    fn is_disabling(&self) -> bool {
        self.kind.is_left_out()
    }

    /// Nothing has come for so long. What may pass by itself had its second chance.
    fn has_lasted(&self, time: Duration, now: Instant) -> bool {
        now.duration_since(self.since) >= time && (self.is_disabling() || self.failures > 1)
    }
}

#[derive(Debug)]
struct Logged {
    line: Line,
    at: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    /// What makes a status new at once.
    gist: Gist,
    /// What is brought up to date now and then.
    counts: Vec<u64>,
}

/// How long ago something changed, as far as it matters: what is said stays true until something else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Freshness {
    NoChange,
    Hour,
    Hours,
    Days(u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Gist {
    freshness: Freshness,
    /// Streams that were listed with so little that it is not believed.
    doubted: Vec<String>,
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
        let inner = Mutex::new(Inner { streams, newest_change: None, logged: None });
        Self { inner, doubts: Doubts::default(), suspicion: Notify::new() }
    }

    /// Says which listings are doubted, too.
    #[must_use]
    pub fn with_doubts(mut self, doubts: Doubts) -> Self {
        self.doubts = doubts;
        self
    }

    /// Waits for trouble that could be the key's.
    pub(crate) async fn suspicion(&self) {
        self.suspicion.notified().await;
    }

    /// Why the task is to fail: a stream has been in trouble for `time`.
    pub(crate) fn lasting_trouble(&self, time: Duration) -> Option<Error> {
        let (inner, now) = (self.inner(), Instant::now());
        let mut lasting = inner.troubles().filter(|(_, trouble)| trouble.has_lasted(time, now));
        let (stream, trouble) = lasting.next()?;
        let others = match lasting.count() {
            0 => String::new(),
            others => format!(" (and {others} more)"),
        };
        let lasted = rounded(now.duration_since(trouble.since));
        let message = format!("{stream}{others} has not been captured for {lasted}: {}", trouble.reason);
        Some(Error::new(trouble.kind, message).with_hint(
            "put it right or disable the binding; advanced.fail_after says how long the task goes on without it",
        ))
    }

    /// Logs the status if something about it is new, or its counts are old.
    pub fn log(&self) {
        if let Some(text) = self.next_line(Instant::now()) {
            tracing::info!(eventType = "connectorStatus", "{text}");
        }
    }

    fn next_line(&self, now: Instant) -> Option<String> {
        let mut inner = self.inner();
        let doubts = self.doubts.all();
        let gist = inner.gist(now, doubts.keys().cloned().collect());
        let line = Line { counts: inner.counts(), gist };
        let update = if line.gist.backfilling.is_empty() { STREAMING_UPDATE } else { BACKFILL_UPDATE };
        let is_due = inner.logged.as_ref().is_none_or(|logged| {
            let is_old = now.duration_since(logged.at) >= update;
            logged.line.gist != line.gist || (logged.line.counts != line.counts && is_old)
        });
        is_due.then(|| {
            let mut text = inner.text(line.gist.freshness);
            for (stream, (listed, kept)) in doubts {
                // Writing to a String cannot fail.
                let _ = write!(
                    text,
                    "; {stream} was listed with {} rows where there were {}: nothing is deleted until listings have agreed for an hour",
                    grouped(listed),
                    grouped(kept)
                );
            }
            inner.logged = Some(Logged { line, at: now });
            text
        })
    }

    /// Nothing panics while the lock is held; should it happen, the numbers are still good enough to go on.
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn freshness(&self, now: Instant) -> Freshness {
        let hours = self.newest_change.map(|at| now.duration_since(at).as_secs() / 3600);
        match hours {
            None => Freshness::NoChange,
            Some(0) => Freshness::Hour,
            Some(1..24) => Freshness::Hours,
            Some(hours) => Freshness::Days(hours / 24),
        }
    }

    /// Records of streams that are not complete, and what is set aside.
    fn counts(&self) -> Vec<u64> {
        let records = self.backfilling().into_iter().map(|(_, standing)| standing.records);
        records.chain(self.incomplete().map(|(_, set_aside)| set_aside)).collect()
    }

    fn gist(&self, now: Instant, doubted: Vec<String>) -> Gist {
        let backfilling = self.backfilling().into_iter().map(|(name, _)| name.clone()).collect();
        let troubles = self.troubles().map(|(name, trouble)| (name.to_owned(), trouble.kind)).collect();
        let incomplete = self.incomplete().map(|(name, _)| name.to_owned()).collect();
        Gist { freshness: self.freshness(now), doubted, backfilling, troubles, incomplete }
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

    fn text(&self, freshness: Freshness) -> String {
        let all = self.streams.len();
        let running = self.backfilling();
        // Writing to a String cannot fail.
        let mut text = String::new();
        if running.is_empty() {
            let _ = write!(text, "Streaming; {all} streams");
            text.push_str(", ");
            text.push_str(&match freshness {
                Freshness::NoChange => "no change yet".to_owned(),
                Freshness::Hour => "newest change within the last hour".to_owned(),
                Freshness::Hours => "newest change more than an hour ago".to_owned(),
                Freshness::Days(1) => "newest change more than a day ago".to_owned(),
                Freshness::Days(days) => format!("newest change more than {days} days ago"),
            });
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
    fn trouble(&mut self, stream: &str, kind: ErrorKind, reason: String) -> bool {
        let Some(standing) = self.streams.get_mut(stream) else { return false };
        let before = standing.trouble.take();
        let is_news = before.as_ref().is_none_or(|before| before.kind != kind);
        let (since, failures) = before.map_or((Instant::now(), 0), |before| (before.since, before.failures));
        standing.trouble = Some(Trouble { kind, reason, since, failures: failures + 1 });
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
                let Some(standing) = inner.streams.get_mut(stream) else { return };
                standing.trouble = None;
                if !std::mem::replace(&mut standing.is_backfilled, true) {
                    tracing::info!(stream, records = standing.records, "backfill complete");
                }
            }
            Event::Failed { stream, kind, message, hint, .. } => {
                let reason = match hint {
                    Some(hint) => format!("{message} ({hint})"),
                    None => message.to_owned(),
                };
                if inner.trouble(stream, kind, reason.clone()) {
                    tracing::warn!(stream, "{reason}");
                    if matches!(kind, ErrorKind::Data | ErrorKind::Denied) {
                        self.suspicion.notify_one();
                    }
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

/// A time in the largest unit of which there are two.
fn rounded(time: Duration) -> String {
    match time.as_secs() {
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
        Event::Written { stream, records, bytes: 0, requests: 1, steps: None }
    }

    fn committed(status: &Status, written: u64) {
        let counts = Counts { written, ..Counts::default() };
        let counts = [("jobs".to_owned(), counts)].into();
        status.observe(&Event::Committed { counts: &counts, mended: 0, bytes: 0, elapsed: Duration::ZERO });
    }

    fn failed<'a>(stream: &'a str, kind: ErrorKind, message: &'a str) -> Event<'a> {
        Event::Failed { stream, kind, message, hint: Some("do this"), retry_in: None, ends_poll: true }
    }

    #[tokio::test(start_paused = true)]
    async fn the_status_says_what_is_listed_what_is_new_and_what_is_wrong() {
        let names = ["applications", "candidates", "jobs", "offers", "users"];
        let streams = names.into_iter().map(|name| (name, name == "users"));
        let status = Status::new(streams);
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
            "Streaming; 5 streams, newest change within the last hour; offers is not captured: no permission (do this)"
        );
        status.observe(&Event::UpToDate { stream: "offers" });
        status.observe(&failed("jobs", ErrorKind::Transient, "timeout"));
        assert_eq!(
            status.next_line(Instant::now()).unwrap(),
            "Streaming; 5 streams, newest change within the last hour; jobs is in trouble, will be tried again: timeout (do this)"
        );
        status.observe(&failed("jobs", ErrorKind::Transient, "timeout, request 2"));
        tokio::time::advance(Duration::from_secs(300)).await;
        assert_eq!(status.next_line(Instant::now()), None, "neither time nor another request id is news");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_said_is_true_until_something_else_is_said() {
        let status = Status::new([("jobs", true)].into_iter());
        assert_eq!(status.next_line(Instant::now()).unwrap(), "Streaming; 1 streams, no change yet");
        committed(&status, 1);
        let mut lines = Vec::new();
        for minute in 0..3 * 24 * 60 {
            // It changes every half hour for a day, and then no more.
            if minute % 30 == 0 && minute < 24 * 60 {
                committed(&status, 1);
            }
            lines.extend(status.next_line(Instant::now()).map(|line| (minute / 60, line)));
            tokio::time::advance(Duration::from_secs(60)).await;
        }
        let expected = [
            (0, "newest change within the last hour"),
            (24, "newest change more than an hour ago"),
            (47, "newest change more than a day ago"),
            (71, "newest change more than 2 days ago"),
        ];
        let expected = expected.map(|(hour, text)| (hour, format!("Streaming; 1 streams, {text}")));
        assert_eq!(lines, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn trouble_that_stays_is_a_reason_to_fail_and_says_why() {
        let time = Duration::from_secs(3600);
        let streams = ["jobs", "offers", "users"].map(|name| (name, true));
        let status = Status::new(streams.into_iter());
        status.observe(&failed("offers", ErrorKind::Denied, "no permission"));
        status.observe(&failed("jobs", ErrorKind::Transient, "timeout"));
        status.observe(&failed("users", ErrorKind::Data, "odd"));
        tokio::time::advance(time - Duration::from_secs(1)).await;
        assert!(status.lasting_trouble(time).is_none());
        status.observe(&Event::UpToDate { stream: "users" });
        tokio::time::advance(Duration::from_secs(1)).await;
        let error = status.lasting_trouble(time).unwrap();
        assert_eq!(error.to_string(), "offers has not been captured for 60 min: no permission (do this)");
        assert!(error.hint().unwrap().contains("fail_after"));
        status.observe(&failed("jobs", ErrorKind::Data, "something else"));
        let error = status.lasting_trouble(time).unwrap().to_string();
        assert!(error.starts_with("jobs (and 1 more) has not been captured for 60 min"), "{error}");
        for stream in ["jobs", "offers"] {
            status.observe(&Event::UpToDate { stream });
        }
        assert!(status.lasting_trouble(time).is_none(), "what works again is no reason");
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
        let spans = [3, 119, 120, 7199, 7200].map(|seconds| rounded(Duration::from_secs(seconds)));
        assert_eq!(spans, ["3 s", "119 s", "2 min", "119 min", "2 h"]);
    }
}
