//! Requests that are answered once: spec, discover, validate, apply; and what is not a request.

use ashby_sim::{Fault, FaultRule, Key, ServerOptions};
use serde_json::{Value, json};

use crate::fixture::{self, INCREMENTAL, SNAPSHOTS};
use crate::process::{Ended, Process};

const OFFLINE: &str = "ESTUARY_TEST_ACCESS_TOKEN";

fn config(base_url: &str, key: &str) -> Value {
    json!({"credentials": {"access_token": key}, "advanced": {"base_url": base_url, "requests_per_minute": 0}})
}

async fn ask(request: &Value) -> (Option<Value>, Ended) {
    let mut process = Process::start(&[]);
    process.send(request).await;
    process.hang_up();
    let answer = process.next().await;
    (answer, process.wait().await)
}

fn names(discovered: &Value) -> Vec<&str> {
    let bindings = discovered["discovered"]["bindings"].as_array().expect("there are bindings");
    bindings.iter().map(|binding| binding["recommendedName"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn spec_is_what_it_was() {
    let (answer, ended) = ask(&json!({"spec": {"connectorType": "LOCAL", "config": {}}})).await;
    ended.assert_success();
    insta::assert_json_snapshot!("spec", answer.unwrap());
    assert!(ended.output.is_empty() && ended.log.is_empty());
}

#[tokio::test]
async fn discover_is_what_it_was() {
    let credentials = json!({"credentials_title": "Private App Credentials", "access_token": OFFLINE});
    let (answer, ended) =
        ask(&json!({"discover": {"connectorType": "IMAGE", "name": "acmeCo/new", "config": {"credentials": credentials}}})).await;
    ended.assert_success();
    let answer = answer.unwrap();
    let expected: Vec<&str> = fixture::predecessors();
    assert_eq!(names(&answer)[..24], expected[..], "the Python connector's come first, in its order");
    let bindings = answer["discovered"]["bindings"].as_array().unwrap();
    // One line each; the schemas of one binding of each kind in full.
    let line = |binding: &Value| {
        let disabled = if binding["disable"] == true { ", disabled" } else { "" };
        format!(
            "{}: {} {}, {}{disabled}",
            binding["recommendedName"].as_str().unwrap(),
            binding["documentSchema"]["title"].as_str().unwrap(),
            binding["key"],
            binding["resourceConfig"]["interval"].as_str().unwrap(),
        )
    };
    let find = |name: &str| bindings.iter().find(|binding| binding["recommendedName"] == name).unwrap();
    let full = ["jobs", "sources", "candidate_projects"].map(find);
    insta::assert_json_snapshot!(
        "discover",
        json!({"all": bindings.iter().map(line).collect::<Vec<_>>(), "full": full})
    );
}

#[tokio::test]
async fn every_predecessors_binding_has_its_schema() {
    let (answer, _) = ask(&json!({"discover": {"config": {"credentials": {"access_token": OFFLINE}}}})).await;
    let answer = answer.unwrap();
    for binding in answer["discovered"]["bindings"].as_array().unwrap().iter().take(24) {
        let name = binding["recommendedName"].as_str().unwrap();
        assert_eq!(binding["resourceConfig"], json!({"name": name, "interval": "PT5M"}));
        assert_eq!(binding["disable"], false);
        let schema = &binding["documentSchema"];
        if SNAPSHOTS.contains(&name) {
            assert_eq!(binding["key"], json!(["/_meta/row_id"]));
            assert_eq!((&schema["title"], schema.get("required")), (&json!("BaseDocument"), None));
        } else {
            assert!(INCREMENTAL.contains(&name));
            assert_eq!(binding["key"], json!(["/id"]));
            assert_eq!(schema["required"], json!(["id"]));
            assert_eq!(schema["properties"]["id"], json!({"type": "string", "title": "Id"}));
        }
    }
}

#[tokio::test]
async fn what_the_key_may_not_read_is_not_discovered() {
    let mut key = Key::limited("k", ["jobs:read", "apiKeys:read"]);
    for can_read_key_info in [true, false] {
        key.can_read_key_info = can_read_key_info;
        let scopes: &[&str] = if can_read_key_info { &["jobs:read", "apiKeys:read"] } else { &["jobs:read"] };
        key.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let server = fixture::server(
            &fixture::tiny(),
            ServerOptions { keys: vec![key.clone()], ..ServerOptions::default() },
        )
        .await;
        let (answer, ended) = ask(&json!({"discover": {"config": config(&server.base_url(), "k")}})).await;
        ended.assert_success();
        let answer = answer.unwrap();
        let names = names(&answer);
        assert!(names.contains(&"jobs") && names.contains(&"job_postings"), "{names:?}");
        assert!(!names.contains(&"candidates") && !names.contains(&"users"), "{names:?}");
    }
}

#[tokio::test]
async fn validate_names_the_paths_in_order() {
    let server = fixture::small().await;
    let binding = |name: &str, key: &str| json!({"resourceConfig": {"name": name}, "collection": {"name": name, "key": [key]}, "backfill": 1});
    let bindings = [binding("users", "/id"), binding("sources", "/_meta/row_id"), binding("jobs", "/id")];
    let request = json!({"validate": {"name": "acmeCo/ashby", "config": config(&server.base_url(), "sim-key"), "bindings": bindings}});
    let (answer, ended) = ask(&request).await;
    ended.assert_success();
    let paths = ["users", "sources", "jobs"].map(|name| json!({"resourcePath": [name]}));
    assert_eq!(answer.unwrap(), json!({"validated": {"bindings": paths}}));
    assert_eq!(server.log().total(), 1, "one request shows that the key works");
}

#[tokio::test]
async fn validate_says_what_cannot_work() {
    let server = fixture::small().await;
    let url = server.base_url();
    let with = |config: Value, name: &str, key: &str| {
        json!({"validate": {"config": config, "bindings": [
            {"resourceConfig": {"name": name}, "collection": {"key": [key]}}]}})
    };
    for (request, expected) in [
        (
            with(config(&url, "wrong-key"), "jobs", "/id"),
            "Invalid API key. Please confirm the provided API key is correct.",
        ),
        (with(config(&url, "sim-key"), "job", "/id"), "Resource 'job' was not found."),
        (with(config(&url, "sim-key"), "sources", "/id"), "/_meta/row_id"),
        (with(json!({}), "jobs", "/id"), "/credentials/access_token is missing"),
    ] {
        let (answer, ended) = ask(&request).await;
        assert_eq!((answer, ended.status.code()), (None, Some(1)));
        let explanation = ended.explanation();
        assert!(explanation.contains(expected), "{explanation}");
        assert!(!explanation.contains("wrong-key") && !explanation.contains("sim-key"), "{explanation}");
    }
}

#[tokio::test]
async fn a_permission_that_was_taken_away_does_not_keep_the_others_from_being_published() {
    let key = Key { can_read_key_info: true, ..Key::limited("k", ["jobs:read"]) };
    let server =
        fixture::server(&fixture::tiny(), ServerOptions { keys: vec![key], ..ServerOptions::default() })
            .await;
    let bindings = ["jobs", "offers"].map(|name| json!({"resourceConfig": {"name": name}}));
    let (answer, ended) =
        ask(&json!({"validate": {"config": config(&server.base_url(), "k"), "bindings": bindings}})).await;
    ended.assert_success();
    assert!(answer.unwrap()["validated"].is_object());
    assert!(
        ended
            .log
            .iter()
            .any(|line| line["level"] == "WARN" && line["message"].as_str().unwrap().contains("offers"))
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_running_connector_leaves_no_core_behind() {
    let mut process = Process::start(&[]);
    process.ask(&json!({"spec": {"config": {}}})).await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", process.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(line.split_whitespace().skip(4).collect::<Vec<_>>(), ["0", "0", "bytes"]);
    process.end().await.assert_success();
}

#[tokio::test]
async fn requests_come_in_sequence_until_the_input_ends() {
    let mut process = Process::start(&[]);
    for _ in 0..2 {
        let answer =
            process.ask(&json!({"spec": {"config": {}}, "$internal": "AAE=", "future": {"x": 1}})).await;
        assert_eq!(answer["spec"]["resourcePathPointers"], json!(["/name"]));
    }
    let apply =
        json!({"apply": {"capture": {"config": {}}, "version": "v2", "lastVersion": "v1", "state": {}}});
    for _ in 0..2 {
        assert_eq!(process.ask(&apply).await, json!({"applied": {"actionDescription": ""}}));
    }
    process.end().await.assert_success();
    Process::start(&[]).end().await.assert_success();
}

#[tokio::test]
async fn what_is_not_a_request_is_explained() {
    let open = |state: Value| {
        json!({"open": {"capture": {"config": {"credentials": {"access_token": OFFLINE}},
            "bindings": [{"resourceConfig": {"name": "jobs"}, "stateKey": "jobs"}]}, "state": state}})
        .to_string()
    };
    for (input, expected) in [
        (r#"{"spec":{"config":"#.to_owned(), "ends too early"),
        ("hello\n".to_owned(), "is not JSON"),
        ("{\"derive\":{}}\n".to_owned(), "no kind"),
        ("{\"discover\":{}}\n".to_owned(), "no config"),
        ("{\"discover\":{\"config\":{}}}\n".to_owned(), "/credentials/access_token is missing"),
        ("{\"validate\":{\"config\":{},\"bindings\":7}}\n".to_owned(), "unexpected type"),
        ("{\"open\":{\"capture\":{\"config\":[]}}}\n".to_owned(), "/credentials/access_token is missing"),
        (
            open(json!({"bindingStateV1": {"jobs": {"inc": {"cursor": ["a", "b"]}}}})),
            "the saved state of the binding jobs",
        ),
        (open(json!(["x"])), "the saved state cannot be read"),
    ] {
        let mut process = Process::start(&[]);
        process.write(input.as_bytes()).await;
        let ended = process.end().await;
        assert_eq!(ended.status.code(), Some(1), "{input}");
        assert!(ended.explanation().contains(expected), "{input}: {}", ended.explanation());
        assert!(ended.output.is_empty(), "{input}");
    }
}

#[tokio::test]
async fn a_passing_fault_is_waited_out() {
    let server = fixture::small().await;
    server.faults().add(FaultRule::new("apiKey.info", Fault::Status { status: 503 }).times(1));
    let (answer, ended) = ask(&json!({"discover": {"config": config(&server.base_url(), "sim-key")}})).await;
    ended.assert_success();
    assert!(answer.is_some());
}

/// A field of a protobuf message that holds bytes.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut length = content.len();
    let mut bytes = vec![number << 3 | 2];
    while length > 127 {
        bytes.push((length & 127) as u8 | 128);
        length >>= 7;
    }
    bytes.push(length as u8);
    [&bytes, content].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_over_protobuf() {
    let server = fixture::server(&fixture::tiny(), ServerOptions::default()).await;
    let binding = [field(1, br#"{"name":"users"}"#), field(5, b"users.v2")].concat();
    let config = config(&server.base_url(), "sim-key").to_string();
    let capture = [field(3, config.as_bytes()), field(4, &binding)].concat();
    let open = field(5, &field(1, &capture));
    let mut process = Process::start(&[("FLOW_RUNTIME_CODEC", "proto")]);
    process.write(&(open.len() as u32).to_le_bytes()).await;
    process.write(&open).await;
    let mut frames = Vec::new();
    // Opened {}, Checkpoint, three times Captured, Checkpoint
    for _ in 0..6 {
        frames.push(process.next_frame().await);
    }
    process.end().await.assert_success();
    let kinds: Vec<u8> = frames.iter().map(|frame| frame[0] >> 3).collect();
    assert_eq!(kinds, [5, 7, 6, 6, 6, 7]);
    let holds = |frame: &[u8], text: &str| frame.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(&frames[2], r#""email":"#) && holds(&frames[5], r#""users.v2":{"#));
    assert!(holds(&frames[5], r#""inc":{"cursor":["#));
}

#[tokio::test]
async fn protobuf_is_spoken_where_the_runtime_says_so() {
    // Request { spec: {} }, Request { apply: {} }
    let requests = b"\x02\0\0\0\x0a\0\x02\0\0\0\x22\0";
    let mut process = Process::start(&[("FLOW_RUNTIME_CODEC", "proto")]);
    process.write(requests).await;
    let ended = process.end().await;
    ended.assert_success();
    let (length, rest) = ended.output.split_first_chunk::<4>().unwrap();
    let (spec, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
    // Response { spec: { protocol: 3032023, … } }
    assert_eq!(spec[0], 0x0a);
    let protocol = [0x08, 0xd7, 0x87, 0xb9, 0x01];
    assert!(spec.windows(protocol.len()).any(|window| window == protocol), "the protocol's version is there");
    // Response { applied: {} }
    assert_eq!(rest, b"\x02\0\0\0\x22\0");
}

#[test]
fn whoever_starts_it_by_hand_is_told_what_it_is() {
    let ran = |argument: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_source-ashby"));
        command.arg(argument).stdin(std::process::Stdio::null()).output().unwrap()
    };
    let help = ran("--help");
    assert!(help.status.success() && String::from_utf8(help.stdout).unwrap().contains("Usage: source-ashby"));
    let version = ran("--version");
    assert!(String::from_utf8(version.stdout).unwrap().starts_with("source-ashby 0."));
    let odd = ran("a-key");
    assert_eq!(odd.status.code(), Some(2));
    assert!(!String::from_utf8(odd.stderr).unwrap().contains("a-key"));
}
