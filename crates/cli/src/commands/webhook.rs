//! `ashby webhook`.

mod trigger;

use std::path::Path;
use std::process::ExitCode;

use clap::Subcommand;
use secrecy::SecretString;

use crate::commands::Context;
use crate::failure::{FAILED, Failure, USAGE};

/// What to do with webhooks.
#[derive(Debug, Subcommand)]
pub(crate) enum WebhookAction {
    /// Send events to a URL as Ashby would, signed, from examples
    Trigger(trigger::Trigger),
}

impl WebhookAction {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        match self {
            Self::Trigger(trigger) => trigger.run(&context.settings).await,
        }
    }
}

/// The first of the secrets in a file, one a line.
pub(crate) fn first_secret(path: &Path) -> Result<SecretString, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(FAILED, format!("cannot read {}", path.display())).with_source(error)
    })?;
    let first = text.trim_start_matches('\u{feff}').lines().map(str::trim).find(|line| !line.is_empty());
    first.map(SecretString::from).ok_or_else(|| {
        Failure::new(USAGE, format!("there is no secret in {}", path.display()))
            .with_hint("it holds one a line")
    })
}
