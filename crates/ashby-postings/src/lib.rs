//! Published job postings, and nothing but published ones.
//!
//! [`Published`] takes postings from a public job board ([`Published::from_board`]) or from the API with a key
//! ([`Published::from_careers`]). Either way each of them passes one gate (`posting.rs`): a [`PublishedPosting`]
//! cannot be made of a posting that is unlisted, not published, internal, or of a confidential job, and whatever is
//! not known to be public counts as not public.
//!
//! The functions of [`render`] write them as JSON, CSV, RSS, Atom, or as the document that job feeds for partners
//! consist of.

mod board;
mod careers;
mod error;
mod posting;
pub mod render;

use std::collections::BTreeMap;

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
}

impl Published {
    fn new(title: String) -> Self {
        Self { title, postings: Vec::new(), withheld: BTreeMap::new() }
    }

    fn add(&mut self, judged: Result<PublishedPosting, Reason>) {
        match judged {
            Ok(posting) => self.postings.push(posting),
            Err(reason) => self.withhold(reason),
        }
    }

    fn withhold(&mut self, reason: Reason) {
        *self.withheld.entry(reason).or_default() += 1;
    }
}
