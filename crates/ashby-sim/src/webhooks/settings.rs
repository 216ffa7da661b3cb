//! How deliveries go, and who asks for them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How deliveries go. Percentages are chances, thrown for each delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct DeliverySettings {
    /// How many times faster than Ashby's clock ours goes: at 1000, a pause of ten seconds is one of ten milliseconds.
    /// Default 1.
    pub speed: f64,
    /// How long an address may take to answer, in milliseconds. Default 10,000.
    pub timeout_ms: u64,
    /// How many deliveries are under way at once; with 1 they come in order, as long as none fails. Default 16.
    pub concurrency: usize,
    /// How many of a hundred are never sent.
    pub loss_percent: u32,
    /// How many of a hundred are sent twice.
    pub copy_percent: u32,
    /// How many of a hundred are kept back, for up to `late_ms`; others overtake them.
    pub late_percent: u32,
    /// The longest that one is kept back, in milliseconds.
    pub late_ms: u64,
    /// Whether nothing is sent for now.
    pub held: bool,
    /// Seed of what chance does.
    pub seed: u64,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self {
            speed: 1.0,
            timeout_ms: 10_000,
            concurrency: 16,
            loss_percent: 0,
            copy_percent: 0,
            late_percent: 0,
            late_ms: 0,
            held: false,
            seed: 1,
        }
    }
}

/// A webhook to be made.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Subscription {
    /// Which events.
    pub webhook_type: String,
    /// Where they are sent; only `http://` is spoken.
    pub request_url: String,
    /// What signs them; without it they are not signed.
    #[serde(default)]
    pub secret_token: Option<String>,
}

impl fmt::Debug for Subscription {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Subscription")
            .field("webhook_type", &self.webhook_type)
            .field("request_url", &self.request_url)
            .field("secret_token", &self.secret_token.as_ref().map(|_| "[masked]"))
            .finish()
    }
}
