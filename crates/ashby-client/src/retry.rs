//! Whether and when a failed read is sent again. Everything here is a pure function of what happened.

use std::time::{Duration, SystemTime};

use crate::catalog::{self, Rate};
use crate::{Error, ErrorKind};

/// How often malformed answers are asked for again: once may be an accident on the way, three times is not.
const MAX_MALFORMED_RETRIES: u32 = 2;

/// How often, how long and how soon reads are retried. Writes never are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Most requests per call, the first included.
    pub max_attempts: u32,
    /// No further attempt once this much time has passed since the call began. A wait that has begun is
    /// finished and followed by its attempt.
    pub max_elapsed: Duration,
    /// The longest wait before the first retry; it doubles with each further one. The actual wait is a random
    /// part of it, so that many clients do not come back together.
    pub base_delay: Duration,
    /// The longest wait before any retry.
    pub max_delay: Duration,
    /// How long everything under the key pauses after a 429 without `Retry-After`; doubles with each further
    /// attempt, up to `max_delay`.
    pub throttle_delay: Duration,
    /// The longest pause that a `Retry-After` can cause: of everything under the key after a 429, of the same
    /// operation after any other failure.
    pub max_retry_after: Duration,
    /// How long a report waits, and nothing else with it, after the organisation started too many of them within a
    /// minute; half of it if too many ran at once. A `Retry-After` counts more.
    pub report_delay: Duration,
}

/// Six attempts within five minutes; waits below 0.5 s, 1 s, 2 s … 30 s.
impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 6,
            max_elapsed: Duration::from_secs(300),
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(30),
            throttle_delay: Duration::from_secs(5),
            max_retry_after: Duration::from_secs(300),
            report_delay: Duration::from_secs(60),
        }
    }
}

/// What is known when an attempt has failed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Attempts {
    /// Attempts made, the failed one included.
    pub(crate) made: u32,
    /// How many of them brought malformed answers.
    pub(crate) malformed: u32,
    /// Time since the first one began.
    pub(crate) elapsed: Duration,
}

impl Attempts {
    /// Counts a failure, this long after the first attempt began.
    pub(crate) fn failed(&mut self, kind: ErrorKind, elapsed: Duration) {
        self.elapsed = elapsed;
        self.malformed += u32::from(kind == ErrorKind::Malformed);
    }
}

impl RetryPolicy {
    /// At most so many requests a call.
    #[must_use]
    pub fn max_attempts(mut self, max_attempts: u32) -> Self {
        self.max_attempts = max_attempts;
        self
    }

    /// No further attempt after this time.
    #[must_use]
    pub fn max_elapsed(mut self, max_elapsed: Duration) -> Self {
        self.max_elapsed = max_elapsed;
        self
    }

    /// Waits no longer than this before the first retry.
    #[must_use]
    pub fn base_delay(mut self, base_delay: Duration) -> Self {
        self.base_delay = base_delay;
        self
    }

    /// Waits no longer than this before any retry.
    #[must_use]
    pub fn max_delay(mut self, max_delay: Duration) -> Self {
        self.max_delay = max_delay;
        self
    }

    /// Pauses so long after a 429 that says nothing of it.
    #[must_use]
    pub fn throttle_delay(mut self, throttle_delay: Duration) -> Self {
        self.throttle_delay = throttle_delay;
        self
    }

    /// Believes no longer pause than this.
    #[must_use]
    pub fn max_retry_after(mut self, max_retry_after: Duration) -> Self {
        self.max_retry_after = max_retry_after;
        self
    }

    /// Lets reports wait so long when there were too many.
    #[must_use]
    pub fn report_delay(mut self, report_delay: Duration) -> Self {
        self.report_delay = report_delay;
        self
    }

