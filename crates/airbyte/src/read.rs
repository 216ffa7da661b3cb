//! `read`.

use std::sync::Arc;
use std::time::Duration;

use ashby_client::Client;
use ashby_source::AshbySource;
use capture_core::{Error, ErrorKind, Outcome, Result, Runner, Selection};
use connecting::{Config, Progress, stop_on_signal};
use jiff::{SignedDuration, Timestamp};
use sink_airbyte::{AirbyteSink, ConfiguredCatalog, Output, SavedState};

use crate::predecessor::PREDECESSOR;
use crate::streams;

/// Reads what the catalog names, from where the state ends; whether all of it came.
pub(crate) async fn read(config: &Config, catalog: &str, state: &str, output: &Output) -> Result<bool> {
    let catalog = ConfiguredCatalog::read(catalog)?;
    let saved = SavedState::read(state)?;
    for stream in &saved.foreign {
        tracing::info!(
            "{stream} is listed whole once: its state is of another connector, and from then on changes suffice"
        );
    }
    let mut reading = Vec::new();
    for configured in &catalog.streams {
        let name = &configured.name;
        let stream = ashby_source::stream(name).ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                format!("there is no stream named {}", outside_text::name(name)),
            )
            .with_hint("refresh the source's schema")
        })?;
        let is_incremental = configured.is_incremental && streams::is_incremental(&stream);
        reading.push((name.clone(), streams::shape(&stream), is_incremental));
    }
    if reading.is_empty() {
        return Ok(true);
    }
    let client = config.client(crate::USER_AGENT)?;
    let identity = ashby_source::who_asks(&client).await?;
    let source =
        AshbySource::new(client.clone()).with_overlay(PREDECESSOR).created_after_ms(config.start_date_ms);
    let selections: Vec<_> = catalog.streams.iter().map(|stream| Selection::new(&*stream.name)).collect();
    let sink = AirbyteSink::new(output.clone(), reading, saved);
    let stop = stop_on_signal("printed, with its state")?;
    let run =
        Runner::new(source, sink).observer(Arc::new(Progress::default())).run(selections, identity, stop);
    let report = tokio::select! {
        report = run => report?,
        told = tell_of_pauses(&client, output) => return told,
    };
    if report.output_closed {
        return Err(Error::new(ErrorKind::Closed, "the reader of the output has gone"));
    }
    if report.interrupted {
        tracing::info!("stopped: the next read goes on from the newest state");
        output.give_up()?;
        return Ok(true);
    }
    Ok(report.streams.values().all(|stream| stream.outcome == Outcome::UpToDate))
}

/// How often it is looked whether the API has asked for a pause; shorter ones need no word.
const LOOK: Duration = Duration::from_millis(250);

/// Tells of each pause once, for as long as somebody reads; the platform shows that it waits, and for how long.
async fn tell_of_pauses(client: &Client, output: &Output) -> Result<bool> {
    let mut told = Timestamp::UNIX_EPOCH;
    loop {
        tokio::time::sleep(LOOK).await;
        let paused = SignedDuration::from_millis(i64::try_from(client.usage().paused_ms).unwrap_or(i64::MAX));
        let until = Timestamp::now().saturating_add(paused).unwrap_or(Timestamp::MAX);
        // The same pause, looked at again, ends at about the same time.
        if paused > SignedDuration::ZERO && until > told + SignedDuration::from_secs(1) {
            output.rate_limited(until)?;
            told = until;
        }
    }
}
