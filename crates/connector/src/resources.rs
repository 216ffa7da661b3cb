//! Resources: streams as bindings.

use std::collections::BTreeSet;
use std::time::Duration;

use ashby_source::{Mode, Readable, Stream, Survey, near_matches, stream, streams};
use capture_core::{Error, ErrorKind, Result};
use serde_json::{Value, json};
use sink_estuary::{BindingRequest, DiscoveredBinding};

use crate::interval;
use crate::predecessor::PREDECESSOR;

/// The key of documents that have no identity but their row.
const ROW_KEY: &str = "/_meta/row_id";
/// How often streams are polled that cost a request for each record of another.
const COSTLY_INTERVAL: &str = "PT1H";

/// A stream to capture.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) stream: Stream,
    pub(crate) interval: Duration,
}

impl Resource {
    /// The resource that a binding asks for.
    pub(crate) fn of(binding: &BindingRequest) -> Result<Self> {
        let wrong = |message: String| Error::new(ErrorKind::Configuration, message);
        let config: Value = serde_json::from_str(binding.resource_config.get())
            .map_err(|_| wrong("the resource configuration of a binding is not JSON".to_owned()))?;
        let name = config["name"]
            .as_str()
            .ok_or_else(|| wrong("the resource configuration of a binding has no name".to_owned()))?;
        let stream = stream(name).ok_or_else(|| {
            let error = wrong(format!("Resource '{}' was not found.", outside_text::name(name)));
            match near_matches(name).as_slice() {
                [] => error.with_hint("discover the capture's bindings again"),
                near => error.with_hint(format!("did you mean {}?", near.join(" or "))),
            }
        })?;
        let interval = match &config["interval"] {
            Value::Null => interval::DEFAULT,
            given => interval::parse(given).ok_or_else(|| {
                wrong(format!("the interval of {name} is not a duration"))
                    .with_hint("write five minutes as PT5M")
            })?,
        };
        let key = &binding.collection_key;
        if stream.descriptor.mode == Mode::Snapshot
            && !key.is_empty()
            && !key.iter().any(|part| part == ROW_KEY)
        {
            return Err(wrong(format!("the collection of {name} has a key without {ROW_KEY}"))
                .with_hint(format!("re-create the collection with the key [\"{ROW_KEY}\"]")));
        }
        Ok(Self { stream, interval })
    }

    /// The resources that all bindings ask for, in their order.
    pub(crate) fn of_all(bindings: &[BindingRequest]) -> Result<Vec<Self>> {
        let mut seen = BTreeSet::new();
        bindings
            .iter()
            .map(|binding| {
                let resource = Self::of(binding)?;
                if !seen.insert(resource.stream.name().to_owned()) {
                    let message = format!("two bindings capture {}", resource.stream.name());
                    return Err(Error::new(ErrorKind::Configuration, message).with_hint("remove one of them"));
                }
                Ok(resource)
            })
            .collect()
    }
}

/// The bindings that there can be: those of the Python connector in its order, then ours, which a capture that runs
/// already gets disabled. What the survey says cannot be read is left out.
pub(crate) fn discover(survey: Option<&Survey>, is_new: bool) -> Vec<DiscoveredBinding> {
    let mut all = streams();
    let rank = |stream: &Stream| match (PREDECESSOR.has(stream.name()), stream.descriptor.mode) {
        (true, Mode::Incremental | Mode::Child) => 0,
        (true, Mode::Snapshot) => 1,
        (false, _) => 2,
    };
    let name = |stream: &Stream| PREDECESSOR.has(stream.name()).then(|| stream.name().to_owned());
    all.sort_by_key(|stream| (rank(stream), name(stream)));
    let readable = |stream: &Stream| {
        let readable = survey.and_then(|survey| survey.streams.get(stream.name()).copied());
        if readable == Some(Readable::No) {
            let permission = ashby_source::screen_name(stream.permission);
            tracing::info!(stream = stream.name(), "left out: the API key lacks the permission {permission}");
        }
        readable != Some(Readable::No)
    };
    all.iter().filter(|stream| readable(stream)).map(|stream| binding(stream, is_new)).collect()
}

fn binding(stream: &Stream, is_new: bool) -> DiscoveredBinding {
    let is_ours = !PREDECESSOR.has(stream.name());
    let is_costly = stream.cost.is_per_parent() && is_ours;
    let interval = if is_costly { COSTLY_INTERVAL } else { "PT5M" };
    DiscoveredBinding {
        recommended_name: stream.name().to_owned(),
        resource_config: json!({"name": stream.name(), "interval": interval}),
        document_schema: document_schema(stream),
        key: match stream.descriptor.mode {
            Mode::Snapshot => vec![ROW_KEY.to_owned()],
            Mode::Incremental | Mode::Child => {
                stream.descriptor.key.iter().map(|field| format!("/{field}")).collect()
            }
        },
        // What is experimental may not be there at all. Nobody has asked a running capture for more than it has.
        disable: is_costly || stream.experimental || (is_ours && !is_new),
    }
}

