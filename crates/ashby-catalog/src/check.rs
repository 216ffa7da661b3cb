//! Whether a request is what an operation takes, before it is sent.

use std::fmt;

use serde_json::{Map, Value};

use super::{Field, Operation, Rule, Shape, Type, nearest};

/// What is wrong with a request. It names places and what belongs there, never the values that stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Where: `interviewEvents[0].startTime`; empty for the request as a whole.
    pub path: String,
    /// What is wrong, without the place: `is missing`.
    pub what: String,
    /// What may have been meant.
    pub nearest: Vec<&'static str>,
    /// It is a word that is not among those known; Ashby may know more of them by now.
    pub is_unknown_word: bool,
}

impl Problem {
    /// Something wrong at a place; what may have been meant, if anything is near.
    pub fn new(path: impl Into<String>, what: impl Into<String>, nearest: Vec<&'static str>) -> Self {
        Self { path: path.into(), what: what.into(), nearest, is_unknown_word: false }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.what)?;
        } else {
            write!(f, "{} {}", self.path, self.what)?;
        }
        match &self.nearest[..] {
            [] => Ok(()),
            nearest => write!(f, "; did you mean {}?", nearest.join(" or ")),
        }
    }
}

impl std::error::Error for Problem {}

/// Checks a request: its members, their types, words, formats and bounds, and what holds between them.
///
/// # Errors
/// Everything that is wrong: what is there by name, then what is missing, then what does not go together.
pub fn check(operation: &Operation, request: &Map<String, Value>) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::default();
    problems.members(operation.parameters, request, operation.is_open, true);
    for rule in operation.rules {
        problems.rule(*rule, request);
    }
    problems.into_result()
}

/// Checks a single value.
///
/// # Errors
/// Everything that is wrong with it, with paths that begin with `path`.
pub fn check_value(path: &str, kind: &Type, value: &Value) -> Result<(), Vec<Problem>> {
    let mut problems = Problems { path: path.to_owned(), found: Vec::new() };
    problems.value(kind, value);
    problems.into_result()
}

#[derive(Default)]
struct Problems {
    /// Where the check stands.
    path: String,
    found: Vec<Problem>,
}

impl Problems {
    fn into_result(self) -> Result<(), Vec<Problem>> {
        if self.found.is_empty() { Ok(()) } else { Err(self.found) }
    }

    fn add(&mut self, what: impl Into<String>, nearest: Vec<&'static str>) {
        let path = self.path.clone();
        self.found.push(Problem { path, what: what.into(), nearest, is_unknown_word: false });
    }

    /// Does something one step further down.
    fn within(&mut self, step: &str, work: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if !self.path.is_empty() && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(step);
        work(self);
        self.path.truncate(length);
    }

    fn members(
        &mut self,
        fields: &'static [Field],
        object: &Map<String, Value>,
        is_open: bool,
        is_top: bool,
    ) {
        for (name, value) in object {
            match fields.iter().find(|field| field.name == name) {
                Some(field) => self.within(name, |here| here.field(field, value)),
                None if is_open => {}
                None => {
                    let names = fields.iter().map(|field| field.name);
                    let what =
                        if is_top { "is not a parameter of this operation" } else { "does not belong there" };
                    self.within(name, |here| here.add(what, nearest(name, names)));
                }
            }
        }
        for field in fields.iter().filter(|field| field.required && !object.contains_key(field.name)) {
            self.within(field.name, |here| here.add("is missing", Vec::new()));
        }
    }

    fn field(&mut self, field: &Field, value: &Value) {
        match value {
            Value::Null if field.nullable => {}
            Value::Null if field.required => self.add("must not be null", Vec::new()),
            Value::Null => self.add("must not be null: leave it out", Vec::new()),
            value => self.value(&field.kind, value),
        }
    }

