//! Ashby's answers about webhooks, and whether they are what they should be.

use std::path::Path;
use std::time::Duration;

use ashby_calls::{Plan, Spelling};
use ashby_client::Client;
use ashby_client::catalog::Operation;
use ashby_webhooks::Reader;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::call::{flags, send};
use crate::failure::{FAILED, Failure};
use crate::settings::Settings;
use crate::webhooks::{self, Kept, Webhook};

/// How long Ashby may take to ping a webhook and to enable it.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(500);

/// What Ashby says of a webhook.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Said {
    pub(super) id: String,
    pub(super) enabled: bool,
    pub(super) request_url: String,
}

/// A plan of one of the operations on webhooks.
pub(super) fn plan(
    name: &str,
    parameters: impl IntoIterator<Item = (&'static str, Value)>,
) -> Result<Plan, Failure> {
    let operation = flags::operation(name)?;
    let parameters: Map<String, Value> =
        parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Plan::new(operation, parameters).map_err(|problems| send::mistakes(&problems, Spelling::Flags))
}

/// Calls an operation that somebody has approved.
pub(super) async fn call(client: &Client, plan: Plan) -> Result<Value, ashby_calls::Error> {
    let plan = plan.approve();
    let response = ashby_calls::send(client, &plan).await?;
    Ok(serde_json::from_slice(&response.results).unwrap_or_default())
}

/// Reads an answer.
pub(super) fn said(operation: &'static Operation, answer: Value) -> Result<Said, Failure> {
    serde_json::from_value(answer).map_err(|_| {
        Failure::new(FAILED, format!("the answer of {} is not a webhook", operation.name))
            .with_hint("look with `ashby call webhook.info`; the change may have been made")
    })
}

/// How a webhook is.
pub(super) async fn info(client: &Client, id: &str) -> Result<Said, Failure> {
    let plan = plan("webhook.info", [("webhookId", id.into())])?;
    let operation = plan.operation();
    let answer = call(client, plan).await.map_err(|error| send::failure(operation, error))?;
    said(operation, answer)
}

/// Those of the webhooks kept in this file that Ashby says are disabled, by type. What cannot be asked counts as enabled.
pub(crate) async fn disabled(client: &Client, file: &Path) -> Vec<String> {
    let kept = Kept::read(file).map(|kept| kept.webhooks).unwrap_or_default();
    let mut disabled = Vec::new();
    for webhook in kept {
        if info(client, &webhook.id).await.is_ok_and(|said| !said.enabled) {
            disabled.push(webhook.kind);
        }
    }
    disabled
}

/// Asks how webhooks are until all are enabled or patience ends. What cannot be asked counts as it was known.
pub(super) async fn settle(client: &Client, webhooks: &mut [Webhook]) {
    let until = Instant::now() + PATIENCE;
    loop {
        for webhook in &mut *webhooks {
            // The answer that created it may be from before the ping.
            if let Ok(said) = info(client, &webhook.id).await {
                webhook.enabled = said.enabled;
                webhook.url = said.request_url;
            }
        }
        if webhooks.iter().all(|webhook| webhook.enabled) || Instant::now() >= until {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// How many pings came to the inbox on this machine since then; waits a while for `expected`. `None` if it is not here.
pub(super) async fn pings(settings: &Settings, since: Timestamp, expected: usize) -> Option<u64> {
    let path = &webhooks::inbox_to_read(settings).ok()?;
    let reader = Reader::open(path).ok()?;
    let until = Instant::now() + PATIENCE;
    loop {
        let pings = reader.pings(since).ok()?;
        if pings >= expected as u64 || Instant::now() >= until {
            return Some(pings);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
