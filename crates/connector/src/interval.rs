//! How often a binding is polled.

use std::time::Duration;

use jiff::Span;

/// Without a configured interval.
pub(crate) const DEFAULT: Duration = Duration::from_secs(5 * 60);
/// What a shorter interval becomes.
pub(crate) const SHORTEST: Duration = Duration::from_secs(60);

const MINUTE_SECONDS: f64 = 60.0;
const HOUR_SECONDS: f64 = 60.0 * MINUTE_SECONDS;
const DAY_SECONDS: f64 = 24.0 * HOUR_SECONDS;

/// Reads an interval in any form that the Python connector takes: ISO 8601 (`PT5M`, `P1DT2H`; a month has 30 days, a
/// year 365), seconds as a number, `HH:MM:SS`, `1 day, 00:00:01`. `None` for anything else.
pub(crate) fn parse(value: &serde_json::Value) -> Option<Duration> {
    duration(value).map(|duration| duration.max(SHORTEST))
}

/// Reads a duration in any of these forms, however short. What is negative is none.
pub(crate) fn duration(value: &serde_json::Value) -> Option<Duration> {
    let seconds = match value {
        serde_json::Value::Number(number) => number.as_f64()?,
        serde_json::Value::String(text) => {
            let (sign, text) = match text.strip_prefix('-') {
                Some(rest) => (-1.0, rest),
                None => (1.0, text.strip_prefix('+').unwrap_or(text)),
            };
            sign * if text.starts_with('P') { iso(text)? } else { clock(text)? }
        }
        _ => return None,
    };
    Some(Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX))
}

fn iso(text: &str) -> Option<f64> {
    let span: Span = text.parse().ok()?;
    let days = f64::from(span.get_years()) * 365.0
        + f64::from(span.get_months()) * 30.0
        + f64::from(span.get_weeks()) * 7.0
        + f64::from(span.get_days());
    let clock = Span::new()
        .hours(span.get_hours())
        .minutes(span.get_minutes())
        .seconds(span.get_seconds())
        .milliseconds(span.get_milliseconds())
        .microseconds(span.get_microseconds())
        .nanoseconds(span.get_nanoseconds());
    Some(days * DAY_SECONDS + clock.total(jiff::Unit::Second).ok()?)
}

/// `[1 day, ]HH:MM[:SS[.fff]]`
fn clock(text: &str) -> Option<f64> {
    let (days, clock) = match text.split_once("day") {
        Some((days, rest)) => {
            let rest = rest.strip_prefix('s').unwrap_or(rest);
            (number(days.trim_end())?, rest.strip_prefix(',').unwrap_or(rest).trim_start())
        }
        None => (0.0, text),
    };
    let mut parts = clock.split(':');
    let (hours, minutes) = (number(parts.next()?)?, number(parts.next()?)?);
    let seconds = match parts.next() {
        Some(seconds) if seconds.starts_with(|first: char| first.is_ascii_digit()) => seconds.parse().ok()?,
        Some(_) => return None,
        None => 0.0,
    };
    let is_sound = parts.next().is_none() && minutes < 60.0 && seconds < 60.0;
    is_sound.then_some(days * DAY_SECONDS + hours * HOUR_SECONDS + minutes * MINUTE_SECONDS + seconds)
}

fn number(digits: &str) -> Option<f64> {
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn every_form_that_python_takes_is_taken() {
        for (value, seconds) in [
            (json!("PT5M"), 300),
            (json!("P1D"), 86_400),
            (json!("P1DT2H3M4.5S"), 93_784),
            (json!("P1W"), 604_800),
            (json!("P1M"), 2_592_000),
            (json!("P1Y"), 31_536_000),
            (json!(90), 90),
            (json!(90.9), 90),
            (json!("00:05:00"), 300),
            (json!("12:30"), 45_000),
            (json!("1 day, 00:00:01"), 86_401),
            (json!("2 days 01:00:00"), 176_400),
            (json!("+PT2M"), 120),
        ] {
            assert_eq!(parse(&value).map(|interval| interval.as_secs()), Some(seconds), "{value}");
        }
    }

    #[test]
    fn no_interval_is_shorter_than_the_shortest() {
        for value in [json!("PT0S"), json!("PT1S"), json!("-P1D"), json!(0), json!(-5), json!("00:00:01")] {
            assert_eq!(parse(&value), Some(SHORTEST), "{value}");
        }
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for value in [
            json!("5m"),
            json!("300"),
            json!(""),
            json!("P"),
            json!("1:99:00"),
            json!("day"),
            json!(true),
            Value::Null,
        ] {
            assert_eq!(parse(&value), None, "{value}");
        }
    }
}
