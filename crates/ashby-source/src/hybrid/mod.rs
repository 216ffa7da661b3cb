//! Hybrid capture: an event captures what it names at once, and polling repairs the rest.
//!
//! An event is never believed. It is a reason to read records again through the run that is under way, or to ask whether
//! they are gone, and it is done once that is durable: when its record was read by itself, or when a listing that began
//! after the event was received has shown it. What belongs to a record that is gone is checked where records can be asked
//! for one by one, and follows it.

mod plan;
mod work;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use capture_core::{ErrorKind, Handle, Result};
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};

use plan::Task;
use work::{Before, ListedInstead, Waiting, Wanted, Worked, says_more, work};

/// Events that are in hand at once; the others wait in the inbox.
const IN_HAND: usize = 20_000;

/// A stream's reads follow each other at this distance, so that what comes meanwhile is read together: the first event is
/// read at once, and where they never end, the listings of some streams fit into Ashby's limit of requests.
const PAUSE: Duration = Duration::from_millis(600);

/// The first pause after something could not be read, and the longest.
const RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(600);

/// An event that was received and is not done.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Delivery {
    /// Grows with each delivery.
    pub sequence: u64,
    /// When it was made durable.
    pub received_at: Timestamp,
    /// Its kind.
    pub action: String,
    /// What stands under `data`, JSON.
    pub data: Bytes,
}

impl Delivery {
    /// An event of this kind, with what stands under `data`.
    pub fn new(sequence: u64, received_at: Timestamp, action: impl Into<String>, data: Bytes) -> Self {
        Self { sequence, received_at, action: action.into(), data }
    }
}

/// Keeps events until what follows from them is done.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// The oldest events after this one that are not done, at most `limit`.
    async fn pending_after(&self, sequence: u64, limit: usize) -> Result<Vec<Delivery>>;

    /// These are done. Durable when it returns.
    async fn done(&self, sequences: Vec<u64>) -> Result<()>;

    /// Returns when there may be events after this one. Cancel-safe.
    async fn arrival(&self, sequence: u64);
}

/// Waiting work of one stream.
#[derive(Default)]
struct Lane {
    waiting: Waiting,
    is_busy: bool,
    /// Before this nothing is read.
    not_before: Option<Instant>,
    /// How often in a row something could not be read.
    tries: u32,
    /// The last time what changed was listed because that costs less.
    listed: Option<ListedInstead>,
}

impl Lane {
    /// What is to be read now.
    fn take_due(&mut self, now: Instant) -> Waiting {
        if self.is_busy || self.not_before.is_some_and(|time| time > now) {
            return Waiting::new();
        }
        self.waiting.extract_if(|_, wanted| wanted.not_before.is_none_or(|time| time <= now)).collect()
    }

    /// When something may be read next.
    fn next(&self) -> Option<Instant> {
        // What may be read at any time waits for the lane alone.
        let first = self.waiting.values().map(|wanted| wanted.not_before).min().filter(|_| !self.is_busy)?;
        first.max(self.not_before)
    }
}

