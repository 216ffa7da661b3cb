//! Records as documents.

use std::borrow::Cow;

use json_slices::{Repeats, Text, Token, push_line, tokens, unicode};
use memchr::{memchr, memchr2};

use crate::repeats::once;

/// What becomes of numbers with a fraction or an exponent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Numbers {
    /// They stay what they are, digit by digit.
    #[default]
    Exact,
    /// They become strings in the notation of Python's `Decimal`, as in Estuary's Python connectors.
    Strings,
}

/// Makes documents of records.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    numbers: Numbers,
    repeats: Repeats,
}

impl Documents {
    /// With numbers in that form.
    pub(crate) fn new(numbers: Numbers) -> Self {
        Self { numbers, repeats: Repeats::default() }
    }

    /// The form of numbers.
    pub(crate) fn numbers(&self) -> Numbers {
        self.numbers
    }

    /// A JSON object as a document: without line breaks, with each member once and with U+FFFD for half a character, which
    /// strict parsers refuse; otherwise as it is, except that numbers may change. Not copied if nothing changes.
    pub(crate) fn of<'a>(&mut self, body: &'a [u8]) -> Cow<'a, [u8]> {
        let body = once(&mut self.repeats, body, None);
        match (self.numbers, body) {
            (Numbers::Exact, Cow::Borrowed(body)) => match unicode(body) {
                Cow::Borrowed(body) if memchr2(b'\n', b'\r', body).is_none() => Cow::Borrowed(body),
                body => Cow::Owned(line(&body)),
            },
            (Numbers::Exact, body) => Cow::Owned(line(&unicode(&body))),
            (numbers, body) => Cow::Owned(canonical(&body, numbers)),
        }
    }

    /// Appends the JSON object `body` in canonical form, without a member `_meta` of its own.
    pub(crate) fn push_row(&mut self, output: &mut Vec<u8>, body: &[u8]) {
        let body = once(&mut self.repeats, body, Some("_meta"));
        push_canonical(output, &body, self.numbers);
    }
}

fn line(body: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(body.len());
    push_line(&mut line, body);
    line
}

fn canonical(body: &[u8], numbers: Numbers) -> Vec<u8> {
    let mut output = Vec::with_capacity(body.len());
    push_canonical(&mut output, body, numbers);
    output
}

/// Appends JSON without white space between tokens, and with strings escaped only where they must be: what a Python
/// connector would have written, byte for byte.
pub(crate) fn push_canonical(output: &mut Vec<u8>, json: &[u8], numbers: Numbers) {
    for token in tokens(json) {
        match token {
            Token::String(token) => push_string(output, token),
            Token::Number(token) => push_number(output, token, numbers),
            Token::Other(token) => output.extend_from_slice(token),
        }
    }
}

fn push_string(output: &mut Vec<u8>, token: &[u8]) {
    if memchr(b'\\', token).is_some()
        && let Some(text) = Text::of(token).map(Text::lossy)
    {
        json_slices::push_string(output, &text);
    } else {
        output.extend_from_slice(token);
    }
}

fn push_number(output: &mut Vec<u8>, token: &[u8], numbers: Numbers) {
    let is_decimal = token.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
    match numbers {
        Numbers::Exact => output.extend_from_slice(token),
        // Python knows no negative zero among integers.
        Numbers::Strings if token == b"-0" => output.push(b'0'),
        Numbers::Strings if is_decimal => {
            output.push(b'"');
            match std::str::from_utf8(token).ok().and_then(decimal) {
                Some(text) => output.extend_from_slice(text.as_bytes()),
                None => output.extend_from_slice(token),
            }
            output.push(b'"');
        }
        Numbers::Strings => output.extend_from_slice(token),
    }
}

