//! The pages of docs/reference say what the program says. `ASHBY_UPDATE_DOCUMENTS=1` writes those anew that are made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::support::listening::ask;
use crate::support::{Site, bare, run};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference")
}

/// Compares a page with what it should be, or makes it that.
fn hold(name: &str, wanted: &str) {
    let path = folder().join(name);
    if std::env::var_os("ASHBY_UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&path, wanted).unwrap();
        return;
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = there.lines().zip(wanted.lines()).find(|(there, wanted)| there != wanted);
    assert!(
        there == wanted,
        "docs/reference/{name} is old: run this test with ASHBY_UPDATE_DOCUMENTS=1; the first difference: {differs:#?}"
    );
}

#[tokio::test]
async fn commands_settings_and_failures_are_those_of_the_program() {
    let directory = tempfile::tempdir().unwrap();
    let ran = run(bare(directory.path(), "help reference --dir pages")).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let mut pages = 0;
    for page in std::fs::read_dir(directory.path().join("pages")).unwrap() {
        let path = page.unwrap().path();
        hold(path.file_name().unwrap().to_str().unwrap(), &std::fs::read_to_string(&path).unwrap());
        pages += 1;
    }
    assert_eq!(pages, 3);
}

/// A metric, as Prometheus is told of it.
#[derive(Default)]
struct Metric {
    help: String,
    kind: String,
    labels: BTreeSet<String>,
}

/// What is told of metrics, by name.
fn metrics(text: &str) -> BTreeMap<String, Metric> {
    let mut found: BTreeMap<String, Metric> = BTreeMap::new();
    for line in text.lines() {
        if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
            found.entry(name.to_owned()).or_default().help = help.trim_end_matches('.').to_owned();
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' '))
        {
            found.entry(name.to_owned()).or_default().kind = kind.to_owned();
        } else if let Some((name, labels)) = line.split_once('{') {
            let Some((_, metric)) =
                found.iter_mut().rev().find(|(known, _)| name.starts_with(known.as_str()))
            else {
                continue;
            };
            let labels =
                labels.split('}').next().unwrap().split(',').filter_map(|label| label.split('=').next());
            metric.labels.extend(labels.filter(|label| *label != "le").map(str::to_owned));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_is_in_its_page() {
    let site = Site::new().await;
    site.done("sync users jobs").await;
    let mut command =
        site.ashby("serve --sync --webhooks --stream users,jobs --listen 127.0.0.1:0 --secret-file secret");
    std::fs::write(site.path("secret"), format!("{}\n", crate::support::listening::SECRET)).unwrap();
    command.env("ASHBY_MAX_RPM", "60000").stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = loop {
        let line = said.next_line().await.unwrap().expect("it says where it serves");
        if let Some((_, rest)) = line.split_once("http://")
            && line.starts_with("serving")
        {
            break rest.split(':').take(2).collect::<Vec<_>>().join(":");
        }
    };
    // What counts once something has happened.
    let body = r#"{"entity":"users","action":"list"}"#;
    let length = body.len();
    let request = format!(
        "POST /execute HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    assert!(ask(&address, &request).await.starts_with("HTTP/1.1 200"));
    let event = crate::support::listening::body("1", "candidateHire");
    assert_eq!(crate::support::listening::deliver(&address, &event).await, 200);
    let mut page = "# Metrics\n\n\
         <!-- Written from what the program answers; a test compares: ASHBY_UPDATE_DOCUMENTS=1 writes it anew. -->\n\n\
         What `/metrics` answers Prometheus: that of `ashby serve` by itself, that of `ashby sync --watch` and `ashby listen` at \
         `--metrics ADDRESS`. Each process has those that concern it; a metric with labels appears once there is something to say. \
         Counters have `_total` at the end of their names when they are queried. Names of streams and numbers only: no ids, no values.\n\n\
         [Running it](../operations/README.md) has alert rules and a dashboard.\n\n\
         | metric | kind | labels | |\n|---|---|---|---|\n"
        .to_owned();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let metrics = loop {
        // It answers to its own name only.
        let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        let found = metrics(&ask(&address, &request).await);
        // Of streams once they have been polled, of requests once some were sent.
        let is_complete = found.contains_key("ashby_requests_per_minute_limit")
            && found.get("ashby_stream_polls").is_some_and(|metric| !metric.labels.is_empty())
            && found.get("ashby_stream_token_age_seconds").is_some_and(|metric| !metric.labels.is_empty());
        if is_complete {
            break found;
        }
        assert!(std::time::Instant::now() < deadline, "{:?}", found.keys());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    for (name, Metric { help, kind, labels }) in &metrics {
        let name = if kind == "counter" { format!("{name}_total") } else { name.clone() };
        let labels: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
        page += &format!("| `{name}` | {kind} | {} | {help} |\n", labels.join(", "));
    }
    hold("metrics.md", &page);
    // What monitoring is given refers to metrics that there are.
    let files = ["alerts.yaml", "dashboard.json", "README.md"];
    for file in files {
        let text = std::fs::read_to_string(folder().join("../operations").join(file)).unwrap();
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        for word in text.split(|letter: char| !is_part(letter)).filter(|word| word.starts_with("ashby_")) {
            let name = word.trim_end_matches("_total").trim_end_matches("_bucket");
            let is_known = metrics.contains_key(name) || metrics.keys().any(|known| known.starts_with(name));
            assert!(is_known || word == "ashby_key", "docs/operations/{file}: there is no metric {word}");
        }
    }
}

/// Members of an object and of the objects in it, by path.
fn members(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        found.insert(path.clone());
        members(inner, &path, found);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_of_the_state_is_in_its_page() {
    let site = Site::new().await;
    site.done("sync users candidate_notes --privacy no-contact").await;
    let state: Value = serde_json::from_str(&site.done("state export").await.stdout).unwrap();
    let mut found: BTreeSet<String> = state.as_object().unwrap().keys().cloned().collect();
    for stream in state["streams"].as_object().unwrap().values() {
        members(stream, "", &mut found);
    }
    let page = std::fs::read_to_string(folder().join("state.md")).unwrap();
    // What only the source reads is told as a whole.
    for path in found.iter().filter(|path| !path.starts_with(".checkpoint.progress.")) {
        let name = path.trim_start_matches('.');
        let last = name.rsplit('.').next().unwrap();
        assert!(
            page.contains(&format!("`{name}`")) || page.contains(&format!("`{last}`")),
            "{name} is not explained"
        );
    }
}
