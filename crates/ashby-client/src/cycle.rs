//! Noticing that a list has no end: its pages repeat, or nothing is on them.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use json_slices::Records;

use crate::{Cursor, Page};

/// How many pages in a row may be empty and yet not the last. A filter that is applied after paging makes some.
const EMPTY_PAGES_MAX: u32 = 100;

/// Why a list has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Circle {
    /// A page cursor came that was there before.
    CursorRepeats,
    /// The records of a page were there before, under another cursor.
    PageRepeats,
    /// Only empty pages come, each with a cursor to the next.
    EmptyPages,
}

/// Says it as a clause: "the page cursors lead in a circle".
impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CursorRepeats => f.write_str("the page cursors lead in a circle"),
            Self::PageRepeats => f.write_str("the same page comes again under another cursor"),
            Self::EmptyPages => {
                write!(f, "more than {EMPTY_PAGES_MAX} pages in a row are empty and not the last")
            }
        }
    }
}

/// Notices when the cursors or the pages of a list repeat, in constant memory, whatever the length of the circle
/// (Brent's algorithm), and when only empty pages come.
///
/// A circle of `n` pages entered after `m` others is noticed within about `3 (m + n)` pages. One guard belongs to
/// one listing.
#[derive(Debug, Clone, Default)]
pub struct CycleGuard {
    /// Of hashes.
    cursors: Brent<u64>,
    /// Of those with records only: empty ones are all alike.
    pages: Brent<Content>,
    empty_pages: u32,
}

/// What the records of a page are, for comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    length_bytes: usize,
    hash: u64,
}

impl CycleGuard {
    /// A guard that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes note of a page before the next one is asked for; a circle means that following its cursor has no end. The
    /// last page ends every list.
    pub fn check(&mut self, page: &Page) -> Option<Circle> {
        page.next_cursor.as_ref().and_then(|cursor| self.note(cursor, page.split()))
    }

    fn note(&mut self, cursor: &Cursor, records: &Records) -> Option<Circle> {
        let cursor = hash_of(|hasher| cursor.hash(hasher));
        if self.cursors.repeats(|remembered| *remembered == cursor, || cursor) {
            return Some(Circle::CursorRepeats);
        }
        if records.is_empty() {
            self.empty_pages += 1;
            return (self.empty_pages > EMPTY_PAGES_MAX).then_some(Circle::EmptyPages);
        }
        self.empty_pages = 0;
        // Pages are rarely of the same length, so they are rarely hashed.
        let bytes = records.as_bytes();
        let hash = || hash_of(|hasher| hasher.write(bytes));
        let is_same =
            |remembered: &Content| remembered.length_bytes == bytes.len() && remembered.hash == hash();
        let content = || Content { length_bytes: bytes.len(), hash: hash() };
        self.pages.repeats(is_same, content).then_some(Circle::PageRepeats)
    }
}

fn hash_of(write: impl FnOnce(&mut DefaultHasher)) -> u64 {
    let mut hasher = DefaultHasher::new();
    write(&mut hasher);
    hasher.finish()
}

/// Notices when a sequence of things leads in a circle.
#[derive(Debug, Clone)]
struct Brent<T> {
    /// What later ones are compared with.
    remembered: Option<T>,
    /// Things seen since then.
    distance: u64,
    /// After how many of them to remember a newer one.
    horizon: u64,
}

impl<T> Default for Brent<T> {
    fn default() -> Self {
        Self { remembered: None, distance: 0, horizon: 0 }
    }
}

impl<T> Brent<T> {
    /// Takes note of the next thing: `is_same` compares it with another, `make` keeps it. `true` if it was seen before.
    fn repeats(&mut self, is_same: impl FnOnce(&T) -> bool, make: impl FnOnce() -> T) -> bool {
        if self.remembered.as_ref().is_some_and(is_same) {
            return true;
        }
        if self.distance == self.horizon {
            self.remembered = Some(make());
            self.horizon = (self.horizon * 2).max(1);
            self.distance = 0;
        }
        self.distance += 1;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page with one record, or none, and a cursor to the next.
    fn page(cursor: u64, record: Option<u64>) -> Page {
        let record = record.map(|id| format!(r#"{{"id":{id}}}"#)).unwrap_or_default();
        let body = format!(r#"{{"success":true,"results":[{record}],"nextCursor":"c{cursor}"}}"#);
        Page::from_body("candidate.list", body.into(), &[]).unwrap()
    }

    /// After how many pages which circle is noticed.
    fn noticed(pages: impl IntoIterator<Item = Page>) -> Option<(u64, Circle)> {
        let mut guard = CycleGuard::new();
        (1..).zip(pages).find_map(|(count, page)| Some((count, guard.check(&page)?)))
    }

    #[test]
    fn every_circle_is_noticed_soon() {
        for lead in 0..20_u64 {
            for length in 1..20_u64 {
                let place = |index: u64| if index < lead { index } else { lead + (index - lead) % length };
                let soon = 3 * (lead + length) + 3;
                // The number in the other place never repeats.
                let cursors = (0..200).map(|index| page(place(index), Some(1_000 + index)));
                let (count, circle) = noticed(cursors).expect("it has no end");
                assert_eq!(circle, Circle::CursorRepeats);
                assert!(count > lead + length, "{lead}+{length}: before anything repeated");
                assert!(count <= soon, "{lead}+{length}: only after {count} pages");
                let pages = (0..200).map(|index| page(index, Some(place(index))));
                assert_eq!(noticed(pages), Some((count, Circle::PageRepeats)), "{lead}+{length}");
                // Empty pages in between are no hiding place.
                let pages = (0..400).map(|index| page(index, (index % 2 == 0).then(|| place(index / 2))));
                assert_eq!(noticed(pages), Some((2 * count - 1, Circle::PageRepeats)), "{lead}+{length}");
            }
        }
    }

    #[test]
    fn empty_pages_are_noticed_when_there_are_too_many_in_a_row() {
        assert_eq!(noticed((0..200).map(|index| page(index, None))), Some((101, Circle::EmptyPages)));
        let broken = (0..1_000).map(|index| page(index, (index % 100 == 0).then_some(index)));
        assert_eq!(noticed(broken), None);
    }

    #[test]
    fn a_chain_without_circle_is_let_through() {
        assert_eq!(noticed((0..20_000).map(|index| page(index, Some(10_000_000 + index)))), None);
    }
}
