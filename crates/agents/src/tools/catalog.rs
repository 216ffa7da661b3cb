//! What is known without asking: the data of the copy, and the operations of Ashby's API.

use ashby_client::catalog::{self, Operation, Paging, Permission};
use serde_json::{Map, Value, json};

use crate::agent::{self, Agent, Answer};
use crate::arguments::Given;
use crate::budget;
use crate::error::Error;

/// More operations than these are not listed at once.
const FOUND_MAX: usize = 60;

/// The operation of this name.
pub(crate) fn operation(name: &str) -> Result<&'static Operation, Error> {
    catalog::find(name).ok_or_else(|| {
        let nearest = catalog::nearest(name, catalog::operations().map(|operation| operation.name));
        let hint = match nearest.is_empty() {
            true => "find_operations lists them".to_owned(),
            false => format!("did you mean {}?", nearest.join(" or ")),
        };
        Error::new("unknown_operation", "there is no operation of that name").field("operation").hint(hint)
    })
}

/// `find_operations`.
pub(super) fn find(given: &Given) -> Result<Answer, Error> {
    let words: Vec<String> =
        given.text("query").unwrap_or_default().split_whitespace().map(str::to_lowercase).collect();
    let permission = match given.text("permission") {
        None => None,
        Some(asked) => Some(Permission::parse(asked).ok_or_else(|| {
            Error::new("invalid_parameter", "no operation needs that permission")
                .field("permission")
                .hint("permissions are spelled \"Candidates: Read\", candidatesRead or candidates:read")
        })?),
    };
    let matches = |operation: &&Operation| {
        let text = format!("{} {}", operation.name, operation.summary).to_lowercase();
        words.iter().all(|word| text.contains(word))
            && given.text("kind").is_none_or(|kind| operation.kind.name() == kind)
            && permission.is_none_or(|asked| operation.permission == Some(asked))
    };
    let found: Vec<&Operation> = catalog::operations().filter(matches).collect();
    let lines = found.iter().take(FOUND_MAX).map(|operation| {
        json!({"name": operation.name, "summary": operation.summary, "kind": operation.kind.name()})
    });
    Ok(agent::answer(
        json!({"operations": lines.collect::<Vec<_>>(), "total": found.len(), "source": "catalog"}),
    ))
}

/// `describe_operation`.
pub(super) fn describe(given: &Given) -> Result<Answer, Error> {
    let operation = operation(given.required("operation"))?;
    let mut answer = agent::answer(json!({
        "name": operation.name,
        "summary": operation.summary,
        "kind": operation.kind.name(),
        "permission": operation.permission.map(|permission| permission.name()),
        "paged": operation.paging != Paging::None,
        "parameters": plain_schema(operation),
        "example": example(operation),
        "returns": operation.members().map(|member| member.name).collect::<Vec<_>>(),
        "documentation": operation.documentation,
        "source": "catalog",
    }));
    for (name, text) in [
        ("effect", operation.effect),
        ("warning", operation.warning),
        ("deprecated", operation.deprecated.map(|_| "use the one that `instead` names")),
        ("instead", operation.deprecated),
    ] {
        if let Some(text) = text {
            answer.insert(name.to_owned(), text.into());
        }
    }
    answer
        .insert("next".to_owned(), if operation.is_read() { "call_operation" } else { "plan_write" }.into());
    Ok(answer)
}

/// The least that an operation takes.
fn example(operation: &Operation) -> Value {
    use catalog::Type;
    let value = |kind: &Type| match kind {
        Type::Boolean => json!(true),
        Type::Integer | Type::Number | Type::Milliseconds => json!(1),
        Type::Uuid | Type::Id(_) => json!("00000000-0000-0000-0000-000000000000"),
        Type::Instant => json!("2026-01-31T00:00:00.000Z"),
        Type::Date => json!("2026-01-31"),
        Type::Email => json!("name@example.com"),
        Type::Url => json!("https://example.com"),
        Type::Enumeration(words) => words.values.first().copied().into(),
        Type::List { .. } => json!([]),
        Type::Object | Type::Record(_) => json!({}),
        Type::String | Type::Json | Type::Either(_) => json!("…"),
    };
    let needed = operation.parameters.iter().filter(|field| field.required);
    needed.map(|field| (field.name.to_owned(), value(&field.kind))).collect::<Map<_, _>>().into()
}

