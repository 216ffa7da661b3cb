//! Functions that SQL calls while the model is built.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

use crate::values::{date_of, milliseconds};

fn text<'a>(context: &'a Context<'_>, place: usize) -> Option<&'a str> {
    match context.get_raw(place) {
        ValueRef::Text(text) => std::str::from_utf8(text).ok(),
        _ => None,
    }
}

pub(crate) fn register(connection: &Connection, zone: &TimeZone) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("model_days", 2, flags, |context| {
        let both = text(context, 0).and_then(milliseconds).zip(text(context, 1).and_then(milliseconds));
        Ok(both.map(|(from, to)| (to - from) as f64 / 86_400_000.0))
    })?;
    let is_utc = *zone == TimeZone::UTC;
    let here = zone.clone();
    connection.create_scalar_function("model_date", 1, flags, move |context| {
        Ok(text(context, 0).and_then(|text| date_of(text, &here)).map(|date| date.to_string()))
    })?;
    let here = zone.clone();
    connection.create_scalar_function("model_month", 1, flags, move |context| {
        Ok(match text(context, 0) {
            Some(text) if is_utc && text.len() >= 10 => Some(text[..7].to_owned()),
            text => text.and_then(|text| date_of(text, &here)).map(|date| date.strftime("%Y-%m").to_string()),
        })
    })?;
    let here = zone.clone();
    connection.create_scalar_function("model_week", 1, flags, move |context| {
        let date = text(context, 0).and_then(|text| date_of(text, &here));
        let monday = date.and_then(|date| {
            let back = date.weekday().since(Weekday::Monday);
            date.checked_sub(jiff::Span::new().days(back)).ok()
        });
        Ok(monday.map(|date| date.to_string()))
    })?;
    Ok(())
}
