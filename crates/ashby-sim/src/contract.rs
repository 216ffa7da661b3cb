//! Checks against Ashby's OpenAPI document.
//!
//! The document is not part of this repository; [`Contract::load`] reads a copy. It dates from May 2026, so it
//! is mended on loading where it contradicts itself or what Ashby has documented since (see `mend`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value, json};

/// Ashby's OpenAPI document, as validators.
pub struct Contract {
    requests: BTreeMap<String, Validator>,
    responses: BTreeMap<String, Validator>,
}

/// Why a document could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContractError {
    /// The file could not be read.
    #[error("cannot read the OpenAPI document {}; check the path", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not JSON.
    #[error("{} is not an OpenAPI document in JSON", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A schema in it cannot be used.
    #[error("the OpenAPI document's schema of {operation} cannot be used: {message}")]
    Schema {
        /// The operation.
        operation: String,
        /// What the validator says.
        message: String,
    },
}

/// Parameters that Ashby documented after the document was made.
const LATER_PARAMETERS: &[(&str, &str, &str)] = &[
    ("customField.list", "includeArchived", "boolean"),
    ("jobPosting.info", "includeUnpublishedJobPostings", "boolean"),
    ("jobPosting.list", "includeUnpublishedJobPostings", "boolean"),
];

impl Contract {
    /// Reads a document and compiles the schemas of the operations that the simulator answers and of those that
    /// end in `.create`, `.update` and so on: all of its paths.
    ///
    /// # Errors
    /// When the file cannot be read, is not JSON, or holds a schema that cannot be used.
    pub fn load(path: &Path) -> Result<Self, ContractError> {
        let text =
            std::fs::read(path).map_err(|source| ContractError::Read { path: path.to_owned(), source })?;
        let mut document: Value = serde_json::from_slice(&text)
            .map_err(|source| ContractError::Parse { path: path.to_owned(), source })?;
        mend(&mut document);
        let paths = document.get("paths").and_then(Value::as_object).cloned().unwrap_or_default();
        // One copy for all validators: each schema refers into it.
        let resource = jsonschema::Resource::from_contents(document);
        let registry = jsonschema::Registry::new()
            .add("urn:ashby", resource)
            .and_then(jsonschema::RegistryBuilder::prepare)
            .map_err(|error| ContractError::Schema {
                operation: "all".to_owned(),
                message: error.to_string(),
            })?;
        let compile = |operation: &str, pointer: &str| {
            jsonschema::draft202012::options()
                .with_registry(&registry)
                .should_validate_formats(true)
                .build(&json!({"$ref": format!("urn:ashby#{pointer}")}))
                .map_err(|error| ContractError::Schema {
                    operation: operation.to_owned(),
                    message: error.to_string(),
                })
        };
        let mut contract = Self { requests: BTreeMap::new(), responses: BTreeMap::new() };
        for (path, item) in paths {
            let Some(operation) = path.strip_prefix('/').map(str::to_owned) else {
                continue;
            };
            let base = format!("/paths/~1{operation}/post");
            let post = &item["post"];
            if post.pointer("/requestBody/content/application~1json/schema").is_some() {
                let pointer = format!("{base}/requestBody/content/application~1json/schema");
                contract.requests.insert(operation.clone(), compile(&operation, &pointer)?);
            }
            if post.pointer("/responses/200/content/application~1json/schema").is_some() {
                let pointer = format!("{base}/responses/200/content/application~1json/schema");
                contract.responses.insert(operation.clone(), compile(&operation, &pointer)?);
            }
        }
        Ok(contract)
    }

    /// The operations that the document has.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.responses.keys().chain(self.requests.keys()).map(String::as_str)
    }

    /// Whether the document has the operation.
    pub fn knows(&self, operation: &str) -> bool {
        self.responses.contains_key(operation)
    }

    /// What is wrong with a request body; empty when nothing is or the document lacks the operation.
    pub fn check_request(&self, operation: &str, body: &Value) -> Vec<String> {
        check(self.requests.get(operation), body)
    }

    /// What is wrong with the body of a response with status 200; empty when nothing is or the document lacks
    /// the operation.
    pub fn check_response(&self, operation: &str, body: &Value) -> Vec<String> {
        check(self.responses.get(operation), body)
    }
}

fn check(validator: Option<&Validator>, value: &Value) -> Vec<String> {
    let mut findings = Vec::new();
    if let Some(validator) = validator {
        validator.iter_errors(value).for_each(|error| explain(&error, &mut findings));
    }
    findings
}

/// Names what is wrong with each alternative instead of showing the whole value that fits none. No values.
fn explain(error: &ValidationError<'_>, findings: &mut Vec<String>) {
    match error.kind() {
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
            context.iter().flatten().for_each(|error| explain(error, findings));
        }
        _ => findings.push(format!("{}: {}", error.instance_path(), error.masked())),
    }
}

/// Mends the document where it cannot be meant as it stands.
fn mend(document: &mut Value) {
    let original = document.clone();
    each_schema(document, &mut |schema| {
        // A reference in the place of a list of properties, which is not a schema and so cannot be one.
        if let Some(properties) = schema.get_mut("properties")
            && let Some(pointer) = properties.get("$ref").and_then(Value::as_str)
            && let Some(meant) = pointer.strip_prefix('#').and_then(|pointer| original.pointer(pointer))
        {
            *properties = meant.clone();
        }
    });
    each_schema(document, &mut |schema| {
        // A member that may be null, but whose list of values lacks null.
        let nullable = schema
            .get("type")
            .and_then(Value::as_array)
            .is_some_and(|types| types.iter().any(|name| name == "null"));
        if let (true, Some(Value::Array(values))) = (nullable, schema.get_mut("enum"))
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
        // A part of a whole that admits no members but its own, so that the whole admits none at all.
        if let Some(Value::Array(parts)) = schema.get_mut("allOf") {
            parts
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(|part| _ = part.remove("additionalProperties"));
        }
        // Values of custom fields: the alternatives overlap (a date is a string, and the first object has no
        // required members), so that hardly any value matches exactly one.
        for name in ["value", "fieldValue"] {
            if let Some(Value::Object(value)) = schema.get_mut(name)
                && let Some(alternatives) = value.remove("oneOf")
            {
                value.insert("anyOf".to_owned(), alternatives);
            }
        }
    });
    for (operation, name, kind) in LATER_PARAMETERS {
        let schema = format!("/paths/~1{operation}/post/requestBody/content/application~1json/schema");
        let Some(Value::Object(schema)) = document.pointer_mut(&schema) else {
            continue;
        };
        let properties = schema.entry("properties").or_insert_with(|| json!({}));
        properties[*name] = json!({"type": kind});
    }
}

fn each_schema(value: &mut Value, act: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_schema(item, act)),
        Value::Object(members) => {
            act(members);
            members.values_mut().for_each(|member| each_schema(member, act));
        }
        _ => {}
    }
}
