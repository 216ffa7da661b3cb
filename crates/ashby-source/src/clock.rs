//! The wall clock.

/// Milliseconds since 1970. Only ever used to number things; nothing waits on it, so that it may jump.
pub(crate) fn now_ms() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0)
}
