//! What a client has used so far.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::pace::Snapshot;

/// What a client and its clones have used since it was built.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Requests sent, retries included.
    pub requests: u64,
    /// How many of them were retries.
    pub retries: u64,
    /// How many of them were throttled (429).
    pub throttled: u64,
    /// Milliseconds that the next request of each lane waited for its turn: for the pace and for pauses that Ashby
    /// asked for.
    pub wait_ms: u64,
    /// The limit that was configured; `None` without one.
    pub configured_requests_per_minute: Option<u32>,
    /// The limit that is kept now: below the configured one for a while after a 429.
    pub effective_requests_per_minute: Option<u32>,
    /// Requests sent within the last 60 seconds, to the second.
    pub requests_last_minute: u32,
    /// Milliseconds for which all requests are still held back, as Ashby has asked (429); 0 if they are not.
    pub paused_ms: u64,
}

/// What an answer of Ashby's said of the server in its headers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerNote {
    /// The version of the API that answered (`Ashby-Version`).
    pub version: Option<String>,
    /// What becomes of that version (`Ashby-Version-Status`): `active`, `deprecated` and so on.
    pub version_status: Option<String>,
    /// By how many seconds the server's clock is ahead of this machine's (negative: behind), to the second.
    pub clock_ahead_s: Option<i64>,
    /// Requests that the server allows in its period, if it says (`RateLimit-Limit`).
    pub rate_limit: Option<u64>,
    /// Requests that are left of them (`RateLimit-Remaining`).
    pub rate_limit_remaining: Option<u64>,
}

impl ServerNote {
    /// Reads a response's headers.
    pub(crate) fn read(text: impl Fn(&str) -> Option<String>, now: SystemTime) -> Self {
        let seconds = |time: SystemTime| {
            let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        };
        let number = |name: &str| text(name).or_else(|| text(&format!("x-{name}")))?.parse().ok();
        let date = text("date").and_then(|date| httpdate::parse_http_date(&date).ok());
        Self {
            version: text("ashby-version"),
            version_status: text("ashby-version-status"),
            clock_ahead_s: date.map(|date| seconds(date) - seconds(now)),
            rate_limit: number("ratelimit-limit"),
            rate_limit_remaining: number("ratelimit-remaining"),
        }
    }
}

/// The counters behind [`Usage`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    retries: AtomicU64,
    throttled: AtomicU64,
    wait_ms: AtomicU64,
}

impl Counters {
    pub(crate) fn request(&self, is_retry: bool, waited: Duration) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.retries.fetch_add(u64::from(is_retry), Ordering::Relaxed);
        let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        self.wait_ms.fetch_add(waited_ms, Ordering::Relaxed);
    }

    pub(crate) fn throttled(&self) {
        self.throttled.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn usage(&self, pace: &Snapshot) -> Usage {
        Usage {
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            throttled: self.throttled.load(Ordering::Relaxed),
            wait_ms: self.wait_ms.load(Ordering::Relaxed),
            configured_requests_per_minute: pace.configured_per_minute,
            effective_requests_per_minute: pace.effective_per_minute,
            requests_last_minute: pace.last_minute,
            paused_ms: u64::try_from(pace.paused.as_millis()).unwrap_or(u64::MAX),
        }
    }
}
