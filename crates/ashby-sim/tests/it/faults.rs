//! Each fault does what it says, to the requests that it is for.

use std::time::{Duration, Instant};

use ashby_sim::{ErrorShape, Fault, FaultRule, PagePosition, Server};
use serde_json::{Value, json};

use crate::support::{basic, list, post, send, small};

async fn with(fault: Fault) -> Server {
    let server = small().await;
    server.faults().add(FaultRule::new("application.list", fault).times(1));
    server
}

async fn try_send(server: &Server) -> Result<crate::support::Answer, hyper::Error> {
    let key = basic("sim-key");
    let headers = [("authorization", key.as_str()), ("content-type", "application/json")];
    send(server, "application.list", &headers, b"{}").await
}

#[tokio::test]
async fn statuses_and_bodies_replace_the_answer() {
    for (fault, status, body) in [
        (Fault::Status { status: 503 }, 503, None),
        (Fault::Html, 200, Some("<!doctype")),
        (Fault::EmptyBody, 200, Some("")),
        (Fault::Garbage, 200, Some("{\u{fffd}")),
    ] {
        let server = with(fault.clone()).await;
        let answer = post(&server, "application.list", &json!({})).await;
        assert_eq!(answer.status, status, "{fault:?}");
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(body.is_none_or(|body| text.starts_with(body)), "{fault:?}");
        assert!(serde_json::from_str::<Value>(&text).is_err());
        assert_eq!(
            post(&server, "application.list", &json!({})).await.json()["success"],
            json!(true),
            "it happens once"
        );
    }
}

#[tokio::test]
async fn retry_after_comes_as_seconds_or_date() {
    for date in [false, true] {
        let server = with(Fault::RetryAfter { status: 429, seconds: 7, date }).await;
        let answer = post(&server, "application.list", &json!({})).await;
        let header = answer.header("retry-after").expect("it says when").to_owned();
        assert_eq!((answer.status, header.ends_with("GMT"), header == "7"), (429, date, !date));
        assert_eq!(server.log().refused(), 1);
    }
}

#[tokio::test]
async fn errors_come_in_every_shape() {
    let code = "sync_token_expired";
    for shape in [
        ErrorShape::Strings,
        ErrorShape::Objects,
        ErrorShape::InfoOnly,
        ErrorShape::Both,
        ErrorShape::NullErrors,
    ] {
        let server = with(Fault::Error { code: code.to_owned(), shape, status: 200 }).await;
        let body = post(&server, "application.list", &json!({})).await.json();
        assert_eq!((&body["success"], body.get("results")), (&json!(false), None));
        let in_info = body["errorInfo"]["code"] == json!(code);
        let errors = match shape {
            ErrorShape::Strings => body["errors"] == json!([code]) && !in_info,
            ErrorShape::Objects => {
                body["errors"][0]["message"].as_str().is_some_and(|text| text.contains(code)) && !in_info
            }
            ErrorShape::InfoOnly => body.get("errors").is_none() && in_info,
            ErrorShape::Both => body["errors"][0].is_string() && in_info,
            ErrorShape::NullErrors => body["errors"].is_null() && body.get("errors").is_some() && in_info,
        };
        assert!(errors, "{shape:?}: {body}");
        assert_eq!(server.log().entries()[0].code.as_deref(), Some(code));
    }
}

#[tokio::test]
async fn connections_break() {
    let server = with(Fault::CutBody { after_bytes: 5_000 }).await;
    let cut = try_send(&server).await.expect_err("the body is cut");
    assert!(
        cut.is_incomplete_message() || cut.is_body_write_aborted() || cut.to_string().contains("body"),
        "{cut:?}"
    );
    let server = with(Fault::Reset).await;
    let reset = try_send(&server).await.expect_err("the connection is reset");
    let source = std::error::Error::source(&reset).and_then(|source| source.downcast_ref::<std::io::Error>());
    assert_eq!(source.map(std::io::Error::kind), Some(std::io::ErrorKind::ConnectionReset), "{reset:?}");
    assert_eq!(server.log().entries()[0].status, 0);
}

