//! The dimension of dates.

use jiff::civil::{Date, Weekday, date};
use rusqlite::{Connection, params};

use crate::options::Options;

const FIRST: Date = date(2010, 1, 1);
const LAST: Date = date(2049, 12, 31);

/// Whether a date is a business day.
pub(crate) fn is_business_day(date: Date, options: &Options) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !options.holidays.contains(&date)
}

/// How many business days there are up to each date.
pub(crate) struct BusinessDays(Vec<i64>);

impl BusinessDays {
    pub(crate) fn new(options: &Options) -> Self {
        let mut count = 0;
        let days = FIRST.series(jiff::Span::new().days(1)).take_while(|date| *date <= LAST).map(|date| {
            count += i64::from(is_business_day(date, options));
            count
        });
        Self(days.collect())
    }

    fn up_to(&self, date: Date) -> Option<i64> {
        let days = date.since(FIRST).ok()?.get_days();
        self.0.get(usize::try_from(days).ok()?).copied()
    }

    /// Those that are after the one date, up to the other; none if a date is out of reach.
    pub(crate) fn between(&self, from: Date, to: Date) -> Option<i64> {
        Some(self.up_to(to)? - self.up_to(from)?)
    }
}

pub(crate) fn create(connection: &Connection, options: &Options) -> rusqlite::Result<()> {
    let mut insert = connection.prepare("INSERT INTO dates VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for date in FIRST.series(jiff::Span::new().days(1)).take_while(|date| *date <= LAST) {
        let week = date.iso_week_date();
        insert.execute(params![
            date.to_string(),
            date.strftime("%Y-%m").to_string(),
            format!("{}-Q{}", date.year(), (date.month() + 2) / 3),
            format!("{}-W{:02}", week.year(), week.week()),
            is_business_day(date, options),
        ])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn business_days_are_counted_after_the_first_date_up_to_the_last() {
        let mut options = Options::default();
        options.holidays.insert(date(2026, 4, 6));
        let days = BusinessDays::new(&options);
        for (from, to, expected) in [
            (date(2026, 3, 30), date(2026, 3, 30), Some(0)),
            // From a Monday to the next, which is a holiday.
            (date(2026, 3, 30), date(2026, 4, 6), Some(4)),
            (date(2026, 3, 28), date(2026, 3, 30), Some(1)),
            (date(2026, 3, 31), date(2026, 3, 30), Some(-1)),
            (date(1999, 3, 31), date(2026, 3, 30), None),
        ] {
            assert_eq!(days.between(from, to), expected, "{from} to {to}");
        }
    }
}
