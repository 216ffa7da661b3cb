//! Raw records, which of them are live, and how their members are read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde_json::Value;

/// Against what the figures are computed.
#[derive(Debug, Clone)]
pub struct Options {
    /// The instant to which ages count, in Unix milliseconds.
    pub as_of: i64,
    /// The zone in which months and weeks are cut.
    pub timezone: TimeZone,
}

impl Default for Options {
    fn default() -> Self {
        Self { as_of: 1_793_523_600_000, timezone: TimeZone::UTC }
    }
}

impl Options {
    /// The month of an instant, `YYYY-MM`.
    pub(crate) fn month(&self, instant_ms: i64) -> String {
        let instant = Timestamp::from_millisecond(instant_ms).unwrap_or_default();
        instant.to_zoned(self.timezone.clone()).strftime("%Y-%m").to_string()
    }

    /// The Monday of the week of an instant, `YYYY-MM-DD`.
    pub(crate) fn week(&self, instant_ms: i64) -> String {
        let instant = Timestamp::from_millisecond(instant_ms).unwrap_or_default();
        let date = instant.to_zoned(self.timezone.clone()).date();
        let monday = match date.weekday() {
            Weekday::Monday => date,
            _ => date.nth_weekday(-1, Weekday::Monday).unwrap_or(date),
        };
        monday.to_string()
    }
}

/// Records by stream and key, and the keys of those that are gone.
#[derive(Debug, Clone, Default)]
pub struct Records {
    live: BTreeMap<String, BTreeMap<String, Value>>,
    gone: BTreeMap<String, BTreeSet<String>>,
}

static NOTHING: BTreeMap<String, Value> = BTreeMap::new();

impl Records {
    /// Adds or replaces a record.
    pub fn put(&mut self, stream: &str, id: &str, record: Value) {
        if let Some(gone) = self.gone.get_mut(stream) {
            gone.remove(id);
        }
        self.live.entry(stream.to_owned()).or_default().insert(id.to_owned(), record);
    }

    /// A record is known to be gone.
    pub fn bury(&mut self, stream: &str, id: &str) {
        if let Some(live) = self.live.get_mut(stream) {
            live.remove(id);
        }
        self.gone.entry(stream.to_owned()).or_default().insert(id.to_owned());
    }

    /// The records of a stream that are not gone themselves.
    pub(crate) fn of(&self, stream: &str) -> &BTreeMap<String, Value> {
        self.live.get(stream).unwrap_or(&NOTHING)
    }

    pub(crate) fn is_gone(&self, stream: &str, id: &str) -> bool {
        self.gone.get(stream).is_some_and(|gone| gone.contains(id))
    }

    /// The applications that are live: neither they nor their candidates are gone.
    pub(crate) fn applications(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.of("applications").iter().filter(|(_, record)| {
            !text(record, "/candidate/id").is_some_and(|id| self.is_gone("candidates", id))
        })
    }

    /// Whether what belongs to an application can be live.
    pub(crate) fn has_live_owner(&self, application: &str) -> bool {
        if self.is_gone("applications", application) {
            return false;
        }
        let record = self.of("applications").get(application);
        !record
            .and_then(|record| text(record, "/candidate/id"))
            .is_some_and(|id| self.is_gone("candidates", id))
    }
}

/// A member that is text.
pub(crate) fn text<'v>(record: &'v Value, pointer: &str) -> Option<&'v str> {
    record.pointer(pointer).and_then(Value::as_str)
}

/// A member that is text, kept.
pub(crate) fn owned(record: &Value, pointer: &str) -> Option<String> {
    text(record, pointer).map(str::to_owned)
}

/// A member that is an instant, in Unix milliseconds.
pub(crate) fn instant(record: &Value, pointer: &str) -> Option<i64> {
    text(record, pointer)?.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// A member that is a whole number.
pub(crate) fn whole(record: &Value, pointer: &str) -> Option<i64> {
    record.pointer(pointer).and_then(Value::as_i64)
}
