//! Work that goes on by itself while nobody looks at it.
//!
//! A future that is not polled keeps whatever it has come to hold: its turn to send a request, a request that is under way.
//! Whoever needs one of those meanwhile waits for ever, if it is he who would have to poll it. So what is begun ahead of its
//! time is a task.

use std::future::Future;

use futures_util::future::BoxFuture;
use tokio_util::task::AbortOnDropHandle;

/// Begins this, and gives what it comes to. Given up when that is dropped.
pub(crate) fn begin<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> BoxFuture<'static, T> {
    let task = AbortOnDropHandle::new(tokio::spawn(work));
    Box::pin(async move {
        match task.await {
            Ok(done) => done,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime ends, and nobody waits any more.
            Err(_) => std::future::pending().await,
        }
    })
}
