//! Numbers as people read them, and how sure they are.

/// A rate of fewer is no rate.
pub(crate) const RATE_MIN: u64 = 5;

/// A rate of fewer is shown pale.
pub(crate) const FEW: u64 = 20;

/// `12345` as `12,345`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// One decimal below 10, none above.
pub(crate) fn rounded(number: f64) -> String {
    let number = number.max(0.0);
    if (number * 10.0).round() < 100.0 { format!("{number:.1}") } else { thousands(number.round() as u64) }
}

/// Days with their unit: `4.2 days`, `1.0 day`, `38 days`.
pub(crate) fn days(number: f64) -> String {
    let shown = rounded(number);
    let unit = if shown == "1.0" { "day" } else { "days" };
    format!("{shown} {unit}")
}

/// A share of 1 as percent. What is not quite all is not 100%, and what is little is not 0%.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent <= 0.0 {
        "0%".to_owned()
    } else if percent < 0.1 {
        "<0.1%".to_owned()
    } else if percent < 10.0 && (percent * 10.0).round() < 100.0 || (99.5..100.0).contains(&percent) {
        format!("{:.1}%", percent.min(99.9))
    } else {
        format!("{}%", percent.round())
    }
}

/// So many of something: `1 hire`, `2,000 hires`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{} {noun}s", thousands(number)),
    }
}

/// The Wilson interval at 95% of so many of `total`, as shares of 1.
pub(crate) fn wilson(count: u64, total: u64) -> Option<(f64, f64)> {
    if total == 0 || count > total {
        return None;
    }
    // The 97.5th percentile of the normal distribution.
    const Z: f64 = 1.959_963_984_540_054;
    let (n, share) = (total as f64, count as f64 / total as f64);
    let scale = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some(((middle - half).max(0.0), (middle + half).min(1.0)))
}

/// An interval of shares: `71–91%`.
pub(crate) fn interval(count: u64, total: u64) -> Option<String> {
    let (low, high) = wilson(count, total)?;
    let low = percent(low);
    Some(format!("{}–{}", low.trim_end_matches('%'), percent(high)))
}

/// The percentile of sorted values, interpolated: k = (n − 1) · p.
pub(crate) fn percentile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let k = last as f64 * p;
    let (below, above) = (sorted[k.floor() as usize], sorted[k.ceil() as usize]);
    Some(below + (above - below) * k.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [0.0, 0.04, 1.0, 9.94, 9.96, 10.4, 1234.5].map(rounded),
            ["0.0", "0.0", "1.0", "9.9", "10", "10", "1,235"]
        );
        assert_eq!(
            [0.0, 0.0001, 0.004, 0.0999, 0.0996, 0.5, 0.996, 0.9999, 1.0].map(percent),
            ["0%", "<0.1%", "0.4%", "10%", "10%", "50%", "99.6%", "99.9%", "100%"]
        );
        assert_eq!([days(1.0), days(0.96), days(12.0)], ["1.0 day", "1.0 day", "12 days"]);
    }

    #[test]
    fn wilsons_interval_is_his() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (count, total, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let (found_low, found_high) = wilson(count, total).unwrap();
            assert!((found_low - low).abs() < 5e-5 && (found_high - high).abs() < 5e-5, "{count} of {total}");
        }
        assert_eq!(wilson(0, 0), None);
        assert_eq!(interval(20, 20).as_deref(), Some("84–100%"));
    }

    #[test]
    fn percentiles_interpolate() {
        assert_eq!(percentile(&[1.0, 2.0, 3.0, 4.0], 0.5), Some(2.5));
        assert_eq!(percentile(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.9), Some(4.6));
        assert_eq!(percentile(&[7.0], 0.9), Some(7.0));
        assert_eq!(percentile(&[], 0.5), None);
    }
}
