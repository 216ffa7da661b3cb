//! Published job postings, and nothing but published ones.
//!
//! [`Published`] takes postings from a public job board ([`Published::from_board`]) or from the API with a key
//! ([`Published::from_careers`]). Either way each of them passes one gate (`posting.rs`): a [`PublishedPosting`]
//! cannot be made of a posting that is unlisted, not published, internal, or of a confidential job, and whatever is
//! not known to be public counts as not public. One that is to be published later comes later.
//!
//! The functions of [`render`] write them as JSON, CSV, RSS, Atom, or as the document that job feeds for partners
//! consist of.

mod board;
mod careers;
mod error;
mod posting;
pub mod render;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use ashby_client::{Address, PostalAddress};
pub use board::withheld;
pub use careers::Careers;
pub use error::Error;
pub use posting::{PostingContent, PublishedPosting, Reason};

/// What a company publishes, from one source.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Published {
    /// What to call it, such as `Jobs at acme`.
    pub title: String,
    /// The postings, in the order of the source; each once.
    pub postings: Vec<PublishedPosting>,
    /// How many postings were held back, and why.
    pub withheld: BTreeMap<Reason, usize>,
    /// Postings that are not as Ashby describes them, and are left out.
    pub odd: Vec<Odd>,
    /// Whether some text of the source held half a character, in whose place U+FFFD is, or U+0000.
    pub is_mended: bool,
}

/// A posting that cannot be read. It may be meant for the public.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Odd {
    /// Which one: its id, or its place on the board.
    pub posting: String,
    /// What is wrong with it, and nothing that it says.
    pub what: String,
}

impl Published {
    fn new(title: String) -> Self {
        Self { title, postings: Vec::new(), withheld: BTreeMap::new(), odd: Vec::new(), is_mended: false }
    }

    /// Says whose postings these are, where Ashby does not: job sites want to know.
    pub fn set_organization(&mut self, id: Option<&str>, name: Option<&str>) {
        self.postings.iter_mut().for_each(|posting| posting.set_organization(id, name));
    }

    fn add(&mut self, judged: Result<PublishedPosting, Reason>) {
        match judged {
            Ok(posting) => self.postings.push(posting),
            Err(reason) => self.withhold(reason),
        }
    }

    fn odd(&mut self, posting: impl Into<String>, what: impl Into<String>) {
        self.odd.push(Odd { posting: posting.into(), what: what.into() });
    }

    fn withhold(&mut self, reason: Reason) {
        *self.withheld.entry(reason).or_default() += 1;
    }
}

fn is_mended(json: &[u8]) -> bool {
    matches!(json_slices::storable(json), Cow::Owned(_))
}

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
