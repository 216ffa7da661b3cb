//! `ashby reconcile`: what is there against what is held. Each stream is listed by its token first, and then whole: what
//! only the second listing shows is what tokens had not shown.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use ashby_source::{Readable, Stream, stream};
use capture_core::{Kept, Observer, Outcome, Place, Report};
use clap::Args;
use serde::Serialize;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::Context;
use super::sync::{self, Around, Asks, Job, Selected, Summary};
use crate::destination;
use crate::failure::{FAILED, Failure, INTERRUPTED, USAGE};
use crate::output::{self, counted, explain, thousands};
use crate::patience::{self, PATIENCE};
use crate::progress::Progress;
use crate::settings::Settings;
use crate::table::Table;
use crate::{signals, veil};

/// What to look through.
#[derive(Debug, Args)]
pub(crate) struct ReconcileFlags {
    /// Streams to list whole [default: all that the destination holds]
    #[arg(value_name = "STREAM")]
    names: Vec<String>,
    /// Say what would be found; the destination stays as it is. Works on a copy that is deleted afterwards (in PostgreSQL on
    /// temporary tables), also while a watch is on
    #[arg(long)]
    dry_run: bool,
    /// The policy under which the destination is written, if the settings do not say it
    #[arg(id = "reconcile_privacy", long = "privacy", value_name = "POLICY")]
    privacy: Option<String>,
}

/// What came of a stream.
#[derive(Debug, Serialize)]
struct Found {
    stream: String,
    #[serde(flatten)]
    outcome: Outcome,
    /// Records that the whole listing showed.
    checked: u64,
    /// Rows that it did not show, and that are marked as gone now.
    gone: u64,
    /// Records that it showed and that the listing by token, a moment before, had not: missed, or changed in that moment.
    missed: u64,
    /// New and changed records that the listing by token brought.
    caught_up: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<Kept>,
    /// What was odd about the listing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    requests: u64,
}

impl ReconcileFlags {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let settings = &context.settings;
        let place = destination::with_state(settings)?;
        let wanted = self.wanted(&*place)?;
        let names = wanted.iter().map(|stream| stream.name().to_owned()).collect();
        let place = veil::around(settings, place, self.privacy.as_deref(), Some(names))?;
        let client = settings.capture_client()?;
        let cancel = signals::cancellation()?;
        // The directory of a copy is gone with this.
        let (place, _directory) = match self.dry_run {
            true => match place.rehearsal() {
                Some(rehearsal) => (rehearsal, None),
                None => copy(&*place).map(|(copy, directory)| (copy, Some(directory)))?,
            },
            false => (place, None),
        };
        let options = sync::options(settings)?.interval(None);
        let job = Job { client, place, asks: Asks::of(settings), options };
        let survey = tokio::select! {
            survey = ashby_source::survey(&job.client) => survey?,
            () = cancel.cancelled() => return Ok(ExitCode::from(INTERRUPTED)),
        };
        let readable = |stream: &Stream| survey.streams.get(stream.name()) != Some(&Readable::No);
        let (wanted, denied): (Vec<Stream>, Vec<Stream>) = wanted.into_iter().partition(readable);
        for stream in &denied {
            explain(&format!(
                "{} is left out: {}\n",
                stream.name(),
                ashby_source::lacks_permission(stream.permission)
            ));
        }
        if wanted.is_empty() {
            return Err(Failure::new(FAILED, "no stream is left that this key may read"));
        }
        let began = Instant::now();
        let pass = async |is_full: bool, cancel: CancellationToken| {
            let usage = job.client.clone();
            let progress = Progress::new(move || usage.usage(), &context.screen, settings);
            let display = progress.display();
            let around = Around::new(Arc::clone(&progress) as Arc<dyn Observer>, cancel);
            let selected = Selected::of(wanted.clone(), is_full);
            let ended = job.capture(&selected, survey.identity(&job.client), around).await;
            drop(display);
            ended
        };
        let by_token =
            patience::through(&*job.place, PATIENCE, &cancel, async || pass(false, cancel.clone()).await)
                .await?;
        if by_token.interrupted {
            return Ok(ExitCode::from(INTERRUPTED));
        }
        let whole =
            patience::through(&*job.place, PATIENCE, &cancel, async || pass(true, cancel.clone()).await)
                .await?;
        if whole.interrupted {
            return Ok(ExitCode::from(INTERRUPTED));
        }
        tell(settings, &found(&by_token, &whole), self.dry_run)?;
        let summary = Summary::new(whole, &job.client.usage(), began.elapsed());
        Ok(summary.ended(!self.names.is_empty()))
    }

    fn wanted(&self, place: &dyn Place) -> Result<Vec<Stream>, Failure> {
        let mut held: BTreeSet<String> = place.peek()?.streams.into_keys().collect();
        // Also what it holds and was told to forget where to go on.
        let rows = place.rows()?.unwrap_or_default();
        held.extend(rows.into_iter().filter(|(_, rows)| *rows > 0).map(|(stream, _)| stream));
        if self.names.is_empty() {
            let held: Vec<Stream> = held.iter().filter_map(|name| stream(name)).collect();
            return match held.is_empty() {
                true => Err(Failure::new(USAGE, format!("{} holds nothing yet", place.address()))
                    .with_hint("`ashby sync` begins")),
                false => Ok(held),
            };
        }
        let find = |name: &String| {
            let found = sync::find(name)?;
            match held.contains(found.name()) {
                true => Ok(found),
                false => Err(Failure::new(USAGE, format!("{} holds no {}", place.address(), found.name()))
                    .with_hint(format!("`ashby sync {}` begins", found.name()))),
            }
        };
        self.names.iter().map(find).collect()
    }
}