    /// A policy under which everything is sent once.
    pub fn never() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// How long to wait before the next attempt; `None` to give up. `random` is uniform in 0..1.
    pub(crate) fn delay(&self, kind: ErrorKind, attempts: Attempts, random: f64) -> Option<Duration> {
        let worthwhile = match kind {
            ErrorKind::Malformed => attempts.malformed <= MAX_MALFORMED_RETRIES,
            kind => kind.is_transient(),
        };
        let allowed = attempts.made < self.max_attempts && attempts.elapsed < self.max_elapsed;
        (worthwhile && allowed).then(|| self.doubled(self.base_delay, attempts.made).mul_f64(random))
    }

    /// What has to pause after the `made`-th attempt ended in this error, and for how long.
    pub(crate) fn pause(&self, error: &Error, retry_after: Option<Duration>, made: u32) -> Option<Pause> {
        let asked = retry_after.map(|retry_after| retry_after.min(self.max_retry_after));
        let (of, length) = match report_limit(error.operation(), error.code()) {
            Some(ReportLimit::Rate) => (Paused::Call, asked.unwrap_or(self.report_delay)),
            Some(ReportLimit::Concurrency) => (Paused::Call, asked.unwrap_or(self.report_delay / 2)),
            None if error.kind() == ErrorKind::RateLimited => {
                (Paused::Key, asked.unwrap_or_else(|| self.doubled(self.throttle_delay, made)))
            }
            None => (Paused::Operation, asked?),
        };
        Some(Pause { of, length })
    }

    fn doubled(&self, delay: Duration, made: u32) -> Duration {
        delay.saturating_mul(2_u32.saturating_pow(made.saturating_sub(1))).min(self.max_delay)
    }
}

/// A wait that an answer imposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause {
    pub(crate) of: Paused,
    pub(crate) length: Duration,
}

/// What a pause is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paused {
    /// Everything under the key: its limit was met.
    Key,
    /// Calls of the same operation: it is what fails.
    Operation,
    /// The call that was answered, and nothing else.
    Call,
}

/// A limit that the reports of all an organisation's keys have in common, and no other operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReportLimit {
    /// Starts a minute.
    Rate,
    /// Reports at once.
    Concurrency,
}

/// The limit for reports that a refusal of `operation` is about.
fn report_limit(operation: &str, code: Option<&str>) -> Option<ReportLimit> {
    match code {
        _ if catalog::find(operation).is_none_or(|operation| operation.rate != Rate::Reports) => None,
        Some("rate_limit_exceeded") => Some(ReportLimit::Rate),
        Some("concurrent_limit_exceeded") => Some(ReportLimit::Concurrency),
        _ => None,
    }
}

