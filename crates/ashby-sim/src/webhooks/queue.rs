//! Deliveries on their way: what is due when, what is tried again, and what is not.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::log::{DeliveryEntry, DeliveryOutcome, Log};
use super::post::{Poster, post, poster};
use super::settings::DeliverySettings;
use crate::dice::Dice;

/// How often Ashby tries.
const ATTEMPTS: u32 = 10;
/// The unit of the pauses between two attempts.
const PAUSE: Duration = Duration::from_secs(10);
/// After these answers Ashby does not try again.
const FINAL: [u16; 5] = [401, 403, 404, 405, 410];

/// An event for one webhook.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) webhook: String,
    pub(crate) url: String,
    pub(crate) secret: Option<String>,
    pub(crate) action: &'static str,
    pub(crate) action_id: String,
    pub(crate) data: Value,
}

/// Deliveries of a server. A clone is another handle.
#[derive(Debug, Clone)]
pub struct Deliveries(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: watch::Sender<DeliverySettings>,
    log: Mutex<Log>,
    /// How many deliveries are neither made nor given up, and how often something was logged.
    pending: watch::Sender<(u64, u64)>,
    poster: Poster,
}

/// Where events are put that are to be delivered.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    queue: mpsc::UnboundedSender<Outgoing>,
    deliveries: Deliveries,
}

impl Outbox {
    pub(crate) fn put(&self, outgoing: Outgoing) {
        self.deliveries.add_pending(1);
        if self.queue.send(outgoing).is_err() {
            // The server has stopped.
            self.deliveries.add_pending(-1);
        }
    }
}

/// A delivery with the time of its next attempt.
struct Due {
    at: Instant,
    /// Keeps those of the same time in order.
    number: u64,
    attempt: u32,
    outgoing: Arc<Outgoing>,
}

impl Deliveries {
    /// Starts to deliver, until `stopping`.
    pub(crate) fn start(settings: DeliverySettings, stopping: CancellationToken) -> (Self, Outbox) {
        let shared = Shared {
            settings: watch::Sender::new(settings),
            log: Mutex::default(),
            pending: watch::Sender::new((0, 0)),
            poster: poster(),
        };
        let deliveries = Self(Arc::new(shared));
        let (queue, events) = mpsc::unbounded_channel();
        let worker = Worker::new(deliveries.clone(), events);
        tokio::spawn(async move {
            tokio::select! {
                () = stopping.cancelled() => {}
                () = worker.run() => {}
            }
        });
        (deliveries.clone(), Outbox { queue, deliveries })
    }

    /// How deliveries go at present.
    pub fn settings(&self) -> DeliverySettings {
        self.0.settings.borrow().clone()
    }

    /// Changes how deliveries go from now on, also for those under way.
    pub fn set(&self, settings: DeliverySettings) {
        self.0.settings.send_replace(settings);
    }

    /// The attempts, oldest first; the last 100,000.
    pub fn entries(&self) -> Vec<DeliveryEntry> {
        self.log().entries.iter().cloned().collect()
    }

    /// How many attempts ended in which way.
    pub fn counts(&self) -> BTreeMap<DeliveryOutcome, u64> {
        self.log().counts.clone()
    }

    /// How many deliveries are neither made nor given up.
    pub fn pending(&self) -> u64 {
        self.0.pending.borrow().0
    }

    /// Waits until every delivery is made or given up.
    pub async fn settled(&self) {
        self.until(|deliveries| deliveries.pending() == 0).await;
    }

