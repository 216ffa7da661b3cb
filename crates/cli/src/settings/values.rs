//! What settings can be, and how each is read from what a person wrote. Errors say what would be right and never quote what
//! is wrong: it may be a key in the wrong place.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use ashby_client::catalog::nearest;
use capture_core::ReconcilePolicy;
use clap::ValueEnum;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

/// A value as it was written, before anyone asks what it is.
#[derive(Clone)]
pub(crate) enum Raw {
    Text(Zeroizing<String>),
    Number(i64),
    Switch(bool),
    List(Vec<String>),
    /// Texts by name.
    Table(Vec<(String, String)>),
    /// What no setting can be: a date, a table of something else.
    Other,
}

impl Raw {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(Zeroizing::new(text.into()))
    }

    fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// What would have been right.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) what: String,
    /// What may have been meant.
    pub(crate) near: Vec<&'static str>,
}

fn expected(what: &str) -> Expected {
    Expected { what: what.to_owned(), near: Vec::new() }
}

/// Something that a setting can be.
pub(crate) trait Read: Sized {
    fn read(raw: &Raw) -> Result<Self, Expected>;

    /// What it is where nobody says anything and there is no default.
    fn unset() -> Option<Self> {
        None
    }
}

impl<T: Read> Read for Option<T> {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        T::read(raw).map(Some)
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

impl Read for String {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        raw.as_text().map(str::to_owned).ok_or_else(|| expected("text in double quotes"))
    }
}

impl Read for PathBuf {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        raw.as_text().map(Self::from).ok_or_else(|| expected("a path in double quotes"))
    }
}

impl Read for SecretString {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        raw.as_text().map(Self::from).ok_or_else(|| expected("text in double quotes"))
    }
}

fn number(raw: &Raw) -> Option<u32> {
    match raw {
        Raw::Number(number) => u32::try_from(*number).ok(),
        Raw::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

impl Read for u32 {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        number(raw).ok_or_else(|| expected("a whole number"))
    }
}

impl Read for NonZeroU32 {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        number(raw).and_then(Self::new).ok_or_else(|| expected("a whole number from 1 on"))
    }
}

impl Read for NonZeroUsize {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        let number = number(raw).and_then(|number| Self::new(number as usize));
        number.ok_or_else(|| expected("a whole number from 1 on"))
    }
}

/// Records that Ashby is asked for at once: it gives no more than a hundred.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageSize(pub(super) u32);

impl Read for PageSize {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        let size = number(raw).filter(|size| (1..=100).contains(size)).map(Self);
        size.ok_or_else(|| expected("a whole number from 1 to 100"))
    }
}

impl Read for bool {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        let word = match raw {
            Raw::Switch(switch) => return Ok(*switch),
            Raw::Number(number) => number.to_string(),
            Raw::Text(text) => text.trim().to_ascii_lowercase(),
            _ => String::new(),
        };
        match word.as_str() {
            "1" | "true" | "yes" | "on" => Ok(true),
            "0" | "false" | "no" | "off" => Ok(false),
            _ => Err(expected("true or false (also 1, yes, on, 0, no, off)")),
        }
    }
}

/// One of a few words, in capitals or small letters.
fn word<T: Copy>(raw: &Raw, words: &[(&'static str, T)]) -> Result<T, Expected> {
    let text = raw.as_text().unwrap_or_default().trim();
    words.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&'static str> = words.iter().map(|(name, _)| *name).collect();
        let near = if text.is_empty() { Vec::new() } else { nearest(text, names.iter().copied()) };
        // A list of a few words says as much by itself.
        let near = near.into_iter().filter_map(|near| names.iter().find(|name| **name == near).copied());
        Expected { what: format!("one of {}", names.join(", ")), near: near.collect() }
    })
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people.
    Table,
    /// One JSON document.
    Json,
    /// A JSON object a line: records and rows.
    Ndjson,
    /// Comma-separated: records and rows. What spreadsheets take for a formula gets an apostrophe in front.
    Csv,
    /// RSS 2.0: postings.
    Rss,
    /// Atom: postings.
    Atom,
    /// What partners of Ashby's get: `ashby feed`.
    Xml,
}

