//! `ashby sync`.

mod beside;
mod boards;
mod estimate;
pub(crate) mod fits;
mod flags;
mod forgetting;
mod hybrid;
mod selection;
mod silence;
mod summary;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use ashby_client::Client;
use ashby_source::AshbySource;
use capture_core::{
    Identity, Observer, Outcome, Pauses, Place, Report, Runner, RunnerOptions, Selection, Source,
    StreamReport, supervise,
};
use tokio_util::sync::CancellationToken;

use crate::destination;
use crate::failure::Failure;
use crate::logging::Screen;
use crate::patience::{self, PATIENCE};
use crate::progress::Progress;
use crate::said::{self, Level};
use crate::settings::Settings;
use crate::{output, signals, system, text, veil};

use beside::Beside;
pub(crate) use beside::Within;
pub(crate) use estimate::Estimate;
pub(crate) use flags::SyncFlags;
use selection::Wanted;
pub(crate) use selection::{Selected, find};
pub(crate) use summary::Summary;

pub(crate) async fn run(settings: &Settings, screen: &Screen) -> Result<ExitCode, Failure> {
    // What can be found wrong without a request is found first.
    fits::check(settings)?;
    if !settings.boards().is_empty() {
        return boards::run(settings, screen).await;
    }
    let wanted = selection::wanted(settings)?;
    let place = destination::from_settings(settings)?;
    let wanted = wanted.kept_up(settings.except(), &*place);
    let place = veil::around(settings, place, None, Some(wanted.names()))?;
    let client = settings.capture_client()?;
    let cancel = signals::cancellation_of_sync(settings.interval().is_some())?;
    if settings.dry_run() {
        let survey = tokio::select! {
            survey = ashby_source::survey(&client) => survey?,
            () = cancel.cancelled() => return Ok(ExitCode::from(crate::failure::INTERRUPTED)),
        };
        let selected = Selected::new(&wanted, &survey, settings, place.keeps_state());
        return tokio::select! {
            ended = estimate::run(settings, &*place, &selected, &client) => ended,
            () = cancel.cancelled() => Ok(ExitCode::from(crate::failure::INTERRUPTED)),
        };
    }
    let prepared = Prepared::new(settings, client, wanted, place, cancel, None).await?;
    prepared.run(screen).await
}

/// What the next sync with these settings would request, of which it is known what the key may read.
pub(crate) async fn estimated(
    settings: &Settings,
    survey: &ashby_source::Survey,
    counts: bool,
) -> Result<(Estimate, String), Failure> {
    let place = destination::from_settings(settings)?;
    let wanted = selection::wanted(settings)?.kept_up(settings.except(), &*place);
    let selected = Selected::new(&wanted, survey, settings, place.keeps_state());
    let estimate = estimate::of(settings, &*place, &selected, &settings.capture_client()?, counts).await?;
    let said = estimate::describe(settings, &estimate);
    Ok((estimate, said))
}

/// Prepares the watch of a server that `within` is of, with the client that it has.
pub(crate) async fn within<'a>(
    settings: &'a Settings,
    client: Client,
    cancel: CancellationToken,
    within: &mut Within,
) -> Result<Prepared<'a>, Failure> {
    fits::check_within(settings)?;
    let wanted = selection::wanted(settings)?;
    let place = destination::from_settings(settings)?;
    let wanted = wanted.kept_up(settings.except(), &*place);
    let place = veil::around(settings, place, None, Some(wanted.names()))?;
    Prepared::new(settings, client, wanted, place, cancel, Some(within)).await
}

/// A sync of which everything was found in order that can be without a request.
pub(crate) struct Prepared<'a> {
    settings: &'a Settings,
    job: Job,
    wanted: Wanted,
    beside: Beside,
    cancel: CancellationToken,
}

impl<'a> Prepared<'a> {
    async fn new(
        settings: &'a Settings,
        client: Client,
        wanted: Wanted,
        place: Box<dyn Place>,
        cancel: CancellationToken,
        within: Option<&mut Within>,
    ) -> Result<Self, Failure> {
        // What was thrown away once does not come again.
        if place.takes_stdout() && place.keeps_state() && system::output_goes_nowhere() {
            said::note(
                "standard output is closed or the null device: records go nowhere, and the next sync goes on after \
                 them\n",
            );
        }
        let job = Job { client, place, asks: Asks::of(settings), options: options(settings)? };
        let usage = job.client.clone();
        let beside = Beside::start(settings, &*job.place, move || usage.usage(), &cancel, within).await?;
        beside.look_after_webhooks(settings, &job.client);
        Ok(Self { settings, job, wanted, beside, cancel })
    }

