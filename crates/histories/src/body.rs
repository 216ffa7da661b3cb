//! What records look like as JSON: ordinary, spaced, over several lines, with odd characters and odd names.

/// How a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Spaced,
    Nested,
    /// Line breaks between the tokens, and no other white space.
    Lines,
    /// Half of a surrogate pair in a value: JSON allows it, Unicode does not.
    HalfInValue,
    /// The same in a member's name.
    HalfInName,
}

/// The styles that every history has.
pub(crate) const USUAL: [Style; 4] = [Style::Plain, Style::Spaced, Style::Nested, Style::Lines];
/// The styles of histories with odd records.
pub(crate) const ODD: [Style; 2] = [Style::HalfInValue, Style::HalfInName];

/// A record's JSON; `arrays` is put in as it is: `"interviewEvents":[…]`.
pub(crate) fn body(key: &str, version: u64, style: Style, array: Option<&str>) -> String {
    let more = array.map_or(String::new(), |array| format!(",{array}"));
    match style {
        Style::Plain => format!(r#"{{"id":"{key}","v":{version},"name":"Nobody"{more}}}"#),
        Style::Spaced => {
            format!(r#"{{ "v" : {version}, "id":	"{key}" , "share":1.50,"name":"\u00e9é \"x\\ 😀"{more} }}"#)
        }
        Style::Nested => {
            format!(
                r#"{{"inner":{{"id":"not this","list":[1,[],{{}},null,-0.0e1]}},"id":"{key}","v":{version},"name":null{more}}}"#
            )
        }
        Style::Lines => format!("{{\n\"id\":\"{key}\",\n\"v\":{version}{more}\r\n}}"),
        Style::HalfInValue => format!(r#"{{"id":"{key}","v":{version},"name":"\ud83d half"{more}}}"#),
        Style::HalfInName => format!(r#"{{"id":"{key}","\udc00":"half","v":{version}{more}}}"#),
    }
}

/// `{"a":1}` with `"member":"value",` in front.
pub(crate) fn prefixed(member: &str, value: &str, body: &str) -> String {
    format!(r#"{{"{member}":"{value}",{}"#, &body[1..])
}

/// Without white space between the tokens: what is compared where a record of several lines became one line.
pub(crate) fn compact(body: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    body.chars()
        .filter(|character| {
            let is_kept = in_string || !character.is_ascii_whitespace();
            match character {
                '"' if !escaped => in_string = !in_string,
                _ => {}
            }
            escaped = in_string && !escaped && *character == '\\';
            is_kept
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_is_json_and_fits_on_a_line() {
        for style in USUAL.into_iter().chain(ODD) {
            let text = body("k", 3, style, Some(r#""interviewEvents":[]"#));
            for text in [text.clone(), compact(&text), prefixed("parentId", "p", &text)] {
                let raw: Box<serde_json::value::RawValue> = serde_json::from_str(&text).unwrap();
                assert_eq!(raw.get(), text);
            }
            assert!(!compact(&text).contains('\n'));
            assert_eq!(compact(r#"{ "a b" : "c \" \\" , "d":	1 }"#), r#"{"a b":"c \" \\","d":1}"#);
        }
    }
}
