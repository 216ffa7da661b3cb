//! When a stream's turn comes to be listed whole again.
//!
//! Every stream has instants of its own, a fixed time apart, which its name spreads over that time. Its turn has come if one
//! of them has passed since its newest full listing. So the listings of many streams never come together, nothing but the
//! end of the newest one need be remembered, and it does not matter how often, or by whom, the run is started.

use std::time::Duration;

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use crate::{Batch, Extent, StreamState};

/// The turns of the streams of one capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turns {
    every: Duration,
    /// Within that time, from the epoch on.
    phase: Duration,
    /// When the newest full listing ended, or since when none is known to be due.
    last: Option<Timestamp>,
    /// A listing of everything is under way.
    is_listing: bool,
}

/// Whether a stream of which this is saved has its turn to be listed whole, if that is done
/// [once in this time](crate::Selection::full_every): what a run would find now.
#[must_use]
pub fn has_its_turn(every: Duration, stream: &str, saved: &StreamState, now: Timestamp) -> bool {
    Turns::new(Some(every), stream, Some(saved)).is_some_and(|turns| turns.due(now).is_some())
}

impl Turns {
    /// Of a stream of this name of which this is saved. `None` if it is nobody's wish.
    pub(super) fn new(every: Option<Duration>, name: &str, saved: Option<&StreamState>) -> Option<Self> {
        let every = every.filter(|every| *every >= Duration::from_millis(1))?;
        let share = xxh3_64(name.as_bytes()) as f64 / u64::MAX as f64;
        // Where nothing is known of a listing, it was no later than what is saved. What was never saved is listed whole
        // without being told.
        let last = saved.map(|saved| saved.listed.last_full_at.unwrap_or(saved.committed_at));
        let is_listing = saved.is_some_and(|saved| saved.listing.is_some());
        Some(Self { every, phase: every.mul_f64(share), last, is_listing })
    }

    /// The time in which each stream has one turn.
    pub(super) fn every(&self) -> Duration {
        self.every
    }

    /// When the newest full listing ended, if its turn has come.
    pub(super) fn due(&self, now: Timestamp) -> Option<Timestamp> {
        self.last.filter(|last| self.slot(now) > last.as_millisecond())
    }

    /// Takes what a batch says of listings.
    pub(super) fn note(&mut self, batch: &Batch, now: Timestamp) {
        for part in &batch.parts {
            if let Some(extent) = part.begins {
                self.is_listing = extent == Extent::Everything;
            }
            if part.ends.is_some() && std::mem::take(&mut self.is_listing) {
                self.last = Some(now);
            }
        }
    }

    /// Whether everything is being listed.
    pub(super) fn is_listing(&self) -> bool {
        self.is_listing
    }

    /// The newest of its instants, in milliseconds since the epoch.
    fn slot(&self, now: Timestamp) -> i64 {
        let milliseconds = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let (every, phase) = (milliseconds(self.every), milliseconds(self.phase));
        let now = now.as_millisecond();
        now - (now - phase).rem_euclid(every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Checkpoint, Ends, Part};

    const DAY_S: i64 = 86_400;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    fn turns(name: &str, last_full_s: Option<i64>, committed_s: i64) -> Turns {
        let mut state = StreamState::new(Checkpoint::default(), at(committed_s));
        state.listed.last_full_at = last_full_s.map(at);
        Turns::new(Some(Duration::from_secs(DAY_S.unsigned_abs())), name, Some(&state)).unwrap()
    }

    #[test]
    fn each_stream_has_one_turn_in_the_time_wherever_the_run_is_started() {
        for name in ["candidates", "applications", "jobs"] {
            let (mut last, mut full) = (0, Vec::new());
            // A run every hour for ten days, each of which knows only what is saved.
            for hour in 1..=240 {
                let now = hour * 3600;
                if turns(name, Some(last), now - 3600).due(at(now)).is_some() {
                    full.push(now);
                    last = now;
                }
            }
            assert_eq!(full.len(), 10, "{name}: {full:?}");
            assert!(full.windows(2).all(|pair| pair[1] - pair[0] == DAY_S), "{name}: {full:?}");
        }
    }

    #[test]
    fn the_turns_of_many_streams_are_spread() {
        let hour = |name: &String| {
            let due = (0..24).find(|hour| turns(name, Some(0), 0).due(at((hour + 1) * 3600)).is_some());
            due.unwrap()
        };
        let names: Vec<String> = (0..48).map(|number| format!("stream_{number}")).collect();
        let mut hours: Vec<i64> = names.iter().map(hour).collect();
        hours.sort_unstable();
        hours.dedup();
        assert!(hours.len() > 12, "{hours:?}");
    }

    #[test]
    fn where_no_listing_is_known_the_turn_comes_once_and_what_is_new_has_none() {
        let late = turns("jobs", None, 0);
        assert!(late.due(at(0)).is_none() && late.due(at(DAY_S)).is_some());
        let mut done = late;
        let mut batch = Batch::new(vec![Part::new(0, Vec::new())], Checkpoint::default());
        // The end of what began before is none of everything.
        batch.parts[0].ends = Some(Ends::Complete);
        done.note(&batch, at(DAY_S));
        assert!(done.due(at(DAY_S)).is_some() && !done.is_listing());
        batch.parts[0].begins = Some(Extent::Everything);
        done.note(&batch, at(DAY_S));
        assert!(done.due(at(DAY_S)).is_none() && done.due(at(2 * DAY_S)).is_some());
        let day = Some(Duration::from_secs(86_400));
        assert!(Turns::new(day, "jobs", None).unwrap().due(at(9 * DAY_S)).is_none());
        assert!(Turns::new(None, "jobs", None).is_none());
    }
}
