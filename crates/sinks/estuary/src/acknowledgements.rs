//! Checkpoints that the runtime has not yet called durable.

use std::sync::Arc;

use capture_core::Result;
use tokio::sync::Semaphore;

use crate::protocol::malformed;

/// Lets only so many checkpoints be outstanding, if the runtime was asked to acknowledge them. Clones share the count.
#[derive(Debug, Clone)]
pub struct Acknowledgements(Option<Arc<Outstanding>>);

#[derive(Debug)]
struct Outstanding {
    limit: usize,
    free: Semaphore,
}

impl Acknowledgements {
    /// The runtime is not asked for any.
    pub fn none() -> Self {
        Self(None)
    }

    /// At most `limit` (at least 1) may be outstanding.
    pub fn at_most(limit: usize) -> Self {
        let limit = limit.clamp(1, Semaphore::MAX_PERMITS);
        Self(Some(Arc::new(Outstanding { limit, free: Semaphore::new(limit) })))
    }

    /// Whether the runtime shall acknowledge checkpoints.
    pub fn are_explicit(&self) -> bool {
        self.0.is_some()
    }

    /// Waits until one more checkpoint may be sent.
    pub(crate) async fn checkpoint(&self) {
        // It fails once nobody waits any more: then the checkpoint may go.
        if let Some(outstanding) = &self.0
            && let Ok(permit) = outstanding.free.acquire().await
        {
            permit.forget();
        }
    }

    /// So many further checkpoints are durable.
    ///
    /// One that was not asked for says nothing.
    ///
    /// # Errors
    /// If there were not so many.
    pub fn acknowledge(&self, checkpoints: u32) -> Result<()> {
        let Some(outstanding) = &self.0 else { return Ok(()) };
        let sent = outstanding.limit - outstanding.free.available_permits();
        match usize::try_from(checkpoints) {
            Ok(count) if count > 0 && count <= sent => {
                outstanding.free.add_permits(count);
                Ok(())
            }
            _ => Err(malformed(format!(
                "{checkpoints} checkpoints were acknowledged while {sent} were outstanding"
            ))),
        }
    }

    /// The session ends: what is still to be sent waits for nobody.
    pub fn stop_waiting(&self) {
        if let Some(outstanding) = &self.0 {
            outstanding.free.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_so_many_checkpoints_are_outstanding() {
        let acknowledgements = Acknowledgements::at_most(2);
        assert!(acknowledgements.acknowledge(1).is_err(), "nothing was sent");
        acknowledgements.checkpoint().await;
        acknowledgements.checkpoint().await;
        let waiting = acknowledgements.clone();
        let third = tokio::spawn(async move { waiting.checkpoint().await });
        tokio::task::yield_now().await;
        assert!(!third.is_finished());
        assert!(acknowledgements.acknowledge(0).is_err());
        assert!(acknowledgements.acknowledge(3).is_err());
        acknowledgements.acknowledge(2).unwrap();
        third.await.unwrap();
        acknowledgements.checkpoint().await;
        acknowledgements.stop_waiting();
        acknowledgements.checkpoint().await;
    }

    #[tokio::test]
    async fn unasked_acknowledgements_say_nothing() {
        let none = Acknowledgements::none();
        none.checkpoint().await;
        assert!(!none.are_explicit());
        none.acknowledge(1).unwrap();
    }
}
