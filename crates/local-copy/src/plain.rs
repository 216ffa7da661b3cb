//! Texts without the tags of HTML.

use std::borrow::Cow;

/// Tags that stand within a line.
const INLINE: &[&str] =
    &["a", "b", "code", "em", "font", "i", "mark", "s", "span", "strong", "sub", "sup", "u"];

/// Tags that end one.
const BLOCKS: &[&str] = &[
    "blockquote",
    "br",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

const ENTITIES: &[(&str, &str)] =
    &[("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];

/// A text as a person reads it, for one line: without the tags that HTML has, if it has any. What else stands in angle
/// brackets (`Mia <mia@example.com>`) stays.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    let (mut plain, mut rest, mut has_tags) = (String::new(), text, false);
    while let Some(start) = rest.find('<') {
        let (before, from) = rest.split_at(start);
        plain.push_str(before);
        match tag(from) {
            Some((between, behind)) => {
                has_tags = true;
                plain.push_str(between);
                rest = behind;
            }
            None => {
                plain.push('<');
                rest = &from[1..];
            }
        }
    }
    if !has_tags {
        return Cow::Borrowed(text);
    }
    plain.push_str(rest);
    Cow::Owned(decoded(&plain))
}

/// What stands for the tag at the beginning of a text, and what follows it.
fn tag(text: &str) -> Option<(&'static str, &str)> {
    let inner = text.strip_prefix('<')?;
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let end = inner.find(|letter: char| !letter.is_ascii_alphanumeric())?;
    let (name, rest) = inner.split_at(end);
    if !rest.starts_with(['>', '/', ' ', '\n', '\t']) {
        return None;
    }
    let is_one_of = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let between = match () {
        () if is_one_of(INLINE) => "",
        () if is_one_of(BLOCKS) => " ",
        () => return None,
    };
    // A tag ends before another begins.
    let (inside, behind) = rest.split_once('>')?;
    (!inside.contains('<')).then_some((between, behind))
}

/// Each entity once: what it stands for is no entity.
fn decoded(text: &str) -> String {
    let (mut output, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find('&') {
        output.push_str(&rest[..start]);
        rest = &rest[start..];
        let known = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity));
        let (entity, letter) = known.copied().unwrap_or(("&", "&"));
        output.push_str(letter);
        rest = &rest[entity.len()..];
    }
    output.push_str(rest);
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_no_text_and_other_brackets_are() {
        for (text, shown) in [
            (
                "<p>Good <b>f</b>it; call&nbsp;back</p><P class=\"x\">R&amp;D &amp;lt;</P>",
                " Good fit; call back  R&D &lt; ",
            ),
            (
                "Mia <mia@example.com>, a < b & c > d, <unknown>",
                "Mia <mia@example.com>, a < b & c > d, <unknown>",
            ),
            ("AT&amp;T", "AT&amp;T"),
            ("one<br/>two <p", "one two <p"),
            ("<p <br>x<", "<p  x<"),
            ("", ""),
        ] {
            assert_eq!(plain(text), shown);
        }
    }
}
