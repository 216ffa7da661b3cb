//! `ashby serve` and `ashby execute`: the doors for programs.

use std::process::Stdio;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr};

use crate::support::{Ran, Site, truth};

/// A server that runs.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) stderr: Lines<BufReader<ChildStderr>>,
    pub(crate) address: String,
    client: Client,
}

impl Server {
    pub(crate) async fn start(site: &Site, arguments: &str) -> Self {
        let mut command = site.ashby(&format!("serve --listen 127.0.0.1:0 {arguments}"));
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        let line = loop {
            let line = tokio::time::timeout(Duration::from_secs(60), stderr.next_line()).await;
            let line = line.unwrap().unwrap().unwrap_or_else(|| panic!("it does not serve: {said:?}"));
            said.push(line.clone());
            if line.starts_with("serving ") {
                break line;
            }
        };
        let address = line.split("http://").nth(1).unwrap_or_else(|| panic!("{line}")).split(':').take(2);
        let address = address.collect::<Vec<_>>().join(":");
        Self { child, stderr, address, client: Client::builder().no_proxy().build().unwrap() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, path).header("content-type", "application/json").body(body.to_string())
    }

    /// A message to `/mcp`, as of the earlier protocol.
    pub(crate) fn mcp(&self, message: &Value) -> RequestBuilder {
        self.post("/mcp", message).header("accept", "application/json, text/event-stream")
    }
}

pub(crate) async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    assert!(response.headers().contains_key("x-request-id"));
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

fn document(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"))
}

async fn execute(site: &Site, request: &Value) -> Ran {
    let mut command = site.ashby("execute");
    command.arg(request.to_string());
    crate::support::run(command).await
}

