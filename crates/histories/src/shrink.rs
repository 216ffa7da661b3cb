//! Making a failing history smaller.

use std::time::{Duration, Instant};

/// No longer than this.
const LIMIT: Duration = Duration::from_secs(40);

/// Drops steps, many at once and then one by one, as long as the rest still breaks. What depends on chance within a
/// run may stay larger than it need be.
pub(crate) fn shrink(all: Vec<usize>, breaks: impl Fn(&[usize]) -> bool) -> Vec<usize> {
    let deadline = Instant::now() + LIMIT;
    let mut kept = all;
    let mut chunk = kept.len().div_ceil(2).max(1);
    loop {
        let mut start = 0;
        let mut dropped = false;
        while start < kept.len() {
            if Instant::now() > deadline {
                return kept;
            }
            let rest: Vec<usize> = kept
                .iter()
                .enumerate()
                .filter(|(at, _)| !(start..start + chunk).contains(at))
                .map(|(_, step)| *step)
                .collect();
            if breaks(&rest) {
                kept = rest;
                dropped = true;
            } else {
                start += chunk;
            }
        }
        if chunk == 1 && !dropped {
            return kept;
        }
        chunk = (chunk / 2).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_stays() {
        let kept = shrink((0..40).collect(), |steps| steps.contains(&7) && steps.contains(&31));
        assert_eq!(kept, [7, 31]);
        assert!(shrink((0..9).collect(), |_| true).is_empty());
    }
}
