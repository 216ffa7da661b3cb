//! How old what is saved of streams is.

use capture_core::State;
use jiff::{SignedDuration, Timestamp};

use crate::output::age;

/// A stream that is older than the newest by more than this is behind.
const BEHIND: SignedDuration = SignedDuration::from_hours(24);

/// Streams that are not kept up with the others, the oldest first, in a line; `None` if there are none.
pub(crate) fn behind(state: &State, now: Timestamp) -> Option<String> {
    let newest = state.streams.values().map(|saved| saved.committed_at).max()?;
    let mut behind: Vec<(Timestamp, &str)> = state
        .streams
        .iter()
        .filter(|(_, saved)| newest.duration_since(saved.committed_at) > BEHIND)
        .map(|(name, saved)| (saved.committed_at, name.as_str()))
        .collect();
    behind.sort_unstable();
    let (oldest, _) = behind.first()?;
    let names: Vec<&str> = behind.iter().map(|(_, name)| *name).collect();
    Some(format!(
        "not kept up with the others: {}; the oldest is as of {} ago",
        names.join(", "),
        age(*oldest, now)
    ))
}

/// What to do about them.
pub(crate) const HINT: &str = "name them after `ashby sync`, or give it --all";
