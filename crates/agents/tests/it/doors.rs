//! What the doors do with a crowd, and with what takes too long.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use agents::{Agent, Crowd, HttpOptions, Tokens, router};
use ashby_sim::{Fault, FaultRule};
use http_service::{Limits, Vitals};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::Site;

/// Long enough for what has only to be begun.
const SHORT: Duration = Duration::from_secs(2);

/// An agent behind its doors.
pub(crate) struct Served {
    address: String,
    client: Client,
}

impl Served {
    pub(crate) async fn new(agent: Agent, directory: &Path, crowd: Crowd) -> Self {
        let listener = http_service::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let options = HttpOptions {
            tokens: Arc::new(Tokens::new(directory.join("tokens.json"))),
            needs_token: false,
            hosts: Vec::new(),
            origins: vec!["https://app.example.com".to_owned()],
            limits: Limits::default(),
            crowd,
            open: axum::Router::new(),
            pages: None,
        };
        let router = router(agent, &Vitals::new(), options);
        tokio::spawn(http_service::serve(listener, router, Limits::default(), CancellationToken::new()));
        Self { address, client: Client::builder().no_proxy().build().unwrap() }
    }

    #[allow(clippy::needless_pass_by_value, reason = "texts and JSON are written in the call")]
    pub(crate) fn post(&self, path: &str, body: impl ToString) -> RequestBuilder {
        let request = self.client.post(format!("http://{}{path}", self.address));
        request
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .body(body.to_string())
    }
}

struct Doors {
    site: Site,
    served: Served,
}

impl Doors {
    async fn new(crowd: Crowd) -> Self {
        let site = Site::new(Duration::from_secs(300)).await;
        let served = Served::new(site.agent.clone(), site.directory.path(), crowd).await;
        Self { site, served }
    }

    fn post(&self, path: &str, body: impl ToString) -> RequestBuilder {
        self.served.post(path, body)
    }
}

async fn document(response: Response) -> Value {
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn what_takes_too_long_is_not_called_busy() {
    let doors = Doors::new(Crowd { time: SHORT, ..Crowd::default() }).await;
    let id = doors.site.candidate().await;
    doors.site.server.faults().add(FaultRule::new("candidate.info", Fault::Hold));
    let get = json!({"entity": "candidates", "action": "get", "params": {"id": id}});
    let response = doors.post("/execute", get).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    assert!(!response.headers().contains_key("retry-after"));
    assert_eq!(document(response).await["code"], "timed_out");
    doors.site.server.faults().clear();

    // Of a write that was sent nobody knows; it is noted when its end is known.
    let params = json!({"candidateId": id, "note": "x"});
    let write = json!({"entity": "candidates", "action": "create_note", "params": params});
    for (path, times) in [("/execute", 1), ("/mcp", 2)] {
        let planned = json!({"operation": "candidate.createNote", "params": params});
        let plan = doors.site.call("token:local", "plan_write", planned).await.unwrap()["plan_id"].clone();
        doors.site.server.faults().add(FaultRule::new("candidate.createNote", Fault::Hold));
        let request = match path {
            "/mcp" => {
                let apply = json!({"name": "apply_plan", "arguments": {"plan_id": plan}});
                json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": apply})
            }
            _ => {
                let mut write = write.clone();
                write["plan_id"] = plan;
                write
            }
        };
        let response = doors.post(path, request).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_GATEWAY, "{path}");
        assert!(!response.headers().contains_key("retry-after"));
        let told = document(response).await;
        assert_eq!((&told["code"], &told["retryable"]), (&json!("fate_unknown"), &json!(false)), "{told}");
        assert!(told["hint"].as_str().unwrap().contains("look"), "{told}");
        assert_eq!(doors.site.journal().last().map(String::as_str), Some("begun"));
        doors.site.server.faults().clear();
        doors.site.agent.writes_ended().await;
        assert_eq!(doors.site.journal().last().map(String::as_str), Some("done"));
        assert_eq!(doors.site.server.log().count("candidate.createNote"), times);
    }
}

#[tokio::test]
async fn beyond_those_who_wait_nobody_is_taken() {
    let usual = Crowd::default();
    assert_eq!((usual.at_once, usual.waiting, usual.time.as_secs()), (64, 512, 60));
    let doors = Doors::new(Crowd { at_once: 2, waiting: 3, ..usual }).await;
    let id = doors.site.candidate().await;
    doors.site.server.faults().add(FaultRule::new("candidate.info", Fault::Hold));
    let get = json!({"entity": "candidates", "action": "get", "params": {"id": id}});
    let all = (0..6).map(|_| Box::pin(doors.post("/execute", &get).send()));
    let (refused, _, others) = futures_util::future::select_all(all).await;
    let refused = refused.unwrap();
    assert_eq!(
        (refused.status(), &refused.headers()["retry-after"]),
        (StatusCode::TOO_MANY_REQUESTS, &"1".parse().unwrap())
    );
    assert_eq!(document(refused).await["code"], "busy");
    doors.site.server.faults().wait_held(2).await;
    doors.site.server.faults().clear();
    for other in futures_util::future::join_all(others).await {
        assert_eq!(other.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn what_is_nested_too_deeply_is_no_request_and_no_page_elsewhere_is_invited() {
    let doors = Doors::new(Crowd::default()).await;
    let list = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!("{{\"entity\":\"candidates\",\"action\":\"list\",\"params\":{{\"x\":{open}{close}}}}}")
    };
    for (depth, code) in [(100, "invalid_parameter"), (130, "invalid_json"), (100_000, "invalid_json")] {
        let response = doors.post("/execute", list(depth)).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert_eq!(document(response).await["code"], code, "{depth}");
    }
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let list = json!({"entity": "candidates", "action": "list"});
    for (path, body) in [("/execute", list), ("/mcp", ping)] {
        let response =
            doors.post(path, body).header("origin", "https://app.example.com").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let names = response.headers().keys().map(|name| name.as_str());
        assert!(names.into_iter().all(|name| !name.starts_with("access-control-")), "{path}");
    }
}
