//! Time as companies spend it: seasons, weekends, office hours, and durations of which a few are very long.

use jiff::{Timestamp, tz::TimeZone};

use super::super::{DAY_MS, HOUR_MS, NOW_MS};
use crate::dice::Dice;

/// How busy each month is, January first.
const MONTHS: [u64; 12] = [130, 118, 112, 104, 100, 92, 78, 70, 112, 116, 98, 56];
/// How many people apply on each day of the week, Sunday first.
const WEEKDAYS: [u64; 7] = [34, 112, 116, 112, 106, 92, 38];
/// Durations as hundredths of their median, at equally distant quantiles: log-normal, with a long tail.
const SKEWED: [i64; 33] = [
    8, 17, 23, 29, 33, 38, 43, 48, 53, 58, 63, 68, 74, 80, 86, 93, 100, 108, 116, 125, 136, 147, 159, 173,
    190, 209, 232, 261, 298, 349, 429, 587, 1244,
];

/// The days of the past, and how many applications each has brought up to it.
#[derive(Debug)]
pub(super) struct Calendar {
    first_day: i64,
    cumulative: Vec<u64>,
}

impl Calendar {
    pub(super) fn new(past_days: u32) -> Self {
        let today = NOW_MS / DAY_MS;
        let days = i64::from(past_days.max(1));
        let first_day = today - days;
        let mut total = 0;
        let cumulative = (first_day..today)
            .map(|day| {
                let month = Timestamp::from_millisecond(day * DAY_MS)
                    .map_or(1, |instant| instant.to_zoned(TimeZone::UTC).month());
                // The company grows: three times as many apply at the end as at the beginning.
                let growth = 50 + 100 * (day - first_day) / days;
                total += MONTHS[month as usize - 1] * WEEKDAYS[weekday(day)] * growth.unsigned_abs();
                total
            })
            .collect();
        Self { first_day, cumulative }
    }

    /// The first instant of the past.
    pub(super) fn begin_ms(&self) -> i64 {
        self.first_day * DAY_MS
    }

    /// When the `part`th of so many things happened that are spread as applications are.
    pub(super) fn at(&self, part: u32, whole: u32, dice: &mut Dice) -> i64 {
        let total = self.cumulative.last().copied().unwrap_or(1);
        let reached = u128::from(total) * u128::from(part.min(whole)) / u128::from(whole.max(1));
        let day = self.cumulative.partition_point(|&sum| u128::from(sum) <= reached);
        let day = self.first_day + day.min(self.cumulative.len() - 1) as i64;
        // People apply from the morning to late in the evening.
        let minute = dice.between(6 * 60, 23 * 60).min(dice.between(8 * 60, 24 * 60));
        day * DAY_MS + minute * 60_000 + dice.between(0, 60_000)
    }
}

/// The day of the week of a day since 1970, Sunday being 0.
fn weekday(day: i64) -> usize {
    (day + 4).rem_euclid(7) as usize
}

/// The next instant at which somebody is at work.
pub(super) fn at_work(instant_ms: i64, dice: &mut Dice) -> i64 {
    let (mut day, mut within) = (instant_ms.div_euclid(DAY_MS), instant_ms.rem_euclid(DAY_MS));
    if within < 7 * HOUR_MS {
        within = 7 * HOUR_MS + dice.between(0, 3 * HOUR_MS);
    }
    let weekend = matches!(weekday(day), 0 | 6);
    if within > 19 * HOUR_MS || weekend && !dice.chance(6) {
        day += 1;
        while matches!(weekday(day), 0 | 6) {
            day += 1;
        }
        within = 7 * HOUR_MS + dice.between(0, 11 * HOUR_MS);
    }
    day * DAY_MS + within
}

/// A duration with this median, of which a few are ten times as long.
pub(super) fn skewed(median_ms: i64, dice: &mut Dice) -> i64 {
    let throw = dice.below(32 << 16);
    let (slot, within) = ((throw >> 16) as usize, i64::from(throw & 0xffff));
    let hundredths = SKEWED[slot] * 65_536 + (SKEWED[slot + 1] - SKEWED[slot]) * within;
    // Never a round number of hours.
    ((median_ms / 100 * hundredths) >> 16) + dice.between(1, 40 * 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_all_durations_are_below_their_median_and_a_tenth_far_above() {
        let mut dice = Dice::seeded(3);
        let mut all: Vec<i64> = (0..10_000).map(|_| skewed(100 * DAY_MS, &mut dice) / DAY_MS).collect();
        all.sort_unstable();
        assert!((95..106).contains(&all[5_000]), "{}", all[5_000]);
        assert!(all[9_000] > 300 && all[9_999] > 800, "{} {}", all[9_000], all[9_999]);
    }

    #[test]
    fn work_is_done_on_weekdays_and_later_than_asked() {
        let mut dice = Dice::seeded(5);
        let begin = NOW_MS - 400 * DAY_MS;
        let done: Vec<(i64, i64)> = (0..2_000)
            .map(|hour| begin + hour * 5 * HOUR_MS)
            .map(|at| (at, at_work(at, &mut dice)))
            .collect();
        assert!(done.iter().all(|(asked, done)| done >= asked));
        let weekends = done.iter().filter(|(_, done)| matches!(weekday(done / DAY_MS), 0 | 6)).count();
        assert!((1..100).contains(&weekends), "{weekends}");
    }
}
