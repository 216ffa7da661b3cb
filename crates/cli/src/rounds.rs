//! The rounds of a watch: what each of them came to, and what was said of trouble already.
//!
//! A round is over when every stream that is polled most often has been polled. What slower ones bring counts in the
//! round in which they bring it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, Instant};

use capture_core::{Counts, ErrorKind};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::ills::Ills;
use crate::output::{counted, duration, thousands};

/// Notes that are remembered, so as not to say them again.
const MAX_SAID: usize = 1000;

/// The rounds so far.
pub(crate) struct Rounds {
    interval: Duration,
    /// Whose polls make a round.
    members: BTreeSet<String>,
    /// Of them, those that have not been polled in this one.
    waiting: BTreeSet<String>,
    number: u64,
    began: Option<Instant>,
    /// Of the rounds before: what was requested since belongs to this one.
    requests_before: u64,
    counts: Counts,
    /// How the newest poll of each stream ended.
    endings: BTreeMap<String, Ending>,
    /// What fails, and what was said of it.
    ills: Ills,
    said: BTreeSet<(String, String)>,
}

/// How a poll ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    UpToDate,
    Failed,
    Skipped,
}

/// What a round came to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Round {
    number: u64,
    ended_at: String,
    /// Streams by how their newest poll ended.
    up_to_date: usize,
    failed: usize,
    skipped: usize,
    #[serde(flatten)]
    counts: Counts,
    requests: u64,
    seconds: f64,
    /// When the next one begins, about.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<String>,
}

impl Rounds {
    pub(crate) fn new(interval: Duration) -> Self {
        Self {
            interval,
            members: BTreeSet::new(),
            waiting: BTreeSet::new(),
            number: 0,
            began: None,
            requests_before: 0,
            counts: Counts::default(),
            endings: BTreeMap::new(),
            ills: Ills::default(),
            said: BTreeSet::new(),
        }
    }

    /// A run begins: these streams are polled most often, at this interval.
    pub(crate) fn expect(&mut self, members: BTreeSet<String>, interval: Duration) {
        (self.interval, self.waiting, self.members) = (interval, members.clone(), members);
        self.began = None;
    }

    /// How many there were.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether the newest poll of a stream brought it up to date.
    pub(crate) fn was_up_to_date(&self, stream: &str) -> bool {
        self.endings.get(stream) == Some(&Ending::UpToDate)
    }

    pub(crate) fn started(&mut self) {
        self.began.get_or_insert_with(Instant::now);
    }

    pub(crate) fn committed(&mut self, counts: Counts) {
        self.counts += counts;
    }

    /// A stream is up to date: the round, if it is over with that, and whether the stream was failing.
    pub(crate) fn up_to_date(&mut self, stream: &str, requests: u64) -> (bool, Option<Round>) {
        let was_ill = self.ills.is_well(stream);
        (was_ill, self.ended(stream, Ending::UpToDate, requests))
    }

    /// A poll has failed for good.
    pub(crate) fn failed(&mut self, stream: &str, kind: ErrorKind, requests: u64) -> Option<Round> {
        let ending = if kind.is_left_out() { Ending::Skipped } else { Ending::Failed };
        self.ended(stream, ending, requests)
    }

    /// Whether it is news that this stream fails with this.
    pub(crate) fn is_new_trouble(&mut self, stream: &str, message: &str) -> bool {
        self.ills.falls_ill(stream, message)
    }

    /// Whether this has not been said of the stream.
    pub(crate) fn is_news(&mut self, stream: &str, message: &str) -> bool {
        if self.said.len() >= MAX_SAID {
            self.said.clear();
        }
        self.said.insert((stream.to_owned(), message.to_owned()))
    }

    fn ended(&mut self, stream: &str, ending: Ending, requests: u64) -> Option<Round> {
        self.endings.insert(stream.to_owned(), ending);
        self.waiting.remove(stream);
        if !self.waiting.is_empty() {
            return None;
        }
        let began = self.began.take()?;
        self.waiting.clone_from(&self.members);
        self.number += 1;
        let now = Timestamp::now();
        let seconds = began.elapsed().as_secs_f64();
        let left = self.interval.saturating_sub(began.elapsed());
        let next = SignedDuration::try_from(left).ok().and_then(|left| now.checked_add(left).ok());
        let how_many = |which| self.endings.values().filter(|ending| **ending == which).count();
        let spelled = |at: Timestamp| at.strftime("%FT%TZ").to_string();
        Some(Round {
            number: self.number,
            ended_at: spelled(now),
            up_to_date: how_many(Ending::UpToDate),
            failed: how_many(Ending::Failed),
            skipped: how_many(Ending::Skipped),
            counts: std::mem::take(&mut self.counts),
            requests: requests.saturating_sub(std::mem::replace(&mut self.requests_before, requests)),
            seconds,
            next_at: next.map(spelled),
        })
    }
}

