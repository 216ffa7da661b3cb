//! Resources and prompts, and what one host wants beside them.

use serde_json::{Value, json};

use super::Host;
use crate::support::{Site, truth};

async fn read(host: &mut Host, uri: &str) -> Value {
    let answer = host.request("resources/read", json!({"uri": uri})).await;
    let contents = &answer["result"]["contents"][0];
    assert_eq!(
        (&contents["uri"], &contents["mimeType"]),
        (&json!(uri), &json!("application/json")),
        "{answer}"
    );
    serde_json::from_str(contents["text"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn resources_say_what_there_is_and_list_nobody() {
    let site = Site::new().await;
    site.done("sync candidates jobs").await;
    let mut modern = Host::modern(site.ashby("mcp"));
    let listed = modern.request("resources/list", json!({})).await["result"]["resources"].clone();
    let uris: Vec<&str> = listed.as_array().unwrap().iter().map(|one| one["uri"].as_str().unwrap()).collect();
    assert_eq!(uris, ["ashby://data", "ashby://operations", "ashby://status"]);
    for uri in &uris {
        let said = read(&mut modern, uri).await.to_string();
        let (_, somebody) = truth(site.organisation(), "candidates").into_iter().next().unwrap();
        assert!(!said.contains(somebody["name"].as_str().unwrap()), "{uri}");
    }
    let templates = modern.request("resources/templates/list", json!({})).await["result"].clone();
    assert_eq!(templates["resourceTemplates"].as_array().unwrap().len(), 2);
    let stream = read(&mut modern, "ashby://data/candidates").await;
    assert!(stream["columns"].as_array().unwrap().iter().any(|column| column["name"] == "name"), "{stream}");
    let operation = read(&mut modern, "ashby://operations/candidate.createNote").await;
    assert_eq!(operation["kind"], "write");
    let status = read(&mut modern, "ashby://status").await;
    assert!(
        status["streams"]
            .as_array()
            .unwrap()
            .iter()
            .any(|stream| stream["stream"] == "jobs" && stream["age_s"].is_u64())
    );
    // What is not there, in the words of either era.
    for uri in
        ["ashby://data/nothing", "ashby://candidates/1", "file:///etc/passwd", "ashby://operations/x.y"]
    {
        let answer = modern.request("resources/read", json!({"uri": uri})).await;
        assert_eq!(
            (&answer["error"]["code"], &answer["error"]["data"]["uri"]),
            (&json!(-32602), &json!(uri))
        );
    }
    modern.end().await;
    let (mut legacy, _) = Host::legacy(site.ashby("mcp"), "2025-06-18").await;
    assert_eq!(legacy.request("resources/list", json!({})).await["result"]["resources"], listed);
    let answer = legacy.request("resources/read", json!({"uri": "ashby://data/nothing"})).await;
    assert_eq!(answer["error"]["code"], -32002);
    legacy.end().await;
}

#[tokio::test]
async fn prompts_ask_for_tools_and_check_what_they_are_given() {
    let site = Site::new().await;
    let mut host = Host::modern(site.ashby("mcp"));
    let listed = host.request("prompts/list", json!({})).await["result"]["prompts"].clone();
    let names: Vec<&str> =
        listed.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["prepare_interview", "stale_candidates", "weekly_pipeline_report"]);
    let id = "00000000-0000-4000-8000-000000000000";
    let get = |name: &str, arguments: Value| json!({"name": name, "arguments": arguments});
    let got = host.request("prompts/get", get("prepare_interview", json!({"application_id": id}))).await;
    let text = got["result"]["messages"][0]["content"]["text"].as_str().unwrap().to_owned();
    assert!(text.contains(id) && text.contains("read_resume"), "{text}");
    for (name, arguments) in [
        ("prepare_interview", json!({})),
        ("prepare_interview", json!({"application_id": "x"})),
        ("stale_candidates", json!({"days": "0"})),
        ("weekly_pipeline_report", json!({"jobs": "x"})),
        ("nothing", json!({})),
    ] {
        let answer = host.request("prompts/get", get(name, arguments)).await;
        assert_eq!(answer["error"]["code"], -32602, "{name}: {answer}");
    }
    host.end().await;
}

#[tokio::test]
async fn what_search_finds_is_fetched_where_that_is_asked_for() {
    let site = Site::new().await;
    site.done("sync candidates jobs").await;
    let (id, candidate) = truth(site.organisation(), "candidates").into_iter().next().unwrap();
    let mut host = Host::modern(site.ashby("mcp --tools chatgpt"));
    let found = host.call("search", json!({"query": candidate["name"]})).await;
    let hit = found["results"].as_array().unwrap().iter().find(|hit| hit["id"] == id.as_str()).unwrap();
    assert!(hit["title"].is_string() && hit["url"].is_string(), "{hit}");
    for asked in [id.clone(), format!("candidates/{id}")] {
        let fetched = host.call("fetch", json!({"id": asked})).await;
        let text: Value = serde_json::from_str(fetched["text"].as_str().unwrap()).unwrap();
        assert_eq!((&text["id"], &fetched["title"]), (&json!(id), &candidate["name"]));
        assert_eq!((&fetched["source"], &fetched["untrusted"]), (&json!("local"), &json!(true)));
        assert!(fetched["metadata"]["as_of"].is_string(), "{fetched}");
    }
    assert_eq!(host.refused("fetch", json!({"id": "nothing/1"})).await["code"], "unknown_stream");
    host.end().await;
    let mut host = Host::modern(site.ashby("mcp"));
    let tools = host.request("tools/list", json!({})).await["result"]["tools"].to_string();
    assert!(!tools.contains("\"fetch\""));
    host.end().await;
}