#[tokio::test]
async fn envelopes_break() {
    let page = async |fault: Fault| post(&with(fault).await, "application.list", &json!({})).await.json();
    let right = post(&small().await, "application.list", &json!({})).await.json();
    assert_eq!(page(Fault::MissingSuccess).await.get("success"), None);
    let more = page(Fault::MoreWithoutCursor).await;
    assert_eq!((&more["moreDataAvailable"], more.get("nextCursor")), (&json!(true), None));
    let repeated = page(Fault::DuplicateRecords).await;
    assert_eq!(
        (repeated["results"].as_array().map(Vec::len), &repeated["results"][100]),
        (Some(101), &right["results"][0])
    );
    assert_eq!(page(Fault::VanishRecord).await["results"].as_array().map(Vec::len), Some(99));
    let unknown = page(Fault::UnknownFields).await;
    assert!(unknown["newEnvelopeMember"].is_object() && unknown["results"][99]["newMember"].is_object());
    let wrong = page(Fault::WrongTypes).await;
    assert!(wrong["moreDataAvailable"].is_string() && wrong["results"][0]["id"].is_array());
    let server = with(Fault::PrettyPrint).await;
    let pretty = post(&server, "application.list", &json!({})).await;
    assert!(pretty.body.contains(&b'\n'));
    assert_eq!(pretty.json()["results"], right["results"]);
}

#[tokio::test]
async fn listings_break() {
    let server = small().await;
    server.faults().add(FaultRule::new("application.list", Fault::EmptyPageWithCursor).times(3));
    let (records, _) = list(&server, "application.list", &json!({})).await;
    assert_eq!(server.log().count("application.list"), 3 + 8);
    assert_eq!(records.len(), 760, "empty pages lose nothing");
    server.faults().clear();
    server.faults().add(FaultRule::new("application.list", Fault::NoSyncToken));
    assert_eq!(list(&server, "application.list", &json!({})).await.1, None);
    server.faults().clear();
    server.faults().add(FaultRule::new("application.list", Fault::CursorLoop));
    let cursor = post(&server, "application.list", &json!({})).await.json()["nextCursor"].clone();
    for _ in 0..3 {
        let page = post(&server, "application.list", &json!({"cursor": cursor})).await.json();
        assert_eq!(page["nextCursor"], cursor);
    }
}

#[tokio::test]
async fn rules_choose_their_requests() {
    let server = small().await;
    let fails = async |body: Value| post(&server, "candidate.list", &body).await.status == 500;
    let fault = || Fault::Status { status: 500 };
    server.faults().add(FaultRule::new("application.list", fault()));
    assert!(!fails(json!({})).await);
    server.faults().clear();
    let cursor = post(&server, "candidate.list", &json!({})).await.json()["nextCursor"].clone();
    server.faults().add(FaultRule::new("*", fault()).page(PagePosition::Later));
    assert!(!fails(json!({})).await && fails(json!({"cursor": cursor})).await);
    server.faults().clear();
    server.faults().add(FaultRule::new("*", fault()).token(true));
    assert!(!fails(json!({})).await && fails(json!({"syncToken": "x"})).await);
    server.faults().clear();
    server.faults().add(FaultRule::new("candidate.list", fault()).after(1).times(2));
    assert_eq!(
        [fails(json!({})).await, fails(json!({})).await, fails(json!({})).await, fails(json!({})).await],
        [false, true, true, false]
    );
}

#[tokio::test]
async fn latency_delays_the_right_answer() {
    let server = with(Fault::Latency { milliseconds: 30 }).await;
    let begun = Instant::now();
    assert_eq!(post(&server, "application.list", &json!({})).await.status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(30));
}

#[tokio::test]
async fn held_requests_wait_for_their_release() {
    let server = std::sync::Arc::new(with(Fault::Hold).await);
    let held = tokio::spawn({
        let server = std::sync::Arc::clone(&server);
        async move { post(&server, "application.list", &json!({})).await.status }
    });
    server.faults().wait_held(1).await;
    assert!(!held.is_finished());
    assert_eq!(server.log().total(), 0);
    server.faults().release();
    assert_eq!(held.await.expect("the request ends"), 200);
}

#[tokio::test]
async fn a_server_that_stops_drops_what_it_holds() {
    let server = with(Fault::Hold).await;
    let address = server.address();
    let faults = server.faults().clone();
    let client = tokio::spawn(async move {
        let stream = tokio::net::TcpStream::connect(address).await.expect("the server listens");
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(stream))
                .await
                .expect("a connection");
        tokio::spawn(connection);
        let request = hyper::Request::post("/application.list").header("host", "sim");
        sender
            .send_request(request.body(String::from("{}")).expect("well formed"))
            .await
            .map(|response| response.status())
    });
    faults.wait_held(1).await;
    server.stop().await;
    assert!(client.await.expect("the client ends").is_err());
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
