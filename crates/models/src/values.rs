//! From JSON to a column of a type. What does not parse is null and counted, never guessed.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::TimeZone;
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::json::Json;
use crate::table::Kind;

/// A value on its way into the database.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'a str),
    Owned(String),
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Owned(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

impl Cell<'_> {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Owned(text) => Some(text),
            _ => None,
        }
    }
}

/// A value as a column of a kind takes it; `None` if it is no such thing.
pub(crate) fn cell<'a>(json: &'a Json<'_>, kind: Kind, zone: &TimeZone) -> Option<Cell<'a>> {
    Some(match (kind, json) {
        (_, Json::Null) => Cell::Null,
        (Kind::Text | Kind::Month, Json::Text(text)) => Cell::Text(text),
        (Kind::Text | Kind::Month, Json::Int(number)) => Cell::Owned(number.to_string()),
        (Kind::Text | Kind::Month, Json::Real(number)) => Cell::Owned(number.to_string()),
        (Kind::Text | Kind::Month, Json::Bool(value)) => Cell::Owned(value.to_string()),
        (Kind::Instant, Json::Text(text)) if is_normal(text) => Cell::Text(text),
        (Kind::Instant, Json::Text(text)) => Cell::Owned(written(text.parse().ok()?)),
        (Kind::Date, Json::Text(text)) => match local_date(text, zone)? {
            Some(date) => Cell::Owned(date.to_string()),
            None => Cell::Text(text),
        },
        (Kind::Bool, Json::Bool(value)) => Cell::Int(i64::from(*value)),
        (Kind::Int, Json::Int(number)) => Cell::Int(*number),
        (Kind::Int, Json::Real(number)) if number.fract() == 0.0 && number.abs() < 9e15 => {
            Cell::Int(*number as i64)
        }
        (Kind::Real, _) => Cell::Real(json.number()?),
        (Kind::Json, _) => Cell::Owned(json.written()),
        _ => return None,
    })
}

/// Whether an instant is written as the model writes it. Days that do not exist are left to the parser.
fn is_normal(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = b"0000-00-00T00:00:00.000Z";
    bytes.len() == shape.len()
        && bytes.iter().zip(shape).all(|(byte, like)| match like {
            b'0' => byte.is_ascii_digit(),
            _ => byte == like,
        })
        && &text[8..10] <= "28"
        && &text[8..10] > "00"
        && &text[5..7] <= "12"
        && &text[5..7] > "00"
        && &text[11..13] < "24"
        && &text[14..16] < "60"
        && &text[17..19] < "60"
}

/// An instant as the model writes it.
pub fn written(at: Timestamp) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
    PRINTER.timestamp_to_string(&at)
}

/// The date of an instant in a zone; `Some(None)` if the text is a date itself; `None` if it is neither.
fn local_date(text: &str, zone: &TimeZone) -> Option<Option<Date>> {
    if text.len() == 10 {
        return text.parse::<Date>().ok().map(|_| None);
    }
    Some(Some(text.parse::<Timestamp>().ok()?.to_zoned(zone.clone()).date()))
}

/// The local date of an instant as text, or a date as it is.
pub(crate) fn date_of(text: &str, zone: &TimeZone) -> Option<Date> {
    match local_date(text, zone)? {
        Some(date) => Some(date),
        None => text.parse().ok(),
    }
}

/// Unix milliseconds of an instant or a date.
pub(crate) fn milliseconds(text: &str) -> Option<i64> {
    if text.len() == 10 {
        let date: Date = text.parse().ok()?;
        return Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond());
    }
    Some(text.parse::<Timestamp>().ok()?.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_parse_is_nothing() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let read = |text: &str, kind| {
            let json = Json::parse(text.as_bytes()).unwrap();
            cell(&json, kind, &zone).map(|cell| format!("{cell:?}"))
        };
        for (text, kind, expected) in [
            (r#""2026-01-31T02:00:00.000Z""#, Kind::Instant, Some(r#"Owned("2026-01-31T02:00:00.000Z")"#)),
            (r#""2026-01-01T02:00:00.000Z""#, Kind::Instant, Some(r#"Text("2026-01-01T02:00:00.000Z")"#)),
            (r#""2026-01-01T02:00:00+02:00""#, Kind::Instant, Some(r#"Owned("2026-01-01T00:00:00.000Z")"#)),
            (r#""2026-02-30T02:00:00.000Z""#, Kind::Instant, None),
            (r#""soon""#, Kind::Instant, None),
            (r#""2026-01-01T02:00:00.000Z""#, Kind::Date, Some(r#"Owned("2025-12-31")"#)),
            (r#""2026-01-01""#, Kind::Date, Some(r#"Text("2026-01-01")"#)),
            ("3", Kind::Real, Some("Real(3.0)")),
            (r#""3""#, Kind::Real, None),
            ("{}", Kind::Text, None),
            ("1", Kind::Bool, None),
        ] {
            assert_eq!(read(text, kind).as_deref(), expected, "{text} as {kind:?}");
        }
    }
}
