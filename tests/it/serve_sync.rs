//! `ashby serve --sync`: one process that keeps the copy up and serves it.

use std::time::Duration;

use ashby_sim::{Fault, FaultRule, Mutation, Subscription};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::serve::{Server, answer};
use crate::support::listening::{SECRET, body, deliver, deliver_signed};
use crate::support::{Site, signal, truth};

const STREAMS: &str = "--stream candidates,applications,jobs";

async fn text(server: &Server, path: &str) -> (StatusCode, String) {
    let response = server.request(Method::GET, path).send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

/// Waits until an answer is as it should be.
async fn until(server: &Server, path: &str, is_so: impl Fn(StatusCode, &str) -> bool) -> String {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        let (status, text) = text(server, path).await;
        if is_so(status, &text) {
            return text;
        }
        assert!(tokio::time::Instant::now() < deadline, "{path}: {status} {text}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn ended(mut server: Server) -> (Option<i32>, String) {
    signal(&server.child, "TERM");
    let mut said = String::new();
    while let Some(line) = server.stderr.next_line().await.unwrap() {
        said.push_str(&line);
        said.push('\n');
    }
    (server.child.wait().await.unwrap().code(), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_keeps_the_copy_up_and_serves_it() {
    let site = Site::new().await;
    // Nothing was captured yet: it lives, and is not ready.
    site.server.faults().add(FaultRule::new("candidate.list", Fault::Hold));
    let server = Server::start(&site, "--sync --interval 1h --stream candidates --max-age 1h").await;
    assert_eq!(text(&server, "/healthz").await, (StatusCode::OK, "alive\n".to_owned()));
    let (status, why) = text(&server, "/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(why.contains("capture: "), "{why}");
    // What the copy lacks is asked of Ashby meanwhile.
    let list = json!({"entity": "jobs", "action": "list", "params": {"limit": 2, "live": true}});
    let (status, page) = answer(server.post("/execute", &list)).await;
    assert_eq!((status, &page["meta"]["source"]), (StatusCode::OK, &json!("live")), "{page}");
    site.server.faults().clear();
    site.server.faults().release();
    until(&server, "/readyz", |status, _| status == StatusCode::OK).await;
    let list = json!({"entity": "candidates", "action": "list", "params": {"limit": 2}});
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        let (_, page) = answer(server.post("/execute", &list)).await;
        if page["meta"]["source"] == "local" {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "{page}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let find = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "find_operations", "arguments": {"query": "note"}}});
    assert_eq!(answer(server.mcp(&find)).await.0, StatusCode::OK);
    assert_eq!(answer(server.post("/nothing/0b9a/here", &json!({}))).await.0, StatusCode::NOT_FOUND);

    // One registry for both, and no ids in it.
    let metrics = text(&server, "/metrics").await.1;
    for line in [
        "ashby_http_requests_total{route=\"/execute\",method=\"POST\",status=\"200\"}",
        "ashby_http_requests_total{route=\"other\",method=\"POST\",status=\"404\"} 1",
        "ashby_http_request_duration_seconds_bucket{le=",
        "ashby_agent_calls_total{door=\"execute\",name=\"candidate.list\",outcome=\"ok\"}",
        "ashby_agent_calls_total{door=\"mcp\",name=\"find_operations\",outcome=\"ok\"} 1",
        "ashby_stream_polls_total{stream=\"candidates\"} 1",
        "ashby_requests_total ",
        "ashby_copy_age_seconds ",
        "ashby_http_at_work ",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    let (id, candidate) = truth(site.organisation(), "candidates").into_iter().next().unwrap();
    let get = json!({"entity": "candidates", "action": "get", "params": {"id": id}});
    assert_eq!(answer(server.post("/execute", &get)).await.0, StatusCode::OK);
    let metrics = text(&server, "/metrics").await.1;
    assert!(
        !metrics.contains(&id)
            && !metrics.contains(candidate["name"].as_str().unwrap())
            && !metrics.contains("0b9a")
    );

    let (code, said) = ended(server).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("up to date"), "{said}");
    assert!(!site.path(".ashby.db.lock").exists() || site.run("sync jobs").await.code == Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_come_to_the_same_server_whatever_its_name() {
    let site = Site::new().await;
    std::fs::write(site.path("s"), format!("{SECRET}\n")).unwrap();
    let server =
        Server::start(&site, &format!("--sync --interval 1h {STREAMS} --webhooks --secret-file s")).await;
    until(&server, "/metrics", |_, text| {
        text.contains("ashby_stream_polls_total{stream=\"applications\"} 1")
    })
    .await;
    // As a proxy hands it on: under a name that is none of this machine's, and without a token.
    let token = site.done("token create bot").await.stdout.trim().to_owned();
    assert_eq!(deliver(&server.address, &body("1", "ping")).await, 200);
    assert_eq!(deliver_signed(&server.address, "{}", "sha256=00").await, 401);
    let subscription = Subscription {
        webhook_type: "candidateStageChange".to_owned(),
        request_url: format!("http://{}/webhooks/ashby", server.address),
        secret_token: Some(SECRET.to_owned()),
    };
    assert!(site.server.subscribe(&subscription).await.unwrap().1, "its ping is answered");
    let applications = truth(site.organisation(), "applications");
    let moves = |id: &&String| {
        site.organisation().mutate(&Mutation::MoveStage { application: (*id).clone(), stage: None }).is_ok()
    };
    let id = applications.keys().find(moves).unwrap();
    let stage = truth(site.organisation(), "applications")[id]["currentInterviewStage"]["id"].clone();
    let get = json!({"entity": "applications", "action": "get", "params": {"applicationId": id}});
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        let (_, one) = answer(server.post("/execute", &get).bearer_auth(&token)).await;
        if one["data"]["currentInterviewStage"]["id"] == stage && one["meta"]["source"] == "local" {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "{one}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (code, said) = ended(server).await;
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_too_old_is_said_and_passed_over() {
    let site = Site::new().await;
    site.done("sync candidates jobs").await;
    let server = Server::start(&site, "--max-age 1s").await;
    let why = until(&server, "/readyz", |status, _| status == StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(why.starts_with("data: the copy is ") && why.contains("--max-age"), "{why}");
    let list = json!({"entity": "jobs", "action": "list", "params": {"limit": 2}});
    let (_, page) = answer(server.post("/execute", &list)).await;
    assert_eq!(page["meta"]["source"], "live");
    let (id, _) = truth(site.organisation(), "candidates").into_iter().next().unwrap();
    let call = |name: &str, arguments: Value| json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}});
    for (name, arguments) in
        [("get", json!({"stream": "candidates", "id": id})), ("list", json!({"stream": "jobs", "limit": 1}))]
    {
        let (_, told) = answer(server.mcp(&call(name, arguments))).await;
        let told = &told["result"]["structuredContent"];
        assert_eq!(
            (&told["source"], &told["note"]),
            (&json!("live"), &json!("the local copy is older than it may be"))
        );
    }
    // What only the copy can tell is told as old as it is.
    let (_, told) =
        answer(server.mcp(&call("query", json!({"sql": "SELECT count(*) AS n FROM jobs"})))).await;
    assert_eq!(told["result"]["structuredContent"]["source"], "local");
}

#[tokio::test]
async fn what_does_not_go_together_is_refused() {
    let site = Site::new().await;
    for (arguments, said) in [
        ("serve --interval 1m", "`--interval` goes with `--sync`"),
        ("serve --webhooks", "goes with `--sync`"),
        ("serve --sync --watch", "`--watch` is what `--sync` does"),
        ("serve --sync --dry-run", "stays up"),
        ("serve --sync --board acme", "`--board`"),
        ("serve --sync --to jsonl:out", "SQLite"),
        ("serve --max-age soon", "duration"),
    ] {
        let ran = site.run(arguments).await;
        assert!(ran.code == Some(2) && ran.stderr.contains(said), "{arguments}: {ran:?}");
    }
    let mut keyless = site.ashby("serve --sync --listen 127.0.0.1:0");
    keyless.env_remove("ASHBY_API_KEY");
    let ran = crate::support::run(keyless).await;
    assert!(ran.code == Some(3) || ran.code == Some(2), "{ran:?}");
    // A key that is refused at the start ends the server, too.
    let mut wrong = site.ashby("serve --sync --listen 127.0.0.1:0");
    wrong.env("ASHBY_API_KEY", "another");
    let ran = crate::support::run(wrong).await;
    assert_eq!(ran.code, Some(3), "{ran:?}");
}
