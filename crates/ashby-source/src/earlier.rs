//! Sync tokens of this process's earlier listings: what changed since one of them can be listed once more.

use std::time::Duration;

use ashby_client::SyncToken;
use tokio::time::Instant;

/// How far back somebody may want to look.
const LONGEST: Duration = Duration::from_secs(3600);

/// The further back, the fewer tokens are kept: the distance to the next one is at most about this part of its age.
const PART_OF_AGE: u32 = 4;

/// Tokens with when they came, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Earlier(Vec<(Instant, SyncToken)>);

impl Earlier {
    /// Keeps the token of a listing that has just ended.
    pub(crate) fn note(&mut self, token: &SyncToken) {
        let now = Instant::now();
        if self.0.last().is_some_and(|(_, newest)| newest == token) {
            return;
        }
        self.0.push((now, token.clone()));
        while self.0.get(1).is_some_and(|(at, _)| now.duration_since(*at) > LONGEST) {
            self.0.remove(0);
        }
        let mut index = 1;
        while index + 1 < self.0.len() {
            let (before, after) = (self.0[index - 1].0, self.0[index + 1].0);
            if after.duration_since(before) < now.duration_since(after) / PART_OF_AGE {
                self.0.remove(index);
            } else {
                index += 1;
            }
        }
    }

    /// Those of before belong to another request.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    /// The newest token that came at least so long ago; if there is none, the oldest.
    pub(crate) fn before(&self, span: Duration) -> Option<&SyncToken> {
        let old_enough = self.0.iter().rev().find(|(at, _)| at.elapsed() >= span);
        old_enough.or(self.0.first()).map(|(_, token)| token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_newest_token_that_is_old_enough_is_found_and_few_are_kept() {
        let mut earlier = Earlier::default();
        assert_eq!(earlier.before(Duration::ZERO), None);
        for number in 0..20_000 {
            earlier.note(&SyncToken::from(number.to_string()));
            earlier.note(&SyncToken::from(number.to_string()));
            tokio::time::advance(Duration::from_millis(250)).await;
        }
        assert!(earlier.0.len() < 60, "{}", earlier.0.len());
        let age_of = |span_s: u64| {
            let token = earlier.before(Duration::from_secs(span_s)).unwrap();
            (20_000 - token.as_str().parse::<u64>().unwrap()) / 4
        };
        for span_s in [0, 1, 2, 5, 20, 80, 320, 1280, 3500] {
            let age_s = age_of(span_s);
            assert!((span_s..=span_s + span_s / 2 + 1).contains(&age_s), "{span_s} s: {age_s} s");
        }
        assert!(age_of(1_000_000) <= 3600 * 3 / 2, "the oldest");
    }
}
