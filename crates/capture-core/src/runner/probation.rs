//! Whether another identity sees the same organisation: nothing is committed until some record is recognised.

use std::collections::{BTreeMap, HashSet};

use crate::{Difference, Error, ErrorKind, Key, Result};

/// A table with at least this many rows of which none is recognised is somebody else's. All rows of a smaller one may
/// have gone meanwhile: then it is for the other streams to say.
const ROWS: u64 = 20;

/// Records after which a stream has had its chance, if its table is not larger than that. Records, not pages: a page of a
/// child stream holds only what one parent has.
const RECORDS: u64 = 300;

/// Pages after which it has had its chance, however little they held: nothing is committed meanwhile.
const PAGES: u32 = 100;

/// Streams that somebody else read before, as long as no record of theirs was recognised.
pub(super) struct Probation {
    strangers: BTreeMap<String, Stranger>,
    /// A stream of which nothing was recognised, in a small table.
    suspect: Option<(String, Difference)>,
}

struct Stranger {
    difference: Difference,
    pages: u32,
    /// Rows of the table before this run.
    rows: Option<u64>,
    /// What this run has brought so far: it is no proof.
    own: HashSet<Key>,
}

/// What a page says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A record was recognised: it is the same organisation.
    Recognised,
    /// Nothing can be said of this stream.
    Undecided,
    /// More pages may tell.
    GoOn,
    /// Nothing is as it was.
    Foreign(Difference),
}

impl Probation {
    /// `None` if nobody else read any of the streams.
    pub(super) fn new(strangers: BTreeMap<String, Difference>) -> Option<Self> {
        let stranger = |difference| Stranger { difference, pages: 0, rows: None, own: HashSet::new() };
        let strangers: BTreeMap<_, _> =
            strangers.into_iter().map(|(name, difference)| (name, stranger(difference))).collect();
        (!strangers.is_empty()).then_some(Self { strangers, suspect: None })
    }

    pub(super) fn is_about(&self, stream: &str) -> bool {
        self.strangers.contains_key(stream)
    }

    /// Whether no stream is left that could tell.
    ///
    /// # Errors
    /// If so, and some of them looked foreign.
    pub(super) fn is_over(&self) -> Result<bool> {
        match &self.suspect {
            _ if !self.strangers.is_empty() => Ok(false),
            Some((stream, difference)) => Err(foreign(stream, *difference)),
            None => Ok(true),
        }
    }

    /// A stream cannot tell (any more).
    pub(super) fn excuse(&mut self, stream: &str) {
        self.strangers.remove(stream);
    }

    /// A poll of the stream has failed: it cannot tell, unless it had begun to.
    pub(super) fn excuse_unless_begun(&mut self, stream: &str) {
        if self.strangers.get(stream).is_some_and(|stranger| stranger.own.is_empty()) {
            self.strangers.remove(stream);
        }
    }

    /// Those of the keys that this run has not brought before.
    pub(super) fn fresh(&mut self, stream: &str, keys: impl Iterator<Item = Key>) -> Vec<Key> {
        let Some(stranger) = self.strangers.get_mut(stream) else { return Vec::new() };
        keys.filter(|key| stranger.own.insert(key.clone())).collect()
    }

    /// How many rows the table had before this run, if that was noted.
    pub(super) fn rows(&self, stream: &str) -> Option<u64> {
        self.strangers.get(stream)?.rows
    }

    /// A page came whose fresh keys held `known` rows of a table of `rows`.
    pub(super) fn page(&mut self, stream: &str, known: u64, rows: u64, is_last: bool) -> Verdict {
        let Some(stranger) = self.strangers.get_mut(stream) else { return Verdict::Undecided };
        if known > 0 {
            return Verdict::Recognised;
        }
        stranger.pages += 1;
        stranger.rows = Some(rows);
        let records = stranger.own.len() as u64;
        if rows == 0 {
            return Verdict::Undecided;
        }
        // A table that is small beside what was listed may be what a narrower view left: more of it may be recognised
        // on later pages.
        if records > 0 && (is_last || rows >= records) {
            if rows >= ROWS {
                return Verdict::Foreign(stranger.difference);
            }
            self.suspect.get_or_insert((stream.to_owned(), stranger.difference));
            return Verdict::Undecided;
        }
        let had_its_chance = records >= RECORDS || stranger.pages >= PAGES;
        if is_last || had_its_chance { Verdict::Undecided } else { Verdict::GoOn }
    }
}

