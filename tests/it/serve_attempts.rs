//! Attempts on the doors: crowds, strangers, answers that are none, and an end in the middle of a write.

use std::time::Duration;

use ashby_sim::{Fault, FaultRule};
use reqwest::{Method, StatusCode};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::mcp::Host;
use crate::serve::{Server, answer};
use crate::support::{Site, until};

/// Open connections, if the system lets a process have so many.
const CROWD: usize = 10_000;

#[cfg(target_os = "linux")]
fn resident_bytes(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id().unwrap())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_open_connections_keep_nobody_out() {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(u64::MAX);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let crowd = CROWD.min(usize::try_from(most).unwrap_or(usize::MAX).saturating_sub(1_000));
    let site = Site::new().await;
    site.done("sync candidates").await;
    let server = Server::start(&site, "").await;
    let get = json!({"entity": "candidates", "action": "list", "params": {"limit": 1}});
    assert_eq!(answer(server.post("/execute", &get)).await.0, StatusCode::OK);
    let before = resident_bytes(&server);
    let mut open = Vec::new();
    for _ in 0..crowd {
        open.push(TcpStream::connect(&server.address).await.unwrap());
    }
    // None of them says anything; a hundred others are served meanwhile, each on a connection of its own.
    let asked = tokio::time::Instant::now();
    let all = (0..100).map(|_| {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://{}/execute", server.address);
        async move {
            let sent = client
                .post(url)
                .header("content-type", "application/json")
                .body(json!({"entity": "candidates", "action": "list", "params": {"limit": 1}}).to_string());
            sent.send().await.unwrap().status()
        }
    });
    for status in futures_util::future::join_all(all).await {
        assert_eq!(status, StatusCode::OK);
    }
    assert!(asked.elapsed() < Duration::from_secs(30), "{:?}", asked.elapsed());
    let each = resident_bytes(&server).saturating_sub(before) / crowd as u64;
    assert!(each < 16 << 10, "{each} bytes for a connection that says nothing");
    drop(open);
}

#[tokio::test]
async fn strangers_are_refused_at_every_door() {
    let site = Site::new().await;
    let token = site.done("token create bot").await.stdout.trim().to_owned();
    let server = Server::start(&site, "").await;
    let list = json!({"entity": "candidates", "action": "list"});
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let hosted = "/api/v1/integrations/connectors/ashby/execute";
    let doors: [&dyn Fn() -> reqwest::RequestBuilder; 6] = [
        &|| server.mcp(&ping),
        &|| server.post("/execute", &list),
        &|| server.post(hosted, &list),
        &|| server.request(Method::GET, "/entities"),
        &|| server.request(Method::GET, "/metrics"),
        &|| server.request(Method::GET, "/api/v1/integrations/connectors"),
    ];
    // One letter less, one more, another case, of another length, the hash of it, something else.
    let wrong = [
        token[..token.len() - 1].to_owned(),
        format!("{token}x"),
        token.to_uppercase(),
        "ashby_".to_owned(),
        "a".repeat(10_000),
        "\u{e9}".to_owned(),
    ];
    for door in doors {
        assert_eq!(answer(door().bearer_auth(&token)).await.0, StatusCode::OK);
        assert_eq!(answer(door()).await.0, StatusCode::UNAUTHORIZED);
        for wrong in wrong.iter().filter(|wrong| wrong.is_ascii()) {
            let response = door().bearer_auth(wrong).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
            assert!(!response.text().await.unwrap().contains(&token[..12]));
        }
        assert_eq!(
            answer(door().header("authorization", format!("Basic {token}"))).await.0,
            StatusCode::UNAUTHORIZED
        );
        // With the right token, too.
        for (header, value) in [
            ("host", "evil.example"),
            ("host", "localhost.evil.example"),
            ("host", "127.0.0.1.nip.io:80"),
            ("origin", "https://evil.example"),
            ("origin", "http://localhost.evil.example"),
            ("origin", "null"),
        ] {
            let (status, told) = answer(door().header(header, value).bearer_auth(&token)).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{header}: {value}");
            assert!(
                told["code"].as_str().unwrap().ends_with("_refused") && told["request_id"].is_string(),
                "{told}"
            );
        }
    }
    // Who asks for a token has none yet; strangers' pages and names are refused there as well.
    let change = || {
        let secret = json!({"client_id": "x", "client_secret": token});
        server.post("/api/v1/account/applications/token", &secret)
    };
    assert_eq!(answer(change()).await.0, StatusCode::OK);
    for (header, value) in [("host", "evil.example"), ("origin", "https://evil.example"), ("origin", "null")]
    {
        let (status, told) = answer(change().header(header, value)).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{header}: {value}: {told}");
    }
    // What is refused before it was looked at says whose request it was.
    let response = server
        .post("/execute", &json!({"entity": "x", "action": "list"}))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let told: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!((&told["request_id"], &told["code"]), (&json!(id), &json!("unknown_entity")));
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "get", "arguments": {}}});
    let response = server.mcp(&call).bearer_auth(&token).send().await.unwrap();
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let told: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(told["result"]["_meta"]["ashby/error"]["request_id"], id, "{told}");
}

