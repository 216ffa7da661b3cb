//! Telling what changed between two listings of a snapshot, for sinks that cannot.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::{Key, Op, Record};

/// The newest listing of a snapshot: a hash per key. Kept in the stream's state, so it costs about 60 bytes a
/// record there; snapshots are small by nature (reasons, sources, postings).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotIndex(BTreeMap<String, Entry>);

/// Hash of the record's bytes, and the pass that last saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Entry(u64, u64);

impl std::fmt::Debug for SnapshotIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SnapshotIndex({} records)", self.0.len())
    }
}

impl SnapshotIndex {
    /// Keeps only the records that are new or differ, remembers all of them for this pass, and returns how many
    /// stayed the same.
    pub fn retain_changed(&mut self, pass: u64, records: &mut Vec<Record>) -> u64 {
        let before = records.len();
        records.retain(|record| match &record.op {
            Op::Upsert(body) => {
                let entry = Entry(xxh3_64(body), pass);
                let old = self.0.insert(record.key.as_str().to_owned(), entry);
                old.is_none_or(|old| old.0 != entry.0)
            }
            Op::Delete => self.0.remove(record.key.as_str()).is_some(),
        });
        (before - records.len()) as u64
    }

    /// Tombstones for what the complete pass `pass` did not see.
    pub fn take_unseen(&mut self, pass: u64) -> Vec<Record> {
        let gone: Vec<String> =
            self.0.iter().filter(|(_, entry)| entry.1 != pass).map(|(key, _)| key.clone()).collect();
        gone.into_iter()
            .map(|key| {
                self.0.remove(&key);
                Record::delete(Key::from(key))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Applying the differences to a copy of the last listing gives the new listing, whatever both hold.
        #[test]
        fn differences_turn_one_listing_into_the_next(listings in proptest::collection::vec(
            proptest::collection::btree_map("[a-e]", "[x-z]", 0..5), 1..6)) {
            let mut index = SnapshotIndex::default();
            let mut copy = BTreeMap::new();
            for (pass, listing) in listings.iter().enumerate() {
                let mut records: Vec<Record> =
                    listing.iter().map(|(key, body)| Record::upsert(key.as_str(), body.clone())).collect();
                let unchanged = index.retain_changed(pass as u64, &mut records) as usize;
                prop_assert_eq!(records.len() + unchanged, listing.len());
                for record in &records {
                    let fresh = copy.insert(record.key.as_str().to_owned(), record.body().unwrap().to_vec());
                    prop_assert!(fresh.as_ref() != record.body().map(|body| body.to_vec()).as_ref());
                }
                for gone in index.take_unseen(pass as u64) {
                    prop_assert!(copy.remove(gone.key.as_str()).is_some());
                }
                let expected: BTreeMap<String, Vec<u8>> =
                    listing.iter().map(|(key, body)| (key.clone(), body.clone().into_bytes())).collect();
                prop_assert_eq!(&copy, &expected);
            }
        }
    }
}