impl Read for OutputFormat {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        use OutputFormat::{Atom, Csv, Json, Ndjson, Rss, Table};
        let words = [("table", Table), ("json", Json), ("ndjson", Ndjson), ("csv", Csv), ("rss", Rss)];
        word(raw, &[&words[..], &[("atom", Atom), ("xml", OutputFormat::Xml)]].concat())
    }
}

/// How failures are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ErrorFormat {
    /// For people.
    Text,
    /// One JSON object in a line: type, code, message, retryable, hint, request_id.
    Json,
}

impl Read for ErrorFormat {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        word(raw, &[("text", Self::Text), ("json", Self::Json)])
    }
}

/// How standard error is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Read for LogFormat {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        word(raw, &[("text", Self::Text), ("json", Self::Json)])
    }
}

/// From which level on things are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl Read for LogLevel {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        let words = [
            ("off", Self::Off),
            ("error", Self::Error),
            ("warn", Self::Warn),
            ("info", Self::Info),
            ("debug", Self::Debug),
            ("trace", Self::Trace),
        ];
        word(raw, &words)
    }
}

impl Read for ReconcilePolicy {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        word(raw, &[("auto", Self::Auto), ("accept", Self::Accept), ("never", Self::Never)])
    }
}

/// A duration: `5m`, `90s`, `1h 30m` or `PT5M`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span(pub(super) Duration);

/// What a duration is, for those who spelled one that is none.
const DURATION: &str = "a duration above zero, such as 5m, 90s or PT5M";

/// Reads a duration as settings are spelled; none is zero.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let duration: jiff::SignedDuration = text.parse().ok()?;
    Duration::try_from(duration).ok().filter(|duration| !duration.is_zero())
}

impl Read for Span {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        let found = raw.as_text().and_then(|text| duration(text.trim())).map(Self);
        found.ok_or_else(|| expected(DURATION))
    }
}

/// How often something is done that takes its time: `24h`, `7d`, `P7D`, or `never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HowOften {
    Never,
    Every(Duration),
}

/// A day (of UTC) or an instant from which on something counts; none that is still to come: Ashby would show nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Since(pub(crate) jiff::Timestamp);

impl Read for Since {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        let day = |text: &str| {
            let day = text.parse::<jiff::civil::Date>().ok()?;
            day.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|start| start.timestamp())
        };
        let text = raw.as_text().map(str::trim);
        let instant = text.and_then(|text| text.parse::<jiff::Timestamp>().ok().or_else(|| day(text)));
        let wanted =
            || expected("a date in the past such as 2024-01-31, or an instant such as 2024-01-31T09:00:00Z");
        instant.filter(|instant| *instant <= jiff::Timestamp::now()).map(Self).ok_or_else(wanted)
    }
}

/// The shortest time between two full listings of a stream: below it one would follow the other.
const SHORTEST: Duration = Duration::from_secs(60);

impl Read for HowOften {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        let wanted = || expected("a duration from a minute on, such as 24h or 7d, or never");
        match raw.as_text().map(str::trim) {
            Some("never") => Ok(Self::Never),
            Some(text) => long(text).filter(|time| *time >= SHORTEST).map(Self::Every).ok_or_else(wanted),
            None => Err(wanted()),
        }
    }
}

/// Reads a duration that may have days, which are of 24 hours.
fn long(text: &str) -> Option<Duration> {
    let span: jiff::Span = text.parse().ok()?;
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(duration).ok()
}

/// How often streams are polled: one duration, and others for some streams (`5m,applications=1m`, or a table).
#[derive(Debug, Clone)]
pub(super) struct Intervals {
    pub(super) usual: Duration,
    pub(super) streams: BTreeMap<String, Duration>,
}

/// The name of the usual one in a table.
const USUAL: &str = "default";

/// The usual interval where only others are given.
const USUAL_INTERVAL: Duration = Duration::from_secs(300);

impl Read for Intervals {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        let given: Vec<(String, String)> = match raw {
            Raw::Table(table) => table.clone(),
            Raw::Text(text) => {
                let pair = |part: &str| match part.split_once('=') {
                    Some((stream, span)) => (stream.trim().to_owned(), span.trim().to_owned()),
                    None => (USUAL.to_owned(), part.trim().to_owned()),
                };
                text.split(',').map(pair).collect()
            }
            _ => return Err(expected(DURATION)),
        };
        let mut intervals = Self { usual: USUAL_INTERVAL, streams: BTreeMap::new() };
        for (stream, text) in given {
            let span = duration(&text).ok_or_else(|| expected(DURATION))?;
            if stream == USUAL {
                intervals.usual = span;
            } else {
                intervals.streams.insert(stream, span);
            }
        }
        Ok(intervals)
    }
}

