//! A run that is meant to last outlives what passes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::{ErrorKind, Event, Observer, Report, Result};

/// How long to wait before a run is started anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pauses {
    /// Before the first attempt; doubled each time.
    pub first: Duration,
    /// The longest.
    pub longest: Duration,
}

impl Pauses {
    /// From `first`, doubled up to `longest`.
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest }
    }
}

impl Default for Pauses {
    fn default() -> Self {
        Self::new(Duration::from_secs(2), Duration::from_secs(300))
    }
}

/// Runs what `attempt` makes, again and again, as long as it fails in ways that may pass
/// ([`ErrorKind::may_pass`]) and nobody cancels. `attempt` builds source, sink and runner anew each time, with the
/// observer that it is given; everything resumes from what was committed.
///
/// Credentials that are refused end it at the start, but not once they have worked, or were accepted
/// ([`Event::Accepted`], which whoever asks for that tells the observer): a proxy or a server that is not itself refuses
/// good ones.
///
/// # Errors
/// What does not pass.
pub async fn supervise<F>(
    mut attempt: impl FnMut(Arc<dyn Observer>) -> F,
    observer: Arc<dyn Observer>,
    pauses: Pauses,
    cancel: CancellationToken,
) -> Result<Report>
where
    F: Future<Output = Result<Report>>,
{
    let watch = Arc::new(Watch { observer, has_worked: AtomicBool::new(false), trouble: Mutex::new(None) });
    let mut pause = pauses.first;
    loop {
        let error = match attempt(Arc::clone(&watch) as Arc<dyn Observer>).await {
            Err(error) if watch.may_pass(error.kind()) && !cancel.is_cancelled() => error,
            ended => return ended,
        };
        if watch.is_well() {
            pause = pauses.first;
        }
        let message = error.chain();
        let again = watch.is_known(&message);
        let trouble = Event::Trouble {
            kind: error.kind(),
            message: &message,
            hint: error.hint(),
            retry_in: pause,
            again,
        };
        watch.observer.observe(&trouble);
        watch.falls_ill(message.clone());
        tokio::select! {
            () = cancel.cancelled() => return Ok(Report { interrupted: true, ..Report::default() }),
            () = sleep(pause) => {}
        }
        pause = pause.saturating_mul(2).min(pauses.longest);
    }
}

/// What a message says, without what differs each time: two that have the same gist tell of the same trouble. Leaves
/// out long words with digits in them, such as the identifiers of requests, and what was counted or measured (short
/// numbers, but for those of three digits, which are statuses).
pub fn gist(message: &str) -> String {
    let differs = |word: &&str| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let is_number = word.trim_matches(|letter: char| !letter.is_ascii_digit()).parse::<f64>().is_ok();
        digits > 0 && (word.len() > 8 || (is_number && digits != 3))
    };
    let words: Vec<&str> = message.split_whitespace().filter(|word| !differs(word)).collect();
    words.join(" ")
}

/// Passes events on, and notices when a run works (again).
struct Watch {
    observer: Arc<dyn Observer>,
    has_worked: AtomicBool,
    /// Since when there is trouble, and what was said of it.
    trouble: Mutex<Option<(Instant, String)>>,
}

impl Watch {
    fn trouble(&self) -> std::sync::MutexGuard<'_, Option<(Instant, String)>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn may_pass(&self, kind: ErrorKind) -> bool {
        kind.may_pass() || (kind == ErrorKind::Credentials && self.has_worked.load(Ordering::Relaxed))
    }

    fn is_well(&self) -> bool {
        self.trouble().is_none()
    }

    fn is_known(&self, message: &str) -> bool {
        self.trouble().as_ref().is_some_and(|(_, said)| gist(said) == gist(message))
    }

    fn falls_ill(&self, message: String) {
        let mut trouble = self.trouble();
        let since = trouble.as_ref().map_or_else(Instant::now, |(since, _)| *since);
        *trouble = Some((since, message));
    }
}