/// The parameters of an operation as a schema that every host takes: references put in place, no unions at the root, no
/// `null`, no formats.
pub(crate) fn plain_schema(operation: &'static Operation) -> Map<String, Value> {
    let schema = catalog::request_schema(operation);
    let definitions = schema.get("$defs").cloned().unwrap_or_default();
    let Value::Object(mut plain) = plain(&schema, &definitions, 0) else { return Map::new() };
    let rules = plain.remove("allOf");
    for member in ["$defs", "anyOf", "oneOf", "not", "dependentRequired", "additionalProperties"] {
        plain.remove(member);
    }
    plain.entry("type").or_insert_with(|| "object".into());
    plain.entry("properties").or_insert_with(|| json!({}));
    if plain.get("required").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        plain.remove("required");
    }
    // Opaque, and ours.
    if let Some(properties) = plain.get_mut("properties").and_then(Value::as_object_mut) {
        properties.remove("syncToken");
        for (name, property) in properties.iter_mut() {
            if let Value::Object(property) = property {
                property.entry("description").or_insert_with(|| name.clone().into());
                if !["type", "enum", "anyOf"].iter().any(|member| property.contains_key(*member)) {
                    property.insert("type".to_owned(), "string".into());
                }
            }
        }
    }
    if rules.is_some() {
        plain.insert(
            "description".to_owned(),
            "Some parameters exclude or need one another; what is wrong is said.".into(),
        );
    }
    plain
}

/// Deeper than this everything is just an object.
const DEPTH: usize = 6;

fn plain(schema: &Value, definitions: &Value, depth: usize) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    if depth > DEPTH {
        return json!({"type": "object", "additionalProperties": true});
    }
    if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        let mut found =
            plain(definitions.get(name).unwrap_or(&json!({"type": "object"})), definitions, depth + 1);
        if let (Some(about), Value::Object(found)) = (members.get("description"), &mut found) {
            found.insert("description".to_owned(), about.clone());
        }
        return found;
    }
    let mut plainer = Map::new();
    for (name, value) in members {
        match (name.as_str(), value) {
            ("format" | "title" | "default" | "$schema" | "$defs", Value::String(_) | Value::Object(_)) => {}
            ("anyOf", Value::Array(choices)) => {
                let is_null = |choice: &&Value| choice.get("type").and_then(Value::as_str) == Some("null");
                let choices: Vec<&Value> = choices.iter().filter(|choice| !is_null(choice)).collect();
                // Of several types the first stands for all: the check before sending knows the others.
                if let Some(first) = choices.first()
                    && let Value::Object(first) = plain(first, definitions, depth + 1)
                {
                    for (name, value) in first {
                        plainer.entry(name).or_insert(value);
                    }
                }
            }
            ("properties", Value::Object(properties)) => {
                let properties: Map<String, Value> = properties
                    .iter()
                    .map(|(name, value)| (name.clone(), plain(value, definitions, depth + 1)))
                    .collect();
                plainer.insert(name.clone(), properties.into());
            }
            ("items", value) => {
                plainer.insert(name.clone(), plain(value, definitions, depth + 1));
            }
            ("additionalProperties", _) => {}
            _ => {
                plainer.insert(name.clone(), value.clone());
            }
        }
    }
    if plainer.contains_key("enum") {
        plainer.entry("type").or_insert_with(|| "string".into());
    }
    if plainer.get("type").and_then(Value::as_str) == Some("array") {
        plainer.entry("items").or_insert_with(|| json!({"type": "string"}));
        let items = plainer.get_mut("items").and_then(Value::as_object_mut);
        if let Some(items) = items.filter(|items| items.is_empty()) {
            items.insert("type".to_owned(), "object".into());
            items.insert("additionalProperties".to_owned(), json!({}));
        }
    }
    plainer.into()
}

