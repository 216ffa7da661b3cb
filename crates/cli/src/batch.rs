//! `ashby call OPERATION --each ROWS`: one request a row, none of them twice.

mod journal;
mod rows;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use ashby_client::catalog::Operation;
use ashby_client::{Client, Error, ErrorKind, Response};
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::call::flags::Invocation;
use crate::call::send::{self, DryRun, confirm};
use crate::failure::{Failure, INTERRUPTED, PARTIAL, USAGE};
use crate::output::{explain, print, thousands};
use crate::settings::Settings;
use crate::signals;
use journal::{Entry, Journal, Status};
use rows::Row;

/// A row that Ashby had no time for is sent again this often: it certainly was not carried out.
const MAX_THROTTLED: u32 = 10;

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
}

/// What becomes of a row whose fate is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ambiguous {
    /// Leave it: it may never have happened.
    Skip,
    /// Send it again: it may happen twice.
    Retry,
}

/// A line on standard output.
#[derive(Serialize)]
struct Told<'a> {
    row: usize,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// What a read answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<&'a RawValue>,
}

/// How many rows ended how.
#[derive(Default)]
struct Counts {
    done: u64,
    failed: u64,
    ambiguous: u64,
    skipped: u64,
}

/// Runs a batch.
///
/// # Errors
/// If it cannot begin, or must not go on: a row that cannot be sent, a refused key, a journal in use.
pub(crate) async fn run(
    settings: &Settings,
    invocation: &Invocation,
    rows_path: &Path,
    on_behalf_of: Option<&str>,
) -> Result<ExitCode, Failure> {
    let Invocation { operation, common, .. } = invocation;
    let rows = rows::read(rows_path, operation, &invocation.draft()?)?;
    if common.dry_run {
        for row in &rows {
            tell(&DryRun::new(settings, operation, &row.body, on_behalf_of))?;
        }
        explain(&format!("{} would be sent\n", counted(rows.len() as u64)));
        return Ok(ExitCode::SUCCESS);
    }
    let client = settings.client()?;
    let client = match on_behalf_of {
        Some(user) => client.on_behalf_of(user)?,
        None => client,
    };
    let journal_path = journal_path(rows_path, common.batch.journal.as_deref())?;
    let mut journal = Journal::open(&journal_path, operation.name)?;
    belongs(&journal, &rows, &journal_path)?;

    // Reads may be repeated as one likes.
    let is_unknown = |status| matches!(status, Status::Sending | Status::Ambiguous) && !operation.is_read();
    let unknown: Vec<usize> =
        journal.entries().values().filter(|entry| is_unknown(entry.status)).map(|entry| entry.row).collect();
    let ambiguous = decide(operation, &unknown, common.batch.ambiguous)?;
    let is_settled = |row: &Row| match journal.entries().get(&row.number).map(|entry| entry.status) {
        Some(Status::Done | Status::Skipped) => true,
        Some(status) => is_unknown(status) && ambiguous == Ambiguous::Skip,
        None => false,
    };
    let pending = rows.iter().filter(|row| !is_settled(row)).count();
    if pending > 0 {
        let target = format!("for {} of {}", counted(pending as u64), rows_path.display());
        confirm(operation, &target, common.yes)?;
    }

    let cancel = signals::cancellation_with(
        "interrupted: the request under way is finished (again to stop at once)\n",
    )?;
    let mut counts = Counts::default();
    for row in &rows {
        if let Some(known) = journal.entries().get(&row.number).cloned() {
            let is_left = is_unknown(known.status) && ambiguous == Ambiguous::Skip;
            if is_left {
                journal.note(Entry { status: Status::Skipped, ..known.clone() })?;
            }
            if is_left || matches!(known.status, Status::Done | Status::Skipped) {
                counts.skipped += 1;
                tell(&Told {
                    row: row.number,
                    status: Status::Skipped,
                    id: known.id,
                    error: None,
                    results: None,
                })?;
                continue;
            }
        }
        if cancel.is_cancelled() {
            summarize(&counts, rows.len(), &journal_path);
            return Ok(ExitCode::from(INTERRUPTED));
        }
        if let Some(failure) = one(&client, operation, row, &mut journal, &mut counts).await? {
            summarize(&counts, rows.len(), &journal_path);
            return Err(failure);
        }
    }
    summarize(&counts, rows.len(), &journal_path);
    let code = if counts.failed + counts.ambiguous > 0 { ExitCode::from(PARTIAL) } else { ExitCode::SUCCESS };
    Ok(code)
}

