//! Functions that SQL calls while the model is built.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::ValueRef;

use crate::dates::BusinessDays;
use crate::options::Options;
use crate::values::{date_of, milliseconds};

fn text<'a>(context: &'a Context<'_>, place: usize) -> Option<&'a str> {
    match context.get_raw(place) {
        ValueRef::Text(text) => std::str::from_utf8(text).ok(),
        _ => None,
    }
}

/// A percentile that interpolates, of numbers in memory: eight bytes each.
struct Quantile;

impl Aggregate<(Vec<f64>, f64), Option<f64>> for Quantile {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<(Vec<f64>, f64)> {
        Ok((Vec::new(), 0.0))
    }

    fn step(
        &self,
        context: &mut Context<'_>,
        (numbers, share): &mut (Vec<f64>, f64),
    ) -> rusqlite::Result<()> {
        match context.get_raw(0) {
            ValueRef::Real(number) => numbers.push(number),
            ValueRef::Integer(number) => numbers.push(number as f64),
            _ => return Ok(()),
        }
        *share = context.get(1)?;
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, found: Option<(Vec<f64>, f64)>) -> rusqlite::Result<Option<f64>> {
        Ok(found.and_then(|(mut numbers, share)| quantile(&mut numbers, share)))
    }
}

fn quantile(numbers: &mut [f64], share: f64) -> Option<f64> {
    let last = numbers.len().checked_sub(1)?;
    let place = last as f64 * share;
    let (whole, part) = (place as usize, place.fract());
    let (_, below, above) = numbers.select_nth_unstable_by(whole, f64::total_cmp);
    let below = *below;
    let above = above.iter().copied().min_by(f64::total_cmp).unwrap_or(below);
    Some(if part == 0.0 { below } else { below * (1.0 - part) + above * part })
}

pub(crate) fn register(connection: &Connection, options: &Options) -> rusqlite::Result<()> {
    let zone = &options.zone;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("model_days", 2, flags, |context| {
        let both = text(context, 0).and_then(milliseconds).zip(text(context, 1).and_then(milliseconds));
        Ok(both.map(|(from, to)| (to - from) as f64 / 86_400_000.0))
    })?;
    let (here, days) = (zone.clone(), BusinessDays::new(options));
    connection.create_scalar_function("model_business_days", 2, flags, move |context| {
        let date = |place| text(context, place).and_then(|text| date_of(text, &here));
        Ok(date(0).zip(date(1)).and_then(|(from, to)| days.between(from, to)))
    })?;
    connection.create_aggregate_function("model_quantile", 2, flags, Quantile)?;
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
