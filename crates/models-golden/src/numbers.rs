//! Durations and percentiles.

/// Elapsed time in days of 24 hours.
pub(crate) fn days(from_ms: i64, to_ms: i64) -> f64 {
    (to_ms - from_ms) as f64 / 86_400_000.0
}

/// The value at a share of the way through sorted values, interpolated between neighbours; `None` of none.
pub fn percentile(values: &mut [f64], share: f64) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let place = last as f64 * share;
    let (low, high) = (place.floor() as usize, place.ceil() as usize);
    Some(values[low] + (values[high] - values[low]) * (place - place.floor()))
}
