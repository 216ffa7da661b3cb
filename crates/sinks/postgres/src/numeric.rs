//! Numbers of JSON as `numeric`, in PostgreSQL's binary form.

/// Digits that `numeric` has before and behind the point.
const WHOLE_DIGITS_MAX: i64 = 131_072;
const FRACTION_DIGITS_MAX: i64 = 16_383;

/// How a number comes back from `jsonb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// As it was written.
    Same,
    /// Written otherwise.
    Differs,
    /// Not at all.
    TooLarge,
}

/// What becomes of a number that JSON allows.
pub(crate) fn check(number: &[u8]) -> Fit {
    let plain = number.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
    if plain && number.len() < 10_000 {
        let is_minus_zero =
            number.first() == Some(&b'-') && !number.iter().any(|byte| matches!(byte, b'1'..=b'9'));
        return if is_minus_zero { Fit::Differs } else { Fit::Same };
    }
    match Parts::of(number) {
        Some(parts) if parts.fits() && plain => Fit::Same,
        Some(parts) if parts.fits() => Fit::Differs,
        _ => Fit::TooLarge,
    }
}

/// A number taken apart.
#[derive(Debug)]
struct Parts<'a> {
    is_negative: bool,
    whole: &'a [u8],
    fraction: &'a [u8],
    exponent: i64,
}

impl<'a> Parts<'a> {
    fn of(number: &'a [u8]) -> Option<Self> {
        let (is_negative, rest) = match number.split_first()? {
            (b'-', rest) => (true, rest),
            _ => (false, number),
        };
        let (mantissa, exponent) = match rest.iter().position(|byte| matches!(byte, b'e' | b'E')) {
            Some(at) => (&rest[..at], exponent(&rest[at + 1..])?),
            None => (rest, 0),
        };
        let (whole, fraction) = match mantissa.iter().position(|byte| *byte == b'.') {
            Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
            None => (mantissa, &[][..]),
        };
        let are_digits = |digits: &[u8]| digits.iter().all(u8::is_ascii_digit);
        (!whole.is_empty() && are_digits(whole) && are_digits(fraction)).then_some(Self {
            is_negative,
            whole,
            fraction,
            exponent,
        })
    }

    /// Digits behind the point when it is written without an exponent.
    fn scale(&self) -> i64 {
        (self.fraction.len() as i64).saturating_sub(self.exponent).max(0)
    }

    fn fits(&self) -> bool {
        let whole = (self.whole.len() as i64).saturating_add(self.exponent);
        whole <= WHOLE_DIGITS_MAX && self.scale() <= FRACTION_DIGITS_MAX
    }
}

/// Saturates: what is so large fits nowhere.
fn exponent(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match text.split_first()? {
        (b'-', digits) => (true, digits),
        (b'+', digits) => (false, digits),
        _ => (false, text),
    };
    let size = digits.iter().try_fold(0_i64, |size, digit| {
        digit
            .is_ascii_digit()
            .then(|| size.saturating_mul(10).saturating_add(i64::from(digit - b'0')).min(1 << 40))
    })?;
    Some(if is_negative { -size } else { size })
}

/// Appends the number's binary form; `false`, and nothing, if it has none.
pub(crate) fn push(output: &mut Vec<u8>, number: &[u8]) -> bool {
    let Some(parts) = Parts::of(number).filter(Parts::fits) else { return false };
    let digits = parts.whole.iter().chain(parts.fraction).map(|digit| i16::from(digit - b'0'));
    let leading = digits.clone().take_while(|digit| *digit == 0).count();
    let digits: Vec<i16> = digits.skip(leading).collect();
    // Of the significant digits so many stand before the point, or so many zeros between it and them.
    let before_point = parts.whole.len() as i64 + parts.exponent - leading as i64;
    let weight = before_point.div_euclid(4) + i64::from(before_point.rem_euclid(4) > 0) - 1;
    let padding = ((weight + 1) * 4 - before_point) as usize;
    let mut groups = Vec::with_capacity(digits.len() / 4 + 2);
    let padded: Vec<i16> = std::iter::repeat_n(0, padding).chain(digits).collect();
    for four in padded.chunks(4) {
        groups.push((0..4).fold(0, |group, place| group * 10 + four.get(place).copied().unwrap_or(0)));
    }
    while groups.last() == Some(&0) {
        groups.pop();
    }
    let is_zero = groups.is_empty();
    let (Ok(count), Ok(weight), Ok(scale)) = (
        i16::try_from(groups.len()),
        i16::try_from(if is_zero { 0 } else { weight }),
        i16::try_from(parts.scale()),
    ) else {
        return false;
    };
    let sign: i16 = if parts.is_negative && !is_zero { 0x4000 } else { 0 };
    for part in [count, weight, sign, scale].into_iter().chain(groups) {
        output.extend_from_slice(&part.to_be_bytes());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(number: &str) -> Option<Vec<i16>> {
        let mut bytes = Vec::new();
        push(&mut bytes, number.as_bytes())
            .then(|| bytes.chunks(2).map(|two| i16::from_be_bytes([two[0], two[1]])).collect())
    }

    #[test]
    fn numbers_have_the_form_that_the_server_reads() {
        for (number, expected) in [
            ("0", vec![0, 0, 0, 0]),
            ("-0.00", vec![0, 0, 0, 2]),
            ("1", vec![1, 0, 0, 0, 1]),
            ("-12345.678", vec![3, 1, 0x4000, 3, 1, 2345, 6780]),
            ("10000", vec![1, 1, 0, 0, 1]),
            ("0.0001", vec![1, -1, 0, 4, 1]),
            ("0.00012", vec![2, -1, 0, 5, 1, 2000]),
            ("1.5e3", vec![1, 0, 0, 0, 1500]),
            ("1e-5", vec![1, -2, 0, 5, 1000]),
        ] {
            assert_eq!(parts(number), Some(expected), "{number}");
        }
        assert_eq!(parts("1e200000"), None);
        assert_eq!(parts("1e-20000"), None);
        assert!(parts("1.7976931348623157e308").is_some() && parts("5e-324").is_some());
    }

    #[test]
    fn it_is_known_how_they_come_back() {
        for (number, fit) in [
            ("1.10", Fit::Same),
            ("12345678901234567890123", Fit::Same),
            ("-0", Fit::Differs),
            ("1E2", Fit::Differs),
            ("1e131072", Fit::TooLarge),
            ("1e99999999999999999999999", Fit::TooLarge),
        ] {
            assert_eq!(check(number.as_bytes()), fit, "{number}");
        }
        assert_eq!(check("1".repeat(20_000).as_bytes()), Fit::Same);
        assert_eq!(check("1".repeat(200_000).as_bytes()), Fit::TooLarge);
    }
}
