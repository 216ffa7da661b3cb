//! Tools that read.

use serde_json::{Value, json};

use super::Host;
use crate::support::Site;

#[tokio::test]
async fn a_copy_answers_whatever_is_asked_of_it() {
    let site = Site::new().await;
    assert_eq!(site.run("sync").await.code, Some(0));
    let requests = site.log().total();
    let mut host = Host::modern(site.ashby("mcp"));

    let data = host.call("describe_data", json!({})).await;
    assert_eq!(data["source"], "local");
    assert!(data["as_of"].is_string() && data["age_s"].is_u64(), "{data}");
    let candidates =
        data["streams"].as_array().unwrap().iter().find(|stream| stream["stream"] == "candidates");
    assert_eq!(candidates.unwrap()["records"], 120);
    let data = host.call("describe_data", json!({"stream": "applications"})).await;
    assert!(
        data["columns"]
            .as_array()
            .unwrap()
            .iter()
            .any(|column| column == &json!({"name": "status", "type": "text"}))
    );
    assert!(data["joins"].to_string().contains("candidates.id"));
    for example in data["examples"].as_array().unwrap() {
        host.call("query", json!({"sql": example})).await;
    }

    // A list to its end is the copy, and so is a query.
    let (mut keys, mut arguments) =
        (Vec::new(), json!({"stream": "candidates", "limit": 50, "fields": ["id", "name"]}));
    loop {
        let page = host.call("list", arguments.clone()).await;
        assert_eq!((&page["total"], &page["source"]), (&json!(120), &json!("local")));
        keys.extend(page["records"].as_array().unwrap().iter().map(|record| record["id"].clone()));
        assert_eq!(page["has_more"], page["cursor"].is_string());
        match page.get("cursor") {
            Some(cursor) => arguments["cursor"] = cursor.clone(),
            None => break,
        }
    }
    assert_eq!(keys.len(), 120);
    let mut listed = keys.clone();
    listed.sort_by_key(Value::to_string);
    let (mut queried, mut arguments) =
        (Vec::new(), json!({"sql": "SELECT id FROM candidates ORDER BY id", "limit": 70}));
    loop {
        let page = host.call("query", arguments.clone()).await;
        queried.extend(page["rows"].as_array().unwrap().iter().map(|row| row["id"].clone()));
        match page.get("cursor") {
            Some(cursor) => arguments["cursor"] = cursor.clone(),
            None => break,
        }
    }
    assert_eq!(listed, queried);

    // One record, whole and in parts; its words.
    let record = host.call("get", json!({"stream": "candidates", "id": keys[0]})).await;
    assert_eq!(
        (&record["record"]["id"], &record["source"], &record["untrusted"]),
        (&keys[0], &json!("local"), &json!(true))
    );
    let name = record["record"]["name"].clone();
    let part = host.call("get", json!({"stream": "candidates", "id": keys[0], "fields": ["name"]})).await;
    assert_eq!(part["record"], json!({"name": name}));
    let found = host.call("search", json!({"query": name, "kinds": ["candidates"]})).await;
    assert!(
        found["results"]
            .as_array()
            .unwrap()
            .iter()
            .any(|hit| hit["id"] == keys[0] && hit["untrusted"] == true)
    );
    let application =
        host.call("list", json!({"stream": "applications", "limit": 1})).await["records"][0].clone();
    let mine = json!({"stream": "applications", "where": {"candidate.id": application["candidate"]["id"]}});
    assert!(!host.call("list", mine).await["records"].as_array().unwrap().is_empty());
    let related =
        host.call("get", json!({"stream": "applications", "id": application["id"]})).await["related"].clone();
    assert_eq!(related["candidate"]["id"], application["candidate"]["id"]);

    let overview = host.call("pipeline_overview", json!({})).await;
    let active = host.call("query", json!({"sql": "SELECT count(*) AS n FROM applications WHERE status NOT IN ('Hired', 'Archived')"})).await;
    assert_eq!(overview["totals"]["active"], active["rows"][0]["n"]);

    assert_eq!(site.log().total(), requests, "nothing was asked of Ashby");
    host.end().await;
}

