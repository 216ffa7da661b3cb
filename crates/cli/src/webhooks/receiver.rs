//! A receiver with its inbox.

use std::path::{Path, PathBuf};

use ashby_webhooks::{Inbox, InboxOptions, Intake, PATH, router};
use axum::Router;
use capture_core::Place;
use http_service::{Limits, Part, Vitals, bind, serve};
use tokio_util::sync::CancellationToken;

use super::{INBOX, address, keyring};
use crate::failure::{FAILED, Failure};
use crate::output::{self, explain};
use crate::settings::Settings;
use crate::text;

/// Why it is not ready when it is not.
const FAILING: &str = "it could not keep the last delivery";

/// Receives until its token is cancelled.
pub(crate) struct Receiver {
    pub(crate) inbox: Inbox,
    /// `None` behind somebody else's.
    server: Option<tokio::task::JoinHandle<()>>,
}

impl Receiver {
    /// Opens the address, then the inbox: whoever comes in between waits, and where the address is taken nothing is made.
    pub(crate) async fn start(
        settings: &Settings,
        path: &Path,
        vitals: Option<&Vitals>,
        stop: &CancellationToken,
    ) -> Result<Self, Failure> {
        let address = address(settings.listen()?, "listen")?;
        let listener = bind(address).await.map_err(|error| taken(address, "listen", error))?;
        let intake = Intake::new(keyring(settings)?);
        let address = listener.local_addr().unwrap_or(address);
        let limits = Limits::default();
        let (inbox, routes) = open(intake, path, vitals, limits)?;
        let server = tokio::spawn(serve(listener, routes, limits, stop.clone()));
        explain(&format!("listening on http://{address}{PATH}; {}\n", kept_in(path)));
        Ok(Self::goes_on(inbox, Some(server)))
    }

    /// Receives by routes of another server, which come with it.
    pub(crate) fn behind(
        settings: &Settings,
        path: &Path,
        vitals: &Vitals,
        limits: Limits,
    ) -> Result<(Self, Router), Failure> {
        let (inbox, routes) = open(Intake::new(keyring(settings)?), path, Some(vitals), limits)?;
        explain(&format!("webhooks are received at {PATH}; {}\n", kept_in(path)));
        Ok((Self::goes_on(inbox, None), routes))
    }

    fn goes_on(inbox: Inbox, server: Option<tokio::task::JoinHandle<()>>) -> Self {
        let waiting = inbox.pending_count();
        if waiting > 0 {
            explain(&format!("{} pending: it goes on with them\n", output::counted(waiting, "event")));
        }
        Self { inbox, server }
    }

    /// Ends it, once its token is cancelled, after a start that came to nothing.
    pub(crate) async fn abandon(self) {
        ended(self.server).await;
        self.inbox.abandon().await;
    }

    /// Waits for what is under way, once its token is cancelled, and says what is pending.
    pub(crate) async fn stop(self) {
        ended(self.server).await;
        let pending = self.inbox.pending_count();
        self.inbox.close().await;
        if pending > 0 {
            explain(&format!(
                "{} pending: the next start goes on with them\n",
                output::counted(pending, "event")
            ));
        }
    }
}

/// Waits for a server, which ends by itself now.
async fn ended(server: Option<tokio::task::JoinHandle<()>>) {
    if let Some(server) = server {
        let _ = server.await;
    }
}

fn kept_in(path: &Path) -> String {
    format!("events are kept in {}", text::word(&path.display().to_string()))
}

/// Opens the inbox, and what receives into it.
fn open(
    intake: Intake,
    path: &Path,
    vitals: Option<&Vitals>,
    limits: Limits,
) -> Result<(Inbox, Router), Failure> {
    let inbox = Inbox::open(path, InboxOptions::default())?;
    if let Some(vitals) = vitals {
        vitals.register(|registry| intake.register(registry));
        tokio::spawn(watch(vitals.part("inbox", FAILING), inbox.failing()));
    }
    intake.keep_in(inbox.clone());
    Ok((inbox, router(intake, PATH, limits)))
}

/// Why an address cannot be listened on.
pub(crate) fn taken(address: std::net::SocketAddr, flag: &str, error: std::io::Error) -> Failure {
    Failure::new(FAILED, format!("cannot listen on {address}"))
        .with_source(error)
        .with_hint(format!("stop what listens there, or choose another address with --{flag}"))
}

/// Is ready for as long as deliveries can be kept.
async fn watch(part: Part, mut failing: tokio::sync::watch::Receiver<bool>) {
    loop {
        match *failing.borrow_and_update() {
            true => part.waits(FAILING),
            false => part.ready(),
        }
        if failing.changed().await.is_err() {
            return;
        }
    }
}

/// The inbox of what is synced into a destination.
pub(crate) fn inbox_of(settings: &Settings, place: &dyn Place) -> Result<PathBuf, Failure> {
    match (settings.inbox()?, place.path()) {
        (Some(path), _) => Ok(path.to_owned()),
        (None, Some(destination)) => Inbox::beside(destination).map_err(|error| {
            Failure::new(FAILED, "cannot find the place of the inbox beside the destination")
                .with_source(error)
                .with_hint("name it with --inbox")
        }),
        (None, None) => Ok(INBOX.into()),
    }
}

/// The inbox to look at: the one that was named, that of `ashby listen`, or that of the destination.
pub(crate) fn inbox_to_read(settings: &Settings) -> Result<PathBuf, Failure> {
    let of_listen = PathBuf::from(INBOX);
    let named = settings.inbox()?;
    if named.is_none() && !of_listen.exists() {
        let place = crate::destination::from_settings(settings).ok();
        let beside = place.and_then(|place| inbox_of(settings, &*place).ok());
        if let Some(beside) = beside.filter(|path| path.exists()) {
            return Ok(beside);
        }
    }
    Ok(named.map_or(of_listen, Path::to_owned))
}
