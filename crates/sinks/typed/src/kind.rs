//! Whether a value is of a kind.

use capture_core::FieldKind;
use jiff::Timestamp;
use jiff::civil::Date;
use json_slices::Text;

/// Whether a value as it is written is of a kind, or null.
pub(crate) fn fits(kind: FieldKind, value: &[u8]) -> bool {
    let starts_with = |first: &[u8]| value.first().is_some_and(|byte| first.contains(byte));
    if value == b"null" {
        return true;
    }
    match kind {
        FieldKind::Any => true,
        FieldKind::String => starts_with(b"\""),
        FieldKind::Instant => {
            Text::of(value).and_then(Text::exact).is_some_and(|text| text.parse::<Timestamp>().is_ok())
        }
        FieldKind::Integer => std::str::from_utf8(value).is_ok_and(|text| text.parse::<i64>().is_ok()),
        FieldKind::Number => starts_with(b"-0123456789"),
        FieldKind::Boolean => matches!(value, b"true" | b"false"),
        FieldKind::Array => starts_with(b"["),
        FieldKind::Object => starts_with(b"{"),
    }
}

/// Whether a value as it is written is a date, or null.
pub(crate) fn is_date(value: &[u8]) -> bool {
    // A date parses out of an instant, too.
    value == b"null"
        || Text::of(value)
            .and_then(Text::exact)
            .is_some_and(|text| text.len() == "2026-02-28".len() && text.parse::<Date>().is_ok())
}
