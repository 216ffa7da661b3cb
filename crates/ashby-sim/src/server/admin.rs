//! The simulator's own endpoint, for tests in other processes.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Shared;
use super::outcome::Outcome;
use crate::faults::FaultRule;
use crate::mutation::Mutation;
use crate::webhooks::Subscription;

/// What the endpoint does: one of these, as in `{"churn": 10}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Command {
    Mutate(Mutation),
    Churn(usize),
    Erode(usize),
    /// Makes a webhook.
    Subscribe(Subscription),
    /// Sends an event to the webhooks of its type.
    Tell {
        action: String,
        data: Value,
    },
    /// Changes how deliveries go: the settings named, the others stay.
    Deliveries(Map<String, Value>),
    /// What was delivered.
    Delivered(bool),
    Fault(FaultRule),
    ClearFaults(bool),
    Release(bool),
    Expire(Expire),
    Log(bool),
    Truth {
        operation: String,
        #[serde(default)]
        parameters: Map<String, Value>,
    },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expire {
    Cursors,
    Tokens,
    Uploads,
}

impl Shared {
    pub(super) async fn admin(&self, peer: SocketAddr, body: &[u8]) -> Outcome {
        if !peer.ip().to_canonical().is_loopback() {
            return Outcome::text(
                StatusCode::FORBIDDEN,
                "The simulator is administered from its own machine only.",
            );
        }
        let command = match serde_json::from_slice(body) {
            Ok(command) => command,
            Err(error) => {
                return Outcome::json(StatusCode::BAD_REQUEST, &json!({"error": error.to_string()}));
            }
        };
        let answer = match command {
            Command::Mutate(mutation) => match self.organisation.mutate(&mutation) {
                Ok(ids) => json!({"ids": ids}),
                Err(error) => {
                    return Outcome::json(StatusCode::BAD_REQUEST, &json!({"error": error.to_string()}));
                }
            },
            Command::Churn(count) => {
                let seed = self.churned.fetch_add(1, Ordering::Relaxed);
                json!({"changed": self.organisation.churn(count, seed)})
            }
            Command::Erode(count) => {
                let seed = self.churned.fetch_add(1, Ordering::Relaxed);
                self.organisation.erode(count, seed);
                json!({})
            }
            Command::Subscribe(subscription) => match self.subscribe(&subscription).await {
                Some((id, enabled)) => json!({"id": id, "enabled": enabled}),
                None => {
                    let error = format!("there is no event `{}`", subscription.webhook_type);
                    return Outcome::json(StatusCode::BAD_REQUEST, &json!({"error": error}));
                }
            },
            Command::Tell { action, data } => json!({"webhooks": self.organisation.tell(&action, data)}),
            Command::Deliveries(changes) => {
                let mut settings = json!(self.deliveries.settings());
                for (name, value) in changes {
                    settings[name] = value;
                }
                match serde_json::from_value(settings.clone()) {
                    Ok(changed) => self.deliveries.set(changed),
                    Err(error) => {
                        return Outcome::json(StatusCode::BAD_REQUEST, &json!({"error": error.to_string()}));
                    }
                }
                settings
            }
            Command::Delivered(true) => json!({
                "pending": self.deliveries.pending(), "counts": self.deliveries.counts(),
                "attempts": self.deliveries.entries(),
            }),
            Command::Fault(rule) => {
                self.faults.add(rule);
                json!({})
            }
            Command::ClearFaults(true) => {
                self.faults.clear();
                json!({})
            }
            Command::Release(true) => {
                self.faults.release();
                json!({})
            }
            Command::Expire(Expire::Cursors) => {
                self.organisation.expire_cursors();
                json!({})
            }
            Command::Expire(Expire::Tokens) => {
                self.organisation.expire_tokens();
                json!({})
            }
            Command::Expire(Expire::Uploads) => {
                self.organisation.expire_uploads();
                json!({})
            }
            Command::Log(true) => json!({
                "total": self.log.total(), "refused": self.log.refused(), "counts": self.log.counts(),
                "requests": self.log.entries(),
            }),
            Command::ClearFaults(false)
            | Command::Release(false)
            | Command::Log(false)
            | Command::Delivered(false) => json!({}),
            Command::Truth { operation, parameters } => {
                json!({"records": self.organisation.truth(&operation, &parameters)})
            }
        };
        Outcome::json(StatusCode::OK, &answer)
    }
}
