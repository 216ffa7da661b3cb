//! Periods. The model counts by whole months, and so does the page: the months that a period touches.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::error::Error;

/// The most months or days that a period may go back.
const LONGEST: i64 = 36_600;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// Everything.
    All,
    /// So many months, the unfinished one among them.
    Months(i64),
    /// So many days before the model's moment.
    Days(i64),
    /// From one date to another, both of them in it.
    Dates(Date, Date),
}

impl Default for Period {
    fn default() -> Self {
        Self::Months(12)
    }
}

impl FromStr for Period {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Period(outside_text::line(text).chars().take(60).collect());
        let text = text.trim();
        if text.eq_ignore_ascii_case("all") {
            return Ok(Self::All);
        }
        if let Some((first, last)) = text.split_once("..") {
            let date = |text: &str| text.trim().parse::<Date>().map_err(|_| wrong());
            let (first, last) = (date(first)?, date(last)?);
            return if first <= last { Ok(Self::Dates(first, last)) } else { Err(wrong()) };
        }
        let unit = text.chars().next_back().ok_or_else(wrong)?;
        let number: i64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
        if !(1..=LONGEST).contains(&number) {
            return Err(wrong());
        }
        match unit.to_ascii_lowercase() {
            'd' => Ok(Self::Days(number)),
            'w' => Ok(Self::Days((number * 7).min(LONGEST))),
            'm' => Ok(Self::Months(number)),
            'y' => Ok(Self::Months((number * 12).min(LONGEST))),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => formatter.write_str("all"),
            Self::Months(number) => write!(formatter, "{number}m"),
            Self::Days(number) => write!(formatter, "{number}d"),
            Self::Dates(first, last) => write!(formatter, "{first}..{last}"),
        }
    }
}

/// A month, counted from the year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month(i32);

const NAMES: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Month {
    pub(crate) fn of(date: Date) -> Self {
        Self(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }

    /// `2026-03`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
        ((0..9999).contains(&year) && (1..=12).contains(&month)).then_some(Self(year * 12 + month - 1))
    }

    pub(crate) fn key(self) -> String {
        format!("{:04}-{:02}", self.0.div_euclid(12), self.month() + 1)
    }

    /// `2026-Q1`.
    pub(crate) fn quarter(self) -> String {
        format!("{:04}-Q{}", self.0.div_euclid(12), self.month() / 3 + 1)
    }

    pub(crate) fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    pub(crate) fn months_since(self, other: Self) -> i32 {
        self.0 - other.0
    }

    /// From 0 for January.
    pub(crate) fn month(self) -> i32 {
        self.0.rem_euclid(12)
    }

    /// `Mar`.
    pub(crate) fn short(self) -> &'static str {
        NAMES[self.month() as usize]
    }

    /// `Mar 2026`.
    pub(crate) fn name(self) -> String {
        format!("{} {}", self.short(), self.0.div_euclid(12))
    }

    pub(crate) fn first_day(self) -> Date {
        let year = i16::try_from(self.0.div_euclid(12)).unwrap_or(i16::MAX).clamp(0, 9998);
        Date::new(year, self.month() as i8 + 1, 1).unwrap_or(Date::ZERO)
    }
}

/// A period beside a model: which months, and until when.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    /// The first month; `None` from the beginning.
    pub(crate) first: Option<Month>,
    /// The last month.
    pub(crate) last: Month,
    /// The month that is not over.
    pub(crate) unfinished: Month,
    /// The model's moment.
    pub(crate) as_of: Timestamp,
    pub(crate) zone: TimeZone,
    /// Whether it begins or ends within a month, and so is counted wider than it was asked for.
    pub(crate) is_widened: bool,
}

impl Window {
    pub(crate) fn new(period: Period, as_of: Timestamp, zone: TimeZone) -> Self {
        let today = as_of.to_zoned(zone.clone()).date();
        let now = Month::of(today);
        let (first, last, is_widened) = match period {
            Period::All => (None, now, false),
            Period::Months(number) => (Some(now.plus(1 - i32::try_from(number).unwrap_or(12))), now, false),
            Period::Days(number) => {
                let first = today.checked_sub(Span::new().days(number)).unwrap_or(Date::ZERO);
                (Some(Month::of(first)), now, first.day() != 1)
            }
            Period::Dates(first, last) => {
                let is_widened = first.day() != 1 || last.day() != last.days_in_month() && last < today;
                (Some(Month::of(first)), Month::of(last), is_widened)
            }
        };
        Self { first, last, unfinished: now, as_of, zone, is_widened }
    }

    /// Whether nothing is left out.
    pub(crate) fn is_all(&self) -> bool {
        self.first.is_none()
    }

    /// What restricts a column of months, as ` AND …`.
    pub(crate) fn months(&self, column: &str) -> String {
        self.between(column, Month::key)
    }

    /// What restricts a column of dates.
    pub(crate) fn dates(&self, column: &str) -> String {
        let Some(first) = self.first else { return String::new() };
        format!(" AND {column} >= '{}' AND {column} < '{}'", first.first_day(), self.last.plus(1).first_day())
    }

