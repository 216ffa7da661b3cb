//! Noticing that a chain of page cursors leads in a circle.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::Cursor;

/// Notices when page cursors repeat, in constant memory, whatever the length of the circle (Brent's algorithm).
///
/// A circle of `n` cursors entered after `m` others is noticed within about `3 (m + n)` pages. One guard belongs to
/// one listing.
#[derive(Debug, Clone, Default)]
pub struct CycleGuard {
    /// Hash of the cursor that later ones are compared with.
    remembered: Option<u64>,
    /// Cursors seen since then.
    distance: u64,
    /// After how many of them to remember a newer one.
    horizon: u64,
}

impl CycleGuard {
    /// A guard that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes note of the next cursor; `true` means that it was seen before, so that following it has no end.
    pub fn repeats(&mut self, cursor: &Cursor) -> bool {
        let mut hasher = DefaultHasher::new();
        cursor.hash(&mut hasher);
        let hash = hasher.finish();
        if self.remembered == Some(hash) {
            return true;
        }
        if self.distance == self.horizon {
            self.remembered = Some(hash);
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

    #[test]
    fn every_circle_is_noticed_soon() {
        for lead in 0..20_u64 {
            for length in 1..20_u64 {
                let mut guard = CycleGuard::new();
                let noticed = (0..).position(|page: u64| {
                    let cursor = if page < lead { page } else { lead + (page - lead) % length };
                    guard.repeats(&Cursor::from(cursor.to_string()))
                });
                let noticed = noticed.expect("the range has no end") as u64 + 1;
                assert!(noticed > lead + length, "{lead}+{length}: before anything repeated");
                assert!(noticed <= 3 * (lead + length) + 3, "{lead}+{length}: only after {noticed} pages");
            }
        }
    }

    #[test]
    fn a_chain_without_circle_is_let_through() {
        let mut guard = CycleGuard::new();
        assert!((0..100_000).all(|page: u32| !guard.repeats(&Cursor::from(page.to_string()))));
    }
}
