//! What can be found out on this machine: settings, destination, state.

use std::path::Path;

use capture_core::{ErrorKind, State};
use jiff::{SignedDuration, Timestamp};

use super::Finding;
use crate::destination::Destination;
use crate::failure::Failure;
use crate::output::thousands;
use crate::settings::Settings;

/// Ashby forgets sync tokens after about a month.
const OLD: SignedDuration = SignedDuration::from_hours(21 * 24);

pub(super) fn configuration(settings: &Settings) -> Finding {
    let origins = settings.origins();
    let mut sources: Vec<&str> = origins.iter().map(|(_, origin)| origin.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let message = match &sources[..] {
        [] => "everything is as by default".to_owned(),
        sources => format!("{} settings from {}", origins.len(), sources.join(", ")),
    };
    let details = origins.iter().map(|(key, origin)| format!("{key}: {origin}")).collect();
    Finding::ok("settings", message).details(details)
}

pub(super) async fn destination(settings: &Settings, findings: &mut Vec<Finding>) {
    const ABOUT: &str = "destination";
    let destination = match Destination::from_settings(settings) {
        Ok(destination) => destination,
        Err(failure) => return findings.push(Finding::fail(ABOUT, &failure)),
    };
    let (path, state) = match &destination {
        Destination::Stdout { state: None } => {
            let message = "standard output, without a state: everything is listed each time";
            return findings.push(Finding::ok(ABOUT, message));
        }
        Destination::Stdout { state: Some(path) } => (path.as_path(), path.clone()),
        Destination::Sqlite(path) => (path.as_path(), path.clone()),
        Destination::Jsonl(directory) => (directory.as_path(), sink_jsonl::JsonlSink::state_path(directory)),
    };
    if !path.exists() {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !parent.is_dir() {
            let message = format!("there is no directory {} for {}", parent.display(), settings.to());
            let failure = Failure::new(crate::failure::USAGE, message).with_hint("make it, or correct --to");
            return findings.push(Finding::fail(ABOUT, &failure));
        }
        let message = format!("{} is not there yet: the first sync makes it", settings.to());
        return findings.push(Finding::ok(ABOUT, message));
    }
    findings.push(match &destination {
        Destination::Sqlite(path) => match sink_sqlite::tables(path) {
            Ok(tables) => {
                let records = tables.iter().map(|table| table.live).sum();
                let message =
                    format!("{}: {} records of {} streams", settings.to(), thousands(records), tables.len());
                let details =
                    tables.iter().map(|table| format!("{}: {} records", table.stream, thousands(table.live)));
                Finding::ok(ABOUT, message).details(details.collect())
            }
            Err(error) => Finding::fail(ABOUT, &Failure::from(error)),
        },
        _ => Finding::ok(ABOUT, format!("{} is there", settings.to())),
    });
    if state.exists() {
        findings.push(saved(&destination).await);
    }
}

async fn saved(destination: &Destination) -> Finding {
    const ABOUT: &str = "state";
    let mut store = match destination.open_state() {
        Ok(store) => store,
        Err(failure) => return Finding::fail(ABOUT, &failure),
    };
    match store.load().await {
        Ok(state) => age(&state, Timestamp::now()),
        Err(error) if error.kind() == ErrorKind::Busy => Finding::ok(ABOUT, error.to_string()),
        Err(error) => Finding::fail(ABOUT, &Failure::from(error)),
    }
}

/// How long ago streams were synced.
fn age(state: &State, now: Timestamp) -> Finding {
    const ABOUT: &str = "state";
    let mut streams: Vec<_> = state.streams.iter().collect();
    streams.sort_by_key(|(_, state)| state.committed_at);
    let Some((_, oldest)) = streams.first() else {
        return Finding::ok(ABOUT, "nothing is saved yet: the next sync lists everything");
    };
    let old = streams.iter().filter(|(_, state)| now.duration_since(state.committed_at) > OLD).count();
    let listing = streams.iter().filter(|(_, state)| ashby_source::is_listing(&state.checkpoint)).count();
    let mut message = format!(
        "{} streams are saved, the oldest at {}",
        streams.len(),
        oldest.committed_at.strftime("%FT%TZ")
    );
    if listing > 0 {
        message.push_str(&format!("; {listing} in the middle of a listing"));
    }
    let details = streams
        .iter()
        .map(|(name, state)| format!("{name}: {}", state.committed_at.strftime("%FT%TZ")))
        .collect();
    match old {
        0 => Finding::ok(ABOUT, message).details(details),
        old => Finding::warn(ABOUT, format!("{message}; {old} of them more than three weeks ago"))
            .hint("sync soon: Ashby forgets from where to go on after about a month, and then all is listed again")
            .details(details),
    }
}

#[cfg(test)]
mod tests {
    use capture_core::{Checkpoint, StreamState};

    use super::*;
    use crate::commands::doctor::Level;

    #[test]
    fn old_tokens_are_warned_about_in_time() {
        let now: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        let state = |days: &[i64]| State {
            streams: days
                .iter()
                .map(|days| {
                    let committed_at = now - SignedDuration::from_hours(24 * days);
                    let checkpoint = Checkpoint(serde_json::json!({}));
                    let saved =
                        StreamState { checkpoint, committed_at, full_listing_records: None, snapshot: None };
                    (format!("s{days}"), saved)
                })
                .collect(),
            access: None,
        };
        assert_eq!(age(&state(&[]), now).level, Level::Ok);
        assert_eq!(age(&state(&[0, 21]), now).level, Level::Ok);
        let finding = age(&state(&[22, 3, 30]), now);
        assert!(finding.level == Level::Warn && finding.message.contains("2 of them"), "{finding:?}");
        assert!(finding.details[0].starts_with("s30"));
    }
}
