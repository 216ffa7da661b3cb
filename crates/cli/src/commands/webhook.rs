//! `ashby webhook`.

mod change;
mod check;
mod replay;
mod setup;
mod show;
mod trigger;

use std::process::ExitCode;

use ashby_client::catalog;
use clap::{Args, Subcommand};

use crate::commands::Context;
use crate::failure::{Failure, USAGE};
use crate::settings::{Given, WebhookSettings};
use crate::text;
use crate::webhooks::{Kept, Webhook};

pub(crate) use check::disabled;

/// What to do with webhooks.
#[derive(Debug, Args)]
pub(crate) struct WebhookFlags {
    #[command(flatten)]
    settings: WebhookSettings,
    #[command(subcommand)]
    action: WebhookAction,
}

#[derive(Debug, Subcommand)]
enum WebhookAction {
    /// Create a webhook for each type of event, and check that each is enabled
    ///
    /// Ashby lists no webhooks: their ids and secrets are kept in --webhooks-file. Types that were set up for the same
    /// URL already are left as they are, so that a second start completes the first. A receiver (`ashby listen`) must
    /// answer at the URL, or else Ashby creates webhooks that are disabled.
    Setup(setup::Setup),
    /// List the webhooks that were set up from here
    List,
    /// Ask Ashby how webhooks are: whether they are enabled, and where they lead
    Info(Which),
    /// Let webhooks lead to another URL
    Update(change::Update),
    /// Enable webhooks again: Ashby disables one whose ping was not answered
    Enable(change::Enable),
    /// Give webhooks a new secret; the earlier one stays valid here until --finish
    Rotate(change::Rotate),
    /// Delete webhooks for good
    Delete(change::Delete),
    /// Print received events again, or send them to a URL again
    Replay(replay::Replay),
    /// Send events to a URL as Ashby would, signed, from examples: to try a receiver
    Trigger(trigger::Trigger),
}

/// Which webhooks.
#[derive(Debug, Clone, Args)]
struct Which {
    /// Their ids or types, or `all` [default: all]
    #[arg(value_name = "WEBHOOK")]
    which: Vec<String>,
}

/// The event of this name.
fn event(name: &str) -> Result<&'static catalog::Event, Failure> {
    catalog::event(name).ok_or_else(|| {
        let known: Vec<&str> = catalog::events().iter().map(|event| event.name).collect();
        unknown("event", name, &known)
    })
}

/// A name that there is not, with those that are near, or all that there are.
fn unknown(what: &str, name: &str, known: &[&str]) -> Failure {
    let failure = Failure::new(USAGE, format!("there is no {what} `{}`", text::line(name)));
    match &catalog::nearest(name, known.iter().copied())[..] {
        [] => failure.with_hint(format!("{what}s are {}", known.join(", "))),
        near => failure.meaning(near),
    }
}

impl Which {
    /// Those that are kept.
    fn of(&self, kept: &Kept) -> Result<Vec<Webhook>, Failure> {
        let is_all = self.which.is_empty() || self.which.iter().any(|word| word == "all");
        for word in self.which.iter().filter(|word| *word != "all") {
            if !kept.webhooks.iter().any(|webhook| webhook.id == *word || webhook.kind == *word) {
                return Err(Failure::new(USAGE, format!("no webhook `{word}` is kept here")).with_hint(
                    "`ashby webhook list` lists them; of others, `ashby call webhook.info --webhook-id ID` tells",
                ));
            }
        }
        let is_meant = |webhook: &&Webhook| {
            is_all || self.which.contains(&webhook.id) || self.which.contains(&webhook.kind)
        };
        let found: Vec<Webhook> = kept.webhooks.iter().filter(is_meant).cloned().collect();
        if found.is_empty() {
            return Err(Failure::new(USAGE, "no webhooks are kept here")
                .with_hint("`ashby webhook setup URL` creates them; --webhooks-file names another file"));
        }
        Ok(found)
    }
}

impl WebhookFlags {
    /// The settings that were given.
    pub(crate) fn given(&mut self) -> Given {
        std::mem::take(&mut self.settings.0)
    }

    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let settings = &context.settings;
        match self.action {
            WebhookAction::Setup(setup) => setup.run(settings).await,
            WebhookAction::List => show::list(settings),
            WebhookAction::Info(which) => show::info(settings, &which).await,
            WebhookAction::Update(update) => update.run(settings).await,
            WebhookAction::Enable(enable) => enable.run(settings).await,
            WebhookAction::Rotate(rotate) => rotate.run(settings).await,
            WebhookAction::Delete(delete) => delete.run(settings).await,
            WebhookAction::Replay(replay) => replay.run(settings).await,
            WebhookAction::Trigger(trigger) => trigger.run(settings).await,
        }
    }
}
