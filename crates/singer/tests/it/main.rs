//! The command against a simulated Ashby, with a target that takes messages as strictly as real ones do.

#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod jsonl;
#[cfg(unix)]
mod postgres;
mod target;

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Output, Stdio};

use ashby_sim::{Key, Kind, Mutation, Organisation, Server, ServerOptions, Shape};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::target::Target;

/// A program that a variable names; `None`, said aloud, if none is, which `ASHBY_NEEDS_PLATFORMS` makes a failure.
fn program(variable: &str, what: &str) -> Option<String> {
    let named = std::env::var(variable).ok();
    if named.is_none() {
        assert!(std::env::var_os("ASHBY_NEEDS_PLATFORMS").is_none(), "{variable} names no {what}");
        eprintln!("skipped: {variable} names no {what}");
    }
    named
}

struct Place {
    server: Server,
    directory: TempDir,
}

struct Said {
    code: Option<i32>,
    lines: Vec<Value>,
    output: String,
    log: String,
}

impl Place {
    async fn new() -> Self {
        Self::with(ServerOptions::default()).await
    }

    async fn with(options: ServerOptions) -> Self {
        let server =
            Server::start(Organisation::new(&Shape::small()), options).await.expect("a port is free");
        let place = Self { server, directory: tempfile::tempdir().expect("there is room") };
        place.configure("sim-key");
        place
    }

    fn file(&self, name: &str, content: &Value) {
        std::fs::write(self.directory.path().join(name), content.to_string()).expect("it can be written");
    }

    fn configure(&self, key: &str) {
        let config = json!({"api_key": key, "requests_per_minute": 0, "base_url": self.server.base_url()});
        self.file("config.json", &config);
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tap-ashby"));
        command.args(arguments.split_whitespace()).current_dir(self.directory.path()).stdin(Stdio::null());
        command
    }

    async fn run(&self, arguments: &str) -> Said {
        let Output { status, stdout, stderr } =
            self.command(arguments).output().await.expect("the program is there");
        let output = String::from_utf8(stdout).expect("messages are text");
        let lines = output.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Said { code: status.code(), lines, output, log: String::from_utf8_lossy(&stderr).into_owned() }
    }

    /// A catalog in which these streams are selected, after `change`.
    async fn select(&self, streams: &[&str], change: impl Fn(&mut Value)) {
        let said = self.run("--config config.json --discover").await;
        let mut catalog: Value = serde_json::from_str(&said.output).expect("a catalog");
        for stream in catalog["streams"].as_array_mut().expect("streams") {
            let is_selected = streams.iter().any(|name| stream["stream"] == *name);
            stream["metadata"][0]["metadata"]["selected"] = is_selected.into();
            if is_selected {
                change(stream);
            }
        }
        self.file("catalog.json", &catalog);
    }

    /// Reads what is selected into a target.
    async fn read(&self, target: &mut Target) -> Said {
        let mut arguments = "--config config.json --catalog catalog.json".to_owned();
        if let Some(state) = &target.state {
            self.file("state.json", state);
            arguments.push_str(" --state state.json");
        }
        let said = self.run(&arguments).await;
        assert_eq!(said.lines.len(), said.output.lines().count(), "only messages: {}", said.output);
        said.lines.iter().for_each(|message| target.take(message));
        said
    }

    fn truth(&self, operation: &str) -> BTreeMap<String, Value> {
        self.truth_with(operation, &json!({}))
    }

    fn truth_with(&self, operation: &str, parameters: &Value) -> BTreeMap<String, Value> {
        let parameters = parameters.as_object().cloned().unwrap_or_default();
        let records = self.server.organisation().truth(operation, &parameters);
        records.into_iter().map(|record| (record["id"].as_str().expect("an id").to_owned(), record)).collect()
    }

