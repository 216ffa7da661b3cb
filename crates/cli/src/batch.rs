//! `ashby call OPERATION --each ROWS`: one request a row, none of them twice.

use std::io::{BufRead as _, IsTerminal as _};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ashby_calls::{
    Batch, BatchOptions, Draft, Ended, Event, Form, Journal, Row, Status, Summary, Unknown, rows,
};
use ashby_client::catalog::Operation;
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::call::send::{self, DryRun, confirm};
use crate::failure::{Failure, INTERRUPTED, PARTIAL, USAGE};
use crate::output::{self, explain, json_lines, print, thousands};
use crate::said;
use crate::settings::Settings;
use crate::signals;
use crate::text;

/// Flags of `ashby call` for many requests at once.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Calling")]
pub(crate) struct BatchFlags {
    /// Call once for each row: a JSON object a line, or a .csv file whose heading names parameters (location.city
    /// for members); an empty cell leaves its parameter out. Flags hold for all rows. Every row is checked before
    /// the first is sent; each prints a line of JSON
    #[arg(long, value_name = "FILE", conflicts_with_all = ["all", "jq"])]
    pub(crate) each: Option<PathBuf>,
    /// Where --each notes what was sent, so that a second start repeats nothing [default: FILE.journal]
    #[arg(long, value_name = "FILE", requires = "each")]
    pub(crate) journal: Option<PathBuf>,
    /// What --each does with rows of which an earlier start cannot tell whether they were carried out
    #[arg(long, value_name = "WHAT", requires = "each")]
    pub(crate) ambiguous: Option<Ambiguous>,
    /// Rows under way at once; above 1, they happen in no particular order [default: 1]
    #[arg(long, value_name = "N", requires = "each")]
    pub(crate) at_once: Option<NonZeroUsize>,
}

/// What becomes of a row whose fate is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ambiguous {
    /// Leave it: it may never have happened.
    Skip,
    /// Send it again: it may happen twice.
    Retry,
}

impl From<Ambiguous> for Unknown {
    fn from(ambiguous: Ambiguous) -> Self {
        match ambiguous {
            Ambiguous::Skip => Self::Skip,
            Ambiguous::Retry => Self::Retry,
        }
    }
}

/// A line on standard output.
#[derive(Serialize)]
struct Told<'a> {
    row: usize,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// What a read answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<&'a RawValue>,
}