#[tokio::test]
async fn what_the_copy_lacks_is_asked_of_ashby_and_said() {
    let site = Site::new().await;
    let mut host = Host::modern(site.ashby("mcp"));
    let (mut keys, mut arguments) =
        (Vec::new(), json!({"stream": "candidates", "limit": 70, "fields": ["id", "name"]}));
    loop {
        let page = host.call("list", arguments.clone()).await;
        assert!(page["source"] == "live" && page.get("as_of").is_none(), "{page}");
        keys.extend(page["records"].as_array().unwrap().iter().map(|record| record["id"].clone()));
        match page.get("cursor") {
            Some(cursor) => arguments["cursor"] = cursor.clone(),
            None => break,
        }
    }
    assert_eq!(keys.len(), 120);
    let record = host.call("get", json!({"stream": "candidates", "id": keys[3]})).await;
    assert_eq!((&record["record"]["id"], &record["source"]), (&keys[3], &json!("live")));
    let found = host.call("search", json!({"query": record["record"]["name"]})).await;
    assert!(
        found["source"] == "live"
            && found["results"].as_array().unwrap().iter().any(|hit| hit["id"] == keys[3]),
        "{found}"
    );
    let called =
        host.call("call_operation", json!({"operation": "candidate.info", "params": {"id": keys[3]}})).await;
    assert_eq!(called["result"]["id"], keys[3]);
    assert_eq!(host.refused("query", json!({"sql": "SELECT 1"})).await["code"], "not_synced");
    assert_eq!(host.refused("search", json!({"query": "x", "kinds": ["jobs"]})).await["code"], "not_synced");
    assert_eq!(
        host.refused("list", json!({"stream": "jobs", "where": {"title": "x"}})).await["field"],
        "where"
    );

    // The copy comes while the server is up.
    assert_eq!(site.run("sync candidates").await.code, Some(0));
    assert_eq!(host.call("get", json!({"stream": "candidates", "id": keys[3]})).await["source"], "local");
    assert_eq!(
        host.call("get", json!({"stream": "candidates", "id": keys[3], "live": true})).await["source"],
        "live"
    );
    assert_eq!(host.call("list", json!({"stream": "jobs"})).await["source"], "live");
    host.end().await;

    let mut command = site.ashby("mcp --to sqlite:none.db");
    command.env_remove("ASHBY_API_KEY");
    let mut alone = Host::modern(command);
    for (tool, arguments) in [
        ("get", json!({"stream": "candidates", "id": "x"})),
        ("list", json!({"stream": "candidates"})),
        ("search", json!({"query": "x"})),
        ("call_operation", json!({"operation": "candidate.list"})),
        ("describe_data", json!({})),
        ("pipeline_overview", json!({})),
    ] {
        assert_eq!(alone.refused(tool, arguments).await["code"], "not_synced", "{tool}: never an empty list");
    }
    alone.end().await;
}

