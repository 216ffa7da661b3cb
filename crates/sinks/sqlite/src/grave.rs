//! Why a row is gone.

use capture_core::{Gone, Key};
use jiff::Timestamp;

/// How a row is buried.
#[derive(Debug)]
pub(crate) struct Grave<'a> {
    /// How much is known: a reason of a higher rank replaces one of a lower.
    pub(crate) rank: u8,
    gone: &'a Gone,
}

impl<'a> Grave<'a> {
    pub(crate) fn new(gone: &'a Gone) -> Self {
        Self { rank: Self::rank_of(Some(gone.why())), gone }
    }

    /// Its word.
    pub(crate) fn why(&self) -> &'static str {
        self.gone.why()
    }

    /// Since when it is gone, if that is known.
    pub(crate) fn at(&self) -> Option<String> {
        self.gone.at().map(instant)
    }

    pub(crate) fn merged_into(&self) -> Option<&'a Key> {
        self.gone.merged_into()
    }

    /// The rank of a word; 0 for none, as tombstones of earlier versions have, and for what is no word of ours.
    pub(crate) fn rank_of(why: Option<&str>) -> u8 {
        Gone::rank_of(why)
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
