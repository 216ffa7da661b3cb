//! Logs in the form that Estuary's runtime reads: one JSON object a line on standard error.

use std::str::FromStr as _;

use capture_core::Error;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging at the level that `LOG_LEVEL` names, `info` without it. A panic becomes the last log line and ends
/// the process: what was not checkpointed is captured again by the next one.
pub fn start() {
    let level = std::env::var("LOG_LEVEL").ok().and_then(|level| LevelFilter::from_str(&level).ok());
    let level = level.unwrap_or(LevelFilter::INFO).max(LevelFilter::ERROR);
    // Other crates' debug output could hold what ours never does (headers, bodies), so it stays off.
    let ours = ["ashby_client", "ashby_source", "capture_core", "sink_estuary", "source_ashby"];
    let filter = Targets::new().with_targets(ours.map(|name| (name, level)));
    let layer = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_writer(connecting::Log::default);
    // A second subscriber can only come from a second call.
    let _ = tracing_subscriber::registry().with(layer).with(filter).try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        // A message that was put together at run time may hold what must not be logged.
        let what = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("a check failed");
        tracing::error!("the connector has a bug, please report it: {what} ({place})");
        std::process::exit(1);
    }));
}

/// Logs why the process ends.
pub(crate) fn fatal(error: &Error) {
    match error.hint() {
        Some(hint) => tracing::error!("{}; {hint}", error.chain()),
        None => tracing::error!("{}", error.chain()),
    }
}