/// Runs a batch.
///
/// # Errors
/// If it cannot begin, or must not go on: a row that cannot be sent, a refused key, a journal in use.
pub(crate) async fn run(
    settings: &Settings,
    flags: &BatchFlags,
    rows_path: &Path,
    common: &Draft,
    (dry_run, yes): (bool, bool),
) -> Result<ExitCode, Failure> {
    let operation = common.operation();
    let rows = read(rows_path, common)?;
    if dry_run {
        for row in &rows {
            tell(&DryRun::new(settings, &row.plan))?;
        }
        explain(&format!("{} would be sent\n", counted(rows.len())));
        return Ok(ExitCode::SUCCESS);
    }
    let client = settings.client()?;
    let journal = Journal::open(&journal_path(rows_path, flags.journal.as_deref())?, operation.name)?;
    let journal_path = journal.path().to_owned();
    let batch = Batch::new(rows, journal)?;
    let unknown = decide(operation, &batch.unknown(), flags.ambiguous)?;
    let pending = batch.pending(unknown);
    if let Some(confirmation) = batch.confirmation().filter(|_| pending > 0) {
        let target = format!("for {} of {}", counted(pending), rows_path.display());
        confirm(operation, confirmation, &target, yes)?;
    }
    let batch = batch.approve();

    let cancel = signals::cancellation_in_person(
        "interrupted: the request under way is finished (again to stop at once)\n",
    )?;
    let mut options = BatchOptions::default();
    options.unknown = Some(unknown);
    options.at_once = flags.at_once.unwrap_or(options.at_once);
    let mut unprintable = None;
    let mut on = |event: Event<'_>| match show(operation, &event) {
        Ok(()) => ControlFlow::Continue(()),
        Err(failure) => {
            unprintable = Some(failure);
            ControlFlow::Break(())
        }
    };
    let summary = Box::pin(batch.run(&client, &options, &cancel, &mut on)).await;
    summarize(&summary, &journal_path);
    match summary.ended {
        Ended::Cancelled => Ok(ExitCode::from(INTERRUPTED)),
        Ended::Refused(error) => Err(send::failure(operation, error)),
        _ if unprintable.is_some() => unprintable.map_or(Ok(ExitCode::SUCCESS), Err),
        _ if summary.failed + summary.ambiguous > 0 => Ok(ExitCode::from(PARTIAL)),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// All rows, checked.
fn read(path: &Path, common: &Draft) -> Result<Vec<Row>, Failure> {
    let shown = path.display();
    let text = text::of_file(path).map_err(|error| {
        Failure::new(USAGE, format!("cannot read the rows in {shown}")).with_source(error)
    })?;
    let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let form = if is_csv { Form::Csv } else { Form::Lines };
    if form == Form::Lines {
        text::note_halves(&text);
    }
    rows(&text, form, common).map_err(|error| {
        let failure = Failure::from(error).about(&shown.to_string());
        let describe = format!("`ashby describe {}` lists what it takes", common.operation().name);
        if failure.hint().is_some() { failure } else { failure.with_hint(describe) }
    })
}

/// Prints what happened to a row.
fn show(operation: &Operation, event: &Event<'_>) -> Result<(), Failure> {
    let told = |row, status| Told { row, status, id: None, error: None, results: None };
    match *event {
        Event::Skipped { row, id } => tell(&Told { id, ..told(row, Status::Skipped) }),
        Event::Done { row, id, response } => {
            for warning in &response.warnings {
                explain(&format!("warning: row {row}: {}\n", text::line(warning)));
            }
            let results =
                operation.is_read().then(|| serde_json::from_slice(&response.results).ok()).flatten();
            tell(&Told { id, results, ..told(row, Status::Done) })
        }
        Event::Failed { row, error } => {
            tell(&Told { error: Some(error.to_string()), ..told(row, Status::Failed) })
        }
        Event::Ambiguous { row, error } => {
            tell(&Told { error: Some(error.to_string()), ..told(row, Status::Ambiguous) })
        }
        _ => Ok(()),
    }
}

/// What to do with rows whose fate is unknown.
fn decide(operation: &Operation, unknown: &[usize], given: Option<Ambiguous>) -> Result<Unknown, Failure> {
    match given {
        Some(given) => return Ok(given.into()),
        None if unknown.is_empty() => return Ok(Unknown::Skip),
        None => {}
    }
    let numbers = unknown.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let what = format!("of row {numbers} it is not known whether {} was carried out", operation.name);
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        said::question(&format!(
            "{what}.\nLook in Ashby. Skip them, send them again, or stop? [skip/retry/STOP] "
        ));
        let mut answer = String::new();
        let _ = std::io::stdin().lock().read_line(&mut answer);
        if let Ok(chosen) = Ambiguous::from_str(answer.trim(), true) {
            return Ok(chosen.into());
        }
    }
    Err(Failure::new(USAGE, what).with_hint(
        "look in Ashby, then say --ambiguous skip (it has happened, or need not) or --ambiguous retry (it has not)",
    ))
}

fn journal_path(rows: &Path, given: Option<&Path>) -> Result<PathBuf, Failure> {
    match given {
        Some(path) => Ok(path.to_owned()),
        None if rows.to_str() == Some("-") => Err(Failure::new(
            USAGE,
            "rows from standard input need a --journal, or nobody could go on with them",
        )),
        None => {
            let mut name = rows.as_os_str().to_owned();
            name.push(".journal");
            Ok(PathBuf::from(name))
        }
    }
}

/// A line of JSON on standard output.
fn tell(line: &impl Serialize) -> Result<(), Failure> {
    print(&json_lines([line])?)
}

fn counted(rows: usize) -> String {
    output::counted(rows as u64, "row")
}

fn summarize(summary: &Summary, journal: &Path) {
    let parts = [
        (summary.done, "done"),
        (summary.skipped, "skipped"),
        (summary.failed, "failed"),
        (summary.ambiguous, "of unknown fate"),
        (summary.left(), "not tried"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> =
        parts.map(|(count, what)| format!("{} {what}", thousands(count as u64))).collect();
    explain(&format!("{}: {}\n", counted(summary.rows), parts.join(", ")));
    if summary.failed + summary.ambiguous + summary.left() > 0 {
        explain(&format!("the same command again goes on from there ({})\n", journal.display()));
    }
}