#[tokio::test]
async fn when_to_ask_again_is_said_as_ashby_says_it() {
    let site = Site::new().await;
    let server = Server::start(&site, "").await;
    let id = "00000000-0000-4000-8000-000000000000";
    let get = json!({"entity": "candidates", "action": "get", "params": {"id": id}});
    let fault = Fault::RetryAfter { status: 429, seconds: 60, date: false };
    site.server.faults().add(FaultRule::new("candidate.info", fault).times(1));
    let response = server.post("/execute", &get).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    let header: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    let told: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert!(header >= 59 && told["retry_after_s"] == header && told["code"] == "rate_limited", "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_do_not_come_are_not_called_wrong() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let site = Site::new().await;
    let server = Server::start(&site, "").await;
    let mut half_sent = Vec::new();
    for _ in 0..17 {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        let head = "POST /execute HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 500000\r\n\r\n{";
        stream.write_all(head.as_bytes()).await.unwrap();
        half_sent.push(stream);
    }
    // One of them finds no room; the others wait for their rest.
    let answers = half_sent.into_iter().map(|mut stream| {
        Box::pin(async move {
            let mut text = vec![0; 4096];
            let read = stream.read(&mut text).await.unwrap();
            (String::from_utf8_lossy(&text[..read]).into_owned(), stream)
        })
    });
    let first =
        tokio::time::timeout(Duration::from_secs(60), futures_util::future::select_all(answers)).await;
    let ((text, _), _, _rest) = first.unwrap();
    assert!(text.starts_with("HTTP/1.1 429") && text.contains("retry-after: 1"), "{text}");
}

#[tokio::test]
async fn an_answer_that_says_no_is_no_success_at_any_door() {
    let site = Site::new().await;
    let server = Server::start(&site, "").await;
    let id = "00000000-0000-4000-8000-000000000000";
    let refusal = Fault::Error { code: "something_odd".into(), shape: Default::default(), status: 200 };
    for fault in [refusal, Fault::EmptyBody, Fault::MissingSuccess] {
        site.server.faults().add(FaultRule::new("candidate.info", fault.clone()));
        let get = json!({"entity": "candidates", "action": "get", "params": {"id": id}});
        for path in ["/execute", "/api/v1/integrations/connectors/ashby/execute"] {
            let (status, told) = answer(server.post(path, &get)).await;
            assert!(status.is_client_error() || status.is_server_error(), "{fault:?}: {status} {told}");
            assert!(
                told["code"].is_string() && told.get("data").is_none() && told.get("result").is_none(),
                "{told}"
            );
        }
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "get", "arguments": {"stream": "candidates", "id": id}}});
        let (_, told) = answer(server.mcp(&call)).await;
        assert_eq!(told["result"]["isError"], true, "{fault:?}: {told}");
        site.server.faults().clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_was_cut_off_is_in_the_journal_and_not_sent_again() {
    let site = Site::new().await;
    let listed: Value = serde_json::from_str(&site.run("list candidates --limit 1").await.stdout).unwrap();
    let note =
        json!({"operation": "candidate.createNote", "params": {"candidateId": listed[0]["id"], "note": "x"}});
    let mut host = Host::modern(site.ashby("mcp --allow-writes"));
    let plan = host.call("plan_write", note).await["plan_id"].clone();
    site.server.faults().add(FaultRule::new("candidate.createNote", Fault::Hold));
    let apply = json!({"name": "apply_plan", "arguments": {"plan_id": plan}});
    host.post("tools/call", apply.clone()).await;
    site.held().await;
    let journal = || std::fs::read_to_string(site.path("ashby-writes.jsonl")).unwrap_or_default();
    until("the journal says that it began", || journal().contains("\"begun\"")).await;
    host.kill().await;
    assert_eq!(journal().lines().count(), 1, "begun, and nothing after it: {}", journal());
    site.server.faults().clear();
    site.server.faults().release();
    let mut other = Host::modern(site.ashby("mcp --allow-writes"));
    let error = other.refused("apply_plan", json!({"plan_id": plan})).await;
    assert_eq!(error["code"], "plan_unknown");
    other.end().await;
    assert!(site.log().count("candidate.createNote") <= 1, "whatever became of the first");
}
