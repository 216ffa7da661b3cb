//! What is known of a stream's rows while a run lasts: 40 bytes a row and its place by key. The records stay in the files.

use capture_core::{Stamp, Sweep, Within};
use hashbrown::HashTable;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// Stands for a key: no two of a stream's keys have the same, as far as 128 bits go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct KeyId(u64, u64);

impl KeyId {
    pub(crate) fn of(key: &str) -> Self {
        let hash = xxh3_128(key.as_bytes());
        Self((hash >> 64) as u64, hash as u64)
    }

    pub(crate) fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.0.to_be_bytes());
        bytes[8..].copy_from_slice(&self.1.to_be_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let half = |part: Option<&[u8]>| part?.try_into().ok().map(u64::from_be_bytes);
        Some(Self(half(bytes.get(..8))?, half(bytes.get(8..16))?))
    }
}

/// A hash of what a record says, in whichever order its members come.
pub(crate) fn hash_of(body: &[u8]) -> u64 {
    json_slices::content_hash(body)
}

/// A hash of a record's bytes: what earlier versions noted.
pub(crate) fn hash_of_bytes(body: &[u8]) -> u64 {
    xxh3_64(body)
}

/// Stands for what a row belongs to; 0 for nothing.
pub(crate) fn scope_of(scope: Option<&str>) -> u64 {
    scope.map_or(0, |scope| xxh3_64(scope.as_bytes()).max(1))
}

/// Above it stands why a row is gone.
const SEEN_BITS: u32 = 60;
const SEEN_MAX: u64 = (1 << SEEN_BITS) - 1;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) key: KeyId,
    pub(crate) hash: u64,
    pub(crate) scope: u64,
    seen_and_rank: u64,
}

impl Row {
    pub(crate) fn new(key: KeyId, hash: u64, scope: u64, seen: Stamp, rank: u8) -> Self {
        let mut row = Self { key, hash, scope, seen_and_rank: u64::from(rank) << SEEN_BITS };
        row.see(seen);
        row
    }

    pub(crate) fn seen(&self) -> Stamp {
        Stamp::new(self.seen_and_rank & SEEN_MAX)
    }

    pub(crate) fn see(&mut self, seen: Stamp) {
        self.seen_and_rank = (self.seen_and_rank & !SEEN_MAX) | seen.get().min(SEEN_MAX);
    }

    /// How much is known of why it is gone; 0 while it is not.
    pub(crate) fn rank(&self) -> u8 {
        (self.seen_and_rank >> SEEN_BITS) as u8
    }

    pub(crate) fn set_rank(&mut self, rank: u8) {
        self.seen_and_rank = (self.seen_and_rank & SEEN_MAX) | (u64::from(rank) << SEEN_BITS);
    }

    pub(crate) fn is_live(&self) -> bool {
        self.rank() == 0
    }
}

/// Rows by their keys.
#[derive(Debug, Default)]
pub(crate) struct Known {
    rows: Vec<Row>,
    places: HashTable<u32>,
    live: u64,
}

impl Known {
    pub(crate) fn place(&self, key: KeyId) -> Option<usize> {
        self.places.find(key.1, |place| self.rows[*place as usize].key == key).map(|place| *place as usize)
    }

    pub(crate) fn row(&self, place: usize) -> &Row {
        &self.rows[place]
    }

    pub(crate) fn live(&self) -> u64 {
        self.live
    }

    pub(crate) fn gone(&self) -> u64 {
        self.rows.len() as u64 - self.live
    }

    /// Adds a row, or puts it in the place of the one with its key.
    pub(crate) fn put(&mut self, row: Row) -> usize {
        let place = match self.place(row.key) {
            Some(place) => {
                self.live -= u64::from(self.rows[place].is_live());
                self.rows[place] = row;
                place
            }
            None => {
                let place = self.rows.len();
                self.rows.push(row);
                let rows = &self.rows;
                let number = u32::try_from(place).unwrap_or(u32::MAX);
                self.places.insert_unique(row.key.1, number, |place| rows[*place as usize].key.1);
                place
            }
        };
        self.live += u64::from(row.is_live());
        place
    }

    pub(crate) fn see(&mut self, place: usize, seen: Stamp) {
        self.rows[place].see(seen);
    }

    /// Marks it as gone.
    pub(crate) fn bury(&mut self, place: usize, rank: u8) {
        self.live -= u64::from(self.rows[place].is_live());
        self.rows[place].set_rank(rank);
    }

    /// As if nothing had seen any of them.
    pub(crate) fn forget_sightings(&mut self) {
        self.rows.iter_mut().for_each(|row| row.see(Stamp::NEVER));
    }

    /// The places of what a sweep would bury, and how many rows it speaks of that are not buried.
    pub(crate) fn unseen(&self, sweep: &Sweep) -> (Vec<usize>, u64) {
        let scopes: Option<std::collections::HashSet<u64>> = match &sweep.within {
            Within::Everything => None,
            Within::Scopes(scopes) => {
                Some(scopes.iter().map(|scope| scope_of(Some(scope.as_str()))).collect())
            }
        };
        let mut of = 0;
        let mut places = Vec::new();
        for (place, row) in self.rows.iter().enumerate().filter(|(_, row)| row.is_live()) {
            if scopes.as_ref().is_some_and(|scopes| !scopes.contains(&row.scope)) {
                continue;
            }
            of += 1;
            if sweep.takes(row.seen()) {
                places.push(place);
            }
        }
        (places, of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_forty_bytes_and_holds_what_it_was_told() {
        assert_eq!(size_of::<Row>(), 40);
        let mut row = Row::new(KeyId::of("a"), 1, 2, Stamp::new(u64::MAX), 5);
        assert_eq!((row.seen().get(), row.rank()), (SEEN_MAX, 5));
        row.see(Stamp::new(7));
        row.set_rank(0);
        assert_eq!((row.seen().get(), row.is_live()), (7, true));
        assert_eq!(KeyId::from_bytes(&KeyId::of("a").to_bytes()), Some(KeyId::of("a")));
        assert_eq!(KeyId::from_bytes(b"short"), None);
    }

    #[test]
    fn rows_are_found_by_their_keys_however_many_there_are() {
        let mut known = Known::default();
        for number in 0..10_000 {
            known.put(Row::new(KeyId::of(&number.to_string()), number, 0, Stamp::new(number), 0));
        }
        let place = known.place(KeyId::of("777")).unwrap();
        assert_eq!(known.row(place).hash, 777);
        known.bury(place, 1);
        known.bury(place, 2);
        assert_eq!((known.live(), known.gone()), (9_999, 1));
        known.put(Row::new(KeyId::of("777"), 1, 0, Stamp::NEVER, 0));
        assert_eq!((known.live(), known.gone(), known.live() + known.gone()), (10_000, 0, 10_000));
        assert!(known.place(KeyId::of("x")).is_none());
    }
}
