//! The arguments of tools: one table says what there is, and from it follow the published schema and the check of what
//! comes. The schema keeps to what every host takes: no unions, no references, no `null`, no bare `true`.

use ashby_client::catalog;
use serde_json::{Map, Value, json};

use crate::error::Error;

/// What an argument may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Text that is not empty.
    Text,
    /// An RFC 3339 instant.
    Instant,
    /// One of several words.
    Word(fn() -> Vec<&'static str>),
    /// A list of several words.
    Words(fn() -> Vec<&'static str>),
    /// A list of texts.
    Texts,
    /// A whole number, at least 1, of which more than the most counts as the most.
    Number { usual: u64, most: u64 },
    /// A whole number, from 0 on.
    Whole,
    /// Yes or no.
    Truth,
    /// An object with any members.
    Object,
}

/// An argument.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Argument {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) about: &'static str,
    /// What it was called before; still taken.
    pub(crate) formerly: Option<&'static str>,
}

impl Argument {
    pub(crate) const fn formerly(mut self, name: &'static str) -> Self {
        self.formerly = Some(name);
        self
    }
}

pub(crate) const fn required(name: &'static str, kind: Kind, about: &'static str) -> Argument {
    Argument { name, kind, required: true, about, formerly: None }
}

pub(crate) const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Argument {
    Argument { name, kind, required: false, about, formerly: None }
}

/// The argument with which long results go on.
pub(crate) const CURSOR: Argument =
    optional("cursor", Kind::Text, "Where the result before ended: its `cursor`, with the same arguments");