/// Does what follows from events, through the run of this handle, until that ends. Drop it to stop; what was not done is
/// in the inbox still.
///
/// # Errors
/// Those of the inbox.
pub async fn follow(inbox: &dyn Inbox, handle: &Handle) -> Result<()> {
    let mut lanes: BTreeMap<&'static str, Lane> = BTreeMap::new();
    // Of each event in hand, how many pieces of work are left.
    let mut left: HashMap<u64, usize> = HashMap::new();
    let mut under_way = FuturesUnordered::new();
    let mut newest = 0;
    loop {
        let room = IN_HAND.saturating_sub(left.len());
        let arrived = if room > 0 { inbox.pending_after(newest, room).await? } else { Vec::new() };
        let is_more = room > 0 && arrived.len() == room;
        let captured: BTreeSet<String> = handle.status().into_keys().collect();
        let mut done = Vec::new();
        for delivery in arrived {
            newest = newest.max(delivery.sequence);
            let tasks = plan::tasks(&delivery.action, &delivery.data, delivery.received_at, &captured);
            if tasks.is_empty() {
                done.push(delivery.sequence);
            }
            for task in tasks {
                add(&mut lanes, &mut left, task, &[delivery.sequence]);
            }
        }
        if !done.is_empty() {
            inbox.done(done).await?;
        }
        let now = Instant::now();
        for (stream, lane) in &mut lanes {
            let due = lane.take_due(now);
            if !due.is_empty() {
                lane.is_busy = true;
                let before = Before { tries: lane.tries, listed: lane.listed };
                under_way.push(work(handle, stream, due, before, now));
            }
        }
        let next = lanes.values().filter_map(Lane::next).min();
        let time = async {
            match next {
                Some(time) => sleep_until(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(worked) = under_way.next() => {
                let Some(done) = take(&mut lanes, &mut left, worked) else { return Ok(()) };
                if !done.is_empty() {
                    inbox.done(done).await?;
                }
            }
            () = inbox.arrival(newest), if room > 0 && !is_more => {}
            () = std::future::ready(()), if is_more => {}
            () = time => {}
        }
    }
}

fn add(lanes: &mut BTreeMap<&'static str, Lane>, left: &mut HashMap<u64, usize>, task: Task, events: &[u64]) {
    let lane = lanes.entry(task.stream).or_default();
    let wanted = lane.waiting.entry(task.what).or_insert_with(|| Wanted::new(task.gone.clone()));
    // A merge says more than a deletion, and a deletion more than that it was not found.
    says_more(&mut wanted.gone, &task.gone);
    for event in events {
        if !wanted.events.contains(event) {
            wanted.events.push(*event);
            wanted.is_news();
            *left.entry(*event).or_default() += 1;
        }
    }
}

/// Takes note of what was worked; the events that are done with it, or nothing if the run has ended.
fn take(
    lanes: &mut BTreeMap<&'static str, Lane>,
    left: &mut HashMap<u64, usize>,
    worked: Worked,
) -> Option<Vec<u64>> {
    let Worked { stream, began, done, again, follows, listed, error } = worked;
    if error.as_ref().is_some_and(|error| error.kind() == ErrorKind::Closed) {
        return None;
    }
    for (task, events) in follows {
        add(lanes, left, task, &events);
    }
    let lane = lanes.entry(stream).or_default();
    lane.is_busy = false;
    lane.listed = listed;
    lane.tries = if error.is_some() { lane.tries + 1 } else { 0 };
    lane.not_before = Some(match lane.tries {
        0 => began + PAUSE,
        tries => Instant::now() + pause_after(tries),
    });
    if let Some(error) = error {
        tracing::warn!(
            stream,
            tries = lane.tries,
            "what an event named could not be read: {}",
            error.chain()
        );
    }
    for (what, before) in again {
        match lane.waiting.entry(what) {
            Entry::Vacant(place) => _ = place.insert(before),
            // Another event has asked for the same meanwhile: it does not wait.
            Entry::Occupied(place) => {
                let wanted = place.into_mut();
                says_more(&mut wanted.gone, &before.gone);
                for event in before.events {
                    if wanted.events.contains(&event) {
                        release(left, event);
                    } else {
                        wanted.events.push(event);
                    }
                }
            }
        }
    }
    Some(done.into_iter().filter(|event| release(left, *event)).collect())
}

/// How long to wait after so many attempts.
fn pause_after(tries: u32) -> Duration {
    RETRY.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(LONGEST_RETRY)
}

/// A piece of an event's work is over; whether it was the last.
fn release(left: &mut HashMap<u64, usize>, event: u64) -> bool {
    let Some(count) = left.get_mut(&event) else { return false };
    *count -= 1;
    let is_last = *count == 0;
    if is_last {
        left.remove(&event);
    }
    is_last
}