/// Which members of which streams name records of others.
const JOINS: [(&str, &str, &str); 13] = [
    ("applications", "json_extract(applications.candidate, '$.id')", "candidates.id"),
    ("applications", "json_extract(applications.job, '$.id')", "jobs.id"),
    ("applications", "json_extract(applications.currentInterviewStage, '$.id')", "interview_stages.id"),
    ("applications", "json_extract(applications.source, '$.id')", "sources.id"),
    ("application_feedback", "application_feedback.applicationId", "applications.id"),
    ("application_history", "application_history.applicationId", "applications.id"),
    ("application_details", "application_details.id", "applications.id"),
    ("candidate_notes", "candidate_notes.candidateId", "candidates.id"),
    ("interview_schedules", "interview_schedules.applicationId", "applications.id"),
    ("interview_events", "interview_events.interviewScheduleId", "interview_schedules.id"),
    ("jobs", "jobs.departmentId", "departments.id"),
    ("jobs", "jobs.locationId", "locations.id"),
    ("offers", "offers.applicationId", "applications.id"),
];

const EXAMPLES: [&str; 3] = [
    "SELECT json_extract(job, '$.title') AS job, status, count(*) AS n FROM applications GROUP BY 1, 2 ORDER BY n DESC",
    "SELECT c.name, json_extract(a.job, '$.title') AS job FROM applications a JOIN candidates c ON c.id = json_extract(a.candidate, '$.id') WHERE a.status = 'Hired'",
    "SELECT tag.value ->> '$.title' AS tag, count(*) AS n FROM candidates, json_each(candidates.tags) AS tag GROUP BY 1 ORDER BY n DESC",
];

/// `describe_data`.
pub(super) async fn describe_data(agent: &Agent, given: &Given) -> Result<Answer, Error> {
    let wanted = given.text("stream").map(str::to_owned);
    let one = wanted.clone();
    let found = agent
        .locally(move |copy| {
            let streams = copy.streams()?;
            let columns = one.as_deref().map(|stream| copy.columns(stream)).transpose()?;
            let listed = streams.iter().filter(|stream| stream.as_of.is_some());
            let as_of = copy.as_of(listed.map(|stream| &*stream.name));
            Ok((streams, columns, as_of))
        })
        .await?;
    let Some((streams, columns, as_of)) = found else {
        return Err(Error::new("not_synced", "there is no local copy")
            .hint("run `ashby sync`; list and get can ask Ashby"));
    };
    let described = |stream: &local_copy::StreamInfo| {
        let known = ashby_source::stream(&stream.name);
        json!({
            "stream": stream.name,
            "records": stream.records,
            "key": known.map(|stream| stream.descriptor.key),
            "as_of": stream.as_of.map(|as_of| as_of.strftime("%FT%TZ").to_string()),
        })
    };
    let mut answer = match (wanted, columns) {
        (Some(name), Some(columns)) => {
            let columns: Vec<Value> =
                columns.iter().map(|column| json!({"name": column.name, "type": column.kind})).collect();
            let about = |table: &str, other: &str| table == name || other.starts_with(&format!("{name}."));
            let joins = JOINS.iter().filter(|(table, _, other)| about(table, other));
            let joins: Vec<String> = joins.map(|(_, one, other)| format!("{one} = {other}")).collect();
            let stream = streams.iter().find(|stream| stream.name == name).map(described);
            json!({"stream": stream, "columns": columns, "joins": joins, "examples": EXAMPLES})
        }
        _ => json!({
            "streams": streams.iter().map(described).collect::<Vec<_>>(),
            "columns_of_all": "_key, _captured_at, _record (the whole record as JSON)",
            "examples": EXAMPLES,
        }),
    };
    budget::fit(&mut answer, budget::LETTERS);
    let mut answer = agent::answer(answer);
    agent::local(&mut answer, as_of);
    Ok(answer)
}
