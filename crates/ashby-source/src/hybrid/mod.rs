//! Hybrid capture: an event captures what it names at once, and polling repairs the rest.
//!
//! An event is never believed. It is a reason to read records again through the run that is under way, or to ask whether
//! they are gone, and it is done once that is durable: when its record was read by itself, or when a listing that began
//! after the event was received has shown it. What belongs to a record that is gone is checked where records can be asked
//! for one by one, and follows it.

mod plan;
mod work;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use capture_core::{ErrorKind, Gone, Handle, Result};
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};

use plan::{Task, What};
use work::{Worked, work};

/// Events that are in hand at once; the others wait in the inbox.
const IN_HAND: usize = 20_000;

/// A stream's reads follow each other at this distance, so that what comes meanwhile is read together.
const PAUSE: Duration = Duration::from_millis(250);

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
    /// By what is to be read: how it may be gone, and for which events.
    waiting: HashMap<What, (Gone, Vec<u64>)>,
    is_busy: bool,
    not_before: Option<Instant>,
    tries: u32,
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
            let is_time = lane.not_before.is_none_or(|time| time <= now);
            if !lane.is_busy && is_time && !lane.waiting.is_empty() {
                lane.is_busy = true;
                under_way.push(work(handle, stream, std::mem::take(&mut lane.waiting), lane.tries, now));
            }
        }
        let next = lanes.values().filter(|lane| !lane.is_busy && !lane.waiting.is_empty());
        let next = next.filter_map(|lane| lane.not_before).min();
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
    let (gone, waiting) = lane.waiting.entry(task.what).or_insert_with(|| (task.gone.clone(), Vec::new()));
    // A merge says more than a deletion.
    if matches!(task.gone, Gone::MergedInto(_)) {
        *gone = task.gone;
    }
    for event in events {
        if !waiting.contains(event) {
            waiting.push(*event);
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
    let Worked { stream, began, done, again, follows, error } = worked;
    if error.as_ref().is_some_and(|error| error.kind() == ErrorKind::Closed) {
        return None;
    }
    for (task, events) in follows {
        add(lanes, left, task, &events);
    }
    let lane = lanes.entry(stream).or_default();
    lane.is_busy = false;
    lane.tries = if again.is_empty() { 0 } else { lane.tries + 1 };
    lane.not_before = Some(match lane.tries {
        0 => began + PAUSE,
        tries => Instant::now() + RETRY.saturating_mul(1 << (tries - 1).min(16)).min(LONGEST_RETRY),
    });
    if let Some(error) = error {
        tracing::warn!(
            stream,
            tries = lane.tries,
            "what an event named could not be read: {}",
            error.chain()
        );
    }
    for (what, (gone, events)) in again {
        let (_, waiting) = lane.waiting.entry(what).or_insert_with(|| (gone, Vec::new()));
        for event in events {
            if waiting.contains(&event) {
                release(left, event);
            } else {
                waiting.push(event);
            }
        }
    }
    Some(done.into_iter().filter(|event| release(left, *event)).collect())
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
