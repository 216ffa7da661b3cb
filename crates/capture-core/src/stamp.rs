//! When something was last seen, in an order that no clock can turn round.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A point in the order of what is read of one stream. Every read takes a later one than all before it, whatever the
/// clock does; a full listing remembers the one at its start. So a row is gone if it was last seen before that, and a
/// record that was read by itself meanwhile is not.
///
/// It is milliseconds since 1970 wherever the clock allows, so that a stream whose state was lost goes on above what its
/// rows still carry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stamp(u64);

impl Stamp {
    /// Before every read.
    pub const NEVER: Self = Self(0);

    /// The stamp with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number, for sinks that store it. Below 2^63 as long as numbers come from [`next`](Self::next).
    pub const fn get(self) -> u64 {
        self.0
    }

    /// A stamp after this one, at the present time if that is later.
    #[must_use]
    pub fn next(self) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now_ms = u64::try_from(now.as_millis()).unwrap_or(0);
        Self(now_ms.clamp(self.0 + 1, (i64::MAX as u64).max(self.0 + 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_grow_whatever_the_clock_says() {
        let first = Stamp::NEVER.next();
        assert!(first > Stamp::NEVER && first.next() > first);
        let ahead = Stamp::new(u64::from(u32::MAX) * 10_000);
        assert_eq!(ahead.next(), Stamp::new(ahead.get() + 1), "the clock was set back");
    }
}
