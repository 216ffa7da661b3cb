//! `ashby listen`: webhooks, received.

mod forward;

use std::process::ExitCode;

use ashby_webhooks::Inbox;
use clap::Args;
use tokio_util::sync::CancellationToken;

use crate::commands::Context;
use crate::failure::Failure;
use crate::output;
use crate::settings::{Given, ReceiverSettings, WebhookSettings};
use crate::webhooks::{self, Receiver, Recipient};
use crate::{monitoring, signals};

/// Deliveries that are printed at once.
const AT_ONCE: usize = 200;

/// How long to wait when the inbox cannot be written.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

/// Where to receive, and what to do with it.
#[derive(Debug, Args)]
pub(crate) struct ListenFlags {
    /// Send each event on to this address, as it came, and show what it answers, instead of printing events. What fails
    /// is sent again, ten times at most, and also after a restart
    #[arg(long, value_name = "URL")]
    forward_to: Option<String>,
    #[command(flatten)]
    receiver: ReceiverSettings,
    #[command(flatten)]
    webhooks: WebhookSettings,
}

impl ListenFlags {
    /// The settings that were given.
    pub(crate) fn given(&mut self) -> Given {
        let mut given = std::mem::take(&mut self.receiver.0);
        given.append(&mut self.webhooks.0);
        given
    }

    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let settings = &context.settings;
        let recipient = match &self.forward_to {
            Some(url) => Some(Recipient::new(url, "--forward-to")?),
            None => None,
        };
        let cancel =
            signals::cancellation_with("stopping: answering what is under way (again to stop at once)\n")?;
        let vitals = monitoring::start(settings, &cancel).await?;
        let path = settings.inbox()?.unwrap_or(webhooks::INBOX.as_ref());
        let receiver = Receiver::start(settings, path, vitals.as_ref(), &cancel).await?;
        let inbox = &receiver.inbox;
        let passed = match &recipient {
            Some(recipient) => forward::run(inbox, recipient, settings.output(), &cancel).await,
            None => print(inbox, &cancel).await,
        };
        // Also when nobody reads any more.
        cancel.cancel();
        receiver.stop().await;
        passed?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Prints events until it is stopped, or nobody reads any more.
async fn print(inbox: &Inbox, stop: &CancellationToken) -> Result<(), Failure> {
    let mut arrivals = inbox.arrivals();
    loop {
        arrivals.borrow_and_update();
        let pending = inbox.pending(AT_ONCE).await?;
        if pending.is_empty() {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                changed = arrivals.changed() => if changed.is_err() { return Ok(()) },
            }
            continue;
        }
        let lines: Vec<u8> = pending.iter().flat_map(webhooks::line).collect();
        // A reader that is slow must not keep deliveries waiting.
        let printing = tokio::task::spawn_blocking(move || output::print_bytes(&lines));
        let printed = tokio::select! {
            printed = printing => printed,
            () = stop.cancelled() => return Ok(()),
        };
        match printed {
            Ok(Ok(true)) => {
                let printed = pending.iter().map(|delivery| delivery.sequence).collect();
                finish(inbox, printed, stop).await?;
            }
            Ok(Ok(false)) | Err(_) => return Ok(()),
            Ok(Err(failure)) => return Err(failure),
        }
    }
}

/// Marks events as done. While the disk is full or the file locked, that waits: the receiver goes on meanwhile, and tells
/// Ashby to come again.
async fn finish(inbox: &Inbox, sequences: Vec<u64>, stop: &CancellationToken) -> Result<(), Failure> {
    loop {
        match inbox.done(sequences.clone()).await {
            Ok(()) => return Ok(()),
            Err(error) if error.kind().may_pass() => {}
            Err(error) => return Err(error.into()),
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}
