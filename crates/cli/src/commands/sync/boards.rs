//! `ashby sync --board`: the postings of public job boards, without a key.

use std::process::ExitCode;
use std::time::Instant;

use ashby_source::{BoardSource, PUBLIC_POSTINGS};
use capture_core::{RunnerOptions, Selection};

use super::{Selected, Summary, capture, estimate};
use crate::destination::Destination;
use crate::failure::{Failure, USAGE};
use crate::logging::Screen;
use crate::progress::Progress;
use crate::settings::Settings;
use crate::signals;

pub(super) async fn run(settings: &Settings, screen: &Screen) -> Result<ExitCode, Failure> {
    if settings.streams().iter().any(|name| name != PUBLIC_POSTINGS) {
        let message = format!("job boards have one stream only, {PUBLIC_POSTINGS}");
        return Err(Failure::new(USAGE, message).with_hint("leave out either --board or the streams"));
    }
    let destination = Destination::from_settings(settings)?;
    let client = settings.job_board_client()?;
    if settings.dry_run() {
        return estimate::boards(settings);
    }
    let cancel = signals::cancellation()?;
    // Boards are seen alike by everybody. What a key could see of the rest of the destination stays the yardstick.
    let access = estimate::saved(&destination).await?.access.unwrap_or_default();
    let options = RunnerOptions {
        interval: settings.interval(),
        reconcile: settings.reconcile(),
        retry: settings.stream_retry(),
        ..RunnerOptions::default()
    };
    let source = BoardSource::new(client.clone(), settings.boards().iter().cloned());
    let usage = client.clone();
    let progress = Progress::new(move || usage.usage(), screen, settings.progress_interval());
    let selections = vec![Selection { full: settings.full(), ..Selection::new(PUBLIC_POSTINGS) }];
    let started = Instant::now();
    let report = capture(source, &destination, options, progress, selections, access, cancel).await?;
    let summary = Summary::new(report, &client.usage(), started.elapsed(), &destination);
    super::tell(settings, &destination, &summary)?;
    Ok(summary.exit_code(&Selected::nothing_else(), settings.interval().is_some()))
}
