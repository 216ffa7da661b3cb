//! Pace: when the next request under a key may leave.
//!
//! Requests leave one after another at even distances, the urgent ones first ([`Lane`]), and not more than a number
//! of them are under way. A 429 stops all of them for a while and slows them down; quiet time brings the speed back.
//! Only the monotonic clock is used, so a change of the system's time does no harm.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, sleep_until};

use crate::Lane;
use crate::lane::{PerLane, Queue};

const MINUTE: Duration = Duration::from_secs(60);
/// The server counts over a sliding minute and sees requests arrive less evenly than they leave.
const SAFE_PART: f64 = 0.99;
/// What a 429 leaves of the speed, and the least that any number of them leaves.
const SLOWDOWN: f64 = 0.7;
const SLOWEST_PART: f64 = 0.1;
/// After this long without a 429 the speed rises again, by a part of the limit at a time.
const QUIET_BEFORE_RECOVERY: Duration = Duration::from_secs(60);
const RECOVERY_STEP: Duration = Duration::from_secs(10);
const RECOVERY_PART: f64 = 0.05;

/// Gives out the permission to send. One per key, shared by everything that uses the key.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Each holds the one who is first in its lane; they are fair, so the others wait in order of arrival.
    turns: PerLane<Semaphore>,
    state: Mutex<State>,
    /// Tells those who are first that somebody came, went, came back or gave up.
    changed: Notify,
}

/// Permission for one request, returned when dropped.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    pace: &'a Pace,
    lane: Lane,
    granted_at: Instant,
    /// How long the pace held the request back when it was first in its lane.
    pub(crate) waited: Duration,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.pace.state().queue.finish(self.lane);
        self.pace.changed.notify_waiters();
    }
}

/// Somebody who waits, until they go or give up.
struct Waiting<'a> {
    pace: &'a Pace,
    lane: Lane,
    has_gone: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.has_gone {
            self.pace.state().queue.leave(self.lane);
            self.pace.changed.notify_waiters();
        }
    }
}

/// What the pace looks like now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) configured_per_minute: Option<u32>,
    pub(crate) effective_per_minute: Option<u32>,
    pub(crate) last_minute: u32,
    /// How long the pause still lasts.
    pub(crate) paused: Duration,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    per_minute: Option<u32>,
    /// When the next request is due if none of the burst is used.
    due: Option<Instant>,
    paused_until: Option<Instant>,
    slowed: Option<Slowed>,
    /// Requests of the last minute, by second since `began`.
    recent: VecDeque<(u64, u32)>,
    began: Instant,
}

/// Why somebody cannot go yet.
struct Wait {
    /// When to look again, at the latest.
    until: Option<Instant>,
    /// Whether only the pace is in the way, not the number that is under way.
    is_paced: bool,
}

/// The speed after the last 429, as a part of the configured one.
#[derive(Debug, Clone, Copy)]
struct Slowed {
    at: Instant,
    part: f64,
}

impl Slowed {
    fn part_at(&self, now: Instant) -> f64 {
        let recovering = now.saturating_duration_since(self.at).saturating_sub(QUIET_BEFORE_RECOVERY);
        let steps = (recovering.as_secs_f64() / RECOVERY_STEP.as_secs_f64()).floor();
        (self.part + steps * RECOVERY_PART).min(1.0)
    }
}

impl State {
    /// The part of the configured speed that is used at `now`.
    fn part(&self, now: Instant) -> f64 {
        self.slowed.map_or(1.0, |slowed| slowed.part_at(now))
    }

    /// When the next request may leave; `None` for at once.
    fn ready_at(&self, now: Instant) -> Option<Instant> {
        let slot = self.due.zip(self.per_minute).and_then(|(due, per_minute)| {
            // A handful may leave together after a quiet moment: few enough to stay within what
            // `SAFE_PART` spares.
            let burst = (per_minute / 200).clamp(1, 5);
            due.checked_sub(self.distance(now)? * (burst - 1))
        });
        slot.max(self.paused_until).filter(|ready_at| *ready_at > now)
    }

