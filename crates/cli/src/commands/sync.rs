//! `ashby sync`.

mod boards;
mod estimate;
mod flags;
mod selection;
mod summary;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use ashby_client::Client;
use ashby_source::{AshbySource, Survey};
use capture_core::{Access, Report, Runner, RunnerOptions, Selection, Source};
use tokio_util::sync::CancellationToken;

use crate::destination::Destination;
use crate::failure::Failure;
use crate::logging::Screen;
use crate::progress::Progress;
use crate::settings::Settings;
use crate::{output, signals};

pub(crate) use flags::SyncFlags;
pub(crate) use selection::Selected;
pub(crate) use summary::Summary;

pub(crate) async fn run(settings: &Settings, screen: &Screen) -> Result<ExitCode, Failure> {
    if !settings.boards().is_empty() {
        return boards::run(settings, screen).await;
    }
    // What can be found wrong without a request is found first.
    let wanted = selection::wanted(settings)?;
    let destination = Destination::from_settings(settings)?;
    let client = settings.client()?;
    let identity = settings.api_key()?.fingerprint();
    let cancel = signals::cancellation()?;

    let survey = tokio::select! {
        survey = ashby_source::survey(&client) => survey?,
        () = cancel.cancelled() => return Ok(ExitCode::from(crate::failure::INTERRUPTED)),
    };
    let selected = Selected::new(wanted, &survey, settings.full());
    if settings.dry_run() {
        return estimate::run(settings, &destination, &selected).await;
    }
    let options = RunnerOptions {
        interval: settings.interval(),
        reconcile: settings.reconcile(),
        retry: settings.stream_retry(),
        ..RunnerOptions::default()
    };
    let job = Job { client, survey, identity, destination, page_limit: settings.page_limit(), options };
    let started = Instant::now();
    let progress_interval = settings.progress_interval();
    let mut report = job.run(&selected, screen, progress_interval, cancel).await?;
    selected.add_skipped(&mut report);

    let summary = Summary::new(report, &job.client.usage(), started.elapsed(), &job.destination);
    tell(settings, &job.destination, &summary)?;
    Ok(summary.exit_code(&selected, settings.interval().is_some()))
}

/// Prints what a sync came to, where it does not get among records.
fn tell(settings: &Settings, destination: &Destination, summary: &Summary) -> Result<(), Failure> {
    let text = if settings.json() { output::json(summary)? } else { summary.to_string() };
    if settings.json() && !destination.takes_stdout() {
        return output::print(&text);
    }
    output::explain(&text);
    Ok(())
}

/// A sync, ready to run.
pub(crate) struct Job {
    pub(crate) client: Client,
    pub(crate) survey: Survey,
    /// Tells API keys apart.
    pub(crate) identity: String,
    pub(crate) destination: Destination,
    pub(crate) page_limit: Option<u32>,
    pub(crate) options: RunnerOptions,
}

impl Job {
    pub(crate) async fn run(
        &self,
        selected: &Selected,
        screen: &Screen,
        progress_interval: Option<std::time::Duration>,
        cancel: CancellationToken,
    ) -> Result<Report, Failure> {
        let source = AshbySource::new(self.client.clone()).page_limit(self.page_limit);
        let client = self.client.clone();
        let progress = Progress::new(move || client.usage(), screen, progress_interval);
        let access = self.survey.access(self.identity.clone());
        let options = self.options.clone();
        capture(source, &self.destination, options, progress, selected.selections(), access, cancel).await
    }
}

/// Moves what a source has into a destination.
async fn capture(
    source: impl Source,
    destination: &Destination,
    options: RunnerOptions,
    progress: Arc<Progress>,
    selections: Vec<Selection>,
    access: Access,
    cancel: CancellationToken,
) -> Result<Report, Failure> {
    let (sink, store) = destination.open()?;
    let display = progress.display();
    let ended = Runner::new(source, sink, store)
        .options(options)
        .observer(progress)
        .run(selections, access, cancel)
        .await;
    drop(display);
    Ok(ended?)
}
