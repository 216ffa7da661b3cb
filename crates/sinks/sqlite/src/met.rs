//! Which keys a first listing has brought, roughly: so that most of its records need not be looked for.

/// 4 MiB, of which a small database touches little.
const BITS: u32 = 25;

/// A set of hashes that may say yes wrongly, never no. It is for all streams, and for one run: a million keys make it
/// wrong for one in thirty, ten million for one in four.
#[derive(Debug, Default)]
pub(crate) struct Met(Vec<u64>);

impl Met {
    /// Adds the hash of a key of a stream; returns whether it may have been there.
    pub(crate) fn meet(&mut self, stream: i64, hash: i32) -> bool {
        if self.0.is_empty() {
            self.0 = vec![0; 1 << (BITS - 6)];
        }
        // Streams may share keys: each has an order of bits of its own.
        let mixed = hash.cast_unsigned() ^ (stream as u32).wrapping_mul(0x9E37_79B1);
        let place = mixed >> (u32::BITS - BITS);
        let (word, bit) = (&mut self.0[(place >> 6) as usize], 1 << (place & 63));
        let was_there = *word & bit != 0;
        *word |= bit;
        was_there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_met_is_known_and_little_else() {
        let mut met = Met::default();
        let hash = |number: u32| crc32fast::hash(&number.to_le_bytes()).cast_signed();
        let wrong = (0..100_000).filter(|number| met.meet(1, hash(*number))).count();
        assert!(wrong < 1_000, "{wrong} of 100000");
        assert!((0..100_000).all(|number| met.meet(1, hash(number))));
        let wrong = (0..100_000).filter(|number| met.meet(2, hash(*number))).count();
        assert!(wrong < 2_000, "{wrong} of 100000");
    }
}