/// Texts by name: a table, or in a variable `name=text,other=text`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named(pub(crate) BTreeMap<String, String>);

impl Read for Named {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        let wanted = || expected("a table of texts by name, or name=text,other=text");
        match raw {
            Raw::Table(table) => Ok(Self(table.iter().cloned().collect())),
            Raw::List(items) if items.is_empty() => Ok(Self::default()),
            Raw::Text(text) if text.trim().is_empty() => Ok(Self::default()),
            Raw::Text(text) => {
                let pair = |part: &str| {
                    let (name, text) = part.split_once('=')?;
                    Some((name.trim().to_owned(), text.trim().to_owned()))
                };
                text.split(',').map(pair).collect::<Option<_>>().map(Self).ok_or_else(wanted)
            }
            _ => Err(wanted()),
        }
    }
}

/// Whether the analyst's model is kept beside the copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeepModel {
    /// Where the destination is a SQLite database.
    Auto,
    Off,
}

impl Read for KeepModel {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        word(raw, &[("auto", Self::Auto), ("off", Self::Off)])
    }
}

/// A list whose items may have spaces in them, or one text with commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Titles(pub(crate) Vec<String>);

impl Read for Titles {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        match raw {
            Raw::List(titles) => Ok(Self(titles.clone())),
            Raw::Text(text) => {
                let titles = text.split(',').map(str::trim).filter(|title| !title.is_empty());
                Ok(Self(titles.map(str::to_owned).collect()))
            }
            _ => Err(expected("a list of texts: [\"…\", \"…\"]")),
        }
    }
}

/// A list, or one text with commas (as in an environment variable).
impl Read for Vec<String> {
    fn read(raw: &Raw) -> Result<Self, Expected> {
        match raw {
            Raw::List(names) => Ok(names.clone()),
            Raw::Text(text) => {
                let names = text.split([',', ' ']).filter(|name| !name.is_empty());
                Ok(names.map(str::to_owned).collect())
            }
            _ => Err(expected("a list of names: [\"…\", \"…\"]")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans_are_spelled_in_many_ways() {
        for (text, value) in [
            ("1", true),
            ("TRUE", true),
            ("yes", true),
            ("On", true),
            ("0", false),
            ("no", false),
            ("off", false),
        ] {
            assert_eq!(bool::read(&Raw::text(text)).ok(), Some(value), "{text}");
        }
        assert!(bool::read(&Raw::text("perhaps")).is_err() && bool::read(&Raw::Other).is_err());
    }

    #[test]
    fn dates_are_days_or_instants_that_have_been() {
        let read = |text: &str| Since::read(&Raw::text(text)).ok().map(|since| since.0.as_second());
        assert_eq!(read("2024-01-31"), Some(1_706_659_200));
        assert_eq!(read("2024-01-31T01:00:00+01:00"), Some(1_706_659_200));
        assert_eq!([read("soon"), read("2999-01-01"), read("31.01.2024")], [None; 3]);
    }

    #[test]
    fn full_listings_are_days_apart_or_never() {
        let read = |text: &str| HowOften::read(&Raw::text(text)).ok();
        let hours = |hours: u64| Some(HowOften::Every(Duration::from_secs(hours * 3600)));
        assert_eq!(
            [read("24h"), read("7d"), read("P1D"), read("36h")],
            [hours(24), hours(168), hours(24), hours(36)]
        );
        assert_eq!(
            [read("never"), read("0s"), read("5s"), read("-1d"), read("often")],
            [Some(HowOften::Never), None, None, None, None]
        );
    }

    #[test]
    fn what_is_wrong_is_not_quoted_and_near_words_are_named() {
        let wrong = LogLevel::read(&Raw::text("wran")).unwrap_err();
        assert_eq!((wrong.what.contains("wran"), &wrong.near[..]), (false, &["warn"][..]));
        assert!(LogLevel::read(&Raw::text("INFO")).is_ok() && LogLevel::read(&Raw::Number(1)).is_err());
    }
}
