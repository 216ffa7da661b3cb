//! A read that is asked to stop.

use std::process::Stdio;
use std::time::Duration;

use ashby_sim::ServerOptions;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::Command;

use crate::{Place, Said};

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_is_asked_to_stop_ends_with_what_it_has_and_the_next_goes_on() {
    let options = ServerOptions { latency: Some(Duration::from_millis(200)), ..ServerOptions::default() };
    let place = Place::with(options).await;
    place.select(&[("candidates", "incremental"), ("candidate_notes", "incremental")]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_airbyte-source-ashby"))
        .args(["read", "--config", "config.json", "--catalog", "catalog.json"])
        .current_dir(place.directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program is there");
    let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut text = String::new();
    while !text.contains("RUNNING") {
        assert_ne!(output.read_line(&mut text).await.expect("it is text"), 0, "{text}");
    }
    let process = child.id().expect("it runs").to_string();
    let sent = Command::new("kill").args(["-TERM", &process]).status().await.expect("there is kill");
    assert!(sent.success());
    output.read_to_string(&mut text).await.expect("it is text");
    assert_eq!(child.wait().await.expect("it ends").code(), Some(0));
    let messages: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("whole messages")).collect();
    let stopped = Said { code: Some(0), messages, log: String::new() };
    assert_eq!(stopped.story("candidate_notes").last().map(String::as_str), Some("INCOMPLETE"));

    let rest = place.read(Some(&stopped.state())).await;
    assert_eq!(rest.code, Some(0), "{}", rest.log);
    let mut candidates = stopped.records("candidates");
    candidates.extend(rest.records("candidates"));
    assert_eq!(json!(candidates), json!(place.truth("candidate.list")));
}
