//! SIGTERM while agents are being answered: what is under way is answered, and a write that was begun is noted to its end.

use std::time::Duration;

use ashby_sim::{Fault, FaultRule};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::mcp::Host;
use crate::serve::{Server, answer};
use crate::support::{Site, said, signal, truth};

fn call(name: &str, arguments: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}})
}

fn candidate(site: &Site) -> String {
    truth(site.organisation(), "candidates").into_keys().next().unwrap()
}

fn note(candidate: &str) -> Value {
    json!({"operation": "candidate.createNote", "params": {"candidateId": candidate, "note": "x"}})
}

fn journal(site: &Site) -> Vec<String> {
    let text = std::fs::read_to_string(site.path("ashby-writes.jsonl")).unwrap_or_default();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| line["what"].as_str().unwrap().to_owned()).collect()
}

/// Asks it to stop, and waits until it has heard that.
async fn stop(server: &mut Server) {
    signal(&server.child, "TERM");
    said(&mut server.stderr, "stopping").await;
}

async fn ends_well(mut server: Server) {
    let ended = tokio::time::timeout(Duration::from_secs(60), server.child.wait()).await.unwrap().unwrap();
    assert_eq!(ended.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_under_way_is_answered_before_a_server_ends() {
    let site = Site::new().await;
    let id = candidate(&site);
    let mut server = Server::start(&site, "").await;
    site.server.faults().add(FaultRule::new("candidate.info", Fault::Hold));
    let get = call("get", &json!({"stream": "candidates", "id": id, "live": true}));
    let asked = tokio::spawn(answer(server.mcp(&get)));
    site.held().await;
    stop(&mut server).await;
    site.server.faults().clear();
    let (status, told) = asked.await.unwrap();
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!(told["result"]["structuredContent"]["record"]["id"], id, "{told}");
    ends_well(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_under_way_is_answered_and_noted_before_a_server_ends() {
    for stays in [true, false] {
        let site = Site::new().await;
        let mut server = Server::start(&site, "--allow-writes").await;
        let (_, planned) = answer(server.mcp(&call("plan_write", &note(&candidate(&site))))).await;
        let plan = planned["result"]["structuredContent"]["plan_id"].clone();
        site.server.faults().add(FaultRule::new("candidate.createNote", Fault::Hold));
        let asked = tokio::spawn(answer(server.mcp(&call("apply_plan", &json!({"plan_id": plan})))));
        site.held().await;
        if !stays {
            // Nobody waits for the answer any more.
            asked.abort();
            let _ = (&mut { asked }).await;
            stop(&mut server).await;
            site.server.faults().clear();
        } else {
            stop(&mut server).await;
            site.server.faults().clear();
            let (status, told) = asked.await.unwrap();
            assert_eq!(status, StatusCode::OK, "{told}");
            assert_eq!(told["result"]["structuredContent"]["applied"], true, "{told}");
        }
        ends_well(server).await;
        assert_eq!(journal(&site), ["begun", "done"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_is_to_end_has_its_last_answer_first() {
    let site = Site::new().await;
    let mut host = Host::modern(site.ashby("mcp --allow-writes"));
    let plan = host.call("plan_write", note(&candidate(&site))).await["plan_id"].clone();
    site.server.faults().add(FaultRule::new("candidate.createNote", Fault::Hold));
    host.post("tools/call", json!({"name": "apply_plan", "arguments": {"plan_id": plan}})).await;
    site.held().await;
    host.terminate().await;
    site.server.faults().clear();
    let told = host.receive().await;
    assert_eq!(told["result"]["structuredContent"]["applied"], true, "{told}");
    host.ends().await;
    assert_eq!(journal(&site), ["begun", "done"]);
}
