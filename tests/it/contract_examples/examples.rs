//! Example results from Ashby's OpenAPI document: whole ones as they stand, others put together from their parts.

use serde_json::{Map, Value, json};

/// How often alternatives are taken in turn: more than any schema has of them.
const ROUNDS: usize = 8;

/// Schemas nest less deeply than this, unless they contain themselves.
const MAX_DEPTH: usize = 24;

/// What is taken where a schema offers a choice.
#[derive(Clone, Copy)]
struct Choice {
    /// Which of several alternatives.
    round: usize,
    /// Whether the example of a whole object or list is taken, if there is one.
    whole: bool,
}

/// Every operation of the document with examples of its results.
pub(super) fn of(document: &Value) -> Vec<(String, Vec<Value>)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let results = paths.map(|(path, item)| {
        let content = &item["post"]["responses"]["200"]["content"]["application/json"];
        let mut results: Vec<Value> = content["examples"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(_, example)| resolve(document, example)["value"].get("results").cloned())
            .collect();
        for round in 0..ROUNDS {
            for whole in [true, false] {
                let choice = Choice { round, whole };
                let schema = success(document, &content["schema"]);
                results.extend(schema.and_then(|schema| example(document, &schema, choice, 0)));
            }
        }
        let mut distinct: Vec<Value> = Vec::new();
        results.into_iter().for_each(|result| {
            if !distinct.contains(&result) {
                distinct.push(result);
            }
        });
        (path.trim_start_matches('/').to_owned(), distinct)
    });
    results.collect()
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let pointer = schema["$ref"].as_str().and_then(|pointer| pointer.strip_prefix('#'));
    match pointer.and_then(|pointer| document.pointer(pointer)) {
        Some(meant) => resolve(document, meant),
        None => schema,
    }
}

/// The schema of `results`, wherever in the response's schema it stands.
fn success(document: &Value, schema: &Value) -> Option<Value> {
    let schema = resolve(document, schema);
    if let Some(results) = properties(document, schema).and_then(|properties| properties.get("results")) {
        return Some(results.clone());
    }
    let parts = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|name| schema[name].as_array()).flatten();
    parts.filter_map(|part| success(document, part)).next_back()
}

/// A schema's properties; some documents have a reference in their place.
fn properties<'a>(document: &'a Value, schema: &'a Value) -> Option<&'a Map<String, Value>> {
    resolve(document, schema.get("properties")?).as_object()
}

/// An example of what a schema describes; nothing if it is too deep.
fn example(document: &Value, schema: &Value, choice: Choice, depth: usize) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    let schema = resolve(document, schema);
    let within = |schema: &Value| example(document, schema, choice, depth + 1);
    let is_composed =
        ["properties", "items", "oneOf", "anyOf", "allOf"].iter().any(|name| schema.get(name).is_some());
    let given = schema.get("example").or_else(|| schema["examples"].get(0)).or_else(|| schema.get("const"));
    if let Some(given) = given.filter(|_| choice.whole || !is_composed) {
        return Some(given.clone());
    }
    if let Some(alternatives) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        return within(&alternatives[choice.round % alternatives.len()]);
    }
    if let Some(words) = schema["enum"].as_array() {
        return Some(words[choice.round % words.len()].clone());
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let says_something = |part: &&Value| {
            let part = resolve(document, part).as_object();
            part.is_some_and(|part| part.keys().any(|name| !matches!(&name[..], "description" | "title")))
        };
        let own = properties(document, schema).is_some().then(|| members(document, schema, choice, depth));
        let values = parts.iter().filter(says_something).filter_map(within).chain(own);
        return values.reduce(|before, after| match (before, after) {
            (Value::Object(mut before), Value::Object(after)) => {
                before.extend(after);
                Value::Object(before)
            }
            (Value::Object(before), _) => Value::Object(before),
            (_, after) => after,
        });
    }
    if schema.get("properties").is_some() {
        return Some(members(document, schema, choice, depth));
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        Value::Null => vec![json!("any")],
        kind => vec![kind.clone()],
    };
    Some(match types[choice.round % types.len()].as_str() {
        Some("array") => Value::Array(schema.get("items").and_then(within).into_iter().collect()),
        Some("object") => json!({}),
        Some("boolean") => json!(true),
        Some("integer") => json!(7),
        Some("number") => json!(7.5),
        Some("string") => match schema["format"].as_str() {
            Some("uuid") => json!("9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b"),
            Some("date-time") => json!("2026-01-31T09:00:00.000+01:00"),
            Some("date") => json!("2026-01-31"),
            _ => json!("text"),
        },
        Some("any") => json!({"any": [1, null]}),
        _ => Value::Null,
    })
}

/// An object of examples of a schema's own properties.
fn members(document: &Value, schema: &Value, choice: Choice, depth: usize) -> Value {
    let members = properties(document, schema).into_iter().flatten();
    let members = members
        .filter_map(|(name, schema)| Some((name.clone(), example(document, schema, choice, depth + 1)?)));
    Value::Object(members.collect())
}
