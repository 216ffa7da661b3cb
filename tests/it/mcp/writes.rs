//! Writes: planned, then applied, once.

use serde_json::{Value, json};

use super::Host;
use crate::support::Site;

/// A candidate's id.
async fn candidate(site: &Site) -> String {
    let listed = site.run("list candidates --limit 1").await;
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    listed[0]["id"].as_str().unwrap().to_owned()
}

fn note(candidate: &str) -> Value {
    json!({"operation": "candidate.createNote", "params": {"candidateId": candidate, "note": "met at the fair"}})
}

async fn notes(site: &Site, candidate: &str) -> usize {
    let ran = site.run(&format!("call candidate.listNotes --candidate-id {candidate} --output json")).await;
    let notes: Value = serde_json::from_str(&ran.stdout).unwrap();
    notes.as_array().unwrap().iter().filter(|note| note["content"] == "met at the fair").count()
}

fn journal(site: &Site) -> Vec<Value> {
    let text = std::fs::read_to_string(site.path("ashby-writes.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn nothing_is_written_without_a_plan_and_nothing_twice() {
    let site = Site::new().await;
    let id = candidate(&site).await;
    let mut host = Host::modern(site.ashby("mcp --allow-writes"));
    let plan = host.call("plan_write", note(&id)).await;
    assert_eq!(plan["request"]["note"], "met at the fair");
    assert_eq!((&plan["kind"], &plan["about"][0]["is"]), (&json!("write"), &json!("candidate")));
    assert!(plan["about"][0]["now"]["name"].is_string() && plan["expires_at"].is_string(), "{plan}");
    assert_eq!(notes(&site, &id).await, 0, "a plan changes nothing");
    assert!(journal(&site).is_empty());

    let applied = host.call("apply_plan", json!({"plan_id": plan["plan_id"]})).await;
    assert_eq!(applied["applied"], true);
    assert_eq!(notes(&site, &id).await, 1);
    let again = host.refused("apply_plan", json!({"plan_id": plan["plan_id"]})).await;
    assert_eq!(again["code"], "plan_used");
    // What is not the plan's own cannot be put into it.
    let edited = json!({"plan_id": plan["plan_id"], "params": {"note": "another"}});
    assert_eq!(host.refused("apply_plan", edited).await["code"], "unknown_parameter");
    let invented = json!({"plan_id": format!("plan_{:032x}", 7)});
    assert_eq!(host.refused("apply_plan", invented).await["code"], "plan_unknown");
    assert_eq!(notes(&site, &id).await, 1);

    let lines = journal(&site);
    let what: Vec<&str> = lines.iter().map(|line| line["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["begun", "done"]);
    assert!(
        lines
            .iter()
            .all(|line| line["operation"] == "candidate.createNote" && line["plan"] == plan["plan_id"])
    );
    let text = std::fs::read_to_string(site.path("ashby-writes.jsonl")).unwrap();
    assert!(!text.contains("fair") && !text.contains(&id), "no values in the journal");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(site.path("ashby-writes.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
    let stderr = host.end().await;
    assert_eq!(stderr, "");
}

#[tokio::test]
async fn a_plan_dies_with_its_server_and_with_what_it_is_about() {
    let site = Site::new().await;
    let id = candidate(&site).await;
    let mut host = Host::modern(site.ashby("mcp --allow-writes"));
    let (moved, lost) = (host.call("plan_write", note(&id)).await, host.call("plan_write", note(&id)).await);
    let changed = site.run(&format!("call candidate.update --candidate-id {id} --name Changed --yes")).await;
    assert_eq!(changed.code, Some(0), "{}", changed.stderr);
    let error = host.refused("apply_plan", json!({"plan_id": moved["plan_id"]})).await;
    assert_eq!(error["code"], "precondition_moved");
    host.end().await;
    let mut other = Host::modern(site.ashby("mcp --allow-writes"));
    let error = other.refused("apply_plan", json!({"plan_id": lost["plan_id"]})).await;
    assert_eq!(error["code"], "plan_unknown", "another caller's");
    other.end().await;
    assert_eq!(notes(&site, &id).await, 0);
    assert!(journal(&site).is_empty());
}

#[tokio::test]
async fn only_what_was_allowed_is_planned() {
    let site = Site::new().await;
    let id = candidate(&site).await;
    let mut closed = Host::modern(site.ashby("mcp"));
    let tools = closed.request("tools/list", json!({})).await["result"]["tools"].clone();
    let is_write = |tool: &Value| tool["name"] == "plan_write" || tool["name"] == "apply_plan";
    assert!(!tools.as_array().unwrap().iter().any(is_write));
    closed.end().await;

    let mut host = Host::modern(site.ashby("mcp --allow-writes --tools candidate.createNote"));
    let tools = host.request("tools/list", json!({})).await["result"]["tools"].clone();
    let apply = tools.as_array().unwrap().iter().find(|tool| tool["name"] == "apply_plan").unwrap();
    assert_eq!(
        (&apply["annotations"]["destructiveHint"], &apply["annotations"]["readOnlyHint"]),
        (&json!(true), &json!(false))
    );
    let destroy = json!({"operation": "candidate.anonymize", "params": {"candidateId": id}});
    assert_eq!(host.refused("plan_write", destroy.clone()).await["code"], "writes_not_allowed");
    let read = json!({"operation": "candidate.info", "params": {"id": id}});
    assert_eq!(host.refused("plan_write", read).await["field"], "operation");
    let wrong = json!({"operation": "candidate.createNote", "params": {"candidateId": id}});
    assert_eq!(host.refused("plan_write", wrong).await["code"], "invalid_parameter");
    let nobody = note("00000000-0000-4000-8000-000000000000");
    assert_eq!(host.refused("plan_write", nobody).await["code"], "not_found");
    // A tool of one operation plans as well, and does no more.
    let plan = host.call("candidate_create_note", note(&id)["params"].clone()).await;
    assert!(plan["plan_id"].is_string());
    assert_eq!(notes(&site, &id).await, 0);
    host.end().await;

    let mut host = Host::modern(site.ashby("mcp --allow-writes=candidate.anonymize"));
    assert_eq!(host.refused("plan_write", note(&id)).await["code"], "writes_not_allowed");
    let plan = host.call("plan_write", destroy).await;
    assert!(plan["kind"] == "destructive" && plan["effect"].as_str().unwrap().contains("for good"), "{plan}");
    host.end().await;
}
