//! The command against a simulated Ashby, with its messages checked as a destination takes them.

#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod models;
mod stops;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Output, Stdio};

use ashby_sim::{
    ErrorShape, Fault, FaultRule, Key, Kind, Mutation, Organisation, Server, ServerOptions, Shape,
};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::process::Command;

/// A server, and a directory with the files of a connection.
struct Place {
    server: Server,
    directory: TempDir,
}

/// What a command printed.
struct Said {
    code: Option<i32>,
    messages: Vec<Value>,
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
        place.configure(&json!({"api_key": "sim-key"}));
        place
    }

    fn file(&self, name: &str, content: &Value) {
        std::fs::write(self.directory.path().join(name), content.to_string()).expect("it can be written");
    }

    fn configure(&self, config: &Value) {
        let mut config = config.clone();
        config["requests_per_minute"] = 0.into();
        config["base_url"] = self.server.base_url().into();
        self.file("config.json", &config);
    }

    /// Streams to read, each with its mode.
    fn select(&self, streams: &[(&str, &str)]) {
        let streams: Vec<Value> = streams
            .iter()
            .map(|(name, mode)| {
                json!({"stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
                       "sync_mode": mode, "destination_sync_mode": "append", "cursor_field": null})
            })
            .collect();
        self.file("catalog.json", &json!({"streams": streams}));
    }

    async fn run(&self, arguments: &str) -> Said {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_airbyte-source-ashby"))
            .args(arguments.split_whitespace())
            .current_dir(self.directory.path())
            .stdin(Stdio::null())
            .output()
            .await
            .expect("the program is there");
        let stdout = String::from_utf8(stdout).expect("messages are text");
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("no message: {line}"));
        let log = String::from_utf8_lossy(&stderr).into_owned();
        Said { code: status.code(), messages: stdout.lines().map(parse).collect(), log }
    }

    /// Reads what is selected.
    async fn read(&self, state: Option<&Value>) -> Said {
        let mut arguments = "read --config config.json --catalog catalog.json".to_owned();
        if let Some(state) = state {
            self.file("state.json", state);
            arguments.push_str(" --state state.json");
        }
        self.run(&arguments).await
    }

    fn mutate(&self, mutation: &Mutation) {
        self.server.organisation().mutate(mutation).expect("it is there");
    }

    fn truth(&self, operation: &str) -> BTreeMap<String, Value> {
        let records = self.server.organisation().truth(operation, &Map::new());
        records.into_iter().map(|record| (record["id"].as_str().expect("an id").to_owned(), record)).collect()
    }
}

impl Said {
    fn records(&self, stream: &str) -> BTreeMap<String, Value> {
        let records = self.messages.iter().filter(|message| message["record"]["stream"] == stream);
        records
            .map(|message| &message["record"]["data"])
            .map(|data| (data["id"].as_str().expect("an id").to_owned(), data.clone()))
            .collect()
    }

    /// The newest state of each stream, as platforms give it back.
    fn state(&self) -> Value {
        let mut newest = BTreeMap::new();
        for message in self.messages.iter().filter(|message| message["type"] == "STATE") {
            let mut state = message["state"].clone();
            state["global"] = Value::Null;
            state["stream"]["stream_descriptor"]["namespace"] = Value::Null;
            newest.insert(state["stream"]["stream_descriptor"]["name"].to_string(), state);
        }
        newest.into_values().collect()
    }

    /// What is said of a stream beside its records: `STARTED`, `RUNNING`, `STATE 5`, `COMPLETE`.
    fn story(&self, stream: &str) -> Vec<String> {
        let told = self.messages.iter().filter_map(|message| {
            let trace = &message["trace"];
            let (descriptor, told) = match (message["type"].as_str()?, trace["type"].as_str()) {
                ("STATE", _) => (
                    &message["state"]["stream"]["stream_descriptor"],
                    format!("STATE {}", message["state"]["sourceStats"]["recordCount"]),
                ),
                (_, Some("STREAM_STATUS")) => (
                    &trace["stream_status"]["stream_descriptor"],
                    trace["stream_status"]["status"].as_str()?.to_owned(),
                ),
                (_, Some("ERROR")) => (
                    &trace["error"]["stream_descriptor"],
                    format!("ERROR {}", trace["error"]["failure_type"].as_str()?),
                ),
                _ => return None,
            };
            (descriptor["name"] == stream).then_some(told)
        });
        told.collect()
    }

