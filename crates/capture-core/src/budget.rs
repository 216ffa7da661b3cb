//! Backpressure by bytes: what is read but not yet written never exceeds a fixed amount.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Permits are kibibytes, so that large budgets fit the semaphore's counters.
const UNIT_BYTES: usize = 1024;

/// A number of bytes that may be in flight.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    permits: Arc<Semaphore>,
    total: u32,
}

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        let total = u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX).max(1);
        Self { permits: Arc::new(Semaphore::new(total as usize)), total }
    }

    /// Waits until `bytes` may be in flight; they are until the permit is dropped. Something larger than the whole
    /// budget waits for all of it and then passes alone. Cancel-safe.
    pub(crate) async fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let units = u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX).clamp(1, self.total);
        // The semaphore is never closed; should it ever be, going on without a permit is right.
        Arc::clone(&self.permits).acquire_many_owned(units).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn what_is_in_flight_stays_within_the_budget() {
        let budget = Budget::new(10 * UNIT_BYTES);
        let first = budget.take(6 * UNIT_BYTES).await;
        assert!(budget.take(5 * UNIT_BYTES).now_or_never().is_none(), "would exceed the budget");
        drop(first);
        let giant = budget.take(1 << 30).now_or_never().expect("something huge passes alone");
        assert!(budget.take(1).now_or_never().is_none());
        drop(giant);
        assert!(budget.take(1).now_or_never().is_some());
    }
}
