//! Webhooks beside a watch: what is received is captured through the run that is under way.

use std::convert::Infallible;
use std::time::Duration;

use ashby_source::hybrid;
use ashby_webhooks::Inbox;
use async_trait::async_trait;
use bytes::Bytes;
use capture_core::{Handle, Result};

/// How long to wait when the inbox cannot be read or written.
const PAUSE: Duration = Duration::from_secs(1);

/// An inbox, as hybrid capture sees it.
struct Events<'a>(&'a Inbox);

#[async_trait]
impl hybrid::Inbox for Events<'_> {
    async fn pending_after(&self, sequence: u64, limit: usize) -> Result<Vec<hybrid::Delivery>> {
        let pending = self.0.pending_after(sequence, limit).await?;
        let delivery = |delivery: ashby_webhooks::Delivery| {
            let data = Bytes::copy_from_slice(delivery.event.data());
            hybrid::Delivery::new(delivery.sequence, delivery.received_at, delivery.event.action(), data)
        };
        Ok(pending.into_iter().map(delivery).collect())
    }

    async fn done(&self, sequences: Vec<u64>) -> Result<()> {
        self.0.done(sequences).await
    }

    async fn arrival(&self, sequence: u64) {
        let mut arrivals = self.0.arrivals();
        while *arrivals.borrow_and_update() <= sequence {
            if arrivals.changed().await.is_err() {
                // It is closed: nothing comes any more.
                return std::future::pending().await;
            }
        }
    }
}

/// Does what follows from events, for as long as it is polled. What the inbox cannot do now, it may later: the run goes on.
pub(super) async fn follow(inbox: &Inbox, handle: &Handle) -> Infallible {
    loop {
        match hybrid::follow(&Events(inbox), handle).await {
            // The run has ended; whoever waits for it will know.
            Ok(()) => return std::future::pending().await,
            Err(error) => {
                tracing::warn!("received events must wait: {}", error.chain());
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