    fn error(&self) -> &Value {
        let error = self.messages.iter().rfind(|message| message["trace"]["type"] == "ERROR");
        &error.expect("an error is told")["trace"]["error"]
    }
}

/// Whether a stream was read to its end. What was learned from all streams together may be told behind that.
fn is_complete(story: &[String]) -> bool {
    let mut ends = story.iter().rev().skip_while(|told| *told == "STATE 0.0");
    ends.next().is_some_and(|told| told == "COMPLETE")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_configured_is_told_with_the_key_as_a_secret() {
    let place = Place::new().await;
    let said = place.run("spec").await;
    assert_eq!((said.code, said.messages.len()), (Some(0), 1), "{}", said.log);
    let specification = &said.messages[0]["spec"]["connectionSpecification"];
    assert_eq!(specification["properties"]["api_key"]["airbyte_secret"], true);
    assert_eq!(specification["required"], json!(["api_key"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_whether_it_works_and_ends_well_either_way() {
    let place = Place::new().await;
    let status = async |place: &Place| {
        let said = place.run("check --config config.json").await;
        assert_eq!((said.code, said.messages.len()), (Some(0), 1), "{}", said.log);
        said.messages[0]["connectionStatus"].clone()
    };
    assert_eq!(status(&place).await, json!({"status": "SUCCEEDED"}));
    for (config, expected) in [
        (json!({"api_key": "wrong-key-of-somebody"}), "API key"),
        (json!({}), "api_key"),
        (json!({"api_key": "sim-key", "start_date": "soon"}), "start_date"),
    ] {
        place.configure(&config);
        let status = status(&place).await;
        assert_eq!(status["status"], "FAILED");
        let message = status["message"].as_str().unwrap();
        assert!(message.contains(expected) && !message.contains("wrong-key-of-somebody"), "{message}");
    }
    let said = place.run("check --config nowhere.json").await;
    assert_eq!(said.messages[0]["connectionStatus"]["status"], "FAILED");
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_described_and_those_that_cannot_be_read_are_left_out() {
    let keys = vec![Key::full("sim-key"), Key::limited("limited", ["jobs:read"])];
    let place = Place::with(ServerOptions { keys, ..ServerOptions::default() }).await;
    let said = place.run("discover --config config.json").await;
    assert_eq!((said.code, said.messages.len()), (Some(0), 1), "{}", said.log);
    let streams = said.messages[0]["catalog"]["streams"].as_array().unwrap();
    let find = |name: &str| streams.iter().find(|stream| stream["name"] == name).unwrap();
    let applications = find("applications");
    assert_eq!(applications["supported_sync_modes"], json!(["full_refresh", "incremental"]));
    assert_eq!(applications["source_defined_primary_key"], json!([["id"]]));
    assert_eq!(applications["source_defined_cursor"], true);
    let properties = &applications["json_schema"]["properties"];
    assert_eq!(properties["archiveReason"]["type"], json!(["null", "object"]));
    assert_eq!(properties["_ab_cdc_deleted_at"]["format"], "date-time");
    let sources = find("sources");
    assert_eq!(sources["supported_sync_modes"], json!(["full_refresh"]));
    assert!(sources["json_schema"]["properties"].get("_ab_cdc_deleted_at").is_none());
    let evaluations = find("application_criteria_evaluations");
    assert_eq!(evaluations["source_defined_primary_key"], json!([["application_id"], ["id"]]));
    for stream in streams {
        for (name, property) in stream["json_schema"]["properties"].as_object().unwrap() {
            let types = property["type"].as_array().unwrap_or_else(|| panic!("{name} has no types"));
            assert!(types.contains(&json!("null")), "{name} may be null");
        }
    }

    place.configure(&json!({"api_key": "limited"}));
    let said = place.run("discover --config config.json").await;
    let streams = said.messages[0]["catalog"]["streams"].as_array().unwrap();
    let names: Vec<&Value> = streams.iter().map(|stream| &stream["name"]).collect();
    assert!(names.contains(&&json!("jobs")) && !names.contains(&&json!("candidates")), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_the_truth_and_the_next_read_brings_what_changed() {
    let place = Place::new().await;
    place.select(&[("candidates", "incremental"), ("sources", "incremental"), ("users", "full_refresh")]);
    let first = place.read(None).await;
    assert_eq!(first.code, Some(0), "{}", first.log);
    for (stream, operation) in
        [("candidates", "candidate.list"), ("sources", "source.list"), ("users", "user.list")]
    {
        assert!(!first.records(stream).is_empty());
        let listed = place.truth(operation);
        assert!(listed.keys().all(|id| first.records(stream).contains_key(id)), "{stream}");
        let story = first.story(stream);
        assert_eq!((&*story[0], &*story[1]), ("STARTED", "RUNNING"));
        assert!(story[2].starts_with("STATE") && is_complete(&story), "{story:?}");
    }
    assert_eq!(first.records("candidates"), place.truth("candidate.list"), "by value");
    let told: f64 = first
        .messages
        .iter()
        .filter_map(|message| message["state"]["sourceStats"]["recordCount"].as_f64())
        .sum();
    let records = first.messages.iter().filter(|message| message["type"] == "RECORD").count();
    assert_eq!(told, records as f64, "states tell of every record once");

    let edited = place.truth("candidate.list").into_keys().next().expect("there is a candidate");
    let patch = Map::from_iter([("name".to_owned(), json!("Somebody Else"))]);
    let update = Mutation::Update { kind: Kind::Candidate, id: edited.clone(), patch };
    place.server.organisation().mutate(&update).expect("it is there");
    let second = place.read(Some(&first.state())).await;
    assert_eq!(second.code, Some(0), "{}", second.log);
    assert_eq!(second.records("candidates").into_keys().collect::<Vec<_>>(), [edited]);
    assert_eq!(second.records("sources").len(), first.records("sources").len(), "listed whole");
    assert_eq!(second.records("users").len(), first.records("users").len(), "as it was asked for");
    let third = place.read(Some(&second.state())).await;
    assert_eq!(third.records("candidates").len(), 0);
    let story = third.story("candidates");
    assert!(story[..2] == ["STARTED", "STATE 0.0"] && is_complete(&story), "{story:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_broke_goes_on_from_its_newest_state() {
    let place = Place::new().await;
    place.select(&[("candidates", "incremental")]);
    let whole = place.read(None).await;
    let states: Vec<usize> =
        (0..whole.messages.len()).filter(|index| whole.messages[*index]["type"] == "STATE").collect();
    // A destination that kept what came before the first state and lost the rest.
    let kept = Said { code: None, messages: whole.messages[..=states[0]].to_vec(), log: String::new() };
    let rest = place.read(Some(&kept.state())).await;
    assert_eq!(rest.code, Some(0), "{}", rest.log);
    let mut all = kept.records("candidates");
    all.extend(rest.records("candidates"));
    assert_eq!(all, place.truth("candidate.list"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_of_the_other_connector_lists_once_more_and_one_that_is_none_is_refused() {
    let place = Place::new().await;
    place.select(&[("candidates", "incremental")]);
    let stream = |state: Value| json!([{"type": "STREAM", "stream": {"stream_descriptor": {"name": "candidates"}, "stream_state": state}}]);
    let said = place.read(Some(&stream(json!({"updatedAt": "2026-01-01T00:00:00Z"})))).await;
    assert_eq!((said.code, said.records("candidates").len()), (Some(0), place.truth("candidate.list").len()));
    assert!(said.log.contains("of another connector"), "{}", said.log);
    for odd in [
        json!({"type": "GLOBAL"}),
        json!([{"type": "GLOBAL"}]),
        stream(json!({"version": 99, "streams": {}})),
    ] {
        let said = place.read(Some(&odd)).await;
        assert_eq!((said.code, said.records("candidates").len()), (Some(1), 0), "{odd}");
        assert_eq!(said.error()["failure_type"], "config_error");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_stream_that_fails_keeps_the_others_and_the_end_says_so() {
    let keys = vec![Key::limited("sim-key", ["jobs:read"])];
    let place = Place::with(ServerOptions { keys, ..ServerOptions::default() }).await;
    place.select(&[("candidates", "incremental"), ("jobs", "incremental")]);
    let said = place.read(None).await;
    assert_eq!(said.code, Some(1), "{}", said.log);
    assert_eq!(said.story("candidates"), ["STARTED", "ERROR config_error", "INCOMPLETE"]);
    assert!(is_complete(&said.story("jobs")));
    assert!(!said.records("jobs").is_empty());

    place.select(&[("jobs", "incremental"), ("jobz", "incremental")]);
    let said = place.read(None).await;
    assert_eq!((said.code, said.records("jobs").len()), (Some(1), 0));
    assert!(said.error()["message"].as_str().unwrap().contains("jobz"));

    place.select(&[("jobs", "incremental")]);
    place.configure(&json!({"api_key": "wrong"}));
    let said = place.read(None).await;
    assert_eq!((said.code, &said.error()["failure_type"]), (Some(1), &json!("config_error")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_date_leaves_out_old_applications_and_no_candidate() {
    let place = Place::new().await;
    place.select(&[("candidates", "full_refresh"), ("applications", "full_refresh")]);
    let all = place.read(None).await;
    // Whatever there is was created before, and Ashby refuses what lies ahead.
    let now = jiff::Timestamp::now().strftime("%FT%TZ").to_string();
    place.configure(&json!({"api_key": "sim-key", "start_date": now}));
    let dated = place.read(None).await;
    assert_eq!(dated.code, Some(0), "{}", dated.log);
    assert_eq!(dated.records("candidates").len(), all.records("candidates").len());
    assert!(!all.records("applications").is_empty());
    assert!(dated.records("applications").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_date_is_held_against_what_changed_too() {
    let place = Place::new().await;
    place.select(&[("applications", "incremental")]);
    let mut applications: Vec<Value> = place.truth("application.list").into_values().collect();
    applications.sort_by_key(|application| application["createdAt"].to_string());
    let middle = applications[applications.len() / 2]["createdAt"].as_str().unwrap();
    let start = format!("{}Z", &middle[.."2026-01-01T00:00:00".len()]);
    place.configure(&json!({"api_key": "sim-key", "start_date": start}));
    let first = place.read(None).await;
    assert_eq!(first.code, Some(0), "{}", first.log);
    let edit = |application: &Value| {
        let id = application["id"].as_str().unwrap().to_owned();
        let patch = Map::from_iter([("status".to_owned(), json!("Archived"))]);
        place.mutate(&Mutation::Update { kind: Kind::Application, id: id.clone(), patch });
        id
    };
    let (old, new) = (edit(&applications[0]), edit(applications.last().unwrap()));
    assert!(!first.records("applications").contains_key(&old));
    assert!(first.records("applications").contains_key(&new));
    let second = place.read(Some(&first.state())).await;
    assert_eq!(second.code, Some(0), "{}", second.log);
    let changed = second.records("applications");
    assert!(changed.contains_key(&new) && !changed.contains_key(&old), "{:?}", changed.keys());
}

/// Records that say that something is gone.
fn tombstones(said: &Said, stream: &str) -> Vec<Value> {
    let records = said.messages.iter().filter(|message| message["record"]["stream"] == stream);
    let records = records.map(|message| &message["record"]["data"]);
    records.filter(|record| record["_ab_cdc_deleted_at"].is_string()).cloned().collect()
}

/// Ashby says no, with this code.
fn refusal(code: &str) -> Fault {
    Fault::Error { code: code.to_owned(), shape: ErrorShape::default(), status: 200 }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_with_its_parent_is_told_to_be_gone() {
    let place = Place::new().await;
    place.select(&[("application_history", "incremental")]);
    let first = place.read(None).await;
    assert_eq!(first.code, Some(0), "{}", first.log);
    assert!(tombstones(&first, "application_history").is_empty());
    let history = first.records("application_history");
    let application = history.values().next().unwrap()["application_id"].as_str().unwrap().to_owned();
    let went: BTreeSet<&String> =
        history.iter().filter(|(_, step)| step["application_id"] == *application).map(|(id, _)| id).collect();
    // It changed, and has gone by the time at which its history is asked for.
    let patch = Map::from_iter([("status".to_owned(), json!("Archived"))]);
    place.mutate(&Mutation::Update { kind: Kind::Application, id: application.clone(), patch });
    place.server.faults().add(FaultRule::new("application.listHistory", refusal("application_not_found")));
    let second = place.read(Some(&first.state())).await;
    assert_eq!(second.code, Some(0), "{}", second.log);
    let told = tombstones(&second, "application_history");
    let gone: BTreeSet<String> =
        told.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(gone.iter().collect::<BTreeSet<_>>(), went);
    assert!(told.iter().all(|record| record["application_id"] == *application));
    let third = place.read(Some(&second.state())).await;
    assert!(tombstones(&third, "application_history").is_empty(), "once");

    place.server.faults().clear();
    place.select(&[("application_history", "full_refresh")]);
    assert!(tombstones(&place.read(None).await, "application_history").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_listing_of_an_incremental_stream_shows_what_is_gone() {
    let place = Place::new().await;
    place.select(&[("candidates", "incremental")]);
    let first = place.read(None).await;
    let gone = place.truth("candidate.list").into_keys().next().unwrap();
    place.mutate(&Mutation::Delete { kind: Kind::Candidate, id: gone.clone() });
    place
        .server
        .faults()
        .add(FaultRule::new("candidate.list", refusal("sync_token_expired")).token(true).times(1));
    let second = place.read(Some(&first.state())).await;
    assert_eq!(second.code, Some(0), "{}", second.log);
    let told = tombstones(&second, "candidates");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["id"], *gone);
    assert_eq!(told[0]["updatedAt"], told[0]["_ab_cdc_deleted_at"], "newer than the row that it ends");
    let third = place.read(Some(&second.state())).await;
    assert_eq!(third.records("candidates").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn children_name_what_they_belong_to() {
    let place = Place::new().await;
    place.select(&[("application_history", "incremental")]);
    let said = place.read(None).await;
    assert_eq!(said.code, Some(0), "{}", said.log);
    let applications = place.truth("application.list");
    let history = said.records("application_history");
    assert!(!history.is_empty());
    for (id, record) in history {
        let application =
            record["application_id"].as_str().unwrap_or_else(|| panic!("{id} names no application"));
        assert!(applications.contains_key(application));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_is_held_back_the_platform_is_told_until_when() {
    let place = Place::new().await;
    place.server.faults().add(
        FaultRule::new("user.list", Fault::RetryAfter { status: 429, seconds: 2, date: false }).times(1),
    );
    place.select(&[("users", "full_refresh")]);
    let before = jiff::Timestamp::now().as_millisecond();
    let said = place.read(None).await;
    assert_eq!(said.code, Some(0), "{}", said.log);
    let statuses: Vec<&Value> = said
        .messages
        .iter()
        .filter(|message| message["trace"]["type"] == "STREAM_STATUS")
        .map(|message| &message["trace"]["stream_status"])
        .collect();
    let names: Vec<&str> = statuses.iter().filter_map(|status| status["status"].as_str()).collect();
    assert_eq!(names, ["STARTED", "RUNNING", "RUNNING", "COMPLETE"], "{statuses:?}");
    let reason = &statuses[1]["reasons"][0];
    assert_eq!(reason["type"], "RATE_LIMITED");
    let until = reason["rate_limited"]["quota_reset"].as_i64().expect("it is an integer");
    assert!((before + 1_000..before + 60_000).contains(&until), "{until} is not a while after {before}");
}
