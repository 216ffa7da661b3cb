//! Pings: whether an address answers, before its webhook is believed in.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::Shared;
use super::outcome::Outcome;
use crate::webhooks::Subscription;

impl Shared {
    pub(super) async fn subscribe(&self, subscription: &Subscription) -> Option<(String, bool)> {
        let webhook = self.organisation.subscribe(subscription)?;
        let enabled = self.ping(&webhook).await;
        Some((webhook, enabled))
    }

    /// Sends a ping to a webhook that is enabled, and disables it if that fails. Whether it is enabled now.
    async fn ping(&self, webhook: &str) -> bool {
        let Some(ping) = self.organisation.ping(webhook) else { return false };
        let accepted = self.deliveries.ping(ping).await;
        if !accepted {
            self.organisation.disable_webhook(webhook);
        }
        accepted
    }

    /// Sends the ping that belongs to the making or the change of a webhook, and says in the answer what came of it.
    pub(super) async fn confirm(&self, operation: &str, outcome: Outcome) -> Outcome {
        let concerns =
            matches!(operation, "webhook.create" | "webhook.update") && outcome.status == StatusCode::OK;
        let Some(mut answer) =
            concerns.then(|| serde_json::from_slice::<Value>(&outcome.body).ok()).flatten()
        else {
            return outcome;
        };
        let Some(webhook) = answer["results"]["id"].as_str() else { return outcome };
        let enabled = self.ping(webhook).await;
        answer["results"]["enabled"] = json!(enabled);
        Outcome { body: answer.to_string().into_bytes(), ..outcome }
    }
}
