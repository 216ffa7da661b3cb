//! What docs/simulator.md says of the simulator.

use std::process::Stdio;

use ashby_sim::ServerOptions;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::support::{Site, bare, run, shape};

const DOCUMENT: &str = include_str!("../../docs/simulator.md");

#[tokio::test(flavor = "multi_thread")]
async fn what_the_documentation_sends_is_understood() {
    let site = Site::with(&shape(), ServerOptions::default()).await;
    let client = reqwest::Client::new();
    let (_, block) = DOCUMENT.split_once("```json\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let candidate = site.some("candidates");
    for line in block.lines() {
        let body = line.replace("CANDIDATE_ID", &candidate);
        let url = format!("{}/_sim/admin", site.server.base_url());
        let answer = client.post(url).body(body).send().await.unwrap();
        let status = answer.status();
        assert!(status.is_success(), "{line}: {status} {}", answer.text().await.unwrap());
        let name = line.split('"').nth(1).unwrap();
        assert!(DOCUMENT.contains(&format!("`{name}`")) || name == "clear_faults", "{name} is not explained");
    }
    for board in ["sim", "sim-campus"] {
        site.done(&format!("postings {board}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_the_scopes_that_were_named() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = bare(directory.path(), "sim serve --scopes");
    command.arg("Candidates: Read,jobs:read,interviews_read,organizationRead");
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let address = lines.next_line().await.unwrap().unwrap();
    for (arguments, code) in [
        ("list jobs --output json", 0),
        ("list candidates", 0),
        ("list interviews", 0),
        ("list users", 0),
        ("list offers", 3),
        ("call apiKey.info", 3),
    ] {
        let mut command = bare(directory.path(), arguments);
        command.env("ASHBY_API_KEY", "sim-key").env("ASHBY_BASE_URL", &address);
        let ran = run(command).await;
        assert_eq!(ran.code, Some(code), "{arguments}: {ran:#?}");
        assert!(code != 0 || serde_json::from_str::<Value>(&ran.stdout).is_ok());
    }
    server.kill().await.unwrap();
    let unknown = run(bare(directory.path(), "sim serve --scopes candidateReads")).await;
    assert!(unknown.code == Some(2) && unknown.stderr.contains("candidates:read"), "{unknown:#?}");
}
