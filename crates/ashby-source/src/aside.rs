//! Parents that are set aside: their children cannot be read, and must not keep those of the others from coming.

use std::collections::BTreeMap;

use capture_core::{Error, ErrorKind};
use serde::{Deserialize, Serialize};

/// How many parents in a row may fail before it is not theirs: the operation as a whole is in trouble.
const IN_A_ROW: u32 = 4;

/// The first pause before a parent is asked about again in a later round; doubled each time.
const FIRST_PAUSE_MS: u64 = 60_000;

/// The longest.
const LONGEST_PAUSE_MS: u64 = 24 * 3_600_000;

/// By key: how often it failed, and when it is tried again at the earliest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Aside(BTreeMap<String, Tries>);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Tries {
    failed: u32,
    /// Milliseconds since 1970.
    next_ms: u64,
}

impl Aside {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// A parent failed (again); whether it is the first time.
    pub(crate) fn add(&mut self, parent: String, now_ms: u64) -> bool {
        let tries = self.0.entry(parent).or_default();
        // The second try comes at the end of the same round.
        let pause_ms = match tries.failed {
            0 => 0,
            times => FIRST_PAUSE_MS.saturating_mul(1 << (times - 1).min(20)).min(LONGEST_PAUSE_MS),
        };
        tries.failed += 1;
        tries.next_ms = now_ms + pause_ms;
        tries.failed == 1
    }

    /// The parent's children have been read, or it is gone.
    pub(crate) fn resolved(&mut self, parent: &str) {
        self.0.remove(parent);
    }

    /// Those whose time has come.
    pub(crate) fn due(&self, now_ms: u64) -> Vec<String> {
        // A clock that was set back must not put it off for long.
        let is_due = |tries: &Tries| tries.next_ms <= now_ms || tries.next_ms > now_ms + LONGEST_PAUSE_MS;
        self.0.iter().filter(|(_, tries)| is_due(tries)).map(|(parent, _)| parent.clone()).collect()
    }
}

/// Tells the trouble of one parent from that of all.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    failed_in_a_row: u32,
}

/// Why children could not be read.
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// It may well be the parent's: the server was there and had an answer, if a bad one.
    pub(crate) is_an_answer: bool,
}

impl Patience {
    /// The error if the parent is to be set aside for it, or as an error of the stream.
    pub(crate) fn is_the_parents(&mut self, failure: Failure) -> Result<Error, Error> {
        let is_possible =
            failure.is_an_answer && matches!(failure.error.kind(), ErrorKind::Transient | ErrorKind::Data);
        if !is_possible || self.failed_in_a_row + 1 >= IN_A_ROW {
            self.failed_in_a_row = 0;
            return Err(failure.error);
        }
        self.failed_in_a_row += 1;
        Ok(failure.error)
    }

    /// Children of some parent have been read.
    pub(crate) fn restore(&mut self) {
        self.failed_in_a_row = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_from_round_to_round() {
        let mut aside = Aside::default();
        let mut now_ms = 1_000_000;
        assert!(aside.add("p".to_owned(), now_ms), "it is news");
        assert_eq!(aside.due(now_ms), ["p"], "at the end of the same round");
        let mut pauses = Vec::new();
        for _ in 0..13 {
            assert!(!aside.add("p".to_owned(), now_ms));
            let next_ms = aside.0["p"].next_ms;
            assert!(aside.due(next_ms - 1).is_empty());
            pauses.push((next_ms - now_ms) / 60_000);
            now_ms = next_ms;
            assert_eq!(aside.due(now_ms), ["p"]);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440]);
        aside.resolved("p");
        assert!(aside.is_empty());
    }

    #[test]
    fn the_trouble_of_one_is_told_from_that_of_all() {
        let failure = |kind, is_an_answer| Failure { error: Error::new(kind, "as scripted"), is_an_answer };
        let mut patience = Patience::default();
        for _ in 0..3 {
            assert!(patience.is_the_parents(failure(ErrorKind::Transient, true)).is_ok());
        }
        assert!(patience.is_the_parents(failure(ErrorKind::Data, true)).is_err(), "the fourth in a row");
        assert!(patience.is_the_parents(failure(ErrorKind::Data, true)).is_ok());
        patience.restore();
        for kind in [ErrorKind::Credentials, ErrorKind::Denied, ErrorKind::Configuration] {
            assert!(patience.is_the_parents(failure(kind, true)).is_err());
        }
        assert!(patience.is_the_parents(failure(ErrorKind::Transient, false)).is_err(), "no connection");
    }
}