impl Observer for Watch {
    fn observe(&self, event: &Event<'_>) {
        if matches!(event, Event::Accepted) {
            self.has_worked.store(true, Ordering::Relaxed);
        }
        if matches!(event, Event::UpToDate { .. } | Event::Committed { .. }) {
            self.has_worked.store(true, Ordering::Relaxed);
            if let Some((since, _)) = self.trouble().take() {
                self.observer.observe(&Event::Recovered { after: since.elapsed() });
            }
        }
        self.observer.observe(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    fn error(kind: ErrorKind) -> Result<Report> {
        Err(Error::new(kind, "as scripted"))
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_that_were_accepted_may_be_refused_for_a_while() {
        for is_accepted in [true, false] {
            let attempts = std::cell::Cell::new(0);
            let attempt = |observer: Arc<dyn Observer>| {
                attempts.set(attempts.get() + 1);
                let is_first = attempts.get() == 1;
                if is_accepted {
                    observer.observe(&Event::Accepted);
                }
                async move { if is_first { error(ErrorKind::Credentials) } else { Ok(Report::default()) } }
            };
            let ended = supervise(attempt, Arc::new(()), Pauses::default(), CancellationToken::new()).await;
            assert_eq!((ended.is_ok(), attempts.get()), if is_accepted { (true, 2) } else { (false, 1) });
        }
    }

    /// What is said while a run ends in these ways, the last of them for good.
    async fn said(endings: Vec<(bool, ErrorKind)>) -> (Vec<String>, ErrorKind) {
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&lines);
        let observer = move |event: &Event<'_>| match event {
            Event::Trouble { retry_in, again, .. } => {
                log.lock().unwrap().push(format!("trouble {} {again}", retry_in.as_secs()));
            }
            Event::Recovered { after } => log.lock().unwrap().push(format!("well after {}", after.as_secs())),
            _ => {}
        };
        let mut endings = endings.into_iter();
        let attempt = |observer: Arc<dyn Observer>| {
            let (works, kind) = endings.next().unwrap();
            async move {
                if works {
                    observer.observe(&Event::UpToDate { stream: "pets" });
                }
                error(kind)
            }
        };
        let pauses = Pauses::new(Duration::from_secs(1), Duration::from_secs(3));
        let ended = supervise(attempt, Arc::new(observer), pauses, CancellationToken::new()).await;
        (lines.lock().unwrap().clone(), ended.unwrap_err().kind())
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_waited_for_with_growing_pauses_and_said_once() {
        let passing = (false, ErrorKind::Unavailable);
        let endings = vec![
            passing,
            passing,
            passing,
            (true, ErrorKind::Storage),
            (true, ErrorKind::Transient),
            (false, ErrorKind::State),
        ];
        let (said, last) = said(endings).await;
        let expected = [
            "trouble 1 false",
            "trouble 2 true",
            "trouble 3 true",
            "well after 6",
            "trouble 1 false",
            "well after 1",
            "trouble 1 false",
        ];
        assert_eq!((said, last), (expected.map(str::to_owned).to_vec(), ErrorKind::State));
    }

    #[tokio::test(start_paused = true)]
    async fn refused_credentials_are_waited_for_only_once_they_have_worked() {
        assert_eq!(said(vec![(false, ErrorKind::Credentials)]).await, (vec![], ErrorKind::Credentials));
        let (said, last) = said(vec![(true, ErrorKind::Credentials), (false, ErrorKind::Busy)]).await;
        assert_eq!((said, last), (vec!["trouble 1 false".to_owned()], ErrorKind::Busy));
    }

    #[test]
    fn the_gist_of_trouble_is_the_same_for_every_request() {
        let of = |id: &str, status: u32| gist(&format!("user.list: HTTP {status}, request id {id})"));
        assert_eq!(of("01KSIM0000000000001A", 500), of("01KSIM0000000000002B", 500));
        assert_ne!(of("01KSIM0000000000001A", 500), of("01KSIM0000000000001A", 403));
    }

    #[tokio::test(start_paused = true)]
    async fn cancelling_ends_the_wait() {
        let cancel = CancellationToken::new();
        cancel.cancel();
        let ended =
            supervise(|_| async { error(ErrorKind::Unavailable) }, Arc::new(()), Pauses::default(), cancel);
        assert_eq!(ended.await.unwrap_err().kind(), ErrorKind::Unavailable);
    }
}
