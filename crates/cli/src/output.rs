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
    crate::said::note(text);
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

/// The same for standard error.
pub(crate) fn table_to_say(
    header: &[&str],
    numeric: &[usize],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    Table::new(header).numeric(numeric).rows(rows).draw(width_of_what_is_said())
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

/// Says that something was done: a line for people, or for programs what it is made of, as one document.
pub(crate) fn print_done(settings: &Settings, text: &str, made_of: &impl Serialize) -> Result<(), Failure> {
    match settings.output() {
        Some(OutputFormat::Json) => print_json(made_of),
        Some(OutputFormat::Ndjson) => print(&json_lines([made_of])?),
        _ => {
            explain(text);
            Ok(())
        }
    }
}

/// Things that come one by one, as `--output` says: the items of one array, or a line for each.
pub(crate) struct Items {
    is_array: bool,
    printed: usize,
}

impl Items {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self { is_array: settings.json(), printed: 0 }
    }

    /// Prints one; `false` if nobody reads any more.
    pub(crate) fn item(&mut self, line: &[u8]) -> Result<bool, Failure> {
        let line = line.trim_ascii_end();
        let (before, after): (&[u8], &[u8]) = match (self.is_array, self.printed) {
            (true, 0) => (b"[\n", b""),
            (true, _) => (b",\n", b""),
            (false, _) => (b"", b"\n"),
        };
        self.printed += 1;
        print_bytes(&[before, line, after].concat())
    }

    /// Prints what ends them.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        match (self.is_array, self.printed) {
            (true, 0) => print("[]\n"),
            (true, _) => print("\n]\n"),
            (false, _) => Ok(()),
        }
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
    columns(terminal_size::terminal_size_of(std::io::stdout()))
}

/// The same of standard error.
fn width_of_what_is_said() -> Option<NonZeroUsize> {
    columns(terminal_size::terminal_size_of(std::io::stderr()))
}

fn columns(size: Option<(terminal_size::Width, terminal_size::Height)>) -> Option<NonZeroUsize> {
    let (terminal_size::Width(width), _) = size?;
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

/// So many of something: `1 record`, `2,000 records`, `0 replies`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o', 'u']) => {
            format!("{} {stem}ies", thousands(number))
        }
        _ => format!("{} {noun}s", thousands(number)),
    }
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

/// A time that somebody has set, as it is set: `90s`, `5m`, `36h`, `7d`.
pub(crate) fn span(time: std::time::Duration) -> String {
    let seconds = time.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let unit = units.into_iter().find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit));
    let (number, name) = unit.map_or((seconds, "s"), |(unit, name)| (seconds / unit, name));
    format!("{number}{name}")
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
    counted(number, unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_durations_read_well() {
        assert_eq!([0, 999, 1000, 1234567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [(0, "row"), (1, "delivery"), (2, "delivery"), (3000, "day")]
                .map(|(number, noun)| counted(number, noun)),
            ["0 rows", "1 delivery", "2 deliveries", "3,000 days"]
        );
        let age = |seconds| age(jiff::Timestamp::UNIX_EPOCH, jiff::Timestamp::from_second(seconds).unwrap());
        assert_eq!(
            [1, 119, 121, 7300, 172_900].map(age),
            ["1 second", "119 seconds", "2 minutes", "2 hours", "2 days"]
        );
        let spans = [90, 300, 129_600, 604_800].map(std::time::Duration::from_secs);
        assert_eq!(spans.map(span), ["90s", "5m", "36h", "7d"]);
        assert_eq!([0.04, 61.0, 7500.0].map(duration), ["0.0 s", "1 min 1 s", "2 h 5 min"]);
    }
}
