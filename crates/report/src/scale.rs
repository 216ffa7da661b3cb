//! Scales from zero, and the ticks on them.

/// An axis from zero to a round number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    top: f64,
    step: f64,
}

impl Scale {
    /// For values up to this one, with about so many steps.
    pub(crate) fn new(largest: f64, steps: f64) -> Self {
        let largest = if largest.is_finite() && largest > 0.0 { largest } else { 1.0 };
        let rough = largest / steps;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|one| one * power);
        let step = step.into_iter().find(|step| *step >= rough * 0.999).unwrap_or(10.0 * power);
        Self { top: (largest / step - 1e-9).ceil() * step, step }
    }

    /// The same of what is counted: no step below 1.
    pub(crate) fn of_counts(largest: f64, steps: f64) -> Self {
        let scale = Self::new(largest, steps);
        let step = if scale.step < 1.0 { 1.0 } else { scale.step.ceil() };
        Self { top: (largest.max(1.0) / step - 1e-9).ceil() * step, step }
    }

    /// Exactly up to this value; without ticks that anybody would read.
    pub(crate) fn exact(largest: f64) -> Self {
        let largest = if largest.is_finite() && largest > 0.0 { largest } else { 1.0 };
        Self { top: largest, step: largest }
    }

    /// The place of a value, as a share of the axis.
    pub(crate) fn share(&self, value: f64) -> f64 {
        (value / self.top).clamp(0.0, 1.0)
    }

    /// Zero, and what follows.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let count = (self.top / self.step + 1e-9).floor() as u32;
        // Without what a sum of fractions leaves behind.
        (0..=count).map(|number| (f64::from(number) * self.step * 1e6).round() / 1e6).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_beyond_the_largest() {
        assert_eq!(Scale::new(37.0, 4.0).ticks(), [0.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!(Scale::new(100.0, 4.0).ticks(), [0.0, 25.0, 50.0, 75.0, 100.0]);
        assert_eq!(Scale::of_counts(2.0, 4.0).ticks(), [0.0, 1.0, 2.0]);
        assert_eq!(Scale::new(1.0, 5.0).ticks(), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Scale::new(odd, 4.0).ticks().iter().all(|tick| tick.is_finite()));
        }
        for largest in 1..500 {
            let scale = Scale::new(f64::from(largest), 4.0);
            assert!((2..=7).contains(&scale.ticks().len()), "{largest}: {:?}", scale.ticks());
            assert!(scale.share(f64::from(largest)) <= 1.0 && scale.top >= f64::from(largest));
        }
    }
}
