//! A budget for bodies: small ones come as they are, large ones one at a time.
//!
//! The place for a large body is free again when the last slice of it is dropped. Nobody waits for it with a response
//! open or a turn taken: what turns out to be large while the place is taken is given up, and asked for again when
//! the place is there. From then on the operation's answers are expected to be large, until one is not. Memory is not worth
//! a standstill: the place is waited for a while, and then done without.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a large answer waits for its place. Whoever holds the last one that long may be waiting for this one.
const PATIENCE: Duration = Duration::from_secs(30);

/// How large bodies are kept from adding up.
#[derive(Debug)]
pub(crate) struct BodyBudget {
    /// Larger ones need the place.
    small_bytes: usize,
    place: Arc<Semaphore>,
    /// Operations whose last answer was large.
    large: Mutex<HashSet<String>>,
}

impl BodyBudget {
    /// Bodies of up to `small_bytes` are small.
    pub(crate) fn new(small_bytes: usize) -> Self {
        Self { small_bytes, place: Arc::new(Semaphore::new(1)), large: Mutex::default() }
    }

    /// Room for an answer of this operation. Waits for the place if the answer is expected to be large, or is known
    /// to be.
    pub(crate) async fn room<'a>(&'a self, operation: &'a str, is_large: bool) -> Room<'a> {
        let place = if is_large || self.operations().contains(operation) {
            match tokio::time::timeout(PATIENCE, Arc::clone(&self.place).acquire_owned()).await {
                Ok(place) => Some(place.expect("the semaphore is never closed")),
                Err(_) => {
                    tracing::debug!(operation, "two large answers at once: the last one is still held");
                    return Room::unlimited();
                }
            }
        } else {
            None
        };
        Room(Some(Limited { budget: self, operation, place }))
    }

    fn is_small(&self, length_bytes: usize) -> bool {
        length_bytes <= self.small_bytes
    }

    /// Nothing panics while the lock is held.
    fn operations(&self) -> MutexGuard<'_, HashSet<String>> {
        self.large.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room for one body.
pub(crate) struct Room<'a>(Option<Limited<'a>>);

struct Limited<'a> {
    budget: &'a BodyBudget,
    operation: &'a str,
    place: Option<OwnedSemaphorePermit>,
}

impl Room<'_> {
    /// Room for whatever comes.
    pub(crate) fn unlimited() -> Self {
        Self(None)
    }

    /// Whether there is room for a body of this length; takes the place for it if it needs it and the place is free.
    pub(crate) fn takes(&mut self, length_bytes: usize) -> bool {
        let Some(Limited { budget, operation, place }) = &mut self.0 else { return true };
        if budget.is_small(length_bytes) || place.is_some() {
            return true;
        }
        budget.operations().insert((*operation).to_owned());
        *place = Arc::clone(&budget.place).try_acquire_owned().ok();
        place.is_some()
    }

    /// Whether a body may be as large as it likes.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.as_ref().is_some_and(|limited| limited.place.is_some())
    }

    /// The body as it is handed out: a large one keeps the place until its last slice is dropped.
    pub(crate) fn keep(self, body: Bytes) -> Bytes {
        let Some(Limited { budget, operation, place }) = self.0 else { return body };
        if budget.is_small(body.len()) {
            budget.operations().remove(operation);
            return body;
        }
        match place {
            Some(place) => Bytes::from_owner(Kept { body, _place: place }),
            None => body,
        }
    }
}

/// A large body and its place.
struct Kept {
    body: Bytes,
    _place: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_place_is_free_when_the_last_slice_is_gone() {
        let budget = BodyBudget::new(2);
        let mut room = budget.room("a.list", false).await;
        assert!(room.takes(2) && !room.is_whole());
        assert!(room.takes(3) && room.is_whole());
        let body = room.keep(Bytes::from_static(b"abc"));
        let slice = body.slice(1..2);
        drop(body);
        assert!(!budget.room("b.list", false).await.takes(3));
        assert_eq!(slice, "b");
        drop(slice);
        assert!(budget.room("b.list", false).await.takes(3));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let budget = BodyBudget::new(2);
        let mut room = budget.room("a.list", false).await;
        assert!(room.takes(3));
        let held = room.keep(Bytes::from_static(b"abc"));
        assert!(budget.room("a.list", true).await.takes(usize::MAX));
        drop(held);
    }

    #[tokio::test]
    async fn large_answers_are_expected_until_a_small_one_comes() {
        let budget = BodyBudget::new(2);
        assert!(budget.room("a.list", false).await.takes(3));
        let room = budget.room("a.list", false).await;
        assert!(room.is_whole());
        assert_eq!(room.keep(Bytes::from_static(b"ab")), "ab");
        assert!(!budget.room("a.list", false).await.is_whole());
        assert!(budget.room("a.list", true).await.is_whole());
    }
}
