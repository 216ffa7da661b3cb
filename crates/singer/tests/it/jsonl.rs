//! A target that others wrote.

use std::collections::BTreeMap;
use std::fs::File;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::{Place, program};

#[tokio::test(flavor = "multi_thread")]
async fn target_jsonl_writes_the_truth() {
    let Some(program) = program("ASHBY_TARGET_JSONL", "target-jsonl") else { return };
    let place = Place::new().await;
    place.select(&["candidates", "sources"], |_| {}).await;
    let said = place.run("--config config.json --catalog catalog.json").await;
    assert_eq!(said.code, Some(0), "{}", said.log);
    let directory = place.directory.path();
    std::fs::write(directory.join("messages"), &said.output).expect("it can be written");
    place.file("target.json", &json!({"destination_path": "."}));
    let taken = Command::new(program)
        .args(["--config", "target.json"])
        .current_dir(directory)
        .stdin(Stdio::from(File::open(directory.join("messages")).expect("it is there")))
        .output()
        .expect("the target is there");
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    let state = String::from_utf8_lossy(&taken.stdout).into_owned();
    let state: Value = serde_json::from_str(state.lines().last().expect("a state")).expect("JSON");
    assert!(state["bookmarks"]["candidates"].is_object());
    let file =
        std::fs::read_dir(directory).expect("it can be read").flatten().map(|entry| entry.path()).find(
            |path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("candidates")),
        );
    let lines = std::fs::read_to_string(file.expect("a file of candidates")).expect("text");
    let written: BTreeMap<String, Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .map(|record| (record["id"].as_str().expect("an id").to_owned(), record))
        .collect();
    assert_eq!(written, place.truth("candidate.list"));
}
