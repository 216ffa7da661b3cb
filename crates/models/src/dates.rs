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