/// The error that ends the run.
pub(super) fn foreign(stream: &str, difference: Difference) -> Error {
    let message = format!(
        "this looks like another organisation: no record of {stream} is among those in the destination, and {difference}"
    );
    Error::new(ErrorKind::Configuration, message).with_hint(
        "use another destination for it; if it is the same organisation after all, `--reconcile accept` goes on",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probation() -> Probation {
        Probation::new([("pets".to_owned(), Difference::Credential)].into()).unwrap()
    }

    fn page(probation: &mut Probation, records: u64, known: u64, rows: u64, is_last: bool) -> Verdict {
        let from = probation.strangers["pets"].own.len() as u64;
        let fresh = probation.fresh("pets", (from..from + records).map(|key| Key::from(key.to_string())));
        assert_eq!(fresh.len() as u64, records);
        probation.page("pets", known, rows, is_last)
    }

    #[test]
    fn one_known_record_is_enough() {
        assert_eq!(page(&mut probation(), 100, 1, 500, false), Verdict::Recognised);
    }

    #[test]
    fn a_full_table_without_any_of_the_records_is_somebody_elses() {
        let foreign = Verdict::Foreign(Difference::Credential);
        assert_eq!(page(&mut probation(), 100, 0, 100, false), foreign);
        assert_eq!(page(&mut probation(), 100, 0, 20, true), foreign);
    }

    #[test]
    fn a_small_table_is_suspect_until_another_stream_is_recognised() {
        let mut probation = probation();
        assert_eq!(page(&mut probation, 100, 0, 9, true), Verdict::Undecided);
        assert!(!probation.is_over().unwrap());
        probation.excuse("pets");
        assert!(probation.is_over().unwrap_err().to_string().contains("another organisation"));
    }

    #[test]
    fn a_small_table_beside_a_long_listing_may_be_a_narrower_view_of_it() {
        let mut probation = probation();
        assert_eq!(page(&mut probation, 100, 0, 9, false), Verdict::GoOn);
        assert_eq!(page(&mut probation, 100, 0, 9, false), Verdict::GoOn);
        assert_eq!(page(&mut probation, 100, 0, 9, false), Verdict::Undecided);
    }

    #[test]
    fn small_pages_do_not_use_up_the_chance() {
        let mut probation = probation();
        for _ in 0..5 {
            assert_eq!(page(&mut probation, 3, 0, 2, false), Verdict::GoOn, "children of one parent each");
        }
        assert_eq!(page(&mut probation, 0, 0, 2, true), Verdict::Undecided);
        probation.excuse("pets");
        assert!(probation.is_over().is_err());
    }

    #[test]
    fn many_pages_with_next_to_nothing_end_it() {
        let mut probation = probation();
        assert_eq!(page(&mut probation, 3, 0, 2, false), Verdict::GoOn);
        for _ in 2..PAGES {
            assert_eq!(page(&mut probation, 0, 0, 2, false), Verdict::GoOn);
        }
        assert_eq!(page(&mut probation, 0, 0, 2, false), Verdict::Undecided);
    }

    #[test]
    fn next_to_nothing_says_nothing() {
        for (records, rows) in [(5, 0), (0, 9)] {
            let mut probation = probation();
            assert_eq!(page(&mut probation, records, 0, rows, true), Verdict::Undecided);
            probation.excuse("pets");
            assert!(probation.is_over().unwrap());
        }
        assert_eq!(probation().page("toys", 0, 9, true), Verdict::Undecided);
    }

    #[test]
    fn what_the_run_itself_has_brought_proves_nothing() {
        let mut probation = probation();
        let keys = || [Key::from("a"), Key::from("b")].into_iter();
        assert_eq!(probation.fresh("pets", keys()).len(), 2);
        assert!(probation.fresh("pets", keys()).is_empty());
        probation.excuse_unless_begun("pets");
        assert!(!probation.is_over().unwrap());
    }
}
