//! What the types of the catalog make of texts.

use ashby_client::catalog::{self, Enumeration, Field, Type};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

/// The members that values of a type can have, if they are objects of a known shape.
pub fn members(kind: &Type) -> &'static [Field] {
    match kind {
        Type::Record(shape) => shape.fields,
        Type::Either(kinds) => {
            kinds.iter().map(members).find(|fields| !fields.is_empty()).unwrap_or_default()
        }
        _ => &[],
    }
}

/// What the items of a list are, if values of this type are or may be lists.
pub fn list_item(kind: &Type) -> Option<&'static Type> {
    match kind {
        Type::List { of, .. } => Some(of),
        Type::Either(kinds) => kinds.iter().find_map(list_item),
        _ => None,
    }
}

/// A list from texts, each of which is an item or a JSON list of items.
pub(crate) fn items(kind: &'static Type, texts: &[impl AsRef<str>]) -> Result<Value, String> {
    let mut all = Vec::new();
    for text in texts {
        match json_slices::read(text.as_ref().as_bytes()) {
            Ok(Value::Array(items)) => all.extend(items),
            _ => all.push(value(kind, text.as_ref())?),
        }
    }
    Ok(Value::Array(all))
}

/// What a type makes of a text; otherwise what the text must be. Text that only its format makes wrong is passed on:
/// the check of the whole request finds it.
pub(crate) fn value(kind: &Type, text: &str) -> Result<Value, String> {
    let wrong = |what: &str| Err(what.to_owned());
    match kind {
        Type::Boolean => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => wrong("must be true or false"),
        },
        Type::Integer => whole(text).ok_or_else(|| "must be a whole number".to_owned()),
        Type::Number => match serde_json::from_str(text) {
            Ok(Value::Number(number)) => Ok(number.into()),
            _ => wrong("must be a number"),
        },
        Type::Milliseconds => whole(text)
            .or_else(|| instant(text).map(|instant| instant.as_millisecond().into()))
            .ok_or_else(|| {
                "must be an instant such as 2026-01-31T09:00:00Z, a date, or milliseconds since 1970"
                    .to_owned()
            }),
        Type::Instant => Ok(instant(text).map_or_else(|| text.into(), |instant| instant.to_string().into())),
        Type::Enumeration(enumeration) => Ok(word(enumeration, text).into()),
        Type::Object | Type::Record(_) => match json_slices::read(text.as_bytes()) {
            Ok(Value::Object(object)) => Ok(object.into()),
            _ => wrong("must be a JSON object"),
        },
        Type::List { of, .. } => items(of, &[text]),
        Type::Json => json(text),
        Type::Either(kinds) => {
            let made = kinds.iter().map(|kind| (kind, value(kind, text)));
            let mut made: Vec<_> = made.filter_map(|(kind, made)| Some((kind, made.ok()?))).collect();
            // Of several that fit, text comes last, for anything is text; but before a number that would change.
            made.sort_by_key(|(_, value)| (changes(value, text), value.is_string()));
            let fits = |(kind, value): &(&Type, Value)| catalog::check_value("", kind, value).is_ok();
            match made.iter().position(fits).or(made.len().checked_sub(1)) {
                Some(index) => Ok(made.swap_remove(index).1),
                None => Err(format!("must be {}", kind.name())),
            }
        }
        Type::String | Type::Uuid | Type::Id(_) | Type::Date | Type::Email | Type::Url => Ok(text.into()),
    }
}

fn whole(text: &str) -> Option<Value> {
    let text = text.trim();
    text.parse::<i64>().map(Value::from).ok().or_else(|| text.parse::<u64>().map(Value::from).ok())
}

/// An instant, or the midnight (UTC) at which a day begins.
fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let day: Date = text.parse().ok().filter(|_| text.len() == "2026-01-31".len())?;
        Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

/// The word that is meant: case does not count unless words differ in nothing else.
fn word<'a>(enumeration: &Enumeration, text: &'a str) -> &'a str
where
    'static: 'a,
{
    let values = enumeration.values;
    if values.contains(&text) {
        return text;
    }
    let mut alike = values.iter().filter(|value| value.eq_ignore_ascii_case(text));
    match (alike.next(), alike.next()) {
        (Some(value), None) => value,
        _ => text,
    }
}

/// Whether a number is written otherwise than it was given: `1.10`, `1e5`, and what has more digits than a number holds.
fn changes(value: &Value, text: &str) -> bool {
    matches!(value, Value::Number(number) if number.to_string() != text.trim())
}

/// JSON as it is; other text as text, unless it looks like JSON that was meant otherwise. A number that would change is
/// text: a version, a code.
fn json(text: &str) -> Result<Value, String> {
    match json_slices::read::<Value>(text.as_bytes()) {
        Ok(number) if changes(&number, text) => return Ok(text.into()),
        read => read,
    }
    .or_else(|_| {
        let looks_like_json = text.trim_start().starts_with(['{', '[', '"'])
            || ["true", "false", "null"].iter().any(|word| text.trim().eq_ignore_ascii_case(word));
        if looks_like_json { Err("must be JSON".to_owned()) } else { Ok(text.into()) }
    })
}
