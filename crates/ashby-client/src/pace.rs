//! Pace: when the next request under a key may leave.
//!
//! Requests leave one after another at even distances, and not more than a number of them are under way. A 429
//! stops all of them for a while and slows them down; quiet time brings the speed back. Only the monotonic clock
//! is used, so a change of the system's time does no harm.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

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
    under_way: Semaphore,
    /// Holds the one who is next; the semaphore is fair, so the others wait in order of arrival.
    turn: Semaphore,
    state: Mutex<State>,
}

/// Permission for one request, returned when dropped.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    _under_way: SemaphorePermit<'a>,
    granted_at: Instant,
    /// How long the pace held the request back.
    pub(crate) waited: Duration,
}

/// What the pace looks like now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) configured_per_minute: Option<u32>,
    pub(crate) effective_per_minute: Option<u32>,
    pub(crate) last_minute: u32,
}

#[derive(Debug)]
struct State {
    per_minute: Option<u32>,
    /// When the next request is due if none of the burst is used.
    due: Option<Instant>,
    paused_until: Option<Instant>,
    slowed: Option<Slowed>,
    /// Requests of the last minute, by second since `began`.
    recent: VecDeque<(u64, u32)>,
    began: Instant,
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
            under_way: Semaphore::new(concurrency.get().min(Semaphore::MAX_PERMITS)),
            turn: Semaphore::new(1),
            state: Mutex::new(State {
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

    /// Waits until a request may leave. Cancel-safe: who gives up waiting has used nothing.
    pub(crate) async fn permit(&self) -> Permit<'_> {
        const NEVER_CLOSED: &str = "the semaphores are never closed";
        let under_way = self.under_way.acquire().await.expect(NEVER_CLOSED);
        let began = Instant::now();
        let _turn = self.turn.acquire().await.expect(NEVER_CLOSED);
        loop {
            let now = Instant::now();
            let ready_at = {
                let mut state = self.state();
                let ready_at = state.ready_at(now);
                if ready_at.is_none() {
                    state.take(now);
                }
                ready_at
            };
            match ready_at {
                // A pause may have begun meanwhile: look again.
                Some(ready_at) => sleep_until(ready_at).await,
                None => {
                    let waited = now.duration_since(began);
                    return Permit { _under_way: under_way, granted_at: now, waited };
                }
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
                    pace.permit().await;
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
        let (one, other) = (pace.permit().await, pace.permit().await);
        tokio::time::advance(Duration::from_secs(1)).await;
        pace.slow_down(&one);
        pace.slow_down(&other);
        drop((one, other));
        assert_eq!(effective(&pace), 700);

        tokio::time::advance(Duration::from_secs(1)).await;
        pace.slow_down(&pace.permit().await);
        assert_eq!(effective(&pace), 490);
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(effective(&pace), 490);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(effective(&pace), 540);
        tokio::time::advance(Duration::from_secs(1_000)).await;
        assert_eq!(effective(&pace), 1_000);

        for _ in 0..20 {
            tokio::time::advance(Duration::from_secs(1)).await;
            pace.slow_down(&pace.permit().await);
        }
        assert_eq!(effective(&pace), 100);
        let times = departures(&pace, 11).await;
        assert!((times[10] - times[5] - 5.0 * 60.0 / 99.0).abs() < 0.05, "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_the_allowed_number_is_under_way() {
        let pace = pace(0, 2);
        let (one, _other) = (pace.permit().await, pace.permit().await);
        let third = tokio::time::timeout(Duration::from_secs(1), pace.permit()).await;
        assert!(third.is_err());
        drop(one);
        tokio::time::timeout(Duration::from_secs(1), pace.permit()).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn giving_up_uses_nothing() {
        let pace = pace(60, 2);
        departures(&pace, 1).await;
        for _ in 0..100 {
            assert!(tokio::time::timeout(Duration::from_millis(1), pace.permit()).await.is_err());
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
}
