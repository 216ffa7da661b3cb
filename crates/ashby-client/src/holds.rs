//! Operations that the server wants left alone for a while. The others under the key go on.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Until when each operation is held back.
#[derive(Debug, Default)]
pub(crate) struct Holds(Mutex<HashMap<String, Instant>>);

impl Holds {
    /// Holds an operation back from now on, unless it already waits longer.
    pub(crate) fn hold(&self, operation: &str, pause: Duration) {
        let now = Instant::now();
        let mut holds = self.holds();
        // What is over is forgotten here, so that the table stays as small as the trouble.
        holds.retain(|_, until| *until > now);
        let until = holds.entry(operation.to_owned()).or_insert(now);
        *until = (*until).max(now + pause);
    }

    /// Until when an operation is held back; `None` if it is not.
    pub(crate) fn until(&self, operation: &str) -> Option<Instant> {
        self.holds().get(operation).copied().filter(|until| *until > Instant::now())
    }

    /// Waits until an operation may be called, and returns for how long.
    pub(crate) async fn wait(&self, operation: &str) -> Duration {
        let began = Instant::now();
        // It may have been prolonged meanwhile: look again.
        while let Some(until) = self.until(operation) {
            sleep_until(until).await;
        }
        began.elapsed()
    }

    /// Nothing panics while the lock is held.
    fn holds(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_operation_waits_for_the_longest_pause_and_no_other_waits_for_it() {
        let holds = Holds::default();
        holds.hold("a.list", Duration::from_secs(30));
        holds.hold("a.list", Duration::from_secs(5));
        assert_eq!(holds.wait("b.list").await, Duration::ZERO);
        assert_eq!(holds.wait("a.list").await.as_secs(), 30);
        assert_eq!(holds.wait("a.list").await, Duration::ZERO);
        holds.hold("b.list", Duration::from_secs(1));
        assert_eq!(holds.holds().len(), 1);
    }
}
