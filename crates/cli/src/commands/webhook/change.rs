//! Changes of webhooks.

use std::process::ExitCode;

use ashby_client::Client;
use clap::Args;
use serde_json::{Value, json};

use super::{Which, check, show};
use crate::call::{flags, send};
use crate::failure::{FAILED, Failure, USAGE};
use crate::output::{counted, explain, print_done, print_json};
use crate::settings::Settings;
use crate::webhooks::{self, Held, Webhook};

/// A URL for which webhooks.
#[derive(Debug, Args)]
pub(crate) struct Update {
    #[command(flatten)]
    which: Which,
    /// Where they are to lead
    #[arg(long, value_name = "URL")]
    url: String,
    /// Do not ask whether to change them
    #[arg(long)]
    yes: bool,
}

/// Which to enable.
#[derive(Debug, Args)]
pub(crate) struct Enable {
    #[command(flatten)]
    which: Which,
    /// Do not ask whether to change them
    #[arg(long)]
    yes: bool,
}

/// Which to give a new secret.
#[derive(Debug, Args)]
pub(crate) struct Rotate {
    #[command(flatten)]
    which: Which,
    /// Let earlier secrets be valid no more: once nothing that they signed is under way, three hours later
    #[arg(long, conflicts_with = "which")]
    finish: bool,
    /// Do not ask whether to change them
    #[arg(long)]
    yes: bool,
}

/// Which to delete.
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Their ids or types, or `all`
    #[arg(value_name = "WEBHOOK", required = true)]
    which: Vec<String>,
    /// Do not ask whether to delete them
    #[arg(long)]
    yes: bool,
}

/// Those that are meant, once somebody has confirmed the operation.
fn confirmed(held: &Held, which: &Which, operation: &str, yes: bool) -> Result<Vec<Webhook>, Failure> {
    let found = which.of(&held.kept)?;
    let operation = flags::operation(operation)?;
    if let Some(confirmation) = ashby_calls::Confirmation::of(operation) {
        let kinds: Vec<&str> = found.iter().map(|webhook| webhook.kind.as_str()).collect();
        send::confirm(operation, confirmation, &kinds.join(", "), yes)?;
    }
    Ok(found)
}

/// Changes webhooks one by one; what was changed is kept even if the next one fails.
async fn change(
    client: &Client,
    held: &mut Held,
    webhooks: &mut [Webhook],
    changes: &[(&'static str, Value)],
    then: impl Fn(&mut Webhook),
) -> Result<(), Failure> {
    for webhook in &mut *webhooks {
        let parameters =
            [("webhookId", webhook.id.as_str().into())].into_iter().chain(changes.iter().cloned());
        let plan = check::plan("webhook.update", parameters)?;
        let operation = plan.operation();
        let answer = check::call(client, plan).await;
        let answer = answer.map_err(|error| send::failure(operation, error).about(&webhook.kind))?;
        let said = check::said(operation, answer)?;
        webhook.enabled = said.enabled;
        then(webhook);
        show::remember(held, std::slice::from_ref(webhook))?;
    }
    check::settle(client, webhooks).await;
    show::remember(held, webhooks)
}

impl Update {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let mut held = Held::take(settings.webhooks_file()?)?;
        let mut found = confirmed(&held, &self.which, "webhook.update", self.yes)?;
        let client = settings.client()?;
        let changes = [("requestUrl", self.url.as_str().into())];
        change(&client, &mut held, &mut found, &changes, |webhook| webhook.url.clone_from(&self.url)).await?;
        show::show(settings, &found)?;
        show::verdict(&found)
    }
}

impl Enable {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let mut held = Held::take(settings.webhooks_file()?)?;
        let mut found = confirmed(&held, &self.which, "webhook.update", self.yes)?;
        let client = settings.client()?;
        change(&client, &mut held, &mut found, &[("enabled", true.into())], |_| {}).await?;
        show::show(settings, &found)?;
        show::verdict(&found)
    }
}

/// For so long deliveries may come that were signed before.
const UNDER_WAY: jiff::SignedDuration = jiff::SignedDuration::from_hours(3);

