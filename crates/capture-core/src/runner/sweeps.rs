//! Which debts are paid: when rows that a full listing did not see are marked as gone, and when they are kept.
//!
//! A debt is paid at the end of its round, when it is known of every capture whether it could be read. Before rows of a
//! stream whose records can be asked for one by one are marked, some of them are: one that is found shows that the
//! listing cannot be trusted.

use std::time::Duration;

use tokio::time::Instant;

use super::stream::Stream;
use crate::{Identity, Kept, ReconcilePolicy, Share};

/// What is to be done about a debt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Payment {
    /// Mark the rows.
    Sweep,
    /// Ask for these first.
    Verify,
    /// Keep them, and the debt.
    Wait(Kept),
    /// Keep them; the next full listing decides.
    GiveUp(Kept),
}

/// How a debt is to be paid, given what it would mark.
pub(super) fn payment(
    stream: &Stream,
    share: &Share,
    identity: &Identity,
    policy: ReconcilePolicy,
    lost: Option<&str>,
    rereads: bool,
) -> Payment {
    let kept =
        |reason: String, needs_decision| Kept { rows: share.unseen, of: share.of, reason, needs_decision };
    if share.unseen == 0 {
        return Payment::Sweep;
    }
    match policy {
        // Who may judge was asked, not whether the listing was stable.
        ReconcilePolicy::Accept if rereads => return Payment::Verify,
        ReconcilePolicy::Accept => return Payment::Sweep,
        ReconcilePolicy::Never => return Payment::Wait(kept("as configured".to_owned(), false)),
        ReconcilePolicy::Auto => {}
    }
    if let Some(lost) = lost {
        return Payment::GiveUp(kept(format!("{lost} could be read before and cannot be read now"), false));
    }
    if !stream.can_tell(identity) {
        let reason = "others have seen them, who may see more than this key".to_owned();
        return Payment::Wait(kept(reason, false));
    }
    if !share.is_modest() {
        return Payment::Wait(kept("so many are rarely gone at once".to_owned(), true));
    }
    if rereads {
        return Payment::Verify;
    }
    let doubt = stream.state.sweep_due.as_ref().and_then(|due| due.doubt.clone());
    if let Some(doubt) = doubt {
        return Payment::GiveUp(kept(doubt, false));
    }
    Payment::Sweep
}

/// What became of the rows that were asked for before a sweep.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verified {
    /// None of them is there: the others may be marked as well.
    AllGone,
    /// Every unseen row was asked for, and what was not there is marked.
    Settled {
        /// So many were there.
        found: u64,
    },
    /// Some were there, and there are more that were not asked for.
    Unstable {
        /// So many were there.
        found: u64,
    },
}

/// Sums up: of `asked` rows `found` were there; `unseen` were in question.
pub(super) fn verified(unseen: u64, asked: u64, found: u64, is_doubtful: bool) -> Verified {
    if asked >= unseen {
        return Verified::Settled { found };
    }
    if found == 0 && !is_doubtful { Verified::AllGone } else { Verified::Unstable { found } }
}

/// What is known of a capture's rounds.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// When its newest poll began, if one is under way.
    pub(super) polling_since: Option<Instant>,
    /// When its newest poll ended.
    pub(super) ended_at: Option<Instant>,
    /// Its task has ended.
    pub(super) is_over: bool,
}

impl Rounds {
    /// Whether it has been heard of in the round that began at `began`, or will not be for longer than a round takes.
    pub(super) fn is_heard(&self, began: Instant, how_often: HowOften) -> bool {
        if self.is_over {
            return true;
        }
        let Some(ended) = self.ended_at else { return false };
        match how_often {
            HowOften::Once => true,
            HowOften::AsOften => ended >= began,
            HowOften::Seldomer => ended >= began || self.polling_since.is_none(),
        }
    }
}

/// How often a capture is polled, compared with the one whose round it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HowOften {
    Once,
    AsOften,
    Seldomer,
}

impl HowOften {
    pub(super) fn of(interval: Option<Duration>, compared_with: Option<Duration>) -> Self {
        match (interval, compared_with) {
            (None, _) => Self::Once,
            (Some(interval), Some(other)) if interval > other => Self::Seldomer,
            (Some(_), _) => Self::AsOften,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Stamp, StreamDescriptor, SweepDue};

    fn stream(yardstick: Option<&Identity>, doubt: Option<&str>) -> Stream {
        let descriptor = StreamDescriptor::new("pets", ["id"]);
        let mut stream = Stream::new(Arc::new(descriptor), None);
        stream.state.yardstick = yardstick.cloned();
        stream.state.sweep_due = Some(SweepDue::new(Stamp::new(1), doubt.map(str::to_owned)));
        stream
    }

    fn share(unseen: u64, of: u64) -> Share {
        Share::new(unseen, of, Vec::new())
    }

    /// What is done: S(weep), V(erify), W(ait), G(ive up), with `!` if a person must decide.
    fn done(payment: &Payment) -> &'static str {
        match payment {
            Payment::Sweep => "S",
            Payment::Verify => "V",
            Payment::Wait(Kept { needs_decision: true, .. }) => "W!",
            Payment::Wait(_) => "W",
            Payment::GiveUp(_) => "G",
        }
    }

    #[test]
    fn only_what_is_surely_gone_is_marked() {
        use ReconcilePolicy::{Accept, Auto, Never};
        let (me, other) = (Identity::new("me", "x"), Identity::new("other", "x"));
        let (mine, new, others) = (stream(Some(&me), None), stream(None, None), stream(Some(&other), None));
        let odd = stream(Some(&me), Some("odd"));
        for (stream, share, policy, lost, rereads, expected) in [
            (&mine, share(1, 100), Auto, None, false, "S"),
            (&mine, share(1, 100), Auto, None, true, "V"),
            (&new, share(1, 100), Auto, None, false, "S"),
            (&others, share(1, 100), Auto, None, true, "W"),
            (&others, share(0, 100), Auto, None, true, "S"),
            (&others, share(99, 100), Accept, Some("z"), false, "S"),
            (&others, share(99, 100), Accept, Some("z"), true, "V"),
            (&mine, share(1, 100), Never, None, true, "W"),
            (&mine, share(1, 100), Auto, Some("z"), true, "G"),
            (&mine, share(50, 60), Auto, None, false, "S"),
            (&mine, share(51, 255), Auto, None, false, "S"),
            (&mine, share(52, 255), Auto, None, true, "W!"),
            (&mine, share(5, 5), Auto, None, false, "S"),
            (&mine, share(5, 5), Auto, None, true, "V"),
            (&odd, share(1, 100), Auto, None, false, "G"),
            (&odd, share(1, 100), Auto, None, true, "V"),
        ] {
            let payment = payment(stream, &share, &me, policy, lost, rereads);
            assert_eq!(done(&payment), expected, "{share:?} {policy:?} {lost:?} {rereads}");
        }
    }

    #[test]
    fn one_that_is_found_keeps_those_that_were_not_asked_for() {
        assert_eq!(verified(3, 3, 0, true), Verified::Settled { found: 0 });
        assert_eq!(verified(3, 3, 2, false), Verified::Settled { found: 2 });
        assert_eq!(verified(9, 3, 0, false), Verified::AllGone);
        assert_eq!(verified(9, 3, 0, true), Verified::Unstable { found: 0 });
        assert_eq!(verified(9, 3, 1, false), Verified::Unstable { found: 1 });
    }
}
