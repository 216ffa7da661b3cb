//! What there is beside a run: webhooks that are received, monitoring that is answered, word of trouble, and the file that
//! says where it stands. All of it outlasts single attempts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ashby_client::{Client, Usage};
use axum::Router;
use capture_core::{Event, Handle, Observer, Place, Report, Result};
use http_service::{Limits, Vitals};
use standing::{Ended, Keeper, Standing};
use tokio_util::sync::CancellationToken;

use super::forgetting::Forgetting;
use super::hybrid;
use super::silence::{self, Unheard};
use crate::failure::Failure;
use crate::modelling::Modelling;
use crate::monitoring;
use crate::notify::{Notifier, Sending};
use crate::settings::Settings;
use crate::webhooks::{self, Receiver};

/// A server that a run is part of: it answers for the run, too.
pub(crate) struct Within {
    pub(crate) vitals: Vitals,
    pub(crate) limits: Limits,
    /// Where webhooks are received, once the run has been prepared, if it receives any.
    pub(crate) routes: Option<Router>,
}

pub(super) struct Beside {
    standing: Standing,
    keeper: Option<Keeper>,
    receiver: Option<Receiver>,
    forgetting: Option<Forgetting>,
    modelling: Option<Modelling>,
    observers: Vec<Arc<dyn Observer>>,
    sending: Option<Sending>,
    begun: Begun,
    stop: CancellationToken,
}

/// Whether a stream was ever begun: until then nothing in the destination can have changed.
#[derive(Clone, Default)]
struct Begun(Arc<AtomicBool>);

impl Observer for Begun {
    fn observe(&self, event: &Event<'_>) {
        if let Event::Started { .. } = event {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

impl Beside {
    /// Starts what the settings ask for. The destination is not taken yet.
    pub(super) async fn start(
        settings: &Settings,
        place: &dyn Place,
        usage: impl Fn() -> Usage + Send + Sync + 'static,
        cancel: &CancellationToken,
        within: Option<&mut Within>,
    ) -> Result<Self, Failure> {
        // A destination that cannot be had now may be later; the run will say so.
        let saved = if place.keeps_state() { place.peek().unwrap_or_default() } else { Default::default() };
        let saved_at = saved.streams.into_iter().map(|(stream, saved)| (stream, saved.committed_at));
        let standing = Standing::new(usage, saved_at.collect::<BTreeMap<_, _>>());
        // Also when the run ends by itself.
        let stop = cancel.child_token();
        let begun = Begun::default();
        let mut observers: Vec<Arc<dyn Observer>> = vec![Arc::new(standing.clone()), Arc::new(begun.clone())];
        let vitals = match &within {
            Some(within) => Some(within.vitals.clone()),
            None => monitoring::start(settings, &stop).await?,
        };
        if let Some(vitals) = &vitals {
            observers.push(standing::monitor(vitals, &standing));
        }
        let forgetting = Forgetting::of(settings);
        if let Some(forgetting) = &forgetting {
            observers.push(Arc::new(forgetting.clone()));
        }
        let modelling = Modelling::of(settings)?;
        if let Some(modelling) = &modelling {
            observers.push(Arc::new(modelling.clone()));
        }
        let mut sending = None;
        if let Some(url) = settings.notify()? {
            let (notifier, sends) = Notifier::start(url)?;
            observers.push(Arc::new(notifier));
            sending = Some(sends);
        }
        // The last that can fail.
        let receiver = match settings.webhooks() {
            true => {
                let inbox = webhooks::inbox_of(settings, place)?;
                let receiver = match within {
                    Some(within) => {
                        let (receiver, routes) =
                            Receiver::behind(settings, &inbox, &within.vitals, within.limits)?;
                        within.routes = Some(routes);
                        receiver
                    }
                    None => Receiver::start(settings, &inbox, vitals.as_ref(), &stop).await?,
                };
                let inbox = receiver.inbox.clone();
                observers.push(Arc::new(Unheard::beside(settings.webhooks_file().ok(), inbox.arrivals())));
                standing.receives(move || inbox.pending_count());
                Some(receiver)
            }
            false => None,
        };
        let path = place.path().and_then(|path| standing::beside(path).ok());
        let is_watch = settings.interval().is_some();
        let keeper = path.map(|path| Keeper::start(standing.clone(), path, is_watch));
        Ok(Self { standing, keeper, receiver, forgetting, modelling, observers, sending, begun, stop })
    }

    /// Says so when webhooks that were set up from here are disabled.
    pub(super) fn look_after_webhooks(&self, settings: &Settings, client: &Client) {
        // A receiver has asked for it before.
        let Ok(file) = settings.webhooks_file() else { return };
        if self.receiver.is_none() || !file.exists() {
            return;
        }
        let (client, file, stop) = (client.clone(), file.to_owned(), self.stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                never = silence::watch(&client, &file) => match never {},
            }
        });
    }

    /// This observer, and those of what is beside.
    pub(super) fn observer(&self, observer: Arc<dyn Observer>) -> Arc<dyn Observer> {
        let mut all = vec![observer];
        all.extend(self.observers.iter().cloned());
        Arc::new(all)
    }

    /// Waits for a run, and does meanwhile what follows from events.
    pub(super) async fn accompany(
        &self,
        handle: Handle,
        run: impl Future<Output = Result<Report>>,
    ) -> Result<Report> {
        self.standing.follows(handle.clone());
        match &self.receiver {
            Some(receiver) => tokio::select! {
                report = run => report,
                never = hybrid::follow(&receiver.inbox, &handle) => match never {},
            },
            None => run.await,
        }
    }

    /// Ends all of it, after a run that captured something or came to nothing. What others may hold up is waited for
    /// together, so that the whole has one limit.
    pub(super) async fn end(self, ended: &Result<Report>, is_interrupted: bool) {
        let has_failed = ended.is_err();
        let Self { keeper, receiver, forgetting, modelling, observers, sending, begun, stop, .. } = self;
        stop.cancel();
        // The notifier is one of them, and all is said.
        drop(observers);
        let received = async {
            match receiver {
                Some(receiver) if has_failed => receiver.abandon().await,
                Some(receiver) => receiver.stop().await,
                None => {}
            }
        };
        let sent = async {
            if let Some(sending) = sending {
                sending.end().await;
            }
        };
        tokio::join!(received, sent);
        if let Some(keeper) = keeper {
            keeper.end(how(ended, is_interrupted)).await;
        }
        // Where the run could not begin, neither can these, and the run has said why.
        if has_failed && !begun.0.load(Ordering::Relaxed) {
            return;
        }
        if let Some(forgetting) = forgetting {
            forgetting.end().await;
        }
        if let Some(modelling) = modelling {
            modelling.end(is_interrupted).await;
        }
    }
}

/// How a run ended, for whoever asks later.
fn how(ended: &Result<Report>, is_interrupted: bool) -> Ended {
    match ended {
        Err(error) => Ended::Failed(error.to_string()),
        Ok(report) if is_interrupted || report.interrupted => Ended::Interrupted,
        Ok(_) => Ended::Done,
    }
}
