//! Who may ask, and how often.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderValue;

const WINDOW: Duration = Duration::from_secs(60);

/// The user name in an `Authorization` header for HTTP Basic authentication.
pub(super) fn basic_user(header: &HeaderValue) -> Option<String> {
    let (scheme, encoded) = header.to_str().ok()?.split_once(' ')?;
    let decoded = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(encoded.trim()).ok())??;
    let (user, _password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some(user.to_owned())
}

/// A limit on the requests per key in any 60 seconds.
#[derive(Debug)]
pub(super) struct RateLimit {
    limit: Option<usize>,
    admitted: Mutex<HashMap<String, VecDeque<Instant>>>,
}

impl RateLimit {
    pub(super) fn new(requests_per_minute: Option<u32>) -> Self {
        Self { limit: requests_per_minute.map(|limit| limit as usize), admitted: Mutex::default() }
    }

    /// Admits a request, or says after how many seconds to ask again. Refused requests do not count.
    pub(super) fn admit(&self, token: &str, now: Instant) -> Result<(), u64> {
        let Some(limit) = self.limit else { return Ok(()) };
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        let times = admitted.entry(token.to_owned()).or_default();
        while times.front().is_some_and(|first| now.duration_since(*first) >= WINDOW) {
            times.pop_front();
        }
        if times.len() < limit {
            times.push_back(now);
            return Ok(());
        }
        let wait = times.front().map_or(WINDOW, |first| WINDOW.saturating_sub(now.duration_since(*first)));
        Err(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sixty_seconds_hold_more_than_the_limit() {
        let limit = RateLimit::new(Some(3));
        let start = Instant::now();
        let admit = |milliseconds: u64| limit.admit("key", start + Duration::from_millis(milliseconds));
        assert_eq!([admit(0), admit(500), admit(30_000)], [Ok(()); 3]);
        assert_eq!(admit(30_001), Err(30));
        assert_eq!(admit(59_999), Err(1));
        assert_eq!(limit.admit("another key", start), Ok(()));
        assert_eq!(admit(60_000), Ok(()));
        assert_eq!(admit(60_001), Err(1));
        assert_eq!(admit(60_500), Ok(()));
    }

    #[test]
    fn the_user_name_is_the_key() {
        let user = |text: &'static str| basic_user(&HeaderValue::from_static(text));
        assert_eq!(user("Basic c2ltLWtleTo=").as_deref(), Some("sim-key"));
        assert_eq!(user("basic c2ltLWtleTpzaW0ta2V5").as_deref(), Some("sim-key"));
        assert_eq!(user("Bearer c2ltLWtleTo="), None);
        assert_eq!(user("Basic ???"), None);
    }
}
