//! What there is beside a run: webhooks that are received, monitoring that is answered, word of trouble, and the file that
//! says where it stands. All of it outlasts single attempts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ashby_client::{Client, Usage};
use capture_core::{Event, Handle, Observer, Place, Report, Result};
use http_service::Part;
use tokio_util::sync::CancellationToken;

use super::{hybrid, silence};
use crate::failure::Failure;
use crate::monitoring;
use crate::settings::Settings;
use crate::standing::{self, Keeper, Metrics, Notifier, Sending, Standing};
use crate::webhooks::{self, Receiver};

pub(super) struct Beside {
    standing: Standing,
    keeper: Option<Keeper>,
    receiver: Option<Receiver>,
    observers: Vec<Arc<dyn Observer>>,
    sending: Option<Sending>,
    stop: CancellationToken,
}

impl Beside {
    /// Starts what the settings ask for. The destination is not taken yet.
    pub(super) async fn start(
        settings: &Settings,
        place: &dyn Place,
        usage: impl Fn() -> Usage + Send + Sync + 'static,
        cancel: &CancellationToken,
    ) -> Result<Self, Failure> {
        // A destination that cannot be had now may be later; the run will say so.
        let saved = if place.keeps_state() { place.peek().unwrap_or_default() } else { Default::default() };
        let saved_at = saved.streams.into_iter().map(|(stream, saved)| (stream, saved.committed_at));
        let standing = Standing::new(usage, saved_at.collect::<BTreeMap<_, _>>());
        // Also when the run ends by itself.
        let stop = cancel.child_token();
        let mut observers: Vec<Arc<dyn Observer>> = vec![Arc::new(standing.clone())];
        let vitals = monitoring::start(settings, &stop).await?;
        if let Some(vitals) = &vitals {
            let metrics = Metrics(standing.clone());
            vitals.register(|registry| registry.register_collector(Box::new(metrics)));
            observers.push(Arc::new(Readiness {
                part: vitals.part("capture", NOTHING_YET),
                failing: Mutex::default(),
            }));
        }
        let receiver = match settings.webhooks() {
            true => {
                let inbox = webhooks::inbox_of(settings, place)?;
                let receiver = Receiver::start(settings, &inbox, vitals.as_ref(), &stop).await?;
                standing.receives(receiver.inbox.clone());
                Some(receiver)
            }
            false => None,
        };
        let mut sending = None;
        if let Some(url) = settings.notify() {
            let (notifier, sends) = Notifier::start(url)?;
            observers.push(Arc::new(notifier));
            sending = Some(sends);
        }
        let path = place.path().and_then(|path| standing::beside(path).ok());
        let is_watch = settings.interval().is_some();
        let keeper = path.map(|path| Keeper::start(standing.clone(), path, is_watch));
        Ok(Self { standing, keeper, receiver, observers, sending, stop })
    }

    /// Says so when webhooks that were set up from here are disabled.
    pub(super) fn look_after_webhooks(&self, settings: &Settings, client: &Client) {
        let file = settings.webhooks_file();
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

    /// Ends all of it in order.
    pub(super) async fn end(self) {
        let Self { keeper, receiver, observers, sending, stop, .. } = self;
        stop.cancel();
        if let Some(receiver) = receiver {
            receiver.stop().await;
        }
        if let Some(keeper) = keeper {
            keeper.end().await;
        }
        drop(observers);
        if let Some(sending) = sending {
            sending.end().await;
        }
    }
}

const NOTHING_YET: &str = "nothing has been captured yet";
const TROUBLE: &str = "the run as a whole cannot go on at present";

const NO_STREAM: &str = "no stream can be captured at present";

/// Ready once something was captured, and while the run can go on and some stream works.
struct Readiness {
    part: Part,
    /// The streams by whether their newest poll failed.
    failing: Mutex<BTreeMap<String, bool>>,
}

impl Observer for Readiness {
    fn observe(&self, event: &Event<'_>) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Committed { .. } | Event::Recovered { .. } => {}
            Event::UpToDate { stream } => _ = failing.insert((*stream).to_owned(), false),
            Event::Failed { stream, kind, ends_poll: true, .. } if !kind.is_left_out() => {
                failing.insert((*stream).to_owned(), true);
            }
            Event::Trouble { .. } => return self.part.waits(TROUBLE),
            _ => return,
        }
        match !failing.is_empty() && failing.values().all(|is_failing| *is_failing) {
            true => self.part.waits(NO_STREAM),
            false => self.part.ready(),
        }
    }
}
