//! Chance that follows from a seed, and identifiers that follow from a position.

use crate::kind::Kind;

/// The finaliser of SplitMix64: a bijection on 64 bits that leaves no pattern.
pub(crate) const fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// The inverse of [`mix`].
const fn unmix(mut value: u64) -> u64 {
    value = (value ^ (value >> 31) ^ (value >> 62)).wrapping_mul(0x3196_42b2_d24d_8ec3);
    value = (value ^ (value >> 27) ^ (value >> 54)).wrapping_mul(0x96de_1b17_3f11_9089);
    value ^ (value >> 30) ^ (value >> 60)
}

/// Throws that depend on nothing but a seed, a subject and their order.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64, kind: Kind, index: u32) -> Self {
        Self(mix(seed ^ mix((kind as u64) << 32 | u64::from(index))))
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        Self(mix(seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `bound`; 0 when the bound is 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        // Multiply-shift: the high half of a 32 by 32 bit product is below the bound.
        (((self.next() >> 32) * u64::from(bound)) >> 32) as u32
    }

    /// A number in `low..high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::from(self.below(u32::try_from(high - low).unwrap_or(u32::MAX)))
    }

    /// True this many times in a hundred.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u32) as usize]
    }

    /// Chooses a position according to weights.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut throw = self.below(weights.iter().sum());
        for (position, weight) in weights.iter().enumerate() {
            if throw < *weight {
                return position;
            }
            throw -= weight;
        }
        0
    }
}

/// What an identifier is of, beside the kinds of records: parts of records have identifiers too.
pub(crate) const PART: u64 = 1 << 40;

/// Writes and reads identifiers: version 4 UUIDs whose bits are a scrambled position.
///
/// No table is needed in either direction, however many records there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids {
    key: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { key: mix(seed ^ 0x6964_7320_6f66_2061) }
    }

    pub(crate) fn record(self, kind: Kind, index: u32) -> String {
        self.write((kind as u64) << 32 | u64::from(index))
    }

    /// The identifier of a part of a record: `part` tells parts of one record apart.
    pub(crate) fn part(self, kind: Kind, index: u32, part: u32) -> String {
        self.write(PART | u64::from(part) << 41 | (kind as u64) << 32 | u64::from(index))
    }

    /// The position that an identifier of a record was made from.
    pub(crate) fn read(self, id: &str) -> Option<(Kind, u32)> {
        let (kind, index, part) = self.read_part(id)?;
        part.is_none().then_some((kind, index))
    }

    pub(crate) fn read_part(self, id: &str) -> Option<(Kind, u32, Option<u32>)> {
        let bytes = id.as_bytes();
        if bytes.len() != 36 || [8, 13, 18, 23].iter().any(|&at| bytes[at] != b'-') {
            return None;
        }
        let mut bits = 0_u128;
        for &byte in bytes.iter().filter(|byte| **byte != b'-') {
            bits = bits << 4 | u128::from(char::from(byte).to_digit(16)?);
        }
        let (high, low) = ((bits >> 64) as u64, bits as u64);
        let scrambled = (high >> 16) << 16 | (high & 0xfff) << 4 | (low >> 58) & 0xf;
        let position = unmix(scrambled) ^ self.key;
        let kind = *Kind::ALL.get((position >> 32 & 0xff) as usize)?;
        let part = (position & PART != 0).then_some((position >> 41) as u32);
        // The remaining bits are a checksum: an identifier of another seed is not one of ours.
        (self.words(position) == (high, low)).then_some((kind, position as u32, part))
    }

    fn words(self, position: u64) -> (u64, u64) {
        let scrambled = mix(position ^ self.key);
        let high = scrambled & !0xffff | 0x4000 | (scrambled >> 4) & 0xfff;
        let low = 2 << 62 | (scrambled & 0xf) << 58 | mix(scrambled ^ self.key.rotate_left(17)) >> 6;
        (high, low)
    }

    fn write(self, position: u64) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let (high, low) = self.words(position);
        let bits = u128::from(high) << 64 | u128::from(low);
        let mut id = String::with_capacity(36);
        for nibble in 0..32 {
            if matches!(nibble, 8 | 12 | 16 | 20) {
                id.push('-');
            }
            id.push(char::from(DIGITS[(bits >> (124 - 4 * nibble)) as usize & 0xf]));
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn identifiers_lead_back_to_what_they_were_made_from(seed: u64, kind in 0..Kind::ALL.len(), index: u32, part in 0_u32..1000) {
            let (ids, kind) = (Ids::new(seed), Kind::ALL[kind]);
            let record = ids.record(kind, index);
            prop_assert_eq!(ids.read(&record), Some((kind, index)));
            prop_assert_eq!(record.as_bytes()[14], b'4');
            prop_assert!(b"89ab".contains(&record.as_bytes()[19]));
            let piece = ids.part(kind, index, part);
            prop_assert_eq!(ids.read(&piece), None);
            prop_assert_eq!(ids.read_part(&piece), Some((kind, index, Some(part))));
            prop_assert_eq!(Ids::new(seed ^ 1).read(&record), None);
        }

        #[test]
        fn throws_stay_in_bounds(seed: u64, bound in 1_u32..) {
            let mut dice = Dice::seeded(seed);
            prop_assert!(dice.below(bound) < bound);
        }
    }

    #[test]
    fn mixing_is_undone() {
        for value in [0, 1, u64::MAX, 0x1234_5678_9abc_def0] {
            assert_eq!(unmix(mix(value)), value);
        }
    }
}