/// How Python's `Decimal` writes a number: plainly for small exponents, with one digit before the point otherwise.
/// `None` for exponents beyond any sense.
fn decimal(number: &str) -> Option<String> {
    let (sign, number) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    let (coefficient, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = coefficient.split_once('.').unwrap_or((coefficient, ""));
    let exponent: i64 = exponent.parse().ok().filter(|exponent: &i64| exponent.unsigned_abs() < 1 << 60)?;
    let exponent = exponent - i64::try_from(fraction.len()).ok()?;
    let all = format!("{whole}{fraction}");
    let digits = match all.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    // Digits left of the point, if it were written without an exponent.
    let left = exponent + i64::try_from(digits.len()).ok()?;
    let point = if exponent <= 0 && left > -6 { left } else { 1 };
    let mut text = match usize::try_from(point) {
        Ok(point) if point >= digits.len() => format!("{sign}{digits}"),
        Ok(point) if point > 0 => format!("{sign}{}.{}", &digits[..point], &digits[point..]),
        _ => format!("{sign}0.{}{digits}", "0".repeat(usize::try_from(-point).ok()?)),
    };
    if left != point {
        text.push_str(&format!("E{:+}", left - point));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn canonical(json: &str, numbers: Numbers) -> String {
        String::from_utf8(super::canonical(json.as_bytes(), numbers)).unwrap()
    }

    #[test]
    fn decimals_read_as_python_writes_them() {
        // Left: JSON. Right: `str(decimal.Decimal(…))` of CPython 3.12.
        for (json, python) in [
            ("1.5", "1.5"),
            ("2.0", "2.0"),
            ("1e5", "1E+5"),
            ("-0.0", "-0.0"),
            ("0.0", "0.0"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1E-7"),
            ("0.00000012", "1.2E-7"),
            ("1.0E+2", "1.0E+2"),
            ("12.5e-10", "1.25E-9"),
            ("123.456e1", "1234.56"),
            ("123.456e3", "123456"),
            ("123.456e4", "1.23456E+6"),
            ("100e-2", "1.00"),
            ("0e5", "0E+5"),
            ("0e-7", "0E-7"),
            ("0.50", "0.50"),
            ("-12345678901234567890.1234567890", "-12345678901234567890.1234567890"),
        ] {
            assert_eq!(canonical(json, Numbers::Strings), format!("\"{python}\""), "{json}");
            assert_eq!(canonical(json, Numbers::Exact), json);
        }
        let integers = "[0,-7,123456789012345678901234567890]";
        assert_eq!(canonical(integers, Numbers::Strings), integers);
        assert_eq!(canonical("-0", Numbers::Strings), "0");
        assert_eq!(canonical("1e99999999999999999999", Numbers::Strings), "\"1e99999999999999999999\"");
    }

    #[test]
    fn numbers_within_strings_and_at_any_depth() {
        let json = r#"{ "a 1.5" : [ 1.5 , { "b" : "2.0" , "c" : 2.50 } ] }"#;
        assert_eq!(canonical(json, Numbers::Strings), r#"{"a 1.5":["1.5",{"b":"2.0","c":"2.50"}]}"#);
    }

    #[test]
    fn escapes_that_need_not_be_go() {
        assert_eq!(canonical(r#""\u00e9\/\n\u0001\"\\""#, Numbers::Exact), "\"é/\\n\\u0001\\\"\\\\\"");
        assert_eq!(canonical(r#""a\ud800""#, Numbers::Exact), "\"a\u{fffd}\"");
    }

    #[test]
    fn documents_stay_as_they_came_unless_they_span_lines() {
        let document = |body: &str, numbers| {
            String::from_utf8(Documents::new(numbers).of(body.as_bytes()).into_owned()).unwrap()
        };
        assert_eq!(document(r#"{ "a": 1.50 }"#, Numbers::Exact), r#"{ "a": 1.50 }"#);
        assert_eq!(document("{ \"a\":\n1.50 }", Numbers::Exact), r#"{"a":1.50}"#);
        assert_eq!(document(r#"{ "a": 1.50 }"#, Numbers::Strings), r#"{"a":"1.50"}"#);
        for numbers in [Numbers::Exact, Numbers::Strings] {
            let half = document(r#"{"name":"cut \ud83d","\udc00":["\u0000 \ud83d\ude00"]}"#, numbers);
            let read: serde_json::Value = serde_json::from_str(&half).unwrap();
            assert_eq!(read, serde_json::json!({"name": "cut \u{fffd}", "\u{fffd}": ["\0 😀"]}));
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let text = prop_oneof![any::<String>(), "[ \t\n\r\"\\\\{}\\[\\]:,0-9.e-]{0,12}"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            text.clone().prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 4, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(text.clone(), inner, 0..4).prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_the_compact_one(value in json()) {
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(canonical(&pretty, Numbers::Exact), value.to_string());
        }

        #[test]
        fn strings_keep_the_value_of_numbers(number in any::<f64>().prop_filter("finite", |number| number.is_finite())) {
            let text = canonical(&format!("{number:?}"), Numbers::Strings);
            prop_assert_eq!(text.trim_matches('"').parse::<f64>().unwrap(), number);
        }

        #[test]
        fn broken_json_harms_nobody(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            for numbers in [Numbers::Exact, Numbers::Strings] {
                push_canonical(&mut Vec::new(), &bytes, numbers);
            }
        }
    }
}
