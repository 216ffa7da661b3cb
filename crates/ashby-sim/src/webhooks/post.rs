//! One attempt: signed, sent, answered.

use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper::header::{CONTENT_TYPE, USER_AGENT};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use sha2::Sha256;

use super::payload::watermark;
use super::queue::Outgoing;

/// Of answers, no more is read.
const ANSWER_BYTES: usize = 1 << 20;

/// Sends deliveries; keeps its connections.
pub(crate) type Poster = Client<HttpConnector, Full<Bytes>>;

pub(crate) fn poster() -> Poster {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Sends an event once and returns the status of the answer; 0 if there was none.
pub(crate) async fn post(poster: &Poster, outgoing: &Outgoing, attempt: u32, timeout: Duration) -> u16 {
    let body = body(outgoing, attempt);
    let request = Request::post(&outgoing.url)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, "Ashby-Webhook");
    let request = match &outgoing.secret {
        Some(secret) => request.header("ashby-signature", sign(secret, &body)),
        None => request,
    };
    let Ok(request) = request.body(Full::new(Bytes::from(body))) else { return 0 };
    let exchange = async {
        let response = poster.request(request).await.ok()?;
        let (head, body) = response.into_parts();
        // Read to its end, so that the connection can be used again.
        let _ = Limited::new(body, ANSWER_BYTES).collect().await;
        Some(head.status.as_u16())
    };
    tokio::time::timeout(timeout, exchange).await.ok().flatten().unwrap_or(0)
}

fn body(outgoing: &Outgoing, attempt: u32) -> Vec<u8> {
    let mut body = json!({"action": outgoing.action, "data": outgoing.data});
    if !outgoing.action_id.is_empty() {
        body["webhookActionId"] = json!(outgoing.action_id);
    }
    // Each attempt has a watermark of its own.
    if let (Some(Value::String(candidate)), true) =
        (outgoing.data.pointer("/candidate/id"), outgoing.data.get("watermark").is_some())
    {
        body["data"]["watermark"] = json!(watermark(candidate, attempt));
    }
    body.to_string().into_bytes()
}

/// A body's signature, as the header has it.
pub(crate) fn sign(secret: &str, body: &[u8]) -> String {
    let mut key: Hmac<Sha256> =
        Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    key.update(body);
    let digits = key.finalize().into_bytes();
    digits.iter().fold("sha256=".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}
