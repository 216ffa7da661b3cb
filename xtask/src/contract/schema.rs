//! An OpenAPI document's schemas, with references followed and parts put together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Result;

/// References further down are not followed: a schema that contains itself would have no end.
const DEPTH_MAX: usize = 14;

/// A document.
pub(super) struct Document(Value);

/// What a schema says, as far as it matters here.
#[derive(Debug, Clone, Default)]
pub(super) struct Schema {
    /// JSON types, without `null`; empty if it does not say.
    pub(super) types: BTreeSet<String>,
    pub(super) nullable: bool,
    pub(super) format: Option<String>,
    /// Words, without the empty one.
    pub(super) words: Option<BTreeSet<String>>,
    pub(super) properties: BTreeMap<String, Schema>,
    pub(super) required: BTreeSet<String>,
    pub(super) items: Option<Box<Schema>>,
    pub(super) bounds: (usize, usize),
    /// `oneOf` and `anyOf`, without `null`.
    pub(super) alternatives: Vec<Schema>,
}

impl Document {
    pub(super) fn new(document: Value) -> Result<Self> {
        if document["paths"].is_object() { Ok(Self(document)) } else { Err("it has no paths".into()) }
    }

    /// Names of all operations, with their descriptions.
    pub(super) fn operations(&self) -> impl Iterator<Item = (&str, &Value)> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        paths.filter_map(|(path, methods)| Some((path.strip_prefix('/')?, methods.get("post")?)))
    }

    /// Names of all events, with what stands under `data`.
    pub(super) fn events(&self) -> impl Iterator<Item = (&str, Schema)> {
        let webhooks = self.0["webhooks"].as_object().into_iter().flatten();
        webhooks.map(|(name, methods)| {
            let body = &methods["post"]["requestBody"]["content"]["application/json"]["schema"];
            let data = self.schema(body, 0).properties.remove("data").unwrap_or_default();
            (name.as_str(), data)
        })
    }

    /// What a request may be; of alternatives everything together, with what all of them require.
    pub(super) fn request(&self, operation: &Value) -> Schema {
        let schema = self.schema(&operation["requestBody"]["content"]["application/json"]["schema"], 0);
        schema.united()
    }

    /// What stands under `results` in a successful answer; `None` if the document does not say.
    pub(super) fn results(&self, operation: &Value) -> Option<Schema> {
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        let schema = self.schema(schema, 0);
        let branches = std::iter::once(&schema).chain(&schema.alternatives);
        branches.filter_map(|branch| branch.properties.get("results")).next().cloned()
    }

    fn schema(&self, schema: &Value, depth: usize) -> Schema {
        let schema = self.target(schema);
        let mut found = Schema { bounds: (0, usize::MAX), ..Schema::default() };
        if depth > DEPTH_MAX {
            return found;
        }
        for part in list(&schema["allOf"]) {
            found.lay_over(self.schema(part, depth + 1));
        }
        match &schema["type"] {
            Value::String(name) => found.types = BTreeSet::from([name.clone()]),
            Value::Array(names) => {
                found.types = names.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            }
            _ => {}
        }
        found.nullable |= found.types.remove("null") || schema["nullable"] == true;
        if let Some(format) = schema["format"].as_str() {
            found.format = Some(format.to_owned());
        }
        if schema["enum"].is_array() {
            found.nullable |= list(&schema["enum"]).any(Value::is_null);
            let words = list(&schema["enum"]).filter_map(Value::as_str).filter(|word| !word.is_empty());
            found.words = Some(words.map(str::to_owned).collect());
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            found.properties.insert(name.clone(), self.schema(property, depth + 1));
        }
        found.required.extend(list(&schema["required"]).filter_map(Value::as_str).map(str::to_owned));
        if schema["items"].is_object() {
            found.items = Some(Box::new(self.schema(&schema["items"], depth + 1)));
        }
        let bound = |name: &str| schema[name].as_u64().map(|bound| bound as usize);
        found.bounds =
            (bound("minItems").unwrap_or(found.bounds.0), bound("maxItems").unwrap_or(found.bounds.1));
        for part in list(&schema["oneOf"]).chain(list(&schema["anyOf"])) {
            let part = self.target(part);
            if part["type"] == "null" {
                found.nullable = true;
            } else {
                found.alternatives.push(self.schema(part, depth + 1));
            }
        }
        if found.alternatives.len() == 1 && found.types.is_empty() {
            let only = found.alternatives.remove(0);
            found.lay_over(only);
        }
        found
    }

    /// Where references lead.
    fn target<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        for _ in 0..DEPTH_MAX {
            let Some(pointer) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'))
            else {
                break;
            };
            let pointer = pointer.replace("%7B", "{").replace("%7D", "}");
            match self.0.pointer(&pointer) {
                Some(target) => schema = target,
                None => return &Value::Null,
            }
        }
        schema
    }
}

impl Schema {
    /// Adds what another schema says of the same value.
    fn lay_over(&mut self, other: Self) {
        if !other.types.is_empty() {
            self.types = other.types;
        }
        self.nullable |= other.nullable;
        self.format = other.format.or(self.format.take());
        self.words = other.words.or(self.words.take());
        self.properties.extend(other.properties);
        self.required.extend(other.required);
        self.items = other.items.or(self.items.take());
        self.alternatives.extend(other.alternatives);
        let (min, max) = other.bounds;
        self.bounds = (self.bounds.0.max(min), self.bounds.1.min(max));
    }

    /// Whether something stands at a JSON pointer.
    pub(super) fn holds(&self, pointer: &str) -> bool {
        let mut steps = pointer.split('/').skip(1);
        steps.try_fold(self, |schema, step| schema.properties.get(step)).is_some()
    }

    /// Of alternatives that are objects, one object that has everything.
    pub(super) fn united(mut self) -> Self {
        let alternatives = std::mem::take(&mut self.alternatives);
        let Some(first) = alternatives.first() else { return self };
        let mut required = first.required.clone();
        for alternative in &alternatives {
            required = required.intersection(&alternative.required).cloned().collect();
        }
        self.required.extend(required);
        for alternative in alternatives {
            for (name, schema) in alternative.properties {
                self.properties.entry(name).or_insert(schema);
            }
        }
        self
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