/// The schema of these arguments.
pub(crate) fn schema(arguments: &[Argument]) -> Map<String, Value> {
    let properties: Map<String, Value> = arguments
        .iter()
        .map(|argument| {
            let mut schema = match argument.kind {
                Kind::Text => json!({"type": "string"}),
                Kind::Instant => json!({"type": "string"}),
                Kind::Word(words) => json!({"type": "string", "enum": words()}),
                Kind::Words(words) => {
                    json!({"type": "array", "items": {"type": "string", "enum": words()}})
                }
                Kind::Texts => json!({"type": "array", "items": {"type": "string"}}),
                Kind::Number { most, .. } => json!({"type": "integer", "minimum": 1, "maximum": most}),
                Kind::Whole => json!({"type": "integer", "minimum": 0}),
                Kind::Truth => json!({"type": "boolean"}),
                Kind::Object => json!({"type": "object", "additionalProperties": true}),
            };
            schema["description"] = argument.about.into();
            (argument.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> =
        arguments.iter().filter(|argument| argument.required).map(|argument| argument.name).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema
}

/// Arguments as they came, checked.
#[derive(Debug)]
pub(crate) struct Given(Map<String, Value>);

impl Given {
    /// Checks what came. `null` counts as absent: some hosts send it for what a model left out.
    pub(crate) fn check(arguments: &[Argument], given: Option<Map<String, Value>>) -> Result<Self, Error> {
        let mut given = given.unwrap_or_default();
        given.retain(|_, value| !value.is_null());
        for argument in arguments {
            if let Some(formerly) = argument.formerly
                && !given.contains_key(argument.name)
                && let Some(value) = given.remove(formerly)
            {
                given.insert(argument.name.to_owned(), value);
            }
        }
        for name in given.keys() {
            if !arguments.iter().any(|argument| argument.name == name) {
                let known: Vec<&str> = arguments.iter().map(|argument| argument.name).collect();
                let nearest = catalog::nearest(name, known.iter().copied());
                let hint = match nearest.first() {
                    Some(nearest) => format!("did you mean {nearest}?"),
                    None => format!("arguments are {}", known.join(", ")),
                };
                let shown = outside_text::name(name).into_owned();
                return Err(Error::new("unknown_parameter", format!("there is no argument {shown}"))
                    .field(shown)
                    .hint(hint));
            }
        }
        for argument in arguments {
            match given.get(argument.name) {
                Some(value) => check(argument, value)?,
                None if argument.required => {
                    let message = format!("{} is missing: {}", argument.name, argument.about);
                    return Err(Error::new("missing_parameter", message).field(argument.name));
                }
                None => {}
            }
        }
        Ok(Self(given))
    }

    /// Arguments of ours.
    pub(crate) fn trusted(arguments: Map<String, Value>) -> Self {
        Self(arguments)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// Of an argument that is required.
    pub(crate) fn required(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        let items = self.0.get(name).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    pub(crate) fn number(&self, argument: &Argument) -> usize {
        let Kind::Number { usual, most } = argument.kind else { return 0 };
        let number = self.0.get(argument.name).and_then(Value::as_u64).unwrap_or(usual).min(most);
        usize::try_from(number).unwrap_or(usize::MAX)
    }

    /// Nothing is 0.
    pub(crate) fn whole(&self, name: &str) -> usize {
        let number = self.0.get(name).and_then(Value::as_u64).unwrap_or(0);
        usize::try_from(number).unwrap_or(usize::MAX)
    }

    pub(crate) fn truth(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    pub(crate) fn object(&self, name: &str) -> Map<String, Value> {
        self.0.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
    }

    pub(crate) fn instant(&self, name: &str) -> Option<jiff::Timestamp> {
        self.text(name).and_then(instant)
    }

    /// What the answer depends on, apart from where it begins.
    pub(crate) fn question(&self) -> Value {
        let mut question = self.0.clone();
        question.remove("cursor");
        question.remove("limit");
        question.into()
    }
}

/// An instant, or a day, which begins in UTC.
fn instant(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok().or_else(|| {
        let day: jiff::civil::Date = text.parse().ok()?;
        Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}

fn check(argument: &Argument, value: &Value) -> Result<(), Error> {
    let one_of = |words: &[&str], value: &Value| value.as_str().is_some_and(|word| words.contains(&word));
    let list =
        |is_one: &dyn Fn(&Value) -> bool| value.as_array().is_some_and(|items| items.iter().all(is_one));
    let (is_fine, wanted) = match argument.kind {
        Kind::Text => (value.as_str().is_some_and(|text| !text.trim().is_empty()), "text".to_owned()),
        Kind::Instant => (
            value.as_str().is_some_and(|text| instant(text).is_some()),
            "an instant such as 2026-01-31T00:00:00Z, or a day".to_owned(),
        ),
        Kind::Word(words) => (one_of(&words(), value), format!("one of {}", words().join(", "))),
        Kind::Words(words) => {
            (list(&|item| one_of(&words(), item)), format!("a list of {}", words().join(", ")))
        }
        Kind::Texts => (list(&Value::is_string), "a list of texts".to_owned()),
        Kind::Number { most, .. } => {
            (value.as_u64().is_some_and(|number| number > 0), format!("a whole number from 1 to {most}"))
        }
        Kind::Whole => (value.is_u64(), "a whole number from 0 on".to_owned()),
        Kind::Truth => (value.is_boolean(), "true or false".to_owned()),
        Kind::Object => (value.is_object(), "an object".to_owned()),
    };
    if is_fine {
        return Ok(());
    }
    let code = match argument.kind {
        Kind::Word(_) if argument.name == "stream" => "unknown_stream",
        _ => "invalid_parameter",
    };
    let error = Error::new(code, format!("{} must be {wanted}", argument.name)).field(argument.name);
    let (Kind::Word(words), Some(word)) = (argument.kind, value.as_str()) else { return Err(error) };
    Err(match catalog::nearest(word, words()).first() {
        Some(nearest) => error.hint(format!("did you mean {nearest}?")),
        None => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[Argument] = &[
        required("query", Kind::Text, "Words"),
        optional("kind", Kind::Word(|| vec!["jobs", "notes"]), "Which"),
        optional("limit", Kind::Number { usual: 10, most: 50 }, "How many"),
        optional("since", Kind::Instant, "When"),
    ];

    fn checked(given: &Value) -> Result<Given, Error> {
        Given::check(ALL, given.as_object().cloned())
    }

    #[test]
    fn every_wrong_argument_is_named() {
        for (given, code, field, said) in [
            (json!({}), "missing_parameter", "query", "Words"),
            (json!({"query": 3}), "invalid_parameter", "query", "text"),
            (json!({"query": " "}), "invalid_parameter", "query", "text"),
            (json!({"query": "x", "kind": "job"}), "invalid_parameter", "kind", "jobs, notes"),
            (json!({"query": "x", "limit": 0}), "invalid_parameter", "limit", "1 to 50"),
            (json!({"query": "x", "limit": "5"}), "invalid_parameter", "limit", "1 to 50"),
            (json!({"query": "x", "since": "soon"}), "invalid_parameter", "since", "2026-01-31"),
            (json!({"query": "x", "limits": 5}), "unknown_parameter", "limits", "limits"),
        ] {
            let error = checked(&given).unwrap_err();
            assert_eq!((error.code, error.field.as_deref()), (code, Some(field)), "{given}");
            assert!(error.message.contains(said), "{error}");
        }
        let given =
            checked(&json!({"query": "x", "limit": 500, "kind": null, "since": "2026-01-31"})).unwrap();
        assert_eq!(given.number(&ALL[2]), 50);
        assert_eq!(given.instant("since"), Some("2026-01-31T00:00:00Z".parse().unwrap()));
    }
}