/// `interview_events` as `InterviewEvents`.
fn title(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// Says no more than the key and `_meta`: the platform infers the rest. To the letter what the Python connector says,
/// descriptions included: any difference would publish every collection anew.
fn document_schema(stream: &Stream) -> Value {
    let mut schema = json!({
        "$defs": {"Meta": {
            "type": "object",
            "title": "Meta",
            "properties": {
                "op": {
                    "type": "string",
                    "enum": ["c", "u", "d"],
                    "default": "u",
                    "title": "Op",
                    "description": "Operation type (c: Create, u: Update, d: Delete)",
                },
                "row_id": {
                    "type": "integer",
                    "default": -1,
                    "title": "Row Id",
                    "description": "Row ID of the Document, counting up from zero, or -1 if not known",
                },
            },
        }},
        "type": "object",
        "title": "BaseDocument",
        "additionalProperties": true,
        "x-infer-schema": true,
        "properties": {"_meta": {"$ref": "#/$defs/Meta", "description": "Document metadata"}},
        "if": {
            "required": ["_meta"],
            "properties": {"_meta": {"required": ["op"], "properties": {"op": {"const": "d"}}}},
        },
        "then": {"reduce": {"strategy": "merge", "delete": true}},
    });
    if stream.descriptor.mode != Mode::Snapshot {
        schema["title"] = title(stream.name()).into();
        schema["required"] = json!(stream.descriptor.key);
        for field in &stream.descriptor.key {
            schema["properties"][field] = json!({"type": "string", "title": title(field)});
        }
    }
    schema
}

/// JSON schema of a resource's configuration.
pub(crate) fn config_schema() -> Value {
    json!({
        "title": "ResourceConfig",
        "description": "What is captured, and how often.",
        "type": "object",
        "additionalProperties": false,
        "required": ["name"],
        "properties": {
            "_meta": {
                "title": "Meta",
                "anyOf": [{"type": "object", "additionalProperties": true}, {"type": "null"}],
                "default": null,
            },
            "name": {"type": "string", "title": "Name", "description": "Which of Ashby's lists is captured"},
            "interval": {
                "type": "string",
                "format": "duration",
                "default": "PT5M",
                "nonsensitive": true,
                "title": "Interval",
                "description": "Time between two polls of this resource, at least a minute",
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::RawValue;

    fn request(config: &Value, key: &[&str]) -> BindingRequest {
        BindingRequest {
            resource_config: RawValue::from_string(config.to_string()).unwrap(),
            state_key: String::new(),
            collection_key: key.iter().map(|part| (*part).to_owned()).collect(),
        }
    }

    #[test]
    fn resources_are_named_and_timed() {
        let resource =
            Resource::of(&request(&json!({"name": "jobs", "_meta": {"path": ["jobs"]}, "odd": 1}), &["/id"]));
        assert_eq!(resource.unwrap().interval, interval::DEFAULT);
        let resource = Resource::of(&request(&json!({"name": "jobs", "interval": "PT1H"}), &[]));
        assert_eq!(resource.unwrap().interval, Duration::from_secs(3600));
    }

    #[test]
    fn what_cannot_be_captured_is_refused() {
        for (config, key, expected) in [
            (json!({"name": "job"}), "/id", "Resource 'job' was not found."),
            (json!({}), "/id", "no name"),
            (json!({"name": "jobs", "interval": "5m"}), "/id", "not a duration"),
            (json!({"name": "sources"}), "/id", "without /_meta/row_id"),
        ] {
            let error = Resource::of(&request(&config, &[key])).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert_eq!(error.kind(), ErrorKind::Configuration);
        }
        assert!(Resource::of(&request(&json!({"name": "sources"}), &[ROW_KEY])).is_ok());
        let twice = [request(&json!({"name": "jobs"}), &[]), request(&json!({"name": "jobs"}), &[])];
        assert!(Resource::of_all(&twice).unwrap_err().to_string().contains("two bindings"));
    }

    #[test]
    fn the_documentation_lists_every_binding() {
        let documentation = include_str!("../../../docs/estuary.md");
        for binding in discover(None, true) {
            let stream = stream(&binding.recommended_name).unwrap();
            let slug = stream.operation.replace('.', "").to_lowercase();
            let permission = match stream.permission {
                "" => "none".to_owned(),
                permission => ashby_source::screen_name(permission),
            };
            let row = format!(
                "| `{}` | [{}](https://developers.ashbyhq.com/reference/{slug}) | {permission} | {} |",
                binding.recommended_name,
                stream.operation,
                binding.key.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(", "),
            );
            assert!(documentation.contains(&row), "docs/estuary.md lacks the row\n{row}");
        }
    }

    #[test]
    fn the_documentation_gives_every_permission_as_the_screen_and_as_the_key_spell_it() {
        let documentation = include_str!("../../../docs/estuary.md");
        for stream in streams() {
            let Some(scope) = stream.scope() else { continue };
            let row = format!("| {} | `{scope}` | ", ashby_source::screen_name(stream.permission));
            assert!(documentation.contains(&row), "docs/estuary.md lacks the row\n{row}");
        }
    }

    #[test]
    fn costly_streams_of_ours_are_discovered_disabled() {
        let bindings = discover(None, true);
        let find = |name: &str| bindings.iter().find(|binding| binding.recommended_name == name).unwrap();
        assert!(find("application_history").disable && find("audit_log").disable);
        assert!(!find("interview_stages").disable && !find("close_reasons").disable);
        assert_eq!(find("candidate_projects").key, ["/candidateId", "/id"]);
        assert_eq!(find("application_feedback").document_schema["title"], "ApplicationFeedback");
    }
}
