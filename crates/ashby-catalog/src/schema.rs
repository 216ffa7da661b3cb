//! What operations take and answer, as JSON Schema (2020-12).

use serde_json::{Map, Value, json};

use crate::{Field, Operation, Paging, Rule, Shape, Type};

/// The schema of a type, by itself: `$defs` holds the objects that it refers to.
pub fn json_schema(kind: &Type) -> Value {
    let mut shapes = Shapes::default();
    let schema = schema(kind, &mut shapes);
    shapes.beside(schema)
}

/// The schema of the requests that an operation takes, by itself.
pub fn request_schema(operation: &Operation) -> Value {
    let mut shapes = Shapes::default();
    let schema = parameters(operation, &mut shapes);
    shapes.beside(schema)
}

/// All that is known of an operation, as JSON. `parameters` and `returns` are schemas whose references lead to the
/// `$defs` beside them.
pub fn describe(operation: &Operation) -> Value {
    let mut shapes = Shapes::default();
    let parameters = parameters(operation, &mut shapes);
    let returns = operation.returns.as_ref().map(|kind| schema(kind, &mut shapes));
    json!({
        "name": operation.name,
        "summary": operation.summary,
        "kind": operation.kind.name(),
        "needsConfirmation": operation.kind.needs_confirmation(),
        "effect": operation.effect,
        "warning": operation.warning,
        "openCodes": operation.open_codes,
        "permission": operation.permission.map(|permission| json!({
            "name": permission.name(),
            "scope": permission.scope(),
            "screenName": permission.screen_name(),
        })),
        "paged": operation.paging != Paging::None,
        "deprecated": operation.deprecated,
        "beta": operation.is_beta,
        "since": operation.since,
        "parameters": parameters,
        "returns": returns,
        "$defs": shapes.0,
        "documentation": operation.documentation,
    })
}

/// Shapes by name: they may hold one another.
#[derive(Default)]
struct Shapes(Map<String, Value>);

fn parameters(operation: &Operation, shapes: &mut Shapes) -> Value {
    let mut object = object(operation.parameters, shapes);
    object["additionalProperties"] = operation.is_open.into();
    let present = |name: &&str| json!({"required": [name]});
    let any = |names: &[&str]| names.iter().map(present).collect::<Vec<_>>();
    let rules: Vec<Value> = operation
        .rules
        .iter()
        .map(|rule| match rule {
            Rule::ExactlyOne(names) => json!({"oneOf": any(names)}),
            Rule::AtLeastOne(names) => json!({"anyOf": any(names)}),
            Rule::AtMostOne(names) => {
                let none = json!({"not": {"anyOf": any(names)}});
                let choices = [any(names), vec![none]].concat();
                json!({"oneOf": choices})
            }
            Rule::Requires(name, others) => json!({"dependentRequired": {*name: others}}),
        })
        .collect();
    if !rules.is_empty() {
        object["allOf"] = rules.into();
    }
    object
}

fn object(fields: &[Field], shapes: &mut Shapes) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let mut schema = schema(&field.kind, shapes);
        if field.nullable {
            schema = json!({"anyOf": [schema, {"type": "null"}]});
        }
        if !field.about.is_empty() {
            schema["description"] = field.about.into();
        }
        properties.insert(field.name.to_owned(), schema);
    }
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

fn schema(kind: &Type, shapes: &mut Shapes) -> Value {
    let text = |format: &str| json!({"type": "string", "format": format});
    match kind {
        Type::Boolean => json!({"type": "boolean"}),
        Type::Integer => json!({"type": "integer"}),
        Type::Number => json!({"type": "number"}),
        Type::String => json!({"type": "string"}),
        Type::Json => json!({}),
        Type::Object => json!({"type": "object"}),
        Type::Uuid => text("uuid"),
        Type::Id(name) => json!({"type": "string", "format": "uuid", "title": name}),
        Type::Instant => text("date-time"),
        Type::Date => text("date"),
        Type::Milliseconds => json!({"type": "integer", "title": "milliseconds since 1970"}),
        Type::Email => text("email"),
        Type::Url => text("uri"),
        Type::Enumeration(enumeration) => json!({"title": enumeration.name, "enum": enumeration.values}),
        Type::Record(shape) => shapes.reference(shape),
        Type::List { of, min, max } => {
            let mut list = json!({"type": "array", "items": schema(of, shapes)});
            if *min > 0 {
                list["minItems"] = (*min).into();
            }
            if *max < usize::MAX {
                list["maxItems"] = (*max).into();
            }
            list
        }
        Type::Either(kinds) => {
            json!({"anyOf": kinds.iter().map(|kind| schema(kind, shapes)).collect::<Vec<_>>()})
        }
    }
}

impl Shapes {
    /// A schema, with the shapes that it refers to.
    fn beside(self, mut schema: Value) -> Value {
        if !self.0.is_empty() {
            schema["$defs"] = self.0.into();
        }
        schema
    }

    fn reference(&mut self, shape: &Shape) -> Value {
        if !self.0.contains_key(shape.name) {
            // Its place is taken before its members are looked at: one of them may be of the same shape.
            self.0.insert(shape.name.to_owned(), Value::Null);
            let mut object = object(shape.fields, self);
            if !shape.about.is_empty() {
                object["description"] = shape.about.into();
            }
            self.0.insert(shape.name.to_owned(), object);
        }
        json!({"$ref": format!("#/$defs/{}", shape.name)})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{find, operations};

    #[test]
    fn every_reference_leads_somewhere() {
        let leads_somewhere = |schema: &Value, place: &str| {
            let text = schema.to_string();
            for reference in text.split("\"#/$defs/").skip(1) {
                let name = reference.split('"').next().unwrap();
                assert!(schema["$defs"][name].is_object(), "{place}: {name}");
            }
        };
        for operation in operations() {
            leads_somewhere(&describe(operation), operation.name);
            leads_somewhere(&request_schema(operation), operation.name);
            operation
                .returns
                .iter()
                .for_each(|returns| leads_somewhere(&json_schema(returns), operation.name));
        }
    }

    #[test]
    fn a_schema_stands_by_itself() {
        let returns = find("candidate.listNotes").unwrap().returns.unwrap();
        let schema = json_schema(&returns);
        assert_eq!(schema["items"], json!({"$ref": "#/$defs/CandidateNote"}));
        assert_eq!(schema["$defs"]["CandidateNote"]["properties"]["isPrivate"], json!({"type": "boolean"}));
        let request = request_schema(find("candidate.createNote").unwrap());
        assert_eq!(request["required"], json!(["candidateId", "note"]));
        assert_eq!(request["additionalProperties"], false);
    }
}
