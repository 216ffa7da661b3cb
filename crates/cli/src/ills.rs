//! What is wrong with streams, so that one cause is told once, however many streams it keeps from working.

use std::collections::BTreeMap;

use capture_core::gist;

/// The streams that fail.
#[derive(Debug, Default)]
pub(crate) struct Ills(BTreeMap<String, Ill>);

#[derive(Debug)]
struct Ill {
    /// Why, whichever stream it is.
    cause: String,
    is_told: bool,
}

impl Ills {
    /// A stream fails with this; whether it is to be told. It is not if it was told of this stream, or is being told of
    /// another one.
    pub(crate) fn falls_ill(&mut self, stream: &str, message: &str) -> bool {
        let cause = cause(message);
        let is_known = self.0.values().any(|ill| ill.is_told && ill.cause == cause);
        let was_told = self.0.get(stream).is_some_and(|ill| ill.is_told);
        self.0.insert(stream.to_owned(), Ill { cause, is_told: was_told || !is_known });
        !is_known
    }

    /// A stream works; whether it was told that it did not.
    pub(crate) fn is_well(&mut self, stream: &str) -> bool {
        self.0.remove(stream).is_some_and(|ill| ill.is_told)
    }
}

/// The gist of a message without the stream and the operation that it happened to.
fn cause(message: &str) -> String {
    let gist = gist(message);
    let is_place =
        |part: &&str| part.starts_with("cannot list ") || !part.contains(' ') && part.contains('.');
    let causes: Vec<&str> = gist.split(": ").filter(|part| !is_place(part)).collect();
    causes.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(stream: &str, seconds: &str) -> String {
        format!("cannot list {stream}s: {stream}.list: no connection (6 requests in {seconds} s): refused")
    }

    #[test]
    fn one_cause_is_told_once_and_anew_when_who_told_of_it_is_well() {
        let mut ills = Ills::default();
        assert!(ills.falls_ill("jobs", &refused("job", "7.4")));
        assert!(!ills.falls_ill("jobs", &refused("job", "5.3")), "it took another time, and is the same");
        assert!(!ills.falls_ill("users", &refused("user", "7.4")), "it is the same for all");
        assert!(ills.falls_ill("offers", "cannot list offers: offer.list: HTTP 500"));
        assert!(!ills.is_well("sources") && ills.is_well("jobs"));
        assert!(ills.falls_ill("users", &refused("user", "6.1")), "nobody else tells of it now");
        assert!(ills.is_well("users") && ills.is_well("offers"));
    }
}
