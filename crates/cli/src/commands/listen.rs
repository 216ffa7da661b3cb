//! `ashby listen`: webhooks, received.

mod forward;

use std::process::ExitCode;

use ashby_webhooks::{Inbox, InboxOptions, Intake, PATH, router};
use clap::Args;
use http_service::{Limits, Part, Vitals, bind, serve};
use tokio_util::sync::CancellationToken;

use crate::commands::Context;
use crate::failure::{FAILED, Failure};
use crate::output::{self, explain};
use crate::settings::{Given, ReceiverSettings, Settings, WebhookSettings};
use crate::webhooks::{self, Recipient};
use crate::{signals, text};

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
        let receiver = Receiver::start(settings, &cancel).await?;
        let inbox = &receiver.inbox;
        let passed = match &recipient {
            Some(recipient) => forward::run(inbox, recipient, settings.output(), &cancel).await,
            None => print(inbox, &cancel).await,
        };
        // Also when nobody reads any more.
        cancel.cancel();
        let pending = receiver.stop().await;
        passed?;
        if pending > 0 {
            explain(&format!(
                "{} events are pending: the next start goes on with them\n",
                output::thousands(pending)
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A receiver with its inbox.
struct Receiver {
    inbox: Inbox,
    server: tokio::task::JoinHandle<()>,
}

impl Receiver {
    async fn start(settings: &Settings, stop: &CancellationToken) -> Result<Self, Failure> {
        let address = webhooks::address(settings.listen(), "listen")?;
        let monitored = settings.metrics().map(|text| webhooks::address(text, "metrics")).transpose()?;
        let intake = Intake::new(webhooks::keyring(settings)?);
        let path = settings.inbox().unwrap_or(webhooks::INBOX.as_ref());
        let inbox = Inbox::open(path, InboxOptions::default())?;
        let taken = |address: std::net::SocketAddr, flag: &str| {
            let hint = format!("stop what listens there, or choose another address with --{flag}");
            move |error: std::io::Error| {
                Failure::new(FAILED, format!("cannot listen on {address}")).with_source(error).with_hint(hint)
            }
        };
        let listener = bind(address).await.map_err(taken(address, "listen"))?;
        let address = listener.local_addr().unwrap_or(address);
        if let Some(monitored) = monitored {
            let vitals = Vitals::new();
            vitals.register(|registry| intake.register(registry));
            let part = vitals.part("inbox", "it could not keep the last delivery");
            tokio::spawn(watch(part, inbox.failing()));
            let at = vitals.serve(monitored, stop.clone()).await.map_err(taken(monitored, "metrics"))?;
            explain(&format!("metrics are at http://{at}/metrics\n"));
        }
        intake.keep_in(inbox.clone());
        let limits = Limits::default();
        let server = tokio::spawn(serve(listener, router(intake, PATH, limits), limits, stop.clone()));
        explain(&format!(
            "listening on http://{address}{PATH}; events are kept in {}\n",
            text::word(&path.display().to_string())
        ));
        let waiting = inbox.pending_count();
        if waiting > 0 {
            explain(&format!("{} events were pending\n", output::thousands(waiting)));
        }
        Ok(Self { inbox, server })
    }

    /// How many events are pending.
    async fn stop(self) -> u64 {
        // It ends by itself now.
        let _ = self.server.await;
        let pending = self.inbox.pending_count();
        self.inbox.close().await;
        pending
    }
}

/// Is ready for as long as deliveries can be kept.
async fn watch(part: Part, mut failing: tokio::sync::watch::Receiver<bool>) {
    loop {
        match *failing.borrow_and_update() {
            true => part.waits("it could not keep the last delivery"),
            false => part.ready(),
        }
        if failing.changed().await.is_err() {
            return;
        }
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