    /// Runs it to its end, and says what it came to.
    pub(crate) async fn run(self, screen: &Screen) -> Result<ExitCode, Failure> {
        let Self { settings, job, wanted, beside, cancel } = self;
        let started = Instant::now();
        let usage = job.client.clone();
        let progress = Progress::new(move || usage.usage(), screen, settings);
        let attempt = async |observer: Arc<dyn Observer>| {
            let survey = tokio::select! {
                survey = ashby_source::survey(&job.client) => survey?,
                () = cancel.cancelled() => return Ok(Report::interrupted()),
            };
            observer.observe(&capture_core::Event::Accepted);
            let selected = Selected::new(&wanted, &survey, settings, job.place.keeps_state());
            if let Some((members, interval)) = selected.round(settings) {
                progress.expect(members, interval);
            }
            let around = Around { observer, cancel: cancel.clone(), beside: Some(&beside) };
            let mut report = job.capture(&selected, survey.identity(&job.client), around).await?;
            selected.add_skipped(&mut report);
            Ok(report)
        };
        let display = progress.display();
        let observer = beside.observer(Arc::clone(&progress) as Arc<dyn Observer>);
        let ended = match settings.interval() {
            Some(_) => supervise(attempt, Arc::clone(&observer), pauses(settings), cancel.clone()).await,
            None => {
                let attempt = async || attempt(Arc::clone(&observer)).await;
                patience::through(&*job.place, PATIENCE, &cancel, attempt).await
            }
        };
        drop(display);
        // What it tells of, too, must hear of the end.
        drop(observer);
        beside.end(&ended, cancel.is_cancelled()).await;

        let report = ended?;
        let off = selection::off(&wanted, &*job.place, &report);
        let summary = Summary::new(report, &job.client.usage(), started.elapsed());
        let summary = summary.left_out(selection::left_out(&wanted, &*job.place)).off(off);
        let summary = match settings.interval() {
            Some(_) => summary.watched(&progress),
            None => summary,
        };
        let summary = summary.verbose(settings.verbose());
        tell(settings, &*job.place, &summary, wanted.is_explicit())?;
        Ok(summary.ended(wanted.is_explicit()))
    }
}

/// How to run, by the settings.
///
/// # Errors
/// If only a file that is not trusted says what becomes of rows.
pub(crate) fn options(settings: &Settings) -> Result<RunnerOptions, Failure> {
    Ok(RunnerOptions::default()
        .interval(settings.interval())
        .reconcile(settings.reconcile()?)
        .retry(settings.stream_retry()))
}

/// How long a watch waits before it opens everything anew.
fn pauses(settings: &Settings) -> Pauses {
    let longest = Pauses::default();
    Pauses::new(settings.stream_retry().first_pause.min(longest.first), longest.longest)
}

/// Prints what a sync came to, where it does not get among records.
fn tell(settings: &Settings, place: &dyn Place, summary: &Summary, is_explicit: bool) -> Result<(), Failure> {
    if settings.json() && !place.takes_stdout() {
        return output::print_json(summary);
    }
    let is_trouble = summary.is_trouble() || summary.is_failure(is_explicit);
    if !settings.quiet() || is_trouble {
        let level = if is_trouble { Level::Error } else { Level::Info };
        // The document that was asked for, where standard output is the records'.
        if settings.json() && !said::is_json() {
            said::verbatim(&text::lines(&output::json(summary)?));
            return Ok(());
        }
        let text = if settings.json() { output::json(summary)? } else { summary.to_string() };
        // Programs have what the rest is made of.
        let shown = if said::are_objects() { text.lines().last().unwrap_or_default() } else { &text };
        said::event("ended", level, shown, summary);
    }
    Ok(())
}

/// A sync, ready to run.
pub(crate) struct Job {
    pub(crate) client: Client,
    pub(crate) place: Box<dyn Place>,
    pub(crate) asks: Asks,
    pub(crate) options: RunnerOptions,
}

impl Job {
    /// Captures the selected streams once, or until it is cancelled.
    pub(crate) async fn capture(
        &self,
        selected: &Selected,
        identity: Identity,
        around: Around<'_>,
    ) -> capture_core::Result<Report> {
        let source = self.asks.source(&self.client);
        capture(source, &*self.place, &self.options, selected.selections(), identity, around).await
    }
}

/// What Ashby is asked for, whichever streams it is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asks {
    page_limit: Option<u32>,
    since_ms: Option<i64>,
    /// Whether an index of words is kept where the destination can.
    index: bool,
}

impl Asks {
    /// As the settings say.
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            page_limit: settings.page_size(),
            since_ms: settings.since().map(jiff::Timestamp::as_millisecond),
            index: settings.index(),
        }
    }

    fn source(&self, client: &Client) -> AshbySource {
        let source = AshbySource::new(client.clone()).page_limit(self.page_limit).searchable(self.index);
        source.created_after_ms(self.since_ms)
    }
}

/// What a run has around it.
pub(crate) struct Around<'a> {
    observer: Arc<dyn Observer>,
    cancel: CancellationToken,
    beside: Option<&'a Beside>,
}

impl Around<'_> {
    /// Who watches, and what ends it.
    pub(crate) fn new(observer: Arc<dyn Observer>, cancel: CancellationToken) -> Self {
        Self { observer, cancel, beside: None }
    }
}

/// Moves what a source has into a destination.
async fn capture(
    source: impl Source,
    place: &dyn Place,
    options: &RunnerOptions,
    selections: Vec<Selection>,
    identity: Identity,
    around: Around<'_>,
) -> capture_core::Result<Report> {
    let Around { observer, cancel, beside } = around;
    let runner = Runner::new(source, place.open()?).options(options.clone()).observer(observer);
    let (handle, run) = runner.start(selections, identity, cancel);
    match beside {
        Some(beside) => beside.accompany(handle, run).await,
        None => run.await,
    }
}

/// A stream that was not even tried.
fn untried(outcome: Outcome) -> StreamReport {
    StreamReport::untried(outcome)
}
