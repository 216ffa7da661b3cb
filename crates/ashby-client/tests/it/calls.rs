//! What is sent, and what a success looks like.

use ashby_client::{ErrorKind, ReadOperation};
use serde_json::json;

use crate::server::{KEY, READ, Server, WRITE, ok, response};

#[tokio::test]
async fn requests_are_as_ashby_wants_them() {
    let server = Server::start([ok(r#"{"success":true,"results":{}}"#)]).await;
    let client = server.builder().user_agent("tester/1").build().unwrap();
    client.read(&READ, &json!({"id": "x"})).await.unwrap();

    let request = &server.requests()[0];
    assert_eq!(request.line, "POST /candidate.info HTTP/1.1");
    assert_eq!(request.body, r#"{"id":"x"}"#);
    // base64("key-1234567890:")
    for (name, value) in [
        ("authorization", "Basic a2V5LTEyMzQ1Njc4OTA6"),
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("ashby-version", "2026-01-01"),
        ("user-agent", "tester/1"),
    ] {
        assert_eq!(request.header(name), Some(value), "{name}");
    }
    let encodings = request.header("accept-encoding").unwrap();
    assert!(encodings.contains("gzip") && encodings.contains("br"), "{encodings}");
}

#[tokio::test]
async fn a_base_url_may_have_a_path() {
    let server = Server::start([ok(r#"{"success":true,"results":1}"#)]).await;
    let client = server.builder().base_url(&format!("{}/proxy/ashby", server.url())).build().unwrap();
    client.read(&READ, &json!({})).await.unwrap();
    assert_eq!(server.requests()[0].line, "POST /proxy/ashby/candidate.info HTTP/1.1");
}

#[tokio::test]
async fn results_are_handed_out_byte_for_byte() {
    let body = r#"{"warnings":["mind the gap"], "results" : {"b": 1.50, "a":"\u00e9"} ,"success":true}"#;
    let server = Server::start([response(200, &[("x-ashby-request-id", "01J")], body)]).await;
    let response = server.client().read(&READ, &json!({})).await.unwrap();
    assert_eq!(response.results, r#"{"b": 1.50, "a":"\u00e9"}"#);
    assert_eq!(response.warnings, ["mind the gap"]);
    assert_eq!(response.request_id.as_deref(), Some("01J"));
    assert_eq!(response.requests, 1);
}

#[tokio::test]
async fn a_success_may_have_no_results() {
    let server = Server::start([ok(r#"{"success":true}"#)]).await;
    assert_eq!(server.client().write(&WRITE, &json!({})).await.unwrap().results, "null");
}

#[tokio::test]
async fn compressed_answers_are_read() {
    use std::io::Write as _;
    let body = format!(r#"{{"success":true,"results":"{}"}}"#, "x".repeat(100_000));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(body.as_bytes()).unwrap();
    let mut brotli = Vec::new();
    brotli::BrotliCompress(&mut body.as_bytes(), &mut brotli, &brotli::enc::BrotliEncoderParams::default())
        .unwrap();
    let server = Server::start([
        response(200, &[("content-encoding", "gzip")], gzip.finish().unwrap()),
        response(200, &[("content-encoding", "br")], brotli),
    ])
    .await;
    let client = server.client();
    for _ in 0..2 {
        assert_eq!(client.read(&READ, &json!({})).await.unwrap().results.len(), 100_002);
    }
}

#[tokio::test]
async fn impossible_requests_are_not_sent() {
    let server = Server::start([]).await;
    let client = server.client();
    let elsewhere = ReadOperation::from_string("../admin".to_owned());
    for error in [
        client.read(&READ, &json!({"cursor": null})).await.unwrap_err(),
        client.read(&READ, &json!([1])).await.unwrap_err(),
        client.write(&WRITE, &json!("x")).await.unwrap_err(),
        client.read(&elsewhere, &json!({})).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.requests()), (ErrorKind::InvalidRequest, 0), "{error}");
    }
    assert!(server.requests().is_empty());
    assert_eq!(client.usage().requests, 0);
}

#[tokio::test]
async fn a_key_tells_about_itself() {
    let server = Server::start([
        ok(r#"{"success":true,"results":{"title":"ETL","createdAt":"2026-01-02T03:04:05Z","scopes":["jobs:read"],"organization":{"id":"o1"}}}"#),
        ok(r#"{"success":true,"results":[]}"#),
        ok(r#"{"success":true,"results":{"scopes":"all"}}"#),
    ])
    .await;
    let client = server.client();
    let info = client.api_key_info().await.unwrap();
    assert_eq!(info.title.as_deref(), Some("ETL"));
    assert_eq!(info.created_at.as_deref(), Some("2026-01-02T03:04:05Z"));
    assert_eq!(info.scopes, ["jobs:read"]);
    assert_eq!(info.other["organization"]["id"], "o1");
    assert!(!format!("{info:?}").contains("o1"), "{info:?}");
    assert_eq!(client.key_fingerprint(), ashby_client::ApiKey::from(KEY).fingerprint());
    assert_eq!(server.requests()[0].body, "{}");
    assert_eq!(client.api_key_info().await.unwrap_err().kind(), ErrorKind::Malformed);
    assert_eq!(client.api_key_info().await.unwrap_err().kind(), ErrorKind::Malformed);
    assert!(!format!("{client:?}").contains(KEY));
}

#[tokio::test]
async fn writes_and_only_writes_are_attributed_to_a_user() {
    const USER: &str = "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b";
    let server = Server::start(vec![ok(r#"{"success":true,"results":{}}"#); 3]).await;
    let client = server.client();
    let for_user = client.on_behalf_of(USER).unwrap();
    for_user.write(&WRITE, &json!({})).await.unwrap();
    for_user.read(&READ, &json!({})).await.unwrap();
    client.write(&WRITE, &json!({})).await.unwrap();
    let users: Vec<_> =
        server.requests().iter().map(|request| request.header("x-on-behalf-of").map(str::to_owned)).collect();
    assert_eq!(users, [Some(USER.to_owned()), None, None]);
    assert_eq!(client.usage().requests, 3, "the pace is common");
    for nobody in ["", "jane@example.com", "a\nb"] {
        let error = client.on_behalf_of(nobody).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(nobody.is_empty() || !error.to_string().contains(nobody));
    }
}

#[tokio::test]
async fn answers_tell_of_the_server() {
    let headers = [
        ("ashby-version", "2026-01-01"),
        ("ashby-version-status", "deprecated"),
        ("date", "Thu, 01 Jan 1970 00:01:00 GMT"),
        ("ratelimit-limit", "1000"),
        ("x-ratelimit-remaining", "7"),
    ];
    let server = Server::start([
        response(200, &headers, r#"{"success":true,"results":{}}"#),
        ok(r#"{"success":true,"results":{}}"#),
    ])
    .await;
    let client = server.client();
    assert_eq!(client.server_note(), None);
    client.read(&READ, &json!({})).await.unwrap();
    let note = client.server_note().unwrap();
    assert_eq!(
        (note.version.as_deref(), note.version_status.as_deref()),
        (Some("2026-01-01"), Some("deprecated"))
    );
    assert_eq!((note.rate_limit, note.rate_limit_remaining), (Some(1000), Some(7)));
    assert!(note.clock_ahead_s.unwrap() < -1_000_000_000, "{note:?}");
    client.read(&READ, &json!({})).await.unwrap();
    assert_eq!(client.server_note().unwrap().version_status, None);
}
