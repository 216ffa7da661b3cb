//! Are a request's parameters what the operation takes?

use serde_json::{Map, Value};

use crate::operations::{Answer, Effect, Form, Need, Operation, Paging};

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

    fn input(message: impl Into<String>) -> Self {
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

/// Checks parameters; when not strict, only that the required ones are there.
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
    if !strict {
        return Ok(());
    }
    let paging = paging(operation);
    for (name, value) in parameters {
        if value.is_null() {
            return Err(Refusal::input(format!("{name} must not be null")));
        }
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
                let parameter = parameter.ok_or_else(|| {
                    Refusal::input(format!("{name} is not a parameter of {}", operation.name))
                })?;
                if !has_form(parameter.form, parameter.effect, value) {
                    return Err(Refusal::input(format!("{name} has the wrong type or value")));
                }
            }
        }
    }
    Ok(())
}

fn has_form(form: Form, effect: Effect, value: &Value) -> bool {
    let text = value.as_str();
    match form {
        Form::Uuid => text.is_some_and(is_uuid),
        Form::Text => text.is_some(),
        Form::Flag => value.is_boolean(),
        Form::Integer => value.is_i64(),
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
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
