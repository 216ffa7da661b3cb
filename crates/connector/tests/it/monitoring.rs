//! What monitoring is answered while a capture runs.

#![allow(clippy::unwrap_used)]

use ashby_sim::ServerOptions;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::fixture;
use crate::task::Task;

async fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn place(line: &Value) -> Option<String> {
    let rest = line["message"].as_str()?.strip_prefix("metrics are at http://")?;
    Some(rest.split('/').next()?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_says_where_it_stands_where_it_was_told_to_listen_and_nowhere_else() {
    let server = fixture::server(&fixture::tiny(), ServerOptions::default()).await;
    let mut task = Task::new(&server.base_url(), &["jobs", "users"]);
    task.config["advanced"]["metrics_listen"] = json!("127.0.0.1:0");
    let mut session = task.open().await;
    session.process.logged(1, |line| place(line).is_some()).await;
    let address = session.process.log().iter().find_map(place).unwrap();
    task.run_until(&mut session, Task::is_complete).await;
    assert!(get(&address, "/healthz").await.starts_with("HTTP/1.1 200"));
    let is_up_to_date = |text: &str| text.contains(r#"ashby_stream_polls_total{stream="users"} 1"#);
    let metrics = loop {
        let text = get(&address, "/metrics").await;
        if is_up_to_date(&text) && text.contains(r#"ashby_stream_polls_total{stream="jobs"} 1"#) {
            break text;
        }
        tokio::task::yield_now().await;
    };
    for wanted in [
        r#"ashby_stream_records_total{stream="jobs"} 3"#,
        "ashby_requests_total ",
        "process_resident_memory_bytes ",
    ] {
        assert!(metrics.contains(wanted), "{wanted}: {metrics}");
    }
    assert!(get(&address, "/readyz").await.starts_with("HTTP/1.1 200"));
    task.end(session).await.assert_success();
    assert!(TcpStream::connect(&address).await.is_err(), "it has ended");

    task.config["advanced"].as_object_mut().unwrap().remove("metrics_listen");
    let session = task.open().await;
    let ended = task.end(session).await;
    assert!(!ended.log.iter().any(|line| place(line).is_some()), "nothing listens unless it is told to");
}
