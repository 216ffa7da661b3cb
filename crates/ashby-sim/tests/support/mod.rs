//! A small HTTP client and ways to list everything.

pub(crate) mod writes;

use std::collections::BTreeMap;

use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use base64::Engine as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::net::TcpStream;

/// The id of a report like any other.
pub(crate) const SOME_REPORT: &str = "3f6bb3c4-6c1e-4b0e-9e55-0d2f5f6c7a10";

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    pub(crate) fn code(&self) -> String {
        self.json()["errorInfo"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        ids(self.json()["results"].as_array().expect("there are results"))
    }
}

pub(crate) fn ids(records: &[Value]) -> Vec<String> {
    records.iter().map(|record| record["id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Sends a request with these headers; errors are broken connections.
pub(crate) async fn send(
    server: &Server,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer, hyper::Error> {
    let stream = TcpStream::connect(server.address()).await.expect("the server listens");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let mut request = Request::post(format!("/{path}")).header("host", "sim");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::copy_from_slice(body))).expect("the request is well formed");
    let response = sender.send_request(request).await?;
    let (head, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    drop(sender);
    let _ = driver.await;
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
}

pub(crate) fn basic(token: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{token}:")))
}

pub(crate) async fn post_as(server: &Server, token: &str, operation: &str, body: &Value) -> Answer {
    let authorization = basic(token);
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    send(server, operation, &headers, body.to_string().as_bytes()).await.expect("the server answers")
}

pub(crate) async fn post(server: &Server, operation: &str, body: &Value) -> Answer {
    post_as(server, "sim-key", operation, body).await
}

pub(crate) async fn start(shape: &Shape, options: ServerOptions) -> Server {
    Server::start(Organisation::new(shape), options).await.expect("a port is free")
}

pub(crate) async fn small() -> Server {
    start(&Shape::small(), ServerOptions::default()).await
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => panic!("not an object"),
    }
}

/// Lists every page; returns the records and the sync token, if there is one.
pub(crate) async fn list(
    server: &Server,
    operation: &str,
    parameters: &Value,
) -> (Vec<Value>, Option<String>) {
    let mut records = Vec::new();
    let mut body = parameters.clone();
    loop {
        let page = post(server, operation, &body).await.json();
        assert_eq!(page["success"], json!(true), "{operation}: {page}");
        records.extend(page["results"].as_array().expect("there are results").iter().cloned());
        match page["nextCursor"].as_str() {
            Some(cursor) => body["cursor"] = json!(cursor),
            None => return (records, page["syncToken"].as_str().map(str::to_owned)),
        }
    }
}

/// Records by id, the later one winning: what a client that keeps rows has.
pub(crate) fn keyed(records: impl IntoIterator<Item = Value>) -> BTreeMap<String, Value> {
    records.into_iter().map(|record| (record["id"].as_str().unwrap_or_default().to_owned(), record)).collect()
}