/// Sends a row, noting before and after; the failure if no further row would fare better.
async fn one(
    client: &Client,
    operation: &Operation,
    row: &Row,
    journal: &mut Journal,
    counts: &mut Counts,
) -> Result<Option<Failure>, Failure> {
    let entry = |status, id| Entry { row: row.number, status, digest: row.digest.clone(), id };
    journal.note(entry(Status::Sending, None))?;
    match send_unless_throttled(client, operation, row).await {
        Ok(response) => {
            let id = id(&response);
            journal.note(entry(Status::Done, id.clone()))?;
            counts.done += 1;
            response
                .warnings
                .iter()
                .for_each(|warning| explain(&format!("warning: row {}: {warning}\n", row.number)));
            let results =
                operation.is_read().then(|| serde_json::from_slice(&response.results).ok()).flatten();
            tell(&Told { row: row.number, status: Status::Done, id, error: None, results })?;
            Ok(None)
        }
        Err(error) => {
            let status = if error.may_have_taken_effect() { Status::Ambiguous } else { Status::Failed };
            journal.note(entry(status, None))?;
            *(if status == Status::Ambiguous { &mut counts.ambiguous } else { &mut counts.failed }) += 1;
            let text = Some(error.to_string());
            tell(&Told { row: row.number, status, id: None, error: text, results: None })?;
            Ok(concerns_all(&error).then(|| send::failure(operation, error)))
        }
    }
}

/// A 429 comes before anything is done, so that a write, too, may be sent again after it.
async fn send_unless_throttled(client: &Client, operation: &Operation, row: &Row) -> Result<Response, Error> {
    let mut throttled = 0;
    loop {
        match send::send(client, operation, &row.body).await {
            Err(error) if error.kind() == ErrorKind::RateLimited && throttled < MAX_THROTTLED => {
                throttled += 1;
                // The client holds the next request back for as long as Ashby asks; this is for when it does not.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            ended => return ended,
        }
    }
}

/// Whether the other rows would meet the same fate.
fn concerns_all(error: &Error) -> bool {
    use ErrorKind::{Configuration, Connect, Credentials, Dns, Permission, RateLimited, Tls};
    matches!(error.kind(), Configuration | Connect | Credentials | Dns | Permission | RateLimited | Tls)
}

/// The id of what was made or changed.
fn id(response: &Response) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Made {
        id: String,
    }
    serde_json::from_slice::<Made>(&response.results).ok().map(|made| made.id)
}

/// Refuses a journal that speaks of other rows.
fn belongs(journal: &Journal, rows: &[Row], path: &Path) -> Result<(), Failure> {
    for entry in journal.entries().values().filter(|entry| entry.status != Status::Failed) {
        let row = entry.row.checked_sub(1).and_then(|index| rows.get(index));
        if row.is_none_or(|row| row.digest != entry.digest) {
            let message = format!(
                "row {} is not what it was when the journal {} was written",
                entry.row,
                path.display()
            );
            return Err(Failure::new(USAGE, message).with_hint(
                "give the rows and flags as they were (failed rows may be corrected in place), or name another \
                 journal with --journal for a new batch",
            ));
        }
    }
    Ok(())
}

/// What to do with rows whose fate is unknown.
fn decide(operation: &Operation, unknown: &[usize], given: Option<Ambiguous>) -> Result<Ambiguous, Failure> {
    use std::io::{BufRead as _, IsTerminal as _};
    if let (Some(given), _) | (None, ([], given)) = (given, (unknown, Ambiguous::Skip)) {
        return Ok(given);
    }
    let numbers = unknown.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let what = format!("of row {numbers} it is not known whether {} was carried out", operation.name);
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        explain(&format!("{what}.\nLook in Ashby. Skip them, send them again, or stop? [skip/retry/STOP] "));
        let mut answer = String::new();
        let _ = std::io::stdin().lock().read_line(&mut answer);
        if let Ok(chosen) = Ambiguous::from_str(answer.trim(), true) {
            return Ok(chosen);
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
    let text = serde_json::to_string(line).map_err(|error| {
        Failure::new(crate::failure::FAILED, "cannot write a result as JSON").with_source(error)
    })?;
    print(&format!("{text}\n"))
}

fn counted(rows: u64) -> String {
    format!("{} row{}", thousands(rows), if rows == 1 { "" } else { "s" })
}

fn summarize(counts: &Counts, rows: usize, journal: &Path) {
    let Counts { done, failed, ambiguous, skipped } = *counts;
    let left = (rows as u64).saturating_sub(done + failed + ambiguous + skipped);
    let parts = [
        (done, "done"),
        (skipped, "skipped"),
        (failed, "failed"),
        (ambiguous, "of unknown fate"),
        (left, "not tried"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, what)| format!("{} {what}", thousands(count))).collect();
    explain(&format!("{}: {}\n", counted(rows as u64), parts.join(", ")));
    if failed + ambiguous + left > 0 {
        explain(&format!("the same command again goes on from there ({})\n", journal.display()));
    }
}
