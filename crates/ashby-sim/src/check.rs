//! Are a request's parameters what the operation takes?

use serde_json::{Map, Value};

use crate::operations::{Answer, Effect, Form, Member, Need, Operation, Paging};
use crate::world::NOW_MS;

/// Why a request is not answered, in Ashby's words: a code and a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new("invalid_input", message)
    }
}

/// The paging of an operation; none for those that list nothing.
pub(crate) fn paging(operation: &Operation) -> Paging {
    match operation.answer {
        Answer::List { paging, .. } => paging,
        _ => Paging::None,
    }
}

/// Checks parameters; when not strict, only that the required ones are there, and what is to be written.
pub(crate) fn check(
    operation: &Operation,
    parameters: &Map<String, Value>,
    strict: bool,
) -> Result<(), Refusal> {
    for parameter in operation.parameters {
        if parameter.need == Need::Required && !parameters.contains_key(parameter.name) {
            return Err(Refusal::input(format!("{} is required", parameter.name)));
        }
    }
    let alternatives: Vec<&str> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.need == Need::OneOf)
        .map(|parameter| parameter.name)
        .collect();
    if !alternatives.is_empty() && !alternatives.iter().any(|name| parameters.contains_key(*name)) {
        return Err(Refusal::input(format!("one of {} is required", alternatives.join(", "))));
    }
    // What is written must make sense even where nobody is strict.
    if !strict && !matches!(operation.answer, Answer::Write(_)) {
        return Ok(());
    }
    let paging = paging(operation);
    for (name, value) in parameters {
        match (name.as_str(), paging) {
            ("limit", Paging::Cursor | Paging::Token) => {
                let limit = value.as_f64().filter(|limit| limit.fract() == 0.0);
                if !limit.is_some_and(|limit| (1.0..=100.0).contains(&limit)) {
                    return Err(Refusal::input("limit must be a whole number from 1 to 100"));
                }
            }
            ("cursor", Paging::Cursor | Paging::Token) | ("syncToken", Paging::Token) => {
                if !value.is_string() {
                    return Err(Refusal::input(format!("{name} must be a string")));
                }
            }
            _ => {
                let parameter = operation.parameters.iter().find(|parameter| parameter.name == name);
                match parameter {
                    Some(parameter) => check_form(parameter.form, parameter.effect, value, name)?,
                    None if strict => {
                        return Err(Refusal::input(format!(
                            "{name} is not a parameter of {}",
                            operation.name
                        )));
                    }
                    None => {}
                }
            }
        }
    }
    check_created(operation, parameters)
}

/// Where both ends of a span of creation can be given, Ashby refuses one that ends before it begins, and an end that lies in
/// the future. What is future is told by this machine's clock, or by that of the records where they are ahead of it.
fn check_created(operation: &Operation, parameters: &Map<String, Value>) -> Result<(), Refusal> {
    let ends = ["createdAfter", "createdBefore"];
    if !ends.iter().all(|end| operation.parameters.iter().any(|parameter| parameter.name == *end)) {
        return Ok(());
    }
    let now_ms = jiff::Timestamp::now().as_millisecond().max(NOW_MS);
    let [after, before] = ends.map(|end| parameters.get(end).and_then(Value::as_i64));
    for (name, given) in ends.into_iter().zip([after, before]) {
        if given.is_some_and(|given| given > now_ms) {
            return Err(Refusal::input(format!("{name} must not be in the future")));
        }
    }
    match after.zip(before) {
        Some((after, before)) if after > before => {
            Err(Refusal::input("createdAfter must not be later than createdBefore"))
        }
        _ => Ok(()),
    }
}

/// Checks a value; `path` is where it stands, for the message.
fn check_form(form: Form, effect: Effect, value: &Value, path: &str) -> Result<(), Refusal> {
    let text = value.as_str();
    let right = match form {
        Form::OrNull(_) if value.is_null() => true,
        _ if value.is_null() => return Err(Refusal::input(format!("{path} must not be null"))),
        Form::OrNull(form) => return check_form(*form, effect, value, path),
        Form::Uuid => text.is_some_and(is_uuid),
        Form::Text => text.is_some(),
        Form::Flag => value.is_boolean(),
        Form::Integer => value.is_i64(),
        Form::Number => value.is_number(),
        Form::Instant => text.is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
        Form::Choice(choices) => text.is_some_and(|text| choices.contains(&text)),
        Form::Choices(choices, least) => value.as_array().is_some_and(|values| {
            values.len() >= least
                && values.iter().all(|value| value.as_str().is_some_and(|text| choices.contains(&text)))
        }),
        Form::Texts => value.as_array().is_some_and(|values| {
            values.len() <= 100
                && values.iter().all(|value| match (value.as_str(), effect) {
                    (Some(text), Effect::Expands(known)) => {
                        known.iter().any(|expansion| expansion.value == text)
                    }
                    (text, _) => text.is_some(),
                })
        }),
        Form::Each(form) => match value {
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    check_form(*form, effect, item, &format!("{path}[{place}]"))?;
                }
                true
            }
            _ => false,
        },
        Form::Object(members) => match value {
            Value::Object(values) => return check_members(members, effect, values, path),
            _ => false,
        },
        Form::Map => value.is_object(),
        Form::Either(one, other) => {
            check_form(*one, effect, value, path).is_ok() || check_form(*other, effect, value, path).is_ok()
        }
        Form::Any => true,
    };
    if right { Ok(()) } else { Err(Refusal::input(format!("{path} has the wrong type or value"))) }
}

fn check_members(
    members: &[Member],
    effect: Effect,
    values: &Map<String, Value>,
    path: &str,
) -> Result<(), Refusal> {
    if let Some(missing) = members.iter().find(|member| member.required && !values.contains_key(member.name))
    {
        return Err(Refusal::input(format!("{path}.{} is required", missing.name)));
    }
    for (name, value) in values {
        let path = format!("{path}.{name}");
        let member = members
            .iter()
            .find(|member| member.name == name)
            .ok_or_else(|| Refusal::input(format!("{path} is not known")))?;
        check_form(member.form, effect, value, &path)?;
    }
    Ok(())
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
