//! What is sent again, and what never is.

use std::time::{Duration, Instant, SystemTime};

use ashby_client::{Client, ErrorKind, Lane, RetryPolicy, WriteOperation};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::server::{KEY, READ, Server, Step, WRITE, ok, quick, response};

const DONE: &str = r#"{"success":true,"results":"done"}"#;

/// Steps that a read survives.
fn passing_troubles() -> Vec<Step> {
    vec![
        response(500, &[], "<html>"),
        response(503, &[], ""),
        Step::Reset,
        Step::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec()),
        response(429, &[], ""),
        ok("<html>try again</html>"),
        ok(r#"{"success":false,"errorInfo":{"code":"generic_internal_error"}}"#),
    ]
}

#[tokio::test]
async fn reads_survive_what_passes() {
    for trouble in passing_troubles() {
        let server = Server::start([trouble.clone(), trouble, ok(DONE)]).await;
        let client = server.client();
        let response = client.read(&READ, &json!({"id": "x"})).await.unwrap();
        assert_eq!((&*response.results, response.requests), (&b"\"done\""[..], 3));
        assert!(server.requests().iter().all(|request| request.body == r#"{"id":"x"}"#));
        let usage = client.usage();
        assert_eq!((usage.requests, usage.retries, usage.requests_last_minute), (3, 2, 3));
    }
}

#[tokio::test]
async fn writes_are_sent_once() {
    let settled = [response(429, &[], ""), response(403, &[], ""), ok(r#"{"success":false}"#)];
    for (step, may_have_taken_effect) in
        passing_troubles().into_iter().map(|step| (step, true)).chain(settled.map(|step| (step, false)))
    {
        let server = Server::start([step, ok(DONE)]).await;
        let error = server.client().write(&WRITE, &json!({})).await.unwrap_err();
        assert_eq!((server.requests().len(), error.requests()), (1, 1), "{error}");
        if error.kind() != ErrorKind::RateLimited {
            assert_eq!(error.may_have_taken_effect(), may_have_taken_effect, "{error}");
        }
    }
}

#[tokio::test]
async fn a_write_without_connection_had_no_effect() {
    let server = Server::start([]).await;
    let client = server.builder().base_url("http://127.0.0.1:1").build().unwrap();
    let error = client.write(&WRITE, &json!({})).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_taken_effect()), (ErrorKind::Connect, false));
}

#[tokio::test]
async fn retrying_ends() {
    let server = Server::start(vec![response(502, &[], ""); 10]).await;
    let error = server.client().read(&READ, &json!({})).await.unwrap_err();
    assert_eq!((error.kind(), error.requests(), server.requests().len()), (ErrorKind::Server, 6, 6));
    assert!(error.to_string().contains("6 requests in 0."), "{error}");

    let server = Server::start(vec![ok("{}"); 10]).await;
    let error = server.client().read(&READ, &json!({})).await.unwrap_err();
    assert_eq!((error.kind(), error.requests()), (ErrorKind::Malformed, 3));

    let server = Server::start(vec![response(502, &[], ""); 10]).await;
    let retry = quick().max_elapsed(Duration::ZERO);
    let error = server.builder().retry(retry).build().unwrap().read(&READ, &json!({})).await.unwrap_err();
    assert_eq!(error.requests(), 1);
}

#[tokio::test]
async fn what_does_not_pass_is_not_retried() {
    for step in [
        response(400, &[], ""),
        response(401, &[], ""),
        response(403, &[], ""),
        response(404, &[], ""),
        ok(r#"{"success":false,"errorInfo":{"code":"invalid_input"}}"#),
        ok(r#"{"success":false,"errorInfo":{"code":"next_cursor_expired"}}"#),
    ] {
        let server = Server::start([step, ok(DONE)]).await;
        let error = server.client().read(&READ, &json!({})).await.unwrap_err();
        assert_eq!(server.requests().len(), 1, "{error}");
    }
}

#[tokio::test]
async fn a_429_pauses_everything_under_the_key() {
    let now = SystemTime::now();
    let date = httpdate::fmt_http_date(now);
    let later = httpdate::fmt_http_date(now + Duration::from_secs(1));
    for headers in
        [vec![("retry-after", "1")], vec![("retry-after", later.as_str()), ("date", date.as_str())]]
    {
        let server = Server::start([response(429, &headers, ""), ok(DONE)]).await;
        let client = server.client();
        client.write(&WRITE, &json!({})).await.unwrap_err();
        let began = Instant::now();
        // A clone, another lane and another operation: it is the key that has to wait.
        client.in_lane(Lane::Interactive).read(&READ, &json!({})).await.unwrap();
        assert!(began.elapsed() > Duration::from_millis(700), "{headers:?}: {:?}", began.elapsed());
        assert!(client.usage().wait_ms > 700);
        assert_eq!(client.usage().throttled, 1);
    }
}

#[tokio::test]
async fn a_503_pauses_its_operation_and_no_other() {
    for status in [500, 503] {
        let refusal = response(status, &[("retry-after", "1")], "");
        let steps = std::iter::once(refusal).chain(vec![ok(DONE); 21]);
        let server = Server::start(steps).await;
        let client = server.client();
        let began = Instant::now();
        client.write(&WRITE, &json!({})).await.unwrap_err();
        let same = tokio::spawn({
            let client = client.clone();
            async move { client.write(&WRITE, &json!({})).await.map(|_| Instant::now()) }
        });
        for _ in 0..20 {
            client.read(&READ, &json!({})).await.unwrap();
        }
        assert!(began.elapsed() < Duration::from_millis(700), "{status}: {:?}", began.elapsed());
        assert!(!same.is_finished());
        let sent = same.await.unwrap().unwrap();
        assert!(sent - began > Duration::from_millis(900), "{status}: {:?}", sent - began);
        assert!(client.usage().wait_ms > 700);
        assert_eq!(client.usage().throttled, 0);
    }
}

#[tokio::test]
async fn throttling_slows_the_client_down() {
    let scope = ("x-ratelimit-scope", "integration-partner");
    let server = Server::start([response(429, &[scope, ("retry-after", "0")], "")]).await;
    let client =
        server.builder().requests_per_minute(Some(1_000)).retry(RetryPolicy::never()).build().unwrap();
    assert_eq!(client.usage().effective_requests_per_minute, Some(1_000));
    let error = client.read(&READ, &json!({})).await.unwrap_err();
    assert_eq!(error.rate_limit_scope(), Some("integration-partner"));
    assert!(error.to_string().contains("integration-partner"), "{error}");
    let usage = client.usage();
    assert_eq!(usage.configured_requests_per_minute, Some(1_000));
    assert_eq!(usage.effective_requests_per_minute, Some(700));
}

#[tokio::test]
async fn a_handle_in_another_lane_shares_everything_else() {
    let server = Server::start([ok(DONE), ok(DONE)]).await;
    let client = server.client();
    let urgent = client.in_lane(Lane::Interactive);
    assert_eq!((client.lane(), urgent.lane()), (Lane::Normal, Lane::Interactive));
    client.read(&READ, &json!({})).await.unwrap();
    urgent.read(&READ, &json!({})).await.unwrap();
    assert_eq!(client.usage().requests, 2);
}

#[tokio::test]
async fn of_a_write_only_what_is_said_for_certain_counts() {
    let push = WriteOperation::new("candidate.pushToHris");
    for (body, kind, may_have_happened) in [
        (r#"{"success":false,"errors":["the HRIS said rate_limit_exceeded"]}"#, ErrorKind::Rejected, false),
        (r#"{"success":false,"errors":["rate_limit_exceeded"]}"#, ErrorKind::Rejected, false),
        (r#"{"success":false,"errorInfo":{"code":"rate_limit_exceeded"}}"#, ErrorKind::RateLimited, false),
        (
            r#"{"success":false,"errors":["rate_limit_exceeded"],"errorInfo":{"code":"candidate_hris_push_failed"}}"#,
            ErrorKind::Rejected,
            true,
        ),
        (r#"{"success":false,"errorInfo":{"code":"generic_internal_error"}}"#, ErrorKind::Server, true),
        // Without a code of its own a refusal is doubtful if it mentions what leaves open.
        (
            r#"{"success":false,"errors":["candidate_hris_push_failed: the HRIS said rate_limit_exceeded"]}"#,
            ErrorKind::Rejected,
            true,
        ),
        (
            r#"{"success":false,"errors":[{"message":"Error: generic_internal_error"}]}"#,
            ErrorKind::Rejected,
            true,
        ),
    ] {
        let server = Server::start([ok(body), ok(DONE)]).await;
        let error = server.client().write(&push, &json!({})).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_taken_effect()), (kind, may_have_happened), "{body}");
        assert_eq!(server.requests().len(), 1, "{body}");
    }
    // Of a read nothing is lost by looking everywhere.
    let server =
        Server::start([ok(r#"{"success":false,"errors":["Error rate_limit_exceeded: wait"]}"#), ok(DONE)])
            .await;
    server.client().read(&READ, &json!({})).await.unwrap();
}

#[tokio::test]
async fn a_write_meets_no_connection_that_others_have_left() {
    // Answers the first request of each connection and closes it at the second, as a server does whose patience ends then.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{DONE}", DONE.len());
                let _ = stream.write_all(head.as_bytes()).await;
                let _ = stream.read(&mut request).await;
            });
        }
    });
    let client = || Client::builder().api_key(KEY).base_url(&url).requests_per_minute(None).build().unwrap();
    let mixed = client();
    for _ in 0..5 {
        mixed.read(&READ, &json!({})).await.unwrap();
        mixed.write(&WRITE, &json!({})).await.unwrap();
    }
    // Nor one that a write has left: a batch is writes alone.
    let batch = client();
    for _ in 0..10 {
        batch.write(&WRITE, &json!({})).await.unwrap();
    }
}
