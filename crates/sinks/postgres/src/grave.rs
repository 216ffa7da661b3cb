//! Why a row is gone.

use capture_core::Gone;

/// What the columns say of a row that is gone.
#[derive(Debug, Clone)]
pub(crate) struct Grave {
    /// Microseconds since 1970.
    pub(crate) at_us: i64,
    pub(crate) why: &'static str,
    /// A key, as columns have it.
    pub(crate) merged_into: Option<String>,
}

impl Grave {
    /// Of a row that is found to be gone now.
    pub(crate) fn new(gone: &Gone, now_us: i64) -> Self {
        Self {
            at_us: gone.at().map_or(now_us, |at| at.as_microsecond()),
            why: gone.why(),
            merged_into: gone.merged_into().map(|key| crate::key::stored(key.as_str()).into_owned()),
        }
    }
}
