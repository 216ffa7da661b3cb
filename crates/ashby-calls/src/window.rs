//! The records of a list that are wanted: a number of them, however Ashby cuts the list into pages.
//!
//! Where the last of them is amid a page, or the list has no pages at all, none of Ashby's cursors goes on from there. So
//! a cursor of ours says how many records to pass over behind one of Ashby's: `skip-30:CURSOR`, or `skip-30:`.

use ashby_client::Cursor;

/// Which records of a list are wanted.
#[derive(Debug, Clone)]
pub struct Window {
    /// Where the next page begins, in Ashby's words.
    page: Option<Cursor>,
    /// Records of it, and of those behind it, that are passed over.
    skip: u64,
    /// How many more are wanted; `None` for all.
    left: Option<u64>,
    /// Where the list goes on.
    next: Option<Cursor>,
}

const PREFIX: &str = "skip-";

impl Window {
    /// The first `limit` records, or all, from where a cursor says.
    pub fn new(cursor: Option<Cursor>, limit: Option<u64>) -> Self {
        let own = cursor.as_ref().and_then(|cursor| {
            let (skip, page) = cursor.as_str().strip_prefix(PREFIX)?.split_once(':')?;
            Some((skip.parse().ok()?, Some(page).filter(|page| !page.is_empty()).map(Cursor::from)))
        });
        let (skip, page) = own.unwrap_or((0, cursor));
        Self { page, skip, left: limit, next: None }
    }

    /// Ashby's cursor with which the list begins.
    pub fn page(&self) -> Option<&Cursor> {
        self.page.as_ref()
    }

    /// How many records must be read, those that are passed over included; `None` for all.
    pub fn wanted(&self) -> Option<u64> {
        self.left.map(|left| left.saturating_add(self.skip))
    }

    /// Leaves what is wanted of a page; `next` is where the one behind it begins.
    pub fn cut<T>(&mut self, mut records: Vec<T>, next: Option<&Cursor>) -> Vec<T> {
        let all = records.len() as u64;
        let skipped = self.skip.min(all);
        let taken = self.left.unwrap_or(u64::MAX).min(all - skipped);
        let read = skipped + taken;
        records.truncate(read as usize);
        records.drain(..skipped as usize);
        self.left = self.left.map(|left| left - taken);
        self.next = if read < all {
            Some(own(read, self.page.as_ref()))
        } else {
            self.skip -= skipped;
            self.page = next.cloned();
            match (next, self.skip) {
                (None, _) => None,
                (Some(next), 0) => Some(next.clone()),
                (Some(next), skip) => Some(own(skip, Some(next))),
            }
        };
        records
    }

    /// Whether no more are wanted.
    pub fn is_full(&self) -> bool {
        self.left == Some(0)
    }

    /// Where the list goes on behind the page that was cut last; `None` at its end.
    pub fn next(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }
}

fn own(skip: u64, page: Option<&Cursor>) -> Cursor {
    let page = page.map(Cursor::as_str).unwrap_or_default();
    Cursor::from(format!("{PREFIX}{skip}:{page}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads a list of `size` records in pieces of `limit`, from pages of `page` records.
    fn pieces(size: u64, page: u64, limit: u64) -> Vec<Vec<u64>> {
        let (mut pieces, mut cursor) = (Vec::new(), None);
        loop {
            let mut window = Window::new(cursor, Some(limit));
            let mut piece = Vec::new();
            let mut from = window.page().map_or(0, |cursor| cursor.as_str().parse::<u64>().unwrap());
            while !window.is_full() {
                let until = (from + page).min(size);
                let next = (until < size).then(|| Cursor::from(until.to_string()));
                piece.extend(window.cut((from..until).collect(), next.as_ref()));
                if next.is_none() {
                    break;
                }
                from = until;
            }
            assert!(piece.len() as u64 <= limit);
            pieces.push(piece);
            cursor = window.next().cloned();
            if cursor.is_none() {
                return pieces;
            }
        }
    }

    proptest! {
        #[test]
        fn pieces_make_up_the_list_whatever_its_pages(size in 0..50_u64, page in 1..12_u64, limit in 1..20_u64) {
            let pieces = pieces(size, page, limit);
            prop_assert_eq!(pieces.concat(), (0..size).collect::<Vec<_>>());
            let (_, whole) = pieces.split_last().unwrap();
            prop_assert!(whole.iter().all(|piece| piece.len() as u64 == limit));
        }
    }

    #[test]
    fn a_list_without_pages_is_cut_and_goes_on() {
        let mut window = Window::new(None, Some(2));
        assert_eq!(window.cut(vec![1, 2, 3], None), [1, 2]);
        let next = window.next().cloned();
        assert_eq!(next.as_ref().map(Cursor::as_str), Some("skip-2:"));
        let mut window = Window::new(next, Some(2));
        assert_eq!((window.page().is_none(), window.wanted()), (true, Some(4)));
        assert_eq!(window.cut(vec![1, 2, 3], None), [3]);
        assert!(window.next().is_none() && !window.is_full());
    }
}
