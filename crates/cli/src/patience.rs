//! A run that is not meant to last is patient, too: while another program has the destination's file for itself (a script
//! that writes to the database, somebody's shell), that is waited for, within bounds.

use std::time::{Duration, Instant};

use capture_core::{ErrorKind, Place, Report};
use tokio_util::sync::CancellationToken;

use crate::output::{explain, span};
use crate::text;

/// How long another program is waited for in all.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// How often it is looked whether it has gone.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Runs what `attempt` makes, again if another program had the place for itself, for no longer than `patience`. What is
/// waited for is said once.
///
/// # Errors
/// That of the last attempt.
pub(crate) async fn through(
    place: &dyn Place,
    patience: Duration,
    cancel: &CancellationToken,
    mut attempt: impl AsyncFnMut() -> capture_core::Result<Report>,
) -> capture_core::Result<Report> {
    let mut until = None;
    loop {
        let error = match attempt().await {
            Err(error) if error.kind() == ErrorKind::Unavailable && !cancel.is_cancelled() => error,
            ended => return ended,
        };
        let Some(mut is_locked) = place.is_locked() else { return Err(error) };
        let is_first = until.is_none();
        let until = *until.get_or_insert_with(|| Instant::now() + patience);
        if is_first && Instant::now() < until {
            explain(&waits(&error, place, patience));
        }
        while is_locked && Instant::now() < until {
            tokio::select! {
                () = cancel.cancelled() => return Ok(Report::interrupted()),
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            is_locked = place.is_locked() == Some(true);
        }
        if Instant::now() >= until {
            return Err(error);
        }
    }
}

/// What is waited for, and how to find out who that is.
fn waits(error: &capture_core::Error, place: &dyn Place, patience: Duration) -> String {
    let who = place.path().map(|path| {
        let path = path.display().to_string();
        format!("; `fuser -v {0}` or `lsof {0}` says which", text::word(&path))
    });
    format!("{error}{}: waiting for it, {} at most\n", who.unwrap_or_default(), span(patience))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::path::Path;

    use capture_core::{Error, Result, Sink, State};

    use super::*;

    /// Locked as often as it is looked at.
    struct Locked(std::sync::atomic::AtomicU32);

    impl Place for Locked {
        fn address(&self) -> String {
            "x".to_owned()
        }
        fn exists(&self) -> bool {
            true
        }
        fn path(&self) -> Option<&Path> {
            Some(Path::new("a b.db"))
        }
        fn open(&self) -> Result<Box<dyn Sink>> {
            Err(Error::new(ErrorKind::Contract, "nobody opens it"))
        }
        fn peek(&self) -> Result<State> {
            Ok(State::default())
        }
        fn is_locked(&self) -> Option<bool> {
            let ordering = std::sync::atomic::Ordering::Relaxed;
            let left = self.0.load(ordering);
            self.0.store(left.saturating_sub(1), ordering);
            Some(left > 0)
        }
    }

    async fn ended(looks: u32, patience: Duration) -> (Result<Report>, u32) {
        let attempts = Cell::new(0);
        let attempt = async || {
            attempts.set(attempts.get() + 1);
            match attempts.get() {
                1 => Err(Error::new(ErrorKind::Unavailable, "locked by another program")),
                _ => Ok(Report::default()),
            }
        };
        let place = Locked(looks.into());
        let ended = through(&place, patience, &CancellationToken::new(), attempt).await;
        (ended, attempts.get())
    }

    #[tokio::test]
    async fn what_another_program_holds_is_waited_for_within_bounds() {
        let (done, attempts) = ended(2, PATIENCE).await;
        assert_eq!((done.is_ok(), attempts), (true, 2));
        let (failed, attempts) = ended(u32::MAX, Duration::ZERO).await;
        assert_eq!((failed.unwrap_err().kind(), attempts), (ErrorKind::Unavailable, 1));
        let error = Error::new(ErrorKind::Unavailable, "x is locked");
        let said = waits(&error, &Locked(0.into()), PATIENCE);
        assert_eq!(
            said,
            "x is locked; `fuser -v 'a b.db'` or `lsof 'a b.db'` says which: waiting for it, 30s at most\n"
        );
    }
}
