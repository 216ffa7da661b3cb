//! Values of members as they are written, as values of columns.

use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use json_slices::Text;

/// Microseconds since 1970 of an instant as RFC 3339 writes it, of the years 1 to 9999.
pub fn instant_us(value: &[u8]) -> Option<i64> {
    let text = Text::of(value)?.exact()?;
    // Not as an instant, which ends a day before the year 9999 does.
    let pieces = Pieces::parse(&*text).ok()?;
    let offset = pieces.to_numeric_offset()?;
    let local = DateTime::from_parts(pieces.date(), pieces.time()?);
    if local.year() < 1 {
        return None;
    }
    let since_1970 = local.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    let local_us = i64::try_from(since_1970.as_micros()).ok()?;
    Some(local_us - i64::from(offset.seconds()) * 1_000_000)
}

/// A whole number of 64 bits; zeros behind the point do not matter.
pub fn integer(value: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(value).ok()?;
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    whole.parse().ok()
}
