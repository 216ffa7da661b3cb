//! `ashby sync --board`: the postings of public job boards, without a key.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use ashby_source::{BoardSource, PUBLIC_POSTINGS};
use capture_core::{Identity, Observer, Selection, supervise};

use super::{Around, Beside, Summary, capture, estimate};
use crate::destination;
use crate::failure::{Failure, USAGE};
use crate::logging::Screen;
use crate::patience::{self, PATIENCE};
use crate::progress::Progress;
use crate::settings::Settings;
use crate::signals;

pub(super) async fn run(settings: &Settings, screen: &Screen) -> Result<ExitCode, Failure> {
    if settings.streams().iter().any(|name| name != PUBLIC_POSTINGS) {
        let message = format!("job boards have one stream only, {PUBLIC_POSTINGS}");
        return Err(Failure::new(USAGE, message).with_hint("leave out either --board or the streams"));
    }
    let place = destination::from_settings(settings)?;
    let client = settings.job_board_client()?;
    if settings.dry_run() {
        return estimate::boards(settings);
    }
    let cancel = signals::cancellation()?;
    let options = super::options(settings)?;
    let usage = client.clone();
    let progress = Progress::new(move || usage.usage(), screen, settings);
    let usage = client.clone();
    let beside = Beside::start(settings, &*place, move || usage.usage(), &cancel, None).await?;
    let members = || std::collections::BTreeSet::from([PUBLIC_POSTINGS.to_owned()]);
    let started = Instant::now();
    let attempt = async |observer: Arc<dyn Observer>| {
        if let Some(interval) = settings.interval() {
            progress.expect(members(), interval);
        }
        let source = BoardSource::new(client.clone(), settings.boards().iter().cloned());
        let selections = vec![Selection::new(PUBLIC_POSTINGS).full(settings.full())];
        // Boards are seen alike by everybody, wherever they are asked for.
        let identity = Identity::anyone(settings.base_url());
        let around = Around { observer, cancel: cancel.clone(), beside: Some(&beside) };
        capture(source, &*place, &options, selections, identity, around).await
    };
    let display = progress.display();
    let observer = beside.observer(Arc::clone(&progress) as Arc<dyn Observer>);
    let ended = match settings.interval() {
        Some(_) => supervise(attempt, Arc::clone(&observer), super::pauses(settings), cancel.clone()).await,
        None => {
            let attempt = async || attempt(Arc::clone(&observer)).await;
            patience::through(&*place, PATIENCE, &cancel, attempt).await
        }
    };
    drop(display);
    drop(observer);
    beside.end(&ended, cancel.is_cancelled()).await;
    let summary = Summary::new(ended?, &client.usage(), started.elapsed());
    let summary = match settings.interval() {
        Some(_) => summary.watched(&progress),
        None => summary,
    };
    let summary = summary.verbose(settings.verbose());
    super::tell(settings, &*place, &summary, true)?;
    Ok(summary.ended(true))
}