    /// Waits until something holds of the deliveries; looked at after every attempt.
    pub async fn until(&self, holds: impl Fn(&Self) -> bool) {
        let mut changes = self.0.pending.subscribe();
        loop {
            changes.borrow_and_update();
            if holds(self) || changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Sends a ping, once; whether it was answered with success.
    pub(crate) async fn ping(&self, outgoing: Outgoing) -> bool {
        let timeout = Duration::from_millis(self.settings().timeout_ms);
        let status = post(&self.0.poster, &outgoing, 1, timeout).await;
        let accepted = (200..300).contains(&status);
        let outcome = if accepted { DeliveryOutcome::Delivered } else { DeliveryOutcome::GivenUp };
        self.push(&outgoing, 1, status, outcome);
        accepted
    }

    fn push(&self, outgoing: &Outgoing, attempt: u32, status: u16, outcome: DeliveryOutcome) {
        self.log().push(DeliveryEntry {
            webhook: outgoing.webhook.clone(),
            action: outgoing.action.to_owned(),
            action_id: outgoing.action_id.clone(),
            attempt,
            status,
            outcome,
        });
        self.0.pending.send_modify(|(_, logged)| *logged += 1);
    }

    fn add_pending(&self, count: i64) {
        self.0.pending.send_modify(|(pending, _)| *pending = pending.saturating_add_signed(count));
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the deliveries.
struct Worker {
    deliveries: Deliveries,
    events: mpsc::UnboundedReceiver<Outgoing>,
    due: BinaryHeap<Reverse<Due>>,
    under_way: JoinSet<(Due, u16)>,
    planned: u64,
    dice: Dice,
}

impl Worker {
    fn new(deliveries: Deliveries, events: mpsc::UnboundedReceiver<Outgoing>) -> Self {
        let dice = Dice::seeded(deliveries.settings().seed);
        Self { deliveries, events, due: BinaryHeap::new(), under_way: JoinSet::new(), planned: 0, dice }
    }

    async fn run(mut self) {
        let mut changes = self.deliveries.0.settings.subscribe();
        // Another server may have taken over the organisation; what was put here is still delivered.
        let mut is_fed = true;
        while is_fed || !self.due.is_empty() || !self.under_way.is_empty() {
            let settings = changes.borrow_and_update().clone();
            self.send_what_is_due(&settings);
            let next = self.due.peek().map(|Reverse(next)| next.at);
            let has_room = !settings.held && self.under_way.len() < settings.concurrency.max(1);
            tokio::select! {
                event = self.events.recv(), if is_fed => match event {
                    Some(event) => self.plan(event, &settings),
                    None => is_fed = false,
                },
                Some(ended) = self.under_way.join_next() => {
                    if let Ok((attempt, status)) = ended {
                        self.ended(attempt, status, &settings);
                    }
                }
                () = tokio::time::sleep_until(next.unwrap_or_else(Instant::now)),
                    if has_room && next.is_some() => {}
                _ = changes.changed() => {}
            }
        }
    }

    /// Lets chance decide when an event is sent, and how often.
    fn plan(&mut self, outgoing: Outgoing, settings: &DeliverySettings) {
        if self.dice.chance(settings.loss_percent) {
            self.deliveries.push(&outgoing, 0, 0, DeliveryOutcome::Lost);
            self.deliveries.add_pending(-1);
            return;
        }
        let copies = if self.dice.chance(settings.copy_percent) { 2 } else { 1 };
        self.deliveries.add_pending(copies - 1);
        let outgoing = Arc::new(outgoing);
        for _ in 0..copies {
            let is_late = self.dice.chance(settings.late_percent);
            let bound = u32::try_from(settings.late_ms).unwrap_or(u32::MAX).saturating_add(1);
            let late_ms = if is_late { self.dice.below(bound) } else { 0 };
            self.enqueue(Arc::clone(&outgoing), 1, Duration::from_millis(late_ms.into()));
        }
    }

    fn enqueue(&mut self, outgoing: Arc<Outgoing>, attempt: u32, pause: Duration) {
        self.planned += 1;
        let due = Due { at: Instant::now() + pause, number: self.planned, attempt, outgoing };
        self.due.push(Reverse(due));
    }

    fn send_what_is_due(&mut self, settings: &DeliverySettings) {
        let now = Instant::now();
        while !settings.held && self.under_way.len() < settings.concurrency.max(1) {
            if self.due.peek().is_none_or(|Reverse(next)| next.at > now) {
                return;
            }
            let Some(Reverse(due)) = self.due.pop() else { return };
            let poster = self.deliveries.0.poster.clone();
            let timeout = Duration::from_millis(settings.timeout_ms);
            self.under_way.spawn(async move {
                let status = post(&poster, &due.outgoing, due.attempt, timeout).await;
                (due, status)
            });
        }
    }

    fn ended(&mut self, attempt: Due, status: u16, settings: &DeliverySettings) {
        let Due { attempt, outgoing, .. } = attempt;
        let outcome = match status {
            200..300 => DeliveryOutcome::Delivered,
            status if FINAL.contains(&status) => DeliveryOutcome::Refused,
            _ if attempt == ATTEMPTS => DeliveryOutcome::GivenUp,
            _ => DeliveryOutcome::Failed,
        };
        // First, so that whoever waits until nothing is pending sees it.
        self.deliveries.push(&outgoing, attempt, status, outcome);
        if outcome == DeliveryOutcome::Failed {
            self.enqueue(outgoing, attempt + 1, pause_after(attempt, settings.speed));
        } else {
            self.deliveries.add_pending(-1);
        }
    }
}

/// The pause after the nth attempt: 10 seconds, 30, 70, 150 and so on, on a clock that goes faster.
fn pause_after(attempt: u32, speed: f64) -> Duration {
    let pause = PAUSE * ((1 << attempt) - 1);
    Duration::try_from_secs_f64(pause.as_secs_f64() / speed).unwrap_or(pause)
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_ashbys() {
        let seconds: Vec<u64> = (1..ATTEMPTS).map(|attempt| pause_after(attempt, 1.0).as_secs()).collect();
        assert_eq!(seconds, [10, 30, 70, 150, 310, 630, 1270, 2550, 5110]);
        assert_eq!(pause_after(2, 1000.0), Duration::from_millis(30));
        assert_eq!(pause_after(1, 0.0), PAUSE, "a clock that stands still is no clock");
    }
}
