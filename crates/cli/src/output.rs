//! Standard output is data, standard error is for people. What a terminal shows is cleaned here, whatever it is.

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::num::NonZeroUsize;

use serde::Serialize;

use crate::failure::{FAILED, Failure};
use crate::settings::{OutputFormat, Settings};
use crate::table::Table;
use crate::text;

/// Prints to standard output. A reader that has gone is nobody's trouble; a full disk behind it is.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    print_bytes(text.as_bytes()).map(drop)
}

/// Prints to standard output; `false` if the reader has gone.
pub(crate) fn print_bytes(text: &[u8]) -> Result<bool, Failure> {
    let mut stdout = std::io::stdout().lock();
    let shown = stdout.is_terminal().then(|| text::lines(&String::from_utf8_lossy(text)).into_owned());
    let text = shown.as_deref().map_or(text, str::as_bytes);
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::new(FAILED, "cannot write to standard output").with_source(error)),
    }
}

/// Prints to standard error.
pub(crate) fn explain(text: &str) {
    crate::said::event("said", crate::said::Level::Info, text, &());
}

/// Prints one JSON document to standard output.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    print(&json(value)?)
}

/// One JSON document, on several lines.
pub(crate) fn json(value: &impl Serialize) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(value).map_err(not_json)?;
    text.push('\n');
    Ok(if std::io::stdout().is_terminal() { text::json(&text).into_owned() } else { text })
}

fn not_json(error: serde_json::Error) -> Failure {
    Failure::new(FAILED, "cannot write the result as JSON").with_source(error)
}

/// A table without lines, for standard output; `numeric` columns are aligned to the right.
pub(crate) fn table(
    header: &[&str],
    numeric: &[usize],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    Table::new(header).numeric(numeric).rows(rows).draw(width())
}

/// Prints what a command lists, as the settings say: a table unless told otherwise, the things themselves as JSON, or the
/// table's rows as CSV.
pub(crate) fn print_listed(
    settings: &Settings,
    things: &[impl Serialize],
    table: Table,
) -> Result<(), Failure> {
    match settings.output() {
        Some(OutputFormat::Json) => print_json(&things),
        Some(OutputFormat::Ndjson) => print(&json_lines(things)?),
        Some(OutputFormat::Csv) => print(&table.csv()),
        _ => print(&table.draw(width())),
    }
}

/// A line of JSON for each.
pub(crate) fn json_lines(things: impl IntoIterator<Item = impl Serialize>) -> Result<String, Failure> {
    let mut lines = String::new();
    for thing in things {
        let line = serde_json::to_string(&thing).map_err(not_json)?;
        lines.push_str(&if std::io::stdout().is_terminal() { text::json(&line) } else { line.into() });
        lines.push('\n');
    }
    Ok(lines)
}

/// How records are printed where nobody says: for people on a terminal, for programs elsewhere.
pub(crate) fn records_format(settings: &Settings) -> OutputFormat {
    let usual = if std::io::stdout().is_terminal() { OutputFormat::Table } else { OutputFormat::Json };
    settings.output().unwrap_or(usual)
}

/// How wide the terminal is that shows standard output, in characters; `None` if none does.
pub(crate) fn width() -> Option<NonZeroUsize> {
    let (terminal_size::Width(width), _) = terminal_size::terminal_size_of(std::io::stdout())?;
    NonZeroUsize::new(usize::from(width))
}

/// `12345` as `12,345`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Seconds as `4.2 s`, `3 min 10 s` or `2 h 5 min`.
pub(crate) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// How long ago something was, in words: `40 seconds`, `2 hours`, `3 days`.
pub(crate) fn age(then: jiff::Timestamp, now: jiff::Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs().unsigned_abs();
    let (number, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{} {unit}{}", thousands(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_durations_read_well() {
        assert_eq!([0, 999, 1000, 1234567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        let age = |seconds| age(jiff::Timestamp::UNIX_EPOCH, jiff::Timestamp::from_second(seconds).unwrap());
        assert_eq!(
            [1, 119, 121, 7300, 172_900].map(age),
            ["1 second", "119 seconds", "2 minutes", "2 hours", "2 days"]
        );
        assert_eq!([0.04, 61.0, 7500.0].map(duration), ["0.0 s", "1 min 1 s", "2 h 5 min"]);
    }
}