    /// The time between two requests.
    fn distance(&self, now: Instant) -> Option<Duration> {
        let per_minute = f64::from(self.per_minute?) * SAFE_PART * self.part(now);
        Some(MINUTE.div_f64(per_minute))
    }

    /// Lets the first of this lane go, or says what it has to wait for.
    fn go(&mut self, lane: Lane, now: Instant) -> Result<(), Wait> {
        if self.queue.next() != Some(lane) {
            return Err(Wait { until: None, is_paced: self.queue.has_slot(lane) });
        }
        if let Some(ready_at) = self.ready_at(now) {
            return Err(Wait { until: Some(ready_at), is_paced: true });
        }
        self.take(now);
        self.queue.depart(lane);
        Ok(())
    }

    fn take(&mut self, now: Instant) {
        if let Some(distance) = self.distance(now) {
            self.due = Some(self.due.map_or(now, |due| due.max(now)) + distance);
        }
        let second = now.duration_since(self.began).as_secs();
        match self.recent.back_mut() {
            Some((last, count)) if *last == second => *count += 1,
            _ => self.recent.push_back((second, 1)),
        }
        self.forget(second);
    }

    fn forget(&mut self, second: u64) {
        while self.recent.front().is_some_and(|(oldest, _)| oldest + MINUTE.as_secs() <= second) {
            self.recent.pop_front();
        }
    }
}

impl Pace {
    /// A pace of at most `per_minute` requests a minute (`None`: as fast as they come) of which at most
    /// `concurrency` are under way.
    pub(crate) fn new(per_minute: Option<u32>, concurrency: NonZeroUsize) -> Self {
        Self {
            turns: std::array::from_fn(|_| Semaphore::new(1)),
            changed: Notify::new(),
            state: Mutex::new(State {
                queue: Queue::new(concurrency.get()),
                per_minute,
                due: None,
                paused_until: None,
                slowed: None,
                recent: VecDeque::new(),
                began: Instant::now(),
            }),
        }
    }

    /// Nothing panics while the lock is held; should it happen, the numbers are still good enough to go on.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps one of the requests that may be under way for [`Lane::Interactive`], from now on.
    pub(crate) fn keep_slot(&self) {
        self.state().queue.keep_slot();
    }

