//! From what a person gave (flags, JSON, a row of a table) to the body of a request that the catalog accepts.

use std::fmt;

use ashby_client::catalog::{self, Enumeration, Field, Operation, Problem, Type};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::failure::{Failure, USAGE};

/// A request that is being put together. What is put in later wins; what is wrong is kept until the end, so that
/// everything wrong is said at once.
#[derive(Clone)]
pub(crate) struct Draft {
    operation: &'static Operation,
    body: Map<String, Value>,
    problems: Vec<Problem>,
}

/// What is wrong with a request: places and what belongs there, never the values that stand there.
#[derive(Debug)]
pub(crate) struct Problems {
    operation: &'static Operation,
    found: Vec<Problem>,
}

/// How the places of a request are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// `--candidate-id`
    Flags,
    /// `candidateId`
    Members,
}

impl Draft {
    /// A request without parameters.
    pub(crate) fn new(operation: &'static Operation) -> Self {
        Self { operation, body: Map::new(), problems: Vec::new() }
    }

    /// Takes members as they are.
    pub(crate) fn merge(&mut self, members: Map<String, Value>) {
        self.body.extend(members);
    }

    /// Sets the parameter `place` (`candidateId`, or `location.city` for a member of one that is an object) to what
    /// its type makes of a text; several texts are the items of a list.
    pub(crate) fn set_texts(&mut self, place: &str, texts: &[impl AsRef<str>]) {
        let Some(field) = field_at(self.operation, place) else {
            let names = self.operation.parameters.iter().map(|field| field.name);
            let nearest = catalog::nearest(place, names);
            return self.problem(place, "is not a parameter of this operation", nearest);
        };
        let value = match (list_item(&field.kind), texts) {
            (Some(item), texts) => items(item, texts),
            (None, [text]) => value(&field.kind, text.as_ref()),
            (None, _) => Err("takes one value".to_owned()),
        };
        let value = value.unwrap_or_else(|what| {
            self.problem(place, what, Vec::new());
            // It is there, only wrong: what is missing is something else.
            Value::Null
        });
        match place.split_once('.') {
            None => drop(self.body.insert(place.to_owned(), value)),
            Some((name, member)) => {
                let object = self.body.entry(name).or_insert_with(|| Map::new().into());
                if !object.is_object() {
                    *object = Map::new().into();
                }
                object[member] = value;
            }
        }
    }

    /// Sets a parameter to null, which takes back what was set in Ashby.
    pub(crate) fn clear(&mut self, name: &str) {
        let found = self.operation.parameters.iter().find(|field| is_called(field.name, name));
        let nullable =
            || self.operation.parameters.iter().filter(|field| field.nullable).map(|field| field.name);
        match found {
            Some(field) if self.body.contains_key(field.name) => {
                self.problem(field.name, "cannot be both given and cleared", Vec::new());
            }
            Some(field) if field.nullable => drop(self.body.insert(field.name.to_owned(), Value::Null)),
            Some(field) => {
                let near = nullable().collect();
                self.problem(field.name, "cannot be cleared", near);
            }
            None => {
                let near = catalog::nearest(name, nullable());
                self.problem(name, "is not a parameter of this operation, and cannot be cleared", near);
            }
        }
    }

    /// Sets a member that the catalog does not know, from `name=JSON`; only for operations that may have such.
    pub(crate) fn set_other(&mut self, assignment: &str) {
        let Some((name, json)) = assignment.split_once('=') else {
            return self.problem("--set", "must be NAME=JSON", Vec::new());
        };
        if !self.operation.is_open && self.operation.parameter(name).is_none() {
            let names = self.operation.parameters.iter().map(|field| field.name);
            let near = catalog::nearest(name, names);
            return self.problem(name, "is not a parameter of this operation", near);
        }
        match serde_json::from_str(json) {
            Ok(value) => drop(self.body.insert(name.to_owned(), value)),
            Err(_) => {
                let what = "must be given as JSON: text in double quotes, numbers and true as they are";
                self.problem(name, what, Vec::new());
            }
        }
    }

    /// The body, as the catalog wants it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn finish(self) -> Result<Map<String, Value>, Problems> {
        let Self { operation, body, problems: mut found } = self;
        if let Err(more) = catalog::check(operation, &body) {
            // What a text could not become is said already.
            let is_known = |problem: &Problem| found.iter().any(|known| known.path == problem.path);
            let more: Vec<_> = more.into_iter().filter(|problem| !is_known(problem)).collect();
            found.extend(more);
        }
        if found.is_empty() { Ok(body) } else { Err(Problems { operation, found }) }
    }

    fn problem(&mut self, path: &str, what: impl Into<String>, nearest: Vec<&'static str>) {
        self.problems.push(Problem { path: path.to_owned(), what: what.into(), nearest });
    }
}

