//! Who asks: what is remembered belongs to the one who saw it.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// With what view of the other side a stream is read. Tokens, cursors and what was seen belong to it: another one sees other
/// records, so that nothing can be continued and nothing concluded from absence.
///
/// There is no default: whoever reads says who it is, or that [anyone](Self::anyone) sees the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Identity {
    /// Tells credentials apart without revealing them (a fingerprint); empty for what everybody sees.
    pub credential: String,
    /// The address that answers; empty if that was not written down (states of version 1).
    pub place: String,
    /// What the credentials may read, as the other side spells it, if it can be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<BTreeSet<String>>,
}

/// In what two identities differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// Another address answers.
    Place,
    /// Other credentials.
    Credential,
    /// The same credentials may read more than before.
    MoreGrants,
    /// The same credentials may no longer read everything that they could.
    LostGrants,
}

impl Identity {
    /// Credentials, by a fingerprint, at an address.
    pub fn new(credential: impl Into<String>, place: impl Into<String>) -> Self {
        Self { credential: credential.into(), place: place.into(), grants: None }
    }

    /// For what everybody sees alike at this address.
    pub fn anyone(place: impl Into<String>) -> Self {
        Self::new("", place)
    }

    /// Adds what the credentials may read, as the other side spells it.
    #[must_use]
    pub fn with_grants<T: Into<String>>(mut self, grants: impl IntoIterator<Item = T>) -> Self {
        self.grants = Some(grants.into_iter().map(Into::into).collect());
        self
    }

    /// In what this one differs from an earlier one. What is unknown of either counts as equal.
    pub fn differs_from(&self, before: &Self) -> Option<Difference> {
        let places = [&self.place, &before.place];
        if places[0] != places[1] && places.iter().all(|place| !place.is_empty()) {
            return Some(Difference::Place);
        }
        if self.credential != before.credential {
            return Some(Difference::Credential);
        }
        match (&self.grants, &before.grants) {
            (Some(now), Some(before)) if now == before => None,
            (Some(now), Some(before)) if now.is_superset(before) => Some(Difference::MoreGrants),
            (Some(_), Some(_)) => Some(Difference::LostGrants),
            _ => None,
        }
    }

    /// Whether this one sees no less than an earlier one, as far as can be told.
    pub fn sees_no_less_than(&self, before: &Self) -> bool {
        matches!(self.differs_from(before), None | Some(Difference::MoreGrants))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Place => "it was read from another address before",
            Self::Credential => "it was read with another key before",
            Self::MoreGrants => "the key has further permissions now",
            Self::LostGrants => "the key has lost permissions",
        })
    }
}

/// Whether rows that complete listings did not see become tombstones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReconcilePolicy {
    /// Unless whoever asks is not the one who saw the rows, or so many would be gone that it looks wrong.
    #[default]
    Auto,
    /// Always, except what turns out to be there when it is asked for by itself; whoever asks becomes the yardstick.
    Accept,
    /// Never.
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_counts_as_equal_and_nothing_else_does() {
        let before = Identity::new("a", "https://one").with_grants(["x", "y"]);
        let same = Identity::new("a", "https://one").with_grants(["y", "x", "x"]);
        assert_eq!(same.differs_from(&before), None);
        assert_eq!(Identity::new("a", "https://one").differs_from(&before), None);
        assert_eq!(Identity::new("a", "").differs_from(&before), None);
        assert_eq!(Identity::new("a", "https://two").differs_from(&before), Some(Difference::Place));
        assert_eq!(Identity::new("b", "https://one").differs_from(&before), Some(Difference::Credential));
        assert_eq!(Identity::anyone("https://one").differs_from(&before), Some(Difference::Credential));
        let fewer = Identity::new("a", "https://one").with_grants(["x"]);
        assert_eq!(fewer.differs_from(&before), Some(Difference::LostGrants));
        assert_eq!(before.differs_from(&fewer), Some(Difference::MoreGrants));
        assert!(before.sees_no_less_than(&fewer) && !fewer.sees_no_less_than(&before));
        let others = fewer.with_grants(["z", "x", "w"]);
        assert_eq!(others.differs_from(&before), Some(Difference::LostGrants));
    }
}
