//! Trying a request to a destination's server again.

use std::time::Duration;

use tokio::time::sleep;

use crate::{ErrorKind, Result};

/// How often a request is tried.
const ATTEMPTS: u32 = 5;
/// After the first attempt; doubled each time, so that the last one begins after seven and a half seconds of pauses.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Makes a request of an [`Appender`](crate::Appender) again as long as it fails with [`ErrorKind::Unavailable`]: five
/// attempts, with pauses of 0.5, 1, 2 and 4 seconds between them. Each attempt must come to the same at the other side,
/// for one that failed may have been carried out.
///
/// # Errors
/// That of the last attempt, or the first of another kind.
pub async fn retried<T, F>(mut attempt: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut pause = FIRST_PAUSE;
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(error) if error.kind() == ErrorKind::Unavailable => {}
            ended => return ended,
        }
        sleep(pause).await;
        pause *= 2;
    }
    attempt().await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::Instant;

    use super::*;
    use crate::Error;

    /// Attempts, seconds, and whether it came to anything, where the first so many fail in this way.
    async fn tried(failing: u32, kind: ErrorKind) -> (u32, f64, bool) {
        let (attempts, began) = (Cell::new(0), Instant::now());
        let came = retried(|| async {
            attempts.set(attempts.get() + 1);
            if attempts.get() <= failing { Err(Error::new(kind, "it failed")) } else { Ok(()) }
        })
        .await;
        (attempts.get(), began.elapsed().as_secs_f64(), came.is_ok())
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_waited_for_and_nothing_else() {
        assert_eq!(tried(0, ErrorKind::Unavailable).await, (1, 0.0, true));
        let (attempts, seconds, came) = tried(2, ErrorKind::Unavailable).await;
        assert!(attempts == 3 && came && (1.4..1.6).contains(&seconds), "{seconds}");
        let (attempts, seconds, came) = tried(9, ErrorKind::Unavailable).await;
        assert!(attempts == 5 && !came && (7.4..7.6).contains(&seconds), "{seconds}");
        assert_eq!(tried(1, ErrorKind::Storage).await, (1, 0.0, false));
    }
}