    fn value(&mut self, kind: &Type, value: &Value) {
        let expected = match (kind, value) {
            (Type::Json, _)
            | (Type::Boolean, Value::Bool(_))
            | (Type::Number, Value::Number(_))
            | (Type::String, Value::String(_))
            | (Type::Object, Value::Object(_)) => return,
            (Type::Integer | Type::Milliseconds, Value::Number(number)) if is_whole(number) => return,
            (Type::Enumeration(enumeration), Value::String(word)) => {
                if enumeration.values.contains(&word.as_str()) {
                    return;
                }
                let near = nearest(word, enumeration.values.iter().copied());
                let what = format!("must be one of {}", enumeration.values.join(", "));
                self.add(what, near);
                self.found
                    .iter_mut()
                    .next_back()
                    .into_iter()
                    .for_each(|problem| problem.is_unknown_word = true);
                return;
            }
            (Type::Record(shape), Value::Object(object)) => return self.shape(shape, object),
            (Type::List { of, min, max }, Value::Array(items)) => {
                if items.len() < *min {
                    self.add(format!("must have {min} or more items"), Vec::new());
                }
                if items.len() > *max {
                    self.add(format!("must have no more than {max} items"), Vec::new());
                }
                for (index, item) in items.iter().enumerate() {
                    self.within(&format!("[{index}]"), |here| here.value(of, item));
                }
                return;
            }
            (Type::Either(kinds), value) => {
                let fits = |kind: &&Type| check_value("", kind, value).is_ok();
                if kinds.iter().any(|kind| fits(&kind)) {
                    return;
                }
                // Of an alternative of the same JSON type, say what is wrong with it.
                match kinds.iter().find(|kind| json_type(kind) == json_type_of(value)) {
                    Some(kind) => return self.value(kind, value),
                    None => kind.name().into_owned(),
                }
            }
            (kind, Value::String(text)) if is_text(kind) => match format_of(kind, text) {
                Ok(()) => return,
                Err(expected) => expected.to_owned(),
            },
            (kind, _) => description(kind),
        };
        self.add(format!("must be {expected}"), Vec::new());
    }

    fn shape(&mut self, shape: &'static Shape, object: &Map<String, Value>) {
        self.members(shape.fields, object, false, false);
    }

    fn rule(&mut self, rule: Rule, request: &Map<String, Value>) {
        let given = |names: &[&str]| names.iter().filter(|name| request.contains_key(**name)).count();
        match rule {
            Rule::ExactlyOne(names) if given(names) != 1 => {
                self.add(format!("exactly one of {} must be given", names.join(", ")), Vec::new());
            }
            Rule::AtMostOne(names) if given(names) > 1 => {
                self.add(format!("only one of {} may be given", names.join(", ")), Vec::new());
            }
            Rule::AtLeastOne(names) if given(names) == 0 => {
                self.add(format!("one of {} must be given", names.join(", ")), Vec::new());
            }
            Rule::Requires(name, others) if request.contains_key(name) && given(others) < others.len() => {
                self.within(name, |here| {
                    here.add(format!("needs {} beside it", others.join(", ")), Vec::new())
                });
            }
            _ => {}
        }
    }
}

fn is_whole(number: &serde_json::Number) -> bool {
    number.is_i64() || number.is_u64()
}

/// Whether values of this type are text of a certain format.
fn is_text(kind: &Type) -> bool {
    matches!(kind, Type::Uuid | Type::Id(_) | Type::Instant | Type::Date | Type::Email | Type::Url)
}

/// Whether text has the format of its type; otherwise what was expected.
fn format_of(kind: &Type, text: &str) -> Result<(), &'static str> {
    let (fits, expected) = match kind {
        Type::Uuid | Type::Id(_) => (is_uuid(text), "a UUID"),
        Type::Instant => (text.parse::<jiff::Timestamp>().is_ok(), "an instant such as 2026-01-31T09:00:00Z"),
        Type::Date => (is_date(text), "a date such as 2026-01-31"),
        Type::Email => (is_email(text), "an e-mail address"),
        Type::Url => {
            (url::Url::parse(text).is_ok_and(|url| url.has_host()), "a URL such as https://example.com/")
        }
        _ => (true, ""),
    };
    if fits { Ok(()) } else { Err(expected) }
}

/// What a value of this type looks like.
fn description(kind: &Type) -> String {
    let text = match kind {
        Type::Boolean => "true or false",
        Type::Integer => "a whole number",
        Type::Number => "a number",
        Type::Milliseconds => "a whole number of milliseconds since 1970",
        Type::String | Type::Enumeration(_) => "text",
        Type::Object | Type::Record(_) => "an object",
        Type::List { .. } => "a list",
        kind => return format_of(kind, "").err().unwrap_or("something else").to_owned(),
    };
    text.to_owned()
}

#[derive(PartialEq)]
enum Json {
    Boolean,
    Number,
    Text,
    Object,
    List,
    Any,
}

fn json_type(kind: &Type) -> Json {
    match kind {
        Type::Boolean => Json::Boolean,
        Type::Integer | Type::Number | Type::Milliseconds => Json::Number,
        Type::Object | Type::Record(_) => Json::Object,
        Type::List { .. } => Json::List,
        Type::Json | Type::Either(_) => Json::Any,
        _ => Json::Text,
    }
}

