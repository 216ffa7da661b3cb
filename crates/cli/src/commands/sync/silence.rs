//! Webhooks that say nothing any more. Ashby disables one whose ping is not answered and tells nobody; polls make good what
//! it would have said, later. So those that were set up from here are asked after at the start, and now and then.

use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use ashby_client::{Client, Lane};
use serde::Serialize;

use crate::commands::webhook;
use crate::said::{self, Level};

/// How often Ashby is asked: a request for each webhook.
const PAUSE: Duration = Duration::from_secs(3600);

/// What is said of them.
#[derive(Serialize)]
struct Disabled<'a> {
    webhooks: &'a [String],
}

/// Looks after the webhooks that this file keeps, for as long as it is polled.
pub(super) async fn watch(client: &Client, file: &Path) -> Infallible {
    let client = client.in_lane(Lane::Low);
    let mut told = Vec::new();
    loop {
        let disabled = webhook::disabled(&client, file).await;
        if !disabled.is_empty() && disabled != told {
            let names = disabled.join(" ");
            let text = format!(
                "warning: webhooks are disabled, and what they would tell comes with the next polls: {names}\n\
                 hint: `ashby webhook enable {names}`\n"
            );
            said::event("webhooks_disabled", Level::Warn, &text, &Disabled { webhooks: &disabled });
        }
        told = disabled;
        tokio::time::sleep(PAUSE).await;
    }
}
