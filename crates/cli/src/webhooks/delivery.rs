//! Deliveries on their way out: printed, or sent on.

use std::error::Error as _;
use std::time::{Duration, Instant};

use ashby_webhooks::{Delivery, HEADER};
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use serde::Serialize;
use serde_json::json;
use url::Url;

use crate::failure::Failure;
use crate::outgoing;
use crate::settings::OutputFormat;

/// How long a recipient may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A delivery as a line of JSON: what Ashby sent, where it stands in the inbox, and when it came.
pub(crate) fn line(delivery: &Delivery) -> Vec<u8> {
    let event = &delivery.event;
    let mut line = format!(
        "{{\"sequence\":{},\"received_at\":\"{}\",\"webhookActionId\":{},\"action\":{},\"data\":",
        delivery.sequence,
        delivery.received_at,
        json!(event.id()),
        json!(event.action()),
    )
    .into_bytes();
    json_slices::push_line(&mut line, event.data());
    line.extend_from_slice(b"}\n");
    line
}

/// Where deliveries are sent on to.
pub(crate) struct Recipient {
    client: reqwest::Client,
    url: Url,
}

/// What came of sending a delivery on.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    sequence: u64,
    action: String,
    /// `None` if there was no answer.
    status: Option<u16>,
    latency_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Recipient {
    pub(crate) fn new(url: &str, flag: &str) -> Result<Self, Failure> {
        let (url, client) = (outgoing::address(url, flag)?, outgoing::client(PATIENCE)?);
        Ok(Self { client, url })
    }

    /// Where it is.
    pub(crate) fn host(&self) -> String {
        outgoing::host(&self.url)
    }

    /// Sends a delivery as it came, with the signature that it came with.
    pub(crate) async fn send(&self, delivery: &Delivery) -> Outcome {
        let began = Instant::now();
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(delivery.event.body().clone());
        let request = match delivery.signature {
            Some(signature) => request.header(HEADER, signature.to_string()),
            None => request,
        };
        let (status, error) = match request.send().await {
            Ok(response) => (Some(response.status().as_u16()), None),
            Err(error) => (None, Some(format!("{}: {}", self.host(), why(&error.without_url())))),
        };
        let latency_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let action = delivery.event.action().to_owned();
        Outcome { sequence: delivery.sequence, action, status, latency_ms, error }
    }
}

/// The innermost cause says most.
fn why(error: &reqwest::Error) -> String {
    let mut why = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        why = error.to_string();
        cause = error.source();
    }
    why
}

impl Outcome {
    /// Whether it was taken.
    pub(crate) fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Whether it is worth sending again: what Ashby would send again.
    pub(crate) fn may_pass(&self) -> bool {
        let final_ones = [
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
            StatusCode::NOT_FOUND,
            StatusCode::METHOD_NOT_ALLOWED,
            StatusCode::GONE,
        ];
        !self.is_success() && !final_ones.iter().any(|known| self.status == Some(known.as_u16()))
    }

    /// As it is shown: a line for people, or of JSON.
    pub(crate) fn shown(&self, format: Option<OutputFormat>) -> String {
        if matches!(format, Some(OutputFormat::Json | OutputFormat::Ndjson)) {
            return format!("{}\n", serde_json::to_string(self).unwrap_or_default());
        }
        let status = self.status.map_or_else(|| "—".to_owned(), |status| status.to_string());
        let error = self.error.as_deref().map(|error| format!("  {error}")).unwrap_or_default();
        let now = jiff::Zoned::now().strftime("%T");
        format!("{now}  {:<28} {status:>3}  {:>6} ms{error}\n", self.action, self.latency_ms)
    }
}
