//! Webhooks, shown.

use std::process::ExitCode;

use serde::Serialize;

use super::{Which, check};
use crate::failure::{FAILED, Failure};
use crate::output;
use crate::settings::{OutputFormat, Settings};
use crate::webhooks::{Held, Kept, Webhook};

/// A webhook without its secret.
#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    r#type: &'a str,
    url: &'a str,
    enabled: bool,
    created_at: String,
    /// Whether its secret is kept here.
    has_secret: bool,
}

/// Prints webhooks.
pub(super) fn show(settings: &Settings, webhooks: &[Webhook]) -> Result<(), Failure> {
    let shown: Vec<Shown<'_>> = webhooks
        .iter()
        .map(|webhook| Shown {
            id: &webhook.id,
            r#type: &webhook.kind,
            url: &webhook.url,
            enabled: webhook.enabled,
            created_at: webhook.created_at.strftime("%FT%TZ").to_string(),
            has_secret: webhook.secret.is_some(),
        })
        .collect();
    match settings.output() {
        Some(OutputFormat::Json) => output::print_json(&shown),
        Some(OutputFormat::Ndjson) => shown.iter().try_for_each(|shown| {
            let line = serde_json::to_string(shown)
                .map_err(|error| Failure::new(FAILED, "cannot write JSON").with_source(error))?;
            output::print(&format!("{line}\n"))
        }),
        _ => {
            let rows = shown.into_iter().map(|shown| {
                let enabled = if shown.enabled { "yes" } else { "NO" };
                vec![shown.r#type.to_owned(), enabled.to_owned(), shown.url.to_owned(), shown.id.to_owned()]
            });
            output::print(&output::table(&["type", "enabled", "url", "id"], &[], rows))
        }
    }
}

/// Fails if some are disabled, and says which.
pub(super) fn verdict(webhooks: &[Webhook]) -> Result<ExitCode, Failure> {
    let disabled: Vec<&str> =
        webhooks.iter().filter(|webhook| !webhook.enabled).map(|webhook| webhook.kind.as_str()).collect();
    if disabled.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let message =
        format!("disabled, for Ashby's ping was not answered with success: {}", disabled.join(", "));
    Err(Failure::new(FAILED, message).with_hint(format!(
        "see that a receiver with the same secret answers at the URL, then `ashby webhook enable {}`",
        disabled.join(" ")
    )))
}

pub(super) fn list(settings: &Settings) -> Result<ExitCode, Failure> {
    let kept = Kept::read(settings.webhooks_file()?)?;
    show(settings, &kept.webhooks)?;
    if kept.webhooks.is_empty() {
        output::explain("nothing was set up from here; Ashby itself lists no webhooks\n");
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn info(settings: &Settings, which: &Which) -> Result<ExitCode, Failure> {
    let mut held = Held::take(settings.webhooks_file()?)?;
    let mut found = which.of(&held.kept)?;
    let client = settings.client()?;
    for webhook in &mut found {
        let said = check::info(&client, &webhook.id).await.map_err(|failure| failure.about(&webhook.kind))?;
        webhook.enabled = said.enabled;
        webhook.url = said.request_url;
    }
    remember(&mut held, &found)?;
    show(settings, &found)?;
    verdict(&found)
}

/// Keeps what became of webhooks.
pub(super) fn remember(held: &mut Held, webhooks: &[Webhook]) -> Result<(), Failure> {
    for webhook in webhooks {
        match held.kept.webhooks.iter_mut().find(|kept| kept.id == webhook.id) {
            Some(kept) => *kept = webhook.clone(),
            None => held.kept.webhooks.push(webhook.clone()),
        }
    }
    held.save()
}
