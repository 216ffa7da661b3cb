//! What credentials could see: the guard against taking "not visible any more" for "deleted".

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// With what view of the other side a destination was filled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Tells credentials apart without revealing them (a fingerprint).
    pub identity: String,
    /// What they may read, if it can be known: scopes, as the other side spells them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<BTreeSet<String>>,
    /// Streams that were readable.
    #[serde(default)]
    pub streams: BTreeSet<String>,
}

/// Whether rows that a complete listing did not see become tombstones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReconcilePolicy {
    /// Unless the credentials are others, or see less, than those that filled the destination.
    #[default]
    Auto,
    /// Always; the present credentials become the new yardstick.
    Accept,
    /// Never.
    Never,
}

impl Access {
    /// Why rows that this access does not see must not be taken for deleted, given the access with which they came;
    /// `None` if they may.
    pub fn narrower_than(&self, before: &Access) -> Option<String> {
        // Whoever came without an identity, for what everybody may see, set no yardstick.
        if *before == Access::default() {
            return None;
        }
        let lost: Vec<&str> = before.streams.difference(&self.streams).map(String::as_str).collect();
        if !lost.is_empty() {
            return Some(format!(
                "streams that could be read before cannot be read now: {}",
                lost.join(", ")
            ));
        }
        if let (Some(before), Some(now)) = (&before.grants, &self.grants) {
            let lost: Vec<&str> = before.difference(now).map(String::as_str).collect();
            if !lost.is_empty() {
                return Some(format!("the key lost permissions: {}", lost.join(", ")));
            }
        }
        if self.identity != before.identity {
            return Some("the key is not the one that filled this destination and may see less".to_owned());
        }
        None
    }

    /// The access to remember after a run: while the present one is narrower, the wider one stays the yardstick, or
    /// the next run would take the difference for deletions.
    pub fn widest(self, before: Option<Access>) -> Access {
        match before {
            Some(before) if self.narrower_than(&before).is_some() => before,
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(identity: &str, grants: Option<&[&str]>, streams: &[&str]) -> Access {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Access { identity: identity.to_owned(), grants: grants.map(set), streams: set(streams) }
    }

    #[test]
    fn only_an_equal_or_wider_view_of_the_same_key_may_reconcile() {
        let before = access("a", Some(&["jobs:read"]), &["jobs"]);
        assert_eq!(before.narrower_than(&before), None);
        assert_eq!(access("a", Some(&["jobs:read", "x"]), &["jobs", "x"]).narrower_than(&before), None);
        assert_eq!(access("a", None, &["jobs"]).narrower_than(&before), None);
        assert!(access("a", Some(&["jobs:read"]), &[]).narrower_than(&before).unwrap().contains("jobs"));
        assert!(access("a", Some(&[]), &["jobs"]).narrower_than(&before).unwrap().contains("jobs:read"));
        assert!(access("b", Some(&["jobs:read"]), &["jobs"]).narrower_than(&before).is_some());
        assert_eq!(before.narrower_than(&Access::default()), None);
        assert!(Access::default().narrower_than(&before).is_some());
    }

    #[test]
    fn a_narrower_view_never_becomes_the_yardstick() {
        let before = access("a", None, &["jobs", "offers"]);
        assert_eq!(access("a", None, &["jobs"]).widest(Some(before.clone())), before);
        let wider = access("a", None, &["jobs", "offers", "users"]);
        assert_eq!(wider.clone().widest(Some(before)), wider);
    }
}