/// A copy of a destination, and the directory that it is in.
fn copy(place: &dyn Place) -> Result<(Box<dyn Place>, TempDir), Failure> {
    let cannot = || {
        Failure::new(USAGE, format!("`--to {}` cannot be copied for a dry run", place.address()))
            .with_hint("without --dry-run, rows that are gone are marked; nothing is deleted")
    };
    let path = place.path().ok_or_else(cannot)?;
    let beside = capture_core::private_file::directory_of(path);
    let directory =
        tempfile::Builder::new().prefix(".ashby-reconcile-").tempdir_in(beside).map_err(|error| {
            Failure::new(FAILED, "cannot make a directory for a copy beside the destination")
                .with_source(error)
        })?;
    let copy = place.copy(&directory.path().join("copy"))?.ok_or_else(cannot)?;
    Ok((copy, directory))
}

fn found(by_token: &Report, whole: &Report) -> Vec<Found> {
    let of = |(name, stream): (&String, &capture_core::StreamReport)| {
        let before = by_token.streams.get(name);
        let missed = stream.counts.new + stream.counts.changed + stream.counts.written;
        Found {
            stream: name.clone(),
            outcome: stream.outcome.clone(),
            checked: missed + stream.counts.unchanged,
            gone: stream.counts.deleted + before.map_or(0, |before| before.counts.deleted),
            missed,
            caught_up: before.map_or(0, |before| before.counts.new + before.counts.changed),
            kept: stream.kept.clone(),
            notes: stream.notes.clone(),
            requests: stream.requests + before.map_or(0, |before| before.requests),
        }
    };
    whole.streams.iter().map(of).collect()
}

fn tell(settings: &Settings, found: &[Found], dry_run: bool) -> Result<(), Failure> {
    let outcome = |found: &Found| match &found.outcome {
        Outcome::UpToDate => "up to date".to_owned(),
        Outcome::Interrupted => "interrupted".to_owned(),
        Outcome::Skipped { reason, .. } => format!("skipped: {reason}"),
        Outcome::Failed { reason, .. } => format!("failed: {reason}"),
    };
    let rows = found.iter().map(|of| {
        let counts = [of.checked, of.gone, of.missed, of.caught_up, of.requests].map(thousands);
        [of.stream.clone()].into_iter().chain(counts).chain([outcome(of)]).collect()
    });
    let header = ["stream", "checked", "gone", "missed", "caught up", "requests", "outcome"];
    output::print_listed(settings, found, Table::new(&header).numeric(&[1, 2, 3, 4, 5]).rows(rows))?;
    let sum = |number: fn(&Found) -> u64| thousands(found.iter().map(number).sum());
    explain(&format!(
        "{} checked: {} {} gone, {} had not been shown by tokens{}\n",
        counted(found.iter().map(|of| of.checked).sum(), "record"),
        sum(|of| of.gone),
        if dry_run { "would be marked as" } else { "are marked as" },
        sum(|of| of.missed),
        if dry_run { "; nothing was changed" } else { "" },
    ));
    for of in found {
        for note in &of.notes {
            explain(&format!("note: {}: {note}\n", of.stream));
        }
        if let Some(kept) = &of.kept {
            explain(&format!(
                "{}: {} of {} not shown and kept: {}\n",
                of.stream,
                thousands(kept.rows),
                counted(kept.of, "row"),
                kept.reason
            ));
        }
    }
    Ok(())
}
