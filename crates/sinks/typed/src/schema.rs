//! JSON schemas of streams.

use capture_core::{Field, FieldKind};
use serde_json::{Map, Value, json};

/// The schema of records with these members. Every member may be null, further ones are allowed, and nothing refers to
/// anything else: destinations make columns of it.
pub fn schema<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Value {
    let properties: Map<String, Value> =
        fields.into_iter().map(|field| (field.name.clone(), of(field.kind))).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": true,
        "properties": properties,
    })
}

fn of(kind: FieldKind) -> Value {
    match kind {
        FieldKind::String => json!({"type": ["null", "string"]}),
        FieldKind::Instant => json!({"type": ["null", "string"], "format": "date-time"}),
        FieldKind::Integer => json!({"type": ["null", "integer"]}),
        FieldKind::Number => json!({"type": ["null", "number"]}),
        FieldKind::Boolean => json!({"type": ["null", "boolean"]}),
        FieldKind::Array => json!({"type": ["null", "array"]}),
        FieldKind::Object => json!({"type": ["null", "object"], "additionalProperties": true}),
        FieldKind::Any => json!({"type": ["null", "string", "number", "boolean", "object", "array"]}),
    }
}
