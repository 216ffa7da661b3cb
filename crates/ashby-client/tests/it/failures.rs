//! What failures are taken for.

use std::io::Write as _;
use std::time::Duration;

use ashby_client::{Client, ErrorKind, ListRequest, ReadOperation, Recovery, RetryPolicy};
use serde_json::json;

use crate::server::{KEY, READ, Server, Step, ok, quick, response};

/// The error of a single read that meets `step`.
async fn error_of(step: Step) -> ashby_client::Error {
    let server = Server::start([step]).await;
    let client = server.builder().retry(RetryPolicy::never()).build().unwrap();
    client.read(&READ, &json!({})).await.unwrap_err()
}

#[tokio::test]
async fn every_answer_has_its_kind() {
    use ErrorKind::*;
    let permission = r#"{"success":false,"errors":["missing_endpoint_permission"]}"#;
    for (status, body, kind) in [
        (200, permission, Permission),
        (403, permission, Permission),
        (
            403,
            r#"{"success":false,"errors":[{"message":"missing_endpoint_permission","parameter":"x"}]}"#,
            Permission,
        ),
        (403, "Forbidden", Credentials),
        (403, r#"{"success":false,"errors":["The key is deactivated"]}"#, Credentials),
        (401, "", Credentials),
        (404, "<html>", NotFound),
        (200, r#"{"success":false,"errorInfo":{"code":"candidate_not_found"}}"#, NotFound),
        (400, "", InvalidRequest),
        (200, r#"{"success":false,"errorInfo":{"code":"invalid_input","message":"m"}}"#, InvalidRequest),
        (409, "", Rejected),
        (200, r#"{"success":false}"#, Rejected),
        (200, r#"{"success":false,"errors":null,"errorInfo":null}"#, Rejected),
        (200, r#"{"errorInfo":{"code":"opening_in_use"},"results":7,"success":false}"#, Rejected),
        (429, "slow down", RateLimited),
        (429, r#"{"success":true,"results":[]}"#, RateLimited),
        (200, r#"{"success":false,"errorInfo":{"code":"rate_limit_exceeded"}}"#, RateLimited),
        (408, "", Timeout),
        (500, "<html>", Server),
        (503, r#"{"success":true,"results":[]}"#, Server),
        (520, "", Server),
        (200, r#"{"success":false,"errorInfo":{"code":"generic_internal_error"}}"#, Server),
        (302, "", Configuration),
        (200, "", Malformed),
        (204, "", Malformed),
        (200, "<html>sign in</html>", Malformed),
        (200, "[]", Malformed),
        (200, "null", Malformed),
        (200, r#"{"results":[]}"#, Malformed),
        (200, r#"{"success":"true","results":[]}"#, Malformed),
        (200, r#"{"success":null,"results":[]}"#, Malformed),
        (200, r#"{"success":true,"results":[]}}"#, Malformed),
        (200, r#"{"success":true,"results":[{]}"#, Malformed),
        (200, r#"{"success":true,"results":1,"results":2}"#, Malformed),
        (200, r#"{"success":true,"success":true}"#, Malformed),
    ] {
        let error = error_of(response(status, &[], body)).await;
        assert_eq!(error.kind(), kind, "{status} {body}: {error}");
        assert_eq!((error.status(), error.requests()), (Some(status), 1), "{status} {body}");
        assert_eq!(error.missing_permission(), kind == Permission);
        assert_eq!(error.operation(), "candidate.info");
        assert!(!error.to_string().contains('<'), "{error}");
    }
}

#[tokio::test]
async fn errors_say_what_ashby_said() {
    let body = r#"{"success":false,"errors":["x"],"errorInfo":{"code":"opening_in_use","message":"It is\nin use.","requestId":"01B"}}"#;
    let error = error_of(ok(body)).await;
    assert_eq!(
        error.to_string(),
        "candidate.info: Ashby refused the request `opening_in_use`: It is in use. (HTTP 200, request id 01B)"
    );
    assert_eq!((error.code(), error.request_id()), (Some("opening_in_use"), Some("01B")));
    assert!(!error.is_retryable());
    let error = error_of(response(200, &[("x-ashby-request-id", "01H")], body)).await;
    assert_eq!(error.request_id(), Some("01H"));
}

#[tokio::test]
async fn refused_positions_say_how_to_go_on() {
    for status in [200, 400] {
        for (body, recovery) in [
            (r#"{"success":false,"errors":["sync_token_expired"]}"#, Some(Recovery::DropToken)),
            (r#"{"success":false,"errorInfo":{"code":"invalid_next_cursor"}}"#, Some(Recovery::DropCursor)),
            (r#"{"success":false,"errorInfo":{"code":"invalid_input"}}"#, None),
        ] {
            let error = error_of(response(status, &[], body)).await;
            assert_eq!(error.recovery(), recovery, "{status} {body}");
            assert!(!error.is_retryable(), "{status} {body}");
        }
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let target = Server::start([ok(r#"{"success":true,"results":1}"#)]).await;
    let location = format!("{}/elsewhere", target.url());
    for status in [301, 302, 307, 308] {
        let error = error_of(response(status, &[("location", &location)], "")).await;
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(&status.to_string()), "{error}");
        let leads_to =
            format!("answered with a redirect to {}, which", target.url().trim_start_matches("http://"));
        assert!(error.to_string().contains(&leads_to), "{error}");
    }
    assert!(target.requests().is_empty());
}

#[tokio::test]
async fn broken_connections_are_told_apart() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n".to_vec();
    let started = [head.clone(), br#"{"success":true,"results":["#.to_vec()].concat();
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"suc\r\n".to_vec();
    let no_gzip = response(200, &[("content-encoding", "gzip")], "this is no gzip");
    for (step, kind) in [
        (Step::Reset, ErrorKind::Transport),
        (Step::Send(Vec::new()), ErrorKind::Transport),
        (Step::Send(b"HTTP/1.1 200".to_vec()), ErrorKind::Transport),
        (Step::Send(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec()), ErrorKind::Transport),
        (Step::Send(started.clone()), ErrorKind::Transport),
        (Step::Send(chunked), ErrorKind::Transport),
        (no_gzip, ErrorKind::Transport),
        (Step::Stall(Vec::new()), ErrorKind::Timeout),
        (Step::Stall(started), ErrorKind::Timeout),
    ] {
        let error = error_of(step).await;
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.is_retryable());
        let source = std::error::Error::source(&error).expect("there is a cause").to_string();
        assert!(!error.to_string().contains(&source), "{error}: {source}");
    }
}

#[tokio::test]
async fn a_truncated_gzip_body_is_no_answer() {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(br#"{"success":true,"results":[]}"#).unwrap();
    let gzip = gzip.finish().unwrap();
    let error = error_of(response(200, &[("content-encoding", "gzip")], &gzip[..gzip.len() - 9])).await;
    assert_eq!(error.kind(), ErrorKind::Transport, "{error:?}");
}

#[tokio::test]
async fn one_attempt_has_a_time_limit_of_its_own() {
    let body = format!(r#"{{"success":true,"results":"{}"}}"#, "x".repeat(10_000_000));
    let Step::Send(bytes) = ok(body) else { unreachable!() };
    let server = Server::start([Step::Drip(bytes)]).await;
    let client = server
        .builder()
        .total_timeout(Duration::from_millis(200))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    assert_eq!(client.read(&READ, &json!({})).await.unwrap_err().kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn slow_answers_that_keep_coming_are_read() {
    let Step::Send(bytes) = ok(r#"{"success":true,"results":[1,2,3]}"#) else { unreachable!() };
    let server = Server::start([Step::Drip(bytes)]).await;
    assert_eq!(server.client().read(&READ, &json!({})).await.unwrap().results, "[1,2,3]");
}

#[tokio::test]
async fn bodies_are_bounded_after_decompression() {
    use std::io::Write as _;
    let body = format!(r#"{{"success":true,"results":"{}"}}"#, "x".repeat(100_000));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(body.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    assert!(gzip.len() < 2_000);
    let closing = [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", body.as_bytes()].concat();
    for step in [ok(&body), response(200, &[("content-encoding", "gzip")], &gzip), Step::Send(closing)] {
        for (max_body_bytes, kind) in [(body.len() - 1, Some(ErrorKind::TooLarge)), (body.len(), None)] {
            let server = Server::start([step.clone()]).await;
            let client = server.builder().max_body_bytes(max_body_bytes).build().unwrap();
            let outcome = client.read(&READ, &json!({})).await;
            assert_eq!(outcome.err().map(|error| error.kind()), kind);
            assert_eq!(server.requests().len(), 1);
        }
    }
    // Only the status counts of a refusal that is too large to look at.
    assert_eq!(error_of(response(403, &[], &body)).await.kind(), ErrorKind::Credentials);
}

#[tokio::test]
async fn connections_that_cannot_be_made_are_told_apart() {
    let client = |url: &str| {
        let retry = RetryPolicy { max_attempts: 2, ..quick() };
        Client::builder().api_key(KEY).base_url(url).retry(retry).build().unwrap()
    };
    // A port that was free a moment ago.
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = client(&format!("http://{unused}")).read(&READ, &json!({})).await.unwrap_err();
    assert_eq!((error.kind(), error.requests()), (ErrorKind::Connect, 2), "{error:?}");

    let error = client("https://ashby.invalid").read(&READ, &json!({})).await.unwrap_err();
    assert_eq!((error.kind(), error.requests()), (ErrorKind::Dns, 2), "{error:?}");
}

#[tokio::test]
async fn bad_tls_is_not_retried() {
    // A server that does not speak TLS: what it says is no TLS record.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let mut buffer = Vec::new();
        let _ = stream.read_to_end(&mut buffer).await;
    });
    let client = Client::builder()
        .api_key(KEY)
        .base_url(&format!("https://{address}"))
        .retry(quick())
        .build()
        .unwrap();
    let error = client.read(&READ, &json!({})).await.unwrap_err();
    assert_eq!((error.kind(), error.requests()), (ErrorKind::Tls, 1), "{error:?}");
    server.await.unwrap();
}

#[tokio::test]
async fn legal_and_unusual_answers_are_read() {
    const DONE: &str = r#"{"success":true,"results":"done"}"#;
    let (first, second) = DONE.split_at(9);
    let member = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let in_two = [member(first), member(second)].concat();
    let names: Vec<String> = (0..300).map(|number| format!("x-header-{number}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    for step in [response(200, &[("content-encoding", "gzip")], in_two), response(200, &many, DONE)] {
        let server = Server::start([step]).await;
        server.client().read(&READ, &json!({})).await.unwrap();
    }
}

#[tokio::test]
async fn what_no_destination_could_take_is_refused() {
    let page = |results: &str| format!(r#"{{"success":true,"results":{results},"moreDataAvailable":false}}"#);
    let long = "x".repeat(600_000);
    for (body, kind) in [
        (page(&format!("[{}1]", "1,".repeat(250_000))), ErrorKind::TooLarge),
        (page(&format!(r#"[{{"id":"1"}},{{"id":"2","text":"{long}"}}]"#)), ErrorKind::TooLarge),
        (
            format!(r#"{{"success":true,"results":[],"moreDataAvailable":true,"nextCursor":"{long}"}}"#),
            ErrorKind::Malformed,
        ),
    ] {
        let server = Server::start(vec![ok(body); 4]).await;
        let client = server.builder().max_body_bytes(1_000_000).too_large_hint("say --x").build().unwrap();
        let request = ListRequest {
            key_fields: vec!["id".to_owned()],
            leave_out_unusable: true,
            ..ListRequest::new(ReadOperation::new("candidate.list"))
        };
        let error = client.page(&request).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.hint() == Some("say --x"), kind == ErrorKind::TooLarge);
    }
}