fn json_type_of(value: &Value) -> Json {
    match value {
        Value::Null => Json::Any,
        Value::Bool(_) => Json::Boolean,
        Value::Number(_) => Json::Number,
        Value::String(_) => Json::Text,
        Value::Array(_) => Json::List,
        Value::Object(_) => Json::Object,
    }
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_hex = |part: &&str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(is_hex)
}

/// Days as such, not the many other things that can be read as one.
fn is_date(text: &str) -> bool {
    text.len() == "2026-01-31".len() && text.parse::<jiff::civil::Date>().is_ok()
}

/// Something before and after one `@`; whether mail arrives there, only sending tells.
fn is_email(text: &str) -> bool {
    matches!(text.split_once('@'), Some((name, host)) if !name.is_empty() && !host.is_empty() && !host.contains('@'))
        && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{find, operations};

    const ID: &str = "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b";

    /// What is wrong with a request, as it is printed.
    fn problems(operation: &str, request: &Value) -> Vec<String> {
        let operation = find(operation).expect("it is in the catalog");
        let problems = check(operation, request.as_object().expect("an object")).err().unwrap_or_default();
        problems.iter().map(Problem::to_string).collect()
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_never_with_its_value() {
        for (operation, request, expected) in [
            ("candidate.createNote", json!({"candidateId": ID, "note": "x"}), ""),
            (
                "candidate.createNote",
                json!({"candidateId": ID, "note": {"type": "text/plain", "value": "x"}}),
                "",
            ),
            ("candidate.createNote", json!({"candidateId": ID}), "note is missing"),
            (
                "candidate.createNote",
                json!({"candidateId": "secret", "note": "x"}),
                "candidateId must be a UUID",
            ),
            (
                "candidate.createNote",
                json!({"candidateId": ID, "note": {"type": "text/plane", "value": "x"}}),
                "note.type must be one of text/plain, text/html; did you mean text/plain?",
            ),
            (
                "candidate.createNote",
                json!({"candidateId": ID, "note": "x", "isPrivate": "true"}),
                "isPrivate must be true or false",
            ),
            (
                "candidate.createNote",
                json!({"candidateID": ID, "note": "x"}),
                "candidateID is not a parameter of this operation; did you mean candidateId?; candidateId is missing",
            ),
            ("candidate.list", json!({"limit": "100"}), "limit must be a whole number"),
            ("candidate.list", json!({"cursor": null}), "cursor must not be null: leave it out"),
            ("candidate.info", json!({}), "exactly one of id, externalMappingId must be given"),
            (
                "candidate.info",
                json!({"id": ID, "externalMappingId": "x"}),
                "exactly one of id, externalMappingId must be given",
            ),
            (
                "application.list",
                json!({"status": "active"}),
                "status must be one of Hired, Archived, Active, Lead; did you mean Active?",
            ),
            ("offer.list", json!({"offerStatus": []}), "offerStatus must have 1 or more items"),
            (
                "application.updateHistory",
                json!({"applicationId": ID, "applicationHistory": [{"stageId": ID, "stageNumber": 1.5,
                    "enteredStageAt": "yesterday"}]}),
                "applicationHistory[0].enteredStageAt must be an instant such as 2026-01-31T09:00:00Z; \
                 applicationHistory[0].stageNumber must be a whole number",
            ),
            ("user.search", json!({"email": "nobody"}), "email must be an e-mail address"),
        ] {
            assert_eq!(problems(operation, &request).join("; "), expected, "{operation}");
        }
    }

    proptest! {
        #[test]
        fn any_request_is_judged_without_its_values_being_shown(
            operation in 0..operations().count(),
            value in prop_oneof![
                Just(json!(null)),
                any::<bool>().prop_map(|value| json!(value)),
                any::<f64>().prop_map(|value| json!(value)),
                "SECRET[a-z ]*".prop_map(|value| json!(value)),
                "SECRET[a-z ]*".prop_map(|value| json!([value])),
            ],
        ) {
            let operation = operations().nth(operation).expect("there are so many");
            let request = operation.parameters.iter().map(|field| (field.name.to_owned(), value.clone()));
            if let Err(problems) = check(operation, &request.collect()) {
                for problem in problems {
                    prop_assert!(!problem.to_string().contains("SECRET"), "{problem}");
                }
            }
        }
    }
}
