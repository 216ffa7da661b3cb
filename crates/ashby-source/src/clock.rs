//! The wall clock, and instants for people.

/// Milliseconds since 1970. Only ever used to number things; nothing waits on it, so that it may jump.
pub(crate) fn now_ms() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0)
}

/// Milliseconds since 1970 as an instant that people read.
pub(crate) fn instant(milliseconds: i64) -> String {
    let instant = jiff::Timestamp::from_millisecond(milliseconds).unwrap_or(jiff::Timestamp::MIN);
    instant.strftime("%FT%TZ").to_string()
}
