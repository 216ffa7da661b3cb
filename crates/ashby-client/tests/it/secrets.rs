//! Nothing secret in logs, errors and debug output.

use std::io;
use std::sync::{Arc, Mutex};

use ashby_client::{Cursor, ListRequest, ReadOperation, SyncToken};
use serde_json::json;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::server::{KEY, Server, ok, response};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn requests_are_logged_without_their_contents() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer({
            let log = log.clone();
            move || log.clone()
        })
        .finish();
    // With a single subscriber, what another test's thread logs first would be taken for what nobody wants to know.
    let _another = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let guard = tracing::subscriber::set_default(subscriber);

    let quoting = format!(
        r#"{{"success":false,"errorInfo":{{"code":"invalid_input","message":"bad TOKEN1 CURSOR1 {KEY}"}}}}"#
    );
    let server = Server::start([
        response(503, &[("x-ashby-request-id", "01RETRIED")], "BODY1"),
        response(
            200,
            &[("x-ashby-request-id", "01FIRST")],
            r#"{"success":true,"results":[{"id":"RECORD1"}],"warnings":["TOKEN1"]}"#,
        ),
        ok(quoting),
    ])
    .await;
    let client = server.client();
    let request = ListRequest {
        parameters: json!({"name": "PARAMETER1"}).as_object().unwrap().clone(),
        cursor: Some(Cursor::from("CURSOR1")),
        sync_token: Some(SyncToken::from("TOKEN1")),
        ..ListRequest::new(ReadOperation::new("candidate.list"))
    };
    let page = client.page(&request).await.unwrap();
    let error = client.page(&request).await.unwrap_err();
    drop(guard);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for expected in
        ["candidate.list", "01RETRIED", "01FIRST", "INFO", "status=503", "elapsed_ms", "attempt=2"]
    {
        assert!(log.contains(expected), "{expected} is not in {log}");
    }
    let shown = format!("{log} {request:?} {page:?} {error} {error:?} {client:?} {:?}", page.warnings);
    for secret in ["CURSOR1", "TOKEN1", "PARAMETER1", "RECORD1", "BODY1", KEY, "Basic"] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
    assert!(error.to_string().contains("bad [masked] [masked] [masked]"), "{error}");
}