impl Problems {
    /// A line for each.
    pub(crate) fn lines(&self, spelling: Spelling) -> impl Iterator<Item = String> + '_ {
        self.found.iter().map(move |problem| match spelling {
            Spelling::Members => problem.to_string(),
            Spelling::Flags => self.with_flags(problem),
        })
    }

    /// The failure of a command that was called like this.
    pub(crate) fn into_failure(self, spelling: Spelling) -> Failure {
        let name = self.operation.name;
        let lines: Vec<String> = self.lines(spelling).collect();
        let message = match &lines[..] {
            [line] => format!("{name}: {line}"),
            lines => format!("{name}: {} things are wrong:\n  {}", lines.len(), lines.join("\n  ")),
        };
        Failure::new(USAGE, message).with_hint(format!("`ashby call {name} --help` lists its flags"))
    }

    fn with_flags(&self, problem: &Problem) -> String {
        let is_parameter = |name: &str| self.operation.parameter(name).is_some();
        let spell = |name: &str| if is_parameter(name) { flag(name) } else { name.to_owned() };
        // Rules name several parameters in their text.
        let what = if problem.path.is_empty() || problem.what.starts_with("needs ") {
            let words = problem.what.split(' ').map(|word| match word.strip_suffix(',') {
                Some(word) => format!("{},", spell(word)),
                None => spell(word),
            });
            words.collect::<Vec<_>>().join(" ")
        } else {
            problem.what.clone()
        };
        let name = problem.path.split(['.', '[']).next().unwrap_or_default();
        let path = match problem.path.strip_prefix(name) {
            Some(rest) if is_parameter(name) => match rest.strip_prefix('.') {
                Some(member) if !member.contains(['.', '[']) => format!("{}.{}", flag(name), kebab(member)),
                _ => format!("{}{rest}", flag(name)),
            },
            _ => problem.path.clone(),
        };
        let nearest = problem.nearest.iter().map(|name| spell(name)).collect::<Vec<_>>();
        let mut text = if path.is_empty() { what } else { format!("{path} {what}") };
        if !nearest.is_empty() {
            text.push_str(&format!("; did you mean {}?", nearest.join(" or ")));
        }
        text
    }
}

/// As in JSON.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines(Spelling::Members).collect::<Vec<_>>().join("; "))
    }
}

/// `candidateId` as `--candidate-id`.
pub(crate) fn flag(name: &str) -> String {
    format!("--{}", kebab(name))
}

/// `candidateId` as `candidate-id`.
pub(crate) fn kebab(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        match character {
            '_' => text.push('-'),
            upper if upper.is_ascii_uppercase() => {
                if !text.is_empty() {
                    text.push('-');
                }
                text.push(upper.to_ascii_lowercase());
            }
            other => text.push(other),
        }
    }
    text
}

/// Whether a person means this parameter: `candidateId`, `candidate-id` and `--candidate-id` are the same.
fn is_called(name: &str, given: &str) -> bool {
    given == name || given.trim_start_matches('-') == kebab(name)
}

/// The parameter or the member of one that `place` names.
fn field_at(operation: &Operation, place: &str) -> Option<&'static Field> {
    match place.split_once('.') {
        None => operation.parameter(place),
        Some((name, member)) => {
            members(&operation.parameter(name)?.kind).iter().find(|field| field.name == member)
        }
    }
}

/// The members that values of a type can have, if they are objects of a known shape.
pub(crate) fn members(kind: &Type) -> &'static [Field] {
    match kind {
        Type::Record(shape) => shape.fields,
        Type::Either(kinds) => {
            kinds.iter().map(members).find(|fields| !fields.is_empty()).unwrap_or_default()
        }
        _ => &[],
    }
}

/// What the items of a list are, if values of this type are or may be lists.
pub(crate) fn list_item(kind: &Type) -> Option<&'static Type> {
    match kind {
        Type::List { of, .. } => Some(of),
        Type::Either(kinds) => kinds.iter().find_map(list_item),
        _ => None,
    }
}

/// A list from texts, each of which is an item or a JSON list of items.
fn items(kind: &'static Type, texts: &[impl AsRef<str>]) -> Result<Value, String> {
    let mut all = Vec::new();
    for text in texts {
        match serde_json::from_str(text.as_ref()) {
            Ok(Value::Array(items)) => all.extend(items),
            _ => all.push(value(kind, text.as_ref())?),
        }
    }
    Ok(Value::Array(all))
}

/// What a type makes of a text; otherwise what the text must be. Text that only its format makes wrong is passed on:
/// the check of the whole request finds it.
fn value(kind: &Type, text: &str) -> Result<Value, String> {
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
        Type::Object | Type::Record(_) => match serde_json::from_str(text) {
            Ok(Value::Object(object)) => Ok(object.into()),
            _ => wrong("must be a JSON object"),
        },
        Type::List { of, .. } => items(of, &[text]),
        Type::Json => json(text),
        Type::Either(kinds) => {
            let made = kinds.iter().map(|kind| (kind, value(kind, text)));
            let mut made: Vec<_> = made.filter_map(|(kind, made)| Some((kind, made.ok()?))).collect();
            // Of several that fit, text comes last: anything is text.
            made.sort_by_key(|(_, value)| value.is_string());
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

/// JSON as it is; other text as text, unless it looks like JSON that was meant otherwise.
fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).or_else(|_| {
        let looks_like_json = text.trim_start().starts_with(['{', '[', '"'])
            || ["true", "false", "null"].iter().any(|word| text.trim().eq_ignore_ascii_case(word));
        if looks_like_json { Err("must be JSON".to_owned()) } else { Ok(text.into()) }
    })
}

#[cfg(test)]
mod tests;