/// Reads `Retry-After`: seconds, or a date. A date is compared with the server's own clock (`Date`) where it
/// tells it, so that a wrong clock here does no harm.
pub(crate) fn retry_after(value: &str, date: Option<&str>, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = date.and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now);
    Some(until.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn attempts(made: u32, malformed: u32, elapsed_s: u64) -> Attempts {
        Attempts { made, malformed, elapsed: Duration::from_secs(elapsed_s) }
    }

    #[test]
    fn only_what_may_pass_is_retried() {
        use ErrorKind::*;
        let policy = RetryPolicy::default();
        for kind in [RateLimited, Connect, Timeout, Dns, Transport, Server] {
            assert!(policy.delay(kind, attempts(1, 0, 0), 0.5).is_some(), "{kind:?}");
        }
        for kind in
            [InvalidRequest, Credentials, Permission, NotFound, Rejected, Tls, TooLarge, Configuration]
        {
            assert!(policy.delay(kind, attempts(1, 0, 0), 0.5).is_none(), "{kind:?}");
        }
    }

    #[test]
    fn attempts_time_and_malformed_answers_are_limited() {
        let policy = RetryPolicy::default();
        let retried = |kind, attempts| policy.delay(kind, attempts, 0.5).is_some();
        assert!(retried(ErrorKind::Server, attempts(5, 0, 299)));
        assert!(!retried(ErrorKind::Server, attempts(6, 0, 0)));
        assert!(!retried(ErrorKind::Server, attempts(1, 0, 300)));
        assert!(retried(ErrorKind::Malformed, attempts(2, 2, 0)));
        assert!(!retried(ErrorKind::Malformed, attempts(3, 3, 0)));
        assert_eq!(RetryPolicy::never().delay(ErrorKind::Server, attempts(1, 0, 0), 0.5), None);
    }

    #[test]
    fn waits_double_up_to_the_limit() {
        let policy = RetryPolicy { max_attempts: u32::MAX, ..RetryPolicy::default() };
        for (made, longest_ms) in [(1, 500), (2, 1_000), (3, 2_000), (6, 16_000), (7, 30_000), (90, 30_000)] {
            let delay = |random| policy.delay(ErrorKind::Server, attempts(made, 0, 0), random);
            assert_eq!(delay(1.0), Some(Duration::from_millis(longest_ms)), "{made}");
            assert_eq!(delay(0.0), Some(Duration::ZERO), "{made}");
        }
    }

    #[test]
    fn what_pauses_is_whose_limit_was_met() {
        let policy = RetryPolicy::default();
        let seconds = Duration::from_secs;
        let (rate, at_once) = (Some("rate_limit_exceeded"), Some("concurrent_limit_exceeded"));
        for (operation, kind, code, after, made, pause) in [
            ("candidate.list", ErrorKind::RateLimited, None, Some(7), 1, Some((Paused::Key, 7))),
            ("candidate.list", ErrorKind::RateLimited, None, Some(0), 1, Some((Paused::Key, 0))),
            ("candidate.list", ErrorKind::RateLimited, None, Some(86_400), 1, Some((Paused::Key, 300))),
            ("candidate.list", ErrorKind::RateLimited, rate, None, 1, Some((Paused::Key, 5))),
            ("candidate.list", ErrorKind::RateLimited, at_once, None, 3, Some((Paused::Key, 20))),
            ("candidate.list", ErrorKind::RateLimited, None, None, 9, Some((Paused::Key, 30))),
            ("candidate.list", ErrorKind::Server, None, Some(7), 1, Some((Paused::Operation, 7))),
            ("candidate.list", ErrorKind::Timeout, None, Some(86_400), 1, Some((Paused::Operation, 300))),
            ("candidate.list", ErrorKind::Server, None, None, 1, None),
            ("report.generate", ErrorKind::RateLimited, None, None, 1, Some((Paused::Key, 5))),
            ("report.generate", ErrorKind::RateLimited, rate, None, 1, Some((Paused::Call, 60))),
            ("report.generate", ErrorKind::RateLimited, rate, Some(9), 1, Some((Paused::Call, 9))),
            ("report.synchronous", ErrorKind::RateLimited, at_once, None, 1, Some((Paused::Call, 30))),
        ] {
            let mut error = Error::new(kind, operation, "it failed");
            error.0.code = code.map(str::to_owned);
            let expected = pause.map(|(of, length)| Pause { of, length: seconds(length) });
            assert_eq!(policy.pause(&error, after.map(seconds), made), expected, "{error} {after:?} {made}");
        }
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = httpdate::parse_http_date("Sun, 22 Nov 2026 10:00:00 GMT").unwrap();
        let date = Some("Sun, 22 Nov 2026 09:00:00 GMT");
        for (value, date, seconds) in [
            ("3", None, Some(3.0)),
            (" 0 ", None, Some(0.0)),
            ("1.5", None, Some(1.5)),
            ("-3", None, None),
            ("inf", None, None),
            ("soon", None, None),
            ("", None, None),
            ("Sun, 22 Nov 2026 10:00:30 GMT", None, Some(30.0)),
            ("Sun, 22 Nov 2026 09:59:00 GMT", None, Some(0.0)),
            ("Sun, 22 Nov 2026 09:00:30 GMT", date, Some(30.0)),
        ] {
            assert_eq!(retry_after(value, date, now).map(|wait| wait.as_secs_f64()), seconds, "{value:?}");
        }
    }
}
