//! What can be found out on this machine: settings, destination, state.

use std::path::PathBuf;

use capture_core::{Place, State, private_file};
use jiff::{SignedDuration, Timestamp};

use super::Finding;
use crate::commands::serve;
use crate::failure::Failure;
use crate::output::counted;
use crate::settings::Settings;
use crate::{ages, destination, webhooks};

/// Ashby forgets sync tokens after about a month.
const OLD: SignedDuration = SignedDuration::from_hours(21 * 24);

pub(super) fn configuration(settings: &Settings) -> Finding {
    let origins = settings.origins();
    let message = match &origins[..] {
        [] => "everything is as by default".to_owned(),
        origins => format!("not as by default: {}", counted(origins.len() as u64, "setting")),
    };
    let details = origins.iter().map(|(name, origin)| format!("{name}: {origin}")).collect();
    Finding::ok("settings", message).details(details)
}

/// Whether others can read the key.
pub(super) fn key_file(settings: &Settings, findings: &mut Vec<Finding>) {
    let shared = settings.api_key_file().and_then(capture_core::private_file::shared_with_others);
    if let Some(shared) = shared {
        let finding = Finding::warn("key file", shared.message);
        findings.push(match shared.hint {
            Some(hint) => finding.hint(hint),
            None => finding,
        });
    }
}

pub(super) fn destination(settings: &Settings, findings: &mut Vec<Finding>) {
    const ABOUT: &str = "destination";
    let place = match destination::from_settings(settings) {
        Ok(place) => place,
        Err(failure) => return findings.push(Finding::fail(ABOUT, &failure)),
    };
    if !place.keeps_state() {
        let message = format!("{}, without a state: everything is listed each time", place.address());
        return findings.push(Finding::ok(ABOUT, message));
    }
    if !place.exists() {
        // What keeps it from being made is all that is to be said.
        let failure = |found: &capture_core::Finding| {
            let failure = Failure::new(crate::failure::USAGE, found.message.clone());
            match &found.hint {
                Some(hint) => failure.with_hint(hint.clone()),
                None => failure,
            }
        };
        let found = place.look().unwrap_or_default();
        return findings.push(match found.iter().find(|found| found.is_warning) {
            Some(found) => Finding::fail(ABOUT, &failure(found)),
            None => {
                Finding::ok(ABOUT, format!("{} is not there yet: the first sync makes it", place.address()))
            }
        });
    }
    findings.push(match place.rows() {
        Ok(Some(rows)) => {
            let records = rows.values().sum();
            let message = format!(
                "{}: {} of {}",
                place.address(),
                counted(records, "record"),
                counted(rows.len() as u64, "stream")
            );
            let details = rows.iter().map(|(stream, rows)| format!("{stream}: {}", counted(*rows, "record")));
            Finding::ok(ABOUT, message).details(details.collect())
        }
        Ok(None) => Finding::ok(ABOUT, format!("{} is there", place.address())),
        Err(error) => Finding::fail(ABOUT, &Failure::from(error)),
    });
    look(&*place, findings);
    findings.extend(beside(settings, &*place).iter().filter_map(|path| {
        let shared = private_file::shared_with_others(path)?;
        Some(Finding::warn("file", shared.message).hint(shared.hint.unwrap_or_default()))
    }));
    findings.push(match place.peek() {
        Ok(state) => age(&state, Timestamp::now()),
        Err(error) => Finding::fail("state", &Failure::from(error)),
    });
}

/// Files beside the destination that hold people's data, tokens or secrets as it does.
fn beside(settings: &Settings, place: &dyn Place) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = vec![serve::TOKENS.into(), webhooks::INBOX.into()];
    files.extend(settings.webhooks_file().ok().map(PathBuf::from));
    files.extend(webhooks::inbox_of(settings, place));
    if let Some(path) = place.path() {
        files.push(models::path_of(path));
        let own = path.file_name().unwrap_or_default().to_string_lossy();
        let is_of_it = |name: &str| {
            let rest = name.trim_start_matches('.').strip_prefix(&*own);
            rest.is_some_and(|rest| rest.starts_with(['-', '.']))
        };
        let entries = std::fs::read_dir(private_file::directory_of(path)).into_iter().flatten().flatten();
        files.extend(
            entries
                .filter(|entry| is_of_it(&entry.file_name().to_string_lossy()))
                .map(|entry| path.with_file_name(entry.file_name())),
        );
    }
    files.sort();
    files.dedup();
    files
}

/// What the destination itself has to say.
fn look(place: &dyn Place, findings: &mut Vec<Finding>) {
    const ABOUT: &str = "destination";
    match place.look() {
        Ok(found) => findings.extend(found.into_iter().map(|found| {
            let finding = match found.is_warning {
                true => Finding::warn(ABOUT, found.message),
                false => Finding::ok(ABOUT, found.message),
            };
            match found.hint {
                Some(hint) => finding.hint(hint),
                None => finding,
            }
        })),
        Err(error) => findings.push(Finding::fail(ABOUT, &Failure::from(error))),
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
        "saved: {}, the oldest at {}",
        counted(streams.len() as u64, "stream"),
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
        0 => match ages::behind(state, now) {
            Some(behind) => Finding::warn(ABOUT, format!("{message}; {behind}")).hint(ages::HINT).details(details),
            None => Finding::ok(ABOUT, message).details(details),
        },
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
        let state = |days: &[i64]| {
            State::new(days.iter().map(|days| {
                let committed_at = now - SignedDuration::from_hours(24 * days);
                (format!("s{days}"), StreamState::new(Checkpoint::default(), committed_at))
            }))
        };
        assert_eq!(age(&state(&[]), now).level, Level::Ok);
        assert_eq!(age(&state(&[20, 21]), now).level, Level::Ok);
        let finding = age(&state(&[0, 5, 3, 1]), now);
        assert_eq!(finding.level, Level::Warn);
        assert!(finding.message.contains("others: s5, s3; the oldest is as of 5 days ago"), "{finding:?}");
        let finding = age(&state(&[22, 3, 30]), now);
        assert!(finding.level == Level::Warn && finding.message.contains("2 of them"), "{finding:?}");
        assert!(finding.details[0].starts_with("s30"));
    }
}
