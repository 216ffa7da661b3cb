//! Servers that quote back what they were sent, and answers that are too large.

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::fixture;
use crate::hostile::{ENCODED_KEY, Hostile, KEY, MANNERS, Manner};
use crate::process::Process;
use crate::task::Task;

/// All that a connector that is asked for this logs until the first trouble.
async fn heard(request: &serde_json::Value) -> String {
    let mut process = Process::start(&[("LOG_LEVEL", "trace")]);
    process.send(request).await;
    process.logged(1, |line| ["ERROR", "WARN"].contains(&line["level"].as_str().unwrap_or_default())).await;
    let log: String = process.log().iter().map(|line| format!("{line}\n")).collect();
    process.kill().await;
    log
}

fn requests(task: &Task) -> [serde_json::Value; 3] {
    let bindings: Vec<_> =
        task.bindings.iter().map(|name| json!({"resourceConfig": {"name": name}})).collect();
    [
        json!({"discover": {"config": task.config}}),
        json!({"validate": {"config": task.config, "bindings": bindings}}),
        task.open_request(),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_server_quotes_back_goes_further() {
    for manner in MANNERS {
        let server = Hostile::start(manner, None).await;
        let mut task = Task::new(&server.url, &["users", "candidates", "interview_stages"]);
        task.config["credentials"]["access_token"] = json!(KEY);
        for request in requests(&task) {
            let heard = heard(&request).await;
            for secret in [KEY, ENCODED_KEY] {
                assert!(!heard.contains(secret), "{manner:?}: {secret}: {heard}");
            }
        }
        assert!(server.requests() >= 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_and_tokens_that_are_quoted_back_go_no_further() {
    let options = ashby_sim::ServerOptions { page_limit: 2, ..Default::default() };
    let behind = fixture::server(&fixture::tiny(), options).await;
    let address = behind.base_url().replace("http://", "");
    let server = Hostile::start(Manner::RefuseLaterPages, Some(address)).await;
    let task = Task::new(&server.url, &["users", "candidates"]);
    let mut process = Process::start(&[("LOG_LEVEL", "trace")]);
    process.send(&task.open_request()).await;
    process.logged(1, |line| line["level"] == "WARN").await;
    let log: String = process.log().iter().map(ToString::to_string).collect();
    process.kill().await;
    let texts = server.texts(|text| text.len() >= 16);
    assert!(!texts.is_empty(), "cursors were sent");
    let leaked: Vec<_> = texts.iter().filter(|text| log.contains(text.as_str())).collect();
    assert!(leaked.is_empty(), "{leaked:?}: {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_too_large_names_the_setting() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let body = format!(r#"{{"success":true,"results":["{}"]}}"#, "x".repeat(2_000_000));
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all((head + &body).as_bytes()).await;
        }
    });
    let mut task = Task::new(&url, &["users"]);
    task.config["advanced"]["max_page_mb"] = json!(1);
    let mut process = Process::start(&[]);
    process.send(&task.open_request()).await;
    process.logged(1, |line| line.to_string().contains("advanced.max_page_mb")).await;
    process.kill().await;
}
