//! Instants and days, as Ashby writes them.

use super::textual;

/// Text is not the instant or day that it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Ashby sent text that is not {expected}")]
pub struct TimeError {
    expected: &'static str,
}

textual! {
    /// An instant (RFC 3339), kept as Ashby wrote it.
    Instant
}

textual! {
    /// A day such as `2026-01-31`, kept as Ashby wrote it.
    Date
}

impl Instant {
    /// The instant.
    ///
    /// # Errors
    /// If Ashby wrote something else.
    pub fn timestamp(&self) -> Result<jiff::Timestamp, TimeError> {
        self.as_str().parse().map_err(|_| TimeError { expected: "an instant (RFC 3339)" })
    }
}

impl From<jiff::Timestamp> for Instant {
    fn from(timestamp: jiff::Timestamp) -> Self {
        Self(timestamp.to_string())
    }
}

impl Date {
    /// The day.
    ///
    /// # Errors
    /// If Ashby wrote something else.
    pub fn date(&self) -> Result<jiff::civil::Date, TimeError> {
        self.as_str().parse().map_err(|_| TimeError { expected: "a day (ISO 8601)" })
    }
}

impl From<jiff::civil::Date> for Date {
    fn from(date: jiff::civil::Date) -> Self {
        Self(date.to_string())
    }
}
