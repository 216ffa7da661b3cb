//! Events, sent on as they come.

use std::collections::BTreeMap;
use std::time::Duration;

use ashby_webhooks::{Delivery, Inbox};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::output;
use crate::settings::OutputFormat;
use crate::webhooks::{Outcome, Recipient};

/// Requests under way at once.
const AT_ONCE: usize = 8;
/// Events that wait for another attempt at once; more wait in the inbox.
const WAITING: usize = 500;
const ATTEMPTS: u32 = 10;
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// An event that was not taken.
struct Waiting {
    delivery: Delivery,
    attempts: u32,
    at: Instant,
}

/// Sends events on until it is stopped. What was taken, or is given up, is done.
pub(super) async fn run(
    inbox: &Inbox,
    recipient: &Recipient,
    format: Option<OutputFormat>,
    stop: &CancellationToken,
) -> Result<(), Failure> {
    let mut arrivals = inbox.arrivals();
    let mut sending = FuturesUnordered::new();
    let mut waiting: BTreeMap<u64, Waiting> = BTreeMap::new();
    let mut last = 0;
    loop {
        arrivals.borrow_and_update();
        while sending.len() < AT_ONCE {
            let due =
                waiting.iter().find(|(_, waiting)| waiting.at <= Instant::now()).map(|(place, _)| *place);
            let Some(due) = due.and_then(|place| waiting.remove(&place)) else { break };
            sending.push(send(recipient, due.delivery, due.attempts));
        }
        let room = (AT_ONCE - sending.len()).min(WAITING.saturating_sub(waiting.len()));
        let fresh = if room > 0 { inbox.pending_after(last, room).await? } else { Vec::new() };
        for delivery in fresh {
            last = delivery.sequence;
            sending.push(send(recipient, delivery, 0));
        }
        let next = waiting.values().map(|waiting| waiting.at).min();
        let due = async {
            match next {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let (delivery, attempts, outcome) = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            Some(sent) = sending.next() => sent,
            () = due, if sending.len() < AT_ONCE => continue,
            changed = arrivals.changed(), if sending.len() < AT_ONCE => match changed {
                Ok(()) => continue,
                Err(_) => return Ok(()),
            },
        };
        let shown = outcome.shown(format);
        if !matches!(tokio::task::spawn_blocking(move || output::print(&shown)).await, Ok(Ok(()))) {
            return Ok(());
        }
        if outcome.may_pass() && attempts < ATTEMPTS {
            let pause = Duration::from_secs(1 << (attempts - 1)).min(LONGEST_PAUSE);
            waiting.insert(delivery.sequence, Waiting { delivery, attempts, at: Instant::now() + pause });
            continue;
        }
        if !outcome.is_success() {
            output::explain(&format!(
                "{} was not taken by {} and is given up; `ashby webhook replay --url …` sends it again\n",
                delivery.event.action(),
                recipient.host()
            ));
        }
        super::finish(inbox, vec![delivery.sequence], stop).await?;
    }
}

async fn send(recipient: &Recipient, delivery: Delivery, attempts: u32) -> (Delivery, u32, Outcome) {
    let outcome = recipient.send(&delivery).await;
    (delivery, attempts + 1, outcome)
}