#[tokio::test]
async fn entities_are_listed_and_read_as_ashby_wrote_them() {
    let site = Site::new().await;
    let live =
        execute(&site, &json!({"entity": "candidates", "action": "list", "params": {"limit": 3}})).await;
    assert_eq!((live.code, &document(&live)["meta"]["source"]), (Some(0), &json!("live")));
    assert_eq!(site.run("sync candidates jobs").await.code, Some(0));
    let (mut seen, mut params) = (Vec::new(), json!({"limit": 50}));
    loop {
        let ran = execute(&site, &json!({"entity": "candidates", "action": "list", "params": params})).await;
        let page = document(&ran);
        assert!(page["meta"]["source"] == "local" && page["meta"]["as_of"].is_string(), "{page}");
        seen.extend(page["data"].as_array().unwrap().clone());
        match page["meta"]["cursor"].as_str() {
            Some(cursor) => params["cursor"] = cursor.into(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 120);
    let id = seen[0]["id"].clone();
    let get = json!({"entity": "candidates", "action": "get", "params": {"id": id}});
    let local = execute(&site, &get).await;
    assert_eq!(document(&local)["meta"]["source"], "local");
    let mut forced = get.clone();
    forced["params"]["live"] = true.into();
    let forced = execute(&site, &forced).await;
    assert_eq!(
        (&document(&forced)["meta"]["source"], &document(&forced)["data"]["id"]),
        (&json!("live"), &id)
    );
    let part = json!({"entity": "candidate", "action": "get", "params": {"id": id}, "select_fields": ["id", "primaryEmailAddress.value"], "skip_truncation": true});
    let part = document(&execute(&site, &part).await)["data"].clone();
    assert_eq!(part.as_object().unwrap().len(), 2);
    assert_eq!(part["primaryEmailAddress"].as_object().unwrap().len(), 1);
    // What Ashby does not page is paged here.
    let (first, all) = (
        execute(&site, &json!({"entity": "archive_reasons", "action": "list", "params": {"limit": 1}})).await,
        execute(&site, &json!({"entity": "archive_reasons", "action": "list"})).await,
    );
    let next = json!({"entity": "archive_reasons", "action": "list", "params": {"limit": 1, "cursor": document(&first)["meta"]["cursor"]}});
    assert_eq!(document(&execute(&site, &next).await)["data"][0], document(&all)["data"][1]);
    // Filters that the copy can tell find the same as Ashby's; with others Ashby is asked.
    assert_eq!(site.run("sync applications").await.code, Some(0));
    let job = truth(site.organisation(), "applications").into_values().next().unwrap()["job"]["id"].clone();
    for (entity, filter, source) in [
        ("jobs", json!({"status": ["Open"]}), "local"),
        ("jobs", json!({"status": ["Open", "Closed"]}), "live"),
        ("applications", json!({"status": "Active"}), "local"),
        ("applications", json!({"jobId": job}), "local"),
        ("applications", json!({"jobId": job, "status": "Archived"}), "local"),
        ("applications", json!({"createdAfter": 0}), "live"),
    ] {
        let mut answers = Vec::new();
        for is_live in [false, true] {
            let mut params = filter.clone();
            params["live"] = is_live.into();
            let mut records = Vec::new();
            loop {
                let list = json!({"entity": entity, "action": "list", "params": params});
                let page = document(&execute(&site, &list).await);
                assert_eq!(page["meta"]["source"], if is_live { "live" } else { source }, "{filter}");
                records
                    .extend(page["data"].as_array().unwrap().iter().map(|record| record["id"].to_string()));
                match &page["meta"]["cursor"] {
                    Value::Null => break,
                    cursor => params["cursor"] = cursor.clone(),
                }
            }
            records.sort();
            answers.push(records);
        }
        assert!(!answers[0].is_empty() && answers[0] == answers[1], "{filter}");
    }
}

/// What a list of `interview_schedules` answers is no interview event.
#[tokio::test(flavor = "multi_thread")]
async fn streams_without_a_list_of_their_own_are_not_mistaken_for_others() {
    let site = Site::new().await;
    let mut host = crate::mcp::Host::modern(site.ashby("mcp"));
    let id = truth(site.organisation(), "candidates").into_keys().next().unwrap();
    let nested = ashby_source::streams().into_iter().filter(|stream| stream.parent.is_some());
    let nested: Vec<_> = nested.map(|stream| stream.name().to_owned()).collect();
    assert!(nested.len() > 10, "{nested:?}");
    for stream in &nested {
        let list = execute(&site, &json!({"entity": stream, "action": "list"})).await;
        let told = document(&list);
        assert_eq!((list.code, &told["code"]), (Some(1), &json!("not_synced")), "{stream}: {told}");
        assert!(told["hint"].as_str().unwrap().contains(&format!("`ashby sync {stream}`")), "{told}");
        let told = host.refused("list", json!({"stream": stream})).await;
        assert_eq!(told["code"], "not_synced", "{stream}: {told}");
    }
    // A candidate is none of its notes.
    let get = json!({"entity": "candidate_notes", "action": "get", "params": {"id": id}});
    assert_eq!(document(&execute(&site, &get).await)["code"], "not_synced");
    site.done("sync candidate_notes").await;
    assert_eq!(document(&execute(&site, &get).await)["code"], "not_found");
    let notes = document(&execute(&site, &json!({"entity": "candidate_notes", "action": "list"})).await);
    let note = &notes["data"][0];
    let get = json!({"entity": "candidate_notes", "action": "get", "params": {"id": note["id"]}});
    assert_eq!(document(&execute(&site, &get).await)["data"], *note);
    // With its parent named, a plain list is Ashby's own.
    let of = json!({"entity": "candidate_notes", "action": "list", "params": {"candidateId": note["candidateId"]}});
    let listed = document(&execute(&site, &of).await);
    assert_eq!(listed["meta"]["source"], "live");
    assert!(listed["data"].as_array().unwrap().iter().any(|other| other["id"] == note["id"]), "{listed}");
    host.end().await;
}

#[tokio::test]
async fn errors_are_errors_and_say_what_there_is() {
    let site = Site::new().await;
    for (request, exit, code) in [
        (json!({"entity": "candidats", "action": "list"}), 2, "unknown_entity"),
        (json!({"entity": "candidates", "action": "lists"}), 2, "unknown_action"),
        (json!({"entity": "candidates", "action": "list", "params": {"limit": "x"}}), 2, "invalid_parameter"),
        (json!({"entity": "candidates", "action": "list", "params": {"limit": 0}}), 2, "invalid_parameter"),
        (json!({"entity": "candidates", "action": "list", "params": {"nothing": 1}}), 2, "invalid_parameter"),
        (json!({"entity": "candidates", "action": "list", "params": {"cursor": "x"}}), 2, "invalid_cursor"),
        (json!({"entity": "candidates", "action": "list", "params": {"cursor": 5}}), 2, "invalid_cursor"),
        (
            json!({"entity": "candidates", "action": "list", "params": {"live": "yes"}}),
            2,
            "invalid_parameter",
        ),
        (json!({"entity": "candidates", "action": "get", "params": {"live": 1}}), 2, "invalid_parameter"),
        (json!({"entity": "candidates", "action": "list", "plan_id": "plan_0"}), 2, "invalid_parameter"),
        (
            json!({"entity": "applications", "action": "list", "params": {"status": "x"}}),
            2,
            "invalid_parameter",
        ),
        (
            json!({"entity": "candidates", "action": "list", "intent": "x".repeat(513)}),
            2,
            "invalid_parameter",
        ),
        (json!({"entity": "candidates"}), 2, "missing_field"),
        (json!({"entity": "candidates", "action": "list", "more": 1}), 2, "unknown_field"),
        (json!({"entity": "candidates", "action": "get", "params": {}}), 2, "invalid_parameter"),
        (
            json!({"entity": "candidates", "action": "get", "params": {"id": "00000000-0000-4000-8000-000000000000"}}),
            2,
            "not_found",
        ),
        (json!({"entity": "candidates", "action": "create_note", "params": {}}), 3, "writes_not_allowed"),
    ] {
        let ran = execute(&site, &request).await;
        let told = document(&ran);
        assert_eq!((ran.code, &told["code"]), (Some(exit), &json!(code)), "{request}: {told}");
        assert!(told["message"] == told["errors"][0]["message"] && told.get("data").is_none());
        if code == "writes_not_allowed" {
            assert_eq!(told["hint"], "`ashby call candidate.createNote` sends it");
        }
    }
    let ran = execute(&site, &Value::Null).await;
    assert_eq!(document(&ran)["code"], "invalid_parameter");
    let all = document(&site.run("execute --entities").await);
    let entities = all["entities"].as_array().unwrap();
    let candidates = entities.iter().find(|one| one["entity"] == "candidates").unwrap();
    let note = &candidates["parameters"]["create_note"];
    assert_eq!(note["required"], json!(["candidateId", "note"]), "{note}");
    assert!(candidates["parameters"]["list"]["optional"].as_array().unwrap().contains(&json!("limit")));
}

#[tokio::test]
async fn only_whom_it_knows_a_server_serves() {
    let site = Site::new().await;
    assert_eq!(site.run("sync candidates").await.code, Some(0));
    let server =
        Server::start(&site, "--allow-host ashby.example.com --allow-origin https://app.example.com").await;
    let list = json!({"entity": "candidates", "action": "list", "params": {"limit": 2}});
    let (status, page) = answer(server.post("/execute", &list)).await;
    assert_eq!(
        (status, page["data"].as_array().unwrap().len()),
        (StatusCode::OK, 2),
        "this machine, without tokens"
    );
    for (header, value, code) in [
        ("host", "evil.example", "host_refused"),
        ("host", "localhost.evil.example", "host_refused"),
        ("origin", "https://evil.example", "origin_refused"),
        ("origin", "null", "origin_refused"),
        ("origin", "http://localhost.evil.example", "origin_refused"),
    ] {
        for path in ["/execute", "/mcp", "/metrics", "/entities"] {
            let method = if path == "/execute" || path == "/mcp" { Method::POST } else { Method::GET };
            let (status, told) = answer(server.request(method, path).header(header, value)).await;
            assert_eq!(
                (status, &told["code"]),
                (StatusCode::FORBIDDEN, &json!(code)),
                "{path} {header}: {value}"
            );
        }
    }
    for (header, value) in [
        ("host", "ashby.example.com"),
        ("host", "localhost:9"),
        ("origin", "https://app.example.com"),
        ("origin", "http://localhost:3000"),
    ] {
        let (status, _) = answer(server.post("/execute", &list).header(header, value)).await;
        assert_eq!(status, StatusCode::OK, "{header}: {value}");
    }

    // From the first token on, nobody without.
    let made = site.run("token create bot").await;
    assert_eq!(made.code, Some(0));
    let token = made.stdout.trim().to_owned();
    let reader = site.run("token create reader --read-only --expires 90d").await.stdout.trim().to_owned();
    let (status, told) = answer(server.post("/execute", &list)).await;
    assert_eq!((status, &told["code"]), (StatusCode::UNAUTHORIZED, &json!("unauthorized")));
    for wrong in ["ashby_x", "", &token[..40]] {
        assert_eq!(
            answer(server.post("/execute", &list).bearer_auth(wrong)).await.0,
            StatusCode::UNAUTHORIZED
        );
    }
    for query in [
        format!("token={token}"),
        format!("key={token}"),
        format!("a=b&x=%61shby_{}", &token[6..]),
        token.clone(),
    ] {
        let in_address = server.post(&format!("/execute?{query}"), &list).bearer_auth(&token);
        assert_eq!(answer(in_address).await.0, StatusCode::UNAUTHORIZED, "{query}");
    }
    for good in [&token, &reader] {
        assert_eq!(answer(server.post("/execute", &list).bearer_auth(good)).await.0, StatusCode::OK);
    }
    let (status, text) = answer(server.request(Method::GET, "/readyz")).await;
    assert_eq!((status, text), (StatusCode::OK, json!("ready\n")));
    assert_eq!(answer(server.request(Method::GET, "/metrics")).await.0, StatusCode::UNAUTHORIZED);
    let listed = site.run("token list --output json").await;
    assert!(!listed.stdout.contains(&token) && document(&listed).as_array().unwrap().len() == 2);
    assert_eq!(site.run("token revoke bot").await.code, Some(0));
    assert_eq!(answer(server.post("/execute", &list).bearer_auth(&token)).await.0, StatusCode::UNAUTHORIZED);

    // Sizes, types, methods, addresses.
    let large = server
        .post("/execute", &json!({"entity": "x".repeat(1_100_000), "action": "list"}))
        .bearer_auth(&reader);
    assert_eq!(answer(large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let form = server.request(Method::POST, "/execute").body("entity=x").bearer_auth(&reader);
    assert_eq!(answer(form).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let read = server.request(Method::GET, "/execute").bearer_auth(&reader).send().await.unwrap();
    assert_eq!(
        (read.status(), read.headers()["allow"].to_str().unwrap()),
        (StatusCode::METHOD_NOT_ALLOWED, "POST")
    );
    let told: Value = serde_json::from_str(&read.text().await.unwrap()).unwrap();
    assert_eq!(told["code"], "method_not_allowed");
    let posted = server.request(Method::POST, "/entities").bearer_auth(&reader).send().await.unwrap();
    assert_eq!(
        (posted.status(), posted.headers()["allow"].to_str().unwrap()),
        (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD")
    );
    assert_eq!(answer(server.request(Method::GET, "/elsewhere")).await.0, StatusCode::NOT_FOUND);

    for (arguments, said) in
        [("serve --listen 0.0.0.0:0", "--allow-remote"), ("serve --listen nowhere", "listen")]
    {
        let ran = site.run(arguments).await;
        assert!(ran.code == Some(2) && ran.stderr.contains(said), "{arguments}: {ran:?}");
    }
}

#[tokio::test]
async fn a_server_does_not_open_when_the_last_token_goes() {
    let site = Site::new().await;
    for (at_start, removed) in [(true, false), (false, false), (true, true)] {
        if at_start {
            site.done("token create bot").await;
        }
        let server = Server::start(&site, "").await;
        if !at_start {
            let list = json!({"entity": "candidates", "action": "list"});
            assert_eq!(answer(server.post("/execute", &list)).await.0, StatusCode::OK);
            site.done("token create bot").await;
            assert_eq!(answer(server.post("/execute", &list)).await.0, StatusCode::UNAUTHORIZED);
        }
        if removed {
            std::fs::remove_file(site.path("ashby-tokens.json")).unwrap();
        } else {
            site.done("token revoke bot").await;
        }
        for request in [
            server.post("/execute", &json!({"entity": "candidates", "action": "list"})),
            server.mcp(&json!({"jsonrpc": "2.0", "id": 1, "method": "ping"})),
            server.request(Method::GET, "/metrics"),
            server.request(Method::GET, "/dashboard"),
        ] {
            assert_eq!(answer(request).await.0, StatusCode::UNAUTHORIZED, "{at_start} {removed}");
        }
    }
}

#[tokio::test]
async fn clients_of_the_hosted_api_find_what_they_look_for() {
    let site = Site::new().await;
    assert_eq!(site.run("sync candidates").await.code, Some(0));
    let token = site.run("token create airbyte").await.stdout.trim().to_owned();
    let server = Server::start(&site, "").await;
    let ask = |secret: &str| {
        server.post("/api/v1/account/applications/token", &json!({"client_id": "x", "client_secret": secret}))
    };
    assert_eq!(answer(ask("wrong")).await.0, StatusCode::UNAUTHORIZED);
    let (_, given) = answer(ask(&token)).await;
    let bearer = given["access_token"].as_str().unwrap();
    let connectors =
        server.request(Method::GET, "/api/v1/integrations/connectors?workspace_name=x").bearer_auth(bearer);
    let id = answer(connectors).await.1["data"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/integrations/connectors/{id}/execute");
    let list =
        json!({"entity": "candidates", "action": "list", "params": {"limit": 2}, "skip_truncation": true});
    let (_, page) = answer(server.post(&path, &list).bearer_auth(bearer)).await;
    assert_eq!((&page["status"], page["result"].as_array().unwrap().len()), (&json!("success"), 2));
    let metadata = &page["connector_metadata"];
    assert!(
        metadata["has_more"] == true
            && metadata["has_next_page"] == true
            && metadata["cursor"] == metadata["end_cursor"]
    );
    let get = json!({"entity": "candidates", "action": "get", "params": {"id": page["result"][0]["id"]}});
    let (_, one) = answer(server.post(&path, &get).bearer_auth(bearer)).await;
    assert_eq!(
        (&one["result"]["success"], &one["result"]["results"]["id"]),
        (&json!(true), &page["result"][0]["id"])
    );
}

#[tokio::test]
async fn agents_come_over_http_too_and_readers_only_read() {
    let site = Site::new().await;
    let writer = site.run("token create writer").await.stdout.trim().to_owned();
    let reader = site.run("token create reader --read-only").await.stdout.trim().to_owned();
    let mut server = Server::start(&site, "--allow-writes").await;
    let initialize = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}});
    let (status, agreed) = answer(server.mcp(&initialize).bearer_auth(&writer)).await;
    assert_eq!((status, &agreed["result"]["protocolVersion"]), (StatusCode::OK, &json!("2025-06-18")));
    let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"});
    let names = async |token: &str| {
        let (_, answer) = answer(server.mcp(&list).bearer_auth(token)).await;
        let tools = answer["result"]["tools"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
        tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(names(&writer).await.contains(&"plan_write".to_owned()));
    assert!(!names(&reader).await.contains(&"plan_write".to_owned()));

    let listed = site.run("list candidates --limit 1").await;
    let id = document(&listed)[0]["id"].clone();
    let note = json!({"candidateId": id, "note": "by program"});
    let write = json!({"entity": "candidates", "action": "create_note", "params": note});
    let (status, told) = answer(server.post("/execute", &write).bearer_auth(&reader)).await;
    assert_eq!(
        (status, &told["message"]),
        (StatusCode::FORBIDDEN, &json!("this token may only read")),
        "{told}"
    );
    let (status, planned) = answer(server.post("/execute", &write).bearer_auth(&writer)).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{planned}");
    let mut apply = write.clone();
    apply["plan_id"] = planned["plan"]["plan_id"].clone();
    assert_eq!(answer(server.post("/execute", &apply).bearer_auth(&reader)).await.0, StatusCode::FORBIDDEN);
    // It is sent as it was planned, or not at all.
    for other in [json!({"candidateId": id, "note": "another"}), Value::Null] {
        let mut edited = apply.clone();
        edited["params"] = other;
        let (status, told) = answer(server.post("/execute", &edited).bearer_auth(&writer)).await;
        assert_eq!((status, &told["code"]), (StatusCode::BAD_REQUEST, &json!("invalid_parameter")), "{told}");
    }
    assert_eq!(site.log().count("candidate.createNote"), 0);
    let (status, applied) = answer(server.post("/execute", &apply).bearer_auth(&writer)).await;
    assert_eq!((status, &applied["data"]["applied"]), (StatusCode::OK, &json!(true)));
    assert_eq!(answer(server.post("/execute", &apply).bearer_auth(&writer)).await.0, StatusCode::CONFLICT);
    assert_eq!(site.log().count("candidate.createNote"), 1);
    let journal = std::fs::read_to_string(site.path("ashby-writes.jsonl")).unwrap();
    assert!(
        journal.contains("\"caller\":\"token:writer\"") && journal.contains("\"door\":\"execute\""),
        "{journal}"
    );

    // A hundred at once, of this protocol and the newer one.
    let call = json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "find_operations", "arguments": {}, "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"}}}});
    let all = (0..100).map(|_| {
        let request = server.mcp(&call).bearer_auth(&reader).header("mcp-protocol-version", "2026-07-28");
        answer(request.header("mcp-method", "tools/call").header("mcp-name", "find_operations"))
    });
    for (status, answer) in futures_util::future::join_all(all).await {
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer["result"]["isError"], false, "{answer}");
    }

    #[cfg(unix)]
    {
        crate::support::signal(&server.child, "TERM");
        let ended =
            tokio::time::timeout(Duration::from_secs(60), server.child.wait()).await.unwrap().unwrap();
        assert_eq!(ended.code(), Some(0));
        while let Some(line) = server.stderr.next_line().await.unwrap() {
            assert!(!line.contains(&writer) && !line.contains("by program"), "{line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_sees_no_more_than_its_policy_and_the_servers() {
    let site = Site::new().await;
    site.done("sync candidates applications jobs").await;
    let token =
        async |flags: &str| site.done(&format!("token create {flags}")).await.stdout.trim().to_owned();
    let all = token("all").await;
    let some = token("some --privacy no-contact").await;
    std::fs::write(site.path("own.toml"), "preset = \"full\"\n[fields]\n\"jobs.title\" = \"drop\"\n")
        .unwrap();
    let own = token("own --privacy ./own.toml --read-only").await;
    assert_eq!(site.run("token create wrong --privacy ./none.toml").await.code, Some(2));
    let listed = document(&site.run("token list --output json").await);
    assert_eq!(listed[1]["privacy"], "no-contact");
    let candidate = truth(site.organisation(), "candidates").into_values().next().unwrap();
    let (id, name) = (candidate["id"].as_str().unwrap(), candidate["name"].as_str().unwrap());
    let get = json!({"entity": "candidates", "action": "get", "params": {"id": id}});
    let live = json!({"entity": "candidates", "action": "get", "params": {"id": id, "live": true}});
    let sql = |sql: &str| {
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": "query", "arguments": {"sql": sql}}})
    };
    let query = sql(&format!("SELECT _record FROM candidates WHERE id = '{id}'"));
    let titles = sql("SELECT title FROM jobs");
    for (flags, seen) in [("", [true, false, true]), ("--agents-privacy analytics", [false, false, false])] {
        let server = Server::start(&site, flags).await;
        for (token, is_seen) in [&all, &some, &own].into_iter().zip(seen) {
            for request in [server.post("/execute", &get), server.post("/execute", &live), server.mcp(&query)]
            {
                let (status, answer) = answer(request.bearer_auth(token)).await;
                assert_eq!(status, StatusCode::OK, "{answer}");
                assert_eq!(answer.to_string().contains(name), is_seen, "{flags}: {answer}");
            }
        }
        let (_, mine) = answer(server.mcp(&titles).bearer_auth(&own)).await;
        assert_eq!(mine["result"]["isError"], true, "{mine}");
        let (_, others) = answer(server.mcp(&titles).bearer_auth(&some)).await;
        assert_ne!(others["result"]["isError"], true, "{others}");
    }
    // A policy that is not there any more shows nothing.
    std::fs::remove_file(site.path("own.toml")).unwrap();
    let server = Server::start(&site, "--privacy full").await;
    let (status, answer) = answer(server.post("/execute", &get).bearer_auth(&own)).await;
    assert_eq!(
        (status, &answer["code"]),
        (StatusCode::INTERNAL_SERVER_ERROR, &json!("configuration")),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_at_the_shell_stands_under_the_policy() {
    let site = Site::new().await;
    let list = r#"{"entity":"users","action":"list"}"#;
    let email = truth(site.organisation(), "users").into_values().next().unwrap()["email"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(site.done(&format!("execute {list}")).await.stdout.contains(&email));
    assert!(!site.done(&format!("execute {list} --privacy no-contact")).await.stdout.contains(&email));
    let mut command = site.ashby(&format!("execute {list}"));
    command.env("ASHBY_PRIVACY", "minimal");
    assert!(!crate::support::run(command).await.stdout.contains(&email));
}