    fn mutate(&self, mutation: &Mutation) {
        self.server.organisation().mutate(mutation).expect("it is there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_ends_up_with_the_truth_and_the_next_read_brings_what_changed() {
    let place = Place::new().await;
    place.select(&["candidates", "archive_reasons"], |_| {}).await;
    let mut target = Target::default();
    let first = place.read(&mut target).await;
    assert_eq!(first.code, Some(0), "{}", first.log);
    assert_eq!(target.rows("candidates"), place.truth("candidate.list"));
    assert!(!target.rows("archive_reasons").is_empty());
    assert_eq!(target.activated["candidates"], 1);
    assert_eq!(
        first.lines.last().unwrap()["type"],
        "STATE",
        "some targets forget a state that something follows"
    );

    let mut ids = place.truth("candidate.list").into_keys();
    let (edited, gone) = (ids.next().unwrap(), ids.next().unwrap());
    let patch = Map::from_iter([("name".to_owned(), json!("Somebody Else"))]);
    place.mutate(&Mutation::Update { kind: Kind::Candidate, id: edited, patch });
    place.mutate(&Mutation::Delete { kind: Kind::Candidate, id: gone.clone() });
    let reason = target.rows("archive_reasons").into_keys().next().unwrap();
    place.mutate(&Mutation::Delete { kind: Kind::ArchiveReason, id: reason.clone() });
    let second = place.read(&mut target).await;
    assert_eq!(second.code, Some(0), "{}", second.log);
    let changed = second
        .lines
        .iter()
        .filter(|message| message["type"] == "RECORD" && message["stream"] == "candidates");
    assert_eq!(changed.count(), 1, "by token");
    assert!(!target.rows("archive_reasons").contains_key(&reason), "what is listed whole shows what is gone");
    assert_eq!(target.activated["candidates"], 1, "a listing of changes says nothing of what is gone");
    let mut held = target.rows("candidates");
    assert!(held.remove(&gone).is_some());
    assert_eq!(held, place.truth("candidate.list"));

    // Without its bookmark it is listed whole, and what is gone goes.
    target.state.as_mut().unwrap()["bookmarks"].as_object_mut().unwrap().remove("candidates");
    place.read(&mut target).await;
    assert_eq!(target.rows("candidates"), place.truth("candidate.list"));
    assert_eq!(target.activated["candidates"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_says_what_there_is_and_what_is_chosen_by_default() {
    let keys = vec![Key::full("sim-key"), Key::limited("limited", ["jobs:read"])];
    let place = Place::with(ServerOptions { keys, ..ServerOptions::default() }).await;
    let said = place.run("--config config.json --discover").await;
    let catalog: Value = serde_json::from_str(&said.output).unwrap();
    let streams = catalog["streams"].as_array().unwrap();
    let find = |name: &str| streams.iter().find(|stream| stream["tap_stream_id"] == name).unwrap();
    let of = |name: &str| find(name)["metadata"][0]["metadata"].clone();
    assert_eq!(of("candidates")["forced-replication-method"], "LOG_BASED");
    assert_eq!(of("sources")["forced-replication-method"], "FULL_TABLE");
    assert_eq!(of("candidates")["selected-by-default"], true);
    assert_eq!(of("candidate_notes")["selected-by-default"], false);
    assert_eq!(of("interview_stages")["selected-by-default"], true, "there are few interview plans");
    assert_eq!(find("jobs")["key_properties"], json!(["id"]));
    assert_eq!(find("jobs")["schema"]["properties"]["id"]["type"], json!(["string"]));
    place.configure("limited");
    let said = place.run("--config config.json --discover").await;
    assert!(said.output.contains("\"jobs\"") && !said.output.contains("\"candidates\""));

    // Without a catalog, the defaults.
    place.configure("sim-key");
    let said = place.run("--config config.json --test=schema").await;
    let schemas: Vec<&Value> = said.lines.iter().map(|message| &message["stream"]).collect();
    assert!(schemas.contains(&&json!("candidates")) && !schemas.contains(&&json!("candidate_notes")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_is_not_chosen_is_nowhere_and_a_new_one_is_declared_first() {
    let place = Place::new().await;
    place
        .select(&["candidates"], |stream| {
            for entry in stream["metadata"].as_array_mut().unwrap() {
                if entry["breadcrumb"] == json!(["properties", "primaryEmailAddress"]) {
                    entry["metadata"]["selected"] = false.into();
                }
            }
        })
        .await;
    let candidate = place.truth("candidate.list").into_keys().next().unwrap();
    let patch = Map::from_iter([("brandNew".to_owned(), json!({"a": 1}))]);
    place.mutate(&Mutation::Update { kind: Kind::Candidate, id: candidate.clone(), patch });
    let mut target = Target::default();
    let said = place.read(&mut target).await;
    assert_eq!(said.code, Some(0), "{}", said.log);
    assert!(!said.output.contains("primaryEmailAddress"), "neither in SCHEMA nor in RECORD");
    assert_eq!(target.rows("candidates")[&candidate]["brandNew"], json!({"a": 1}));
    assert_eq!(said.lines.iter().filter(|message| message["type"] == "SCHEMA").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_targets_make_no_columns_of_are_others() {
    let place = Place::new().await;
    place.select(&["candidates"], |_| {}).await;
    let candidate = place.truth("candidate.list").into_keys().next().unwrap();
    let (one, two) = ("x".repeat(70), "x".repeat(70) + "y");
    let odd = ["", "a\"; drop", &one, &two, "Shoes", "shoes"];
    let patch: Map<String, Value> =
        odd.iter().map(|name| ((*name).to_owned(), json!(format!("of {name}")))).collect();
    place.mutate(&Mutation::Update { kind: Kind::Candidate, id: candidate.clone(), patch });
    let mut target = Target::default();
    let said = place.read(&mut target).await;
    assert_eq!(said.code, Some(0), "{}", said.log);
    let row = &target.rows("candidates")[&candidate];
    let of_odd: BTreeMap<&str, &str> = row
        .as_object()
        .unwrap()
        .iter()
        .filter_map(|(name, value)| Some((value.as_str()?.strip_prefix("of ")?, &**name)))
        .collect();
    assert!(odd.iter().all(|name| of_odd.contains_key(name)), "{of_odd:?}");
    let columns: BTreeSet<String> = of_odd.values().map(|name| name.to_lowercase()).collect();
    assert_eq!(columns.len(), odd.len(), "{columns:?}");
    assert!(
        columns.iter().all(|name| !name.is_empty() && name.len() <= 63 && !name.contains('"')),
        "{columns:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_a_version_of_its_own_gets_none() {
    let place = Place::new().await;
    place.select(&["archive_reasons"], |_| {}).await;
    let id = place.truth("archiveReason.list").into_keys().next().unwrap();
    let patch = Map::from_iter([("version".to_owned(), json!(7))]);
    place.mutate(&Mutation::Update { kind: Kind::ArchiveReason, id, patch });
    let mut target = Target::default();
    let said = place.read(&mut target).await;
    assert_eq!(said.code, Some(0), "{}", said.log);
    assert!(!target.activated.contains_key("archive_reasons") && !target.rows("archive_reasons").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn bookmarks_of_streams_that_are_not_read_stay() {
    let place = Place::new().await;
    let mut target = Target::default();
    place.select(&["jobs"], |_| {}).await;
    place.read(&mut target).await;
    place.select(&["sources"], |_| {}).await;
    place.read(&mut target).await;
    let state = target.state.clone().unwrap();
    let bookmarks: Vec<&String> = state["bookmarks"].as_object().unwrap().keys().collect();
    assert_eq!(bookmarks, ["jobs", "sources"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_what_it_is_and_settings_come_from_files_and_the_environment() {
    let place = Place::new().await;
    let said = place.run("--about --format json").await;
    let about: Value = serde_json::from_str(&said.output).unwrap();
    assert_eq!(
        (&about["name"], &about["settings"]["properties"]["api_key"]["secret"]),
        (&json!("tap-ashby"), &json!(true))
    );
    assert!(about["capabilities"].as_array().unwrap().contains(&json!("activate-version")));
    assert!(place.run("--about").await.output.starts_with("# tap-ashby"));
    // What Meltano is told of it, in the documentation, is what it says.
    let told = include_str!("../../../../docs/destinations/singer.md");
    let capabilities: Vec<&str> =
        about["capabilities"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(told.contains(&format!("capabilities: [{}]", capabilities.join(", "))));
    let settings = about["settings"]["properties"].as_object().unwrap();
    let shown = settings.iter().filter(|(_, setting)| setting["hidden"] != true).map(|(name, _)| &**name);
    let in_yaml = told.lines().filter_map(|line| line.trim().strip_prefix("- {name: ")?.split(',').next());
    assert_eq!(in_yaml.collect::<BTreeSet<&str>>(), shown.collect());
    assert_eq!(place.run("--config config.json --test").await.code, Some(0));
    place.file("base.json", &json!({"base_url": place.server.base_url(), "api_key": "wrong"}));
    let environment = place
        .command("--config base.json --config ENV --test")
        .env("TAP_ASHBY_API_KEY", "sim-key")
        .output()
        .await
        .unwrap();
    assert!(environment.status.success(), "{}", String::from_utf8_lossy(&environment.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_has_died_ends_it_with_one_line() {
    let place = Place::new().await;
    place.select(&["candidates"], |_| {}).await;
    let mut command = place.command("--config config.json --catalog catalog.json");
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program is there");
    drop(child.stdout.take());
    let ended = child.wait_with_output().await.expect("it ends");
    let log = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{log}");
    let errors: Vec<&str> = log.lines().filter(|line| line.contains("ERROR")).collect();
    assert!(errors.len() == 1 && errors[0].contains("the target has gone"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_one_line_and_not_a_good_end() {
    let keys = vec![Key::limited("sim-key", ["jobs:read"])];
    let place = Place::with(ServerOptions { keys, ..ServerOptions::default() }).await;
    place.configure("wrong-key-of-somebody");
    for (arguments, expected) in [
        ("--config config.json --test", "API key"),
        ("--config config.json", "API key"),
        ("--config nowhere.json", "nowhere.json"),
        ("", "--config"),
    ] {
        let said = place.run(arguments).await;
        assert_eq!((said.code, &*said.output), (Some(1), ""), "{arguments}: {}", said.log);
        assert!(said.log.contains(expected) && !said.log.contains("wrong-key-of-somebody"), "{}", said.log);
    }
    // One stream that cannot be read keeps the others.
    place.configure("sim-key");
    place.select(&["jobs"], |_| {}).await;
    let path = place.directory.path().join("catalog.json");
    let mut catalog: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let metadata = json!([{"breadcrumb": [], "metadata": {"selected": true}}]);
    let candidates = json!({"tap_stream_id": "candidates", "metadata": metadata, "schema": {}});
    catalog["streams"].as_array_mut().unwrap().push(candidates);
    place.file("catalog.json", &catalog);
    let mut target = Target::default();
    let said = place.read(&mut target).await;
    assert_eq!(said.code, Some(1));
    assert!(said.log.contains("candidates") && !target.rows("jobs").is_empty(), "{}", said.log);
    for odd in ["[]", "{\"a\": 1}"] {
        std::fs::write(place.directory.path().join("odd.json"), odd).unwrap();
        let said = place.run("--config config.json --catalog catalog.json --state odd.json").await;
        assert_eq!((said.code, &*said.output), (Some(1), ""), "never a fresh start");
    }
}
