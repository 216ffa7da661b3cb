//! What is kept of a binding that is listed whole, beside what its predecessor keeps of it: as text in a member that
//! Python connectors carry and do not read.

use capture_core::Share;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Which connector a capture began with. It stays true whoever captures later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A Python connector.
    Python,
    /// One that uses this crate.
    Ours,
}

/// How long listings must agree that so much is gone before it is believed.
const BELIEVED_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// A listing lacked more of the rows that were there before than is likely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Doubt {
    /// When the first one of those that agree began.
    since: Timestamp,
    /// How many rows there were before.
    pub(crate) of: u64,
}

impl Doubt {
    /// Whether a listing that began at `listed_at` and has `count` rows is to be doubted, where there were `before`
    /// rows, and `earlier` is what was doubted last. `None` if it is believed: it lacks little, or what it lacks has
    /// been missing in every listing for an hour.
    pub(crate) fn of_listing(
        before: u64,
        count: u64,
        listed_at: Timestamp,
        earlier: Option<Self>,
    ) -> Option<Self> {
        let missing = before.saturating_sub(count);
        let is_emptied = missing > 0 && count == 0;
        if !is_emptied && Share::new(missing, before, Vec::new()).is_modest() {
            return None;
        }
        // A doubt about another number of rows is one of another state of the collection.
        let Some(earlier) = earlier.filter(|earlier| earlier.of == before && earlier.since <= listed_at)
        else {
            return Some(Self { since: listed_at, of: before });
        };
        (listed_at.duration_since(earlier.since) < BELIEVED_AFTER).then_some(earlier)
    }
}

/// What is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<Origin>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) doubt: Option<Doubt>,
}

impl Note {
    /// Reads what [`to_text`](Self::to_text) wrote; of anything else, nothing.
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// `None` if there is nothing to keep.
    pub(crate) fn to_text(&self) -> Option<String> {
        (*self != Self::default()).then(|| serde_json::json!(self).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
    }

    #[test]
    fn what_lacks_little_is_believed_at_once_and_what_lacks_much_after_an_hour() {
        for (before, count, is_believed) in [
            (0, 0, true),
            (1, 0, false),
            (50, 1, true),
            (60, 0, false),
            (51, 0, false),
            (300, 249, true),
            (250, 200, true),
            (250, 199, false),
            (1000, 800, true),
            (1000, 799, false),
            (10, 5000, true),
        ] {
            let doubt = Doubt::of_listing(before, count, at(0), None);
            assert_eq!(doubt.is_none(), is_believed, "{count} of {before}");
            let Some(doubt) = doubt else { continue };
            let again = |minutes| Doubt::of_listing(before, count, at(minutes), Some(doubt));
            assert_eq!(again(59), Some(doubt), "since the first one");
            assert_eq!(again(60), None, "{count} of {before}");
            assert_ne!(again(-1), Some(doubt), "a clock that was set back proves nothing");
        }
        let doubt = Doubt::of_listing(9, 0, at(0), None);
        let other = Doubt::of_listing(8, 0, at(90), doubt);
        assert_eq!(other, Some(Doubt { since: at(90), of: 8 }), "other rows were there meanwhile");
    }

    #[test]
    fn notes_are_text_and_nothing_is_none() {
        let note = Note { origin: Some(Origin::Python), doubt: Doubt::of_listing(2, 0, at(0), None) };
        assert_eq!(Note::read(&note.to_text().unwrap()), note);
        assert_eq!(Note::default().to_text(), None);
        for odd in ["", "7", "[]", r#"{"doubt":3}"#, r#"{"page":"of another"}"#] {
            assert_eq!(Note::read(odd), Note::default(), "{odd}");
        }
    }
}