    /// Waits until a request may leave. Cancel-safe: who gives up waiting has used nothing.
    pub(crate) async fn permit(&self, lane: Lane) -> Permit<'_> {
        self.state().queue.arrive(lane);
        let mut waiting = Waiting { pace: self, lane, has_gone: false };
        let _turn = self.turns[lane.index()].acquire().await.expect("the semaphores are never closed");
        let mut waited = Duration::ZERO;
        loop {
            // Listening begins before looking, so that no change is missed.
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let now = Instant::now();
            let wait = match self.state().go(lane, now) {
                Ok(()) => {
                    waiting.has_gone = true;
                    self.changed.notify_waiters();
                    return Permit { pace: self, lane, granted_at: now, waited };
                }
                Err(wait) => wait,
            };
            match wait.until {
                // A pause may have begun meanwhile, or somebody more urgent come: look again.
                Some(until) => tokio::select! {
                    biased;
                    () = changed => {}
                    () = sleep_until(until) => {}
                },
                None => changed.await,
            }
            if wait.is_paced {
                waited += now.elapsed();
            }
        }
    }

    /// Holds everything back for `pause` from now, unless it already waits longer.
    pub(crate) fn pause(&self, pause: Duration) {
        let mut state = self.state();
        state.paused_until = state.paused_until.max(Some(Instant::now() + pause));
    }

    /// Slows down because the request with this permit met a 429. Requests that were under way together count
    /// as one: they tell of the same excess.
    pub(crate) fn slow_down(&self, permit: &Permit<'_>) {
        let now = Instant::now();
        let mut state = self.state();
        if state.slowed.is_none_or(|slowed| permit.granted_at > slowed.at) {
            let part = (state.part(now) * SLOWDOWN).max(SLOWEST_PART);
            state.slowed = Some(Slowed { at: now, part });
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let now = Instant::now();
        let mut state = self.state();
        let second = now.duration_since(state.began).as_secs();
        state.forget(second);
        let part = state.part(now);
        Snapshot {
            configured_per_minute: state.per_minute,
            effective_per_minute: state.per_minute.map(|limit| (f64::from(limit) * part).round() as u32),
            last_minute: state.recent.iter().map(|(_, count)| count).sum(),
            paused: state.paused_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn pace(per_minute: u32, concurrency: usize) -> Arc<Pace> {
        let per_minute = Some(per_minute).filter(|limit| *limit > 0);
        Arc::new(Pace::new(per_minute, NonZeroUsize::new(concurrency).unwrap()))
    }

    /// When each of `count` requests leaves that all want to leave at once, in seconds from now.
    async fn departures(pace: &Arc<Pace>, count: usize) -> Vec<f64> {
        let start = Instant::now();
        let tasks: Vec<_> = (0..count)
            .map(|_| {
                let pace = Arc::clone(pace);
                tokio::spawn(async move {
                    pace.permit(Lane::Normal).await;
                    start.elapsed().as_secs_f64()
                })
            })
            .collect();
        let mut times = Vec::new();
        for task in tasks {
            times.push(task.await.unwrap());
        }
        times.sort_by(f64::total_cmp);
        times
    }

    #[tokio::test(start_paused = true)]
    async fn no_sliding_minute_exceeds_the_limit_and_hardly_anything_is_wasted() {
        for limit in [1, 2, 15, 60, 100, 333, 1_000, 3_000] {
            let times = departures(&pace(limit, 8), 3 * limit as usize + 1).await;
            let busiest = (0..times.len())
                .map(|first| times[first..].iter().take_while(|time| **time <= times[first] + 60.0).count())
                .max()
                .unwrap();
            assert!(busiest <= limit as usize, "{limit}: {busiest} in a minute");
            let minutes = times[times.len() - 1] / 60.0;
            let used = (times.len() - 1) as f64 / minutes / f64::from(limit);
            assert!(used >= 0.95, "{limit}: used {used}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn quiet_time_allows_no_more_than_a_handful_at_once() {
        let pace = pace(1_000, 100);
        tokio::time::sleep(Duration::from_secs(600)).await;
        let times = departures(&pace, 50).await;
        assert_eq!(times.iter().filter(|time| **time < 0.001).count(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_back_those_who_already_wait() {
        for limit in [0, 60] {
            let pace = pace(limit, 8);
            departures(&pace, 1).await;
            let waiting = tokio::spawn({
                let pace = Arc::clone(&pace);
                async move { departures(&pace, 3).await }
            });
            tokio::task::yield_now().await;
            pace.pause(Duration::from_secs(30));
            pace.pause(Duration::from_secs(5));
            let times = departures(&pace, 1).await;
            let first = waiting.await.unwrap()[0];
            assert!(times[0] >= 30.0, "{limit}: {times:?}");
            // Unpaced, the early ones may have left before the pause began.
            assert!(limit == 0 || first >= 30.0, "{limit}: {first}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_slows_down_once_per_excess_and_quiet_time_recovers() {
        let pace = pace(1_000, 8);
        let effective = |pace: &Pace| pace.snapshot().effective_per_minute.unwrap();
        let (one, other) = (pace.permit(Lane::Normal).await, pace.permit(Lane::Normal).await);
        tokio::time::advance(Duration::from_secs(1)).await;
        pace.slow_down(&one);
        pace.slow_down(&other);
        drop((one, other));
        assert_eq!(effective(&pace), 700);

        tokio::time::advance(Duration::from_secs(1)).await;
        pace.slow_down(&pace.permit(Lane::Normal).await);
        assert_eq!(effective(&pace), 490);
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(effective(&pace), 490);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(effective(&pace), 540);
        tokio::time::advance(Duration::from_secs(1_000)).await;
        assert_eq!(effective(&pace), 1_000);

        for _ in 0..20 {
            tokio::time::advance(Duration::from_secs(1)).await;
            pace.slow_down(&pace.permit(Lane::Normal).await);
        }
        assert_eq!(effective(&pace), 100);
        let times = departures(&pace, 11).await;
        assert!((times[10] - times[5] - 5.0 * 60.0 / 99.0).abs() < 0.05, "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_the_allowed_number_is_under_way() {
        let pace = pace(0, 2);
        let (one, _other) = (pace.permit(Lane::Normal).await, pace.permit(Lane::Normal).await);
        let third = tokio::time::timeout(Duration::from_secs(1), pace.permit(Lane::Normal)).await;
        assert!(third.is_err());
        drop(one);
        tokio::time::timeout(Duration::from_secs(1), pace.permit(Lane::Normal)).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn giving_up_uses_nothing() {
        let pace = pace(60, 2);
        departures(&pace, 1).await;
        for _ in 0..100 {
            assert!(tokio::time::timeout(Duration::from_millis(1), pace.permit(Lane::Normal)).await.is_err());
        }
        let times = departures(&pace, 1).await;
        assert!(times[0] < 1.1, "{times:?}");
        assert_eq!(pace.snapshot().last_minute, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_minute_is_counted() {
        let pace = pace(0, 2);
        departures(&pace, 3).await;
        tokio::time::advance(Duration::from_secs(30)).await;
        departures(&pace, 4).await;
        assert_eq!(pace.snapshot().last_minute, 7);
        tokio::time::advance(Duration::from_secs(31)).await;
        assert_eq!(pace.snapshot().last_minute, 4);
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(pace.snapshot().last_minute, 0);
    }

    /// Keeps `count` requests of a lane waiting, each of which takes a while, and remembers when each leaves.
    fn backfill(pace: &Arc<Pace>, lane: Lane, count: usize, left: &Arc<Mutex<Vec<(Lane, Instant)>>>) {
        for _ in 0..count {
            let (pace, left) = (Arc::clone(pace), Arc::clone(left));
            tokio::spawn(async move {
                let permit = pace.permit(lane).await;
                left.lock().unwrap().push((lane, Instant::now()));
                tokio::time::sleep(Duration::from_millis(700)).await;
                drop(permit);
            });
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_urgent_request_passes_a_backfill_and_the_limit_holds_over_all_lanes() {
        for concurrency in [2, 8, 64] {
            let pace = pace(1_000, concurrency);
            pace.keep_slot();
            let left = Arc::default();
            backfill(&pace, Lane::Normal, 700, &left);
            backfill(&pace, Lane::Low, 700, &left);
            tokio::time::sleep(Duration::from_secs(1)).await;
            let mut waits = Vec::new();
            for _ in 0..100 {
                let asked = Instant::now();
                let permit = pace.permit(Lane::Interactive).await;
                waits.push(asked.elapsed());
                left.lock().unwrap().push((Lane::Interactive, Instant::now()));
                tokio::time::sleep(Duration::from_millis(90)).await;
                drop(permit);
                tokio::time::sleep(Duration::from_millis(330)).await;
            }
            waits.sort();
            // Departures are 61 ms apart: its own and at most one other's.
            assert!(waits[98] <= Duration::from_millis(130), "{concurrency}: {:?}", &waits[90..]);

            let left = left.lock().unwrap().clone();
            let busiest = (0..left.len())
                .map(|first| left[first..].iter().take_while(|(_, at)| *at <= left[first].1 + MINUTE).count())
                .max();
            assert!(busiest <= Some(1_000), "{concurrency}: {busiest:?}");
            let count = |lane| left.iter().filter(|(other, _)| *other == lane).count();
            let (normal, low) = (count(Lane::Normal), count(Lane::Low));
            assert!(low >= normal / 20 && low > 0, "{concurrency}: {low} beside {normal}");
            assert!(low <= normal || normal == 700, "{concurrency}: {low} beside {normal}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_holds_nobody_back() {
        let pace = pace(60, 2);
        let _burst = pace.permit(Lane::Interactive).await;
        let urgent = tokio::time::timeout(Duration::from_millis(10), pace.permit(Lane::Interactive));
        let (urgent, normal) = tokio::join!(urgent, pace.permit(Lane::Normal));
        assert!(urgent.is_err());
        assert!(normal.waited < Duration::from_millis(1_100), "{:?}", normal.waited);
    }
}