    /// What restricts a column of instants.
    pub(crate) fn instants(&self, column: &str) -> String {
        self.within(column, |month| month.first_day())
    }

    /// The same, to the weeks whose Mondays are in the months.
    pub(crate) fn weeks(&self, column: &str) -> String {
        let monday = |month: Month| {
            let first = month.first_day();
            let days = (7 - i64::from(first.weekday().to_monday_zero_offset())) % 7;
            first.checked_add(Span::new().days(days)).unwrap_or(first)
        };
        self.within(column, monday)
    }

    fn within(&self, column: &str, start: impl Fn(Month) -> Date) -> String {
        let Some(first) = self.first else { return String::new() };
        let instant = |month: Month| {
            let start = self.zone.to_zoned(start(month).at(0, 0, 0, 0));
            let start = start.map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp());
            start.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
        };
        format!(" AND {column} >= '{}' AND {column} < '{}'", instant(first), instant(self.last.plus(1)))
    }

    fn between(&self, column: &str, text: impl Fn(Month) -> String) -> String {
        let Some(first) = self.first else { return String::new() };
        format!(" AND {column} BETWEEN '{}' AND '{}'", text(first), text(self.last))
    }

    /// The months from the first on, or from the first that has something.
    pub(crate) fn all_months(&self, has_something: impl Iterator<Item = Month>) -> Vec<Month> {
        let (mut first, mut last) = (self.first, self.last.min(self.unfinished));
        if self.is_all() {
            for month in has_something {
                first = Some(first.map_or(month, |first| first.min(month)));
                last = last.max(month);
            }
        }
        let Some(first) = first else { return Vec::new() };
        (0..=last.months_since(first).max(-1)).map(|number| first.plus(number)).collect()
    }

    /// In words: `Dec 2025 to Nov 2026`.
    pub(crate) fn words(&self) -> String {
        match self.first {
            None => "since the beginning".to_owned(),
            Some(first) if first == self.last => first.name(),
            Some(first) => format!("{} to {}", first.name(), self.last.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(period: &str, as_of: &str, zone: &str) -> Window {
        let zone = TimeZone::get(zone).unwrap();
        Window::new(period.parse().unwrap(), as_of.parse().unwrap(), zone)
    }

    #[test]
    fn periods_are_read_and_written() {
        for text in ["12m", "90d", "all", "2026-01-01..2026-06-30"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        assert_eq!("2y".parse::<Period>().unwrap(), Period::Months(24));
        assert_eq!("8w".parse::<Period>().unwrap(), Period::Days(56));
        for text in ["", "12", "m", "0m", "-1d", "1é", "99999999m", "2026-06-30..2026-01-01", "a..b", "ALLES"]
        {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_period_is_the_months_that_it_touches() {
        let year = window("12m", "2026-11-29T12:00:00Z", "UTC");
        assert_eq!(year.months("m"), " AND m BETWEEN '2025-12' AND '2026-11'");
        assert!(!year.is_widened);
        assert_eq!(year.words(), "Dec 2025 to Nov 2026");
        let days = window("90d", "2026-11-29T12:00:00Z", "UTC");
        assert_eq!(days.months("m"), " AND m BETWEEN '2026-08' AND '2026-11'");
        assert!(days.is_widened);
        let half = window("2026-01-01..2026-06-30", "2026-11-29T12:00:00Z", "UTC");
        assert!(!half.is_widened);
        assert_eq!(half.dates("d"), " AND d >= '2026-01-01' AND d < '2026-07-01'");
        assert!(window("2026-01-01..2026-06-29", "2026-11-29T12:00:00Z", "UTC").is_widened);
        assert_eq!(window("all", "2026-11-29T12:00:00Z", "UTC").instants("i"), "");
    }

    #[test]
    fn months_are_cut_in_the_zone() {
        let east = window("1m", "2026-10-31T23:30:00Z", "Europe/Berlin");
        assert_eq!(east.words(), "Nov 2026");
        assert_eq!(
            east.instants("i"),
            " AND i >= '2026-10-31T23:00:00.000Z' AND i < '2026-11-30T23:00:00.000Z'"
        );
    }

    #[test]
    fn weeks_belong_to_the_month_of_their_monday() {
        let window = window("2026-11-01..2026-11-30", "2027-01-05T00:00:00Z", "UTC");
        assert_eq!(
            window.weeks("i"),
            " AND i >= '2026-11-02T00:00:00.000Z' AND i < '2026-12-07T00:00:00.000Z'"
        );
    }

    #[test]
    fn months_without_anything_are_there() {
        let window = window("3m", "2026-02-10T00:00:00Z", "UTC");
        let keys: Vec<String> = window.all_months([].into_iter()).into_iter().map(Month::key).collect();
        assert_eq!(keys, ["2025-12", "2026-01", "2026-02"]);
        assert_eq!(Month::parse("2026-02").map(Month::quarter).as_deref(), Some("2026-Q1"));
        assert_eq!(Month::parse("2026-13"), None);
    }
}
