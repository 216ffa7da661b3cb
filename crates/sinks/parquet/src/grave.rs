//! Why a row is gone.

use capture_core::Gone;

/// How much a word says, from 1; what is no word of ours says least.
pub(crate) fn rank(why: Option<&str>) -> u8 {
    Gone::rank_of(why).max(1)
}

/// What the columns say of a row that is gone.
#[derive(Debug, Clone)]
pub(crate) struct Grave {
    /// Microseconds since 1970.
    pub(crate) at_us: i64,
    pub(crate) why: &'static str,
    pub(crate) merged_into: Option<String>,
}

impl Grave {
    /// Of a row that is found to be gone now.
    pub(crate) fn new(gone: &Gone, now_us: i64) -> Self {
        Self {
            at_us: gone.at().map_or(now_us, |at| at.as_microsecond()),
            why: gone.why(),
            merged_into: gone.merged_into().map(|key| key.as_str().to_owned()),
        }
    }
}
