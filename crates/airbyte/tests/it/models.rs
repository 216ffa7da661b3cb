//! Every message, read with the models of Airbyte's own programs.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Place;

const CHECK: &str = r#"
import json, jsonschema, sys
from airbyte_protocol.models import AirbyteMessage
schemas = {}
for line in open(sys.argv[1]):
    AirbyteMessage.model_validate_json(line)
    message = json.loads(line)
    if message["type"] == "CATALOG":
        for stream in message["catalog"]["streams"]:
            jsonschema.Draft7Validator.check_schema(stream["json_schema"])
            schemas[stream["name"]] = jsonschema.Draft7Validator(stream["json_schema"])
    if message["type"] == "RECORD":
        record = message["record"]
        schemas[record["stream"]].validate(record["data"])
"#;

/// Python with `airbyte-protocol-models-pdv2` and `jsonschema`; `None`, said aloud, if none is named.
fn python() -> Option<String> {
    let python = std::env::var("ASHBY_AIRBYTE_PYTHON").ok();
    if python.is_none() {
        let is_needed = std::env::var_os("ASHBY_NEEDS_PLATFORMS").is_some();
        assert!(!is_needed, "ASHBY_AIRBYTE_PYTHON names no Python");
        eprintln!(
            "skipped: ASHBY_AIRBYTE_PYTHON names no Python with airbyte-protocol-models-pdv2 and jsonschema"
        );
    }
    python
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_is_one_and_every_record_fits_its_schema() {
    let Some(python) = python() else { return };
    let place = Place::new().await;
    let mut said = place.run("spec").await.messages;
    said.extend(place.run("check --config config.json").await.messages);
    let discovered = place.run("discover --config config.json").await.messages;
    let streams = discovered[0]["catalog"]["streams"].as_array().expect("streams").clone();
    said.extend(discovered);
    let selected: Vec<(&str, &str)> = streams
        .iter()
        .map(|stream| {
            let modes = stream["supported_sync_modes"].as_array().and_then(|modes| modes.last()?.as_str());
            (stream["name"].as_str().expect("a name"), modes.expect("a mode"))
        })
        .collect();
    place.select(&selected);
    let first = place.read(None).await;
    assert_eq!(first.code, Some(0), "{}", first.log);
    let second = place.read(Some(&first.state())).await;
    assert_eq!(second.code, Some(0), "{}", second.log);
    said.extend(first.messages.into_iter().chain(second.messages));
    let lines: Vec<String> = said.iter().map(Value::to_string).collect();
    let file = place.directory.path().join("messages.jsonl");
    std::fs::write(&file, lines.join("\n")).expect("it can be written");
    let checked = Command::new(python).args(["-c", CHECK]).arg(&file).stdin(Stdio::null()).output();
    let checked = checked.expect("Python is there");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
