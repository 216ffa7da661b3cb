//! `ashby webhook setup`: one webhook a type of event.

use std::process::ExitCode;

use ashby_client::catalog::{self, Type};
use clap::Args;
use jiff::Timestamp;
use serde_json::Value;
use url::{Host, Url};

use super::{check, show};
use crate::call::{flags, send};
use crate::failure::{CREDENTIALS, FAILED, Failure, USAGE};
use crate::output::{counted, explain};
use crate::settings::Settings;
use crate::webhooks::{self, Held, Webhook};

/// Where events are to be sent, and which.
#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// The address that leads to the receiver, as Ashby reaches it: `https://hooks.example.com/webhooks/ashby`
    url: String,
    /// Types of events, with commas between them, or `all`
    #[arg(long, value_name = "TYPES", value_delimiter = ',', default_value = "all")]
    types: Vec<String>,
    /// Do not ask whether to create them
    #[arg(long)]
    yes: bool,
}

/// Types that webhooks can be made for.
fn known() -> &'static [&'static str] {
    let parameter = catalog::find("webhook.create").and_then(|operation| operation.parameter("webhookType"));
    match parameter.map(|parameter| parameter.kind) {
        Some(Type::Enumeration(types)) => types.values,
        _ => &[],
    }
}

impl Setup {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let url = self.address()?;
        let types = self.types()?;
        // It is looked into last; whether it may be is a question before anything is made.
        settings.inbox()?;
        let mut held = Held::take(settings.webhooks_file()?)?;
        // Made now if there is none, so that a receiver that runs has it before the first ping. If nothing comes of the
        // setup it goes again.
        let secret = match settings.secret_file()? {
            Some(path) => webhooks::first_in(path)?,
            None => held.secret()?,
        };
        let is_there =
            |kind: &str| held.kept.webhooks.iter().any(|webhook| webhook.kind == kind && webhook.url == url);
        let (present, missing): (Vec<_>, Vec<_>) = types.iter().copied().partition(|kind| is_there(kind));
        if !present.is_empty() {
            explain(&format!("set up already: {}\n", present.join(", ")));
        }
        let client = settings.client()?;
        let since = Timestamp::now();
        let (mut made, mut failures) = (Vec::new(), Vec::new());
        if !missing.is_empty() {
            let operation = flags::operation("webhook.create")?;
            if let Some(confirmation) = ashby_calls::Confirmation::of(operation) {
                let target = format!("for {}, to {url}", counted(missing.len() as u64, "type"));
                send::confirm(operation, confirmation, &target, self.yes)?;
            }
        }
        for kind in missing {
            match create(&client, kind, &url, &secret).await {
                Ok(webhook) => {
                    // Nobody lists it again: kept before anything else happens.
                    show::remember(&mut held, std::slice::from_ref(&webhook))?;
                    made.push(webhook);
                }
                // It would be the same for each.
                Err(failure) if failure.code() == CREDENTIALS => return Err(failure),
                Err(failure) => failures.push(failure.about(kind)),
            }
        }
        check::settle(&client, &mut made).await;
        show::remember(&mut held, &made)?;
        let all: Vec<Webhook> = held
            .kept
            .webhooks
            .iter()
            .filter(|webhook| webhook.url == url && types.contains(&webhook.kind.as_str()))
            .cloned()
            .collect();
        show::show(settings, &all)?;
        if !made.is_empty() {
            match check::pings(settings, since, made.len()).await {
                Some(pings) => {
                    let all = counted(made.len() as u64, "ping");
                    explain(&format!("came to the inbox here: {pings} of {all}\n"));
                }
                None => explain(
                    "the receiver's inbox is not here, so that its pings cannot be counted (--inbox)\n",
                ),
            }
        }
        let verdict = show::verdict(&all);
        // Ashby's API has not taken all types; whoever asked for all wants those that it takes.
        let takes_all = self.types.iter().any(|kind| kind == "all");
        let is_untaken = |failure: &Failure| takes_all && failure.with_causes().contains("webhookType");
        let (untaken, failures): (Vec<Failure>, Vec<Failure>) = failures.into_iter().partition(is_untaken);
        if !untaken.is_empty() {
            let names: Vec<&str> =
                types.iter().copied().filter(|kind| !all.iter().any(|of| of.kind == *kind)).collect();
            held.keep();
            let secret_is_in = match settings.secret_file()? {
                Some(path) => path,
                None => settings.webhooks_file()?,
            };
            explain(&format!(
                "Ashby's API refuses to make webhooks for {}: set them up in Ashby (Admin > Integrations > Webhooks) with the \
                 secret that is in {}\n",
                names.join(", "),
                secret_is_in.display()
            ));
        }
        if failures.is_empty() {
            return verdict;
        }
        if let Err(disabled) = verdict {
            explain(&format!("{}\n", disabled.with_causes()));
        }
        let lines: Vec<String> = failures.iter().map(Failure::with_causes).collect();
        let hint = match held.kept.webhooks.is_empty() {
            true => "the same command tries again; nothing was set up",
            false => {
                "types that Ashby's API refuses are set up in Ashby (Admin > Integrations > Webhooks) with the same \
                 secret; the same command tries the others again"
            }
        };
        Err(Failure::new(FAILED, format!("not created:\n  {}", lines.join("\n  "))).with_hint(hint))
    }

    fn address(&self) -> Result<String, Failure> {
        let url = Url::parse(&self.url)
            .ok()
            .filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host());
        let url = url.ok_or_else(|| {
            Failure::new(USAGE, "that is no address that Ashby could send events to")
                .with_hint("such as https://hooks.example.com/webhooks/ashby")
        })?;
        let is_local = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if url.scheme() == "http" && !is_local {
            explain("warning: the address is not https: people's data will travel in the clear\n");
        }
        Ok(self.url.clone())
    }

    fn types(&self) -> Result<Vec<&'static str>, Failure> {
        if self.types.iter().any(|kind| kind == "all") {
            return Ok(known().to_vec());
        }
        let find = |wanted: &String| {
            known()
                .iter()
                .copied()
                .find(|kind| kind == wanted)
                .ok_or_else(|| super::unknown("type", wanted, known()))
        };
        let mut types = self.types.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        let mut seen = std::collections::HashSet::new();
        types.retain(|kind| seen.insert(*kind));
        Ok(types)
    }
}

async fn create(
    client: &ashby_client::Client,
    kind: &str,
    url: &str,
    secret: &str,
) -> Result<Webhook, Failure> {
    let parameters: [(&'static str, Value); 3] =
        [("webhookType", kind.into()), ("requestUrl", url.into()), ("secretToken", secret.into())];
    let plan = check::plan("webhook.create", parameters)?;
    let operation = plan.operation();
    let answer = check::call(client, plan).await.map_err(|error| send::failure(operation, error))?;
    let said = check::said(operation, answer)?;
    Ok(Webhook {
        id: said.id,
        kind: kind.to_owned(),
        // As it was asked for: by this it is known again.
        url: url.to_owned(),
        enabled: said.enabled,
        created_at: Timestamp::now(),
        secret: Some(secret.to_owned()),
    })
}
