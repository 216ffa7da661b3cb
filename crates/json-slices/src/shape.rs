//! What a record's members are called, as a number.

use std::hash::{Hash, Hasher};

/// The names of an object's top-level members as they are written, in their order, as a hash: objects of one shape
/// have the same names. Records of one list have few shapes, so what follows from the names need be worked out only
/// once for each.
///
/// Shapes are compared within one process; they are no format to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape(u64);

/// Fractional digits of pi: numbers with nothing to hide that multiply well.
const SEED: u64 = 0x243f_6a88_85a3_08d3;
const FIRST: u64 = 0x1319_8a2e_0370_7345;
const SECOND: u64 = 0xa409_3822_299f_31d1;

impl Shape {
    /// Of an object without members.
    pub const EMPTY: Self = Self(SEED);

    /// The hash.
    pub fn to_u64(self) -> u64 {
        self.0
    }

    /// The shape with one member more at its end. `name` is the string as it is written, without its quotes.
    #[inline]
    #[must_use]
    pub fn with_name(self, name: &[u8]) -> Self {
        let mut state = self.0 ^ (name.len() as u64).wrapping_mul(SECOND);
        let mut rest = name;
        while let Some((block, after)) = rest.split_first_chunk::<16>() {
            let (low, high) = halves(block);
            state = mixed(state, low, high);
            rest = after;
        }
        // Sixteen bytes or fewer in at most two reads, which may overlap: the length is part of the hash.
        let (low, high) = match (rest.first_chunk::<8>(), rest.last_chunk::<8>()) {
            (Some(low), Some(high)) => (u64::from_le_bytes(*low), u64::from_le_bytes(*high)),
            _ => match (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
                (Some(low), Some(high)) => {
                    (u32::from_le_bytes(*low).into(), u32::from_le_bytes(*high).into())
                }
                _ => (rest.iter().fold(0, |text, byte| text << 8 | u64::from(*byte)), 0),
            },
        };
        Self(mixed(state, low, high))
    }

    /// The shape of objects of this shape behind the members of an object of shape `prefix`.
    #[must_use]
    pub fn behind(self, prefix: Self) -> Self {
        Self(mixed(prefix.0, self.0, SEED))
    }
}

fn halves(block: &[u8; 16]) -> (u64, u64) {
    let block = u128::from_le_bytes(*block);
    (block as u64, (block >> 64) as u64)
}

/// Both halves of a long product: every bit of the input reaches every bit of the output.
#[inline(always)]
fn mixed(state: u64, low: u64, high: u64) -> u64 {
    let product = u128::from(low ^ FIRST ^ state) * u128::from(high ^ SECOND ^ state.rotate_left(32));
    // The state also goes past the product, which could be nought.
    (product as u64) ^ ((product >> 64) as u64) ^ state.rotate_left(23)
}

/// It is a hash already.
impl Hash for Shape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}