#[tokio::test]
async fn everything_wrong_is_said_to_the_model() {
    let site = Site::new().await;
    assert_eq!(site.run("sync jobs candidates").await.code, Some(0));
    let mut host = Host::modern(site.ashby("mcp"));
    for (tool, arguments, code, field) in [
        ("get", json!({"stream": "candidates"}), "missing_parameter", "id"),
        ("get", json!({"stream": "candidate", "id": "x"}), "unknown_stream", "stream"),
        ("get", json!({"stream": "candidates", "id": 5}), "invalid_parameter", "id"),
        ("list", json!({"stream": "jobs", "limit": 0}), "invalid_parameter", "limit"),
        ("list", json!({"stream": "jobs", "offset": 3}), "unknown_parameter", "offset"),
        ("list", json!({"stream": "jobs", "cursor": "eHg"}), "invalid_cursor", "cursor"),
        ("search", json!({}), "missing_parameter", "query"),
        ("search", json!({"query": "x", "kinds": ["people"]}), "invalid_parameter", "kinds"),
        ("describe_operation", json!({"operation": "candidate.list2"}), "unknown_operation", "operation"),
        ("find_operations", json!({"permission": "all"}), "invalid_parameter", "permission"),
        (
            "call_operation",
            json!({"operation": "candidate.info", "params": {"idd": "x"}}),
            "invalid_parameter",
            "params",
        ),
        (
            "call_operation",
            json!({"operation": "candidate.createNote", "params": {}}),
            "writes_not_allowed",
            "operation",
        ),
        ("pipeline_overview", json!({"since": "soon"}), "invalid_parameter", "since"),
    ] {
        let error = host.refused(tool, arguments.clone()).await;
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!(code), &json!(field)),
            "{tool} {arguments}: {error}"
        );
    }
    for (sql, code) in [
        ("DELETE FROM _rows_jobs", "query_refused"),
        ("SELECT * FROM _rows_jobs", "query_refused"),
        ("WITH jobs AS (SELECT * FROM _rows_jobs) SELECT * FROM jobs", "query_refused"),
        ("SELECT 1; SELECT 2", "query_refused"),
        ("ATTACH 'x.db' AS x", "query_refused"),
        ("SELECT nothing FROM jobs", "invalid_query"),
    ] {
        assert_eq!(host.refused("query", json!({"sql": sql})).await["code"], code, "{sql}");
    }
    assert!(!site.path("x.db").exists());
    let page = host.call("list", json!({"stream": "jobs", "limit": 2})).await;
    let elsewhere = json!({"stream": "candidates", "limit": 2, "cursor": page["cursor"]});
    assert_eq!(host.refused("list", elsewhere).await["code"], "invalid_cursor");

    let described = host.call("describe_operation", json!({"operation": "candidate.createNote"})).await;
    assert_eq!(
        (&described["kind"], &described["permission"], &described["next"]),
        (&json!("write"), &json!("candidatesWrite"), &json!("plan_write"))
    );
    let formerly = host.call("find_operations", json!({"text": "note", "kind": "write"})).await;
    let found = host.call("find_operations", json!({"query": "note", "kind": "write"})).await;
    assert_eq!(formerly, found, "by its earlier name, too");
    assert!(found["operations"].to_string().contains("candidate.createNote"), "{found}");
    let mut of_a_permission = Vec::new();
    for spelled in ["candidatesDelete", "candidates:delete", "Candidates: Delete"] {
        of_a_permission.push(host.call("find_operations", json!({"permission": spelled})).await);
    }
    assert_eq!(of_a_permission[0]["operations"][0]["name"], "application.delete");
    assert!(of_a_permission.iter().all(|found| *found == of_a_permission[0]), "{of_a_permission:?}");
    let stderr = host.end().await;
    assert_eq!(stderr, "");
}

#[tokio::test]
async fn large_answers_are_cut_between_records_and_go_on() {
    let site = Site::new().await;
    assert_eq!(site.run("sync candidates").await.code, Some(0));
    let mut host = Host::modern(site.ashby("mcp"));
    let (mut seen, mut pages) = (Vec::new(), 0);
    let mut arguments = json!({"stream": "candidates", "limit": 100});
    loop {
        let page = host.call("list", arguments.clone()).await;
        assert!(page.to_string().chars().count() <= 40_000);
        seen.extend(page["records"].as_array().unwrap().iter().map(|record| record["id"].to_string()));
        pages += 1;
        match page.get("cursor") {
            Some(cursor) => arguments["cursor"] = cursor.clone(),
            None => break,
        }
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((all, seen.len()), (120, 120));
    assert!(pages > 2, "it was cut: {pages} pages");
    let wide = host
        .call(
            "query",
            json!({"sql": "SELECT printf('%.9000c', 'x') AS x, _record FROM candidates", "limit": 1000}),
        )
        .await;
    assert!(wide["truncated"] == true && wide["cursor"].is_string());
    assert!(wide["rows"][0]["x"].as_str().unwrap().contains("9000 characters"));
    host.end().await;
}

#[tokio::test]
async fn single_operations_are_tools_if_asked_for() {
    let site = Site::new().await;
    let mut host = Host::modern(site.ashby("mcp --tools candidate,job.list"));
    let tools = host.request("tools/list", json!({})).await["result"]["tools"].clone();
    let names: Vec<&str> =
        tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert!(
        names.contains(&"candidate_list_notes")
            && names.contains(&"job_list")
            && !names.contains(&"job_info")
    );
    assert!(names.is_sorted());
    let jobs = host.call("job_list", json!({"limit": 2})).await;
    assert_eq!(jobs["result"].as_array().unwrap().len(), 2);
    let more = host.call("job_list", json!({"limit": 2, "cursor": jobs["cursor"]})).await;
    assert_ne!(jobs["result"], more["result"]);
    let refused = host.refused("candidate_create_note", json!({"candidateId": "x", "note": "x"})).await;
    assert_eq!(refused["code"], "writes_not_allowed");
    host.end().await;
}
