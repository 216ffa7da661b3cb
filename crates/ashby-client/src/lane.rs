//! Lanes: who goes first among those who wait for the same pace.

/// How urgent a client's requests are. All lanes share one rate limit; they differ in who waits for whom.
///
/// A more urgent request takes the next departure, also if hundreds of others wait already. Nobody starves: whoever
/// was passed over 16 times goes next.
///
/// Whoever waits wants to be polled: a request's future that is first in its lane and is left alone holds up those behind
/// it, and, once it is overdue, those in other lanes. Begin what is not awaited at once as a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Lane {
    /// Somebody waits for the answer: an agent, a webhook's receiver, a person. From the first handle in this lane on
    /// ([`Client::in_lane`](crate::Client::in_lane)), one of the requests that may be under way at once is kept for it,
    /// if that is two or more.
    Interactive,
    /// Most things: synchronising.
    #[default]
    Normal,
    /// What can wait until nothing else does: checks, reconciliation.
    Low,
}

/// Most urgent first.
const LANES: [Lane; 3] = [Lane::Interactive, Lane::Normal, Lane::Low];
/// How often a lane lets more urgent ones pass before it goes itself.
const PATIENCE: u32 = 16;

/// One of something for each lane.
pub(crate) type PerLane<T> = [T; LANES.len()];

impl Lane {
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

/// Who waits and who is under way, by lane.
#[derive(Debug)]
pub(crate) struct Queue {
    /// How many may be under way, and how many of them outside of the interactive lane.
    slots: usize,
    common_slots: usize,
    under_way: usize,
    common_under_way: usize,
    waiting: PerLane<usize>,
    /// How often each lane was passed over since it last went or began to wait.
    passed_over: PerLane<u32>,
}

impl Queue {
    pub(crate) fn new(slots: usize) -> Self {
        Self {
            slots,
            common_slots: slots,
            under_way: 0,
            common_under_way: 0,
            waiting: Default::default(),
            passed_over: Default::default(),
        }
    }

    /// Keeps a slot for the interactive lane from now on.
    pub(crate) fn keep_slot(&mut self) {
        self.common_slots = self.slots.saturating_sub(1).max(1);
    }

    /// Somebody begins to wait.
    pub(crate) fn arrive(&mut self, lane: Lane) {
        self.waiting[lane.index()] += 1;
    }

    /// Somebody gave up waiting.
    pub(crate) fn leave(&mut self, lane: Lane) {
        self.waiting[lane.index()] -= 1;
        if self.waiting[lane.index()] == 0 {
            self.passed_over[lane.index()] = 0;
        }
    }

    /// Somebody who waited goes.
    pub(crate) fn depart(&mut self, lane: Lane) {
        self.passed_over[lane.index()] = 0;
        self.leave(lane);
        for other in &LANES[lane.index() + 1..] {
            if self.waiting[other.index()] > 0 {
                self.passed_over[other.index()] += 1;
            }
        }
        self.under_way += 1;
        self.common_under_way += usize::from(lane != Lane::Interactive);
    }

    /// Somebody who went has come back.
    pub(crate) fn finish(&mut self, lane: Lane) {
        self.under_way -= 1;
        self.common_under_way -= usize::from(lane != Lane::Interactive);
    }

    /// Whether one more of this lane may be under way.
    pub(crate) fn has_slot(&self, lane: Lane) -> bool {
        self.under_way < self.slots
            && (lane == Lane::Interactive || self.common_under_way < self.common_slots)
    }

    /// The lane whose turn it is.
    pub(crate) fn next(&self) -> Option<Lane> {
        let able = || LANES.into_iter().filter(|lane| self.waiting[lane.index()] > 0 && self.has_slot(*lane));
        let is_overdue = |lane: &Lane| self.passed_over[lane.index()] >= PATIENCE;
        able().rfind(is_overdue).or_else(|| able().next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order in which they go, one after another.
    fn order(queue: &mut Queue, count: usize) -> Vec<Lane> {
        let mut lanes = Vec::new();
        for _ in 0..count {
            let lane = queue.next().unwrap();
            queue.depart(lane);
            queue.finish(lane);
            lanes.push(lane);
        }
        lanes
    }

    #[test]
    fn the_most_urgent_goes_first_and_nobody_starves() {
        let mut queue = Queue::new(8);
        for lane in [Lane::Low, Lane::Normal, Lane::Interactive].repeat(40) {
            queue.arrive(lane);
        }
        let order = order(&mut queue, 120);
        let count =
            |lane, range: std::ops::Range<usize>| order[range].iter().filter(|other| **other == lane).count();
        assert!(order[..16].iter().all(|lane| *lane == Lane::Interactive));
        assert_eq!((count(Lane::Low, 0..18), count(Lane::Normal, 0..18)), (1, 1));
        assert_eq!(count(Lane::Interactive, 0..46), 40);
        assert_eq!(count(Lane::Low, 0..85), 5);
        assert_eq!(queue.next(), None);
    }

    #[test]
    fn one_slot_is_kept_for_the_interactive_lane() {
        let mut queue = Queue::new(2);
        queue.keep_slot();
        for lane in [Lane::Normal, Lane::Low] {
            queue.arrive(lane);
        }
        queue.depart(Lane::Normal);
        assert_eq!(queue.next(), None);
        queue.arrive(Lane::Interactive);
        assert_eq!(queue.next(), Some(Lane::Interactive));
        queue.depart(Lane::Interactive);
        queue.arrive(Lane::Interactive);
        assert_eq!(queue.next(), None);
        queue.finish(Lane::Normal);
        assert_eq!(queue.next(), Some(Lane::Interactive));
        queue.depart(Lane::Interactive);
        queue.finish(Lane::Interactive);
        assert_eq!(queue.next(), Some(Lane::Low));
    }

    #[test]
    fn where_nothing_is_interactive_no_slot_is_kept() {
        let mut queue = Queue::new(2);
        for _ in 0..2 {
            queue.arrive(Lane::Normal);
            assert_eq!(queue.next(), Some(Lane::Normal));
            queue.depart(Lane::Normal);
        }
    }

    #[test]
    fn a_single_slot_is_everybodys() {
        let mut queue = Queue::new(1);
        queue.keep_slot();
        queue.arrive(Lane::Low);
        assert_eq!(queue.next(), Some(Lane::Low));
        queue.depart(Lane::Low);
        queue.arrive(Lane::Interactive);
        assert_eq!(queue.next(), None);
        queue.finish(Lane::Low);
        assert_eq!(queue.next(), Some(Lane::Interactive));
    }
}
