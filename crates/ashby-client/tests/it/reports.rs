//! Reports: started once, asked for until they are ready.

use std::time::Duration;

use ashby_client::{Error, ErrorKind, Report, ReportOptions};
use serde_json::{Value, json};

use crate::server::{Server, Step, ok, quick, response};

const STARTED: &str =
    r#"{"success":true,"results":{"requestId":"rep:1","status":"in_progress","reportData":null}}"#;
const READY: &str = r#"{"success":true,"results":{"requestId":"rep:1","status":"complete","reportData":{
    "data":[["Name","Count"],["secret",2.50]],"columnNames":["Name","Count"],
    "metadata":{"title":"Funnel","updatedAt":"2026-11-01T00:00:00Z","reportGeneratedAt":"2026-11-02T00:00:00Z"}}}}"#;

fn limited(code: &str) -> Step {
    let body = json!({"success": false, "errors": ["Limit"], "errorInfo": {"code": code, "message": "wait"}});
    response(429, &[], body.to_string())
}

async fn run(server: &Server, options: ReportOptions) -> Result<Report, Error> {
    let retry = quick().report_delay(Duration::from_millis(2));
    server.builder().retry(retry).build().unwrap().run_report("r-1", &options).await
}

fn soon() -> ReportOptions {
    ReportOptions::default().poll_interval(Duration::from_millis(1))
}

#[tokio::test]
async fn a_report_is_started_once_and_asked_for_until_it_is_ready() {
    let server = Server::start([ok(STARTED), ok(STARTED), response(503, &[], ""), ok(READY)]).await;
    let report = run(&server, soon()).await.unwrap();
    assert_eq!(
        (report.title.as_deref(), &report.columns[..]),
        (Some("Funnel"), &["Name".to_owned(), "Count".to_owned()][..])
    );
    assert_eq!(serde_json::to_string(&report.rows).unwrap(), r#"[["Name","Count"],["secret",2.5]]"#);
    assert!(!format!("{report:?}").contains("secret"));
    let bodies: Vec<Value> =
        server.requests().iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect();
    let start = json!({"reportId": "r-1", "includeHeadersInData": true});
    let poll = json!({"reportId": "r-1", "includeHeadersInData": true, "requestId": "rep:1"});
    assert_eq!(bodies, [start, poll.clone(), poll.clone(), poll]);
}

#[tokio::test]
async fn limits_are_waited_for_without_holding_up_anything_else() {
    let steps = [limited("rate_limit_exceeded"), limited("concurrent_limit_exceeded"), ok(READY)];
    let server = Server::start(steps).await;
    let options = soon().include_headers(false);
    // The pause of everything else would last for a minute.
    let minute = Duration::from_secs(60);
    let retry = quick().report_delay(Duration::from_millis(2)).throttle_delay(minute);
    let retry = retry.max_delay(minute).base_delay(Duration::from_millis(1));
    let client = server.builder().requests_per_minute(Some(100_000)).retry(retry).build().unwrap();
    client.run_report("r-1", &options).await.unwrap();
    assert_eq!(client.usage().throttled, 2);
    assert_eq!(client.usage().effective_requests_per_minute, Some(100_000));
    let body: Value = serde_json::from_str(&server.requests()[0].body).unwrap();
    assert_eq!(body["includeHeadersInData"], false);
}

#[tokio::test]
async fn a_failed_report_says_why() {
    let failed = r#"{"success":true,"results":{"requestId":"rep:1","status":"failed","reportData":null,"failureReason":"QueryTimeout"}}"#;
    let server = Server::start([ok(STARTED), ok(failed)]).await;
    let error = run(&server, soon()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Rejected, Some("QueryTimeout")));
    assert_eq!(error.to_string(), "report.generate: the report failed `QueryTimeout`");
    assert!(error.hint().unwrap().contains("15 minutes"));
}

#[tokio::test]
async fn a_report_is_not_waited_for_for_ever() {
    let server = Server::start([ok(STARTED)]).await;
    let patience = Duration::from_millis(50);
    let day = Duration::from_secs(86_400);
    let options = ReportOptions::default().timeout(Some(patience)).poll_interval(day);
    let error = run(&server, options).await.unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Timeout, 1), "{error}");
}

#[tokio::test]
async fn what_is_no_report_is_refused() {
    for body in [
        r#"{"success":true}"#,
        r#"{"success":true,"results":{"status":"paused"}}"#,
        r#"{"success":true,"results":{"status":"in_progress"}}"#,
        r#"{"success":true,"results":{"status":"complete","requestId":"x","reportData":null}}"#,
        r#"{"success":true,"results":{"status":"complete","requestId":"x","reportData":{"data":{}}}}"#,
    ] {
        let server = Server::start(vec![ok(body); 4]).await;
        assert_eq!(run(&server, soon()).await.unwrap_err().kind(), ErrorKind::Malformed, "{body}");
    }
}
