//! Why a row is gone.

use capture_core::{Gone, Key};
use jiff::Timestamp;

/// The words of the column `_deleted_why`; a later one says more than an earlier one.
const WHY: [&str; 5] = ["unseen", "not_found", "reported", "merged", "erased"];

/// How a row is buried.
#[derive(Debug)]
pub(crate) struct Grave<'a> {
    /// How much is known: a reason of a higher rank replaces one of a lower.
    pub(crate) rank: u8,
    /// Since when it is gone, if that is known.
    pub(crate) at: Option<String>,
    pub(crate) merged_into: Option<&'a Key>,
}

impl<'a> Grave<'a> {
    pub(crate) fn new(gone: &'a Gone) -> Self {
        let (rank, at, merged_into) = match gone {
            Gone::Unseen => (1, None, None),
            Gone::NotFound => (2, None, None),
            Gone::Reported { at } => (3, at.map(instant), None),
            Gone::MergedInto(key) => (4, None, Some(key)),
            Gone::Erased => (5, None, None),
            // A reason that this version does not know says at least that the other side said so.
            _ => (3, None, None),
        };
        Self { rank, at, merged_into }
    }

    /// Its word.
    pub(crate) fn why(&self) -> &'static str {
        WHY[usize::from(self.rank) - 1]
    }

    /// The rank of a word; 0 for none, as tombstones of earlier versions have, and for what is no word of ours.
    pub(crate) fn rank_of(why: Option<&str>) -> u8 {
        WHY.iter().zip(1..).find(|(word, _)| Some(**word) == why).map_or(0, |(_, rank)| rank)
    }
}

/// A time as the columns have it.
pub(crate) fn instant(time: Timestamp) -> String {
    time.strftime("%FT%T.%3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_word_and_its_rank_back() {
        let reasons = [
            (Gone::Unseen, "unseen"),
            (Gone::NotFound, "not_found"),
            (Gone::Reported { at: None }, "reported"),
            (Gone::MergedInto("b".into()), "merged"),
            (Gone::Erased, "erased"),
        ];
        for (rank, (gone, word)) in (1..).zip(&reasons) {
            let grave = Grave::new(gone);
            assert_eq!((grave.why(), grave.rank, Grave::rank_of(Some(word))), (*word, rank, rank));
        }
        assert_eq!((Grave::rank_of(None), Grave::rank_of(Some("x"))), (0, 0));
    }
}