impl Rotate {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let mut held = Held::take(settings.webhooks_file()?)?;
        if self.finish && held.kept.rotated_at.is_none() && held.kept.earlier_secrets.is_empty() {
            return Err(Failure::new(USAGE, "no earlier secret is kept here: nothing was rotated")
                .with_hint("`ashby webhook rotate` makes a new one"));
        }
        if self.finish {
            let since = held.kept.rotated_at.map(|at| jiff::Timestamp::now().duration_since(at));
            if let Some(since) = since.filter(|since| *since < UNDER_WAY && !self.yes) {
                let message = format!(
                    "the secret was rotated {} minutes ago: Ashby repeats deliveries for some three hours, and does not \
                     repeat those that are refused; nothing was changed",
                    since.as_mins()
                );
                return Err(Failure::new(USAGE, message).with_hint("wait, or say --yes"));
            }
            let forgotten = held.kept.earlier_secrets.len();
            held.kept.earlier_secrets.clear();
            held.kept.rotated_at = None;
            held.save()?;
            let told = format!("no longer valid: {}\n", counted(forgotten as u64, "earlier secret"));
            print_done(settings, &told, &json!({"earlier_secrets_forgotten": forgotten}))?;
            if let Some(path) = settings.secret_file()? {
                explain(&format!("take the earlier lines out of {} yourself\n", path.display()));
            }
            return Ok(ExitCode::SUCCESS);
        }
        let mut found = confirmed(&held, &self.which, "webhook.update", self.yes)?;
        let client = settings.client()?;
        let secret = webhooks::random();
        // Before Ashby signs with it: receivers follow the file.
        if let Some(path) = settings.secret_file()? {
            let failed = |error: std::io::Error| {
                Failure::new(FAILED, format!("cannot write {}", path.display())).with_source(error)
            };
            let before = std::fs::read_to_string(path).map_err(failed)?;
            let text = format!("{secret}\n{}", before.trim_start_matches('\u{feff}'));
            capture_core::private_file::replace(path, text.as_bytes()).map_err(failed)?;
        }
        let earlier: Vec<String> = held.kept.secrets().map(str::to_owned).collect();
        for secret in earlier {
            if !held.kept.earlier_secrets.contains(&secret) {
                held.kept.earlier_secrets.push(secret);
            }
        }
        held.kept.secret = Some(secret.clone());
        held.kept.rotated_at = Some(jiff::Timestamp::now());
        held.save()?;
        let changes = [("secretToken", secret.as_str().into())];
        change(&client, &mut held, &mut found, &changes, |webhook| webhook.secret = Some(secret.clone()))
            .await?;
        show::show(settings, &found)?;
        explain(
            "the earlier secret stays valid, for what is under way; after three hours: `ashby webhook rotate --finish`\n",
        );
        show::verdict(&found)
    }
}

impl Delete {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let mut held = Held::take(settings.webhooks_file()?)?;
        let which = Which { which: self.which };
        let found = confirmed(&held, &which, "webhook.delete", self.yes)?;
        let client = settings.client()?;
        let mut deleted = Vec::new();
        for webhook in found {
            let mut was_gone = false;
            let plan = check::plan("webhook.delete", [("webhookId", webhook.id.as_str().into())])?;
            let operation = plan.operation();
            match check::call(&client, plan).await {
                Ok(_) => {}
                Err(error) => {
                    let is_gone = |error: &ashby_client::Error| error.code() == Some("webhook_not_found");
                    match error.into_ashby() {
                        Ok(error) if is_gone(&error) => was_gone = true,
                        Ok(error) => return Err(send::of_ashby(operation, error).about(&webhook.kind)),
                        Err(error) => return Err(Failure::from(error).about(&webhook.kind)),
                    }
                }
            }
            held.kept.webhooks.retain(|kept| kept.id != webhook.id);
            held.save()?;
            let how = if was_gone { "was gone already" } else { "deleted" };
            if !settings.json() {
                explain(&format!("{how}: {}\n", webhook.kind));
            }
            deleted.push(json!({"id": webhook.id, "type": webhook.kind, "was_gone": was_gone}));
        }
        if settings.json() {
            print_json(&deleted)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
