//! What settings can be, beside text, numbers and switches.

use std::fmt;
use std::time::Duration;

use ashby_client::catalog::nearest;
use clap::ValueEnum;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OutputFormat {
    /// For people.
    Table,
    /// One JSON document.
    Json,
    /// A JSON object a line: records.
    Ndjson,
    /// Comma-separated: records. Text that spreadsheets take for formulas gets an apostrophe in front.
    Csv,
    /// RSS 2.0: postings.
    Rss,
    /// Atom: postings.
    Atom,
}

/// How failures are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ErrorFormat {
    /// For people.
    Text,
    /// One JSON object in a line: type, code, message, retryable, hint, request_id.
    Json,
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

/// How standard error is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl<'de> Deserialize<'de> for LogLevel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = [
            ("off", Self::Off),
            ("error", Self::Error),
            ("warn", Self::Warn),
            ("info", Self::Info),
            ("debug", Self::Debug),
            ("trace", Self::Trace),
        ];
        word(deserializer, &words)
    }
}

impl<'de> Deserialize<'de> for LogFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        word(deserializer, &[("text", Self::Text), ("json", Self::Json)])
    }
}

/// One of these words, in whatever case.
fn word<'de, D: Deserializer<'de>, T: Copy>(
    deserializer: D,
    words: &[(&'static str, T)],
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    if let Some((_, value)) = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text)) {
        return Ok(*value);
    }
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let near = match &nearest(&text.to_ascii_lowercase(), known.iter().copied())[..] {
        [] => String::new(),
        near => format!("; did you mean {}?", near.join(" or ")),
    };
    Err(de::Error::custom(format!("`{text}` is not one of {}{near}", known.join(", "))))
}

/// A duration: `5m`, `90s`, `1h 30m` or `PT5M`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span(pub(super) Duration);

/// Reads a duration as settings are spelled; none is zero.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let duration: jiff::SignedDuration = text.parse().ok()?;
    Duration::try_from(duration).ok().filter(|duration| !duration.is_zero())
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        duration(&text)
            .map(Span)
            .ok_or_else(|| de::Error::custom(format!("`{text}` is not a duration such as 5m, 90s or PT5M")))
    }
}

/// A list, or one text with commas (as in an environment variable).
pub(super) fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Names;
    impl<'de> Visitor<'de> for Names {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of stream names")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(text.split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect())
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut names = Vec::new();
            while let Some(name) = list.next_element()? {
                names.push(name);
            }
            Ok(names)
        }
    }
    deserializer.deserialize_any(Names)
}