/// What was written, in words: `12 new, 3 changed`.
pub(crate) fn spell(counts: &Counts) -> String {
    let all = [
        (counts.new, "new"),
        (counts.changed, "changed"),
        (counts.written, "written"),
        (counts.deleted, "deleted"),
    ];
    let some: Vec<String> = all
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", thousands(*number)))
        .collect();
    if some.is_empty() { "nothing new".to_owned() } else { some.join(", ") }
}

/// How streams ended, in words: `40 streams up to date, 1 failed`.
pub(crate) fn endings(up_to_date: usize, failed: usize, skipped: usize) -> String {
    let mut parts = vec![format!("{} up to date", counted(up_to_date as u64, "stream"))];
    parts.extend((skipped > 0).then(|| format!("{skipped} skipped")));
    parts.extend((failed > 0).then(|| format!("{failed} failed")));
    parts.join(", ")
}

/// `1 request`, `2 requests`.
pub(crate) fn requests(number: u64) -> String {
    counted(number, "request")
}

impl Round {
    pub(crate) fn has_failed(&self) -> bool {
        self.failed > 0
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "round {} at {}", thousands(self.number), self.ended_at,)?;
        // What a narrow terminal cuts off is at the end; the day is said once.
        if let Some(at) = &self.next_at {
            let (day, time) = at.split_at_checked(11).unwrap_or(("", at));
            write!(f, ", next {}", if self.ended_at.starts_with(day) { time } else { at })?;
        }
        write!(
            f,
            ": {} · {} · {} in {}",
            endings(self.up_to_date, self.failed, self.skipped),
            spell(&self.counts),
            requests(self.requests),
            duration(self.seconds)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(members: &[&str]) -> Rounds {
        let mut rounds = Rounds::new(Duration::from_secs(60));
        rounds.expect(members.iter().map(|name| (*name).to_owned()).collect(), Duration::from_secs(60));
        rounds
    }

    fn new(count: u64) -> Counts {
        Counts { new: count, ..Counts::default() }
    }

    #[test]
    fn a_round_ends_with_its_last_stream_and_counts_what_came_in_it() {
        let mut rounds = rounds(&["jobs", "users"]);
        for (number, found) in [(1, 3), (2, 0)] {
            rounds.started();
            rounds.committed(new(found));
            assert!(rounds.up_to_date("jobs", 10 * number + 1).1.is_none());
            // One that is polled less often.
            assert!(rounds.up_to_date("offers", 10 * number + 2).1.is_none());
            let round = rounds.failed("users", ErrorKind::Transient, 10 * number + 3).unwrap();
            let expected = if number == 1 { 13 } else { 10 };
            assert_eq!((round.number, round.requests, round.counts.new), (number, expected, found));
            assert_eq!(
                (round.up_to_date, round.failed, round.skipped),
                (2, 1, 0),
                "not their sum over rounds"
            );
        }
    }

    #[test]
    fn a_round_is_one_line() {
        let mut rounds = rounds(&["jobs"]);
        rounds.started();
        rounds.committed(Counts { new: 1200, deleted: 1, ..Counts::default() });
        let line = rounds.up_to_date("jobs", 3).1.unwrap().to_string();
        assert!(line.starts_with("round 1 at 20") && !line.contains('\n'), "{line}");
        assert!(
            line.ends_with("Z: 1 stream up to date · 1,200 new, 1 deleted · 3 requests in 0.0 s")
                && line.contains(", next "),
            "{line}"
        );
        rounds.started();
        assert!(
            rounds.up_to_date("jobs", 4).1.unwrap().to_string().contains(" · nothing new · 1 request in")
        );
    }

    #[test]
    fn trouble_is_news_until_it_has_passed_and_notes_are_news_once() {
        let mut rounds = rounds(&["jobs"]);
        assert!(rounds.is_new_trouble("jobs", "away") && !rounds.is_new_trouble("jobs", "away"));
        assert!(rounds.is_new_trouble("jobs", "refused"));
        assert!(rounds.up_to_date("jobs", 0).0 && !rounds.up_to_date("jobs", 0).0);
        assert!(rounds.is_new_trouble("jobs", "refused"));
        assert!(
            rounds.is_news("jobs", "odd") && rounds.is_news("users", "odd") && !rounds.is_news("jobs", "odd")
        );
    }
}
